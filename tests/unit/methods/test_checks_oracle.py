"""The checkers themselves against R, on the cases of tests/oracle; degenerate ones included."""

from math import exp

import pandas as pd
import pytest
from tiny_data import (
    REFERENCE,
    TREATED,
    asked,
    assert_same,
    data,
    near,
    oracle,
    oracle_data,
    two_arms,
)

from trialtrace.run.methods.categorical import check as binary
from trialtrace.run.methods.categorical import check_score as score
from trialtrace.run.methods.continuous import check as scales
from trialtrace.run.methods.repeated import check as repeated
from trialtrace.run.methods.stratified import check as stratified
from trialtrace.run.methods.stratified import check_score as stratified_score
from trialtrace.run.methods.survival import check as survival

TWO = {
    case: rows.iloc[0, 1:].astype(int).tolist() for case, rows in oracle_data("two_by_two").items()
}
NAMES = {
    "newcombe": "risk_difference.newcombe",
    "wald": "risk_difference.wald",
    "katz": "risk_ratio.katz_log",
    "woolf": "odds_ratio.woolf",
    "nnt": "number_needed_to_treat.newcombe",
}


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("case", TWO)
def test_score_interval(case, level):
    expected = oracle("score")[case]
    made = data(two_arms(*TWO[case]), confidence=level)
    found = score.CHECKS["risk_difference.miettinen_nurminen"](made, asked())
    assert_same(found, expected, f"miettinen_nurminen@{level:g}", 1e-7)


@pytest.mark.parametrize("case", TWO)
def test_two_risks(case):
    expected = oracle("two_by_two")[case]
    made = data(two_arms(*TWO[case]))
    for name, method in NAMES.items():
        if f"{name}@0.95.estimate" in expected:
            found = binary.CHECKS[method](made, asked(method))
            assert_same(found, expected, f"{name}@0.95")
    for sides in ("two_sided", "greater", "less"):
        found = binary.fisher(made, asked(sides=sides))
        assert found.value == near(expected[f"fisher.{sides}.p_value"])
    for name, correction in (("chi_squared", "none"), ("chi_squared_continuity", "continuity")):
        for stat, of_r in (("chi_squared", "statistic"), ("p_value", "p_value")):
            method = f"{stat}.{name}"
            found = binary.CHECKS[method](made, asked(method))
            assert found.value == near(expected[f"chi_squared.{correction}.{of_r}"])


def strata_data(rows: pd.DataFrame):
    parts = [
        two_arms(row.x1, row.n1, row.x0, row.n0, SITEID=str(row.stratum))
        for row in rows.itertuples()
    ]
    return data(pd.concat([part for part in parts if len(part)], ignore_index=True))


@pytest.mark.parametrize("case", oracle_data("strata"))
def test_strata(case):
    expected = oracle("stratified")[case]
    made = strata_data(oracle_data("strata")[case])
    for variance, name in (("sato", "sato"), ("greenland_robins", "robins")):
        if f"risk_difference.{name}.estimate" in expected:
            found = stratified.risk_difference(made, asked(strata=["site"], variance=variance))
            assert_same(found, expected, f"risk_difference.{name}")
    if "odds_ratio.estimate" in expected:
        found = stratified.odds_ratio(made, asked(strata=["site"]))
        assert_same(found, expected, "odds_ratio")
    for name, quantity in (
        ("cochran_mantel_haenszel", "cmh.none"),
        ("cochran_mantel_haenszel_continuity", "cmh.continuity"),
        ("breslow_day", "breslow_day.none"),
        ("breslow_day_tarone", "breslow_day.tarone"),
    ):
        for stat, of_r in (("chi_squared", "statistic"), ("p_value", "p_value")):
            if f"{quantity}.{of_r}" in expected:
                method = f"{stat}.{name}"
                found = stratified.CHECKS[method](made, asked(method, strata=["site"]))
                assert found.value == near(expected[f"{quantity}.{of_r}"])


def survival_data(rows: pd.DataFrame):
    names = {0: REFERENCE, 1: TREATED, 2: "other"}
    arm = rows["group"].map(names)
    frame = {"TRTP": arm, "AVAL": rows["time"], "CNSR": 1 - rows["event"], "AVALU": "days"}
    return data(pd.DataFrame(frame), time_to_event=True)


SURVIVAL = [case for case in oracle_data("survival") if case != "nobody"]


@pytest.mark.parametrize("interval", ["log_log", "log"])
@pytest.mark.parametrize("case", SURVIVAL)
def test_median_time(case, interval):
    expected = oracle("survival")[case]
    made = survival_data(oracle_data("survival")[case])
    found = survival.CHECKS["median_time.kaplan_meier"](made, asked(group="all", interval=interval))
    assert_same(found, expected, f"km_{interval}.median")


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


