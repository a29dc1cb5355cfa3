"""From every number of a small trial to its place, its rows, their cells, and back."""

import base64
import re
from html import unescape

import numpy as np
import pyarrow as pa
import pytest
from site_pages import broken_links, pages

from trialtrace.report.links import STYLE, trace_link
from trialtrace.report.pages.rows_page import Variable, _without_value
from trialtrace.run.tables.frames import canonical
from trialtrace.run.trace.content import Tracer

LINK = re.compile(r'<a (?:id="([^"]+)" )?href="(trace/[^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
NUMBER = re.compile(r"[\N{MINUS SIGN}<]?\d[\d.]*")
PLACE = re.compile(r'<div id="([^"]+)">\n<h3>(.*?)</h3>\n(.*?)</div>', re.DOTALL)
PART = re.compile(r'<dt id="([^"]+)">[^\n]*\n<dd>(.*)')
SET = re.compile(
    r'<p class="set" id="(\w+)"(?: data-rows="([^"]*)")?><a href="#\1">(\d+) records</a>'
)
HEAD = re.compile(r'<th(?: data-raw="(\w+)")?>')
ROWS = re.compile(r'<pre id="rows">\n(.*?)</pre>', re.DOTALL)
VALUE = re.compile(
    r"\N{LEFT DOUBLE QUOTATION MARK}(.*?)\N{RIGHT DOUBLE QUOTATION MARK}|([^/, ][^/,]*)"
)
CELL = re.compile(r"\N{SECTION SIGN}(?:(\w+):)?(\d+) ([^;]*)")


LISTING = """\
  listings:
    - {title: Events, kind: adverse_events, table: adverse, population: itt, columns: [what]}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory, make_site):
    """The folder of a trial's report, with its DOCX, and its tracer."""
    import mini_trial

    plan = mini_trial.PLAN + mini_trial.MORE_DISPLAYS + LISTING
    run = make_site(tmp_path_factory.mktemp("traces"), plan=plan)
    return run.folder / "report", Tracer(run.trial, run.folder, "full", tight=True)


@pytest.fixture(scope="module")
def folder(made):
    return made[0]


def told(folder):
    """Link to a number, or to a line of it -> what stands there."""
    found = {}
    for path in (folder / "trace").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for anchor, heading, _ in PLACE.findall(text):
            found[f"trace/{path.name}#{anchor}"] = heading
        for anchor, line in PART.findall(text):
            found[f"trace/{path.name}#{anchor}"] = line
    return found


@pytest.mark.parametrize(
    ("table", "about", "said"),
    [
        ({"AVAL": [1.0, None, 2.0]}, Variable("bds", "RELIEF"), ", 1 of them without a value"),
        (
            {"AVAL": [1.0, None, 2.0]},
            Variable("adsl", columns=("AVAL",)),
            ", 1 of them without a value",
        ),
        (
            {"AGE": [None, 3, 4], "SEX": ["F", None, None]},
            Variable("adsl", columns=("AGE", "SEX")),
            "",
        ),
        ({"SUBJID": ["1", "2", "3"]}, Variable("adsl"), ""),
    ],
)
def test_a_page_of_rows_says_how_many_of_them_have_no_value(table, about, said):
    assert _without_value(pa.table(table), about, np.arange(3)) == said


def test_every_link_of_a_number_opens_the_place_that_shows_it(folder):
    at, checked = told(folder), 0
    for name in ("report.html", "supplement.html", "audit.html"):
        for _, link, text in LINK.findall((folder / name).read_text(encoding="utf-8")):
            there = unescape(at[unescape(link)])
            shown = NUMBER.search(unescape(re.sub("<[^>]*>", "", text)))
            # Beside quartiles with decimals a median has as many: 49 as 49.00.
            alone = re.sub(r"(\.\d*?)0+$", r"\1", shown[0]).rstrip(".") if shown else ""
            assert not shown or shown[0] in there or alone in there, (name, link, text, there)
            checked += 1
    assert checked > 100


def test_a_number_leads_back_to_where_it_stands_in_the_report(folder):
    report = (folder / "report.html").read_text(encoding="utf-8")
    anchors = {unescape(i): unescape(link) for i, link, _ in LINK.findall(report) if i}
    linked = {unescape(link) for _, link, _ in LINK.findall(report)}
    back = {}
    for path in (folder / "trace").glob("*.html"):
        for anchor, _, rest in PLACE.findall(path.read_text(encoding="utf-8")):
            if found := re.search(r'class=id><a href="\.\./report\.html#([^"]+)"', rest):
                back[unescape(found[1])] = f"trace/{path.name}#{unescape(anchor)}"
    assert back == anchors
    # Lines of a number (its n) have no place of their own in the report.
    assert {link for link in linked if link.rpartition("/")[2] not in ("n", "out-of")} == set(
        back.values()
    )


def test_every_result_has_one_place_and_its_heading_there(made):
    folder, tracer = made
    at = told(folder)
    for name in tracer.results:
        trace = tracer.trace(name)
        assert unescape(at[trace_link(name)]) == trace["heading"]
    numbers = [link for link in at if link.rpartition("/")[2] not in ("n", "out-of")]
    assert len(numbers) == len(tracer.results)


def rows_of(text):
    """The cells of each row of a page; a ditto mark stands for the cell above."""
    found, above = [], []
    for line in filter(None, ROWS.search(text)[1].split("\n")):
        cells = line.split("\t")
        above = [above[at] if cell == '"' else cell for at, cell in enumerate(cells)]
        found.append(above)
    return found


def sets_of(folder):
    """Anchor -> (file, count told, the rows that a link to it leaves in sight)."""
    found = {}
    for path in (folder / "rows").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        rows = rows_of(text)
        for anchor, members, n in SET.findall(text):
            assert anchor not in found
            bits = "".join(f"{byte:08b}" for byte in base64.b64decode(members))
            kept = [cells for at, cells in enumerate(rows) if not bits or bits[at] == "1"]
            found[anchor] = (path.name, int(n), kept)
    return found


def test_every_row_set_stands_once_and_whole(made):
    folder, tracer = made
    sets = sets_of(folder)
    members = [one for own in tracer.members.values() for one in own]
    distinct = {(one["dataset"], canonical_of(one)) for one in members}
    assert len(sets) == len(distinct) > 20
    for _, n, rows in sets.values():
        assert len(rows) == n
    linked = set()
    for path in (folder / "trace").glob("*.html"):
        linked |= set(re.findall(r"\.\./rows/([^\"]+)", path.read_text(encoding="utf-8")))
    assert linked == {f"{file}#{anchor}" for anchor, (file, _, _) in sets.items()}


def canonical_of(member):
    import json

    return canonical(json.loads(member["predicate"]))


def test_the_rows_of_a_number_are_its_subjects_with_their_values(made):
    folder, tracer = made
    sets, frames = sets_of(folder), tracer.frames
    trace = tracer.trace("mini/relief_primary/risk_difference.newcombe@drug-placebo")
    text = (folder / "trace" / "relief_primary.html").read_text(encoding="utf-8")
    for member in trace["rows"]:
        link = re.search(rf'rows/[^"]+#(\w+)">{member["n"]} records \({member["role"]}\)', text)
        selection = frames.select(member["dataset"], member["predicate"])
        shown = sorted(cells[0] for cells in sets[link[1]][2])
        assert shown == sorted(selection.column("SUBJID"))
        values = sorted(float(cells[2]) for cells in sets[link[1]][2])
        assert values == sorted(selection.column("AVAL"))


def test_the_cells_of_a_row_are_those_of_the_raw_table(folder):
    raw, checked = {}, 0
    for path in (folder / "data").glob("*.html"):
        lines = re.findall(r"<tr id=L(\d+)><th>\d+(.*)", path.read_text(encoding="utf-8"))
        raw |= {(f"data/{path.name}", line): cells.split("<td>")[1:] for line, cells in lines}
    for path in (folder / "rows").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        heads = HEAD.findall(text)
        cells = [
            (named or heads[at], line, values)
            for row in rows_of(text)
            for at, cell in enumerate(row)
            for named, line, values in CELL.findall(cell)
        ]
        for table, line, values in cells:
            known = {*raw[f"data/{table}.html", line], "(empty)"}
            parts = {quoted or plain for quoted, plain in VALUE.findall(values)}
            assert parts - {'"'} <= known, (path.name, line, values)
            checked += 1
    assert checked > 50


def test_no_page_repeats_what_stands_elsewhere(made):
    """One style sheet; a page an analysis or an endpoint of it, however many numbers it has."""
    folder, tracer = made
    css = (folder / STYLE).read_text(encoding="utf-8")
    own = [path for name in ("trace", "rows", "data") for path in (folder / name).glob("*.html")]
    for path in own:
        text = path.read_text(encoding="utf-8")
        assert '<link rel="stylesheet" href="../style.css">' in text
        assert css[:60] not in text
        assert len(path.name) <= 60 and re.fullmatch(r"[a-z0-9_.-]+", path.name)
        # Rows stand on the pages of rows, and are not listed beside the numbers.
        assert path.parent.name != "trace" or not re.search(r"data/\w+\.html#L\d", text)
    places = {(row["analysis_id"], row["parameter"]) for row in tracer.results.values()}
    assert len(list((folder / "trace").iterdir())) <= len(places) + 1


def test_no_link_of_the_folder_is_dead(folder):
    assert broken_links(pages(folder)) == []


def test_lines_of_a_raw_table_are_told_in_the_order_of_the_head(tmp_path):
    """Written down from the table by hand: what all lines have is named where that is shorter, and
    a word of the line above is a ditto mark."""
    import pyarrow as pa

    from trialtrace.report.pages.cells import RawCells

    columns = {
        "fork": ["4.5", "7", "4.5", ""],
        "nerve": ["sural"] * 4,
        "site": ["ankle", "ankle", "1/2", "1/2"],
        "grade": ["2"] * 4,
    }
    table = pa.table(columns | {"source_row": [2, 3, 4, 9]})
    cells = RawCells(tmp_path, {}, {})
    cells._found["forks"] = table
    part = ("forks", tuple(columns))
    quoted = "\N{LEFT DOUBLE QUOTATION MARK}1/2\N{RIGHT DOUBLE QUOTATION MARK}"
    assert cells.told(part, [2], named=False) == "\N{SECTION SIGN}2 4.5/sural/ankle/2"
    assert cells.told(part, [2, 3, 4, 9], named=False) == (
        f'nerve sural; \N{SECTION SIGN}2\N{EN DASH}4 4.5/ankle/2, 7/"/2, 4.5/{quoted}/2; '
        f"\N{SECTION SIGN}9 (empty)/{quoted}/2"
    )


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"rownames": ["1", "2"]}, {"2": "line 2 (rownames 1)", "3": "line 3 (rownames 2)"}),
        ({"batch": ["7", "7"], "n": ["12", "11"]}, {"2": "line 2 (n 12)", "3": "line 3 (n 11)"}),
        ({"batch": ["7", "7"]}, {}),
        ({"code": ["a", "b"]}, {}),
        ({"n": ["1", ""]}, {}),
        ({}, {}),
    ],
)
def test_a_line_is_told_with_the_number_that_the_export_gives_it(tmp_path, columns, told):
    from trialtrace.report.pages.cells import RawCells

    cells = RawCells(tmp_path, {}, {})
    cells._found["rows"] = pa.table(columns | {"source_row": [2, 3]})
    assert cells.numbered("rows", columns) == told


