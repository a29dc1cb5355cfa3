"""Models of hazards and interval-censored times: enumeration, cuts of follow-up, refusals."""

from functools import partial
from math import inf, log

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm
from stats_strategies import follow_up, given, same

import trialtrace.stats as ts
from trialtrace.stats import StatsError
from trialtrace.stats.survival.cox import cox, hazard_ratio_test
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.interval_censored import turnbull
from trialtrace.stats.survival.proportional_hazards import proportional_hazards_test

EFRON = {"ties": "efron", "confidence": 0.95}
DISCRETE = {"ties": "discrete", "confidence": 0.95}
MODEL = {"confidence": 0.95, "variance": "model"}
ROBUST = {"confidence": 0.95, "variance": "robust"}
CAUSE = {"of": 1, "confidence": 0.95}
TIES = st.sampled_from(["efron", "breslow"])
SAME = ("coef", "se", "low", "high", "covariance", "log_likelihood", "null_log_likelihood")


def fit_or_skip(fit, *data, **options):
    try:
        return fit(*data, **options)
    except StatsError:
        assume(False)


def cut(time, event, x, rng):
    """Each patient's follow-up in up to three rows, and whose they are."""
    rows = []
    for i, t in enumerate(time):
        ends = np.unique(np.append(rng.uniform(0, t, rng.integers(0, 3)), t))
        starts = np.append(0.0, ends[:-1])
        rows += [(a, b, event[i] * (b == t), i) for a, b in zip(starts, ends, strict=True)]
    start, stop, events, who = np.array(rows)[rng.permutation(len(rows))].T
    return start, stop, events, x[who.astype(int)], who


def apart(x, coef) -> float:
    """The largest weight by the smallest: how many digits sums over risk sets may lose.

    Each is what all rows sum up to less those that are not at risk.
    """
    return np.exp(np.ptp(x @ coef))


@given(data=follow_up(), ties=TIES, seed=st.integers(0, 10**6))
def test_cutting_follow_up_changes_nothing(data, ties, seed):
    time, event, group = data
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(time.size, 2))
    whole = fit_or_skip(cox, time, event, x, ties=ties, confidence=0.95, strata=group)
    assume(apart(x, whole.coef) < 1e6)
    start, stop, events, rows, who = cut(time, event, x, rng)
    strata = group[who.astype(int)]
    fit = cox_start_stop(start, stop, events, rows, ties=ties, **MODEL, subject=who, strata=strata)
    for name in SAME:
        same(getattr(fit, name), getattr(whole, name), 1e-7)
    for name in ("wald", "score", "likelihood_ratio"):
        same(getattr(fit, name).statistic, getattr(whole, name).statistic, 1e-6)
    robust = {"ties": ties, **ROBUST}
    one = fit_or_skip(cox_start_stop, None, time, event, x, **robust, subject=np.arange(time.size))
    assume(apart(x, one.coef) < 1e6)
    many = cox_start_stop(start, stop, events, rows, **robust, subject=who)
    same(many.se, one.se, 1e-6)
    same(many.score.statistic, one.score.statistic, 1e-6)


def fitted(name, time, event, x):
    """Coefficients and errors of a model of hazards."""
    if name == "cox":
        fit = cox(time, event, x, **EFRON)
    elif name == "start_stop":
        fit = cox_start_stop(np.floor(time / 2), time, event, x, ties="breslow", **MODEL)
    else:
        fit = fine_gray(time, np.where((time * 10 % 3 == 0) & (event == 0), 2, event), x, **CAUSE)
    return np.array([fit.coef, fit.se])


@pytest.mark.parametrize("name", ["cox", "start_stop", "fine_gray"])
@given(data=follow_up(), seed=st.integers(0, 10**6))
def test_order_and_units_change_no_model(name, data, seed):
    time, event, _ = data
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(time.size, 2))
    found = fit_or_skip(fitted, name, time, event, x)
    assume(apart(x, found[0]) < 1e6)
    rows = rng.permutation(time.size)
    same(fitted(name, time[rows], event[rows], 1000 * x[rows] + 7) * 1000, found, 1e-6)


