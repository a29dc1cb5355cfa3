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
    "tbl-claims",
    "tbl-searches",
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


@pytest.mark.parametrize("trial", TRIALS)
def test_no_two_pages_of_numbers_have_the_same_title(site, trial):
    texts = [text_of(path) for path in (site / trial / "trace").glob("*.html")]
    titles = [re.search(r"<title>(.*?)</title>", text)[1] for text in texts]
    assert len(titles) > 10
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("trial", TRIALS)
def test_no_two_numbers_have_the_same_heading_and_subject(real, trial):
    tracer = real[trial].tracer
    told = [(trace["heading"], trace["subject"]) for trace in map(tracer.trace, tracer.results)]
    assert len(told) > 300
    assert len(set(told)) == len(told)


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


def test_no_text_is_escaped_twice(found):
    assert not [path for path in found if "&amp;#" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("trial", TRIALS)
def test_every_number_of_a_table_of_results_is_a_link(found, site, trial):
    cells = cells_of(found, site, trial)
    numbers = [cell for cell in cells if cell.links]
    assert len(numbers) > 100
    bare = [c.text for c in cells if not c.links and NUMBER.match(c.text.strip())]
    levels = {"30 min", "90 min", "4 h", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "5.5"}
    assert {text.strip() for text in bare} <= levels
    # Beside a link there are brackets and words, but no digit; intervals are counted in the report.
    outside = [re.sub(r"\d+ (of \d+ )?intervals", "", cell.outside) for cell in numbers]
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
        page = text_of(site / trial / name)
        anchor = re.escape(unquote(part))
        place = rf'<div id="{anchor}">\n<h3>(.*?)</h3>|<dt id="{anchor}">.*?\n<dd>(.*)'
        told = "".join(re.search(place, page).groups("")).replace("&lt;", "<")
        assert shown[0] in told, cell
        checked += 1
    assert checked > 40


@pytest.mark.parametrize("trial", TRIALS)
def test_the_first_screen_has_the_primary_result_and_the_audit_in_a_line(found, site, trial):
    text = " ".join(report(found, site, trial).text.split())
    decided = "which would have crossed the boundary that we assumed"
    assert (decided if trial == "elmunzer2012" else "below the significance level of") in text
    assert re.search(r"Against the data: .*?\d+ exact", text)


def test_the_index_leads_to_each_trial(found, site):
    links = found[site / "index.html"].links
    assert {f"{trial}/report.html" for trial in TRIALS} <= set(links)


@pytest.mark.parametrize("trial", TRIALS)
def test_page_1_links_to_of_how_many_the_outcome_is_known(site, trial):
    text = (site / trial / "summary.html").read_text().replace("\n", " ")
    told = re.search(
        r'<a href="(report[^"]*\.html)#tbl-known">(?:Outcome|Times|Of those) known</a>', text
    )
    assert 'id="tbl-known"' in (site / trial / told[1]).read_text()


def test_a_patient_that_is_a_line_of_the_file_has_the_number_of_the_package_too(site):
    """The file's first line is its header: R's row name of a patient is one less than the line."""
    lines = text_of(site / "ruetzler2013" / "rows" / "adsl.html")
    assert "line 114 (rownames 113)" in lines and "line 124 (rownames 123)" in lines
    assert "(rownames" not in text_of(site / "elmunzer2012" / "rows" / "adsl.html")
