"""The report section of targets: margins measured on the derived data, mess, assumptions."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from site_pages import packed_data

from trialtrace.report.audit.cohort_words import MARKED, PUT_IN, put_in
from trialtrace.report.audit.targets import (
    Measured,
    margins_table,
    measure,
    targets,
    targets_title,
    what_words,
)
from trialtrace.report.material import Material
from trialtrace.run.trace.put_in import DRAWN_TO, TO_NOTHING
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.load import load_settings

PAGES = ("summary", "report", "supplement", "audit")
LINK = re.compile(r'<a href="trace/[^"#]*#([a-z2-7]+)">(.*?)</a>(†?)', re.DOTALL)


@pytest.fixture(scope="module")
def material(synthetic) -> Material:
    return Material(synthetic.trial, load_settings(synthetic.at), synthetic.folder, {})


@pytest.fixture(scope="module")
def margins(synthetic) -> list[dict]:
    truth = json.loads((synthetic.folder / "raw" / "truth.json").read_text())
    return [row for row in truth["parameters"] if row["margin"]]


def test_margins_are_measured_on_the_derived_data(material, margins):
    found = {(m["quantity"], m["what"], m["arm"]): measure(material, m) for m in margins}
    assert found["relief", "share", "drug"] == Measured(12, 18)
    assert found["relief", "share", "placebo"] == Measured(6, 18)
    assert round(found["age", "mean", None].value) == 50
    assert round(found["age", "sd", None].value, 1) == 9.8
    assert found["sickness", "total", None] is None


def test_no_margin_differs(material, margins):
    table = margins_table(material, margins, True)
    assert "which differs" not in table
    assert table.count("derived data") == 4
    assert "simplest, one of 6 that print so, 36 over all groups" in table


def test_a_margin_that_differs_is_told(material, margins):
    wrong = [row | {"count": 11} for row in margins if row["quantity"] == "relief"]
    assert margins_table(material, wrong, True).count("**12 of 18, which differs**") == 1
    assert margins_table(material, wrong, True).count("**6 of 18, which differs**") == 1
    assert "which differs" not in margins_table(material, wrong, False)


def test_other_checks_measure_what_they_name(material, margins):
    row = next(row for row in margins if row["quantity"] == "relief")
    one = row | {"arm": None, "group": ""}
    assert measure(material, one) == Measured(18, 36)
    assert measure(material, one | {"check": {"endpoint": "relief", "value": "N"}}).value == 18
    deaths = measure(material, one | {"check": {"endpoint": "death"}})
    assert deaths.of == 40
    total = one | {"what": "total", "check": {"endpoint": "nausea"}}
    assert measure(material, total).value == measure(material, total).of
    sex = one | {"what": "count of female", "check": {"variable": "sex"}}
    other = one | {"what": "count of male", "check": {"variable": "sex"}}
    assert measure(material, sex).value + measure(material, other).value == 40
    visit = one | {"what": "mean", "check": {"endpoint": "pain", "visit": "before"}}
    assert measure(material, visit).of == 40
    assert measure(material, one | {"group": "site = North"}) is None


def test_the_section_lists_assumptions_and_mess(material):
    text = unescape(targets(material))
    assert "| frailty | assumed | normal mean 0; normal sd 1 |" in text
    assert "1 × unknown subject" in text


def test_a_real_trial_has_no_such_section(swapped):
    real = Material(swapped.trial, load_settings(swapped.at), swapped.folder, {})
    assert targets(real) == ""
    assert "sec-targets" not in (swapped.folder / "report" / "report.html").read_text()


def test_what_a_paper_set_is_said_once_in_methods_and_beside_the_verdicts(synthetic):
    folder = synthetic.folder / "report"
    pages = {name: " ".join((folder / f"{name}.html").read_text().split()) for name in PAGES}
    assert [pages[name].count(MARKED) for name in PAGES] == [0, 1, 0, 0]
    assert [pages[name].count(PUT_IN) for name in PAGES] == [0, 0, 0, 1]
    methods = pages["report"].index('id="sec-methods"')
    assert pages["report"].index(MARKED) > methods


def test_the_mark_is_at_the_numbers_that_were_set_and_at_no_other(material, synthetic):
    """12 of 18 and 6 of 18, the mean and the SD of age, and 40 patients in all are those of the
    margins; the risk difference and its p follow from them."""
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
        assert ("†" in body) == bool({link for link, *_ in LINK.findall(body)} & found)


def test_real_data_were_not_put_in(swapped):
    real = Material(swapped.trial, load_settings(swapped.at), swapped.folder, {})
    assert put_in(real) == ""
    assert real.tracer.set_to_published == frozenset()
    assert "†" not in (swapped.folder / "report" / "report.html").read_text()


def test_a_simulated_cohort_has_a_truth_not_targets(material, tmp_path, synthetic):
    truth = json.loads((synthetic.folder / "raw" / "truth.json").read_text()) | {"mode": "simulate"}
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "truth.json").write_text(json.dumps(truth))
    for name in ("derived", "analysis", "clean"):
        (tmp_path / name).symlink_to(synthetic.folder / name)
    simulated = replace(material, folder=tmp_path)
    assert targets_title(simulated) == "Truth against drawn"
    assert "was drawn from the truth below" in targets(simulated)
    assert targets_title(material) == "Target against drawn"


def test_a_group_within_another_is_measured_in_the_population_of_its_check(material, margins):
    row = next(r for r in margins if r["quantity"] == "relief" and r["arm"] == "drug")
    inner = row | {"group": "treated = yes, arm = drug"}
    assert measure(material, inner | {"check": {"endpoint": "relief"}}) is None
    checked = inner | {"check": row["check"] | {"population": "itt"}}
    assert measure(material, checked).of == 18
    drug = material.trial.design.arms["drug"].label
    assert what_words(material, checked).endswith(f": {drug}")
    assert what_words(material, inner | {"check": None}).endswith(f": treated = yes, {drug}")


def test_cards_say_what_was_put_in(synthetic):
    cards = packed_data((synthetic.folder / "report" / "cards.js").read_text())
    assert DRAWN_TO in cards and TO_NOTHING in cards
