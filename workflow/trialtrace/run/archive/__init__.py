"""Runs that are kept, by their content, and what changed from one of them to another."""
