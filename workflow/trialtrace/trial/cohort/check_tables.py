"""Parameters and tables of cohort.yaml: numbers, groups that exist, and arms that are told apart.

Where no number was printed, arms are exchangeable: a table by arm needs a tag that says where its
numbers come from.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.config.compose import Document, Path_
from trialtrace.ground.conditions import columns_of
from trialtrace.ground.errors import one_of
from trialtrace.trial.cohort.model import Quantity
from trialtrace.trial.cohort.tags import parameter_tag
from trialtrace.trial.cohort.types import Types
from trialtrace.trial.context import known

PARAMETERS = {
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "weibull": ("shape", "scale"),
    "uniform": ("from", "to"),
    "ordinal": ("shift",),
    "pick": ("count",),
    "date": ("days",),
}


def check_tables(document: Document, types: Types, one: Quantity, arms: set[str]) -> None:
    base = ("quantities", one.name)
    for path, given in _parameters(one):
        _parameter(document, types, one, (*base, *path), given)
        _by_arm(document, arms, (*base, *path), given, parameter_tag(one))
    for path, table, tag in _margins(one):
        _groups(document, types, one, (*base, *path), table, needed=path[-1] == "share")
        if _told_by_print(table, tag):
            _assumed_alike(document, arms, (*base, *path), table)
        else:
            _by_arm(document, arms, (*base, *path), table, "assumed")
    if one.kind == "rule" and one.tag == "assumed":
        for position, case in enumerate(one.given["cases"]):
            if arms & set(columns_of(case["when"])):
                _refuse(document, (*base, "rule", "cases", position, "when"))


def _parameters(one: Quantity) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key in PARAMETERS.get(one.kind, ()):
        if key in one.given:
            yield (one.kind, key), one.given[key]
    for key, given in one.options.get("limits", {}).items():
        yield ("limits", key), given


def _margins(one: Quantity) -> Iterator[tuple[tuple[Any, ...], Any, str]]:
    """(key, table, tag) of everything that is divided by groups."""
    given = one.given
    if one.kind in ("share", "spread"):
        yield (one.kind,), given, one.tag
    elif one.kind == "choice":
        for key in ("of", "counts"):
            if key in given:
                yield ("choice", key), given[key], one.tag
    elif one.kind == "ordinal":
        yield ("ordinal", "probabilities"), given["probabilities"], one.tag
    elif one.kind == "pattern":
        for name, part in given["parts"].items():
            if "share" in part:
                tag = part.get("tag", one.tag)
                yield ("pattern", "parts", name, "share"), part["share"], tag
    if "exact" in one.options:
        yield ("exact",), one.options["exact"], one.tag
    for position, margin in enumerate(one.options.get("among", ())):
        yield ("among", position, "margin"), margin["margin"], one.tag


def _told_by_print(table: Any, tag: str) -> bool:
    """Whether some number of a table was printed, or follows from printed ones."""
    if not isinstance(table, Mapping):
        return tag != "assumed"
    if "by" in table:
        return any(_told_by_print(leaf, tag) for leaf in table["is"].values())
    if "probability" in table:
        return False
    return table.get("tag", tag) != "assumed"


def _by_arm(document: Document, arms: set[str], path: Path_, given: Any, tag: str) -> None:
    if not isinstance(given, Mapping) or "by" not in given or tag != "assumed":
        return
    if given["by"] in arms:
        _refuse(document, (*path, "by"))
    for value, inner in given["is"].items():
        _by_arm(document, arms, (*path, "is", value), inner, tag)
    if "otherwise" in given:
        _by_arm(document, arms, (*path, "otherwise"), given["otherwise"], tag)


def _assumed_alike(document: Document, arms: set[str], path: Path_, table: Any) -> None:
    """Arms without a printed number, beside arms that have one, share what is assumed."""
    if not isinstance(table, Mapping) or "by" not in table:
        return
    leaves = [leaf for leaf in table["is"].values() if isinstance(leaf, Mapping)]
    assumed = {str(leaf["probability"]) for leaf in leaves if "probability" in leaf}
    if table["by"] in arms and len(assumed) > 1:
        _refuse(document, (*path, "by"))
    for value, inner in table["is"].items():
        _assumed_alike(document, arms, (*path, "is", value), inner)


def _refuse(document: Document, path: Path_) -> None:
    document.add(
        path,
        found="assumed numbers that tell the arms apart",
        expected="arms that are exchangeable where no number was printed",
        do="take the same numbers for all arms, or tag them printed or arithmetic if they are",
    )


def _parameter(document: Document, types: Types, one: Quantity, path: Path_, given: Any) -> None:
    """A number, the name of one, or a table with an entry for every value."""
    if isinstance(given, str):
        held = types.columns.get(given)
        if held is not None and not held.numeric:
            document.add(path, found=f"{given}, {held.kind}", expected="a number")
    elif isinstance(given, Mapping):
        _values(document, types, path, given, complete="otherwise" not in given)
        for value, inner in given["is"].items():
            _parameter(document, types, one, (*path, "is", value), inner)
        if "otherwise" in given:
            _parameter(document, types, one, (*path, "otherwise"), given["otherwise"])


def _groups(
    document: Document, types: Types, one: Quantity, path: Path_, table: Any, needed: bool
) -> None:
    if not isinstance(table, Mapping) or "by" not in table:
        return
    _values(document, types, path, table, complete=needed)
    for value, inner in table["is"].items():
        _groups(document, types, one, (*path, "is", value), inner, needed)


def _values(
    document: Document, types: Types, path: Path_, table: Mapping[str, Any], complete: bool
) -> None:
    """The values under `is` are those that the quantity can have."""
    held = types.columns.get(table["by"])
    if held is None:
        return
    if held.kind not in ("text", "integer"):
        document.add(
            (*path, "by"),
            found=f"{held.name}, {held.kind}",
            expected="a quantity with categories, or whole numbers",
        )
        return
    if held.values is None:
        return
    for value in table["is"]:
        known(document, (*path, "is", value), value, held.values, f"a value of {held.name}")
    left = [value for value in held.values if value not in table["is"]]
    if left and complete:
        document.add(
            (*path, "is"),
            found=f"nothing for {one_of(left)}",
            expected=f"an entry for every value of {held.name}",
        )
