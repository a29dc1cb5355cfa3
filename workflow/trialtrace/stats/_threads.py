"""BLAS on one thread for functions whose many products are too short to be divided.

Threads that wait for each other's part of a short product spin, which on a busy machine costs
several times what they save. The numbers do not depend on it here: sums are exact, or of the
same order on one thread and on many.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, wraps
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Libraries(Protocol):
    """What threadpoolctl knows of the BLAS libraries that are loaded."""

    def limit(self, *, limits: int) -> AbstractContextManager[object]: ...


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The function, during whose calls BLAS has one thread in this process."""

    @wraps(function)
    def alone(*arguments: P.args, **keywords: P.kwargs) -> R:
        with _blas().limit(limits=1):
            return function(*arguments, **keywords)

    return alone


@cache
def _blas() -> Libraries:
    """The BLAS libraries that are loaded; looking for them takes some milliseconds."""
    from threadpoolctl import ThreadpoolController

    libraries: Libraries = ThreadpoolController().select(user_api="blas")
    return libraries
