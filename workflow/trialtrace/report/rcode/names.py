"""The names that a card's call of R may use; those that it does use are written before it.

============  ====================================================================================
`d`           the rows that are analysed
`x`, `y`      values of the treated and of the reference arm; of a single group `x` alone
`e1`, `n1`    events and subjects of the treated arm or of a single group; `e0`, `n0` of the other
`cells`       the 2 × 2 table: a row an arm, the treated one first; events before none
`hit`         of each row, whether it is counted
`arm`         the arm of each row as a factor, the reference first
`time`        time to the event or to the end of observation, and `event`, whether it happened
`stratum`     the stratum of each row
`covariates`  names of the columns that a model adjusts for
`tables`      the 2 × 2 tables of the strata
`wide`        values with a row a subject and a column each of `visits`; `group`, the arm of a row
`across`      values by subject, by `treatments` and by `visits`
`sides`       values with a row a subject and a column a treatment; `change`, their difference
`those`       the rows that are counted, where they are of another data set than `d`
`sequence`    the order of the treatments of each row of `sides`
`cluster`     the cluster of each row
`received`    of each row of the treated arm, whether the subject received the treatment
`known`       the rows with a value, where `d` are all subjects
`beside`      the rows of the other endpoint
`by_subject`  a function: the value of each subject of some rows, within subjects the difference
============  ====================================================================================
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from trialtrace.report.rcode.write import column, conditions, literal


@dataclass(frozen=True)
class Given:
    """What a result's names are made of. `counted` is what tells the rows that are counted from
    the others; `visits` are those of the rows in their order, `arms` those of the rows, the
    reference first. `own` says that each subject has every treatment."""

    values: str
    treatment: str
    treated: str | None
    reference: str | None
    labels: Mapping[str, str]
    arms: list[str]
    counted: Mapping[str, object]
    strata: list[str]
    covariates: list[str]
    visits: list[str]
    own: bool
    sequence: str
    cluster: str
    receipt: str


def _of_arm(inputs: Given, name: str, arm: str | None) -> str:
    if inputs.reference is None or arm is None:
        return f"{name} <- d${column(inputs.values)}"
    chosen = f"d${column(inputs.treatment)} == {literal(arm)}"
    label = inputs.labels.get(arm, arm)
    return f"{name} <- d${column(inputs.values)}[{chosen}]" + (
        f"  # {label}" if label.isascii() or label.isprintable() else ""
    )


def _factor(inputs: Given, of: str) -> str:
    return f"factor({of}, {literal(inputs.arms)})"


def _strata(inputs: Given) -> str:
    if not inputs.strata:
        return "rep(1, nrow(d))"
    return f"interaction({', '.join(f'd${column(name)}' for name in inputs.strata)}, drop = TRUE)"


def _tables(inputs: Given) -> str:
    order = literal([inputs.treated, inputs.reference])
    return (
        f"tables <- table(factor(d${inputs.treatment}, {order}),\n"
        "                factor(d$AVAL, c(1, 0)), stratum)"
    )


def _by_subject(inputs: Given) -> str:
    if not inputs.own:
        return "by_subject <- function(rows) tapply(rows$AVAL, rows$USUBJID, mean)"
    treated, reference = literal(inputs.treated), literal(inputs.reference)
    return (
        "by_subject <- function(rows) {\n"
        f"  sides <- tapply(rows$AVAL, list(rows$USUBJID, rows${inputs.treatment}), mean)\n"
        f"  sides[, {treated}] - sides[, {reference}]\n"
        "}"
    )


# In the order in which they are written.
_MADE: dict[str, Callable[[Given], str]] = {
    "x": lambda inputs: _of_arm(inputs, "x", inputs.treated),
    "y": lambda inputs: _of_arm(inputs, "y", inputs.reference),
    "e1": lambda _: "e1 <- sum(x)  # events",
    "n1": lambda _: "n1 <- length(x)",
    "e0": lambda _: "e0 <- sum(y)",
    "n0": lambda _: "n0 <- length(y)",
    "cells": lambda _: "cells <- rbind(c(e1, n1 - e1), c(e0, n0 - e0))",
    "hit": lambda inputs: f"hit <- {' & '.join(conditions(inputs.counted, of='d$')) or 'TRUE'}",
    "arm": lambda inputs: f"arm <- {_factor(inputs, f'd${inputs.treatment}')}",
    "time": lambda _: "time <- d$AVAL",
    "event": lambda _: "event <- d$CNSR == 0",
    "stratum": lambda inputs: f"stratum <- {_strata(inputs)}",
    "covariates": lambda inputs: f"covariates <- {literal([*inputs.covariates, *inputs.strata])}",
    "tables": _tables,
    "visits": lambda inputs: f"visits <- {literal(inputs.visits)}",
    "wide": lambda _: "wide <- tapply(d$AVAL, list(d$USUBJID, factor(d$AVISIT, visits)), mean)",
    "group": lambda inputs: (
        f"group <- {_factor(inputs, f'd${inputs.treatment}[match(rownames(wide), d$USUBJID)]')}"
    ),
    "treatments": lambda inputs: f"treatments <- {literal(inputs.arms)}",
    "across": lambda inputs: (
        f"across <- tapply(d$AVAL, list(d$USUBJID, factor(d${inputs.treatment}, treatments),\n"
        "                               factor(d$AVISIT, visits)), mean)"
    ),
    "sides": lambda inputs: f"sides <- tapply(d$AVAL, list(d$USUBJID, d${inputs.treatment}), mean)",
    "sequence": lambda inputs: (
        f"sequence <- d${inputs.sequence}[match(rownames(sides), d$USUBJID)]"
    ),
    "cluster": lambda inputs: f"cluster <- d${inputs.cluster}",
    "received": lambda inputs: (
        f"received <- d${column(inputs.receipt)}[d${column(inputs.treatment)} == "
        f'{literal(inputs.treated)}] %in% "Y"'
    ),
    "change": lambda inputs: (
        f"change <- na.omit(sides[, {literal(inputs.treated)}] - "
        f"sides[, {literal(inputs.reference)}])"
    ),
    "by_subject": _by_subject,
}
# Not what follows $, and not the name of an argument.
_WORD = re.compile(r"(?<![\w.$\"])[A-Za-z]\w*(?![\w.]*\s*=[^=])")
_ASSIGNED = re.compile(r" *(\w+) <- ")
_ARGUMENTS = re.compile(r"function\(([^()]*)\)")
_TEXT = re.compile(r'"[^"]*"|#.*')


def without_text(code: str) -> str:
    """A piece of R without what stands in quotes or in comments."""
    return _TEXT.sub("", code)


@lru_cache(maxsize=10_000)  # the lines of a card come again with each of its results
def words(code: str) -> frozenset[str]:
    """The names that a piece of R uses."""
    return frozenset(_WORD.findall(without_text(code)))


def _made_in(code: str) -> set[str]:
    """The names that a call makes itself before it uses them, and those of the arguments of its
    functions."""
    arguments = (word for listed in _ARGUMENTS.findall(code) for word in listed.split(","))
    texts: set[str] = set()
    used: set[str] = set()
    for line in code.splitlines():
        assigned, rest = _ASSIGNED.match(line), words(_ASSIGNED.sub("", line))
        used |= rest
        if assigned and assigned[1] not in used:
            texts.add(assigned[1])
    return {*texts, *(argument.strip() for argument in arguments)}


def defined(code: str, inputs: Given) -> list[str]:
    """The lines before a call: each name that it uses, and what these are made of."""
    wanted: dict[str, str] = {}
    own, queue = _made_in(code), [code]
    while queue:
        for name in words(queue.pop()) & _MADE.keys() - wanted.keys() - own:
            wanted[name] = _MADE[name](inputs)
            queue.append(wanted[name].partition("<-")[2])
    return [line for name in _MADE if name in wanted for line in wanted[name].split("\n")]
