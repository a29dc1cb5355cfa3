"""Tails of the largest of several t statistics that share one estimate of the error variance.

T_j = Z_j / S: Z normal with a correlation matrix of any rank, S the root of an independent
chi-squared over its degrees of freedom. What is wanted is P(max T > c), or of |T| at two sides.

`product_tail`: correlations l_i l_j (comparisons with one reference). Given one normal variable and
S the statistics are independent, so two integrals suffice, whatever their number (Dunnett).

`range_tail`: all differences of equally precise means, two integrals again (Tukey).

`sphere_tail`: any correlation of rank r, T = L u R / S with a direction u on the sphere in r
dimensions. With M(u) the largest projection L_j u, max T > c means R / S > c / M(u), whose tail is
that of F; so the mean over directions is left. Each row of L is a unit vector, and the directions
nearest to it are bounded by planes half-way to the others: of rank 2 they are arcs, of rank 3
polygons, integrated to about 1e-12; beyond that the mean is over a lattice of directions, the same
in every call, and its error is estimated from the lattice's shifts.

Integrals over the line are trapezoidal sums, whose error falls exponentially for these integrands.

References: Dunnett, JASA 1955;50:1096. Tukey, The problem of multiple comparisons, 1953. Genz and
Bretz, Computation of multivariate normal and t probabilities, 2009. Somerville, J Stat Comput
Simul 1998;59:1 (directions and radius).
"""

from collections.abc import Callable
from math import isinf, log, pi, sqrt

import numpy as np
import scipy

from trialtrace.base.arrays import Floats
from trialtrace.stats.results import StatsError

# Left of the smallest S that matters, and right of the largest, a share of exp(-40) is left.
LEFT_OUT = 40.0
# Beyond so many standard deviations nothing of a normal variable is left.
REACH = 8.5
FARTHEST = 30.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
# Of an integral that is steep at one end: panels that shorten towards it.
_FEW, _THEIRS = np.polynomial.legendre.leggauss(24)
_EDGES = np.array([0.0, 1 / 64, 1 / 16, 1 / 4, 1.0])
STEEP = (_EDGES[:-1, None] + np.diff(_EDGES)[:, None] / 2 * (1 + _FEW)).ravel()
STEEP_WEIGHTS = (np.diff(_EDGES)[:, None] / 2 * _THEIRS).ravel()
# Singular values and gaps of angles below this share are rounding.
ROUNDING = 1e-9
LATTICE, SHIFTS = 32_768, 8
MOST_STATISTICS = 200


def product_tail(c: float, loadings: Floats, *, df: float, both: bool) -> float:
    """P(max T > c), of |T| with `both`, where the correlations are the products of `loadings`."""
    special = scipy.special
    rest = np.sqrt(1 - loadings**2)
    z, weight = _normal(1 / sqrt(1 + float(np.sum((loadings / rest) ** 2))), c)
    scale, share = chi_nodes(df, c)
    inside = np.zeros((scale.size, z.size))
    for loading, own in zip(loadings, rest, strict=True):
        above = special.ndtr((loading * z - c * scale[:, None]) / own)
        if both:
            above += special.ndtr((-c * scale[:, None] - loading * z) / own)
        # Two tails that meet (c = 0) leave nothing inside.
        with np.errstate(divide="ignore"):
            inside += np.log1p(-np.minimum(above, 1.0))
    return float(share @ (-np.expm1(inside)) @ weight)


def range_tail(q: float, groups: int, *, df: float) -> float:
    """P(Q > q) of the studentised range of so many independent means."""
    special = scipy.special
    z, weight = _normal(1 / sqrt(groups), q)
    scale, share = chi_nodes(df, q)
    least = special.log_ndtr(z)
    ratio = np.exp(special.log_ndtr(z - q * scale[:, None]) - least)
    # The density of the largest mean, times the chance that another lies below its reach.
    largest = weight * groups * np.exp((groups - 1) * least)
    with np.errstate(divide="ignore"):
        inside = (groups - 1) * np.log1p(-np.minimum(ratio, 1.0))
    return float(share @ (-np.expm1(inside)) @ largest)


