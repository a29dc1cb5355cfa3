"""The campaign over pages: what is wrong is told, and a page is seen once as long as it stands."""

import json
from pathlib import Path

import pytest

import pages as campaign
from browsed.window import CHROMIUM

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A page</h1>{}</main></body></html>"""
WIDE = '<p style="width: 2000px">wide</p>'


@pytest.fixture
def site(tmp_path) -> Path:
    made = tmp_path / "site"
    pages = {
        "index.html": "",
        "one/report.html": '<p>It is <a href="trace/a.html#n1">4.2</a>.</p>',
        "one/trace/a.html": '<div id="n1"><h3>Mean 3.9</h3></div>',
        "one/rows/b.html": WIDE,
    }
    for name, text in pages.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(PAGE.format(text))
    return made


def test_kinds_are_those_of_the_folders(site):
    kinds = {page: campaign.kind_of(page) for page in campaign.pages_of(site)}
    assert kinds == {
        "index.html": campaign.SITE,
        "one/report.html": campaign.REPORT,
        "one/rows/b.html": "rows",
        "one/trace/a.html": "trace",
    }


@pytest.mark.chromium
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH")
def test_faults_are_told_and_what_was_seen_is_not_looked_at_again(site, tmp_path):
    log = tmp_path / "logs" / "seen.jsonl"
    found = {one.page: one.problems for one in campaign.go_on(site, log, 60, 5)}
    assert found["index.html"] == [] and found["one/trace/a.html"] == []
    assert any("says Mean 3.9" in words for words in found["one/report.html"])
    assert any("overflow" in words for words in found["one/rows/b.html"])
    first = log.read_text()
    assert [one.page for one in campaign.go_on(site, log, 0, 5)] == campaign.pages_of(site)
    assert log.read_text() == first
    (site / "one/rows/b.html").write_text(PAGE.format(""))
    again = campaign.go_on(site, log, 0, 5)
    assert "one/rows/b.html" not in [one.page for one in again]
    told = campaign.report(again, campaign.pages_of(site), 5)
    assert "| rows | 1 | 0 | 0 |" in told and "says Mean 3.9" in told
    assert all(json.loads(line)["page"] for line in log.read_text().splitlines())
