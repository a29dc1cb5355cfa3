"""Several tests at once: adjusted p-values, closed tests, graphs, interim looks.

===================  ========================================================================
`adjusted`           adjusted p-values: Bonferroni, Sidak, Holm, Hochberg, Hommel, false discoveries
`closed_testing`     closed test of three arms and their pairs
`max_t`              any contrasts together: multivariate t, simultaneous intervals
`graphical`          graphs of levels that pass on: fixed sequence, any other
`group_sequential`   boundaries of interim looks: Pocock, O'Brien-Fleming, spending functions
`conditional_power`  at a look: conditional and predictive power, futility by beta spending
`stopped_estimates`  estimates of trials that stopped early, bias of the plain ones
===================  ========================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
