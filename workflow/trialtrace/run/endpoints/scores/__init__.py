"""Derivations of instruments whose records are not rows of items."""
