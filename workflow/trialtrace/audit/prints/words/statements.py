"""Statements: one fact told in two places, a change without a baseline, conclusions."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.design import RATIO_SCALES
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.dates import alike, dates
from trialtrace.audit.printed.quantities import Quantity, quantity
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, NOT_CHECKABLE, UNDECIDED
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.margins import equivalent, judged, limits_of, margin_of, reach
from trialtrace.audit.relations.wording import listed
from trialtrace.stats.categorical.proportions import clopper_pearson, wilson


@checks(
    "one fact told in several places, in numbers or dates (what differs in words only cannot be "
    "judged); numbers that the ledger has for some groups only; a change without a "
    "baseline; no difference without an interval; not inferior though the interval holds the "
    "margin, equivalent though it holds a limit; feasible without a threshold; what no adverse "
    "event can exclude",
    {
        "statement.change": "A change from baseline, and the baseline it needs.",
        "statement.no_difference": "A statement of no difference, and the interval it needs.",
        "statement.non_inferiority": "A conclusion of non-inferiority, margin and interval.",
        "statement.equivalence": "A conclusion of equivalence, limits and interval.",
        "statement.feasibility": "A statement of feasibility, and the threshold it needs.",
        "statement.safety": "No adverse event, and the rate that this excludes.",
        "statement.groups": "A number of one group, and what stands beside it for the others.",
        "fact": "One fact told in several places.",
    },
)
def check_statements(ledger: Ledger) -> Iterator[Finding]:
    yield from _facts(ledger)
    yield from _one_sided(ledger)
    for entry in ledger.entries.values():
        if entry.about.change:
            yield from _baseline(ledger, entry)
        if entry.about.concludes is not None:
            yield from CONCLUSIONS[entry.about.concludes](ledger, entry)


def _facts(ledger: Ledger) -> Iterator[Finding]:
    """The same fact in several places: in the same quantities, or in words."""
    for fact, entries in ledger.facts.items():
        if len(entries) < 2:
            continue
        told = listed([f"“{entry.printed}” ({entry.place})" for entry in entries], "and")
        name, (*others, last) = fact.replace("_", " "), entries
        numbers = [_quantities(entry) for entry in entries]
        same_days = alike([dates(entry.printed) for entry in entries])
        agreement, said = NOT_CHECKABLE, "worded differently"
        if len({_words(entry) for entry in entries}) == 1 or same_days or _same(numbers):
            agreement, said = COMPATIBLE, "the same in all places"
        elif same_days is False:
            agreement, said = INCONSISTENT, "not on the same days"
        elif all(numbers) and len({tuple(number) for number in numbers}) == 1:
            agreement, said = INCONSISTENT, "not the same"
        text = f"The {name} is {said}: {told}."
        yield verdict("fact", last, next(iter(last.parts)), agreement, text, others)


def _quantities(entry: Claim) -> dict[str, Quantity]:
    quantities = {name: quantity(part) for name, part in entry.parts.items()}
    return {name: one for name, one in quantities.items() if one is not None}


def _same(every: list[dict[str, Quantity]]) -> bool:
    """Whether all places have the same quantities, each with each."""
    return all(every) and all(
        one.keys() == other.keys() and all(one[name].same(other[name]) for name in one)
        for one, other in combinations(every, 2)
    )


def _words(entry: Claim) -> str:
    """What is printed, without case, marks and spaces."""
    return re.sub(r"[^\w.$€£¥]+", " ", entry.printed.lower()).strip(" .")


def _one_sided(ledger: Ledger) -> Iterator[Finding]:
    """Shares and means of some groups, where the ledger has none for the others."""
    cells: dict[tuple, dict[str, Claim]] = {}
    for entry in ledger.of_group():
        about, parts = entry.about, entry.parts
        if about.outcome and about.size is None and ("percent" in parts or "sd" in parts):
            cells.setdefault((about.cell, about.category), {})[about.group or ""] = entry
    for found in cells.values():
        first, last = next(iter(found.values())), list(found.values())[-1]
        lacking = [
            ledger.groups[name].label for name in ledger.apart if not ledger.beside(first, name)
        ]
        if lacking and ALL not in found and set(found) & set(ledger.apart):
            text, part = (
                f"The ledger has nothing beside it for {listed(lacking)}.",
                next(iter(last.parts)),
            )
            yield verdict("statement.groups", last, part, UNDECIDED, text, remark=True)


def _baseline(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    if outcome is None or len(outcome.visits) != 1:
        return
    text = (
        f"“{entry.printed}” tells of a change of {outcome.label[0].lower() + outcome.label[1:]}, "
        f"which was measured {outcome.visits[0]} only: there is no baseline to change from."
    )
    yield verdict("statement.change", entry, next(iter(entry.parts)), INCONSISTENT, text)


def _no_difference(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A conclusion of no difference needs an interval; a p above the level is none."""
    beside = ledger.comparisons.get(entry.about.cell, []) if entry.about.outcome else []
    if any("ci_low" in other.parts for other in beside):
        return
    text = (
        f"“{entry.printed}” stands without an interval of the difference. By itself it does not "
        "show that there is no difference: an interval within a margin of equivalence would."
    )
    yield verdict("statement.no_difference", entry, next(iter(entry.parts)), NOT_CHECKABLE, text)


