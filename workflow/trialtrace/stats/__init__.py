"""Estimates and tests as pure functions of numpy arrays: no trial, file or configuration.

==============  =============================================================================
`categorical`   proportions, two-by-two and larger tables without strata
`stratified`    tables in several strata: pooled effects, exact tests, interactions
`continuous`    measured values and ranks of one, two or paired samples
`regression`    regression models and what is standardised by them
`repeated`      analysis of variance of repeated measures, by values or by ranks
`mixed`         linear mixed models: correlated errors, random effects, their tests
`survival`      times to an event: curves, log-rank tests, Cox models, competing risks
`multiplicity`  several tests at once: adjusted p-values, closed tests, graphs, interim looks
`design`        planning a trial: power, sample size, width of the interval to expect
`resampling`    re-randomisation tests, exact sums over an arm
`missing`       multiple imputation, reference-based, tipping points, bounds, LOCF
==============  =============================================================================

Three rules hold in all of them. What a library might choose silently (sides, ties, continuity
correction, confidence level, variance) is a keyword without a default. Input for which a method
has no answer raises `StatsError` with a sentence for people, or, where only the interval or only
one quantity is undefined, gives NaN as the docstring says. Nothing here imports the libraries
that re-compute these numbers elsewhere in the package (scipy.stats, statsmodels, pingouin), so
that the two paths stay independent; of scipy only special functions, linear algebra and, inside
the functions that need them, numerical optimisers are used, which also keeps the import short.
"""

from trialtrace.stats._lazy import attach
from trialtrace.stats.results import (
    Coefficients,
    Contrast,
    Contrasts,
    Estimates,
    Interval,
    StatsError,
    TestResult,
)

__all__ = [
    "Coefficients",
    "Contrast",
    "Contrasts",
    "Estimates",
    "Interval",
    "StatsError",
    "TestResult",
]

attach(__name__)
