"""Heads over several columns of a table, on small ones by hand and as three formats have them."""

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from trialtrace.report.downloads import with_links
from trialtrace.report.render.api import render_document
from trialtrace.report.render.pandoc import READER, find_pandoc
from trialtrace.report.render.tree.authored import OWN
from trialtrace.report.render.tree.for_quarto import for_quarto
from trialtrace.report.render.tree.formats import LINE, LYING
from trialtrace.report.render.tree.heads import column_names, placed_heads, put_over
from trialtrace.report.render.tree.nodes import NBSP, Node, text_of
from trialtrace.report.render.tree.widths import Widths
from trialtrace.report.shown.compare import alterations, place_of
from trialtrace.report.shown.docx_lines import docx_lines
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.tables import pipe_table, under

LINKED = "[12](trace/x.html)"
HEADS = [
    "Arm",
    under("Share", " at 30%"),
    under("Share", f" at 60 days (n = {LINKED})"),
    under("Site", ": North"),
    under("p", ", log-rank test"),
    under("p", ", *t* test"),
    under("p", ""),
]
NAMES = [
    "Arm",
    "Share at 30%",
    "Share at 60 days (n = 12)",
    "Site: North",
    "p, log-rank test",
    "p, t test",
    "p",
]
ROW = ["Drug", *"123456"]


def table(heads: list[str], rows: list[list[str]]) -> Node:
    command = [find_pandoc(), f"--from={READER}", "--to=json"]
    told = pipe_table(heads, rows).encode()
    document: Node = json.loads(
        subprocess.run(command, input=told, capture_output=True, check=True).stdout
    )
    put_over(document)
    (found,) = document["blocks"]
    return found


def heads_of(element: Node) -> list[list[tuple[int, str, int, int]]]:
    """Of each row of the head the column, words, rows and columns of its cells."""
    return [
        [(column, text_of(cell[4]), cell[2], cell[3]) for column, cell in row]
        for row in placed_heads(element["c"][3][1])
    ]


def test_words_that_heads_beside_each_other_begin_with_stand_once_above_them():
    found = table(HEADS, [ROW])
    assert heads_of(found) == [
        [
            (0, "Arm", 2, 1),
            (1, "Share", 1, 2),
            (3, "Site: North", 2, 1),
            (4, "p", 1, 2),
            (6, "p", 2, 1),
        ],
        [
            (1, "at 30%", 1, 1),
            (2, "at 60 days (n = 12)", 1, 1),
            (4, "log-rank test", 1, 1),
            (5, "t test", 1, 1),
        ],
    ]
    assert column_names(found) == dict(enumerate(NAMES))
    assert "over" not in json.dumps(found)


def test_a_head_that_stands_alone_stays_in_one_row():
    apart = table([HEADS[0], HEADS[1], HEADS[3], HEADS[2]], [["a", "1", "2", "3"]])
    names = ["Arm", "Share at 30%", "Site: North", "Share at 60 days (n = 12)"]
    assert heads_of(apart) == [[(at, name, 1, 1) for at, name in enumerate(names)]]
    assert "over" not in json.dumps(apart)


