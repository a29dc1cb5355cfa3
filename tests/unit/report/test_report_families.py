"""A family of p-values has its table once, where the report has it first; later a link there."""

import re
from types import SimpleNamespace as Stub

import pytest
from mini_trial import settings_of
from test_report_wording import words

from trialtrace.report.material import Material
from trialtrace.report.sections import families as module
from trialtrace.report.sections.families import families
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.words import members
from trialtrace.run.trial.reported import in_main_report, in_order


@pytest.fixture(scope="module")
def material(restricted):
    settings = settings_of("mini", "restricted")
    return Material(restricted.trial, settings, restricted.folder, {})


def test_the_order_is_that_of_the_report(material):
    found = in_order(material.trial)
    assert sorted(one.name for one in found) == sorted(material.trial.plan.analyses)
    main = [in_main_report(material.trial, one) for one in found]
    assert main == sorted(main, reverse=True)


def test_the_first_analysis_lists_the_p_values_and_the_other_leads_there(material):
    (first,), (later,) = (
        list(families(material, name)) for name in ("relief_primary", "pain_each")
    )
    lines = [line for line in first.splitlines() if "trace/" in line]
    assert len(lines) == 3 and first.startswith("::: {#tbl-family-")
    by_id = material.tracer.results
    holm = {
        short_id(name): row["stat_value"]
        for name, row in by_id.items()
        if row["stat_name"] == "p_adjusted"
    }
    for line in lines:
        (adjusted,) = (holm[one] for one in re.findall(r"#([a-z2-7]{8})\)", line) if one in holm)
        assert line.endswith(f"| {'yes' if adjusted <= 0.05 else 'no'} |")
    label, _, told = later.partition(": see ")
    assert f"{label}&#58; 3 p&#45;values" in first
    assert re.search(r"^“\[.+\]\(#sec-of-relief-primary\)”\.$", told)


def test_an_analysis_that_leads_to_the_table_of_another_looks_up_no_p_value(material, monkeypatch):
    monkeypatch.setattr(module, "members", None)
    (told,) = families(material, "pain_each")
    assert ": see “" in told.replace("&#58;", ":")


def test_a_test_that_opens_the_way_to_others_is_not_counted_with_them(material, monkeypatch):
    """Of three p-values one without an adjusted one: a test of all arms of a closed test."""
    adjusted_of = module.adjusted_of
    first = members(material.trial.plan, material.tracer.results, "both")[0]["result_id"]
    monkeypatch.setattr(
        module,
        "adjusted_of",
        lambda material, row: None if row["result_id"] == first else adjusted_of(material, row),
    )
    (told,) = map(words, families(material, "relief_primary"))
    assert ": 2 p-values, adjusted together by " in told
    assert "; the test of all arms, which opens the way to them, not counted." in told


def test_a_test_by_another_rule_has_the_caveat_of_what_it_is_made_of(monkeypatch):
    """It has no estimate; that of its parent, of the same pair, is not borne out."""
    pair = {"parameter": "P", "visit": None, "stratum": None}
    pair |= {"comparison": "drug", "reference": "placebo"}
    plan = {
        name: Stub(name=name, label=name.upper(), of=of) for name, of in (("a", ""), ("b", "a"))
    }
    material = Stub(trial=Stub(plan=Stub(analyses=plan)))
    made_of = [Stub(estimate=pair, planned=None)]
    monkeypatch.setattr(module, "compared", lambda _, one: made_of if one.name == "a" else [])
    monkeypatch.setattr(module, "parting", lambda *_: {"analysis_id": "a"})
    assert "“[A](#sec-of-a)”: no effect" in module._but(material, pair | {"analysis_id": "b"})
    other = pair | {"analysis_id": "b", "comparison": "other"}
    assert module._but(material, other) == ""
