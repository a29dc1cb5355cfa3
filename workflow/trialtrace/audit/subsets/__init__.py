"""Groups compared in many subsets of the same patients at once, as searches over data need it."""
