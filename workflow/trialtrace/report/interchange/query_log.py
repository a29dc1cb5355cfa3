"""The data query log of a trial: a question for each cell or row that needs an answer.

Queries come from what cleaning and the endpoints did not accept or flagged, and from the red lines
of both. A query keeps its id over reruns and corrected exports: it is made of the table, the key of
the row, the column and the rule, not of lines. Answers and states are read back from the workbook.
"""

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from trialtrace.base.document import Table, xlsx_bytes
from trialtrace.base.errors import UserError, one_of
from trialtrace.report.interchange.workbook import read_rows
from trialtrace.run.cleaning.account import CONTRADICTION, FEW_REJECTED, KNOWN, read_account
from trialtrace.run.cleaning.rejects import REJECT, ROW
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.integrity.first_page import BLACK, RED, known_columns, rows_text
from trialtrace.run.integrity.look import judged
from trialtrace.run.integrity.registry import CHECKS
from trialtrace.run.tables.contracts import RAW, REJECTS, read_table
from trialtrace.run.trial.hash_key import EXPECTED, MAKE, read_hash_key
from trialtrace.run.trial.load import Trial, load_settings

OPEN, ANSWERED, CLOSED = STATES = ("open", "answered", "closed")
GONE = "no longer in the data"
DIGITS = 10
# Red lines that say of a column what the queries on its cells say one by one.
OF_CELLS = {FEW_REJECTED, KNOWN, "column_rejected", "required_rejected"}
# The line of page 1 on the checks of rows, whose flags are queries of their own.
OF_CHECKS = {RED, CONTRADICTION, BLACK}
# fmt: off
WIDTHS = {
    "id": 14, "state": 10, "table": 16, "file": 12, "line": 8, "patient": 12, "column": 18,
    "value": 16, "kind": 14, "rule": 20, "question": 60, "answer": 40, "closed because": 24,
}
# fmt: on
OWN_WIDTH = 20
"""Of columns that a person has added; they are kept."""
TEXTS = [name for name in WIDTHS if name not in ("line", "state", "closed because")]
VALUES = ("patient", "value")
"""Columns that a trial has only where values may be shown."""


@dataclass(frozen=True)
class Query:
    """A question on a cell, a row, or a column; `line` is 0 for a column.

    `file` is empty where its table has one file; else its name, or its number among them where
    names are not shown.
    """

    id: str
    table: str
    file: str
    line: int
    patient: str
    column: str
    value: str
    kind: str
    rule: str
    question: str
    state: str = OPEN
    answer: str = ""
    closed: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


def queries_of(trial: Trial) -> list[Query]:
    """The queries of the trial's last run, by table, line and column; those on columns come first.

    Raises UserError where there is no run, or no key by which ids can be made.
    """
    return _Log(trial, trial.at.results / trial.name).queries()


@dataclass
class _Log:
    trial: Trial
    folder: Path

    def queries(self) -> list[Query]:
        made = [*self._lines(), *self._flags(), *self._rejects()]
        times: Counter[str] = Counter()
        numbered = []
        for one in made:
            times[one.id] += 1
            again = f"-{times[one.id]}" if times[one.id] > 1 else ""
            numbered.append(replace(one, id=one.id + again))
        return sorted(numbered, key=lambda q: (q.table, q.file, q.line, q.column, q.rule, q.id))

    @cached_property
    def _key(self) -> bytes:
        """What ids are hashed with; patients could be tried against a plain hash."""
        if self.trial.shows_values:
            return b"trialtrace: queries"
        key = read_hash_key(self.trial.at, load_settings(self.trial.at).hash_key)
        if key is None:
            raise UserError(
                f"{self.trial.at.shown(self.trial.at.config / 'config.yaml')}: hash_key",
                "is not there: queries keep their ids by the patients' numbers, hashed with a key",
                expected=EXPECTED,
                do=f"{MAKE.format('~/trialtrace.key')}; then write hash_key: ~/trialtrace.key",
            )
        return key

    def _id(self, *parts: str) -> str:
        digest = hmac.digest(self._key, "\x1f".join(parts).encode(), "sha256")
        return f"Q-{digest.hex()[:DIGITS]}"

    def _lines(self) -> Iterator[Query]:
        """The red lines on a table or a column."""
        lines = (
            *read_account(self.folder / "clean").warnings,
            *read_losses(self.folder / "derived").warnings,
        )
        for line in lines:
            if line.kind not in OF_CELLS | OF_CHECKS:
                column = line.column or ""
                name = self._id(line.table, column, line.kind)
                yield Query(
                    name, line.table, "", 0, "", column, "", "red line", line.kind, line.text
                )

    def _flags(self) -> Iterator[Query]:
        """The flags of the checks of rows, each with the rows that it is of."""
        known = known_columns(self.trial)
        for one in judged(read_losses(self.folder / "derived").looks):
            look, check = one.look, CHECKS.get(one.look.check)
            if not one.flagged or check is None or look.where in known:
                continue
            table, _, column = look.where.partition(".")
            rows = f"Rows {rows_text(look.rows)} of {look.table}: " if look.rows else ""
            question = f"{rows}{look.told}. {check.ask}"
            rule = f"{check.item} {check.name}"
            name = self._id(table, column, rule)
            yield Query(name, table, "", 0, "", column, "", "flag", rule, question)

    def _rejects(self) -> Iterator[Query]:
        for stage in ("clean", "derived"):
            rejects = read_table(self.folder / stage / "rejects.parquet", REJECTS).to_pylist()
            for row in rejects:
                kind = "contradiction" if stage == "derived" else str(row["severity"])
                asked = "Which row is right?" if row["level"] == ROW else "What is the right value?"
                if row["severity"] != REJECT and stage == "clean":
                    asked = "Is this right?"
                reason = str(row["reason"]).rstrip(".")
                question = f"{reason[:1].upper()}{reason[1:]}. {asked}"
                table, column = str(row["table"]), row["column"] or ""
                place = (str(row["source_file"]), int(row["source_row"]))
                name = self._id(table, *self._row_key(table, place), column, str(row["rule"]))
                shown = (row["subject"] or "", row["value"] or "")
                patient, value = shown if self.trial.shows_values else ("", "")
                file = self._file(table, place[0])
                rule = str(row["rule"])
                yield Query(
                    name, table, file, place[1], patient, column, value, kind, rule, question
                )

    def _row_key(self, table: str, place: tuple[str, int]) -> tuple[str, ...]:
        """The key of a row as its export has it; its place where a cell of the key is empty."""
        key = self._keys(table).get(place, ())
        return key if key and all(key) else tuple(map(str, place))

    def _file(self, table: str, file: str) -> str:
        files = sorted({name for name, _ in self._keys(table)})
        if len(files) < 2:
            return ""
        return file if self.trial.shows_values else str(files.index(file) + 1)

    def _keys(self, table: str) -> Mapping[tuple[str, int], tuple[str, ...]]:
        if table not in self._read:
            spec = self.trial.tables[table]
            raw = read_table(self.folder / "raw" / f"{spec.of}.parquet", RAW)
            names = dict.fromkeys((spec.subject, *spec.key_))
            cells = [[str(cell or "").strip() for cell in _cells(raw, name)] for name in names]
            files, lines = raw["source_file"].to_pylist(), raw["source_row"].to_pylist()
            places = zip(files, lines, strict=True)
            self._read[table] = dict(zip(places, zip(*cells, strict=True), strict=True))
        return self._read[table]

    @cached_property
    def _read(self) -> dict[str, Mapping[tuple[str, int], tuple[str, ...]]]:
        return {}


