"""Slips of the pen: numbers that no choice of method leads to."""

from collections.abc import Callable

import numpy as np

from made_papers.paper import Paper

Rng = np.random.Generator
Done = tuple[tuple[str, ...], tuple[str, ...]] | None
"""The claims that were changed, and words that name the cause."""


def pick(made: Paper, rng: Rng, *parts: str, having: Callable[[str], bool] | None = None) -> str:
    """A claim with these parts; "" where there is none."""
    found = [
        name
        for name, one in made.claims.items()
        if set(parts) <= set(one.parts) and (having is None or having(name))
    ]
    return str(rng.choice(found)) if found else ""


def of_arm(made: Paper) -> Callable[[str], bool]:
    return lambda name: made.claims[name].about.get("group") in made.arms


def swapped(made: Paper, rng: Rng) -> Done:
    """The percentages, or the means, of two arms exchanged; all else stays."""
    part = str(rng.choice(["percent", "mean"]))
    name = pick(made, rng, part, having=lambda n: made.claims[n].about.get("group") == "new")
    other = name.removesuffix("new") + "usual"
    one, two = made.claims[name].parts, made.claims[other].parts
    one[part], two[part] = two[part], one[part]
    return (name, other), ()


def category(made: Paper, rng: Rng) -> Done:
    """The count of one category off; its percentage stays."""
    name = pick(made, rng, "count", having=lambda n: "category" in made.claims[n].about)
    one = made.claims[name]
    x = int(one.parts["count"])
    other = x + int(rng.choice([-3, -2, -1, 1, 2, 3, 4]))
    if other < 0:
        return None
    one.parts["count"] = str(other)
    return (name,), (f"; {x} in place of {other} would",)


def other_arm(made: Paper, rng: Rng) -> Done:
    """The percentage of another arm in the place of one's own."""
    name = pick(made, rng, "count", "percent", having=of_arm(made))
    group = made.claims[name].about["group"]
    other = str(rng.choice([arm for arm in made.arms if arm != group]))
    theirs = made.claims[name.removesuffix(group) + other].parts["percent"]
    made.claims[name].parts["percent"] = theirs
    return (name,), ()


def digit(made: Paper, rng: Rng, part: str, parts: tuple[str, ...] = ()) -> Done:
    """One digit of a part replaced by another."""
    name = pick(made, rng, part, *parts, having=lambda n: "<" not in made.claims[n].parts[part])
    text = made.claims[name].parts[part]
    places = [k for k, sign in enumerate(text) if sign.isdigit()]
    if part == "p":
        places = places[1:]
    place = int(rng.choice(places))
    other = str(rng.choice([d for d in "0123456789" if d != text[place]]))
    changed = text[:place] + other + text[place + 1 :]
    value = changed.removeprefix("p = ").lstrip("-")
    most = {"percent": 100.0, "p": 1.0, "count": float(made.claims[name].parts.get("n", "inf"))}
    if float(value) > most.get(part, np.inf) or (value[0] == "0" and value[1:2].isdigit()):
        return None
    made.claims[name].parts[part] = changed
    if part in ("low", "high"):
        low, high = (float(made.claims[name].parts[end]) for end in ("low", "high"))
        if low > high:
            return None
    return (name,), ()
