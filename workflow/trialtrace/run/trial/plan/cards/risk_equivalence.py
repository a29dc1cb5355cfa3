"""Risks and odds against margins: equivalence and non-inferiority."""

from functools import partial

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import Higher
from trialtrace.run.trial.plan.card import Card, Named, R, Second, equivalence, non_inferiority
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.options import DifferenceVariance, OwnMargins, RatioVariance
from trialtrace.run.trial.plan.r_score import DIFFERENCE, ODDS, RATIO

_ONE = "Level of the one-sided test; the interval has confidence 1 - 2 alpha."
_TWO = "Level of each of the two one-sided tests; the interval has confidence 1 - 2 alpha."
_LOWER = "Lower margin: effects from here on do not matter."
_UPPER = "Upper margin: effects up to here do not matter."
_DIFFERENCE = (
    "How much worse does not matter, as a difference of risks: below 0 of a wanted event (higher "
    "is better), above 0 of an unwanted one."
)
_RATIO = (
    "How much worse does not matter, as a ratio: below 1 of a wanted event (higher is better), "
    "above 1 of an unwanted one."
)
_HIGHER = "Whether a higher risk of the event is better or worse."


@shape
class DifferenceEquivalence(OwnMargins):
    """Two one-sided score tests of the risk difference."""

    lower: float = key(_LOWER, exclusiveMinimum=-1, exclusiveMaximum=1)
    upper: float = key(_UPPER, exclusiveMinimum=-1, exclusiveMaximum=1)
    alpha: float = key(_TWO, exclusiveMinimum=0, exclusiveMaximum=0.5)
    variance: DifferenceVariance = key("Variance.")


@shape
class OddsEquivalence(OwnMargins):
    """Two one-sided Wald tests of the odds ratio."""

    lower: float = key(_LOWER, exclusiveMinimum=0)
    upper: float = key(_UPPER, exclusiveMinimum=0)
    alpha: float = key(_TWO, exclusiveMinimum=0, exclusiveMaximum=0.5)


@shape
class RatioEquivalence(OddsEquivalence):
    """Two one-sided score tests of the risk ratio."""

    variance: RatioVariance = key("Variance.")


@shape
class DifferenceMargin(OwnMargins):
    """Score test of the risk difference at a margin."""

    margin: float = key(_DIFFERENCE, exclusiveMinimum=-1, exclusiveMaximum=1)
    higher: Higher = key(_HIGHER)
    alpha: float = key(_ONE, exclusiveMinimum=0, exclusiveMaximum=0.5)
    variance: DifferenceVariance = key("Variance.")


@shape
class OddsMargin(OwnMargins):
    """Wald test of the odds ratio at a margin."""

    margin: float = key(_RATIO, exclusiveMinimum=0)
    higher: Higher = key(_HIGHER)
    alpha: float = key(_ONE, exclusiveMinimum=0, exclusiveMaximum=0.5)


@shape
class RatioMargin(OddsMargin):
    """Score test of the risk ratio at a margin."""

    variance: RatioVariance = key("Variance.")


_FM = "Farrington and Manning 1990, Stat Med 9:1447; Miettinen and Nurminen 1985, Stat Med 4:213"
_WOOLF = "Woolf 1955, Ann Hum Genet 19:251"

# The interval that goes with one-sided tests at level alpha.
_ENDS = """\
z <- qnorm(1 - {alpha})
low <- bound(-1 + 1e-9, z)
high <- bound(1 - 1e-9, z)
"""
_RATIO_ENDS = _ENDS.replace("-1 + 1e-9", "-1").replace("1 - 1e-9", "1")
_ODDS_ENDS = """\
low <- exp(best - qnorm(1 - {alpha}) * error)
high <- exp(best + qnorm(1 - {alpha}) * error)
"""
_TWO_TESTS = """\
above <- p_of(z_at({lower}), "greater")
below <- p_of(z_at({upper}), "less")
within <- low > {lower} && high < {upper}
beyond <- low >= {upper} || high <= {lower}
"""
_ONE_TEST = """\
p <- p_of(z_at({margin}), if ({higher=better}) "greater" else "less")
within <- if ({higher=better}) low > {margin} else high < {margin}
beyond <- if ({higher=better}) high <= {margin} else low >= {margin}
"""
_VERDICT = "within - beyond"


def _equivalence(effect: str, best: str, lines: str) -> R:
    return R(
        {
            effect: f"c({best}, low, high)",
            "p_value": "max(above, below)",
            "p_above_lower": "above",
            "p_below_upper": "below",
            "verdict": _VERDICT,
        },
        lines + _TWO_TESTS,
    )


