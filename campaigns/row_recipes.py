"""Ways in which data were fabricated that papers describe, each done to a true trial.

Copied patients with small noise and copied columns (Bolland et al., Neurology 2016;87:2391),
values invented from a uniform or normal distribution with
rounding and last digits that people prefer (Al-Marzouki et al., BMJ 2005;331:267; Mosimann et al.,
Account Res 1995;4:31), invented patients who lie near the centre (Buyse et al., Stat Med
1999;18:3435), an allocation by weekday or in long runs, a baseline made too alike (Carlisle,
Anaesthesia 2017;72:944), visits interpolated or carried forward, visit dates invented.
"""

from collections.abc import Callable

import numpy as np
from rows.true_trials import VISITS, Made

from trialtrace.run.integrity.export import CODE, DATE, NUMBER

Recipe = Callable[[Made, np.random.Generator], Made]


def twice(made: Made, rng: np.random.Generator) -> Made:
    """6 % of the patients are others once more, but for the day of entry."""
    return _copied(made, rng, 0.06, 0.0)


def with_noise(made: Made, rng: np.random.Generator) -> Made:
    """A block of 15 % of the patients is another block with small noise on every number."""
    return _copied(made, rng, 0.15, 0.1)


def _copied(made: Made, rng: np.random.Generator, share: float, noise: float) -> Made:
    size = max(3, int(share * made.n))
    start = int(rng.integers(0, made.n - 2 * size))
    to = int(rng.integers(start + size, made.n - size + 1))
    who = np.arange(made.n)
    who[to : to + size] = np.arange(start, start + size)
    new = made.taken(who)
    new.arm, new.site = made.arm.copy(), made.site.copy()
    for _, name, kind, values in _columns(new):
        if kind == DATE:
            values[:] = (made.patients | made.visits)[name][1]
        elif kind == NUMBER and noise:
            own = values[to : to + size]
            unit = _unit(values)
            moved = own + rng.normal(0, noise * np.nanstd(values), own.shape)
            own[:] = np.round(moved / unit) * unit
    return new


def block_of_a_column(made: Made, rng: np.random.Generator) -> Made:
    """In two laboratory columns, at each visit, twelve values stand once more further down."""
    new = made.copy()
    for name in rng.choice([f"lab{k}" for k in range(1, 7)], 2, replace=False):
        start = int(rng.integers(0, made.n - 30))
        to = int(rng.integers(start + 12, made.n - 12))
        values = new.visits[name][1]
        values[to : to + 12] = values[start : start + 12]
    return new


