"""Tables in which a column tells what a row is about: PARAMCD of ADaM, the type of an event.

Of such a table an endpoint is a column in the rows of one parameter: a patient has one of them, or
one a visit.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialtrace.run.drafting.column_types import MOST_TESTS
from trialtrace.run.drafting.keys import telling_apart
from trialtrace.run.drafting.likely_outcome import NAMED, candidates
from trialtrace.run.drafting.names import FINDINGS, PARAMETERS, name_words, rank, vocabulary
from trialtrace.run.drafting.outcomes import (
    STATUSES,
    TIME,
    TIMES,
    Outcome,
    is_number,
    label_of,
    levels,
    usable,
)
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts, plain

NAMES = PARAMETERS + vocabulary("""
    entry field attribute domain concept
    scale subscale questionnaire instrument etype eventtype endpoint endpt outcometype eventcode""")
LAST_WORDS = {"paramcd", "etype", "endpoint", "testcd"}
TEST = re.compile(f"{FINDINGS}testcd")
# No unit says nothing.
TIME_UNIT = re.compile(
    "((sec|min|minute|hr|hour|day|wk|week|mo|mth|month|yr|year)s?)?", re.IGNORECASE
)
ANALYSED = "anl01fl"
DERIVED = {"chg": "change from baseline", "pchg": "change from baseline (%)", "base": "baseline"}
# What is likely the primary one, the likeliest first.
PRIMARY = (
    r"primary",
    r"\bos\b|overall survival|death|died|dead|mortality",
    r"\b[pdre]fs\b|progression|recurrence|relapse|disease.free|event.free",
    r"surviv|time to|\btt",
    r"total|sum|score|change",
)


@dataclass(frozen=True)
class Parameters:
    """What the rows of a table are about: by `column`, a code to its label, the likeliest first.

    `view` is the table as the rows of one code have it; `visit` tells them apart within a patient,
    where a patient has several, and `visits` are its codes by that of the parameter. `where` are
    further conditions on the rows, `units` those of the values by code, where the table says them.
    """

    column: str
    labels: Mapping[str, str]
    view: Table
    visit: str
    visits: Mapping[str, tuple[str, ...]]
    where: tuple[tuple[str, str], ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    def labels_of(self, kind: str, column: str) -> dict[str, str]:
        """The labels of the parameters that can be of a kind, by a column that has a value of them:
        no count is a time, and no colour is among numbers."""
        no = {code for code, unit in self.units.items() if not TIME_UNIT.fullmatch(unit)}
        no = no if kind == TIME else set()
        filled = {code for code, cell in cells_of(self.view, [self.column, column]) if cell}
        return {c: label for c, label in self.labels.items() if c in filled - no}

    def rows_of(self, code: str) -> tuple[tuple[str, str], ...]:
        """The condition on the rows of a parameter: columns with their codes."""
        return ((self.column, code), *self.where)

    def of(self, outcome: Outcome, code: str) -> Outcome:
        """The endpoint of one parameter; what stands beside its value says what it is, and has the
        visits at which it is filled: a change has none at the baseline."""
        there = self.visits.get(code, ()) if outcome.visit else ()
        label = self.labels[code]
        if self.beside_value(outcome.column):
            said = self.view.column(outcome.column).label
            label += f", {DERIVED.get(plain(outcome.column), said)}"
            names = [self.column, self.visit or self.column, outcome.column]
            filled = {at for one, at, cell in cells_of(self.view, names) if cell and one == code}
            there = tuple(at for at in there if at in filled)
        return replace(outcome, where=self.rows_of(code), label=label, visits=there)

    def beside_value(self, name: str) -> bool:
        """Whether a column of ADaM is not AVAL but made from it, or tells more of it: CHG,
        EVNTDESC."""
        values = [one.name for one in self.view.columns if plain(one.name) == "aval"]
        return bool(values) and name not in values


def parameters_of(table: Table, subject: str, visit: str) -> Parameters | None:
    """The parameters of a table; None where a patient has one row, or one a visit, without them,
    or where they do not tell a patient's rows apart."""
    if (subject,) in table.keys or visit or table.rows > MOST_ROWS:
        return None
    visits = [*map(table.column, table.visit)]
    visits += [one for one in telling_apart(table) if one not in visits]
    for column in _candidates(table, subject):
        for where in _conditions(table):
            for at in ("", *(one.name for one in visits if levels(one) and one is not column)):
                made = _read(table, subject, column, at, where)
                if made is not None:
                    return made
    return None


