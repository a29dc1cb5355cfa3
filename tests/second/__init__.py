"""Statistics computed a second time, outside of the run: models refitted by other code."""
