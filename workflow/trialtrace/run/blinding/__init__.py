"""What a run may see of the export: arms permuted before anything is computed, a data cut."""
