"""Columns of a table by their names, for `Conventions`: what a function takes is cut from them.

Of a model names become columns as by R's formulas: a factor (text, a category, true or false, the
columns of arms, visits, subjects, clusters and strata) has an indicator of each level but its
reference, of the arms the control, of others the first; `a*b` stands for a, b and their products;
the intercept comes first where the model has one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import reduce
from itertools import combinations, product
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Labels, Places
from trialtrace.stats._inputs import as_array, labels, numbers
from trialtrace.stats._ties import tied
from trialtrace.stats._wald import NamedColumns
from trialtrace.stats.regression.least_squares_means import ArmDesign
from trialtrace.stats.results import StatsError

# What a formula of R has and a name seldom.
FORMULA = {*"~+|:"}
FOR_EXAMPLE = (
    ' R\'s y ~ arm * visit + base is "y", ["arm*visit", "base"], its '
    'Surv(time, event) ~ arm "time", "event", ["arm"].'
)


def names_of(data: object) -> tuple[str, ...]:
    """The names of the columns of a DataFrame, a structured array or a mapping."""
    names = getattr(data, "columns", None)
    names = getattr(getattr(data, "dtype", None), "names", None) if names is None else names
    names = data if names is None and isinstance(data, Mapping) else names
    if names is None:
        raise StatsError(f"data must be a DataFrame or a mapping of columns; got {type(data)}.")
    return tuple(name for name in names if isinstance(name, str))


@runtime_checkable
class Table(Protocol):
    """Columns by their names."""

    def __getitem__(self, name: str, /) -> ArrayLike: ...


@runtime_checkable
class Series(Protocol):
    """A column of pandas, whose rows keep its kind."""

    iloc: Mapping[object, ArrayLike]


@dataclass(frozen=True, slots=True)
class Factor:
    """A column as a model takes it: values (n, k) and their names, levels of what is no number."""

    values: Floats
    names: tuple[str, ...]
    levels: tuple[object, ...] = ()
    shares: Floats | None = None

    def typical(self) -> Floats:
        """The row (1, k) of a mean: levels alike, the mean of a number."""
        k = len(self.levels)
        return np.full((1, k - 1), 1 / k) if k else self.values.mean(axis=0, keepdims=True)


@dataclass(frozen=True, slots=True)
class Frame:
    """A table, the column of its arms with the two that are compared, columns whose numbers are
    labels, and which rows count."""

    data: object
    arm: str | None = None
    control: object = None
    treated: object = None
    labelled: frozenset[str] = frozenset()
    rows: Flags | None = None

    def column(self, name: str, hint: str = "") -> ArrayLike:
        """A column; raises `StatsError` with names that are near where there is none."""
        names = names_of(self.data)
        if name not in names:
            near = get_close_matches(name, names, 3)
            told = f"near it {' and '.join(near)}" if near else f"there are {', '.join(names)}"
            if FORMULA & {*name}:
                told, hint = "a model is written as a list of its terms", FOR_EXAMPLE
            raise StatsError(f"data have no column {name!r}; {told}.{hint}")
        values: ArrayLike = self.data[name] if isinstance(self.data, Table) else ()
        if self.rows is None:
            return values
        if isinstance(values, Series):
            return values.iloc[self.rows]
        return as_array(values, name)[self.rows]

    def columns(self, names: Sequence[str]) -> NamedColumns:
        """Columns of numbers beside each other, (n, k), NaN where a value is missing."""
        # A list of labels is read as names.
        hint = " A list of texts is names; give labels as an array."
        columns = {name: as_array(self.column(name, hint), name) for name in names}
        for name, values in columns.items():
            try:
                columns[name] = values.astype(np.float64)
            except (TypeError, ValueError):
                raise StatsError(f"column {name!r} has values that are no numbers.") from None
        return NamedColumns(np.column_stack([columns[name] for name in names]), tuple(names))

    def design(
        self, terms: Sequence[str], *, intercept: bool
    ) -> tuple[NamedColumns, ArmDesign | None]:
        """Columns of a model, (n, p), with their names, and what means of its arms are read from,
        where the arms are one of its factors."""
        effects = list(self._effects(terms))
        factors = {name: self._factor(name) for effect in effects for name in effect}
        n = len(as_array(self.column(names_of(self.data)[0]), "data"))
        names = ["intercept"] * intercept
        terms = [*names]
        for effect in effects:
            parts = [factors[name].names for name in effect]
            names += [":".join(each) for each in product(*parts)]
            terms += [":".join(effect)] * (len(names) - len(terms))
        values = {name: factor.values for name, factor in factors.items()}
        x = NamedColumns(_matrix(values, effects, n, intercept), tuple(names), tuple(terms))
        return x, self._means(x, factors, effects, intercept)

    def _effects(self, terms: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The columns of each effect, single ones first, then products."""
        known, split = names_of(self.data), []
        for term in terms:
            split.append((term,) if term in known else tuple(map(str.strip, term.split("*"))))
        effects = [
            part
            for one in split
            for size in range(len(one))
            for part in combinations(one, size + 1)
        ]
        first = {frozenset(effect): effect for effect in reversed(effects)}
        yield from sorted(dict.fromkeys(first[frozenset(each)] for each in effects), key=len)

    def _factor(self, name: str) -> Factor:
        column = self.column(name)
        values = as_array(column, name)
        kind = values.dtype.kind
        labelled = kind in "USb" or hasattr(getattr(column, "dtype", None), "categories")
        labelled |= kind == "O" and any(isinstance(value, str | bool) for value in values.flat)
        if not labelled and name != self.arm and name not in self.labelled:
            return Factor(numbers(column, name)[:, None], (name,))
        levels, index = labels(column, name, len(values))
        if name == self.arm:
            if self.control is None:
                raise StatsError(
                    f"which arm is the reference is said by control=, one of "
                    f"{', '.join(map(repr, levels.tolist()))}."
                )
            self._check_control(levels.tolist())
            levels, index = self.arms()
        return Factor(
            np.eye(len(levels))[index, 1:],
            tuple(f"{name} {level}" for level in levels[1:].tolist()),
            tuple(levels.tolist()),
            np.bincount(index) / len(index),
        )

    def _means(
        self,
        x: NamedColumns,
        factors: Mapping[str, Factor],
        effects: Sequence[tuple[str, ...]],
        intercept: bool,
    ) -> ArmDesign | None:
        """The means of arms at the levels of the factors that arms interact with."""
        of_arm = factors.get(self.arm or "")
        if of_arm is None or not of_arm.levels:
            return None
        beside = [
            name for effect in effects if self.arm in effect for name in effect if name != self.arm
        ]
        by = list(dict.fromkeys(name for name in beside if factors[name].levels))
        arms, each = of_arm.levels, [factors[name].levels for name in by]
        shape = (len(arms), *map(len, each))
        place = dict(zip((self.arm, *by), np.indices(shape).reshape(len(shape), -1), strict=True))
        n = math.prod(shape)
        typical = {
            name: np.eye(len(factor.levels))[place[name], 1:]
            if name in place
            else np.repeat(factor.typical(), n, axis=0)
            for name, factor in factors.items()
        }
        cells = _matrix(typical, effects, n, intercept).reshape(len(arms), n // len(arms), -1)
        shares = np.ones(1)
        for name in by:
            own = factors[name].shares
            shares = np.outer(shares, np.ones(1) if own is None else own).ravel()
        combined = tuple(", ".join(map(str, level)) for level in product(*each))
        levels = each[0] if len(by) == 1 else combined if by else ()
        named = tuple(zip(by, each, strict=True))
        return ArmDesign(x, x.columns or (), arms, levels, shares, cells, named)

    def arms(self) -> tuple[Labels, Places]:
        """The labels of the arms, the control first, and the place of each row's."""
        if self.arm is None:
            raise StatsError("say by arm= which column holds the arms.")
        found, index = self._labels(self.arm)
        order = sorted(range(len(found)), key=lambda place: found[place] != self.control)
        return found[order], np.argsort(order)[index]

    def compared(self) -> tuple[object, object]:
        """The treated arm and the control; raises `StatsError` where they are not told."""
        found = self.arms()[0].tolist()
        self._check_control(found)
        others = [name for name in found if name != self.control]
        if self.treated is None and len(others) != 1:
            raise StatsError(f"say by treated= which of {', '.join(map(str, others))} is compared.")
        if self.treated is not None and self.treated not in others:
            raise StatsError(f"nobody beside the control is of arm {self.treated!r}.")
        return (others[0] if self.treated is None else self.treated), self.control

    def _check_control(self, arms: Sequence[object]) -> None:
        if self.control not in arms:
            there = ", ".join(map(str, arms))
            raise StatsError(f"control= must be one of the arms {there}; got {self.control!r}.")

    def both(self, name: str) -> tuple[Labels, Labels]:
        """The values of the treated arm and of the control."""
        (found, index), values = self.arms(), np.asarray(self.column(name))
        treated, control = (found.tolist().index(arm) for arm in self.compared())
        return values[index == treated], values[index == control]

    def tally(self, name: str, strata: str | Sequence[str] | None) -> list[ArrayLike]:
        """Events, sizes and missing values of the treated arm, then of the control: numbers, or
        arrays with a number for each stratum."""
        if strata is not None:
            parts = [frame.tally(name, None) for _, frame in self.levels(strata)]
            return [np.array(each) for each in zip(*parts, strict=True)]
        counted: list[ArrayLike] = []
        for values in self.both(name):
            try:
                array = np.asarray(values, dtype=np.float64)
            except (TypeError, ValueError):
                array = np.array([np.inf])
            known = array[~np.isnan(array)]
            if not np.isin(known, (0.0, 1.0)).all():
                raise StatsError(
                    f"{name} must be events, 1 or 0; levels are compared by chi_squared_table or "
                    "fisher_freeman_halton."
                )
            counted += [int(known.sum()), known.size, array.size - known.size]
        return counted

    def table(self, name: str, strata: str | Sequence[str] | None) -> Places:
        """Patients of each arm (rows) by level of the column; of strata a table for each."""
        (arms, of_arm), column = self.arms(), self.column(name)
        values = as_array(column, name)
        if values.dtype.kind == "f" and not hasattr(getattr(column, "dtype", None), "categories"):
            # Computed numbers that tie up to their last bits are one level.
            (column,) = tied(values)
        levels, at = labels(column, name, len(values))
        stratum = np.zeros_like(at) if strata is None else self._labels(strata)[1]
        tables = np.zeros((stratum.max() + 1, len(arms), len(levels)), dtype=np.intp)
        np.add.at(tables, (stratum, of_arm, at), 1)
        return tables[0] if strata is None else tables

    def joint(self, names: str | Sequence[str]) -> ArrayLike:
        """A column of labels; of several names their labels together, such as "A, f"."""
        if isinstance(names, str) or len(names) == 1:
            return self.column(names if isinstance(names, str) else names[0])
        each = [self._labels(name) for name in names]
        parts = [found[index].tolist() for found, index in each]
        return np.array([", ".join(map(str, row)) for row in zip(*parts, strict=True)])

    def _labels(self, names: str | Sequence[str]) -> tuple[Labels, Places]:
        column = self.joint(names)
        return labels(column, str(names), len(as_array(column, str(names))))

    def levels(self, name: str | Sequence[str]) -> Iterator[tuple[object, Frame]]:
        """Each level of a column with the rows that have it."""
        found, index = self._labels(name)
        for place, level in enumerate(found.tolist()):
            rows = index == place
            if self.rows is not None:
                rows, at = np.zeros(self.rows.size, dtype=bool), np.flatnonzero(self.rows)
                rows[at[index == place]] = True
            yield level, replace(self, rows=rows)


def _products(one: Floats, other: Floats) -> Floats:
    return (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)


def _matrix(
    values: Mapping[str, Floats], effects: Sequence[tuple[str, ...]], n: int, intercept: bool
) -> Floats:
    blocks = [reduce(_products, (values[name] for name in effect)) for effect in effects]
    return np.hstack([np.ones((n, int(intercept))), *blocks])
