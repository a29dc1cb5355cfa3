"""Who is in the export by the table of subjects, and what became of each."""

from collections import Counter
from dataclasses import dataclass
from math import exp, lgamma
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.references import DATED
from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.account import Decision, RedLine
from trialtrace.run.cleaning.keys import PLACE, Roster, subject_text
from trialtrace.run.cleaning.losses import Losses
from trialtrace.run.cleaning.rejects import ROW, RejectLog, as_mask, stripped
from trialtrace.run.cleaning.typed import Typed, clean_cells
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.file import TableSpec

BETWEEN = "\x1f"


@dataclass(frozen=True)
class Lost:
    """Subjects without an accepted row, by the rule that took their first row; those rows."""

    rule: str
    rows: np.ndarray

    @property
    def n(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class People:
    """The subjects of the export: how many, who is accepted, who is not, and by which rules; of
    `unselected` subjects `where` of the table selects no row."""

    in_export: int
    roster: Roster
    lost: tuple[Lost, ...]
    unselected: int = 0


def nobody() -> People:
    """Of an export whose table of subjects cannot be read."""
    none = pa.array([], type=pa.string())
    return People(0, Roster(none, none), ())


def people_of(trial: Trial, typed: Typed) -> People:
    """The subjects of the table of subjects, by its cleaning."""
    rules = trial.cleaning.tables[typed.spec.name]
    who = _who(typed, rules.absent.get(typed.spec.subject, ()))
    accepted = pc.unique(typed.accepted.subject)
    there = pc.and_(pc.is_valid(who), pc.invert(pc.is_in(who, value_set=accepted)))
    rows = np.flatnonzero(as_mask(there))
    gone = who.take(pa.array(rows))
    first = np.unique(gone.dictionary_encode().indices.to_numpy(), return_index=True)[1]
    left_out = pc.unique(pc.drop_null(typed.subject.take(pa.array(rows))))
    lost = _by_rule(typed.log, rows[first])
    n = len(accepted) + sum(one.n for one in lost)
    dates = _dates(trial, typed, accepted)
    if not typed.selected.unused.num_rows:
        return People(n, Roster(accepted, left_out, dates), lost)
    others = _subjects(trial, typed.spec, typed.selected.unused)
    others = others.filter(pc.invert(pc.is_in(others, value_set=pc.drop_null(who))))
    roster = Roster(accepted, pa.concat_arrays([left_out, others]), dates)
    return People(n + len(others), roster, lost, len(others))


def _dates(trial: Trial, typed: Typed, accepted: pa.Array) -> dict[str, pa.Array]:
    """The dates of each column that holds some, in the first row of each accepted subject."""
    first = pc.index_in(accepted, value_set=typed.accepted.subject)
    variables = trial.dictionary[typed.spec.name].items()
    named = [name for name, variable in variables if variable.kind in DATED]
    return {name: typed.accepted.table[name].combine_chunks().take(first) for name in named}


def _subjects(trial: Trial, spec: TableSpec, raw: pa.Table) -> pa.Array:
    """The usable subjects of rows of a raw table, each once."""
    if spec.subject not in PLACE:
        values = clean_cells(trial, spec, raw, spec.subject).values
        raw = pa.table({spec.subject: values})
    return pc.unique(pc.drop_null(subject_text(raw, spec)))


def _by_rule(log: RejectLog, rows: np.ndarray) -> tuple[Lost, ...]:
    values: dict[str, list[np.ndarray]] = {}
    for finding in log.findings:
        if finding.level == ROW and len(at := np.intersect1d(finding.positions, rows)):
            values.setdefault(finding.rule, []).append(at)
    return tuple(Lost(rule, np.sort(np.concatenate(values[rule]))) for rule in sorted(values))


def _who(typed: Typed, missing: tuple[str, ...]) -> pa.Array:
    """Whose each row is: an unusable subject by its text, a row without one by its place.

    Null for rows that are blank in every column: they are of nobody.
    """
    subject = typed.subject
    if not subject.null_count:
        return subject
    at = np.flatnonzero(as_mask(pc.is_null(subject)))
    text = stripped(typed.raw[typed.spec.subject].take(pa.array(at)), missing)
    place = pc.binary_join_element_wise("row", pa.array(at).cast(pa.string()), BETWEEN)
    place = pc.if_else(pa.array(blank_rows(typed.raw, at)), pa.scalar(None, pa.string()), place)
    spelt = pc.binary_join_element_wise("spelt", text, BETWEEN)
    return pc.replace_with_mask(subject, pc.is_null(subject), pc.coalesce(spelt, place))


def blank_rows(raw: pa.Table, at: np.ndarray) -> np.ndarray:
    """Which of these rows hold nothing in any column."""
    rows = raw.take(pa.array(at))
    blank = np.ones(len(at), dtype=bool)
    for name in rows.column_names:
        if name not in PLACE:
            blank &= as_mask(pc.is_null(stripped(rows[name], ())))
    return blank


def check_subjects(trial: Trial, typed: Typed) -> None:
    """Without a subject nothing can be derived: told with what took the rows away."""
    if len(typed.kept):
        return
    rules: Counter[str] = Counter()
    for finding in typed.log.findings:
        rules[finding.rule] += len(finding.positions) if finding.level == ROW else 0
    raise UserError(
        f"{trial.name}: table {typed.spec.name}",
        "no row is accepted, so there is no subject",
        found=", ".join(f"{rule} in {rows} row(s)" for rule, rows in rules.items() if rows),
        expected="rows with a subject of their own",
        do=f"look at the column {typed.spec.subject} and at the key in trial.yaml",
    )


# Tables that do not belong together: how many of the subjects each table has rows of.
#
# A table that has rows of no subject is a red line unless `empty` declares it. One that has rows of
# far fewer subjects than the other tables (below `FEW` times their median) is a red line unless
# `covers` declares it. So is one that has none of the last subjects, where chance does that less
# often than `UNLIKELY`: it is then of an older data cut; `covers: earlier` declares that.

FEW = 0.75
UNLIKELY = 1e-6
EMPTY = "empty"


@dataclass(frozen=True)
class Covered:
    """The subjects of a table among all, and how many of the last of them all have no row."""

    table: str
    rows: int
    n: int
    of: int
    last_absent: int
    declared: str | None

    @property
    def share(self) -> float:
        return self.n / self.of

    @property
    def chance(self) -> float:
        """How often that many of the last subjects have no row where those with rows are drawn at
        random: C(of - last_absent, n) / C(of, n)."""
        rest = self.of - self.last_absent
        return exp(_log_choose(rest, self.n) - _log_choose(self.of, self.n))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def covered(
    table: str, rows: int, subjects: pa.Array, every: pa.Array, declared: str | None
) -> Covered:
    """The coverage of a table; `every` are the subjects in the order of the table of subjects."""
    at = pc.index_in(subjects, value_set=every)
    last = pc.max(at).as_py()
    absent = len(every) - 1 - (-1 if last is None else last)
    return Covered(table, rows, len(subjects), len(every), absent, declared)


def coverage_losses(tables: list[Covered], losses: Losses) -> None:
    """Add red lines and decisions for all tables but the table of subjects."""
    for table in tables:
        if table.declared:
            what = EMPTY if table.declared == EMPTY else f"covers: {table.declared}"
            losses.decisions.append(Decision(table.table, None, what, table.of - table.n))
        others = [t.share for t in tables if t is not table and not t.declared]
        told = _oddity(table, median([1.0, *others]))
        if told:
            losses.warnings.append(
                RedLine("coverage", table.table, None, f"Table {table.table} {told}.")
            )


def _oddity(covered: Covered, usual: float) -> str | None:
    """What is strange about a table's coverage, or None."""
    if covered.declared == EMPTY:
        return f"is declared empty and has {covered.rows} rows" if covered.rows else None
    if not covered.rows:
        return "has no row; where that is so, declare it in cleaning.yaml (empty: true)"
    if not covered.n:
        return f"has {covered.rows} rows, and none of them is used"
    there = f"has rows of {covered.n} of {covered.of} subjects"
    if covered.declared != "earlier" and covered.chance < UNLIKELY:
        return (
            f"{there} and of none of the last {covered.last_absent}: it looks like an older data "
            "cut; where that is right, declare it in cleaning.yaml (covers: earlier)"
        )
    if covered.declared is None and covered.share < FEW * usual:
        return (
            f"{there}, where the other tables have {100 * usual:.0f} % of them on the median; "
            "where that is right, declare it in cleaning.yaml (covers: some)"
        )
    return None