def test_entry_is_exclusive():
    # The third patient enters at 4, when the first dies: not at risk then, only at 6.
    start, stop, event = [0, 0, 4, 0], [4, 6, 9, 7], [1, 1, 0, 0]
    x = np.array([[1.0], [0.0], [5.0], [2.0]])
    fit = cox_start_stop(start, stop, event, x, ties="efron", **MODEL)
    # At 4 the patients 1, 2 and 4 are at risk; at 6 the patients 2, 3 and 4.
    same(fit.null_log_likelihood, -np.log(3) - np.log(3))


@pytest.mark.parametrize("n", [4, 1200])
def test_one_step_of_time_by_hand(n):
    """Half of n with the event, as many in each arm: the hypergeometric count has the variance
    n/2 · 1/2 · 1/2 · (n/2) / (n - 1). Of hundreds the logarithms alone are large."""
    event, arm = np.arange(n) % 4 < 2, np.arange(n)[:, None] % 2 * 1.0
    fit = cox(np.ones(n), event, arm, **DISCRETE)
    assert fit.coef[0] == pytest.approx(0, abs=1e-9)
    assert fit.se[0] == pytest.approx(((n - 1) / (n * n / 16)) ** 0.5)


def test_a_margin_of_a_hazard_ratio_by_hand():
    """log(0.8) is log(0.64) below a margin of 1.25, in errors of 0.2: z = -2.2314."""
    test = hazard_ratio_test(log(0.8), 0.2, margin=1.25, sides="less")
    assert test.statistic == pytest.approx(log(0.64) / 0.2)
    assert test.p_value == pytest.approx(norm.cdf(log(0.64) / 0.2))


def test_weights_of_competing_events_by_hand():
    """Events at 1 and 4, a competing one at 2, a censoring at 3, one left at 5; the first two have
    the covariate.

    At 3 one of three leaves by censoring, so at 4 the competing one counts 2/3. The slope of
    b - log(2 e^b + 3) - log(2 + 2/3 e^b) is 0 where 3 / (2 e^b + 3) = e^b / (3 + e^b): e^2b = 9/2.
    """
    found = fine_gray([1, 2, 3, 4, 5], [1, 2, 0, 1, 0], [[1], [1], [0], [0], [0]], **CAUSE)
    assert found.coef[0] == pytest.approx(log(4.5) / 2)
    last = -log(2 * 4.5**0.5 + 3) - log(2 + 2 / 3 * 4.5**0.5)
    assert found.log_likelihood == pytest.approx(log(4.5) / 2 + last)


def test_a_factor_by_its_name_has_one_test_of_proportional_hazards():
    # R: cox.zph(coxph(Surv(time, event) ~ site + base)), and with terms = FALSE.
    i = np.arange(24)
    data = {
        "site": np.array([*"ABCD"])[i * i * 5 // 3 % 4],
        "base": np.tile([3.0, 5, 4, 7, 6, 2, 8, 1], 3),
        "time": i * 7 % 25 + 1.0,
        "event": np.tile([1, 0, 1, 1, 0, 0, 1, 1], 3),
    }
    sap = ts.Conventions(data=data, **ts.R_DEFAULTS)
    call = partial(sap.proportional_hazards_test, None, "time", "event", ["site", "base"])
    found, each = call(transform="km"), call(transform="km", terms=False)
    assert (found.labels, [test.df for test in found.each]) == (("site", "base"), [3, 1])
    wanted = [1.936378170, 1.178730470]
    assert [test.statistic for test in found.each] == pytest.approx(wanted, rel=1e-8)
    assert found.together.statistic == pytest.approx(2.136458418, rel=1e-8)
    assert each.labels == ("site B", "site C", "site D", "base")
    wanted = [1.48285082946, 1.27023135995, 0.08567207784, 1.17873047039]
    assert [test.statistic for test in each.each] == pytest.approx(wanted, rel=1e-8)
    assert each.together == found.together
    assert found.residuals.shape == (15, 4)


@st.composite
def intervals(draw):
    """(left, right): visits at whole times, some times exact, some never seen."""
    n = draw(st.integers(4, 30))
    left = draw(arrays(float, n, elements=st.integers(0, 8).map(float)))
    return left, left + draw(arrays(float, n, elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, inf])))


