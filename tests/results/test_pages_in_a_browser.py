"""The site of the three trials in Chromium: on a phone, a tablet and a laptop, offline."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsed.numbers import not_followed
from browsed.window import CHROMIUM, WIDTHS, Problem, View, Window, window

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH"),
]
PHONE, TABLET, LAPTOP = WIDTHS
OF_A_KIND, SEED = 8, 1


@pytest.fixture(scope="module")
def tab(site) -> Iterator[Window]:
    with window(site) as opened:
        yield opened


def main_pages(site: Path) -> list[Path]:
    """Those of all trials, and of each trial all that lie beside its report."""
    return [*sorted(site.glob("*.html")), *sorted(site.glob("*/*.html"))]


def told(problems: Iterator[Problem]) -> list[str]:
    return [str(one) for one in problems]


def test_every_report_audit_and_index_is_whole_at_three_widths(tab, site):
    pages = main_pages(site)
    assert {"index.html", "claims.html", "report.html", "audit.html"} <= {p.name for p in pages}
    views = View(PHONE), View(TABLET, axe=False), View(LAPTOP, dark=True)
    found = [one for path in pages for one in told(tab.problems(path, views))]
    assert not found, "\n".join(found)


def test_other_pages_of_each_kind_are_whole_at_three_widths(tab, site):
    kinds: dict[str, list[Path]] = {}
    for path in sorted(set(site.rglob("*.html")) - set(main_pages(site))):
        kinds.setdefault(path.parent.name, []).append(path)
    assert {"trace", "rows", "config", "data"} <= kinds.keys()
    draw = random.Random(SEED)
    drawn = [path for own in kinds.values() for path in draw.sample(own, min(OF_A_KIND, len(own)))]
    views = View(PHONE, dark=True), View(TABLET, axe=False), View(LAPTOP, axe=False)
    found = [one for path in drawn for one in told(tab.problems(path, views))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_a_number_leads_to_its_value_in_sight_and_back_returns(tab, site, width):
    pages = [site / name / "report.html" for name in ("elmunzer2012", "ruetzler2013")]
    found = [one for path in pages for one in told(not_followed(tab, path, View(width), 10, SEED))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        # A number with or without its sign, what it is of, a heading before what was printed.
        ("7.8 elmunzer2012", "risk difference −7.8 percentage points"),
        ("odds ratio elmunzer2012", "odds ratio 0."),
        ("gastrointestinal bleeding elmunzer2012", "3.1 Gastrointestinal bleeding"),
    ],
)
def test_the_search_has_results_before_what_leads_to_them(tab, site, words, first):
    tab.show(site / "index.html", View(LAPTOP))
    tab.page.fill("#query", words)
    tab.page.wait_for_selector("#found li")
    assert tab.page.inner_text("#found li").startswith(first)