@pytest.mark.parametrize(
    "case", [case for case in SURVIVAL if "log_rank.statistic" in oracle("survival")[case]]
)
def test_log_rank(case):
    expected = oracle("survival")[case]
    made = survival_data(oracle_data("survival")[case])
    for stat, of_r in (("chi_squared", "statistic"), ("df", "df"), ("p_value", "p_value")):
        method = f"{stat}.log_rank"
        found = survival.CHECKS[method](made, asked(method, group="all"))
        assert found.value == near(expected[f"log_rank.{of_r}"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("case", ["two_groups", "heavy_ties", "everyone", "mostly_censored"])
def test_cox(case, ties):
    expected = oracle("survival")[case]
    made = survival_data(oracle_data("survival")[case])
    found = survival.hazard_ratio(made, asked(ties=ties))
    name = f"cox_arm_{ties}"
    assert found.value == near(exp(expected[f"{name}.coef.1"]), 1e-7)
    assert found.interval[0] == near(exp(expected[f"{name}.low.1"]), 1e-7)
    assert found.interval[1] == near(exp(expected[f"{name}.high.1"]), 1e-7)


def test_an_arm_without_events_has_no_hazard_ratio():
    made = survival_data(oracle_data("survival")["no_events_in_arm"])
    found = survival.hazard_ratio(made, asked(ties="efron"))
    assert found.value != found.value and found.interval is None


STATISTICS = {
    "f": "f",
    "df1": "df1",
    "df2": "df2",
    "p_uncorrected": "p_value",
    "p_gg": "p_gg",
    "p_hf": "p_hf",
    "p_lower": "p_lower",
    "epsilon_lower": "epsilon_lower",
    "epsilon_gg": "epsilon_gg",
    "epsilon_hf": "epsilon_hf",
    "partial_eta_squared": "partial_eta_squared",
    "generalised_eta_squared": "generalised_eta_squared",
}
MIXED = [case for case in oracle_data("repeated") if not case.startswith("one_arm")]
EFFECTS = {"arm": "between", "visit": "within", "arm_visit": "interaction"}


@pytest.mark.parametrize("squares", ["II", "III"])
@pytest.mark.parametrize("case", MIXED)
def test_mixed_anova(case, squares):
    expected = oracle("repeated")[case]
    rows = oracle_data("repeated")[case]
    arms = {name: name for name in rows["arm"]} | {sorted(set(rows["arm"]))[0]: REFERENCE}
    frame = pd.DataFrame(
        {
            "USUBJID": rows["subject"].astype(str),
            "TRTP": rows["arm"].map(arms),
            "AVISIT": rows["visit"].map("visit {}".format),
            "AVISITN": rows["visit"],
            "AVAL": rows["value"],
        }
    )
    made = data(frame)
    common = {"sums_of_squares": squares, "sphericity": "greenhouse_geisser", "group": "all"}
    for effect, of_r in EFFECTS.items():
        for stat, quantity in STATISTICS.items():
            name = f"type{squares}.{of_r}.{quantity}"
            if name in expected:
                found = repeated.check(made, asked(f"{stat}.mixed_anova", effect, **common))
                assert found.value == near(expected[name], 1e-7), (effect, stat)
    if frame["AVISIT"].nunique() == 2:
        return
    of_r = {"mauchly_w": "w", "mauchly_p": "p_anderson", "mauchly_p_r": "p"}
    for stat, name in of_r.items():
        found = repeated.check(made, asked(f"{stat}.mixed_anova", "visit", **common))
        assert found.value == near(expected[f"type{squares}.mauchly_{name}"], 1e-7)


@pytest.mark.parametrize("case", oracle_data("two_samples"))
def test_two_samples_by_ranks(case):
    expected = oracle("ranks")[case]
    rows = oracle_data("two_samples")[case]
    frame = {"TRTP": rows["arm"].map({"x": TREATED, "y": REFERENCE}), "AVAL": rows["value"]}
    found = scales.superiority(data(pd.DataFrame(frame)), asked())
    assert_same(found, expected, "superiority")
    for sides in ("two_sided", "greater", "less"):
        for correction, method in (
            ("none", "mann_whitney"),
            ("continuity", "mann_whitney_continuity"),
        ):
            for stat, of_r in (("u", "statistic"), ("p_value", "p_value")):
                name = f"{stat}.{method}"
                found = scales.CHECKS[name](data(pd.DataFrame(frame)), asked(name, sides=sides))
                assert found.value == near(expected[f"mann_whitney.{sides}.{correction}.{of_r}"])
    # R lists all ways to part the first values of an arm, where there are ties.
    few = rows.groupby("arm").head(7) if rows["value"].duplicated().any() else rows
    frame = {"TRTP": few["arm"].map({"x": TREATED, "y": REFERENCE}), "AVAL": few["value"]}
    for sides in ("two_sided", "greater", "less"):
        for stat, of_r in (("u", "statistic"), ("p_value", "p_value")):
            name = f"{stat}.mann_whitney_exact"
            found = scales.CHECKS[name](data(pd.DataFrame(frame)), asked(name, sides=sides))
            assert found.value == near(expected[f"exact.{sides}.{of_r}"])


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


INNER = [case for case, (x1, n1, x0, n0) in TWO.items() if 0 < x1 < n1 and 0 < x0 < n0]


@pytest.mark.parametrize("case", INNER)
def test_newcombe_of_a_single_stratum(case):
    made = data(two_arms(*TWO[case], SITEID="1"))
    method = "risk_difference.stratified_newcombe"
    found = stratified_score.CHECKS[method](made, asked(method, strata=["site"]))
    assert_same(found, oracle("two_by_two")[case], "newcombe@0.95")
