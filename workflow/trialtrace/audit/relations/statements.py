"""Conclusions and what they need: a baseline, an interval, a margin, a threshold."""

import re
from collections.abc import Iterator
from decimal import Decimal

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.design import RATIO_SCALES
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import CONTRADICTS, HOLDS, QUESTION, Case, relation
from trialtrace.audit.relations.shapes import outcome_of
from trialtrace.audit.relations.solvers.margins import (
    Judged,
    equivalent,
    judged,
    limits_of,
    margin_of,
    reach,
)
from trialtrace.audit.relations.wording import listed
from trialtrace.stats.categorical.proportions import clopper_pearson, wilson

DENIED = re.compile(
    r"(?:\bnot\b|n't\b)(?!(?:\s+\w+){0,3}\s+(?:inferior|worse)\b)|\bfail(?:ed|s|ure)?\b|"
    r"\binconclusive\b",
    re.IGNORECASE,
)
"""Words that deny non-inferiority; "not inferior" and "not worse" claim it."""
THRESHOLD = "feasibility_threshold"
"""A claim of this fact prints the share from which on a trial counts as feasible."""


def concluding(ledger: Ledger, what: str) -> Iterator[Claim]:
    return (one for one in ledger.entries.values() if one.about.concludes == what)


def _first(entry: Claim) -> str:
    return next(iter(entry.parts))


@relation("statement.change", "Was there a value before the treatment?")
def without_baseline(ledger: Ledger) -> Iterator[Case]:
    """A change from baseline, and the baseline it needs."""
    for entry in ledger.entries.values():
        outcome = outcome_of(ledger, entry)
        if entry.about.change and outcome is not None and len(outcome.visits) == 1:
            text = f"“{entry.printed}” tells of a change of {outcome.label}, which was measured "
            text += f"{outcome.visits[0]} only: there is no baseline to change from."
            yield Case(entry, _first(entry), False, text)


@relation("statement.no_difference", "What is the interval of the difference?", only_asks=True)
def no_difference(ledger: Ledger) -> Iterator[Case]:
    """A statement of no difference, and the interval it needs."""
    for entry in concluding(ledger, "no_difference"):
        beside = ledger.comparisons.get(entry.about.cell, []) if entry.about.outcome else []
        found = [one for one in beside if "ci_low" in one.parts]
        text = f"“{entry.printed}” stands without an interval of the difference, which alone could "
        text += "show that there is none of importance."
        if found:
            text = f"The interval {found[0].printed} stands beside it."
        yield Case(entry, _first(entry), bool(found), text, tuple(found[:1]))


@relation("statement.non_inferiority", "Which margin, and which interval, is it concluded from?")
def non_inferiority(ledger: Ledger) -> Iterator[Case]:
    """A conclusion of non-inferiority, margin and interval."""
    for entry in concluding(ledger, "non_inferiority"):
        denied = DENIED.search(entry.printed) is not None
        declared = margin_of(ledger, entry)
        said = None
        if declared is not None:
            said = judged(ledger, declared, "not_shown" if denied else "non_inferior")
        yield _concluded(entry, said or _typed(ledger, entry, denied=denied))


@relation("statement.equivalence", "Which limits, and which interval, is it concluded from?")
def equivalence(ledger: Ledger) -> Iterator[Case]:
    """A conclusion of equivalence, limits and interval."""
    for entry in concluding(ledger, "equivalence"):
        denied, limits = DENIED.search(entry.printed) is not None, limits_of(ledger, entry)
        said = None
        if limits is not None:
            said = equivalent(ledger, limits, "not_shown" if denied else "equivalent")
        text = f"“{entry.printed}” needs limits and an interval of the comparison on their scale."
        yield _concluded(entry, said or (QUESTION, text, ()))


def _concluded(entry: Claim, said: Judged) -> Case:
    state, text, beside = said
    return Case(entry, _first(entry), state == HOLDS, text, beside,
                excuse=None if state in (HOLDS, CONTRADICTS) else "open")  # fmt: skip


def _typed(ledger: Ledger, entry: Claim, *, denied: bool) -> Judged:
    """The conclusion against an interval and a margin that are typed with claims.

    The margin has no typed side: it lies on the worse side of no effect.
    """
    others = [one for one in ledger.comparisons.get(entry.about.cell, ()) if one is not entry]
    own = [entry, *others]
    margin = next((m for one in own if (m := one.about.margin_value) is not None), None)
    held = None if margin is None else _limits(ledger, entry, own, margin)
    if margin is None or held is None:
        return QUESTION, f"“{entry.printed}” needs a margin and one interval of the comparison.", ()
    endless = {"ci_low": Decimal("-Infinity"), "ci_high": Decimal("Infinity")}
    (a, b), (c, d) = (
        held.parts[name].bounds if name in held.parts else (end, end)
        for name, end in endless.items()
    )
    ratio = held.measure in RATIO_SCALES
    null, shown, limit = Decimal(1 if ratio else 0), reach(held), f"the margin of {margin}."
    not_shown: str = HOLDS if denied else CONTRADICTS
    if ratio and margin <= 0:
        return QUESTION, f"No ratio has a margin of {margin}.", (held,)
    if b <= margin < c:
        return not_shown, f"{shown} holds {limit}", (held,)
    if a <= margin <= d:
        return QUESTION, f"Rounding leaves open whether {shown} holds {limit}", (held,)
    if a > margin > null or d < margin < null:
        return (not_shown if ratio else QUESTION), f"{shown} lies beyond {limit}", (held,)
    return (QUESTION if denied else HOLDS), f"{shown} excludes {limit}", (held,)


