"""What the report shows beside the analyses: a module a kind of display of plan.yaml."""
