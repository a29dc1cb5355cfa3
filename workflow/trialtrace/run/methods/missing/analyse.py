"""Events of all subjects of a population, those without an outcome too.

Nobody is taken for known: what is counted for a missing outcome is in the method's name, bounds
and tipping points say what any outcomes would give. `imputation` draws them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result
from trialtrace.run.methods.analysing.formulas import Formula, formula
from trialtrace.run.methods.analysing.rows import Basis, Notes, Result
from trialtrace.run.methods.categorical.analyse import with_event
from trialtrace.run.methods.missing.deaths import refuse
from trialtrace.run.tables.conditions import columns_of as columns_of_condition
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.stats.missing.bounds import TippingMap

# What a record has and a subject has not.
OF_RECORDS = ("PARAMCD", "AVAL", "AVISIT", "CHG", "not")
COUNTED = {"missing_as_event": True, "missing_as_no_event": False}


@dataclass(frozen=True)
class Everybody:
    """Subjects of a population in some arms, their records with an outcome, and those with events.

    `error` says why subjects and records do not match, if they do not.
    """

    subjects: Selection
    rows: Selection
    events: Selection
    error: str | None

    @property
    def missing(self) -> int:
        return self.subjects.n - self.rows.n

    @property
    def members(self) -> dict[str, Selection]:
        return {"denominator": self.subjects, "analysed": self.rows, "numerator": self.events}

    def counts(self) -> tuple[int, int, int]:
        """Events, subjects with an outcome, subjects without. Raises StatsError."""
        if self.error is not None:
            raise StatsError(self.error)
        return self.events.n, self.rows.n, self.missing


def everybody(cut: Cut, arms: list[str]) -> Everybody:
    rows = cut.rows(TRTP={"in": arms})
    kept = {name: test for name, test in cut.base.items() if name not in OF_RECORDS}
    subjects, error = rows, None
    if _of_subjects(cut):
        subjects = cut.frames.select("adsl", kept | {"TRT01P": {"in": arms}})
    else:
        error = "the condition of this analysis is on records, so nobody is known to be missing."
    if error is None and len(set(rows.column("USUBJID"))) != rows.n:
        error = "a subject has several records, so outcomes of subjects cannot be counted."
    if error is None and not set(rows.column("USUBJID")) <= set(subjects.column("USUBJID")):
        error = "a record is of another arm than its subject, so the missing cannot be counted."
    if error is None:
        error = _of_the_dead(cut, subjects, rows)
    return Everybody(subjects, rows, with_event(cut, rows), error)


def _of_the_dead(cut: Cut, subjects: Selection, rows: Selection) -> str | None:
    """Why what is missing cannot be counted or drawn: somebody had died by then."""
    seen = set(rows.column("USUBJID").tolist())
    try:
        refuse(cut, np.array([name for name in subjects.column("USUBJID") if name not in seen]))
    except StatsError as refused:
        return str(refused)
    return None


def _of_subjects(cut: Cut) -> bool:
    """Whether the plan's own condition is on columns of subjects."""
    used = [column for one in cut.base.get("all", ()) for column in columns_of_condition(one)]
    return set(used) <= set(cut.frames.names("adsl"))


def as_counted(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: the proportion of all subjects, whoever is missing counted as the name says."""
    event = COUNTED[step.method]
    for group, condition in cut.groups():
        arms = condition["TRTP"].get("in") or [condition["TRTP"]["is"]]
        whole = everybody(cut, arms)
        common: Notes = {"n_used": whole.subjects.n, "denominator": whole.subjects.n}
        yield interval_result(
            cut,
            cut.at(group=group),
            (step.statistic, step.method),
            whole.members,
            partial(_proportion, formula(step), whole, event, cut.analysis.confidence),
            options=cut.options(step, interval=True),
            **common,
        )


def _proportion(interval: Formula, whole: Everybody, event: bool, confidence: float) -> Interval:
    x, n, lacking = whole.counts()
    return interval(x + lacking * event, n + lacking, confidence=confidence)


def difference_as_counted(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: the difference of these proportions, Newcombe's interval."""
    event = COUNTED[step.method]
    for pair, both, one, other in _pairs(cut):
        yield interval_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, step.method),
            both.members,
            partial(_difference, formula(step), one, other, event, cut.analysis.confidence),
            options=cut.options(step, interval=True),
            n_used=both.subjects.n,
        )


