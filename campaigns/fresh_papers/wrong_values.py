"""Errors in means, deviations, medians, differences, ratios, rates and survival."""

import math
from collections.abc import Callable

from numpy.random import Generator

from fresh_papers.habits import number, rounded
from fresh_papers.kinds import (
    has,
    is_ratio,
    kind,
    measure_of,
    need,
    of,
    pair,
    partner,
    set_limits,
    set_parts,
    some,
    transposed,
    value,
)
from fresh_papers.paper import Claim, Paper


@kind("means", "The standard error printed as the deviation")
def error_for_deviation(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.spread in ("words",))
    line = pair(paper, some(paper, rng, ("after", "mean", "base"), _tested(paper)))
    for name in line:
        raw = paper.claims[name].raw
        set_parts(paper, name, sd=rounded(raw["error"], int(raw["places"]), paper.habits))
    return list(line)


def _tested(paper: Paper) -> Callable[[Claim], bool]:
    """Whether a p or an interval of the difference says how far values are spread."""
    return lambda c: (
        c.arm in paper.pair and (has(paper, c.section, "p") or has(paper, c.section, "effect"))
    )


@kind("means", "The deviation printed as the standard error")
def deviation_for_error(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.spread == "error")
    line = pair(paper, some(paper, rng, "after", _tested(paper)))
    for name in line:
        raw = paper.claims[name].raw
        set_parts(paper, name, sd=rounded(raw["sd"], int(raw["places"]) + 1, paper.habits))
    return list(line)


@kind("means", "A mean that whole numbers of so many patients can't have")
def mean_of_no_integers(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "mean", lambda c: c.section == "pain" and c.raw["n"] < 80)
    claim = paper.claims[name]
    n, shown = int(claim.raw["n"]), value(claim.parts["mean"])
    for step in rng.permutation([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]):
        candidate = round(shown + step / 100, 2)
        near = round(candidate * n)
        if all(abs(each / n - candidate) > 0.0052 for each in (near - 1, near, near + 1)):
            set_parts(paper, name, mean=f"{candidate:.2f}")
            return [name]
    need(False)
    return []


@kind("means", "A deviation larger than the scale allows")
def deviation_beyond_scale(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.spread not in ("error", "interval"))
    name = some(paper, rng, "mean", lambda c: c.section == "pain" and "sd" in c.parts)
    low, high = _scale(paper)
    set_parts(paper, name, sd=f"{(high - low) * float(rng.uniform(0.56, 0.8)):.2f}")
    return [name]


def _scale(paper: Paper) -> tuple[float, float]:
    scale = paper.outcomes["pain"]["scale"]
    assert isinstance(scale, dict)
    return float(scale["from"]), float(scale["to"])


@kind("means", "A mean outside the scale")
def mean_beyond_scale(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "mean", lambda c: c.section == "pain")
    _, high = _scale(paper)
    set_parts(paper, name, mean=f"{high + float(rng.uniform(0.1, 3)):.2f}")
    return [name]


@kind("means", "Mean and deviation of one arm copied into the other arm's column")
def mean_copied(paper: Paper, rng: Generator) -> list[str]:
    one, two = pair(paper, some(paper, rng, "after", lambda c: c.arm in paper.pair))
    first, second = paper.claims[one], paper.claims[two]
    need(abs(first.raw["mean"] - second.raw["mean"]) > 2 * first.raw["error"])
    second.parts = dict(first.parts)
    return [two]


