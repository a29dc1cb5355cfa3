"""What the baseline holds of a trial: tables of text, made from a folder of its results.

A number has 12 significant digits. A hash is of sorted rows, so that neither the order of rows nor
the format of a file moves it. Of claims, cautions and notes no wording is held.
"""

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

DIGITS = ".12g"
# Of a figure, whose values may come of a model: coarser, so that no last bit moves the hash.
OF_FIGURES = ".8g"
HASH = 16
REASONS = Path(__file__).resolve().parents[1] / "results" / "baseline" / "reasons.csv"
# Which stage of a run a table needs.
ANALYSIS, REPORT, MULTIVERSE = "analysis", "report", "multiverse"


@dataclass(frozen=True)
class Table:
    """Rows of text; the first `key` columns say what a row is of. Several may have one key."""

    columns: tuple[str, ...]
    key: int
    rows: list[tuple[str, ...]]


def text(value: Any, digits: str = DIGITS) -> str:
    """A value as the baseline has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value, digits) if isinstance(value, float) else str(value)


def digest(lines: Iterable[str]) -> str:
    """A hash of lines in any order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:HASH]


def record(folder: Path, parts: Iterable[str], material: Any = None) -> dict[str, Table]:
    """The tables of some parts of a run in `folder`; those of the report need its `material`."""
    made = {part: {**_TABLES[part]} for part in parts}
    tables = {name: of(folder) for each in made.values() for name, of in each.items()}
    if REPORT in made:
        tables |= _of_material(material)
    return {name: _sorted(table) for name, table in tables.items()}


def _sorted(table: Table) -> Table:
    return Table(table.columns, table.key, sorted(table.rows))


