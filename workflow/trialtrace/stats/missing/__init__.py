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

from trialtrace.stats._lazy import align
from trialtrace.stats.missing.bounds import (
    Bounds,
    TippingMap,
    proportion_bounds,
    tipping_map,
    worst_and_best,
)
from trialtrace.stats.missing.conditional_mean import (
    ConditionalMeans,
    conditional_mean_contrast,
    conditional_mean_fits,
)
from trialtrace.stats.missing.delta import DeltaGrid, add_delta, delta_tipping, missed_in_a_row
from trialtrace.stats.missing.imputation import (
    Imputations,
    composite,
    impute_chained,
    impute_monotone,
)
from trialtrace.stats.missing.linear import (
    ImputedFits,
    fit_imputed,
    pooled_contrast,
    pooled_contrasts_test,
)
from trialtrace.stats.missing.pooling import Pooled, pool, pooled_test
from trialtrace.stats.missing.reference import impute_reference_based, joint_distribution
from trialtrace.stats.missing.single import (
    baseline_observation_carried_forward,
    last_observation_carried_forward,
    worst_observation_carried_forward,
)

__all__ = [
    "Bounds",
    "ConditionalMeans",
    "DeltaGrid",
    "Imputations",
    "ImputedFits",
    "Pooled",
    "TippingMap",
    "add_delta",
    "baseline_observation_carried_forward",
    "composite",
    "conditional_mean_contrast",
    "conditional_mean_fits",
    "delta_tipping",
    "fit_imputed",
    "impute_chained",
    "impute_monotone",
    "impute_reference_based",
    "joint_distribution",
    "last_observation_carried_forward",
    "missed_in_a_row",
    "pool",
    "pooled_contrast",
    "pooled_contrasts_test",
    "pooled_test",
    "proportion_bounds",
    "tipping_map",
    "worst_and_best",
    "worst_observation_carried_forward",
]

align(__name__)
