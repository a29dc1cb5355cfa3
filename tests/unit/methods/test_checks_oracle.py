"""The checkers themselves against R, on the cases of tests/oracle; degenerate ones included."""

from math import inf

import pandas as pd
import pytest
from tiny_data import ORACLE, REFERENCE, TREATED, asked, data, near, oracle_data, two_arms

from trialtrace.run.methods.continuous import check as scales
from trialtrace.run.methods.missing.check import pooled
from trialtrace.run.methods.stratified import check as stratified
from trialtrace.run.methods.survival import check as survival


def strata_data(rows: pd.DataFrame):
    parts = [
        two_arms(row.x1, row.n1, row.x0, row.n0, SITEID=str(row.stratum))
        for row in rows.itertuples()
    ]
    return data(pd.concat([part for part in parts if len(part)], ignore_index=True))


def survival_data(rows: pd.DataFrame):
    names = {0: REFERENCE, 1: TREATED, 2: "other"}
    arm = rows["group"].map(names)
    frame = {"TRTP": arm, "AVAL": rows["time"], "CNSR": 1 - rows["event"], "AVALU": "days"}
    return data(pd.DataFrame(frame), time_to_event=True)


def test_a_bound_that_comes_back_over_the_level():
    """R's survfit of these times, conf.type log: the upper bound is below one half at 25, and again
    above it at 27."""
    times = [2, 4, 4, 5, 5, 12, 12, 16, 17, 17, 17, 19, 19, 21, 22, 23, 24, 25, 26, 27, 27]
    rows = pd.DataFrame(
        {"group": 1, "time": times, "event": [n not in (8, 16, 18, 19) for n in range(21)]}
    )
    made = survival_data(rows.astype(int))
    found = survival.CHECKS["median_time.kaplan_meier"](made, asked(group="all", interval="log"))
    assert (found.value, found.interval) == (19.0, (12.0, 25.0))


def test_an_arm_without_events_has_no_hazard_ratio():
    made = survival_data(oracle_data("survival")["no_events_in_arm"])
    found = survival.hazard_ratio(made, asked(ties="efron"))
    assert found.value != found.value and found.interval is None


RANKED = {
    **{key: {"sides": "two_sided"} for key in ("p_value.mann_whitney", "u.mann_whitney")},
    "p_value.mann_whitney_exact": {"sides": "two_sided"},
    "probability_of_superiority.brunner_munzel": {},
    "median_difference.hodges_lehmann": {"correction": "none"},
}


@pytest.mark.parametrize("name", RANKED)
def test_ties_that_rounding_broke_are_ties(name):
    """Changes of values with one decimal, as decimals and as binary fractions have them."""
    tenths = [3, 3, 6, 6, 9, 3, 9, 12, 3, 6, 6, 9, 9, 12, 15, 6]
    arms = [TREATED] * 8 + [REFERENCE] * 8
    exact = pd.DataFrame({"TRTP": arms, "AVAL": [each / 10 for each in tenths]})
    noisy = exact.assign(AVAL=[(50 + each) / 10 - 5.0 for each in tenths])
    assert noisy["AVAL"].nunique() == exact["AVAL"].nunique()
    noisy.loc[::2, "AVAL"] = exact["AVAL"]
    assert noisy["AVAL"].nunique() > exact["AVAL"].nunique()
    one, other = (
        scales.CHECKS[name](data(each), asked(name, **RANKED[name])) for each in (exact, noisy)
    )
    assert other.value == near(one.value)
    assert other.interval == (one.interval and pytest.approx(one.interval, rel=1e-9))


def test_breslow_day_at_an_odds_ratio_of_one():
    """Strata mirror each other, so the common odds ratio is 1 and expected counts are plain.

    Each stratum expects 30 * 25 / 60 = 12.5 treated events with variance
    1 / (1/12.5 + 1/17.5 + 1/12.5 + 1/17.5) = 3.645833; the distance is 2.5 in both.
    """
    strata = pd.DataFrame(
        [("x", "1", 15, 30, 10, 30), ("x", "2", 10, 30, 15, 30)],
        columns=["case", "stratum", "x1", "n1", "x0", "n0"],
    )
    for name in ("breslow_day", "breslow_day_tarone"):
        method = f"chi_squared.{name}"
        found = stratified.CHECKS[method](strata_data(strata), asked(method, strata=["site"]))
        assert found.value == near(2 * 2.5**2 / 3.6458333333333333)


@pytest.mark.parametrize("case", ["plain", "heterogeneous"])
def test_both_ways_to_breslow_day_agree(case, monkeypatch):
    made = strata_data(oracle_data("strata")[case])
    for name in ("breslow_day", "breslow_day_tarone"):
        method = f"chi_squared.{name}"
        check, of_strata = stratified.CHECKS[method], asked(method, strata=["site"])
        monkeypatch.setattr(stratified, "NEAR_ONE", 1e-3)
        library = check(made, of_strata)
        monkeypatch.setattr(stratified, "NEAR_ONE", 1e9)
        roots = check(made, of_strata)
        assert library.by != roots.by and library.value == near(roots.value)


def test_strata_of_each_endpoint_of_a_list():
    """One analysis of two endpoints: the second is not told by the tables of the first."""
    from dataclasses import replace

    columns = ["case", "stratum", "x1", "n1", "x0", "n0"]
    rows = pd.DataFrame([("x", "1", 15, 30, 10, 30)], columns=columns)
    made = strata_data(rows)
    other = made.bds.assign(PARAMCD="ELSE", AVAL=1.0)
    made.bds = pd.concat([made.bds, other], ignore_index=True)
    made.trial.endpoints["else"] = type(made.trial.endpoints["end"])(kind="event", code="ELSE")
    first, second = (
        stratified.strata(made, replace(asked(strata=["site"]), parameter=name))[0]
        for name in ("end", "else")
    )
    assert (first["x1"].tolist(), second["x1"].tolist()) == ([15.0], [30.0])


@pytest.mark.parametrize("free", [inf, 40.0, 4.5])
@pytest.mark.parametrize("case", oracle_data("missing_pool"))
def test_rubins_rules(case, free):
    drawn = oracle_data("missing_pool")[case]
    rows = pd.read_csv(ORACLE / "expected" / "missing.csv", comment="#").set_index("case").loc[case]
    named = f"pool.{'Inf' if free == inf else f'{free:g}'}."
    by_r = {row.quantity.removeprefix(named): float(row.value) for row in rows.itertuples()}
    q, u = drawn["estimate"].to_numpy(), drawn["variance"].to_numpy()
    made = {
        name: pooled("x", data(two_arms(1, 2, 1, 2)), asked(f"{name}.x"), q, u, free, 4)
        for name in ("mean_difference", "df", "fraction_missing")
    }
    low, high = made["mean_difference"].interval
    found = (made["mean_difference"].value, low, high, made["fraction_missing"].value)
    wanted = (by_r[name] for name in ("estimate", "low", "high", "fraction_missing"))
    assert found == tuple(near(each) for each in wanted)
    assert made["df"].value == near(by_r["df"])
    assert made["mean_difference"].mc_se[0] == near(q.std(ddof=1) / len(q) ** 0.5)
