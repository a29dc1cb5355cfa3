"""What the page of a multiverse is made from: the tables of its stage, by curve."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from trialtrace.base.words import LABELS, stat_text
from trialtrace.run.tables.contracts import RESULTS, Contract, read_table
from trialtrace.run.tables.contracts.multiverse import (
    BANDS,
    CURVES,
    SPECIFICATIONS,
    SPREADS,
    BandRow,
    CurveRow,
    SpecificationRow,
    SpreadRow,
)
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.words import in_words, labels, rule_of, variable_label
from trialtrace.run.trial.multiverse.file import Factor, Level
from trialtrace.run.trial.multiverse.load import SpecifiedTrial
from trialtrace.run.trial.multiverse.specifications import ADDED
from trialtrace.run.trial.plan.references import method_of

T = TypeVar("T")
R = TypeVar("R", SpecificationRow, BandRow, SpreadRow)
MARKS = ("registered", "published")


@dataclass(frozen=True)
class Point:
    """A specification on its curve: what is known of it, and its estimate."""

    row: SpecificationRow
    result: ResultRow
    choices: str

    @property
    def marks(self) -> list[str]:
        """Whether it is the registered, the published one."""
        flags = (self.row["registered"], self.row["published"])
        return [mark for mark, flag in zip(MARKS, flags, strict=True) if flag]

    @property
    def anchor(self) -> str:
        """Where its row stands on the page."""
        return short_id(self.row["result_id"])

    @property
    def z(self) -> float:
        """Its statistic, of one that is tested."""
        return present(self.row["z"])

    @property
    def value(self) -> float | None:
        return self.result["stat_value"]

    @cached_property
    def levels(self) -> dict[str, str]:
        """Its level of each factor."""
        return levels_of(self.row)


@dataclass(frozen=True)
class CurveTables:
    """A curve with its points, its band and its spread."""

    row: CurveRow
    points: Sequence[Point]
    band: Sequence[BandRow]
    spread: Sequence[SpreadRow]

    @property
    def anchor(self) -> str:
        """Where its section begins."""
        return short_id(self.row["curve"])

    def number(self, name: str) -> float:
        """A number of its row that is there."""
        value = dict(self.row)[name]
        assert isinstance(value, int | float)
        return float(value)

    @cached_property
    def estimated(self) -> list[Point]:
        """Those with an estimate, least first."""
        there = [point for point in self.points if point.value is not None]
        return sorted(there, key=lambda point: (point.value, point.row["specification"]))

    def text(self, value: float) -> str:
        """An estimate of this curve with its unit."""
        return stat_text(self.row["statistic"], value, None, None, self.points[0].result["unit"])

    def varied(self, factors: dict[str, Factor]) -> dict[str, Factor]:
        """The factors that have several levels on it."""
        return {
            name: factor
            for name, factor in factors.items()
            if len({point.levels[name] for point in self.points}) > 1
        }


def curves_of(trial: SpecifiedTrial, folder: Path) -> list[CurveTables]:
    """The curves of a trial, in the order in which they were made."""
    results: dict[str, ResultRow] = {
        row["result_id"]: row for row in read_table(folder / "results.parquet", RESULTS).to_pylist()
    }
    points: list[SpecificationRow] = _table(folder, "specifications", SPECIFICATIONS)
    curves: list[CurveRow] = _table(folder, "curves", CURVES)
    bands: list[BandRow] = _table(folder, "bands", BANDS)
    spreads: list[SpreadRow] = _table(folder, "spreads", SPREADS)
    return [
        CurveTables(
            row,
            [
                Point(each, results[each["result_id"]], choices(trial, levels_of(each)))
                for each in _of(row, points)
            ],
            _of(row, bands),
            _of(row, spreads),
        )
        for row in curves
    ]


def _table(folder: Path, name: str, contract: Contract) -> list[T]:
    rows: list[T] = read_table(folder / f"{name}.parquet", contract).to_pylist()
    return rows


def levels_of(row: SpecificationRow) -> dict[str, str]:
    """The level of each factor of a specification."""
    levels: dict[str, str] = json.loads(row["levels"])
    return levels


def _of(curve: CurveRow, rows: Sequence[R]) -> list[R]:
    return [row for row in rows if row["curve"] == curve["curve"]]


def mark_of(trial: SpecifiedTrial) -> str | None:
    """By which mark specifications are told apart: `registered`, else `published`, else none."""
    levels = [
        each for factor in trial.multiverse.file.factors.values() for each in factor.levels.values()
    ]
    return next((mark for mark in MARKS if any(getattr(each, mark) for each in levels)), None)


def choices(trial: SpecifiedTrial, levels: dict[str, str]) -> str:
    """What a specification does otherwise than the marked one, or all that it does."""
    mark, factors = mark_of(trial), trial.multiverse.file.factors
    parts = [
        f"{factors[name].label}: {level}"
        for name, level in levels.items()
        if mark is None or not getattr(factors[name].levels[level], mark)
    ]
    return "; ".join(parts) or f"as {mark}"


def level_words(trial: SpecifiedTrial, factor: Factor, level: Level) -> str:
    """What a level does; of one that changes no endpoint that others change, how it is made."""
    parts = [trial.populations[level.population].label] if level.population else []
    parts += [trial.endpoints[level.variable].label] if level.variable else []
    parts += [in_words(level.where)] if level.where else []
    parts += [f"visits {', '.join(level.visits)}"] if level.visits else []
    parts += [level.value.replace("_", " ")] if level.value else []
    added = {key: getattr(level, key) or () for key in ADDED}
    if level.estimate:
        ((statistic, how),) = level.estimate.items()
        options = {"method": how} if isinstance(how, str) else how
        method = method_of(f"{statistic}.{options['method']}").title
        parts.append(f"{LABELS[statistic]}, {method}")
        parts += [f"{key} {options[key]}" for key in options if key not in ("method", *ADDED)]
        added = {key: [*options.get(key, ()), *names] for key, names in added.items()}
    parts += [
        f"{key} {', '.join(variable_label(trial, name) for name in names)}"
        for key, names in added.items()
        if names
    ]
    changed = {name for each in factor.levels.values() for name in each.endpoints or ()}
    parts += _rules(trial, sorted(changed), level.endpoints or {})
    return "; ".join(parts) or "no change"


def _rules(
    trial: SpecifiedTrial, entries: Sequence[str], by: Mapping[str, Mapping[str, object]]
) -> Iterator[str]:
    """How the endpoints of entries are made by a rule, with keys that their sentence leaves out."""
    ruled = trial.ruled(json.dumps(by) if by else "")
    for name, endpoint in ruled.endpoints.items():
        if endpoint.family not in entries:
            continue
        rule, keys = rule_of(labels(ruled), endpoint), by.get(endpoint.family, {})
        before = rule_of(labels(trial), trial.endpoints[name])
        told = [_key(key, value) for key, value in keys.items()] if rule == before else []
        yield ", ".join([f"{endpoint.label}: {rule.rstrip('.')}", *told])


def _key(key: str, value: object) -> str:
    if value is None:
        return f"without {key}"
    if key == "where" and isinstance(value, dict):
        return f"where {in_words(value)}"
    return f"{key} {json.dumps(value, ensure_ascii=False)}"
