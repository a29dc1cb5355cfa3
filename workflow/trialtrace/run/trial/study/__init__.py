"""trial.yaml."""
