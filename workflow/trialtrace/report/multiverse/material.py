"""What the page of a multiverse is made from: the tables of its stage, by curve."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Floats, Labels, Places
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
from trialtrace.run.trial.multiverse.load import ADDED, SpecifiedTrial
from trialtrace.run.trial.plan.references import method_of

T = TypeVar("T")
R = TypeVar("R", BandRow, SpreadRow)
# Points of a curve that are listed and drawn at most: some 6 MB of a page.
SHOWN = 5000
MARKS = ("registered", "published")


@dataclass(frozen=True)
class Point:
    """A specification on its curve: what is known of it, its estimate, and their places in the
    order of the estimates and of z, 0 the least."""

    row: SpecificationRow
    result: ResultRow
    choices: str
    place: int
    place_z: int

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
        return levels_of(self.row["levels"])


@dataclass(frozen=True)
class CurveTables:
    """A curve with its points, its band and its spread.

    `specifications` and `results` have a row of every point, in one order; `points` are those that
    are listed and drawn. `values` and `adjusted` are all estimates and adjusted p, NaN where there
    is none, and `levels` the level of each by factor.
    """

    row: CurveRow
    specifications: pa.Table
    results: pa.Table
    values: Floats
    adjusted: Floats
    levels: Mapping[str, Labels]
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
        """The points with an estimate, least first."""
        there = [point for point in self.points if point.value is not None]
        return sorted(there, key=lambda point: point.place)

    def text(self, value: float) -> str:
        """An estimate of this curve with its unit."""
        return stat_text(self.row["statistic"], value, None, None, self.points[0].result["unit"])

    def varied(self, factors: dict[str, Factor]) -> dict[str, Factor]:
        """The factors that have several levels on it."""
        return {name: factors[name] for name in factors if len({*self.levels[name]}) > 1}


def curves_of(trial: SpecifiedTrial, folder: Path) -> list[CurveTables]:
    """The curves of a trial, in the order in which they were made."""
    specifications = read_table(folder / "specifications.parquet", SPECIFICATIONS)
    results = read_table(folder / "results.parquet", RESULTS)
    assert specifications["result_id"].equals(results["result_id"]), "the tables are of one order"
    curves: list[CurveRow] = _table(folder, "curves", CURVES)
    bands: list[BandRow] = _table(folder, "bands", BANDS)
    spreads: list[SpreadRow] = _table(folder, "spreads", SPREADS)
    names = np.array(specifications["curve"].to_pylist())
    found = []
    for row in curves:
        here = np.flatnonzero(names == row["curve"])
        tables = specifications.take(here), results.take(here)
        found.append(_curve(trial, row, *tables, _of(row, bands), _of(row, spreads)))
    return found


def _curve(
    trial: SpecifiedTrial,
    row: CurveRow,
    specifications: pa.Table,
    results: pa.Table,
    band: Sequence[BandRow],
    spread: Sequence[SpreadRow],
) -> CurveTables:
    values, z = _numbers(results["stat_value"]), _numbers(specifications["z"])
    name = np.array(specifications["specification"].to_pylist())
    order, order_z = np.lexsort((name, values)), np.lexsort((name, z))
    place, place_z = np.argsort(order), np.argsort(order_z)
    marked = [np.array(specifications[mark].to_pylist()) for mark in MARKS]
    shown = _shown(order, row["estimated"], np.flatnonzero(marked[0] | marked[1]))
    rows: list[SpecificationRow] = specifications.take(shown).to_pylist()
    estimates: list[ResultRow] = results.take(shown).to_pylist()
    points = [
        Point(each, result, choices(trial, levels_of(each["levels"])), *map(int, places))
        for each, result, *places in zip(rows, estimates, place[shown], place_z[shown], strict=True)
    ]
    levels = [levels_of(text) for text in specifications["levels"].to_pylist()]
    by_factor = {
        factor: np.array([level[factor] for level in levels], dtype=object)
        for factor in trial.multiverse.file.factors
    }
    adjusted = _numbers(specifications["p_adjusted"])
    tables = specifications, results, values, adjusted, by_factor
    return CurveTables(row, *tables, points, band, spread)


def _numbers(column: pa.ChunkedArray) -> Floats:
    """Its numbers, NaN where there is none."""
    return column.to_numpy().astype(float)


def _shown(order: Places, estimates: int, marked: Places) -> Places:
    """Which points are listed, in the order of the table: all, or SHOWN evenly over the order of
    the estimates with both ends, as many of those without one, which end it, and what is marked."""
    parts = [order[:estimates], order[estimates:]]
    evenly = [np.linspace(0, part.size - 1, min(part.size, SHOWN)) for part in parts]
    listed = [part[np.rint(at).astype(np.int64)] for part, at in zip(parts, evenly, strict=True)]
    return np.union1d(np.concatenate(listed), marked)


def _table(folder: Path, name: str, contract: Contract) -> list[T]:
    rows: list[T] = read_table(folder / f"{name}.parquet", contract).to_pylist()
    return rows


def levels_of(text: str) -> dict[str, str]:
    """The level of each factor of a specification, from its JSON."""
    levels: dict[str, str] = json.loads(text)
    return levels


def _of(curve: CurveRow, rows: Sequence[R]) -> list[R]:
    return [row for row in rows if row["curve"] == curve["curve"]]


def mark_of(trial: SpecifiedTrial) -> str | None:
    """By which mark specifications are told apart: `registered`, else `published`, else none."""
    levels = [
        level
        for factor in trial.multiverse.file.factors.values()
        for level in factor.levels.values()
    ]
    return next((mark for mark in MARKS if any(getattr(level, mark) for level in levels)), None)


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
