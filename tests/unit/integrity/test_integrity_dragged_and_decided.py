"""Cells dragged down a sheet, a column that a code fills, a yes or no that a number decides."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import dragged, filled, thresholds
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet

N = 120
SITE = np.arange(N) // 30
RNG = np.random.default_rng(29)
SCORE = np.round(RNG.normal(60, 12, 3 * N))


def of_patients(*columns: Column) -> Export:
    none = np.zeros(N, np.intp)
    sheet = Sheet("p", np.arange(2, N + 2), np.arange(N), none, none, columns, True)
    return whole(sheet)


def of_visits(*columns: Column) -> Export:
    """Three visits of each patient, one after the other."""
    size = 3 * N
    who, step, none = np.repeat(np.arange(N), 3), np.tile(np.arange(3), N), np.zeros(size, np.intp)
    return whole(Sheet("v", np.arange(2, size + 2), who, step, none, columns, True, visits=True))


def whole(sheet: Sheet) -> Export:
    used = frozenset((sheet.name, column.name) for column in sheet.columns)
    return Export(N, "p", (sheet,), site=SITE, used=used)


def number(name: str, values) -> Column:
    return Column(name, NUMBER, np.asarray(values, float))


def code(name: str, values, levels=("no", "yes"), label="") -> Column:
    return Column(name, CODE, np.asarray(values, float), label=label, levels=levels)


@pytest.mark.parametrize("step", [1, -1, 0.5])
def test_a_dragged_cell_is_told_with_its_rows(step):
    values = SCORE.copy()
    values[100:114] = 61 + step * np.arange(14)
    (look,) = dragged.looks(of_visits(number("vas", values)))
    assert look.p < 1e-9 and look.rows == tuple(range(102, 116))
    assert look.told == "14 of 360 rows after one another are each one step further"


def test_the_chance_of_equal_steps_is_that_of_the_others():
    values = np.tile([10.0, 30, 70, 20, 90, 40, 80, 60, 15, 52], 36)
    values[99:113] = 61 + np.arange(14)
    (look,) = dragged.looks(of_visits(number("vas", values)))
    steps = np.delete(np.diff(values), slice(98, 113))
    counts = np.unique(steps, return_counts=True)[1]
    alike = (counts * (counts - 1)).sum() / (len(steps) * (len(steps) - 1))
    assert look.p == pytest.approx(360 * alike**12)


@pytest.mark.parametrize(
    "values",
    [
        SCORE,
        np.sort(SCORE),
        np.arange(3 * N) + 500.0,
        np.arange(3 * N) + 500.0 + RNG.integers(0, 2, 3 * N),
        # Days of a diary begin anew with each patient.
        np.tile(np.arange(3.0), N) + np.repeat(SCORE[:N], 3),
    ],
    ids=["drawn", "sorted", "counted", "counted with gaps", "days"],
)
def test_counters_and_sorted_columns_are_not_dragged(values):
    assert all(look.p > 0.001 for look in dragged.looks(of_visits(number("vas", values))))


def test_one_answer_in_row_after_row_of_a_visit_has_the_chance_of_lots():
    answers = np.tile([0.0, 1, 1, 0, 1, 0, 0, 1, 0, 1], 3 * N // 10)
    at_last = np.arange(2, 3 * N, 3)
    run = at_last[45:75]
    answers[run] = 0
    (look,) = dragged.looks(of_visits(code("relief", answers)))
    visit = answers[at_last]
    start, length = 45, 30
    while visit[start - 1] == 0:
        start, length = start - 1, length + 1
    while visit[start + length] == 0:
        length += 1
    others = np.delete(visit, slice(start, start + length))
    lots = stats.hypergeom.pmf(0, N, length, int(others.sum()))
    # Three visits were tried.
    assert look.p == pytest.approx(3 * (len(others) + 1) * lots)
    assert look.rows == tuple(at_last[start : start + length] + 2)


def test_one_answer_of_a_site_of_a_sorted_arm_or_among_clusters_is_left_alone():
    rng = np.random.default_rng(3)
    at_last = np.arange(2, 3 * N, 3)

    def p_of(visit) -> float:
        answers = (rng.random(3 * N) < 0.5).astype(float)
        answers[at_last] = visit
        (look,) = dragged.looks(of_visits(code("relief", answers)))
        return look.p

    even = rng.random(N) < 0.5
    assert p_of(np.where((np.arange(N) // 30 == 2), 0, even)) > 0.01
    assert p_of(np.where(np.arange(N) >= N // 2, 0, even)) > 0.01
    assert p_of(np.arange(N) // 13 % 2) > 0.01


DEAD = np.random.default_rng(5).random(N) < 0.5
CAUSE = np.where(DEAD, RNG.integers(0, 2, N), np.nan)


def of_deaths(status, cause) -> Export:
    columns = (
        code("status", status, ("alive", "dead")),
        code("cause", cause, ("cancer", "other"), "Cause of death"),
    )
    return of_patients(*columns)


def test_a_status_exchanged_at_a_site_is_told_by_the_cause_of_death():
    (look,) = filled.looks(of_deaths((SITE == 2) != DEAD, CAUSE))
    assert look.p < 1e-10 and look.rows == tuple(range(62, 92))
    assert look.told.endswith("or the contrary, all of one site")


def test_few_causes_against_the_status_are_told_without_a_chance():
    dead = DEAD.copy()
    dead[[*np.flatnonzero(~DEAD)[:4], *np.flatnonzero(DEAD)[10:12]]] ^= True
    (look,) = filled.looks(of_deaths(dead, CAUSE))
    assert look.p == 1 and look.remark == filled.REMARK
    assert look.rows == tuple(np.flatnonzero(dead != DEAD) + 2)
    # What no name says belongs to the code is not told.
    unnamed = of_patients(code("status", dead, ("a", "b")), number("load", CAUSE))
    assert not [look for look in filled.looks(unnamed) if look.remark]


@pytest.mark.parametrize(
    "cause",
    [
        CAUSE,
        np.where(SITE == 1, np.nan, CAUSE),
        np.where(np.arange(N) < 47, np.nan, CAUSE),
        np.where(SITE == 3, 0, CAUSE),
        np.where(np.arange(N) % 3 == 0, 0, CAUSE),
    ],
    ids=["as it says", "a site without", "asked later", "of all at a site", "of the living too"],
)
def test_causes_not_asked_or_given_for_all_are_no_slip(cause):
    assert all(look.p == 1 for look in filled.looks(of_deaths(DEAD, cause)))


PRESSURE = np.round(np.random.default_rng(7).normal(140, 15, 3 * N))
LAST = np.tile(np.arange(3), N) == 2


def of_control(controlled, pressure=PRESSURE) -> Export:
    return of_visits(code("controlled", controlled), number("sbp", pressure))


def test_a_flag_of_the_visit_before_is_told_by_its_number():
    controlled = PRESSURE < 140
    controlled[LAST] = controlled[np.flatnonzero(LAST) - 1]
    (look,) = thresholds.looks(of_control(controlled))
    wrong = controlled != (PRESSURE < 140)
    # A value beside the threshold is not counted.
    assert {*look.rows} <= {*(np.flatnonzero(wrong) + 2)} and len(look.rows) > 0.8 * wrong.sum()
    assert look.p < 1e-9 and look.told.endswith("in the others, all at one visit")
    turned = thresholds.looks(of_control(~controlled))
    assert [(one.p, one.rows) for one in turned] == [(look.p, look.rows)]


def test_the_chance_of_a_flag_is_that_of_rows_outside_the_part():
    high, controlled = PRESSURE > 150, PRESSURE < 140
    controlled = np.where(LAST & ((PRESSURE < 130) | high), high, controlled)
    (look,) = thresholds.looks(of_control(controlled))
    k = len(look.rows)
    # Nine parts: all rows, those without each of three visits, without each of four sites.
    assert look.p == pytest.approx(8 * stats.hypergeom.pmf(k, 3 * N, N, k))


def test_a_second_condition_and_flags_without_a_number_are_told_without_a_chance():
    second = np.random.default_rng(9).random(3 * N) < 0.6
    (look,) = thresholds.looks(of_control((PRESSURE < 140) & (second | ~LAST)))
    assert look.p == 1 and look.remark == thresholds.REMARK
    gone = np.arange(3 * N) % 20 == 0
    missing = np.where(gone, np.nan, PRESSURE)
    (look,) = thresholds.looks(of_control((PRESSURE < 140) | gone, missing))
    assert look.p == 1 and look.rows == tuple(np.flatnonzero(gone) + 2)
    assert look.told.endswith("and 18 have it without that number")
    # A visit at which nobody has the number is another matter.
    apart = np.where(LAST, np.nan, PRESSURE)
    assert not [one for one in thresholds.looks(of_control(PRESSURE < 140, apart)) if one.rows]


def test_what_no_number_decides_is_not_looked_at():
    drawn = np.random.default_rng(11).random(3 * N) < 0.4
    assert not list(thresholds.looks(of_control(drawn)))
    export = of_control(PRESSURE < 140)
    lasting = replace(export, lasting=frozenset({"controlled"}))
    assert list(thresholds.looks(export)) and not list(thresholds.looks(lasting))
    dates = of_patients(Column("seen", DATE, np.arange(N, dtype=float)))
    assert not [*dragged.looks(dates), *filled.looks(dates), *thresholds.looks(dates)]
