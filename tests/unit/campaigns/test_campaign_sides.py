"""The simulated analyses of two sides are those of the library, and the page has their shares."""

import re

import numpy as np
import pytest

from sides_over_visits import DRAWS, EACH, OVERALL, PAGE, SLOPES, drawn, p_values, shares
from trialtrace.ground.paths import project
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import mixed_contrast
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.repeated.anova_general import repeated_anova

TEST = {"df": "kenward_roger", "sides": "two_sided", "confidence": 0.95}


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(3)
    values = drawn(rng, 3, 0.7)
    return values, p_values(values, rng.choice([-1.0, 1.0], size=(4000, values.shape[1])))


def test_the_unstructured_model_of_whole_subjects_is_the_paired_t(case):
    values, p = case
    for number, one in enumerate(values):
        gaps = one[:, 0] - one[:, 1]
        x = np.tile(np.eye(4), (len(gaps), 1, 1))
        fit = mmrm(gaps, x, structure="unstructured", method="REML")
        for visit in range(3):
            row = np.zeros(4)
            row[[0, visit + 1]] = -1.0, 1.0
            found = mixed_contrast(fit, row, **TEST).test
            assert found.df == pytest.approx(21, rel=1e-7)
            assert found.p_value == pytest.approx(p["paired"][number, visit], rel=1e-7)


def test_the_symmetric_model_has_the_closed_form(case):
    values, p = case
    for number, one in enumerate(values):
        n = len(one)
        subject, cell = np.divmod(np.arange(n * 8), 8)
        z = np.column_stack([np.ones(n * 8), cell < 4])
        fit = linear_mixed(one.reshape(-1), np.eye(8)[cell], z, subject, method="REML")
        row = np.zeros((2, 4))
        row[:, 3], row[:, 0] = (1.0, -1.0), (-1.0, 1.0)
        found = mixed_contrast(fit, row.ravel(), **TEST).test
        assert found.df == pytest.approx(126, rel=1e-6)
        assert found.p_value == pytest.approx(p["symmetric"][number, 2], rel=1e-6)


def test_the_interaction_and_its_correction_are_those_of_the_analysis_of_variance(case):
    values, p = case
    for number, one in enumerate(values):
        table = repeated_anova(
            one, within=["side", "visit"], between={}, sums_of_squares="III", measured=[]
        )
        effect = table.effect("side", "visit")
        assert p["uncorrected"][number] == pytest.approx(effect.p_value)
        gg = effect.corrections.greenhouse_geisser.p_value
        assert p["greenhouse_geisser"][number] == pytest.approx(gg)


def test_the_page_has_what_other_draws_find():
    page = (project().root / PAGE).read_text(encoding="utf-8")
    draws = 4000
    for slope in SLOPES:
        for name, share in shares(slope, draws, seed=1).items():
            title = re.escape((EACH | OVERALL)[name])
            (line,) = re.findall(rf"^\| {slope:g} \| {title} \| (.*) \|$", page, re.MULTILINE)
            told = np.array([float(cell) for cell in line.split("|")])
            error = np.sqrt(told * (1 - told) * (1 / draws + 1 / DRAWS))
            assert (np.abs(told - share) < 4.5 * error + 0.0005).all(), (slope, name)
