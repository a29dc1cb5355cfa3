"""Articles in JATS, the XML of PubMed Central and of many publishers."""

from collections.abc import Iterator

from trialtrace.reading.formats.marked import numbered, table_grid, text_of
from trialtrace.reading.markup import Node, read_xml
from trialtrace.reading.paper import Passage, ReadPaper, Table

_NOT_TEXT = ("table-wrap", "fig", "disp-formula", "ref-list", "supplementary-material")


def read_jats(content: bytes, shown: str) -> ReadPaper:
    """The paper in a JATS file: abstract and body in passages, its tables with their notes."""
    root = read_xml(content, shown)
    article = root.first("article") or root
    front = article.first("front", "front-stub") or article
    doi = next(
        (one.text() for one in front.every("article-id") if one.given.get("pub-id-type") == "doi"),
        None,
    )
    tables, pictures = [], 0
    for position, wrap in enumerate(article.every("table-wrap"), 1):
        made = _table(wrap, position)
        pictures += made is None
        tables += [made] if made else []
    passages = []
    for abstract in front.every("abstract"):
        if abstract.given.get("abstract-type") not in ("toc", "graphical", "teaser"):
            passages += list(_paragraphs(abstract, "abstract"))
    body = article.first("body")
    if body is not None:
        loose = [
            Passage(one.text(*_NOT_TEXT), "text") for one in body.elements() if one.name == "p"
        ]
        passages += [one for one in loose if one.text]
        for section in body.elements():
            if section.name == "sec":
                title = text_of(section.first("title")).lower() or "text"
                passages += list(_paragraphs(section, title))
    remarks = [f"{pictures} tables are pictures, and were not read"] if pictures else []
    return ReadPaper(
        text_of(front.first("article-title")),
        tuple(passages),
        tuple(tables),
        doi,
        tuple(remarks),
    )


def _paragraphs(section: Node, name: str) -> Iterator[Passage]:
    paragraphs = [one.text(*_NOT_TEXT) for one in section.every("p")]
    for number, text in enumerate(paragraphs, 1):
        place = name if name == "abstract" else f"{name}, paragraph {number}"
        if text:
            yield Passage(text, place)


def _table(wrap: Node, position: int) -> Table | None:
    """None for a table that is there as a picture only."""
    tables = list(wrap.every("table"))
    if not tables:
        return None
    rows, heads = table_grid(tables[0])
    for more in tables[1:]:
        further, _ = table_grid(more)
        if further and len(further[0]) == len(rows[0]):
            rows += further
    return Table(
        numbered(text_of(wrap.first("label")), position),
        text_of(wrap.first("caption")),
        rows,
        heads,
        text_of(wrap.first("table-wrap-foot")),
    )
