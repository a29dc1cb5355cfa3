"""Events of all subjects of a population, those without an outcome too.

Nobody is taken for known: what is counted for a missing outcome is in the method's name, bounds
and tipping points say what any outcomes would give. `imputation` draws them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.rows import with_event
from trialtrace.run.methods.missing.rows import refuse
from trialtrace.run.tables.conditions import columns_of as columns_of_condition
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.stats.missing.bounds import Bounds, TippingMap

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
    """Of some arms; of all patients where none is named, as where they have one code."""
    rows = cut.rows(TRTP={"in": arms})
    kept = {name: test for name, test in cut.base.items() if name not in OF_RECORDS}
    subjects, error = rows, None
    if _of_subjects(cut):
        of = {"TRT01P": {"in": arms}} if arms else {}
        subjects = cut.frames.select("adsl", kept | of)
    else:
        error = "the condition of this analysis is on records, so nobody is known to be missing."
    if error is None and rows.subjects != rows.n:
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
        test = condition.get("TRTP", {})
        arms = test.get("in") or [*test.values()]
        whole = everybody(cut, arms)
        compute = partial(_proportion, formula(step), whole, event, cut.analysis.confidence)
        sample = Sample(cut, step, cut.at(group=group), whole.members, whole.subjects.n)
        yield sample.interval(compute, denominator=whole.subjects.n)


def _proportion(interval: Formula, whole: Everybody, event: bool, confidence: float) -> Interval:
    x, n, lacking = whole.counts()
    return interval(x + lacking * event, n + lacking, confidence=confidence)


def difference_as_counted(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: the difference of these proportions, Newcombe's interval."""
    event = COUNTED[step.method]
    for sample, one, other in _pairs(cut, step):
        level = cut.analysis.confidence
        yield sample.interval(partial(_difference, formula(step), one, other, event, level))


def _difference(
    interval: Formula, everybody: Everybody, other: Everybody, event: bool, confidence: float
) -> Interval:
    table = []
    for x, n, lacking in (everybody.counts(), other.counts()):
        table += [x + lacking * event, n + lacking]
    return interval(*table, confidence=confidence)


def _pairs(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Everybody, Everybody]]:
    for pair in cut.analysis.pairs:
        both = everybody(cut, list(pair))
        sample = Sample(cut, step, cut.at(pair=pair), both.members, both.subjects.n)
        yield sample, everybody(cut, [pair[0]]), everybody(cut, [pair[1]])


def proportion_bounds(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: the proportion if nobody, and if everybody, of the missing had the event."""
    for arm in cut.arms():
        whole = everybody(cut, [arm])
        place, options = cut.at(group=arm), cut.options(step)
        sample = Sample(cut, step, place, whole.members, whole.subjects.n, options=options)
        yield from sample.ends("proportion", partial(_bounds, step, whole))


def difference_bounds(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: the least and the largest risk difference that the missing could give."""
    for sample, one, other in _pairs(cut, step):
        told = replace(sample, options=cut.options(step))
        yield from told.ends("risk_difference", partial(_bounds, step, one, other))


def _bounds(step: Step[object], *arms: Everybody) -> "Bounds":
    return formula(step)(*(count for arm in arms for count in arm.counts()))


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
    for plain, one, other in _pairs(cut, step):
        sample = replace(plain, options=options, method=f"tipping_{step.method}")
        try:
            found = tipping_map(cut, step, one, other)
        except StatsError as error:
            yield sample.value("tipped", nan, error=str(error))
            continue
        # A p-value that does not exist decides nothing.
        p = found.p_value[~np.isnan(found.p_value)]
        values: dict[str, Any] = {"tipped": found.tipped.sum()}
        if p.size:
            values |= {"p_lowest": p.min(), "p_highest": p.max()}
        for stat, value in values.items():
            of = found.tipped.size if stat == "tipped" else None
            yield sample.value(stat, value, denominator=of)


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
