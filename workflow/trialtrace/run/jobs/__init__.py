"""A run of the workflow: what each job depends on, its start, its jobs, its record."""
