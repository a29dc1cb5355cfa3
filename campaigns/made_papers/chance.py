"""Validation of the chance of a coincidental fit: errors that no candidate of the search makes.

A mistyped digit, or numbers invented near the true ones. Each altered bundle of linked numbers is
searched, whatever the checks say of it, and its CP is held against whether some candidate matched.
How many digits and which parts are printed is drawn anew, so that CP takes all values from 0 to 1.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from made_papers import formulas as f
from made_papers.paper import Claim, Paper, paper
from made_papers.slips import Rng, digit
from trialtrace.audit.candidates.coincidence import Displacement, Fits
from trialtrace.audit.candidates.grid import TIERS
from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.one_group.intervals import check_intervals
from trialtrace.audit.prints.two_groups.comparisons import check_comparisons
from trialtrace.audit.prints.two_groups.count_tests import check_count_tests
from trialtrace.audit.prints.two_groups.mean_tests import check_mean_tests
from trialtrace.audit.search.bundles import UNSETTLED, bundles

MECHANISMS = ("mistyped", "invented")
BUNDLES = ("p of counts", "p of means", "intervals of shares", "effect")
CHECKS = dict(
    zip(
        BUNDLES,
        (check_count_tests, check_mean_tests, check_intervals, check_comparisons),
        strict=True,
    )
)
TIMES = {"p of counts": 3}
LOTS = (0.2, 0.2, 0.6)
ARMS = ("new", "usual")
EFFECTS = (("value",), ("value", "p"), ("value", "low", "high"), ("value", "low", "high", "p"))
FORMS = {
    ("value",): "{value}",
    ("value", "p"): "{value}, {p}",
    ("value", "low", "high"): "{value} (95% CI {low} to {high})",
    ("value", "low", "high", "p"): "{value} (95% CI {low} to {high}), {p}",
}


@dataclass(frozen=True)
class Case:
    """CP of an altered bundle up to a tier, at half and double windows too, and what came of it.

    `asked` tells whether the audit objects to the altered numbers, so that it would have searched.
    """

    mechanism: str
    bundle: str
    tier: int
    cp: float | None
    half: float | None
    double: float | None
    matched: bool
    asked: bool


@dataclass(frozen=True)
class Subject:
    """A claim to alter, the check that asks for its search, the arms' claims, its targets."""

    name: str
    check: str
    beside: tuple[str, ...]
    parts: tuple[str, ...]


def cases(seeds: range) -> Iterator[Case]:
    """Each bundle of each paper, altered by each mechanism; the tier is drawn by lot."""
    for seed in seeds:
        true = paper(seed)
        for place, bundle in enumerate(BUNDLES):
            for number, mechanism in enumerate(MECHANISMS):
                for again in range(TIMES.get(bundle, 1)):
                    rng = np.random.default_rng([20261121, seed, place, number, again])
                    yield from _case(true, bundle, mechanism, rng)


def _case(true: Paper, bundle: str, mechanism: str, rng: Rng) -> Iterator[Case]:
    made = copy.deepcopy(true)
    subject = SUBJECTS[bundle](made, rng)
    own = made.claims[subject.name]
    if "<" in own.parts.get("p", "") and "p" in subject.parts:
        return
    before = own.printed
    change = _mistype if mechanism == "mistyped" else _invent
    if not change(made, subject, rng) or own.printed == before:
        return
    whole = ledger(made.document())
    finding = Finding(
        subject.check, subject.name, subject.parts[0], INCONSISTENT, "", subject.beside
    )
    tier, by = int(rng.choice(TIERS, p=LOTS)), Displacement()
    asked = any(
        one.claim == subject.name and one.check == subject.check and one.agreement in UNSETTLED
        for one in CHECKS[bundle].held(whole)
    )
    for one in bundles(whole, [finding]):
        fits = Fits(one.families, one.windows)
        cp, half, double = (
            fits.coincidence(size, tier) for size in (by, by.scaled(0.5), by.scaled(2))
        )
        yield Case(mechanism, bundle, tier, cp, half, double, fits.matches(tier) > 0, asked)


def _p_of_counts(made: Paper, rng: Rng) -> Subject:
    """P of two arms by the stated test, with two to five decimals."""
    outcome = f"trait{rng.integers(3)}"
    x, n = ([made.truth[outcome][key][arm] for arm in ARMS] for key in ("x", "n"))
    claim = made.claims[f"{outcome}_p"]
    claim.about["compare"] = list(ARMS)
    value = f.count_p(x, n, claim.about["test"])
    claim.parts["p"] = f.show_p(value, int(rng.integers(2, 6)))
    return Subject(f"{outcome}_p", "p.counts", _beside(outcome), ("p",))


