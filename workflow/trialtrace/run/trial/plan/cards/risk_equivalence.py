"""Risks and odds against margins: equivalence and non-inferiority."""

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
_LIKELIHOOD = "scipy.optimize.brentq (restricted likelihood)"
# The effect: its estimate in R and the lines behind that, its formulas, its second computation.
_EFFECTS = {
    "risk_difference": (
        ("best", DIFFERENCE + _ENDS),
        (
            "categorical.score:risk_difference_score",
            "categorical.score:risk_difference_score_test",
        ),
        _LIKELIHOOD,
    ),
    "risk_ratio": (
        ("exp(best)", RATIO + _RATIO_ENDS),
        (
            "categorical.score_ratio:risk_ratio_score",
            "categorical.score_ratio:risk_ratio_score_test",
        ),
        _LIKELIHOOD,
    ),
    "odds_ratio": (
        ("exp(best)", ODDS + _ODDS_ENDS),
        (
            "categorical.contingency:odds_ratio_sample",
            "categorical.contingency:odds_ratio_wald_test",
        ),
        "math: Woolf's formula",
    ),
}
# The p-values and the verdict in R, and the lines behind them.
_TESTS = {
    "equivalence": (
        {"p_value": "max(above, below)", "p_above_lower": "above", "p_below_upper": "below"},
        _TWO_TESTS,
    ),
    "non_inferiority": ({"p_value": "p"}, _ONE_TEST),
}


def _card(step: str, options: type, tested: str, title: str = "") -> Card:
    """An effect against margins, under the names of all its results; `tested` is its test."""
    kind, _, effect = step.partition(".")
    (estimate, lines), formula, by = _EFFECTS[effect]
    tests, further = _TESTS[kind]
    r = {effect: f"c({estimate}, low, high)"} | tests | {"verdict": "within - beyond"}
    reference = _WOOLF if effect == "odds_ratio" else _FM
    second = Second(by, f"categorical.check_equivalence:{effect}", iterative=by == _LIKELIHOOD)
    return Card(
        step,
        title,
        reference if title else "",
        options=options,
        gives=equivalence(effect) if kind == "equivalence" else non_inferiority(effect),
        kinds=BINARY,
        compares="between",
        also={f"{kind}_{effect}": Named(tested, reference)},
        formula=formula,
        r=R(r, lines + further),
        inputs="two_by_two",
        run="categorical.analyse_paired:between",
        second={f"{effect},{','.join(tests)},verdict.{kind}_{effect}": second},
    )


CARDS = (
    _card(
        "equivalence.risk_difference",
        DifferenceEquivalence,
        "equivalence by two score tests of the risk difference",
        "score test and interval of the risk difference",
    ),
    _card(
        "equivalence.risk_ratio",
        RatioEquivalence,
        "two one-sided score tests of the risk ratio",
        "score test and interval of the risk ratio",
    ),
    _card(
        "equivalence.odds_ratio",
        OddsEquivalence,
        "two one-sided Wald tests of the odds ratio",
        "Wald test and interval of the odds ratio",
    ),
    _card(
        "non_inferiority.risk_difference",
        DifferenceMargin,
        "non-inferiority by a score test of the risk difference",
    ),
    _card(
        "non_inferiority.risk_ratio",
        RatioMargin,
        "non-inferiority by a score test of the risk ratio",
    ),
    _card("non_inferiority.odds_ratio", OddsMargin, "Wald test of the odds ratio at a margin"),
)
