"""Checks of incidences: as counts without censoring; maxima where times lie between visits."""

import numpy as np
import pytest

from trialtrace.run.methods.survival.check_competing import incidence_at, masses


def visits(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Visits about days 0, 90 and 160; an event before, between or after them."""
    draw = np.random.default_rng(seed)
    days = np.column_stack(
        [
            np.zeros(n),
            84 + draw.integers(0, 14, n),
            150 + draw.integers(0, 20, n),
            np.full(n, np.inf),
        ]
    )
    first = draw.choice(3, n, p=[0.25, 0.25, 0.5])
    row = np.arange(n)
    return days[row, first], days[row, first + 1]


@pytest.mark.parametrize("seed", range(12))
def test_derivatives_are_n_where_there_is_mass_and_less_elsewhere(seed):
    """Gentleman and Geyer, Biometrika 1994;81:618."""
    low, high = visits(seed, 108)
    inner, p = masses(low, high)
    inside = (low[:, None] <= inner[:, 0]) & (inner[:, 1] <= high[:, None])
    gradient = (inside / (inside @ p)[:, None]).sum(axis=0)
    assert p.sum() == pytest.approx(1, abs=1e-10)
    assert gradient[p > 0] == pytest.approx(len(low), rel=1e-9)
    assert (gradient <= len(low) * (1 + 1e-9)).all()


@pytest.mark.parametrize("at", [3, 5, 6.5, 9])
def test_an_incidence_without_censoring_is_the_share_with_the_event_until_then(at):
    time, cause = np.array([2, 3, 3, 5, 5, 6, 9]), np.array([1, 1, 2, 2, 1, 2, 1])
    share = np.mean((time <= at) & (cause == 1))
    told = incidence_at(time, cause, at, "delta")
    assert told == pytest.approx((share, share * (1 - share) / 7))
