"""F of one degree of freedom over four groups: the three effects of a two-by-two design.

The two main effects and the interaction of four means are the three contrasts with signs + + - -,
+ - + - and + - - +, whichever groups are which cell, so that a printed F (1, N - 4) has to be one
of three. With type III sums of squares a contrast c has (Σ cᵢ mᵢ)² / Σ cᵢ² / nᵢ; with type I and II
a main effect weighs the cells by their sizes, which for equal sizes is the same. F is least and
greatest at the ends of the printed means and deviations, exactly: the contrast is linear, the mean
square within grows with each deviation. Oracle: R's aov and car-like tests by lm.

All F of one outcome are of one analysis: one of the contrasts is the interaction, and one type of
sums of squares gives every F. Which contrast it is the ledger tells (`of` of the groups, `versus`)
or any may be; a claim that is called an interaction is held against it alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import inf

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.audit.relations.wording import NOT_CHECKED, listed, span_text
from trialtrace.base.arrays import Floats

CELLS = 4
SIGNS = ((1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1))
INTERACTION = re.compile(r"\binteractions?\b|\w ?\N{MULTIPLICATION SIGN} ?\w", re.IGNORECASE)
MOST_EFFECTS = 4
"""Of more F than these some are contrasts of another kind: each is judged by itself."""


@checks(
    "F of one degree of freedom over four groups against the three effects of a two-by-two design, "
    "over everything that prints as given: one pairing of the groups and one type of sums of "
    "squares for all F of an outcome",
    {"statistic.factorial": "F, and the effects of a two-by-two design on the printed means."},
    of_sizes=("statistic.factorial",),
)
def check_factorial(ledger: Ledger) -> Iterator[Finding]:
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
        (small, large), scale = Span(*ends).sizes, float((weights**2 / n).sum())
        least = small**2 / scale / within[1] if within[1] > 0 else inf
        most = large**2 / scale / within[0] if within[0] > 0 else inf
        found.append(Span(float(least), float(most)))
    return found


def _contrasts(n: Floats) -> list[Floats]:
    """Weights of the cells: of the three effects by type III, and main effects by I and II."""
    values: list[Floats] = [np.array(signs, dtype=np.float64) for signs in SIGNS]
    for signs in SIGNS:
        # Type I, entered first: the means of both levels, of all their patients.
        upper = np.array(signs) > 0
        first = np.where(upper, n / n[upper].sum(), -n / n[~upper].sum())
        values.append(first)
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
            values.append(weights)
    return values


@dataclass(frozen=True)
class Analysis:
    """Which contrast is the interaction, and the type of sums of squares.

    `places` are those of its three effects in what `effects` gives.
    """

    interaction: int
    kind: str
    places: tuple[int, int, int]


def _analyses(interactions: Sequence[int]) -> list[Analysis]:
    """Type III of each pairing of the groups, then II, then I with either factor entered first."""
    analyses = []
    for kind in ("type III", "type II", "type I"):
        for k in interactions:
            i, j = (each for each in range(len(SIGNS)) if each != k)
            first = {one: len(SIGNS) * (one + 1) for one in (i, j)}
            after = {i: first[i] + 1 + _among(i, j), j: first[j] + 1 + _among(j, i)}
            entered = {
                "type III": [{i: i, j: j}],
                "type II": [after],
                "type I": [{i: first[i], j: after[j]}, {i: after[i], j: first[j]}],
            }[kind]
            for main in entered:
                places = {**main, k: k}
                analyses.append(Analysis(k, kind, (places[0], places[1], places[2])))
    return analyses


def _among(number: int, other: int) -> int:
    """The place of the other contrast among those that are not `number`."""
    return [each for each in range(len(SIGNS)) if each != number].index(other)


def _explained(
    parts: Sequence[Component],
    interactions: Sequence[int | None],
    analysis: Analysis,
    spans: Sequence[Span],
) -> list[tuple[int | None, ...]]:
    """Every way to take each F for an effect of the analysis, or for none, with the most taken.

    Two F of one effect must be able to be one number; an F that is called an interaction is no
    other effect.
    """
    possible: list[list[int | None]] = [
        [
            k
            for k, place in enumerate(analysis.places)
            if (not own or k == analysis.interaction) and overlaps(component, *spans[place])
        ]
        + [None]
        for component, own in zip(parts, interactions, strict=True)
    ]
    ways = [way for way in product(*possible) if _one_number_each(parts, way)]
    most = max(_taken(way) for way in ways)
    return [way for way in ways if _taken(way) == most]


def _taken(way: Sequence[int | None]) -> int:
    return sum(one is not None for one in way)


def _one_number_each(parts: Sequence[Component], way: Sequence[int | None]) -> bool:
    return all(
        overlaps(parts[a], *ends_of(parts[b]))
        for a, b in combinations(range(len(parts)), 2)
        if way[a] is not None and way[a] == way[b]
    )


def _of_cells(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    sizes = [n for group in groups if (n := ledger.size(group)) is not None and n > 1]
    within = entry.parts.get("df2")
    if len(sizes) < CELLS or any(group.parts["sd"].symbol == UNSAID for group in groups):
        return
    part, own = entry.parts["statistic"], ledger.compared_groups(entry)
    means, spreads = ([ends_of(group.parts[name]) for group in groups] for name in ("value", "sd"))
    spans = effects(means, [Span(max(low, 0.0), high) for low, high in spreads], sizes)
    others = _others(ledger, entry)
    every = [entry, *others] if len(others) < MOST_EFFECTS else [entry]
    known = _interactions(ledger, every, own)
    analyses = _analyses([known] if known is not None else range(len(SIGNS)))
    parts, called = [claim.parts["statistic"] for claim in every], [*map(_is_interaction, every)]
    cells = [(one, way) for one in analyses for way in _explained(parts, called, one, spans)]
    most = max(_taken(way) for _, way in cells)
    cells = [(one, way) for one, way in cells if _taken(way) == most]
    names = _names(ledger, own, known)
    each = [f"{_ends(span)} for {name}" for span, name in zip(spans[:3], names, strict=True)]
    text, beside = "F of a two-by-two design on these means is ", [*groups]
    if all(way[0] is not None for _, way in cells):
        analysis, way = cells[0]
        k, agreement = way[0] or 0, COMPATIBLE
        text += f"{_ends(spans[analysis.places[k]])} for {names[k]} by {analysis.kind}"
    else:
        text += f"{listed(each)}, by type III"
        agreement = NOT_CHECKABLE
        if entry.basis is not None or within is None or within.value != sum(sizes) - CELLS:
            text = f"{NOT_CHECKED} its degrees of freedom are not those of these groups; {text}."
        elif entry.about.test != "anova" and not others:
            text = f"{NOT_CHECKED} it may be that of a planned contrast of the groups; {text}."
        else:
            agreement, text = INCONSISTENT, f"{text}; printed is {part.text}."
            text += _alone(part, called[0], parts[1:], spans, analyses)
            beside += every[1:]
    yield verdict("statistic.factorial", entry, part, agreement, text, beside, {"effects": spans})


def _alone(
    component: Component,
    called: bool,
    others: Sequence[Component],
    spans: Sequence[Span],
    analyses: Sequence[Analysis],
) -> str:
    """What an F could be by itself, that its name or the F beside it rule out."""
    may = {
        (analysis.kind, k == analysis.interaction)
        for analysis in analyses
        for k, place in enumerate(analysis.places)
        if overlaps(component, *spans[place])
    }
    kinds = listed(sorted({kind for kind, own in may if own <= called}), "or")
    if called and kinds and not any(own for _, own in may):
        return f" It could be a main effect by {kinds}, not the interaction."
    if kinds:
        shown = listed([one.text for one in others])
        return f" It alone could be one by {kinds}, but not together with {shown}."
    return ""


def _is_interaction(entry: Claim) -> bool:
    """Whether a claim is called an interaction, by its keys or its label."""
    return bool(entry.about.versus) or INTERACTION.search(entry.label) is not None


def _interactions(ledger: Ledger, every: Sequence[Claim], groups: Sequence[str]) -> int | None:
    """Which contrast is the interaction: levels (`of` of groups) or `versus` tell; None if none."""
    pairs = [_sides(groups, k)[0] for k in range(len(SIGNS))]
    for claim in every:
        if claim.about.versus:
            side = _sides(claim.about.compared, len(SIGNS) - 1)[0]
            return next(k for k, pair in enumerate(pairs) if side in (pair, {*groups} - pair))
    levels = [set(group.of) for group in ledger.groups.values() if group.of]
    crossed = [any(level in (pair, {*groups} - pair) for level in levels) for pair in pairs]
    return crossed.index(False) if sum(crossed) == CELLS // 2 else None


def _sides(groups: Sequence[str], k: int) -> tuple[set[str], set[str]]:
    """The groups that a contrast adds, and those that it takes off."""
    upper = {groups[i] for i in range(CELLS) if SIGNS[k][i] > 0}
    return upper, {*groups} - upper


def _names(ledger: Ledger, groups: Sequence[str], interaction: int | None) -> list[str]:
    """The three contrasts in words: a level of a factor, or the labels of the first side."""
    levels = {frozenset(group.of): group.label for group in ledger.groups.values() if group.of}

    def named(k: int) -> str:
        if k == interaction:
            return "the interaction"
        for texts in _sides(groups, k):
            if level := levels.get(frozenset(texts)):
                return f"“{level}” against the others"
        first = [
            f"“{ledger.groups[name].label}”" for name in groups if name in _sides(groups, k)[0]
        ]
        return f"{listed(first)} against the others"

    return [named(k) for k in range(len(SIGNS))]


def _others(ledger: Ledger, entry: Claim) -> list[Claim]:
    """Other effects of one degree of freedom that are printed of the same groups."""
    claims = sorted(entry.about.compared)
    return [
        comparison
        for comparison in ledger.comparisons[entry.about.cell]
        if comparison.has("statistic", "df1") and comparison.name != entry.name
        if sorted(comparison.about.compared) == claims and comparison.about.correction is None
        if comparison.parts["statistic"].symbol == "f" and comparison.parts["df1"].value == 1
        if comparison.basis == entry.basis and _within(comparison) == _within(entry)
    ]


def _within(entry: Claim) -> object:
    data = entry.parts.get("df2")
    return None if data is None else data.value


def _ends(span: Span) -> str:
    return span_text(f"{end:.2f}" for end in span)
