"""Misprints, one a paper: numbers that were true and are printed as others, by what pens do.

Each kind changes one printed number of a true paper, `swapped` two. It knows nothing of the audit
and of what it takes for usual.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from made_papers import formulas as f
from made_papers.paper import Paper

Rng = np.random.Generator
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
ARMS = ("new", "usual")


@dataclass
class Misprint:
    """A paper with a misprint; `changed` are (claim, part) of what is no longer true."""

    kind: str
    paper: Paper
    changed: tuple[tuple[str, str], ...]


def misprint(kind: str, true: Paper, rng: Rng) -> Misprint | None:
    """The paper with a misprint of a kind; None where nothing came of it, or what no one prints."""
    made = copy.deepcopy(true)
    changed = KINDS[kind](made, rng)
    if not changed:
        return None
    for claim, part in changed:
        now, before = made.claims[claim].parts[part], true.claims[claim].parts[part]
        if float(_number(now)) == float(_number(before)) or not _printable(made, claim, part):
            return None
    return Misprint(kind, made, changed)


def _number(text: str) -> str:
    found = _NUMBER.search(text)
    assert found is not None
    return found.group()


def _set(made: Paper, claim: str, part: str, number: str) -> tuple[tuple[str, str], ...]:
    parts = made.claims[claim].parts
    parts[part] = _NUMBER.sub(number, parts[part], count=1)
    return ((claim, part),)


def _printable(made: Paper, claim: str, part: str) -> bool:
    """Whether a reader would not stumble over the number by itself."""
    parts = made.claims[claim].parts
    text = _number(parts[part])
    value = float(text)
    if re.match(r"-?0[0-9]", text) or (value < 0 and part in NEVER_BELOW):
        return False
    most = {"percent": 100.0, "p": 1.0, "count": float(parts.get("n", "inf"))}
    if value > most.get(part, np.inf) or (part in ("sd", "df1", "df2", "n") and value <= 0):
        return False
    if {"low", "high"} <= set(parts) and float(parts["low"]) > float(parts["high"]):
        return False
    return not ("hazard" in claim and value <= 0)


NEVER_BELOW = ("percent", "p", "count", "n", "sd", "df1", "df2")


def _one(made: Paper, rng: Rng, having: Callable[[str, str], bool]) -> tuple[str, str] | None:
    """A number at random: a claim, then a part of it."""
    found = {}
    for name, one in made.claims.items():
        parts = [part for part in one.parts if "<" not in one.parts[part] and having(name, part)]
        if parts:
            found[name] = parts
    if not found:
        return None
    claim = str(rng.choice(list(found)))
    return claim, str(rng.choice(found[claim]))


def _text(made: Paper, at: tuple[str, str]) -> str:
    return _number(made.claims[at[0]].parts[at[1]])


def digit(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """One digit in place of another."""
    at = _one(made, rng, lambda _claim, _part: True)
    assert at is not None
    text = _text(made, at)
    place = int(rng.choice([k for k, sign in enumerate(text) if sign.isdigit()]))
    other = str(rng.choice([one for one in "0123456789" if one != text[place]]))
    return _set(made, *at, text[:place] + other + text[place + 1 :])


def transposed(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """Two digits next to each other the other way round."""
    at = _one(made, rng, lambda claim, part: len(_text(made, (claim, part))) > 1)
    assert at is not None
    text = _text(made, at)
    digits = [k for k, sign in enumerate(text) if sign.isdigit()]
    if len(digits) < 2:
        return ()
    first = int(rng.integers(len(digits) - 1))
    one, two = digits[first], digits[first + 1]
    signs = list(text)
    signs[one], signs[two] = text[two], text[one]
    return _set(made, *at, "".join(signs))


def point(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """The decimal point one digit further on, either way; all digits stay."""
    at = _one(made, rng, lambda claim, part: "." in _text(made, (claim, part)))
    assert at is not None
    text = _text(made, at)
    digits, places = text.replace(".", ""), len(text.partition(".")[2])
    own = places + int(rng.choice([-1, 1]))
    return _set(made, *at, f"{float(digits) / 10**own:.{own}f}")


def sign(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """A minus lost, or one too many, where a number may have one."""
    signed = ("value", "low", "high")

    def may(claim: str, part: str) -> bool:
        about = made.claims[claim].about
        return part in signed and about.get("measure") in ("risk_difference", "mean_difference")

    at = _one(made, rng, may)
    if at is None:
        return ()
    text = _text(made, at)
    return _set(made, *at, text[1:] if text[0] == "-" else f"-{text}")


def neighbour(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """What is printed beside it, or in the line below or above, in its place."""
    at = _one(made, rng, lambda _claim, part: part not in ("p", "df1", "df2"))
    assert at is not None
    names = list(made.claims)
    own = names.index(at[0])
    near = names[max(own - 1, 0) : own] + names[own + 1 : own + 2]
    texts = [_text(made, (name, at[1])) for name in near if at[1] in made.claims[name].parts]
    return _set(made, *at, str(rng.choice(texts))) if texts else ()


def error(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """The standard error of one arm in place of its standard deviation."""
    at = _one(made, rng, lambda _claim, part: part == "sd")
    if at is None:
        return ()
    about = made.claims[at[0]].about
    deviation = made.truth[about["outcome"]]["sd"][about["group"]]
    return _set(made, *at, f.show(deviation / made.arms[about["group"]] ** 0.5, 1))


def swapped(made: Paper, rng: Rng) -> tuple[tuple[str, str], ...]:
    """A number of two arms exchanged."""
    parts = ("percent", "mean", "sd", "count")
    at = _one(
        made,
        rng,
        lambda claim, part: part in parts and made.claims[claim].about.get("group") == ARMS[0],
    )
    assert at is not None
    other = (at[0].removesuffix(ARMS[0]) + ARMS[1], at[1])
    one, two = _text(made, at), _text(made, other)
    return _set(made, *at, two) + _set(made, *other, one)


KINDS: dict[str, Callable[[Paper, Rng], tuple[tuple[str, str], ...]]] = {
    "digit": digit,
    "transposed": transposed,
    "point": point,
    "sign": sign,
    "neighbour": neighbour,
    "error": error,
    "swapped": swapped,
}
