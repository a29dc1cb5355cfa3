"""One number printed in two places: do their digits agree?

A claim links them by `with`. A mean or an effect of the abstract is that of the one claim about the
same elsewhere, also without.
"""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import AVERAGES
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, EXACT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.p_sides import p_range
from trialtrace.audit.relations.wording import NO_TEST, NOT_CHECKED

ABSTRACT = "abstract"
OTHER_TESTS = " Both tests are called other ones, which need not be the same."
NAMES = ("percent", "value", "count", "sd", "ci_low", "ci_high", "p")


@checks(
    "one number in two places, linked by `with`, that is printed with fewer or more digits; a mean "
    "or an effect of the abstract, and the one of the same elsewhere; p of one comparison printed "
    "twice with two values, which contradicts where one test is named for both, else a remark",
    {
        "place.number": "One number in two places.",
        "place.p": "P of a comparison, printed twice.",
    },
)
def check_places(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        for name in entry.linked:
            other = ledger.entries.get(name)
            if other is not None and _same(entry, other):
                yield from _twice(entry, other)
        if ABSTRACT in entry.place.lower() and not entry.linked:
            yield from _abstract(ledger, entry)
        if entry.about.compared and "p" in entry.parts:
            yield from _p(ledger, entry)


def _p(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """P of a comparison, and another one of the same and of no other estimate or test before it."""
    part = entry.parts["p"]
    for comparison in ledger.comparisons[entry.about.cell]:
        if comparison.name == entry.name:
            return
        linked = {*entry.linked, *comparison.linked} & {entry.name, comparison.name}
        if "p" not in comparison.parts or linked or not _of_one_p(entry, comparison):
            continue
        other = comparison.parts["p"]
        (low, high), (bottom, top) = p_range(part), p_range(other)
        if low < top and bottom < high:
            continue
        text = f"{part.text} here, while {comparison.place} has {other.text} of the same comparison"
        agreement, text = INCONSISTENT, f"{text} and test."
        if entry.about.test in (None, "other"):
            agreement = DOUBT
            why = OTHER_TESTS if entry.about.test else NO_TEST
            text = f"{NOT_CHECKED} {text.removesuffix(' and test.')}.{why}"
        yield verdict("place.p", entry, part, agreement, text, [comparison])
        return


def _of_one_p(entry: Claim, claim: Claim) -> bool:
    """Whether nothing tells what two p of one comparison would be of, but its groups."""
    if "statistic" in {*entry.parts, *claim.parts}:
        return False
    if entry.parts["p"].symbol or claim.parts["p"].symbol:
        return False
    mains = [main.bounds for each in (entry, claim) if (main := each.main) is not None]
    low, high = (max(low for low, _ in mains), min(high for _, high in mains)) if mains else (0, 1)
    return low < high and _tested(entry) == _tested(claim)


def _tested(entry: Claim) -> tuple[object, ...]:
    about = entry.about
    of = about.compared, about.versus, about.category, about.margin, about.look, about.correction
    return entry.paper, entry.stated_basis, about.test, entry.sides, *of


def _abstract(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A mean or an effect of the abstract, and the one of the same that stands elsewhere."""
    if entry.share is not None and entry.about.group:
        yield from _share(ledger, entry)
        return
    main = entry.parts.get("value")
    if main is None or entry.about.outcome is None or entry.about.size or entry.about.fact:
        return
    if main.symbol not in AVERAGES if entry.about.group else entry.measure is None:
        return
    others = [
        claim
        for claim in ledger.entries.values()
        if ABSTRACT not in claim.place.lower() and "value" in claim.parts and _same(entry, claim)
        if claim.parts["value"].unit == main.unit and (_average(claim) == _average(entry))
    ]
    if len({claim.parts["value"].text for claim in others}) != 1:
        return
    theirs = others[0].parts["value"]
    if abs(theirs.value or 0) == abs(main.value or 0):
        return
    for finding in _twice(entry, others[0]):
        if finding.agreement == INCONSISTENT:
            yield finding


def _share(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A percentage of the abstract, and the one of the same group elsewhere."""
    others = [
        claim
        for claim in ledger.beside(entry, entry.about.group or "")
        if ABSTRACT not in claim.place.lower() and claim.share is not None and _same(entry, claim)
    ]
    if len({one.parts["percent"].text for one in others}) == 1:
        for finding in _twice(entry, others[0]):
            if finding.agreement == INCONSISTENT and finding.component == "percent":
                yield finding


def _average(entry: Claim) -> str | None:
    """What a number of a group is; a value beside a deviation is a mean."""
    part = entry.parts["value"]
    if part.symbol is None and {"sd", "se"} & set(entry.parts):
        return "mean"
    if part.symbol is None and "quartile_low" in entry.parts:
        return "median"
    return part.symbol if part.symbol in AVERAGES else None


def _same(entry: Claim, other: Claim) -> bool:
    """Whether both are about the same; a population may be named in one place only."""
    one, two = entry.about, other.about
    if None not in (one.population, two.population) and one.population != two.population:
        return False
    but = ("population", "patients", "test", "interval", "sides")
    return one.outcome is not None and entry.is_about_the_same(other, *but)


def _twice(entry: Claim, other: Claim) -> Iterator[Finding]:
    for name in NAMES:
        if name not in entry.parts or name not in other.parts:
            continue
        own, theirs = entry.parts[name], other.parts[name]
        if own.relation != "=" or theirs.relation != "=":
            continue
        (low, high), (bottom, top) = own.bounds, theirs.bounds
        told = f"{other.place} has {theirs.text}"
        if low >= top or bottom >= high:
            agreement, text = INCONSISTENT, f"{own.text} here, while {told}."
        elif own.value == theirs.value:
            agreement, text = EXACT, f"As in another place: {told}."
        elif own.places > theirs.places:
            agreement, text = COMPATIBLE, f"In another place with fewer digits: {told}."
        else:
            agreement, text = EXACT, f"In another place with more digits: {told}."
        yield verdict("place.number", entry, name, agreement, text, [other])
