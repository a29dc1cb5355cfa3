"""Candidates for printed numbers: the grid of choices, and the chance of a coincidental fit."""
