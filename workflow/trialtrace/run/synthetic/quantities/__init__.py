"""Kinds of quantities: a module each, or one for kinds that are drawn alike.

A module has `draw(room, rows, quantity) -> {column: Values}`; modules are imported when a cohort
has their kind.
"""

_HERE = "trialtrace.run.synthetic.quantities"

KINDS = {
    "normal": f"{_HERE}.continuous",
    "lognormal": f"{_HERE}.continuous",
    "weibull": f"{_HERE}.continuous",
    "uniform": f"{_HERE}.continuous",
    "share": f"{_HERE}.share",
    "choice": f"{_HERE}.choice",
    "ordinal": f"{_HERE}.ordinal",
    "spread": f"{_HERE}.spread",
    "pick": f"{_HERE}.pick",
    "pattern": f"{_HERE}.pattern",
    "rule": f"{_HERE}.rule",
    "bands": f"{_HERE}.bands",
    "linear": f"{_HERE}.arithmetic",
    "product": f"{_HERE}.arithmetic",
    "date": f"{_HERE}.dates",
    "days": f"{_HERE}.dates",
    "gather": f"{_HERE}.gather",
    "running": f"{_HERE}.running",
    "text": f"{_HERE}.text",
}