@kind("means", "A difference with the other sign")
def difference_sign(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect", lambda c: "difference" in measure_of(c))
    raw = paper.claims[name].raw
    need(abs(raw["est"]) > 0.3 * (raw["high"] - raw["low"]) / 2)
    set_limits(paper, name, -raw["est"], -raw["high"], -raw["low"])
    return [name]


@kind("intervals", "Digits of an estimate transposed, so that its interval is not around it")
def estimate_transposed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect")
    shown, raw = paper.claims[name].parts["est"], paper.claims[name].raw
    other = transposed(shown)
    need(abs(value(other) - raw["est"]) > 0.15 * (raw["high"] - raw["low"]))
    set_parts(paper, name, est=other)
    return [name]


@kind("means", "A change that is not the end less the baseline")
def change_wrong(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "change")
    shown, raw = paper.claims[name].parts["mean"], paper.claims[name].raw
    new = raw["mean"] + float(rng.choice([-1, 1])) * float(rng.uniform(1.5, 5))
    set_parts(paper, name, mean=number(new, int(raw["places"]), paper.habits))
    need(paper.claims[name].parts["mean"] != shown)
    return [name]


@kind("intervals", "Digits of one limit of an interval wrong")
def limit_transposed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect")
    claim = paper.claims[name]
    end = str(rng.choice(["low", "high"]))
    other = transposed(claim.parts[end])
    width = claim.raw["high"] - claim.raw["low"]
    need(abs(value(other) - claim.raw[end]) > 0.15 * width)
    set_parts(paper, name, **{end: other})
    return [name]


@kind("intervals", "A minus lost in a limit of an interval")
def limit_sign(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect", lambda c: c.raw["high"] < 0 or c.raw["low"] < 0)
    claim = paper.claims[name]
    end = "high" if claim.raw["high"] < 0 else "low"
    other = claim.parts[end].lstrip("-−")
    need(abs(value(other) - claim.raw[end]) > 0.1 * (claim.raw["high"] - claim.raw["low"]))
    set_parts(paper, name, **{end: other})
    return [name]


@kind("intervals", "An interval half as wide as the numbers of the arms make it")
def interval_shrunk(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect", lambda c: c.about.get("basis") != "model")
    raw = paper.claims[name].raw
    if is_ratio(paper.claims[name]):
        low, high = math.sqrt(raw["est"] * raw["low"]), math.sqrt(raw["est"] * raw["high"])
    else:
        low, high = (raw["est"] + raw["low"]) / 2, (raw["est"] + raw["high"]) / 2
    set_limits(paper, name, raw["est"], low, high)
    return [name]


@kind("intervals", "An interval of the deviation in place of the error")
def interval_of_deviation(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.spread == "interval")
    name = some(paper, rng, ("after", "mean"), lambda c: c.arm != "all" and _tested(paper)(c))
    raw = paper.claims[name].raw
    ends = raw["mean"] - 1.96 * raw["sd"], raw["mean"] + 1.96 * raw["sd"]
    set_parts(paper, name, **paper.limits(*ends, int(raw["places"])))
    return [name]


@kind("means", "The mean of all patients outside those of the arms")
def mean_of_all(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "base", lambda c: c.arm == "all")
    raws = [c.raw["mean"] for c in of(paper, paper.claims[name].section, ("base",))]
    new = max(raws) + float(rng.uniform(0.5, 4))
    set_parts(paper, name, mean=number(new, 1, paper.habits))
    return [name]


@kind("means", "Digits of a mean transposed")
def mean_transposed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "after", lambda c: c.arm in paper.pair)
    claim = paper.claims[name]
    other = transposed(claim.parts["mean"])
    need(abs(value(other) - claim.raw["mean"]) > claim.raw["error"])
    set_parts(paper, name, mean=other)
    return [name]


@kind("means", "A deviation with its decimal point shifted")
def deviation_shifted(paper: Paper, rng: Generator) -> list[str]:
    name = some(
        paper, rng, ("after", "mean"), lambda c: "sd" in c.parts and _tested(paper)(c)
    )  # fmt: skip
    claim = paper.claims[name]
    shown = claim.parts["sd"]
    places = len(shown.partition(".")[2])
    factor = 10 if rng.random() < 0.5 else 0.1
    set_parts(paper, name, sd=rounded(value(shown) * factor, places, paper.habits))
    return [name]


@kind("means", "Means of the two arms exchanged")
def means_swapped(paper: Paper, rng: Generator) -> list[str]:
    one, two = pair(paper, some(paper, rng, "after", lambda c: c.arm in paper.pair))
    first, second = paper.claims[one], paper.claims[two]
    need(abs(first.raw["mean"] - second.raw["mean"]) > 2 * first.raw["error"])
    first.parts, second.parts = dict(second.parts), dict(first.parts)
    return [one, two]


@kind("abstract", "A mean of the abstract is another one in the table")
def abstract_mean(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "abstract", lambda c: "mean" in c.parts)
    set_parts(paper, name, mean=transposed(paper.claims[name].parts["mean"]))
    return [name]


@kind("medians", "A median outside its quartiles")
def median_outside(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "median")
    raw = paper.claims[name].raw
    new = raw["high"] + 1 + int(rng.integers(10))
    set_parts(paper, name, mid=rounded(new, int(raw["places"]), paper.habits))
    return [name]


@kind("medians", "Quartiles in the wrong order")
def quartiles_exchanged(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "median", lambda c: c.parts["low"] != c.parts["high"])
    parts = paper.claims[name].parts
    set_parts(paper, name, low=parts["high"], high=parts["low"])
    return [name]


@kind("medians", "A p above 0.5 beside medians that lie outside each other's quartiles")
def medians_apart(paper: Paper, rng: Generator) -> list[str]:
    one, two = pair(paper, some(paper, rng, "median", lambda c: c.section == "stay"))
    first, second = paper.claims[one], paper.claims[two]
    need(first.raw["n"] > 30 and first.parts["word"] == "IQR")
    shift = round(first.raw["high"]) + 6
    for part in ("low", "mid", "high"):
        shown = first.raw[part] + shift
        second.parts = second.parts | {part: rounded(shown, int(first.raw["places"]), paper.habits)}
    name = some(paper, rng, "p", lambda c: c.section == "stay")
    need(paper.claims[name].raw["p"] > 0.2)
    return [two]


@kind("means", "Means of a visit exchanged between the arms")
def visit_copied(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "before", lambda c: c.arm in paper.pair)
    later = next(
        n for n, c in paper.claims.items() if c.role == "after" and c.arm == paper.claims[name].arm
    )
    first, second = paper.claims[name], paper.claims[later]
    need(abs(first.raw["mean"] - second.raw["mean"]) > 2 * first.raw["error"])
    second.parts = dict(first.parts)
    return [partner(paper, later, first.arm)]
