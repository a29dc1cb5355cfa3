"""A check leaves out the warnings that it knows and looks at afterwards, and no other."""

import warnings
from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest
from tiny_data import REFERENCE, TREATED, asked, data, two_arms

from trialtrace.run.methods.continuous import check as scales
from trialtrace.run.methods.regression import check as adjusted
from trialtrace.run.methods.regression import check_ordinal as ordinal
from trialtrace.run.methods.repeated import check_pingouin as repeated
from trialtrace.run.methods.survival import check as survival

OVERLAPPING = {TREATED: (2.0, 3.0, 5.0, 8.0), REFERENCE: (1.0, 2.0, 4.0, 6.0)}
APART = {TREATED: (5.0, 6.0, 7.0, 9.0), REFERENCE: (1.0, 2.0, 3.0, 4.0)}
DIED_AT = {TREATED: (4.0, 6.0, 7.0, 9.0), REFERENCE: (1.0, 2.0, 5.0, 8.0)}


def records(values: dict[str, tuple[float, ...]], **columns) -> pd.DataFrame:
    rows = [(arm, value) for arm, of_arm in values.items() for value in of_arm]
    return pd.DataFrame(rows, columns=["TRTP", "AVAL"]).assign(**columns)


def poisson():
    of_two = data(two_arms(6, 20, 9, 20))
    return adjusted.CHECKS["risk_ratio.modified_poisson"](of_two, asked(covariates=[]))


def superiority():
    return scales.superiority(data(records(OVERLAPPING)), asked())


def mixed_anova():
    draw = np.random.default_rng(5)
    table = pd.DataFrame(draw.normal(size=(12, 3)), columns=["first", "second", "third"])
    table["TRTP"], table["USUBJID"] = [TREATED, REFERENCE] * 6, range(12)
    return repeated.mixed_table(
        table.melt(["TRTP", "USUBJID"], var_name="AVISIT", value_name="AVAL")
    )


def brant():
    draw = np.random.default_rng(3)
    return ordinal._brant(draw.integers(0, 3, 60).astype(float), draw.normal(size=(60, 1)))


def cox():
    return survival.hazard_ratio(data(records(DIED_AT, CNSR=0)), asked(ties="efron"))


USED = {
    poisson: "statsmodels.genmod.generalized_linear_model.GLM.fit",
    superiority: "scipy.stats.brunnermunzel",
    mixed_anova: "pingouin.mixed_anova",
    brant: "statsmodels.discrete.discrete_model.Logit.fit",
    cox: "statsmodels.duration.hazard_regression.PHReg.fit",
}


@pytest.mark.parametrize("category", [UserWarning, RuntimeWarning, DeprecationWarning])
@pytest.mark.parametrize("check", USED, ids=lambda check: check.__name__)
def test_a_warning_that_nobody_expects_is_heard(monkeypatch, check, category):
    function = resolve_name(USED[check])

    def warns(*arguments, **options):
        warnings.warn("something new", category, stacklevel=1)
        return function(*arguments, **options)

    monkeypatch.setattr(USED[check], warns)
    with pytest.warns(category, match="something new"):
        check()


@pytest.mark.parametrize("check", USED, ids=lambda check: check.__name__)
def test_a_usual_sample_gives_no_warning(check):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check()


def test_samples_that_do_not_overlap_have_no_interval_and_no_warning():
    """Every value of one is above the other's: 1 by counting, with an infinite statistic."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scales.superiority(data(records(APART)), asked())
    assert found.value == 1.0
    assert np.isnan(found.interval).all()


def test_separation_at_a_threshold_gives_no_warning_and_no_statistic():
    x = np.arange(30.0)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ordinal._brant(np.repeat([0.0, 1.0, 2.0], 10), x) == (None, 0)


def test_a_monotone_likelihood_gives_no_warning_and_no_hazard_ratio():
    """All of one arm die before anybody of the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = survival.hazard_ratio(data(records(APART, CNSR=0)), asked(ties="efron"))
    assert np.isnan(found.value)


@pytest.mark.parametrize(
    ("error", "caught"), [(np.linalg.LinAlgError, True), (TypeError, False), (ValueError, False)]
)
def test_a_singular_fit_has_no_brant_test_and_a_fault_is_not_taken_for_one(
    monkeypatch, error, caught
):
    def fails(*arguments, **options):
        raise error

    monkeypatch.setattr(USED[brant], fails)
    if caught:
        assert brant() == (None, 0)
    else:
        with pytest.raises(error):
            brant()
