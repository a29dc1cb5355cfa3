"""What cleaning takes away, told by how much it is: a red line, or the end of the run.

Of the values of a column that are there, more than `TOLD` rejected, of all or of those of one arm,
are a red line that tells them by arm, and so is one in a required column; more than `STOPS`, or
all, end the run unless cleaning.yaml accepts it with a reason. Columns that hold nothing are a red
line (see `emptied`). Columns of the key are counted as rows (see `lost_rows`): with them the row
goes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problem, Problems, one_of
from trialtrace.run.cleaning.account import FEW_REJECTED, Decision, RedLine
from trialtrace.run.cleaning.checks import RULE as BRANCHING
from trialtrace.run.cleaning.fits import (
    Wanted,
    are_grouped,
    fits,
    orders,
    seen,
)
from trialtrace.run.cleaning.lines import lines_alone, lines_told
from trialtrace.run.cleaning.rejects import stripped
from trialtrace.run.cleaning.typed import Arms, Typed, spelling_of, told_by_arm
from trialtrace.run.cleaning.undeclared import undeclared
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import raw_tables

# Runs in which columns that reveal the arm hold nothing.
UNSEEN = ("blinded", "open")
TOLD = 0.05
STOPS = 0.20
COLUMNS_TOLD = 12
BROKEN, FEWEST_BROKEN = 0.10, 10
# A code for missing, as a number; what nobody takes for an answer; the share beyond it.
NUMBER, OF_MISSING, AMID = re.compile(r"[0-9]+([.][0-9]+)?"), re.compile(r"99+|88+|77+"), 0.05
RIGHT = "Where that is right, declare it in cleaning.yaml: tables.{}.accept.{}."
# The part of a field that a value breaks, by its rule; its validation by every other.
PARTS = {
    "below_minimum": "minimum and maximum",
    "above_maximum": "minimum and maximum",
    "unknown_code": "choices",
}
AT_MOST = f"at most {100 * STOPS:g} % of them"
BETTER = "dates that no other order fits better"


@dataclass
class Losses:
    """Mistakes that end the run, red lines, what cleaning.yaml decides, and the columns of which
    `few` values are rejected, each in words."""

    problems: Problems = field(default_factory=Problems)
    warnings: list[RedLine] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    few: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ColumnLoss:
    """The rejected values of a column among those that are there, by rule and by arm; `in_an_arm`
    is the largest share of an arm's."""

    lost: int
    there: int
    rules: dict[str, int]
    positions: np.ndarray
    by_arm: str = ""
    in_an_arm: float = 0.0

    @property
    def share(self) -> float:
        return self.lost / self.there if self.there else 0.0

    @property
    def by_rule(self) -> str:
        return ", ".join(f"{rule} {n}" for rule, n in self.rules.items())

    @property
    def told(self) -> str:
        text = f"{self.lost} of {self.there} values ({100 * self.share:.1f} %) rejected: "
        text += self.by_rule
        return f"{text}. {self.by_arm}" if self.by_arm else text


def broken_checks(
    trial: Trial, table: str, checks: Mapping[str, Mapping[str, int]], losses: Losses
) -> None:
    """Add the checks of a table that more than a tenth of what they judge breaks: no slips of the
    pen. `checks` are the counts of each."""
    for name, counts in checks.items():
        judged = counts["looked_at"] - counts["not_judged"]
        if counts["broken"] >= FEWEST_BROKEN and counts["broken"] > BROKEN * judged:
            text = f"Check {name} of table {table} ({trial.cleaning.checks[name].label}) does not "
            text += f"hold in {counts['broken']} of {judged} cases that it judges."
            losses.warnings.append(RedLine("check_broken", table, None, text))


