"""Random trials, their released results, and an attack on these from what is printed alone."""
