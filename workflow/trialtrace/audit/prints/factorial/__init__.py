"""Checks on two-by-two designs."""
