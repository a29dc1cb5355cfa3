"""Runs the candidates of a bundle, and says which give the printed values and how easily one would.

A match is an alternative, never more: that another choice gives a number does not show that it was
made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from trialtrace.audit.candidates.coincidence import Displacement, Family, Fits, Joint, Spans, Window
from trialtrace.audit.candidates.grid import ROUNDINGS, TIERS

SHOWN = 4
UNUSUAL = tuple(name for name, tier in ROUNDINGS.items() if tier > 1)
"""Of equally many departures, one that is only another way of rounding is told last."""
SAYS_SOMETHING = 0.1
"""Up to this chance of a coincidental fit a match is "another choice"."""
MAY_SAY = 0.5
"""Up to this one it may be; above it says nothing."""


@dataclass(frozen=True)
class Bundle:
    """Linked printed values: `claims` whose parts are targets, a window for each factor.

    `targets` (claim, component) are told where other parts are only held.
    """

    name: str
    claims: tuple[str, ...]
    components: tuple[str, ...]
    windows: tuple[Window | Joint, ...]
    families: tuple[Family, ...]
    inputs: str
    targets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Searched:
    """What a search found. Numbers by tier stand in the order of the tiers, the last is the whole.

    `cp_half` and `cp_double` are over all tiers at half and at double windows. Each chance is None
    where its window holds no other value than the printed one. `tier` is that of the first match,
    `ties` are the matches of the whole search, `matches` these in words, the one with the fewest
    departures first and by itself. Where none matches, `nearest` has how many factors a family
    gives, and `alone` how many candidates give the targets without what is held. `misnamed`: the
    first of the matches is another measure than the one that is named.
    """

    bundle: Bundle
    candidates: tuple[int, ...]
    distinct: tuple[int, ...]
    cp: tuple[float | None, ...]
    cp_half: float | None
    cp_double: float | None
    tier: int | None
    ties: int
    matches: tuple[str, ...] = ()
    nearest: tuple[int, str] | None = field(default=None)
    alone: tuple[int, str] | None = field(default=None)
    misnamed: bool = False

    @property
    def chance(self) -> float | None:
        """The chance of a coincidental fit over all that was tried."""
        return self.cp[-1]

    @property
    def other_choice(self) -> bool:
        """Whether a match says enough to be called another choice."""
        return self.within(SAYS_SOMETHING) and not self.misnamed

    def within(self, most: float) -> bool:
        """Whether there is a match, and a chance of at most `most` that one arises."""
        return self.tier is not None and self.chance is not None and self.chance <= most


def search(bundle: Bundle, by: Displacement) -> Searched:
    """All candidates of a bundle, at every tier."""
    families, windows = bundle.families, bundle.windows
    printed = [window.printed for window in windows]
    fits = Fits(families, windows)
    last = TIERS[-1]
    ties = {tier: fits.matches(tier) for tier in TIERS}
    first = next((tier for tier in TIERS if ties[tier]), None)
    told, misnamed = _ways(families, printed, last) if first else ([], False)
    return Searched(
        bundle,
        tuple(sum(family.candidates(tier) for family in families) for tier in TIERS),
        tuple(fits.distinct(tier) for tier in TIERS),
        tuple(fits.coincidence(by, tier) for tier in TIERS),
        fits.coincidence(by.scaled(0.5), last),
        fits.coincidence(by.scaled(2), last),
        first,
        ties[last],
        tuple(told),
        None if first else _nearest(families, printed),
        None if first else _alone(families, windows),
        misnamed,
    )


def _alone(families: Sequence[Family], windows: Sequence[Window | Joint]) -> tuple | None:
    """Candidates of a joint window that give its targets but not what it holds; the first's name.

    The first is of the lowest tier. None where nothing is held, or no candidate does.
    """
    window = windows[0]
    if len(windows) > 1 or not isinstance(window, Joint) or all(window.displaced):
        return None
    parts = np.flatnonzero(window.displaced)
    wanted, found = np.array(window.printed)[parts], []
    for family in families:
        factor = family.factors[0]
        if isinstance(factor, Spans):
            # Spans hold one part, and a joint window several.
            continue
        owners = factor.owners[(factor.cells[:, parts] == wanted).all(axis=1)]
        for owner in owners.tolist():
            tier = max(family.tier, int(factor.tiers[owner]))
            found.append((tier, f"{family.name} on {factor.names[owner]}"))
    return (len(found), min(found, key=lambda way: way[0])[1]) if found else None


def _ways(families: Sequence[Family], printed: Sequence, tier: int) -> tuple[list[str], bool]:
    """The specification with the fewest departures, then all by family, a few of each.

    And whether that specification goes by another name than the printed one.
    """
    giving = [(*repair, one) for one in families if (repair := one.nearest(printed, tier))]
    giving.sort(key=lambda repair: (repair[0], repair[2].name.endswith(UNUSUAL), repair[2].tier))
    told = [giving[0][1]]
    for *_, family in giving:
        told.append(family.words([_names(names) for names in family.matching(printed, tier)]))
    return list(dict.fromkeys(told)), giving[0][2].misnamed


def _names(names: Sequence[str]) -> str:
    """Choices in words: sizes as ranges ("n = 52–55"), others a few by name."""
    if not all(name.startswith("n = ") for name in names):
        more = f" or {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        return " or ".join(names[:SHOWN]) + more
    sizes = sorted(int(name.removeprefix("n = ")) for name in names)
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][-1] + 1:
            runs[-1].append(size)
        else:
            runs.append([size])
    return "n = " + ", ".join(f"{run[0]}–{run[-1]}" if run[1:] else str(run[0]) for run in runs)


def _nearest(families: Sequence[Family], printed: Sequence) -> tuple[int, str] | None:
    """The family that gives the most factors of a bundle, where it has several."""
    if len(printed) < 2:
        return None
    best = max(families, key=lambda f: (sum(map(bool, f.matching(printed, TIERS[-1]))), -f.tier))
    given = sum(map(bool, best.matching(printed, TIERS[-1])))
    return (given, best.name) if given else None
