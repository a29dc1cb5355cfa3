"""Missing visits at their conditional means, by the statistics' own formula on rows chosen anew.

The jackknife refits the model without each patient in turn, so there are no equations to verify.
"""

from math import nan

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.displays.check_flow import visits_of
from trialtrace.run.methods.missing.check_means import Course, course_of, start_of
from trialtrace.stats.missing.conditional_mean import (
    ConditionalMeans,
    conditional_mean_contrast,
    conditional_mean_fits,
)

BY = "trialtrace.stats: conditional means, jackknife"
# What two iterations to the same maximum leave.
TOLERANCE = 3e-7


def difference(data: Data, asked: Asked) -> Recomputed | None:
    """The difference without anybody left out, and how it varies as each one is."""
    visits, with_base = visits_of(data, asked), "baseline" in asked.options["covariates"]
    course = course_of(data, asked, [*(start_of(data, asked) if with_base else []), *visits])
    n = 0 if course is None else len(course.arm)
    if asked.error or course is None:
        return Recomputed(BY, nan, n_used=n)
    key = ("conditional", asked.analysis, asked.parameter, asked.stratum, str(asked.options))
    fits = data.tried(key, lambda: _fits(data, asked, course, len(visits)))
    if fits is None:
        return Recomputed(BY, nan, n_used=n)
    row = np.zeros(fits.coef.shape[-1])
    arms = sorted(set(course.arm))
    row[[arms.index(arm) for arm in asked.contrast]] = 1.0, -1.0
    found = conditional_mean_contrast(
        fits,
        row,
        visit=visits.index(str(asked.visit)),
        sides="two_sided",
        confidence=data.confidence(asked),
    )
    named = {"z": found.test.statistic, "p_value": found.test.p_value}
    if asked.stat in named:
        return Recomputed(BY, named[asked.stat], None, TOLERANCE, n)
    bounds = found.low, found.high
    return Recomputed(BY, found.estimate, bounds, TOLERANCE, n)


def _fits(data: Data, asked: Asked, course: Course, visits: int) -> ConditionalMeans:
    deltas, options = asked.options.get("deltas"), asked.options
    arms = sorted(set(course.arm))
    return conditional_mean_fits(
        course.values.to_numpy(float)[:, -visits:],
        course.arm.astype(str),
        course.covariates.to_numpy(float) if course.covariates.shape[1] else None,
        reference=data.analysis(asked).estimand.reference,
        assumption=options["assumption"],
        deltas=[deltas[name] for name in arms] if isinstance(deltas, dict) else None,
        offset=course.base if data.analysis(asked).value == "change" else 0.0,
        method=options["estimation"],
    )


CHECKS = by_name({"mean_difference,p_value,z.conditional_mean_imputation": difference})
