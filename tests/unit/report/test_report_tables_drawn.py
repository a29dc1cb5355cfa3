"""Figures of clean tables: sessions."""

from dataclasses import replace
from types import SimpleNamespace as Stub

import mini_run
import mini_trial
import numpy as np
import pytest

from trialtrace.report.figures import make
from trialtrace.report.figures.clean_rows import clean_rows
from trialtrace.report.figures.heat_map import DONE, MISSED, NONE, _grid
from trialtrace.report.figures.points import _of_day, _raw
from trialtrace.report.material import Material
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.model import Endpoint

TRIAL = mini_trial.TRIAL.replace(
    "tables:\n",
    '    doses: {path: doses.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}\n'
    "tables:\n"
    "  cycles: {of: doses, key: [source_row], subject: id}\n",
)
DICTIONARY = (
    mini_trial.DICTIONARY
    + """\
id,cycles,,text,Number,,,integer,1,999,,,y,,,,,
day,cycles,,text,Day,,,integer,0,99,,,,,,,,
given,cycles,,text,Date,,,date_ymd,,,,,,,,,,
plan_mg,cycles,,text,Planned,,,number,0,999,,,,,,,,
dose_mg,cycles,,text,Given,,,number,0,999,,,,,,,,
"""
)
# Patients 1 (drug) and 2 (placebo); 99 is nobody; a cycle without a date or a plan is not drawn.
ROWS = """\
id,day,given,plan_mg,dose_mg
1,1,2020-03-01,100,100
1,2,2020-03-22,100,75
1,3,2020-04-19,100,0
2,1,2020-03-05,100,100
2,2,,100,100
2,3,2020-04-01,,50
"""
# What the figures read of their kinds of endpoint.
ENTRY = Stub(
    table="cycles",
    where=None,
    date="given",
    planned="plan_mg",
    delivered="dose_mg",
    caps=None,
    done={"dose_mg": {"above": 0}},
    end=None,
)
GIVEN = {"title": "Doses", "endpoint": "doses", "population": "itt", "day": "day"}


def made(root, rows=ROWS, disclosure="full"):
    at = mini_run.write_mini(
        root, trial=TRIAL, dictionary=DICTIONARY, claims="papers: {}\nclaims: {}\n"
    )
    (root / "data" / "doses.csv").write_text(rows)
    run = mini_run.run_stages(load_trial("mini", at), at.results / "mini", at)
    run.trial.endpoints["doses"] = Endpoint("doses", "Doses", "DOSES", "measure", ENTRY, "doses")
    settings = replace(load_settings(at), disclosure=disclosure)
    return Material(run.trial, settings, run.folder, {})


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    return made(tmp_path_factory.mktemp("cycles"))


def test_a_table_is_drawn(mini):
    picture = make._picture(mini, "heat_map", GIVEN)
    assert picture.caption.startswith("Doses, all randomised: ")
    assert "2 patients" in picture.alt


def test_a_day_of_a_map_leads_to_its_line(mini):
    """Patient 1 has its second day in line 3; a line without a day or a patient is of all days."""
    point = {"day": "2", "subject": "mini-1"}
    assert _of_day(mini, GIVEN, point) == ("cycles", {3})
    assert _of_day(mini, GIVEN, point | {"subject": "mini-2"}) == ("cycles", {6})
    assert _of_day(mini, GIVEN, {"day": "2"}) == ("", set())
    selection = mini.tracer.frames.select("adsl", {"USUBJID": {"in": ["mini-1", "mini-2"]}})
    selection = replace(selection, reads=("TRT01P",))
    every, second = (dict(_raw(mini, selection, *one)) for one in (("", {3}), ("patients", {3})))
    assert "lines 2–3," in every["raw"] and "lines 3," in second["raw"]


def test_an_empty_table_says_so(tmp_path):
    empty = made(tmp_path, ROWS.partition("\n")[0] + "\n1,,,,\n")
    with pytest.raises(make.NothingToDraw, match=r"Doses: no figure, since .*no session"):
        make._picture(empty, "heat_map", GIVEN)


def test_rows_have_their_subject_arm_and_population(mini):
    rows = clean_rows(mini, GIVEN)
    assert rows.arm.tolist() == ["drug"] * 3 + ["placebo"] * 3
    assert clean_rows(mini, GIVEN | {"where": {"day": {"is": 1}}}).subject.size == 2
    assert clean_rows(mini, GIVEN | {"population": "adults"}).subject.size == 6


def test_a_day_of_the_map_has_the_best_of_its_sessions():
    subject = np.array(["a", "a", "b", "b"])
    day, state = np.array([1.0, 1.0, 1.0, 3.0]), np.array([MISSED, DONE, MISSED, DONE])
    who, grid = _grid(subject, np.ones(4, bool), day, state)
    # Both attended one; b has more planned.
    assert (who, grid.tolist()) == (["b", "a"], [[MISSED, NONE, DONE], [DONE, NONE, NONE]])
