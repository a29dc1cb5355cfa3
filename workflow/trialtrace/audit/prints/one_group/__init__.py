"""Checks on what is printed of one group."""
