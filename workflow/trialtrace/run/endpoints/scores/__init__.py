"""Scores of instruments: of rows of items, and of several rows or other endpoints."""
