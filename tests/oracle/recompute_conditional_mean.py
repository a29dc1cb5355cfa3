"""Our side of the oracle for missing visits at their conditional means; see recompute.py."""

import numpy as np
from oracle_tables import Numbers, cases, ends, subject

from trialtrace.stats.missing import conditional_mean as means

DELTAS = (0.5, -1.0, 2.0)
MOST = 48


@subject("conditional_mean", "nlme")
def conditional_mean() -> Numbers:
    for case, d in cases("missing.csv"):
        if case not in ("gaps", "three_arms"):
            continue
        d = {name: values[:MOST] for name, values in d.items()}
        y = np.column_stack([d["y1"], d["y2"], d["y3"]])
        arms = np.unique(d["arm"]).size
        for assumption in means.BY_CONDITIONAL_MEAN:
            for shift, deltas in (("none", None), ("delta", DELTAS[:arms])):
                fits = means.conditional_mean_fits(
                    y,
                    d["arm"],
                    d["base"][:, None],
                    reference=0,
                    assumption=assumption,
                    deltas=deltas,
                    offset=d["base"],
                    method="REML",
                )
                yield from _told(case, f"{assumption}.{shift}", fits, arms)
                if shift == "none":
                    # R counts down the columns, from 1.
                    imputed = zip(y.T.ravel(), fits.completed.T.ravel(), strict=True)
                    for i, (seen, value) in enumerate(imputed, 1):
                        if np.isnan(seen):
                            yield case, f"{assumption}.imputed.{i}", value


def _told(case: str, name: str, fits: means.ConditionalMeans, arms: int) -> Numbers:
    for visit in range(3):
        for arm in range(1, arms):
            row = np.zeros(arms + 1)
            row[arm], row[0] = 1.0, -1.0
            found = means.conditional_mean_contrast(
                fits, row, visit=visit, sides="two_sided", confidence=0.9
            )
            at = f"{name}.{visit + 1}.{arm}"
            yield from ends(case, f"{at}", found)
            yield case, f"{at}.se", found.standard_error
            yield case, f"{at}.p_value", found.test.p_value
