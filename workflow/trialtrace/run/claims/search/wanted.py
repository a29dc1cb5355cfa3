"""Printed numbers as a candidate has to give them, and the window in which they are displaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from trialtrace.audit.candidates.coincidence import Held, Joint, Target, Window
from trialtrace.audit.printed.agreement import DIFFERS
from trialtrace.audit.printed.expression import Component
from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.claims.convert import CONVERSIONS, falls
from trialtrace.run.tables.contracts.rows import ResultRow, present

ALL = "all"
Who = str | tuple[str, str]
Second = tuple[str, str] | None
P = "p_value"
_FIELDS = {"ci_low": "low", "ci_high": "high", "denominator": "denominator", "se": "error"}
_OTHER_SIDE = {"low": "high", "high": "low"}
# A row of claims, whose columns are also chosen by name.
Judged = Mapping[str, Any]

ROLES = {"ci_low": "low", "ci_high": "high", "p": "p"}


class Key(NamedTuple):
    """A statistic of the results: its name, what of it (value, low, high, error, denominator), of
    which group ("all" for everybody) or comparison, and its second level (a time, an effect)."""

    stat: str
    field: str
    who: Who
    second: Second = None


@dataclass(frozen=True)
class Wanted:
    """A printed number, with the key of the result that it is compared with.

    `how` brings the result to the printed scale; `differs` where the planned analysis does not give
    it, `held` where a candidate has to keep it and it is not displaced; `level` is the decision
    level, which "n.s." needs, `factor` what a claim says between the units.
    """

    claim: str
    part: Component
    key: Key
    how: str
    differs: bool
    held: bool
    level: float
    factor: float = 1.0

    @property
    def digits(self) -> bool:
        """Whether it is printed as a number, not as a bound or in words."""
        return self.part.relation == "=" and self.part.value is not None

    @property
    def displaced(self) -> bool:
        return self.digits and not self.held and bool(self.part.value)

    @property
    def unit(self) -> Fraction:
        """The grid of a candidate's column: its printed digits, or whether it is true."""
        return Fraction(self.part.ulp) if self.digits else Fraction(1)

    def printable(self, values: Floats) -> Floats:
        """Values on the printed scale; for a bound or words 1 where what is printed is true."""
        with np.errstate(divide="ignore", invalid="ignore"):
            shown = np.asarray(self.factor * CONVERSIONS[self.how](values), dtype=np.float64)
        return shown if self.digits else np.where(np.isnan(shown), np.nan, self._true(shown))

    def _true(self, values: Floats) -> Flags:
        relation, value = self.part.relation, float(self.part.value or 0)
        if relation == "ns":
            return values > self.level
        if relation == "about":
            low, high = (float(bound) for bound in self.part.bounds)
            return (low <= values) & (values <= high)
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
        return compare[relation](values, value)


def wanted(
    claim: str,
    component: Component,
    result: ResultRow,
    how: str,
    rows: Mapping[str, Judged],
    level: float,
    factor: float = 1.0,
) -> Wanted:
    """A component with the result that it was compared with; `rows` are those of its claim."""
    field = _FIELDS.get(component.name, "value")
    if falls(how):
        field = _OTHER_SIDE.get(field, field)
    treated, kind = result["comparison"], result["group2"]
    group = result["group1_level"] or ALL
    who = (treated, present(result["reference"])) if treated else group
    second = (kind, present(result["group2_level"])) if kind else None
    key = Key(result["stat_name"], field, who, second)
    differs = rows[component.name]["against_data"] == DIFFERS
    return Wanted(claim, component, key, how, differs, _held(component, rows), level, factor)


def _held(component: Component, rows: Mapping[str, Judged]) -> bool:
    """Whether a component is kept and not displaced.

    A denominator says who was analysed, degrees of freedom by which design. Where a claim prints a
    count, the count alone is displaced: the denominator and the percentage follow from the
    candidate that gives it.
    """
    differs = {name for name, row in rows.items() if row["against_data"] == DIFFERS}
    if component.name in ("denominator", "df1", "df2"):
        return True
    if "count" in rows and differs & {"count", "denominator", "percent"}:
        return component.name == "percent" or component.name not in differs | {"count"}
    return component.name not in differs


def ordered(every: Sequence[Wanted]) -> tuple[list[Wanted], Joint]:
    """The numbers of a bundle in the order of their window, and the window."""
    order: list[Wanted] = []
    windows: list[Window | Held] = []
    for name in dict.fromkeys(one.claim for one in every):
        own = [one for one in every if one.claim == name]
        main = next((one for one in own if _is_main(one)), None)
        moved = [
            one
            for one in own
            if one.displaced and (one is main or one.part.name in ("ci_low", "ci_high"))
        ]
        if moved and main is not None:
            targets = tuple(Target(ROLES.get(one.part.name, "estimate"), one.part) for one in moved)
            windows.append(Window(targets, None if main in moved else main.part))
            order += moved
        for one in own:
            if main is not None and any(one is other for other in moved):
                continue
            windows.append(_alone(one))
            order.append(one)
    return order, Joint(tuple(windows))


def _is_main(item: Wanted) -> bool:
    return item.digits and item.key.field == "value" and item.part.name in ("percent", "value")


def _alone(item: Wanted) -> Window | Held:
    if not item.digits:
        return Held(1)
    target = Target("p" if item.part.name == "p" else "estimate", item.part)
    return Window((target,)) if item.displaced else Held(target.cell)
