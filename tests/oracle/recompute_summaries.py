"""Our side of the oracle for printed summaries: ranges of p, epsilons, effects, estimates."""

from math import inf

import numpy as np
from oracle_tables import SIDES, Numbers, cases, subject

from trialtrace.audit.summaries import statistics as s
from trialtrace.audit.summaries.estimates import check_estimate
from trialtrace.audit.summaries.mean_statistics import deviation_of_groups, f_of_means, t_of_means
from trialtrace.audit.summaries.mean_tests import t_test_p
from trialtrace.audit.summaries.printed import Bounds, Printed, read


def _range(case: str, name: str, bounds: Bounds) -> Numbers:
    yield case, f"{name}.low", bounds.low
    yield case, f"{name}.high", bounds.high


def _printed(d: dict[str, np.ndarray], value: str, places: str) -> Printed:
    return read(f"{d[value][0]:.{int(d[places][0])}f}", rounding="half_up")


def _column(d: dict[str, np.ndarray], value: str, places: str) -> Printed:
    pairs = zip(d[value], d[places], strict=True)
    return read([f"{number:.{int(digits)}f}" for number, digits in pairs], rounding="half_up")


@subject("summaries")
def summaries() -> Numbers:
    for case, d in cases("printed_t_tests.csv"):
        m1, m0 = (_printed(d, name, "m_places") for name in ("m1", "m0"))
        s1, s0 = (_printed(d, name, "s_places") for name in ("s1", "s0"))
        for variance in ("pooled", "welch"):
            for sides in SIDES:
                options = {"variance": variance, "sides": sides}
                found = t_test_p(m1, s1, d["n1"][0], m0, s0, d["n0"][0], **options)
                yield from _range(case, f"{variance}.{sides}", found)
            found = t_of_means(m1, s1, d["n1"][0], m0, s0, d["n0"][0], variance=variance)
            yield from _range(case, f"{variance}.t", found)
    for case, d in cases("printed_means.csv"):
        columns = (("mean", "m_places"), ("sd", "s_places"))
        groups = [_column(d, *each) for each in columns]
        yield from _range(case, "f_means", f_of_means(*groups, d["n"]))
        yield from _range(case, "sd_of_all", deviation_of_groups(*groups, d["n"]))
    for case, d in cases("printed_f.csv"):
        yield from _f(case, d)
    for case, d in cases("printed_statistics.csv"):
        yield from _statistics(case, d)
    for case, d in cases("printed_estimates.csv"):
        yield from _estimates(case, d)


def _f(case: str, d: dict[str, np.ndarray]) -> Numbers:
    f, p = _printed(d, "f", "f_places"), _printed(d, "p", "p_places")
    df = (d["df1"][0], d["df2"][0])
    between = {"epsilon": (d["least"][0], 1.0)}
    yield from _range(case, "f", s.p_of_f(f, *df, **between))
    yield from _range(case, "f_plain", s.p_of_f(f, *df, epsilon=(1, 1)))
    ends = s.epsilons_of_f_and_p(f, p, *df, **between).ravel()
    if between["epsilon"][0] == 1:
        # One epsilon only: R's script gives both of its ends too.
        assert set(ends) <= {1.0}
    for i, end in enumerate(ends, 1):
        yield case, f"epsilon.{i}", end
    yield case, "epsilon.ends", len(ends)
    yield from _range(case, "eta", s.partial_eta_squared_of_f(f, *df))


def _statistics(case: str, d: dict[str, np.ndarray]) -> Numbers:
    x, df = _printed(d, "value", "places"), d["df"][0]
    for sides in SIDES:
        yield from _range(case, f"t.{sides}", s.p_of_t(x, df, sides=sides))
        printed = read(f"{df:.1f}", rounding="half_up")
        yield from _range(case, f"t_df.{sides}", s.p_of_t(x, printed, sides=sides))
        yield from _range(case, f"z.{sides}", s.p_of_z(x, sides=sides))
    if x.bounds[1] > 0:
        yield from _range(case, "chi_squared", s.p_of_chi_squared(x, df))


def _estimates(case: str, d: dict[str, np.ndarray]) -> Numbers:
    e, low, high = (_printed(d, name, "places") for name in ("e", "l", "u"))
    scale, df = d["scale"][0], d["df"][0]
    options = {"scale": scale, "null": 1 if scale == "log" else 0, "confidence": 0.95}
    for sides in ("two_sided", "greater"):
        found = check_estimate(e, low, high, df=inf if df < 0 else df, sides=sides, **options)
        yield from _range(case, f"p_of_bounds.{sides}", found.p_of_bounds)
        yield from _range(case, f"p.{sides}", found.p)
    yield from _range(case, "middle", found.middle)
    yield from _range(case, "se", found.standard_error)
    yield case, "symmetric", found.symmetric
