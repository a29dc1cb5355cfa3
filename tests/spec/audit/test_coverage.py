"""What covers each item of the texts: every item has its row, and what nothing covers says so."""

import csv
import html
import io
import json
import re

import pytest
from mini_trial import REPOSITORY, edit, write_project

from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.audit.coverage_page import coverage_page
from trialtrace.run.claims.coverage import LEDGER, NOTHING, PART, WHOLE, coverage
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

NAMES = ("streckmann2024", "sprave2019", "musaro2019")
OTHERS = ("ruetzler2013", "moertel1990")


@pytest.fixture(scope="module", params=NAMES)
def told(request):
    trial = load_trial(request.param, Project(REPOSITORY))
    return trial, coverage(trial)


def test_every_item_and_every_claim_has_its_row(told):
    trial, rows = told
    document = trial.claims_document
    assert [row.name for row in rows[: len(document["items"])]] == list(document["items"])
    assert {one for row in rows for one in row.claims} == set(document["claims"])


def test_what_nothing_covers_is_listed_with_its_reason(told):
    _, rows = told
    for row in rows:
        assert row.how in (WHOLE, PART, LEDGER, NOTHING)
        if row.how in (PART, NOTHING):
            assert row.absent and len(row.absent.split()) > 1, row.name
        if row.how == NOTHING:
            assert not (row.endpoints or row.claims or row.analyses)


def test_every_primary_and_secondary_analysis_answers_an_item(told):
    trial, rows = told
    named = {one for row in rows for one in row.analyses}
    asked = {
        name
        for name, one in trial.plan.analyses.items()
        if one.role in ("primary", "secondary", "subgroup")
    }
    assert asked <= named


def test_a_quote_is_at_most_ten_words(told):
    """Of a text that was not at hand there is none."""
    trial, _ = told
    for name, item in trial.claims_document["items"].items():
        if trial.claims_document["papers"][item["from"]].get("text") == "not_at_hand":
            assert '"' not in item.get("place", ""), name
            continue
        quote = item["place"].partition('"')[2].rstrip('"')
        assert 1 <= len(quote.split()) <= 10, name


def test_the_page_links_to_sections_and_claims(told):
    trial, rows = told
    places = {"sec-endpoints": "supplement.html", "sec-patients": "report.html"}
    page = coverage_page(trial, rows, places)
    for row in rows:
        for claim in row.claims:
            assert f'href="audit.html#claim-{claim}"' in page
        for anchor in row.report:
            assert (f'.html#{anchor}"' in page) == (anchor in places)
            assert f'href="{places.get(anchor, "")}#{anchor}"' in page or anchor not in places
    assert page.count("<tr>") == 1 + len(rows)
    assert "Synthetic" in page


def test_the_page_has_labels_and_no_names_of_the_configuration(told):
    trial, rows = told
    page = html.unescape(coverage_page(trial, rows, {"sec-endpoints": "supplement.html"}))
    shown = re.sub(r"<[^>]+>", " ", page.partition("<tbody>")[2])
    assert "sec-" not in shown and "Endpoints" in shown
    words = set(re.findall(r"(?<![\w.])[a-z]+(?:_[a-z0-9]+)+", shown))
    assert not words & {*trial.endpoints, *trial.plan.analyses, *trial.claims_document["claims"]}
    assert not words & {*trial.cleaning.checks, *trial.subjects.origins}
    for row in rows:
        labels = [trial.plan.analyses[name].label for name in row.analyses]
        labels += [trial.claims_document["claims"][name]["label"] for name in row.claims]
        assert all(" ".join(label.split()) in " ".join(shown.split()) for label in labels)


@pytest.mark.parametrize("name", OTHERS)
def test_a_ledger_without_items_has_a_row_a_claim(name):
    trial = load_trial(name, Project(REPOSITORY))
    rows = coverage(trial)
    assert [row.name for row in rows] == list(trial.claims_document["claims"])


