"""Box's M test by pingouin."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import CHI_SQUARED, Answer, Check, peer
from trialtrace.run.methods.displays.check_flow import complete, visits_of
from trialtrace.run.methods.repeated.check_pingouin import box_test

if TYPE_CHECKING:
    import pandas as pd

# By how many powers of ten the roots of a covariance matrix may lie apart to be told from 0.
SINGULAR = 1e-12

Arms = tuple["pd.DataFrame", "pd.Series"]


def visits_by_arm(data: Data, asked: Asked) -> tuple[Arms | None, int]:
    """Values by subject and visit, and arms; None where an arm has no covariance matrix of rank."""
    visits, arms = visits_of(data, asked), data.compared(asked)
    records = complete(data.records(asked, arms), visits)
    if records.empty:
        return None, 0
    wide = records.pivot(index="USUBJID", columns="AVISIT", values="AVAL")[visits]
    of_subject = records.groupby("USUBJID")["TRTP"].first().loc[wide.index]
    parts = [own.to_numpy() for _, own in wide.groupby(of_subject)]
    k = len(visits)
    usable = k > 1 and len(parts) > 1 and all(len(own) > k and _full(own) for own in parts)
    return ((wide, of_subject) if usable and _shrinks(parts, k) else None), len(wide)


def _full(values: np.ndarray) -> bool:
    roots = np.linalg.eigvalsh(np.cov(values, rowvar=False))
    return bool(roots[0] > SINGULAR * roots[-1])


def _shrinks(parts: list[np.ndarray], k: int) -> bool:
    """Whether the arms are large enough for the approximation's factor to be above 0."""
    free = np.array([len(own) - 1 for own in parts])
    scale = (2 * k**2 + 3 * k - 1) / (6 * (k + 1) * (len(parts) - 1))
    return bool(scale * ((1 / free).sum() - 1 / free.sum()) < 1)


@peer("pingouin.box_m", visits_by_arm)
def box_m(data: Data, asked: Asked, arms: Arms) -> Answer:
    """No answer where pingouin's product of determinants is below the smallest number."""
    found = box_test(*arms)
    return found if np.isfinite(found["chi_squared"]) else None


CHECKS: dict[str, Check] = {f"{stat}.box_m": box_m for stat in CHI_SQUARED}
