"""Errors in counts, percentages and numbers of patients."""

from numpy.random import Generator

from fresh_papers.habits import percent, rounded, whole
from fresh_papers.kinds import (
    has,
    kind,
    need,
    pair,
    partner,
    set_parts,
    some,
    transposed,
)
from fresh_papers.paper import Claim, Paper

SHARES = ("share", "level", "subgroup")


def _x(claim: Claim) -> int:
    return int(claim.raw["x"])


def _n(claim: Claim) -> int:
    return int(claim.raw["n"])


def _count(paper: Paper, name: str, x: int, n: int | None = None) -> None:
    """Another count with the percentage that it has."""
    claim, habits = paper.claims[name], paper.habits
    of = n or _n(claim)
    need(x >= 0)
    set_parts(paper, name, x=whole(x, habits), n=whole(of, habits), pct=percent(x, of, habits))
    if "patients" in claim.about:
        claim.about["patients"] = str(of)


def _arms(claim: Claim) -> bool:
    return claim.arm != "all"


@kind("shares", "Counts of the two arms exchanged, percentages left")
def counts_swapped(paper: Paper, rng: Generator) -> list[str]:
    one, two = pair(paper, some(paper, rng, SHARES, _arms))
    first, second = paper.claims[one], paper.claims[two]
    need(abs(_x(first) - _x(second)) >= 2)
    set_parts(paper, one, x=whole(_x(second), paper.habits))
    set_parts(paper, two, x=whole(_x(first), paper.habits))
    return [one, two]


@kind("shares", "Digits of a count transposed")
def count_transposed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, SHARES)
    set_parts(paper, name, x=transposed(paper.claims[name].parts["x"]))
    return [name]


@kind("shares", "A percentage with its decimal point shifted")
def percent_shifted(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, SHARES, lambda c: _x(c) > 2 and 100 * _x(c) / _n(c) > 8)
    claim = paper.claims[name]
    shifted = 10 * _x(claim) / _n(claim)
    set_parts(paper, name, pct=rounded(shifted, paper.habits.percent, paper.habits))
    return [name]


@kind("shares", "A percentage of the other arm's patients")
def percent_of_other_arm(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, SHARES, _arms)
    own = paper.claims[name]
    others = [arm.name for arm in paper.arms if arm.name != own.arm]
    other = paper.claims[partner(paper, name, others[int(rng.integers(len(others)))])]
    need(_x(own) <= _n(other))
    set_parts(paper, name, pct=percent(_x(own), _n(other), paper.habits))
    return [name]


@kind("shares", "A percentage of the line in place of the column")
def percent_of_row(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, SHARES, _arms)
    found = [paper.claims[partner(paper, name, arm.name)] for arm in paper.arms]
    total = sum(map(_x, found))
    need(total > 2)
    for arm in paper.arms:
        each = partner(paper, name, arm.name)
        own = percent(_x(paper.claims[each]), total, paper.habits)
        paper.claims[each].parts = paper.claims[each].parts | {"pct": own}
    return [partner(paper, name, arm.name) for arm in paper.arms]


@kind("shares", "A percentage of everyone in place of the arm")
def percent_of_all(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, SHARES, lambda c: _arms(c) and _x(c) > 3)
    found = [paper.claims[partner(paper, name, arm.name)] for arm in paper.arms]
    own = percent(_x(paper.claims[name]), sum(map(_n, found)), paper.habits)
    set_parts(paper, name, pct=own)
    return [name]


