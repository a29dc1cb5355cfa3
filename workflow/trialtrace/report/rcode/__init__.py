"""Numbers in another language: a script of R from a trial's data sets to each of its results."""
