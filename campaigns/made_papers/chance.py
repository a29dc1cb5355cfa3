"""Validation of the chance of a coincidental fit: errors that no candidate of the search makes.

A mistyped digit, or numbers invented near the true ones. Each altered bundle of linked numbers is
searched, whatever the checks say of it, and its CP is held against whether some candidate matched.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from made_papers import formulas as f
from made_papers.paper import Paper, paper
from made_papers.slips import Rng, digit
from trialtrace.claims.ledger import ledger
from trialtrace.claims.prints.finding import INCONSISTENT, Finding
from trialtrace.claims.search.bundles import bundles
from trialtrace.claims.search.candidates import TIERS
from trialtrace.claims.search.coincidence import coincidence
from trialtrace.claims.search.window import Displacement

MECHANISMS = ("mistyped", "invented")
BUNDLES = ("p of counts", "p of means", "intervals of shares", "effect with interval and p")
SLOW = ("p of means", "effect with interval and p")


@dataclass(frozen=True)
class Case:
    mechanism: str
    bundle: str
    tier: int
    cp: float
    matched: bool


def cases(seeds: range, every: int) -> Iterator[Case]:
    """A case of each bundle, mechanism and tier a paper, where the paper has the bundle.

    The bundles of `SLOW` are taken from every so many papers only.
    """
    for seed in seeds:
        true = paper(seed)
        for place, bundle in enumerate(BUNDLES):
            if bundle in SLOW and seed % every:
                continue
            for number, mechanism in enumerate(MECHANISMS):
                rng = np.random.default_rng([20261121, seed, place, number])
                yield from _cases(true, bundle, mechanism, rng)


def _cases(true: Paper, bundle: str, mechanism: str, rng: Rng) -> Iterator[Case]:
    made, subject = copy.deepcopy(true), _subject(true, bundle, rng)
    if subject is None:
        return
    name, check, beside, parts = subject
    change = _mistype if mechanism == "mistyped" else _invent
    done = change(made, name, parts, rng)
    if not done or made.claims[name].printed == true.claims[name].printed:
        return
    whole = ledger(made.document())
    finding = Finding(check, name, parts[0], INCONSISTENT, "", beside)
    for one in bundles(whole, [finding]):
        printed = [window.printed for window in one.windows]
        for tier in TIERS:
            cp = coincidence(one.families, one.windows, Displacement(), tier)
            matched = any(family.matches(printed, tier) for family in one.families)
            yield Case(mechanism, bundle, tier, cp, matched)


def _subject(made: Paper, bundle: str, rng: Rng) -> tuple | None:
    """The claim to alter, the check that asks for its search, the arms' claims, its targets."""
    pair = ("new", "usual")
    if bundle == "p of counts" and len(made.arms) == 2:
        outcome = f"trait{rng.integers(3)}"
        name, check, parts = f"{outcome}_p", "p.counts", ("p",)
    elif bundle == "p of means":
        outcome = f"measure{rng.integers(3)}"
        name, check, parts = f"{outcome}_p", "p.means", ("p",)
    elif bundle == "intervals of shares":
        return "primary_new", "interval.share", (), ("low", "high")
    elif bundle == "effect with interval and p":
        outcome = "primary"
        name, check = "primary_effect_new", "comparison.estimate"
        parts = ("value", "low", "high", "p")
    else:
        return None
    if "<" in made.claims[name].parts["p"]:
        return None
    return name, check, tuple(f"{outcome}_{arm}" for arm in pair), parts


def _mistype(made: Paper, name: str, parts: tuple[str, ...], rng: Rng) -> bool:
    only = copy.copy(made)
    only.claims = {name: made.claims[name]}
    return digit(only, rng, str(rng.choice(parts))) is not None


def _invent(made: Paper, name: str, parts: tuple[str, ...], rng: Rng) -> bool:
    """All targets anew: estimates within a few percent, arms and p by a random factor."""
    own = made.claims[name].parts
    centre = float(own.get("value", own.get("percent", "0")))
    at = centre
    if "value" in parts:
        at = centre * (1 + rng.normal(0, 0.05))
        own["value"] = f.show(at, len(own["value"].partition(".")[2]))
    for part in ("low", "high"):
        if part in parts:
            far = (float(own[part]) - centre) * float(np.exp(rng.normal(0, 0.1)))
            own[part] = f.show(at + far, len(own[part].partition(".")[2]))
    if "p" in parts:
        value = min(float(own["p"].split()[-1]) * float(np.exp(rng.normal(0, 0.35))), 0.999)
        own["p"] = f.show_p(value, made.p)
    return "<" not in own.get("p", "")
