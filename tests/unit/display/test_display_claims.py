"""Where the numbers of a claim lead: a denominator to its own line, a number made from another one
with the step between."""

from pathlib import Path

import pytest
from test_display_sections import shown

from trialtrace.display.audit_page import _data
from trialtrace.display.published import _recomputed

EVENTS = "t/a/count.events@drug"
ROWS = [
    {"component": "count", "recomputed_text": "79", "result_id": EVENTS, "step": ""},
    {"component": "denominator", "recomputed_text": "602", "result_id": EVENTS, "step": ""},
    {"component": "percent", "recomputed_text": "46%", "result_id": "t/a/risk_ratio.log@drug-x",
     "step": "1 − 0.54"},
]  # fmt: skip


def test_the_report_links_each_component_to_its_own_number():
    told = [_recomputed(row) for row in ROWS]
    assert told[0].endswith("(trace/a.count.events@drug.html)")
    assert told[1].endswith("(trace/a.count.events@drug.html#out-of)")
    assert shown(told[2]) == "46% (1 − 0.54)"


def test_the_audit_page_does_the_same():
    text = _data(ROWS)
    assert '<a href="trace/a.count.events@drug.html#out-of">602</a>' in text
    assert ">46%</a> (1 − 0.54)" in text


@pytest.fixture(scope="module")
def site(tmp_path_factory, make_site) -> Path:
    return make_site(tmp_path_factory.mktemp("claims")).at.site / "mini"


def test_the_page_behind_a_denominator_shows_it_at_the_anchor(site):
    from site_pages import broken_links, pages

    text = (site / "audit.html").read_text()
    link = "trace/relief_primary.count.events@drug.html"
    assert f'<a href="{link}#out-of">10</a>' in text
    assert '<dt id="out-of">out of</dt>\n<dd>10</dd>' in (site / link).read_text()
    assert broken_links(pages(site.parent)) == []
