"""A baseline table as a whole: are its groups as alike, and as unlike, as chance makes them?

Of variables measured before randomisation p is spread evenly from 0 to 1, if the groups are random
(Carlisle, Anaesthesia 2012;67:521 and 2017;72:944). Printed means are rounded, counts are few, and
p of both has steps; so the place of each variable is simulated: groups are drawn from one normal
distribution of the printed deviation, or one share, and rounded as the paper prints; the place is
the share of draws whose groups are more alike, with half of those that are as alike. The places are
joined by Stouffer's z. The variables of a table hang together, which spreads z further: it is a
remark, only beyond one in a thousand, and never of fewer than ten outcomes; strata and factors of
minimisation, which balance by design, are not declared. Source: Stouffer et al. 1949. Oracle: true
trials drawn with independent variables, of whose z the deviation is 1.

Also: two different outcomes with the same means and deviations in every group, which a copied row
leaves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import REMARK
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.wording import listed, signed
from trialtrace.base.arrays import Floats

FEWEST = 10
LIMIT = 0.001
DRAWS = 4000
SEED = 20120
LEAST_DIGITS = 2
"""How many digits a mean and a deviation need each for an equal row to be worth a word."""


@dataclass(frozen=True)
class Row:
    """One outcome of the table in every group: sizes, and means with deviations or counts."""

    entries: tuple[Claim, ...]
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    spread: float | None
    unit: float


@checks(
    "a baseline table of ten outcomes or more as a whole (`baseline: true`): the differences of "
    "its groups against those of random groups, rounding and small counts simulated; rows of two "
    "outcomes that are the same in every group; both are remarks",
    {
        "baseline.chance": "The baseline values of the groups, and those of random groups.",
        "baseline.rows": "Means and deviations of two outcomes that are the same in all groups.",
    },
)
def check_baseline(ledger: Ledger) -> Iterator[Finding]:
    if len(ledger.apart) < 2 or ledger.patients_of_every_group is not None:
        return
    yield from _copies(ledger)
    rows = [row for name in ledger.outcomes if (row := _row(ledger, name)) is not None]
    if len(rows) < FEWEST:
        return
    rng = np.random.default_rng(SEED)
    places = [place(row, rng) for row in rows]
    z = stouffer(places)
    p = 2 * float(ndtr(-abs(z)))
    text = f"Of {len(rows)} baseline outcomes the groups "
    if p >= LIMIT:
        text += f"differ as random groups do (Stouffer's z {signed(z, 1)})."
    else:
        text += f"are {'more unlike' if z > 0 else 'more alike'} than random groups, Stouffer's z "
        text += f"{signed(z, 1)}: some concern. Outcomes that hang together, strata or "
        text += "minimisation can do this."
    claims = [entry for row in rows for entry in row.entries]
    names = (row.entries[0].name for row in rows)
    detail = {"z": z, "p": p, "places": dict(zip(names, places, strict=True))}
    part = next(iter(claims[0].parts))
    yield verdict("baseline.chance", claims[0], part, REMARK, text, claims, detail)


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
    if all("sd" in claim.parts for claim in claims):
        means = tuple(float(claim.parts["value"].value or 0) for claim in claims)
        spreads = [float(claim.parts["sd"].value or 0) for claim in claims]
        pooled = sqrt(float(np.average(np.square(spreads), weights=np.array(sizes) - 1)))
        unit = max(float(claim.parts["value"].ulp) for claim in claims)
        return Row(tuple(claims), sizes, means, pooled, unit) if pooled > 0 else None
    counts = [claim.whole_count for claim in claims]
    if any(count is None for count in counts):
        return None
    shares = tuple(int(count or 0) / n for count, n in zip(counts, sizes, strict=True))
    total = sum(int(count or 0) for count in counts)
    return Row(tuple(claims), sizes, shares, None, 0.0) if 0 < total < sum(sizes) else None


def _usable(ledger: Ledger, entry: Claim) -> bool:
    n, sd = ledger.size(entry), entry.parts.get("sd")
    if n is None or n < 2 or ledger.assumed(entry):
        return False
    if sd is not None and "value" in entry.parts:
        return sd.symbol != UNSAID and entry.basis is None
    return entry.whole_count is not None and entry.basis is None


def place(row: Row, rng: np.random.Generator) -> float:
    """The share of draws from random groups that are more alike than the printed groups."""
    n = np.array(row.sizes, dtype=np.float64)
    line = _apart(np.array([row.means]), n)[0]
    if row.spread is None:
        total = round(float(np.dot(row.means, n)))
        drawn = rng.multivariate_hypergeometric(np.array(row.sizes), total, size=DRAWS) / n
    else:
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


def _copies(ledger: Ledger) -> Iterator[Finding]:
    """Two outcomes whose means and deviations are the same in all groups, of many digits."""
    rows: dict[tuple[tuple[str, str], ...], list[Claim]] = {}
    cells: dict[tuple[object, ...], dict[str, Claim]] = {}
    for entry in ledger.of_group():
        about = entry.about
        if entry.has("value", "sd") and about.outcome and entry.basis is None:
            cells.setdefault((*about.cell, about.category), {})[about.group or ""] = entry
    for groups in cells.values():
        if set(groups) >= set(ledger.apart):
            ordered = [groups[name] for name in ledger.apart]
            if all(_digits(claim) for claim in ordered):
                key = tuple(
                    (claim.parts["value"].number, claim.parts["sd"].number) for claim in ordered
                )
                rows.setdefault(key, []).append(ordered[0])
    for every in rows.values():
        # What a sentence tells of a table's row is that row again.
        same = [claim for claim in every if "sentence" not in claim.place]
        if len({claim.about.outcome for claim in same}) > 1:
            labels = listed([ledger.outcomes[claim.about.outcome or ""].label for claim in same])
            text = f"{labels} have the same means and deviations in every group."
            yield verdict("baseline.rows", same[0], "value", REMARK, text, same)


def _digits(entry: Claim) -> bool:
    numbers = [entry.parts[name].number for name in ("value", "sd")]
    return all(sum(map(str.isdigit, number)) >= LEAST_DIGITS for number in numbers)


def stouffer(places: Sequence[float]) -> float:
    """Stouffer's z of the places of independent variables."""
    return float(ndtri(np.array(places)).sum() / sqrt(len(places)))