def sphere_tail(rows: Floats, *, df: float, both: bool) -> Callable[[float], tuple[float, float]]:
    """A function of c: P(max T > c), of |T| with `both`, and the error of its computation.

    `rows`, (statistics, rank), are unit vectors whose products are the correlations.
    """
    rows = np.unique(np.round(np.vstack([rows, -rows]) if both else rows, 12), axis=0)
    rows = rows / np.linalg.norm(rows, axis=1)[:, None]
    if len(rows) > MOST_STATISTICS * (1 + both):
        raise StatsError(f"at most {MOST_STATISTICS} contrasts can be taken together.")
    largest, weight = _DIRECTIONS.get(rows.shape[1], _lattice)(rows)
    rank = rows.shape[1]

    def tail(c: float) -> tuple[float, float]:
        towards = largest > 0 if c >= 0 else largest < 0
        found = np.zeros(largest.shape)
        with np.errstate(divide="ignore", over="ignore"):
            found[towards] = _radius_tail(c / largest[towards], rank, df)
        means = (found * weight).sum(axis=-1)
        value = float(means.mean())
        error = float(means.std(ddof=1) / sqrt(means.size)) if means.size > 1 else 0.0
        return (value if c >= 0 else 1 - value), error

    return tail


def unit_rows(correlation: Floats) -> Floats:
    """Unit vectors, (statistics, rank), whose products are the correlations.

    By Cholesky, in the order of the rows, without those that follow from others: eigenvectors of
    equal eigenvalues are turned by a rounding, and with them the error of a mean over directions.
    """
    rows, rank = np.zeros_like(correlation), 0
    for place in range(len(correlation)):
        left = correlation[:, place] - rows[:, :rank] @ rows[place, :rank]
        if left[place] > ROUNDING:
            rows[place:, rank] = left[place:] / sqrt(left[place])
            rank += 1
    return np.asarray(rows[:, :rank] / np.linalg.norm(rows[:, :rank], axis=1)[:, None])


def critical_value(tail: Callable[[float], float], alpha: float) -> float:
    """The c that is exceeded with probability `alpha`."""
    from scipy.optimize import brentq

    high = 4.0
    while tail(high) > alpha:
        high *= 4
        if high > 1e9:
            raise StatsError("the critical value is too large to be found.")
    low = 0.0
    while tail(low) < alpha:
        low = 4 * low - 1
    value: float = brentq(
        lambda c: log(max(tail(c), 1e-320) / alpha), low, high, xtol=1e-13, rtol=1e-13
    )
    return value


def chi_nodes(df: float, c: float) -> tuple[Floats, Floats]:
    """Nodes of S on the logarithmic scale, with their weights, where c S passes 1."""
    if isinf(df):
        return np.ones(1), np.ones(1)
    # The integrand is largest between S = 1 and the S that makes a c of this size likely.
    spread = LEFT_OUT / df
    left = -0.5 * log(1 + max(c, 0.0) ** 2 / df) - sqrt(spread) - spread
    right = 0.5 * log(1 + 2 * sqrt(2 * spread) + 4 * spread)
    step = min(0.1, 0.5 / sqrt(2 * df))
    u = np.arange(left, right + step, step)
    log_density = df * u - df * np.exp(2 * u) / 2
    constant = log(2) + df / 2 * log(df / 2) - float(scipy.special.gammaln(df / 2))
    return np.exp(u), step * np.exp(log_density + constant)


def _normal(deviation: float, c: float) -> tuple[Floats, Floats]:
    """Nodes of a normal variable, with their weights, for factors of that standard deviation."""
    reach = REACH + min(max(c, 0.0), FARTHEST)
    step = min(0.25, 0.7 * deviation)
    z = np.arange(-reach, reach + step, step)
    return z, step / sqrt(2 * pi) * np.exp(-(z**2) / 2)


def _radius_tail(x: Floats, rank: int, df: float) -> Floats:
    """P(R / S > x) for x >= 0: R² over its rank and S² are those of F."""
    if isinf(df):
        return np.asarray(scipy.special.gammaincc(rank / 2, x**2 / 2))
    return np.asarray(scipy.special.betainc(df / 2, rank / 2, 1 / (1 + x**2 / df)))


def _line(rows: Floats) -> tuple[Floats, Floats]:
    """The two directions of a line: largest projection and weight."""
    return np.array([rows.max(), (-rows).max()])[None], np.full((1, 2), 0.5)


def _circle(rows: Floats) -> tuple[Floats, Floats]:
    """Directions in a plane: arcs from each unit vector half-way to its neighbours."""
    angles = np.sort(np.arctan2(rows[:, 1], rows[:, 0]))
    gaps = np.diff(np.append(angles, angles[0] + 2 * pi))
    # Both halves of a gap are alike; M is 0 at a right angle and negative beyond, steep about it.
    right = np.minimum(gaps, pi) / 2
    towards = right[:, None] * (1 - STEEP)
    beyond = (gaps / 2 - right)[:, None]
    found = np.cos(np.concatenate([towards, right[:, None] + beyond * STEEP]))
    weights = np.concatenate([right[:, None] * STEEP_WEIGHTS, beyond * STEEP_WEIGHTS])
    return found.reshape(1, -1), weights.reshape(1, -1) / pi


