"""What the quantities of a cohort hold: their level, kind and, for text, the possible values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trialtrace.trial.cohort.model import Cohort, LevelSpec, Quantity, cells
from trialtrace.trial.model import Variable

YES_NO = ("yes", "no")
_NUMBERS = ("normal", "lognormal", "weibull", "uniform", "linear", "product")
_INTEGERS = ("ordinal", "spread", "days")


@dataclass(frozen=True)
class Held:
    """A column of a level. `values` are all that a text can have; None where they are not known."""

    name: str
    level: str
    kind: str
    values: tuple[str, ...] | None = None
    of: Quantity | None = None

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "integer")

    def variable(self) -> Variable:
        """As a column that conditions are checked with."""
        choices = dict.fromkeys(self.values or (), "")
        return Variable(
            self.name,
            self.level,
            self.kind,
            self.name,
            choices,
            None,
            None,
            False,
            False,
            "",
            None,
            0,
        )


class Types:
    """The columns of a cohort by name; what cannot be known (a cycle, a wrong name) is left out."""

    def __init__(self, cohort: Cohort):
        self.cohort = cohort
        self.columns: dict[str, Held] = {}
        self._open: set[str] = set()
        self._made = {column: one for one in cohort.quantities.values() for column in one.makes}
        for level in cohort.levels.values():
            self.columns |= {held.name: held for held in _of_level(level)}
        for name in self._made:
            self.held(name)

    def held(self, name: str) -> Held | None:
        if name in self.columns or name in self._open or name not in self._made:
            return self.columns.get(name)
        self._open.add(name)
        one = self._made[name]
        found = self._of(one)
        if found is not None:
            self.columns[name] = replace(found, name=name, level=one.level, of=one)
        return self.columns.get(name)

    def above(self, level: str) -> list[str]:
        """A level and those above it, as far as they are known."""
        found: list[str] = []
        following: str | None = level
        while following in self.cohort.levels and following not in found:
            found.append(following)
            following = self.cohort.levels[following].of
        return found

    def seen(self, level: str) -> dict[str, Held]:
        """The columns that rows of a level can use."""
        levels = self.above(level)
        return {name: held for name, held in self.columns.items() if held.level in levels}

    def _of(self, one: Quantity) -> Held | None:
        kind, given = one.kind, one.given
        if kind in ("share", "pick", "pattern"):
            return _held("text", YES_NO)
        if kind == "choice":
            table = given.get("counts", given.get("of"))
            names = (name for _, leaf in cells(table) for name in leaf)
            return _held("text", tuple(dict.fromkeys(names)))
        if kind in _NUMBERS:
            step = one.options.get("step")
            return _held("integer" if step and float(step).is_integer() else "number")
        if kind in _INTEGERS:
            return _held("integer")
        if kind == "date":
            return _held("date")
        if kind == "text":
            return _held("text")
        if kind == "bands":
            return _joined([_constant(value) for value in given["values"]])
        return self._computed(one)

    def _computed(self, one: Quantity) -> Held | None:
        given = one.given
        if one.kind == "rule":
            outcomes = [case["is"] for case in given["cases"]]
            outcomes += [given["otherwise"]] if "otherwise" in given else []
            return _joined([self._outcome(outcome) for outcome in outcomes])
        source = self.held(given["of"]) if "of" in given else None
        statistic = given.get("statistic", "sum")
        if statistic == "count":
            return _held("integer")
        if source is None:
            return None
        return _held("number") if statistic == "mean" else _held(source.kind, source.values)

    def _outcome(self, outcome: Any) -> Held | None:
        if isinstance(outcome, Mapping):
            return self.held(outcome["column"])
        return _constant(outcome)


def _held(kind: str, values: tuple[str, ...] | None = None) -> Held:
    return Held("", "", kind, values)


def _constant(value: Any) -> Held:
    if isinstance(value, str):
        return _held("text", (value,))
    return _held("integer" if isinstance(value, int) else "number")


def _joined(parts: list[Held | None]) -> Held | None:
    """What several outcomes have in common; None where they do not go together."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    kinds = {part.kind for part in known}
    if kinds <= {"number", "integer"}:
        return _held("integer" if kinds == {"integer"} else "number")
    if len(kinds) > 1:
        return None
    whole = len(known) == len(parts) and all(part.values is not None for part in known)
    values = tuple(dict.fromkeys(value for part in known for value in part.values or ()))
    return _held(known[0].kind, values if whole and kinds == {"text"} else None)


def _of_level(level: LevelSpec) -> list[Held]:
    if level.of is None:
        made = [Held("id", level.name, "integer")]
        return made + [Held("arm", level.name, "text", tuple(level.arms))] * bool(level.arms)
    column = level.column or level.name
    if not level.labels:
        return [Held(column, level.name, "integer")]
    made = [Held(column, level.name, "text", tuple(level.labels))]
    return made + [Held(f"{column}_day", level.name, "number")] * level.dated
