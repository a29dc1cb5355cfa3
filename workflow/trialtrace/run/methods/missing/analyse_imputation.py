"""Multiple imputation of the components of an event, in those whose event is not known."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import inf, nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut, with_known
from trialtrace.run.methods.analysing.estimate import Once, Sample, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.inputs import stream
from trialtrace.run.methods.missing.analyse import OF_RECORDS, Everybody, everybody
from trialtrace.run.methods.missing.rows import dead, with_draws
from trialtrace.run.methods.regression.analyse_covariates import columns_of
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import visit_labels
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import imputation as cards
    from trialtrace.stats.missing.pooling import Pooled

# Columns of a record by the value of a score that a rule asks for.
SCORES = {"value": "AVAL", "change": "CHG"}


def imputed(cut: Cut, step: "Step[cards.MultipleImputation]") -> Iterator[Result]:
    """The share of each arm and, by comparison, the risk difference of all subjects, missing
    components drawn and pooled."""
    whole = everybody(cut, cut.arms())
    error, warning, outcomes = None, None, np.empty((0, 0))
    try:
        whole.counts()
        outcomes, warning = _outcomes(cut, step, whole)
    except StatsError as refused:
        error = str(refused)
    arm = whole.subjects.column("TRT01P").astype(str)
    drawn = {"drawn_from": _drawn_from(cut, step)}

    def pooled(*arms: str) -> "Pooled":
        if error is not None:
            raise StatsError(error)
        return _pooled(cut, step, *(outcomes[:, arm == name] for name in arms))

    for name in [] if error is not None else cut.arms():
        n, members = int((arm == name).sum()), whole.members | drawn
        sample = Sample(cut, step, cut.at(group=name), members, n)
        share = Once(partial(pooled, name))
        estimate = sample.interval(partial(_interval, share), "proportion")
        yield estimate if estimate.error is not None else with_draws(estimate, share())
    for pair in cut.analysis.pairs:
        n, members = int(np.isin(arm, pair).sum()), whole.members | drawn
        sample = Sample(cut, step, cut.at(pair=pair), members, n, warning=warning)
        difference = Once(partial(pooled, *pair))
        estimate = sample.interval(partial(_interval, difference))
        if estimate.error is not None:
            yield estimate
            continue
        yield with_draws(estimate, difference())
        yield sample.value("fraction_missing", float(difference().fraction_missing))


def _drawn_from(cut: Cut, step: "Step[cards.MultipleImputation]") -> Selection:
    """The records from which missing components are drawn and the outcome is told, of everybody:
    also of those whose outcome is not known."""
    given, composite = step.options, cut.endpoint.entry
    names = list(given.components)
    visits = [] if cut.place.visit is None else [cut.place.visit]
    if given.at_least is None:
        names += [*composite.findings, *(score.of for score in composite.parts.values())]
        if composite.counted == "by_visit" and visits:
            ordered = visit_labels(cut.endpoint.name, cut.trial.endpoints.get)
            visits = ordered[: ordered.index(visits[0]) + 1]
    codes = [cut.trial.endpoints[name].code for name in dict.fromkeys(names)]
    of_subjects = {name: test for name, test in cut.base.items() if name not in OF_RECORDS}
    at = {"AVISIT": {"in": visits}} if visits else {}
    records = {"PARAMCD": {"in": codes}, "AVAL": "present", "TRT01P": {"in": cut.arms()}} | at
    return with_known(cut.frames.select("bds", of_subjects | records), given.covariates)


def _outcomes(
    cut: Cut, step: "Step[cards.MultipleImputation]", whole: Everybody
) -> tuple[np.ndarray, str | None]:
    """Completed outcomes (imputations, subjects), and a caution.

    What is known stays, the rest follows from the components.
    """
    given, subjects = step.options, whole.subjects
    names = subjects.column("USUBJID")
    earlier = _earlier(cut) if given.at_least is None else []
    at = [*(earlier if given.undecided_before == "drawn" else ()), cut]
    parts = [component(one, name, names) for one in at for name in given.components]
    visits = [one.place.visit for one in at for _ in given.components]
    impute, composite, _ = formulas(step)
    made = impute(
        np.column_stack(parts),
        subjects.column("TRT01P").astype(str),
        columns_of(subjects, given.covariates),
        kinds=["binary"] * len(parts),
        arms=given.arms,
        cycles=given.cycles,
        not_to_impute=dead(cut, names, visits),
        if_marked="refuse",
        seed=(given.seed, stream(cut.place)),
        start=0,
        stop=given.imputations,
        logistic=given.logistic or "maximum",
    )
    found = dict(zip(whole.rows.column("USUBJID"), whole.rows.column("AVAL"), strict=True))
    observed = np.array([found.get(name, nan) for name in names], dtype=float)
    before = _so_far(cut, earlier, names)

    def outcomes(drawn: np.ndarray) -> np.ndarray:
        if given.at_least is not None:
            outcome = (drawn.sum(axis=2) >= given.at_least).astype(float)
        else:
            *past, outcome = _each(at, given.components, drawn, names)
            if before is not None:
                outcome = np.where(before == 1, 1.0, outcome)
            for event in past:
                outcome = np.where(event == 1, 1.0, outcome)
        completed = np.where(np.isnan(observed), outcome, observed)
        if undecided := int(np.isnan(completed).any(axis=0).sum()):
            raise StatsError(f"{undecided} subjects lack parts of the rule that are not imputed.")
        return completed

    completed: np.ndarray = composite(made, outcomes)
    open_before = 0
    if before is not None:
        left = np.isnan(before)
        if len(at) > 1:
            past = _each(at, given.components, made.values, names)[:-1]
            left = np.any([np.isnan(event).any(axis=0) for event in past], axis=0)
        passed = np.isnan(observed) & left & (completed == 0).any(axis=0)
        open_before = int(passed.sum())
    if open_before and given.undecided_before not in ("no_event", "drawn"):
        raise StatsError(
            f"an earlier visit of {open_before} subjects leaves open whether they had the event."
        )
    passing = subjects.column("TRT01P")[passed] if open_before else []
    return completed, _caution(
        {arm.label: int(np.sum(passing == name)) for name, arm in cut.trial.design.arms.items()}
        if open_before
        else {}
    )


def _each(
    at: list[Cut], components: tuple[str, ...], drawn: np.ndarray, subjects: np.ndarray
) -> list[np.ndarray]:
    """The event of each of these visits by its own rule, (imputations, subjects)."""
    columns = np.moveaxis(drawn, 2, 0).reshape(len(at), len(components), *drawn.shape[:2])
    return [
        _by_rule(one, dict(zip(components, column, strict=True)), subjects)
        for one, column in zip(at, columns, strict=True)
    ]


def _caution(open_before: Mapping[str, int]) -> str | None:
    """What is lost of subjects whom an earlier visit leaves open, by the label of their arm."""
    if not open_before:
        return None
    arms = ", ".join(f"{label} {n}" for label, n in open_before.items())
    return (
        f"of {sum(open_before.values())} subjects ({arms}) in whom an earlier visit leaves the "
        "event open it counts as none there: an event that came and went by then is lost"
    )


def _by_rule(cut: Cut, drawn: dict[str, np.ndarray], subjects: np.ndarray) -> np.ndarray:
    """The composite by its own rule at this visit: drawn findings and scores, others as found.

    Shape (imputations, subjects); NaN where parts that were not drawn are missing and decide.
    """
    from trialtrace.run.endpoints.truth import rule

    composite = cut.endpoint.entry
    shape = next(iter(drawn.values())).shape

    def everywhere(values: np.ndarray) -> np.ndarray:
        return np.broadcast_to(values, shape).ravel()

    findings = {
        name: everywhere(drawn.get(name, component(cut, name, subjects)))
        for name in composite.findings
    }
    scores = {
        name: everywhere(
            drawn[score.of]
            if score.of in drawn
            else component(cut, score.of, subjects, SCORES[score.value or "value"])
        )
        for name, score in composite.parts.items()
    }
    return rule(composite.event, findings, scores, "undecided").reshape(shape)


def _earlier(cut: Cut) -> list[Cut]:
    """The same at each earlier visit, of an outcome that counts it (`by_visit`)."""
    here = cut.place.visit
    if cut.endpoint.entry.counted != "by_visit" or here is None:
        return []
    visits = visit_labels(cut.endpoint.name, cut.trial.endpoints.get)
    return [
        replace(
            cut, base=cut.base | {"AVISIT": {"is": visit}}, place=replace(cut.place, visit=visit)
        )
        for visit in visits[: visits.index(here)]
    ]


def _so_far(cut: Cut, earlier: list[Cut], subjects: np.ndarray) -> np.ndarray | None:
    """Whose event was there at an earlier visit, of an outcome that counts it (`by_visit`).

    By what is known at that visit alone: 1 where that decides it at one of them, NaN where it is
    open at one and the outcome says no only if every visit does, else 0. None where no earlier
    visit counts.
    """
    if not earlier:
        return None
    composite, found = cut.endpoint.entry, np.zeros(len(subjects))
    first = composite.findings[0]
    for at in earlier:
        event = _by_rule(at, {first: component(at, first, subjects)}, subjects)
        if composite.missing_visits != "undecided":
            event = np.nan_to_num(event)
        found = np.where((found == 1) | (event == 1), 1.0, found + event)
    return found


def component(cut: Cut, name: str, subjects: np.ndarray, column: str = "AVAL") -> np.ndarray:
    """A value of each of these subjects at the visit of the cut, NaN where it is missing."""
    endpoint = cut.trial.endpoints[name]
    at = {"AVISIT": cut.base["AVISIT"]} if "AVISIT" in cut.base else {}
    rows = cut.frames.select("bds", {"PARAMCD": {"is": endpoint.code}, column: "present"} | at)
    known = dict(zip(rows.column("USUBJID"), rows.column(column), strict=True))
    if len(known) != rows.n:
        raise StatsError(f"{name} has several records of a subject here.")
    return np.array([known.get(subject, nan) for subject in subjects], dtype=float)


def _pooled(cut: Cut, step: Step[object], *arms: np.ndarray) -> "Pooled":
    """The share of an arm, of two that of the first less that of the second."""
    shares = [values.mean(axis=1) for values in arms]
    variances = [p * (1 - p) / values.shape[1] for p, values in zip(shares, arms, strict=True)]
    *_, pool = formulas(step)
    return pool(
        shares[0] - sum(shares[1:]),
        sum(variances),
        df_complete=inf,
        null=0.0,
        sides="two_sided",
        confidence=cut.analysis.confidence,
        scale="identity",
    )


def _interval(difference: "Callable[[], Pooled]") -> Interval:
    pooled = difference()
    return Interval(float(pooled.estimate), float(pooled.low), float(pooled.high))


METHODS = {"risk_difference.multiple_imputation": imputed}
