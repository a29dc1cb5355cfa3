"""The records of an analysis that fills in missing visits: whose, and at which visits."""

from dataclasses import replace

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.subject_tables import BASELINE, known
from trialtrace.run.tables.frames import Selection


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


def baseline_of(cut: Cut) -> list[str]:
    """The visit of the baseline, where the endpoint has one."""
    label = cut.endpoint.entry.baseline
    return [] if label is None else [label]


def size(rows: Selection) -> int:
    return len(np.unique(rows.column("USUBJID").astype(str)))
