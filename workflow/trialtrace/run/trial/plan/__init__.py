"""plan.yaml: estimands, analyses, displays, and the cards of all statistics by family."""
