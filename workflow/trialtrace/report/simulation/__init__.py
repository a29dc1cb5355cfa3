"""The page of a simulation: what the analyses of a trial do under each truth."""
