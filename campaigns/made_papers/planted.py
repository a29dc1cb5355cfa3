"""Errors of known kinds, one a paper: what was done to which claim, and how it could be named.

Each kind takes a true paper and changes the printed parts of one claim (of two for arms that are
swapped). `names` are words of which a finding or a match of the search has to hold one to have
named the cause; empty where the cause is none that the checks or the search look for.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from made_papers import formulas as f
from made_papers.paper import Paper
from made_papers.slips import Done, Rng, category, digit, of_arm, other_arm, pick, swapped

HELD_OUT = ("truncated", "one_sided", "name", "level", "category", "inverse")
"""Named before the first run; nothing in the checks was changed for what they showed."""


@dataclass
class Planted:
    kind: str
    paper: Paper
    claims: tuple[str, ...]
    names: tuple[str, ...] = ()


def plant(kind: str, true: Paper, rng: Rng) -> Planted | None:
    """The paper with one error; None where the paper has nothing that this kind can change."""
    made = copy.deepcopy(true)
    done = KINDS[kind](made, rng)
    if done is None or all(
        made.claims[name].printed == one.printed and made.claims[name].about == one.about
        for name, one in true.claims.items()
    ):
        return None
    return Planted(kind, made, *done)


def _counts(made: Paper, name: str) -> tuple[list[int], list[int]]:
    about = made.claims[name].about
    truth = made.truth[about["outcome"]]
    return [truth["x"][g] for g in about["compare"]], [truth["n"][g] for g in about["compare"]]


def _is_count_p(made: Paper, *tests: str) -> Callable[[str], bool]:
    return lambda name: (
        made.claims[name].about.get("test") in tests
        and "x" in made.truth.get(made.claims[name].about.get("outcome"), {})
        and len(made.claims[name].about["compare"]) == 2
    )


def denominator(made: Paper, rng: Rng) -> Done:
    """A percentage, or a p, of other denominators than the stated ones."""
    if rng.random() < 0.5:
        name = pick(made, rng, "count", "percent", having=of_arm(made))
        one = made.claims[name]
        other = made.treated if one.about["population"] == "itt" else made.arms
        n = other[one.about["group"]]
        one.parts["percent"] = f.show(100 * int(one.parts["count"]) / n, made.percent)
        return (name,), (f"of {n}",)
    name = pick(
        made, rng, "p", having=_is_count_p(made, "chi_squared", "chi_squared_corrected", "fisher")
    )
    if not name or "value" in made.claims[name].parts:
        return None
    one = made.claims[name]
    x, _ = _counts(made, name)
    other = made.treated if one.about["population"] == "itt" else made.arms
    n = [other[group] for group in one.about["compare"]]
    if any(a > m for a, m in zip(x, n, strict=True)):
        return None
    one.parts["p"] = f.show_p(f.count_p(x, n, one.about["test"]), made.p)
    return (name,), (f"{x[0]} of {n[0]} against {x[1]} of {n[1]}",)


def wrong_test(made: Paper, rng: Rng) -> Done:
    """P of another test than the stated one."""
    words = {
        "fisher": "Fisher's exact test",
        "chi_squared": "χ² test without correction",
        "t": "Student's t test",
        "welch": "Welch's t test",
    }
    counts = _is_count_p(made, "chi_squared", "fisher")
    name = pick(
        made,
        rng,
        "p",
        having=lambda n: (
            counts(n)
            or (
                made.claims[n].about.get("test") in ("t", "welch")
                and "value" not in made.claims[n].parts
            )
        ),
    )
    if not name:
        return None
    one = made.claims[name]
    if one.about["test"] in ("t", "welch"):
        test = "welch" if one.about["test"] == "t" else "t"
        truth, pair = made.truth[one.about["outcome"]], one.about["compare"]
        means, sds = ([truth[key][g] for g in pair] for key in ("mean", "sd"))
        p = float(f.t_p(means, sds, [made.arms[g] for g in pair], test))
    else:
        test = "chi_squared" if one.about["test"] == "fisher" else "fisher"
        p = f.count_p(*_counts(made, name), test)
    one.parts["p"] = f.show_p(p, made.p)
    return (name,), (words[test],)


def correction(made: Paper, rng: Rng) -> Done:
    """χ² with continuity correction where it is stated without, or the reverse."""
    tests = ("chi_squared", "chi_squared_corrected")
    name = pick(made, rng, "p", having=_is_count_p(made, *tests))
    if not name:
        return None
    one = made.claims[name]
    other = tests[1 - tests.index(one.about["test"])]
    one.parts["p"] = f.show_p(f.count_p(*_counts(made, name), other), made.p)
    return (name,), (f"χ² test with{'out' if other == tests[0] else ' continuity'} correction",)


def error_for_deviation(made: Paper, rng: Rng) -> Done:
    """Standard errors printed as standard deviations: in one arm, or in both."""
    name = pick(made, rng, "sd", having=lambda n: made.claims[n].about.get("group") == "new")
    outcome = made.claims[name].about["outcome"]
    arms = ["new", "usual"] if rng.random() < 0.5 else ["new"]
    for arm in arms:
        error = made.truth[outcome]["sd"][arm] / made.arms[arm] ** 0.5
        made.claims[f"{outcome}_{arm}"].parts["sd"] = f.show(error, 1)
    return tuple(f"{outcome}_{arm}" for arm in arms), ("standard error",)


def truncated(made: Paper, rng: Rng) -> Done:
    """A percentage or a p cut off, not rounded."""
    if rng.random() < 0.5:
        name = pick(made, rng, "count", "percent", having=of_arm(made))
        one = made.claims[name]
        truth = made.truth.get(one.about["outcome"])
        n = (truth["n"] if truth else made.arms)[one.about["group"]]
        one.parts["percent"] = f.show(100 * int(one.parts["count"]) / n, made.percent, cut=True)
        return (name,), ("digits cut off", "truncated")
    name = pick(
        made, rng, "p", having=_is_count_p(made, "chi_squared", "chi_squared_corrected", "fisher")
    )
    if not name:
        return None
    one = made.claims[name]
    p = f.count_p(*_counts(made, name), one.about["test"])
    one.parts["p"] = f.show_p(p, made.p, cut=True)
    return (name,), ("digits cut off", "truncated")


def one_sided(made: Paper, rng: Rng) -> Done:
    """P of one side, printed as if it were that of two."""
    counts = _is_count_p(made, "chi_squared", "fisher")
    name = pick(
        made,
        rng,
        "p",
        having=lambda n: (
            counts(n)
            or n == "t"
            or (made.claims[n].about.get("test") in ("t", "welch") and n.endswith("_p"))
        ),
    )
    one = made.claims[name]
    test = one.about["test"]
    if counts(name):
        p = f.count_p(*_counts(made, name), test, sides=1)
    elif name == "t":
        p = f.statistic_p("t", made.truth["t"][0], made.truth["t"][1][0], None) / 2
    else:
        truth, pair = made.truth[one.about["outcome"]], one.about["compare"]
        means, sds = ([truth[key][g] for g in pair] for key in ("mean", "sd"))
        p = float(f.t_p(means, sds, [made.arms[g] for g in pair], test)) / 2
    one.parts["p"] = f.show_p(p, made.p)
    return (name,), ("one-sided", "one side")


def name_of_population(made: Paper, rng: Rng) -> Done:
    """Shares of the treated under the name of intention to treat."""
    name = pick(made, rng, "count", "percent", "n", having=of_arm(made))
    if not name:
        return None
    one = made.claims[name]
    group, x = one.about["group"], int(one.parts["count"])
    n = made.treated[group]
    if n == made.arms[group] or x >= n:
        return None
    one.about["population"] = "itt"
    one.parts["n"], one.parts["percent"] = str(n), f.show(100 * x / n, made.percent)
    if "low" in one.parts:
        bounds = f.share_interval(x, n, one.about["interval"], 0.95)
        one.parts["low"], one.parts["high"] = (f.show(bound, 1) for bound in bounds)
    return (name,), ("names all",)


def level(made: Paper, rng: Rng) -> Done:
    """An interval of 90 % or 99 % printed as one of 95 %."""
    name = pick(made, rng, "low", "high", having=lambda n: n.startswith(("primary", "hazard")))
    one, other = made.claims[name], float(rng.choice([0.90, 0.99]))
    if name == "hazard":
        value, error = made.truth["hazard"]
        z = float(stats.norm.ppf(0.5 + other / 2))
        values = [float(np.exp(value + sign * z * error)) for sign in (0, -1, 1)]
    elif "group" in one.about:
        truth, group = made.truth["primary"], one.about["group"]
        x, n = truth["x"][group], truth["n"][group]
        values = [0.0, *f.share_interval(x, n, one.about["interval"], other)]
    else:
        method = "wald" if "interval" in one.about else "newcombe"
        values = f.effect(one.about["measure"], *_counts(made, name), method, other)
    for part, value in zip(("low", "high"), values[1:], strict=True):
        one.parts[part] = f.show(value, len(one.parts[part].partition(".")[2]))
    return (name,), () if name == "hazard" else (f"at {100 * other:g} %",)


def degrees(made: Paper, rng: Rng, name: str = "") -> Done:
    """Wrong degrees of freedom, or p of another epsilon than the degrees of freedom have."""
    name = name or str(rng.choice(["f_whole", "f_corrected", "t", "chi"]))
    one = made.claims[name]
    value, known, _ = made.truth[name]
    if name == "f_corrected" and rng.random() < 0.5:
        p = f.statistic_p("F", value, float(known[0]), float(known[1]))
        one.parts["p"] = f.show_p(p, made.p)
        return (name,), ()
    part = "df2" if "df2" in one.parts and rng.random() < 0.5 else "df1"
    off = float(rng.choice([-1, 1, 2])) * (1 if part == "df1" else max(1, known[0]))
    changed = float(one.parts[part]) + off
    if changed <= 0:
        return None
    one.parts[part] = f.show(changed, len(one.parts[part].partition(".")[2]))
    return (name,), ()


def inverse(made: Paper, rng: Rng) -> Done:
    """A ratio with its interval the other way round."""
    ratios = ("risk_ratio", "odds_ratio")
    name = pick(made, rng, "value", having=lambda n: made.claims[n].about.get("measure") in ratios)
    if not name:
        return None
    one = made.claims[name]
    values = f.effect(one.about["measure"], *_counts(made, name), "wald", 0.95)
    turned = [1 / values[0], 1 / values[2], 1 / values[1]]
    for part, value in zip(("value", "low", "high"), turned, strict=True):
        one.parts[part] = f.show(value, 2)
    return (name,), ()


KINDS: dict[str, Callable[[Paper, Rng], Done]] = {
    "denominator": denominator,
    "swapped": swapped,
    "test": wrong_test,
    "truncated": truncated,
    "deviation": error_for_deviation,
    "one_sided": one_sided,
    "digit_percent": lambda made, rng: digit(made, rng, "percent"),
    "digit_p": lambda made, rng: digit(made, rng, "p"),
    "digit_bound": lambda made, rng: digit(made, rng, str(rng.choice(["low", "high"]))),
    "digit_mean": lambda made, rng: digit(made, rng, "mean"),
    "digit_count": lambda made, rng: digit(made, rng, "count"),
    "digit_value": lambda made, rng: digit(made, rng, "value"),
    "digit_sd": lambda made, rng: digit(made, rng, "sd"),
    "name": name_of_population,
    "correction": correction,
    "level": level,
    "category": category,
    "degrees": degrees,
    "inverse": inverse,
    "other_arm": other_arm,
}
