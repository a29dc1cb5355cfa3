"""A document of pandoc's as the plain data of its JSON: what walks over it, and its elements.

Everything changes a document in place. A rule is a function of one element: what it gives takes the
place of that, one element or several; None leaves it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

# Pictures of a document: which file of one is shown, and how high it is.

# A larger drawing gives way to its pixels where they are smaller.
LARGEST_DRAWING = 250_000
WIDTH = 470  # points across a page
HIGHEST = 570  # points of a picture that leaves room for its caption
_SIZE = re.compile(rb'width="([\d.]+)pt" height="([\d.]+)pt"')


def take_drawing(image: Node, folder: Path) -> None:
    """A picture of a format that shows drawings takes its own, unless that is large and its pixels
    are smaller."""
    target = image["c"][2]
    pixels, drawing = folder / target[0], (folder / target[0]).with_suffix(".svg")
    if pixels.suffix != ".png" or not drawing.is_file():
        return
    size = drawing.stat().st_size
    if size < LARGEST_DRAWING or size <= pixels.stat().st_size:
        target[0] = f"{target[0].removesuffix('.png')}.svg"


def height(file: Path) -> str | None:
    """Where a picture would be too high for a page with its caption: the height that it gets."""
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        start = opened.read(1000)
    match = _SIZE.search(start)
    wide, high = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if start.startswith(b"\x89PNG"):
        wide, high = struct.unpack(">II", start[16:24])
    taken = min(WIDTH, wide) * high / wide if wide > 0 else 0
    return f"{HIGHEST}pt" if taken > HIGHEST else None


Node: TypeAlias = dict[str, Any]
Nodes: TypeAlias = list[Node]
# What an element is made of: its attributes, lists of elements, cells of a row.
Inner: TypeAlias = list[Any]
Rule: TypeAlias = Callable[[Node], Node | Nodes | None]

NBSP = "\N{NO-BREAK SPACE}"
# Elements whose words stand behind their attributes.
_WITH_ATTRIBUTES = {"Div", "Span", "Link", "Image"}
_BREAK = re.compile(r"<br", re.ASCII)
_QUOTES = {"SingleQuote": "\u2018\u2019", "DoubleQuote": "\u201c\u201d"}


def walk(tree: Node | Inner, rules: Mapping[str, Rule]) -> None:
    """Put what the rules give for the elements that they name, the inner ones first."""
    if isinstance(tree, dict):
        for value in tree.values():
            if isinstance(value, (list, dict)):
                walk(value, rules)
        return
    made: list[tuple[int, Node | Nodes]] = []
    for at, one in enumerate(tree):
        if isinstance(one, (list, dict)):
            walk(one, rules)
        rule = rules.get(one.get("t", "")) if type(one) is dict else None
        if rule and (given := rule(one)) is not None:
            made.append((at, given))
    for at, given in reversed(made):
        if isinstance(given, list):
            tree[at : at + 1] = given
        else:
            tree[at] = given


def all_of(tree: Node | Inner, *kinds: str) -> Iterator[Node]:
    """Every element of these kinds, an outer one before those inside of it."""
    for one in tree.values() if isinstance(tree, dict) else tree:
        if type(one) is dict and one.get("t") in kinds:
            yield one
        if isinstance(one, (list, dict)):
            yield from all_of(one, *kinds)


def text_of(tree: Node | Inner) -> str:
    """The words of elements, without marks and notes."""
    texts: list[str] = []
    _collect(tree, texts.append)
    return "".join(texts)


def _collect(tree: Node | Inner, add: Callable[[str], object]) -> None:
    for one in tree.values() if isinstance(tree, dict) else tree:
        if type(one) is dict:
            kind = one.get("t")
            if kind == "Str":
                add(one["c"])
            elif kind in ("Space", "SoftBreak", "LineBreak"):
                add(" ")
            elif kind in ("Code", "Math"):
                add(one["c"][1])
            elif kind == "Quoted":
                marks = _QUOTES[one["c"][0]["t"]]
                add(marks[0])
                _collect(one["c"][1], add)
                add(marks[1])
            elif kind == "RawInline" and one["c"][0] == "html" and _BREAK.match(one["c"][1]):
                add(" ")
            elif kind in _WITH_ATTRIBUTES:
                _collect(one["c"][1:2], add)
            elif kind != "Note" and isinstance(inner := one.get("c", one), (list, dict)):
                _collect(inner, add)
        elif type(one) is list and one:
            _collect(one, add)


def attributes(
    name: str = "", classes: Sequence[str] = (), pairs: Sequence[tuple[str, str]] = ()
) -> Inner:
    """Identifier, classes, and pairs of name and value."""
    return [name, list(classes), [list(pair) for pair in pairs]]


def value_of(attr: Inner, name: str) -> str | None:
    return next((value for key, value in attr[2] if key == name), None)


def set_value(attr: Inner, name: str, value: str | None) -> None:
    """Give an attribute another value, at its place; None takes it away."""
    for pair in attr[2]:
        if pair[0] == name and value is not None:
            pair[1] = value
            return
    if value is None:
        attr[2] = [pair for pair in attr[2] if pair[0] != name]
    else:
        attr[2].append([name, value])


def word(text: str) -> Node:
    return {"t": "Str", "c": text}


def space() -> Node:
    return {"t": "Space"}


def link(words: Nodes, target: str, classes: Sequence[str] = ()) -> Node:
    return {"t": "Link", "c": [attributes(classes=classes), words, [target, ""]]}


def plain(words: Nodes) -> Node:
    return {"t": "Plain", "c": words}


def paragraph(words: Nodes) -> Node:
    return {"t": "Para", "c": words}


def strong(words: Nodes) -> Node:
    return {"t": "Strong", "c": words}


def span(words: Nodes, attr: Inner) -> Node:
    return {"t": "Span", "c": [attr, words]}


def div(blocks: Nodes, attr: Inner) -> Node:
    return {"t": "Div", "c": [attr, blocks]}


def raw_block(kind: str, text: str) -> Node:
    return {"t": "RawBlock", "c": [kind, text]}


def cell(blocks: Nodes) -> Inner:
    return [attributes(), {"t": "AlignDefault"}, 1, 1, blocks]


def table(aligned: Sequence[str], heads: list[Inner], rows: list[list[Inner]]) -> Node:
    """One without a caption; each column is aligned as told, each row a list of cells."""
    columns = [[{"t": one}, {"t": "ColWidthDefault"}] for one in aligned]
    head = [attributes(), [[attributes(), heads]]]
    body = [attributes(), 0, [], [[attributes(), row] for row in rows]]
    return {
        "t": "Table",
        "c": [attributes(), [None, []], columns, head, [body], [attributes(), []]],
    }


def rows_of(element: Node) -> list[list[Inner]]:
    """The cells of every row of a table, those of its head first."""
    _, _, _, head, bodies, foot = element["c"]
    rows = [*head[1]]
    for body in bodies:
        rows += [*body[2], *body[3]]
    return [row[1] for row in [*rows, *foot[1]]]


def highest(document: Node, otherwise: int = 7) -> int:
    """The level of the highest headings."""
    found = (node["c"][0] for node in all_of(document["blocks"], "Header"))
    return min(found, default=otherwise)
