"""Our side of the oracle for families of tests, group-sequential designs and interim looks."""

from math import exp, sqrt

import numpy as np
from oracle_tables import Numbers, cases, subject, vector

from trialtrace.stats.multiplicity import group_sequential as gs
from trialtrace.stats.multiplicity import stopped_estimates as e
from trialtrace.stats.multiplicity.conditional_power import (
    conditional_power,
    futility_boundary,
    predictive_power,
)
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


WITH_FUTILITY = {
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
        for name, (parameter, beta_parameter) in WITH_FUTILITY.items():
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


FRACTIONS = {
    "obrien_fleming": (0.4, 0.7, 1.0),
    "pocock": (0.5, 1.0),
    "spending_obrien_fleming": (0.3, 0.6, 1.0),
}
STOPS = ((3.9, 4.2, 4.6), (0.8, 2.9, 3.4), (0.3, 1.1, 2.05), (1.2, 1.7, 0.4))
ONE_SIDED = {"alpha": 0.025, "sides": "greater"}


def _boundary(name: str) -> gs.Boundary:
    fractions = FRACTIONS[name]
    if name == "spending_obrien_fleming":
        return gs.spending_boundary(
            fractions, spending="obrien_fleming", parameter=None, **ONE_SIDED
        )
    return getattr(gs, name)(fractions, **ONE_SIDED)


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
            p = e.stage_wise_p(z[look - 1], *past, effect=0.0)
            yield case, "p_value", p
            found = e.median_unbiased(z[look - 1], *past, confidence=0.95)
            for part in ("estimate", "low", "high"):
                yield case, f"hazard_ratio.{part}", exp(getattr(found, part))
