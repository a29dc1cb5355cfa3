"""Repeated measures in parallel arms: mixed analysis of variance with sphericity corrections."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import partial
from itertools import combinations
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Place, Result, bounds
from trialtrace.run.methods.analysing.subject_tables import subject_table
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.gives import OVER_VISITS
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import repeated as cards
    from trialtrace.stats.repeated.anova_general import Effect

EFFECTS = {"arm": "between", "visit": "within", "arm_visit": "interaction"}
# What each of them tests, as results say; that of the arm where the visits have a baseline.
TESTS = {
    "arm": "The arms averaged over all visits, the baseline among them: a difference from the "
    "start makes this F large. It does not test what the treatment changed.",
    "visit": "The visits averaged over the arms: a change over time that is alike in all arms. It "
    "does not test the treatment.",
    "arm_visit": "The interaction: whether the change over time differs between the arms. This is "
    "the effect that tests the treatment.",
}
# Where no visit is the baseline the arms themselves test the treatment.
WITHOUT_BASELINE = {
    **TESTS,
    "arm": None,
    "arm_visit": "The interaction: whether the difference between the arms changes over time. "
    "Whether they differ at all, averaged over the visits, is the effect of the arm.",
}
OUTSIDE = (
    "The estimate lies above its own interval. It is biased upwards, and most where F is below 1; "
    "the interval is that of the noncentral F distribution, on uncorrected degrees of freedom."
)
CORRECTED = {"greenhouse_geisser": "gg", "huynh_feldt": "hf", "lower_bound": "lower"}
# An F test is one-sided: of a test at 0.05 the interval is of 90 %.
ETA_LEVEL = 0.9
SHOWN = {
    "f": "f",
    "df1": "df1",
    "df2": "df2",
    "p_value": "p_uncorrected",
    "epsilon_gg": "epsilon_gg",
    "epsilon_hf": "epsilon_hf",
    "epsilon_lower": "epsilon_lower",
    "p_gg": "p_gg",
    "p_hf": "p_hf",
    "p_lower": "p_lower",
    "partial_eta_squared": "partial_eta_squared",
    "generalised_eta_squared": "generalised_eta_squared",
}


def mixed_anova(cut: Cut, step: "Step[cards.MixedAnova]") -> Iterator[Result]:
    """Effects of arm, visit and arm × visit over subjects with a value at every visit."""
    rows = cut.rows(TRTP={"in": cut.arms()}, **{COMPLETE: {"AVISIT": list(cut.visits)}})
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)
    visits = list(cut.visits)
    some = cut.rows(TRTP={"in": cut.arms()}, AVISIT={"in": visits})
    lost = left_out(rows, some, len(visits))
    anova, _ = formulas(step)
    try:
        y, arm = by_subject(cut, rows, len(cut.visits))
        found = anova(y, arm, sums_of_squares=step.options.sums_of_squares)
    except StatsError as error:
        yield sample.at(second=("effect", "visit")).value("p_value", nan, error=str(error))
        return
    for effect, name in EFFECTS.items():
        values = _values(getattr(found, name), step.options.sphericity)
        if effect != "arm" and found.n_visits > 2:
            values |= {
                "mauchly_w": found.mauchly_w,
                "mauchly_p": found.mauchly_p_anderson,
                "mauchly_p_r": found.mauchly_p,
            }
        says = (TESTS if _from_baseline(cut) else WITHOUT_BASELINE)[effect]
        yield from effect_results(sample.at(second=("effect", effect)), values, says, lost)


def left_out(complete: Selection, some: Selection, cells: int) -> str | None:
    """How many subjects of `some` rows are not among the complete ones, and how many of the values
    in `cells` they lack; None where nobody is left out."""
    whole = np.unique(complete.column("USUBJID").astype(str))
    subjects, known = np.unique(some.column("USUBJID").astype(str), return_counts=True)
    lacking = cells - known[~np.isin(subjects, whole)]
    if not lacking.size:
        return None
    least, most = int(lacking.min()), int(lacking.max())
    who = "1 subject is left out, who lacks" if lacking.size == 1 else ""
    who = who or f"{lacking.size} subjects are left out, who lack"
    each = " each" if lacking.size > 1 and least == most else ""
    return f"{who} {least}{f' to {most}' if most > least else ''} of {cells} values{each}."


def _from_baseline(cut: Cut) -> bool:
    """Whether the values of a cut are those at visits of which one is the baseline."""
    baseline = getattr(cut.endpoint.entry, "baseline", None)
    return cut.analysis.value == "value" and baseline in cut.visits


def effect_results(
    sample: Sample, values: Mapping[str, float], says: str | None, lost: str | None
) -> Iterator[Result]:
    """The statistics of an effect; of its p-value what it tests, of F whom it leaves out.

    Partial eta squared has the interval of its noncentrality, by the second formula of the card.
    """
    _, of_eta = formulas(sample.step)
    for stat, value in values.items():
        bounds_of: tuple[float, float] | None = None
        warning = {"p_value": says, "f": lost}.get(stat)
        if stat == "partial_eta_squared":
            with suppress(StatsError):
                found = of_eta(values["f"], values["df1"], values["df2"], confidence=ETA_LEVEL)
                bounds_of = bounds(found)
                warning = OUTSIDE if value > found.high else None
        level = None if bounds_of is None else ETA_LEVEL
        yield sample.value(stat, value, interval=bounds_of, level=level, warning=warning)


def _values(effect: "Effect", sphericity: str) -> dict[str, float]:
    """The statistics of an effect; `p_value` and the corrected df are those the plan says."""
    given = {field.name for field in fields(effect)}
    values = {shown: getattr(effect, name) for name, shown in SHOWN.items() if name in given}
    if "epsilon_gg" not in given:
        return {"p_value": effect.p_value} | values
    chosen = CORRECTED.get(sphericity)
    p = effect.p_value if chosen is None else values[f"p_{chosen}"]
    # An epsilon above 1 corrects as 1 does.
    scale = 1.0 if chosen is None else float(np.minimum(values[f"epsilon_{chosen}"], 1.0))
    corrected = {"df1_corrected": effect.df1 * scale, "df2_corrected": effect.df2 * scale}
    return {"p_value": p} | values | corrected


def by_subject(cut: Cut, rows: Selection, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (n subjects, k visits) in the order of visits, and the arm of each subject.

    Raises StatsError where a subject has several records at a visit.
    """
    subject, visit = rows.column("USUBJID").astype(str), rows.column("AVISITN")
    if rows.n != k * len(np.unique(subject)):
        raise StatsError("some subjects have more than one record at a visit.")
    order = np.lexsort((visit, subject))
    values = cut.values(rows)[order].reshape(-1, k)
    return values, rows.column("TRTP")[order].astype(str).reshape(-1, k)[:, 0]


