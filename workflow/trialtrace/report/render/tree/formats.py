"""What a numbered document needs for each format: a page, a DOCX that is mailed, a PDF.

A page has vector images and heads of rows; widths and styles are left to the browser. A DOCX has
contents, widths of columns, pages across; its sections are marked here and written by docx.py. A
PDF has marks beside that, which template.typ gives a form: blocks stay pandoc's; around them stand
calls of the template's functions.
"""

import re
from collections.abc import Callable, Collection, Set
from copy import deepcopy
from pathlib import Path

from trialtrace.report.render.tree.heads import column_names
from trialtrace.report.render.tree.mailed import for_mail
from trialtrace.report.render.tree.nodes import (
    NBSP,
    Inner,
    Node,
    Nodes,
    all_of,
    attributes,
    div,
    height,
    highest,
    link,
    paragraph,
    plain,
    raw_block,
    rows_of,
    set_value,
    strong,
    take_drawing,
    text_of,
    walk,
    word,
)
from trialtrace.report.render.tree.widths import (
    UPRIGHT,
    Widths,
    broken,
    turn,
)

DEEPEST = 2  # levels of headings in the contents
SUMMARY = "summary"  # the class of what stands on the first page
LINE, LYING = 100, 155
_EM_SPACE = "\N{EM SPACE}"


def for_docx(document: Node, folder: Path, numbers: Collection[str], *, contents: bool) -> None:
    """Change it for a DOCX, with a list of its headings if asked for; images lie in `folder`."""
    for_mail(document, numbers)
    listed = _contents(document) if contents else []
    blocks = _with_tables(document["blocks"], Widths(LINE, LYING), _mark)
    walk(blocks, {"Image": lambda image: _fitted(image, folder)})
    document["blocks"] = behind_summary(blocks, listed)


def _with_tables(blocks: Nodes, widths: Widths, mark: Callable[[str], Node]) -> Nodes:
    """Blocks whose tables have widths, and lie where they are wide."""
    walk(blocks, {"Table": lambda element: walk(element["c"], {"Str": broken})})
    turned = turn(blocks, widths.is_wide, mark)
    walk(turned, {"Table": widths.set_table})
    return turned


def behind_summary(blocks: Nodes, contents: Nodes) -> Nodes:
    """Contents come after the summary where a document has it, else first."""
    names = [block["c"][0][1] if block["t"] == "Div" else [] for block in blocks]
    at = next((at for at, classes in enumerate(names, 1) if SUMMARY in classes), 0)
    return [*blocks[:at], *contents, *blocks[at:]]


def _mark(kind: str) -> Node:
    return raw_block("openxml", f'<w:p><w:pPr><w:sectPr w:rsidR="{kind}"/></w:pPr></w:p>')


def _contents(document: Node) -> Nodes:
    """Headings as links in place of a field: a field would be empty until a word processor fills
    it."""
    top, lines = highest(document), []
    for header in all_of(document["blocks"], "Header"):
        level, (name, _, _), words = header["c"]
        if level - top < DEEPEST and name:
            bare = deepcopy(words)
            walk(bare, {"Link": _inner, "Span": _inner})
            lines.append(plain([word(_EM_SPACE * (level - top)), link(bare, f"#{name}")]))
    if len(lines) < 3:
        return []
    return [paragraph([strong([word("Contents")])]), *lines]


def _inner(element: Node) -> Nodes:
    return list(element["c"][1])


def _fitted(image: Node, folder: Path) -> None:
    """What is below the end of a page is cut."""
    if high := height(folder / image["c"][2][0]):
        set_value(image["c"][0], "width", None)
        set_value(image["c"][0], "height", high)


# A table of which a cell has more than this many letters is one of texts.
LONG_TEXT = 60
_INSET = re.compile(f"{NBSP}{NBSP}(.*)", re.DOTALL)


def for_html(document: Node, folder: Path) -> None:
    """Change it for a page; its images lie in `folder`."""
    walk(
        document,
        {
            "Image": lambda image: take_drawing(image, folder),
            "Div": _without_style,
            "Span": _without_style,
            "Table": _table,
        },
    )


def _without_style(element: Node) -> None:
    set_value(element["c"][0], "custom-style", None)


def _table(element: Node) -> Node:
    _, _, columns, head, bodies, _ = element["c"]
    for column in columns:
        column[1] = {"t": "ColWidthDefault"}
    rows = [row[1] for body in bodies for row in body[3]]
    texts = [[text_of(cell[4]) for cell in row] for row in rows]
    longest = max((len(text) for row in texts for text in row), default=0)
    of_texts = longest > LONG_TEXT and len(columns) > 2
    if of_texts:
        _label(column_names(element), rows)
    for row in head[1]:
        for cell in row[1]:
            set_value(cell[0], "scope", "col")
    for body in bodies:
        body[1] = 1
        _head_rows(body)
    # One without a link, which has the focus at times, is reached by keyboard itself.
    linked = next(all_of(element, "Link"), None) is not None
    focus = [("tabindex", "0"), ("role", "group"), ("aria-label", "Table")]
    classes = ["table", "texts"] if of_texts else ["table"]
    return div([element], attributes("", classes, [] if linked else focus))


def _label(names: dict[int, str], rows: list[list[Inner]]) -> None:
    """Each cell is told what its column is, for screens on which the cells of a row stand below
    each other."""
    for row in rows:
        for column, cell in enumerate(row[1:], start=1):
            set_value(cell[0], "data-label", names.get(column, ""))


