"""Commands of more than a few lines; each prints, and returns the exit code."""
