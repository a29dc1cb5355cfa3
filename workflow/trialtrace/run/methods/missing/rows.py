"""The records of an analysis that fills in missing visits: whose, at which visits, who was dead."""

from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Flags, Labels
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import BASELINE, known
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.estimand import Death
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.stats.missing.pooling import Pooled


def with_draws(estimate: Result, pooled: "Pooled") -> Result:
    """A pooled estimate, with how many imputations it is of and its Monte Carlo error."""
    estimate.n_draws = pooled.imputations
    estimate.mc_se = sqrt(float(pooled.between) / pooled.imputations)
    return estimate


def unchanged(cut: Cut) -> Cut:
    """The same cut of the values themselves."""
    base = {name: test for name, test in cut.base.items() if name != "CHG"}
    return replace(cut, analysis=replace(cut.analysis, value="value"), base=base)


def rows_of(cut: Cut, names: tuple[str, ...], visits: list[str]) -> Selection:
    """The values at these visits of the subjects whose covariates are known."""
    of_change = () if cut.analysis.value == "value" else (BASELINE,)
    return unchanged(cut).rows(
        TRTP={"in": cut.arms()}, AVISIT={"in": visits}, **known([*names, *of_change])
    )


def not_imputed(cut: Cut, rows: Selection, visits: list[str]) -> str | None:
    """A caution where patients with values at these visits are not among `rows`, since a covariate
    of theirs, such as the baseline, is not known: visits are filled in, and covariates are not."""
    everybody = unchanged(cut).rows(TRTP={"in": cut.arms()}, AVISIT={"in": visits}).subjects
    if rows.subjects == everybody:
        return None
    return (
        f"{everybody - rows.subjects} of {everybody} patients are left out: a covariate of theirs "
        "(the baseline, or another) is not known, and covariates are not imputed"
    )


def baseline_of(cut: Cut) -> list[str]:
    """The visit of the baseline, where the endpoint has one."""
    label = cut.endpoint.entry.baseline
    return [] if label is None else [label]


HYPOTHETICAL = "hypothetical"


def dead(cut: Cut, subjects: Labels, visits: list[str | None]) -> Flags:
    """Who of `subjects` had died by the day of each visit, (subjects, visits).

    Nobody where the estimand names no death, asks for what happened before it, or for what would
    have been if nobody had died.
    """
    marked = np.zeros((len(subjects), len(visits)), dtype=bool)
    for event in cut.analysis.estimand.intercurrent:
        if event.death is None or event.death.before or event.strategy == HYPOTHETICAL:
            continue
        died = _days(cut, event.death)
        day = np.array([died.get(name, np.inf) for name in subjects.astype(str)])
        for column, visit in enumerate(visits):
            marked[:, column] |= day <= _due(event.death, visit)
    return marked


def _due(death: Death, visit: str | None) -> float:
    """Without a day of the visit (a baseline) nobody is taken for dead at it."""
    if death.days is None:
        return -np.inf if death.day is None else death.day
    return death.days.get(visit, -np.inf) if visit is not None else max(death.days.values())


def _days(cut: Cut, death: Death) -> dict[str, float]:
    """The day of death by subject, of those who died."""
    code = cut.trial.endpoints[death.of].code
    rows = cut.frames.select("adtte", {"PARAMCD": {"is": code}, "CNSR": {"is": 0}})
    names = rows.column("USUBJID").astype(str)
    return dict(zip(names.tolist(), rows.column("AVAL").astype(float).tolist(), strict=True))


def refuse(cut: Cut, lacking: Labels) -> None:
    """Raise StatsError where one of these, who lack the outcome of this cut, was dead by then."""
    gone = int(dead(cut, lacking, [cut.place.visit]).sum())
    if gone:
        raise StatsError(
            f"{gone} subjects without an outcome had died by then: a value after death does not "
            "exist; choose a population of those alive, or an outcome of which death is part."
        )
