"""Each numbered table and figure of a report as a DOCX of its own, to be put into a manuscript."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path

from trialtrace.report.render.document import Document
from trialtrace.report.render.embedded import markdown
from trialtrace.report.render.house import Page
from trialtrace.report.render.pandoc import Conversion
from trialtrace.report.render.parts import linked
from trialtrace.report.render.tree.authored import UNCHECKED
from trialtrace.report.render.tree.mailed import FILES
from trialtrace.report.render.tree.nodes import (
    Node,
    Nodes,
    all_of,
    attributes,
    div,
    paragraph,
    space,
    span,
    strong,
    text_of,
    word,
)

KINDS = ("tbl-", "fig-")
# What a float says of itself below it, by its label, and whether the document's author made it.
Lines = Callable[[str, bool], Sequence[str]]


def float_documents(
    documents: Sequence[Document], page: Page, folder: Path, lines: Lines
) -> dict[str, bytes]:
    """The bytes of each DOCX by its name, "table-S2.docx", in the order of the documents.

    Above stands the number with the first sentence of the caption; below what follows of it, and
    the `lines` of the label.
    """
    conversion = Conversion(documents, page, folder)
    parts = conversion.numbered(markdown(documents, page, folder))
    found: dict[str, bytes] = {}
    for document in (linked(parts, part, "docx") for part in parts):
        for node in all_of(document["blocks"], "Div", "Figure"):
            label = node["c"][0][0]
            if label.startswith(KINDS):
                name, blocks = _alone(deepcopy(node), lines(label, _is_own(node)))
                whole = {**document, "meta": _without_title(document["meta"]), "blocks": blocks}
                found[name] = conversion.as_docx(name, whole)
    return found


def _is_own(node: Node) -> bool:
    """Whether the author of the document made it: it bears the mark of what nobody checked."""
    return any(UNCHECKED in one["c"][0][1] for one in all_of([node], "Span"))


def _without_title(meta: Node) -> Node:
    hidden = ("title", "subtitle", "author", "date", "number-sections")
    return {name: deepcopy(value) for name, value in meta.items() if name not in hidden}


def _alone(node: Node, lines: Sequence[str]) -> tuple[str, Nodes]:
    """The name of a float's file, and its blocks."""
    caption = next(_captions(node))
    words = caption.pop()["c"] if caption else []
    title, rest = _first_sentence(words)
    number = text_of(words).partition(":")[0]
    name = "-".join(number.split()).replace("Table", "table").replace("Figure", "figure")
    # The files of a figure do not come along.
    rest = [one for one in rest if one["t"] != "Span" or FILES not in one["c"][0][1]]
    notes = [rest] if rest else []
    notes += [[word(line)] for line in lines]
    styled = attributes(pairs=[("custom-style", "Table Caption")])
    below = [paragraph([span(note, attributes())]) for note in notes]
    return f"{name}.docx", [div([paragraph([strong(title)])], styled), node, *below]


def _captions(node: Node):
    """The lists of blocks in which a caption stands: of a figure its own, else of its table."""
    if node["t"] == "Figure":
        yield node["c"][1][1]
    for table in all_of(node["c"][1], "Table"):
        yield table["c"][1][1]
    # A block without a table has its caption as its first paragraph.
    yield node["c"][1][:1]


def _first_sentence(words: Nodes) -> tuple[Nodes, Nodes]:
    """Words up to the first that ends a sentence, and those behind it."""
    for at, one in enumerate(words[:-1]):
        ends = one["t"] == "Str" and one["c"].endswith(".") and len(one["c"]) > 2
        if ends and words[at + 1] == space():
            return words[: at + 1], words[at + 2 :]
    return words, []
