"""Computed numbers that tie only up to their last bits: which of them are equal."""

import numpy as np

from trialtrace.base.arrays import Floats

# Times closer than this share of the mean distinct time are one time: the width of R's timefix.
SAME_TIME = float(np.sqrt(np.finfo(np.float64).eps))
# Values to rank that are closer than this share of the mean distinct value are tied: far above what
# rounding leaves of a difference, far below what data distinguish, also where they span decades.
SAME_VALUE = 1e-11


def tied_times(*times: Floats) -> tuple[Floats, ...]:
    """Give times that differ by rounding alone, in one or several arrays, their least value.

    Two neighbours in the order of all distinct finite times are one time where they differ by at
    most 1.5e-8 of the mean of these, as `timefix` of R's survival has it (its other limit, an
    absolute 1.5e-8, would depend on the unit of time).
    """
    return _joined(times, SAME_TIME)


def tied(*values: Floats) -> tuple[Floats, ...]:
    """Give values to rank that differ by rounding alone, in one or several arrays, one value.

    Computed numbers tie only up to their last bits: 5.4 - 5.1 is not 5.0 - 4.7. Two neighbours in
    the order of all distinct values are tied where they differ by at most 1e-11 of the mean size of
    these; they get the least of them. Missing values stay missing.
    """
    return _joined(values, SAME_VALUE)


def tied_differences(differences: Floats) -> Floats:
    """Differences whose sizes are tied as `tied` has them, those next to 0 being 0."""
    sizes, _ = tied(np.abs(differences), np.zeros(1))
    return np.sign(differences) * sizes


def _joined(times: tuple[Floats, ...], share: float) -> tuple[Floats, ...]:
    """The arrays with neighbours that differ by at most this share of their mean size joined."""
    distinct = np.unique(np.concatenate([time.ravel() for time in times]))
    finite = distinct[np.isfinite(distinct)]
    if finite.size < 2:
        return times
    # Shares of the largest, whose mean cannot overflow.
    scaled = finite / np.abs(finite).max() if finite[-1] or finite[0] else finite
    apart = np.diff(scaled) > share * np.abs(scaled).mean()
    if apart.all():
        return times
    firsts = finite[np.append(True, apart)]
    return tuple(
        np.where(np.isfinite(time), firsts[np.searchsorted(firsts, time, side="right") - 1], time)
        for time in times
    )
