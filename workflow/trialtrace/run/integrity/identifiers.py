"""Numbers of patients: those that are not there, and those that contradict their site.

Numbers are given one after another, by site or in all. Where at least four of five from the first
to the last are there, the others are counted; screening leaves more out. A stretch of L
missing ones among n starts somewhere with at most n times the chance s that one is missing to the
power L (Feller, An Introduction to Probability Theory, vol. 1, XIII.7); s is that of all other
numbers, half as much again, since who is not randomised comes in stretches, and one in ten.

A part of the number names the site where nine of ten patients at least, beyond those of the largest
site, have the site that most with that part have. Slips of the pen happen: more than one in a
thousand that has another is unusual (binomial).
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from trialtrace.base.arrays import Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import CONTRADICTION, LOSS, Look

FEWEST, DENSE, BY_SITE, AGREE, SLIPS = 20, 0.8, 0.9, 0.9, 0.001
MORE, LEAST = 1.5, 0.1
NOT_THERE = "skipped in the sequence of"


def looks(export: Export) -> Iterator[Look]:
    """A look at numbers that are not there, and one at numbers that name a site."""
    parts = [tuple(re.findall(r"\d+|[^\W\d_]+", name)) for name in export.names]
    usual = max(map(len, parts), key=[*map(len, parts)].count, default=0)
    known = np.array([len(each) == usual and each[-1].isdigit() for each in parts], dtype=bool)
    if known.sum() < max(FEWEST, AGREE * len(parts)):
        return
    who = np.flatnonzero(known)
    yield from _not_there(export, who, [parts[at] for at in who])
    if export.site is not None:
        who = who[export.site[who] >= 0]
        yield from _of_another(export, who, export.site[who], [parts[at] for at in who])


def _not_there(export: Export, who: Places, parts: list[tuple[str, ...]]) -> Iterator[Look]:
    """A look at the longest stretch of numbers that are not there."""
    order = sorted(range(len(parts)), key=lambda at: (parts[at][:-1], int(parts[at][-1])))
    site = export.site if export.site is not None else np.zeros(export.n, np.intp)
    steps = [
        (
            int(parts[later][-1]) - int(parts[one][-1]),
            site[who[one]] == site[who[later]],
            one,
            later,
        )
        for one, later in pairwise(order)
        if parts[one][:-1] == parts[later][:-1]
    ]
    # Numbers that each site has a range of end where the range of the next begins.
    beside = [same for step, same, *_ in steps if step == 1]
    if beside and np.mean(beside) >= BY_SITE:
        steps = [each for each in steps if each[1]]
    missing = [step - 1 for step, *_ in steps if step > 0]
    gone, longest = sum(missing), max(missing, default=0)
    n = gone + len(steps)
    if not gone or gone > (1 - DENSE) * n:
        return
    at = missing.index(longest)
    share = LEAST + MORE * (gone - longest) / (n - longest)
    p = min(1.0, n * share**longest)
    rows = export.places(who[[steps[at][2], steps[at][3]]])
    are = "1 number is" if gone == 1 else f"{gone} numbers are"
    text = f"{are} {NOT_THERE} {len(parts)} patients"
    text += f", at most {longest} in a row, the first such gap" if gone > 1 else ""
    text += " between these rows"
    yield Look(export.id_column, text, p, rows, kind=LOSS)


def _of_another(
    export: Export, who: Places, site: Places, parts: list[tuple[str, ...]]
) -> Iterator[Look]:
    """A look at the part of the number that goes best with the site."""
    heads = [[each[at] for each in parts] for at in range(len(parts[0]) - 1)]
    width = {len(each[-1]) for each in parts}
    if len(width) == 1:
        heads += [[each[-1][:digits] for each in parts] for digits in range(1, min(width) - 1)]
    best, least = 0.0, np.bincount(site).max() / len(site)
    for head in heads:
        names, place = np.unique(head, return_inverse=True)
        sites = np.array([np.bincount(site[place == one]).argmax() for one in range(len(names))])
        agrees = sites[place] == site
        beyond = (agrees.mean() - least) / (1 - least) if least < 1 else 0.0
        if len(names) <= len(site) / 3 and beyond > max(best, AGREE - 1e-9):
            best, other = float(beyond), ~agrees
    if best:
        k, n = int(other.sum()), len(site)
        text = f"{k} of {n} patients are at another site than all others whose number begins alike"
        rows = export.places(who[other])
        yield Look(export.id_column, text, chances.binomial(k, n, SLIPS), rows, kind=CONTRADICTION)
