"""The start page of a site: what it shows of each trial, its pictures, and its search."""

import json
import re
from html import unescape
from math import inf, nan
from urllib.parse import quote

import pytest
from browsed.window import window
from hostile_text import PAYLOADS
from hypothesis import given
from hypothesis import strategies as st
from site_pages import packed_data, pages, text_of

from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.pages.start_page import LEFT, RIGHT, WIDTH, interval_picture
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.short_id import short_id

# One process renders the sites.
pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
    pytest.mark.full,
]


@pytest.fixture(scope="module")
def site(hostile):
    return hostile.at.site


@pytest.fixture(scope="module")
def index(site):
    text = (site / "search-index.js").read_text(encoding="utf-8")
    assert text.startswith("const trialtraceIndex = ") and text.count("\n") == 1
    return json.loads(packed_data(text))


def test_a_trial_is_shown_by_its_design_result_and_verdicts(site):
    page = pages(site)[site / "index.html"]
    assert "Patients' data, as exported" in page.text
    assert re.search(r"Parallel: .*n = 10\).*n = 10\)", page.text)
    told = [given["aria-label"] for tag, given in page.elements if tag == "svg" and "role" in given]
    assert len(told) == 1 and "risk difference" in told[0] and told[0].split(": ")[-1] in page.text
    assert {"mini/report.html", "mini/audit.html", "claims.html"} <= set(page.links)
    assert "3 differ 2 equal 1 no result" in page.text


def test_search_cards_and_rows_alone_may_run_a_script(site):
    texts = {path: text_of(path) for path in site.rglob("*.html")}
    report = [site / "mini" / name for name in ("summary.html", "report.html", "supplement.html")]
    rows = [path for path in texts if path.parent.name == "rows"]
    wanted = {site / "index.html", site / "mini" / "audit.html", *report, *rows}
    assert {path for path, text in texts.items() if "<script" in text} == wanted
    assert {path for path, text in texts.items() if "script-src" in text} == wanted
    for path in wanted:
        assert texts[path].count("<script") == 1
        policy = re.search(
            r'content="(default-src[^"]+)"', unescape(texts[path]).replace("\n", " ")
        )
        assert "script-src 'self' file:;" in policy[1] and "default-src 'none'" in policy[1]


def test_every_place_of_the_index_is_there(site, index):
    found = pages(site)
    (trial,) = index
    numbers = 0
    for page, title, rows, checks in trial["pages"]:
        assert title
        assert {at for at, _ in checks} <= found[site / "mini" / page].ids
        for stat, text, where, anchor, _, *n in rows:
            assert n == [] or int(text) <= n[0]
            assert anchor in found[site / "mini" / page].ids
            assert text and trial["words"][stat] and isinstance(trial["words"][where], str)
            numbers += 1
    assert numbers > 100
    for page, sections in trial["text"]:
        ids = found[site / "mini" / page].ids
        assert all(not anchor or anchor in ids for anchor, *_ in sections)
        assert {at for *_, rows in sections for at, _ in rows if at} <= ids
    for anchor, text in trial["claims"]:
        assert anchor in found[site / "mini" / trial["audit"]].ids and text
    for page, lines in trial["config"]:
        assert f"L{len(lines)}" in found[site / "mini" / page].ids


def test_a_number_is_found_as_it_is_printed(index):
    texts = {row[1] for _, _, rows, _ in index[0]["pages"] for row in rows}
    claims = " ".join(text for _, text in index[0]["claims"])
    assert "P=0.03" in claims and any(text.startswith("10.0") for text in texts)


def test_headings_sentences_and_rows_are_in_the_index_once(site, index):
    sections = [each for _, found in index[0]["text"] for each in found]
    report = (site / "mini" / "report.html").read_text("utf-8")
    for anchor, heading in re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', report, re.DOTALL):
        words = " ".join(unescape(re.sub("<[^>]+>", "", heading)).split())
        assert words in [told for at, told, *_ in sections if at == anchor]
    told = [text for _, _, paragraphs, _ in sections for text in paragraphs]
    assert len(told) == len(set(told)) > 20
    rows = [text for *_, rows in sections for _, text in rows]
    assert len(rows) == len(set(rows)) > 20 and not set(rows) & set(told)


def test_a_cell_that_is_one_number_stands_in_no_row_of_the_index(site, index):
    """The row of the baseline table has heads and cells of two numbers; a count alone is a
    number."""
    rows = [row for _, found in index[0]["text"] for *_, rows in found for row in rows]
    baseline = [text for at, text in rows if at == "tbl-baseline"]
    female = [text for text in baseline if text.startswith("Sex: female")]
    assert len(female) == 1 and re.search(r" · \d+ \([\d.]+%\)", female[0])
    populations = [text.split(" · ") for at, text in rows if at == "tbl-populations"]
    cells = pages(site)[site / "mini" / "report.html"].cells
    sizes = [cell.text for cell in cells if cell.table == "tbl-populations" and cell.links]
    assert len(populations) == len(sizes) >= 1 and {"20"} <= set(sizes)
    assert all(len(words) == 2 and not set(words) & set(sizes) for words in populations)


def test_payloads_are_text_in_the_index(site, index):
    shown = " ".join(
        [index[0]["title"], *(line for _, lines in index[0]["config"] for line in lines)]
    )
    assert [payload for payload in PAYLOADS if payload in shown]