def _candidates(table: Table, subject: str) -> list[Column]:
    def place(column: Column) -> int | None:
        named = rank(column.name, NAMES)
        last = {*parts(column.name)[-1:]} & LAST_WORDS or TEST.fullmatch(plain(column.name))
        return len(NAMES) if named is None and last else named

    candidates = [
        (at, one)
        for one in table.columns
        if one.name != subject
        and one.constant_within is False
        and 2 <= len(levels(one)) <= MOST_TESTS
        and (at := place(one)) is not None
    ]
    return [candidate for _, candidate in sorted(candidates, key=lambda candidate: candidate[0])]


def _conditions(table: Table) -> Iterator[tuple[tuple[str, str], ...]]:
    """None at first; then the records of ADaM that are analysed."""
    yield ()
    for column in table.columns:
        if plain(column.name) == ANALYSED and "Y" in dict(column.values):
            yield ((column.name, "Y"),)


def _read(
    table: Table, subject: str, column: Column, visit: str, where: tuple[tuple[str, str], ...]
) -> Parameters | None:
    """The parameters by that column, where a patient has each once (at each visit)."""
    by_name = {plain(one.name): one.name for one in table.columns}
    # PARAMCD has its words in PARAM.
    worded = by_name.get(plain(column.name).removesuffix("cd"), column.name)
    unit = by_name.get("avalu", subject)
    names = [subject, column.name, worded, visit or subject, unit, *(name for name, _ in where)]
    seen: set[tuple[str, str, str]] = set()
    labels: dict[str, str] = {}
    visits: dict[str, dict[str, None]] = {}
    units: dict[str, str] = {}
    for who, code, word, at, measured, *cells in cells_of(table, names):
        if not code or any(cell != told for cell, (_, told) in zip(cells, where, strict=True)):
            continue
        if visit and not at:
            continue
        if (who, code, at) in seen:
            return None
        seen.add((who, code, at))
        labels.setdefault(code, word if worded != column.name else label_of(column, code))
        visits.setdefault(code, {})[at] = None
        if unit != subject:
            units[code] = units.get(code) or measured
    if len(labels) < 2 or (visit and all(len(there) == 1 for there in visits.values())):
        return None
    view = replace(
        table,
        columns=tuple(
            replace(one, constant_within=None)
            if not visit and (one.constant_within is False or _of_record(one.name))
            else one
            for one in table.columns
        ),
    )
    ranked = dict(sorted(labels.items(), key=lambda label: _likely(*label)))
    there = {code: tuple(found) for code, found in visits.items()} if visit else {}
    return Parameters(column.name, ranked, view, visit, there, where, units)


def _of_record(name: str) -> bool:
    """Whether a column is of a record, also where all records of each patient have the same: deaths
    that are also the events of another parameter."""
    return bool(name_words(name) & (TIMES | STATUSES))


def _likely(code: str, label: str) -> int:
    text = f"{code} {label}".lower()
    return next((n for n, words in enumerate(PRIMARY) if re.search(words, text)), len(PRIMARY))


# Outcomes that a table of visits holds once a patient: a death in the rows of the last visit, or
# in every row of the patient.

BEGINNING = re.compile(r".*(baseline|screen|enrol|random|pre[-_ ]|entry).*|bl|0", re.IGNORECASE)


@dataclass(frozen=True)
class Once:
    """Columns of which a patient has one value, each as one row of a patient has it, and the column
    and the code that choose that row. Those in `every` row have it in the others too."""

    table: Table
    columns: Mapping[str, tuple[Column, tuple[str, str]]]
    every: frozenset[str] = frozenset()

    def outcomes(self) -> Iterator[Outcome]:
        """What may be endpoints among them, by their rows; of what stands in every row, as what
        patients are does too, only what speaks of an outcome."""
        for where in dict.fromkeys(where for _, where in self.columns.values()):
            there = tuple(one for one, at in self.columns.values() if at == where)
            for outcome in candidates(replace(self.table, columns=there), (), ""):
                if outcome.score >= NAMED or outcome.column not in self.every:
                    yield self.placed(outcome)

    def placed(self, outcome: Outcome) -> Outcome:
        """The endpoint in the rows of its visit."""
        at = self.columns.get(outcome.column)
        return replace(outcome, where=(at[1],)) if at else outcome


