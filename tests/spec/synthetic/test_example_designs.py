"""Cohorts of two arms with printed tables, and of sides within patients."""

from collections import Counter

import numpy as np
import pytest
from example_cohort import cohort_of
from example_designs import SIDES, TWO_ARMS

from trialtrace.run.synthetic.draw import draw_cohort


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    cohort = cohort_of(tmp_path_factory.mktemp("two"), TWO_ARMS)
    return draw_cohort(cohort, "two", mode="display", seed=3).levels


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    cohort = cohort_of(tmp_path_factory.mktemp("sides"), SIDES)
    return draw_cohort(cohort, "sides", mode="display", seed=3).levels


def test_the_table_of_baseline_prints_as_it_was_printed(two):
    patients = two["patients"]
    arm = np.array(patients.view("arm").to_pylist())
    for name, printed in {
        "age": {"int": (62.1, 8.8), "con": (61.1, 8.5)},
        "weight": {"int": (71.5, 11.3), "con": (75.1, 15.4)},
    }.items():
        values = patients.view(name).to_numpy()
        for one, (mean, sd) in printed.items():
            assert abs(values[arm == one].mean() - mean) <= 0.05
            assert abs(values[arm == one].std(ddof=1) - sd) <= 0.05
    tumours = Counter(zip(arm, patients.view("tumour").to_pylist(), strict=True))
    assert [tumours["int", t] for t in ("lung", "breast", "prostate", "other")] == [8, 7, 4, 8]
    assert [tumours["con", t] for t in ("lung", "breast", "prostate", "other")] == [14, 6, 2, 7]
    male = Counter(zip(arm, patients.view("male").to_pylist(), strict=True))
    assert (male["int", "yes"], male["con", "yes"]) == (13, 12)
    fractures = Counter(zip(arm, patients.view("fracture").to_pylist(), strict=True))
    assert (fractures["int", "yes"], fractures["int", "no"]) == (1, 13)
    assert (fractures["con", "yes"], fractures["con", "no"]) == (3, 15)


def test_nothing_after_death(two):
    for name, day in (("visits", "visit_day"), ("sessions", "session_day")):
        level = two[name]
        death = level.view("death_day").fill_null(10**6).to_numpy()
        assert (level.view(day).to_numpy() < death).all()
    assert two["patients"].view("death_day").null_count < 56


def test_attendance_agrees_with_the_sessions_of_those_who_lived(two):
    patients, sessions = two["patients"], two["sessions"]
    done = np.array(sessions.view("done").to_pylist()) == "yes"
    number = np.bincount(sessions.parent, weights=done, minlength=patients.size)
    assert (number == patients.view("attended").to_numpy()).all()


def test_a_drug_and_a_dose_only_where_they_were_asked_for(two):
    visits = two["visits"]
    asked, drug, dose = (visits.view(n).to_pylist() for n in ("answered", "drug", "dose"))
    assert all((d is not None) == (a == "yes") for a, d in zip(asked, drug, strict=True))
    assert all((x is not None) == (d == "morphine") for d, x in zip(drug, dose, strict=True))


def test_one_side_of_each_patient_is_treated(sides):
    level = sides["sides"]
    treatment = np.array(level.view("treatment").to_pylist()).reshape(22, 2)
    assert (np.sort(treatment, axis=1) == ["real", "sham"]).all()
    assert (treatment[:, 0] == "real").sum() == 11


def test_a_biopsy_has_its_rows_and_their_mean(sides):
    fibres = sides["fibres"]
    assert fibres.size == 22 * 2 * 250
    area = fibres.view("area").to_numpy().reshape(44, 250)
    assert sides["sides"].view("mean_area").to_numpy() == pytest.approx(area.mean(axis=1))


def test_strength_is_on_its_scale_and_goes_with_the_side(sides):
    visits = sides["visits"]
    mrc = visits.view("mrc").to_numpy().reshape(44, 4)
    assert mrc.min() >= 0
    assert mrc.max() <= 5
    assert np.corrcoef(mrc[:, 0], mrc[:, 1])[0, 1] > 0.4


def test_a_level_may_have_no_rows(tmp_path):
    """As the adverse events of a trial that had none; shares, choices and dates are drawn there."""
    text = """
levels:
  patients: {arms: {int: 3, con: 2}}
  events: {of: patients, as: event, count: n_events}
quantities:
  n_events: {level: patients, spread: {total: 0, printed: "0"}, tag: printed}
  began: {level: patients, date: {between: ["2020-01-01", "2020-12-31"]}}
  serious: {level: events, share: {probability: 0.5}}
  fatal: {level: events, share: {count: 0, of: 0}}
  grade: {level: events, choice: {of: {"1": 0.5, "2": 0.5}}}
  day: {level: events, uniform: {from: 1, to: 90}, step: 1}
  score: {level: events, ordinal: {from: 0, probabilities: [0.5, 0.5]}}
  began_on: {level: events, date: {from: began, days: day}}
"""
    cohort = cohort_of(tmp_path, text)
    for mode in ("display", "simulate"):
        sizes = {"int": 3, "con": 2} if mode == "simulate" else None
        drawn = draw_cohort(cohort, "none", mode=mode, seed=1, sizes=sizes)
        events = drawn.levels["events"]
        for name in ("event", "serious", "fatal", "grade", "day", "score", "began_on"):
            assert len(events.view(name)) == 0