def _difference(
    interval: Formula, everybody: Everybody, other: Everybody, event: bool, confidence: float
) -> Interval:
    table = []
    for x, n, lacking in (everybody.counts(), other.counts()):
        table += [x + lacking * event, n + lacking]
    return interval(*table, confidence=confidence)


def _pairs(cut: Cut) -> Iterator[tuple[tuple[str, str], Everybody, Everybody, Everybody]]:
    for treated, reference in cut.analysis.pairs:
        both = everybody(cut, [treated, reference])
        yield (treated, reference), both, everybody(cut, [treated]), everybody(cut, [reference])


def proportion_bounds(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: the proportion if nobody, and if everybody, of the missing had the event."""
    for arm in cut.arms():
        whole = everybody(cut, [arm])
        common: Basis = {"options": cut.options(step), "n_used": whole.subjects.n}
        for end in ("lowest", "highest"):
            value, error = nan, None
            try:
                found = formula(step)(*whole.counts())
                value = found.low if end == "lowest" else found.high
            except StatsError as refused:
                error = str(refused)
            names = (f"proportion_{end}", step.method)
            yield plain_result(
                cut, cut.at(group=arm), names, whole.members, value, error=error, **common
            )


def difference_bounds(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: the least and the largest risk difference that the missing could give."""
    for pair, both, one, other in _pairs(cut):
        common: Basis = {"options": cut.options(step), "n_used": both.subjects.n}
        for end in ("lowest", "highest"):
            value, error = nan, None
            try:
                found = formula(step)(*one.counts(), *other.counts())
                value = found.low if end == "lowest" else found.high
            except StatsError as refused:
                error = str(refused)
            names = (f"risk_difference_{end}", step.method)
            yield plain_result(
                cut, cut.at(pair=pair), names, both.members, value, error=error, **common
            )


def tipping_map(
    cut: Cut, step: Step[object], everybody: Everybody, other: Everybody
) -> "TippingMap":
    """The result for every number of events among the missing of the two arms."""
    return formula(step)(
        *everybody.counts(), *other.counts(), test=step.method, level=cut.analysis.decision_level
    )


def tipping(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: how many of all possible outcomes of the missing change the decision."""
    options = cut.options(step) | {"level": cut.analysis.decision_level}
    for pair, both, one, other in _pairs(cut):
        place, method = cut.at(pair=pair), f"tipping_{step.method}"
        common: Basis = {"options": options, "n_used": both.subjects.n}
        try:
            found = tipping_map(cut, step, one, other)
        except StatsError as error:
            yield plain_result(
                cut, place, ("tipped", method), both.members, nan, error=str(error), **common
            )
            continue
        # A p-value that does not exist decides nothing.
        p = found.p_value[~np.isnan(found.p_value)]
        values: dict[str, Any] = {"tipped": found.tipped.sum()}
        if p.size:
            values |= {"p_lowest": p.min(), "p_highest": p.max()}
        for stat, value in values.items():
            of = found.tipped.size if stat == "tipped" else None
            names = (stat, method)
            yield plain_result(cut, place, names, both.members, value, denominator=of, **common)


METHODS = {
    "proportion.missing_as_event": as_counted,
    "proportion.missing_as_no_event": as_counted,
    "risk_difference.missing_as_event": difference_as_counted,
    "risk_difference.missing_as_no_event": difference_as_counted,
    "proportion_bounds.best_worst": proportion_bounds,
    "risk_difference_bounds.best_worst": difference_bounds,
    "tipping.fisher": tipping,
    "tipping.chi_squared": tipping,
}
