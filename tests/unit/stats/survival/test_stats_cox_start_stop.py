"""Start-stop Cox models and the test of proportional hazards: cuts, clusters, refusals, level."""

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import follow_up, given, same

import trialtrace.stats as ts
from trialtrace.stats import StatsError
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.proportional_hazards import proportional_hazards_test

TIES = st.sampled_from(["efron", "breslow"])
MODEL = {"confidence": 0.95, "variance": "model"}
ROBUST = {"confidence": 0.95, "variance": "robust"}
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
    rows = np.array(rows)[rng.permutation(len(rows))]
    start, stop, events, who = rows.T
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
    x, strata = rng.normal(size=(time.size, 2)), group
    whole = fit_or_skip(cox, time, event, x, ties=ties, confidence=0.95, strata=strata)
    assume(apart(x, whole.coef) < 1e6)
    start, stop, events, rows, who = cut(time, event, x, rng)
    strata = strata[who.astype(int)]
    fit = cox_start_stop(start, stop, events, rows, ties=ties, **MODEL, subject=who, strata=strata)
    for name in SAME:
        same(getattr(fit, name), getattr(whole, name), 1e-7)
    for name in ("wald", "score", "likelihood_ratio"):
        same(getattr(fit, name).statistic, getattr(whole, name).statistic, 1e-6)
    ordinary = cox_start_stop(None, time, event, x, ties=ties, **MODEL, strata=group)
    same(ordinary.coef, whole.coef, 1e-7)
    robust = {"ties": ties, **ROBUST}
    try:
        one = cox_start_stop(None, time, event, x, **robust, subject=np.arange(time.size))
    except StatsError:
        return
    assume(apart(x, one.coef) < 1e6)
    many = cox_start_stop(start, stop, events, rows, **robust, subject=who)
    same(many.se, one.se, 1e-6)
    same(many.score.statistic, one.score.statistic, 1e-6)


def loop_log_likelihood(start, stop, event, x, beta, *, efron):
    """The log partial likelihood as the textbook writes it, entry exclusive."""
    total, weight = 0.0, np.exp(x @ beta)
    for t in np.unique(stop[event == 1]):
        dead, at_risk = (stop == t) & (event == 1), (start < t) & (t <= stop)
        for j in range(dead.sum()):
            share = j / dead.sum() if efron else 0.0
            total -= np.log(weight[at_risk].sum() - share * weight[dead].sum())
        total += (x[dead] @ beta).sum()
    return total


@given(data=follow_up(), ties=TIES, seed=st.integers(0, 10**6))
def test_late_entry_maximises_the_textbook_likelihood(data, ties, seed):
    stop, event, _ = data
    rng = np.random.default_rng(seed)
    start, x = np.floor(stop * rng.random(stop.size)), rng.normal(size=(stop.size, 2))
    fit = fit_or_skip(cox_start_stop, start, stop, event, x, ties=ties, **MODEL)
    efron = ties == "efron"
    best = loop_log_likelihood(start, stop, event, x, fit.coef, efron=efron)
    same(fit.log_likelihood, best, of=100 * apart(x, fit.coef))
    for step in np.diag(0.05 * fit.se):
        for sign in (1, -1):
            moved = fit.coef + sign * step
            assert loop_log_likelihood(start, stop, event, x, moved, efron=efron) < best
    assume(apart(x, fit.coef) < 1e6)
    scaled = cox_start_stop(start * 30, stop * 30, event, 1000 * x + 7, ties=ties, **MODEL)
    same(1000 * scaled.coef, fit.coef, 1e-6)


def test_entry_is_exclusive():
    # The third patient enters at 4, when the first dies: not at risk then, only at 6.
    start, stop, event = [0, 0, 4, 0], [4, 6, 9, 7], [1, 1, 0, 0]
    x = np.array([[1.0], [0.0], [5.0], [2.0]])
    fit = cox_start_stop(start, stop, event, x, ties="efron", **MODEL)
    # At 4 the patients 1, 2 and 4 are at risk; at 6 the patients 2, 3 and 4.
    same(fit.null_log_likelihood, -np.log(3) - np.log(3))


def test_doubling_rows_within_patients_halves_the_model_variance_only():
    rng = np.random.default_rng(5)
    n = 60
    time, event, x = rng.exponential(size=n), rng.random(n) < 0.8, rng.normal(size=(n, 1))
    who = np.arange(n)
    one = cox_start_stop(None, time, event, x, ties="breslow", subject=who, **ROBUST)
    # The copies stand in a stratum of their own: patients counted twice.
    twice = [np.concatenate([a, a]) for a in (time, event, x, who)]
    strata = np.repeat([0, 1], n)
    options = {"ties": "breslow", "subject": twice[3], "strata": strata}
    model = cox_start_stop(None, *twice[:3], **options, **MODEL)
    robust = cox_start_stop(None, *twice[:3], **options, **ROBUST)
    plain = cox_start_stop(None, time, event, x, ties="breslow", **MODEL)
    same(model.se, plain.se / np.sqrt(2))
    same(robust.se, one.se)


