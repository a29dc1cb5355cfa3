"""The call of R behind a result: that of its card, or of its display, filled with its options."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialtrace.report.rcode.names import words
from trialtrace.report.rcode.write import filled
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.variables import DISPLAYS
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.card import R
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import Step, over_levels, statistics

# R of the numbers that no step of a plan makes: the baseline table, the flow, adverse events.

BASELINE = R(
    {
        "mean": "mean(x)",
        "sd": "sd(x)",
        "median": "median(x)",
        "q1": "quantile(x, 0.25)",
        "q3": "quantile(x, 0.75)",
        "minimum": "min(x)",
        "maximum": "max(x)",
        "count": "length(x)",
        "count@level": "sum(hit)",
        "proportion": "mean(hit)",
        "missing": "sum(hit)",
    }
)
FLOW = R(
    dict.fromkeys(
        (
            "randomised",
            "received",
            "not_received",
            "ended",
            "in_population",
            "analysed",
            "not_analysed",
        ),
        "length(unique(d$USUBJID))",
    )
)
ADVERSE_EVENTS = R(
    {
        "patients": "length(unique(those$USUBJID))",
        "occurrences": "nrow(d)",
        "any_event": "c(test$estimate, test$conf.int)",
    },
    "test <- binom.test(length(unique(those$USUBJID)), nrow(d), conf.level = {confidence})",
)
OF = {"baseline": BASELINE, "flow": FLOW, "adverse_events": ADVERSE_EVENTS}

# What tells several results of one name apart, with its value where it is known.
Second = tuple[str, str | None] | None


class NoCall(Exception):
    """A number that is not written in R; says why."""


@dataclass(frozen=True)
class Call:
    """Statements of R, and the expression of the result; `packages` are those beyond base R."""

    lines: list[str]
    value: str
    packages: tuple[str, ...]
    of_values: bool


class Calls:
    """The calls of a trial's results."""

    def __init__(self, trial: Trial):
        self.trial = trial
        self._own = trial.design.kind in OWN_TREATMENT
        self._of_step: dict[tuple[str, str], list[tuple[Second, str]]] = {}
        for place, second, key in self._steps():
            self._of_step.setdefault(place, []).append((second, key))
        self._made: dict[str, Call] = {}

    def _steps(self) -> Iterator[tuple[tuple[str, str], Second, str]]:
        """(Analysis, "statistic.method" as results name it), what tells several of these apart, and
        "statistic.method" of the card."""
        for name, analysis in self.trial.plan.analyses.items():
            steps: list[Step[object]] = [
                *analysis.describe,
                *analysis.estimates,
                *analysis.tests,
            ]
            if analysis.interaction is not None and analysis.by is not None:
                steps.append(over_levels(analysis.interaction, analysis.by))
            for step in steps:
                for statistic in statistics(step, own=self._own):
                    yield (name, statistic.name), statistic.second, step.key

    def cards(self) -> set[str]:
        """The cards of the plan's steps, each "statistic.method"."""
        return {key for keys in self._of_step.values() for _, key in keys}

    def options(self, row: ResultRow) -> dict[str, object]:
        """What a call is filled with: the options of the step, and what the result is of."""
        entry: dict[str, object] = json.loads(row["options"])
        if isinstance(entry.get("times"), dict):
            entry["nominal_times"] = entry["times"]
        entry["distribution"] = entry.get("reference")  # that of a test, not the reference arm
        if isinstance(between := entry.setdefault("between", None), str):
            entry["between"] = adsl_code(between)
        entry.setdefault("confidence", row["ci_level"] or self._confidence(row))
        analysis = self.trial.plan.analyses.get(row["analysis_id"])
        entry.setdefault("value", analysis.value if analysis is not None else None)
        entry |= {"treated": row["comparison"], "reference": row["reference"]}
        entry |= {"group": row["group1_level"], "visit": row["visit"]}
        if row["group2"] is not None:
            level = row["group2_level"]
            numeric = row["group2"] in ("time", "category") and level is not None
            entry[row["group2"]] = _number(level) if numeric else level
        return entry

    def _confidence(self, row: ResultRow) -> float | None:
        analysis = self.trial.plan.analyses.get(row["analysis_id"])
        return analysis.confidence if analysis is not None else None

    def of(self, row: ResultRow) -> Call:
        """The call of a result. Raises NoCall with the reason where there is none."""
        if row["result_id"] not in self._made:
            self._made[row["result_id"]] = self._make(row)
        return self._made[row["result_id"]]

    def _make(self, row: ResultRow) -> Call:
        r = self._declared(row)
        given = self.options(row)
        for option, choices in r.only.items():
            if option in given and given[option] not in choices:
                told = " or ".join(map(str, filter(None, choices))) or "left out"
                raise NoCall(
                    f"the call of R on the card is for {option} {told}, not {given[option]}"
                )
        value = _expression(r, row)
        try:
            lines = [filled(line, given) for line in used(r.lines, value)]
            value = filled(value, given)
        except KeyError as missing:
            raise NoCall(f"the result does not tell its {missing.args[0]}") from missing
        return Call(lines, value, r.packages, r.of_values)

    def _declared(self, row: ResultRow) -> R:
        if row["analysis_id"] in OF:
            return OF[row["analysis_id"]]
        if row["analysis_id"] == PLANNING:
            raise NoCall("results of planning have no script of R: they rest on no data")
        keys = self._of_step.get((row["analysis_id"], row["method"]))
        if keys is None:
            named = DISPLAYS.get(row["analysis_id"], row["analysis_id"])
            raise NoCall(f"no step of the plan makes it, and {named} has no call of R")
        # A difference and a slope of one method have p-values of one name, told apart by their
        # second group.
        key = max(reversed(keys), key=lambda item: _fits(item[0], row))[1]
        r, why = card_of(key).r, card_of(key).r_none
        if r is None:
            raise NoCall(f"the card of {key} holds no call of R: {why}")
        return r.own if r.own is not None and self._own else r


