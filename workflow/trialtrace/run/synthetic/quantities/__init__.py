"""Kinds of quantities and their modules, which are imported when a cohort has the kind.

Of each kind a module has in `DRAWS` a function (room, rows, quantity) -> {column: Values}.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialtrace.run.synthetic.rows import Values

_HERE = "trialtrace.run.synthetic.quantities"

KINDS = {
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


def draw_of(kind: str) -> "Callable[..., dict[str, Values]]":
    """The function that draws quantities of a kind."""
    draws: dict[str, Any] = importlib.import_module(KINDS[kind]).DRAWS
    return draws[kind]
