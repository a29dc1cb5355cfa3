"""Runs the candidates of a bundle, and says which give the printed values and how easily one would.

A match is an alternative, never more: that another choice gives a number does not show that it was
made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from trialtrace.claims.search.candidates import TIERS
from trialtrace.claims.search.coincidence import Family, Fits
from trialtrace.claims.search.window import Displacement, Joint, Window

SHOWN = 4


@dataclass(frozen=True)
class Bundle:
    """Linked printed values: `claims` whose parts are targets, a window for each factor.

    `checks` are those whose verdicts on these parts made them a target. `before` says in words what
    the candidates before the last tier have in common. `targets` (claim, component) are told where
    other parts are only held.
    """

    name: str
    claims: tuple[str, ...]
    components: tuple[str, ...]
    windows: tuple[Window | Joint, ...]
    families: tuple[Family, ...]
    inputs: str
    checks: tuple[str, ...] = ()
    before: str = "on printed numbers of patients"
    targets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Searched:
    """What a search found. Numbers by tier stand in the order of the tiers.

    `cp` at the tier of the first match and over all tiers stand in `cp_match` and the last of `cp`;
    `cp_half` and `cp_double` are over all tiers at half and at double windows. Each is None where
    its window holds no other value than the printed one. Where none matches, `nearest` has how many
    factors a family gives, and `alone` how many candidates give the targets without what is held.
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

    @property
    def cp_match(self) -> float | None:
        return None if self.tier is None else self.cp[TIERS.index(self.tier)]


def search(bundle: Bundle, by: Displacement) -> Searched:
    """All candidates of a bundle, at every tier."""
    families, windows = bundle.families, bundle.windows
    printed = [window.printed for window in windows]
    fits = Fits(families, windows)
    ties = {tier: fits.matches(tier) for tier in TIERS}
    first = next((tier for tier in TIERS if ties[tier]), None)
    last = TIERS[-1]
    return Searched(
        bundle,
        tuple(sum(family.candidates(tier) for family in families) for tier in TIERS),
        tuple(fits.distinct(tier) for tier in TIERS),
        tuple(fits.coincidence(by, tier) for tier in TIERS),
        fits.coincidence(by.scaled(0.5), last),
        fits.coincidence(by.scaled(2), last),
        first,
        0 if first is None else ties[first],
        tuple(_told(families, printed, first)) if first else (),
        None if first else _nearest(families, printed),
        None if first else _alone(families, windows),
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
        owners = factor.owners[(factor.cells[:, parts] == wanted).all(axis=1)]
        for owner in owners.tolist():
            tier = max(family.tier, int(factor.tiers[owner]))
            found.append((tier, f"{family.name} on {factor.names[owner]}"))
    return (len(found), min(found, key=lambda one: one[0])[1]) if found else None


def _told(families: Sequence[Family], printed: Sequence, tier: int) -> list[str]:
    """The matching specifications in words, at most a few."""
    told = []
    for family in families:
        if family.matches(printed, tier):
            parts = family.matching(printed, tier)
            where = "; ".join(_names(names) for names in parts)
            told.append(f"{family.name} on {where}")
    return told


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
