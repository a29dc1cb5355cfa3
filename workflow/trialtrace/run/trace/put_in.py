"""Which numbers of a synthetic cohort were set to published ones, and which results rest on them.

put_in.csv, which the cohort's script writes, has a line each: endpoint (or variable), population,
visit and arm. What it sets are the raw columns to which the edges of that endpoint lead.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.synthetic import PUT_IN
from trialtrace.base.words import LABELS
from trialtrace.run.endpoints.kinds.occurrence import OfOccurrences
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.called import ANY, FLOW
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.constants import Constants
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    from trialtrace.run.trace.raw_rows import RawRows

Margin = dict[str, Any]
# Clean table and column.
Columns = frozenset[tuple[str, str]]
DATASETS = ("bds", "adtte", "occds")
GROUPS = ("group1_level", "comparison", "reference")
WHERE = ("population", "visit")
PLACE = ("analysis_id", "parameter", *WHERE)
MOST_TOLD = 6
DRAWN_TO = "simulated to match published numbers:"
MADE_OF = "made of columns that were simulated to match published numbers:"
TO_NOTHING = "simulated to match no published number"
COUNT, OCCURRENCES, PATIENTS = "count", "occurrences", "patients"
# What counts patients or is their share.
COUNTS, SHARES = {"count", "events", "patients"}, {"proportion", "any_event"}
# Results of the flow that count the patients of an arm.
EVERYONE = ("randomised", "received")
SEXES = {"F": "female", "M": "male", "U": "unknown"}


@dataclass(frozen=True)
class Rests:
    """The published numbers that a result shows or compares, and those whose columns it is made
    of."""

    own: tuple[Margin, ...] = ()
    columns: tuple[Margin, ...] = ()


def read_put_in(path: Path) -> list[Margin]:
    """The lines of put_in.csv: `value` and `of` are numbers, what is empty is None."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]
    return [
        row | {name: int(cell) if (cell := row[name]) else None for name in ("value", "of")}
        for row in rows
    ]


def margin_name(trial: Trial, margin: Margin) -> str:
    """What a reader calls what was set: its endpoint, its variable with the level, or patients."""
    name = margin["endpoint"]
    if name is None:
        return "Patients"
    label = trial.endpoints[name].label if name in trial.endpoints else variable_label(trial, name)
    return f"{label}, {lower_first(margin['level'])}" if margin["level"] else label


def as_published(printed: str | None, value: float) -> str:
    """A number with as many decimals as a published one, rounded half up."""
    if printed is None:
        return f"{value:.6g}"
    digits = len(printed.partition(".")[2])
    exact = Decimal(f"{value:.12g}")
    return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def _is_number_of(margin: Margin, row: ResultRow) -> bool:
    """Whether a result of its place has the arm, the level, the statistic and the value of a
    published number."""
    value, stat, arm = row["stat_value"], row["stat_name"], row["group1_level"]
    if value is None or (None if arm == ALL else arm) != margin["arm"]:
        return False
    if margin["statistic"] == PATIENTS:
        return value == margin["value"]
    level, wanted = row["group2_level"] or ANY, margin["level"]
    if wanted not in (None if level == ANY else level, SEXES.get(level, level)):
        return False
    if margin["value"] is None:
        printed = margin["published"]
        return margin["statistic"] == stat and as_published(printed, value) == printed
    if margin["statistic"] == OCCURRENCES and margin["value"]:
        return stat == OCCURRENCES and value == margin["value"]
    if margin["of"] is not None and row["denominator"] not in (None, margin["of"]):
        return False
    if stat in SHARES:
        known = margin["of"] is not None or not margin["value"]
        return known and isclose(value, margin["value"] / (margin["of"] or 1), rel_tol=1e-9)
    return stat in {*COUNTS, OCCURRENCES} and value == margin["value"]


class PutIn:
    """The numbers of a trial's cohort that a paper set; none of data that are not drawn here."""

    def __init__(
        self, trial: Trial, results: Path, frames: Frames, raw: "RawRows", constants: Constants
    ):
        self._trial, self._results, self._frames, self._raw = trial, Path(results), frames, raw
        self._constants = constants
        self._columns: dict[str, Columns] = {}
        self._behind: dict[tuple[object, ...], Rests] = {}

    @cached_property
    def margins(self) -> list[Margin]:
        """As put_in.csv has them."""
        if not self._trial.tells_cohort:
            return []
        return read_put_in(self._results / "raw" / PUT_IN)

    def behind(self, row: ResultRow) -> Rests:
        """The published numbers that a result rests on; of its own those of its groups, its
        population and its visit."""
        of_flow = row["stat_name"] if row["analysis_id"] == FLOW else ""
        key = (*values_of(row, (*PLACE, *GROUPS)), of_flow)
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
        population = self._trial.populations.get(margin["population"] or "")
        return f"{name} ({population.label.removesuffix(CHOSEN)})" if population else name

    def _number(self, margin: Margin) -> tuple[str, str]:
        """What was drawn, and behind it what is printed where that is another number."""
        arms, arm, stat = self._trial.design.arms, margin["arm"], margin["statistic"]
        group = f"{arms[arm].label} " if arm in arms else ""
        group += "" if margin["value"] is not None else f"{LABELS.get(stat, stat)} "
        if margin["of"] is not None:
            counted = f"{margin['value']} of {margin['of']}"
            return f"{group}{counted}", f" (printed {margin['published']})"
        return f"{group}{margin['published']}", ""

    # What a result and a published number rest on

    def _rests(self, row: ResultRow) -> Rests:
        counted = tuple(margin for margin in self.margins if self._counts(margin, row))
        if counted:
            return Rests(counted)
        names = list(self._names(row))
        rests = tuple(margin for margin in self.margins if self._is_of(margin, names, row))
        if rests:
            return Rests(rests)
        used = frozenset[tuple[str, str]]().union(*map(self._of_name, names))
        behind = {*self._constants.endpoints(names)}
        return Rests(
            (),
            tuple(
                margin
                for margin in self.margins
                if margin["endpoint"] is not None
                and (used & self._of_name(margin["endpoint"]) or margin["endpoint"] in behind)
            ),
        )

    def _counts(self, margin: Margin, row: ResultRow) -> bool:
        """Whether a number of patients may be that of a row of the flow: of its population, or of
        all who were randomised or began."""
        if margin["statistic"] != PATIENTS or row["analysis_id"] != FLOW:
            return False
        if row["group2_level"] is not None:
            return False
        name, population = row["parameter"], margin["population"]
        if row["stat_name"] in EVERYONE:
            return True
        if row["stat_name"] == "analysed" and name in self._trial.plan.analyses:
            return self._trial.plan.analyses[name].estimand.population == population
        return row["stat_name"] == "in_population" and name == population

    def _names(self, row: ResultRow) -> Iterator[str]:
        """The endpoints, the variable or the population that a result is of."""
        if row["parameter"] is not None:
            yield row["parameter"]
        elif row["analysis_id"] in self._trial.plan.analyses:
            yield from self._trial.plan.analyses[row["analysis_id"]].estimand.variables
        elif row["population"] is not None:
            yield row["population"]

    def _is_of(self, margin: Margin, names: list[str], row: ResultRow) -> bool:
        """Whether a published number is the one that a result shows, or compares."""
        if margin["endpoint"] not in (
            names if margin["value"] else [*names, *self._occurrences(names)]
        ):
            return False
        there = zip(WHERE, values_of(row, WHERE), strict=True)
        if any(margin[at] not in (None, value) for at, value in there):
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