def _head_rows(body: Inner) -> None:
    """What a row is of stands in its first column: a screen reader says it before each number.

    A cell that is empty there is of the line above; one that is set in is of the last line that is
    not.
    """
    above = group = ""
    for row in body[3]:
        first = row[1][0]
        text = text_of(first[4])
        inset = _INSET.fullmatch(text)
        set_value(first[0], "scope", "row")
        if not text and above:
            set_value(first[0], "aria-label", above)
        elif inset and group:
            above = f"{group}: {inset[1]}"
            set_value(first[0], "aria-label", above)
        else:
            above = group = text


PDF_LINE, PDF_LYING = 112, 172
SPLIT_FROM = (
    1000  # letters of a cell beyond which its row may be split: it may be longer than a page
)
# Lines of type of a table that stays on one page, and letters of a cell that surely fill one.
LINES, LINE_OF_CELL = 50, 20
_BLANK = re.compile(r"\s+", re.ASCII)
_CALLOUT = re.compile(r"callout-([A-Za-z]+)")


def for_typst(document: Node, folder: Path, numbers: Collection[str]) -> None:
    """Change it for typst; its images lie in `folder`."""
    places = for_mail(document, numbers)
    walk(document, {"Str": broken})
    blocks = _with_tables(document["blocks"], Widths(PDF_LINE, PDF_LYING), _pdf_page)
    walk(blocks, {"Image": lambda image: take_drawing(image, folder)})

    def figure(element: Node) -> None:
        words = text_of(element["c"][1][1])
        walk(element["c"][2], {"Image": lambda image: _drawn(image, words, folder)})

    document["blocks"] = blocks = behind_summary(blocks, [_typst("#contents()")])
    walk(blocks, {"Figure": figure})
    drawn = {"Image": lambda image: _drawn(image, "picture", folder)}
    links = {"Link": lambda link: _to_number(link, places)}
    walk(blocks, {**drawn, **links, "Span": place, "Math": _spoken})
    walk(blocks, {"Table": _held, "Div": _special})
    _from_first(document)


def _typst(text: str) -> Node:
    return raw_block("typst", text)


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_BLANK.sub(" ", text)}"'


def _around(call: str, blocks: Nodes) -> Nodes:
    return [_typst(f"#{call}["), *blocks, _typst("]")]


def _pdf_page(ends: str) -> Node:
    """Where pages turn: the end of upright ones begins those on their side."""
    return _typst("#page(flipped: true)[" if ends == UPRIGHT else "]")


def place(span: Node) -> Nodes | None:
    """A place that links lead to; pandoc would mark the words beside it, and there may be none."""
    if name := span["c"][0][0]:
        return [{"t": "RawInline", "c": ["typst", f"#metadata(none)<{name}>"]}, *span["c"][1]]
    return None


def _to_number(link: Node, numbers: Set[str]) -> None:
    """A link to a number is an address, for which typeset.py puts the place: typst sets what has a
    link into the document again until no place moves."""
    target = link["c"][2]
    if target[0] in numbers:
        target[0] = target[0].removeprefix("#")


def _spoken(formula: Node) -> Nodes:
    """A formula with its source as the words for who cannot see it, which PDF/UA asks for."""
    _, text = formula["c"]
    before = f"#[#set math.equation(alt: {_quoted(text)});"
    return [
        {"t": "RawInline", "c": ["typst", one]} if one else formula for one in (before, "", "]")
    ]


def _special(div: Node) -> Nodes | None:
    (_, classes, _), blocks = div["c"]
    for name in classes:
        kind = _CALLOUT.fullmatch(name)
        if kind and "callout" in classes:
            return _around(f"callout({_quoted(kind[1])})", blocks)
        if name in ("callout-title", "callout-body"):
            return list(blocks)
        if name in ("synthetic", "lost", SUMMARY):
            return _around(name, blocks)
    return None


def _drawn(image: Node, words: str, folder: Path) -> Node:
    """The words in place of a picture; a figure without any has its caption."""
    _, caption, (source, _) = image["c"]
    high = height(folder / source)
    node = [_quoted(f"/{source}"), f"alt: {_quoted(text_of(caption) or words)}"]
    call = ", ".join([*node, *([f"height: {high}"] if high else [])])
    return {"t": "RawInline", "c": ["typst", f"#image({call})"]}


def _held(element: Node) -> Nodes:
    """A table that stays on one page, or of which a row may be split, is told so."""
    _without_links(element["c"][3][1])
    longest = [max(len(text_of(cell[4])) for cell in row) for row in rows_of(element)]
    if max(longest) > SPLIT_FROM:
        return _around("split", [element])
    short = sum(1 + letters // LINE_OF_CELL for letters in longest) <= LINES
    return _around("whole", [element]) if short else [element]


def _without_links(rows: Inner) -> None:
    """The head of a table stands on each of its pages: for PDF/UA all but the first are decoration,
    which may have no links."""
    walk(rows, {"Link": lambda link: list(link["c"][1])})


def _from_first(document: Node) -> None:
    """The highest headings are of the first level: readers of a PDF are told no level that is left
    out."""
    top, last = highest(document), 0
    for header in all_of(document["blocks"], "Header"):
        last = header["c"][0] = min(header["c"][0] - top + 1, last + 1)
