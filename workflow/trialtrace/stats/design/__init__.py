"""Planning a trial: power, sample size, and the precision of the interval to expect.

Three names in each subject: `power_…` of given sizes, `sample_size_…` for a wanted power, and
`precision_…`, the width to expect of the confidence interval. Arguments may be arrays, which
broadcast; sizes are of an arm unless said otherwise, and whole numbers that suffice. `alpha` is the
level of the whole test, two-sided or one-sided as `sides` says; both tails count at two sides.

=============  ========================================================================
`means`        two means, pairs; factors of baselines and of repeated visits
`proportions`  two proportions by chi-squared or with a margin, exact power of Fisher's test
`events`       log-rank test: events by Schoenfeld or Freedman, patients by accrual
`ranks`        Mann-Whitney test by Noether's formula
`clusters`     design effect of clusters, and how many there must be
`several`      chi-squared and F test of three arms and more
`detectable`   the effect that given sizes find with a wanted power
`widths`       score intervals of proportions, exactly
=============  ========================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
