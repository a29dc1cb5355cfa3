"""What was set to a published number: put_in.csv against the drawn rows; the mark † at results."""

import re
from collections import Counter
from functools import cache

import pytest
from mini_trial import REPOSITORY
from site_pages import packed_data

from trialtrace.base.paths import Project
from trialtrace.report.audit.cohort_words import MARKED, PUT_IN, put_in
from trialtrace.report.audit.targets import Measured, is_met, measure, targets
from trialtrace.report.material import Material
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import REJECTS, read_table
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.put_in import DRAWN_TO, MADE_OF, TO_NOTHING
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.load import load_settings, load_trial

PAGES = ("summary", "report", "supplement", "audit")
LINK = re.compile(r'<a href="trace/[^"#]*#([a-z2-7]+)">(.*?)</a>(†?)', re.DOTALL)
# Errors that the scripts put in, by trial, as cleaning lists them: rejected rows and cells.
REJECTED = {
    "made_clusters": {"above_maximum": 1},
    "made_crossover": {"duplicate_row": 1},
    "musaro2019": {
        **{"unknown_code": 2, "duplicate_row": 2, "not_a_number": 1, "decimal_sign": 2},
        **{"above_maximum": 1, "unknown_subject": 1},
    },
    "sprave2019": {
        **{"no_session_after_death": 4, "sessions_within_fractions": 2, "above_maximum": 6},
        **{"not_a_number": 2, "duplicate_row": 5, "subject_missing": 1, "decimal_sign": 1},
        **{"unknown_code": 1, "dose_has_a_drug": 1, "dose_has_a_route": 1, "below_minimum": 1},
        **{"not_an_integer": 1, "unknown_subject": 1, "impossible_date": 1},
    },
    "streckmann2024": {
        **{"duplicate_row": 2, "impossible_date": 1, "examined_after_randomisation": 1},
        **{"above_maximum": 3, "unknown_subject": 1, "not_an_integer": 1, "subject_missing": 1},
        **{"missing_unit": 2, "unknown_unit": 1, "unknown_code": 1, "decimal_sign": 3},
        **{"not_a_number": 3, "below_minimum": 1},
    },
}
# Published numbers that each cohort has: (endpoint, population, visit, arm) -> count and of.
AFTER = "after chemotherapy"
SET = {
    "streckmann2024": {
        ("cipn", "itt", AFTER, "smt"): (12, 40),
        ("cipn", "itt", AFTER, "tau"): (24, 34),
        ("cipn", "pp", AFTER, "wbv"): (12, 32),
        ("strength_new", "itt", AFTER, "smt"): (1, 55),
        ("dose_reduced", "itt", None, "wbv"): (28, 52),
        ("died", "itt", None, "tau"): (7, 42),
        (None, "itt", None, "wbv"): (53, None),
    },
    "sprave2019": {
        ("feasible", "treated", None, "int"): (18, 27),
        ("feasible_home", "home", None, "int"): (9, 14),
        ("treated", "itt", None, "con"): (29, 30),
        ("fracture", "imaged", None, "con"): (3, None),
        (None, "treated", None, None): (56, None),
    },
    "musaro2019": {(None, "itt", None, None): (22, None)},
}


@pytest.fixture(scope="module")
def tracers(tmp_path_factory):
    """The tracer of a shipped trial on its cohort as it is derived; nothing of it is analysed."""

    @cache
    def made(name: str) -> Tracer:
        trial, folder = load_trial(name, Project(REPOSITORY)), tmp_path_factory.mktemp(name)
        ingest_sources(trial, folder / "raw")
        clean_tables(trial, folder / "raw", folder / "clean")
        derive_datasets(trial, folder / "clean", folder / "derived")
        return Tracer(trial, folder, "full")

    return made


@pytest.mark.parametrize("name", REJECTED)
def test_every_published_number_is_in_the_drawn_rows(tracers, name: str):
    tracer = tracers(name)
    margins = tracer.put_in.margins
    found = {(one["endpoint"], one["population"], one["visit"], one["arm"]): one for one in margins}
    for place, (value, of) in SET.get(name, {}).items():
        assert (found[place]["value"], found[place]["of"]) == (value, of), place
    wrong = [
        (margin, got)
        for margin in margins
        if not is_met(margin, got := measure(tracer.trial, tracer.frames, margin))
    ]
    assert wrong == []
    assert bool(margins) == (name in SET)


@pytest.mark.parametrize("name", REJECTED)
def test_rejects_are_the_errors_that_the_script_put_in(tracers, name: str):
    tracer = tracers(name)
    rejects = read_table(tracer.folder / "clean" / "rejects.parquet", REJECTS).to_pylist()
    counted = Counter(row["rule"] for row in rejects if row["severity"] == "reject")
    assert counted == REJECTED[name]


