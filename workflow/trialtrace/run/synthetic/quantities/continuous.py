"""normal, lognormal, weibull, uniform: numbers by a latent score, in limits and steps.

With `exact`, a display cohort hits the printed moments (see `moments`); in simulate mode they are
those of the distribution.
"""

from collections.abc import Callable

import numpy as np

from trialtrace.base.config.spec import items_of, mapping_of
from trialtrace.run.synthetic.moments import Parts, Unreachable, hit, with_moments
from trialtrace.run.synthetic.moments import draw as draw_numbers
from trialtrace.run.synthetic.room import (
    Room,
    group_text,
    groups,
    in_steps,
    limits,
    parameter,
    score,
)
from trialtrace.run.synthetic.rows import Rows, Values, number
from trialtrace.run.trial.cohort.margins import Group, Moments
from trialtrace.run.trial.cohort.quantities.continuous import Continuous, Uniform

# A group, the moments that are wanted of it, and its rows.
Wanted = tuple[Group, Moments, np.ndarray]
# Lowest and highest value of each row.
Ends = tuple[np.ndarray, np.ndarray]


def _continuous(room: Room, rows: Rows, quantity: Continuous) -> dict[str, Values]:
    z, known = score(room, rows, quantity.name, quantity.loads, quantity.correlation)
    known &= rows.met(quantity.where)
    parts = {name: parameter(rows, endpoint) for name, endpoint in quantity.parameters().items()}
    step, exact = quantity.step, quantity.exact
    low, high = limits(room, rows, quantity, step, known)
    for part in (*parts.values(), low, high):
        known &= ~np.isnan(part)
    room.truth.parameters(quantity)
    _positive(room, quantity, parts, known)
    values = np.full(rows.size, np.nan)
    if room.simulates and exact is not None and step is not None:
        wanted = list(groups(rows, exact, known))
        _as_population(quantity.kind, wanted, step, parts, (low, high))
    if known.any():
        inner = {key: part[known] for key, part in parts.items()}
        values[known] = _numbers(quantity.kind, z[known], inner, low[known], high[known], step)
    if exact is not None and step is not None:
        wanted = list(groups(rows, exact, known))
        _moments(room, quantity, wanted, step, values, (low, high))
    if step is not None:
        values = in_steps(values, step)
    return {quantity.name: number(values, known, step)}


def _positive(room: Room, quantity: Continuous, parts: Parts, known: np.ndarray) -> None:
    for name in quantity.positive:
        if (parts[name][known] <= 0).any():
            raise room.fail(quantity, f"{name} has to be above 0 in every row")
    if isinstance(quantity, Uniform) and (parts["from"] > parts["to"])[known].any():
        raise room.fail(quantity, "from has to be at most to in every row")


def _numbers(
    kind: str, z: np.ndarray, parts: Parts, low: np.ndarray, high: np.ndarray, step: float | None
) -> np.ndarray:
    """Numbers inside their limits; in whole steps where there is a step."""
    if step is None:
        return draw_numbers(kind, z, parts, low, high)
    # A step stands for half a step on either side.
    drawn = draw_numbers(kind, z, parts, (low - 0.5) * step, (high + 0.5) * step)
    return np.clip(np.floor(drawn / step + 0.5), low, high)


def _as_population(kind: str, wanted: list[Wanted], step: float, parts: Parts, ends: Ends) -> None:
    """Turn printed moments into those of the distribution, in place, group by group."""
    for _, moments, mask in wanted:
        if not mask.any():
            continue
        low, high = ((end[mask] + half) * step for end, half in zip(ends, (-0.5, 0.5), strict=True))
        inner = {key: part[mask] for key, part in parts.items()}
        for key, moment in with_moments(kind, inner, low, high, items_of(moments)).items():
            parts[key][mask] = moment
        # Every value of the distribution lies inside of the printed extremes.
        if moments.min is not None:
            ends[0][mask] = np.maximum(ends[0][mask], round(float(moments.min) / step))
        if moments.max is not None:
            ends[1][mask] = np.minimum(ends[1][mask], round(float(moments.max) / step))


def _moments(
    room: Room,
    quantity: Continuous,
    wanted: list[Wanted],
    step: float,
    values: np.ndarray,
    ends: Ends,
) -> None:
    """Hit the moments in a display cohort; a row of the truth for each of them."""
    for group, moments, mask in wanted:
        texts: dict[str, str] = items_of(moments)
        if not room.simulates:
            low, high = ends[0][mask], ends[1][mask]
            try:
                values[mask] = hit(values[mask], low, high, step=step, wanted=texts)
            except Unreachable as reason:
                raise room.fail(
                    quantity,
                    f"{group_text(group)}: {reason}",
                    found=", ".join(f"{key} {text}" for key, text in texts.items()),
                    expected="moments that values in this step and these limits can have",
                ) from None
        got = values[mask] * step
        for key, text in texts.items():
            drawn = STATISTICS[key](got)
            room.truth.add(
                quantity,
                group,
                key,
                printed=text,
                value=float(text),
                margin=True,
                drawn=float(np.round(drawn, 10)),
                drawn_of=int(mask.sum()),
                check=mapping_of(quantity.check),
            )


STATISTICS: dict[str, Callable[[np.ndarray], float]] = {
    "mean": np.mean,
    "sd": lambda values: float(np.std(values, ddof=1)),
    "min": np.min,
    "max": np.max,
}


DRAWS = {
    "normal": _continuous,
    "lognormal": _continuous,
    "weibull": _continuous,
    "uniform": _continuous,
}
