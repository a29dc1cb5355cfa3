"""Which other choice gives the printed numbers, and how easily one would by chance.

A *bundle* is a set of linked printed values: inputs, which every candidate takes as given, and
targets, which one candidate has to give all at once. Candidates are enumerated in tiers before the
targets are read, on the same grid for every paper; all are evaluated.
"""
