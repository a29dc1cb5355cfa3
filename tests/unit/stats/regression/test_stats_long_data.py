"""Models of repeated measures on long data: the same as on cubes, in any order of the rows."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from trialtrace.stats import StatsError
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.regression.gee import gee
from trialtrace.stats.regression.ordinal_gee import ordinal_gee

GEE = {"working": "unstructured", "variance": "robust", "reference": "t", "confidence": 0.95}
FITS = {
    "gee": lambda y, x, **of: gee(y, x, family="gaussian", **GEE, **of),
    "ordinal_gee": lambda y, x, **of: ordinal_gee(
        np.round(y), x[..., 1:], working="uniform", confidence=0.95, **of
    ),
    "mmrm": lambda y, x, **of: mmrm(y, x, structure="unstructured", method="REML", **of),
}


def drawn():
    """24 subjects at three visits, some missing: y, x and arms as cubes, and the same long."""
    rng = np.random.default_rng(7)
    arm = np.arange(24) % 2
    y = 2 + rng.normal(size=(24, 1)) + arm[:, None] + rng.normal(0, 0.8, (24, 3))
    y[rng.random(y.shape) < 0.15] = np.nan
    x = np.stack([np.ones((24, 3)), np.repeat(arm[:, None], 3, axis=1)], axis=2).astype(float)
    there = ~np.isnan(y)
    who, when = np.nonzero(there)
    order = rng.permutation(who.size)
    who, when = who[order], when[order]
    long = {
        "subject": [f"s{one:02}" for one in who],
        "visit": when + 1,
        "y": y[who, when],
        "x": x[who, when],
        "arm": arm[who],
    }
    return y, x, arm, long


@pytest.mark.parametrize("name", FITS)
def test_long_data_are_the_cubes(name):
    y, x, _, long = drawn()
    wide = FITS[name](y, x)
    found = FITS[name](long["y"], long["x"], subject=long["subject"], visit=long["visit"])
    assert found.coef == pytest.approx(wide.coef, rel=1e-9)
    assert found.se == pytest.approx(wide.se, rel=1e-9)


def test_a_correlation_without_order_needs_no_visit():
    _, _, _, long = drawn()
    rows, of = (long["y"], long["x"]), {"subject": long["subject"]}
    for working in ("exchangeable", "independence"):
        fit = partial(gee, *rows, family="gaussian", **GEE | {"working": working})
        assert fit(**of).se == pytest.approx(fit(**of, visit=long["visit"]).se, rel=1e-9)
    with pytest.raises(StatsError, match="the visit of every row"):
        gee(*rows, family="gaussian", **GEE | {"working": "ar1"}, **of)


def test_columns_of_a_frame_name_the_coefficients():
    _, _, _, long = drawn()
    frame = pd.DataFrame(long["x"], columns=["one", "treated"])
    of = {"subject": long["subject"], "visit": long["visit"]}
    assert gee(long["y"], frame, family="gaussian", **GEE, **of).labels == ("one", "treated")


def test_groups_of_long_data_are_a_row_each():
    y, x, arm, long = drawn()
    structure = {"structure": "compound_symmetry", "method": "REML"}
    of = {"subject": long["subject"], "visit": long["visit"]}
    wide = mmrm(y, x, **structure, groups=arm)
    found = mmrm(long["y"], long["x"], **structure, groups=long["arm"], **of)
    assert found.coef == pytest.approx(wide.coef, rel=1e-9)
    assert found.sigma == pytest.approx(wide.sigma, rel=1e-6)
    odd = long["arm"].copy()
    odd[0] = 1 - odd[0]
    with pytest.raises(StatsError, match="in two groups"):
        mmrm(long["y"], long["x"], **structure, groups=odd, **of)


def test_what_is_no_long_data_is_refused():
    y, x, _, long = drawn()
    fit, of = FITS["mmrm"], {"subject": long["subject"], "visit": long["visit"]}
    with pytest.raises(StatsError, match="subject and the visit of every row"):
        fit(long["y"], long["x"], subject=long["subject"])
    with pytest.raises(StatsError, match="long data need y of shape"):
        fit(y, x, **of)
    twice = of | {"visit": np.ones(len(long["y"]))}
    with pytest.raises(StatsError, match="two rows at one visit"):
        fit(long["y"], long["x"], **twice)
