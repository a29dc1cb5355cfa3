"""Words of a page that only the configuration or the code knows, and text that breaks badly."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# What is set as code is meant to be read as it is written; an identifier is one by its class.
CODE = {"code", "pre", "style", "script", "title"}
ALONE = {"p", "td", "th", "li", "caption", "figcaption", "dt", "dd", "h1", "h2", "h3", "h4", "div"}
# A line of a figure.
ALONE |= {"text", "tspan"}
SPOILED = {
    "a name of the configuration": re.compile(
        r"(?<![\w./-])[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+(?![\w/])"
    ),
    "a name of a column": re.compile(r"(?<![\w./])[a-z]{2,}\d*[a-z]*_?[A-Z][a-z]\w*"),
    "an object of Python": re.compile(r"\{'|\['|\bTrue\b|\bFalse\b|\bnan\b|dict\("),
    "a condition as it is written": re.compile(r"(?<![\w)])[A-Za-z_]+ ?=[A-Za-z]"),
    "words that need a gloss": re.compile(
        r"\d\)? in all\b(?! [a-z])|known in all\b|\bare told\b|\bnot tied\b|\bon print\b"
    ),
    "a word too many": re.compile(
        r"\bat (after|at|before|by|in|on|within)\b|\b(?!had\b)([a-z]+) \2\b"
    ),
}
BREAKS = {"a number away from its percent": re.compile(r"\d[ \n]%")}


class _Texts(HTMLParser):
    """The text of each element that stands by itself, without what is set as code."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.found: list[str] = [""]
        self._open: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ALONE or tag == "br":
            self.found.append("")
        if given.get("alt"):
            # It is told as a whole, never broken.
            self.found += [(given["alt"] or "").replace(" %", "\N{NO-BREAK SPACE}%"), ""]
        if tag not in VOID:
            self._open.append((tag, tag in CODE or given.get("class") in ("id", "code")))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                break
        if tag in ALONE:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if not any(code for _, code in self._open):
            self.found[-1] += data


def texts_of_page(path: Path) -> list[str]:
    return [text for text in _Texts(path.read_text(encoding="utf-8")).found if text.strip()]


def texts_of_svg(path: Path) -> list[str]:
    """What is written in a drawing, a line each."""
    lines = re.findall(r"<text[^>]*>(.*?)</text>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert lines, path
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in lines]


def texts_of_csv(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    kept = [at for at, name in enumerate(rows[0]) if name != "result"]
    return sorted({row[at] for row in rows[1:] for at in kept})


def cut_off(path: Path) -> bool:
    """Whether anything is drawn up to the edge of a picture, where it would be cut."""
    from matplotlib.image import imread

    pixels = imread(path)[..., :3]
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return any(float(edge.min()) < 0.9 for edge in edges)


def spoiled(texts: list[str], *, breaks: bool = True) -> Iterator[tuple[str, str, str]]:
    """(what is wrong, the word, the text) of whatever a reader should not meet; `breaks` where a
    line of the text may break."""
    patterns = SPOILED | (BREAKS if breaks else {})
    for text in texts:
        for wrong, pattern in patterns.items():
            for found in pattern.finditer(text):
                yield wrong, found[0], text
