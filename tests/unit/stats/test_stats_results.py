"""What results say of themselves: in a shell, as rows, as a table of pandas."""

from contextlib import suppress
from dataclasses import is_dataclass
from math import atanh, inf, log

import numpy as np
import pytest
from example_calls import calls

import trialtrace.stats as ts
from trialtrace.stats import Contrast, Interval, StatsError, TestResult, categorical
from trialtrace.stats._wald import exponential, wald_contrast
from trialtrace.stats.categorical import proportions
from trialtrace.stats.continuous.association import correlation
from trialtrace.stats.continuous.means import mean_difference_student, mean_interval
from trialtrace.stats.continuous.ranks import probability_of_superiority
from trialtrace.stats.continuous.win_ratio import TimeToEvent, win_statistics
from trialtrace.stats.regression.ancova import ancova
from trialtrace.stats.results import Tabular
from trialtrace.stats.stratified.mantel_haenszel import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)

WALD_OF_TABLES = (
    "risk_difference_wald",
    "risk_ratio_log",
    "odds_ratio_sample",
    "odds_ratio_peto",
)


def test_intervals_and_tests_print_what_they_have():
    assert repr(Interval(0.25, 1 / 9, 0.46)) == "Interval(estimate=0.25, low=0.111111, high=0.46)"
    ratio = Interval(2.0, 1.0, 4.0, standard_error=0.35, scale="log")
    assert repr(ratio).endswith("high=4, standard_error=0.35, scale='log')")
    assert repr(TestResult(3.2, 1.0, 0.0736)) == "TestResult(statistic=3.2, df=1, p_value=0.0736)"
    assert "df=(2, 57)" in repr(TestResult(3.2, 2.0, 0.0736, df2=57.0))
    nan = float("nan")
    assert repr(TestResult(nan, nan, 0.5)) == "TestResult(p_value=0.5)"
    named = Contrast(ratio, TestResult(1.98, nan, 0.0477), "B - A")
    assert repr(named) == f"Contrast(B - A: {ratio!r}, {named.test!r})"


def test_a_fit_is_a_table_of_its_terms():
    y, arm = [3.0, 5.0, 4.0, 7.0, 8.0, 9.0], ["a", "b", "a", "b", "a", "b"]
    fit = ancova(y, arm, covariates=None, strata=None, variance="model", confidence=0.95)
    assert fit.labels == ("arm a", "arm b")
    head, names, first, second = repr(fit).split("\n")
    assert head == "AncovaFit" and names.split()[:3] == ["term", "coef", "se"]
    assert first.startswith("arm a     5") and second.startswith("arm b     7")
    assert len({len(line) for line in (names, first, second)}) == 1
    frame = fit.to_frame()
    assert list(frame.columns) == ["term", "coef", "se", "low", "high", "statistic", "p_value"]
    np.testing.assert_array_equal(frame["coef"], fit.coef)


def test_one_row_of_a_contrast():
    found = wald_contrast(1.0, 0.5, df=inf, sides="two_sided", confidence=0.95, label="B - A")
    row = found.to_frame().iloc[0]
    assert row["label"] == "B - A" and row["estimate"] == 1 and row["standard_error"] == 0.5
    assert (row["low"], row["high"]) == (found.low, found.high)
    assert found.statistic == 2 and np.isnan(found.df)
    assert found.p_value == pytest.approx(0.04550026)
    ratio = exponential(found.interval)
    assert log(ratio.high) - log(ratio.estimate) == pytest.approx(1.959964 * 0.5)
    assert (ratio.standard_error, ratio.scale) == (0.5, "log")


ARMS = ([4.1, 5.2, 6.3, 7.9, 8.8, 5.5], [3.9, 4.4, 5.0, 6.1, 7.7, 4.2])
TABLE, STRATA = (13, 40, 7, 42), ([13, 5], [40, 20], [7, 3], [42, 22])
SCALES = {"identity": float, "log": log, "logit": lambda p: log(p / (1 - p)), "atanh": atanh}
LEVEL = {"confidence": 0.95}
OUTCOME = [TimeToEvent([4.0, 9, 3, 8, 5, 7, 2, 6], [1, 0, 1, 1, 0, 1, 1, 1])]
WINS = win_statistics([1, 1, 1, 1, 0, 0, 0, 0], OUTCOME, **LEVEL)


