"""A contradiction that rests on a number of which it is not certain that it was read right: first a
question to the reader, which reading is meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.finding import INCONSISTENT, Finding

CERTAIN = 0.9
"""From this chance on a reading is taken for certain, where nothing of it was guessed."""
RESTS_ON = "rests_on"
"""In the detail of a finding that became a question: the claim whose reading is asked for."""
_SPREAD = re.compile(r"SD or SE|mean \(SD\)", re.IGNORECASE)
_FORM = re.compile(r"taken for|caption|arithmetic|kind", re.IGNORECASE)
_ORDER = re.compile(r"order of the groups|other way round", re.IGNORECASE)
_LESS, _OVER = "less", "over"


@dataclass(frozen=True)
class Reading:
    """What is asked of a number: in a sentence with {} for it, as a question on several such with
    what is told of each, and why it is asked. `sizes` are the numbers of patients it may be of."""

    single: str
    several: str
    each: str
    why: str
    sizes: tuple[int, ...] = ()


def uncertain(entry: Claim) -> bool:
    """Whether it was read by a program with a guess, or with a chance below certainty."""
    return bool(entry.doubt) or (entry.chance is not None and entry.chance < CERTAIN)


def doubted(finding: Finding, ledger: Ledger) -> Claim | None:
    """Of the claims that a contradiction rests on, the one that is the least sure."""
    names = (finding.claim, *finding.beside)
    unsure = [one for name in names if (one := ledger.entries.get(name)) and uncertain(one)]
    return min(unsure, key=lambda one: 0.0 if one.chance is None else one.chance, default=None)


def questioned(finding: Finding, ledger: Ledger) -> Finding:
    """A contradiction that rests on an uncertain reading is that reading's question first."""
    entry = doubted(finding, ledger) if finding.agreement == INCONSISTENT else None
    if entry is None:
        return finding
    asked = reading(entry, ledger)
    text = f"{finding.sentence} {asked.single.format(f'“{entry.printed}”')} {asked.why}"
    return replace(
        finding,
        agreement=NOT_CHECKABLE,
        sentence=text,
        open=finding.component == "p",
        detail={**finding.detail, RESTS_ON: entry.name},
    )


def reading(entry: Claim, ledger: Ledger) -> Reading:
    """The other reading that is the nearest at hand, by what is guessed of the claim."""
    why = f"It was read with a chance of {entry.chance:.2f} to be right" if entry.chance else ""
    doubt = f"its doubt is: {entry.doubt}" if why else f"It was read with a doubt: {entry.doubt}"
    why = "; ".join(filter(None, [why, doubt if entry.doubt else ""])) + "."
    size, sizes = ledger.size(entry), _sizes(entry)
    label = _label(ledger, entry.about.group)
    if size and (fewer := tuple(n for n in sizes if n < size)) and size not in sizes:
        each = f"of {thousands(size)}, or of {spanned(fewer)}"
        single = (
            f"Is {{}} of {thousands(size)}, or of the {spanned(fewer)} that give its percentage?"
        )
        several = f"Is each of these numbers of {label or 'a group'} of the {thousands(size)} that "
        several += "were taken, or of those with a value?"
        return Reading(single, several, each, why, fewer)
    if _SPREAD.search(entry.doubt):
        several = (
            "Is the second number of each of these an SD, as it was read, or a standard error?"
        )
        return Reading(several.replace("each of these", "{}"), several, "", why)
    if _FORM.search(entry.doubt):
        told = " and ".join(name.replace("_", " ") for name in entry.parts)
        told = "a number alone" if told == "value" else told
        several = "Was the kind of each of these numbers read as it is meant?"
        return Reading(f"Is {{}} meant as {told}?", several, f"read as {told}", why)
    compared = [_label(ledger, name) for name in ledger.compared_groups(entry)]
    if len(compared) == 2:
        first, second = compared
        word = _OVER if "ratio" in (entry.about.measure or "") else _LESS
        if _ORDER.search(entry.doubt):
            each = f"{first} {word} {second}, or the other way round"
            several = "Which group of each of these comparisons comes first?"
            return Reading(f"Is {{}} {each}?", several, each, why)
        each = f"of {first} against {second}"
        return Reading(f"Is {{}} {each}?", "Do these compare the groups that were read?", each, why)
    if label:
        several = "Is each of these numbers of the group, the outcome and the time that were read?"
        outcome = ledger.outcomes.get(entry.about.outcome or "")
        words = [f"of {label}", outcome.label if outcome else "", entry.about.visit or ""]
        each = ", ".join(filter(None, words))
        return Reading(f"Is {{}} {each}?", several, each, why)
    return Reading(
        "Is {} read as it is meant?", "Is each of these numbers read as it is meant?", "", why
    )


def spanned(sizes: Sequence[int]) -> str:
    """232, or 229 to 233."""
    ends = dict.fromkeys((sizes[0], sizes[-1]))
    return " to ".join(map(thousands, ends))


def _label(ledger: Ledger, group: str | None) -> str:
    known = ledger.groups.get(group or "")
    return known.label if known is not None else ""


def _sizes(entry: Claim) -> list[int]:
    """The numbers of patients of which a printed count is the printed percentage."""
    count, percent = entry.parts.get("count"), entry.parts.get("percent")
    if count is None or percent is None or "denominator" in entry.parts:
        return []
    if not count.value or not percent.value:
        return []
    k, half = int(count.value), percent.ulp / 2
    if percent.value <= half:
        return []
    first, last = 100 * k / (percent.value + half), 100 * k / (percent.value - half)
    found = range(max(k, ceil(first)), floor(last) + 1)
    return list(found)
