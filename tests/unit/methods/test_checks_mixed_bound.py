"""The checks' fit of random effects at their bound, against lme4 and lmerTest."""

import numpy as np
import pytest
from tiny_data import oracle, oracle_data

from trialtrace.run.methods.mixed import check_fit

CASES = oracle_data("clusters_bound")
# lme4's optimum is polished with numeric derivatives.
CLOSE = {"rel": 1e-6}


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("case", CASES)
def test_a_covariance_at_its_bound(case, method):
    expected, rows = oracle("linear_mixed_bound")[case], CASES[case]
    r = 2 if case == "correlation" else 1
    blocks = []
    for _, own in rows.groupby("cluster"):
        x = np.column_stack([np.ones(len(own)), own["arm"], own["time"]])
        one, time = x[:, 0], x[:, 2]
        g = [np.outer(one, one), np.eye(len(own))]
        if r == 2:
            g[1:1] = [np.outer(one, time) + np.outer(time, one), np.outer(time, time)]
        blocks.append(check_fit.Block(own["value"].to_numpy()[None], x[None], np.array(g)))
    scale = float(rows["value"].var())
    fit = check_fit.fit_at_bound(blocks, scale, r, reml=method == "REML")
    entries = [f"{method}.g.{i + 1}.{j + 1}" for i, j in zip(*np.tril_indices(r), strict=True)]
    found = dict(zip([*entries, f"{method}.residual"], fit.theta, strict=True))
    for i, row in enumerate(np.eye(3), 1):
        value, se, df = check_fit.contrast(fit, row, "satterthwaite")
        found |= {f"{method}.coef.{i}": value, f"{method}.se.{i}": se}
        found[f"{method}.satterthwaite.df.{i}"] = df
        if method == "REML":
            _, se, df = check_fit.contrast(fit, row, "kenward_roger")
            found |= {f"{method}.kenward_roger.se.{i}": se, f"{method}.kenward_roger.df.{i}": df}
    for name, value in found.items():
        assert value == pytest.approx(float(expected[name]), **CLOSE), name


def test_where_the_likelihood_rises_inwards_there_is_no_bound():
    rng = np.random.default_rng(3)
    blocks = []
    for _ in range(12):
        y = rng.normal(0, 3) + rng.normal(size=5)
        g = np.array([np.ones((5, 5)), np.eye(5)])
        blocks.append(check_fit.Block(y[None], np.ones((1, 5, 1)), g))
    with pytest.raises(np.linalg.LinAlgError):
        check_fit.fit_at_bound(blocks, 10.0, 1, reml=True)
