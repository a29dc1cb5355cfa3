"""Two arms over strata by score statistics: common differences and ratios of risks, margins."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, key, shape
from trialtrace.trial.plan.card import Card
from trialtrace.trial.plan.methods import BINARY
from trialtrace.trial.words import Name, Sides

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

CARDS = (
    Card(
        "risk_difference.stratified_miettinen_nurminen",
        "Miettinen and Nurminen's score interval over strata",
        "Miettinen and Nurminen 1985, Stat Med 4:213; ratio: Gart and Nam 1988",
        options=ScoreDifference,
        compares="between",
        formula="stratified.score:stratified_risk_difference_score",
        fixed=_FACTOR,
        r_none="not written yet",
    ),
    Card(
        "risk_difference.summary_score",
        "summary score interval over strata",
        "Agresti 2013, Categorical Data Analysis",
        options=OverStrata,
        compares="between",
        formula="stratified.score:risk_difference_summary_score",
        r_none="not written yet",
    ),
    Card(
        "risk_difference.stratified_newcombe",
        "Newcombe's score interval over strata",
        "Yan and Su 2010, Stat Biopharm Res 2:329",
        options=OverStrata,
        compares="between",
        formula="stratified.score:stratified_risk_difference_newcombe",
        r_none="not written yet",
    ),
    Card(
        "risk_ratio.stratified_miettinen_nurminen",
        options=ScoreRatio,
        compares="between",
        formula="stratified.score:stratified_risk_ratio_score",
        fixed=_FACTOR,
        r_none="not written yet",
    ),
    Card(
        "p_value.stratified_risk_difference_margin",
        "score test of the common risk difference at a margin",
        "Miettinen and Nurminen 1985, Stat Med 4:213",
        means="Score test over strata of the common risk difference against a margin.",
        options=DifferenceMargin,
        gives="p_value.{}@pair z.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula="stratified.score:stratified_risk_difference_score_test",
        fixed=_FACTOR,
        r_none="not written yet",
    ),
    Card(
        "p_value.stratified_risk_ratio_margin",
        "score test of the common risk ratio at a margin",
        "Gart and Nam 1988, Biometrics 44:323",
        means="Score test over strata of the common risk ratio against a margin.",
        options=RatioMargin,
        gives="p_value.{}@pair z.{}@pair?",
        kinds=BINARY,
        compares="between",
        formula="stratified.score:stratified_risk_ratio_score_test",
        fixed=_FACTOR,
        r_none="not written yet",
    ),
)
