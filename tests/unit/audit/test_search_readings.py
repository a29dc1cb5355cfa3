"""Readings of values and designs over visits, on small tables; F and p by pingouin."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pingouin
import pytest

from trialtrace.audit.printed.expression import parse
from trialtrace.run.claims.search.repeated import (
    WITHIN,
    Repeated,
    repeated_readings,
    within_designs,
)
from trialtrace.run.claims.search.values import Visits, readings
from trialtrace.run.claims.search.wanted import Key, Wanted
from trialtrace.run.claims.search.ways import Sets, families

NAN = np.nan


def of_kind(kind, value="value"):
    return SimpleNamespace(kind=kind), SimpleNamespace(value=value)


def test_readings_of_a_value_with_a_baseline_and_gaps():
    visits = Visits(["before", "after"], np.array([[4.0, 2, 5], [6, NAN, 5]]), 0)
    endpoint, analysis = of_kind("repeated")
    found = {
        one.name: (one.tier, one.values) for one in readings(visits, analysis, endpoint, "after")
    }
    expected = {
        "": (1, [6, NAN, 5]),
        "complete cases": (2, [6, NAN, 5]),
        "last value carried forward": (2, [6, 2, 5]),
        "the change": (2, [2, NAN, 0]),
        "the change, last value carried forward": (2, [2, 0, 0]),
        "the change in percent": (2, [50, NAN, 0]),
        "before": (2, [4, 2, 5]),
        "before, complete cases": (2, [4, NAN, 5]),
    }
    for name, (tier, values) in expected.items():
        assert found[name][0] == tier
        np.testing.assert_equal(found[name][1], values)
    assert "before, the change" not in found


def test_readings_of_a_yes_no_endpoint():
    visits = Visits([""], np.array([[1.0, 0, NAN]]), None)
    endpoint, analysis = of_kind("event")
    found = {one.name: one.values for one in readings(visits, analysis, endpoint, None)}
    np.testing.assert_equal(found[""], [1, 0, NAN])
    np.testing.assert_equal(found["missing counted as no event"], [1, 0, 0])
    np.testing.assert_equal(found["missing counted as an event"], [1, 0, 1])


@pytest.fixture
def sides():
    """22 subjects with two sides at four visits, (sides, visits, subjects)."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(2, 4, 22)) + rng.normal(size=22) + 0.2 * np.arange(4)[:, None]


def long(sides):
    side, visit, subject = (axis.ravel() for axis in np.indices(sides.shape))
    table = pd.DataFrame({"side": side, "visit": visit, "subject": subject, "y": sides.ravel()})
    return table.assign(cell=table.side.astype(str) + table.visit.astype(str))


def matches(sides, printed, effect):
    """The names of the designs that give F, df and p as printed, for a claim about an effect."""
    patients = SimpleNamespace(
        arm=np.full(22, -1),
        arms=["real", "sham"],
        declared=Sets(["the planned patients"], [1], np.ones((1, 22), dtype=bool)),
        subsets=Sets(["nobody"], [3], np.zeros((1, 22), dtype=bool)),
    )
    labels = ["before", "after", "week 4", "week 8"]
    found = repeated_readings([Visits(labels, one, 0) for one in sides], labels, "value")
    designs = partial(within_designs, patients, [0, 1])
    grid = Repeated(patients, "Grip", found, designs, tuple(WITHIN))
    stats = {"statistic": "f", "df1": "df1", "df2": "df2", "p": "p_value"}
    order = [
        Wanted(
            "c",
            part,
            Key(stats[part.name], "value", "all", ("effect", effect)),
            "value",
            True,
            part.name[:2] == "df",
            0.05,
        )
        for part in parse(printed)
    ]
    assert all(grid.supports(one.key) for one in order)
    cell = tuple(int(one.part.value / one.part.ulp) for one in order)
    return [f.name for f in families(order, grid.ways(order)) if f.matches([cell], 3)]


def test_the_three_readings_of_two_sides_over_four_visits(sides):
    table = long(sides)
    both = pingouin.rm_anova(table, dv="y", within=["side", "visit"], subject="subject").iloc[2]
    printed = f"F(3, 63) = {both['F']:.3f}, p = {both['p_GG_corr']:.4f}"
    (told,) = [name for name in matches(sides, printed, "treatment_visit") if "half" not in name]
    assert told == "treatments by visits, interaction of treatment and visit, Greenhouse-Geisser"
    cells = pingouin.rm_anova(table, dv="y", within="cell", subject="subject").iloc[0]
    printed = f"F(7, 147) = {cells['F']:.3f}, p = {cells['p_unc']:.4f}"
    found = matches(sides, printed, "treatment_visit")
    assert found[0] == "every treatment at every visit, without correction"
    one = pingouin.rm_anova(table[table.side == 0], dv="y", within="visit", subject="subject")
    printed = f"F(3, 63) = {one.iloc[0]['F']:.3f}, p = {one.iloc[0]['p_unc']:.4f}"
    assert matches(sides, printed, "visit")[0] == "visits under real, without correction"
