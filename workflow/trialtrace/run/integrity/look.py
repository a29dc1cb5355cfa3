"""A look at one thing in an export, and what many looks make of a chance."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEVEL, PAGE_LEVEL, UNEQUAL = 0.01, 0.018, 0.002
"""What is listed, and what counts as unusual after all looks are taken into account: in the section
on the data, and on page 1, where outcomes known unequally by arm have their part of 0.02."""
IMPOSSIBLE = "Dates years after the export, which nobody can have"
CONTRADICTIONS = "Contradictions, each a mistake in some row"
CERTAIN = (CONTRADICTIONS, IMPOSSIBLE)
"""What is wrong in each row is in the last lines of a run too."""
OF_MOST = "Dates in another order than in most rows, which no name says"
OUT_OF_ORDER = "Dates out of order, each a mistake in some row"


@dataclass(frozen=True)
class Look:
    """What was looked at: where, what is there in counts, its chance, rows of the file; the check.

    `told` holds no value of the data, nor the name of a site. `p` is the chance of as much or more
    where nothing is behind it; `rows` are row numbers of the raw file. The registry says of which
    check it is. Where rows are to be looked at however many chance may give, `remark` is what
    page 1 calls them.
    """

    where: str
    told: str
    p: float
    rows: tuple[int, ...] = ()
    check: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Judged:
    """A look with its chance among all looks."""

    look: Look
    adjusted: float

    @property
    def unusual(self) -> bool:
        return self.adjusted < LEVEL


def judged(looks: Iterable[Look], weights: Mapping[str, float] | None = None) -> list[Judged]:
    """Each look with its p times the looks of its check, over the check's share, at most 1.

    That is Bonferroni's bound with the same share for each check that had any, so that a check of
    two hundred columns takes nothing from one of a single question; or with shares as weights that
    were fixed beforehand (Genovese, Roeder and Wasserman, Biometrika 2006;93:509). The most unusual
    come first.
    """
    every = list(looks)
    of = Counter(look.check for look in every)
    weight = {check: (weights or {}).get(check, 1.0) for check in of}
    whole = sum(weight.values())
    made = [
        Judged(look, min(1.0, look.p * of[look.check] * whole / weight[look.check]))
        for look in every
    ]
    return sorted(
        made,
        key=lambda judged: (judged.adjusted, judged.look.p, judged.look.check, judged.look.where),
    )