def column_losses(trial: Trial, typed: Typed, arms: Arms, losses: Losses) -> None:
    """Add what the columns of a table lose, by the findings in its log."""
    spec, rows = typed.spec, arms.rows(typed)
    accept = trial.cleaning.tables[spec.name].accept
    unseen = trial.cleaning.tables[spec.name].reveals_arm if trial.at.purpose.hides_arms else ()
    for column in typed.columns:
        if column not in (spec.subject, *spec.key_):
            loss = column_loss(typed, column, rows)
            wanted = Wanted(trial.dictionary[spec.name][column], spelling_of(trial, spec, column))
            reason = accept.get(column)
            bare = is_empty(typed, column)
            red = [*not_shown(typed, loss, column), *amid_values(trial, typed, column)]
            red += undeclared(trial, typed, column)
            if reason:
                lost = bool(loss.lost or bare or red)
                _accepted(spec.name, loss, column, reason, lost, losses)
            _judge(trial, typed, loss, wanted, reason, losses)
            if not reason and column not in unseen:
                losses.warnings += red
                if bare:
                    text = f"Column {column} of table {spec.name} has no value in any of its rows. "
                    text += RIGHT.format(spec.name, column)
                    losses.warnings.append(RedLine("empty_column", spec.name, column, text))


def few_line(losses: Losses) -> list[RedLine]:
    """One line on the single values that columns lose: no warning."""
    few = losses.few
    if not few:
        return []
    # To say that there is one more takes the room of that one.
    told = few if len(few) <= COLUMNS_TOLD + 1 else few[:COLUMNS_TOLD]
    rest = sum(n for n, _ in few) - sum(n for n, _ in told)
    each = [text for _, text in told]
    each += [f"{rest} of {len(few) - len(told)} more columns"] if rest else []
    whole = f"; together {sum(n for n, _ in few)}" if len(few) > 1 else ""
    text = f"Single values rejected, which no result has: {'; '.join(each)}{whole}."
    return [RedLine(FEW_REJECTED, each[0].partition(".")[0], None, text)]


def column_loss(typed: Typed, column: str, arms: Mapping[str, np.ndarray]) -> ColumnLoss:
    """The rejected values of a column, counted by the first rule that each breaks; `arms` are masks
    of rows."""
    gone = np.zeros(typed.raw.num_rows, dtype=bool)
    rules = typed.log.first_rules(column, gone)
    counts = {rule: n for rule, n in sorted(rules.items()) if n}
    positions = np.flatnonzero(gone)
    there = ~np.asarray(typed.columns[column].missing)
    by_arm = told_by_arm(arms, gone, there) if len(positions) else ""
    shares = [(gone & mask).sum() / max(1, (there & mask).sum()) for mask in arms.values()]
    most = float(max(shares, default=0.0))
    return ColumnLoss(len(positions), int(there.sum()), counts, positions, by_arm, most)


def not_shown(typed: Typed, loss: ColumnLoss, column: str) -> list[RedLine]:
    """A red line where more than a tenth of a column's values stand where the dictionary's
    branching logic does not show it: one of the two is wrong."""
    table = typed.spec.name
    found = [
        finding
        for finding in typed.log.findings
        if (finding.rule, finding.column) == (BRANCHING, column)
    ]
    n = sum(len(one.positions) for one in found)
    if n < FEWEST_BROKEN or n <= BROKEN * loss.there:
        return []
    text = f"Table {table}, column {column}: {n} of {loss.there} values are there although "
    text += f"{found[0].reason}: a rule that is not the export's, or rows that slipped?"
    return [RedLine("not_shown", table, column, f"{text} {RIGHT.format(table, column)}")]