def held_masses(left, right, fit):
    """Which masses each subject's interval holds, as the definition says."""
    exact = fit.left == fit.right
    return np.array(
        [
            [
                x <= fit.left[j]
                and fit.right[j] <= y
                and not (exact[j] and x == fit.left[j] and x != y)
                for j in range(fit.mass.size)
            ]
            for x, y in zip(left, right, strict=True)
        ]
    )


@given(data=intervals())
def test_masses_are_self_consistent_and_none_elsewhere_would_help(data):
    left, right = data
    fit, n = turnbull(left, right), left.size
    assert fit.mass.sum() == pytest.approx(1) and (fit.mass > 0).all() and fit.n == n
    held = held_masses(left, right, fit)
    fitted_ = held @ fit.mass
    same(fit.log_likelihood, np.log(fitted_).sum())
    # Turnbull's self-consistency: each mass is the mean of what the subjects expect there.
    same((held * fit.mass / fitted_[:, None]).mean(axis=0), fit.mass, 1e-7)
    # A time put anywhere else has a derivative of at most n.
    for t in np.arange(0, 15, 0.5):
        explains = ((left < t) & (t <= right)) | ((left == t) & (right == t))
        assert (explains / fitted_).sum() <= n * (1 + 1e-8)


def test_reading_an_estimate_of_interval_censored_times():
    # Seen between 0 and 4, 4 and 6; one known to be at 5; one free at 6.
    fit = turnbull([0, 4, 5, 6], [4, 6, 5, inf])
    assert fit.left.tolist() == [0, 5, 6] and fit.right.tolist() == [4, 5, inf]
    same(fit.mass, [1 / 4, 1 / 2, 1 / 4], 1e-8)
    low, high = fit.probability_by([0, 2, 4, 4.9, 5, 6, 7, inf])
    same(low, [0, 0, 0.25, 0.25, 0.75, 0.75, 0.75, 1], 1e-8)
    same(high, [0, 0.25, 0.25, 0.25, 0.75, 0.75, 1, 1], 1e-8)


TIME, EVENT = np.arange(1.0, 9), np.array([1, 1, 1, 1, 0, 0, 0, 0])
ARM, NOISE = 1.0 - EVENT, np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
# Arguments of a Cox model in place of those of a model that can be fitted, and what is named.
NO_COX = [
    *(({"x": unit * ARM[:, None]}, "no finite estimate") for unit in (1e-6, 1, 1e6)),
    *(
        ({"x": np.column_stack([unit * ARM, NOISE])}, "no finite estimate")
        for unit in (1e-6, 1, 1e6)
    ),
    # Two columns, neither monotone alone, whose sum orders the deaths perfectly.
    ({"x": np.column_stack([NOISE, -NOISE - TIME])}, "no finite estimate"),
    ({"x": np.column_stack([NOISE, 2 * NOISE])}, "combinations of each other"),
    ({"x": np.ones((8, 1))}, "same value in all patients"),
    ({"x": NOISE}, "x must have shape"),
    ({"x": np.empty((8, 0))}, "x must have shape"),
    ({"event": np.zeros(8)}, "no event"),
    ({"event": [0] * 7 + [1]}, "does not vary"),
]


