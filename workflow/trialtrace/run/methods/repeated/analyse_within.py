"""Treatments within subjects over visits: analysis of variance under each reading, mixed model.

An F of an analysis of variance tests its own effect only. Each p-value says which, since with both
treatments in every subject just the interaction of treatment and visit tests the treatment.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import nan, prod
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, formulas, noted
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import known, subject_table
from trialtrace.run.methods.mixed.analyse import at_bound
from trialtrace.run.methods.repeated.analyse import effect_results, left_out
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import within as cards
    from trialtrace.stats.mixed.linear_mixed import LinearMixedFit
    from trialtrace.stats.mixed.mmrm import MmrmFit
    from trialtrace.stats.repeated.anova_general import Anova, AnovaEffect

    Fitted = Callable[[], MmrmFit]

# Design of the plan -> factors of the model, and the effects with what each of them tests.
FACTORS = {
    "cells": ("cell",),
    "treatment_by_visit": ("treatment", "visit"),
    "treatment_by_visit_by_location": ("treatment", "visit", "location"),
    "visits": ("visit",),
}
TESTS = {
    ("cells", "cell"): "Every treatment at every visit as one factor: a change over time that is "
    "alike under all treatments makes this F large too. It does not test the treatment.",
    ("treatment_by_visit", "treatment"): "The treatments averaged over all visits, those before "
    "the treatment included: a difference from the start makes this F large. It does not test "
    "what the treatment changed.",
    ("treatment_by_visit", "visit"): "The visits averaged over the treatments: a change over time "
    "that is alike under all treatments. It does not test the treatment.",
    ("treatment_by_visit", "treatment_visit"): "The interaction: whether the change over time "
    "differs between the treatments. This is the effect that tests the treatment.",
    **{
        ("treatment_by_visit_by_location", effect): f"{told} It does not test what the treatment "
        "changed."
        for effect, told in {
            "treatment": "The treatments averaged over all visits and locations, those before the "
            "treatment included.",
            "visit": "The visits averaged over treatments and locations.",
            "location": "The locations averaged over treatments and visits.",
        }.items()
    },
    (
        "treatment_by_visit_by_location",
        "treatment_visit",
    ): "The interaction of treatment and visit, "
    "averaged over the locations: whether the change over time differs between the treatments. "
    "This effect tests the treatment.",
    ("treatment_by_visit_by_location", "treatment_location"): "Whether the treatments differ more "
    "at some locations, averaged over all visits. It does not test what the treatment changed.",
    ("treatment_by_visit_by_location", "visit_location"): "Whether the change over time differs "
    "between the locations, alike under all treatments. It does not test the treatment.",
    ("treatment_by_visit_by_location", "treatment_visit_location"): "Whether what the treatment "
    "changed differs between the locations, not whether it changed anything.",
    ("visits", "visit"): "The visits under one treatment, compared with no other. It does not "
    "test the treatment.",
}
OF_GROUP = (
    "The groups of subjects: whether they differ, or an effect within subjects differs between "
    "them. It does not test the treatment."
)
CORRECTED = {
    "greenhouse_geisser": "greenhouse_geisser",
    "huynh_feldt": "huynh_feldt_lecoutre",
    "lower_bound": "lower_bound",
}


def repeated_measures_anova(
    cut: Cut, step: "Step[cards.RepeatedMeasuresAnova]"
) -> Iterator[Result]:
    """The effects over subjects with a value in every cell."""
    design, visits, treatment = step.options.design, list(cut.visits), step.options.treatment
    arms = [treatment] if design == "visits" and treatment is not None else cut.arms()
    columns, group = {"TRTP": arms, "AVISIT": visits}, step.options.between
    divided = known([group] if group else [])
    some = cut.rows(TRTP={"in": arms}, AVISIT={"in": visits})
    if "location" in FACTORS[design]:
        columns["LOC"] = np.unique(some.column("LOC").astype(str)).tolist()
    rows = cut.rows(TRTP={"in": arms}, **{COMPLETE: columns}, **divided)
    subjects = rows.subjects
    lost = left_out(rows, some, prod(map(len, columns.values())))
    members = {"analysed": rows, "incomplete": some} if lost else {"analysed": rows}
    sample = Sample(cut, step, cut.place, members, subjects)
    try:
        anova = _anova(formulas(step)[0], cut, rows, columns, step.options)
    except StatsError as error:
        first = sample.at(second=("effect", _effects(design)[0]))
        yield first.value("p_value", nan, error=str(error))
        return
    of_group = ["group", *(f"group_{effect}" for effect in _effects(design))] if group else []
    for effect in [*_effects(design), *of_group]:
        # The factors of an effect: "group_treatment_visit" is of three.
        values = _values(anova.effect(*effect.split("_")), step.options.sphericity)
        says = OF_GROUP if effect in of_group else TESTS[design, effect]
        yield from effect_results(sample.at(second=("effect", effect)), values, says, lost)


def _effects(design: str) -> list[str]:
    return [effect for own, effect in TESTS if own == design]


def _anova(
    anova: Formula,
    cut: Cut,
    rows: Selection,
    columns: dict[str, list[str]],
    options: "cards.RepeatedMeasuresAnova",
) -> "Anova":
    table, design = subject_table(cut, rows, columns), options.design
    y, between = table.values, {}
    if options.between is not None:
        between = {"group": table.column(adsl_code(options.between)).astype(str)}
    if len(FACTORS[design]) > 1:
        y = y.reshape(table.n, *(len(levels) for levels in columns.values()))
    return anova(y, within=FACTORS[design], between=between, sums_of_squares="III", measured=())


def _values(effect: "AnovaEffect", sphericity: str) -> dict[str, float]:
    """The statistics of an effect; `p_value` and the corrected df are those the plan says."""
    shape = effect.corrections
    if shape is None:
        return {
            "p_value": effect.p_value,
            "f": effect.f,
            "df1": effect.df1,
            "df2": effect.df2,
            "p_uncorrected": effect.p_value,
            "partial_eta_squared": effect.partial_eta_squared,
            "generalised_eta_squared": effect.generalised_eta_squared,
        }
    gg, hf, low = shape.greenhouse_geisser, shape.huynh_feldt_lecoutre, shape.lower_bound
    chosen = effect if sphericity == "none" else getattr(shape, CORRECTED[sphericity])
    values = {
        "p_value": chosen.p_value,
        "f": effect.f,
        "df1": effect.df1,
        "df2": effect.df2,
        "df1_corrected": chosen.df1,
        "df2_corrected": chosen.df2,
        "p_uncorrected": effect.p_value,
        "p_gg": gg.p_value,
        "p_hf": hf.p_value,
        "p_lower": low.p_value,
        "epsilon_gg": gg.epsilon,
        "epsilon_hf": hf.epsilon,
        "epsilon_lower": low.epsilon,
        "mauchly_w": shape.mauchly_w,
        "mauchly_p": shape.mauchly_p_anderson,
        "mauchly_p_r": shape.mauchly_p,
        "partial_eta_squared": effect.partial_eta_squared,
        "generalised_eta_squared": effect.generalised_eta_squared,
    }
    # One contrast of the visits is always spherical: there is nothing to correct or to test.
    idle = ("mauchly_w", "mauchly_p", "mauchly_p_r") if low.epsilon == 1 else ()
    return {stat: value for stat, value in values.items() if stat not in idle}


def mixed_model(cut: Cut, step: "Step[cards.MixedModel]") -> Iterator[Result]:
    """By comparison and later visit: the difference in change since the first visit.

    A mean for each treatment at each visit and random effects of the subject: an intercept, and
    one of the treatment. Subjects with some values missing stay in.
    """
    _, *later = cut.visits
    for pair in cut.analysis.pairs:
        rows = cut.rows(TRTP={"in": list(pair)}, AVISIT={"in": list(cut.visits)})
        sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)
        fitted = cache(partial(_mixed, cut, step, rows, pair))
        for number, visit in enumerate(later, 1):
            compute = partial(_since_first, cut, step, fitted, number)
            results = sample.at(pair=pair, visit=visit).contrast(compute)
            yield from noted(results, partial(_at_bound, fitted))


def _at_bound(fitted: "Callable[[], LinearMixedFit]") -> str | None:
    return at_bound(fitted())


def _since_first(
    cut: Cut,
    step: "Step[cards.MixedModel]",
    fitted: "Callable[[], LinearMixedFit]",
    number: int,
) -> Contrast:
    """Difference of the treatments at a visit, less that at the first visit."""
    row = np.zeros((2, len(cut.visits)))
    row[0, number], row[0, 0], row[1, number], row[1, 0] = 1.0, -1.0, -1.0, 1.0
    _, contrast = formulas(step)
    return contrast(
        fitted(),
        row.ravel(),
        df=step.options.df,
        sides="two_sided",
        confidence=cut.analysis.confidence,
    )


def _mixed(
    cut: Cut, step: "Step[cards.MixedModel]", rows: Selection, pair: tuple[str, str]
) -> "LinearMixedFit":
    columns = {"TRTP": list(pair), "AVISIT": list(cut.visits)}
    table = subject_table(cut, rows, columns)
    subject, cell = np.nonzero(~np.isnan(table.values))
    x = np.eye(table.values.shape[1])[cell]
    z = np.ones((len(cell), 1))
    if step.options.random == "intercept_and_treatment":
        z = np.column_stack([z, cell < len(cut.visits)])
    return formula(step)(table.values[subject, cell], x, z, subject, method=step.options.estimation)


def unstructured_differences(cut: Cut, step: "Step[cards.Unstructured]") -> Iterator[Result]:
    """By comparison and later visit: the difference in change since the first visit.

    A subject's differences of the two treatments, visit by visit, with a mean and a variance at
    each visit and a covariance of each two: no two visits need be alike. A visit counts where both
    treatments have a value.
    """
    yield from _unstructured(cut, step, np.ones(1), _differences)


def unstructured_cells(cut: Cut, step: "Step[cards.Unstructured]") -> Iterator[Result]:
    """The same of the values themselves: each treatment at each visit has a mean and a variance.

    Each two of them have a covariance. A value counts also where the other treatment has none.
    """
    yield from _unstructured(cut, step, np.array([1.0, -1.0]), lambda values: values)


def _differences(values: Floats) -> Floats:
    one, other = np.hsplit(values, 2)
    return one - other


def _unstructured(
    cut: Cut,
    step: "Step[cards.Unstructured]",
    treatments: Floats,
    taken: Callable[[Floats], Floats],
) -> Iterator[Result]:
    """Change since the first visit times the weights of the treatments, of what is `taken`."""
    for pair in cut.analysis.pairs:
        rows = cut.rows(TRTP={"in": list(pair)}, AVISIT={"in": list(cut.visits)})
        columns = {"TRTP": list(pair), "AVISIT": list(cut.visits)}
        fitted = cache(partial(_fit_unstructured, cut, step, rows, columns, taken))
        sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)
        for number, visit in enumerate(cut.visits[1:], 1):
            since_first = np.zeros(len(cut.visits))
            since_first[[0, number]] = -1.0, 1.0
            weights = np.kron(treatments, since_first).astype(np.float64)

            def compute(row: Floats = weights, fitted: "Fitted" = fitted) -> Contrast:
                _, contrast = formulas(step)
                return contrast(
                    fitted(),
                    row,
                    df=step.options.df,
                    sides="two_sided",
                    confidence=cut.analysis.confidence,
                )

            yield from sample.at(pair=pair, visit=visit).contrast(compute)


def _fit_unstructured(
    cut: Cut,
    step: "Step[cards.Unstructured]",
    rows: Selection,
    columns: dict[str, list[str]],
    taken: Callable[[Floats], Floats],
) -> "MmrmFit":
    y = taken(subject_table(cut, rows, columns).values)
    x = np.broadcast_to(np.eye(y.shape[1]), (*y.shape, y.shape[1]))
    mmrm, _ = formulas(step)
    return mmrm(y, x, structure="unstructured", method=step.options.estimation)
