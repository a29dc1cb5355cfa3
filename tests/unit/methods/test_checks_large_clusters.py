"""A sandwich over clusters in which many patients have the same covariate."""

import numpy as np
import pytest

from trialtrace.run.methods.regression.check_visits import Unit, _sandwich


@pytest.mark.parametrize("seed", [6358, 29625, 36712])
def test_the_root_of_a_unit_with_equal_rows(seed: int):
    """I - H has 1 as an eigenvalue of all but a few dimensions, and no basis of eigenvectors that
    one could solve in, of the seeds in some 36,000 these: the root by its symmetric form."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    x = np.column_stack([np.ones(n), np.full(n, seed % 2), rng.integers(-1, 2, n)]).astype(float)
    y, bread = rng.normal(size=n), 0.01 * np.eye(3)
    made = _sandwich(
        [Unit(y, x, np.arange(n))], np.zeros(3), np.eye(n), bread, "kauermann_carroll", False
    )
    values, vectors = np.linalg.eigh(np.eye(n) - x @ bread @ x.T)
    score = x.T @ (vectors @ (values**-0.5 * (vectors.T @ y)))
    np.testing.assert_allclose(made, bread @ np.outer(score, score) @ bread, rtol=1e-10)
