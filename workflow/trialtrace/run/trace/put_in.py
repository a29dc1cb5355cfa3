"""Which printed numbers a synthetic cohort was drawn to, and which results rest on them.

A margin fixes raw columns: those written of its quantity, and of what is made of it. A result rests
on the raw columns that the edges of its endpoint lead to. Where these meet, the result was put in.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.synthetic import TRUTH
from trialtrace.base.words import LABELS
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.called import ANY
from trialtrace.run.tables.conditions import columns_of, lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.constants import Constants
from trialtrace.run.trial.endpoints.occurrence import OfOccurrences
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    from trialtrace.run.trace.raw_rows import RawRows

Margin = dict[str, Any]
# Clean table and column.
Columns = frozenset[tuple[str, str]]
# The tags of what a paper set: printed itself, or a count that prints so.
SET_BY_PRINT = ("printed", "arithmetic")
DATASETS = ("bds", "adtte", "occds")
GROUPS = ("group1_level", "comparison", "reference")
WHERE = ("population", "visit")
PLACE = ("analysis_id", "parameter", *WHERE)
MOST_TOLD = 6
DRAWN_TO = "simulated to match published numbers:"
MADE_OF = "made of columns that were simulated to match published numbers:"
TO_NOTHING = "simulated to match no published number"
# The statistics of a margin that go by other names than those of a plan.
STATISTICS = {"min": "minimum", "max": "maximum"}
PLAIN = ("share", "total")
TOTAL = "total"
COUNT_OF = "count of "
# What counts patients or is their share, and what counts events, of which a patient may have many.
COUNTS, SHARES, EVENTS = {"count", "events", "patients"}, {"proportion", "any_event"}, "occurrences"
SEXES = {"F": "female", "M": "male", "U": "unknown"}
# Before the quantity that a share is among; the population of its check may name it.
AMONG = "share among "


@dataclass(frozen=True)
class Rests:
    """The margins that are a result's own numbers, and those whose columns it is made of."""

    own: tuple[Margin, ...] = ()
    columns: tuple[Margin, ...] = ()


def margin_name(trial: Trial, margin: Margin) -> str:
    """What a reader calls what a margin is of: its endpoint, its variable with the level, or the
    label of its quantity."""
    check, quantity = margin["check"] or {}, trial.cohort.quantities.get(margin["quantity"])
    name = (quantity and quantity.label) or str(margin["quantity"]).replace("_", " ")
    if check.get("endpoint") in trial.endpoints:
        name = trial.endpoints[check["endpoint"]].label
    elif "variable" in check:
        name = variable_label(trial, check["variable"])
    return f"{name}, {lower_first(check['value'])}" if "value" in check else name


def statistic_words(trial: Trial, margin: Margin) -> str:
    """The statistic of a margin in words, such as "mean" and "count of Lung cancer"; empty of a
    share or a number itself."""
    what = str(margin["what"])
    among = what.removeprefix(AMONG)
    if among != what:
        told = (margin["check"] or {}).get("population") in trial.populations
        quantity = trial.cohort.quantities.get(among)
        label = (quantity and quantity.label) or among.replace("_", " ")
        return "" if told else f"{AMONG}{lower_first(label)}"
    return "" if what in PLAIN else LABELS.get(STATISTICS.get(what, what), what)


def as_published(printed: str | None, value: float) -> str:
    """A number with as many decimals as a printed one, rounded half up."""
    if printed is None:
        return f"{value:.6g}"
    digits = len(printed.partition(".")[2])
    exact = Decimal(f"{value:.12g}")
    return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def _is_number_of(margin: Margin, row: ResultRow) -> bool:
    """Whether a result has the arm, the level, the statistic and the value of a margin of its
    endpoint or variable."""
    value, what, stat = row["stat_value"], str(margin["what"]), row["stat_name"]
    arm = row["group1_level"]
    if value is None or (None if arm == ALL else arm) != margin["arm"]:
        return False
    level, wanted = row["group2_level"] or ANY, _level_of(margin)
    if wanted not in (None if level == ANY else level, SEXES.get(level, level)):
        return False
    if margin["count"] is None:
        named = STATISTICS.get(what, what) == stat
        return named and as_published(margin["printed"], value) == margin["printed"]
    if what == TOTAL and margin["count"]:
        return stat == EVENTS and value == margin["count"]
    if margin["of"] is not None and row["denominator"] not in (None, margin["of"]):
        return False
    if stat in SHARES:
        return isclose(value, margin["count"] / (margin["of"] or 1), rel_tol=1e-9)
    return stat in {*COUNTS, EVENTS} and value == margin["count"]


