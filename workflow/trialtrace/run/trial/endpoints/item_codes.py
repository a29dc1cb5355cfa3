"""endpoints.yaml: what the codes of an instrument's items are worth."""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.references import NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, is_number, known_code, near_code
from trialtrace.run.trial.instruments.declaration import Item
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.model import Variable

Place = tuple[str, ...]


def applies(codes: Mapping[str, float], variable: Variable | None) -> bool:
    """Whether the codes are those of a column, which else has numbers that stand for themselves."""
    if not codes or (variable is not None and variable.kind in NUMERIC and not variable.choices):
        return False
    choices = list(variable.choices) if variable is not None else []
    plain = bool(choices) and all(is_number(code) for code in choices)
    return not plain or any(code in codes for code in choices)


def check(
    files: Files,
    name: str,
    instrument_entry: InstrumentEntry,
    table: str,
    columns: dict[str, list[Variable]],
    items: Mapping[str, Item],
) -> None:
    """Codes of the dictionary, each with a number that the item can have. `columns` are those of
    each item that is needed."""
    document = files.endpoints
    for item in instrument_entry.item_codes or {}:
        if item not in columns:
            expected = f"an item of these scales with a column: {one_of(columns, 40)}"
            document.add((name, "item_codes", item), f"item {item}", expected)
        elif items[item].codes:
            found = f"item {item}, whose codes have their values under {items[item].codes}"
            document.add((name, "item_codes", item), found, "another item")
    used: dict[str, list[Variable]] = {}
    for item, column in columns.items():
        place: Place = (name, "codes")
        if item in (instrument_entry.item_codes or {}):
            place = (name, "item_codes", item)
        codes = instrument_entry.worth_of(item)
        for variable in column:
            if items[item].codes or not applies(codes, variable):
                continue
            _column(files, place, codes, table, variable, items[item])
            if place == (name, "codes"):
                used.setdefault("codes", []).append(variable)
            else:
                for code in codes:
                    known_code(document, (*place, code), code, variable)
    _unused(files, (name, "codes"), instrument_entry.codes or {}, used.get("codes", []))


def every_choice(
    files: Files, place: Path_, codes: Mapping[str, float], table: str, variable: Variable
) -> None:
    """Every choice of a column that is not declared as missing has a number."""
    none = files.cleaning.get("tables", table, "missing", variable.name) or ()
    lacking = [code for code in variable.choices if code not in (*codes, *none)]
    if lacking:
        files.endpoints.add(
            place,
            f"no number for {one_of(tell(code) for code in lacking)} of {variable.name}",
            "a number for every choice of the dictionary",
            do="declare a code that means that nothing is known under `missing` in cleaning.yaml",
        )


def _column(
    files: Files,
    place: Path_,
    codes: Mapping[str, float],
    table: str,
    variable: Variable,
    item: Item,
) -> None:
    """Every choice of a column has a number, and one that the item can have."""
    document = files.endpoints
    every_choice(files, place, codes, table, variable)
    for code in variable.choices or codes:
        value = codes.get(code)
        if value is None:
            continue
        if not item.low <= value <= item.high or (item.whole and value != int(value)):
            document.add(
                (*place, code),
                f"{tell(value)}, for {variable.name}",
                f"a {'whole ' if item.whole else ''}number from {item.low:g} to {item.high:g}",
            )


def _unused(
    files: Files, place: Path_, codes: Mapping[str, float], columns: list[Variable]
) -> None:
    """A code that no column has is a mistake of spelling; columns without choices may have it."""
    document = files.endpoints
    if not codes:
        return
    if not columns:
        found = "codes, while every item has a column of numbers"
        document.add(place, found, "no codes, or a column of text or choices")
        return
    known = {code for variable in columns for code in variable.choices}
    if any(not variable.choices for variable in columns):
        return
    for code in codes:
        if code not in known and not document.full:
            expected = f"a choice of an item: {one_of(tell(one) for one in sorted(known))}"
            document.add((*place, code), tell(code), expected, do=near_code(columns[0], code))
