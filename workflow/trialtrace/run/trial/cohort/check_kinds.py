"""The rules of each kind of quantity in cohort.yaml, and of latent scores."""

import datetime
import itertools
import math
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.cohort.forms import MOST_ROWS
from trialtrace.run.trial.cohort.margins import cells, key_of, names_in
from trialtrace.run.trial.cohort.order import Types
from trialtrace.run.trial.cohort.quantities.choice import Choice, Ordinal, Pick, TextQuantity
from trialtrace.run.trial.cohort.quantities.computed import (
    BandsQuantity,
    DateQuantity,
    DaysQuantity,
    Gather,
    Linear,
    Product,
    RuleQuantity,
    Running,
)
from trialtrace.run.trial.cohort.quantities.continuous import Continuous, Normal, Uniform
from trialtrace.run.trial.cohort.quantities.options import Correlation, Limited, Loaded, Scored
from trialtrace.run.trial.cohort.quantities.pattern import PartsNumber, Pattern
from trialtrace.run.trial.cohort.quantities.quantity import Quantity
from trialtrace.run.trial.cohort.quantities.share import Share, Spread
from trialtrace.run.trial.context import known

TINY = 1e-6
MOST_PARTS = 12


def check_kind(document: Document, types: Types, quantity: Quantity) -> None:
    _scores(document, types, quantity)
    _rules(quantity, document, types, ("quantities", quantity.name, quantity.kind))
    if isinstance(quantity, Limited):
        _limits(document, quantity)


@singledispatch
def _rules(quantity: Quantity, document: Document, types: Types, path: Path_) -> None:
    """What a kind of quantity asks for beside its shape; a share has its rules in check_margins."""


def _numeric(document: Document, types: Types, path: Path_, name: str, kind: str = "") -> None:
    held = types.columns.get(name)
    if held is not None and not (held.kind == kind if kind else held.numeric):
        document.add(path, f"{name}, {held.kind}", kind or "a number")


def _limits(document: Document, quantity: Limited) -> None:
    bounds = quantity.bounds()
    ends = bounds.get("from", bounds.get("above")), bounds.get("to", bounds.get("below"))
    _ascending(document, ("quantities", quantity.name, "limits"), *ends)


def _ascending(document: Document, path: Path_, low: object, high: object) -> None:
    """Two ends that are both written out; others are told by the draw."""
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        document.add(path, f"{low} to {high}", "the lower end first")


@_rules.register
def _(quantity: Continuous, document: Document, types: Types, path: Path_) -> None:
    """Numbers of a distribution that are written out; those of tables are told by the draw."""
    parameters = quantity.parameters()
    for key in quantity.positive:
        value = parameters[key]
        if isinstance(value, int | float) and value <= 0:
            document.add((*path, key), f"{value}", "more than 0")
    if isinstance(quantity, Uniform):
        _ascending(document, path, quantity.uniform.from_, quantity.uniform.to)


@_rules.register
def _(quantity: Spread, document: Document, types: Types, path: Path_) -> None:
    for group, leaf in cells(quantity.table):
        if leaf.total > MOST_ROWS:
            document.add((*path, *key_of(group), "total"), f"{leaf.total}", f"at most {MOST_ROWS}")


@_rules.register
def _(quantity: Choice, document: Document, types: Types, path: Path_) -> None:
    choice = quantity.choice
    if (choice.of is None) == (choice.counts is None):
        keys = document.names(*path) or ()
        document.add(path, f"the keys {one_of(keys)}", "either of or counts")
        return
    if choice.counts is not None and choice.quota is not None:
        document.add((*path, "quota"), "quota beside counts", "quota beside of")
    for group, leaf in () if choice.of is None else cells(choice.of):
        _adds_up(document, (*path, "of", *key_of(group)), leaf.values())


@_rules.register
def _(quantity: Ordinal, document: Document, types: Types, path: Path_) -> None:
    for group, leaf in cells(quantity.ordinal.probabilities):
        _adds_up(document, (*path, "probabilities", *key_of(group)), leaf)


def _adds_up(document: Document, path: Path_, numbers: Iterable[float]) -> None:
    total = math.fsum(numbers)
    if abs(total - 1) > TINY:
        expected = "probabilities that add up to 1"
        document.add(path, f"probabilities that add up to {total:.6g}", expected)


