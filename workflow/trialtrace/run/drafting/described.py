"""What a file, or a description beside it, says of a column itself: nothing here is a guess."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Described:
    """A column by its own file or by a data dictionary. `by` names which, as in "the dictionary".

    `choices` are labels of codes; `missing` codes that are declared missing. `type` and what
    follows are those of a field of a data dictionary, `given` is its row, by our column names.
    `format` is that of a statistical package, as the file spells it.
    """

    by: str = ""
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unit: str = ""
    type: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    identifier: bool = False
    field: str = ""
    form: str = ""
    format: str = ""
    given: Mapping[str, str] = dataclasses.field(default_factory=dict)


NOTHING = Described()


def merged(said: Described, own: Described | None) -> Described:
    """What a description says, and of what it does not say the file's own words."""
    if own is None:
        return said
    return dataclasses.replace(
        said,
        label=said.label or own.label,
        choices=said.choices or own.choices,
        unit=said.unit or own.unit,
        missing=own.missing or said.missing,
        format=own.format or said.format,
    )


def described_units(units: Mapping[str, str]) -> dict[str, Described]:
    """Columns by the unit that stands below their name."""
    return {name: Described(by="The row of units", unit=unit) for name, unit in units.items()}
