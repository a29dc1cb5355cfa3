"""Baseline tables as a whole: against random groups, and rows that are the same.

The groups of a trial differ at baseline by chance, so that the sums of squares between them have a
known distribution (Carlisle 2017; Betensky and Chiou 2017). Rounding is drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.special import ndtr, ndtri, pdtrc

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.relations.engine import Case, relation
from trialtrace.audit.relations.shapes import patients, plain
from trialtrace.audit.relations.wording import listed, signed
from trialtrace.base.arrays import Floats

FEWEST, FEWEST_EQUAL = 10, 3
LIMIT = 0.001
DRAWS, SEED, LEAST_DIGITS = 4000, 20120, 2


@dataclass(frozen=True)
class Row:
    """One outcome of the table in every group: sizes, means, deviation and last digit."""

    entries: tuple[Claim, ...]
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    spread: float
    unit: float


def _row(ledger: Ledger, name: str) -> Row | None:
    """The one number of each group of an outcome that is declared of the baseline."""
    if not ledger.outcomes[name].baseline:
        return None
    claims: list[Claim] = []
    for group in ledger.apart:
        own = [
            claim
            for claim in ledger.of_group()
            if claim.about.outcome == name
            and claim.about.group == group
            and claim.about.category is None
            if not claim.about.part and claim.about.size is None and _usable(ledger, claim)
        ]
        both = set.intersection(*(set(one.parts) for one in own)) if own else set()
        one = ledger.agreed(own, *sorted(both)) if both else None
        if one is None:
            return None
        claims.append(one)
    sizes = tuple(int(ledger.size(claim) or 0) for claim in claims)
    means = tuple(float(claim.parts["value"].value or 0) for claim in claims)
    spreads = [float(claim.parts["sd"].value or 0) for claim in claims]
    pooled = sqrt(float(np.average(np.square(spreads), weights=np.array(sizes) - 1)))
    unit = max(float(claim.parts["value"].ulp) for claim in claims)
    return Row(tuple(claims), sizes, means, pooled, unit) if pooled > 0 else None


def _usable(ledger: Ledger, entry: Claim) -> bool:
    n, sd = ledger.size(entry), entry.parts.get("sd")
    if n is None or n < 2 or ledger.assumed(entry):
        return False
    return sd is not None and sd.symbol != UNSAID and entry.has("value") and entry.basis is None


def place(row: Row, rng: np.random.Generator) -> float:
    """The share of draws from random groups that are more alike than the printed groups."""
    n = np.array(row.sizes, dtype=np.float64)
    line = _apart(np.array([row.means]), n)[0]
    drawn = rng.normal(0.0, row.spread / np.sqrt(n), size=(DRAWS, len(n)))
    # Rounding moves each mean: drawn about a middle that lies anywhere between two steps.
    middle = rng.uniform(0, row.unit, size=(DRAWS, 1))
    drawn = np.round((drawn + middle) / row.unit) * row.unit
    apart = _apart(drawn, n)
    near = 1e-9 * max(float(apart.max()), line, 1e-300)
    below = float((apart < line - near).sum()) + 0.5 * float((np.abs(apart - line) <= near).sum())
    return (below + 0.5) / (DRAWS + 1)


def _apart(means: Floats, n: Floats) -> Floats:
    """The sum of squares between groups, for each row of means."""
    middle = means @ n / n.sum()
    squares: Floats = (n * (means - middle[:, None]) ** 2).sum(axis=1)
    return squares


def _digits(entry: Claim) -> bool:
    numbers = [entry.parts[name].number for name in ("value", "sd")]
    return all(sum(map(str.isdigit, number)) >= LEAST_DIGITS for number in numbers)


def stouffer(places: Sequence[float]) -> float:
    """Stouffer's z of the places of independent variables."""
    return float(ndtri(np.array(places)).sum() / sqrt(len(places)))


