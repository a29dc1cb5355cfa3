"""The rules of each kind of quantity in cohort.yaml."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

from trialtrace.config.compose import Document, Path_
from trialtrace.ground.errors import one_of
from trialtrace.trial.check_conditions import check_condition
from trialtrace.trial.cohort.check_scores import check_scores
from trialtrace.trial.cohort.model import MOST_ROWS, Quantity, cells
from trialtrace.trial.cohort.types import Types
from trialtrace.trial.context import known

TINY = 1e-6
MOST_PARTS = 12


def check_kind(document: Document, types: Types, one: Quantity) -> None:
    check_scores(document, types, one)
    if (rules := _RULES.get(one.kind)) is not None:
        rules(document, types, one, ("quantities", one.name, one.kind))
    _limits(document, one)


def _numeric(document: Document, types: Types, path: Path_, name: str, kind: str = "") -> None:
    held = types.columns.get(name)
    if held is not None and not (held.kind == kind if kind else held.numeric):
        document.add(path, found=f"{name}, {held.kind}", expected=kind or "a number")


def _limits(document: Document, one: Quantity) -> None:
    given = one.options.get("limits", {})
    path = ("quantities", one.name, "limits")
    numbers = [given.get("from", given.get("above")), given.get("to", given.get("below"))]
    if all(isinstance(end, int | float) for end in numbers) and numbers[0] > numbers[1]:
        document.add(path, found=f"{numbers[0]} to {numbers[1]}", expected="the lower end first")


def _continuous(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    """Numbers of a distribution that are written out; those of tables are told by the draw."""
    positive = {"normal": ("sd",), "lognormal": ("mean", "sd"), "weibull": ("shape", "scale")}
    for key in positive.get(one.kind, ()):
        value = one.given.get(key)
        if isinstance(value, int | float) and value <= 0:
            document.add((*path, key), found=f"{value}", expected="more than 0")
    ends = [one.given.get(key) for key in ("from", "to")]
    if all(isinstance(end, int | float) for end in ends) and ends[0] > ends[1]:
        document.add(path, found=f"{ends[0]} to {ends[1]}", expected="the lower end first")


def _spread(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    for where, leaf in cells(one.given):
        if leaf["total"] > MOST_ROWS:
            document.add(
                (*path, *_key(where), "total"),
                found=f"{leaf['total']}",
                expected=f"at most {MOST_ROWS}",
            )


def _choice(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    given = one.given
    if ("of" in given) == ("counts" in given):
        document.add(path, found=f"the keys {one_of(given)}", expected="either of or counts")
        return
    if "counts" in given and "quota" in given:
        document.add((*path, "quota"), found="quota beside counts", expected="quota beside of")
    for where, leaf in cells(given["of"]) if "of" in given else ():
        _adds_up(document, (*path, "of", *_key(where)), leaf.values())


def _ordinal(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    for where, leaf in cells(one.given["probabilities"]):
        _adds_up(document, (*path, "probabilities", *_key(where)), leaf)


def _key(where: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The keys of a table that lead to a group."""
    return tuple(part for _, value in where for part in ("is", value))


def _adds_up(document: Document, path: Path_, numbers: Any) -> None:
    total = math.fsum(numbers)
    if abs(total - 1) > TINY:
        document.add(
            path,
            found=f"probabilities that add up to {total:.6g}",
            expected="probabilities that add up to 1",
        )


