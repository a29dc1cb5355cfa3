"""Papers as web pages."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.locate.marked import numbered, table_grid, take_foot, taken, text_of
from trialtrace.audit.locate.markup import Node, read_html, untaken
from trialtrace.audit.locate.paper import Passage, ReadPaper, Table

_HEADINGS = ("h1", "h2", "h3", "h4")
# "Table 1 shows" begins a sentence, and no caption.
CAPTION = re.compile(
    r"\s*(?i:(?:supplementary\s+)?table)\s+(?:[A-Z]?[0-9]+|[IVX]+)\s*(?:[.:|–—-]|$|[A-Z])"
)
_OUTSIDE = {"nav", "header", "footer", "aside", "script", "style", "figure-list"}


def read_web(content: bytes, text: str) -> ReadPaper:
    """The paper on a web page; a paragraph right before or after a table may be its caption."""
    return web_paper(read_html(content, text))


def web_paper(root: Node) -> ReadPaper:
    """The paper in a tree of headings, paragraphs and tables."""
    body = root.first("article") or root.first("main") or root.first("body") or root
    passages: list[Passage] = []
    tables: list[Table] = []
    section, number, before = "text", 0, ""
    waiting = False
    for node in _flow(body):
        if node.name == "table":
            tables.append(_table(node, len(tables) + 1, before))
            before, waiting = "", True
            continue
        if node.name in _HEADINGS:
            text = node.text("table")
            section, number = text.lower()[:60] or section, 0
            waiting = False
            continue
        text = node.take("table")
        if not text:
            continue
        if CAPTION.match(text):
            # One that no table follows is a paragraph.
            passages += [Passage(before, section)] if before else []
            before = text
        elif waiting and _is_note(text):
            tables[-1] = replace(tables[-1], notes=f"{tables[-1].notes} {text}".strip())
            continue
        else:
            number += 1
            named = section if section == "abstract" else f"{section}, paragraph {number}"
            passages.append(Passage(text, named))
        waiting = waiting and not before
    passages += [Passage(before, section)] if before else []
    title = text_of(root.first("h1")) or text_of(root.first("title"))
    found = re.search(
        r"\b10\.[0-9]{4,9}/[^\s\"'<>]+", " ".join(passage.text for passage in passages[:8])
    )
    doi = found.group().rstrip(".,;)") if found else None
    return ReadPaper(title, tuple(passages), tuple(tables), doi, (), tuple(untaken(root)))


def _flow(node: Node) -> Iterator[Node]:
    """Headings, paragraphs and tables of a page, in order."""
    loose: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.name in _OUTSIDE:
            continue
        block = isinstance(child, Node) and (
            child.name in (*_HEADINGS, "p", "li", "table", "figcaption", "dd", "dt", "blockquote")
            or _holds_blocks(child)
        )
        if not block:
            loose.append(child)
            continue
        if loose:
            yield Node("p", {}, loose)
            loose = []
        assert isinstance(child, Node)
        if child.name == "table" or not _holds_blocks(child):
            yield child
        else:
            yield from _flow(child)
    if loose:
        yield Node("p", {}, loose)


def _holds_blocks(node: Node) -> bool:
    return node.first("p", "table", "div", "section", "ul", "ol", *_HEADINGS) is not None or (
        node.name in ("div", "section", "ul", "ol", "dl", "figure")
    )


def _table(node: Node, position: int, before: str) -> Table:
    of = table_grid(node)
    own = taken(node.first("caption"))
    caption = " ".join(filter(None, (before, own)))
    return Table(numbered(caption, position), caption, of.cells, of.heads, take_foot(node))


def _is_note(text: str) -> bool:
    """Whether a paragraph behind a table tells of it: short, and of what its cells are."""
    return len(text) < 600 and bool(_NOTE.match(text))


# "Values are means", "a P by chi-square test", "Mann-Whitney U test"; "A total of" is no mark.
_NOTE = re.compile(
    r"(?:values|data|numbers|plus.minus|abbreviations|\W|note|SD|CI|(?-i:[a-h] |[A-H] (?=[A-Z])))\b"
    r"|p(?:[\s-]?values?)?[\s,;:]+(?:(?:was|were|are|is|calculated|obtained) )*(?:by|from|of)\b|"
    # Of a number a sentence tells.
    r"(?![^.]*\b[0-9]+\b)[^.]{0,80}\b(?:tests?|anova)\.?$",
    re.IGNORECASE,
)