def test_the_chain_of_one_item():
    trial = load_trial("musaro2019", Project(REPOSITORY))
    (row,) = [one for one in coverage(trial) if one.name == "cmap"]
    assert (row.endpoints, row.analyses, row.claims) == (("cmap",), ("cmap",), ("cmap",))
    assert row.report[0] == "sec-of-cmap"
    assert row.how == WHOLE


ITEMS = """\
items:
  relief: {from: main, place: abstract, label: Relief, endpoints: [relief]}
  cost: {from: main, place: abstract, label: Cost, claims: [cost]}
  who: {from: main, place: abstract, label: Who took part,
    checks: [followed], not_printed: No age is.}
  dose: {from: main, place: abstract, label: Dose, absent: Nobody wrote it down.}
"""


def test_the_command_gives_text_csv_json_and_a_page(tmp_path, capsys):
    at = write_project(tmp_path)
    ledger = at.trial_config("mini") / "claims.yaml"
    ledger.write_text(ledger.read_text() + ITEMS)
    assert check_trial(at, "mini") == []

    def said(*more: str) -> str:
        assert main(["--project", str(tmp_path), "coverage", "mini", *more]) == 0
        return capsys.readouterr().out

    text = said()
    assert "dose: not covered\n  Dose (main: abstract)\n  absent    Nobody wrote it down.\n" in text
    assert "cost: in the ledger alone\n" in text
    assert (
        "who: whole\n  Who took part (main: abstract)\n  check     followed\n"
        "  unprinted No age is.\n" in text
    )
    rows = list(csv.DictReader(io.StringIO(said("--format", "csv"))))
    relief = rows[0]
    assert (relief["endpoints"], relief["how"]) == ("relief", "whole")
    assert relief["analyses"] == "relief_primary; relief_by_smoker"
    assert relief["claims"] == "relief_drug; relief_p"
    assert [row["name"] for row in json.loads(said("--format", "json"))] == [
        row["name"] for row in rows
    ]
    assert said("--format", "html").startswith("<!DOCTYPE html>")
    assert relief["report"].startswith("sec-of-relief-primary; ")
    report = at.results / "mini" / "report"
    report.mkdir(parents=True)
    (report / "summary.html").write_text('<h2 id="sec-of-relief-primary">')
    (report / "report.html").write_text('<h2 id="sec-of-relief-primary">')
    (report / "supplement.html").write_text('<h2 id="sec-endpoints">')
    assert "supplement.html#sec-endpoints" in said()
    relief = next(csv.DictReader(io.StringIO(said("--format", "csv"))))
    assert relief["report"].startswith("report.html#sec-of-relief-primary; ")
    assert relief["report"].endswith("; supplement.html#sec-endpoints")


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("endpoints: [relief]", "endpoints: [releif]", "items.relief.endpoints[1]", "relief"),
        ("claims: [cost]", "claims: [costs]", "items.cost.claims[1]", "a claim"),
        ("claims: [cost]", "variables: [height]", "items.cost.variables[1]", "a variable"),
        ("checks: [followed]", "checks: [follow]", "items.who.checks[1]", "a check of cleaning"),
        ("claims: [cost]", "settings: [design.blinded]", "items.cost.settings[1]", "a key that"),
        (", absent: Nobody wrote it down.", "", "items.dose", "absent"),
        ("from: main, place: abstract, label: Dose", "from: other, label: Dose", "items.dose", ""),
    ],
)
def test_mistakes_of_items_are_told(tmp_path, old, new, place, said):
    at = write_project(tmp_path)
    ledger = at.trial_config("mini") / "claims.yaml"
    ledger.write_text(ledger.read_text() + ITEMS)
    edit(at, "claims.yaml", old, new)
    (problem,) = check_trial(at, "mini")
    assert place in problem.place
    assert said in f"{problem.expected} {problem.do}"
