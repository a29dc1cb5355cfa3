"""Cuts a numbered document into pages by its sections, and leads links from one page to another.

A section of the highest level whose header has the attribute `page` stands on the page of that
name, every other one on the document's own. A page of HTML that would be too large is cut again,
between sections or their parts. Their blocks are text, pandoc's JSON, so that each page may be
changed for itself.
"""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import ceil
from pathlib import Path

from trialtrace.report.render.house import Page
from trialtrace.report.render.tree import nodes

# Bytes that a page may have, as estimated before it is written.
LARGEST = 1_400_000
# A page of HTML by its JSON; drawings stand in it as text, pixels as base64.
OF_JSON, OF_PIXELS = 0.55, 4 / 3
CONTINUED: nodes.Nodes = [{"t": "Space"}, {"t": "Str", "c": "(continued)"}]
_IDENTIFIER = re.compile(r'\["([^"\\]+)",\[')
_INNER = re.compile(r'\["#([^"\\]+)",""\]')
_IMAGE = re.compile(r'\["([^"\\]+)\.png",')


@dataclass(frozen=True)
class Part:
    """A page: which one, the how many-th of how many of that name, its blocks as JSON."""

    page: str
    number: int
    of: int
    blocks: tuple[str, ...]

    def stem(self, text: str) -> str:
        """The name of its file, where the document's own is called `text`."""
        name = self.page or text
        return name if self.number == 1 else f"{name}-{self.number}"

    def title(self, text: str) -> str:
        name = (self.page or text).capitalize()
        return f"{name} {self.number}" if self.of > 1 else name


@dataclass
class _Piece:
    """What must stay together; `section` is the header that it stands under, else None."""

    page: str
    section: nodes.Node | None
    first: bool
    blocks: list[str]

    @property
    def header_alone(self) -> bool:
        """Whether nothing stands under the header of a section yet: no page may end so."""
        return self.first and self.section is not None and len(self.blocks) == 1


@dataclass(frozen=True)
class Numbered:
    """A document as its filter left it."""

    document: nodes.Node
    folder: Path

    def parts(self, largest: float | None) -> list[Part]:
        """The pages in their order, the own one first; cut at `largest` bytes, or not."""
        names = dict.fromkeys(["", *(piece.page for piece in self._pieces)])
        return [
            part
            for name in names
            for part in self._cut(
                [piece for piece in self._pieces if piece.page == name], name, largest
            )
        ]

    @cached_property
    def _pieces(self) -> list[_Piece]:
        headers = (header for one in self.document["blocks"] if (header := _header(one)))
        top = min((level for level, _ in headers), default=1)
        pieces = [_Piece("", None, True, [])]
        for block in self.document["blocks"]:
            header = _header(block)
            if header and header[0] == top:
                pieces.append(_Piece(header[1], block, True, []))
            elif header and header[0] == top + 1 and not pieces[-1].header_alone:
                pieces.append(_Piece(pieces[-1].page, pieces[-1].section, False, []))
            pieces[-1].blocks.append(as_text(block))
        return [piece for piece in pieces if piece.blocks or piece.page == ""]

    def _cut(self, pieces: list[_Piece], name: str, largest: float | None) -> list[Part]:
        if largest is None:
            return [Part(name, 1, 1, tuple(block for one in pieces for block in one.blocks))]
        sizes = [sum(map(self._size, one.blocks)) for one in pieces]
        # As even as can be: each page takes pieces up to its share of the whole.
        least = max(1, ceil(sum(sizes) / largest))
        share = sum(sizes) / least
        groups: list[list[str]] = [[]]
        filled = 0.0
        for piece, size in zip(pieces, sizes, strict=True):
            full = filled + size / 2 > share and len(groups) < least
            if groups[-1] and (full or filled + size > largest):
                groups.append([] if piece.first else [_continued(piece.section)])
                filled = 0.0
            groups[-1] += piece.blocks
            filled += size
        return [
            Part(name, number, len(groups), tuple(blocks))
            for number, blocks in enumerate(groups, start=1)
        ]

    def _size(self, block: str) -> float:
        # A caption links to the file of its image.
        drawn = sum(map(self._of_image, {*_IMAGE.findall(block)}))
        return OF_JSON * len(block) + drawn

    def _of_image(self, name: str) -> float:
        drawing, pixels = (nodes.size_of(self.folder / f"{name}.{end}") for end in ("svg", "png"))
        return drawing or 0 if nodes.is_drawn(drawing, pixels) else OF_PIXELS * (pixels or 0)

    def alone(self, part: Part, files: Mapping[str, str], text: str) -> nodes.Node:
        """A part as a document. `files` gives the file of each identifier that is elsewhere."""
        blocks = _INNER.sub(
            lambda match: f'["{files[match[1]]}#{match[1]}",""]' if match[1] in files else match[0],
            ",".join(part.blocks),
        )
        meta = deepcopy(self.document["meta"])
        if part.page:
            for name in ("title", "pagetitle"):
                meta[name]["c"][:0] = [nodes.word(f"{part.title(text)}:"), nodes.space()]
        return {**self.document, "meta": meta, "blocks": json.loads(f"[{blocks}]")}


