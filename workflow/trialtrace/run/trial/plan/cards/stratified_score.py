"""Two arms over strata by score statistics: common differences and ratios of risks, margins."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Name, Sides
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.run.trial.plan.card import Card, R
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.r_score import (
    HELD_DIFFERENCE,
    OVER_STRATA,
    STRATIFIED_DIFFERENCE,
    STRATIFIED_RATIO,
)

DifferenceWeights = Literal["mantel_haenszel", "sample_size", "miettinen_nurminen"]
RatioWeights = Literal["mantel_haenszel", "inverse_variance", "miettinen_nurminen"]


@shape
class ScoreDifference:
    """Common risk difference over strata with its score interval."""

    strata: Distinct[Name] = key("Strata: variables of `subjects`.")
    weights: DifferenceWeights = key(
        "Weights of the strata: n1 n0 / N (mantel_haenszel), their sizes (sample_size), or those "
        "that Miettinen and Nurminen iterate."
    )


@shape
class ScoreRatio:
    """Common risk ratio over strata with its score interval."""

    strata: Distinct[Name] = key("Strata: variables of `subjects`.")
    weights: RatioWeights = key(
        "Weights of the strata: n1 n0 / N (mantel_haenszel), the inverse variance of the ratio's "
        "logarithm, or those that Miettinen and Nurminen iterate."
    )


@shape
class OverStrata:
    """Common risk difference over strata."""

    strata: Distinct[Name] = key("Strata: variables of `subjects`.")


@shape
class DifferenceMargin:
    """Score test over strata of the common risk difference against a margin."""

    strata: Distinct[Name] = key("Strata: variables of `subjects`.")
    margin: float = key(
        "Difference of risks, above -1 and below 1.", exclusiveMinimum=-1, exclusiveMaximum=1
    )
    sides: Sides = key("Sidedness.")
    weights: DifferenceWeights = key("Weights of the strata.")


@shape
class RatioMargin:
    """Score test over strata of the common risk ratio against a margin."""

    strata: Distinct[Name] = key("Strata: variables of `subjects`.")
    margin: float = key("Ratio of risks, above 0.", exclusiveMinimum=0)
    sides: Sides = key("Sidedness.")
    weights: RatioWeights = key("Weights of the strata.")


_FACTOR = {"variance": "miettinen_nurminen"}

_Z = "z <- qnorm(0.5 + {confidence} / 2)\n"
_SUMMARY = """\
# Miettinen and Nurminen's interval of a stratum.
interval <- function(e1, n1, e0, n0) {
  z_at <- function(by) {
    p <- held(e1, n1, e0, n0, by)
    v <- sum(p * (1 - p) / c(n1, n0)) * (n1 + n0) / (n1 + n0 - 1)
    (e1 / n1 - e0 / n0 - by) / sqrt(v)
  }
  best <- e1 / n1 - e0 / n0
  sapply(c(-1 + 1e-9, 1 - 1e-9), function(end) {
    if (abs(z_at(end)) < z) end else
      root(function(by) z_at(by) + sign(end - best) * z, c(best, end))
  })
}
ends <- mapply(interval, e1, n1, e0, n0)
w <- (2 * z / (ends[2, ] - ends[1, ]))^2
estimate <- sum(w * (ends[1, ] + ends[2, ]) / 2) / sum(w)
"""
_YAN_SU = """\
w <- n1 * n0 / (n1 + n0)
w <- w / sum(w)
# The bounds of an arm's weighted risk, of Wilson's at a smaller quantile.
arm_ends <- function(e, n) {
  error <- sqrt(e / n * (1 - e / n) / n)
  level <- 2 * pnorm(z * sqrt(sum(w^2 * error^2)) / sum(w * error)) - 1
  wilson <- function(e, n) prop.test(e, n, conf.level = level, correct = FALSE)$conf.int
  colSums(w * t(mapply(wilson, e, n)))
}
one <- arm_ends(e1, n1)
other <- arm_ends(e0, n0)
spread <- function(p, q) sqrt(sum(w^2 / n1) * p * (1 - p) + sum(w^2 / n0) * q * (1 - q))
estimate <- sum(w * (e1 / n1 - e0 / n0))
low <- estimate - z * spread(one[1], other[2])
high <- estimate + z * spread(one[2], other[1])
"""
_TEST = {"p_value": "p_of(z_at({margin}), {sides})", "z": "z_at({margin})"}

_between = partial(Card, compares="between")

_test = partial(_between, gives="p_value.{}@pair z.{}@pair?", kinds=BINARY, fixed=_FACTOR)

CARDS = (
    _between(
        "risk_difference.stratified_miettinen_nurminen",
        "Miettinen and Nurminen's score interval over strata",
        "Miettinen and Nurminen 1985, Stat Med 4:213; ratio: Gart and Nam 1988",
        options=ScoreDifference,
        formula="stratified.score:stratified_risk_difference_score",
        fixed=_FACTOR,
        r=R(
            {"risk_difference": "c(best, bound(-1 + 1e-9, z), bound(1 - 1e-9, z))"},
            STRATIFIED_DIFFERENCE + _Z,
        ),
    ),
    _between(
        "risk_difference.summary_score",
        "summary score interval over strata",
        "Agresti 2013, Categorical Data Analysis",
        options=OverStrata,
        formula="stratified.score:risk_difference_summary_score",
        r=R(
            {"risk_difference": "estimate + c(0, -1, 1) * z / sqrt(sum(w))"},
            HELD_DIFFERENCE + OVER_STRATA + _Z + _SUMMARY,
        ),
    ),
    _between(
        "risk_difference.stratified_newcombe",
        "Newcombe's score interval over strata",
        "Yan and Su 2010, Stat Biopharm Res 2:329",
        options=OverStrata,
        formula="stratified.score:stratified_risk_difference_newcombe",
        r=R({"risk_difference": "c(estimate, low, high)"}, OVER_STRATA + _Z + _YAN_SU),
    ),
    _between(
        "risk_ratio.stratified_miettinen_nurminen",
        options=ScoreRatio,
        formula="stratified.score:stratified_risk_ratio_score",
        fixed=_FACTOR,
        r=R({"risk_ratio": "c(bound(0), bound(z), bound(-z))"}, STRATIFIED_RATIO + _Z),
    ),
    _test(
        "p_value.stratified_risk_difference_margin",
        "score test of the common risk difference at a margin",
        "Miettinen and Nurminen 1985, Stat Med 4:213",
        options=DifferenceMargin,
        formula="stratified.score:stratified_risk_difference_score_test",
        r=R(_TEST, STRATIFIED_DIFFERENCE),
    ),
    _test(
        "p_value.stratified_risk_ratio_margin",
        "score test of the common risk ratio at a margin",
        "Gart and Nam 1988, Biometrics 44:323",
        options=RatioMargin,
        formula="stratified.score:stratified_risk_ratio_score_test",
        r=R(_TEST, STRATIFIED_RATIO),
    ),
)
