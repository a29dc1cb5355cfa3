"""The checks' fits of counts against R's, at the bound of the dispersion too."""

import numpy as np
import pandas as pd
import pytest
from tiny_data import REFERENCE, TREATED, asked, data, oracle, oracle_data

from trialtrace.run.methods.survival.check_recurrent import CHECKS, _fitted_counts

CASES = oracle_data("counts")


@pytest.mark.parametrize("case", ["few", "even"])
@pytest.mark.parametrize("model", ["arm", "age"])
def test_negative_binomial(case, model):
    rows, expected = CASES[case], oracle("counts")[case]
    columns = [np.ones(len(rows)), rows["arm"], *([rows["age"]] if model == "age" else [])]
    x, y = np.column_stack(columns), rows["y"].to_numpy(float)
    coef, spread, dispersion = _fitted_counts(y, x, np.log(rows["time"].to_numpy()), "")
    named = f"negative_binomial.{model}"
    for i, (value, error) in enumerate(zip(coef, np.sqrt(np.diag(spread)), strict=True), 1):
        assert value == pytest.approx(float(expected[f"{named}.coef.{i}"]), rel=1e-6)
        assert error == pytest.approx(float(expected[f"{named}.se.{i}"]), rel=1e-6)
    assert dispersion == pytest.approx(float(expected[f"{named}.dispersion"]), rel=1e-5)
    assert (dispersion == 0) == ((case, model) == ("few", "age"))


def test_a_covariate_that_nobody_has_leaves_no_subject_in_the_model():
    rows = pd.DataFrame({"TRTP": [TREATED, REFERENCE], "AVAL": 1.0, "AGE": np.nan})
    made = data(rows.assign(TSTART=0.0, TSTOP=[3.0, 4.0], CNSR=0), time_to_event=True)
    found = CHECKS["rate_ratio.andersen_gill"](made, asked(covariates=["age"], ties="efron"))
    assert np.isnan(found.value) and found.n_used == 0