def elsewhere(parts: Sequence[Part], here: Part, text: str, kind: str) -> dict[str, str]:
    """The file of each identifier that does not stand on the page `here`; where several have one,
    the first of the same document, else the first of all."""
    near = sorted(parts, key=lambda one: (one is not here, one.page != here.page))
    files = {
        name: f"{part.stem(text)}.{kind}"
        for part in reversed(near)
        for block in part.blocks
        for name in _IDENTIFIER.findall(block)
    }
    own = f"{here.stem(text)}.{kind}"
    return {name: file for name, file in files.items() if file != own}


def way(parts: Sequence[Part], here: Part, page: Page) -> str:
    """The way to a page of a document, for the template; the others stand below its own page."""
    first = parts[0]
    over = () if here is first else ((first.title(page.stem), f"{first.stem(page.stem)}.html"),)
    return page.way(here.title(page.stem), over).strip()


def navigation(
    parts: Sequence[Part],
    here: Part,
    text: str,
    before: Sequence[tuple[str, str]],
    beside: Sequence[tuple[str, str]],
) -> list[dict[str, str]]:
    """The pages of a report, for the template: title and link, the one that is open without."""
    pages = [
        {"title": escape(part.title(text))}
        | ({} if part is here else {"link": escape(f"{part.stem(text)}.html")})
        for part in parts
    ]
    first, last = (
        [{"title": escape(title), "link": escape(link)} for title, link in each]
        for each in (before, beside)
    )
    return [*first, *pages, *last] if len(first) + len(pages) + len(last) > 1 else []


def further(parts: Sequence[Part], here: Part, text: str) -> list[dict[str, str]]:
    """The sections that stand on the other pages of a document that was cut, for its contents."""
    headers = [
        (part, json.loads(block)["c"])
        for part in parts
        if part.page == here.page
        for block in part.blocks
        if block.startswith('{"t":"Header"')
    ]
    top = min((header[0] for _, header in headers), default=1)
    return [
        {
            "title": escape(f"{nodes.text_of(words)} ({part.title(text)})"),
            "link": escape(f"{part.stem(text)}.html#{name}"),
        }
        for part, (level, (name, *_), words) in headers
        if part is not here and level == top and name
    ]


def _header(block: nodes.Node) -> tuple[int, str] | None:
    """The level of a header and the page that it names; None for any other block."""
    if block["t"] != "Header":
        return None
    level, attr, _ = block["c"]
    return level, nodes.value_of(attr, "page") or ""


def _continued(header: nodes.Node | None) -> str:
    """A header once more, where its section goes on on another page."""
    if header is None:
        return as_text({"t": "Null"})
    level, _, words = header["c"]
    return as_text({"t": "Header", "c": [level, nodes.attributes(), [*words, *CONTINUED]]})


def as_text(tree: nodes.Node) -> str:
    """As pandoc reads it."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), check_circular=False)