@relation("baseline.chance", "How was randomised, and by which strata?", only_asks=True)
def chance(ledger: Ledger) -> Iterator[Case]:
    """The baseline values of the groups, and those of random groups."""
    if len(ledger.apart) < 2 or ledger.patients_of_every_group is not None:
        return
    rows = [row for name in ledger.outcomes if (row := _row(ledger, name)) is not None]
    if len(rows) < FEWEST:
        return
    rng = np.random.default_rng(SEED)
    z = stouffer([place(row, rng) for row in rows])
    p = 2 * float(ndtr(-abs(z)))
    text = f"Of {len(rows)} baseline outcomes the groups are "
    text += f"{'more unlike' if z > 0 else 'more alike'} than random groups, Stouffer's z "
    text += f"{signed(z, 1)}. Outcomes that hang together, strata or minimisation can do this."
    if p >= LIMIT:
        text = f"{len(rows)} baseline outcomes differ as those of random groups do, Stouffer's z "
        text += f"{signed(z, 1)}."
    claims = [entry for row in rows for entry in row.entries]
    part = next(iter(claims[0].parts))
    yield Case(claims[0], part, p >= LIMIT, text, tuple(claims[1:]))


@relation("baseline.rows", "Which outcome are these numbers of?", only_asks=True)
def copies(ledger: Ledger) -> Iterator[Case]:
    """Means and deviations of two outcomes that are the same in all groups."""
    rows: dict[tuple, list[Claim]] = {}
    for own in _rows(ledger):
        if all(map(_digits, own)):
            key = tuple((one.parts["value"].number, one.parts["sd"].number) for one in own)
            rows.setdefault(key, []).append(own[0])
    for every in rows.values():
        # What a sentence tells of a table's row is that row again.
        same = [one for one in every if "sentence" not in one.place]
        if len({one.about.outcome for one in same}) > 1:
            labels = listed([ledger.outcomes[one.about.outcome or ""].label for one in same])
            text = f"{labels} have the same means and deviations in every group."
            yield Case(same[0], "value", False, text, tuple(same[1:]))


def _rows(ledger: Ledger) -> Iterator[list[Claim]]:
    """The mean and deviation of each group of a cell."""
    for own in ledger.of_cell.values():
        known = [
            ledger.agreed(
                (one for one in own if one.about.group == group and one.about.category is None),
                "value",
                "sd",
            )
            for group in ledger.apart
        ]
        rows = [one for one in known if one is not None]
        if len(rows) == len(known) > 1:
            yield rows


@relation("baseline.equal", "Are these the numbers of both groups?", only_asks=True)
def equal_arms(ledger: Ledger) -> Iterator[Case]:
    """Means and deviations that are the same in both groups, in several rows."""
    equal, expected = [], 0.0
    for own in _rows(ledger):
        sizes = [patients(ledger, one)[0] for one in own]
        parts = [one.parts[name] for one in own for name in ("value", "sd")]
        if None in sizes or not all(map(plain, parts)) or len(own) != 2:
            continue
        n1, n0 = (float(n or 0) for n in sizes)
        s = float(own[0].parts["sd"].value or 0)
        if s <= 0 or min(n1, n0) < 2 or not _digits(own[0]):
            continue
        of_mean = float(own[0].parts["value"].ulp) / (s * sqrt(1 / n1 + 1 / n0) * sqrt(2 * pi))
        of_sd = float(own[0].parts["sd"].ulp) / (s * sqrt(0.5 / n1 + 0.5 / n0) * sqrt(2 * pi))
        expected += min(of_mean, 1.0) * min(of_sd, 1.0)
        pairs = {(one.parts["value"].number, one.parts["sd"].number) for one in own}
        if len(pairs) == 1:
            equal.append(own)
    if len(equal) >= FEWEST_EQUAL:
        p = float(pdtrc(len(equal) - 1, expected))
        labels = listed([ledger.outcomes[own[0].about.outcome or ""].label for own in equal])
        text = f"{labels} have the same mean and deviation in both groups. By chance "
        text += f"{expected:.2g} rows would; so many or more have a chance of {p:.2g}."
        claims = [one for own in equal for one in own]
        yield Case(claims[0], "value", p >= LIMIT, text, tuple(claims[1:]))  # fmt: skip
