"""P of two groups by tests of models: none is taken for a one-sided one of Fisher's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import claim
from scipy.stats import chi2_contingency, norm
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import test_proportions_2indep as of_proportions

from trialtrace.claims.prints.count_tests import wald_and_likelihood

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
        ("12 of 111", "28 of 111", "P=0.0044", "two_sided", "not_checkable"),
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
