"""From each margin of a cohort that a paper set to the results that rest on it."""

from functools import cache

import pytest
from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.put_in import DRAWN_TO, MADE_OF, TO_NOTHING, margin_name, statistic_words
from trialtrace.run.trial.load import load_trial

pytestmark = pytest.mark.full

NAMES = ("musaro2019", "sprave2019", "streckmann2024")


@pytest.fixture(scope="module")
def tracers(tmp_path_factory):
    """The tracer of a trial on its cohort as it is derived; nothing of it is analysed."""

    @cache
    def made(name: str) -> Tracer:
        trial, folder = load_trial(name, Project(REPOSITORY)), tmp_path_factory.mktemp(name)
        ingest_sources(trial, folder / "raw")
        clean_tables(trial, folder / "raw", folder / "clean")
        derive_datasets(trial, folder / "clean", folder / "derived")
        return Tracer(trial, folder, "full")

    return made


def row(tracer: Tracer, selects: dict) -> dict:
    """A result as the plan would make it: what is asked of it, without a number."""
    plan, analysis = tracer.trial.plan, selects["analysis"]
    population = "itt"
    if analysis in plan.analyses:
        population = plan.analyses[analysis].estimand.population
    elif analysis == "baseline":
        population = selects.get("population") or plan.displays[analysis]["population"]
    pair = selects.get("compare") or {}
    return {
        "analysis_id": analysis,
        "parameter": selects.get("parameter"),
        "population": population,
        "visit": selects.get("visit"),
        "group1_level": selects.get("group"),
        "comparison": pair.get("of"),
        "reference": pair.get("to"),
    }


def of_claim(tracer: Tracer, claim: str) -> dict:
    """The result that recomputes a claim."""
    (selects,) = tracer.declared[claim].selections.values()
    return row(tracer, dict(selects))


def planned(tracer: Tracer):
    """A result of every endpoint of every analysis, at no visit, and of each baseline variable."""
    plan = tracer.trial.plan
    for name, analysis in plan.analyses.items():
        for variable in analysis.estimand.variables:
            for each in tracer.trial.family(variable):
                yield row(tracer, {"analysis": name, "parameter": each.name})
    for variable in plan.displays.get("baseline", {}).get("variables", ()):
        yield row(tracer, {"analysis": "baseline", "parameter": variable})
    for display in plan.displays.get("adverse_events", ()):
        yield row(tracer, {"analysis": "adverse_events", "parameter": display["endpoint"]})
    for population in tracer.trial.populations:
        yield row(tracer, {"analysis": "flow", "parameter": population})


@pytest.mark.parametrize("name", NAMES)
def test_every_printed_margin_is_said_at_some_result(tracers, name):
    tracer = tracers(name)
    rows = [*planned(tracer)]
    own, columns = set(), set()
    for margin in tracer.put_in.margins:
        check = margin["check"] or {}
        for one in rows:
            at = one | {"visit": check.get("visit"), "group1_level": margin["arm"]}
            rests = tracer.put_in.behind(at)
            own |= {id(each) for each in rests.own}
            columns |= {id(each) for each in rests.columns}
    for margin in tracer.put_in.margins:
        told = (margin["quantity"], margin["arm"], margin["check"])
        assert id(margin) in own | columns, told
        if (margin["check"] or {}).get("endpoint"):
            assert id(margin) in own, told


TOLD = {
    "streckmann2024": {
        "cipn_smt": "12 of 40 (printed 30.0%)",
        "cipn_pp_smt": "10 of 35",
        "cipn_pp_wbv": "12 of 32",
        "cipn_pp_tau": "22 of 30",
        "dose_smt": "17 of 53",
        "dose_wbv": "28 of 52",
        "dose_tau": "28 of 50",
        "deaths_smt": "1 of 54",
        "deaths_tau": "7 of 42",
        "deaths_p": "7 of 42",
        "vibration_tau": "25 of 50",
        "touch_tau": "4 of 50",
        "strength_smt": "1 of 55",
        "age": "mean 49",
        "men": "93 of 158",
        "adverse_events": "Adverse event: 7",
    },
    "sprave2019": {
        "feasible_int": "18 of 27",
        "feasible_con": "16 of 29",
        "feasible_home_int": "9 of 14",
        "age_int": "mean 62.1",
        "tumour_lung_con": "14 of 29",
        "thoracic_con": "24 of 29",
    },
}


