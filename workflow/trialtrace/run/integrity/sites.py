"""Sites whose patients spread too differently, or lie too near the centre of all.

Spread: the test of Brown and Forsythe (J Am Stat Assoc 1974;69:364) on distances from the median
of the site. Inliers: each patient's Mahalanobis distance from the centre of all over the numbers
that nearly everybody has, by ranks (normal scores), and a rank sum test of each site against the
others, times the number of sites (after Buyse et al., Stat Med 1999;18:3435).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS = 10, 8
MOST, A_COLUMN, NEARLY_ALL = 20, 8, 0.9


def looks(export: Export) -> Iterator[Look]:
    """A look for the spread of each column of numbers, and one for all of them together."""
    if export.site is None or len(np.unique(export.site[export.site >= 0])) < 2:
        return
    for number in export.first_numbers:
        known = number.there[export.site[number.there] >= 0]
        values, site = number.values[known], export.site[known]
        if len(np.unique(values)) >= LEVELS:
            places = [np.flatnonzero(site == s) for s in np.unique(site)]
            places = [one for one in places if len(one) >= FEWEST]
            groups = [values[one] for one in places]
            if len(groups) > 1 and any(np.ptp(group) > 0 for group in groups):
                p = chances.brown_forsythe(groups)
                text = (
                    f"spread of {len(values)} values in {len(groups)} sites, most apart in one of"
                )
                at, more = _most_apart(groups)
                text += f" {len(groups[at])}, where it is {'more' if more else 'less'}"
                yield Look(number.where, text, p, export.places(known[places[at]]))
    yield from _near(export)


def _most_apart(groups: Sequence[Floats]) -> tuple[int, bool]:
    """The group that adds most to the test of spreads, and whether it has more than the mean."""
    far = [float(np.abs(group - np.median(group)).mean()) for group in groups]
    mean = float(np.average(far, weights=[len(group) for group in groups]))
    adds = [len(group) * (one - mean) ** 2 for group, one in zip(groups, far, strict=True)]
    at = int(np.argmax(adds))
    return at, far[at] > mean


def _near(export: Export) -> Iterator[Look]:
    chosen = [
        number.values for number in export.numbers if len(number.there) >= NEARLY_ALL * export.n
    ]
    chosen = [values for values in chosen if len(np.unique(values)) >= LEVELS][
        : min(MOST, export.n // A_COLUMN)
    ]
    if len(chosen) < 2 or export.site is None:
        return
    data = np.column_stack(chosen)
    known = np.flatnonzero(~np.isnan(data).any(axis=1) & (export.site >= 0))
    if len(known) < A_COLUMN / 2 * len(chosen):
        return
    far, site = distances(data[known]), export.site[known]
    looks = []
    for s in np.unique(site):
        own = site == s
        if own.sum() >= FEWEST and (~own).sum() >= FEWEST:
            p = chances.rank_sum(far[own], far[~own])
            looks.append((p, s))
    if looks:
        p, s = min(looks)
        text = (
            f"how near {len(known)} patients of a site lie to the centre of all, in {len(chosen)}"
        )
        rows = export.places(known[site == s])
        yield Look(export.subjects, f"{text} columns", min(1.0, p * len(looks)), rows)


def distances(data: Floats) -> Floats:
    """Squared Mahalanobis distances of rows from their centre, by normal scores of the columns."""
    ranks = np.column_stack([chances.ranks(column) for column in data.T])
    scores = chances.scores((ranks - 0.5) / len(data))
    scores -= scores.mean(axis=0)
    inverse = np.linalg.pinv(np.cov(scores, rowvar=False))
    values: Floats = np.einsum("ij,jk,ik->i", scores, inverse, scores)
    return values
