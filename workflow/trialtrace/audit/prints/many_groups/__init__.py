"""Checks on several groups at once."""
