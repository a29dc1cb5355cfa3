"""Location: every number of a paper with its place, and nothing of what it means."""
