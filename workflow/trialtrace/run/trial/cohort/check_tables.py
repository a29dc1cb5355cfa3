"""Parameters and tables of cohort.yaml: numbers, groups that exist, and arms that are told apart.

Where no number was printed, arms are exchangeable: a table by arm needs a tag that says where its
numbers come from.
"""

from collections.abc import Iterator
from typing import TypeVar

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.spec import mapping_of
from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.margins import Parameter, ShareMargin, Tag
from trialtrace.run.trial.cohort.quantities.options import Limited
from trialtrace.run.trial.cohort.quantities.quantity import ASSUMED, Quantity
from trialtrace.run.trial.cohort.quantities.rule import RuleQuantity
from trialtrace.run.trial.cohort.quantities.share import Share
from trialtrace.run.trial.cohort.tables import ByValue
from trialtrace.run.trial.cohort.types import Types
from trialtrace.run.trial.context import known

T = TypeVar("T")


def check_tables(document: Document, types: Types, quantity: Quantity, arms: set[str]) -> None:
    base = ("quantities", quantity.name)
    for path, given in _parameters(quantity):
        _parameter(document, types, (*base, *path), given)
        _by_arm(document, arms, (*base, *path), given, quantity.parameter_origin)
    for path, given in quantity.probabilities() if isinstance(quantity, Share) else ():
        _parameter(document, types, (*base, *path), given)
    for path, table, tag in quantity.margins():
        _groups(document, types, (*base, *path), table, needed=path[-1] == "share")
        if _told_by_print(table, tag):
            _assumed_alike(document, arms, (*base, *path), table)
        else:
            _by_arm(document, arms, (*base, *path), table, ASSUMED)
    if isinstance(quantity, RuleQuantity) and quantity.origin == ASSUMED:
        for position, case in enumerate(quantity.rule.cases):
            if arms & set(columns_of(case.when)):
                _refuse(document, (*base, "rule", "cases", position, "when"))


def _parameters(quantity: Quantity) -> Iterator[tuple[Path_, Parameter]]:
    for key, endpoint in quantity.parameters().items():
        yield (quantity.kind, key), endpoint
    if isinstance(quantity, Limited):
        for key, endpoint in quantity.bounds().items():
            yield ("limits", key), endpoint


def _told_by_print(table: object, tag: Tag) -> bool:
    """Whether some number of a table was printed, or follows from printed ones."""
    if isinstance(table, ByValue):
        return any(_told_by_print(inner, tag) for inner in table.is_.values())
    if isinstance(table, ShareMargin):
        return table.probability is None and (table.tag or tag) != ASSUMED
    return tag != ASSUMED


def _by_arm(document: Document, arms: set[str], path: Path_, given: object, tag: Tag) -> None:
    if not isinstance(given, ByValue) or tag != ASSUMED:
        return
    if given.by in arms:
        _refuse(document, (*path, "by"))
    for value, inner in given.is_.items():
        _by_arm(document, arms, (*path, "is", value), inner, tag)
    if given.otherwise is not None:
        _by_arm(document, arms, (*path, "otherwise"), given.otherwise, tag)


def _assumed_alike(document: Document, arms: set[str], path: Path_, table: object) -> None:
    """Arms without a printed number, beside arms that have one, share what is assumed."""
    if not isinstance(table, ByValue):
        return
    assumed = {
        str(mapping_of(leaf.probability))
        for leaf in table.is_.values()
        if isinstance(leaf, ShareMargin) and leaf.probability is not None
    }
    if table.by in arms and len(assumed) > 1:
        _refuse(document, (*path, "by"))
    for value, inner in table.is_.items():
        _assumed_alike(document, arms, (*path, "is", value), inner)


def _refuse(document: Document, path: Path_) -> None:
    document.add(
        path,
        found="assumed numbers that tell the arms apart",
        expected="arms that are exchangeable where no number was printed",
        do="take the same numbers for all arms, or tag them printed or arithmetic if they are",
    )


def _parameter(document: Document, types: Types, path: Path_, parameter: Parameter) -> None:
    """A number, the name of one, or a table with an entry for every value."""
    if isinstance(parameter, str):
        held = types.columns.get(parameter)
        if held is not None and not held.numeric:
            document.add(path, found=f"{parameter}, {held.kind}", expected="a number")
    elif isinstance(parameter, ByValue):
        _values(document, types, path, parameter, complete=parameter.otherwise is None)
        for value, inner in parameter.is_.items():
            _parameter(document, types, (*path, "is", value), inner)
        if parameter.otherwise is not None:
            _parameter(document, types, (*path, "otherwise"), parameter.otherwise)


def _groups(document: Document, types: Types, path: Path_, table: object, needed: bool) -> None:
    if not isinstance(table, ByValue):
        return
    _values(document, types, path, table, complete=needed)
    for value, inner in table.is_.items():
        _groups(document, types, (*path, "is", value), inner, needed)


def _values(
    document: Document, types: Types, path: Path_, table: ByValue[T], complete: bool
) -> None:
    """The values under `is` are those that the quantity can have."""
    held = types.columns.get(table.by)
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
    for value in table.is_:
        known(document, (*path, "is", value), value, held.values, f"a value of {held.name}")
    left = [value for value in held.values if value not in table.is_]
    if left and complete:
        document.add(
            (*path, "is"),
            found=f"nothing for {one_of(left)}",
            expected=f"an entry for every value of {held.name}",
        )
