"""Checks on words and places: directions, significance, one fact told twice."""
