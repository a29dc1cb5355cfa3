"""A trial from raw export to results: configured, read, cleaned, derived, analysed, traced."""