def _non_inferiority(effect: str, best: str, lines: str) -> R:
    return R(
        {effect: f"c({best}, low, high)", "p_value": "p", "verdict": _VERDICT}, lines + _ONE_TEST
    )


_DIFFERENCE_SCORE = (
    "categorical.score:risk_difference_score",
    "categorical.score:risk_difference_score_test",
)
_RATIO_SCORE = (
    "categorical.score_ratio:risk_ratio_score",
    "categorical.score_ratio:risk_ratio_score_test",
)
_ODDS_WALD = (
    "categorical.contingency:odds_ratio_sample",
    "categorical.contingency:odds_ratio_wald_test",
)
_RESULTS = {
    "equivalence": "p_value,p_above_lower,p_below_upper,verdict",
    "non_inferiority": "p_value,verdict",
}


def _second(effect: str, kind: str, by: str, *, iterative: bool) -> dict[str, Second]:
    """The check under the names of all results."""
    check = f"categorical.check_equivalence:{effect}"
    names = f"{effect},{_RESULTS[kind]}.{kind}_{effect}"
    return {names: Second(by, check, iterative=iterative)}


def _by_likelihood(effect: str, kind: str) -> dict[str, Second]:
    by = "scipy.optimize.brentq (restricted likelihood)"
    return _second(effect, kind, by, iterative=True)


def _by_woolf(effect: str, kind: str) -> dict[str, Second]:
    return _second(effect, kind, "math: Woolf's formula", iterative=False)


_of_risks = partial(
    Card,
    kinds=BINARY,
    compares="between",
    inputs="two_by_two",
    run="categorical.analyse_paired:between",
)

CARDS = (
    _of_risks(
        "equivalence.risk_difference",
        "score test and interval of the risk difference",
        _FM,
        options=DifferenceEquivalence,
        gives=equivalence("risk_difference"),
        also={
            "equivalence_risk_difference": Named(
                "equivalence by two score tests of the risk difference", _FM
            )
        },
        formula=_DIFFERENCE_SCORE,
        r=_equivalence("risk_difference", "best", DIFFERENCE + _ENDS),
        second=_by_likelihood("risk_difference", "equivalence"),
    ),
    _of_risks(
        "equivalence.risk_ratio",
        "score test and interval of the risk ratio",
        _FM,
        options=RatioEquivalence,
        gives=equivalence("risk_ratio"),
        also={"equivalence_risk_ratio": Named("two one-sided score tests of the risk ratio", _FM)},
        formula=_RATIO_SCORE,
        r=_equivalence("risk_ratio", "exp(best)", RATIO + _RATIO_ENDS),
        second=_by_likelihood("risk_ratio", "equivalence"),
    ),
    _of_risks(
        "equivalence.odds_ratio",
        "Wald test and interval of the odds ratio",
        _WOOLF,
        options=OddsEquivalence,
        gives=equivalence("odds_ratio"),
        also={
            "equivalence_odds_ratio": Named("two one-sided Wald tests of the odds ratio", _WOOLF)
        },
        formula=_ODDS_WALD,
        r=_equivalence("odds_ratio", "exp(best)", ODDS + _ODDS_ENDS),
        second=_by_woolf("odds_ratio", "equivalence"),
    ),
    _of_risks(
        "non_inferiority.risk_difference",
        options=DifferenceMargin,
        gives=non_inferiority("risk_difference"),
        also={
            "non_inferiority_risk_difference": Named(
                "non-inferiority by a score test of the risk difference", _FM
            )
        },
        formula=_DIFFERENCE_SCORE,
        r=_non_inferiority("risk_difference", "best", DIFFERENCE + _ENDS),
        second=_by_likelihood("risk_difference", "non_inferiority"),
    ),
    _of_risks(
        "non_inferiority.risk_ratio",
        options=RatioMargin,
        gives=non_inferiority("risk_ratio"),
        also={
            "non_inferiority_risk_ratio": Named(
                "non-inferiority by a score test of the risk ratio", _FM
            )
        },
        formula=_RATIO_SCORE,
        r=_non_inferiority("risk_ratio", "exp(best)", RATIO + _RATIO_ENDS),
        second=_by_likelihood("risk_ratio", "non_inferiority"),
    ),
    _of_risks(
        "non_inferiority.odds_ratio",
        options=OddsMargin,
        gives=non_inferiority("odds_ratio"),
        also={
            "non_inferiority_odds_ratio": Named("Wald test of the odds ratio at a margin", _WOOLF)
        },
        formula=_ODDS_WALD,
        r=_non_inferiority("odds_ratio", "exp(best)", ODDS + _ODDS_ENDS),
        second=_by_woolf("odds_ratio", "non_inferiority"),
    ),
)
