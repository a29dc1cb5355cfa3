"""Errors in ratios, their intervals, reductions, rates and survival."""

import math

from numpy.random import Generator

from fresh_papers import formulas as f
from fresh_papers.habits import rounded
from fresh_papers.kinds import (
    has,
    is_ratio,
    kind,
    measure_of,
    need,
    of,
    pair,
    set_limits,
    set_parts,
    some,
    transposed,
    value,
)
from fresh_papers.paper import Paper


def _four(paper: Paper, name: str) -> tuple[int, int, int, int]:
    claim = paper.claims[name]
    cells = []
    for arm in paper.pair:
        found = [
            c for c in of(paper, claim.section, ("share", "subgroup"))
            if c.arm == arm and c.about.get("stratum") == claim.about.get("stratum")
        ]  # fmt: skip
        cells += [int(found[0].raw["x"]), int(found[0].raw["n"])]
    return cells[0], cells[1], cells[2], cells[3]


@kind("ratios", "The odds ratio called risk ratio")
def odds_called_risk(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect", lambda c: measure_of(c) == "risk_ratio")
    set_limits(paper, name, *f.ratio("odds_ratio", *_four(paper, name)))
    new, old = value(paper.claims[name].parts["est"]), paper.claims[name].raw["est"]
    need(abs(math.log(new / old)) > 0.06)
    return [name]


@kind("ratios", "The risk ratio called odds ratio")
def risk_called_odds(paper: Paper, rng: Generator) -> list[str]:
    name = some(
        paper, rng, "effect",
        lambda c: measure_of(c) == "odds_ratio" and c.about.get("basis") != "model",
    )  # fmt: skip
    set_limits(paper, name, *f.ratio("risk_ratio", *_four(paper, name)))
    new, old = value(paper.claims[name].parts["est"]), paper.claims[name].raw["est"]
    need(abs(math.log(new / old)) > 0.06)
    return [name]


def _inverted(paper: Paper, name: str) -> list[str]:
    raw = paper.claims[name].raw
    need(abs(math.log(raw["est"])) > 0.25)
    set_limits(paper, name, 1 / raw["est"], 1 / raw["high"], 1 / raw["low"])
    return [name]


@kind("ratios", "A risk or odds ratio the other way round")
def ratio_inverted(paper: Paper, rng: Generator) -> list[str]:
    counted = ("risk_ratio", "odds_ratio")
    return _inverted(
        paper,
        some(
            paper,
            rng,
            "effect",
            lambda c: measure_of(c) in counted and c.about.get("basis") != "model",
        ),
    )


@kind("ratios", "A hazard ratio the other way round")
def hazard_inverted(paper: Paper, rng: Generator) -> list[str]:
    return _inverted(paper, some(paper, rng, "effect", lambda c: measure_of(c) == "hazard_ratio"))


@kind("ratios", "A rate ratio the other way round")
def rate_inverted(paper: Paper, rng: Generator) -> list[str]:
    return _inverted(paper, some(paper, rng, "effect", lambda c: measure_of(c) == "rate_ratio"))


@kind("intervals", "An interval of a hazard ratio too narrow for the deaths")
def hazard_narrow(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect", lambda c: measure_of(c) == "hazard_ratio")
    raw, share = paper.claims[name].raw, float(rng.uniform(0.4, 0.7))
    low = raw["est"] * (raw["low"] / raw["est"]) ** share
    set_limits(paper, name, raw["est"], low, raw["est"] * (raw["high"] / raw["est"]) ** share)
    return [name]


@kind("ratios", "A coefficient printed as the ratio")
def coefficient_for_ratio(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "effect", lambda c: is_ratio(c) and abs(math.log(c.raw["est"])) > 0.2)
    raw = paper.claims[name].raw
    set_limits(paper, name, *(math.log(raw[each]) for each in ("est", "low", "high")))
    return [name]


@kind("ratios", "A number needed to treat of something else")
def needed_wrong(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "needed")
    gain = paper.claims[name].raw["gain"]
    wrong = str(rng.choice(["percent", "tenfold", "one_more"]))
    new = {"percent": 100 * gain, "tenfold": 10 / gain, "one_more": 1 / gain + 3}[wrong]
    need(abs(new - 1 / gain) > 2)
    set_parts(paper, name, nnt=rounded(new, 0, paper.habits))
    return [name]


@kind("ratios", "The absolute reduction called relative")
def reduction_absolute(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "reduction")
    set_parts(paper, name, pct=rounded(100 * paper.claims[name].raw["gain"], 0, paper.habits))
    return [name]


@kind("rates", "A rate per 1000 called one per 100")
def rate_per(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "rate")
    claim = paper.claims[name]
    places = len(claim.parts["rate"].partition(".")[2])
    new = 10 * claim.raw["per"] * claim.raw["events"] / claim.raw["years"]
    set_parts(paper, name, rate=rounded(new, places, paper.habits))
    return [name]


@kind("rates", "Digits of the events behind a rate transposed")
def rate_events(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, ("rate", "events"), lambda c: "events" in c.parts)
    set_parts(paper, name, events=transposed(paper.claims[name].parts["events"]))
    return [name]


@kind("survival", "Survival that rises with time")
def survival_rises(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "alive", lambda c: c.raw["months"] == 12)
    first = paper.claims[name]
    later = next(
        n for n, c in paper.claims.items()
        if c.role == "alive" and c.arm == first.arm and c.raw["months"] == 24
    )  # fmt: skip
    second = paper.claims[later]
    need(first.raw["share"] - second.raw["share"] > 3)
    first.parts, second.parts = dict(second.parts), dict(first.parts)
    return [name, later]


@kind("survival", "Survival that the median contradicts")
def survival_against_median(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "alive", lambda c: abs(c.raw["share"] - 50) > 10)
    claim = paper.claims[name]
    need(any(c.arm == claim.arm for c in of(paper, "death", ("lived",))))
    places = paper.habits.percent
    low, high = 100 - claim.raw["high"], 100 - claim.raw["low"]
    shown = rounded(100 - claim.raw["share"], places, paper.habits)
    set_parts(paper, name, pct=shown, **paper.limits(low, high, places))
    return [name]


@kind("survival", "A median survival outside its interval")
def survival_median_outside(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "lived")
    raw = paper.claims[name].raw
    set_parts(paper, name, mid=rounded(raw["high"] + float(rng.uniform(0.5, 5)), 1, paper.habits))
    return [name]


@kind("survival", "A share outside its interval")
def share_outside(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "alive", lambda c: 8 < c.raw["share"] < 85)
    new = paper.claims[name].raw["high"] + 3
    need(new < 100)
    set_parts(paper, name, pct=rounded(new, paper.habits.percent, paper.habits))
    return [name]


@kind("abstract", "A hazard ratio of the abstract is another one in the text")
def abstract_hazard(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "abstract", lambda c: "est" in c.parts)
    raw = paper.claims[name].raw
    factor = float(rng.choice([0.85, 1.18]))
    set_limits(paper, name, *(raw[each] * factor for each in ("est", "low", "high")))
    return [name]


@kind("survival", "Deaths of the two arms exchanged")
def deaths_swapped(paper: Paper, rng: Generator) -> list[str]:
    need(has(paper, "death", "share"))
    one, two = pair(paper, some(paper, rng, "share", lambda c: c.section == "death"))
    hazard = of(paper, "death", ("effect",))[0].raw["est"]
    first, second = paper.claims[one], paper.claims[two]
    gap = first.raw["x"] / first.raw["n"] - second.raw["x"] / second.raw["n"]
    need(abs(math.log(hazard)) > 0.3 and abs(gap) > 0.08)
    first.parts, second.parts = dict(second.parts), dict(first.parts)
    for claim in (first, second):
        if "patients" in claim.about:
            claim.about["patients"] = claim.parts["n"]
    return [one, two]
