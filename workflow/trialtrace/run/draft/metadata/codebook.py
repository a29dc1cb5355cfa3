"""A codebook with the heads name, label, type, unit, values, missing: a CSV file, or a sheet.

A duration has the type mm:ss, hh:mm or hh:mm:ss, as it is written. `values` and `missing` are lists
with `;` or `|` between their entries, each `code=label` or a code.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.draft.metadata.declared import Declared
from trialtrace.run.trial.dictionary import DURATIONS

HEADS = ("name", "label", "type", "unit", "values", "missing")
TYPES = {
    "integer": "integer",
    "number": "number",
    "date": "date",
    "datetime": "moment",
    "time": "clock",
    "text": "text",
    "code": "code",
    **dict.fromkeys(DURATIONS.values(), "duration"),
}


def is_codebook(header: Sequence[str]) -> bool:
    """Whether these are the heads of a codebook, in any order."""
    return sorted(cell.strip().lower() for cell in header) == sorted(HEADS)


def read_codebook(rows: Iterable[Mapping[str, str]], place: str) -> dict[str, Declared]:
    """The declaration of each column by its name. `rows` are by the heads. Raises UserError for a
    type that is none."""
    made = {}
    for row in rows:
        cells = {head.strip().lower(): (cell or "").strip() for head, cell in row.items()}
        kind = cells["type"].lower()
        if kind and kind not in TYPES:
            raise wrong(f"{place}, {cells['name']}", f"the type {kind}", one_of(TYPES))
        choices = listed(cells["values"])
        made[cells["name"]] = Declared(
            label=cells["label"],
            unit=cells["unit"],
            kind="code" if choices else TYPES.get(kind, ""),
            order=kind if kind in DURATIONS.values() else "",
            choices={code: label or code for code, label in choices.items()},
            missing=listed(cells["missing"]),
        )
    return made


def listed(text: str) -> dict[str, str]:
    """`1=Yes; 0=No` as {"1": "Yes", "0": "No"}; a code without a label has none."""
    parts = (entry.partition("=") for entry in re.split("[;|]", text))
    made = {code.strip(): label.strip() for code, _, label in parts}
    return {code: label for code, label in made.items() if code}
