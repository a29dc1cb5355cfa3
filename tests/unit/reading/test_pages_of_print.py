"""Tables on a page: lines and columns from the places of words, as a PDF has them."""

from io import BytesIO
from itertools import pairwise

import pytest
from matplotlib.figure import Figure

from trialtrace.audit.reading.formats.glyphs import Page, Word, pages
from trialtrace.audit.reading.formats.lines import gutter, lines, parted
from trialtrace.audit.reading.formats.pdf import BlockReader, _places
from trialtrace.audit.reading.formats.ruled import table_rows


def put(rows, size=9.0, step=14.0):
    """Words of rows of (left, text); a letter is half its height wide."""
    words = []
    for number, row in enumerate(rows):
        top = 50 + number * step
        for left, text in row:
            at = left
            for word in text.split():
                wide = 0.5 * size * len(word)
                words.append(Word(word, at, at + wide, top, top + size, size))
                at += wide + 0.25 * size
    return tuple(words)


TABLE = [
    [(50, "Table 1. Baseline")],
    [(50, "Characteristic"), (250, "Training"), (400, "Usual care")],
    [(250, "(n = 27)"), (400, "(n = 29)")],
    [(50, "Men, n (%)"), (250, "13 (48.1)"), (400, "12 (41.4)")],
    [(50, "Duration of disease, months,")],
    [(50, "median (IQR)"), (250, "6 (4–9)"), (400, "7 (5–9)")],
    [(50, "Stage")],
    [(50, "I"), (250, "20 (74.1)"), (400, "20 (69.0)")],
]


def test_a_table_has_its_heads_and_rows():
    reader = BlockReader()
    reader.read(lines(put(TABLE)), 3, top=True)
    reader.end()
    (table,) = reader.tables
    assert not reader.passages and (table.name, table.page, table.heads) == ("table 1", 3, 1)
    assert table.rows == (
        ("Characteristic", "Training (n = 27)", "Usual care (n = 29)"),
        ("Men, n (%)", "13 (48.1)", "12 (41.4)"),
        ("Duration of disease, months, median (IQR)", "6 (4–9)", "7 (5–9)"),
        ("Stage", "", ""),
        ("I", "20 (74.1)", "20 (69.0)"),
    )


def test_a_head_over_several_columns_is_over_each():
    block = lines(
        put(
            [
                [(250, "Training"), (400, "Usual care")],
                [(50, "Outcome"), (250, "Mean"), (310, "SD"), (400, "Mean"), (460, "SD")],
                [(50, "Grip"), (250, "46.0"), (310, "10.3"), (400, "41.5"), (460, "9.9")],
                [(50, "Walk"), (250, "96.0"), (310, "20.3"), (400, "91.5"), (460, "19.9")],
            ]
        )
    )
    grid, heads = table_rows(block)
    assert heads == 2 and grid[0] == ("", "Training", "Training", "Usual care", "Usual care")
    assert grid[1] == ("Outcome", "Mean", "SD", "Mean", "SD")


def test_a_cell_that_goes_on_below_is_one():
    block = lines(
        put(
            [
                [(50, "Event"), (200, "Training"), (300, "Ratio (95% CI)")],
                [(50, "Nausea"), (200, "13 (48.1)"), (300, "0.94 (0.73 to")],
                [(300, "1.22)")],
                [(50, "Death"), (200, "12 (44.4)"), (300, "1.02 (0.81 to 1.41)")],
            ]
        )
    )
    grid, _ = table_rows(block)
    assert grid[1] == ("Nausea", "13 (48.1)", "0.94 (0.73 to 1.22)")


def test_two_columns_of_text_are_read_one_after_the_other():
    left, right = (
        ("of the many patients here some were able to"),
        "in the other column stands more of its text",
    )
    rows = [[(40, f"{left} {n}"), (320, f"{right} {n}")] for n in range(14)]
    page = Page(1, 600, 800, put(rows), False)
    assert gutter(page) is not None
    blocks = [line.text for block in parted(page, _places) for line in block]
    assert blocks[:2] == [f"{left} 0", f"{left} 1"] and blocks[-1] == f"{right} 13"


def test_a_page_of_one_column_has_no_gutter():
    assert gutter(Page(1, 600, 800, put(TABLE * 2), False)) is None


@pytest.mark.parametrize(("angle", "turned"), [(0, False), (90, True), (270, True)])
def test_a_page_that_is_printed_sideways_is_turned_back(angle, turned):
    figure, file = Figure(figsize=(4, 3)), BytesIO()
    figure.text(0.5, 0.5, "Falls 10 of 40", rotation=angle)
    figure.savefig(file, format="pdf")
    (page,) = pages(file.getvalue(), "paper.pdf")
    assert (page.turned, page.width > page.height) == (turned, not turned)
    assert [word.text for word in page.words] == ["Falls", "10", "of", "40"]
    assert all(one.right < other.left for one, other in pairwise(page.words))
    assert len({round(word.bottom, 1) for word in page.words}) == 1
