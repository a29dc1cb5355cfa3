"""Every promise of a display cohort, on random documents."""

from collections import Counter
from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_cohorts import Promise, cohorts, printed

from trialtrace.base.config.spec import structure
from trialtrace.run.synthetic.draw import draw_cohort
from trialtrace.run.trial.cohort.file import CohortFile

SLOW = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def columns(level, *names: str) -> list[np.ndarray]:
    return [np.array(level.view(name).to_pylist(), dtype=object) for name in names]


def counted(mask: np.ndarray, values: np.ndarray) -> tuple[int, int]:
    """(yes, with a value)"""
    here = values[mask]
    return int((here == "yes").sum()), int((here != None).sum())  # noqa: E711


@SLOW
@given(cohorts(), st.integers(0, 10**6))
def test_the_promises_of_a_display_cohort(promise: Promise, seed: int):
    drawn = draw_cohort(
        structure(CohortFile, promise.document), "random", mode="display", seed=seed
    )
    patients = drawn.levels["patients"]
    arm, whole, inner, kind = columns(patients, "arm", "whole", "inner", "kind")
    assert Counter(arm.tolist()) == promise.arms
    for name in promise.arms:
        here = arm == name
        assert counted(here, whole) == promise.counts["whole"][name]
        assert counted(here & (inner == "yes"), whole) == promise.among[name]
        wanted = {k: n for k, n in promise.categories[name].items() if n}
        assert Counter(kind[here].tolist()) == wanted
    _moments(promise, patients, arm)
    _pattern(promise, patients, whole)
    assert sum(patients.view("events").to_pylist()) == promise.total
    _rows(drawn)


def _moments(promise: Promise, patients, arm: np.ndarray) -> None:
    value = patients.view("value").to_numpy()
    assert (value >= promise.limits[0]).all()
    assert (value <= promise.limits[1]).all()
    for name, (mean, sd) in promise.moments.items():
        here = value[arm == name].astype(float)
        assert Decimal(printed(float(here.mean()), 1)) == Decimal(mean)
        assert Decimal(printed(float(here.std(ddof=1)), 1)) == Decimal(sd)


def _pattern(promise: Promise, patients, whole: np.ndarray) -> None:
    least, most, _ = promise.pattern
    parts = columns(patients, "one", "part0", "part1", "part2")
    yes = sum((part == "yes").astype(int) for part in parts)
    assert (yes[whole == "yes"] >= least).all()
    assert (yes[whole == "no"] <= most).all()
    for part in parts:
        assert ((part == None) == (whole == None)).all()  # noqa: E711
    given_parts = promise.document["quantities"]["parts"]["pattern"]["parts"]
    assert (parts[0] == "yes").sum() == given_parts["one"]["share"]["count"]


def _rows(drawn) -> None:
    patients, visits, rows = (drawn.levels[name] for name in ("patients", "visits", "rows"))
    leaves, last = columns(patients, "leaves", "last")
    assert ((last != None) == (leaves == "yes")).all()  # noqa: E711
    day, end = columns(visits, "visit_day", "last")
    assert all(e is None or d <= e for d, e in zip(day, end, strict=True))
    expected = sum(1 for e in last for d in (0, 30, 60) if e is None or d <= e)
    assert visits.size == expected
    assert set(visits.view("score").to_pylist()) <= {0, 1, 2}
    picked = np.array(rows.view("picked").to_pylist()) == "yes"
    number = np.bincount(rows.parent, weights=picked, minlength=patients.size)
    assert (number == patients.view("wanted").to_numpy()).all()
    for row in drawn.truth:
        if row["margin"] and row["count"] is not None and row["of"] is not None:
            assert row["drawn"] == row["count"], row


@settings(SLOW, max_examples=15)
@given(cohorts(), st.integers(0, 10**6), st.data())
def test_streams_are_by_name(promise: Promise, seed: int, data):
    """The order of the file and further quantities change nothing; neither does a second draw."""
    document = promise.document
    first = draw_cohort(structure(CohortFile, document), "random", mode="display", seed=seed)
    names = data.draw(st.permutations(list(document["quantities"])))
    more = {name: document["quantities"][name] for name in names}
    more["new"] = {"level": "visits", "normal": {"mean": 0, "sd": 1}}
    second = draw_cohort(
        structure(CohortFile, document | {"quantities": more}), "random", mode="display", seed=seed
    )
    for name, level in first.levels.items():
        for column, values in level.columns.items():
            assert second.levels[name].columns[column].equals(values), column
    assert second.levels["visits"].view("new").null_count == 0