def amid_values(trial: Trial, typed: Typed, column: str) -> list[RedLine]:
    """A red line where a code for missing stands amid the numbers of a column that has no choices
    and no limits to tell it from an answer, and is not written in nines, eights or sevens."""
    table, variable = typed.spec.name, trial.dictionary[typed.spec.name][column]
    spelling = spelling_of(trial, typed.spec, column)
    free = variable.kind in ("number", "integer") and not variable.choices
    if not free or (variable.minimum is not None and variable.maximum is not None):
        return []
    values = typed.columns[column].values.drop_null().cast(pa.float64()).to_numpy()
    text = stripped(typed.raw[column], ())
    sign = spelling.sign(variable)
    for code in spelling.missing:
        number = code.replace(sign, ".")
        if not NUMBER.fullmatch(number) or OF_MISSING.fullmatch(number) or not len(values):
            continue
        n = pc.sum(pc.equal(text, code)).as_py() or 0
        low, high = np.quantile(values, [AMID, 1 - AMID])
        if n and low < float(number) < high:
            told = f"Table {table}, column {column}: cleaning.yaml has {code} as missing, in {n} "
            told += f"of {n + len(values)} cells, and most values are on both sides of it: an "
            told += f"answer? {RIGHT.format(table, column)}"
            return [RedLine("missing_amid", table, column, told)]
    return []


def _judge(
    trial: Trial,
    typed: Typed,
    loss: ColumnLoss,
    wanted: Wanted,
    accepted: str | None,
    losses: Losses,
) -> None:
    """Add what the loss of one column means."""
    if not loss.lost:
        return
    text = typed.text(wanted.variable.name)
    better, mixed = orders(wanted, text)[:2] if wanted.variable.kind == "date" else ([], [])
    stops = loss.share > STOPS or bool(better)
    many = max(loss.share, loss.in_an_arm) > TOLD
    told = stops or many or wanted.variable.required or bool(mixed)
    hints = better or (fits(wanted, text, loss.positions) if told else [])
    if stops and not accepted:
        expected = BETTER if better else AT_MOST
        losses.problems.found.append(_problem(trial, typed, loss, wanted, hints, expected))
    elif told:
        hints = [*better, f"accepted: {accepted}"] if accepted else hints
        losses.warnings.append(_red_line(typed.spec.name, loss, wanted, hints))
    elif not accepted:
        at = "; ".join([loss.by_rule, lines_alone(typed, loss.positions)])
        where = f"{typed.spec.name}.{wanted.variable.name}"
        losses.few.append((loss.lost, f"{where}: {loss.lost} of {loss.there} ({at})"))


def _accepted(
    table: str, loss: ColumnLoss, column: str, reason: str, lost: bool, losses: Losses
) -> None:
    """A column that may lose values: a decision, and a red line where it has `lost` none."""
    losses.decisions.append(Decision(table, column, "accept", loss.lost, reason))
    if not lost:
        text = f"Table {table}, column {column}: cleaning.yaml accepts a loss (“{reason}”), and "
        text += "nothing is rejected: the line can go."
        losses.warnings.append(RedLine("stale_accept", table, column, text))


def is_empty(typed: Typed, column: str) -> bool:
    """Whether a column has no value in any accepted row; those by which rows are selected hold what
    is asked for, and that of the reason why others are left out nothing."""
    missing = typed.columns[column].missing[typed.kept]
    asked = (typed.spec.arm, typed.spec.reason, *columns_of(typed.spec.where or {}))
    return column not in asked and bool(len(missing) and missing.all())


def _problem(
    trial: Trial,
    typed: Typed,
    loss: ColumnLoss,
    wanted: Wanted,
    hints: list[str],
    expected: str,
) -> Problem:
    table, column = typed.spec.name, wanted.variable.name
    rules = [
        finding
        for finding in typed.log.findings
        if finding.column == column and finding.rule in loss.rules
    ]
    reasons = "; ".join(dict.fromkeys(rule.reason for rule in rules))
    values = seen(wanted, typed.text(column), loss.positions, trial.shows_values)
    ways = [f"mend {_place_to_mend(trial, typed, loss, wanted)}, or the export"]
    if values and wanted.variable.choices:
        ways = ["write these values as choices of a radio field in dictionary.csv", *ways]
    ways.append(f"or accept it with its reason in cleaning.yaml: tables.{table}.accept.{column}")
    return Problem(
        f"{trial.name}: table {table}, column {column}",
        f"values are rejected that every result would be without: {reasons}",
        found="; ".join([loss.told, *values, *hints, lines_told(typed, loss.positions)]),
        expected=expected,
        do="; ".join(ways),
    )


