"""What pingouin 0.6.1 printed (numpy 2.4, Python 3.11), on tests/oracle/data/repeated_general.csv.

    pg.mixed_anova(d, dv="value", within="w1", subject="subject", between="g1", correction=True)
    pg.rm_anova(d, dv="value", within=["w1", "w2"], subject="subject")

`obk_phase` are O'Brien and Kaiser's data, hours averaged; cells of `offset` were one factor;
`three_within` was cut to the first level of w3, so that one of two factors has two levels.
"""

import csv
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from trialtrace.stats import StatsError
from trialtrace.stats.pingouin_epsilon import pingouin_061_interaction, pingouin_061_mixed
from trialtrace.stats.repeated import mixed_anova
from trialtrace.stats.repeated_general import repeated_anova

DATA = Path(__file__).parents[2] / "oracle" / "data" / "repeated_general.csv"

# eps, p_GG_corr, W_spher, p_spher
MIXED = {
    "obk_phase": (
        0.7720221814230628, 0.00018906408764899127, 0.7047004295178237, 0.08630416466913167,
    ),
    "offset": (
        0.7221483318124574, 2.3905271240988995e-08, 0.4542802383691981, 0.1006028237788346,
    ),
}  # fmt: skip
# eps and p_GG_corr of w1 * w2
INTERACTION = {
    "obk_hour_phase": (0.3367557707673484, 0.2714063084704909),
    "three_by_four": (0.22421700788020874, 1.0867890390676136e-09),
    "three_within": (0.6532730696660972, 0.04838288541300258),
}


def responses(case):
    with DATA.open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["case"] == case]
    levels = [len({row[w] for row in rows}) for w in ("w1", "w2", "w3")]
    first = {row["subject"]: row["g1"] for row in rows}
    y = np.array([float(row["value"]) for row in rows]).reshape(len(first), *levels)
    return y, list(first.values())


@pytest.mark.parametrize("case", MIXED)
def test_mixed_anova_of_061(case):
    y = responses(case)[0][:, :, 0, 0]
    ours = pingouin_061_mixed(y)
    assert (ours.epsilon, ours.p_gg, ours.mauchly_w, ours.mauchly_p) == pytest.approx(
        MIXED[case], rel=1e-10
    )


@pytest.mark.parametrize("case", INTERACTION)
def test_interaction_of_061(case):
    y = responses(case)[0][:, :, :, 0]
    ours = pingouin_061_interaction(y)
    # W is not in its table.
    assert isnan(ours.mauchly_w) and isnan(ours.mauchly_p)
    assert (ours.epsilon, ours.p_gg) == pytest.approx(INTERACTION[case], rel=1e-10)


def test_it_is_wrong():
    """The right values of the same data, as car gives them: .870710 and 5.66e-6; .512975."""
    y, treatment = responses("obk_phase")
    right = mixed_anova(y[:, :, 0, 0], treatment, sums_of_squares="II").within
    assert (right.epsilon_gg, right.p_gg) == pytest.approx((0.870710, 5.6645e-6), rel=1e-5)
    y = responses("obk_hour_phase")[0][:, :, :, 0]
    design = {"within": ("a", "b"), "between": {}, "sums_of_squares": "III", "measured": ()}
    fit = repeated_anova(y, **design).effect("a", "b")
    assert fit.corrections.greenhouse_geisser.epsilon == pytest.approx(0.512975, abs=5e-7)


def test_refusals():
    y = np.random.default_rng(1).normal(size=(9, 2))
    with pytest.raises(StatsError, match="two visits"):
        pingouin_061_mixed(y)
    with pytest.raises(StatsError, match="shape"):
        pingouin_061_interaction(y)
