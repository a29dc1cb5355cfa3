"""What the report shows beside the analyses: the kinds of display of plan.yaml."""