def _place_to_mend(trial: Trial, typed: Typed, loss: ColumnLoss, wanted: Wanted) -> str:
    """Where the configuration says what the rejected values break."""
    variable = wanted.variable
    if "decimal_sign" in loss.rules and variable.decimal == ".":
        other = "." if wanted.decimal == "," else ","
        items = raw_tables(trial.source)[typed.spec.of]
        cells = typed.text(variable.name).take(pa.array(loss.positions)).drop_null().to_pylist()
        marked = are_grouped([cell for cell in cells if other in cell], other)
        key = "thousands" if marked else "decimal"
        return f'trial.yaml: source.items.{one_of(items)}.{key}: "{other}"'
    part = next((part for rule, part in PARTS.items() if rule in loss.rules), "validation")
    written = f", date_{wanted.order}" if variable.kind == "date" and part == "validation" else ""
    return f"the field in dictionary.csv, row {variable.row}: its {part}{written}"


def _red_line(table: str, loss: ColumnLoss, wanted: Wanted, hints: list[str]) -> RedLine:
    variable = wanted.variable
    few = variable.required and max(loss.share, loss.in_an_arm) <= TOLD
    required = " (required)" if variable.required else ""
    told = sentences(f"Table {table}, column {variable.name}{required}: {loss.told}", hints)
    kind = "required_rejected" if few else "column_rejected"
    return RedLine(kind, table, variable.name, told)


def sentences(text: str, more: list[str]) -> str:
    """A statement and what belongs to it, as whole sentences."""
    return " ".join(f"{one[:1].upper()}{one[1:].rstrip('.')}." for one in (text, *more))


def slipped_rows(typed: Typed, losses: Losses) -> None:
    """Add a red line on the rows with two rejected cells side by side, one of which fits the
    column of the other. What is not rejected in such a row, an arm or a yes and no, may be that of
    another column, so that a count of rejected cells says too little."""
    names = [name for name in typed.raw.column_names if name in typed.columns]
    gone = {name: np.zeros(typed.raw.num_rows, dtype=bool) for name in names}
    for name, mask in gone.items():
        typed.log.first_rules(name, mask)
    slipped = np.zeros(typed.raw.num_rows, dtype=bool)
    for left, right in pairwise(names):
        rows = np.flatnonzero(gone[left] & gone[right])
        if len(rows):
            there = ~(gone[left] | gone[right])
            cells = {name: typed.text(name) for name in (left, right)}
            for name, other in ((left, right), (right, left)):
                known = cells[other].filter(pa.array(there)).drop_null()
                slipped[rows] |= _among(cells[name].take(pa.array(rows)), known)
    where = np.flatnonzero(slipped)
    if not len(where):
        return
    rows_have = "row has" if len(where) == 1 else "rows have"
    text = (
        f"Table {typed.spec.name}: {len(where)} {rows_have} rejected cells side by side that fit "
    )
    text += f"the column beside theirs ({lines_alone(typed, where)}): slipped by a column? Then "
    text += "what is kept of these rows, the arm too, may be of another column."
    losses.warnings.append(RedLine("slipped_rows", typed.spec.name, None, text))


def _among(cells: pa.Array, known: pa.Array) -> np.ndarray:
    """Which cells are among those that are known, or numbers between the least and the greatest."""
    among = np.asarray(pc.is_in(cells, value_set=known))
    numbers = [n for cell in known.to_pylist() if (n := _number(cell)) is not None]
    if not numbers or len(numbers) < len(known):
        return among
    low, high = min(numbers), max(numbers)
    inside = [(n := _number(cell)) is not None and low <= n <= high for cell in cells.to_pylist()]
    return among | np.array(inside, dtype=bool)


def _number(cell: str | None) -> float | None:
    try:
        return float((cell or "").replace(",", "."))
    except ValueError:
        return None
