"""Our side of the oracle for re-randomisation, and exact binary endpoints."""

from dataclasses import astuple
from math import nan

import numpy as np
from oracle_tables import Numbers, cases, subject

from trialtrace.stats import StatsError
from trialtrace.stats import resampling as r

LISTED = {
    "draws": 1,
    "exact_up_to": 10**6,
    "seed": (1, 1),
    "confidence": 0.95,
    "tie_tolerance": r.TIE_TOLERANCE,
}


@subject("resampling", "survival")
def resampling() -> Numbers:
    for case, d in cases("resampling.csv"):
        if len(d["y"]) > 20:
            yield from _usual(case, d)
        elif len(set(d["arm"])) == 2:
            yield from _two_arms(case, d)
        else:
            yield from _several_arms(case, d)
    for case, d in cases("strata.csv"):
        yield from _binary(case, d)
    for case, d in cases("two_by_two.csv"):
        if d["n1"][0] < 1000:
            yield from _binary(case, d)
    for count in (0, 1, 37, 999, 1000):
        *_, low, high = r.monte_carlo([count], draws=1000, confidence=0.95)
        yield f"count_{count}", "monte_carlo.low", low[0]
        yield f"count_{count}", "monte_carlo.high", high[0]


def _scores(d: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    y, stratum = d["y"], d["stratum"]
    sets = {
        "mean": r.mean_scores(y, included=None),
        "rank": r.rank_scores(y, stratum=None, weights="equal", included=None),
        "rank_strata": r.rank_scores(y, stratum=stratum, weights="equal", included=None),
        "van_elteren": r.rank_scores(y, stratum=stratum, weights="van_elteren", included=None),
        "cmh": r.stratum_scores(y, stratum, included=None),
        "log_rank": r.log_rank_scores(d["time"], d["event"], stratum=None, included=None),
    }
    if len(y) > 3:
        sets["residual"] = r.residual_scores(y, d["z"][:, None], included=None)
    return sets


def _tails(case: str, name: str, scheme: r.Scheme, scores: np.ndarray, arm: object) -> Numbers:
    for sides in ("two_sided", "greater", "less"):
        result = r.rerandomisation_test(scheme, scores, arm=arm, sides=sides, **LISTED)
        assert result.exact
        if sides == "two_sided":
            yield case, f"{name}.statistic", result.statistic[0]
            yield case, f"{name}.sd", result.sd[0]
        yield case, f"{name}.{sides}", result.p_value[0]


def _two_arms(case: str, d: dict[str, np.ndarray]) -> Numbers:
    scheme = r.stratified_blocks(d["arm"], d["stratum"], d["block"])
    yield case, "assignments", scheme.assignments()
    sets = _scores(d)
    for name, scores in sets.items():
        yield from _tails(case, name, scheme, scores, "b")
    y = d["y"]
    if len(set(scheme.cell)) == 1 and len(set(y)) == len(y):
        options = {"arm": "b", "sides": "two_sided", **LISTED}
        p = r.rerandomisation_test(scheme, sets["rank"], **options).p_value[0]
        yield case, "wilcoxon_exact", p
    if len(y) > 12:
        return
    for chance in (1 / 2, 1 / 3):
        coins = r.bernoulli(d["arm"], probabilities=[1 - chance, chance])
        yield from _tails(case, f"coins{round(100 * chance)}", coins, sets["mean"], "b")
    sides = r.within_patient(d["arm"])
    yield from _tails(case, "sides", sides, y, "b")


def _several_arms(case: str, d: dict[str, np.ndarray]) -> Numbers:
    scheme = r.stratified(d["arm"], d["stratum"])
    scores = r.stratum_scores(d["y"], d["stratum"], included=None)
    result = r.global_test(scheme, scores, **LISTED)
    assert result.exact
    yield case, "assignments", scheme.assignments()
    yield case, "global.statistic", result.statistic[0]
    yield case, "global.p_value", result.p_value[0]
    pair, patients = scheme.between("a", "b")
    yield from _tails(case, "pair", pair, scores[patients], "b")


def _usual(case: str, d: dict[str, np.ndarray]) -> Numbers:
    """Statistics only; their approximate p-values from the statistics and degrees of freedom."""
    from scipy.special import chdtrc

    few = {**LISTED, "exact_up_to": 0}
    ranks = r.rank_scores(d["y"], stratum=None, weights="equal", included=None)
    binary = r.stratum_scores(d["y"] > 2, d["stratum"], included=None)
    tests = {
        "kruskal": (r.fixed_margins(d["arm"]), ranks),
        "mantelhaen": (r.stratified(d["arm"], d["stratum"]), binary),
    }
    for name, (scheme, scores) in tests.items():
        found = r.global_test(scheme, scores, **few)
        yield case, f"{name}.statistic", found.statistic[0]
        yield case, f"{name}.p_value", chdtrc(found.df[0], found.statistic[0])
    for name, stratum in (("FALSE", None), ("TRUE", d["stratum"])):
        scores = r.log_rank_scores(d["time"], d["event"], stratum=stratum, included=None)
        for i, arm in enumerate(sorted(set(d["arm"])), 1):
            yield case, f"o_e.{name}.{i}", scores[d["arm"] == arm].sum()


def _binary(case: str, d: dict[str, np.ndarray]) -> Numbers:
    try:
        found = r.binary_exact(d["x1"], d["n1"], d["x0"], d["n0"])
    except StatsError:
        found = r.BinaryExact(*[nan] * 7)
    _, expected, variance, greater, less, probability, distance = astuple(found)
    yield case, "binary.expected", expected
    yield case, "binary.variance", variance
    yield case, "binary.distance", distance
    yield case, "binary.two.sided", probability
    yield case, "binary.greater", greater
    yield case, "binary.less", less


@subject("time_scores", "survival")
def time_scores() -> Numbers:
    for case, d in cases("competing.csv"):
        time, cause = d["time"], d["cause"]
        if len(set(time[cause > 0])) < 2:
            continue
        for share in (0.2, 0.55, 0.9):
            at = share * time.max()
            if at <= 0:
                continue
            for of in np.unique(cause[cause > 0]).astype(int).tolist():
                scores = r.incidence_scores(time, cause, of=of, at=at)
                yield from _told(case, f"cause{of}@{share}", scores)
            event = (cause > 0).astype(float)
            survival = -r.incidence_scores(time, event, of=1, at=at)
            yield from _told(case, f"survival@{share}", survival)
            yield from _told(case, f"mean@{share}", r.restricted_mean_scores(time, event, tau=at))


def _told(case: str, name: str, scores: np.ndarray) -> Numbers:
    weighted = (scores * np.arange(1, len(scores) + 1)).sum()
    numbers = [*enumerate(scores[:6].tolist(), 1), ("weighted", weighted)]
    for which, number in numbers:
        # What would be 0 but for rounding.
        yield case, f"{name}.{which}", 0.0 if abs(number) < 1e-12 else number
