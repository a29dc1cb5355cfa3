"""Checks on two measurements of the same patients."""
