"""Adjusted p-values of a family of tests."""