def test_harms_contents_and_numbers_of_events_lead_to_the_listing(folder):
    found = pages(folder)
    place = "supplement.html#sec-listing-1"
    assert "sec-listing-1" in found[folder / "supplement.html"].ids
    contents = (folder / "supplement.html").read_text("utf-8").partition('id="TOC"')[2]
    assert 'href="#sec-listing-1"' in contents.partition("</nav>")[0]
    assert place in found[folder / "report.html"].links
    of_events = {path.name for path, page in found.items() if f"../{place}" in page.links}
    assert "adverse_events.nausea.html" in of_events and "relief_primary.html" not in of_events


def test_what_several_numbers_share_says_of_how_many(folder):
    """Method and check of the p-value of a test stand behind its statistic and degrees of
    freedom: each such list follows the sentence with the count of its section."""
    of_sections = [
        part
        for path in (folder / "trace").glob("*.html")
        for part in re.findall(r"<section>(.*?)</section>", path.read_text("utf-8"), re.DOTALL)
    ]
    shared = [part for part in of_sections if part.rpartition("</div>")[2].count("<dl>")]
    assert len(shared) > 5 and [part for part in of_sections if part not in shared]
    for part in shared:
        many = part.count("<h3>")
        assert many > 1
        assert f'</div>\n<p class="quiet">Of each of the {many} numbers above:</p>\n<dl>' in part
