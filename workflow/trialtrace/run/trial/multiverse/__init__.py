"""multiverse.yaml: the choices an analysis of the plan could have made, and their combinations."""