def _fits(second: Second, row: ResultRow) -> int:
    """How surely a result is one that its step tells apart so."""
    if second is None or row["group2"] is None:
        return int(second is None and row["group2"] is None)
    name, value = second
    return int(name == row["group2"]) + int(value is not None and value == row["group2_level"])


def _number(text: str | None) -> float | int | str | None:
    try:
        value = float(text or "")
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _expression(r: R, row: ResultRow) -> str:
    """By what is told most exactly: the effect or level, the method, the statistic."""
    second = row["group2_level"], row["group2"]
    names = [f"{row['stat_name']}@{each}" for each in second if each is not None]
    for name in (*names, row["method"], row["stat_name"]):
        if name in r.gives:
            return r.gives[name]
    raise NoCall(f"the card has no call of R for its {row['method']}")


_ASSIGNED = re.compile(r"([A-Za-z]\w*) <- ")
_GOES_ON = re.compile(r"[\s})]")


def used(lines: str, value: str) -> Iterator[str]:
    """Of the statements those that the value needs, with the comment over each."""
    needed, kept = words(value), []
    for statement in reversed(statements(lines)):
        made = assigned(statement)
        if made is None or made in needed:
            needed |= words("\n".join(statement))
            kept.append(statement)
    for statement in reversed(kept):
        yield from statement


def assigned(statement: list[str]) -> str | None:
    """The name that a statement gives a value, if it is one."""
    made = _ASSIGNED.match(next(line for line in statement if not line.startswith("#")))
    return made[1] if made else None


def statements(lines: str) -> list[list[str]]:
    """Top-level statements: a line that is not indented begins one, comments go with the next."""
    found: list[list[str]] = []
    commented = False
    for line in lines.splitlines():
        if found and (_GOES_ON.match(line) or commented):
            found[-1].append(line)
        else:
            found.append([line])
        commented = line.startswith("#")
    return found


# In the script of a whole trial, numbers of the same rows share what is computed before them.


@dataclass(frozen=True)
class Parts:
    """The `rows` of a number, the `lines` from them to its value, the last of which is its own,
    and those that print it."""

    rows: list[str]
    lines: list[str]
    printed: list[str]


class Shared:
    """The blocks of a script, each of the rows of its numbers and of the numbers one by one."""

    def __init__(self) -> None:
        self._rows: list[str] | None = None
        self._done: set[str] = set()
        self._names: set[str] = set()

    def add(self, heading: list[str], parts: Parts) -> Iterator[str]:
        """A number, with what the block does not have yet."""
        rows, lines, printed = parts.rows, parts.lines, parts.printed
        *own, value = statements("\n".join(lines))
        more = [one for one in own if "\n".join(one) not in self._done]
        names = {assigned(one) for one in more}
        if rows != self._rows or None in names or names & self._names:
            yield from self.close()
            yield from ("", "try(local({", *_indented(rows, 2))
            self._rows, more, names = rows, own, {assigned(one) for one in own}
        self._done |= {"\n".join(one) for one in more}
        self._names |= {name for name in names if name is not None}
        kept = [line for one in (*more, value) for line in one]
        yield from ("", *_indented(heading, 2), "  try({", *_indented([*kept, *printed], 4), "  })")

    def close(self) -> Iterator[str]:
        """The end of a block, if one is open."""
        if self._rows is not None:
            yield "}))"
        self._rows = None
        self._done.clear()
        self._names.clear()


def _indented(lines: Iterable[str], by: int) -> Iterator[str]:
    return (f"{' ' * by}{line}" if line else "" for line in lines)
