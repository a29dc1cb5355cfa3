"""The documents of a report as pages: what leads from one to another, and what stands around them.

A document is text, pandoc's JSON, so that each format of it may be changed for itself.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from trialtrace.report.render.house import Page
from trialtrace.report.render.tree.nodes import Node

_IDENTIFIER = re.compile(r'\["([^"\\]+)",\[')
_INNER = re.compile(r'\["#([^"\\]+)",""\]')


@dataclass(frozen=True)
class Part:
    """One document of a report: the stem of its files, what stands in it, numbered, and the calls
    that gave it."""

    stem: str
    text: str
    calls: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.stem.capitalize()

    @cached_property
    def places(self) -> frozenset[str]:
        """What links can lead to."""
        return places_of(self.text)


def places_of(text: str) -> frozenset[str]:
    """The identifiers of a document."""
    return frozenset(_IDENTIFIER.findall(text))


def linked(parts: Sequence[Part], here: Part, kind: str) -> Node:
    """A document whose links to places of others lead to their files."""
    files = {
        place: f"{part.stem}.{kind}"
        for part in reversed(parts)
        for place in part.places - here.places
    }

    def led(match: re.Match[str]) -> str:
        file = files.get(match[1])
        return f'["{file}#{match[1]}",""]' if file else match[0]

    document: Node = json.loads(_INNER.sub(led, here.text))
    return document


def around(parts: Sequence[Part], here: Part, page: Page) -> dict[str, str | list[dict[str, str]]]:
    """What of a page leads to others, for the template: title and link of each, the one that is
    open without a link; the others stand below the first."""
    over = () if here is parts[0] else ((parts[0].title, f"{parts[0].stem}.html"),)
    steps = [*page.before, *((part.title, f"{part.stem}.html") for part in parts), *page.beside]
    pages = [
        {"title": escape(title)} | ({} if link == f"{here.stem}.html" else {"link": escape(link)})
        for title, link in steps
    ]
    return {"pages": pages if len(pages) > 1 else [], "crumbs": page.way(here.title, over).strip()}


def as_text(tree: Node) -> str:
    """As pandoc reads it."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), check_circular=False)