@pytest.mark.parametrize(("wrong", "named"), NO_COX)
def test_a_cox_model_without_a_finite_answer_is_refused(wrong, named):
    data = {"time": TIME, "event": EVENT, "x": NOISE[:, None]} | wrong
    with pytest.raises(StatsError, match=named):
        cox(**data, **EFRON)
    with pytest.raises(StatsError, match=named):
        cox_start_stop(None, data["time"], data["event"], data["x"], ties="efron", **MODEL)


TWO_CLUSTERS = {"subject": range(8), "cluster": [1] * 4 + [2] * 4}
NO_START_STOP = [
    ({"start": TIME}, "must start before it stops"),
    ({"start": [0, 0, 0]}, "start has 3 values and stop 8"),
    ({"variance": "robust"}, "needs the subject"),
    ({"variance": "robust", "subject": [1, 1, 2, 3, 4, 5, 6, 7]}, "overlap"),
    # One free square at the estimate: an error near 0 by chance gave p = 0.0006 for 0.41.
    ({"variance": "robust", **TWO_CLUSTERS}, "at least 3 are needed"),
    ({"ties": "exact"}, "ties must be one of"),
    ({"variance": "sandwich"}, "variance must be one of"),
    # Only one patient is under observation whenever an event happens.
    ({"start": TIME - 1}, "does not vary among those at risk"),
]


@pytest.mark.parametrize(("wrong", "named"), NO_START_STOP)
def test_what_start_stop_models_refuse(wrong, named):
    data = {"start": np.zeros(8), "stop": TIME, "event": EVENT, "x": NOISE[:, None]}
    with pytest.raises(StatsError, match=named):
        cox_start_stop(**data | {"ties": "efron", **MODEL} | wrong)


HAZARDS = {"time": np.arange(1.0, 7), "event": [1, 1, 0, 1, 1, 0], "transform": "km"}
GRAY = {"time": [1, 2, 3, 4], "cause": [1, 2, 1, 0], "x": [[0], [1], [1], [0]]} | CAUSE


def hazards(time, event, transform):
    x = np.array([[1.0], [0], [3], [1], [0], [2]])
    return proportional_hazards_test(None, time, event, x, ties="efron", transform=transform)


REFUSED = [
    (hazards, HAZARDS | {"time": np.arange(6.0), "transform": "log"}, "time 0 has no logarithm"),
    (hazards, HAZARDS | {"time": np.full(6, 4.0), "transform": "identity"}, "from its mean"),
    (hazards, HAZARDS | {"event": np.zeros(6)}, "no event"),
    (fine_gray, GRAY | {"of": 3}, "nobody has"),
    (fine_gray, GRAY | {"of": "1"}, "a cause is"),
    (fine_gray, GRAY | {"of": None}, "a cause is"),
    (fine_gray, GRAY | {"time": [1, 2, -3, 4]}, "negative"),
    (fine_gray, GRAY | {"cause": [0, 1, 0.5, 2]}, "whole number"),
    (fine_gray, GRAY | {"x": [[1]] * 4}, "same value"),
    (fine_gray, GRAY | {"x": [1, 2, 3, 4]}, "shape"),
    (fine_gray, GRAY | {"x": [[1e-200], [0], [0], [0]]}, "rescale"),
    (fine_gray, GRAY | {"cause": [1, 0, 0, 0], "x": [[1], [0], [0], [0]]}, "rises without end"),
    # Everybody at risk has the event: no set but one.
    (cox, {"time": [1] * 3, "event": [1] * 3, "x": [[0], [1], [0]]} | DISCRETE, "does not vary"),
    (
        cox,
        {"time": [1, 1, 2, 2], "event": [1, 1, 0, 0], "x": [[1], [1], [0], [0]]} | DISCRETE,
        "rises without end",
    ),
    (partial(hazard_ratio_test, 0.1, 0.2), {"margin": 0, "sides": "less"}, "margin"),
    (partial(hazard_ratio_test, 0.1, 0), {"margin": 1.3, "sides": "less"}, "error"),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError, match=named):
        compute(**arguments)