@_rules.register
def _(quantity: Pattern, document: Document, types: Types, path: Path_) -> None:
    parts = list(quantity.pattern.parts)
    of = types.columns.get(quantity.pattern.of)
    if of is not None and (not of.yes_no or of.level != quantity.level):
        document.add(
            (*path, "of"),
            f"{of.name}, {of.kind} of the level {of.level}",
            f"a yes/no quantity of the level {quantity.level}",
        )
    if not 2 <= len(parts) <= MOST_PARTS:
        document.add((*path, "parts"), f"{len(parts)} parts", f"2 to {MOST_PARTS} parts")
    for key, numbers in quantity.pattern.states.items():
        if numbers is not None:
            _numbers(document, parts, (*path, key), numbers)
    for name, part in quantity.pattern.parts.items():
        if (part.share is None) == (part.propensity is None):
            found = f"the keys {one_of(document.names(*path, 'parts', name) or ())}"
            document.add((*path, "parts", name), found, "either share or propensity")


def _numbers(document: Document, parts: list[str], path: Path_, numbers: PartsNumber) -> None:
    """How many parts may be yes in a state of the composite, the last key of the path."""
    state, missing = path[-1], numbers.missing or ()
    for position, name in enumerate(missing):
        known(document, (*path, "missing", position), name, parts, "a part")
    most = len(parts) - (len(missing) if state != "unknown" else 0)
    least = numbers.at_least or 0
    top = len(parts) if numbers.at_most is None else numbers.at_most
    if least > most or (state != "unknown" and least > top):
        found = f"at least {least} of {most} parts, at most {top}"
        document.add(path, found, "a number that the parts can have")
    if state == "no" and top < len(missing):
        expected = "no more missing parts than may be yes: a missing part may be one"
        document.add(path, f"{len(missing)} parts missing, at most {top}", expected)


@_rules.register
def _(quantity: RuleQuantity, document: Document, types: Types, path: Path_) -> None:
    if quantity.name in types.columns:
        return
    expected = "values that are all text, all numbers or all dates"
    document.add(path, "values of different kinds", expected)


@_rules.register
def _(quantity: BandsQuantity, document: Document, types: Types, path: Path_) -> None:
    ends, values = quantity.bands.up_to, quantity.bands.values
    _numeric(document, types, (*path, "of"), quantity.bands.of)
    if any(b <= a for a, b in itertools.pairwise(ends)):
        document.add((*path, "up_to"), f"{list(ends)}", "ascending numbers")
    if len(values) != len(ends) + 1:
        place = (*path, "values")
        expected = f"{len(ends) + 1} values: one a band, and one for what is above"
        document.add(place, f"{len(values)} values for {len(ends)} bands", expected)
    if len({isinstance(value, str) for value in values}) > 1:
        document.add((*path, "values"), "text and numbers", "one of both")


@_rules.register
def _(quantity: Linear, document: Document, types: Types, path: Path_) -> None:
    for name in quantity.linear.terms:
        _numeric(document, types, (*path, "terms", name), name)


@_rules.register
def _(quantity: Product, document: Document, types: Types, path: Path_) -> None:
    factors = quantity.product
    for key, names in (("of", factors.of), ("divided_by", factors.divided_by or ())):
        for position, name in enumerate(names):
            _numeric(document, types, (*path, key, position), name)


@_rules.register
def _(quantity: DateQuantity, document: Document, types: Types, path: Path_) -> None:
    day = quantity.date
    keys = document.names(*path) or ()
    if set(keys) not in ({"between"}, {"between", "ordered"}, {"from", "days"}):
        expected = "between, with or without ordered; or from and days"
        document.add(path, f"the keys {one_of(keys)}", expected)
    elif day.from_ is not None:
        _numeric(document, types, (*path, "from"), day.from_, "date")
    elif day.between is not None:
        _between(document, (*path, "between"), day.between)


def _between(document: Document, path: Path_, days: tuple[str, ...]) -> None:
    try:
        first, last = (datetime.date.fromisoformat(day) for day in days)
    except ValueError:
        document.add(path, one_of(days), "dates that exist")
        return
    if first > last:
        document.add(path, f"{first} to {last}", "the first day first")


@_rules.register
def _(quantity: DaysQuantity, document: Document, types: Types, path: Path_) -> None:
    _numeric(document, types, (*path, "from"), quantity.days.from_, "date")
    _numeric(document, types, (*path, "to"), quantity.days.to, "date")


