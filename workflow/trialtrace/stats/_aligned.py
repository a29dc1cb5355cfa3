"""Functions that refuse columns of pandas whose indexes differ."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from itertools import combinations
from typing import ParamSpec, Protocol, TypeVar, runtime_checkable

from trialtrace.stats.results import StatsError

P = ParamSpec("P")
R = TypeVar("R")
# Two samples of other patients each, whose indexes have nothing to do with each other.
SAMPLES = {
    "complier_bounds": ("treated", "control"),
    "complier_difference": ("treated", "control"),
    "hodges_lehmann": ("x", "y"),
    "mann_whitney": ("x", "y"),
    "mean_difference_student": ("x", "y"),
    "mean_difference_t": ("x", "y"),
    "mean_difference_welch": ("x", "y"),
    "probability_of_superiority": ("x", "y"),
    "student_t": ("x", "y"),
    "welch_t": ("x", "y"),
}
# What arguments of R, and nulls other than 0, are called.
INSTEAD = {
    "alternative": "sides",
    "conf_level": "confidence",
    "correct": "correction",
    "id": "subject",
    "mu": "margin",
    "null": "margin",
    "offset": "exposure",
}


class Index(Protocol):
    """The labels of rows."""

    def equals(self, other: object) -> bool: ...


@runtime_checkable
class Column(Protocol):
    """A Series or DataFrame, told from a list by `iloc`; pandas is not imported for it."""

    @property
    def iloc(self) -> object: ...
    @property
    def index(self) -> Index: ...
    def __len__(self) -> int: ...


def aligned(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which refuses columns of pandas of equal length whose indexes differ.

    Rows are joined by their position: those of a column that was sorted or shuffled apart from the
    others would be of other patients. A column beside a plain array is taken as it stands.
    """
    names, samples = tuple(inspect.signature(function).parameters), SAMPLES.get(function.__name__)

    @wraps(function)
    def checked(*arguments: P.args, **keywords: P.kwargs) -> R:
        if unknown := keywords.keys() - {*names}:
            raise TypeError(_unknown(function.__name__, names, sorted(unknown)[0]))
        given = dict(zip(names, arguments, strict=False)) | keywords
        columns = {name: each for name, each in given.items() if isinstance(each, Column)}
        if len(columns) > 1:
            _check_indexes(columns, samples)
        return function(*arguments, **keywords)

    vars(checked)["aligned"] = True
    return checked


def _unknown(function: str, names: Sequence[str], keyword: str) -> str:
    """What is called otherwise here, or an argument of other functions."""
    text = f"{function}() got an unexpected keyword argument {keyword!r}"
    called = INSTEAD.get(keyword, keyword)
    if near := get_close_matches(called, names, 1):
        return f"{text}; there is {near[0]}"
    # The package that this is a part of, whole by the time of a call.
    library = sys.modules["trialtrace.stats"].Conventions()
    stem = function if "_" not in function else function[: function.rindex("_")]
    others = [
        other
        for other in dir(library)
        if stem in other and called in inspect.signature(getattr(library, other)).parameters
    ]
    return f"{text}; {called} is of {', '.join(others[:3])}" if others else text


def _check_indexes(columns: Mapping[str, Column], samples: tuple[str, str] | None) -> None:
    for first, second in combinations(columns, 2):
        one, other = columns[first], columns[second]
        if samples and samples[1] in (first, second):
            continue
        if len(one) == len(other) and not one.index.equals(other.index):
            raise StatsError(
                f"{first} and {second} are of pandas and their indexes differ, while rows are "
                f"joined by their position; align them, as by {second}.loc[{first}.index], or give "
                f"{first}.to_numpy() and {second}.to_numpy() where their order is the same."
            )
