"""Reductions and rises in percent, as "25% reduction" or "31 % higher", against what they are of.

A relative change of r % is a ratio of 1 - r/100 or 1 + r/100, of risks, odds or hazards as the
words or `measure` say. Where neither does, it may be the relative or the absolute change of the
shares, or the relative change of the means, and each reading is told.
"""

from collections.abc import Iterator

from trialtrace.claims.ledger import Entry, Ledger
from trialtrace.claims.printed import Component
from trialtrace.claims.prints import comparisons, headline
from trialtrace.claims.prints.comparisons import RATIOS, WORDS, as_ratio, table_of
from trialtrace.claims.prints.finding import (
    ALTERNATIVE,
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    Finding,
    listed,
    overlaps,
    prints,
)
from trialtrace.stats.contingency import odds_ratio_peto

CHECK = "comparison.reduction"
OF = {"risk_ratio": "risk", "odds_ratio": "odds"}
Reading = tuple[str, float]


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        part, about = entry.parts.get("percent"), entry.about
        if part is None or part.relation != "=" or len(about.compare) != 2 or entry.basis:
            continue
        if about.measure in RATIOS and (found := table_of(ledger, entry)):
            yield _of_measure(entry, part, *found)
        elif about.measure is None and part.word is not None:
            yield from _open(ledger, entry, part)


def _change(measure: str, table: comparisons.Table) -> float | None:
    """The change of the risk or the odds in percent; negative where the first group has less."""
    ratio = comparisons.estimate(measure, table)
    return None if ratio is None else 100 * (ratio - 1)


def _of_measure(
    entry: Entry, part: Component, groups: list[Entry], table: comparisons.Table
) -> Finding:
    """A change of the stated measure: 25 % less of the odds is an odds ratio of 0.75."""
    measure = entry.about.measure or ""
    change = _change(measure, table)
    x1, n1, x0, n0 = table
    text = f"On {x1} of {n1} and {x0} of {n0} the {WORDS[measure]} is "
    text += "none" if change is None else f"{1 + change / 100:.4g}, {_told(change, OF[measure])}"
    others = {one: _change(one, table) for one in RATIOS if one != measure}
    others["risk_difference"] = comparisons.estimate("risk_difference", table)
    fit = [WORDS[one] for one, value in others.items() if _fits(part, value)]
    rounded = comparisons.of_percentages(measure, groups)
    if rounded is not None and _fits(part, 100 * (rounded - 1)):
        fit.append("two rounded percentages")
    agreement = INCONSISTENT
    detail: dict[str, object] = {"table": table, "change": change}
    if _fits(part, change):
        agreement, more = EXACT, f", which prints as {part.text}."
    elif part.word is None and change is not None and prints(part, 100 + change):
        agreement, more = EXACT, f"; {part.text} is the ratio itself in percent."
    elif measure == "odds_ratio" and any(_fits(part, 100 * (one - 1)) for one in _other(table)):
        agreement, more = COMPATIBLE, f"; {part.text} is that of Peto's or the conditional one."
    elif fit:
        agreement, more = ALTERNATIVE, f"; {part.text} is that of the {listed(fit, 'or the ')}."
        detail |= {"alternative": fit}
    else:
        more = f"; printed is {part.text}."
    return Finding(CHECK, entry.name, "percent", agreement, text + more,
                   tuple(one.name for one in groups), detail)  # fmt: skip


def _other(table: comparisons.Table) -> tuple[float, float]:
    """Odds ratios by Peto's one step and by conditional likelihood."""
    peto = odds_ratio_peto(*table, confidence=0.95).estimate
    return peto, comparisons.conditional_odds_ratio(table)


def _told(change: float, what: str) -> str:
    return f"{what} {'lower' if change < 0 else 'higher'} by {abs(change):.1f} %"


def _fits(part: Component, change: float | None) -> bool:
    """Whether a signed change prints as the words say; without words, either way round."""
    if change is None:
        return False
    sides = {"lower": (-change,), "higher": (change,), None: (change, -change)}
    return any(prints(part, value) for value in sides[part.word])


def _open(ledger: Ledger, entry: Entry, part: Component) -> Iterator[Finding]:
    """A change of what the words leave open: every reading is tried and told."""
    found = table_of(ledger, entry)
    if found is None:
        yield from _of_means(ledger, entry, part)
        return
    groups, table = found
    readings = {
        f"relative change of the {OF[measure]}": _change(measure, table) for measure in RATIOS
    } | {"absolute change": comparisons.estimate("risk_difference", table)}
    told = [
        f"a {name} of {value:+.1f} {'points' if name[0] == 'a' else '%'}".replace("a abs", "an abs")
        for name, value in readings.items()
        if value is not None
    ]
    fit = [name for name, value in readings.items() if _fits(part, value)]
    ratios = [
        other.printed
        for other in ledger.comparisons[entry.about.cell]
        if other.about.compare == entry.about.compare and other.about.measure in headline.RATIOS
        if (other.parts.get("value") and _holds(part, other.parts["value"]))
    ]
    text = f"The counts give {listed(told)}".replace("-", "\N{MINUS SIGN}")
    if fit or ratios:
        which = listed([f"the {name}" for name in fit] + ratios, "or")
        agreement, text = COMPATIBLE, f"{text}; {part.text} is that of {which}."
    else:
        agreement = INCONSISTENT
        text += f"; printed is {part.text}. A change of a model need not be that of the counts."
    yield Finding(CHECK, entry.name, "percent", agreement, text,
                  tuple(one.name for one in groups), {"table": table})  # fmt: skip


def _holds(part: Component, ratio: Component) -> bool:
    """Whether the change may be that of a printed ratio."""
    low, high = (float(end) for end in as_ratio(part, part.word).bounds)
    least, most = (float(end) for end in ratio.bounds)
    return low < most and least < high


def _of_means(ledger: Ledger, entry: Entry, part: Component) -> Iterator[Finding]:
    """A relative change of two printed means, or medians."""
    groups = ledger.compared(entry, "value")
    if groups is None or len(groups) != 2:
        return
    (low1, high1), (low0, high0) = (
        tuple(float(end) for end in one.parts["value"].bounds) for one in groups
    )
    if min(low1, low0) <= 0:
        return
    sign = -1 if part.word == "lower" else 1
    span = sorted((100 * sign * (low1 / high0 - 1), 100 * sign * (high1 / low0 - 1)))
    turned = sorted((100 * sign * (1 - high0 / low1), 100 * sign * (1 - low0 / high1)))
    shown = " and ".join(one.parts["value"].text for one in groups)
    word = part.word or ""
    text = f"{shown} are {span[0]:.1f} to {span[1]:.1f} % {word}"
    detail: dict[str, object] = {"low": span[0], "high": span[1]}
    if overlaps(part, *span):
        agreement, more = COMPATIBLE, f", in keeping with {part.text}."
    elif overlaps(part, *turned):
        agreement, more = ALTERNATIVE, f"; {part.text} is the difference as a part of the first."
        detail |= {"alternative": "the difference as a part of the first group's value"}
    else:
        agreement, more = INCONSISTENT, f"; printed is {part.text}."
    yield Finding("difference.relative", entry.name, "percent", agreement, text + more,
                  tuple(one.name for one in groups), detail)  # fmt: skip
