"""The text blocks of a page in order, so that the pages of two renderers can be compared; the parts
of a DOCX.
"""

import io
import re
import zipfile
from html import unescape
from html.parser import HTMLParser

BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "td", "th", "caption", "figcaption", "pre"}
SILENT = {"style", "script", "title", "nav", "annotation"}
VOID = {"img", "br", "hr", "meta", "link", "input", "col"}
_NAV = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.blocks: list[str] = []
        self.text: list[str] = []
        self.silent: list[str] = []
        self.kinds: list[str] = ["text"]

    def flush(self):
        text = " ".join("".join(self.text).split())
        if text:
            kind = "text" if self.kinds[-1] == "p" else self.kinds[-1]
            self.blocks.append(f"{kind}: {text}")
        self.text = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "img":
            self.flush()
            self.blocks.append(f"img: {attributes.get('alt') or attributes.get('aria-label')}")
        if tag in VOID:
            return
        icon = "callout-icon-container" in (attributes.get("class") or "")
        if tag in SILENT or icon or tag in self.silent[-1:]:
            self.silent.append(tag)
        if tag in BLOCKS:
            self.flush()
            # Only the embedded renderer marks the headers of rows.
            self.kinds.append("td" if attributes.get("scope") == "row" else tag)

    def handle_endtag(self, tag):
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        if tag in BLOCKS or tag == "div":
            self.flush()
        if tag in BLOCKS and len(self.kinds) > 1:
            self.kinds.pop()

    def handle_data(self, data):
        if not self.silent:
            self.text.append(data)


def blocks_of(html: str) -> list[str]:
    """One line a block: its kind and its text, white space collapsed."""
    reader = _Reader()
    reader.feed(html)
    reader.flush()
    return reader.blocks


def links_of(html: str) -> list[str]:
    """One line a link of the text, in order: its words, and where it leads."""
    links = _LINK.findall(_NAV.sub("", html))
    texts = [(to, unescape(re.sub("<[^>]+>", "", words))) for to, words in links]
    return [f"{' '.join(words.split())} -> {to}" for to, words in texts]


def alike(blocks: list[str]) -> list[str]:
    """Without what is the renderers' own: Quarto puts the caption of a table into a figure."""
    return [block.replace("figcaption: ", "caption: ", 1) for block in blocks]


def parts_of(docx: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        return {name: archive.read(name).decode("utf-8") for name in names}