def _level_of(margin: Margin) -> str | None:
    """The level of a variable that a margin is of; None of those with an event."""
    check, what = margin["check"] or {}, str(margin["what"])
    if what.startswith(COUNT_OF):
        return check.get("value") or what.removeprefix(COUNT_OF)
    value: str | None = check.get("value")
    return None if value == "Y" else value


class PutIn:
    """The margins of a trial's cohort that a paper set; none of data that are not drawn here."""

    def __init__(
        self, trial: Trial, results: Path, frames: Frames, raw: "RawRows", constants: Constants
    ):
        self._trial, self._results, self._frames, self._raw = trial, Path(results), frames, raw
        self._constants = constants
        self._columns: dict[str, Columns] = {}
        self._behind: dict[tuple[object, ...], Rests] = {}

    @cached_property
    def margins(self) -> list[Margin]:
        """As the truth manifest has them; a simulated cohort is held to none."""
        if not self._trial.tells_cohort:
            return []
        truth = json.loads((self._results / "raw" / TRUTH).read_text(encoding="utf-8"))
        rows: list[Margin] = truth["parameters"] if truth["mode"] == "display" else []
        return [
            row for row in rows if row["margin"] and row["printed"] and row["tag"] in SET_BY_PRINT
        ]

    def behind(self, row: ResultRow) -> Rests:
        """The margins that a result rests on; of its own those of its groups, its population and
        its visit."""
        key = values_of(row, (*PLACE, *GROUPS))
        if key not in self._behind:
            self._behind[key] = self._rests(row)
        return self._behind[key]

    def is_set(self, row: ResultRow) -> bool:
        """Whether a result is itself a number that a paper has and the cohort was drawn to: of its
        arm, level and statistic, and equal to it. What follows from such a number is not."""
        if not self.margins or row["stratum"] or row["comparison"]:
            return False
        return any(_is_number_of(margin, row) for margin in self.behind(row).own)

    def lines(self, row: ResultRow) -> list[str]:
        """What a trace says of it; nothing of data that were not drawn here."""
        if not self._trial.tells_cohort or row["analysis_id"] == PLANNING:
            return []
        found = self.behind(row)
        if found.own:
            return [f"{DRAWN_TO} {self.margins_text(found.own)}"]
        if found.columns:
            return [f"{MADE_OF} {self.margins_text(found.columns, MOST_TOLD)}"]
        return [TO_NOTHING]

    def margins_text(self, margins: Iterable[Margin], most: int | None = None) -> str:
        """ "CIPN: Drug 12 of 40 (printed 30.0%), Placebo 24 of 34 (…); Age: mean 49"; all, or the
        first `most` of each."""
        by: dict[str, list[tuple[str, str]]] = {}
        for margin in margins:
            by.setdefault(self._name(margin), []).append(self._number(margin))
        parts = []
        for name, numbers in by.items():
            # What the numbers of one place are printed as is told once.
            once = len({printed for _, printed in numbers}) == 1
            told = [text if once else text + printed for text, printed in numbers[:most]]
            rest = len(numbers) - (most or len(numbers))
            told += [f"{rest} more number{'s' * (rest > 1)}"] if rest > 0 else []
            parts.append(f"{name}: {', '.join(told)}{numbers[0][1] if once else ''}")
        rest = len(parts) - (most or len(parts))
        more = f"and {rest} more variable{'s' * (rest > 1)}"
        return "; ".join([*parts[:most], *([more] if rest > 0 else [])])

    def _name(self, margin: Margin) -> str:
        name = margin_name(self._trial, margin)
        population = self._trial.populations.get((margin["check"] or {}).get("population", ""))
        return f"{name} ({population.label.removesuffix(CHOSEN)})" if population else name

    def _number(self, margin: Margin) -> tuple[str, str]:
        """What was drawn, and behind it what is printed where that is another number."""
        arms, arm = self._trial.design.arms, margin["arm"]
        group = f"{arms[arm].label} " if arm in arms else ""
        stat = statistic_words(self._trial, margin)
        group += f"{stat} " if stat else ""
        if margin["count"] is not None and margin["of"] is not None:
            return f"{group}{margin['count']} of {margin['of']}", f" (printed {margin['printed']})"
        return f"{group}{margin['printed']}", ""

    # What a result and a margin rest on

    def _rests(self, row: ResultRow) -> Rests:
        names = list(self._names(row))
        rests = tuple(margin for margin in self.margins if self._is_of(margin, names, row))
        if rests:
            return Rests(rests)
        used = frozenset[tuple[str, str]]().union(*map(self._of_name, names))
        behind = {*self._constants.endpoints(names)}
        made = [
            margin
            for margin in self.margins
            if used & self._fixed[margin["quantity"]]
            or (margin["check"] or {}).get("endpoint") in behind
        ]
        # Of rows of which none was drawn of a kind, no patient has one.
        none = tuple(one for one in made if one["check"] is None and one["count"] == 0)
        return Rests(none, tuple(sorted(made, key=lambda margin: margin["check"] is None)))

    def _names(self, row: ResultRow) -> Iterator[str]:
        """The endpoints, the variable or the population that a result is of."""
        if row["parameter"] is not None:
            yield row["parameter"]
        elif row["analysis_id"] in self._trial.plan.analyses:
            yield from self._trial.plan.analyses[row["analysis_id"]].estimand.variables
        elif row["population"] is not None:
            yield row["population"]

    def _is_of(self, margin: Margin, names: list[str], row: ResultRow) -> bool:
        """Whether a margin is the printed number that a result shows, or compares."""
        check = margin["check"] or {}
        if check.get("endpoint", check.get("variable")) not in (
            names if margin["count"] else [*names, *self._occurrences(names)]
        ):
            return False
        there = zip(WHERE, values_of(row, WHERE), strict=True)
        if any(check.get(at) not in (None, value) for at, value in there):
            return False
        groups = {*values_of(row, GROUPS)} & {*self._trial.design.arms}
        return not (groups and margin["arm"]) or margin["arm"] in groups

    def _occurrences(self, names: list[str]) -> Iterator[str]:
        """What these count: where none of it was drawn, there is none of any kind to count."""
        for name in names:
            endpoint = self._trial.endpoints.get(name)
            if endpoint is not None and isinstance(endpoint.entry, OfOccurrences):
                yield endpoint.entry.of

    def _of_name(self, name: str) -> Columns:
        """The raw columns of the values of an endpoint, a variable or a population."""
        if name not in self._columns:
            self._columns[name] = frozenset(self._edges_of(name)) - self._keys
        return self._columns[name]

    def _edges_of(self, name: str) -> Iterator[tuple[str, str]]:
        trial = self._trial
        if name in trial.endpoints:
            where = {"PARAMCD": {"is": trial.endpoints[name].code}}
            for dataset in DATASETS:
                yield from self._raw.value_columns(self._frames.select(dataset, where))
        else:
            known = trial.populations.get(name)
            yield from self._raw.variable_columns(known.flag if known else adsl_code(name))

    @cached_property
    def _keys(self) -> Columns:
        """Columns that say whose and when a value is."""
        tables = self._trial.tables.items()
        return frozenset(
            (name, column)
            for name, table in tables
            for column in (*table.key_, table.subject, table.arm)
            if column is not None
        )

    @cached_property
    def _fixed(self) -> dict[str, Columns]:
        """Quantity -> the raw columns that its margins fix: written of it, or of what is made of
        it. Of a margin of an endpoint or a variable these are some of those that this is made of:
        then what has a value where the quantity says so is among them too."""
        columns = {}
        for margin in self.margins:
            check = margin["check"] or {}
            name = check.get("endpoint", check.get("variable"))
            written = self._written(self._made_of(margin["quantity"], where=name is not None))
            derived = self._of_name(name) if name else written
            columns[margin["quantity"]] = (written & derived or derived) - self._keys
        return columns

    def _made_of(self, quantity: str, *, where: bool) -> set[str]:
        """The columns of a quantity, and of every other that is told by one of them."""
        found, ahead = set[str](), {quantity}
        while ahead:
            found |= ahead
            uses = self._uses[where]
            ahead = {name for name, used in uses if used & ahead} - found
        return found

    @cached_property
    def _uses(self) -> dict[bool, list[tuple[str, set[str]]]]:
        """Column of a quantity -> what its value is told by; True: and whether it has one."""
        uses: dict[bool, list[tuple[str, set[str]]]] = {False: [], True: []}
        for quantity in self._trial.cohort.quantities.values():
            used = {name for _, names in quantity.uses_of_kind() for name in names}
            used |= {*quantity.gathers}
            there = columns_of(quantity.where or {})
            for column in {*quantity.columns, quantity.name}:
                uses[False].append((column, used))
                uses[True].append((column, used | {*there}))
        return uses

    def _written(self, names: set[str]) -> Columns:
        """The columns of the export that hold some of these."""
        trial, forms = self._trial, self._trial.cohort.forms or {}
        found = set()
        for name, table in trial.tables.items():
            if table.of not in forms:
                continue
            form = forms[table.of]
            held = {column: column for column in trial.dictionary[name]}
            for column, given in (form.columns or {}).items():
                held[column] = given if isinstance(given, str) else given.of or ""
            for wide in form.wide or ():
                begin, end = wide.prefix or "", wide.suffix or ""
                held |= {
                    one: wide.of for one in held if one.startswith(begin) and one.endswith(end)
                }
            found |= {(name, column) for column, of in held.items() if of in names}
        return frozenset(found)
