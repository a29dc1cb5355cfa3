"""Checks on two groups, and on what compares them."""
