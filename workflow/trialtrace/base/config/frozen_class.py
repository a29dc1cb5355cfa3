"""What a frozen dataclass with keywords alone has, once for all classes.

A run defines some 300 shapes. What dataclass writes for each, and Python then compiles, takes most
of that time; these methods do the same for all of them.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def frozen(cls: type[T]) -> type[T]:
    """The class with what a frozen dataclass with keywords alone has."""
    for method in (_init, _repr, _eq, _hash, _setattr, _delattr):
        name = f"__{method.__name__.lstrip('_')}__"
        if name not in vars(cls):
            setattr(cls, name, method)
    return cls


@cache
def _fields_of(cls: type[DataclassInstance]) -> dict[str, Field[object]]:
    return {each.name: each for each in fields(cls)}


def _init(self: DataclassInstance, **values: object) -> None:
    known = _fields_of(type(self))
    unknown = values.keys() - known.keys()
    missing = [
        name
        for name, each in known.items()
        if name not in values and each.default is MISSING and each.default_factory is MISSING
    ]
    if unknown or missing:
        wrong = f"unknown: {sorted(unknown)}, missing: {missing}"
        raise TypeError(f"{type(self).__name__}: {wrong}")
    for name, each in known.items():
        if name in values:
            self.__dict__[name] = values[name]
        elif each.default is not MISSING:
            self.__dict__[name] = each.default
        elif each.default_factory is not MISSING:
            self.__dict__[name] = each.default_factory()


def _values(shape: DataclassInstance) -> tuple[object, ...]:
    return tuple(getattr(shape, each.name) for each in fields(shape))


def _repr(self: DataclassInstance) -> str:
    told = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
    return f"{type(self).__qualname__}({', '.join(told)})"


def _eq(self: DataclassInstance, other: object) -> bool:
    if type(self) is not type(other):
        return NotImplemented
    return _values(self) == tuple(getattr(other, each.name) for each in fields(self))


def _hash(self: DataclassInstance) -> int:
    return hash((type(self), _values(self)))


def _setattr(self: DataclassInstance, name: str, value: object) -> None:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")


def _delattr(self: DataclassInstance, name: str) -> None:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} cannot be taken away")
