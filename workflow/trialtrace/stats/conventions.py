"""The conventions of an analysis plan, said once for every call that asks for them."""

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from types import FunctionType
from typing import Any

import trialtrace.stats as ts
from trialtrace.stats._lazy import offering, offers

# Any function of the library, with its own result.
Function = Callable[..., Any]


class Conventions:
    """Every function of the library by its name alone, with the keywords of a plan filled in.

    `keywords` are confidence, sides, ties, variance and their like. Each goes to every function
    that has a keyword of this name, and a call may say otherwise. Whatever a function asks for
    beyond them is asked for still. A value that a function does not know raises `StatsError`, as in
    a call of it.

    >>> sap = Conventions(confidence=0.95, sides="two_sided")
    >>> sap.rate_ratio(12, 110, 25, 140).test
    TestResult(statistic=0.324324, p_value=0.18591)
    >>> sap.fisher_exact(27, 295, 52, 307)
    TestResult(statistic=0.494044, p_value=0.00533905)
    """

    def __init__(self, **keywords: object) -> None:
        self._keywords = keywords

    def __repr__(self) -> str:
        return f"Conventions({', '.join(f'{k}={v!r}' for k, v in self._keywords.items())})"

    def __dir__(self) -> list[str]:
        return offers(ts)

    def __getattr__(self, name: str) -> Function:
        families = offering(ts, name)
        function = getattr(getattr(ts, families[0]), name) if families else None
        if not isinstance(function, FunctionType):
            near = get_close_matches(name, offers(ts), 1)
            text = f"no function of trialtrace.stats is called {name!r}"
            raise AttributeError(f"{text}; there is {near[0]}" if near else text)
        return self._filled(function)

    def _filled(self, function: FunctionType) -> Function:
        asked = {
            name
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
        keywords = {name: value for name, value in self._keywords.items() if name in asked}

        @wraps(function)
        def filled(*arguments: object, **more: object) -> object:
            return function(*arguments, **keywords | more)

        return filled
