"""At an interim look: conditional and predictive power, and futility by spending beta.

Information is 1 / SE² of the estimate, or a fraction of what the whole trial will have; an `effect`
is in the units of the estimate then, or the mean of Z at the end with fractions. Z at information I
has mean effect * sqrt(I). A boundary is of Z, stopping for efficacy above; a look without one has
infinity.

References: Lan, Simon and Halperin, Commun Stat C 1982;1:207. Spiegelhalter, Freedman and
Blackburn, Control Clin Trials 1986;7:8. Pampallona, Tsiatis and Kim, Drug Inf J 2001;35:1113 (beta
spending). Jennison and Turnbull, Group sequential methods, 2000, chapter 10. Oracle: R's rpact and
mvtnorm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, numbers, one_number
from trialtrace.stats.multiplicity._stopping import (
    START,
    State,
    advance,
    boundary_of,
    information_of,
    tails,
)
from trialtrace.stats.multiplicity.group_sequential import (
    SPENDING,
    crossing_probabilities,
    solve,
    spending_function,
)
from trialtrace.stats.results import Columns, StatsError

FUTILITY = ("non_binding", "binding")
# Standard errors beyond which a normal distribution has nothing, and the step of sums over it.
REACH, STEP = 9.0, 0.2
MOST_NODES = 20_000
# A drift to look for, in those of a trial without looks, and of any trial.
MOST_DRIFT, LARGEST_DRIFT = 2.5, 25.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FutilityDesign(Columns):
    """A one-sided design that stops for efficacy or futility, arrays of shape (looks,).

    Z >= `upper` stops for efficacy, Z <= `lower` for futility; at the last look they are one.
    `drift` is the effect, in standard errors of the whole trial, that has the wanted power;
    `inflation` how many times the information of a trial without looks that takes. `alpha_spent`
    and `beta_spent` are what has been spent by each look.
    """

    fraction: Floats
    upper: Floats
    lower: Floats
    drift: float
    inflation: float
    alpha_spent: Floats
    beta_spent: Floats


def conditional_power(
    z: float,
    information: float,
    *,
    later: ArrayLike,
    upper: ArrayLike,
    lower: ArrayLike,
    effect: float,
) -> float:
    """Chance of crossing the upper boundary at a later look, given Z at this one and an effect.

    `information` is that of this look, `later` (looks,) that of those to come, with their
    boundaries `upper` and `lower`, (looks,); -infinity where a look cannot stop for futility. By
    the current trend the effect is z / sqrt(information).

    Raises `StatsError` for information that does not grow, boundaries that cross, and numbers that
    are none. Source: Lan, Simon and Halperin 1982. Oracle: mvtnorm, rpact.

    R: by hand in interim.R, from `mvtnorm::pmvnorm`.

    >>> looks = {"later": [1.0], "upper": [1.96], "lower": [-np.inf]}
    >>> round(conditional_power(1.2, 0.5, effect=2.8, **looks), 4)
    0.6584
    """
    total, step, above, below = _ahead(z, information, later, upper, lower)
    return _power(total, step, above, below, one_number(effect, "effect"))


def predictive_power(
    z: float,
    information: float,
    *,
    later: ArrayLike,
    upper: ArrayLike,
    lower: ArrayLike,
    prior_mean: float,
    prior_information: float,
) -> float:
    """Conditional power averaged over what the effect may be, given Z so far and a normal prior.

    The prior has mean `prior_mean` and variance 1 / `prior_information`; with 0 it is flat. The
    rest, and what is raised, as in `conditional_power`, and a negative prior information. Source:
    Spiegelhalter, Freedman and Blackburn 1986. Oracle: mvtnorm; in closed form for one later look.

    R: by hand in interim.R.

    >>> looks = {"later": [1.0], "upper": [1.96], "lower": [-np.inf]}
    >>> flat = {"prior_mean": 0, "prior_information": 0}
    >>> round(predictive_power(1.2, 0.5, **looks, **flat), 4)
    0.3963
    """
    total, step, above, below = _ahead(z, information, later, upper, lower)
    prior_mean = one_number(prior_mean, "prior_mean")
    prior_information = one_number(prior_information, "prior_information")
    if prior_information < 0:
        raise StatsError("the information of the prior must not be negative.")
    information = float(numbers(information, "information").reshape(()))
    weight = information + prior_information
    mean = (z * np.sqrt(information) + prior_mean * prior_information) / weight
    ends = np.concatenate([above, below])
    furthest = float(np.abs(ends[np.isfinite(ends)]).max(initial=0.0)) + REACH
    ahead = total - information
    # An effect so large that every look is beyond its boundaries for certain.
    certain = float(np.max((furthest * np.sqrt(total) + abs(z) * np.sqrt(information)) / ahead))
    spread, slope = 1 / np.sqrt(weight), float(np.sqrt(ahead[-1]))
    low = max(mean - REACH * spread, -certain)
    high = min(mean + REACH * spread, certain)
    # Less a normal step, whose mean is known, the power vanishes at both ends: no edge is cut off.
    known = float(scipy.special.ndtr(slope * mean / np.sqrt(1 + (slope * spread) ** 2)))
    if low >= high:
        return known
    nodes = int(np.ceil((high - low) / (STEP * min(spread, 1 / slope)))) + 1
    if nodes > MOST_NODES:
        raise StatsError("looks so close together at so little information have no such sum.")
    effects = np.linspace(low, high, nodes)
    powers = np.array([_power(total, step, above, below, effect) for effect in effects.tolist()])
    density = np.exp(-(((effects - mean) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    rest = (powers - scipy.special.ndtr(slope * effects)) * density
    return known + float(rest.sum() * (high - low) / max(nodes - 1, 1))


def futility_boundary(
    fractions: ArrayLike,
    *,
    alpha: float,
    beta: float,
    spending: str,
    parameter: float | None,
    beta_spending: str,
    beta_parameter: float | None,
    futility: str,
) -> FutilityDesign:
    """A one-sided design that spends alpha for efficacy and beta for futility.

    `fractions` of the information, (looks,), grow and end at 1. `spending` and `parameter` are as
    in `spending_boundary`, with the one-sided `alpha`; `beta_spending` and `beta_parameter` the
    same for the type II error `beta`. `futility`: "non_binding", the upper boundary keeps alpha
    whether or not the lower one is obeyed, or "binding", only if it is.

    Raises `StatsError` for levels outside 0..1/2, other fractions, parameters that do not belong,
    and a design for which no effect has the power. Source: Pampallona, Tsiatis and Kim 2001.
    Oracle: rpact.

    R: `rpact::getDesignGroupSequential(typeOfDesign = "asOF", typeBetaSpending = "bsOF")`.

    >>> spent = {"spending": "obrien_fleming", "parameter": None}
    >>> spent |= {"beta_spending": "obrien_fleming", "beta_parameter": None}
    >>> found = futility_boundary([0.5, 1], alpha=0.025, beta=0.2, futility="non_binding", **spent)
    >>> found.upper.round(4).tolist(), found.lower.round(4).tolist(), round(found.inflation, 4)
    ([2.9626, 1.9686], [0.5594, 1.9686], 1.056)
    """
    t = _fractions(fractions)
    check_choice("futility", futility, FUTILITY)
    for name, level in (("alpha", alpha), ("beta", beta)):
        if not (isinstance(level, int | float | np.number) and 0 < level < 0.5):
            raise StatsError(f"{name} must lie between 0 and 1/2; got {level!r}.")
    spent = []
    for name, of, level in (
        (spending, parameter, alpha),
        (beta_spending, beta_parameter, beta),
    ):
        check_choice("spending", name, SPENDING)
        spent.append(np.asarray(spending_function(name, of)(t, float(level))))
    return _design(t, *spent, binding=futility == "binding")


def _ahead(
    z: float, information: float, later: ArrayLike, upper: ArrayLike, lower: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Information, steps from this look, and the boundaries of what is still to be added."""
    now = information_of(np.atleast_1d(numbers(information, "information")))
    if now.size != 1 or not np.isfinite(numbers(z, "z")).all() or np.ndim(z):
        raise StatsError("z and information must be single numbers.")
    total = information_of(later)
    if total[0] <= now[0]:
        raise StatsError("later looks must have more information than this one.")
    above = boundary_of(upper, total.size, "upper")
    below = boundary_of(lower, total.size, "lower")
    step = total - now[0]
    score = float(z) * np.sqrt(now[0])
    root = np.sqrt(step)
    return (
        total,
        step,
        (above * np.sqrt(total) - score) / root,
        (below * np.sqrt(total) - score) / root,
    )


