"""A decision by another test than before is told where it is another decision."""

from types import SimpleNamespace

import pytest

from trialtrace.base.config.changes import KeyChange
from trialtrace.run.archive.comparison import COMPARISON, turned_by_another_test
from trialtrace.run.trial.entries import concerns

PLAN = SimpleNamespace(analyses={"a": SimpleNamespace(decision_level=0.05)}, decision_level=0.05)


def row(value: float, **other: object) -> dict[str, object]:
    return {
        **dict.fromkeys(COMPARISON),
        "analysis_id": "a",
        "stat_name": "p_value",
        "stat_value": value,
        **other,
    }


@pytest.mark.parametrize(
    ("gone", "new", "told"),
    [
        ([row(0.025)], row(0.35), True),
        ([row(0.025)], row(0.01), False),
        ([row(0.025)], row(0.35, visit="week 6"), False),
        ([row(0.025), row(0.2)], row(0.35), False),
        ([row(0.025, stat_name="statistic")], row(0.35), False),
    ],
)
def test_the_new_p_of_a_comparison_is_held_against_the_one_that_is_gone(gone, new, told):
    changed = {f"old{k}": (one, None) for k, one in enumerate(gone)} | {"new": (None, new)}
    assert [*turned_by_another_test(changed, (PLAN, PLAN))] == (["new"] if told else [])


@pytest.mark.parametrize(
    ("file", "bears"),
    [
        *[(f"{name}.yaml", False) for name in ("guesses", "answers", "claims", "multiverse")],
        ("dictionary.csv", True),
    ],
)
def test_answers_and_published_numbers_change_no_result(file, bears):
    change = KeyChange(f"config/trials/made/{file}", ("told", "visit"), "old", "new", 3, 3)
    assert concerns(change, {"told", "visit"}) is bears
