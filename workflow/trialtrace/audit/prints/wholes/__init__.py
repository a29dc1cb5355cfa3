"""Checks on wholes and their parts: groups, strata, categories, denominators."""
