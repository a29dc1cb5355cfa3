"""Error rates under a known truth, and printed examples, of methods for contingency tables."""

import pytest
from stats_strategies import numbers_of

from trialtrace.stats.categorical.r_by_c_tests import fisher_freeman_halton
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.categorical.unconditional import barnard, boschloo
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_correlation,
    cmh_general_association,
    cmh_row_mean_scores,
)


def test_agresti_job_satisfaction():
    """Agresti, Categorical Data Analysis, 2nd ed., 2002, tables 7.8 and 7.9 (SAS output)."""
    women = [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]]
    men = [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]]
    columns = {"column_scores": [1, 3, 4, 5]}
    found = [
        cmh_correlation([women, men], row_scores=[3, 10, 20, 35], **columns),
        cmh_row_mean_scores([women, men], **columns),
        cmh_general_association([women, men]),
    ]
    printed = [(6.1563, 1, 0.0131), (9.0342, 3, 0.0288), (10.2001, 9, 0.3345)]
    for result, numbers in zip(found, printed, strict=True):
        assert numbers_of(result)[:3] == pytest.approx(numbers, abs=5e-5)


def test_examples_of_r_and_scipy():
    """The help pages of fisher.test, prop.trend.test, barnard_exact and boschloo_exact."""
    job = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
    assert fisher_freeman_halton(job).p_value == pytest.approx(0.7827, abs=5e-5)
    smokers = cochran_armitage(
        [83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4], sides="two_sided", variance="binomial"
    )
    assert smokers.statistic**2 == pytest.approx(8.2249, abs=5e-5)
    vaccine = barnard(7, 15, 12, 15, sides="less", statistic="score")
    assert (vaccine.statistic, vaccine.p_value) == pytest.approx((-1.894, 0.0341), abs=5e-4)
    jobs = boschloo(74, 117, 31, 63, sides="greater", two_sided="fisher")
    assert (jobs.statistic, jobs.p_value) == pytest.approx((0.0483, 0.0355), abs=1e-4)