def _limits(ledger: Ledger, entry: Claim, own: list[Claim], margin: Decimal) -> Claim | None:
    """The interval of the comparison, or the limit of one side that lies towards the margin."""
    same = [one for one in own if one.about.compared == entry.about.compared]
    found = ledger.agreed((one for one in same if one.has_interval), "ci_low", "ci_high")
    for name in ("ci_low", "ci_high") if found is None else ():
        alone = ledger.agreed((one for one in same if name in one.parts), name)
        null = Decimal(1 if alone is not None and alone.measure in RATIO_SCALES else 0)
        if alone is not None and margin != null and (margin < null) == (name == "ci_low"):
            return alone
    return found


@relation(
    "statement.feasibility", "From which share of patients on would it be feasible?", only_asks=True
)
def feasibility(ledger: Ledger) -> Iterator[Case]:
    """A statement of feasibility, and the threshold it needs."""
    for entry in concluding(ledger, "feasibility"):
        if THRESHOLD in ledger.facts:
            continue
        text = f"“{entry.printed}” is concluded, and no share is printed from which on it would be."
        told, beside = [], []
        for other in ledger.of_cell.get(entry.about.cell, ()):
            x, n = other.whole_count, ledger.size(other)
            if entry.about.outcome and x is not None and n and x <= n:
                one = wilson(x, n, confidence=0.95)
                told.append(f"{x} of {n} ({ledger.group_label(other)}) leave room for "
                            f"{100 * one.low:.0f} to {100 * one.high:.0f} %")  # fmt: skip
                beside.append(other)
        text += f" {listed(told)} (95 % interval of Wilson)." if told else ""
        yield Case(entry, _first(entry), False, text, beside)


@relation("statement.safety", "Which rate of events was to be excluded?", only_asks=True)
def safety(ledger: Ledger) -> Iterator[Case]:
    """No adverse event, and the rate that this excludes."""
    for entry in concluding(ledger, "safety"):
        counted: list[tuple[int, str, tuple[Claim, ...]]] = [
            (n, f" ({ledger.group_label(other)})", (other,))
            for other in ledger.of_cell.get(entry.about.cell, ())
            if entry.about.outcome and other.whole_count == 0 and (n := ledger.size(other))
        ]
        if not counted and "words" in entry.parts and entry.about.n:
            counted = [(entry.about.n, "", ())]
        told = [
            f"0 of {n}{label} leave room for a risk of up to "
            f"{100 * clopper_pearson(0, n, confidence=0.90).high:.1f} %"
            for n, label, _ in counted
        ]
        if told:
            beside = tuple(one for *_, own in counted for one in own if one is not entry)
            text = f"{listed(told)} (one-sided 95 % bound)."
            yield Case(entry, _first(entry), False, text, beside)


@relation("statement.groups", "What is the number of the other groups?", only_asks=True)
def one_sided(ledger: Ledger) -> Iterator[Case]:
    """A number of one group, and what stands beside it for the others."""
    cells: dict[tuple, dict[str, Claim]] = {}
    for entry in ledger.of_group():
        about, parts = entry.about, entry.parts
        if about.outcome and about.size is None and ("percent" in parts or "sd" in parts):
            cells.setdefault((about.cell, about.category), {})[about.group or ""] = entry
    lacking = {key: _lacking(ledger, found) for key, found in cells.items()}
    own = [key for key, names in lacking.items() if names]
    # A ledger that is typed of some groups alone says nothing of the paper.
    for key in own if 2 * len(own) < len(cells) else ():
        last = list(cells[key].values())[-1]
        text = f"Nothing is printed beside it for {listed(lacking[key])}."
        yield Case(last, _first(last), False, text)


def _lacking(ledger: Ledger, found: dict[str, Claim]) -> list[str]:
    """The labels of the groups that have nothing beside the claims of others."""
    if ALL in found or not set(found) & set(ledger.apart):
        return []
    first = next(iter(found.values()))
    return [ledger.groups[one].label for one in ledger.apart if not ledger.beside(first, one)]
