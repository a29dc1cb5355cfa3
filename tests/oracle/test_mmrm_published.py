"""MMRM against numbers that others print: SAS 9.4 PROC MIXED and the R package mmrm.

Data: fev_data, an artificial trial of 197 subjects with 4 visits, from the R package mmrm
(https://github.com/openpharma/mmrm, Apache License 2.0); rows of missing visits are left out and
one race has a shorter name. Printed numbers: mmrm's README (Satterthwaite), and SAS's DDFM=KR as
quoted in mmrm's tests/testthat/test-kenwardroger.R. Their optimisers stop at about 1e-4, hence the
tolerances.
"""

import numpy as np
import pytest
from recompute import cases
from recompute_correlated import wide

from trialtrace.stats.mixed_tests import contrast
from trialtrace.stats.mmrm import mmrm

TEST = {"sides": "two_sided", "confidence": 0.95}


def fev() -> tuple[np.ndarray, np.ndarray]:
    """y, (197, 4), and columns as R codes ~ RACE + SEX + ARMCD * AVISIT."""
    ((_, d),) = cases("fev.csv")
    for name, level in (("Black", "race"), ("White", "race"), ("Female", "sex"), ("TRT", "arm")):
        d[name] = (d[level] == name).astype(float)
    y = wide(d, "value")
    columns = [wide(d, name) for name in ("Black", "White", "Female", "TRT")]
    one = np.ones_like(y)
    visits = [one * (np.arange(4) == v) for v in (1, 2, 3)]
    return y, np.stack([one, *columns, *visits, *(columns[3] * v for v in visits)], axis=2)


def test_readme_of_mmrm():
    y, x = fev()
    fit = mmrm(y, x, structure="unstructured", method="REML")
    assert (fit.n_subjects, fit.n_values) == (197, 537)
    assert round(-2 * fit.log_likelihood, 2) == 3386.45
    printed = {
        "intercept": (30.77748, 0.88656, 218.80, 34.715),
        "Black": (1.53050, 0.62448, 168.67, 2.451),
        "White": (5.64357, 0.66561, 157.14, 8.479),
        "Female": (0.32606, 0.53195, 166.13, 0.613),
        "TRT": (3.77423, 1.07415, 145.55, 3.514),
        "visit 2": (4.83959, 0.80172, 143.88, 6.037),
        "visit 3": (10.34211, 0.82269, 155.56, 12.571),
        "visit 4": (15.05390, 1.31281, 138.47, 11.467),
    }
    for row, numbers in zip(np.eye(11), printed.values(), strict=False):
        own = contrast(fit, row, df="satterthwaite", **TEST)
        values = (own.interval.estimate, own.se, own.df, own.statistic)
        np.testing.assert_allclose(values, numbers, rtol=2e-4)
    diagonal = (40.5537, 26.5715, 14.8979, 95.5568)
    np.testing.assert_allclose(np.diag(fit.sigma[0]), diagonal, rtol=2e-4)


@pytest.mark.parametrize(
    ("structure", "se", "df", "tolerance"),
    [
        ("unstructured", 0.66124382270307, 160.733266403768, 3e-4),
        ("compound_symmetry", 0.7964696053595, 177.038485931223, 1e-6),
        ("heterogeneous_compound_symmetry", 0.67414806011886, 190.737701349941, 4e-4),
        ("ar1", 0.95865439662225, 188.46934887972, 1e-6),
        ("heterogeneous_ar1", 0.7590316099633, 188.225339095373, 1e-4),
    ],
)
def test_kenward_roger_of_sas(structure, se, df, tolerance):
    """SAS takes the observed information; by the expected one df is 220.5 for AR(1)."""
    y, x = fev()
    fit = mmrm(y, x[:, :, [0, 4]], structure=structure, method="REML")
    own = contrast(fit, [0, 1], df="kenward_roger_observed", **TEST)
    np.testing.assert_allclose((own.se, own.df), (se, df), rtol=tolerance)
