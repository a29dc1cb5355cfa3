"""normal, lognormal, weibull, uniform: numbers by a latent score, in limits and steps.

With `exact`, a display cohort hits the printed moments (see `moments`); in simulate mode they are
those of the distribution.
"""

from collections.abc import Callable

import numpy as np

from trialtrace.synthetic.distributions import draw as draw_numbers
from trialtrace.synthetic.grid import in_steps, limits
from trialtrace.synthetic.moments import Unreachable, hit
from trialtrace.synthetic.population import with_moments
from trialtrace.synthetic.room import Room, groups, parameter, told
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.scores import score
from trialtrace.synthetic.values import Values, number
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    z, known = score(room, rows, one.name, one.options)
    known &= rows.met(one.where)
    parts = {key: parameter(rows, given) for key, given in one.given.items()}
    low, high = limits(room, rows, one, known)
    for part in (*parts.values(), low, high):
        known &= ~np.isnan(part)
    room.truth.parameters(one)
    _positive(room, one, parts, known)
    step = one.options.get("step")
    values = np.full(rows.size, np.nan)
    if room.simulates and "exact" in one.options:
        _as_population(rows, one, parts, (low, high), known)
    if known.any():
        inner = {key: part[known] for key, part in parts.items()}
        values[known] = _numbers(one.kind, z[known], inner, low[known], high[known], step)
    if "exact" in one.options:
        _moments(room, rows, one, values, (low, high), known)
    if step is not None:
        values = in_steps(values, step)
    return {one.name: number(values, known, step)}


def _positive(room: Room, one: Quantity, parts: dict, known: np.ndarray) -> None:
    for key in {"sd", "shape", "scale"} & set(parts) | (
        {"mean"} if one.kind == "lognormal" else set()
    ):
        if (parts[key][known] <= 0).any():
            raise room.fail(one, f"{key} has to be above 0 in every row")
    if one.kind == "uniform" and (parts["from"] > parts["to"])[known].any():
        raise room.fail(one, "from has to be at most to in every row")


def _numbers(
    kind: str, z: np.ndarray, parts: dict, low: np.ndarray, high: np.ndarray, step: float | None
) -> np.ndarray:
    """Numbers inside their limits; in whole steps where there is a step."""
    if step is None:
        return draw_numbers(kind, z, parts, low, high)
    # A step stands for half a step on either side.
    drawn = draw_numbers(kind, z, parts, (low - 0.5) * step, (high + 0.5) * step)
    return np.clip(np.floor(drawn / step + 0.5), low, high)


def _as_population(rows: Rows, one: Quantity, parts: dict, ends: tuple, known: np.ndarray) -> None:
    """Turn printed moments into those of the distribution, in place, group by group."""
    step = one.options["step"]
    for _, leaf, mask in groups(rows, one.options["exact"], known):
        if not mask.any():
            continue
        low, high = ((end[mask] + half) * step for end, half in zip(ends, (-0.5, 0.5), strict=True))
        inner = {key: part[mask] for key, part in parts.items()}
        for key, part in with_moments(one.kind, inner, low, high, leaf).items():
            parts[key][mask] = part
        for end, key in ((ends[0], "min"), (ends[1], "max")):
            if key in leaf:
                bound = round(float(leaf[key]) / step)
                end[mask] = (
                    np.maximum(end[mask], bound) if key == "min" else np.minimum(end[mask], bound)
                )


def _moments(
    room: Room, rows: Rows, one: Quantity, values: np.ndarray, ends: tuple, known: np.ndarray
) -> None:
    """Hit the moments in a display cohort; a row of the truth for each of them."""
    step = one.options["step"]
    for path, leaf, mask in groups(rows, one.options["exact"], known):
        if not room.simulates:
            low, high = ends[0][mask], ends[1][mask]
            try:
                values[mask] = hit(values[mask], low, high, step=step, wanted=leaf)
            except Unreachable as reason:
                raise room.fail(
                    one,
                    f"{told(path)}: {reason}",
                    found=", ".join(f"{key} {text}" for key, text in leaf.items()),
                    expected="moments that values in this step and these limits can have",
                ) from None
        got = values[mask] * step
        for key, text in leaf.items():
            drawn = MOMENTS[key](got)
            room.truth.add(
                one,
                path,
                key,
                printed=text,
                value=float(text),
                margin=True,
                drawn=float(np.round(drawn, 10)),
                drawn_of=int(mask.sum()),
                check=one.options.get("check"),
            )


def _sd(values: np.ndarray) -> float:
    return float(np.std(values, ddof=1))


MOMENTS: dict[str, Callable[[np.ndarray], float]] = {
    "mean": np.mean,
    "sd": _sd,
    "min": np.min,
    "max": np.max,
}
