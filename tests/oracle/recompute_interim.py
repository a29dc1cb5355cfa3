"""Our side of the oracle for interim looks: futility, conditional and predictive power."""

from math import sqrt

import numpy as np
from oracle_tables import Numbers, cases, subject

from trialtrace.stats.multiplicity.conditional_power import (
    conditional_power,
    futility_boundary,
    predictive_power,
)

SPENDING = {
    "obrien_fleming": (None, None),
    "pocock": (None, None),
    "power": (2.0, 1.5),
    "hwang_shih_decani": (-4.0, -2.0),
}
UPPER, LOWER = np.array([2.4, 1.98]), np.array([0.3, -np.inf])


# rpact's boundaries are roots within 1e-10 of probabilities; the largest difference is 6e-8.
@subject("interim", "rpact", "mvtnorm", tolerance=1e-06, again=1e-06)
def interim() -> Numbers:
    for case, d in cases("interim.csv"):
        t, z = d["fraction"], float(d["z"][0])
        for name, (parameter, beta_parameter) in SPENDING.items():
            for futility in ("non_binding", "binding"):
                found = futility_boundary(
                    t,
                    alpha=d["alpha"][0],
                    beta=d["beta"][0],
                    spending=name,
                    parameter=parameter,
                    beta_spending=name,
                    beta_parameter=beta_parameter,
                    futility=futility,
                )
                shown = f"{name}.{futility}"
                for k in range(t.size):
                    yield case, f"{shown}.upper.{k + 1}", found.upper[k]
                    if k + 1 < t.size:
                        yield case, f"{shown}.lower.{k + 1}", found.lower[k]
                yield case, f"{shown}.inflation", found.inflation
        for looks in range(1, min(2, t.size - 1) + 1):
            ahead = {"later": t[-looks:], "upper": UPPER[-looks:], "lower": LOWER[-looks:]}
            for effect in (0, 2.5, z / sqrt(t[0])):
                value = conditional_power(z, t[0], effect=effect, **ahead)
                yield case, f"conditional.{looks}.{round(effect, 3):g}", value
            for prior in (0, 0.5):
                options = {"prior_mean": 2, "prior_information": prior}
                value = predictive_power(z, t[0], **ahead, **options)
                yield case, f"predictive.{looks}.{prior}", value
