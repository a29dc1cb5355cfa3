"""P of two groups by tests of models: none is taken for a one-sided one of Fisher's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import claim, read
from scipy.stats import chi2_contingency, norm
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import test_proportions_2indep as of_proportions

from trialtrace.audit.prints.two_groups.count_tests import wald_and_likelihood
from trialtrace.audit.verdicts.audit import audit_ledger

SIZES = st.integers(2, 400)
COUNTS = st.tuples(SIZES, SIZES).flatmap(
    lambda n: st.tuples(*(st.tuples(st.integers(1, each - 1), st.just(each)) for each in n))
)


@given(COUNTS)
def test_they_are_those_of_the_libraries(counts):
    (a, n1), (c, n0) = counts
    cells = [[a, n1 - a], [c, n0 - c]]
    table = Table2x2(cells)
    ratio = abs(table.log_riskratio) / table.log_riskratio_se
    expected = {
        "Wald's z of the risk difference": of_proportions(
            a, n1, c, n0, compare="diff", method="wald", correction=False
        ).pvalue,
        "Wald's z of the log risk ratio": 2 * norm.sf(ratio),
        "Wald's z of the log odds ratio": table.log_oddsratio_pvalue(),
        "the likelihood ratio test": chi2_contingency(
            cells, correction=False, lambda_="log-likelihood"
        )[1],
    }
    assert wald_and_likelihood(list(counts)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_an_empty_cell_has_none():
    assert wald_and_likelihood([(0, 10), (3, 10)]) == wald_and_likelihood([(10, 10), (3, 10)]) == {}


@pytest.mark.parametrize(
    ("first", "second", "p", "sides", "agreement"),
    [
        # Fisher .0082, of one side .0041; χ² .0052; Wald's z of the difference .0044.
        ("12 of 111", "28 of 111", "P=0.004", "two_sided", "compatible"),
        ("12 of 111", "28 of 111", "P=0.004", None, "compatible"),
        # Beyond its rounding a one-sided test alone gives it.
        ("12 of 111", "28 of 111", "P=0.0041", "two_sided", "inconsistent"),
        ("12 of 111", "28 of 111", "P=0.0041", None, "alternative"),
        # Half of the corrected χ²; Wald's z of the difference, of two sides, comes first.
        ("12 of 111", "28 of 111", "P=0.0044", "two_sided", "compatible"),
    ],
)
def test_half_of_a_p_is_told_from_walds(judged, first, second, p, sides, agreement):
    about = {"compare": ["training", "control"]} | ({"sides": sides} if sides else {})
    claims = {
        "a": claim(first, outcome="event", group="training"),
        "b": claim(second, outcome="event", group="control"),
        "p": claim(p, outcome="event", **about),
    }
    assert judged("p", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("p", "about", "agreement", "words"),
    [
        # scipy: χ² .00437, corrected .00773; Fisher .00531, of one side .00367.
        ("P = 0.002", {}, "alternative", "the χ² or z test without correction, one-sided"),
        ("P = 0.0039", {}, "alternative", "with continuity correction, one-sided"),
        ("P = 0.0037", {}, "alternative", "Fisher's exact test, one-sided"),
        ("P = 0.004", {}, "compatible", "is what the χ² test without correction and both"),
        ("P = 0.001", {}, "not_checkable", "0.00437 (χ²), 0.00773 (with correction), 0.00531"),
        ("P = 0.002", {"sides": "two_sided"}, "inconsistent", "stated to be two-sided"),
        ("P = 0.002", {"sides": "greater"}, "not_checkable", "none prints as P = 0.002"),
        ("P = 0.002", {"sides": "less"}, "compatible", "is what the χ² test without correction"),
        ("P = 0.002", {"test": "chi_squared"}, "inconsistent", "P = 0.002 is that of one side"),
        ("P = 0.001", {"test": "chi_squared"}, "inconsistent", "no usual test on these counts"),
    ],
)
def test_half_of_chi_squared_is_of_one_side(judged, p, about, agreement, words):
    table = [[14, 49], [30, 35]]
    plain, corrected = (chi2_contingency(table, correction=how)[1] for how in (False, True))
    assert [f"{one:.5f}" for one in (plain, corrected)] == ["0.00437", "0.00773"]
    claims = {
        "a": claim("14 of 63", outcome="event", group="training"),
        "b": claim("30 of 65", outcome="event", group="control"),
        "p": claim(p, outcome="event", compare=["training", "control"], **about),
    }
    found, said = judged("p", "p", claims)
    assert (found, words in said) == (agreement, True), said


@pytest.mark.parametrize(
    ("p", "agreement"),
    [
        # scipy: Fisher .356, of one side .190; χ² .235, with correction .379.
        ("P=0.38", "alternative"),
        ("P=0.36", "exact"),
        ("P=0.19", "inconsistent"),
        ("P=0.61", "inconsistent"),
    ],
)
def test_a_p_is_held_against_the_test_that_is_named(p, agreement):
    about = {"compare": ["training", "control"], "test": "fisher"}
    claims = {
        "a": claim("12 of 34", outcome="event", group="training"),
        "b": claim("4 of 20", outcome="event", group="control"),
        "p": claim(p, outcome="event", **about),
    }

    (row,) = (row for row in audit_ledger(read(claims)).rows if row["claim_id"] == "p")
    assert row["on_print"] == agreement


@pytest.mark.parametrize(("p", "across"), [("P=0.004", True), ("P=0.6", False)])
def test_a_p_that_lies_across_the_level_from_its_counts_says_so(p, across):
    claims = {
        "a": claim("12 of 34", outcome="event", group="training"),
        "b": claim("4 of 20", outcome="event", group="control"),
        "p": claim(p, outcome="event", compare=["training", "control"]),
    }
    rows = {row["claim_id"]: row for row in audit_ledger(read(claims)).rows}
    assert rows["p"]["no_usual_test"]
    assert ("on the other side of 0.05" in rows["p"]["print_finding"]) == across
