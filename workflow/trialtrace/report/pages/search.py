"""The search of the start page: what it looks through.

That is numbers and their checks, sections, sentences and rows of tables of the reports, published
claims and lines of the configuration, as a script of data beside the page. It is read when somebody
begins to search; a file on disk may load it where it may not fetch one.
"""

import re
import shutil
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path

from trialtrace.report.links import (
    AUDIT_PAGE,
    SUMMARY_PAGE,
    claim_anchor,
    config_page,
    number_page,
    trace_link,
)
from trialtrace.report.material import Material
from trialtrace.report.pages.shell import write_data
from trialtrace.report.render.house import assets
from trialtrace.report.sections.baseline_table import level_words
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.text import check_lines
from trialtrace.run.trace.variables import About, plain
from trialtrace.run.trace.words import stratum_words
from trialtrace.run.trial.plan.references import method_of

SEARCH_SCRIPT = "search.js"
SEARCH_INDEX = "search-index.js"
# Stems of the copies of the configuration that a report's folder has.
_CONFIG = "config"
# Pages of text, and those that a long one is cut into.
_PAGES = (SUMMARY_PAGE, "report*.html", "supplement*.html")
# How the place of a table begins; what a word of a number is, without brackets.
_TABLE = "tbl-"
_WORD = re.compile(r"[^\s()%;,]+")
# Results that are so many of their patients.
_COUNTS = ("count", "patients", "events")


def write_search(site: Path, materials: Iterable[Material]) -> None:
    """Write the script of the search and its index into the site."""
    shutil.copyfile(assets() / SEARCH_SCRIPT, site / SEARCH_SCRIPT)
    found = [_of_trial(material, site / material.trial.name) for material in materials]
    write_data(site / SEARCH_INDEX, "trialtraceIndex", found)


def _of_trial(material: Material, folder: Path) -> dict[str, object]:
    """Of one trial: by page its numbers as [statistic, text, where, anchor, identifier without the
    trial], with what a count is out of, and its checks as [anchor, text]; sections of each page as
    [anchor, heading, paragraphs, rows of tables as [anchor, text]]; claims as [anchor, text]; and
    the lines of each file of the configuration.

    Statistic and where are places in `words`, since they repeat.
    """
    words: dict[str, int] = {}
    pages: dict[str, tuple[str, list[list[object]], dict[str, str]]] = {}
    about = material.tracer.about
    for row in material.results:
        if row["stat_value"] is None and not row["stat_text"]:
            continue
        result_id, short = row["result_id"], short_id(row["result_id"])
        _, numbers, checks = pages.setdefault(number_page(result_id), (about.page(row), [], {}))
        coded = [
            words.setdefault(text, len(words)) for text in (row["stat_label"], _where(row, about))
        ]
        named = result_id.partition("/")[2]
        numbers.append([coded[0], row["stat_text"], coded[1], short, named, *_out_of(row)])
        for line in check_lines(material.tracer.checks.get(result_id, [])):
            checks.setdefault(line, short)
    claims: dict[str, list[str]] = {}
    for claim in material.claims:
        said = (claim["label"], claim["place"], claim["quote"])
        told_of = claims.setdefault(claim["claim_id"], [one for one in said if one])
        told_of.append(f"{claim['component']} {claim['printed']}")
    files = sorted((folder / _CONFIG).glob("*.txt")) if (folder / _CONFIG).is_dir() else []
    shown = {trace_link(row["result_id"]): row["stat_text"] for row in material.results}
    return {
        "name": material.trial.name,
        "title": material.trial.title,
        "words": list(words),
        "pages": [
            [f"trace/{name}", title, numbers, [[at, line] for line, at in checks.items()]]
            for name, (title, numbers, checks) in pages.items()
        ],
        "text": _texts(folder, shown),
        "audit": AUDIT_PAGE,
        "claims": [[claim_anchor(name), " · ".join(said)] for name, said in claims.items()],
        "config": [
            [
                config_page(path.name.removesuffix(".txt")),
                path.read_text(encoding="utf-8").splitlines(),
            ]
            for path in files
        ],
    }


def _where(row: ResultRow, about: About) -> str:
    """Arms, level or time, visit, stratum and method of a number, in words."""
    parameter, level = row["parameter"] or "", row["group2_level"]
    told = [
        about.groups(row),
        level_words(parameter, level)
        if level and row["analysis_id"] == "baseline"
        else about.second(row),
        row["visit"] or "",
        stratum_words(about.trial, row["stratum"]) if row["stratum"] else "",
        "" if plain(row) else method_of(row["method"]).title,
    ]
    return ", ".join(filter(None, told))


def _out_of(row: ResultRow) -> list[int]:
    """How many a count is out of, where it is of patients."""
    n = row["n_used"]
    return [n] if n and row["stat_name"] in _COUNTS and row["stat_text"].isdigit() else []


def _texts(folder: Path, shown: Mapping[str, str]) -> list[list[object]]:
    """The sections of each page of text; what stands on several, on the first alone."""
    seen: set[str] = set()
    found: list[list[object]] = []
    for file in (file for name in _PAGES for file in sorted(folder.glob(name))):
        reader = _Sections(shown)
        reader.feed(file.read_text(encoding="utf-8"))
        sections = []
        for anchor, heading, paragraphs, rows in reader.sections:
            new = [text for text in dict.fromkeys(paragraphs) if text not in seen]
            lines = {text: place for place, text in rows if text not in seen}
            seen.update(new, lines)
            if heading or new or lines:
                told = [[place, text] for text, place in lines.items()]
                sections.append([anchor, heading, new, told])
        found.append([file.name, sections])
    return found


class _Sections(HTMLParser):
    """The headings of a page with the anchor of each, the sentences under them, and the rows of
    tables with the place of their table. A cell that is one number as its result has it (`shown`,
    by link) is searched there."""

    _HEADINGS = ("h1", "h2", "h3", "h4")
    _BLOCKS = ("p", "li", "caption", "figcaption", "dd")
    _CELLS = ("td", "th")
    _UNSEEN = ("nav", "script", "style", "svg", "thead", "title")

    def __init__(self, shown: Mapping[str, str]) -> None:
        super().__init__()
        self.sections: list[tuple[str, str, list[str], list[tuple[str, str]]]] = [("", "", [], [])]
        self._shown = shown
        self._text: list[str] = []
        self._anchor = self._table = self._head = ""
        self._row: list[str] = []
        self._links: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if values.get("id", "").startswith(_TABLE):
            self._table = values["id"]
        if tag in self._UNSEEN:
            self._unseen += 1
        elif tag in (*self._HEADINGS, *self._BLOCKS, *self._CELLS):
            self._end()
            self._anchor, self._links = values.get("id", ""), []
            self._head = values.get("aria-label", "")
        elif tag == "a":
            self._links.append(values.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNSEEN:
            self._unseen -= 1
        elif tag in self._HEADINGS:
            self.sections.append((self._anchor, self._taken(), [], []))
        elif tag in self._BLOCKS:
            self._end()
        elif tag in self._CELLS and not self._unseen:
            self._cell()
        elif tag == "tr" and self._row:
            self.sections[-1][3].append((self._table, " · ".join(self._row)))
            self._row = []

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._text.append(data)

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        return text

    def _end(self) -> None:
        if text := self._taken():
            self.sections[-1][2].append(text)

    def _cell(self) -> None:
        """Take the cell, by what names it where that says more than it shows."""
        text = self._taken()
        number = self._shown.get(self._links[0]) if len(self._links) == 1 else None
        if text and (number is None or not _words(text) <= _words(number)):
            self._row.append(self._head or text)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))
