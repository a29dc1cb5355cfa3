"""Looks that stand on page 1: what they find, what they leave alone, and how it is told."""

from dataclasses import replace

import numpy as np
import pytest
from rows.spoiled import FOUND_BY, UNSEEN, spoiled_export, trial_to_spoil
from rows.true_trials import chosen
from scipy import stats

from trialtrace.report.audit.red_lines import declared_lines
from trialtrace.run.cleaning.account import Account, SubjectCount
from trialtrace.run.integrity import agreement, breaks, far, intervals, ordered, records, runs
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet, Slice
from trialtrace.run.integrity.first_page import red_lines_of, remark_lines, same_line
from trialtrace.run.integrity.intervals import days_exchanged
from trialtrace.run.integrity.look import PAGE_LEVEL, Look, judged
from trialtrace.run.integrity.records import same_patients
from trialtrace.run.integrity.registry import CHECKS, IN_SECTION, OF_ROWS, WEIGHTS, look_at
from trialtrace.run.tables.measures import known_ends

pytestmark = pytest.mark.full

# The true trial into which each slip is put.
SPOILED = 1001


def unusual(export: Export) -> set[str]:
    looks = judged(look_at(export, OF_ROWS), WEIGHTS)
    return {one.look.check for one in looks if one.adjusted < PAGE_LEVEL}


def one_sheet(name: str, columns: list[Column], *, in_order: bool = True) -> Sheet:
    n = len(columns[0].values)
    nothing = np.zeros(n, np.intp)
    return Sheet(
        name, np.arange(2, n + 2), np.arange(n), nothing, nothing, tuple(columns), in_order
    )


def numbers(name: str, values, unit: str = "") -> Column:
    return Column(name, NUMBER, np.asarray(values, float), unit)


@pytest.mark.parametrize("slip", FOUND_BY, ids=lambda one: one.__name__)
def test_a_slip_is_found_by_its_check(slip):
    made, rng = trial_to_spoil(SPOILED)
    slip(made, rng)
    assert unusual(spoiled_export(made)) & {*FOUND_BY[slip]}


def test_true_trials_have_no_red_line_and_none_when_their_rows_are_in_any_order():
    for seed in (*range(12), SPOILED):
        made, rng = trial_to_spoil(seed)
        export = spoiled_export(made)
        assert not unusual(export)
        assert not unusual(chosen(export, rng.permutation(export.n)))


def test_every_check_is_on_one_of_both_pages():
    assert not {*OF_ROWS} & {*IN_SECTION}
    assert len(CHECKS) == len(IN_SECTION) + len(OF_ROWS)


def test_looks_of_rows_need_no_arm_but_those_at_the_allocation_and_at_baselines():
    """A blinded export has the same looks."""
    made, _ = trial_to_spoil(SPOILED)
    export = spoiled_export(made)
    blinded = look_at(replace(export, arm=None, allocated=None), OF_ROWS)
    every = [one for one in look_at(export, OF_ROWS) if one.check not in ("allocation", "reversed")]
    assert [one for one in blinded if one.check != "reversed"] == every


def test_the_chance_of_a_sorted_column_is_that_of_all_orders():
    # 2 of 4! orders of distinct values are sorted; 2 of 6 of {1, 1, 2, 2}.
    assert ordered.chance(np.array([1.0, 2, 3, 4])) == pytest.approx(2 / 24)
    assert ordered.chance(np.array([2.0, 2, 1, 1])) == pytest.approx(2 / 6)
    assert ordered.chance(np.array([1.0, 3, 2, 4])) == 1


def test_a_file_that_was_sorted_before_it_was_numbered_is_left_alone():
    rng = np.random.default_rng(1)
    first = np.sort(np.round(rng.normal(50, 9, 80)))
    both = one_sheet("p", [numbers("x", first), numbers("y", np.arange(80) / 7)])
    alone = one_sheet("p", [numbers("x", first), numbers("y", rng.normal(size=80))])
    for sheet, p in ((both, 1), (alone, 0)):
        looks = [one for one in ordered.looks(Export(80, "p", (sheet,))) if one.where == "p.x"]
        assert [round(one.p, 9) for one in looks] == [p]


