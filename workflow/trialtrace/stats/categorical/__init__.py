"""Proportions, two-by-two and larger tables without strata.

==================  =========================================================================
`proportions`       one proportion: Wald, Wilson, Agresti-Coull, Jeffreys, Clopper-Pearson
`binomial`          one proportion against a threshold, and its one-sided upper bound
`contingency`       a 2x2 table: risk difference, ratio, odds ratio, NNT
`two_by_two_tests`  a 2x2 table: Fisher's and the chi-squared test of equal risks
`score`             risk difference: Miettinen-Nurminen interval, test at a margin
`score_ratio`       risk ratio: Miettinen-Nurminen and Koopman interval, test at a margin
`paired`            the same subjects twice or more: McNemar, Cochran's Q, differences of risks
`unconditional`     unconditional exact tests of two risks: Barnard, Boschloo
`fragility`         a 2x2 result: how few other outcomes would turn its decision
`r_by_c_tests`      r x c tables: exact test of Fisher, Freeman and Halton, chi-squared
`trend`             a binary outcome over ordered groups: Cochran-Armitage
`complier`          the effect in those who take the treatment, and its bounds
==================  =========================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