def _p_of_means(made: Paper, rng: Rng) -> Subject:
    """P of two arms, with two to five decimals; means and deviations with one to three."""
    outcome = f"measure{rng.integers(3)}"
    truth, places = made.truth[outcome], int(rng.integers(1, 4))
    for arm in ARMS:
        for part in ("mean", "sd"):
            made.claims[f"{outcome}_{arm}"].parts[part] = f.show(truth[part][arm], places)
    claim = made.claims[f"{outcome}_p"]
    means, sds = ([truth[part][arm] for arm in ARMS] for part in ("mean", "sd"))
    value = float(f.t_p(means, sds, [made.arms[arm] for arm in ARMS], claim.about["test"]))
    claim.parts["p"] = f.show_p(value, int(rng.integers(2, 6)))
    return Subject(f"{outcome}_p", "p.means", _beside(outcome), ("p",))


def _intervals_of_shares(made: Paper, rng: Rng) -> Subject:
    """The bounds of one arm alone or of all, to whole percent or to one decimal."""
    places, alone = int(rng.integers(0, 2)), rng.random() < 0.7
    for name, n in made.truth["primary"]["n"].items():
        claim = made.claims[f"primary_{name}"]
        bounds = f.share_interval(
            made.truth["primary"]["x"][name], n, claim.about["interval"], 0.95
        )
        for part, bound in zip(("low", "high"), bounds, strict=True):
            claim.parts[part] = f.show(bound, places)
        if alone and name != "new":
            claim.form = "{count}/{n} ({percent}%)"
            del claim.about["interval"]
    return Subject("primary_new", "interval.share", (), ("low", "high"))


def _effect(made: Paper, rng: Rng) -> Subject:
    """Estimate alone, with p, with its interval, or with both; one decimal less or more."""
    claim = made.claims["primary_effect_new"]
    x, n = ([made.truth["primary"][key][arm] for arm in ARMS] for key in ("x", "n"))
    measure, parts = claim.about["measure"], EFFECTS[int(rng.choice(4, p=[0.3, 0.4, 0.2, 0.1]))]
    (method,) = (
        link.with_["method"]
        for link in made.links
        if link.kind == "effect" and link.claims[0] == "primary_effect_new"
    )
    places = int(rng.integers(0, 2)) + (measure != "risk_difference")
    for part, value in zip(EFFECTS[2], f.effect(measure, x, n, method, 0.95), strict=True):
        claim.parts[part] = f.show(value, places)
    value = f.count_p(x, n, claim.about["test"])
    claim.parts["p"] = f.show_p(value, int(rng.integers(2, 4)))
    form = FORMS[parts]
    claim.form = form.replace("{value}", "{value}%") if measure == "risk_difference" else form
    return Subject("primary_effect_new", "comparison.estimate", _beside("primary"), parts)


SUBJECTS = dict(
    zip(BUNDLES, (_p_of_counts, _p_of_means, _intervals_of_shares, _effect), strict=True)
)


def _beside(outcome: str) -> tuple[str, ...]:
    return tuple(f"{outcome}_{arm}" for arm in ARMS)


def _mistype(made: Paper, subject: Subject, rng: Rng) -> bool:
    only = copy.copy(made)
    only.claims = {subject.name: made.claims[subject.name]}
    return digit(only, rng, str(rng.choice(subject.parts))) is not None


def _invent(made: Paper, subject: Subject, rng: Rng) -> bool:
    """All targets anew: estimates within a few percent, arms and p by a random factor."""
    claim, parts = made.claims[subject.name], subject.parts
    own = claim.parts
    centre = float(own.get("value", own.get("percent", "0")))
    at = centre
    if "value" in parts:
        at = centre * (1 + rng.normal(0, 0.05))
        own["value"] = f.show(at, _places(own["value"]))
    for part in ("low", "high"):
        if part in parts:
            far = (float(own[part]) - centre) * float(np.exp(rng.normal(0, 0.1)))
            own[part] = f.show(at + far, _places(own[part]))
    if "p" in parts:
        value = min(float(own["p"].split()[-1]) * float(np.exp(rng.normal(0, 0.35))), 0.999)
        own["p"] = f.show_p(value, _places(own["p"]))
    return _readable(claim, parts)


def _readable(claim: Claim, parts: tuple[str, ...]) -> bool:
    return not ("p" in parts and "<" in claim.parts["p"])


def _places(text: str) -> int:
    return len(text.partition(".")[2])
