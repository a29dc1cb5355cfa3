"""The figures and tables of a finished report by their files: where each stands, and its caption.

Snakemake's own report (`snakemake --report`) shows them with what the pages say of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

PAGES = ("report.html", "supplement.html")
CAPTIONS = ("caption", "figcaption")
SUFFIXES = {"figures": "svg", "tables": "csv"}
FOLDERS = tuple(f"{folder}/" for folder in SUFFIXES)
# What captions of workflow/report/display.rst ask for.
LABEL = "figure or table"
NUMBER = "header-section-number"


@dataclass(frozen=True)
class Display:
    """A figure or table: the heading of its section, and its caption without links to files."""

    section: str
    caption: str


@lru_cache(maxsize=64)
def displays_of(folder: Path) -> dict[str, Display]:
    """File, as "tables/baseline.csv" -> its display, of the report in a folder; empty without."""
    found: dict[str, Display] = {}
    for name in PAGES:
        if (folder / name).is_file():
            page = _Page()
            page.feed((folder / name).read_text(encoding="utf-8"))
            found |= page.found
    return found


@dataclass(frozen=True)
class Displays:
    """For `report()` of Snakemake, by wildcards trial, folder ("figures", "tables") and name."""

    results: Path

    def section(self, wildcards: Mapping[str, str]) -> str:
        return self._display(wildcards).section

    def labels(self, wildcards: Mapping[str, str]) -> dict[str, str]:
        return {LABEL: self._display(wildcards).caption}

    def _display(self, wildcards: Mapping[str, str]) -> Display:
        """That of a file; of one that no caption names, its own name."""
        trial, folder, name = (wildcards[key] for key in ("trial", "folder", "name"))
        other = Display("Further files", name)
        file = f"{folder}/{name}.{SUFFIXES[folder]}"
        return displays_of(self.results / trial / "report").get(file, other)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Display] = {}
        self._section = ""
        # The tag that is read, its words, the files that it links to.
        self._tag, self._words, self._files = "", list[str](), list[str]()
        self._number = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in (*CAPTIONS, "h2"):
            self._tag, self._words, self._files = tag, [], []
        href = given.get("href") or ""
        if tag == "a" and self._tag in CAPTIONS and href.startswith(FOLDERS):
            self._files.append(href)
        self._number = tag == "span" and given.get("class") == NUMBER

    def handle_data(self, data: str) -> None:
        if self._tag and not self._files and not self._number:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._number = False
        if tag != self._tag:
            return
        text = " ".join("".join(self._words).split())
        if tag == "h2":
            self._section = text
        for file in self._files:
            self.found.setdefault(file, Display(self._section, text))
        self._tag = ""
