"""Our side of the oracle for estimates after stopping; see recompute.py."""

from math import exp

import numpy as np
from oracle_tables import Numbers, subject

from trialtrace.stats.multiplicity import group_sequential, stopped_estimates

FRACTIONS = {
    "obrien_fleming": (0.4, 0.7, 1.0),
    "pocock": (0.5, 1.0),
    "spending_obrien_fleming": (0.3, 0.6, 1.0),
}
STOPS = ((3.9, 4.2, 4.6), (0.8, 2.9, 3.4), (0.3, 1.1, 2.05), (1.2, 1.7, 0.4))
ONE_SIDED = {"alpha": 0.025, "sides": "greater"}


def _boundary(name: str) -> group_sequential.Boundary:
    fractions = FRACTIONS[name]
    if name == "spending_obrien_fleming":
        return group_sequential.spending_boundary(
            fractions, spending="obrien_fleming", parameter=None, **ONE_SIDED
        )
    return getattr(group_sequential, name)(fractions, **ONE_SIDED)


# rpact's searches for roots end at 1e-6 or so.
@subject("stopped", "rpact", tolerance=1e-06, again=1e-07)
def stopped() -> Numbers:
    for name, fractions in FRACTIONS.items():
        limits = _boundary(name).z
        for number, scores in enumerate(STOPS, 1):
            case, z = f"{name}.{number}", np.array(scores[: len(fractions)])
            crossed = np.flatnonzero(z >= limits)
            look = int(crossed[0]) + 1 if crossed.size else len(fractions)
            yield case, "look", look
            yield case, "z", z[look - 1]
            # A log hazard ratio has a quarter of the events as its information.
            information = np.array(fractions[:look]) * 200 / 4
            past = information, limits[: look - 1], np.full(look - 1, -np.inf)
            p = stopped_estimates.stage_wise_p(z[look - 1], *past, effect=0.0)
            yield case, "p_value", p
            found = stopped_estimates.median_unbiased(z[look - 1], *past, confidence=0.95)
            for part in ("estimate", "low", "high"):
                yield case, f"hazard_ratio.{part}", exp(getattr(found, part))
