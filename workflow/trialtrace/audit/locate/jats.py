"""Articles in JATS, the XML of PubMed Central and of many publishers."""

import re
from collections.abc import Iterator

from trialtrace.audit.locate.marked import (
    Grid,
    numbered,
    table_grid,
    take_foot,
    taken,
    text_of,
)
from trialtrace.audit.locate.markup import Node, read_xml, untaken
from trialtrace.audit.locate.paper import Passage, ReadPaper, Table

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
            Passage(node.take(*_NOT_TEXT), "text") for node in body.elements() if node.name == "p"
        ]
        passages += [one for one in loose if one.text]
        for section in body.elements():
            if section.name == "sec":
                title = text_of(section.first("title")).lower() or "text"
                passages += list(_paragraphs(section, title))
    passages += [
        Passage(legend, f"figure {_number(text_of(figure.first('label')), position)}")
        for position, figure in enumerate(article.every("fig"), 1)
        if (legend := taken(figure.first("caption")))
    ]
    remarks = [f"{pictures} tables are pictures, and were not read"] if pictures else []
    return ReadPaper(
        text_of(front.first("article-title")),
        tuple(passages),
        tuple(tables),
        doi,
        tuple(remarks),
        tuple(untaken(root)),
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
        texts = [one.take(*_NOT_TEXT) for one in part.every("p")]
        yield Passage(" ".join(texts), f"abstract, {title or 'text'}")


def _paragraphs(section: Node, name: str) -> Iterator[Passage]:
    nodes = section.every("p", *_NOT_TEXT)
    paragraphs = [node.take(*_NOT_TEXT) for node in nodes if node.name == "p"]
    for number, text in enumerate(paragraphs, 1):
        place = name if name == "abstract" else f"{name}, paragraph {number}"
        if text:
            yield Passage(text, place)


def _tables(wrap: Node, position: int) -> list[Table]:
    """The tables below one caption; none where there is a picture only.

    A further one goes on with the first where it has as many columns and no other heads.
    """
    elements = list(wrap.every("table"))
    grids = [table_grid(one) for one in elements]
    feet = [take_foot(one) for one in elements]
    parts: list[Grid] = []
    for own in grids:
        if parts and own.cells and own.width == parts[0].width and not own.heads:
            parts[0] = parts[0].followed(own)
        elif own.cells:
            parts.append(own)
    name = numbered(text_of(wrap.first("label")), position)
    caption = taken(wrap.first("caption")) if parts else ""
    notes = [taken(wrap.first("table-wrap-foot"))] if parts else []
    # Caption and notes are printed once: they stand with the first part.
    return [
        Table(
            name if number == 1 else f"{name} (part {number})",
            caption if number == 1 else "",
            part.cells,
            part.heads,
            " ".join(filter(None, (*notes, *feet))) if number == 1 else "",
        )
        for number, part in enumerate(parts, 1)
    ]
