"""Recomputes every result by another path: other rows, other libraries, other formulas."""
