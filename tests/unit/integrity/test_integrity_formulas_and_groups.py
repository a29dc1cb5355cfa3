"""Numbers made of others, in two groups far apart, in order or alike beside rows that are not."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from trialtrace.run.integrity import (
    agreement,
    breaks,
    formulas,
    groups,
    intervals,
    ordered,
    runs,
)
from trialtrace.run.integrity.export import (
    CODE,
    DATE,
    NUMBER,
    Column,
    Export,
    Sheet,
    resolution,
    without_copies,
)
from trialtrace.run.integrity.read import _without_start

N = 120
WHO = np.arange(N)


def number(name: str, values) -> Column:
    return Column(name, NUMBER, np.asarray(values, float))


def of_patients(*columns: Column, **more) -> Export:
    sheet = Sheet("p", WHO + 2, WHO, WHO * 0, WHO * 0, columns)
    used = frozenset(("p", column.name) for column in columns)
    return Export(N, "p", (sheet,), used=used, **more)


def lowest(looks):
    return min(looks, key=lambda look: look.p)


MADE = {
    "ratio": lambda x, y: np.round(100 * x / y, 1),
    "difference": lambda x, y: x - y,
    "sum": lambda x, y: x + y,
    "part that is the difference": lambda x, y: np.round(100 * (x - y) / y, 1),
}


@pytest.mark.parametrize("way", MADE)
def test_rows_are_told_that_are_not_made_as_the_others(way):
    rng = np.random.default_rng(1)
    x, y = np.round(rng.normal(40, 9, N), 1), np.round(rng.normal(70, 8, N), 1)
    made = MADE[way](x, y)
    columns = number("diastole", x), number("cycle", y)
    assert lowest(formulas.looks(of_patients(number("made", made), *columns))).p == 1
    wrong = WHO % 3 == 1
    other = np.where(wrong, np.roll(made, 5) + 30, made)
    look = lowest(formulas.looks(of_patients(number("made", other), *columns)))
    assert look.p < 1e-20 and look.where == "p.made" and f"the {way} of" in look.told
    assert {*look.rows} <= {*(WHO[wrong] + 2)} and len(look.rows) > 30
    # What is measured beside two others, and near what they give, is no formula of them.
    near = of_patients(number("made", made + rng.normal(0, 3, N).round(1)), *columns)
    assert not list(formulas.looks(near))


@pytest.mark.parametrize("seed", range(4))
def test_formulas_that_are_tried_are_those_that_hold_in_a_sample_one_by_one(seed):
    rng = np.random.default_rng(seed)
    a, b = np.round(rng.normal(50, 9, N), seed % 3), np.round(rng.normal(20, 4, N))
    fine, zeros = rng.normal(size=N), rng.poisson(1, N)
    made = [way(a, b) for way in MADE.values()]
    columns = [np.asarray(each, float) for each in (a, b, fine, zeros, *made)]
    for column in columns:
        column[rng.random(N) < 0.1 * rng.random()] = np.nan
    columns[0][:60] = np.nan
    used = [at % 3 == seed % 3 for at in range(len(columns))]
    one_by_one = {}
    for three in permutations(range(len(columns)), 3):
        z, x, y = (columns[at] for at in three)
        at = np.flatnonzero(~np.isnan(x + y + z))
        few = at[np.unique(np.linspace(0, len(at) - 1, 60).astype(int))]
        unit = resolution(z[at])
        if len(at) < 30 or unit is None or not any(used[at] for at in three):
            continue
        with np.errstate(all="ignore"):
            found = [
                (way, nth)
                for way, formula in formulas.WAYS.items()
                for nth, due in enumerate(formula(x[few], y[few]))
                if (np.abs(z[few] - due) <= 0.51 * unit + 1e-9 * np.abs(z[few])).mean() >= 0.5
            ]
        if found:
            one_by_one[three] = found
    assert one_by_one and formulas._likely(columns, used) == one_by_one


def test_values_of_another_unit_are_a_group_of_their_own():
    rng = np.random.default_rng(2)
    glucose = np.round(rng.normal(5.6, 0.6, N), 1)
    many = WHO >= 70

    def looks(name, values, outcome=True):
        made = of_patients(number(name, values))
        return list(groups.looks(replace(made, outcomes=made.used) if outcome else made))

    assert lowest(looks("glucose", glucose)).p == 1
    mixed = np.where(many, 18 * glucose, glucose)
    look = lowest(looks("glucose", mixed))
    assert look.p < 1e-20 and look.rows == tuple(WHO[many] + 2)
    # A dose of two regimens is no outcome.
    assert not looks("dose", mixed, outcome=False)
    # Women and men, or who had a long illness, are closer to each other.
    both = np.append(rng.normal(1.6, 0.4, 60), rng.normal(17, 4, 60))
    assert lowest(looks("testosterone", both)).p == 1
    assert lowest(looks("days", rng.lognormal(1, 1.2, N))).p == 1


def test_groups_that_are_the_sexes_are_no_other_unit():
    rng = np.random.default_rng(6)
    men = rng.random(N) < 0.5
    psa = np.where(men, rng.lognormal(1, 0.2, N), rng.lognormal(-5, 0.2, N))
    sex, site = Column("sex", CODE, men.astype(float)), Column("site", CODE, men.astype(float))

    def least(column, **more):
        made = of_patients(number("psa", psa), column, lasting=frozenset({column.name}), **more)
        looks = groups.looks(replace(made, outcomes=made.used))
        return min((one.p for one in looks), default=1.0)

    assert least(sex) == 1
    # Of a site it may be its laboratory.
    assert least(site, site=men.astype(np.intp)) < 1e-10


def test_copies_and_what_all_have_alike_say_nothing_of_their_own():
    rng = np.random.default_rng(7)
    who, part = np.repeat(WHO, 4), np.tile(np.arange(4), N)
    value = rng.normal(50, 9, 4 * N)
    limit = np.array([3.0, 30.0, 60.0, 130.0])[part]
    odd = np.where(np.arange(4 * N) == 9, limit + 1, limit)
    columns = [number(name, data) for name, data in (("a", value), ("b", value), ("limit", limit))]
    columns.append(number("odd", odd))
    sheet = Sheet("v", np.arange(4 * N) + 2, who, who * 0, part, tuple(columns))

    def left(*used: str) -> list[str]:
        own = without_copies(sheet, frozenset(("v", name) for name in used))
        return [one.name for one in own.columns]

    assert left() == ["a", "odd"] and left("b") == ["b", "odd"]
    assert left("limit", "a", "b") == ["a", "b", "limit", "odd"]


def of_visits(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.round(rng.normal(60, 10, (N, 1)) + rng.normal(0, 4, (N, 3)), 1)


def wide(values: np.ndarray) -> Export:
    names = [f"force_{visit}" for visit in range(3)]
    columns = map(number, names, values.T)
    return of_patients(*columns, wide=(tuple(("p", name) for name in names),))


def test_a_file_in_no_order_has_no_visit_that_stands_sorted():
    values = of_visits(3)
    assert lowest(ordered.looks(wide(values))).p > 0.01
    alone = values.copy()
    alone[:, 2] = np.sort(alone[:, 2])
    look = lowest(ordered.looks(wide(alone)))
    assert look.p < 1e-4 and look.where == "p.force_2"
    # A file that was sorted by it has the other visits in nearly that order.
    assert lowest(ordered.looks(wide(values[np.argsort(values[:, 2])]))).p > 0.01
    part = values.copy()
    part[40:70, 2] = 50 + np.arange(30) / 10
    look = lowest(ordered.looks(wide(part)))
    assert look.p < 1e-10 and {*range(42, 72)} <= {*look.rows}


def test_a_visit_filled_down_between_rows_of_other_visits():
    def export(values: np.ndarray) -> Export:
        who, step = np.repeat(WHO, 3), np.tile(np.arange(3), N)
        column = (number("force", values.ravel()),)
        sheet = Sheet("v", np.arange(N * 3) + 2, who, step, who * 0, column, visits=True)
        return Export(N, "v", (sheet,))

    values = of_visits(4)
    assert lowest(runs.looks(export(values))).p > 0.01
    values[30:50, 1] = values[30, 1]
    look = lowest(runs.looks(export(values)))
    assert look.p < 1e-10 and look.rows == tuple(3 * WHO[30:50] + 3)


def test_a_site_whose_treatment_began_before_entry_in_all_patients():
    entered = Column("entered", DATE, 18000.0 + WHO)
    site, first = WHO % 3, 18002.0 + WHO
    early = site == 1

    def look(days):
        made = of_patients(entered, Column("first_bath", DATE, days), entry=("p", "entered"))
        return lowest(intervals.looks(replace(made, site=site)))

    assert look(first).p == 1
    told = look(np.where(early, first - 12, first))
    assert told.p < 1e-20 and told.rows == tuple(WHO[early] + 2)
    # Dates before entry at all sites are of something that comes first.
    assert look(np.where(WHO % 2 == 0, first - 12, first)).p == 1


@pytest.mark.parametrize("slips", [0, 4])
def test_a_follow_up_that_ended_before_a_death_has_its_own_days(slips):
    rng = np.random.default_rng(5)
    entered, days = 18000.0 + WHO, rng.integers(30, 300, N).astype(float)
    last = entered + days
    died = np.where(WHO < 30, last, np.nan)
    died[:8] += 45
    days[20 : 20 + slips] -= 9
    dates = [
        Column(name, DATE, values)
        for name, values in (("entered", entered), ("last_seen", last), ("died_on", died))
    ]
    (look,) = [
        one
        for one in agreement._days(of_patients(*dates, number("days", days)))
        if "died" in one.told
    ]
    assert look.rows == tuple(range(22, 22 + slips))


@pytest.mark.parametrize(("unit", "levels", "looks"), [("", 1, 0), ("mg", 9, 0), ("days", 9, 1)])
def test_a_dose_is_no_number_of_days_between_two_dates_that_are_often_one(unit, levels, looks):
    """Half have none, and of them all who died were seen last on that day."""
    dose = np.where(WHO % 2 == 0, 0.0, 10.0 + WHO % levels)
    last = 18000.0 + WHO
    died = np.where(WHO < 90, last + dose * (levels > 1), np.nan)
    dates = Column("last_seen", DATE, last), Column("died_on", DATE, died)
    made = of_patients(*dates, replace(number("dose", dose), unit=unit))
    assert len(list(agreement._days(made))) == looks


def test_nobody_is_without_relapse_for_longer_than_alive():
    alive = 200.0 + WHO
    without = np.where(WHO % 2 == 0, alive, alive - 90)

    def looks(rfs):
        made = of_patients(number("os", alive), number("rfs_days", rfs))
        return [one.rows for one in agreement.looks(made)]

    assert looks(without) == [()]
    assert looks(np.where(WHO == 7, alive + 365, without)) == [(9,)]


def test_a_site_that_joined_late_has_no_level():
    late = number("site", np.where(WHO < 80, WHO % 3 + 1, WHO % 4 + 1))
    made = replace(of_patients(late, number("grip", WHO * 7 % 40)), entry=("p", "on"))
    day = Column("on", DATE, 18000.0 + WHO)
    made = replace(made, sheets=(replace(made.sheets[0], columns=(*made.sheets[0].columns, day)),))
    assert lowest(one for one in breaks.looks(made) if one.where == "p.site").p < 1e-4
    site = replace(made, lasting=frozenset({"site"}))
    assert not [one for one in breaks.looks(site) if one.where == "p.site"]


@pytest.mark.parametrize(("start", "gone"), [(0, True), (3, False)])
def test_a_change_of_none_where_it_begins_is_no_value(start, gone):
    """The visit at which all have 0, and no other in half of the rows."""
    step = np.repeat([0, 1, 2], 40)
    values = np.where(step == 0, start, np.arange(120) % 13 - 6.0)
    kept = _without_start(number("change", values), step)
    assert np.isnan(kept[step == 0]).all() == gone
    assert np.array_equal(kept[step > 0], values[step > 0])
    # Of a sign that few have at any visit nothing is left out.
    seldom = np.where(step == 0, 0, np.arange(120) % 3 // 2)
    assert not np.isnan(_without_start(number("rash", seldom), step)).any()
