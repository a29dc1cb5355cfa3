"""cohort.yaml."""