def test_a_file_that_is_sorted_by_a_group_is_left_alone():
    """A sex, litters and twins by their numbers, unless an endpoint is made of them; a measure
    never is."""
    rng = np.random.default_rng(2)
    sex, dam = np.sort(rng.integers(0, 2, 90)), np.sort(rng.integers(1, 13, 90))
    assert {*dam} == {*range(1, 13)}
    age = np.sort(rng.integers(20, 70, 90))
    twins = np.repeat(np.arange(45) * 3 + 101, 2)
    for name, values in (("sex", sex), ("dam", dam), ("twins", twins), ("age", age)):
        other = numbers("y", rng.normal(size=90))
        sheet = one_sheet("p", [numbers(name, values), other])
        at = frozenset({("p", name)})
        for outcomes, told in ((frozenset(), name == "age"), (at, True)):
            export = Export(90, "p", (sheet,), used=at, outcomes=outcomes)
            found = [one.p for one in ordered.looks(export) if one.where == f"p.{name}"]
            assert bool(found) == told and all(p < 1e-9 for p in found)


def test_what_a_couple_shares_makes_no_equal_patients():
    rng = np.random.default_rng(8)
    couple = np.repeat(np.arange(45), 2)
    shared = [rng.integers(10, 90, 45)[couple] for _ in range(3)]
    export = made_of([*shared, np.arange(90.0), rng.normal(size=90)])
    for cluster, told in ((None, True), (couple, False)):
        looks = [one for one in records.looks(replace(export, cluster=cluster)) if one.where == "p"]
        assert (min((one.p for one in looks), default=1) < 1e-6) is told


def test_a_change_is_no_third_value_that_is_equal():
    """Who has the same before and after has the same change: none is equal in all but one."""
    rng = np.random.default_rng(9)
    before, after = rng.integers(15, 40, 80), rng.integers(5, 30, 80)
    looks = records.looks(made_of([before, after, after - before]))
    assert all(one.p > 0.01 for one in looks)


def test_what_is_computed_from_other_numbers_is_none_of_its_own():
    """A cardiac output is a rate times a volume, a resistance a pressure over it."""
    rng = np.random.default_rng(10)
    rate, volume, pressure = (np.round(rng.normal(at, 10, 90)) for at in (85, 60, 75))
    output = np.round(rate * volume / 1000, 2)
    resistance = np.round(80 * pressure / output)
    assert records.computed(output, [rate, volume]) and records.computed(
        resistance, [rate, volume, pressure]
    )
    assert not records.computed(rate, [volume, pressure])
    assert not records.computed(output + rng.normal(0, 0.1, 90), [rate, volume])


