"""The flow of subjects, the baseline table and the table of adverse events."""
