"""Meaning: maps of what a paper's numbers are, proposed, verified against the paper, confirmed."""