def row(analysis: str, parameter: str | None = None, **more) -> dict:
    """A result as the plan would make it: what is asked of it, without a number."""
    names = ("visit", "group1_level", "comparison", "reference", "stat_name", "group2_level")
    place = {"analysis_id": analysis, "parameter": parameter, "population": "itt"}
    return place | dict.fromkeys(names) | more


def test_a_trace_says_what_was_set_and_what_is_made_of_it(tracers):
    tracer = tracers("streckmann2024")
    (line,) = tracer.put_in.lines(row("cipn", "cipn", visit=AFTER, group1_level="smt"))
    assert line.startswith(DRAWN_TO) and "12 of 40 (printed 30.0%)" in line and "24 of" not in line
    (line,) = tracer.put_in.lines(row("signs", "vibration"))
    assert line.startswith(MADE_OF)
    (line,) = tracer.put_in.lines(row("balance", "sway_two_open"))
    assert line == TO_NOTHING


def test_counts_of_the_flow_are_those_of_their_population(tracers):
    tracer = tracers("sprave2019")

    def is_set(stat: str, parameter: str | None, arm: str, value: float) -> bool:
        told = {"stat_name": stat, "group1_level": arm, "stat_value": value, "stratum": None}
        return tracer.put_in.is_set(row("flow", parameter, population=None, **told))

    assert is_set("received", None, "int", 27) and is_set("received", None, "all", 56)
    assert is_set("in_population", "treated", "con", 29)
    assert is_set("analysed", "feasible_treated", "con", 29)
    assert not is_set("in_population", "imaged", "int", 27)
    assert not is_set("analysed", "feasible_treated", "con", 28)


@pytest.fixture(scope="module")
def material(synthetic) -> Material:
    return Material(synthetic.trial, load_settings(synthetic.at), synthetic.folder, {})


def test_numbers_are_measured_on_the_derived_data(material):
    trial, frames, margins = material.trial, material.tracer.frames, material.tracer.put_in.margins
    found = {
        (one["endpoint"], one["statistic"], one["arm"]): measure(trial, frames, one)
        for one in margins
    }
    assert found["relief", "count", "drug"] == Measured(12, 18)
    assert found["relief", "count", "placebo"] == Measured(6, 18)
    assert found["nausea", "occurrences", None] == Measured(9, 9)
    assert found[None, "patients", None] == Measured(40, 40)
    assert round(found["age", "mean", None].value) == 50
    assert round(found["age", "sd", None].value, 1) == 9.8
    table = targets(material)
    assert "scripts/cohorts/mini.py" in table and "which differs" not in table
    margins[3]["value"] = 11
    assert targets(material).count("which differs**") == 1
    margins[3]["value"] = 12


def test_what_a_paper_set_is_said_once_in_methods_and_beside_the_verdicts(synthetic):
    folder = synthetic.folder / "report"
    pages = {name: " ".join((folder / f"{name}.html").read_text().split()) for name in PAGES}
    assert [pages[name].count(MARKED) for name in PAGES] == [0, 1, 0, 0]
    assert [pages[name].count(PUT_IN) for name in PAGES] == [0, 0, 0, 1]
    methods = pages["report"].index('id="sec-methods"')
    assert pages["report"].index(MARKED) > methods
    cards = packed_data((folder / "cards.js").read_text())
    assert DRAWN_TO in cards and TO_NOTHING in cards


def test_the_mark_is_at_the_numbers_that_were_set_and_at_no_other(material, synthetic):
    """12 of 18 and 6 of 18 are set; the risk difference and its p follow from them."""
    found = material.tracer.set_to_published
    told = {
        (row["stat_name"], row["group1_level"], row["stat_value"])
        for row in material.results
        if short_id(row["result_id"]) in found and row["analysis_id"] == "relief_primary"
    }
    assert {one for one in told if one[0] == "count"} == {
        ("count", "drug", 12.0),
        ("count", "placebo", 6.0),
    }
    assert {name for name, *_ in told} == {"count", "proportion"}
    for name in PAGES[:3]:
        text = (synthetic.folder / "report" / f"{name}.html").read_text()
        body = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
        for link, shown, mark in LINK.findall(body):
            assert bool(mark) == (link in found and any(map(str.isdigit, shown))), (link, shown)


def test_the_picture_of_the_flow_has_the_mark_at_its_counts(synthetic):
    flow = (synthetic.folder / "report" / "figures" / "flow.svg").read_text()
    words = re.sub(r"<[^>]+>", "", flow)
    assert "40†" in words


def test_real_data_were_not_put_in(swapped):
    real = Material(swapped.trial, load_settings(swapped.at), swapped.folder, {})
    assert put_in(real) == "" and targets(real) == ""
    assert real.tracer.set_to_published == frozenset()
    text = (swapped.folder / "report" / "report.html").read_text()
    assert "†" not in text and "sec-targets" not in text
