"""Entries of kind instrument: their scales and items, and the names and codes that they make."""

import re
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.references import NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import (
    Files,
    column,
    is_number,
    known,
    known_code,
    proposed_codes,
    told_kind,
)
from trialtrace.run.trial.endpoints import item_codes
from trialtrace.run.trial.endpoints.item_codes import applies
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.endpoints.registry import entry
from trialtrace.run.trial.endpoints.wide import ItemPattern
from trialtrace.run.trial.instruments.declaration import Item
from trialtrace.run.trial.instruments.shared import InstrumentEntry, ItemsPrefix, ScoredItems
from trialtrace.run.trial.model import Variable

_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_LONGEST_NAME = 40
# What does not go with a row a subject, where items have a column for each visit.
ONE_ROW = {"visit", "side", "location", "date", "start", "windows", "outside"}


def check(files: Files, name: str, given: dict[str, Any]) -> None:
    instrument_entry: InstrumentEntry = entry(given)
    scales = {scale.name: scale for scale in instrument_entry.every_scale}
    for label in given.get("labels", {}):
        known(files.endpoints, (name, "labels", label), label, scales, "a scale")
    wanted = given.get("scales", "all")
    for position, scale in enumerate(wanted if isinstance(wanted, list) else ()):
        place = (name, "scales", position)
        known(files.endpoints, place, scale, scales, "a scale under these options")
    _names(files, name, instrument_entry)
    if "items" in given or "column" in given:
        _items(files, name, given, instrument_entry)
    if "norm" in given:
        _norm(files, name, given["norm"])
    for path, found, expected in instrument_entry.mistakes():
        files.endpoints.add((name, *path), found, expected)


def _norm(files: Files, name: str, entry: dict[str, Any]) -> None:
    """A table of the project, groups that it has, and a variable of the subjects with the age."""
    document, place = files.endpoints, (name, "norm")
    norms, problems = Norms.checked(files.at, entry["table"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    named = {("groups", location): group for location, group in entry.get("groups", {}).items()}
    for path, group in (named | ({("group",): entry["group"]} if "group" in entry else {})).items():
        known(document, (*place, *path), group, norms.bands, "a group of the table")


def _names(files: Files, name: str, instrument_entry: InstrumentEntry) -> None:
    """The endpoints that the entry makes: their codes, and names that no other entry has."""
    document = files.endpoints
    for endpoint in [one for one in files.derived.values() if one.family == name]:
        if not _CODE.fullmatch(endpoint.code):
            document.add(
                (name, "code"),
                f"{tell(instrument_entry.code)}, with which {endpoint.name} has the code "
                f"{tell(endpoint.code)}",
                "a code of at most 8 capitals and digits with the suffix of the scale",
            )
        if len(endpoint.name) > _LONGEST_NAME:
            expected = f"an entry whose endpoints have names of at most {_LONGEST_NAME} letters"
            document.add((name,), f"the endpoint {endpoint.name}", expected)
    for scale in instrument_entry.every_scale:
        if scale.name and (taken := f"{name}_{scale.name}") in (document.names() or ()):
            found = f"the name of the scale {scale.name} of {name}"
            document.add((taken,), found, "a name of its own")


def _items(
    files: Files, name: str, entry: dict[str, Any], instrument_entry: InstrumentEntry
) -> None:
    """Every item that a chosen scale needs has a column of values that the item can have."""
    document, columns = files.endpoints, files.columns(entry["table"])
    items = instrument_entry.every_item
    scales = [
        scale for scale in instrument_entry.every_scale if instrument_entry.has_scale(scale.name)
    ]
    needed = list(dict.fromkeys(item for scale in scales for item in scale.items))
    by_name = entry.get("items", {"prefix": ""})
    named = isinstance(instrument_entry.items, dict)
    for item in by_name if named else ():
        known(document, (name, "items", item), item, items, "an item")
    if isinstance(instrument_entry.items, ItemPattern):
        for key in ONE_ROW & entry.keys():
            document.add(
                (name, key),
                f"{key} beside a pattern, by which a subject has one row",
                f"no {key} here",
            )
    found_columns: dict[str, list[Variable]] = {}
    for item in needed:
        if named and item not in by_name:
            found, expected = f"no column of item {item}", one_of(needed, 40)
            document.add((name, "items"), found, expected)
            continue
        place = (name, *_item_place(instrument_entry, item))
        for own in instrument_entry.columns_of(item):
            variable = column(document, place, own, columns)
            if variable is not None and variable.kind:
                found_columns.setdefault(item, []).append(variable)
                if items[item].codes or not applies(instrument_entry.worth_of(item), variable):
                    _values(files, name, entry, instrument_entry, place, variable, items[item])
    if instrument_entry.codes or instrument_entry.item_codes:
        item_codes.check(files, name, instrument_entry, entry["table"], found_columns, items)


def _item_place(instrument_entry: InstrumentEntry, item: str) -> tuple[str, ...]:
    """The key that gives an item its column: under `items`, by prefix, pattern or each by itself,
    or `column` for the one item."""
    if instrument_entry.items is None:
        return ("column",)
    if isinstance(instrument_entry.items, ItemPattern):
        return ("items", "pattern")
    return ("items", "prefix" if isinstance(instrument_entry.items, ItemsPrefix) else item)


def _values(
    files: Files,
    name: str,
    entry: dict[str, Any],
    instrument_entry: InstrumentEntry,
    place: Path_,
    variable: Variable,
    item: Item,
) -> None:
    """A column of numbers, of numeric codes, or of codes that all have their values."""
    document, meanings = files.endpoints, entry.get(item.codes, {})
    codes = {code: code in meanings for code in variable.choices}
    if item.codes:
        for code in meanings:
            known_code(document, (name, item.codes, code), code, variable)
    if variable.kind in NUMERIC and (item.numbers or not item.codes):
        return
    lacking = [
        code
        for code, listed in codes.items()
        if not (listed or (is_number(code) and (item.numbers or not item.codes)))
    ]
    if item.codes and (lacking or not codes):
        document.add(
            (name, item.codes) if item.codes in entry else place,
            f"{variable.name}, with the codes {one_of(lacking)}"
            if lacking
            else f"{variable.name}, a column of {told_kind(variable)}",
            f"a value for every choice under {item.codes}" if lacking else "a column with choices",
        )
    elif not item.codes and (lacking or not codes):
        found = f"{variable.name}, a column of {told_kind(variable)}"
        do = proposed_codes(variable) if isinstance(instrument_entry, ScoredItems) else None
        document.add(place, found, "a column of numbers, or of numeric codes", do=do)
