"""Roots of a function of one variable, and of many at once."""

from collections.abc import Callable

import numpy as np

from trialtrace.base.arrays import Floats, Places

Function = Callable[[Floats, Places], Floats]
STEPS = 200


def roots(function: Function, low: Floats, high: Floats) -> Floats:
    """Roots between `low` and `high`, arrays (functions,); NaN where both ends have one sign.

    `function(x, which)` gives the values at x of the functions with the numbers `which`.
    Chandrupatla's method: inverse quadratic interpolation where it is safe, else halving; to about
    2e-15 of the root.

    Source: Chandrupatla, Adv Eng Softw 1997;28:145. Oracle: scipy's brentq.
    """
    which = np.arange(len(low))
    found = np.full(len(low), np.nan)
    b, a = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    fb, fa = function(b, which), function(a, which)
    inside = (np.sign(fa) * np.sign(fb) <= 0) & np.isfinite(fa) & np.isfinite(fb)
    which = which[inside]
    a, b, fa, fb = (part[inside] for part in (a, b, fa, fb))
    step = np.full(len(which), 0.5)
    for _ in range(STEPS):
        at = a + step * (b - a)
        value = function(at, which)
        same = np.sign(value) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = at, value
        nearer = np.abs(fa) < np.abs(fb)
        best, least = np.where(nearer, a, b), np.where(nearer, fa, fb)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            limit = (2e-15 * np.abs(best) + 1e-300) / np.abs(b - a)
            done = (limit > 0.5) | (least == 0)
            found[which[done]] = best[done]
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            bent = fa / (fb - fa) * fc / (fb - fc)
            bent += (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        step = np.clip(np.where(safe & np.isfinite(bent), bent, 0.5), limit, 1 - limit)
        which, a, b, fa, fb, step = (part[~done] for part in (which, a, b, fa, fb, step))
        if not len(which):
            break
    return found


def brentq(
    function: Callable[[float], float], low: float, high: float, *, xtol: float, rtol: float
) -> float:
    """The root between `low` and `high`, where the signs differ; scipy's to the last bit.

    scipy.optimize takes longer to load than all else that a short job loads. Raises ValueError for
    ends of one sign or a value that is no number, RuntimeError where 100 steps do not suffice.

    Source: Brent 1973, in scipy's order of operations. Oracle: scipy.optimize.brentq.
    """

    def value(x: float) -> float:
        y = float(function(x))
        if y != y:
            raise ValueError(f"the function at {x} is no number")
        return y

    before, at = float(low), float(high)
    f_before, f_at = value(before), value(at)
    if f_before == 0:
        return before
    if f_at != 0 and (f_before > 0) == (f_at > 0):
        raise ValueError("the function has one sign at both ends")
    across, f_across, last, step = 0.0, 0.0, 0.0, 0.0
    for _ in range(100):
        if f_before != 0 and f_at != 0 and (f_before > 0) != (f_at > 0):
            across, f_across = before, f_before
            last = step = at - before
        if abs(f_across) < abs(f_at):
            before, at, across = at, across, at
            f_before, f_at, f_across = f_at, f_across, f_at
        delta = (xtol + rtol * abs(at)) / 2
        half = (across - at) / 2
        if f_at == 0 or abs(half) < delta:
            return at
        towards = np.inf
        if abs(last) > delta and abs(f_at) < abs(f_before):
            towards = _towards(before, at, across, f_before, f_at, f_across)
        if 2 * abs(towards) < min(abs(last), 3 * abs(half) - delta):
            last, step = step, towards
        else:
            last = step = half
        before, f_before = at, f_at
        at += step if abs(step) > delta else delta if half > 0 else -delta
        f_at = value(at)
    raise RuntimeError("no root within 100 steps")


def _towards(
    before: float, at: float, across: float, f_before: float, f_at: float, f_across: float
) -> float:
    """The step of a secant, or of a parabola through three points; infinite where there is none."""
    try:
        if before == across:
            return -f_at * (at - before) / (f_at - f_before)
        near, far = (f_before - f_at) / (before - at), (f_across - f_at) / (across - at)
        return -f_at * (f_across * far - f_before * near) / (far * near * (f_across - f_before))
    except ZeroDivisionError:
        return np.inf
