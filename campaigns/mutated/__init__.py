"""A trial with one cell, line of configuration or line of code changed, and what becomes of it."""
