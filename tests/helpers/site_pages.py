"""HTML pages as a reader's browser sees them: elements, links, anchors, cells of tables."""

import base64
import re
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Elements that end where the next of these begins, if nothing ends them before.
UNTIL = {"td": ("td", "th", "tr"), "th": ("td", "th", "tr"), "tr": ("tr",)}
UNTIL |= {"dt": ("dt", "dd"), "dd": ("dt", "dd")}
SCRIPTS = [{"src": name, "defer": ""} for name in ("search.js", "card.js", "rows.js")]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Cell:
    """A td or a row's th: its text, what of it lies outside of links, and its links with theirs."""

    table: str
    text: str = ""
    outside: str = ""
    links: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)


def _is_cell(tag, given):
    return tag == "td" or (tag == "th" and given.get("scope") == "row")


class Page(HTMLParser):
    def __init__(self, path: Path):
        super().__init__(convert_charrefs=True)
        self.path = path
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.cells: list[Cell] = []
        self.text = ""
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(text_of(path))

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        while self._open and tag in UNTIL.get(self._open[-1][0], ()):
            self._open.pop()
        self.elements.append((tag, given))
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag not in VOID:
            self._open.append((tag, given))
        if _is_cell(tag, given):
            self.cells.append(Cell(self._table()))
        elif tag == "a" and self._in_cell():
            self.cells[-1].links.append(given.get("href", ""))
            self.cells[-1].linked.append("")

    def handle_endtag(self, tag):
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                return

    def handle_data(self, data):
        if self._inside("style"):
            return
        self.text += data
        if self._in_cell():
            self.cells[-1].text += data
            if not self._inside("a"):
                self.cells[-1].outside += data
            elif self.cells[-1].linked:
                self.cells[-1].linked[-1] += data

    def _inside(self, tag):
        return any(name == tag for name, _ in self._open)

    def _in_cell(self):
        return any(_is_cell(*one) for one in self._open)

    def _table(self):
        """The identifier of the nearest element around the cell that begins with tbl-."""
        names = [given.get("id", "") for _, given in self._open]
        return next((name for name in reversed(names) if name.startswith("tbl-")), "")


PACKED = re.compile(r'atob\("([A-Za-z0-9+/=]*)"\)')
PACKED_PAGE = re.compile(r'<main data-page="([A-Za-z0-9+/=]*)">')


def text_of(path: Path) -> str:
    """A page as its script leaves it, where a site has it packed."""
    text = path.read_text(encoding="utf-8")
    found = PACKED_PAGE.search(text)
    return zlib.decompress(base64.b64decode(found[1])).decode() if found else text


def packed_data(text: str) -> str:
    """The JSON that a script of data holds; "" of other text."""
    found = PACKED.search(text)
    return zlib.decompress(base64.b64decode(found[1])).decode() if found else ""


def pages(folder: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(folder.rglob("*.html"))}


def broken_links(found: dict[Path, Page]) -> list[str]:
    """Links that lead out of the folder, to no file, or to no anchor."""
    broken = []
    for path, page in found.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                broken.append(f"{path.name}: {link} leads outside")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                broken.append(f"{path.name}: {link} leads to no file")
            elif parts.fragment and target.suffix == ".html":
                other = found.get(target)
                if other is None or unquote(parts.fragment) not in other.ids:
                    broken.append(f"{path.name}: {link} leads to no anchor")
    return broken


def active_content(page: Page) -> list[str]:
    """Whatever runs code, loads from elsewhere, or sends something; but for our own scripts."""
    found = []
    for tag, given in page.elements:
        if tag == "script" and given in SCRIPTS:
            continue
        if tag in ("script", "iframe", "object", "embed", "form", "base"):
            found.append(tag)
        for name, value in given.items():
            scheme = value.strip().lower().split(":", 1)[0] if ":" in value else ""
            outside = name in ("src", "href", "xlink:href", "action") and scheme not in ("", "data")
            if name.startswith("on") or outside or (name == "href" and scheme == "data"):
                found.append(f"{tag} {name}={value[:60]}")
    return found
