"""Re-randomisation tests, and exact tests of binary endpoints.

=================  ==============================================================================
`schemes`          how the trial was randomised: coins, margins, blocks, strata, sides
`drawing`          assignments from a counter-based stream, the same for any division of the work
`cells`            arms over the patients of one block or stratum: tables, keys, coins
`scores`           endpoints as one number a patient: means, ranks, log-rank, residuals, strata
`time_scores`      the same of estimates at a time: incidence, restricted means
`sums`             exact sums of scores over an arm, for all draws and endpoints
`curves`           many analyses of one hypothesis tested together, and their spread by choice
`linear`           tests of two arms: exact p-values, or with their Monte Carlo error
`exact`            all assignments of a scheme, one by one or as two sorted lists
`arms`             tests of all arms at once
`binary`           binary endpoints without draws: convolution of hypergeometric distributions
=================  ==============================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