def test_what_has_no_answer():
    start, stop = np.zeros(8), np.arange(1.0, 9)
    event = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    arm, noise = 1.0 - event, np.array([3.0, 1, 4, 1, 5, 9, 2, 6])

    def refuse(sentence, x=noise[:, None], start=start, event=event, ties="efron", **options):
        with pytest.raises(StatsError, match=sentence):
            cox_start_stop(start, stop, event, x, ties=ties, **{**MODEL, **options})

    for unit in (1e-6, 1, 1e6):
        refuse("no finite estimate", x=unit * arm[:, None])
        refuse("no finite estimate", x=np.column_stack([unit * arm, noise]))
    refuse("same value in all patients", x=np.ones((8, 1)))
    refuse("no event", event=np.zeros(8))
    refuse("must start before it stops", start=stop)
    refuse("start has 3 values and stop 8", start=[0, 0, 0])
    refuse("needs the subject", variance="robust")
    refuse("overlap", variance="robust", subject=[1, 1, 2, 3, 4, 5, 6, 7])
    # Two patients with twenty rows each, and two covariates.
    rng = np.random.default_rng(3)
    begin, who = np.tile(np.arange(20.0), 2), np.repeat([1, 2], 20)
    rows = begin, begin + 1, rng.random(40) < 0.5, rng.normal(size=(40, 2))
    with pytest.raises(
        StatsError, match="2 clusters cannot carry a robust variance of 2 coefficients"
    ):
        cox_start_stop(*rows, ties="efron", subject=who, **ROBUST)
    # One free square at the estimate: an error near 0 by chance gave p = 0.0006 for 0.41.
    two = {"subject": range(8), "cluster": [1] * 4 + [2] * 4}
    refuse("at least 3 are needed", variance="robust", **two)
    refuse("ties must be one of", ties="exact")
    refuse("variance must be one of", variance="sandwich")
    # Only one patient is under observation whenever an event happens.
    refuse("does not vary among those at risk", start=stop - 1)


def hazards(time, event, x, transform="km", **options):
    return proportional_hazards_test(
        None, time, event, x, ties="efron", transform=transform, **options
    )


@given(data=follow_up(), seed=st.integers(0, 10**6))
def test_of_proportional_hazards_ignores_order_units_and_codes(data, seed):
    time, event, _ = data
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(time.size, 2))
    found = fit_or_skip(hazards, time, event, x)
    rows = rng.permutation(time.size)
    other = hazards(time[rows] * 30, event[rows], 1000 * x[rows] + 7)
    same(other.together.statistic, found.together.statistic, 1e-5)
    same([t.statistic for t in other.each], [t.statistic for t in found.each], 1e-5)
    same(found.residuals.sum(axis=0), [0, 0])
    assert found.residuals.shape == (event.sum(), 2)
    turned = hazards(time, event, np.column_stack([x[:, 0] + x[:, 1], x[:, 0] - x[:, 1]]))
    same(turned.together.statistic, found.together.statistic, 1e-5)


def test_proportional_hazards_without_an_answer():
    time, x = np.array([1.0, 2, 3, 4, 5, 6]), np.array([[1.0], [0], [3], [1], [0], [2]])
    event = np.array([1, 1, 0, 1, 1, 0])
    with pytest.raises(StatsError, match="event at time 0 has no logarithm"):
        hazards(time - 1, event, x, "log")
    with pytest.raises(StatsError, match="cannot be told from its mean"):
        hazards(np.full(6, 4.0), event, x, "identity")
    with pytest.raises(StatsError, match="no event"):
        hazards(time, np.zeros(6), x)


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
    call = (None, "time", "event", ["site", "base"])
    found = sap.proportional_hazards_test(*call, transform="km")
    assert found.labels == ("site", "base")
    assert [test.df for test in found.each] == [3, 1]
    wanted = [1.936378170, 1.178730470]
    assert [test.statistic for test in found.each] == pytest.approx(wanted, rel=1e-8)
    assert found.together.statistic == pytest.approx(2.136458418, rel=1e-8)
    apart = sap.proportional_hazards_test(*call, transform="km", terms=False)
    assert apart.labels == ("site B", "site C", "site D", "base")
    wanted = [1.48285082946, 1.27023135995, 0.08567207784, 1.17873047039]
    assert [test.statistic for test in apart.each] == pytest.approx(wanted, rel=1e-8)
    assert apart.together == found.together