def _rows(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()


NUMBERS = ("stat_value", "ci_low", "ci_high", "mc_se", "n_used", "denominator")
RESULT = ("result_id", *NUMBERS, "stat_text", "warning", "error", "numbers")


def _results(folder: Path, of: str = "analysis") -> Table:
    reasons, rows = known_reasons(), []
    for row in _rows(folder / of / "results.parquet"):
        why = [reason_of(row[name], reasons) for name in ("warning", "error")]
        numbers = _NUMBER.findall(f"{row['warning'] or ''} {row['error'] or ''}")
        values = [text(row[name]) for name in ("result_id", *NUMBERS, "stat_text")]
        rows.append((*values, *why, " ".join(numbers)))
    return Table(RESULT, 1, rows)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# What stands between words and differs from trial to trial.
_BRACKETS = re.compile(r"\([^()]*\)")


def wording(sentence: str) -> str:
    """A sentence without its numbers, and without what it has in brackets."""
    return " ".join(_NUMBER.sub("#", _BRACKETS.sub("()", sentence)).split())


def known_reasons() -> dict[str, str]:
    """Wording -> the code of the reason."""
    with REASONS.open(encoding="utf-8", newline="") as file:
        return {row["wording"]: row["reason"] for row in csv.DictReader(file)}


def reason_of(sentence: str | None, reasons: Mapping[str, str]) -> str:
    """The code of a warning or error; one of another wording is seen as itself."""
    return reasons.get(wording(sentence), wording(sentence)) if sentence else ""


def _members(folder: Path, of: str = "analysis") -> Table:
    rows = [
        (row["result_id"], row["role"], str(row["n"]), row["sha256"][:HASH])
        for row in _rows(folder / of / "members.parquet")
    ]
    return Table(("result_id", "role", "n", "sha256"), 2, rows)


def _checks(folder: Path) -> Table:
    """What of each result other code recomputed, and that it agrees."""
    parts = defaultdict[str, dict[str, bool]](dict)
    for row in _rows(folder / "analysis" / "checks.parquet"):
        parts[row["result_id"]][row["component"]] = row["agrees"]
    rows = [(name, " ".join(sorted(of)), text(all(of.values()))) for name, of in parts.items()]
    return Table(("result_id", "components", "agree"), 1, rows)


# Not where rows come from: sources.csv has that.
ORIGIN = ("source_file", "source_row")
KEYS = ("USUBJID", "ASEQ", *ORIGIN)


def _tables(folder: Path) -> Table:
    """Of each column of the clean and derived tables, by parameter, how many values and a hash."""
    rows = []
    for stage in ("clean", "derived"):
        for path in sorted((folder / stage).glob("*.parquet")):
            if path.stem not in ("rejects", "sources"):
                found = _columns(_rows(path), pq.read_schema(path).names)
                rows += [(stage, path.stem, *row) for row in found]
    return Table(("stage", "table", "parameter", "column", "rows", "values", "sha256"), 4, rows)


def _columns(rows: list[dict[str, Any]], names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    groups = defaultdict[str, list[dict[str, Any]]](list)
    for row in rows:
        groups[row.get("PARAMCD", "")].append(row)
    for parameter, members in sorted(groups.items()):
        keys = [" ".join(text(row[k]) for k in KEYS if k in row) for row in members]
        for name in names:
            values = [text(row[name]) for row in members]
            filled = sum(row[name] is not None for row in members)
            hashed = digest(f"{key}\t{value}" for key, value in zip(keys, values, strict=True))
            yield parameter, name, str(len(members)), str(filled), hashed
    if not rows:
        yield "", " ".join(names), "0", "0", ""


REJECT = ("table", "source_file", "source_row", "column", "rule", "severity", "subject", "value")


def _rejects(folder: Path) -> Table:
    rows = [
        (stage, *(text(row[name]) for name in REJECT))
        for stage in ("clean", "derived")
        for row in _rows(folder / stage / "rejects.parquet")
    ]
    return Table(("stage", *REJECT), 6, rows)


EDGE = ("dataset", "variable", "table", "column")


def _sources(folder: Path) -> Table:
    """Of each derived variable and raw column, how many edges lead from one to the other."""
    edges = defaultdict[tuple[str, ...], list[str]](list)
    for row in _rows(folder / "derived" / "sources.parquet"):
        place = "\t".join(text(row[name]) for name in KEYS)
        edges[tuple(row[name] for name in EDGE)].append(place)
    rows = [(*key, str(len(places)), digest(places)) for key, places in edges.items()]
    return Table((*EDGE, "edges", "sha256"), 4, rows)


def _claims(folder: Path) -> Table:
    """Each part of a published number beside the data: numbers, and yes or no."""
    parts = ("claim_id", "reading", "component")
    values = ("printed", "recomputed", "size", "result_id", "decision")
    rows = [
        (
            *(text(row[name]) for name in (*parts, *values)),
            text(row["against_data"] == "differs"),
            text(row["on_print"] == "contradicts"),
        )
        for row in _rows(folder / "audit" / "claims.parquet")
    ]
    return Table((*parts, *values, "differs", "contradicts"), 3, rows)


class _Linked(HTMLParser):
    """The links of a page to traces, as (anchor, words); drawings have theirs in figures."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._anchor, self._words, self._drawings = "", list[str](), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._drawings += tag == "svg"
        target = dict(attrs).get("href") or ""
        if tag == "a" and not self._drawings and target.startswith("trace/"):
            self._anchor, self._words = target.partition("#")[2].partition("/")[0], []

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._drawings -= tag == "svg"
        if tag == "a" and self._anchor:
            self.links.append((self._anchor, " ".join("".join(self._words).split())))
            self._anchor = ""


PAGES = ("summary", "report", "supplement")


def _shown(folder: Path) -> Table:
    """Each number that a page shows as a link to its trace, with the pages that show it so."""
    from trialtrace.run.trace.short_id import short_id

    names = {
        short_id(row["result_id"]): row["result_id"]
        for row in _rows(folder / "analysis" / "results.parquet")
    }
    pages = defaultdict[tuple[str, str], list[str]](list)
    for page in PAGES:
        reader = _Linked()
        # A long document is several pages.
        for file in sorted((folder / "report").glob(f"{page}*.html")):
            reader.feed(file.read_text(encoding="utf-8"))
        for anchor, words in dict.fromkeys(reader.links):
            if any(map(str.isdigit, words)):
                pages[names.get(anchor, f"unknown {anchor}"), words].append(page)
    rows = [(*key, " ".join(of)) for key, of in pages.items()]
    return Table(("result_id", "shown", "pages"), 2, rows)


def _figures(folder: Path) -> Table:
    """The data of each figure: of each column of numbers or of results how many, and a hash."""
    rows = []
    for path in sorted((folder / "report" / "figures").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        for name in lines[0] if lines else ():
            values = [line[name] for line in lines if line[name]]
            if name == "result" or (values and all(map(_is_number, values))):
                read = values if name == "result" else [text(float(v), OF_FIGURES) for v in values]
                rows.append((path.stem, name, str(len(read)), digest(read)))
    return Table(("figure", "column", "values", "sha256"), 2, rows)


def _is_number(cell: str) -> bool:
    try:
        return float(cell) is not None
    except ValueError:
        return False


def _specifications(folder: Path) -> Table:
    """The bands of a multiverse, and of its specifications each column with a hash."""
    rows = []
    for path in sorted((folder / "multiverse").glob("*.parquet")):
        if path.stem not in ("results", "members"):
            for name, values in pq.read_table(path).to_pydict().items():
                read = [text(value, OF_FIGURES) for value in values]
                rows.append((path.stem, name, str(len(read)), digest(read)))
    return Table(("table", "column", "values", "sha256"), 2, rows)


_TABLES = {
    ANALYSIS: {
        "results": _results,
        "members": _members,
        "tables": _tables,
        "rejects": _rejects,
        "sources": _sources,
    },
    REPORT: {"checks": _checks, "claims": _claims, "shown": _shown, "figures": _figures},
    MULTIVERSE: {
        "multiverse_results": partial(_results, of="multiverse"),
        "multiverse_members": partial(_members, of="multiverse"),
        "multiverse_tables": _specifications,
    },
}


def _of_material(material: Any) -> dict[str, Table]:
    from baseline_cautions import Caution, Decision, cautions, decisions

    return {
        "cautions": _table(Caution, 2, cautions(material)),
        "decisions": _table(Decision, 1, decisions(material)),
    }


def _table(kind: type, key: int, items: Iterable[Any]) -> Table:
    columns = tuple(field.name for field in fields(kind))
    return Table(columns, key, [tuple(map(text, astuple(item))) for item in items])