# Values (subjects, visits), and the arm of each subject or one name for all.
Table = tuple[np.ndarray, np.ndarray]


def visits_of_arm(
    cut: Cut, step: Step[object]
) -> Iterator[tuple[Sample, Callable[[], tuple[np.ndarray]]]]:
    """Each arm, and its subjects' values at every visit."""
    for arm in cut.arms():
        rows = cut.rows(TRTP={"is": arm}, **{COMPLETE: {"AVISIT": list(cut.visits)}})

        def values(rows: Selection = rows) -> tuple[np.ndarray]:
            if rows.n == 0:
                raise StatsError("no subject has a value at every visit.")
            return (by_subject(cut, rows, len(cut.visits))[0],)

        place, subjects = cut.at(group=arm, second=OVER_VISITS), rows.subjects
        yield Sample(cut, step, place, {"analysed": rows}, subjects), values


def visits_and_arms(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Callable[[], Table]]]:
    """All arms: the subjects with a value at every visit."""
    rows = cut.rows(TRTP={"in": cut.arms()}, **{COMPLETE: {"AVISIT": list(cut.visits)}})
    place, subjects = cut.at(second=OVER_VISITS), rows.subjects
    sample = Sample(cut, step, place, {"analysed": rows}, subjects)
    yield sample, partial(by_subject, cut, rows, len(cut.visits))