def _cells(raw: pa.Table, name: str) -> list[object]:
    cells: list[object] = raw[name].to_pylist()
    return cells


def with_former(queries: Iterable[Query], former: Iterable[Query]) -> list[Query]:
    """Queries with the answers and states of those that were there before; gone ones are closed.

    One with an answer is answered. What a person closed stays closed; what was closed since it was
    gone, and is back, is open.
    """
    before = {one.id: one for one in former}
    made = []
    for query in queries:
        old = before.pop(query.id, None)
        if old is None:
            made.append(query)
            continue
        back = old.state == CLOSED and old.closed == GONE
        state = (ANSWERED if old.answer else OPEN) if back else old.state
        state = ANSWERED if state == OPEN and old.answer else state
        closed = "" if back else old.closed
        made.append(replace(query, state=state, answer=old.answer, closed=closed, more=old.more))
    gone = [
        one if one.state == CLOSED else replace(one, state=CLOSED, closed=GONE)
        for one in before.values()
    ]
    return made + sorted(gone, key=lambda one: (one.table, one.file, one.line, one.column, one.id))


def written(queries: Iterable[Query], shows_values: bool) -> bytes:
    """The workbook of queries, with patients and values only where these may be shown."""
    listed = list(queries)
    widths = {name: n for name, n in WIDTHS.items() if shows_values or name not in VALUES}
    own = dict.fromkeys(name for query in listed for name in query.more)
    rows = [
        [*(_cell(query, name) for name in widths), *(query.more.get(name, "") for name in own)]
        for query in listed
    ]
    widths |= dict.fromkeys(own, OWN_WIDTH)
    table = Table(tuple(widths), rows)
    letters = list(widths.values())
    return xlsx_bytes(table, name="queries", letters=letters, choices={"state": STATES})


def _cell(query: Query, name: str) -> str:
    if name == "line":
        return str(query.line) if query.line else ""
    return str(getattr(query, "closed" if name == "closed because" else name))


def read_queries(data: bytes, place: str) -> list[Query]:
    """The queries of a workbook that `written` made and a person may have changed.

    Raises UserError for a workbook of another form, an id that stands twice, or an unknown state.
    """
    made, seen = [], set[str]()
    for number, row in enumerate(read_rows(data, place), start=2):
        lacking = [name for name in WIDTHS if name not in row and name not in VALUES]
        if lacking:
            found = f"no column {one_of(lacking)}"
            do = "write it again: move the file away, and run trialtrace queries"
            raise UserError(place, found=found, expected=f"columns {one_of(WIDTHS, 12)}", do=do)
        state = row["state"].casefold() or OPEN
        if state not in STATES:
            at = f"{place}, row {number}, column state"
            raise UserError(at, found=f'"{row["state"]}"', expected=one_of(STATES))
        if not row["id"] or row["id"] in seen:
            found = f"the id {row['id']} twice" if row["id"] else "no id"
            raise UserError(f"{place}, row {number}", found=found, expected="an id of its own")
        seen.add(row["id"])
        line = int(row["line"]) if row["line"].isdecimal() else 0
        texts = {name: row.get(name, "") for name in TEXTS}
        more = {name: text for name, text in row.items() if name and text and name not in WIDTHS}
        made.append(Query(**texts, line=line, state=state, closed=row["closed because"], more=more))
    return made