@pytest.mark.parametrize(
    ("found", "quantile"),
    [
        (mean_interval(ARMS[0], **LEVEL), 2.570581835636314),
        (mean_difference_student(*ARMS, **LEVEL), 2.2281388519649385),
        (probability_of_superiority(*ARMS, **LEVEL), None),
        (correlation(*ARMS, method="pearson", **LEVEL), None),
        (proportions.wald(13, 40, **LEVEL), None),
        *((getattr(categorical, name)(*TABLE, **LEVEL), None) for name in WALD_OF_TABLES),
        (mantel_haenszel_risk_ratio(*STRATA, **LEVEL), None),
        (mantel_haenszel_odds_ratio(*STRATA, **LEVEL), None),
        (mantel_haenszel_risk_difference(*STRATA, variance="sato", **LEVEL), None),
        *((getattr(WINS, name), None) for name in ("win_ratio", "net_benefit", "win_odds")),
    ],
)
def test_an_interval_is_its_standard_error_on_its_scale(found, quantile):
    scale = SCALES[found.scale]
    half = (quantile or 1.959963984540054) * found.standard_error
    for bound, side in ((found.low, -1), (found.high, 1)):
        assert scale(bound) == pytest.approx(scale(found.estimate) + side * half, rel=1e-9)


def test_a_curve_prints_its_ends_and_has_all_rows_in_a_frame():
    time, event = list(range(1, 41)), [1, 0] * 20
    curve = ts.survival.kaplan_meier(time, event, interval="log_log", confidence=0.95)
    lines = repr(curve).split("\n")
    assert lines[0] == "KaplanMeier (interval log_log)"
    assert lines[1].split() == list(curve.to_frame().columns)
    assert lines[2].split()[:3] == ["1", "40", "1"] and lines[-1].split()[:3] == ["40", "1", "0"]
    assert lines[10] == "... 24 rows: to_frame() has all ..." and len(lines) == 19
    frame = curve.to_frame()
    assert frame["survival"].tolist() == curve.survival.tolist() and len(frame) == 40
    short_curve = ts.survival.kaplan_meier([1, 2], [1, 1], interval="log", confidence=0.95)
    assert "..." not in repr(short_curve)


def test_ratios_are_those_of_the_logarithms():
    x = np.column_stack([np.ones(8), [0, 1, 0, 1, 1, 0, 1, 0]])
    fit = ts.regression.logistic([0, 1, 0, 1, 0, 1, 1, 0], x, confidence=0.95)
    frame = fit.ratio().to_frame()
    # Three of four against one of four: odds 3 and 1/3.
    assert frame["ratio"].tolist() == pytest.approx([1 / 3, 9])
    assert frame["low"].tolist() == pytest.approx(np.exp(fit.low).tolist())
    found = ts.regression.contrast(fit, [0, 1], sides="two_sided", confidence=0.95)
    assert found.ratio().estimate == pytest.approx(9)
    assert found.ratio().scale == "log"
    log_rank_ratio = Contrast(Interval(2.0, 1.0, 4.0, standard_error=0.35, scale="log"), found.test)
    assert log_rank_ratio.ratio() is log_rank_ratio.interval
    odd = Contrast(Interval(0.2, 0.1, 0.4, standard_error=0.3, scale="logit"), found.test)
    with pytest.raises(StatsError, match="no logarithm"):
        odd.ratio()


def test_a_contrast_is_found_by_its_label():
    both = [Contrast(Interval(1.0, 0.0, 2.0), TestResult(2.0, 5.0, 0.1), name) for name in "ab"]
    found = ts.Contrasts(tuple(both))
    assert found["b"] is both[1]
    with pytest.raises(KeyError, match="'c'; there are a, b"):
        found["c"]


# Steps on the way, draws and designs: of arrays that no table has.
WITHOUT_A_TABLE = {
    *("ArmDesign", "VisitDesign", "RiskSets", "Scheme", "Curve"),
    *("CurveDraws", "JointInference", "Imputations", "ConditionalMeans"),
    *("DeltaGrid", "TippingMap", "Curves", "LogRankSums", "WeightedSums", "Standardised"),
}


def test_what_has_no_table_is_listed():
    found = {}
    for call in calls()[0]:
        family, _, name = call.name.split(".")
        with suppress(StatsError):
            found[name] = getattr(getattr(ts, family), name)(**call.arguments)
    results = [one for one in found.values() if is_dataclass(one)]
    without = {type(one).__name__ for one in results if not isinstance(one, Tabular)}
    assert without == WITHOUT_A_TABLE
    tables = [one for one in results if isinstance(one, Tabular)]
    assert len(tables) > 100
    for one in tables:
        assert len(one.to_frame()) == len(one.rows()) > 0
        assert type(one).__name__ in repr(one)


def test_tests_of_several_terms_are_a_table_by_their_names():
    x = {"age": [0, 1, 1, 0, 0, 1]}
    sap = ts.Conventions(data=x, ties="efron", transform="identity")
    stop, event = np.array([4, 9, 7, 8, 3, 6]), np.array([1, 1, 1, 0, 1, 1])
    found = sap.proportional_hazards_test(None, stop, event, ["age"])
    assert [row["test"] for row in found.rows()] == ["age", "together"]
    assert list(found.to_frame().columns) == ["test", "statistic", "df", "p_value"]
