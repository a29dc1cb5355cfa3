"""Closed tests within strata that rest on too few patients for their χ² distribution."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Flags, Labels
from trialtrace.base.config.spec import items_of
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.multiplicity import (
    ASYMPTOTIC,
    LEAST_EXPECTED,
    SPARSE,
    Closed,
    Family,
)
from trialtrace.stats.stratified.generalised_cmh import smallest_expected

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.run.trial.plan.build import Analysis

Asked = tuple["Analysis", tuple[str, ...]]


def sparse_families(study: Study) -> list[str]:
    """A sentence for each closed family of which an expected count within a stratum is below 5.

    No count is told, so that nothing of the patients is. Analyses of a part of the records (`by`,
    `where`) are told by the run alone.
    """
    trial = study.trial
    asked = {family: list(_asked(trial, family)) for family in _closed(trial)}
    return [
        f"{trial.plan.multiplicity[name].label}: {SPARSE}"
        for name, tests in asked.items()
        if any(_smallest(study, *test) < LEAST_EXPECTED for test in tests)
    ]


def _closed(trial: Trial) -> Iterator[str]:
    yield from (n for n, name in trial.plan.multiplicity.items() if isinstance(name, Closed))


def _asked(trial: Trial, family_name: str) -> Iterator[Asked]:
    """The analyses and strata of a family's tests by χ², that of all arms first."""
    family: Family = trial.plan.multiplicity[family_name]
    assert isinstance(family, Closed)
    named = [(family.global_.analysis, family.global_.test)]
    named += [(test.analysis, test.test) for test in family.tests]
    for of, name in dict.fromkeys(named):
        analysis = trial.plan.analyses[of]
        for step in analysis.tests:
            strata = items_of(step.options).get("strata", ())
            whole = analysis.by is None and analysis.where is None
            if step.method == name and name in ASYMPTOTIC and whole:
                yield analysis, tuple(strata)


def _smallest(study: Study, analysis: "Analysis", strata: tuple[str, ...]) -> float:
    """Over the visits and pairs of an analysis; over all arms together where it has several."""
    smallest = np.inf
    arms = [*analysis.estimand.treated, analysis.estimand.reference]
    pairs = [*([arms] if len(arms) > 2 else []), *map(list, analysis.pairs)]
    flag = study.trial.populations[analysis.estimand.population].flag
    member = _column(study.adsl.columns[flag]) == "Y"
    arm = _column(study.adsl.columns["TRT01P"])
    levels = [_column(study.adsl.columns[adsl_code(name)]) for name in strata]
    level = np.array(["\x1f".join(each) for each in zip(*levels, strict=True)], dtype=str)
    known = np.all([each != "None" for each in levels], axis=0)
    for variable in analysis.estimand.variables:
        records = study.made[variable]
        value = records.columns["AVAL"].to_numpy(zero_copy_only=False).astype(float)
        of = records.subject
        for here in _visits(records.columns, analysis.visits, len(of)):
            for compared in pairs:
                kept = here & ~np.isnan(value) & (member & known & np.isin(arm, compared))[of]
                one = smallest_expected(arm[of][kept], value[kept], level[of][kept])
                smallest = min(smallest, one)
    return smallest


def _visits(
    columns: "Mapping[str, pa.Array]", visits: tuple[str, ...] | None, size: int
) -> Iterator[Flags]:
    """The records of each visit of an analysis; all records of an endpoint without visits."""
    if "AVISIT" not in columns:
        yield np.ones(size, dtype=bool)
        return
    label = _column(columns["AVISIT"])
    for visit in visits or np.unique(label):
        yield label == visit


def _column(values: "pa.Array") -> Labels:
    """Text, "None" where it is missing."""
    return np.array([str(one) for one in values.to_pylist()], dtype=str)
