"""What a plan, a scale or a calendar makes of rows that are right, and the slips that look so."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_trial import tiny

from trialtrace.run.integrity import (
    agreement,
    balance,
    breaks,
    carried,
    correspondence,
    exchanged,
    factors,
    far,
    formulas,
    intervals,
    misplaced,
    read,
    records,
)
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet

N = 150
WHO = np.arange(N)
ENTRY = 18000.0 + 2 * WHO


def number(name: str, values, kind: str = NUMBER) -> Column:
    return Column(name, kind, np.asarray(values, float))


def rows_of(name: str, *columns: Column, visits: int = 1, declared: bool = True) -> Sheet:
    who, step = np.repeat(WHO, visits), np.tile(np.arange(visits), N)
    rows = np.arange(2, len(who) + 2)
    return Sheet(name, rows, who, step, 0 * step, columns, True, visits=declared and visits > 1)


def patients(*columns: Column, **more) -> Export:
    return Export(N, "p", (rows_of("p", *columns),), **more)


def least(looks) -> float:
    return min((one.p for one in looks), default=1.0)


@pytest.mark.parametrize("numbered", ["VSSEQ", "VISITNUM"])
def test_numbers_of_rows_are_no_visits(numbered):
    endpoint = """
systolic: {label: Systolic, code: SYS, kind: repeated, table: vs, column: VSSTRESN,
  where: {VSTESTCD: {is: SYSBP}}, visit: {column: VISIT, labels: {A: Before, B: After}}}
