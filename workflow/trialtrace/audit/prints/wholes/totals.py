"""Categories of one outcome in one group: do their counts add up to the group?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import (
    COMPATIBLE,
    DOUBT,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
    REMARK,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.wholes.shares import with_a_value
from trialtrace.audit.relations.ranges import as_range, ends_of, prints
from trialtrace.audit.relations.wording import NOT_CHECKED
from trialtrace.audit.summaries.percentages import counts_for_percentage
from trialtrace.base.grouping import grouped

OPPOSITES = (
    {"yes", "no"},
    {"male", "female"},
    {"men", "women"},
    {"present", "absent"},
    {"positive", "negative"},
)
"""Categories of which no patient can be in both."""


@dataclass(frozen=True)
class Repair:
    """The count of a claim that its total asks for, and that its percentage prints as, too."""

    claim: str
    count: int
    percentage: Component


@checks(
    "categories that should add up to their group, or to a printed count of all of them, and the "
    "count that would make them; a remark where every percentage is that of the group (some may be "
    "in none, or in several), or of those in the categories; without counts their percentages, "
    "which are not above 100 together; categories that hold everyone of each group against a "
    "printed count of all groups",
    {
        "total.categories": "Categories that should add up to their group.",
        "total.percentages": "Percentages of categories that exclude each other, together.",
        "total.groups": "Categories of all groups, and the count of all.",
    },
    of_sizes=("total.categories",),
)
def check_totals(ledger: Ledger) -> Iterator[Finding]:
    for entries in ledger.categories.values():
        outcome = ledger.outcomes.get(entries[0].about.outcome or "")
        if outcome is not None and outcome.several:
            continue
        if found := _counted(ledger, entries):
            yield _total(ledger, entries, *found)
        elif entries[0].about.category is not None:
            yield from _percentages(entries)
    yield from _of_all_groups(ledger)


def _of_all_groups(ledger: Ledger) -> Iterator[Finding]:
    """A count of everyone beside the categories of all groups, each of which is in one of them."""
    by_cell = grouped(ledger.categories.values(), lambda own: own[0].about.cell)
    for entry in ledger.entries.values():
        groups = by_cell.get(entry.about.cell, []) if entry.about.category is None else []
        counted = [_counted(ledger, own) for own in groups if own[0].about.group != ALL]
        own = [found for found in counted if found and sum(found[0].values()) == found[1]]
        n = entry.whole_count if entry.about.group == ALL else None
        if n is None or len(own) < max(len(counted), 2):
            continue
        total, part = sum(size for _, size in own), entry.parts.get("count", entry.main)
        text = f"The categories of {len(own)} groups add up to {total}"
        text += "." if total == n else f", not to {n}."
        names = [name for found, _ in own for name in found]
        beside = [ledger.entries[name] for name in names]
        yield verdict("total.groups", entry, part or "value", total == n, text, beside)


def _percentages(entries: list[Claim]) -> Iterator[Finding]:
    """Percentages of the categories of one group that are more than 100 together.

    Less than 100 is none: categories may not be in the ledger.
    """
    by_category = grouped(entries, lambda entry: entry.about.category)
    shares = [
        (claims[0], claims[0].share)
        for claims in by_category.values()
        if len({claim.share.text for claim in claims if claim.share is not None}) == 1
    ]
    known = [(one, part) for one, part in shares if part is not None and part.relation == "="]
    if len(known) < 2 or len(known) < len(by_category):
        return
    low, high = (sum(ends_of(part)[k] for _, part in known) for k in (0, 1))
    text = f"The {len(known)} categories are {low:.4g} to {high:.4g} % together"
    agreement, more = COMPATIBLE, ", which can be 100 %."
    if low > 100 + 1e-9:
        agreement, more = INCONSISTENT, ", more than 100 %, where each patient is in one of them."
    elif high < 100 - 1e-9:
        agreement, more = NOT_CHECKABLE, ": not all of them are in the ledger."
    (first, part), *_ = known
    detail, claims = {"low": low, "high": high}, [one for one, _ in known]
    yield verdict("total.percentages", first, part, agreement, text + more, claims, detail)


def _counted(ledger: Ledger, entries: list[Claim]) -> tuple[dict[str, int], int] | None:
    """The counts of the categories, each once, and the size of their group."""
    by_category: dict[str | None, dict[int, str]] = {}
    for entry in entries:
        if (count := entry.whole_count) is not None:
            by_category.setdefault(entry.about.category, {}).setdefault(count, entry.name)
    if any(len(own) > 1 for own in by_category.values()):
        return None
    counted = {name: count for own in by_category.values() for count, name in own.items()}
    sizes = {ledger.size(entry) for entry in entries} - {None}
    return (counted, int(sizes.pop() or 0)) if len(counted) > 1 and len(sizes) == 1 else None


def _total(ledger: Ledger, entries: list[Claim], counted: dict[str, int], n: int) -> Finding:
    total = sum(counted.values())
    claims, together = [ledger.entries[name] for name in counted], _together(ledger, entries)
    detail = {"total": total, "n": n, "counts": counted}
    if together is not None and total != n:
        claims, n = [*claims, together], together.whole_count or 0
    text = f"The {len(counted)} categories add up to {total}"

    def finding(agreement: str, sentence: str, subject: Claim = claims[0]) -> Finding:
        # The component that holds the count.
        name = "count" if "count" in subject.parts else "value"
        return verdict("total.categories", subject, name, agreement, sentence, claims, detail)

    if total == n:
        return finding(EXACT, f"{text}.")
    if together is None and (m := with_a_value(ledger, entries[0])) is not None:
        of = f"The percentages are of {m}; {n - m} of {n} are in none of these categories."
        return finding(REMARK, of)
    outcome = ledger.outcomes.get(entries[0].about.outcome or "")
    exhaustive = None if outcome is None else outcome.exhaustive
    if exhaustive is None and _others_add_up(ledger, entries):
        exhaustive = True
    if total < n and exhaustive is False:
        return finding(REMARK, f"{text} of {n}.")
    if total > n and {str(entry.about.category).casefold() for entry in entries} in OPPOSITES:
        exhaustive = True
    if (
        together is None
        and exhaustive is None
        and all(_is_right(ledger, claim) for claim in entries)
    ):
        why = f"are {n - total} of {n} in none? {text}."
        if total > n:
            why = f"may one patient be in several? {text}, more than {n}."
        return finding(DOUBT, f"{NOT_CHECKED} {why}")
    mending = repair(ledger, entries)
    if mending is None:
        return finding(INCONSISTENT, f"{text}, not to {n}.")
    text += f", not to {n}; {mending.count} in place of {counted[mending.claim]} would, and prints "
    text += f"as {mending.percentage.text}."
    return finding(INCONSISTENT, text, ledger.entries[mending.claim])


def _together(ledger: Ledger, entries: list[Claim]) -> Claim | None:
    """The count of all categories together, where it is printed: of the outcome, or of the one
    that it is part of."""
    about = entries[0].about
    outcome = ledger.outcomes.get(about.outcome or "")
    names = [about.outcome, outcome.part_of if outcome is not None else None]
    for name in filter(None, names):
        at_all = replace(entries[0], about=replace(about, outcome=name, category=None))
        if found := one_count(ledger.beside(at_all, about.group or "")):
            return found
    return None


def _others_add_up(ledger: Ledger, entries: list[Claim]) -> bool:
    """Whether the same categories add up to another group, so that they hold everyone."""
    about = entries[0].about
    names = {entry.about.category for entry in entries}
    others = [
        own
        for own in ledger.categories.values()
        if own[0].about.cell == about.cell and own[0].about.group != about.group
        if names == {claim.about.category for claim in own}
    ]
    found = [_counted(ledger, own) for own in others]
    return any(one is not None and sum(one[0].values()) == one[1] for one in found)


def _is_right(ledger: Ledger, entry: Claim) -> bool:
    """Whether its percentage is that of its count of the group, so that neither is misprinted."""
    part, count, n = entry.share, entry.whole_count, ledger.size(entry)
    return part is not None and count is not None and prints(part, 100 * count / n if n else None)


def repair(ledger: Ledger, entries: list[Claim]) -> Repair | None:
    """The one claim whose own percentage asks for the count that the total lacks.

    None where the categories add up, or no percentage, or more than one, asks for what is lacking.
    """
    found = _counted(ledger, entries)
    if found is None or sum(found[0].values()) == found[1]:
        return None
    counted, n = found
    asking = []
    for name, count in counted.items():
        percent, wanted = _percent_of(entries, ledger.entries[name]), count + n
        wanted -= sum(counted.values())
        if percent and wanted >= 0 and wanted in counts_for_percentage(as_range(percent), n):
            asking.append(Repair(name, wanted, percent))
    return asking[0] if len(asking) == 1 else None


def _percent_of(entries: list[Claim], entry: Claim) -> Component | None:
    """The percentage of a category, printed with its count or apart from it."""
    for claim in entries:
        if claim.about.category == entry.about.category and claim.share is not None:
            return claim.share
    return None
