"""The truth manifest: a row for every parameter a cohort is drawn from, and what came of margins.

A row has quantity, level, group ("arm = smt"), arm, what (mean, count, probability, …), tag
(printed, arithmetic, assumed), printed (the text), count, of, set (name of the set of counts),
rivals (counts that print the same in this group), rival_sets (over all groups of the margin),
value, drawn, drawn_of, margin (whether it is one), check (what the report compares it with), note.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.base.config.spec import items_of, mapping_of
from trialtrace.run.trial.cohort.margins import Group, cells
from trialtrace.run.trial.cohort.quantities.quantity import Quantity

COLUMNS = (
    "quantity",
    "level",
    "group",
    "arm",
    "what",
    "tag",
    "printed",
    "count",
    "of",
    "set",
    "rivals",
    "rival_sets",
    "value",
    "drawn",
    "drawn_of",
    "margin",
    "check",
    "note",
)


class Truth:
    """Gathers the rows."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, quantity: Quantity, group: Group, what: str, **more: Any) -> None:
        """A row; columns that are not given stay None."""
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {
            "quantity": quantity.name,
            "level": quantity.level,
            "group": ", ".join(f"{by} = {value}" for by, value in group),
            "arm": next((value for by, value in group if by == "arm"), None),
            "what": what,
            "tag": quantity.origin,
            "margin": False,
            "note": quantity.note,
        }
        self.rows.append(row | more)

    def parameters(self, quantity: Quantity, body: Mapping[str, object] | None = None) -> None:
        """A row for every leaf of what stands under the kind, and one for each option.

        `body` are those keys under the kind that are told, all where it is None.
        """
        tag = quantity.parameter_origin
        printed = None if quantity.has_margin else quantity.printed
        for key, value in (items_of(quantity.body) if body is None else body).items():
            for group, leaf in cells(value):
                what = f"{quantity.kind}.{key}"
                self.add(quantity, group, what, value=plain(leaf), tag=tag, printed=printed)
        for what, value in _options(quantity):
            for group, leaf in cells(value):
                self.add(quantity, group, what, value=plain(leaf), tag=tag)
        if quantity.where is not None:
            self.add(quantity, (), "where", value=plain(quantity.where), tag=tag)


def _options(quantity: Quantity) -> Iterator[tuple[str, object]]:
    """What is told of the options: each load and each limit by itself."""
    options = items_of(quantity)
    for key in ("loads", "correlation", "limits", "step", "known"):
        value = options.get(key)
        if key == "loads":
            yield from ((f"loads.{name}", load) for name, load in (value or {}).items())
        elif key == "limits":
            bounds = {} if value is None else value.bounds()
            yield from ((f"limits.{end}", bound) for end, bound in bounds.items())
        elif value is not None:
            yield key, value


def plain(value: object) -> Any:
    """A number or text as it is, anything else as JSON text."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    return json.dumps(mapping_of(value), ensure_ascii=False, sort_keys=True)
