"""Entries of kind instrument: their scales and items, and the names and codes that they make."""

import re
from typing import Any

from trialtrace.config.checks.context import NUMERIC, Files, column, known, told_kind
from trialtrace.config.compose import Path_
from trialtrace.config.families import instrument_of, scales_of
from trialtrace.config.model import Variable
from trialtrace.config.schema import tell
from trialtrace.errors import one_of

_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_LONGEST_NAME = 40


def check(files: Files, name: str, given: dict[str, Any]) -> None:
    scales = {scale.name: scale for scale in scales_of(given)}
    for label in given.get("labels", {}):
        known(files.endpoints, (name, "labels", label), label, scales, "a scale")
    wanted = given.get("scales", "all")
    for position, scale in enumerate(wanted if isinstance(wanted, list) else ()):
        place = (name, "scales", position)
        known(files.endpoints, place, scale, scales, "a scale under these options")
    _names(files, name, given)
    if "items" in given:
        _items(files, name, given)


def _names(files: Files, name: str, given: dict[str, Any]) -> None:
    """The endpoints that the entry makes: their codes, and names that no other entry has."""
    document = files.endpoints
    for endpoint in (one for one in files.derived.values() if one.family == name):
        if not _CODE.fullmatch(endpoint.code):
            document.add(
                (name, "code"),
                found=f"{tell(given['code'])}, with which {endpoint.name} has the code "
                f"{tell(endpoint.code)}",
                expected="a code of at most 8 capitals and digits with the suffix of the scale",
            )
        if len(endpoint.name) > _LONGEST_NAME:
            document.add(
                (name,),
                found=f"the endpoint {endpoint.name}",
                expected=f"an entry whose endpoints have names of at most {_LONGEST_NAME} letters",
            )
    every = [scale.name for scale in scales_of(given) if scale.name]
    for scale in every:
        if (taken := f"{name}_{scale}") in (document.names() or ()):
            document.add(
                (taken,),
                found=f"the name of the scale {scale} of {name}",
                expected="a name of its own",
            )


def _items(files: Files, name: str, given: dict[str, Any]) -> None:
    """Every item that a chosen scale needs has a column of numbers or numeric codes."""
    document, items, columns = files.endpoints, given["items"], files.columns(given["table"])
    wanted = given.get("scales", "all")
    scales = [one for one in scales_of(given) if wanted == "all" or one.name in ("", *wanted)]
    needed = list(dict.fromkeys(item for scale in scales for item in scale.items))
    by_prefix = "prefix" in items
    for item in () if by_prefix else items:
        every = instrument_of(given).items
        known(document, (name, "items", item), item, every, "an item")
    for item in needed:
        place: Path_ = (name, "items", "prefix") if by_prefix else (name, "items", item)
        if not by_prefix and item not in items:
            document.add(
                (name, "items"), found=f"no column of item {item}", expected=f"{one_of(needed, 40)}"
            )
            continue
        own = f"{items['prefix']}{item}" if by_prefix else items[item]
        _numbers(files, place, column(document, place, own, columns))


def _numbers(files: Files, place: Path_, variable: Variable | None) -> None:
    if variable is None or variable.kind in ("", *NUMERIC):
        return
    if not variable.choices or not all(_is_number(code) for code in variable.choices):
        files.endpoints.add(
            place,
            found=f"{variable.name}, a column of {told_kind(variable)}",
            expected="a column of numbers, or of numeric codes",
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
