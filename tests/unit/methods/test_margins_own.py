"""Only of margins that the trial declared a verdict says whether a difference matters."""

import pytest

from trialtrace.base.config.spec import structure
from trialtrace.run.methods.analysing.margins import _verdict
from trialtrace.run.trial.plan.cards.continuous import Equivalence, NonInferiority
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval

WITHIN, BEYOND = Interval(0.1, -0.4, 0.6), Interval(2.0, 1.2, 2.8)


def told(shape, found, **options):
    step = Step("equivalence", "welch", structure(shape, options))
    value, words = _verdict(step, found)
    return value, words[value]


@pytest.mark.parametrize(("found", "value"), [(WITHIN, 1), (BEYOND, -1)])
def test_the_plans_own_margins_are_called_that(found, value):
    margins = {"lower": -1, "upper": 1, "alpha": 0.05}
    verdict, words = told(Equivalence, found, **margins)
    assert verdict == value
    assert "this plan's own" in words and "matters" not in words
    verdict, words = told(Equivalence, found, **margins, declared_by="trial")
    assert verdict == value and "difference that matters" in words


def test_a_margin_of_non_inferiority_too():
    margin = {"margin": -1, "higher": "better", "alpha": 0.025}
    assert "this plan's own margin" in told(NonInferiority, WITHIN, **margin)[1]
    assert told(NonInferiority, WITHIN, **margin, declared_by="trial")[1].startswith("not inferior")
