"""Trials that randomise clusters: the design effect, and how many clusters there must be.

References: Donner and Klar, Design and analysis of cluster randomization trials, 2000. Eldridge,
Ashby and Kerry, Int J Epidemiol 2006;35:1292. Oracle: base R.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import numbers, of_numbers
from trialtrace.stats.design._sizes import broadcast, positive
from trialtrace.stats.results import StatsError


@of_numbers
def design_effect(size: ArrayLike, icc: ArrayLike, *, variation: ArrayLike) -> Floats:
    """By what clusters multiply a variance, and so the patients that individuals would need.

    `size` is the mean number of patients of a cluster, `icc` the intracluster correlation,
    `variation` the coefficient of variation of the sizes: 0 where all are of one size.

    Raises `StatsError` for a size below 1, an icc outside 0 to 1, and a negative variation.
    Source: Donner and Klar 2000; unequal sizes: Eldridge 2006. Oracle: base R.

    R: by hand.

    >>> round(design_effect(20, 0.05, variation=0.4), 4)
    2.11
    """
    size, icc, variation = broadcast(
        size=positive(size, "size"),
        icc=numbers(icc, "icc"),
        variation=numbers(variation, "variation"),
    )
    if not (size >= 1).all():
        raise StatsError("size must be at least 1.")
    if not ((icc >= 0) & (icc <= 1)).all():
        raise StatsError("icc must lie between 0 and 1.")
    if not (variation >= 0).all():
        raise StatsError("variation must not be negative.")
    return np.asarray(1 + ((1 + variation**2) * size - 1) * icc)


@of_numbers
def sample_size_clusters(
    patients: ArrayLike, size: ArrayLike, icc: ArrayLike, *, variation: ArrayLike
) -> Floats:
    """Clusters of an arm that would need so many patients randomised by themselves.

    Patients times the design effect, in clusters of the mean `size`, rounded up. With few clusters
    add one or two to each arm for the degrees of freedom.

    Raises `StatsError` as `design_effect`, and for patients not above 0. Source: Donner and Klar
    2000. Oracle: base R.

    R: by hand.

    >>> sample_size_clusters(64, 20, 0.05, variation=0)
    7.0
    """
    factor, patients, size = broadcast(
        factor=design_effect(size, icc, variation=variation),
        patients=positive(patients, "patients"),
        size=positive(size, "size"),
    )
    return np.asarray(np.ceil(patients * factor / size - 1e-9))
