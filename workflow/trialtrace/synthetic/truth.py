"""The truth manifest: a row for every parameter a cohort is drawn from, and what came of margins.

A row has quantity, level, group ("arm = smt"), arm, what (mean, count, probability, …), tag
(printed, arithmetic, assumed), printed (the text), count, of, set (name of the set of counts),
rivals (counts that print the same in this group), rival_sets (over all groups of the margin),
value, drawn, drawn_of, margin (whether it is one), check (what the report compares it with), note.
"""

import json
from collections.abc import Mapping
from typing import Any

from trialtrace.trial.cohort.model import Quantity, cells
from trialtrace.trial.cohort.tags import has_margin, parameter_tag

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
_OPTIONS = ("loads", "correlation", "limits", "step", "known")


class Truth:
    """Gathers the rows."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, one: Quantity, path: Any, what: str, **more: Any) -> dict[str, Any]:
        """A row; columns that are not given stay None."""
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {
            "quantity": one.name,
            "level": one.level,
            "group": ", ".join(f"{by} = {value}" for by, value in path),
            "arm": next((value for by, value in path if by == "arm"), None),
            "what": what,
            "tag": one.tag,
            "margin": False,
            "note": one.options.get("note"),
        }
        self.rows.append(row | more)
        return self.rows[-1]

    def parameters(self, one: Quantity, given: Mapping[str, Any] | None = None) -> None:
        """A row for every leaf of what stands under the kind, and one for each option."""
        tag = parameter_tag(one)
        printed = None if has_margin(one) else one.options.get("printed")
        for key, value in (one.given if given is None else given).items():
            for path, leaf in cells(value):
                what = f"{one.kind}.{key}"
                self.add(one, path, what, value=plain(leaf), tag=tag, printed=printed)
        for key in _OPTIONS:
            for inner, value in _options(one, key):
                for path, leaf in cells(value):
                    self.add(one, path, inner, value=plain(leaf), tag=tag)
        if one.where is not None:
            self.add(one, (), "where", value=plain(one.where), tag=tag)


def _options(one: Quantity, key: str) -> list[tuple[str, Any]]:
    value = one.options.get(key)
    if value is None:
        return []
    if isinstance(value, Mapping) and key in ("limits", "loads"):
        return [(f"{key}.{inner}", given) for inner, given in value.items()]
    return [(key, value)]


def plain(value: Any) -> Any:
    """A number or text as it is, anything else as JSON text."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
