"""Sample size, power and precision: what a plan assumes, by formula."""
