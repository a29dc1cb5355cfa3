"""Claims against data: each printed number beside the same number from the results."""
