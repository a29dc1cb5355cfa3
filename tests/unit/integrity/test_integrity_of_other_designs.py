"""What honest exports of other designs have, and slips that one design or few values hid."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tiny_trial import CROSSOVER, drawn, tiny

from trialtrace.base.purpose import Purpose
from trialtrace.run.integrity import (
    agreement,
    blocks,
    breaks,
    carried,
    codings,
    exchanged,
    factors,
    intervals,
    ordered,
    read,
    runs,
    sites,
    treatments,
)
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import (
    DATE,
    NOBODY,
    NUMBER,
    Column,
    Export,
    Sheet,
    Slice,
    Treatments,
)
from trialtrace.run.integrity.look import CONTRADICTIONS
from trialtrace.run.integrity.registry import look_at
from trialtrace.run.trial.dictionary import FIXED_CHOICES
from trialtrace.run.trial.plan.cards.paired import CrossoverEvents


def numbers(name: str, values, label: str = "") -> Column:
    return Column(name, NUMBER, np.asarray(values, float), label=label)


def alone(*columns: Column, **more) -> Export:
    """A table with a row a patient."""
    n = len(columns[0].values)
    none = np.zeros(n, np.intp)
    sheet = Sheet("p", np.arange(2, n + 2), np.arange(n), none, none, columns, in_order=True)
    return Export(n, "p", (sheet,), **more)


def visited(name: str, values: np.ndarray, **more) -> Export:
    """Rows of patients by visits."""
    n, visits = values.shape
    who, step = np.repeat(np.arange(n), visits), np.tile(np.arange(visits), n)
    column = (numbers(name, values.ravel()),)
    sheet = Sheet("v", np.arange(n * visits) + 2, who, step, who * 0, column, True, visits=True)
    return Export(n, "v", (sheet,), **more)


def test_the_site_is_no_number_to_be_looked_at_by_site():
    rng = np.random.default_rng(1)
    site = np.arange(120) % 4
    columns = (numbers("centre", site + 101), numbers("weight", rng.normal(80, 9, 120)))
    export = alone(*columns, site=site, used=frozenset({("p", "centre")}))
    looks = [*breaks.looks(export), *codings.looks(export), *sites.looks(export)]
    assert {one.where for one in looks} == {"p.weight"}
    assert export.of_sites(np.zeros(120), np.arange(120))
    assert not export.of_sites(np.arange(120.0), np.arange(120))


def test_the_last_deaths_of_a_long_follow_up_are_of_no_other_calendar():
    early = np.quantile(np.random.default_rng(2).exponential(450, 4000), np.linspace(0, 0.97, 163))
    died = np.append(early, np.median(early) + 1462 + np.array([-30, 0, 40]))

    def told(days) -> float:
        n = len(days)
        item = Slice("p", "died", DATE, 0, 0, days, np.arange(n))
        return next(intervals._two_groups(item, days)).p

    assert told(died) > 0.01
    # A fifth as far off as the calendars are, of days that are close to each other, is.
    close = np.tile(np.arange(40.0), 4)
    assert told(close + 1462.0 * (np.arange(160) % 5 == 0)) < 1e-6


def test_a_site_that_rounds_to_fives_has_runs_that_stand_twice():
    rng = np.random.default_rng(3)
    exact, fives = rng.normal(80, 6, 900), 5 * np.round(rng.normal(80, 6, 300) / 5)
    values = np.append(np.round(exact), fives)
    (one,) = blocks._look("p.dbp", values, np.arange(1200))
    assert "of 1200" in one.told and one.p > 0.05
    copied = np.append(values, values[100:120])
    (one,) = blocks._look("p.dbp", copied, np.arange(1220))
    assert one.p < 1e-6


def test_two_skewed_numbers_at_like_levels_are_not_exchanged():
    rng = np.random.default_rng(4)
    fat, crp = rng.normal(3.0, 0.7, (300, 4)), rng.lognormal(np.log(2.4), 0.9, (300, 4))
    fat[:, 1:] -= 0.75
    assert min(exchanged.exchanged(fat, crp, at) for at in range(4)) > 0.05
    far = crp + 80
    changed, other = fat.copy(), far.copy()
    changed[:, 2], other[:, 2] = far[:, 2], fat[:, 2]
    assert exchanged.exchanged(changed, other, 2) < 1e-6


def few(values, name="walk") -> Export:
    return alone(numbers(name, values))


def test_few_values_are_looked_at_too():
    rng = np.random.default_rng(5)
    walk = np.round(rng.normal(34, 6, 19), 1)
    clean = [*ordered.looks(few(walk)), *runs.looks(few(walk)), *single.codes(few(walk))]
    assert all(one.p > 0.05 and not one.remark for one in clean)
    (whole, *_) = ordered.looks(few(np.sort(walk)))
    assert whole.p < 1e-9
    filled = walk.copy()
    filled[5:12] = filled[5]
    (run,) = runs.looks(few(filled))
    assert run.p < 1e-4 and run.rows == tuple(range(7, 14))
    zeros = walk.copy()
    zeros[[3, 8]] = 0
    (look,) = single.codes(few(zeros))
    assert look.remark == single.ZEROS and look.rows == (5, 10)


def test_answers_of_few_patients_are_no_value_that_was_filled_down():
    answers = np.array([0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0.0])
    assert next(runs.looks(few(answers))).p == 1


def test_a_value_ten_times_the_others_of_its_patient_is_told():
    rng = np.random.default_rng(6)
    walk = rng.normal(34, 6, (24, 1)) + rng.normal(0, 2, (24, 3))
    assert not [one.rows for one in factors.looks(visited("walk", walk)) if one.rows]
    walk[4:9, 2] *= 10
    (found,) = (one for one in factors.looks(visited("walk", walk)) if one.remark)
    assert found.rows == (16, 19, 22, 25, 28) and found.p < 1e-5
    # Counts from 1 on differ by as much from themselves.
    counts = np.maximum(1, rng.poisson(4, (24, 3))).astype(float)
    counts[0] = 1, 10, 10
    assert not [one for one in factors.looks(visited("count", counts)) if one.remark]


@pytest.mark.parametrize("wrong", [0, 4, 15, 27])
def test_arms_that_the_design_does_not_give_are_a_contradiction(wrong):
    """Clusters are declared, so that they are told of half their patients too."""
    group, arms = np.arange(60) // 10, (np.arange(60) // 10) % 2
    changed = np.random.default_rng(1).permutation(60)[:wrong]
    arms[changed] = 1 - arms[changed]
    (given,) = treatments._said("p.arm", "another arm", arms, group, np.arange(60) + 2)
    (look,) = agreement.looks(alone(numbers("x", arms), treatments=(given,)))
    assert wrong // 2 <= len(look.rows) <= wrong and look.remark == CONTRADICTIONS
    assert (look.p < 1e-5) == bool(wrong)
    # What only may be a sequence is none where it does not tell nearly all of the arms, nor is
    # anything in a trial in which all have one.
    assert bool([*treatments._said("p.arm", "", arms, group, arms, 0.8)]) == (wrong < 12)
    assert not [*treatments._said("p.arm", "", arms * 0, group, arms)]
    nobody = np.full(60, NOBODY)
    assert agreement._as_designed(Treatments("p.arm", "", arms, nobody, arms)).p == 1


def test_periods_coded_no_and_yes_are_in_the_order_of_their_codes():
    """The dictionary has yes first; other choices stand as somebody put them."""
    periods = pa.table({"period": ["0", "1", "1", "0"]})
    answers, ordered_by_hand = FIXED_CHOICES["yesno"], {"1": "b", "0": "a"}
    for choices, order in ((answers, [0, 1, 1, 0]), (ordered_by_hand, [1, 0, 0, 1])):
        period = SimpleNamespace(choices=choices)
        assert read._order(periods, "period", period).tolist() == order


@pytest.mark.parametrize("wrong", [0, 3, 20, 40])
def test_first_treatments_are_held_against_the_sequence_of_the_plan(wrong):
    """Of a plan that says what each sequence begins with all may be told."""
    order = "subjects: {table: patients, variables: {order: order}}\n"
    trial = tiny(trial=CROSSOVER + order, choices={"order": {"AB": "new first", "BA": "old first"}})
    first = {"new first": "new", "old first": "old"}
    step = SimpleNamespace(
        options=CrossoverEvents(sequence="order", starts_with=first, sides="two_sided")
    )
    one = SimpleNamespace(describe=(), estimates=(step,), tests=())
    trial.plan = SimpleNamespace(analyses={"main": one})
    trial.dictionary["periods"] = {}
    orders = ["AB" if at % 2 else "BA" for at in range(40)]
    patients = "\n".join(["id order", *(f"p{at} {order}" for at, order in enumerate(orders))])
    rows = [
        f"p{at} {period} {int((order == 'AB') == (period == 1)) ^ (at < wrong)}"
        for at, order in enumerate(orders)
        for period in (1, 2)
    ]
    tables = {"patients": drawn(patients), "periods": drawn("\n".join(["id period drug", *rows]))}
    who = {"patients": np.arange(40), "periods": np.repeat(np.arange(40), 2)}
    step_of, none = np.tile(np.arange(2), 40), np.zeros(80, np.intp)
    sheet = Sheet("periods", np.arange(80) + 2, who["periods"], step_of, none, ())
    export = Export(40, "patients", (sheet,))
    (given,) = treatments.treatments_of(trial, export, tables, who)
    look = agreement._as_designed(given)
    assert look.rows == tuple(range(2, 2 + 2 * wrong, 2))
    assert look.told == f"{wrong} of 40 patients have another treatment first than their order"
    assert (look.p < 1e-5) == bool(wrong)
    # Arms that are permuted within patients go with no sequence.
    trial.at = replace(trial.at, purpose=Purpose("blinded"))
    assert not [*treatments.treatments_of(trial, export, tables, who)]


@pytest.mark.parametrize("wrong", [0, 30])
def test_no_days_go_on_after_a_death(wrong):
    """Days up to the end of the trial, in place of those to the death, of some who died."""
    rng = np.random.default_rng(10)
    entry, days = 19000.0 + rng.integers(0, 400, 90), rng.integers(30, 900, 90).astype(float)
    last = entry + days
    died = np.where(np.arange(90) < 50, last, np.nan)
    days[:wrong] = 20400 - entry[:wrong]
    named = {"entered": entry, "last_contact": last, "died": died}
    export = alone(numbers("days", days), *(Column(n, DATE, v) for n, v in named.items()))
    (look,) = (one for one in agreement.looks(export) if "died" in one.told)
    assert look.rows == tuple(range(2, 2 + wrong)) and look.remark == CONTRADICTIONS
    assert look.told.startswith(f"{wrong} of 50 patients") and (look.p < 1e-9) == bool(wrong)


@pytest.mark.parametrize("wrong", [0, 1, 5])
def test_days_are_those_between_the_two_dates_with_which_most_agree(wrong):
    """Zero days of some, and treatment that starts some days after entry: not from there on."""
    rng = np.random.default_rng(12)
    entry, days = 19000.0 + rng.integers(0, 400, 90), rng.integers(30, 900, 90).astype(float)
    last = entry + days
    died = np.where(np.arange(90) < 50, last, np.nan)
    # An end of follow-up on one day, or after so many days, is no other number.
    told = np.minimum(days, np.sort(days)[-4])
    told[40 : 40 + wrong] = 0
    named = {"entered": entry, "started": entry + rng.integers(0, 4, 90)}
    named |= {"last_contact": last, "died": died}
    export = alone(numbers("days", told), *(Column(n, DATE, v) for n, v in named.items()))
    dead, every = (one for one in agreement.looks(export) if "number of days" in one.told)
    assert every.told == (
        f"{wrong} of 90 patients have another number of days than from entered to last_contact"
    )
    assert every.rows == tuple(range(42, 42 + wrong)) and dead.rows == every.rows
    assert every.p == pytest.approx(stats.binom.sf(wrong - 1, 90, 0.01))
    assert dead.p == pytest.approx(stats.binom.sf(wrong - 1, 50, 0.01))


def test_dates_of_a_table_with_a_row_a_patient_are_looked_at():
    entered = 19000.0 + np.arange(60)
    seen = entered + 365
    seen[0] = -25567
    columns = (Column("entered", DATE, entered), Column("seen", DATE, seen))
    export = alone(*columns, entry=("p", "entered"))
    found = [one for one in intervals.looks(export) if one.remark]
    assert [(one.where, one.rows) for one in found] == [("p.seen", (2,))]


@pytest.mark.parametrize("rising", [True, False])
def test_numbered_rows_whose_dates_rise_are_visits(rising):
    who, step = np.repeat(np.arange(30), 3), np.tile(np.arange(3), 30)
    days = 19000.0 + who + 30 * (step if rising else step * 0)
    sheet = Sheet("v", who, who, step, who * 0, (Column("seen", DATE, days),))
    assert read._in_turn(sheet) == rising
    assert not read._in_turn(replace(sheet, step=step * 0))


def test_a_diastolic_pressure_above_the_systolic_is_told_by_name_or_label():
    rng = np.random.default_rng(7)
    low, high = rng.normal(80, 5, 50), rng.normal(140, 9, 50)
    right = alone(numbers("a", high, "Systolic"), numbers("dbp", low))
    wrong = alone(numbers("a", low, "Systolic"), numbers("dbp", high))
    (clean,) = (one for one in single.possible(right) if "systolic" in one.told)
    (found,) = (one for one in single.possible(wrong) if "systolic" in one.told)
    assert clean.p == 1 and found.p < 1e-9 and len(found.rows) == 50


def test_copies_are_held_against_how_often_other_visits_are_equal():
    """Three numbers of which one is often equal, at one visit after another, in few patients."""
    rng = np.random.default_rng(8)
    equal = np.vstack([rng.random(40) < share for share in (0.02, 0.1, 0.35)]).astype(float)
    equal[:, equal.all(axis=0)] = 0
    assert carried.copied(equal)[1] > 0.5
    equal[:, :5] = 1
    which, p = carried.copied(equal)
    assert which[:5].all() and p < 1e-3
    # Two of the three are equal together at one visit, which says little of how often they are.
    together = np.zeros((3, 40))
    together[:, :4] = 1
    together[1:, 4] = 1
    assert carried.copied(together)[1] < 1e-3


@pytest.mark.parametrize("factor", [10, 0.1])
def test_single_values_ten_times_or_a_tenth_of_their_patients_others_are_told(factor):
    rng = np.random.default_rng(7)
    weight = 80 + rng.normal(0, 8, (30, 1)) + rng.normal(0, 2, (30, 4))

    def looks(values):
        found = factors.looks(visited("weight", values))
        return [one for one in found if "ten times, or a tenth" in one.told]

    (clean,) = looks(weight)
    assert clean.told.startswith("0 of 30 patients") and not clean.remark and not clean.rows
    spoilt = weight.copy()
    spoilt[[2, 9], [1, 3]] *= factor
    (found,) = looks(spoilt)
    assert found.told.startswith("2 of 30 patients") and found.remark == factors.TENFOLD
    assert found.rows == (2 + 2 * 4 + 1, 2 + 9 * 4 + 3)
    # Values that differ tenfold of themselves, as viral loads do, tell nothing.
    assert looks(10 ** rng.normal(3, 1, (30, 4))) == []


def test_litres_in_millilitres_at_one_of_two_visits_of_a_site_are_told():
    """Its values, a third of those of the visit, stand alone nowhere."""
    rng = np.random.default_rng(8)
    volume = np.exp(0.7 + rng.normal(0, 0.2, (60, 1)) + rng.normal(0, 0.05, (60, 2)))
    volume[:20, 1] *= 1000
    found = min(factors.looks(visited("volume", volume)), key=lambda one: one.p)
    assert found.told.startswith("20 of 60 patients have a value 1000 times, or 1/1000 of,")
    assert found.p < 1e-10 and found.remark == factors.TENFOLD
    assert found.rows == tuple(range(3, 42, 2))


def test_a_scale_turned_round_at_some_visits_of_a_site_is_told():
    rng = np.random.default_rng(9)
    site = np.arange(150) % 3
    score = np.round(20 + rng.normal(0, 5, (150, 1)) + rng.normal(0, 3, (150, 5)))
    more = {"site": site}
    assert all(one.p > 0.01 for one in codings.looks(visited("score", score, **more)))
    score[np.ix_(site == 1, [3, 4])] = 40 - score[np.ix_(site == 1, [3, 4])]
    found = min(codings.looks(visited("score", score, **more)), key=lambda one: one.p)
    assert found.p < 1e-4 and found.told.endswith("at a site") and len(found.rows) == 50


def test_no_look_tells_a_value():
    """Disclosure may be restricted: what is unusual is told by its rows."""
    rng = np.random.default_rng(11)
    values = 40_000 + np.round(rng.normal(0, 500, (120, 4)))
    values[:9, 1], values[20, 2], values[30:42, 3] = 99_999, 400_000, 0
    values[::4, 2] *= 2.54
    site = np.arange(120) % 4
    rows = visited("load", values, site=site)
    (sheet,) = rows.sheets
    used = replace(sheet, columns=(*sheet.columns, numbers("site", np.repeat(site + 71_234, 4))))
    looks = look_at(replace(rows, sheets=(used,), used=frozenset({("v", "load"), ("v", "site")})))
    held = {f"{one:g}" for one in [*values.ravel(), *(site + 71_234), 99_999]} - {"0"}
    held |= {f"{one:.0f}" for one in values.ravel()} - {"0"}
    assert min(one.p for one in looks) < 1e-6
    for one in looks:
        assert not [text for text in held if text in f"{one.told} {one.remark}"], one.told


@pytest.mark.parametrize(("parts", "told"), [(1, True), (10, False)])
def test_a_measure_of_few_units_is_no_number_of_days(parts, told):
    """A date some days after another is met by whole numbers, as by those with a decimal."""
    rng = np.random.default_rng(13)
    entry, few = 19000.0 + rng.integers(0, 400, 90), rng.integers(0, 9, 90).astype(float)
    died = np.where(np.arange(90) < 40, entry + rng.integers(20, 400, 90), np.nan)
    named = {"entered": entry, "dosed": entry + few, "died": died}
    crp = np.rint(few * parts + (parts > 1) * 3) / parts
    export = alone(numbers("crp", crp), *(Column(n, DATE, v) for n, v in named.items()))
    assert any("died" in one.told for one in agreement.looks(export)) == told
