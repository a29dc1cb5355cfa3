"""Numbers of patients that are not there.

Numbers are given one after another, by site or in all. Where at least four of five from the first
to the last are there, the others are counted; screening leaves more out. A stretch of L
missing ones among n starts somewhere with at most n times the chance s that one is missing to the
power L (Feller, An Introduction to Probability Theory, vol. 1, XIII.7); s is that of all other
numbers, half as much again, since who is not randomised comes in stretches, and one in ten.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from trialtrace.base.arrays import Places
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import LOSS, Look, noted

FEWEST, DENSE, BY_SITE, AGREE, SLIPS = 20, 0.8, 0.9, 0.9, 0.001
MORE, LEAST = 1.5, 0.1
NOT_THERE = "skipped in the sequence of"


def looks(export: Export) -> Iterator[Look]:
    """Item M3: the longest stretch of numbers that are not there."""
    parts = [tuple(re.findall(r"\d+|[^\W\d_]+", name)) for name in export.names]
    usual = max(map(len, parts), key=[*map(len, parts)].count, default=0)
    known = np.array([len(each) == usual and each[-1].isdigit() for each in parts], dtype=bool)
    if known.sum() < max(FEWEST, AGREE * len(parts)):
        return
    who = np.flatnonzero(known)
    yield from _not_there(export, who, [parts[at] for at in who])


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
    rows = export.row_of[who[[steps[at][2], steps[at][3]]]]
    are = "1 number is" if gone == 1 else f"{gone} numbers are"
    text = f"{are} {NOT_THERE} {len(parts)} patients"
    text += f", at most {longest} in a row, the first such gap" if gone > 1 else ""
    text += " between these rows"
    yield noted(export.id_column, text, share**longest, rows, kind=LOSS, times=n)