def visit_contrast(cut: Cut, step: "Step[cards.VisitContrast]") -> Iterator[Result]:
    """Each combination of visits, by comparison, over subjects with a value at every visit."""
    rows = cut.rows(TRTP={"in": cut.arms()}, **{COMPLETE: {"AVISIT": list(cut.visits)}})
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)

    def compute(name: str, pair: tuple[str, str]) -> "Contrast":
        y, arm = by_subject(cut, rows, len(cut.visits))
        if {*arm.tolist()} != {*cut.arms()}:
            raise StatsError("an arm has no subject with a value at every visit.")
        weights = step.options.combinations[name]
        return formula(step)(
            y,
            within=[float(weights.get(visit, 0.0)) for visit in cut.visits],
            cells=arm,
            between=dict.fromkeys(cut.arms(), 0.0) | {pair[0]: 1.0, pair[1]: -1.0},
            variance=step.options.variance,
            confidence=cut.analysis.confidence,
            sides=step.options.sides,
        )

    for name in step.options.combinations:
        for pair in cut.analysis.pairs:
            of_pair = sample.at(pair=pair, second=("contrast", name))
            yield from of_pair.contrast(partial(compute, name, pair))


def within_arms(cut: Cut, step: "Step[cards.VisitPairs]") -> Iterator[Result]:
    """By arm and two visits: the mean difference of its subjects."""
    for arm in cut.arms():
        rows = cut.rows(TRTP={"is": arm}, **{COMPLETE: {"AVISIT": list(cut.visits)}})

        def table(rows: Selection = rows) -> Table:
            if rows.n == 0:
                raise StatsError("no subject has a value at every visit.")
            y, _ = by_subject(cut, rows, len(cut.visits))
            return y, np.zeros(len(y), dtype=int)

        yield from _pairs(cut, step, rows, table, {0: 1.0}, partial(cut.at, group=arm))


def compared(cut: Cut, step: "Step[cards.VisitPairs]") -> Iterator[Result]:
    """By comparison and two visits: the difference of the treatments in that difference."""
    own = cut.trial.design.kind in OWN_TREATMENT
    for pair in cut.analysis.pairs:
        columns = {"AVISIT": list(cut.visits)}
        if own:
            columns = {"TRTP": list(pair)} | columns
        rows = cut.rows(TRTP={"in": list(pair)}, **{COMPLETE: columns})

        def table(
            pair: tuple[str, str] = pair,
            rows: Selection = rows,
            columns: dict[str, list[str]] = columns,
        ) -> Table:
            if own:
                one, other = np.hsplit(subject_table(cut, rows, columns).values, 2)
                return one - other, np.zeros(len(one), dtype=int)
            y, arm = by_subject(cut, rows, len(cut.visits))
            if {*arm.tolist()} != {*pair}:
                raise StatsError("an arm has no subject with a value at every visit.")
            return y, (arm != pair[0]).astype(int)

        weights = {0: 1.0} if own else {0: 1.0, 1: -1.0}
        yield from _pairs(cut, step, rows, table, weights, partial(cut.at, pair=pair))


def _pairs(
    cut: Cut,
    step: "Step[cards.VisitPairs]",
    rows: Selection,
    table: Callable[[], Table],
    weights: dict[int, float],
    at: Callable[..., Place],
) -> Iterator[Result]:
    options, subjects = cut.options(step, interval=True), rows.subjects

    def compute(first: int, later: int) -> Contrast:
        y, cell = table()
        within = np.zeros(len(cut.visits))
        within[[first, later]] = -1.0, 1.0
        return formula(step)(
            y,
            within=within,
            cells=cell,
            between=weights,
            variance="separate",
            confidence=cut.analysis.confidence,
            sides=step.options.sides,
        )

    for first, later in combinations(range(len(cut.visits)), 2):
        if first and step.options.pairs == "since_first":
            continue
        place = at(second=("contrast", f"{cut.visits[later]} less {cut.visits[first]}"))
        sample = Sample(cut, step, place, {"analysed": rows}, subjects, options=options)
        yield from sample.contrast(partial(compute, first, later), name="visit_difference")
