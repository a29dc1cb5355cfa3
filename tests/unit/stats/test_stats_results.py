"""What results say of themselves: in a shell, as rows, as a table of pandas."""

from math import inf, log

import numpy as np
import pytest

from trialtrace.stats import Contrast, Interval, TestResult
from trialtrace.stats._wald import exponential, wald_contrast
from trialtrace.stats.regression.ancova import ancova


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
