"""Events, categories and two-by-two tables."""
