"""Simulated figures: each family gives some, the same ones for the same seed, and has a section."""

import math

import numpy as np
import pytest

import simulate
from simulated import Figure, covered, share


@pytest.mark.parametrize("family", simulate.families())
def test_a_family_gives_figures_and_stands_on_the_page(family):
    found = simulate.figures(family, 40)
    assert found
    for figure in found:
        assert 0 <= figure.measured <= 1
        assert math.isfinite(figure.monte_carlo_error)
        assert figure.what and figure.design and figure.draws > 0
    page = simulate.PAGE.read_text()
    assert f"\n## {simulate.title(family)}\n" in page
    assert all(f"| {figure.what} | {figure.design} |" in page for figure in found)


def test_the_same_seed_gives_the_same_figures():
    assert simulate.figures("survival", 40) == simulate.figures("survival", 40)


def test_a_share_by_hand():
    """3 of 4: .75, with error sqrt(.75 * .25 / 4) = .2165."""
    figure = share("what", "design", 0.95, [1, 1, 1, 0])
    assert (figure.measured, figure.draws) == (0.75, 4)
    assert figure.monte_carlo_error == pytest.approx(0.2165064)


def test_an_interval_without_bounds_covers_nothing():
    assert covered([0, np.nan, 2], [1, 1, 3], 0.5).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("nominal", "measured", "error", "told"),
    [
        (0.95, 0.945, 0.002, "as stated"),
        (0.95, 0.943, 0.002, "below"),
        (0.95, 0.957, 0.002, "above"),
        (0.95, 1.0, 0.0, "above"),
        (None, 0.8, 0.01, ""),
    ],
)
def test_verdicts(nominal, measured, error, told):
    assert simulate.verdict(Figure("a", "b", nominal, measured, error, 1000)) == told