@_rules.register
def _(quantity: Gather, document: Document, types: Types, path: Path_) -> None:
    level, of, statistic = quantity.gather.level, quantity.gather.of, quantity.gather.statistic
    levels = [name for name in types.cohort.levels if quantity.level in types.above(name)[1:]]
    what = f"a level below {quantity.level}"
    if not known(document, (*path, "level"), level, levels, what):
        return
    inside = types.seen(level)
    if of is None:
        if statistic != "count":
            document.add(path, "no `of`", "the quantity that is summarised")
    elif known(document, (*path, "of"), of, inside, f"a quantity of {level}"):
        if statistic in ("sum", "mean"):
            _numeric(document, types, (*path, "of"), of)
        elif statistic in ("min", "max") and inside[of].kind == "text":
            document.add((*path, "of"), f"{of}, text", "numbers or dates")
    if quantity.gather.where is not None:
        columns = {name: held.variable() for name, held in inside.items()}
        check_condition(document, (*path, "where"), quantity.gather.where, columns)


@_rules.register
def _(quantity: Running, document: Document, types: Types, path: Path_) -> None:
    _numeric(document, types, (*path, "of"), quantity.running.of)


@_rules.register
def _(quantity: TextQuantity, document: Document, types: Types, path: Path_) -> None:
    _numeric(document, types, (*path, "of"), quantity.text.of, "integer")


@_rules.register
def _(quantity: Pick, document: Document, types: Types, path: Path_) -> None:
    level = types.cohort.levels[quantity.level]
    if level.of is None:
        document.add(path, f"the level {level.name}", "a level below another one")
        return
    above = types.seen(level.of)
    for name in names_in(quantity.pick.count):
        if name not in above:
            found = f"{name}, a quantity of the level {level.name}"
            expected = f"a quantity of the level {level.of} or above, one number a parent"
            document.add((*path, "count"), found, expected)


ROUNDING = 1e-9


def _scores(document: Document, types: Types, quantity: Quantity) -> None:
    base = ("quantities", quantity.name)
    if isinstance(quantity, Loaded):
        # A spread goes by the loaded part of the score alone, which may have any variance.
        standard = isinstance(quantity, Scored)
        _loads(document, types, (*base, "loads"), quantity.loads or {}, standard)
    if isinstance(quantity, Share):
        _loads(document, types, (*base, "known", "loads"), quantity.known_loads, True)
    if isinstance(quantity, Scored) and quantity.correlation is not None:
        _correlation(document, types, quantity, quantity.correlation)


def _loads(
    document: Document, types: Types, path: Path_, loads: Mapping[str, float], standard: bool
) -> None:
    for name in loads:
        factor = types.columns[name].of if name in types.columns else None
        if not isinstance(factor, Normal) or not _is_factor(factor):
            document.add(
                (*path, name),
                f"{name}, which is no standard normal quantity",
                "a quantity with normal: {mean: 0, sd: 1} and no limits, step or where",
            )
        elif len(loads) > 1 and factor.loads:
            place = (*path, name)
            expected = "independent factors where there are several"
            document.add(place, f"{name}, which itself loads on others", expected)
    total = sum(load**2 for load in loads.values())
    if standard and total > 1 + ROUNDING:
        found = f"squares of loadings that add up to {total:.4g}"
        document.add(path, found, "at most 1: the score has the variance 1")


def _is_factor(quantity: Normal) -> bool:
    if quantity.limits or quantity.step or quantity.exact or quantity.where is not None:
        return False
    return (quantity.normal.mean, quantity.normal.sd) == (0, 1)


def _correlation(
    document: Document, types: Types, quantity: Scored, correlation: Correlation
) -> None:
    path, level = ("quantities", quantity.name, "correlation"), types.cohort.levels[quantity.level]
    if level.of is None:
        document.add(path, f"the level {level.name}", "a level below another one")
    if (matrix := correlation.unstructured) is not None:
        _matrix(document, (*path, "unstructured"), matrix, len(level.days))


def _matrix(
    document: Document, path: Path_, matrix: tuple[tuple[float, ...], ...], size: int
) -> None:
    import numpy as np

    if not size or len(matrix) != size or any(len(row) != size for row in matrix):
        text = " by ".join(str(n) for n in (len(matrix), max(map(len, matrix))))
        expected = f"{size} by {size}, as many as labels" if size else "a level with labels"
        document.add(path, f"a matrix of {text}", expected)
        return
    whole: Any = np.asarray(matrix, dtype=float)
    if not np.array_equal(whole, whole.T) or not np.array_equal(np.diag(whole), np.ones(size)):
        expected = "the same above and below the diagonal, and 1 on it"
        document.add(path, "a matrix that is no correlation matrix", expected)
    elif np.linalg.eigvalsh(whole).min() <= ROUNDING:
        document.add(path, "correlations that cannot hold together", "a positive definite matrix")
