"""What is put in the place of one argument, by what kind of argument it is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np

Mutation = tuple[str, object]
HUGE_WHOLE = 10**400


def mutations(value: object) -> Iterator[Mutation]:
    """Names and values for an argument that was `value` in a call that works.

    What is a result of another function, a mapping or a function stays as it is.
    """
    if isinstance(value, bool | np.bool_):
        yield from _flag()
    elif isinstance(value, str):
        yield from _word(value)
    elif isinstance(value, int | float | np.number):
        yield from _number(value)
    elif _is_array(value):
        yield from _array(np.asarray(value))
    elif value is None:
        yield from _absent()


def _is_array(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return True
    if not isinstance(value, list | tuple) or not value:
        return False
    try:
        return np.asarray(value).dtype.kind in "biufUS"
    except ValueError:
        return False


def _flag() -> Iterator[Mutation]:
    yield from (("none", None), ("text", "yes"), ("NaN", np.nan), ("2", 2), ("list", [True]))


def _word(value: str) -> Iterator[Mutation]:
    yield from (("unknown word", "mistyped"), ("empty text", ""), ("none", None), ("true", True))
    yield from (("list", [value]), ("bytes", value.encode()), ("number", 1), ("NaN", np.nan))
    yield "upper case", value.upper() + "_"


def _number(value: float) -> Iterator[Mutation]:
    yield from (("NaN", np.nan), ("infinite", np.inf), ("minus infinite", -np.inf))
    yield from (("none", None), ("text", "1"), ("true", True), ("complex", 1 + 1j))
    yield from (("1e308", 1e308), ("-1e308", -1e308), ("1e-200", 1e-200), ("0", 0), ("-1", -1))
    yield from (("1e12", 1e12), ("10**400", HUGE_WHOLE), ("half more", value + 0.5))
    yield from (("list", [value]), ("0-d", np.array(value)), ("empty list", []))


def _array(value: np.ndarray) -> Iterator[Mutation]:
    yield from (("none", None), ("text", "text"), ("true", True), ("mapping", {"a": 1}))
    yield from (("empty", value[:0] if value.ndim else []), ("0-d", value.ravel()[0]))
    yield from (("2-d", value[None]), ("ragged", [[1, 2], [3]]), ("objects", value.astype(object)))
    yield "complex", value.astype(complex) + 1j if value.dtype.kind in "biuf" else [1j]
    yield "dates", np.full(value.shape, np.datetime64("2020-01-01"))
    yield "date objects", np.full(value.shape, datetime(2020, 1, 1, tzinfo=UTC), dtype=object)
    yield "masked", np.ma.array(value, mask=np.arange(value.size).reshape(value.shape) == 0)
    if value.ndim:
        yield from (("one row", value[:1]), ("one short", value[:-1]), ("reversed", value[::-1]))
        yield "all equal", np.broadcast_to(value[:1], value.shape).copy()
        yield "twice", np.concatenate([value, value])
    yield "a text", _with(value.astype(object), "text")
    yield "a None", _with(value.astype(object), None)
    if value.dtype.kind in "biuf":
        yield from _numbers(value.astype(float))
    else:
        yield from (("an empty text", _with(value.astype(object), "")),)
        yield from (("a text nan", _with(value.astype(object), "nan")),)
        yield from (("a NaN", _with(value.astype(object), np.nan)),)


def _numbers(value: np.ndarray) -> Iterator[Mutation]:
    for name, odd in (("a NaN", np.nan), ("an inf", np.inf), ("a -inf", -np.inf)):
        yield name, _with(value, odd)
    for name, odd in (("a 1e308", 1e308), ("a 1e-200", 1e-200), ("a 1e12", 1e12), ("a -1", -1.0)):
        yield name, _with(value, odd)
    changed: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
        ("all NaN", lambda v: np.full_like(v, np.nan)),
        ("all 0", np.zeros_like),
        ("times 1e308", lambda v: np.clip(v, -1, 1) * 1e308),
        ("times 1e-200", lambda v: v * 1e-200),
        ("times 1e12", lambda v: v * 1e12),
        ("negative", lambda v: -v),
        ("half more", lambda v: v + 0.5),
        ("flags", lambda v: v > np.median(v) if v.size else v.astype(bool)),
    )
    for name, change in changed:
        yield name, change(value)


def _with(value: np.ndarray, odd: object) -> np.ndarray:
    changed = value.copy()
    if changed.size:
        changed.flat[0] = odd
    return changed


def _absent() -> Iterator[Mutation]:
    yield from (("text", "text"), ("0", 0), ("NaN", np.nan), ("empty list", []), ("true", True))