def test_restricted_data_are_not_in_the_index(restricted):
    text = packed_data((restricted.at.site / "search-index.js").read_text(encoding="utf-8"))
    assert text and "SECRET" not in text and "mini-1" not in text


@pytest.fixture(scope="module")
def answered(site):
    """A function: the start page as Chromium shows it for a query."""
    start = (site / "index.html").resolve().as_uri()
    told = "() => /\\d places?/.test(document.getElementById('search').textContent)"
    with window(site) as tab:

        def answered(query):
            # Another query alone is the same page, which would not be opened anew.
            tab.page.goto("about:blank")
            tab.page.goto(f"{start}#q={quote(query)}")
            tab.page.wait_for_function(told)
            return tab.page.content()

        yield answered


@pytest.mark.chromium
def test_a_query_of_the_address_is_answered_from_a_disk(answered, index):
    shown = answered("p=0.03")
    assert 'id="search" role="search"' in shown and "1 place<" not in shown
    assert re.search(r'<li><a href="mini/audit\.html#claim-[^"]+">', shown)
    counted = "6 of 10", "6/10", "6 / 10"
    found = [re.findall(r'<li><a href="([^"]+)"', answered(query)) for query in counted]
    assert found[0] == found[1] == found[2] and found[0][0].startswith("mini/trace/")
    told = re.findall(r'class="quiet">([^<]*)', answered("relief_primary"))
    last = max(at for at, words in enumerate(told) if " · number · " in words)
    assert last < min(at for at, words in enumerate(told) if ", line " in words)
    assert 'mini/report.html#sec-methods"' in answered("methods")
    short = index[0]["pages"][0][2][0][3]
    assert f'#{short}">' in answered(short) and "1 place<" in answered(short)


@pytest.mark.chromium
def test_a_number_is_found_as_a_table_prints_it_and_by_its_whole_id(answered, hostile):
    results = Tracer(hostile.trial, hostile.folder, "full").results
    name = next(text for text in results if "risk_difference.newcombe@" in text)
    anchor = f"#{short_id(name)}"
    assert anchor in answered(name) and "1 place<" in answered(name)
    cell = re.sub(r" percentage points| ?95 % CI ?", "", results[name]["stat_text"])
    assert re.fullmatch(r"\S+ \(\S+ to \S+\)", cell), cell
    assert anchor in answered(cell)


@pytest.mark.chromium
def test_rows_levels_and_checks_are_found_and_nothing_is_told(answered, index):
    level = re.findall(
        r'<a href="([^"]+)">([^<]*)</a><span class="quiet">([^<]*)', answered("sex female")
    )
    assert "mini/report.html#tbl-baseline" in {link for link, _, _ in level}
    assert any(
        link.startswith("mini/trace/baseline.sex") and ", female" in about
        for link, _, about in level
    )
    row = next(
        text
        for _, found in index[0]["text"]
        for *_, rows in found
        for at, text in rows
        if at == "tbl-baseline" and text.startswith("Sex: female")
    )
    assert "#tbl-baseline" in answered(row.split(" · ")[1])
    assert " · check · " in answered("statsmodels newcomb")
    nothing = answered("nothing-has-this")
    assert (
        "0 places" in nothing
        and "(mini)" in nothing
        and not re.search("<li><a href=.*number", nothing)
    )


def row(value, low=None, high=None, stat="mean_difference"):
    return {
        "stat_name": stat,
        "stat_value": value,
        "stat_text": "as printed",
        "ci_low": low,
        "ci_high": high,
        "unit": "kg",
    }


def test_nothing_is_drawn_of_what_has_no_value():
    assert interval_picture([("Weight", row(None))], stamp=None) == ""


def test_a_synthetic_picture_is_stamped():
    shown = interval_picture([("Weight", row(1.0, 0.5, 1.5))], stamp=SYNTHETIC)
    assert "<figcaption>Synthetic data: not evidence</figcaption>" in shown


@pytest.mark.parametrize("stat", ["mean_difference", "hazard_ratio", "risk_difference"])
@given(
    st.lists(
        st.floats(1e-3, 1e3).flatmap(
            lambda at: st.tuples(
                st.just(at),
                st.one_of(st.none(), st.floats(0, at)),
                st.one_of(st.none(), st.just(inf), st.floats(at, 2e3)),
            )
        ),
        min_size=1,
        max_size=4,
    )
)
def test_all_lies_inside_and_in_order(stat, values):
    shown = interval_picture([("x", row(*each, stat=stat)) for each in values], stamp=None)
    places = [float(at) for at in re.findall(r'x[12]?="([-0-9.einf]+)"', shown)]
    assert all(0 <= at <= WIDTH for at in places)
    assert not [at for at in places if at in (inf, nan)]
    ends = re.findall(r'class="ci" x1="([0-9.]+)" y1="\d+" x2="([0-9.]+)"', shown)
    dots = [float(at) + 4 for at in re.findall(r'class="dot" x="([-0-9.]+)"', shown)]
    drawn = [each for each in values if each[1] is not None or each[2] is not None]
    assert len(ends) == len(drawn) and len(dots) == len(values)
    places_of = [dot for dot, each in zip(dots, values, strict=True) if each in drawn]
    for (left, right), dot in zip(ends, places_of, strict=False):
        assert LEFT <= float(left) <= RIGHT and float(left) <= float(right)
        assert len(drawn) != len(values) or float(left) - 0.1 <= dot <= float(right) + 0.1
