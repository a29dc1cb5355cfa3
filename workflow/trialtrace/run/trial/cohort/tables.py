"""Tables {by, is, otherwise} of cohort.yaml: a value for each value of a quantity, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

OTHERWISE = "otherwise"
# (quantity, value) pairs that lead to a group of rows.
Group = tuple[tuple[str, str], ...]


class ByValue(Generic[T_co]):
    """A table: shapes with the keys `by` and `is`, some with `otherwise` too."""

    if TYPE_CHECKING:

        @property
        def by(self) -> str: ...
        @property
        def is_(self) -> Mapping[str, T_co | ByValue[T_co]]: ...
        @property
        def otherwise(self) -> T_co | ByValue[T_co] | None: ...
    else:
        otherwise = None


def cells(table: T | ByValue[T]) -> Iterator[tuple[Group, T]]:
    """Every leaf of a table, with the (quantity, value) pairs that lead there.

    The value "otherwise" stands for all others.
    """
    if not isinstance(table, ByValue):
        yield (), table
        return
    for value, inner in table.is_.items():
        for group, leaf in cells(inner):
            yield ((table.by, value), *group), leaf
    if table.otherwise is not None:
        for group, leaf in cells(table.otherwise):
            yield ((table.by, OTHERWISE), *group), leaf


def choosers(table: object) -> list[str]:
    """The quantities that choose in a table, at any depth."""
    return list(dict.fromkeys(name for group, _ in cells(table) for name, _ in group))


def names_in(parameter: float | str | ByValue[float | str]) -> list[str]:
    """The quantities that a parameter names: those that choose, then those that are taken."""
    taken = [leaf for _, leaf in cells(parameter) if isinstance(leaf, str)]
    return [*choosers(parameter), *taken]


def key_of(group: Group) -> tuple[str, ...]:
    """The keys of a table that lead to a group."""
    return tuple(key for _, value in group for key in ("is", value))
