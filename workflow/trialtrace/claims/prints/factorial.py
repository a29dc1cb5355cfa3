"""F of one degree of freedom over four groups: the three effects of a two-by-two design.

The two main effects and the interaction of four means are the three contrasts with signs + + - -,
+ - + - and + - - +, whichever groups are which cell, so that a printed F (1, N - 4) has to be one
of three. With type III sums of squares a contrast c has (Σ cᵢ mᵢ)² / Σ cᵢ² / nᵢ; with type I and II
a main effect weighs the cells by their sizes, which for equal sizes is the same. F is least and
greatest at the ends of the printed means and deviations, exactly: the contrast is linear, the mean
square within grows with each deviation. Oracle: R's aov and car-like tests by lm.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.card import Card
from trialtrace.claims.prints.finding import (
    COMPATIBLE,
    INCONSISTENT,
    Finding,
    as_range,
    listed,
    overlaps,
)
from trialtrace.ground.arrays import Floats
from trialtrace.trial.claims.read import Claim
from trialtrace.trial.claims.symbols import UNSAID

CELLS = 4
SIGNS = ((1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1))
Span = tuple[float, float]

CARD = Card(
    "F of one degree of freedom over four groups against the three effects of a two-by-two design, "
    "over everything that prints as given, with every type of sums of squares",
    {"statistic.factorial": "F, and the effects of a two-by-two design on the printed means."},
    of_sizes=("statistic.factorial",),
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        part, degrees = entry.parts.get("statistic"), entry.parts.get("df1")
        if part is None or degrees is None or part.symbol != "f" or degrees.value != 1:
            continue
        groups = ledger.compared(entry, "value", "sd")
        if groups is None or len(groups) != CELLS or entry.about.correction is not None:
            continue
        if ledger.patients_of_every_group is None:
            yield from _of_cells(ledger, entry, groups)


def effects(means: Sequence[Span], spreads: Sequence[Span], sizes: Sequence[int]) -> list[Span]:
    """Least and greatest F of each effect, by each type of sums of squares.

    Source and oracle: the module's.
    """
    n = np.array(sizes, dtype=np.float64)
    low, high = np.array(means, dtype=np.float64).T
    within = [
        float(((n - 1) * np.array(own) ** 2).sum() / (n.sum() - CELLS))
        for own in zip(*spreads, strict=True)
    ]
    found = []
    for weights in _contrasts(n):
        ends = [
            float((weights * np.where(weights > 0, one, other)).sum())
            for one, other in ((low, high), (high, low))
        ]
        scale = float((weights**2 / n).sum())
        small = 0.0 if ends[0] <= 0 <= ends[1] else min(abs(end) for end in ends)
        large = max(abs(end) for end in ends)
        least = small**2 / scale / within[1] if within[1] > 0 else np.inf
        most = large**2 / scale / within[0] if within[0] > 0 else np.inf
        found.append((float(least), float(most)))
    return found


def _contrasts(n: Floats) -> list[Floats]:
    """Weights of the cells: of the three effects by type III, and main effects by I and II."""
    found: list[Floats] = [np.array(signs, dtype=np.float64) for signs in SIGNS]
    for signs in SIGNS:
        # Type I, entered first: the means of both levels, of all their patients.
        upper = np.array(signs) > 0
        first = np.where(upper, n / n[upper].sum(), -n / n[~upper].sum())
        found.append(first)
        for other in SIGNS:
            if other == signs:
                continue
            # Type II: the difference within each level of the other factor, weighted by its
            # information.
            second = np.array(other) > 0
            weights = np.zeros(CELLS)
            for level in (second, ~second):
                a, b = (int(np.flatnonzero(level & side)[0]) for side in (upper, ~upper))
                own = n[a] * n[b] / (n[a] + n[b])
                weights[a], weights[b] = own, -own
            found.append(weights)
    return found


def _of_cells(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    sizes = [n for one in groups if (n := ledger.size(one)) is not None and n > 1]
    within = entry.parts.get("df2")
    if len(sizes) < CELLS or any(one.parts["sd"].symbol == UNSAID for one in groups):
        return
    part = entry.parts["statistic"]
    ranges = [[_range(one, name) for one in groups] for name in ("value", "sd")]
    spans = effects(ranges[0], ranges[1], sizes)
    fits = any(overlaps(part, *span) for span in spans)
    names = _effects_of(ledger, entry)
    told = listed([f"{_shown(one)} ({name})" for one, name in zip(spans[:3], names, strict=True)])
    text = f"The effects of a two-by-two design on these means have F of {told}"
    beside = tuple(one.name for one in groups)
    if any(overlaps(part, *span) for span in spans[:3]):
        agreement, text = COMPATIBLE, f"{text}; one is in keeping with {part.text}."
    elif fits:
        agreement = COMPATIBLE
        text += f" by type III; {part.text} is that of a main effect by type I or II, which weigh "
        text += "the cells by their sizes."
    elif entry.basis is not None or within is None or within.value != sum(sizes) - CELLS:
        agreement = NOT_CHECKABLE
        text = f"Not checkable: its degrees of freedom are not those of these groups; {text}."
    elif entry.about.test != "anova" and not _several(ledger, entry):
        agreement = NOT_CHECKABLE
        text = f"Not checkable: it may be that of a planned contrast of the groups; {text}."
    else:
        agreement, text = INCONSISTENT, f"{text}; printed is {part.text}."
    detail = {"effects": spans}
    yield Finding("statistic.factorial", entry.name, "statistic", agreement, text, beside, detail)


def _effects_of(ledger: Ledger, entry: Claim) -> tuple[str, ...]:
    """The names of the three contrasts: which is the interaction, `of` of the groups tells.

    Without it the groups are taken to stand crosswise: both levels of the second factor at the
    first level of the first one, then at the second.
    """
    groups = ledger.compared_groups(entry)
    pairs = [{groups[i] for i in range(CELLS) if own[i] == own[0]} for own in SIGNS]
    levels = [set(group.of) for group in ledger.groups.values() if group.of]
    crossed = [any(level in (pair, {*groups} - pair) for level in levels) for pair in pairs]
    if sum(crossed) != CELLS // 2:
        return "1st factor", "2nd", "interaction, if the groups stand crosswise"
    return tuple("main effect" if one else "interaction" for one in crossed)


def _several(ledger: Ledger, entry: Claim) -> bool:
    """Whether other effects of one degree of freedom are printed of the same groups."""
    return any(
        one.name != entry.name
        and one.about.compared == entry.about.compared
        and one.parts["statistic"].symbol == "f"
        and one.parts["df1"].value == 1
        for one in ledger.comparisons[entry.about.cell]
        if {"statistic", "df1"} <= set(one.parts)
    )


def _range(entry: Claim, name: str) -> Span:
    low, high = as_range(entry.parts[name]).bounds
    return max(float(low), 0.0) if name == "sd" else float(low), float(high)


def _shown(span: Span) -> str:
    low, high = (f"{end:.2f}" for end in span)
    return low if low == high else f"{low} to {high}"