"""
    assert read._declared_keys(tiny(endpoint), "vs") == ["VISIT", "VSTESTCD"]
    assert bool(read.NUMBERED.fullmatch(numbered)) == (numbered == "VSSEQ")


@pytest.mark.parametrize("first", [False, True])
def test_days_to_the_first_of_several_events_end_before_a_death(first):
    """One in five had another event before, of who died and of who lives, or nobody had."""
    rng = np.random.default_rng(1)
    days = rng.integers(30, 900, N).astype(float)
    end = ENTRY + days
    died = np.where(WHO < 100, end, np.nan)
    before = (WHO % 5 == 0) & first
    told = np.where(before, np.round(days / 3), days)
    wrong = np.isin(WHO, [3, 8])
    told[wrong] = days[wrong] + 60
    dates = {"entered": ENTRY, "last_seen": end, "died": died}
    export = patients(number("days", told), *(number(n, v, DATE) for n, v in dates.items()))
    (look,) = (one for one in agreement.looks(export) if "died" in one.told)
    assert look.rows == (5, 10) and look.told.startswith("2 of 100")


def test_a_count_of_few_is_no_number_of_days():
    """Who died was seen last on that day, and had no admission, or one."""
    died = np.where(WHO < 60, ENTRY + 100, np.nan)
    dates = {"seen": ENTRY + 100, "died": died}
    admissions = np.where(WHO % 20 == 0, 3, WHO % 2)
    export = patients(
        number("admissions", admissions), *(number(n, v, DATE) for n, v in dates.items())
    )
    assert not list(agreement.looks(export))


@pytest.mark.parametrize("both", [False, True])
def test_a_sum_with_nothing_is_no_formula(both):
    rng = np.random.default_rng(2)
    ward, dead = (rng.integers(1, 40, N).astype(float) for _ in range(2))
    free = np.where((WHO % 3 == 0) | both, rng.integers(1, 30, N), 0)
    whole = dead + free
    # Without days free of it the stay is the day of death; with such days it is not.
    stay = whole if both else np.where(free == 0, whole, ward)
    stay[[4, 10, 22, 31, 43, 55]] += 90
    made = patients(number("stay", stay), number("day", dead), number("free", free))
    looks = list(formulas.looks(replace(made, used=frozenset({("p", "stay")}))))
    assert bool(looks) == both and (not both or least(looks) < 0.01)


@pytest.mark.parametrize("most", [False, True])
def test_a_diary_that_most_began_before_entry(most):
    """The first rows of four in five patients are before it, or of one in ten."""
    early = WHO % 5 > 0 if most else WHO % 10 == 0
    start = ENTRY[:, None] + np.arange(6) * 7 + np.where(early, -10, 3)[:, None]
    start[:, 1] += 10
    began = rows_of("d", number("began", start.ravel(), DATE), visits=6, declared=False)
    sheets = rows_of("p", number("entered", ENTRY, DATE)), began
    looks = list(intervals.looks(Export(N, "p", sheets, entry=("p", "entered"))))
    assert [one for one in looks if "before their entry" in one.told] == [] or not most


@pytest.mark.parametrize("base", [2.0, np.sqrt(10)])
def test_nothing_of_a_series_of_dilutions_is_far(base):
    rng = np.random.default_rng(3)
    steps = np.where(WHO < 12, 7 + WHO % 2, rng.integers(0, 3, N))
    titre = 10 * base**steps
    assert not list(far.looks(patients(number("titre", titre))))
    # One that is of no such series is looked at.
    titre[3] = 3 * titre.max()
    assert list(far.looks(patients(number("titre", titre))))


def test_a_dose_that_nearly_all_keep_is_no_measure():
    rng = np.random.default_rng(4)
    dose = np.repeat(10.0 * 2 ** (WHO % 4)[:, None], 4, axis=1)
    dose[[3, 7], 2:] = 0
    score = np.clip(np.repeat(WHO % 4, 4).reshape(N, 4) + rng.integers(0, 2, (N, 4)), 0, 4)

    def series(values: np.ndarray) -> int:
        return len(Export(N, "v", (rows_of("v", number("x", values.ravel()), visits=4),)).series)

    assert (series(dose), series(score)) == (0, 1)
    gone = dose.copy()
    gone[rng.random((N, 4)) < 0.1] = np.nan
    export = Export(N, "v", (rows_of("v", number("dose", gone.ravel()), visits=4),))
    assert not [*carried.looks(export), *misplaced.looks(export)]


@pytest.mark.parametrize(
    ("levels", "unit"),
    [
        ((5.0, 3.9, 3.1, 2.0), False),
        ((5.1, 5.0, 4.9, 3.0), True),
        ((5.1, 3.0, 5.0, 4.9), True),
    ],
)
def test_what_falls_from_visit_to_visit_is_of_no_other_unit(levels, unit):
    rng = np.random.default_rng(5)
    logs = rng.normal(0, 0.2, (N, 1)) + rng.normal(0, 0.1, (N, 4)) + np.array(levels)
    values = number("load", np.round(10**logs).ravel())
    export = Export(N, "v", (rows_of("v", values, visits=4),))
    assert (least(factors.looks(export)) < 1e-6) == unit


def test_what_all_start_with_has_no_unit():
    rng = np.random.default_rng(6)
    dose = np.round(rng.normal(22.0, 1, (N, 3)))
    dose[:, 0] = 10
    export = Export(N, "v", (rows_of("v", number("dose", dose.ravel()), visits=3),))
    assert least(factors.looks(export)) == 1
    dose[:, 0] = np.round(dose[:, 0] + rng.normal(0, 0.6, N))
    export = Export(N, "v", (rows_of("v", number("dose", dose.ravel()), visits=3),))
    assert least(factors.looks(export)) < 1e-6


@pytest.mark.parametrize("filled", [0, 25])
def test_a_score_of_a_coarser_number_is_carried_with_it(filled):
    """Of a weight in whole kilograms, which some have twice."""
    rng = np.random.default_rng(7)
    weight = np.round(rng.normal(60, 6, (N, 1)) + rng.normal(0, 3, (N, 3)))
    again = rng.random(N) < 0.3
    weight[again, 1] = weight[again, 0]
    score = np.round((weight - 60) / 6 + np.linspace(-0.3, 0.3, N)[:, None], 2)
    other = np.round(rng.normal(300, 40, (N, 1)) + rng.normal(0, 30, (N, 3)))
    other[:filled, 1] = other[:filled, 0]
    columns = [number(n, v.ravel()) for n, v in (("kg", weight), ("z", score), ("lab", other))]
    export = Export(N, "v", (rows_of("v", *columns, visits=3),))
    worst = {
        name: least(one for one in carried.looks(export) if one.where == f"v.{name}")
        for name in ("z", "lab")
    }
    assert worst["z"] > 0.01 and (worst["lab"] < 1e-4) == bool(filled)


def test_the_longest_times_to_a_cut_are_of_who_came_first():
    days = np.minimum(20000 - ENTRY, np.random.default_rng(8).exponential(3000, N).round())
    ties = np.where(WHO < 6, ENTRY[0], ENTRY)
    days[:6] = 20000 - ties[:6]
    export = patients(number("days", days), number("entered", ties, DATE), entry=("p", "entered"))
    assert not [one for one in breaks.looks(export) if "end of the scale" in one.told]
    score = np.random.default_rng(8).integers(0, 5, N) + (WHO > 70)
    scored = patients(number("score", score), number("entered", ties, DATE), entry=("p", "entered"))
    assert least(one for one in breaks.looks(scored) if "end of the scale" in one.told) < 1e-4


@pytest.mark.parametrize("dead", [0, 20])
def test_zeros_of_who_died_are_told_as_theirs(dead):
    score = np.round(np.random.default_rng(9).normal(60, 8, N))
    score[:15] = 0
    died = np.where(dead > WHO, ENTRY + 300, np.nan)
    (look,) = single.codes(patients(number("score", score), number("died", died, DATE)))
    assert (look.remark, look.p < 1e-6) == ((single.DEAD, False) if dead else (single.ZEROS, True))
    assert look.rows == tuple(range(2, 17))


@pytest.mark.parametrize(("arms", "told"), [(("0 mg", "20 mg"), True), (("A", "B"), False)])
def test_a_number_says_the_arm_where_arms_are_called_by_it(arms, told):
    arm = WHO % 2
    given = np.where(np.isin(WHO, [10, 61]), 1 - arm, arm) * 20
    export = patients(number("given", given), arm=arm, arms=arms, arm_column=("p", "arm"))
    (look,) = correspondence.looks(export)
    assert look.rows == (12, 63) and bool(look.remark) == told
    named = replace(export, sheets=(rows_of("p", number("given", given, CODE)),))
    assert next(correspondence.looks(named)).remark == correspondence.OTHERWISE


@pytest.mark.parametrize("cut", [True, False])
def test_two_who_entered_on_a_day_and_live_at_the_cut_are_two(cut):
    rng = np.random.default_rng(10)
    entry = 18000 + WHO // 2 * 7.0
    days = 19000 - entry if cut else rng.integers(30, 900, N).astype(float)
    died = WHO % 3 == 0
    days[died] = np.round(days[died] / 3)
    columns = {"age": rng.integers(50, 70, N), "dead": died * 1.0, "days": days}
    for values in columns.values():
        values[31] = values[30]
    entered = number("entered", entry, DATE)
    export = patients(*(number(name, values) for name, values in columns.items()), entered)
    assert (records.same_patients(export, 0.05) is None) == cut


@pytest.mark.parametrize("nested", [True, False])
def test_who_treats_one_arm_alone_is_no_baseline(nested):
    arm, rng = WHO % 2, np.random.default_rng(11)
    therapist = WHO // 2 % 5 + 5 * arm * nested
    columns = number("therapist", therapist, CODE), number("age", rng.normal(50, 9, N))
    columns = (*columns, number("weight", rng.normal(80, 9, N)))
    at = tuple(("p", one.name) for one in columns)
    looks = [*balance.looks(patients(*columns, arm=arm, baseline=at))]
    assert f"in {2 if nested else 3} variables" in looks[0].told and least(looks) > 0.01


@pytest.mark.parametrize(("apart", "told"), [(20, True), (120, False)])
def test_arms_that_are_given_other_levels_are_not_exchanged(apart, told):
    """Half of the patients rise by 20 and half fall; one arm begins higher."""
    arm, rng = WHO % 2, np.random.default_rng(12)
    first = rng.normal(100, 5, N) + apart * arm
    values = np.column_stack([first, first + np.where(WHO // 2 % 2, 20, -20)])
    sheet = rows_of("v", number("x", np.round(values, 1).ravel()), visits=2)
    export = Export(N, "v", (sheet,), allocated=(arm, WHO), began=frozenset({("v", "x")}))
    assert (least(exchanged.of_groups(export)) < 1e-6) == told
