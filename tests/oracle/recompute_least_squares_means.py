"""Our side of the oracle for least-squares means; see recompute.py."""

import numpy as np
from oracle_tables import Numbers, cases, subject, tested

from trialtrace.stats import Contrast, StatsError
from trialtrace.stats.regression.ancova import ols
from trialtrace.stats.regression.counts import poisson_rates
from trialtrace.stats.regression.least_squares_means import (
    arm_design,
    interaction_test,
    least_squares_differences,
    least_squares_means,
)
from trialtrace.stats.regression.logistic import logistic
from trialtrace.stats.survival.cox import cox

OPTIONS = {"sides": "two_sided", "confidence": 0.95}
# What emmeans calls the weights.
WEIGHTS = {"equal": "equal", "observed": "proportional"}


def _rows(case: str, name: str, found: tuple[Contrast, ...]) -> Numbers:
    for i, one in enumerate(found, 1):
        parts = {"estimate": one.estimate, "low": one.low, "high": one.high}
        parts |= {"se": one.standard_error, "p": one.p_value}
        for part, value in parts.items():
            yield case, f"{name}.{i}.{part}", value


def _differences(case: str, name: str, fit, design) -> Numbers:
    """Of each level the arms, as emmeans has them."""
    found = least_squares_differences(fit, design, reference=design.arms[0], **OPTIONS).contrasts
    levels = len(design.levels)
    turned = tuple(
        found[arm * levels + v] for v in range(levels) for arm in range(len(found) // levels)
    )
    yield from _rows(case, name, turned)


def _model(case: str, name: str, fit, design, *, interaction: bool) -> Numbers:
    yield from _rows(
        case, f"{name}.means", least_squares_means(fit, design, confidence=0.95).contrasts
    )
    yield from _differences(case, f"{name}.differences", fit, design)
    for weights, theirs in WEIGHTS.items():
        means = least_squares_means(fit, design, weights=weights, confidence=0.95)
        yield from _rows(case, f"{name}.means_{theirs}", means.contrasts)
        options = OPTIONS | {"reference": design.arms[0], "weights": weights}
        over = least_squares_differences(fit, design, **options)
        yield from _rows(case, f"{name}.differences_{theirs}", over.contrasts)
    if interaction:
        yield case, f"{name}.p", interaction_test(fit, design).p_value


@subject("least_squares_means", "emmeans", "survival", by_derivatives=2e-05)
def least_squares() -> Numbers:
    for case, d in cases("models.csv"):
        if len(set(d["stratum"])) < 2:
            continue
        for word, interaction in (("by", True), ("plus", False)):
            try:
                arms = {"by": d["stratum"], "interaction": interaction, "covariates": d["z"]}
                design = arm_design(d["arm"], intercept=True, **arms)
            except StatsError:
                continue
            fit = ols(d["y"], design.x, variance="model", confidence=0.95)
            yield from _model(case, f"lm.{word}", fit, design, interaction=interaction)
            try:
                fit = logistic(d["binary"], design.x, confidence=0.95)
            except StatsError:
                continue
            yield from _model(case, f"logistic.{word}", fit, design, interaction=interaction)
    for case, d in cases("survival.csv"):
        if case in ("two_groups", "heavy_ties", "mostly_censored"):
            yield from _hazards(case, d)
    for case, d in cases("counts.csv"):
        old = d["age"] > 50
        if len(set(zip(d["arm"], old, strict=True))) < 2 * len(set(d["arm"])):
            continue
        design = arm_design(d["arm"], by=old, interaction=True, intercept=True)
        try:
            fit = poisson_rates(
                d["y"], design.x, exposure=d["time"], variance="model", confidence=0.95
            )
        except StatsError:
            continue
        yield from _differences(case, "poisson.differences", fit, design)


def _hazards(case: str, d: dict[str, np.ndarray]) -> Numbers:
    for word, interaction in (("by", True), ("plus", False)):
        arms = {"by": d["stratum"], "interaction": interaction, "covariates": d["z"]}
        design = arm_design(d["group"], **arms, intercept=False)
        try:
            fit = cox(d["time"], d["event"], design.x, ties="efron", confidence=0.95)
        except StatsError:
            continue
        yield from _differences(case, f"cox.{word}.differences", fit, design)
        if interaction:
            test = interaction_test(fit, design)
            yield from tested(case, "cox.interaction", test)
