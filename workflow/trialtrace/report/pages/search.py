"""The search of the start page: what it looks through.

That is numbers, sections and sentences of the reports, published claims and lines of the
configuration, as a script of data beside the page. It is read when somebody begins to search; a
file on disk may load it where it may not fetch one.
"""

import shutil
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from trialtrace.report.links import (
    AUDIT_PAGE,
    SUMMARY_PAGE,
    claim_anchor,
    config_page,
    number_page,
)
from trialtrace.report.material import Material
from trialtrace.report.pages.shell import write_data
from trialtrace.report.render.house import assets
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.about import plain
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.words import stratum_words
from trialtrace.run.trial.plan.references import method_of

SEARCH_SCRIPT = "search.js"
SEARCH_INDEX = "search-index.js"
# Stems of the copies of the configuration that a report's folder has.
_CONFIG = "config"
# Pages of text, and those that a long one is cut into.
_PAGES = (SUMMARY_PAGE, "report*.html", "supplement*.html")
# Results that are so many of their patients.
_COUNTS = ("count", "patients", "events")


def write_search(site: Path, materials: Iterable[Material]) -> None:
    """Write the script of the search and its index into the site."""
    shutil.copyfile(assets() / SEARCH_SCRIPT, site / SEARCH_SCRIPT)
    found = [_of_trial(material, site / material.trial.name) for material in materials]
    write_data(site / SEARCH_INDEX, "trialtraceIndex", found)


def _of_trial(material: Material, folder: Path) -> dict[str, object]:
    """Of one trial: numbers by page as [statistic, text, where, anchor], with what a count is out
    of; sections of each page as [anchor, heading, paragraphs]; claims as [anchor, text]; and the
    lines of each file of the configuration.

    Statistic and where are places in `words`, since they repeat.
    """
    words: dict[str, int] = {}
    pages: dict[str, tuple[str, list[list[object]]]] = {}
    about = material.tracer.about
    for row in material.results:
        if row["stat_value"] is None and not row["stat_text"]:
            continue
        name = number_page(row["result_id"])
        if name not in pages:
            pages[name] = (about.page(row), [])
        where = [about.groups(row), row["visit"] or ""]
        where.append(stratum_words(material.trial, row["stratum"]) if row["stratum"] else "")
        where.append("" if plain(row) else method_of(row["method"]).title)
        told = ", ".join(part for part in where if part)
        coded = [words.setdefault(text, len(words)) for text in (row["stat_label"], told)]
        number: list[object] = [coded[0], row["stat_text"], coded[1], short_id(row["result_id"])]
        pages[name][1].append([*number, *_out_of(row)])
    claims: dict[str, list[str]] = {}
    for claim in material.claims:
        said = (claim["label"], claim["place"], claim["quote"])
        told_of = claims.setdefault(claim["claim_id"], [one for one in said if one])
        told_of.append(f"{claim['component']} {claim['printed']}")
    files = sorted((folder / _CONFIG).glob("*.txt")) if (folder / _CONFIG).is_dir() else []
    return {
        "name": material.trial.name,
        "title": material.trial.title,
        "words": list(words),
        "pages": [[f"trace/{name}", *each] for name, each in pages.items()],
        "text": _texts(folder),
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


def _out_of(row: ResultRow) -> list[int]:
    """How many a count is out of, where it is of patients."""
    n = row["n_used"]
    return [n] if n and row["stat_name"] in _COUNTS and row["stat_text"].isdigit() else []


def _texts(folder: Path) -> list[list[object]]:
    """The sections of each page of text; what stands on several, on the first alone."""
    seen: set[str] = set()
    found: list[list[object]] = []
    for file in (file for name in _PAGES for file in sorted(folder.glob(name))):
        reader = _Sections()
        reader.feed(file.read_text(encoding="utf-8"))
        sections = []
        for anchor, heading, paragraphs in reader.sections:
            new = [one for one in dict.fromkeys(paragraphs) if one not in seen]
            seen.update(new)
            if heading or new:
                sections.append([anchor, heading, new])
        found.append([file.name, sections])
    return found


class _Sections(HTMLParser):
    """The headings of a page with the anchor of each, and the sentences under them; numbers of
    tables are searched as results."""

    _HEADINGS = ("h1", "h2", "h3", "h4")
    _BLOCKS = ("p", "li", "caption", "figcaption", "dd")
    _UNSEEN = ("nav", "script", "style", "svg", "td", "th", "title")

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[tuple[str, str, list[str]]] = [("", "", [])]
        self._text: list[str] = []
        self._anchor = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._UNSEEN:
            self._unseen += 1
        elif tag in self._HEADINGS or tag in self._BLOCKS:
            self._end()
            self._anchor = dict(attrs).get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNSEEN:
            self._unseen -= 1
        elif tag in self._HEADINGS:
            heading = " ".join("".join(self._text).split())
            self.sections.append((self._anchor, heading, []))
            self._text = []
        elif tag in self._BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._text.append(data)

    def _end(self) -> None:
        if text := " ".join("".join(self._text).split()):
            self.sections[-1][2].append(text)
        self._text = []