def _polygons(rows: Floats) -> tuple[Floats, Floats]:
    """Directions in space: from each unit vector to the planes half-way to the others.

    At an angle around the vector the bound's cotangent is the largest of cos(angle - angle_k) /
    tan(d_k / 2) over the others at distance d_k; it bends where two of these meet.
    """
    found, weights = [], []
    for row in rows:
        first, second = np.linalg.svd(row[None])[2][1:]
        # In three dimensions never all are within rounding of one.
        others = rows[(rows @ row) < 1 - ROUNDING]
        across = np.arctan2(others @ second, others @ first)
        size = 1 / np.tan(np.arccos(np.clip(others @ row, -1, 1)) / 2)
        bends = _bends(size, across)
        half = np.diff(bends) / 2
        angle = (bends[:-1, None] + half[:, None] * (1 + NODES)).ravel()
        least = _least_cosine(size, across, angle)
        around = (half[:, None] * WEIGHTS).ravel() / (4 * pi)
        # Uniform in the cosine of the distance; M = 0 parts what is towards from what is away.
        low = np.maximum(least, 0)
        beyond = np.minimum(least, 0)
        found += [low[:, None] + (1 - low)[:, None] * STEEP, beyond[:, None] * STEEP]
        weights += [(around * (1 - low))[:, None] * STEEP_WEIGHTS]
        weights += [(around * -beyond)[:, None] * STEEP_WEIGHTS]
    return np.concatenate(found).reshape(1, -1), np.concatenate(weights).reshape(1, -1)


def _least_cosine(size: Floats, across: Floats, angle: Floats) -> Floats:
    """Cosine of the distance at which the cell ends, by angle."""
    cotangent = (size * np.cos(angle[:, None] - across)).max(axis=1)
    return np.asarray(cotangent / np.sqrt(1 + cotangent**2))


def _bends(size: Floats, across: Floats) -> Floats:
    """Angles at which the largest size_k cos(angle - across_k) changes its k or its sign."""
    x, y = size * np.cos(across), size * np.sin(across)
    one, other = np.triu_indices(size.size, 1)
    meeting = np.arctan2(-(x[one] - x[other]), y[one] - y[other])
    zero = across + pi / 2
    turns = np.concatenate([meeting, meeting + pi, zero, zero + pi]) % (2 * pi)
    turns = np.unique(np.round(np.concatenate([[0.0, 2 * pi], turns]), 12))
    middle = (turns[:-1] + turns[1:]) / 2
    values = size * np.cos(middle[:, None] - across)
    which = np.where(values.max(axis=1) > 0, values.argmax(axis=1), -1 - values.argmax(axis=1))
    return np.concatenate([[0.0], turns[1:-1][np.diff(which) != 0], [2 * pi]])


def _lattice(rows: Floats) -> tuple[Floats, Floats]:
    """Directions of a lattice with fixed shifts, each with its opposite: (shifts, directions)."""
    rank = rows.shape[1]
    # Roots of primes are a good generator in any number of dimensions (Richtmyer).
    generator = np.sqrt(_primes(rank))
    place = np.arange(1, LATTICE + 1)[:, None] * generator
    shifts = np.arange(1, SHIFTS + 1)[:, None] * np.sqrt(_primes(2 * rank)[rank:])
    largest = np.empty((SHIFTS, 2 * LATTICE))
    for shift, made in zip(shifts, largest, strict=True):
        part = (place + shift) % 1
        normal = scipy.special.ndtri(np.clip(part, 1e-15, 1 - 1e-15))
        directions = normal / np.linalg.norm(normal, axis=1)[:, None]
        projected = directions @ rows.T
        made[:LATTICE], made[LATTICE:] = projected.max(axis=1), -projected.min(axis=1)
    return largest, np.full(largest.shape, 1 / (2 * LATTICE))


def _primes(count: int) -> Floats:
    primes: list[int] = []
    number = 2
    while len(primes) < count:
        if all(number % prime for prime in primes):
            primes.append(number)
        number += 1
    return np.array(primes, dtype=np.float64)


_DIRECTIONS = {1: _line, 2: _circle, 3: _polygons}
