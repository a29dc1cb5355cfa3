"""Our side of the oracle for families of tests: graphs and group-sequential designs."""

import numpy as np
from oracle_tables import Numbers, cases, subject, vector

from trialtrace.stats.multiplicity import stopped_estimates as e
from trialtrace.stats.multiplicity.graphical import (
    gatekeeping,
    graphical,
)
from trialtrace.stats.multiplicity.group_sequential import (
    crossing_probabilities,
    spending_boundary,
    wang_tsiatis,
)

DESIGNS = (("two_sided", 0.05), ("greater", 0.025), ("two_sided", 0.1))
SPENDING = {"obrien_fleming": None, "pocock": None, "power": 3.0, "hwang_shih_decani": -4.0}


@subject("graphical")
def graphs() -> Numbers:
    for case, d in cases("graphs.csv"):
        edges = np.column_stack([d[f"t{i}"] for i in range(1, 5)])
        found = graphical(d["p"], d["weight"], edges, missing="stops")
        yield from vector(case, "adjusted", found.adjusted)
        families = np.split(d["p"], [2])
        gates = gatekeeping(families, gate="parallel", missing="stops")
        yield from vector(case, "parallel", np.concatenate(gates))
        for g in (0.25, 0.5, 0.9):
            four = [[value] for value in d["p"][[1, 0, 3, 2]]]
            for name, families, fractions in (
                ("truncated", np.split(d["p"], [2]), [g]),
                ("truncated_four", four, [g, g / 2, g]),
                ("truncated_three", np.split(d["p"], [3]), [g]),
            ):
                options = {"missing": "stops", "truncation": fractions}
                gates = gatekeeping(families, gate="truncated", **options)
                yield from vector(case, f"{name}.{g}", np.concatenate(gates))


@subject("group_sequential", "mvtnorm")
def group_sequential() -> Numbers:
    for case, d in cases("looks.csv"):
        t = d["fraction"]
        for sides, alpha in DESIGNS:
            options = {"alpha": alpha, "sides": sides}
            for delta in (0, 0.25, 0.5):
                found = wang_tsiatis(t, delta=delta, **options)
                yield from vector(case, f"tsiatis.{delta}.{sides}.{alpha}", found.z)
            for name, parameter in SPENDING.items():
                found = spending_boundary(t, spending=name, parameter=parameter, **options)
                yield from vector(case, f"{name}.{sides}.{alpha}", found.z)
        yield from _effects(case, 40 * t)


def _effects(case: str, information: np.ndarray) -> Numbers:
    looks = len(information)
    upper = wang_tsiatis(information / 40, delta=0.25, alpha=0.05, sides="two_sided").z
    lower = np.append(upper[:-1] - 2.5, upper[-1])
    for effect in (0, 0.3, -0.2):
        found = crossing_probabilities(information, upper, lower, effect=effect)
        yield from vector(case, f"upper.{effect}", found.upper)
        yield from vector(case, f"lower.{effect}", found.lower)
        bias = e.stopping_bias(information, upper, lower, effect=effect)
        yield from vector(case, f"mean.{effect}", bias.mean)
        if looks > 1:
            yield case, f"overall.{effect}", bias.overall
        if looks in (2, 3):
            yield from vector(case, f"mvtnorm.{effect}", found.upper)
    for look in sorted({max(looks - 1, 1), looks}):
        z = upper[look - 1] + 0.2 if look < looks else 1.1
        past = (z, information[:look], upper[: look - 1], lower[: look - 1])
        for effect in (0, 0.3):
            yield case, f"p.{look}.{effect}", e.stage_wise_p(*past, effect=effect)
        found = e.median_unbiased(*past, confidence=0.9)
        for level, value in ((0.5, found.estimate), (0.05, found.low), (0.95, found.high)):
            yield case, f"estimate.{look}.{level}", value
        yield case, f"adjusted.{look}", e.bias_adjusted(z, look, information, upper, lower)
