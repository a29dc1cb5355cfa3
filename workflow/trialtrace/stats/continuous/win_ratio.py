"""Win ratio, net benefit and win odds of a hierarchy of outcomes, over all pairs of two arms.

Every treated patient is compared with every control by the first outcome; pairs it does not
decide go on to the second, and so on. The win ratio is wins over losses, the net benefit the
difference of their shares, the win odds count half of each tie on both sides. With censoring all
three depend on the follow-up of the trial.

References: Buyse, Stat Med 2010;29:3245 (net benefit). Pocock et al., Eur Heart J 2012;33:176 (win
ratio). Bebu and Lachin, Biostatistics 2016;17:178 (variance by U-statistics). Sen, Calcutta Stat
Assoc Bull 1960;10:1 (structural components). Dong et al., Stat Biopharm Res 2020;12:99 (win odds).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_choice, check_confidence, numbers, sample, survival_data
from trialtrace.stats._ties import tied
from trialtrace.stats._wald import ratio_interval, tested, wald_interval
from trialtrace.stats.results import Interval, Row, StatsError, Tabular, TestResult

# Pairs compared at once: a few megabytes, which stay near the processor.
PAIRS = 500_000


@dataclass(frozen=True, slots=True, eq=False)
class TimeToEvent:
    """An outcome that wins by a later event: `time` (n,), `event` (n,) 1, or 0 for censoring.

    A patient wins where the other one's event was seen and the own time is longer, or as long
    and censored. Other pairs are undecided.
    """

    time: ArrayLike
    event: ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """An outcome that wins by its value, (n,), where the two differ by more than `margin`.

    Values that differ by no more than 1e-11 of their mean size are equal.

    With `missing` "open" a value may be NaN, and leaves its pairs undecided; else that is refused.
    """

    value: ArrayLike
    larger_wins: bool
    margin: float
    missing: str = "refused"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WinStatistics(Tabular):
    """Wins and losses of the treated by each outcome, (outcomes,), and what follows from them.

    `test` is the net benefit over its standard error, normal and two-sided.
    """

    wins: Floats
    losses: Floats
    ties: float
    pairs: int
    win_ratio: Interval
    net_benefit: Interval
    win_odds: Interval
    test: TestResult

    def rows(self) -> list[Row]:
        measures = ("win_ratio", "net_benefit", "win_odds")
        found = {name: getattr(self, name) for name in measures}
        return [
            {"measure": name, "estimate": one.estimate, "low": one.low, "high": one.high}
            | {"p_value": self.test.p_value if name == "net_benefit" else nan}
            for name, one in found.items()
        ]


# A difference that is larger than the margin only through rounding is equal to it.
EQUAL = 1 + 1e-9
# A standard error that only rounding has left.
NO_ERROR = 1e-12

Outcome = TimeToEvent | Measured


def win_statistics(
    treated: ArrayLike, outcomes: Sequence[Outcome], *, confidence: float
) -> WinStatistics:
    """Win ratio, net benefit and win odds of treated (1) against control (0), treated (n,).

    `outcomes` from the most important on, each over the same n patients. The covariance of the
    shares of wins and losses is that of a two-sample U-statistic, from each patient's own share
    of wins and losses (structural components, divisor m - 1: the jackknife's variance); intervals
    are symmetric on the log scale for win ratio and win odds, symmetric for the net benefit.
    Without wins or without losses the win ratio's bounds are NaN (and it is infinite without
    losses); where an error is 0, all patients of an arm having equal shares, bounds are NaN, and
    so is the test.

    Raises `StatsError` for an arm of fewer than two, where no pair is decided, for other shapes
    or missing values. Oracle: all pairs and the delete-one jackknife in R.

    R: by hand in win_ratio.R.

    >>> death = TimeToEvent([4, 9, 3, 8, 5, 7, 2, 6], [1, 0, 1, 1, 0, 1, 1, 1])
    >>> win_statistics([1, 1, 1, 1, 0, 0, 0, 0], [death], confidence=0.95).net_benefit
    Interval(estimate=0.125, low=-0.813261, high=1.06326, standard_error=0.478714, p_value=0.794003)
    """
    check_confidence(confidence)
    treated, parts = _data(treated, outcomes)
    first, second = np.flatnonzero(treated == 1), np.flatnonzero(treated == 0)
    m, n = first.size, second.size
    if min(m, n) < 2:
        raise StatsError("each arm needs at least two patients.")
    own, other = np.zeros((m, 2)), np.zeros((n, 2))
    by_outcome = np.zeros((len(parts), 2))
    for rows, outcome, sign in _compare(parts, first, second):
        for side, value in enumerate((1, -1)):
            hit = sign == value
            own[rows, side] += hit.sum(axis=1)
            other[:, side] += hit.sum(axis=0)
            by_outcome[outcome, side] += np.count_nonzero(hit)
    wins, losses = by_outcome.sum(axis=0)
    if wins + losses == 0:
        raise StatsError("no pair of patients is decided by any outcome.")
    # A share of wins and losses that is the same for everyone has a variance of exactly 0.
    same = (own == own[0]).all() and (other == other[0]).all()
    covariance = np.cov(own / n, rowvar=False) / m + np.cov(other / m, rowvar=False) / n
    covariance = np.full((2, 2), nan) if same else covariance
    share_win, share_loss = float(wins) / (m * n), float(losses) / (m * n)
    net = share_win - share_loss
    error = _error(covariance, np.array([1.0, -1.0]))
    # Everyone's wins less losses may be the same though wins and losses are not.
    error = error if error > NO_ERROR else nan
    p_value = nan if not error > 0 else 2 * float(ndtr(-abs(net) / error))
    odds_error = 2 * error / (1 - net**2) if abs(net) < 1 else nan
    return WinStatistics(
        wins=by_outcome[:, 0],
        losses=by_outcome[:, 1],
        ties=m * n - float(wins + losses),
        pairs=m * n,
        win_ratio=_ratio(share_win, share_loss, covariance, confidence),
        net_benefit=tested(wald_interval(net, error, confidence=confidence)),
        win_odds=_on_log_scale((1 + net) / (1 - net) if net < 1 else inf, odds_error, confidence),
        test=TestResult(net / error if error > 0 else nan, nan, p_value),
    )


def _data(
    treated: ArrayLike, outcomes: Sequence[Outcome]
) -> tuple[Floats, list[tuple[Floats, Floats | None, float]]]:
    """Check the arms, and bring outcomes to (values, events or None, margin), larger wins."""
    treated = sample(treated, "treated", at_least=2)
    if not ((treated == 0) | (treated == 1)).all():
        raise StatsError("treated must be 1 for the treated and 0 for controls.")
    if not outcomes:
        raise StatsError("there is no outcome.")
    parts: list[tuple[Floats, Floats | None, float]] = []
    for place, outcome in enumerate(outcomes, 1):
        if isinstance(outcome, TimeToEvent):
            value, event = survival_data(outcome.time, outcome.event)
            parts.append((value, event, 0.0))
        else:
            value = _values(outcome, f"outcome {place}")
            margin = float(numbers(outcome.margin, "margin"))
            if margin < 0:
                raise StatsError("margin must not be negative.")
            (value,) = tied(value)
            parts.append((value if outcome.larger_wins else -value, None, margin))
        if value.size != treated.size:
            raise StatsError(
                f"outcome {place} has {value.size} values for {treated.size} patients."
            )
    return treated, parts


def _values(outcome: Measured, name: str) -> Floats:
    check_choice("missing", outcome.missing, ("refused", "open"))
    if outcome.missing == "refused":
        return sample(outcome.value, name)
    value = np.asarray(outcome.value, dtype=np.float64)
    if value.ndim != 1 or np.isinf(value).any():
        raise StatsError(f"{name} must be one-dimensional and finite or missing.")
    return value


def _compare(
    parts: list[tuple[Floats, Floats | None, float]],
    first: Places,
    second: Places,
) -> Iterator[tuple[slice, int, NDArray[np.int8]]]:
    """Compare patients in blocks of the first group with all of the second.

    Yields the block's rows, the outcome, and 1, -1 or 0 for what that outcome decides, 0 too for
    pairs decided before.
    """
    length = max(1, PAIRS // second.size)
    for begin in range(0, first.size, length):
        rows = slice(begin, min(begin + length, first.size))
        undecided = None
        for place, (value, event, margin) in enumerate(parts):
            a, b = value[first[rows], None], value[None, second]
            if event is None:
                far = margin * EQUAL
                sign = (a - b > far).astype(np.int8) - (b - a > far)
            else:
                seen_a, seen_b = event[first[rows], None] == 1, event[None, second] == 1
                win = seen_b & ((a > b) | ((a == b) & ~seen_a))
                loss = seen_a & ((b > a) | ((a == b) & ~seen_b))
                sign = win.astype(np.int8) - loss
            if undecided is not None:
                sign *= undecided
            undecided = sign == 0 if undecided is None else undecided & (sign == 0)
            yield rows, place, sign
            if not undecided.any():
                break


def _error(covariance: Floats, row: Floats) -> float:
    # Rounding may leave a variance of 0 slightly below it.
    return float(np.sqrt(np.maximum(row @ covariance @ row, 0.0)))


def _ratio(win: float, loss: float, covariance: Floats, confidence: float) -> Interval:
    if win == 0 or loss == 0:
        return Interval(inf if loss == 0 else 0.0, nan, nan)
    error = _error(covariance, np.array([1 / win, -1 / loss]))
    return _on_log_scale(win / loss, error, confidence)


def _on_log_scale(ratio: float, error: float, confidence: float) -> Interval:
    if not 0 < ratio < inf or not error > 0:
        return Interval(ratio, nan, nan)
    return ratio_interval(ratio, error, confidence=confidence)