def _feasibility(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """Feasible, but against what?"""
    if THRESHOLD in ledger.facts:
        return
    text = f"“{entry.printed}” is concluded, and no share of patients is printed from which on it "
    text += "would be feasible."
    findings = []
    for other in ledger.of_cell.get(entry.about.cell, ()):
        x, n = other.whole_count, ledger.size(other)
        if entry.about.outcome and x is not None and n and x <= n:
            interval = wilson(x, n, confidence=0.95)
            findings.append(
                f"{x} of {n} ({ledger.group_label(other)}) leave room for "
                f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %"
            )
    if findings:
        text += f" {listed(findings)} (95 % interval of Wilson)."
    yield verdict("statement.feasibility", entry, next(iter(entry.parts)), NOT_CHECKABLE, text)


def _safety(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """What no event among so many patients can and cannot exclude."""
    counted = [
        (n, f" ({ledger.group_label(other)})")
        for other in ledger.of_cell.get(entry.about.cell, ())
        if entry.about.outcome and other.whole_count == 0 and (n := ledger.size(other))
    ]
    if not counted and "words" in entry.parts and entry.about.n:
        counted = [(entry.about.n, "")]
    findings = []
    for n, label in counted:
        upper = clopper_pearson(0, n, confidence=0.90).high
        findings.append(f"0 of {n}{label} leave room for a risk of up to {100 * upper:.1f} %")
    if findings:
        said = f"“{entry.printed}”: " if "words" in entry.parts else ""
        text = f"{said}{listed(findings)} (one-sided 95 % bound)."
        yield verdict("statement.safety", entry, next(iter(entry.parts)), COMPATIBLE, text)


def _non_inferiority(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """Not inferior, though the interval of the comparison holds the margin."""
    part, check = next(iter(entry.parts)), "statement.non_inferiority"
    denied = DENIED.search(entry.printed) is not None
    declared = margin_of(ledger, entry)
    if declared is not None:
        said = judged(ledger, declared, "not_shown" if denied else "non_inferior")
        if said is not None:
            yield verdict(check, entry, part, *said)
            return
    others = (claim for claim in ledger.comparisons.get(entry.about.cell, ()) if claim is not entry)
    own = [entry, *others]
    margin = next((m for claim in own if (m := claim.about.margin_value) is not None), None)
    same = [claim for claim in own if claim.about.compared == entry.about.compared]
    held = [claim for claim in same if claim.has_interval]
    interval = ledger.agreed(held, "ci_low", "ci_high")
    limit = None if margin is None else _limit_of_one_side(ledger, same, margin)
    if margin is not None and (source := interval or limit) is not None:
        by = _by_margin if source is interval else _by_limit
        agreement, text = by(source, margin, denied=denied)
        yield verdict(check, entry, part, agreement, text, [source])
        return
    text = f"“{entry.printed}” needs a margin and one interval of the comparison"
    compared = set(entry.about.compared)
    if not held and any(
        claim.has_interval and set(claim.about.compared) == compared for claim in own
    ):
        text += "; there is one with the groups the other way round"
    elif len(held) > 1 and margin is not None:
        text += "; there are several: `margins` of `reported` takes them together"
    yield verdict(check, entry, part, NOT_CHECKABLE, f"{text}.")


def _equivalence(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """Equivalent, though an interval of the comparison holds one of the limits."""
    denied, limits = DENIED.search(entry.printed) is not None, limits_of(ledger, entry)
    said = equivalent(ledger, limits, "not_shown" if denied else "equivalent") if limits else None
    text = f"“{entry.printed}” needs limits (`equivalence` of `reported`) and an interval of the "
    text += "comparison on their scale."
    found = said or (NOT_CHECKABLE, text, ())
    yield verdict("statement.equivalence", entry, next(iter(entry.parts)), *found)


def _limit_of_one_side(ledger: Ledger, claims: list[Claim], margin: Decimal) -> Claim | None:
    """The limit of one side towards a margin: below for one that is below no difference."""
    for name, other in (("ci_low", "ci_high"), ("ci_high", "ci_low")):
        alone = [claim for claim in claims if name in claim.parts and other not in claim.parts]
        found = ledger.agreed(alone, name)
        if found is None:
            continue
        null = Decimal(1 if found.measure in RATIO_SCALES else 0)
        if (margin < null) == (name == "ci_low") and margin != null:
            return found
    return None


def _by_limit(held: Claim, margin: Decimal, *, denied: bool) -> tuple[str, str]:
    """A limit of one side against a margin on its side of no difference."""
    lower = "ci_low" in held.parts
    low, high = held.parts["ci_low" if lower else "ci_high"].bounds
    if low <= margin <= high:
        return NOT_CHECKABLE, f"{LEFT_OPEN} {reach(held)} holds the margin of {margin}."
    if (high < margin) if lower else (low > margin):
        return _holds(reach(held), margin, denied=denied)
    return _excludes(reach(held), margin, denied=denied)


def _by_margin(held: Claim, margin: Decimal, *, denied: bool) -> tuple[str, str]:
    """An interval against a margin without a typed side: it lies on the worse side of no effect."""
    low, high = (held.parts[name].bounds for name in ("ci_low", "ci_high"))
    shown, ratio = held.interval, held.measure in RATIO_SCALES
    null = Decimal(1 if ratio else 0)
    if ratio and margin <= 0:
        return NOT_CHECKABLE, f"No ratio has a margin of {margin}."
    if low[1] <= margin < high[0]:
        return _holds(shown, margin, denied=denied)
    if low[0] <= margin <= high[1]:
        return NOT_CHECKABLE, f"{LEFT_OPEN} {shown} holds the margin of {margin}."
    if low[0] > margin > null or high[1] < margin < null:
        text = f"{shown} lies beyond the margin of {margin}, as seen from no difference"
        if ratio:
            return (COMPATIBLE, f"{text}, as printed.") if denied else (INCONSISTENT, f"{text}.")
        return NOT_CHECKABLE, f"{text}; `margins` of `reported` tells which is worse."
    return _excludes(shown, margin, denied=denied)


DENIED = re.compile(
    r"(?:\bnot\b|n't\b)(?!(?:\s+\w+){0,3}\s+(?:inferior|worse)\b)|\bfail(?:ed|s|ure)?\b|"
    r"\binconclusive\b",
    re.IGNORECASE,
)
"""Words that deny non-inferiority; "not inferior" and "not worse" claim it."""
# A claim of this fact prints the share from which on a trial counts as feasible.
THRESHOLD = "feasibility_threshold"
CONCLUSIONS = {
    "no_difference": _no_difference,
    "non_inferiority": _non_inferiority,
    "equivalence": _equivalence,
    "feasibility": _feasibility,
    "safety": _safety,
}


def _holds(limit: str, margin: Decimal, *, denied: bool) -> tuple[str, str]:
    text = f"{limit} holds the margin of {margin}"
    if denied:
        return COMPATIBLE, f"{text}, as printed."
    return INCONSISTENT, f"{text}, so that it does not exclude it."


def _excludes(limit: str, margin: Decimal, *, denied: bool) -> tuple[str, str]:
    text = f"{limit} excludes the margin of {margin}"
    if not denied:
        return COMPATIBLE, f"{text}."
    text += ", while non-inferiority was not shown: another level or population may be meant."
    return NOT_CHECKABLE, text


LEFT_OPEN = "Rounding leaves open whether"
