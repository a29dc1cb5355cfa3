"""Articles in JATS, the XML of PubMed Central and of many publishers."""

import re
from collections.abc import Iterator

from trialtrace.audit.reading.formats.marked import Grid, foot_of, numbered, table_grid, text_of
from trialtrace.audit.reading.markup import Node, read_xml
from trialtrace.audit.reading.paper import FIGURE, Passage, ReadPaper, Table

_NOT_TEXT = ("table-wrap", "fig", "disp-formula", "ref-list", "supplementary-material")


def read_jats(content: bytes, place: str) -> ReadPaper:
    """The paper in a JATS file: abstract and body in passages, its tables with their notes."""
    root = read_xml(content, place)
    article = root.first("article") or root
    front = article.first("front", "front-stub") or article
    doi = next(
        (
            constant.text()
            for constant in front.every("article-id")
            if constant.given.get("pub-id-type") == "doi"
        ),
        None,
    )
    tables, pictures = [], 0
    for position, wrap in enumerate(article.every("table-wrap"), 1):
        made = _tables(wrap, position)
        pictures += not made
        tables += made
    passages = []
    for abstract in front.every("abstract"):
        if abstract.given.get("abstract-type") not in ("toc", "graphical", "teaser"):
            passages += list(_abstract(abstract))
    body = article.first("body")
    if body is not None:
        loose = [
            Passage(node.text(*_NOT_TEXT), "text") for node in body.elements() if node.name == "p"
        ]
        passages += [one for one in loose if one.text]
        for section in body.elements():
            if section.name == "sec":
                title = text_of(section.first("title")).lower() or "text"
                passages += list(_paragraphs(section, title))
    passages += [
        Passage(legend, f"{FIGURE} {_number(text_of(figure.first('label')), position)}")
        for position, figure in enumerate(article.every("fig"), 1)
        if (legend := text_of(figure.first("caption")))
    ]
    remarks = [f"{pictures} tables are pictures, and were not read"] if pictures else []
    return ReadPaper(
        text_of(front.first("article-title")),
        tuple(passages),
        tuple(tables),
        doi,
        tuple(remarks),
    )


def _number(label: str, position: int) -> str:
    """The number of a figure by its label, else by its position."""
    found = re.search(r"[0-9]+", label)
    return found[0] if found else f"{position} (by position)"


def _abstract(abstract: Node) -> Iterator[Passage]:
    """Its paragraphs, each with the title of its part, "abstract, results", where it has one."""
    parts = [one for one in abstract.elements() if one.name == "sec"]
    if len(parts) < 2:
        yield from _paragraphs(abstract, "abstract")
        return
    for part in parts:
        title = text_of(part.first("title")).lower().rstrip(":. ")
        texts = [one.text(*_NOT_TEXT) for one in part.every("p")]
        yield Passage(" ".join(texts), f"abstract, {title or 'text'}")


def _paragraphs(section: Node, name: str) -> Iterator[Passage]:
    nodes = section.every("p", *_NOT_TEXT)
    paragraphs = [node.text(*_NOT_TEXT) for node in nodes if node.name == "p"]
    for number, text in enumerate(paragraphs, 1):
        place = name if name == "abstract" else f"{name}, paragraph {number}"
        if text:
            yield Passage(text, place)


def _tables(wrap: Node, position: int) -> list[Table]:
    """The tables below one caption; none where there is a picture only.

    A further one goes on with the first where it has as many columns and no other heads.
    """
    grids = [table_grid(constant) for constant in wrap.every("table")]
    feet = [foot_of(constant) for constant in wrap.every("table")]
    parts: list[Grid] = []
    for own in grids:
        goes_on = parts and own.rows and len(own.rows[0]) == len(parts[0].rows[0])
        if goes_on and own.rows[: own.heads] in ((), parts[0].rows[: parts[0].heads]):
            parts[0] = parts[0].followed(own)
        elif own.rows:
            parts.append(own)
    name = numbered(text_of(wrap.first("label")), position)
    return [
        Table(
            name if number == 1 else f"{name} (part {number})",
            text_of(wrap.first("caption")),
            part.rows,
            part.heads,
            " ".join(filter(None, (text_of(wrap.first("table-wrap-foot")), *feet))),
            indents=part.indents,
            merged=part.merged,
        )
        for number, part in enumerate(parts, 1)
    ]
