"""What the checks of rows find, and what they leave alone."""

import datetime
from dataclasses import replace
from pathlib import Path

import mini_run
import numpy as np
import pytest
from mini_trial import DICTIONARY, ENDPOINTS, TRIAL
from rows.recipes import too_alike
from rows.true_trials import Made, export_of, true_trial

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.integrity import allocation, carried, records, sequence
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Export, Sheet, once_a_subject
from trialtrace.run.integrity.export import Column as C
from trialtrace.run.integrity.look import LEVEL, Look, judged
from trialtrace.run.integrity.read import entry_column, read_export
from trialtrace.run.integrity.registry import CHECKS, look_at
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

pytestmark = pytest.mark.full


def unusual(made: Made | Export) -> dict[str, list[Look]]:
    found: dict[str, list[Look]] = {}
    for one in judged(look_at(made if isinstance(made, Export) else export_of(made))):
        if one.unusual:
            found.setdefault(one.look.check, []).append(one.look)
    return found


LARGE = next(seed for seed in range(90) if true_trial(seed).n > 240)


@pytest.fixture
def made() -> Made:
    return true_trial(LARGE)


def test_many_looks_are_taken_into_account():
    looks = [
        Look(*each)
        for each in (("x", "", 0.001, (), "a"), ("y", "", 0.5, (), "a"), ("z", "", 0.02, (), "b"))
    ]
    told = judged(looks)
    assert [(one.look.where, one.adjusted) for one in told] == [("x", 0.004), ("z", 0.04), ("y", 1)]
    assert [one.unusual for one in told] == [True, False, False]
    # Three quarters and a quarter of the level.
    told = judged(looks, {"a": 3.0, "b": 1.0})
    assert [one.adjusted for one in told] == pytest.approx([0.001 * 2 * 4 / 3, 0.02 * 4, 1])


def test_true_trials_are_seldom_unusual():
    """Of 15 trials hardly one; the level is one in a hundred."""
    assert sum(bool(unusual(true_trial(seed))) for seed in range(15)) <= 1


def test_every_check_looks_at_something(made):
    # No table of a true trial has a column of another, nor two of codes, nor a number that is made;
    # nor one that a code fills or decides, nor steps in row after row; no endpoint is declared, nor
    # a last contact, nor occurrences; no code has a label that says more than yes, no row has one
    # value alone, none of its patients' numbers is missing or names a site, and people come on any
    # day of the week.
    elsewhere = {"agreement", "correspondence", "formulas", "groups", "contacts", "numbering"}
    elsewhere |= {"meanings", "rest_days", "identifiers", "late", "ends", "status", "lone", "sums"}
    elsewhere |= {"added", "filled", "thresholds", "dragged"}
    export = replace(export_of(made), used=frozenset({("patients", "age")}))
    assert {one.check for one in look_at(export)} == {*CHECKS} - elsewhere


def test_chances_are_chances(made):
    for one in look_at(export_of(made)):
        assert 0 <= one.p <= 1


def test_patients_who_are_entered_twice(made):
    who = np.arange(made.n)
    who[20:24] = [3, 4, 5, 6]
    found = unusual(made.taken(who))["duplicates"]
    assert {5, 6, 7, 8, 22, 23, 24, 25} <= set(found[0].rows)


def test_arms_that_depend_on_the_weekday(made):
    entered = made.patients["entered"][1]
    made.arm = ((entered.astype(int) + 3) % 7 % 2).astype(np.intp)
    assert "allocation" in unusual(made)