def _pattern(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    given, parts = one.given, list(one.given["parts"])
    of = types.columns.get(given["of"])
    if of is not None and (set(of.values or ()) != {"yes", "no"} or of.level != one.level):
        document.add(
            (*path, "of"),
            found=f"{of.name}, {of.kind} of the level {of.level}",
            expected=f"a yes/no quantity of the level {one.level}",
        )
    if not 2 <= len(parts) <= MOST_PARTS:
        document.add(
            (*path, "parts"), found=f"{len(parts)} parts", expected=f"2 to {MOST_PARTS} parts"
        )
    for key in ("yes", "no", "unknown"):
        numbers = given.get(key, {})
        for position, name in enumerate(numbers.get("missing", ())):
            known(document, (*path, key, "missing", position), name, parts, "a part")
        most = len(parts) - (len(numbers.get("missing", ())) if key != "unknown" else 0)
        least = max(numbers.get("at_least", 0), 0)
        top = numbers.get("at_most", len(parts))
        if least > most or (key != "unknown" and least > top):
            document.add(
                (*path, key),
                found=f"at least {least} of {most} parts, at most {top}",
                expected="a number that the parts can have",
            )
        if key == "no" and top < len(numbers.get("missing", ())):
            document.add(
                (*path, key),
                found=f"{len(numbers['missing'])} parts missing, at most {top}",
                expected="no more missing parts than may be yes: a missing part may be one",
            )
    for name, part in given["parts"].items():
        if ("share" in part) == ("propensity" in part):
            document.add(
                (*path, "parts", name),
                found=f"the keys {one_of(part)}",
                expected="either share or propensity",
            )


def _rule(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    if one.name in types.columns:
        return
    document.add(
        path,
        found="values of different kinds",
        expected="values that are all text, all numbers or all dates",
    )


def _bands(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    ends, values = one.given["up_to"], one.given["values"]
    _numeric(document, types, (*path, "of"), one.given["of"])
    if any(b <= a for a, b in itertools.pairwise(ends)):
        document.add((*path, "up_to"), found=f"{ends}", expected="ascending numbers")
    if len(values) != len(ends) + 1:
        document.add(
            (*path, "values"),
            found=f"{len(values)} values for {len(ends)} bands",
            expected=f"{len(ends) + 1} values: one a band, and one for what is above",
        )
    if len({isinstance(value, str) for value in values}) > 1:
        document.add((*path, "values"), found="text and numbers", expected="one of both")


def _linear(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    for name in one.given["terms"]:
        _numeric(document, types, (*path, "terms", name), name)


def _product(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    for key in ("of", "divided_by"):
        for position, name in enumerate(one.given.get(key, ())):
            _numeric(document, types, (*path, key, position), name)


def _date(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    given = one.given
    if set(given) not in ({"between"}, {"between", "ordered"}, {"from", "days"}):
        document.add(
            path,
            found=f"the keys {one_of(given)}",
            expected="between, with or without ordered; or from and days",
        )
        return
    if "from" in given:
        _numeric(document, types, (*path, "from"), given["from"], "date")
        return
    import datetime

    try:
        first, last = (datetime.date.fromisoformat(day) for day in given["between"])
    except ValueError:
        document.add(
            (*path, "between"), found=one_of(given["between"]), expected="dates that exist"
        )
        return
    if first > last:
        document.add((*path, "between"), found=f"{first} to {last}", expected="the first day first")


def _days(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    for key in ("from", "to"):
        _numeric(document, types, (*path, key), one.given[key], "date")


def _gather(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    given = one.given
    levels = [name for name in types.cohort.levels if one.level in types.above(name)[1:]]
    if not known(document, (*path, "level"), given["level"], levels, f"a level below {one.level}"):
        return
    inside = types.seen(given["level"])
    if "of" not in given:
        if given["statistic"] != "count":
            document.add(path, found="no `of`", expected="the quantity that is summarised")
    elif known(document, (*path, "of"), given["of"], inside, f"a quantity of {given['level']}"):
        numeric = given["statistic"] in ("sum", "mean")
        if numeric:
            _numeric(document, types, (*path, "of"), given["of"])
        elif given["statistic"] in ("min", "max") and inside[given["of"]].kind == "text":
            document.add((*path, "of"), found=f"{given['of']}, text", expected="numbers or dates")
    if "where" in given:
        columns = {name: held.variable() for name, held in inside.items()}
        check_condition(document, (*path, "where"), given["where"], columns)


def _running(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    _numeric(document, types, (*path, "of"), one.given["of"])


def _text(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    _numeric(document, types, (*path, "of"), one.given["of"], "integer")


def _pick(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    level = types.cohort.levels[one.level]
    if level.of is None:
        document.add(path, found=f"the level {one.level}", expected="a level below another one")
        return
    above = types.seen(level.of)
    for name in _names(one.given["count"]):
        if name not in above:
            document.add(
                (*path, "count"),
                found=f"{name}, a quantity of the level {one.level}",
                expected=f"a quantity of the level {level.of} or above, one number a parent",
            )


def _names(given: Any) -> list[str]:
    if isinstance(given, str):
        return [given]
    if isinstance(given, Mapping):
        inner = [name for _, leaf in cells(given) for name in _names(leaf)]
        return [*(name for path, _ in cells(given) for name, _ in path), *inner]
    return []


_RULES: dict[str, Callable[[Document, Types, Quantity, Path_], None]] = {
    "normal": _continuous,
    "lognormal": _continuous,
    "weibull": _continuous,
    "uniform": _continuous,
    "spread": _spread,
    "choice": _choice,
    "ordinal": _ordinal,
    "pattern": _pattern,
    "rule": _rule,
    "bands": _bands,
    "linear": _linear,
    "product": _product,
    "date": _date,
    "days": _days,
    "gather": _gather,
    "running": _running,
    "text": _text,
    "pick": _pick,
}
