"""The kinds of quantities: each to its module, which is imported where a cohort has the kind."""

import importlib
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import Annotated

from trialtrace.base.config.spec import Made, Schema, keys_of, shape, structure, types_of
from trialtrace.base.config.spec_schema import definition
from trialtrace.run.trial.cohort.quantities.quantity import Quantity

_HERE = "trialtrace.run.trial.cohort.quantities"

MODULES: dict[str, str] = {
    "normal": f"{_HERE}.continuous",
    "lognormal": f"{_HERE}.continuous",
    "weibull": f"{_HERE}.continuous",
    "uniform": f"{_HERE}.continuous",
    "share": f"{_HERE}.share",
    "choice": f"{_HERE}.choice",
    "ordinal": f"{_HERE}.choice",
    "spread": f"{_HERE}.share",
    "pick": f"{_HERE}.choice",
    "pattern": f"{_HERE}.pattern",
    "rule": f"{_HERE}.computed",
    "bands": f"{_HERE}.computed",
    "linear": f"{_HERE}.computed",
    "product": f"{_HERE}.computed",
    "date": f"{_HERE}.computed",
    "days": f"{_HERE}.computed",
    "gather": f"{_HERE}.computed",
    "running": f"{_HERE}.computed",
    "text": f"{_HERE}.choice",
}
# What stands beside the kind, in the order of the reference.
COMMON = ("level", "label", "tag", "note", "where")
OPTIONS = (
    "loads",
    "correlation",
    "limits",
    "step",
    "exact",
    "printed",
    "among",
    "known",
    "check",
)


@cache
def shape_of(kind: str) -> type[Quantity]:
    """The shape of a quantity of a kind: the class of its module that says so."""
    declared = vars(importlib.import_module(MODULES[kind])).values()
    classes = (each for each in declared if isinstance(each, type) and issubclass(each, Quantity))
    return next(each for each in classes if getattr(each, "kind", None) == kind)


def kinds_of(entry: Mapping[str, object]) -> list[str]:
    """The kinds that an entry names: exactly one where it is in order."""
    return [name for name in entry if name in MODULES]


def options_of(kind: str) -> list[str]:
    """The options that a kind has beside what every quantity has."""
    return [name for name in keys_of(shape_of(kind)) if name not in (*keys_of(Quantity), kind)]


def quantity_of(entry: Mapping[str, object]) -> Quantity:
    """The quantity of an entry of one kind; keys that its kind does not have are left out."""
    cls = shape_of(kinds_of(entry)[0])
    return structure(cls, {k: v for k, v in entry.items() if k in keys_of(cls)})


def every_kind() -> type[Quantity]:
    """The shape that the schema asks for: the keys of all kinds, of which a check wants one."""
    shapes: list[type] = [shape_of(kind) for kind in MODULES]
    hints = {name: hint for cls in shapes for name, hint in types_of(cls).items()}
    keys = {name: each for cls in shapes for name, each in keys_of(cls).items()}
    names = (*COMMON, *MODULES, *OPTIONS)
    wanted = {name: hints[name] if name == "level" else hints[name] | None for name in names}
    fields = {
        name: field(metadata=keys[name].metadata)
        if name == "level"
        else field(default=None, metadata=keys[name].metadata)
        for name in names
    }
    about = {"__doc__": Quantity.__doc__, "__annotations__": wanted}
    return shape(type("Quantity", (), about | fields))


def _schema() -> Schema:
    return definition(every_kind())


Entry = Annotated[Quantity, Made(_schema, quantity_of, lambda: (every_kind(),))]