@kind("shares", "More events than patients")
def events_exceed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "share", _arms)
    n = _n(paper.claims[name])
    _count(paper, name, n + 1 + int(rng.integers(max(2, n // 10))))
    return [name]


@kind(
    "shares", "A category's count wrong with its percentage, so that the categories do not add up"
)
def category_count(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, SHARES, lambda c: _arms(c) and "category" in c.about and _x(c) > 3)
    claim = paper.claims[name]
    x = _x(claim) + int(rng.choice([-3, -2, 2, 3, 10]))
    need(x <= _n(claim))
    _count(paper, name, x)
    return [name]


@kind("shares", "Percentages of exclusive categories above 100")
def category_percent(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "percent")
    raised = 100 * _x(paper.claims[name]) / _n(paper.claims[name]) + int(rng.choice([5, 10, 20]))
    need(raised < 99)
    set_parts(paper, name, pct=rounded(raised, paper.habits.percent, paper.habits))
    return [name]


@kind("shares", "Events of a subgroup wrong with their percentage")
def subgroup_events(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "subgroup", lambda c: _n(c) > 6)
    claim = paper.claims[name]
    x = _x(claim) + int(rng.choice([-4, -3, 3, 4]))
    need(0 < x < _n(claim))
    _count(paper, name, x)
    return [name]


@kind("shares", "Patients of a subgroup wrong with their percentage")
def subgroup_patients(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.share != "bracket")
    name = some(paper, rng, "subgroup", lambda c: _n(c) > 8)
    claim = paper.claims[name]
    _count(paper, name, _x(claim), _n(claim) + int(rng.choice([-5, 3, 5, 10])))
    need(_x(claim) <= int(claim.parts["n"].replace(",", "")))
    return [name]


@kind("shares", "The column of all patients is not the sum of the arms")
def all_column(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "share", lambda c: c.arm == "all" and _x(c) > 5)
    claim = paper.claims[name]
    x = _x(claim) + int(rng.choice([-4, -2, 2, 4, 10]))
    need(x <= _n(claim))
    _count(paper, name, x)
    return [name]


@kind("sizes", "Patients randomised in all are not the sum of the arms")
def total_randomised(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "randomised", lambda c: c.arm == "all" and c.place == "figure 1")
    n = _n(paper.claims[name]) + int(rng.choice([-10, -2, 2, 5, 10]))
    set_parts(paper, name, n=whole(n, paper.habits))
    return [name]


@kind("sizes", "More patients analysed than randomised in an arm")
def analysed_exceed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "analysed", _arms)
    arm = next(arm for arm in paper.arms if arm.name == paper.claims[name].arm)
    n = arm.randomised + 1 + int(rng.integers(6))
    set_parts(paper, name, n=whole(n, paper.habits))
    return [name]


@kind("abstract", "A percentage of the abstract is another one in the table")
def abstract_percent(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "abstract", lambda c: "pct" in c.parts)
    set_parts(paper, name, pct=transposed(paper.claims[name].parts["pct"]))
    return [name]


@kind("abstract", "The number randomised in the abstract is another one in the flow")
def abstract_patients(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "randomised", lambda c: c.place == "abstract")
    set_parts(paper, name, n=transposed(paper.claims[name].parts["n"]))
    return [name]


@kind("shares", "The denominator of another arm")
def wrong_denominator(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.share != "bracket")
    name = some(paper, rng, "share", _arms)
    others = [arm.name for arm in paper.arms if arm.name != paper.claims[name].arm]
    other = paper.claims[partner(paper, name, others[int(rng.integers(len(others)))])]
    need(abs(_n(other) - _n(paper.claims[name])) > 1)
    set_parts(paper, name, n=whole(_n(other), paper.habits))
    return [name]


@kind("shares", "More serious adverse events than adverse events of any kind")
def part_exceeds_whole(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "share", lambda c: c.section == "serious")
    whole_of = next(
        c for c in paper.claims.values()
        if c.section == "adverse" and c.arm == paper.claims[name].arm
    )  # fmt: skip
    _count(paper, name, min(_n(whole_of), _x(whole_of) + 2 + int(rng.integers(5))))
    need(int(paper.claims[name].parts["x"].replace(",", "")) > _x(whole_of))
    return [name]


@kind("shares", "The cell of one arm copied into the other arm's column")
def share_copied(paper: Paper, rng: Generator) -> list[str]:
    one, two = pair(paper, some(paper, rng, "share", lambda c: has(paper, c.section, "p")))
    first, second = paper.claims[one], paper.claims[two]
    gap = abs(_x(first) / _n(first) - _x(second) / _n(second))
    need(gap > 0.08 and _n(first) != _n(second))
    _count(paper, two, _x(first), _n(second) if paper.habits.share == "bracket" else _n(first))
    paper.claims[two].parts = paper.claims[two].parts | {"pct": first.parts["pct"]}
    return [two]


@kind("facts", "A time told otherwise in the abstract")
def fact_changed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "fact", lambda c: c.place == "abstract")
    weeks = paper.claims[name].parts["time"]
    others = [each for each in ("6 weeks", "12 weeks", "12 months", "26 weeks") if each != weeks]
    set_parts(paper, name, time=others[int(rng.integers(len(others)))])
    return [name]
