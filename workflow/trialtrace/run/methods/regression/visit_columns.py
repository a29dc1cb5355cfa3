"""Columns of a model over the visits of a subject: means at visits, or lines over time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.subject_tables import (
    SubjectTable,
    covariates,
    subject_table,
)
from trialtrace.run.methods.regression.analyse_covariates import columns_of
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Selection
    from trialtrace.run.trial.plan.cards import estimating as cards

    # Those at a time are of slopes too.
    Equations = cards.Gee | cards.GeeSlopes
    Mixed = cards.LogisticMixed | cards.LogisticMixedSlopes
    Options = Equations | Mixed | cards.OrdinalGee

Row = Callable[[tuple[str, str], int], Floats]
Line = Callable[[str, float, float], Floats]


@dataclass(frozen=True)
class Design:
    """Values (subjects, visits), columns (subjects, visits, p), the row of a comparison, and that
    of an arm's line: by its level at time 0 and by its slope."""

    values: Floats
    x: Floats
    row: Row
    line: Line


def design(cut: Cut, options: "Options", rows: "Selection") -> Design:
    """A mean at each visit and, by `effect`, differences of arms at each or one for all.

    With `times` a line over time in each arm; the row of a comparison is of its slopes, or of the
    lines at a `time`.
    """
    table = subject_table(cut, rows, {"AVISIT": list(cut.visits)})
    arms, visits = cut.arms(), len(cut.visits)
    if getattr(options, "coefficients", None) is not None:
        # The intercept is that of the reference.
        arms = [cut.analysis.estimand.reference, *cut.analysis.estimand.treated]
    of = np.array([arms.index(arm) for arm in table.column("TRTP").astype(str)], dtype=np.intp)
    lacking = [arm for number, arm in enumerate(arms) if not (of == number).any()]
    if lacking:
        raise StatsError("an arm has no values.")
    at_visit, of_arm = np.eye(visits), np.eye(len(arms))
    times = _times(cut, options, table)
    if times is not None:
        others = np.broadcast_to(of_arm[of][:, None, 1:], (table.n, visits, len(arms) - 1))
        line = np.stack([np.ones(times.shape), times], 2)
        every = np.concatenate([line, others, others * times[:, :, None]], axis=2)
    elif effect_of(options) == "each_visit":
        cells = of_arm[:, None, :, None] * at_visit[None, :, None, :]
        cells = cells.reshape(len(arms), visits, -1)
    else:
        shape = (len(arms), visits, len(arms) - 1)
        differences = np.broadcast_to(of_arm[:, None, 1:], shape)
        each = np.broadcast_to(at_visit, (len(arms), visits, visits))
        cells = np.concatenate([each, differences], axis=2)
    coded = covariates if getattr(options, "coefficients", None) is None else columns_of
    columns = coded(table, options.covariates)
    more = np.zeros((table.n, 0)) if columns is None else columns
    wide = np.broadcast_to(more[:, None, :], (table.n, visits, more.shape[1]))

    time = time_of(options)

    def line_of(arm: str, level: float, rise: float) -> Floats:
        own = of_arm[arms.index(arm), 1:]
        return np.concatenate([[level, rise], level * own, rise * own, np.zeros(more.shape[1])])

    def row(pair: tuple[str, str], visit: int) -> Floats:
        if times is None:
            one, other = (cells[arms.index(arm), visit] for arm in pair)
            return np.append(one - other, np.zeros(more.shape[1]))
        one, other = (line_of(arm, *((0, 1) if time is None else (1, time))) for arm in pair)
        return one - other

    own = cells[of] if times is None else every
    return Design(table.values, np.concatenate([own, wide], axis=2), row, line_of)


def _times(cut: Cut, options: "Options", table: SubjectTable) -> Floats | None:
    """The time of each value, (subjects, visits), where means are lines over it: of its visit, or
    as it was measured in this subject. 0 where there is no value.

    Raises StatsError for values without a time.
    """
    times: dict[str, float] | str | None = getattr(options, "times", None)
    if times is None:
        return None
    if not isinstance(times, str):
        nominal = np.array([times[visit] for visit in cut.visits], float)
        return np.broadcast_to(nominal, table.values.shape)
    measured = rows_of_times(cut, times)
    actual = subject_table(cut, measured, {"AVISIT": list(cut.visits)})
    at = {subject: place for place, subject in enumerate(actual.column("USUBJID"))}
    found = np.full(table.values.shape, np.nan)
    for place, subject in enumerate(table.column("USUBJID")):
        if subject in at:
            found[place] = actual.values[at[subject]]
    seen = ~np.isnan(table.values)
    if lacking := int((seen & np.isnan(found)).sum()):
        raise StatsError(f"{lacking} of {int(seen.sum())} values have no time of {times}.")
    return np.where(seen, found, 0.0)


def rows_of_times(cut: Cut, name: str) -> "Selection":
    """The records of the endpoint that has the times."""
    code = {"PARAMCD": {"is": cut.trial.endpoints[name].code}, "AVAL": "present"}
    return cut.rows(**code, AVISIT={"in": list(cut.visits)})


def time_of(options: "Options") -> float | None:
    """The time at which the lines of the arms are compared; None where their slopes are."""
    time: float | None = getattr(options, "time", None)
    return time


def effect_of(options: "Options") -> str | None:
    """What the comparison of arms is: at each visit, over all, or of the slopes over time."""
    named: str | None = getattr(options, "effect", None)
    return "slope" if getattr(options, "times", None) is not None else named
