"""Missing values and events of the outcomes, between the arms.

Missing values are compared by Pearson's test. An event that all or none of an arm have is held
against odds twice as far as those of the other arms, as treatments differ.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, DATE, Export, Slice
from trialtrace.run.integrity.look import Look, least, noted
from trialtrace.run.integrity.sites import all_alike

MIN_ARM, EXPECTED = 10, 5


def missing(export: Export) -> Iterator[Look]:
    """Item 8.1: outcomes that more patients of one arm lack, without who died; none that an arm
    lacks as a whole, as it may not have been meant for it."""
    death = export.milestone("death")
    tried: dict[str, list[Look]] = {}
    alive = np.full(export.n, True) if death is None else np.isnan(death.values)
    for one in _outcomes(export):
        # Who has no row of the visit lacks the value too.
        lacks = np.isnan(one.values) & alive
        counts = np.array([[k, n - k] for k, n in by_arm(export, lacks, alive)], dtype=float)
        due = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / max(1, counts.sum())
        if len(counts) > 1 and due.min() >= EXPECTED and counts[:, 1].all():
            each = ", ".join(f"{k:.0f} of {k + rest:.0f}" for k, rest in counts)
            text = f"{int(lacks.sum())} of {int(alive.sum())} patients lack it, by arm {each}"
            p, rows = chances.pearson(counts), export.row_of[lacks]
            look = noted(one.where, text, p, rows, rows_in=export.subjects)
            tried.setdefault(one.where, []).append(look)
    for every in tried.values():
        yield from least(every)


def events(export: Export) -> Iterator[Look]:
    """Item 8.2: a yes or no that all or none of an arm have."""
    arm = export.arm_or_none
    for one in _outcomes(export):
        there, levels = ~np.isnan(one.values), np.unique(one.values[one.there])
        if one.kind != CODE or len(levels) != 2:
            continue
        yes, tried = one.values == levels[1], list[Look]()
        each = ", ".join(f"{k} of {n}" for k, n in by_arm(export, yes, there))
        text = f"{int(yes.sum())} of {int(there.sum())} have the second of two answers, by arm "
        for place in np.unique(arm[there & (arm >= 0)]):
            own, rest = there & (arm == place), there & (arm >= 0) & (arm != place)
            if min(own.sum(), rest.sum()) >= MIN_ARM:
                p = all_alike(yes[own], yes[rest])
                tried.append(noted(one.where, text + each, p, one.rows[own]))
        yield from least(tried)


def by_arm(export: Export, yes: Flags, among: Flags) -> list[tuple[int, int]]:
    """(with it, all) of each arm, in the places of their codes."""
    arm = export.arm_or_none
    of = [(arm == one) & among for one in range(int(arm.max(initial=-1)) + 1)]
    return [(int((yes & own).sum()), int(own.sum())) for own in of]


def _outcomes(export: Export) -> Iterator[Slice]:
    for one in export.slices if export.arm is not None else ():
        if one.at in export.outcomes and one.kind != DATE:
            yield one
