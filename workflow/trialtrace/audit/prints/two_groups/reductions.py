"""Reductions and rises in percent, as "25% reduction" or "31 % higher", against what they are of.

A relative change of r % is a ratio of 1 - r/100 or 1 + r/100, of risks, odds or hazards as the
words or `measure` say. Where neither does, it may be the relative or the absolute change of the
shares, or the relative change of the means, and each reading is told. "Risk" and "rate" are of the
risk ratio and the rate ratio where these are printed: where no printed ratio fits it is a
contradiction beside its own, and a remark beside others.
"""

import re
from collections.abc import Iterator
from itertools import chain

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, DOUBT, EXACT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared import two_groups
from trialtrace.audit.prints.shared.two_groups import RATIOS, WORDS, as_ratio, table_of
from trialtrace.audit.prints.two_groups.comparisons import OF_SHARES
from trialtrace.audit.prints.wholes import headline
from trialtrace.audit.relations.ranges import Span, overlaps, prints
from trialtrace.audit.relations.wording import listed
from trialtrace.stats.categorical.contingency import odds_ratio_peto

CHECK = "comparison.reduction"
OF = {"risk_ratio": "risk", "odds_ratio": "odds"}
RATIO_OF = {"risk": "risk_ratio", "rate": "rate_ratio"}
"""What words mean first; a risk is also said of hazards, and a rate of risks."""
THING = re.compile(r"\b(risk|rate)s?\b", re.IGNORECASE)
ABSOLUTE = re.compile(r"\babsolute|\bpoints?\b", re.IGNORECASE)


