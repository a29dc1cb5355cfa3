"""Results as everyone may see them: what is told of each, or why it is not.

What is not hidden is told in the digits of the report. A statistic goes where a count goes that
it is reckoned from, since both together would give the count.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import floor, log10
from operator import and_, or_

from trialtrace.run.disclosure.cells import NO_POPULATIONS, Cells, Members, Subjects
from trialtrace.run.disclosure.levels import Column
from trialtrace.run.disclosure.measured import Measured, Measurements, Name
from trialtrace.run.disclosure.presets import Preset
from trialtrace.run.disclosure.protect import Protection
from trialtrace.run.disclosure.strata import METHODS, Strata
from trialtrace.run.disclosure.values import Tells, Values
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

HIDDEN = "hidden"
SMALL = "a small count, or one from which a small count could be reckoned"
RESTS = "rests on a count that is hidden"
FEW = "of too few patients"
EXTREME = "the value of one patient"
NEARLY = (
    "of nearly the same patients as another one, or of so few different values, that it would tell "
    "of a few patients"
)
ROUNDED = "would tell counts that are rounded"
SIDES = "two_sided"
EXTREMES = ("minimum", "maximum")
# How often the fewest patients must be there for a quantile, so that as many lie beyond it.
QUANTILES = {"median": 2, "median_time": 2, "follow_up": 2, "q1": 4, "q3": 4}
PARTS = {"q1": 0.25, "median": 0.5, "q3": 0.75}
VALUES = ("mean", *QUANTILES)
DIFFERENCES = ("mean_difference", "median_difference")
# Reckoned from their own numerator and denominator alone.
OF_OWN = ("proportion", "any_event", "upper_bound")
PLACE = ("analysis_id", "parameter", "visit", "stratum", "group1_level", "group2", "group2_level")
Levels = Callable[[str], Iterable[Collection[str]]]
NO_BASELINES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Released:
    """A result as it is told; the row of a hidden one has no number, and `reason` says why."""

    row: ResultRow
    reason: str = ""


class Release:
    """The results of a run under a preset. `bounded` says how many hidden counts can be narrowed to
    one or two values by what the preset tells exactly, whatever else is hidden."""

    def __init__(
        self,
        rows: Sequence[ResultRow],
        members: Members,
        subjects: Subjects,
        arms: Collection[str],
        preset: Preset,
        populations: Mapping[str, Collection[str]] = NO_POPULATIONS,
        levels: Levels = lambda _: (),
        measured: Measured = lambda *_: (),
        baselines: Mapping[str, str] = NO_BASELINES,
    ):
        """`levels` gives the subjects of each value of a column, `measured` values, `baselines` of
        each endpoint the visit that a change is from; the rest is as of `Cells`."""
        self._rows, self._members, self._preset, self._arms = rows, members, preset, arms
        self._subjects = subjects
        self.cells = Cells(rows, members, subjects, arms, preset, populations)
        self.protection = Protection(self.cells, preset)
        self._hidden = self.protection.hidden
        self.bounded = len(self.protection.bounded & self._hidden)
        self._places = {
            values_of(row, PLACE) for row in rows if self.cells.value(row) in self._hidden
        }
        self._conditions = [
            where
            for number in sorted(self._hidden)
            for where in self.protection.cells[number].wheres
        ]
        self._values, self._levels = Values(preset.fewest), levels
        by_who = {True: set[int](), False: set[int]()}
        for number, cell in enumerate(self.cells.cells):
            by_who[number in self._hidden].add(cell.who)
        self._strata = Strata(preset, by_who[True], by_who[False])
        # Of tests over strata the p that are told in fewer digits.
        self._short: dict[str, str] = {}
        self._measured = Measurements(self.cells, measured, baselines, preset.fewest)
        self._quantiles = {values_of(row, ("parameter", "visit", "stat_name")) for row in rows}

    def told(self) -> list[Released]:
        return [self._told(row) for row in self._rows]

    def listed(self, told: Iterable[Released]) -> list[Released]:
        """What stands in a release: what is told, and the counts that are hidden. Which other
        statistics are hidden would tell where nobody is, since of nobody there are none."""
        return [each for each in told if not each.reason or self.cells.value(each.row) is not None]

    def _told(self, row: ResultRow) -> Released:
        if row["analysis_id"] == PLANNING:
            return Released(row)
        if reason := self._reason(row):
            return Released(_emptied(row), reason)
        kept = _as_printed(row) | {"warning": None, "error": None}
        if text := self._short.get(row["result_id"]):
            kept |= {"stat_text": text, "stat_value": float(text.lstrip("<"))}
        if not self._preset.exact:
            text, value = self._rounded(kept)
            kept |= {"stat_text": text, "stat_value": value}
            kept |= {"n_used": self._counted(row["n_used"])}
            kept |= {"denominator": self._counted(row["denominator"])}
            kept |= {"ci_low": None, "ci_high": None, "ci_level": None}
        return Released(kept)

    def _reason(self, row: ResultRow) -> str:
        roles = self.cells.of[row["result_id"]]
        cells, count = set(roles.values()), self.cells.value(row) is not None
        if row["stat_name"] in EXTREMES:
            return EXTREME
        if cells & self._hidden:
            return SMALL if count else RESTS
        if count:
            return ""
        share = row["stat_name"] in OF_OWN and {"numerator", "denominator"} <= roles.keys()
        if values_of(row, PLACE) in self._places:
            return RESTS
        rests = (not share and self._rests(row)) or self._small_strata(row)
        if rests and not self._short_p(row):
            return RESTS
        return self._few(row) or ("" if self._preset.exact else self._exact_counts(row))

    def _few(self, row: ResultRow) -> str:
        """Why a statistic of values would tell of few patients."""
        roles = self.cells.of[row["result_id"]]
        if "numerator" in roles or "analysed" not in roles:
            return ""
        arms = self.cells.by_arm(roles["analysed"])
        sizes = [self.protection.cells[number].who.bit_count() for number in arms]
        smallest = min(sizes) if row["comparison"] else sum(sizes)
        if smallest < self._preset.fewest * QUANTILES.get(row["stat_name"], 1):
            return FEW
        options = json.loads(row["options"])
        # An adjusted estimate gives no mean; its like of nearly the same patients is another one.
        adjusted = row["method"] if options.get("covariates") or options.get("strata") else ""
        groups = row["analysis_id"], (row["stratum"] or "").partition("=")[0]
        sets = [self.protection.cells[number].who for number in arms]
        # By a preset that tells counts of arms exactly there is nothing to hold in theirs.
        counted = not self._preset.everywhere and row["analysis_id"] != "baseline"
        exact = counted and self.protection.cells[roles["analysed"]].kept
        names = self._measured.behind(row, *self._analysed(row), plain=not adjusted)
        told = [
            self._values.told(
                (name.key, adjusted),
                groups,
                map(name.items, sets),
                self._tells(row, sets, name),
                exact=exact,
            )
            for name in names
        ]
        return "" if all(told) else NEARLY

    def _tells(self, row: ResultRow, sets: Collection[int], name: Name) -> Tells:
        """Whether a mean, with what stands beside it of the same patients, tells a small count."""
        if row["stat_name"] in QUANTILES:
            return lambda _: False
        column, decimals = self._column(row), self._decimals(row)
        fewest, exact = self._preset.fewest, self._preset.exact
        parts = {
            part: QUANTILES[stat] * fewest
            for stat, part in PARTS.items()
            if exact and (row["parameter"], row["visit"], stat) in self._quantiles
        }
        whole = {*sets, reduce(or_, sets, 0)}

        def tells(items: int) -> bool:
            who = name.of.patients(items)
            size = who.bit_count() if who in whole else 0
            beside = tuple(part for part, least in parts.items() if size >= least)
            return column.tells(who, fewest, decimals, spread=exact, quantiles=beside)

        return tells

    def _analysed(self, row: ResultRow) -> tuple[str, dict[str, object]]:
        """Data set and condition of the patients behind a statistic of values."""
        members = self._members[row["result_id"]]
        of = next(member for member in members if member["role"] == "analysed")
        return of["dataset"], json.loads(of["predicate"])

    def _column(self, row: ResultRow) -> Column:
        """What is measured there, of all patients."""
        return self._measured.column(row, *self._analysed(row))

    def _decimals(self, row: ResultRow) -> int:
        """Those that a mean of these patients is told with."""
        if self._preset.exact:
            return _decimals(row["stat_text"])
        arms = self.cells.by_arm(self.cells.of[row["result_id"]]["analysed"])
        smallest = min(self.protection.cells[number].count for number in arms)
        return floor(log10(max(smallest, 1)))

    def _over(self, row: ResultRow) -> tuple[list[str], int, dict[int, list[int]]]:
        """Of a statistic of events over strata their variables, who had the event, and of each arm
        its patients and those of each stratum; no arms of any other statistic."""
        names = json.loads(row["options"]).get("strata")
        roles = self.cells.of[row["result_id"]]
        events = self._events(row) if names and "analysed" in roles else None
        if events is None:
            return [], 0, {}
        levels = [[self.cells.bits(who) for who in self._levels(adsl_code(name))] for name in names]
        cells = self.protection.cells
        arms = [cells[number].who for number in self.cells.by_arm(roles["analysed"])]
        there = {arm: [reduce(and_, each, arm) for each in product(*levels)] for arm in arms}
        return names, events, there

    def _events(self, row: ResultRow) -> int | None:
        """Who of those analysed had the event; None where values are others than 0 and 1."""
        if (number := self.cells.of[row["result_id"]].get("numerator")) is not None:
            return self.protection.cells[number].who
        dataset, where = self._analysed(row)
        values = {value for each in self._column(row).of.values() for value in each}
        if values != {0, 1}:
            return None
        return self.cells.bits(self._subjects(dataset, where | {"AVAL": {"is": 1}}))

    def _small_strata(self, row: ResultRow) -> bool:
        """Whether a statistic over strata rests on a small count of an arm in one of them: there is
        no more of such counts in it than a few tables, of which the totals may be told."""
        _, events, arms = self._over(row)
        return any(
            self._preset.too_small((who & of).bit_count())
            for there in arms.values()
            for who in there
            for of in (-1, events, ~events)
        )

    def _short_p(self, row: ResultRow) -> bool:
        """Whether a test over strata with small counts is told, its p in few digits."""
        names, events, arms = self._over(row)
        options, (stat, _, method) = json.loads(row["options"]), row["method"].partition(".")
        plain = options.get("sides", SIDES) == SIDES and options.get("correction", "none") == "none"
        if not (arms and plain and self._preset.exact) or self._rests(row, but=names):
            return False
        text = None
        if method in METHODS and stat in ("p_value", "df"):
            text = self._strata.told(names, arms, events)
        elif method.startswith("closed_") and len(self._arms) == 3:
            text = self._strata.largest(names, arms, events, row["stat_value"] or 0)
        if text and stat != "df":
            self._short[row["result_id"]] = text
        return text is not None

    def _exact_counts(self, row: ResultRow) -> str:
        """Where counts are rounded, what else is told: shares of them, and the centre of values.
        Intervals and tests tell how many patients there are."""
        roles, name = self.cells.of[row["result_id"]], row["stat_name"]
        share = name == "proportion" and {"numerator", "denominator"} <= roles.keys()
        centre = name in (*VALUES, *DIFFERENCES) and "numerator" not in roles
        return "" if share or centre else ROUNDED

    def _rounded(self, row: ResultRow) -> tuple[str, float | None]:
        """Text and value where counts are rounded; a mean has so few digits that it does not tell
        of how many patients it is, a quantile those of the values."""
        roles, value = self.cells.of[row["result_id"]], row["stat_value"]
        if (cell := self.cells.value(row)) is not None:
            count = self._preset.told(self.protection.cells[cell].count)
            return str(count), float(count)
        if row["stat_name"] == "proportion":
            events, whole = (
                self._preset.told(self.protection.cells[roles[name]].count)
                for name in ("numerator", "denominator")
            )
            share = min(events / whole, 1) if whole else 0.0
            return f"{share:.0%}", round(share, 2)
        digits: int | None = self._decimals(row)
        if not row["stat_name"].startswith("mean"):
            # What lies between two values tells how many there are, to a multiple of four.
            digits = self._column(row).decimals
        text = row["stat_text"].partition(" (")[0]
        if value is None or digits is None or _decimals(text) <= digits:
            return text, value
        number = f"{value:.{digits}f}".replace("-", "−")
        return re.sub(r"[−-]?\d+(\.\d+)?", number, text, count=1), round(value, digits)

    def _counted(self, count: int | None) -> int | None:
        return None if count is None else self._preset.told(count)

    def _rests(self, row: ResultRow, but: Iterable[str] = ()) -> bool:
        """Whether a hidden count is one of those that a statistic is reckoned from: its condition
        is on columns that the statistic knows, and the same rows can meet both."""
        options = {adsl_code(name) for name in _words(json.loads(row["options"]))}
        strata = set(map(adsl_code, but))
        for member in self._members.get(row["result_id"], ()):
            where = json.loads(member["predicate"])
            known = {"TRTP" if name == "TRT01P" else name: test for name, test in where.items()}
            for dataset, hidden in self._conditions:
                if (
                    dataset == member["dataset"]
                    and strata.isdisjoint(hidden)
                    and hidden.keys() <= known.keys() | options | {"TRTP"}
                    and all(_meet(known.get(name), test) for name, test in hidden.items())
                ):
                    return True
        return False


def _as_printed(row: ResultRow) -> ResultRow:
    """A result whose numbers have the digits of its text: with more of them, the results of two
    runs that differ by a patient would give what this patient has."""
    text = row["stat_text"].partition(" (")[0]
    digits = _decimals(text) + (2 if "%" in text or "percentage" in text else 0)
    value, low, high = (
        None if number is None else round(number, digits)
        for number in (row["stat_value"], row["ci_low"], row["ci_high"])
    )
    return row | {"stat_value": value, "ci_low": low, "ci_high": high, "mc_se": None}


def _decimals(text: str) -> int:
    """The decimals of the first number in a text."""
    found = re.search(r"\d(?:\.(\d+))?(?!\d)", text)
    return len(found[1] or "") if found else 0


def _meet(one: object, other: object) -> bool:
    """Whether a row can pass two tests of the same column."""
    values = []
    for test in (one, other):
        if isinstance(test, dict) and test.keys() <= {"is", "in"}:
            values.append(set(test["in"]) if "in" in test else {test["is"]})
    return len(values) < 2 or bool(values[0] & values[1])


def _words(options: object) -> Iterator[str]:
    """Every text of the options of a method, among them names of variables."""
    if isinstance(options, str):
        yield options
    parts: Iterable[object] = options.values() if isinstance(options, dict) else ()
    for part in options if isinstance(options, list) else parts:
        yield from _words(part)


def _emptied(row: ResultRow) -> ResultRow:
    emptied = row | {"stat_value": None, "ci_low": None, "ci_high": None, "ci_level": None}
    emptied |= {"n_used": None, "denominator": None, "mc_se": None}
    return emptied | {"warning": None, "error": None, "stat_text": HIDDEN}
