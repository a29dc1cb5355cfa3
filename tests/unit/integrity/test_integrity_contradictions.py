"""What is wrong in a row however rare it is: spoiled exports are told, clean twins are silent."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from trialtrace.run.integrity import (
    agreement,
    blocks,
    breaks,
    carried,
    far,
    intervals,
    read,
    sequence,
)
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.first_page import red_lines_of, remark_lines
from trialtrace.run.integrity.look import CONTRADICTIONS, IMPOSSIBLE, Look, judged
from trialtrace.run.trial.model import Variable

N = 60


def sheet(name: str, *columns: Column, visits: int = 1) -> Sheet:
    """Rows of patients in order, so many visits each."""
    who, step = np.repeat(np.arange(N), visits), np.tile(np.arange(visits), N)
    rows = np.arange(2, len(who) + 2)
    return Sheet(name, rows, who, step, 0 * step, columns, True, visits=visits > 1)


def days(name: str, values, label: str = "") -> Column:
    return Column(name, DATE, np.asarray(values, float), label=label)


def contradictions(looks) -> list[str]:
    lines = [*remark_lines(judged([replace(one, check="c") for one in looks]), {})]
    assert {line.kind for line in lines} <= {"contradiction"}
    return [line.text for line in lines]


@pytest.mark.parametrize("wrong", [0, 1, 2])
@pytest.mark.parametrize("column", ["sex", "birth_date", "ward"])
def test_what_lasts_and_changes_within_a_patient_is_a_contradiction(column, wrong):
    rng = np.random.default_rng(1)
    values = np.repeat(rng.integers(0, 2, N), 4).astype(float)
    values[[4 * who + 2 for who in range(wrong)]] += 1
    export = Export(N, "p", (sheet("v", Column(column, CODE, values), visits=4),))
    (look,) = agreement.looks(replace(export, lasting=frozenset({"ward"})))
    assert look.p == pytest.approx(stats.binom.sf(wrong - 1, N, 0.01))
    assert look.rows == tuple(4 * who + 4 for who in range(wrong))
    assert bool(contradictions([look])) == bool(wrong)
    # What is not known to last may change.
    assert [*agreement.looks(export)] == ([] if column == "ward" else [look])


@pytest.mark.parametrize("wrong", [0, 2])
def test_an_arm_that_disagrees_between_tables_is_a_contradiction(wrong):
    arm = np.arange(N) % 2
    codes = np.repeat(np.where(np.arange(N) < wrong, 1 - arm, arm), 4).astype(float)
    again = Column("arm", CODE, codes)
    sheets = sheet("p", days("seen", np.arange(N))), sheet("v", again, visits=4)
    export = Export(N, "p", sheets, arm=arm, arm_column=("p", "arm"))
    told = contradictions(agreement.looks(export))
    assert len(told) == bool(wrong)
    assert all("v.arm: 2 of 60 patients have another arm in table p (rows 2, 6)" in t for t in told)
    assert not [*agreement.looks(replace(export, arm=None))]


def dated(offset: np.ndarray) -> Export:
    """Four visits of each patient, days after entry that differ by `offset`."""
    rng = np.random.default_rng(2)
    entry = 19000.0 + rng.choice(700, N, replace=False)
    since = np.tile([0.0, 28, 84, 168], N) + rng.integers(0, 5, 4 * N)
    visit = np.repeat(entry, 4) + since
    sheets = sheet("p", days("entered", entry + offset)), sheet("v", days("seen", visit), visits=4)
    return Export(N, "p", sheets, entry=("p", "entered"), site=np.arange(N) % 3)


def test_an_entry_after_all_visits_of_a_patient_is_blamed_itself():
    late = np.zeros(N)
    late[7] = 365
    told = [one for one in intervals.looks(dated(late)) if one.rows and "entry" in one.told]
    assert [(one.where, one.rows) for one in told] == [("p.entered", (9,))]
    assert not [one for one in intervals.looks(dated(0 * late)) if one.rows]


def test_entries_of_a_site_that_are_off_are_blamed_and_not_its_visits():
    off = np.where(np.arange(N) % 3 == 1, np.random.default_rng(3).integers(200, 400, N), 0)
    (worst, *_) = sorted(breaks.looks(dated(-off)), key=lambda one: one.p)
    assert worst.where == "p.entered" and worst.p < 1e-6
    assert worst.rows == tuple(range(3, N + 2, 3))
    assert not [*breaks.looks(dated(0 * off))]


def test_a_year_mistyped_is_a_date_after_the_export_and_not_one_that_precedes_it():
    rng = np.random.default_rng(4)
    entry = 19000 + rng.integers(0, 600, N)
    visit = entry + rng.integers(80, 90, N)
    last = visit + rng.integers(80, 300, N)
    columns = lambda seen: (days("entered", entry), days("seen", seen), days("last_seen", last))  # noqa: E731
    clean = Export(N, "p", (sheet("p", *columns(visit)),))
    assert not [one for one in far.looks(clean) if one.remark == IMPOSSIBLE]
    visit = np.where(np.arange(N) == 5, visit + 3652, visit)
    wrong = Export(N, "p", (sheet("p", *columns(visit)),))
    (look,) = [one for one in far.looks(wrong) if one.remark == IMPOSSIBLE]
    assert (look.where, look.rows) == ("p.seen", (7,)) and look.p < 1e-6
    assert not [one for one in sequence.looks(wrong) if one.rows]


def test_a_last_contact_before_a_visit_is_a_contradiction():
    rng = np.random.default_rng(5)
    visit = 19000 + rng.integers(0, 600, N)
    last = visit + rng.integers(80, 300, N)
    last[3] = visit[3] - 60
    export = Export(N, "p", (sheet("p", days("seen", visit), days("last_contact", last)),))
    looks = [one for one in sequence.looks(export) if one.rows]
    assert [(one.where, one.remark) for one in looks] == [("p.last_contact", CONTRADICTIONS)]


def test_a_row_of_means_is_told():
    rng = np.random.default_rng(6)
    table = np.round(rng.normal([170, 80, 130, 50, 70, 90], [7, 12, 10, 15, 9, 20], (N, 6)))
    for of_means in (False, True):
        if of_means:
            table[-1] = np.round(table[:-1].mean(axis=0))
        columns = [Column(f"x{at}", NUMBER, values) for at, values in enumerate(table.T)]
        looks = single.totals(Export(N, "p", (sheet("p", *columns),)))
        (look,) = [one for one in looks if "mean" in one.told]
        assert (look.p < 0.01) == of_means and look.rows == ((N + 1,) if of_means else ())


def whole_visits(copies: int, columns: int = 7) -> list[Look]:
    """Numbers that change a little from visit to visit, and visits that are the one before."""
    rng = np.random.default_rng(7)
    level = np.repeat(rng.normal(100, 12, (N, columns)), 4, axis=0)
    table = np.round(level + rng.normal(0, 6, level.shape))
    for who in range(copies):
        table[4 * who + 3] = table[4 * who + 2]
    made = [Column(f"x{at}", NUMBER, values) for at, values in enumerate(table.T)]
    export = Export(N, "p", (sheet("p"), sheet("v", *made, visits=4)))
    return [one for one in carried.looks(export) if "all the numbers" in one.told]


@pytest.mark.parametrize("copies", [0, 1, 3, 12])
def test_a_whole_visit_that_is_the_one_before_is_told_of_one_patient(copies):
    (look,) = whole_visits(copies)
    assert look.where == "v" and look.rows == tuple(4 * who + 5 for who in range(copies))
    assert look.p == 1 if not copies else look.p < 1e-4
    assert not whole_visits(copies, 2)


def test_the_chance_of_copies_is_that_of_columns_by_lot():
    """Columns that are equal in one of ten pairs whatever the others are: how often three are."""
    rng, hits = np.random.default_rng(8), 0
    for _ in range(400):
        equal = (rng.random((3, 200)) < 0.1).astype(float)
        found, p = carried.copied(equal)
        assert found.sum() == (equal == 1).all(axis=0).sum()
        hits += p < 0.05
    assert hits <= 0.05 * 400


def test_a_file_sorted_within_groups_holds_no_copies():
    rng = np.random.default_rng(9)
    ages = np.concatenate([np.sort(rng.integers(30, 70, 40)) for _ in range(2)]).astype(float)
    mixed = rng.permutation(ages)
    assert blocks.in_pieces(ages) and not blocks.in_pieces(mixed)
    mixed[50:57] = mixed[10:17]
    for values, red in ((ages, False), (mixed, True)):
        who, none = np.arange(80), np.zeros(80, np.intp)
        of = Sheet("p", who, who, none, none, (Column("age", NUMBER, values),))
        assert any(one.p < 1e-3 for one in blocks.looks(Export(80, "p", (of,)))) == red


def test_a_declaration_ends_the_line_with_the_columns_of_the_same_rows():
    places = {"ae.start": (4, 5), "ae.stop": (4, 5), "ae.seen": (9,)}
    looks = judged(
        Look(where, "3 of 90 patients", 10.0 ** (at - 9), rows, "intervals")
        for at, (where, rows) in enumerate(places.items())
    )
    line, known = red_lines_of(looks, {}, {("ae", "stop"): "asked at screening"})
    assert line.column == "seen" and "So are" not in line.text
    assert known.kind == "known" and "ae.start, Dates against dates" in known.text
    # Of the same rows the column that an endpoint uses stands first.
    (line,) = red_lines_of(looks, {("ae", "stop"): ["harm"]})
    assert line.column == "stop" and line.text.endswith("Used by harm. So are ae.start, ae.seen.")


def test_texts_are_at_one_place_in_every_table():
    """A ward that one table lacks moves no other, so that nobody is in two wards by it."""
    ward = Variable("ward", "", "text", "Ward")
    tables = {"p": pa.table({"ward": ["A", "B", "C"]}), "v": pa.table({"ward": ["A", "C", None]})}
    trial = SimpleNamespace(
        dictionary={name: {"ward": ward} for name in tables},
        tables=dict.fromkeys(tables, SimpleNamespace(subject="id")),
    )
    words = read._words(trial, tables)
    assert words == {"ward": {"A", "B", "C"}}
    places = read._numbers(tables["v"], ward, CODE, words["ward"])
    assert places[:2].tolist() == [0, 2] and np.isnan(places[2])


@pytest.mark.parametrize("late", [0, 1462, -1462, 1100])
def test_ages_that_all_days_of_birth_contradict_by_the_other_calendar(late):
    rng = np.random.default_rng(5)
    entry, age = rng.integers(18000, 18700, N), rng.integers(30, 80, N)
    born = entry - np.ceil(365.25 * (age + rng.uniform(0.01, 0.98, N))) + late
    people = sheet(
        "p", days("entered", entry), days("birth", born), Column("age", NUMBER, age.astype(float))
    )
    looks = [*agreement.looks(Export(N, "p", (people,), entry=("p", "entered")))]
    assert [one.told.rpartition("1,462 days ")[2] for one in looks if one.p < 0.01] == (
        [f"{'later' if late > 0 else 'earlier'} than it was (Excel's two calendars)"]
        if abs(late) == 1462
        else []
    )
