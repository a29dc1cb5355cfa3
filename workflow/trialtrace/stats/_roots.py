"""Roots of many functions of one variable at once."""

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
