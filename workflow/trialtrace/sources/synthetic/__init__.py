"""Synthetic cohorts: drawn from cohort.yaml, then written as a raw export and read like one."""
