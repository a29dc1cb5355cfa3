"""Frictionless Table Schema: a schema, or a data package; metadata of CSVW, which is JSON too.

Names of types are those of the standard; a type that is not listed here declares nothing.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from trialtrace.base.errors import UserError, wrong
from trialtrace.run.draft.metadata import csvw
from trialtrace.run.draft.metadata.declared import Declared

TYPES = {
    "integer": "integer",
    "year": "integer",
    "number": "number",
    "date": "date",
    "datetime": "moment",
    "time": "clock",
    "string": "text",
}
# Patterns of days, by the first of their parts.
ORDERS = {"y": "ymd", "d": "dmy", "m": "mdy"}


def read_schemas(data: bytes, place: str) -> dict[str, dict[str, Declared]]:
    """The declarations of columns by the stem of their file, `""` where none is named. Raises
    UserError for JSON of another kind."""
    try:
        document = json.loads(data)
    except ValueError as error:
        raise UserError(place, f"this is not JSON: {error}") from None
    found = {stem: dict(columns) for stem, columns in _schemas(document) if columns}
    if not found:
        need = "a Frictionless Table Schema, a data package, or metadata of CSVW"
        raise wrong(place, "JSON that describes no column", need, "leave it out")
    return found


def _schemas(document: Any) -> Iterator[tuple[str, dict[str, Declared]]]:
    if not isinstance(document, Mapping):
        return
    if csvw.is_csvw(document):
        yield from ((stem, _fields({"fields": fields})) for stem, fields in csvw.tables(document))
        return
    if "fields" in document:
        yield "", _fields(document)
    for resource in document.get("resources", ()):
        if isinstance(schema := resource.get("schema"), Mapping):
            yield _stem(resource.get("path") or resource.get("name") or ""), _fields(schema)


def _stem(path: Any) -> str:
    return PurePosixPath(path if isinstance(path, str) else path[0]).stem


def _fields(schema: Mapping[str, Any]) -> dict[str, Declared]:
    """The fields of a Table Schema."""
    every = [str(code) for code in schema.get("missingValues", ()) if code != ""]
    made = {}
    for one in schema.get("fields", ()):
        rules = one.get("constraints", {})
        kind = TYPES.get(one.get("type", ""), "")
        choices = {str(code): str(code) for code in rules.get("enum", ())}
        choices |= {str(each["value"]): each["label"] for each in _categories(one)}
        missing = one.get("missingValues", every)
        made[one["name"]] = Declared(
            label=one.get("title") or one.get("description") or "",
            unit=one.get("unit", ""),
            kind="code" if choices else kind,
            order=_order(one.get("format", "")) if kind == "date" else "",
            choices=choices,
            missing=dict.fromkeys([str(code) for code in missing if code != ""], ""),
            low=str(rules.get("minimum", "")),
            high=str(rules.get("maximum", "")),
        )
    return made


def _categories(one: Mapping[str, Any]) -> list[Any]:
    """Categories with labels, as version 2 of the standard has them."""
    return [each for each in one.get("categories", ()) if isinstance(each, Mapping)]


def _order(pattern: str) -> str:
    """The order of a date by the first letter of its pattern; that of ISO where there is none."""
    letters = [letter for letter in pattern.lower() if letter.isalpha()]
    return ORDERS.get(letters[0], "ymd") if letters and pattern != "default" else "ymd"
