"""What is known at entry, between the arms and in the order of entry; declared correlations.

Row by row, as the items of the tool ask: analysis of variance of each number, Pearson's test of
each code, the test of Brown and Forsythe of each spread (J Am Stat Assoc 1974;69:364), and the runs
test of each yes or no in the order of entry, or of rows, within sites; neighbours may be correlated
by 0.2, as years differ. A declared correlation has the chance of one as low where it is 0.3
(Fisher's z of ranks).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trialtrace.base.arrays import Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.allocation import runs_z
from trialtrace.run.integrity.export import CODE, NUMBER, At, Export, Slice
from trialtrace.run.integrity.look import Look, noted
from trialtrace.run.integrity.repeats import longest_run

MIN_PATIENTS, MIN_GROUP, DUE, ALLOWED = 20, 5, 0.3, 0.2


def runs(export: Export) -> Iterator[Look]:
    """Item 2.1: values of yes and no at entry that come in too few or too many runs."""
    entry, site = export.entry, np.zeros(export.n) if export.centre is None else export.centre
    in_order = any(one.name == export.subjects and one.in_order for one in export.sheets)
    if entry is None and not in_order:
        return
    order = export.row_of if entry is None else np.nan_to_num(entry.values, nan=np.inf)
    for one in _at_entry(export):
        levels = np.unique(one.values[one.there])
        if one.kind == CODE and len(levels) == 2 and len(one.there) >= MIN_PATIENTS:
            at = one.there[np.lexsort((export.row_of[one.there], order[one.there]))]
            yes = (one.values[at] == levels[1]).astype(np.intp)
            z = runs_z([yes[site[at] == one] for one in np.unique(site[at])])
            # Years differ: neighbours may be alike, at a correlation of so much.
            z = np.sign(z) * max(0.0, abs(z) - ALLOWED * np.sqrt(len(yes)))
            many, (first, length) = np.count_nonzero(np.diff(yes)), longest_run(yes.astype(float))
            text = f"{1 + many} runs of a yes or no in {len(yes)} patients"
            rows = export.row_of[at[first : first + length]]
            yield noted(one.where, text, chances.normal(-abs(float(z))), rows, times=2)


def means(export: Export) -> Iterator[Look]:
    """Item 2.2: numbers at entry whose means differ between the arms."""
    for one, arm in _by_arm(export, NUMBER):
        groups = [one.values[one.there[arm == a]] for a in np.unique(arm)]
        p = chances.anova(groups)
        yield _look(one, f"means of {len(one.there)} patients differ between the arms", p)


def shares(export: Export) -> Iterator[Look]:
    """Item 2.3: codes at entry whose shares differ between the arms."""
    for one, arm in _by_arm(export, CODE):
        counts = np.zeros((int(arm.max()) + 1, int(np.nanmax(one.values)) + 1))
        np.add.at(counts, (arm, one.values[one.there].astype(int)), 1)
        counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) >= 2 * MIN_GROUP]
        if min(counts.shape) > 1:
            p = chances.pearson(counts)
            yield _look(one, f"shares of {len(one.there)} patients differ between the arms", p)


def spreads(export: Export) -> Iterator[Look]:
    """Item 2.4: numbers at entry that spread differently in the arms."""
    for one, arm in _by_arm(export, NUMBER):
        groups = [one.values[one.there[arm == a]] for a in np.unique(arm)]
        if any(np.ptp(np.abs(group - np.median(group))) > 0 for group in groups):
            p = chances.brown_forsythe(groups)
            yield _look(one, f"spreads of {len(one.there)} patients differ between the arms", p)


def _look(one: Slice, text: str, p: float) -> Look:
    return noted(one.where, text, p, one.rows[one.there])


def _at_entry(export: Export) -> Iterator[Slice]:
    """The columns of the table at entry; of a measure at visits its first one."""
    for at in dict.fromkeys(export.baseline):
        found = [one for one in export.slices if one.at == at]
        if found:
            yield min(found, key=lambda one: (one.part, one.step))


def _by_arm(export: Export, kind: str) -> Iterator[tuple[Slice, Places]]:
    """Columns at entry with two values and more in each of two arms, and the arm of each value."""
    arms = export.arm_or_none
    for one in _at_entry(export):
        known = replace(one, values=np.where(arms >= 0, one.values, np.nan))
        arm = arms[known.there]
        sizes = np.unique(arm, return_counts=True)[1]
        varied = len(np.unique(known.values[known.there])) > 1
        if one.kind == kind and varied and len(sizes) > 1 and sizes.min() >= MIN_GROUP:
            yield known, arm


def correlations(export: Export) -> Iterator[Look]:
    """Item 3.1: pairs of numbers that are declared to go together, at each common visit."""
    for first, second, sign in export.correlated:
        for one, other in _pairs(export, first, second):
            known = np.flatnonzero(~np.isnan(one.values) & ~np.isnan(other.values))
            if len(known) < MIN_PATIENTS:
                continue
            r = sign * chances.correlation(one.values[known], other.values[known])
            p = chances.normal((np.arctanh(r) - np.arctanh(DUE)) * np.sqrt(len(known) - 3))
            text = f"the rank correlation with {other.column} is {sign * r:.2f} in {len(known)}"
            yield noted(one.where, f"{text} patients", p, one.rows[known])


def _pairs(export: Export, first: At, second: At) -> Iterator[tuple[Slice, Slice]]:
    for one in (one for one in export.slices if one.at == first):
        for other in (other for other in export.slices if other.at == second):
            if (one.part, one.step) == (other.part, other.step):
                yield one, other
