"""Two arms over strata by score statistics: common differences of risks."""

from functools import partial
from typing import Literal

from trialtrace.base.config.references import LevelVariable
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.run.trial.plan.card import Card, R
from trialtrace.run.trial.plan.r_score import OVER_STRATA, STRATIFIED_DIFFERENCE

DifferenceWeights = Literal["mantel_haenszel", "sample_size", "miettinen_nurminen"]


@shape
class ScoreDifference:
    """Common risk difference over strata with its score interval."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")
    weights: DifferenceWeights = key(
        "Weights of the strata: n1 n0 / N (mantel_haenszel), their sizes (sample_size), or those "
        "that Miettinen and Nurminen iterate."
    )


@shape
class OverStrata:
    """Common risk difference over strata."""

    strata: Distinct[LevelVariable] = key("Strata: variables of `subjects`.")


_Z = "z <- qnorm(0.5 + {confidence} / 2)\n"
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
_between = partial(Card, compares="between")

CARDS = (
    _between(
        "risk_difference.stratified_miettinen_nurminen",
        "Miettinen and Nurminen's score interval over strata",
        "Miettinen and Nurminen 1985, Stat Med 4:213",
        options=ScoreDifference,
        formula="stratified.score:stratified_risk_difference_score",
        fixed={"variance": "miettinen_nurminen"},
        r=R(
            {"risk_difference": "c(best, bound(-1 + 1e-9, z), bound(1 - 1e-9, z))"},
            STRATIFIED_DIFFERENCE + _Z,
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
)
