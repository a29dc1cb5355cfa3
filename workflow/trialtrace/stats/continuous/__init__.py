"""Measured values and ranks of one, two or paired samples.

================  ======================================================================
`ranks`           two samples: Mann-Whitney, probability of superiority
`hodges_lehmann`  shift of two samples, Hodges-Lehmann
`signed_rank`     differences within pairs: exact signed rank test, median with interval
`association`     correlation of two measurements: Pearson, Spearman
`win_ratio`       a hierarchy of outcomes: win ratio, net benefit, win odds
`means`           summaries, t intervals and t tests
`ratios`          the ratio of the expression of a gene
`crossover`       two treatments in two periods: treatment, period, carry-over; yes or no
`arm_contrasts`   contrasts of several arms: any coefficients, dose trends, Dunnett, Tukey
================  ======================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