@pytest.mark.parametrize("name", TOLD)
def test_a_claim_that_was_drawn_to_is_put_in_with_its_numbers(tracers, name):
    tracer = tracers(name)
    for claim, number in TOLD[name].items():
        (line,) = tracer.put_in.lines(of_claim(tracer, claim))
        assert line.startswith(DRAWN_TO) and number in line and "more number" not in line, (
            claim,
            line,
        )


def test_margins_have_the_labels_of_a_report(tracers):
    """Of no margin the name of a quantity or a key of a statistic is told."""
    for name in NAMES:
        tracer = tracers(name)
        for margin in tracer.put_in.margins:
            told = margin_name(tracer.trial, margin)
            assert told[0].isupper(), told
            assert told.replace(" ", "_") != margin["quantity"]
            assert statistic_words(tracer.trial, margin).split(" ")[0] in (
                *("", "mean", "standard", "minimum", "maximum", "count"),
            )
    sprave = tracers("sprave2019")
    (line,) = sprave.put_in.lines(row(sprave, {"analysis": "survival", "group": "int"}))
    assert "Months from the first day of radiotherapy" in line and "months:" not in line
    (line,) = sprave.put_in.lines(of_claim(sprave, "age_int"))
    assert "mean 62.1" in line and "standard deviation 8.8" in line
    (line,) = sprave.put_in.lines(of_claim(sprave, "tumour_lung_con"))
    assert "count of Lung cancer 14 of 29" in line


def test_an_arm_is_told_its_own_number_alone(tracers):
    tracer = tracers("streckmann2024")
    (line,) = tracer.put_in.lines(of_claim(tracer, "dose_smt"))
    assert "28 of" not in line


def test_the_feasibility_of_the_whole_plan_is_made_of_what_was_drawn(tracers):
    tracer = tracers("sprave2019")
    (line,) = tracer.put_in.lines(row(tracer, {"analysis": "feasible_plan", "group": "int"}))
    assert line.startswith(MADE_OF) and "18 of 27" in line and "16 of 29" in line
    for name in ("fracture_treated", "survival", "attendance"):
        (line,) = tracer.put_in.lines(row(tracer, {"analysis": name, "group": "int"}))
        assert line.startswith(MADE_OF), name
    (line,) = tracer.put_in.lines(row(tracer, {"analysis": "fracture_imaged", "group": "con"}))
    assert line.startswith(DRAWN_TO) and "3 of 16" in line


def test_parts_of_what_was_drawn_are_told_too(tracers):
    tracer = tracers("streckmann2024")
    for analysis, number in (("harms", "Adverse event: 7"), ("serious_harms", "1 of 7")):
        (line,) = tracer.put_in.lines(row(tracer, {"analysis": analysis, "group": "smt"}))
        assert line.startswith(MADE_OF) and number in line, line


def test_of_no_event_at_all_none_is_of_a_kind(tracers):
    """Where no event was printed and none drawn, the numbers are the printed ones."""
    sprave, streckmann = tracers("sprave2019"), tracers("streckmann2024")
    (line,) = streckmann.put_in.lines(row(streckmann, {"analysis": "related_harms"}))
    assert line.startswith(DRAWN_TO) and "0 of 7" in line, line
    (line,) = sprave.put_in.lines(row(sprave, {"analysis": "harms", "group": "int"}))
    assert line.startswith(DRAWN_TO), line


def test_what_is_drawn_to_no_printed_number_says_so(tracers):
    tracer = tracers("musaro2019")
    assert {line for one in planned(tracer) for line in tracer.put_in.lines(one)} == {TO_NOTHING}
    sprave = tracers("sprave2019")
    (line,) = sprave.put_in.lines(row(sprave, {"analysis": "pain_month_3", "group": "int"}))
    assert line == TO_NOTHING
