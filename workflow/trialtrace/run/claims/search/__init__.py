"""Searches with data: which other choice gives printed numbers that the plan's analysis does not.

A bundle holds the numbers that a ledger links (`with`) and that are of one analysis, endpoint,
visit and stratum. Those that the analysis gives are held: a candidate has to keep them. Those that
it does not give are the targets. A candidate is a set of patients, an endpoint as it is read
(visit, change, horizon), a way of analysing it, and a way of printing; it gives all numbers of the
bundle at once or does not count. Tier 1 are the planned patients with the usual methods, tier 2
other declared populations, visits, endpoints, horizons, methods, levels and ways of rounding, tier
3 subsets by the variables of the subjects, and models of these variables. The grid is the same for
every trial, and is enumerated before any target is read.
"""
