"""Pages of a site: what a hostile label or value becomes, and what restricted disclosure shows."""

import json
import re

import pytest
from hostile_text import LEVEL, PAYLOADS
from site_pages import active_content, broken_links, pages

from trialtrace.report.links import trace_link

# A label of 150 characters leaves no room for the axes.
pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
]


@pytest.fixture(scope="module")
def found(hostile):
    return pages(hostile.at.site)


def named(found, end):
    return next(page for path, page in found.items() if str(path).endswith(end))


def test_nothing_of_the_data_or_the_configuration_becomes_active(found):
    numbers = [page for path, page in found.items() if path.parent.name == "trace"]
    assert sum(len(page.ids) for page in numbers) > 100
    assert any(path.parent.name == "rows" for path in found)
    assert not {str(path): hits for path, page in found.items() if (hits := active_content(page))}


def test_every_link_and_anchor_leads_somewhere_inside(found):
    assert broken_links(found) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_shown_as_it_was_written(found, payload):
    for end in ("site/index.html", "mini/report.html", "data/export.html"):
        assert payload in named(found, end).text, end
    risk = named(found, "trace/relief_primary.html")
    assert payload in risk.text


def test_a_payload_in_a_level_is_shown_in_the_table_and_on_its_page(found):
    report = named(found, "mini/report.html")
    assert LEVEL in report.text.replace("\N{NO-BREAK SPACE}", " ")
    level = [page for path, page in found.items() if path.name == "baseline.site.html"]
    assert any(LEVEL in page.text for page in level)


def test_the_published_numbers_of_one_trial_and_of_all(hostile, found):
    """5 of 10 are printed, the data give 6; P=0.03 is searched over the data."""
    site, audit = named(found, "site/claims.html"), named(found, "mini/audit.html")
    report = named(found, "mini/report.html")
    assert "claims.html" in named(found, "site/index.html").links
    assert {"mini/audit.html", "mini/audit.html#claim-relief_drug"} <= set(site.links)
    assert {"report.html", trace_link("mini/relief_primary/count.events@drug")} <= set(audit.links)
    assert "audit.html" in report.links
    printed = json.loads((hostile.folder / "audit" / "print.json").read_text(encoding="utf-8"))
    searches = printed["searches_over_data"]
    chance = sum(1.0 if one["chance"][-1] is None else one["chance"][-1] for one in searches)
    unlikely = "a match by chance alone is unlikely"
    assert searches and chance < 0.05 and unlikely in audit.text
    said = " ".join(audit.text.split())
    assert "not the probability that the authors made another choice" in said


def test_a_payload_does_not_break_a_table(found):
    """A stray | would add a column: every row has as many cells as its table has columns."""
    text = named(found, "mini/audit.html").path.read_text(encoding="utf-8")
    rows = re.findall(r'<tr id="claim-.*?</tr>', text, re.DOTALL)
    assert rows and {row.count("<td") for row in rows} == {5}


def test_figures_take_a_dollar_sign_as_text(hostile):
    assert (hostile.folder / "report" / "figures" / "forest_1.svg").is_file()


def test_restricted_pages_have_no_value_no_line_and_no_subject(restricted):
    shown = {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in restricted.at.site.rglob("*")
        if path.suffix in (".html", ".json", ".txt", ".svg")
    }
    assert len([path for path in shown if path.parent.name == "trace"]) > 5
    assert not (restricted.at.site / "mini" / "rows").exists()
    assert not [path for path, text in shown.items() if "SECRET" in text]
    assert not [path for path, text in shown.items() if "mini-1" in text]
    assert not (restricted.at.site / "mini" / "data").exists()
    found = pages(restricted.at.site)
    assert broken_links(found) == []
    traces = [page for path, page in found.items() if path.parent.name == "trace"]
    assert all("export.csv, lines" not in page.text for page in traces)


def test_restricted_rejects_are_listed_by_rule_column_count_and_row(restricted):
    report = named(pages(restricted.at.site), "mini/supplement.html")
    cells = [cell.text for cell in report.cells if cell.table == "tbl-rejects"]
    rows = [tuple(cells[at : at + 5]) for at in range(0, len(cells), 5)]
    listed = {(where, count, lines) for where, _, _, count, lines in rows}
    assert {("Relief (patients.relief)", "1", "4"), ("Age (patients.age)", "1", "6")} <= listed