def _power(total: Floats, step: Floats, above: Floats, below: Floats, effect: float) -> float:
    return float(crossing_probabilities(step, above, below, effect=effect).upper.sum())


def _design(t: Floats, alpha_spent: Floats, beta_spent: Floats, *, binding: bool) -> FutilityDesign:
    from scipy.optimize import brentq

    def excess(drift: float) -> float:
        missed = _boundaries(t, alpha_spent, beta_spent, drift, binding=binding)[2]
        return missed - float(np.diff(beta_spent, prepend=0.0)[-1])

    single = float(-scipy.special.ndtri(alpha_spent[-1]) - scipy.special.ndtri(beta_spent[-1]))
    ends = single / 4, min(MOST_DRIFT * single, LARGEST_DRIFT)
    if excess(ends[0]) < 0 or excess(ends[1]) > 0:
        raise StatsError("no effect has the wanted power with these boundaries.")
    drift = float(brentq(excess, *ends, xtol=1e-12, rtol=1e-13))
    upper, lower, _ = _boundaries(t, alpha_spent, beta_spent, drift, binding=binding)
    return FutilityDesign(t, upper, lower, drift, (drift / single) ** 2, alpha_spent, beta_spent)


def _boundaries(
    t: Floats, alpha_spent: Floats, beta_spent: Floats, drift: float, *, binding: bool
) -> tuple[Floats, Floats, float]:
    """Both boundaries for a drift, and the chance to miss it at the last look."""
    upper, lower = np.full(t.size, np.inf), np.full(t.size, -np.inf)
    null, other = START, START
    steps = zip(np.diff(alpha_spent, prepend=0.0), np.diff(beta_spent, prepend=0.0), strict=True)
    for k, (alpha, beta) in enumerate(steps):
        if null.mass.sum() <= alpha or other.mass.sum() <= beta:
            # So few go on that all of them may stop: nothing is missed any more.
            return upper, lower, 0.0
        upper[k] = solve(null, t[k], alpha)
        if k + 1 == t.size:
            lower[k] = upper[k]
            return upper, lower, tails(other, t[k], drift, upper[k])[1]
        lower[k] = min(_lower(other, t[k], drift, beta), upper[k])
        null = advance(null, t[k], 0.0, lower[k] if binding else -np.inf, upper[k], t[k + 1])
        other = advance(other, t[k], drift, lower[k], upper[k], t[k + 1])
    raise StatsError("a design needs a look.")


def _lower(state: State, information: float, drift: float, spend: float) -> float:
    """The value below which Z falls with this probability: that of the mirrored trial."""
    mirrored = State(state.information, -state.score, state.mass)
    return -solve(mirrored, information, spend, effect=-drift)


def _fractions(fractions: ArrayLike) -> Floats:
    t = information_of(numbers(fractions, "fractions"))
    if abs(t[-1] - 1) > 1e-12:
        raise StatsError("fractions of the information must end at 1.")
    return t