def invented_uniform(made: Made, rng: np.random.Generator) -> Made:
    """Every number of the last two visits is drawn evenly between the middle nine tenths."""

    def draw(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        low, high = np.nanquantile(values, [0.05, 0.95])
        return rng.uniform(low, high, shape)

    return _invented(made, np.arange(made.n), range(2, VISITS), draw)


def invented_normal(made: Made, rng: np.random.Generator) -> Made:
    """Every number of the last two visits is drawn from a normal distribution."""

    def draw(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return rng.normal(np.nanmean(values), np.nanstd(values), shape)

    return _invented(made, np.arange(made.n), range(2, VISITS), draw)


def invented_centre(made: Made, rng: np.random.Generator) -> Made:
    """A fifth of the patients, as one site, is invented near the means: half the true spread."""
    new = made.copy()
    own = np.arange(made.n - made.n // 5, made.n)
    new.site[own] = new.site.max() + 1

    def draw(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return rng.normal(np.nanmean(values), 0.5 * np.nanstd(values), shape)

    return _invented(new, own, range(VISITS), draw)


def liked_digits(made: Made, rng: np.random.Generator) -> Made:
    """Last digits of four columns are a person's: 3, 7 and 8 often, 1, 4 and 9 seldom, 0 and 5
    less than chance, in 60 % of the values."""
    new = made.copy()
    likes = np.array([0.06, 0.06, 0.11, 0.17, 0.05, 0.06, 0.11, 0.18, 0.14, 0.06])
    for name in ("lab1", "lab3", "lab4", "systolic"):
        values = new.visits[name][1]
        unit = _unit(values)
        typed = rng.random(values.shape) < 0.6
        digit = rng.choice(10, values.shape, p=likes / likes.sum())
        values[typed] = ((np.floor(values / unit / 10) * 10 + digit) * unit)[typed]
    return new


def arms_by_weekday(made: Made, rng: np.random.Generator) -> Made:
    """Patients of Monday to Wednesday go to one arm, but for one in eight."""
    new = made.copy()
    weekday = (made.patients["entered"][1].astype(np.int64) + 3) % 7
    new.arm = np.where(rng.random(made.n) < 0.125, made.arm, weekday < 3).astype(np.intp)
    return new


def arms_in_runs(made: Made, rng: np.random.Generator) -> Made:
    """Patients are allocated in runs of six to fourteen."""
    new = made.copy()
    lengths = rng.integers(6, 15, made.n)
    new.arm = (np.repeat(np.arange(made.n), lengths)[: made.n] % 2).astype(np.intp)
    return new


def too_alike(made: Made, rng: np.random.Generator) -> Made:
    """Who is in which arm is changed until the arms hardly differ at entry."""
    new = made.copy()
    names = ("age", "sex", "height", "diabetes", "smoker", "stage")
    data = np.column_stack([made.patients[name][1] for name in names])
    data = (data - data.mean(axis=0)) / data.std(axis=0)
    for _ in range(4000):
        a, b = rng.integers(0, made.n, 2)
        if new.arm[a] != new.arm[b] and made.site[a] == made.site[b]:
            swapped = new.arm.copy()
            swapped[[a, b]] = swapped[[b, a]]
            if _apart(data, swapped) < _apart(data, new.arm):
                new.arm = swapped
    return new


def _apart(data: np.ndarray, arm: np.ndarray) -> float:
    return float(((data[arm == 1].mean(axis=0) - data[arm == 0].mean(axis=0)) ** 2).sum())


def interpolated(made: Made, rng: np.random.Generator) -> Made:
    """The second visit of 40 % of the patients is midway between the first and the third."""
    new = made.copy()
    own = np.flatnonzero(rng.random(made.n) < 0.4)
    for name, (kind, values, _) in new.visits.items():
        if kind == NUMBER:
            unit = _unit(made.visits[name][1])
            values[own, 1] = np.round((values[own, 0] + values[own, 2]) / 2 / unit) * unit
    return new


def carried_forward(made: Made, rng: np.random.Generator) -> Made:
    """The third visit of 20 % of the patients is the second once more."""
    new = made.copy()
    own = np.flatnonzero(rng.random(made.n) < 0.2)
    for kind, values, _ in new.visits.values():
        if kind == NUMBER:
            values[own, 2] = values[own, 1]
    return new


def invented_dates(made: Made, rng: np.random.Generator) -> Made:
    """Dates of visits are invented on any day of the week, one in forty before the last one."""
    new = made.copy()
    dates = new.visits["visited"][1]
    dates += np.round(rng.normal(0, 6, dates.shape))
    slip = rng.random(dates.shape[0]) < 0.1
    dates[slip, 2] = dates[slip, 1] - rng.integers(1, 20, int(slip.sum()))
    return new


def shuffled_visits(made: Made, rng: np.random.Generator) -> Made:
    """The values of each visit stand at other patients, column by column."""
    new = made.copy()
    for kind, values, _ in new.visits.values():
        if kind == NUMBER:
            for visit in range(1, VISITS):
                there = np.flatnonzero(~np.isnan(values[:, visit]))
                values[there, visit] = values[rng.permutation(there), visit]
    return new


RECIPES: tuple[Recipe, ...] = (
    twice,
    with_noise,
    block_of_a_column,
    invented_uniform,
    invented_normal,
    invented_centre,
    liked_digits,
    arms_by_weekday,
    arms_in_runs,
    too_alike,
    interpolated,
    carried_forward,
    invented_dates,
    shuffled_visits,
)


def _invented(
    made: Made,
    own: np.ndarray,
    visits: range,
    draw: Callable[[np.ndarray, tuple[int, ...]], np.ndarray],
) -> Made:
    new = made.copy()
    for kind, values, _ in new.visits.values():
        if kind == NUMBER:
            unit = _unit(values)
            for visit in visits:
                there = own[~np.isnan(values[own, visit])]
                drawn = draw(values, there.shape)
                low, high = np.nanmin(values), np.nanmax(values)
                values[there, visit] = np.round(np.clip(drawn, low, high) / unit) * unit
    return new


def _columns(made: Made):
    for where in (made.patients, made.visits):
        for name, (kind, values, _) in where.items():
            if kind != CODE:
                yield where, name, kind, values


def _unit(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    for places in range(4):
        if np.allclose(known * 10**places, np.round(known * 10**places)):
            return float(10.0**-places)
    return 1e-4