def test_a_column_has_room_for_its_own_words_and_its_share_of_those_above():
    """By hand, bold letters 1.15 wide, 3 beside a word: of "12345678901234567890" above both each
    has 10 letters, so 14.5; the first column has 3 of "arm", 6.45."""
    long = "1234567890" * 2
    shares = Widths(LINE, LYING).shares(
        table(["arm", under(long, ": a"), under(long, ": b")], [["x", "1", "2"]])
    )
    assert shares == pytest.approx([6.45 / 35.45, 14.5 / 35.45, 14.5 / 35.45], abs=1e-4)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A document with a table whose rows have long texts, as each format has it."""
    folder = tmp_path_factory.mktemp("heads")
    rows = [["Drug", *"12345", "words " * 20], ["Placebo", *"678901", "2"][:7]]
    page = folder / "page.qmd"
    body = pipe_table(HEADS, rows)
    page.write_text(
        "---\ntitle: Heads\nformat: {html: {}, docx: {}, pdf: {}}\n---\n\n"
        f"::: {{#tbl-a}}\n\n{body}\nCaption.\n\n:::\n"
    )
    made = render_document(page, out_dir=folder / "out", stem="page", renderer="embedded")
    assert made.html and made.docx
    return {"html": made.html.read_bytes(), "docx": made.docx.read_bytes()}


def test_a_page_says_what_a_head_is_of_and_has_full_names_where_rows_are_blocks(rendered):
    text = rendered["html"].decode()
    (head,) = re.findall("<thead>.*?</thead>", text, re.DOTALL)
    assert head.count('scope="col"') == 9 and head.count('rowspan="2"') == 3
    labels = re.findall('<td[^>]* data-label="([^"]*)"', text)
    assert labels == NAMES[1:] * 2


def test_a_file_of_a_table_has_one_head_with_full_names(rendered):
    _, (shown,) = with_links(rendered["html"].decode())
    assert list(shown.rows[0]) == [name.replace(NBSP, " ") for name in NAMES]
    assert [row[:2] for row in shown.rows[1:]] == [("Drug", "1"), ("Placebo", "6")]


def test_both_rows_of_a_head_are_repeated_and_bold_in_a_docx(rendered):
    text = zipfile.ZipFile(io.BytesIO(rendered["docx"])).read("word/document.xml").decode()
    rows = re.findall("<w:tr>.*?</w:tr>", text, re.DOTALL)
    assert ["<w:tblHeader" in row for row in rows] == [True, True, False, False]
    words = re.findall("<w:r>.*?</w:r>", rows[1], re.DOTALL)
    assert words and all("<w:b />" in one for one in words)
    # The cells over both rows end in the line that the style gives the others.
    assert [row.count("<w:tcBorders><w:bottom") for row in rows] == [0, 3, 0, 0]


def test_what_was_changed_below_such_a_head_is_told_with_its_first_row(rendered):
    page = html_lines(rendered["html"])
    document = docx_lines(rendered["docx"]).lines
    shared = [
        [[piece.text for piece in line.pieces] for line in lines if line.kind == "row"]
        for lines in (page, document)
    ]
    assert shared[0] == shared[1]
    assert [len(row) for row in shared[0]] == [7, 7, 7, 7]
    for lines in (page, document):
        at = next(i for i, line in enumerate(lines) if line.pieces[0].text == "Placebo")
        told = [place_of(lines, at, column).partition(", column ")[2] for column in range(7)]
        assert told == [
            "1 (Arm)",
            "2 (Share)",
            "3",
            "4 (Site: North)",
            "5 (p)",
            "6",
            "7 (p)",
        ]
    changed = html_lines(rendered["html"].replace(b">log-rank test<", b">sign test<"))
    (one,) = alterations(page, changed)
    assert (one.shown, one.kept) == ("sign test", "log-rank test")


def test_a_first_row_with_an_empty_cell_is_not_taken_for_such_a_head():
    page = b"<table><tr><th>A</th><th></th></tr><tr><td>1</td><td>2</td></tr></table>"
    assert place_of(html_lines(page), 1, 0).endswith("column 1 (A)")


def test_quarto_has_the_same_heads(tmp_path: Path):
    command = [find_pandoc(), f"--from={READER}", "--to=json"]
    told = pipe_table(HEADS, [ROW]).encode()
    done = subprocess.run(command, input=told, capture_output=True, check=True)
    document: Node = json.loads(done.stdout)
    for_quarto(document, "docx", tmp_path, authored=False, name="report")
    assert heads_of(document["blocks"][0]) == heads_of(table(HEADS, [ROW]))


def read(text: str) -> Node:
    """A document of Markdown, as Quarto's filters have it."""
    command = [find_pandoc(), f"--from={READER}", "--to=json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return json.loads(done.stdout)


def test_quarto_numbers_each_table_of_a_chunk(tmp_path: Path):
    """Of a chunk with a label Quarto makes one table of parts (a), (b), whatever labels these have.

    A chunk of somebody's own, whose table has no other label, keeps the one that it has."""
    table = "| a |\n|---|\n| 1 |\n"
    document = read(
        f"::: {{#tbl-x .cell}}\n:::: {{#tbl-x}}\n{table}\nOne\n::::\n\n:::: {{#tbl-y}}\n{table}\n"
        f"Two\n::::\n:::\n\n::: {{#tbl-own .cell}}\n{table}\n:::\n"
    )
    for_quarto(document, "html", tmp_path, authored=False, name="report")
    chunk, own = document["blocks"]
    assert chunk["c"][0][0] == "" and own["c"][0][0] == "tbl-own"
    assert [inner["c"][0][0] for inner in chunk["c"][1]] == ["tbl-x", "tbl-y"]


@pytest.mark.parametrize(
    ("kind", "name", "target"),
    [
        ("html", "report", "supplement.html#sec-b"),
        ("html", "supplement", "report.html#sec-b"),
        ("typst", "report", None),
        ("docx", "summary", None),
    ],
)
def test_under_quarto_a_link_to_another_document_leads_there_or_is_text(
    tmp_path: Path, kind, name, target
):
    document = read("# A {#sec-a}\n\n[here](#sec-a) [there](#sec-b)\n")
    for_quarto(document, kind, tmp_path, authored=False, name=name)
    words = document["blocks"][1]["c"]
    targets = [one["c"][2][0] for one in words if one["t"] == "Link"]
    assert targets == ["#sec-a", *([target] if target else [])]
    assert text_of(words) == "here there"


def test_a_data_frame_that_quarto_has_as_html_is_marked_and_no_other_html(tmp_path):
    blocks = [
        {"t": "RawBlock", "c": ["html", text]} for text in ("<div><table></table></div>", "<nav>1")
    ]
    document = {"meta": {}, "blocks": blocks}
    for_quarto(document, "html", tmp_path, authored=True, name="report")
    table, mark, row = document["blocks"]
    assert [one["t"] for one in (table, mark, row)] == ["RawBlock", "Para", "RawBlock"]
    assert OWN in json.dumps(mark)


def test_the_mark_of_a_float_that_code_made_under_quarto_is_in_its_caption(tmp_path):
    figure = '::: {#cell-fig-b .cell}\n![Two](b.png){#fig-b width="5"}\n:::\n'
    table = "::: {#tbl-a .cell tbl-cap='One'}\n::: {.cell-output}\n| a |\n|---|\n| 1 |\n:::\n:::\n"
    document = read(figure + table)
    for_quarto(document, "html", tmp_path, authored=True, name="report")
    of_figure, of_table = document["blocks"]
    (drawn,) = of_figure["c"][1]
    assert text_of(drawn["c"][1][1]) == f"Two {OWN}"
    (output,) = of_table["c"][1]
    assert dict(of_table["c"][0][2])["tbl-cap"] == f"One [{OWN}]{{.unchecked}}"
    assert [one["t"] for one in output["c"][1]] == ["Table"]