def test_arms_in_long_runs(made):
    made.arm = (np.arange(made.n) // 12 % 2).astype(np.intp)
    made.site[:] = 0
    assert any("run" in one.told for one in unusual(made)["allocation"])


def test_arms_further_apart_than_their_blocks_allow():
    n = 120
    entered = np.arange(n) * 2.0
    sheet = Sheet(
        "p",
        np.arange(2, n + 2),
        np.arange(n),
        np.zeros(n, np.intp),
        np.zeros(n, np.intp),
        (C("entered", DATE, entered),),
    )
    blocks = np.tile([0, 1, 1, 0], 30).astype(np.intp)
    coins = np.random.default_rng(1).permutation(blocks)
    given = {"entry": ("p", "entered"), "scheme": "blocked", "block_sizes": (4,)}
    true = look_at(Export(n, "p", (sheet,), arm=blocks, **given))
    false = look_at(Export(n, "p", (sheet,), arm=coins, **given))
    told = [next(one for one in looks if "blocks allow" in one.told) for looks in (true, false)]
    assert told[0].p == 1 and told[0].told.startswith("0 of 120")
    assert told[1].p < 1e-6 and len(told[1].rows) > 10


def test_of_all_that_were_planned_a_begun_block_holds_what_is_left_of_it():
    rng = np.random.default_rng(2)
    arm = np.concatenate([rng.permutation([0, 0, 1, 1]) for _ in range(30)]).astype(np.intp)
    moved = np.insert(arm, 30, arm[30])[:120]
    day, none = C("entered", DATE, np.arange(120.0)), np.zeros(120, np.intp)
    sheet = Sheet("p", np.arange(120), np.arange(120), none, none, (day,))
    given = {"entry": ("p", "entered"), "scheme": "blocked", "block_sizes": (4,)}
    for arms, complete, some in ((arm, True, 0), (moved, True, 10), (moved, False, 0)):
        looks = look_at(Export(120, "p", (sheet,), arm=arms, complete=complete, **given))
        (told,) = [one for one in looks if "blocks allow" in one.told]
        assert (told.p < 1e-6) == bool(some) and len(told.rows) >= some


def test_arms_are_of_equal_size_whatever_befell_a_stretch_of_them():
    day, none = np.arange(96.0), np.zeros(96, np.intp)
    equal = np.tile([0, 1, 1, 0], 24).astype(np.intp)
    equal[20:45] = 1
    twice = np.tile([0, 1, 1], 32).astype(np.intp)
    told = [allocation._of_equal_size(arm, day, none, 16) for arm in (equal, twice)]
    assert told == [True, False]


def test_arms_that_are_too_alike(made):
    false = too_alike(made, np.random.default_rng(1))
    assert any("alike" in one.told for one in unusual(false)["balance"])


def test_a_run_of_values_that_stands_twice(made):
    _, values, _ = made.visits["lab4"]
    values[60:72, 0] = values[20:32, 0]
    found = unusual(made)["blocks"]
    assert [one.where for one in found] == ["visits.lab4"]


def test_records_of_other_patients(made):
    for name, (_, values, _) in made.visits.items():
        if name != "visited":
            values[40:46, 1] = values[50:56, 2]
    assert "records" in unusual(made)


def test_last_digits_that_somebody_likes(made):
    _, values, _ = made.visits["lab1"]
    values[:] = np.floor(values / 10) * 10 + np.random.default_rng(1).choice(
        [3, 7, 8], values.shape
    )
    assert "visits.lab1" in {one.where for one in unusual(made)["digits"]}


def test_more_weekends_than_days_of_the_week_have(made):
    _, values, _ = made.visits["visited"]
    values[:, 1] += 5 - (values[:, 1] + 3) % 7
    values[:, 2] += 6 - (values[:, 2] + 3) % 7
    assert "weekdays" in unusual(made)


def test_a_site_that_lies_near_the_centre(made):
    made.site[:] = np.arange(made.n) % 3
    for name, (kind, values, unit) in made.visits.items():
        if kind == NUMBER:
            own = made.site == 1
            centre = np.nanmedian(values)
            made.visits[name] = (
                kind,
                np.where(own[:, None], np.round(centre + 0.2 * (values - centre), 1), values),
                unit,
            )
    found = unusual(made)["sites"]
    assert any("centre" in one.told for one in found)
    (spread, *_) = [one for one in found if "spread" in one.told]
    # The rows are of the site that was made narrow.
    assert "where it is less" in spread.told
    assert {*spread.rows} <= {*export_of(made).places(np.flatnonzero(made.site == 1))}


def test_visits_that_have_nothing_to_do_with_each_other(made):
    _, values, _ = made.visits["lab2"]
    rng = np.random.default_rng(2)
    for visit in range(values.shape[1]):
        rng.shuffle(values[:, visit])
    assert "visits.lab2" in {one.where for one in unusual(made)["correlations"]}


def test_values_that_are_carried_forward_or_midway(made):
    _, values, _ = made.visits["lab4"]
    values[10:50, 2] = values[10:50, 1]
    _, midway, _ = made.visits["systolic"]
    midway[30:80, 1] = np.round((midway[30:80, 0] + midway[30:80, 2]) / 2)
    found = unusual(made)["carried"]
    assert {(one.where, "midway" in one.told) for one in found} >= {
        ("visits.lab4", False),
        ("visits.systolic", True),
    }


def test_a_value_that_half_of_the_patients_have_is_not_carried_forward(made):
    """Such as a limit of detection: equal values are common, and say nothing."""
    _, values, _ = made.visits["lab4"]
    values[::2] = np.nanmedian(values)
    looks = carried.looks(export_of(made))
    looked = {one.where for one in looks if "values equal to the value before" in one.told}
    assert "visits.lab4" not in looked and "visits.systolic" in looked


def test_visits_in_columns_are_visits():
    rng = np.random.default_rng(6)
    first, none = np.round(rng.normal(300, 40, 90)), np.zeros(90, np.intp)
    later = np.where(np.arange(90) < 25, first, np.round(first + rng.normal(0, 14, 90)))
    columns = (C("w0", NUMBER, first), C("w4", NUMBER, later))
    sheet = Sheet("p", np.arange(90), np.arange(90), none, none, columns)
    wide = ((("p", "w0"), ("p", "w4")),)
    _, look = carried.looks(Export(90, "p", (sheet,), wide=wide))
    assert look.where == "p.w4" and len({*look.rows} & {*range(25)}) >= 23 and look.p < 1e-3
    assert not list(carried.looks(Export(90, "p", (sheet,))))


def test_a_column_of_which_every_visit_is_midway(made):
    _, values, _ = made.visits["walked"]
    values[:, 1] = np.round((values[:, 0] + values[:, 2]) / 2)
    assert "visits.walked" in {one.where for one in unusual(made)["carried"]}


def test_visits_in_another_order(made):
    _, values, _ = made.visits["visited"]
    values[5:30, 2] = values[5:30, 1] - 3
    found = unusual(made)["sequence"]
    assert len(found[0].rows) >= 20


def occurrences(who, number, *columns: C) -> Sheet:
    rows = np.arange(len(who))
    return Sheet(
        "ae", rows + 2, who, number, np.zeros(len(who), np.intp), columns, False, False, True
    )


def test_dates_of_a_row_in_another_order_than_nearly_all():
    who, onset = np.arange(60), np.arange(60.0)
    ended = onset + 5
    ended[[3, 8, 30]] -= 6
    sheet = occurrences(who, who * 0, C("onset", DATE, onset), C("ended", DATE, ended))
    (look,) = sequence.looks(Export(60, "p", (sheet,)))
    assert (look.where, look.rows) == ("ae.ended", (5, 10, 32))
    # binom.test(3, 60, 0.005, alternative = "greater")$p.value
    assert look.p == pytest.approx(0.0034581976271)


def test_events_that_were_exported_twice_and_teeth_that_are_alike():
    rng = np.random.default_rng(3)
    who, day = np.repeat(np.arange(40), 3), rng.integers(0, 300, 120).astype(float)
    term = rng.integers(0, 5, 120).astype(float)
    clean = occurrences(who, np.tile(np.arange(3), 40), C("on", DATE, day), C("term", CODE, term))
    twice = np.concatenate([np.arange(120), np.arange(30, 45)])
    number = np.concatenate([np.tile(np.arange(3), 40), np.tile([3, 4, 5], 5)])
    both = occurrences(who[twice], number, C("on", DATE, day[twice]), C("term", CODE, term[twice]))
    teeth = occurrences(who, clean.step, C("on", DATE, 9.0 * who), C("state", CODE, who % 2.0))
    looks = [next(records._again(sheet)) for sheet in (clean, both, teeth)]
    assert [one.p < 1e-4 for one in looks] == [False, True, False]
    assert {*looks[1].rows} >= {*range(32, 47), *range(122, 137)}
    assert looks[1].told.startswith("15 of 16 pairs")


def test_numbered_occurrences_end_in_any_order(made):
    made.visits["visited"][1][:] = made.visits["visited"][1][:, ::-1]
    export = export_of(made)
    assert [one.p < 1e-9 for one in sequence.looks(export)] == [True]
    patients, visits = export.sheets
    occurrences = replace(visits, visits=False)
    assert not list(sequence.looks(replace(export, sheets=(patients, occurrences))))


def test_an_export_without_anything_to_look_at_has_no_looks():
    empty = np.array([], np.intp)
    sheet = Sheet("p", np.array([], np.int64), empty, empty, empty, (C("x", CODE, np.array([])),))
    assert look_at(Export(0, "p", (sheet,), arm=empty, site=empty)) == []
    one = Sheet("p", np.array([2]), np.array([0]), np.array([0]), np.array([0]), ())
    assert look_at(Export(1, "p", (one,), arm=np.array([0]), site=np.array([0]))) == []


def test_a_table_without_rows_is_left_alone(made):
    whole = export_of(made)
    empty = np.array([], np.intp)
    none = tuple(C(name, kind, np.array([])) for name, kind in (("x", NUMBER), ("d", DATE)))
    sheet = Sheet("later", np.array([], np.int64), empty, empty, empty, none)
    more = replace(whole, sheets=(*whole.sheets, sheet))
    assert look_at(more) == look_at(whole)


def test_columns_without_values_are_left_alone(made):
    for name, (kind, values, unit) in made.visits.items():
        made.visits[name] = (kind, np.full_like(values, np.nan), unit)
    assert all(one.p >= 0 for one in look_at(export_of(made)))
    assert LEVEL == 0.01


SURVIVAL = """\
survival:
  label: Overall survival
  code: OS
  kind: time_to_event
  table: patients
  start: entered
  last_contact: last_on
  terminal: true
  day_of_start: 0
  event_date: died_on
  event: {died: {is: "1"}}
  event_label: Death
  censored_label: Alive
observed:
  label: Time observed
  code: OBS
  kind: time_to_event
  table: patients
  time: observed
  event: {died: {is: "1"}}
  event_label: Death
  censored_label: Alive
sleep:
  label: Sleep
  code: SLEEP
  kind: repeated
  table: patients
  visits: {sleep1: baseline, sleep2: week 3}
  scale: {type: continuous, from: 0, to: 10, higher: better}
dead4: {label: Dead at week 4, code: DEADW, kind: event, table: patients, event: {died: {is: "1"}}}
"""


def test_last_contacts_are_those_that_times_to_an_event_declare(tmp_path):
    rows = mini_run.patients()
    for at, row in enumerate(rows):
        died = at % 3 == 0
        day = datetime.date(2020, 3, 1) + datetime.timedelta(days=at)
        row |= {"entered": "2020-02-01", "died": int(died), "died_on": day if died else ""}
        row |= {"last_on": day, "observed": 29 + at, "sleep1": 1, "sleep2": at % 5}
    dates = ("entered", "died_on", "last_on")
    more = "".join(f"{one},patients,,text,{one},,,date_ymd,,,,,,,,,,\n" for one in dates)
    more += "observed,patients,,text,Days until death or last contact,,,integer,,,,,,,,,,\n"
    more += "".join(f"sleep{k},patients,,text,Sleep,,,integer,,,,,,,,,,\n" for k in (1, 2))
    files = {"endpoints": ENDPOINTS + SURVIVAL, "dictionary": DICTIONARY + more}
    files["trial"] = TRIAL.replace(
        "    smoker: smoker\n", "    smoker: smoker\n    entered: entered\n"
    )
    columns = (*dates, "observed", "sleep1", "sleep2")

    def read(at: Path, **files: str) -> Export:
        trial = load_trial("mini", mini_run.write_mini(at, rows, more=columns, **files))
        ingest_sources(trial, at / "raw")
        clean_tables(trial, at / "raw", at / "clean")
        return read_export(trial, at / "clean")

    export = read(tmp_path / "ends", **files)
    last = {one.where: one.values for one in export.last}
    dated, observed = last["patients.last_on"], last["patients.observed"]
    first = (datetime.date(2020, 3, 1) - datetime.date(1970, 1, 1)).days
    days = first + np.arange(len(rows))
    assert dated.tolist() == days.tolist()
    alive = np.arange(len(rows)) % 3 != 0
    assert np.array_equal(observed, np.where(alive, days, np.nan), equal_nan=True)
    assert export.planned["patients", "sleep2"] == 21
    assert (("patients", "sleep1"), ("patients", "sleep2")) in export.wide
    assert [export.scales["patients", f"sleep{k}"] for k in (1, 2)] == [10, 10]
    (free, until), *_ = export.free
    assert (free.where, until) == ("patients.died", 28)
    assert np.array_equal(free.values, np.where(alive, 1.0, np.nan), equal_nan=True)
    assert ("patients", "sleep1") not in export.planned
    # After an event that ends nothing, on the day that is declared as the last, visits go on.
    goes_on = SURVIVAL.replace("terminal: true", "terminal: false")
    files["endpoints"] = ENDPOINTS + goes_on.replace("event_date: died_on", "event_date: last_on")
    last = {one.where: one for one in read(tmp_path / "goes_on", **files).last}["patients.last_on"]
    assert np.array_equal(last.values, np.where(alive, days, np.nan), equal_nan=True)


@pytest.mark.parametrize(
    ("labels", "entry"),
    [
        (("Date of randomisation", "Date of biopsy"), "d0"),
        (("Start of treatment after randomisation", "Date of randomisation"), "d1"),
        (("Date of biopsy", "Date of surgery"), None),
        (("Date of randomisation", "Date of randomisation, second"), None),
    ],
)
def test_an_entry_that_nothing_declares_is_what_is_called_a_randomisation(tmp_path, labels, entry):
    more = "".join(
        f'd{at},patients,,text,"{label}",,,date_ymd,,,,,,,,,,\n' for at, label in enumerate(labels)
    )
    trial = load_trial("mini", mini_run.write_mini(tmp_path, dictionary=DICTIONARY + more))
    assert entry_column(trial) == (entry and ("patients", entry))


def test_a_code_is_at_one_place_in_every_table(tmp_path):
    """Events of men alone: their 2 is not the first of its table's codes."""
    sex = 'sex,adverse,,radio,Sex,"1, Female | 2, Male",,,,,,,,,,,,\n'
    at = mini_run.write_mini(tmp_path, dictionary=DICTIONARY + sex)
    men = [row["id"] for row in mini_run.patients() if row["sex"] == 2]
    lines = [f"{number},nausea,2" for number in men]
    (tmp_path / "data" / "events.csv").write_text("\n".join(["id,what,sex", *lines]) + "\n")
    trial = load_trial("mini", at)
    ingest_sources(trial, tmp_path / "raw")
    clean_tables(trial, tmp_path / "raw", tmp_path / "clean")
    export = read_export(trial, tmp_path / "clean")
    places = {
        sheet.name: {value for c in sheet.columns if c.name == "sex" for value in c.values}
        for sheet in export.sheets
    }
    assert places == {"patients": {0.0, 1.0}, "adverse": {1.0}}


def test_what_a_patient_has_once_is_one_value_in_the_look_at_far_ones():
    subject = np.repeat(np.arange(25), 4)
    ages = np.where(subject == 3, 99.0, 20.0 + subject)
    sheet = Sheet("t", np.arange(100), subject, np.tile(np.arange(4), 25), np.zeros(100, int), ())
    assert list(once_a_subject(sheet, C("age", NUMBER, ages))) == [*range(0, 100, 4)]
    assert len(once_a_subject(sheet, C("x", NUMBER, np.arange(100.0)))) == 100
