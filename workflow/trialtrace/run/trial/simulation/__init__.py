"""simulation.yaml: truths under which trials are drawn, and the analyses that are looked at."""
