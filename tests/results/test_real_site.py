"""The site of the three trials: numbers of tables lead to their traces, links lead somewhere."""

import re
from urllib.parse import unquote

import pytest
from site_pages import active_content, broken_links, pages, text_of

from trialtrace.report.links import trace_link

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")
# Pages of a trial on which a click on a number opens its card.
WITH_CARDS = ("summary", "report", "supplement", "audit")
# Of what stands in a table this is no result: printed numbers, counts of rows, hashes, scales.
NO_RESULTS = {
    "tbl-conservation",
    "tbl-rejects",
    "tbl-code",
    "tbl-seal",
    "tbl-sources",
    "tbl-endpoints",
    "tbl-coverage",
    "tbl-known",
    "tbl-decisions",
    "tbl-unusual",
    "tbl-trial",
}
NUMBER = re.compile(r"^[\N{MINUS SIGN}<]?\d")


@pytest.fixture(scope="module")
def found(site):
    return pages(site)


def report(found, site, trial):
    return found[site / trial / "report.html"]


def cells_of(found, site, trial):
    """Those of the report and its supplement that show results."""
    pages_of = [report(found, site, trial)]
    pages_of += [found[path] for path in sorted((site / trial).glob("supplement*.html"))]
    assert len(pages_of) > 1
    return [cell for one in pages_of for cell in one.cells if cell.table not in NO_RESULTS]


def test_every_link_and_anchor_of_the_site_resolves(found):
    assert broken_links(found) == []


def test_nothing_runs_but_search_cards_and_rows_or_loads_from_elsewhere(found, site):
    assert not [path for path, page in found.items() if active_content(page)]
    run = {str(path.relative_to(site)) for path in found if "<script" in path.read_text()}
    with_cards = {f"{trial}/{page}.html" for trial in TRIALS for page in WITH_CARDS}
    behind = {"trace", "rows", "data"}
    packed = {str(path.relative_to(site)) for path in found if path.parent.name in behind}
    assert packed and run == {"index.html", *with_cards, *packed}
    scripts = {
        one for name in packed for one in re.findall("<script.*?>", (site / name).read_text())
    }
    assert scripts == {'<script src="../../unpack.js" defer>'}


@pytest.mark.parametrize("trial", TRIALS)
def test_every_number_of_a_table_of_results_is_a_link(found, site, trial):
    cells = cells_of(found, site, trial)
    numbers = [cell for cell in cells if cell.links]
    assert len(numbers) > 100
    bare = [c.text for c in cells if not c.links and NUMBER.match(c.text.strip())]
    levels = {"30 min", "90 min", "4 h", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "5.5"}
    assert {text.strip() for text in bare} <= levels
    # Beside a link there are brackets and words, but no digit; intervals are counted in the report.
    outside = [
        re.sub(r"\d+ (of \d+ )?intervals|P\(X = Y\)/2", "", cell.outside) for cell in numbers
    ]
    # How many of a row's choices are compatible with no effect is no number of a result.
    of_choices = re.compile(r"(?:\ball|\b\d+ of) \d+ (?:in)?compatible\b")
    assert not [text for text in outside if re.search(r"\d", of_choices.sub("", text))]


@pytest.mark.parametrize("trial", TRIALS)
def test_every_result_has_a_place_and_every_place_its_result(site, real, trial):
    names = [path.name for path in (site / trial / "trace").iterdir()]
    assert len({name.lower() for name in names}) == len(names)
    told = []
    for path in (site / trial / "trace").glob("*.html"):
        text = text_of(path)
        codes = re.findall(r"<p class=id>(?:<a [^>]*>)?([^<]+)<", text)
        assert [trace_link(code) for code in codes] == [
            f"trace/{path.name}#{anchor}" for anchor in re.findall(r'<div id="([^"]+)">', text)
        ]
        told += codes
    assert sorted(told) == sorted(real[trial].tracer.results)


@pytest.mark.parametrize("trial", TRIALS)
def test_a_link_shows_the_number_of_the_page_it_leads_to(found, site, trial):
    """The first number of a cell's text stands in the headline of its trace, or where it leads; so
    do events of patients, whatever else the cell has."""
    checked, events = 0, re.compile(r"\d+/\d+")
    cells = cells_of(found, site, trial)
    pairs = [
        (cell, link, text if len(cell.links) > 1 else cell.text)
        for cell in cells
        for link, text in zip(cell.links, cell.linked, strict=True)
        if len(cell.links) == 1 or events.fullmatch(text)
    ]
    for cell, link, text in pairs:
        shown = re.search(r"[\N{MINUS SIGN}<]?[\d.]+", text)
        if shown is None:
            continue
        name, _, part = link.partition("#")
        if not name:
            continue
        page = text_of(site / trial / name)
        anchor = re.escape(unquote(part))
        place = rf'<div id="{anchor}">\n<h3>(.*?)</h3>|<dt id="{anchor}">.*?\n<dd>(.*)'
        told = "".join(re.search(place, page).groups("")).replace("&lt;", "<")
        assert shown[0] in told, cell
        checked += 1
    assert checked > 40