def test_a_patient_who_is_there_twice_is_told_where_chance_gives_few():
    """By hand: of 50 patients 1225 pairs, each equal in all with the product of the columns'
    chances; a missing value equals a missing one alone."""
    rng = np.random.default_rng(6)
    columns = [rng.integers(0, levels, 50).astype(float) for levels in (2, 9, 30, 60)]
    columns[1][7] = np.nan
    assert same_patients(made_of(columns), 1.0) is None
    for column in columns:
        column[49] = column[7]
    lone = np.where(np.arange(50) == 3, 1.0, np.nan)
    found = same_patients(made_of([*columns, lone]), 1.0)
    assert found and (found.pairs, found.columns, found.rows) == (1, 4, (9, 51))
    due = 1225.0
    for column in columns:
        there = column[~np.isnan(column)]
        sizes = np.unique(there, return_counts=True)[1]
        share = len(there) / 50
        alike = (sizes * (sizes - 1)).sum() / (len(there) * (len(there) - 1))
        due *= share**2 * alike + (1 - share) ** 2
    assert found.due == pytest.approx(due, rel=0.1)
    (line,) = same_line(made_of(columns))
    assert "1 pair of patients is equal in all 4 columns but their number (rows 9, 51)" in line.text
    visits = one_sheet("v", [numbers("score", np.where(np.arange(50) < 49, columns[3], np.nan))])
    (line,) = same_line(replace(made_of(columns), sheets=(*made_of(columns).sheets, visits)))
    assert "equal in all 4 columns of table p but their number (rows 9, 51)" in line.text
    nobody = Account(SubjectCount("p", 50, 50, ()), {})
    assert declared_lines(nobody, [line]) == [line.text]
    assert not same_line(made_of([np.arange(50) // 2 % 2 * 1.0, *columns[:1], columns[1] // 5]))


def test_dates_out_of_order_are_told_though_so_few_are_slips_of_the_pen():
    """One visit of 40 before entry is no more than chance gives, and no day of a plan is wrong."""
    rng = np.random.default_rng(3)
    entry = rng.choice(np.arange(19000.0, 19400), 40, replace=False)
    visit = entry + rng.integers(27, 34, 40)
    visit[6] = entry[6] - 3
    step = np.ones(40, np.intp)
    dates = (Column("visited", DATE, visit), Column("planned_on", DATE, visit))
    visits = replace(one_sheet("v", [*dates]), step=step)
    patients = one_sheet("p", [Column("entered", DATE, entry)])
    export = Export(40, "p", (patients, visits), entry=("p", "entered"))
    looks = judged(look_at(export, OF_ROWS), WEIGHTS)
    assert not [*red_lines_of(looks, {})]
    (line,) = remark_lines(looks, {})
    assert "v.visited: 1 of 40 patients have rows dated before their entry (rows 8)." in line.text
    nobody = Account(SubjectCount("p", 40, 40, ()), {})
    assert declared_lines(nobody, [line]) == [line.text]
    assert not [*remark_lines(looks, {("v", "visited"): "screened before"})]


def test_the_chance_of_a_run_is_at_least_the_exact_one():
    """The exact chance that of n rows L follow each other with one value, each repeating the one
    above with chance q: by the length of the run that a row ends."""
    n, length, q = 200, 6, 0.2
    ending = np.zeros(length)
    ending[0] = 1.0
    for _ in range(n - 1):
        whole = ending[-1]
        again = q * ending[:-2]
        last = q * ending[-2]
        ending = np.array([(1 - q) * ending[:-1].sum(), *again, whole + last])
    values = np.arange(n, dtype=float)
    values[1::5] = values[::5]
    values[100 : 100 + length] = -1
    start, found = runs.longest(values)
    assert (start, found) == (100, length)
    assert ending[-1] <= runs.chance(values, start, found) < 2 * ending[-1]
    values[103] = np.nan
    assert runs.longest(values)[1] == 3


def test_a_run_in_the_rows_of_a_patient_is_theirs():
    rng = np.random.default_rng(8)
    values = rng.permutation(200) / 2
    values[50:55] = 100.0
    for who, red in ((np.repeat(np.arange(40), 5), False), (np.arange(200), True)):
        sheet = replace(one_sheet("v", [numbers("score", values)]), subject=who)
        (look,) = runs.looks(Export(200, "v", (sheet,)))
        assert "has 5 of 200" in look.told and (look.p < 1e-5) == red


def made_of(columns: list[np.ndarray]) -> Export:
    named = [numbers(f"x{at}", column) for at, column in enumerate(columns)]
    return Export(len(columns[0]), "p", (one_sheet("p", named),))


@pytest.mark.parametrize("at", [1.2, 2.5])
def test_the_chance_of_means_further_apart_is_that_of_the_noncentral_t(at):
    rng = np.random.default_rng(3)
    x, y = rng.normal(0, 1, 40), rng.normal(at, 1, 60)
    ours = float(breaks.further(*breaks.sums(x), *breaks.sums(y)))
    root = np.sqrt(40 * 60 / 100)
    t = abs(stats.ttest_ind(x, y).statistic)
    assert ours == pytest.approx(2 * stats.nct(98, root).sf(t), rel=0.35)


def test_days_since_entry_are_no_further_apart_than_in_weeks():
    """Three days are less than half a week, however closely a site keeps its visits; 20 are not."""
    days = np.tile([0.0, 1.0], 20)
    near, far_apart = (
        [
            float(breaks.further(*breaks.sums(days), *breaks.sums(days + later), least))
            for least in (0.0, 7.0)
        ]
        for later in (3.0, 20.0)
    )
    assert near[0] < 1e-6 and near[1] == 1.0
    assert far_apart[1] < 1e-6


def test_deaths_of_which_none_is_early():
    """Of 30, one every 40 days from day 1,470 to 2,630: all as late, of any day, by chance."""
    death = Slice("p", "died_on", DATE, 0, 0, np.array([]), np.array([]))
    late = 1470.0 + 40 * np.arange(30)
    (look,) = intervals._none_early(death, late)
    assert look.p == pytest.approx(((2630 - 1462) / 2630) ** 30)
    for early in (10.0, 700.0):
        (look,) = intervals._none_early(death, np.append(late[1:], early))
        assert look.p == 1.0


def test_a_visit_alone_that_stands_sorted_is_unusual_and_all_of_them_are_a_sorted_file():
    rng = np.random.default_rng(9)
    mixed, rising = rng.normal(5, 1, (2, 30)), np.arange(30.0)
    for visits, unusual_at in (((mixed[0], rising, mixed[1]), True), ((rising, rising), False)):
        series = tuple(
            Slice("v", "x", NUMBER, 0, step, values, np.arange(30))
            for step, values in enumerate(visits)
        )
        export = Export(30, "v", (one_sheet("v", [numbers("x", visits[0])]),))
        (look,) = ordered._at_a_visit(export, series)
        assert (look.p < 1e-20) == unusual_at


def test_a_step_of_a_standard_deviation_between_sites_is_nothing():
    rng = np.random.default_rng(4)
    site = np.arange(90) % 3
    values = np.round(rng.normal(60, 10, 90) + 8 * (site == 1), 1)
    export = Export(90, "p", (one_sheet("p", [numbers("x", values)]),), site=site)
    assert all(one.p > 0.2 for one in breaks.looks(export))


def test_a_long_tail_is_no_value_that_stands_alone():
    rng = np.random.default_rng(5)
    long = np.exp(rng.normal(1, 1.3, 200))
    export = Export(200, "p", (one_sheet("p", [numbers("crp", long)]),))
    assert next(far.looks(export)).p > 0.01
    spoiled = long.copy()
    spoiled[7] = 40000
    export = Export(200, "p", (one_sheet("p", [numbers("crp", spoiled)]),))
    look = next(far.looks(export))
    assert look.p < 1e-6 and look.rows == (9,)


def test_a_row_that_is_the_sum_of_all_others():
    values = np.arange(1.0, 31)
    values[-1] = values[:-1].sum()
    export = Export(30, "p", (one_sheet("p", [numbers("x", values)]),))
    look = next(single.totals(export))
    assert look.rows == (31,) and look.p == 30 * 2.0**-29
    export = Export(30, "p", (one_sheet("p", [numbers("x", values + 1)]),))
    assert next(single.totals(export)).p == 1
    # Of 30 scores that are zero but for four the highest is easily the sum of the others.
    scores = np.append(np.zeros(26), [1, 2, 3, 6])
    export = Export(30, "p", (one_sheet("p", [numbers("x", scores)]),))
    assert next(single.totals(export)).p == 4 * 2.0**-3


def test_two_tables_that_disagree_on_a_sex():
    rng = np.random.default_rng(6)
    sex = rng.integers(0, 2, 60).astype(float)
    other = np.roll(sex, 1)
    sheets = [
        one_sheet(name, [Column("sex", CODE, one)]) for name, one in (("a", sex), ("b", other))
    ]
    look = next(agreement.looks(Export(60, "a", tuple(sheets))))
    assert f"{int((sex != other).sum())} of 60" in look.told and look.p < 1e-9
    same = one_sheet("b", [Column("sex", CODE, sex)])
    assert next(agreement.looks(Export(60, "a", (sheets[0], same)))).p == 1


def test_what_was_measured_twice_may_differ():
    rng = np.random.default_rng(7)
    sheets = [one_sheet(name, [numbers("weight", rng.normal(70, 9, 60))]) for name in "ab"]
    assert not list(agreement.looks(Export(60, "a", tuple(sheets))))


def test_days_and_months_change_places():
    days = np.array(["2020-03-04", "2020-03-13", "2020-05-05"], "datetime64[D]").astype(float)
    later = days_exchanged(days)
    assert later[0] == 30 and np.isnan(later[1:]).all()  # 3 April; no month 13; the same day


def test_what_a_measure_can_be_is_known_by_name_and_unit():
    assert known_ends("weight_kg", "kg") == [(0.3, 450)]
    assert known_ends("Gewicht", "") == [(0.3, 450), (1000, 30000)]
    assert known_ends("Hgb", "g/dl") == [(1, 28)]
    assert known_ends("MMSE_12", "") == known_ends("moca_total", "") == [(0, 30)]
    assert known_ends("nrs_pain", "") == [(0, 10), (0, 100)]
    assert (
        known_ends("session", "") == known_ends("essay", "") == known_ends("isi_change", "") == []
    )
    assert known_ends("weight_change", "kg") == known_ends("score", "") == []


@pytest.mark.parametrize(
    ("label", "unit", "middle", "red"),
    [
        ("Haemoglobin", "g/l", 13.2, True),
        ("Haemoglobin", "g/dl", 13.2, False),
        ("Haemoglobin", "g/l", 128.0, False),
        ("Albumin", "g/l", 4.1, True),
        ("Albumin", "g/dl", 4.1, False),
        ("Albumin", "g/l", 24.0, False),
    ],
)
def test_a_median_that_no_patients_have_in_a_unit(label, unit, middle, red):
    values = middle * np.linspace(0.8, 1.2, 60)
    column = Column("lab", NUMBER, values, unit, label)
    found = list(single.possible(Export(60, "p", (one_sheet("p", [column]),))))
    assert len(found) == 2 and (min(one.p for one in found) < 1e-6) == red


def test_a_red_line_says_where_how_likely_which_rows_and_who_uses_it():
    looks = judged(
        [
            Look("visits.crp", "2 of 90 values stand alone", 1e-9, (4, 5), "far"),
            Look("visits.score", "0 of 90 values stand alone", 1.0, check="far"),
        ]
    )
    line, *others = red_lines_of(looks, {("visits", "crp"): ["crp", "crp_change"]})
    assert not others and (line.table, line.column) == ("visits", "crp")
    assert line.text == (
        "Unusual rows, visits.crp: values that stand alone: 2 of 90 values stand alone, which has "
        "p below 0.0001 by chance among 2 looks without arms; rows 4–5. Used by crp, crp_change."
    )
    line = next(red_lines_of(looks, {}))
    where = line.text.split(": ")[0].removeprefix("Unusual rows, ")
    assert line.text.endswith(f"No endpoint takes {where} itself.")


def test_a_column_has_one_red_line_whatever_its_checks_find():
    looks = judged(
        [
            Look("visits.crp", "2 of 90 values stand alone", 1e-9, (4, 5), "far"),
            Look("visits.crp", "the values are in order", 1e-9, (), "ordered"),
            Look("visits.score", "the values are in order", 1e-8, (), "ordered"),
        ]
    )
    (line,) = red_lines_of(looks, {})
    assert line.text.count("which has p") == 2 and ". And " in line.text
    assert line.text.endswith("No endpoint takes visits.crp itself. So are visits.score.")


def test_one_declaration_silences_the_red_line_of_a_column_and_says_so():
    looks = judged(
        [
            Look("visits.crp", "2 of 90 values stand alone", 1e-9, (4, 5), "far"),
            Look("visits.score", "3 of 90 values stand alone", 1e-9, (7,), "far"),
        ]
    )
    known = {("visits", "crp"): "two had sepsis", ("visits", "age"): "checked on paper."}
    red, crp, age = red_lines_of(looks, {}, known)
    assert (red.kind, red.column) == ("unusual_rows", "score") and "crp" not in red.text
    assert (crp.kind, crp.column) == ("known", "crp")
    assert crp.text == (
        "Known of visits.crp, and not red: Values that stand alone: 2 of 90 values stand alone. "
        "The reason given: two had sepsis."
    )
    assert "nothing that would be red" in age.text and age.text.endswith("checked on paper.")
    account = Account(SubjectCount("patients", 9, 9, ()), {})
    told = declared_lines(account, (red, crp, age))
    assert told == [crp.text, age.text]


def test_what_nobody_can_see_is_said_to_be_unseen():
    for slip in UNSEEN:
        made, rng = trial_to_spoil(SPOILED)
        slip(made, rng)
        assert not unusual(spoiled_export(made))


@pytest.mark.parametrize(("wrong", "p"), [(12, 1e-7), (1, 1.0), (0, 1.0)])
def test_an_arm_that_two_tables_tell_otherwise_is_red(wrong: int, p: float):
    """Of 120 patients at most one in a hundred may differ by a slip, whatever the codes are."""
    (look,) = agreement.looks(with_arm_again(wrong))
    assert look.p == pytest.approx(stats.binom.sf(wrong - 1, 120, 0.01)) and look.p <= p
    assert look.told == f"{wrong} of 120 patients have another arm in table patients"
    assert look.rows == tuple(range(2, 2 + wrong))


def test_a_column_that_is_called_as_the_arm_and_goes_with_no_arm_is_something_else():
    assert not [*agreement.looks(with_arm_again(60))]


def with_arm_again(wrong: int) -> Export:
    """The arm in a second table, in other codes and wrong for some."""
    arm = np.arange(120) % 2
    codes = np.where(np.arange(120) < wrong, arm, 1 - arm).astype(float)
    visits = one_sheet("visits", [Column("arm", CODE, codes)])
    sheets = (one_sheet("patients", [numbers("age", np.arange(120) % 37)]), visits)
    return Export(120, "patients", sheets, arm=arm, arm_column=("patients", "arm"))