def once_in(table: Table, subject: str, visit: str, taken: set[str], arm: str) -> Once:
    """The columns of a table of visits of which a patient has one value: in every row, or at one
    visit alone, but for those filled where the arm is, or at a visit that is called baseline."""
    same = [
        column
        for column in table.columns
        if column.constant_within
        and not column.blank
        and column.name not in taken
        and usable(column)
    ]
    row = _row_of_patients(table, subject, visit) if same else None
    every = {column.name: (replace(column, constant_within=None), row) for column in same if row}
    return Once(table, {**every, **_at_one_visit(table, visit, taken, arm)}, frozenset(every))


def _row_of_patients(table: Table, subject: str, visit: str) -> tuple[str, str] | None:
    """A column and its code that every patient has in one row: a first visit, a start of 0."""
    varying = [column for column in table.columns if column.constant_within is False]
    codes = {
        one.name: list(levels(one)) if one.name == visit else [code for code, _ in one.values[:1]]
        for one in sorted(varying, key=lambda column: column.name != visit)
        if one.name == visit or is_number(one)
    }
    if subject == SOURCE_ROW or not codes or table.rows > MOST_ROWS:
        return None
    rows = Counter(
        (name, cell, who)
        for who, *cells in cells_of(table, [subject, *codes])
        for name, cell in zip(codes, cells, strict=True)
        if cell in codes[name]
    )
    times: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (name, cell, _), n in rows.items():
        times[name, cell].append(n)
    patients = table.column(subject).distinct
    return next(
        (
            (name, code)
            for name, each in codes.items()
            for code in each
            if len(times[name, code]) == patients == sum(times[name, code])
        ),
        None,
    )


def _at_one_visit(
    table: Table, visit: str, taken: set[str], arm: str
) -> dict[str, tuple[Column, tuple[str, str]]]:
    names = [
        one.name
        for one in table.columns
        if one.constant_within and one.blank and one.name not in taken and usable(one)
    ]
    if not names or not visit or table.rows > MOST_ROWS:
        return {}
    told = [one.name for one in table.columns if one.name == arm]
    absent = {one.name: {"", *one.missing_codes} for one in table.columns}
    filled, rows = _filled(table, visit, [*names, *told], absent)
    known = {at for name in told for at in filled[name] if len(filled[name]) == 1}
    made = {}
    for name in names:
        if len(filled[name]) == 1:
            ((code, count),) = filled[name].items()
            if code not in known and not BEGINNING.fullmatch(code):
                column = replace(
                    table.column(name),
                    constant_within=None,
                    rows=rows[code],
                    blank=rows[code] - count,
                )
                made[name] = (column, (visit, code))
    return made


def visit_alone(table: Table, visit: str) -> dict[str, str]:
    """The columns of which a patient has one value, where all of them stand at one visit: its
    code."""
    names = [
        column.name
        for column in table.columns
        if column.constant_within and (column.blank or column.missing_codes)
    ]
    if not names or not visit or table.rows > MOST_ROWS:
        return {}
    absent = {column.name: {"", *column.missing_codes} for column in table.columns}
    filled, _ = _filled(table, visit, names, absent)
    return {name: next(iter(at)) for name, at in filled.items() if len(at) == 1}


def later_alone(table: Table, visit: str, arm: str) -> dict[str, str]:
    """Those of them that stand at a visit which is neither called baseline nor that of the arm."""
    alone = visit_alone(table, visit)
    return {
        name: code
        for name, code in alone.items()
        if code != alone.get(arm) and not BEGINNING.fullmatch(code)
    }


def _filled(
    table: Table, visit: str, names: Sequence[str], absent: Mapping[str, set[str]]
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """How many values each column has at each visit that has any, and the rows of each visit."""
    filled: dict[str, dict[str, int]] = {name: {} for name in names}
    rows: dict[str, int] = {}
    for at, *cells in cells_of(table, [visit, *names]):
        rows[at] = rows.get(at, 0) + 1
        for name, cell in zip(names, cells, strict=True):
            if cell not in absent[name]:
                filled[name][at] = filled[name].get(at, 0) + 1
    return filled, rows
