"""Missing data: multiple imputation, and how far conclusions depend on what is not known.

=============  ==================================================================================
`imputation`   multiple imputation of columns of any kind, monotone or chained; composites
`linear`       a linear model in each completed data set, its contrasts pooled
`pooling`      Rubin's rules with Barnard-Rubin degrees of freedom, the D1 test of a vector
`reference`    a repeated outcome: jump to reference, copy reference or increments, last mean
`delta`        deltas by visit, cumulative; tipping points over a grid of two arms
`bounds`       a binary outcome: best and worst case, the map of all imputed events
`conditional_mean`  missing visits at their expected values, errors by the jackknife
`single`       LOCF, BOCF and WOCF, under their own names
=============  ==================================================================================

A value after death does not exist: cells marked `not_to_impute` are never filled.
"""

from trialtrace.stats._lazy import attach

attach(__name__)
