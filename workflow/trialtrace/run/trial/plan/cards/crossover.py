"""Two treatments of one subject in two periods, in the order of its sequence."""

from __future__ import annotations

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Name, Sides, Value
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.methods import BINARY, SCORES
from trialtrace.run.trial.plan.r_tests import T_TEST, Z_TEST

_SEQUENCE = "Variable of `subjects` that tells in which order a subject had the two treatments."
_FIRST = "The arm of the first period, by label of that variable (by value where it has none)."


@shape
class Crossover:
    """An effect in a two-period crossover: of the treatment adjusted for the period, of the period
    (second less first), or what the treatment leaves to the second period (carry-over)."""

    sequence: Name = key(_SEQUENCE)
    starts_with: Filled[Value, Name] = key(_FIRST)


@shape
class CrossoverT:
    """Student's t test in a two-period crossover."""

    sequence: Name = key(_SEQUENCE)
    starts_with: Filled[Value, Name] = key(_FIRST)
    compared: Literal["treatment", "period", "carry_over"] = key(
        "treatment, adjusted for the period; period, second less first; carry_over, Grizzle's "
        "test, of little power: it describes, and must not choose the analysis."
    )
    sides: Sides = key("Sidedness.")


@shape
class CrossoverEvents:
    """Test of a yes/no outcome in a two-period crossover."""

    sequence: Name = key(_SEQUENCE)
    starts_with: Filled[Value, Name] = key(_FIRST)
    sides: Sides = key("Sidedness.")


_PERIODS = """\
early <- unlist({starts_with})[sequence] == {treated}  # who has the treated arm first
begins <- ifelse(early, sides[, {treated}], sides[, {reference}])
ends <- ifelse(early, sides[, {reference}], sides[, {treated}])
"""
_SCORES = """\
score <- switch({compared}, treatment = (begins - ends) / 2, carry_over = begins + ends,
                period = ifelse(early, ends - begins, begins - ends) / 2)
x <- score[early]
y <- score[!early]
test <- t.test(x, y, var.equal = TRUE, alternative = {sides})
"""
_SCORES_OF = _SCORES.replace("{sides}", '"two.sided"')
_EFFECT = (
    "c(-diff(test$estimate), t.test(x, y, var.equal = TRUE, conf.level = {confidence})$conf.int)"
)
_DIFFER = """\
score <- begins - ends
differ <- score != 0
cells <- table(factor(early[differ], c(TRUE, FALSE)), factor(score[differ], c(1, -1)))
z <- cor(score, early) * sqrt(length(score) - 1)
"""


def _effect(statistic: str, effect: str) -> R:
    return R({statistic: _EFFECT}, _PERIODS + _SCORES_OF.replace("{compared}", f'"{effect}"'))


_within = partial(Card, compares="within")

_difference = partial(_within, options=Crossover, formula="continuous.crossover:crossover_effect")

_of_events = partial(_within, options=CrossoverEvents, kinds=BINARY)

CARDS = (
    _difference(
        "mean_difference.crossover",
        "effect in a two-period crossover, Student's t interval",
        "Hills and Armitage 1979, Br J Clin Pharmacol 8:7",
        fixed={"effect": "treatment"},
        r=_effect("mean_difference", "treatment"),
    ),
    _difference(
        "period_difference.crossover",
        fixed={"effect": "period"},
        r=_effect("period_difference", "period"),
    ),
    _difference(
        "carry_over.crossover",
        fixed={"effect": "carry_over"},
        r=_effect("carry_over", "carry_over"),
    ),
    _within(
        "p_value.crossover_t",
        "t test of treatments adjusted for the period",
        "Hills and Armitage 1979, Br J Clin Pharmacol 8:7",
        options=CrossoverT,
        gives="p_value.{}@pair t.{}@pair? df.{}@pair?",
        kinds=SCORES,
        also={
            "crossover_t_period": Named(
                "t test of the periods", "Hills and Armitage 1979, Br J Clin Pharmacol 8:7"
            ),
            "crossover_t_carry_over": Named(
                "t test of carry-over, of little power", "Grizzle 1965, Biometrics 21:467"
            ),
        },
        formula="continuous.crossover:crossover_t",
        r=R(
            T_TEST,
            _PERIODS + _SCORES,
        ),
    ),
    _of_events(
        "p_value.mainland_gart",
        "Mainland and Gart's test",
        "Gart 1969, Biometrika 56:75",
        means="Mainland and Gart's exact test of a yes/no outcome in a two-period crossover.",
        gives="p_value.{}@pair",
        formula="continuous.crossover:mainland_gart",
        r=R(
            {"p_value": "fisher.test(cells, alternative = {sides})$p.value"},
            _PERIODS + _DIFFER,
        ),
    ),
    _of_events(
        "p_value.prescott",
        "Prescott's test",
        "Prescott 1981, J R Stat Soc C 30:9",
        means="Prescott's test of a yes/no outcome in a two-period crossover.",
        gives="p_value.{}@pair z.{}@pair?",
        formula="continuous.crossover:prescott",
        r=R(
            Z_TEST,
            _PERIODS + _DIFFER,
        ),
    ),
)