@checks(
    "a reduction or rise in percent against the odds, risks or means of the groups, or "
    "the ratio beside it: the words or `measure` say of what, else each reading is told",
    {
        "difference.relative": "A change of means in percent, and the means of the groups.",
        "reduction.ratio": "A reduction or rise in percent, and the ratio that is printed "
        "beside it.",
        "comparison.reduction": "A reduction or rise in percent, and the ratio or change it is.",
    },
    of_sizes=("comparison.reduction",),
)
def check_reductions(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        data = entry.parts.get("percent")
        if data is None or data.relation != "=" or len(entry.about.compared) != 2:
            continue
        if data.word is not None and not _of_counts(ledger, entry):
            yield from _of_ratio(ledger, entry, data)
        if entry.basis:
            continue
        if entry.measure in RATIOS:
            if table := table_of(ledger, entry):
                yield _of_measure(entry, data, *table)
            else:
                yield from _of_shares(ledger, entry, data, (entry.measure,))
        elif entry.measure is None and data.word is not None:
            yield from _open(ledger, entry, data)


def _of_counts(ledger: Ledger, entry: Claim) -> bool:
    """Whether the counts or the percentages of the groups tell what the change is of."""
    if entry.basis is not None or entry.measure not in (None, *RATIOS):
        return False
    return any(find(ledger, entry) for find in (table_of, two_groups.shares_of))


def _of_ratio(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    """A change against the ratio of the same measure that is printed for the same groups.

    Of what is not said, or one is adjusted and the other not, only what fits is told.
    """
    measure = entry.measure
    if measure not in (None, *headline.RATIOS):
        return
    ratios = [
        (other, other.parts["value"])
        for other in ledger.comparisons[entry.about.cell]
        if other.about.compared == entry.about.compared and "value" in other.parts
        if other.measure in (headline.RATIOS if measure is None else (measure,))
        if other.parts["value"].relation == "=" and other.about.category == entry.about.category
    ]
    fit = [(other, ratio) for other, ratio in ratios if _holds(component, ratio)]
    named = RATIO_OF.get(_thing(entry)) if measure is None else None
    own = [one for one in ratios if one[0].measure == named]
    if measure is None:
        unlike = not own or any(other.stated_basis != entry.stated_basis for other, _ in ratios)
    else:
        unlike = any(other.basis != entry.basis for other, _ in ratios)
    if not ratios or (unlike and not fit and named is None):
        return
    other, ratio = (fit or own or ratios)[0]
    low, high = (100 * (float(end) - 1) for end in ratio.bounds)
    what = "reduction" if low + high < 0 else "rise"
    least, most = sorted((abs(low), abs(high)))
    of = (other.measure or "").replace("_", " ")
    text = f"A {what} of {least:.1f} to {most:.1f} % goes with the {of} of {ratio.text}"
    agreement: str | bool = bool(fit)
    if not fit:
        text += f"; printed is {entry.printed}."
        if unlike:
            agreement, text = DOUBT, f"{text} It may be of another ratio (`measure`)."
    yield verdict("reduction.ratio", entry, component, agreement, text, [other])


def _thing(entry: Claim) -> str:
    """What the words say is reduced, a risk or a rate; nothing of an absolute change."""
    if ABSOLUTE.search(entry.printed):
        return ""
    found = {one.lower() for one in THING.findall(entry.printed)}
    return found.pop() if len(found) == 1 else ""


def _change(measure: str, table: two_groups.Table) -> float | None:
    """The change of the risk or the odds in percent; negative where the first group has less."""
    ratio = two_groups.estimate(measure, table)
    return None if ratio is None else 100 * (ratio - 1)


def _of_measure(
    entry: Claim, component: Component, groups: list[Claim], table: two_groups.Table
) -> Finding:
    """A change of the stated measure: 25 % less of the odds is an odds ratio of 0.75."""
    measure = entry.measure or ""
    change = _change(measure, table)
    x1, n1, x0, n0 = table
    text = f"On {x1} of {n1} and {x0} of {n0} the {WORDS[measure]} is "
    text += "none" if change is None else f"{1 + change / 100:.4g}, {_side(change, OF[measure])}"
    others = {one: _change(one, table) for one in RATIOS if one != measure}
    others["risk_difference"] = two_groups.estimate("risk_difference", table)
    fit = [WORDS[one] for one, value in others.items() if _fits(component, value)]
    rounded = two_groups.of_percentages(measure, groups)
    if rounded is not None and _fits(component, 100 * (rounded - 1)):
        fit.append("two rounded percentages")
    detail: dict[str, object] = {"table": table, "change": change}
    agreement = EXACT
    if _fits(component, change):
        text += f", which prints as {component.text}."
    elif component.word is None and change is not None and prints(component, 100 + change):
        text += f"; {component.text} is the ratio itself in percent."
    elif measure == "odds_ratio" and any(
        _fits(component, 100 * (one - 1)) for one in _other(table)
    ):
        agreement = COMPATIBLE
        text += f"; {component.text} is that of Peto's or the conditional one."
    elif fit:
        agreement, detail = ALTERNATIVE, {**detail, "alternative": fit}
        text += f"; {component.text} is that of the {listed(fit, 'or the ')}."
    else:
        agreement = INCONSISTENT
    return verdict(CHECK, entry, component, agreement, text, groups, detail)


def _other(table: two_groups.Table) -> tuple[float, float]:
    """Odds ratios by Peto's one step and by conditional likelihood."""
    peto = odds_ratio_peto(*table, confidence=0.95).estimate
    return peto, two_groups.conditional_odds_ratio(table)


def _side(change: float, what: str) -> str:
    return f"{what} {'lower' if change < 0 else 'higher'} by {abs(change):.1f} %"


def _fits(component: Component, change: float | None) -> bool:
    """Whether a signed change prints as the words say; without words, either way round."""
    if change is None:
        return False
    sides = {"lower": (-change,), "higher": (change,), None: (change, -change)}
    return any(prints(component, value) for value in sides[component.word])


def _open(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    """A change of what the words leave open: every reading is tried and told."""
    found = table_of(ledger, entry)
    if found is None:
        yield from _of_means(ledger, entry, component)
        yield from _of_shares(ledger, entry, component, (*RATIOS, "risk_difference"))
        return
    groups, table = found
    readings = {
        f"relative change of the {OF[measure]}": _change(measure, table) for measure in RATIOS
    } | {"absolute change": two_groups.estimate("risk_difference", table)}
    changes = [
        f"a {name} of {value:+.1f} {'points' if name[0] == 'a' else '%'}".replace("a abs", "an abs")
        for name, value in readings.items()
        if value is not None
    ]
    fit = [f"the {name}" for name, value in readings.items() if _fits(component, value)]
    fit += _ratios(ledger, entry, component)
    text = f"The counts give {listed(changes)}".replace("-", "\N{MINUS SIGN}")
    if fit:
        text += f"; {component.text} is that of {listed(fit, 'or')}."
    else:
        text += f"; printed is {component.text}. A change of a model need not be that of the "
        text += "counts."
    yield verdict(CHECK, entry, component, bool(fit), text, groups, {"table": table})


def _ratios(ledger: Ledger, entry: Claim, component: Component) -> list[str]:
    """The printed ratios of the same groups that the change may be of."""
    return [
        other.printed
        for other in ledger.comparisons[entry.about.cell]
        if other.about.compared == entry.about.compared and other.measure in headline.RATIOS
        if (other.parts.get("value") and _holds(component, other.parts["value"]))
    ]


def _of_shares(
    ledger: Ledger, entry: Claim, component: Component, measures: tuple[str, ...]
) -> Iterator[Finding]:
    """A change against two percentages without counts, as one of each measure."""
    found = two_groups.shares_of(ledger, entry)
    if found is None:
        return
    groups, shares = found
    changes, fit = [], []
    for measure in measures:
        span = two_groups.span_of(measure, shares)
        if span is None:
            return
        change, name, unit = span, "absolute change", "points"
        if measure in RATIOS:
            change = Span(*(100 * (end - 1) for end in span))
            name, unit = f"relative change of the {OF[measure]}", "%"
        low, high = change
        changes.append(f"{name} of {low:+.1f} to {high:+.1f} {unit}")
        ways = {"lower": [change.turned], "higher": [change]}
        own = ways.get(component.word or "") or [
            *chain(*ways.values()),
            Span(100 + low, 100 + high),
        ]
        if any(overlaps(component, *ends) for ends in own):
            fit.append(f"the {name}")
    fit += _ratios(ledger, entry, component) if len(measures) > 1 else []
    text = f"{shares[0].text} and {shares[1].text} give a {listed(changes)}"
    text = text.replace("-", "\N{MINUS SIGN}")
    text += f"; {component.text} is that of {listed(fit, 'or')}." if fit else ""
    yield verdict(OF_SHARES, entry, component, bool(fit), text, groups)


def _holds(component: Component, ratio: Component) -> bool:
    """Whether the change may be that of a printed ratio."""
    low, high = (float(end) for end in as_ratio(component, component.word).bounds)
    least, most = (float(end) for end in ratio.bounds)
    return low < most and least < high


def _of_means(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    """A relative change of two printed means, or medians."""
    groups = ledger.compared(entry, "value")
    if groups is None or len(groups) != 2:
        return
    upper, lower = (Span(*(float(end) for end in group.parts["value"].bounds)) for group in groups)
    if min(upper.low, lower.low) <= 0:
        return
    sign = -1 if component.word == "lower" else 1
    span = sorted(100 * sign * (end - 1) for end in upper.over(lower))
    turned = sorted(100 * sign * (1 - end) for end in lower.over(upper))
    first, second = (group.parts["value"].text for group in groups)
    text = f"{first} is {span[0]:.1f} to {span[1]:.1f} % {component.word or ''} than {second}"
    agreement: str | bool = overlaps(component, *span)
    detail: dict[str, object] = {"low": span[0], "high": span[1]}
    if not agreement and overlaps(component, *turned):
        agreement, text = (
            ALTERNATIVE,
            f"{text}; {component.text} is the difference as a part of {first}.",
        )
        detail |= {"alternative": "the difference as a part of the first group's value"}
    yield verdict("difference.relative", entry, component, agreement, text, groups, detail)
