"""The likeliest primary endpoint beside what the documentation of registry data sets says."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from documented_outcomes import EVERY, Outcomes, holds

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.likely_outcome import candidates, is_primary
from trialtrace.run.drafting.outcomes import outcome
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.questions import Question
from trialtrace.run.drafting.tables import profile


def place(documented: Outcomes) -> int:
    """Which of the choices of the question is one of its outcomes; 99 where none is."""
    asked: list[Question] = []
    with suppress(UserError):
        decide(profile([f"registry:{documented.item}"]), {"arm": documented.arm}, asked.append)
    shown: Sequence[tuple[str, str]] = next(
        (one.choices for one in asked if one.flag == "primary"), ()
    )
    right = [one.partition("+") for one in documented.columns.split()]
    hits = [
        at
        for at, (name, words) in enumerate(shown)
        if any(name == time and f"{status} tells" in words for time, _, status in right if status)
        or any(holds(name, column) for column, _, status in right if not status)
    ]
    return min(hits, default=99)


@pytest.mark.parametrize(
    ("ruled", "counts"), [(True, [46, 42, 44]), (False, [53, 45, 47])], ids=["ruled", "other"]
)
def test_how_often_an_outcome_is_offered_first_or_among_three(ruled, counts):
    places = [place(one) for one in EVERY if one.ruled is ruled]
    assert [len(places), sum(one < 1 for one in places), sum(one < 3 for one in places)] == counts


def named(name: str, label: str = "") -> Column:
    values = (("0", 20), ("1", 20))
    return Column(
        name=name, label=label or name, type="radio", validation="", choices=(), low="", high="",
        unit="", missing_codes=(), rows=40, blank=0, distinct=2, values=values, identifier=False,
        constant_within=None, evidence={},
    )  # fmt: skip


def table_of(*columns: Column) -> Table:
    return Table("t", "files", "t.csv", {}, "", 40, columns, (), (), (), (), {})


def first(*columns: Column) -> str:
    return candidates(table_of(*columns), [], "")[0].column


@pytest.mark.parametrize("kind", ["checkbox", "text"])
def test_two_values_of_whatever_type_are_yes_or_no(kind: str):
    column = replace(named("drugs___1"), type=kind)
    made = outcome(table_of(column), column, "")
    assert made is not None and (made.kind, made.event, made.codes) == ("event", "1", ())


@pytest.mark.parametrize(("blank", "found"), [(0, "time_to_event"), (20, "measure")])
def test_a_day_of_death_that_everybody_has_ends_as_death_says(blank: int, found: str):
    """Who lived and has a day has that of the last contact; without one it is that of the dead."""
    days = {"type": "text", "validation": "integer", "distinct": 30, "low": "1", "high": "99"}
    day = replace(named("DEATHDAY"), blank=blank, **days)
    kinds = {one.column: one.kind for one in candidates(table_of(day, named("DEATH")), [], "")}
    assert kinds["DEATHDAY"] == found


def test_a_status_that_is_called_primary_lifts_its_time():
    """The label is that of a public trial of digoxin."""
    labels = {"WHF": "First hospitalization", "DWHF": "Primary Endpt: Death or Hosp from HF"}
    pairs = [
        replace(named(f"{name}{end}", label * (not end)), **number)
        for name, label in labels.items()
        for end, number in (
            ("DAYS", {"type": "text", "validation": "integer", "distinct": 30, "low": "1"}),
            ("", {}),
        )
    ]
    primary = [one for one in candidates(table_of(*pairs), [], "") if one.primary]
    assert [(one.column, one.status) for one in primary] == [("DWHFDAYS", "DWHF")]


@pytest.mark.parametrize(
    ("outcome", "other"),
    [
        ("died", "HIV_status"),
        ("relapse", "smoking_status"),
        ("primary_outcome", "death"),
        ("response", "sex"),
        ("healed_12wk", "healed_before"),
        ("DTHFL", "SAFFL"),
        ("infection", "risk_score"),
    ],
)
def test_names(outcome: str, other: str):
    assert first(named(outcome), named(other)) == outcome
    assert first(named(other), named(outcome)) == outcome


@pytest.mark.parametrize(
    ("outcome", "other"),
    [
        ("Primary outcome: wound healed", "Marital status"),
        ("Death from any cause", "History of stroke"),
    ],
)
def test_labels_of_a_file_that_has_them(outcome: str, other: str):
    assert first(named("v1", outcome), named("v2", other)) == "v1"


@pytest.mark.parametrize("label", ["Seen in primary care", "Side of the primary tumour"])
def test_what_is_primary_otherwise_says_nothing_of_an_endpoint(label: str):
    assert is_primary(named("is_primary", "Blood pressure, primary"))
    assert not is_primary(named("is_primary", label))
