"""Re-randomisation tests, exact tests of binary endpoints, and bootstrap intervals.

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
`bootstrap`        percentile and BCa intervals
=================  ==============================================================================
"""

from trialtrace.stats._lazy import align
from trialtrace.stats.resampling.arms import GlobalRerandomisation, global_test
from trialtrace.stats.resampling.binary import BinaryExact, binary_exact, binary_tables
from trialtrace.stats.resampling.bootstrap import (
    bootstrap_interval,
    difference_of_means,
    difference_of_medians,
)
from trialtrace.stats.resampling.curves import (
    Curve,
    CurveDraws,
    JointInference,
    curve,
    curve_draws,
    joint_inference,
    spread_by_choice,
)
from trialtrace.stats.resampling.drawing import draw_assignments
from trialtrace.stats.resampling.linear import (
    TIE_TOLERANCE,
    Rerandomisation,
    count_extreme,
    draw_statistics,
    monte_carlo,
    rerandomisation_test,
)
from trialtrace.stats.resampling.schemes import (
    Scheme,
    bernoulli,
    fixed_margins,
    permuted_blocks,
    stratified,
    stratified_blocks,
    unfit_cells,
    within_patient,
)
from trialtrace.stats.resampling.scores import (
    log_rank_scores,
    mean_scores,
    rank_scores,
    residual_scores,
    stratum_scores,
)
from trialtrace.stats.resampling.time_scores import incidence_scores, restricted_mean_scores

__all__ = [
    "TIE_TOLERANCE",
    "BinaryExact",
    "Curve",
    "CurveDraws",
    "GlobalRerandomisation",
    "JointInference",
    "Rerandomisation",
    "Scheme",
    "bernoulli",
    "binary_exact",
    "binary_tables",
    "bootstrap_interval",
    "count_extreme",
    "curve",
    "curve_draws",
    "difference_of_means",
    "difference_of_medians",
    "draw_assignments",
    "draw_statistics",
    "fixed_margins",
    "global_test",
    "incidence_scores",
    "joint_inference",
    "log_rank_scores",
    "mean_scores",
    "monte_carlo",
    "permuted_blocks",
    "rank_scores",
    "rerandomisation_test",
    "residual_scores",
    "restricted_mean_scores",
    "spread_by_choice",
    "stratified",
    "stratified_blocks",
    "stratum_scores",
    "unfit_cells",
    "within_patient",
]

align(__name__)
