"""Tables of a DOCX: the widths of their columns, where they break, how they lie."""

import re

from render_blocks import parts_of


def test_a_docx_has_contents_whole_rows_and_wide_tables_across(write, render):
    long = "words " * 40
    head, row = "| A | B | C | D | E |\n|---|---|---|---|---|", f"| 1 | 2 | 3 | 4 | {long}|"
    wide = "\n".join([head, *[row] * 4])
    narrow = "| A | B |\n|---|---|\n| 1 | 2 |"
    floats = [f"::: {{#tbl-{i}}}\n\n{one}\n\nC\n\n:::" for i, one in (("w", wide), ("n", narrow))]
    body = "\n\n".join(
        ["# One", "## Two", "Introduction.", floats[0], "# Three", floats[1], "See @tbl-w."]
    )
    source = write(body, "title: T\nformat: {docx: {toc: true}}")
    text = parts_of(render(source, formats=("docx",)))["word/document.xml"]
    assert text.count("<w:tr>") == text.count("<w:tr><w:trPr><w:cantSplit/>") == 7
    sections = re.findall(r"<w:sectPr>.*?</w:sectPr>", text, re.DOTALL)
    assert ["landscape" in one for one in sections] == [False, True, False]
    assert all("footerReference" in one for one in sections) and "rsidR" not in text
    # A heading goes with its table, with what stands between them.
    places = [text.index(sections[0]), text.rindex(">Two<"), text.index("Introduction.")]
    assert places == sorted(places) and places[-1] < text.index("words")
    contents = text[: text.index(sections[0])]
    assert [name for name in ("One", "Two", "Three") if f">{name}<" in contents] == [
        "One",
        "Two",
        "Three",
    ]


def test_columns_of_a_docx_are_as_wide_as_their_entries_and_names_of_code_break(write, render):
    heads = ["Adjusted p, a step-down adjustment of many", "Sentence", "Program"]
    row = ["0.1", "words " * 30, "statsmodels.stats.contingency_tables.StratifiedTable"]
    lines = [heads, ["---"] * 3, row]
    source = write("\n".join(f"| {' | '.join(line)} |" for line in lines))
    text = parts_of(render(source, formats=("docx",)))["word/document.xml"]
    short, sentence, program = map(int, re.findall(r'<w:gridCol w:w="(\d+)"', text))
    assert short < program < sentence
    assert short < 0.2 * (short + sentence + program)
    assert "stats.\N{ZERO WIDTH SPACE}contingency" in text


def test_a_long_text_leaves_room_for_the_entries_beside_it(write, render):
    place = "endpoints of the trial, line 12"
    lines = [["What", "Of", "Where"], ["---"] * 3, ["value", "words " * 70, place]]
    source = write("\n".join(f"| {' | '.join(line)} |" for line in lines))
    text = parts_of(render(source, formats=("docx",)))["word/document.xml"]
    *_, where = widths = [int(one) for one in re.findall(r'<w:gridCol w:w="(\d+)"', text)]
    assert 100 * where / sum(widths) > len(place) / 1.6


def test_a_head_takes_few_lines_beside_long_entries(write, render):
    heads = ["Endpoint", "Visit", "Isometric training of muscles against relaxation of muscles"]
    lines = [heads, ["---"] * 3, ["words " * 14, "three months after radiotherapy", "p 0.19"]]
    source = write("\n".join(f"| {' | '.join(line)} |" for line in lines))
    text = parts_of(render(source, formats=("docx",)))["word/document.xml"]
    *_, head = widths = [int(one) for one in re.findall(r'<w:gridCol w:w="(\d+)"', text)]
    letters = 100 * head / sum(widths)
    assert len(heads[2]) / letters < 3.5


def test_a_short_table_with_a_sentence_stays_upright(write, render):
    rows = f"| A | B | C | D | E |\n|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | {'words ' * 40}|"
    text = parts_of(render(write(rows), formats=("docx",)))["word/document.xml"]
    assert "landscape" not in text


def test_an_interval_goes_below_its_estimate_before_a_table_lies(write, render):
    space = "\N{NO-BREAK SPACE}"
    cell = f"0.1234{space}(0.1234{space}to{space}0.2345)"
    rows = "| A | B | C | D | E |\n|---|---|---|---|---|\n" + f"| a |{f' {cell} |' * 4}\n" * 6
    source = write(f"::: {{#tbl-w}}\n\n{rows}\nC\n\n:::")
    text = parts_of(render(source, formats=("docx",)))["word/document.xml"]
    assert "landscape" not in text and cell not in re.sub("<[^>]+>", "", text)
    assert cell.replace(f"{space}(", " (") in re.sub("<[^>]+>", "", text)


def test_a_heading_of_rows_stays_with_the_next_row(write, render):
    rows = "\n".join(["| L | N |", "|---|---|", "| head | |", *["| row | 5 |"] * 24])
    text = parts_of(render(write(rows), formats=("docx",)))["word/document.xml"]
    assert ["keepNext" in row for row in text.split("</w:tr>")[1:4]] == [True, False, False]


def test_a_short_table_of_a_docx_stays_on_one_page(write, render):
    def kept(cells):
        rows = "\n".join(["| L | N |", "|---|---|", *(f"| {cell} | 1 |" for cell in cells)])
        text = parts_of(render(write(rows), formats=("docx",)))["word/document.xml"]
        return ["keepNext" in row for row in text.split("</w:tr>")[:-1]]

    assert kept(["a"] * 5) == [True] * 5 + [False]
    assert not any(kept(["a"] * 30)[1:])
    assert not any(kept(["words " * 30] * 5)[1:])


def test_capitals_of_a_column_of_codes_have_room(write, render):
    lines = [["Endpoint", "Code", "Rule"], ["---"] * 3, ["words " * 9, "BLEEDANY", "rule " * 30]]
    source = write("\n".join(f"| {' | '.join(line)} |" for line in lines))
    text = parts_of(render(source, formats=("docx",)))["word/document.xml"]
    widths = [int(one) for one in re.findall(r'<w:gridCol w:w="(\d+)"', text)]
    assert 100 * widths[1] / sum(widths) > 1.3 * len("BLEEDANY") + 2
