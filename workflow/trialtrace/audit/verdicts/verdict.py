"""The verdict of print on each component of a claim: the gravest finding of all checks on it."""

from collections.abc import Iterable
from typing import Any

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import brief, named, told_apart
from trialtrace.audit.printed.verdicts import WORST_FIRST
from trialtrace.audit.prints.finding import COMPATIBLE, Finding

USED = "used"
ENTERS = "Used in the check of {}."
NOT_ALL = (
    "How many patients are behind it? Not every percentage of {} is one of the {} randomised "
    "(`patients`, or `sizes` of a population)."
)
HOW_MANY = (
    "How many patients are behind it? The ledger has no number for {} (`patients`, `sizes` of a "
    "population, or `randomised` of the group)."
)
OF_A_CURVE = (
    "Nothing was checked: a share of a survival curve is held against the number at risk at its "
    "`visit` (`size: at_risk`), the median or the same curve at another time; the ledger has none."
)
NO_KIND = (
    "Nothing was checked: the number alone does not say what it is. Type it with its word, such "
    "as {}."
)
NO_TEST = (
    "Nothing was checked: the ledger has no p and no interval of the same comparison. Only the "
    "side that the words name can be held against other numbers."
)
UNCHECKED = "Nothing was checked: no other number in the ledger decides it."


def verdicts(ledger: Ledger, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Rows in the form of the claims contract, a row a component, in the order of the ledger.

    A ledger by itself has no data: what the columns on data hold is empty.
    """
    by_part: dict[tuple[str, str], list[Finding]] = {}
    entering: dict[str, list[str]] = {}
    for one in findings:
        for component in (one.component, *one.covers):
            by_part.setdefault((one.claim, component), []).append(one)
        if one.made:
            for name in one.beside:
                entering.setdefault(name, []).append(one.claim)
    rows, names = (
        [],
        told_apart((entry.name, entry.label, entry.printed) for entry in ledger.entries.values()),
    )
    for entry in ledger.entries.values():
        others = [names[one] for one in dict.fromkeys(entering.get(entry.name, ()))]
        for name, part in entry.parts.items():
            found = by_part.get((entry.name, name), [])
            rows.append(
                {
                    "claim_id": entry.name,
                    "component": name,
                    "paper": ledger.papers[entry.paper],
                    "place": entry.place,
                    "label": entry.label,
                    "quote": entry.printed,
                    "printed": part.text,
                    "against_data": None,
                    **_verdict(found, others, _asked(ledger, entry, name)),
                }
            )
    return rows


def _asked(ledger: Ledger, entry: Claim, component: str) -> str:
    """What is told of a number that nothing was held against."""
    if component == "significance":
        return NO_TEST
    rests = {"percent", "count", "sd", "se"} & set(entry.parts)
    if entry.about.group and entry.stated_basis == "curve" and "percent" in entry.parts:
        return OF_A_CURVE
    if _bare(entry):
        p, mean = f"“p = {entry.printed}”", f"“mean {entry.printed}” or “{entry.printed}%”"
        return NO_KIND.format(f"{p}, or name its `measure`" if entry.about.compared else mean)
    if not entry.about.group or not rests or ledger.size(entry) is not None:
        return UNCHECKED
    group = ledger.groups.get(entry.about.group or "")
    if group is not None and group.size and "percent" in entry.parts and not ledger.populations:
        return NOT_ALL.format(group.label, group.size)
    return HOW_MANY.format(ledger.group_label(entry))


def _bare(entry: Claim) -> bool:
    """Whether nothing says what a number is; a whole one of a group is a count of it."""
    about, part = entry.about, entry.parts.get("value")
    if part is None or len(entry.parts) > 1 or part.number != entry.printed.strip():
        return False
    named = (about.size, about.fact, about.concludes, entry.measure)
    return not any(named) and (bool(about.compared) or (bool(about.group) and part.places > 0))


def _verdict(found: list[Finding], others: list[str], unchecked: str) -> dict[str, Any]:
    """`others` are the claims in whose checks this one took part, in words.

    `unchecked` is told where there are neither.
    """
    judged = [one for one in found if one.agreement != NOT_CHECKABLE]
    if not judged:
        reasons = [one.sentence for one in found]
        # A check that was made on it, and could not decide, says more than where it was used.
        if others and not any(one.made for one in found):
            return _told(USED, [ENTERS.format(named(others)), *reasons])
        told = _told(NOT_CHECKABLE, reasons or [unchecked])
        return told | {"no_usual_test": any(one.open for one in found)}
    # A remark decides only where nothing else does, or where it is graver than compatible.
    deciding = [one for one in judged if not (one.remark and one.agreement == COMPATIBLE)]
    judged = deciding or judged
    worst = min(judged, key=lambda one: WORST_FIRST.index(one.agreement))
    as_grave = [one for one in judged if one.agreement == worst.agreement]
    remarks = [one for one in found if one.remark and one not in as_grave]
    other = worst.detail.get("alternative")
    row = _told(worst.agreement, [one.sentence for one in (worst, *as_grave, *remarks)])
    left = [brief([one.sentence]) for one in remarks]
    left = [text for text in left if text not in row["print_finding"]]
    row |= {"print_more": brief(left) if left else None}
    return row | {"alternative": ", ".join(other) if isinstance(other, list) else other}


def _told(verdict: str, texts: list[str]) -> dict[str, Any]:
    return {
        "on_print": verdict,
        "print_finding": brief(texts),
        "no_usual_test": False,
        "alternative": None,
    }
