"""Who was dead at a visit, so that no value of theirs is filled in there."""

import numpy as np

from trialtrace.base.arrays import Flags, Labels
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.trial.plan.estimand import Death
from trialtrace.stats.results import StatsError

HYPOTHETICAL = "hypothetical"


def dead(cut: Cut, subjects: Labels, visits: list[str | None]) -> Flags:
    """Who of `subjects` had died by the day of each visit, (subjects, visits).

    Nobody where the estimand names no death, or asks what would have been if nobody had died.
    """
    marked = np.zeros((len(subjects), len(visits)), dtype=bool)
    for event in cut.analysis.estimand.intercurrent:
        if event.death is None or event.strategy == HYPOTHETICAL:
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
