"""Words against numbers, one number or fact in two places, and numbers that no study can have."""

import re
from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.dates import alike, dates
from trialtrace.audit.printed.quantities import Quantity, quantity
from trialtrace.audit.printed.symbols import AVERAGES
from trialtrace.audit.relations.engine import Case, Way, relation
from trialtrace.audit.relations.shapes import comparisons, p_range, plain
from trialtrace.audit.relations.wording import listed

ABSTRACT = "abstract"
SAME_NAMES = ("percent", "value", "count", "sd", "ci_low", "ci_high", "p")


# --- numbers that no study can have -------------------------------------------------------------


WHICH = "Which of the two is meant?"


@relation("number.impossible", "What should this number be?", of_all=True)
def impossible(ledger: Ledger) -> Iterator[Case]:
    """A number that no study can have.

    What no study can have: a count above its denominator, a p above 1.
    """
    for entry in ledger.entries.values():
        found = entry.impossible
        if found:
            told = [
                f"{what} is printed, where there can only be {can}" for what, can in found.values()
            ]
            name, *others = found
            text = f"{listed(told)}."
            yield Case(entry, name, False, text[0].upper() + text[1:], covers=tuple(others))


@relation(
    "number.zero", "Does it stand for “P < 0.001”, or are digits lost?", of_all=True, only_asks=True
)
def zero(ledger: Ledger) -> Iterator[Case]:
    """A p printed as 0 with fewer than two decimals: no test gives 0.

    A p printed as 0 without two decimals, to which it may have been rounded.
    """
    for entry in ledger.entries.values():
        p = entry.parts.get("p")
        if p is None or p.relation != "=" or p.value != 0:
            continue
        if len(p.number.partition(".")[2]) < p.places:
            yield Case(entry, "p", False, f"No test gives {p.text}.")


@relation("number.unclear", "What are these numbers?", of_all=True)
def unclear(ledger: Ledger) -> Iterator[Case]:
    """A number of which the expression does not say what it is."""
    for name in sorted(ledger.unclear):
        entry = ledger.entries[name]
        if entry.bare_pair:
            low, high = (entry.parts[one] for one in ("ci_low", "ci_high"))
            text = f"“{entry.printed}” does not say what {low.text} and {high.text} are."
            covers = ("ci_low", "ci_high")
            yield Case(entry, "value", False, text, excuse="unknown", covers=covers)
        else:
            count, percent, n = entry.parts["count"], entry.parts["percent"], ledger.size(entry)
            share = 100 * float(count.value or 0) / n if n else 0.0
            text = f"{count.text} of {n} is {share:.{max(percent.places, 0) + 1}f} %, not "
            text += f"{percent.text}: is it a count with a percentage, or a mean with a deviation?"
            yield Case(entry, "count", False, text, covers=("percent",), excuse="open")


# --- one thing in two places --------------------------------------------------------------------


@relation("fact", WHICH)
def facts(ledger: Ledger) -> Iterator[Case]:
    """One fact told in several places.

    One fact told in several places: in the same quantities or days, or in words.
    """
    for fact, entries in ledger.facts.items():
        if len(entries) < 2:
            continue
        told = listed([f"“{entry.printed}” ({entry.place})" for entry in entries], "and")
        name, (*others, last) = fact.replace("_", " "), entries
        numbers = [_quantities(entry) for entry in entries]
        days = alike([dates(entry.printed) for entry in entries])
        same = (
            len({_plain_words(entry) for entry in entries}) == 1 or bool(days) or _same_all(numbers)
        )
        differ = days is False or (all(numbers) and len({tuple(number) for number in numbers}) == 1)
        text = f"The {name} is {'the same' if same else 'told otherwise'}: {told}."
        yield Case(last, next(iter(last.parts)), same, text, others,
                   excuse=None if differ else "unknown")  # fmt: skip


def _quantities(entry: Claim) -> dict[str, Quantity]:
    found = {name: quantity(part) for name, part in entry.parts.items()}
    return {name: one for name, one in found.items() if one is not None}


def _same_all(every: list[dict[str, Quantity]]) -> bool:
    first, *rest = every
    return all(every) and all(
        first.keys() == other.keys() and all(first[name].same(other[name]) for name in first)
        for other in rest
    )


def _plain_words(entry: Claim) -> str:
    return re.sub(r"[^\w.$€£¥]+", " ", entry.printed.lower()).strip(" .")


@relation("place.number", WHICH)
def twins(ledger: Ledger) -> Iterator[Case]:
    """One number in two places.

    One number in two places: linked, or of the abstract and the one elsewhere.
    """
    for entry in ledger.entries.values():
        for name in entry.linked:
            other = ledger.entries.get(name)
            if other is not None and _is_same(entry, other):
                yield from _twice(entry, other, SAME_NAMES)
        if ABSTRACT in entry.place.lower() and not entry.linked:
            yield from _of_abstract(ledger, entry)


def _of_abstract(ledger: Ledger, entry: Claim) -> Iterator[Case]:
    about, main = entry.about, entry.parts.get("value")
    elsewhere = [
        one
        for one in ledger.entries.values()
        if ABSTRACT not in one.place.lower() and _is_same(entry, one)
    ]
    if entry.share is not None and about.group:
        others = [one for one in elsewhere if one.share is not None]
        if len({one.parts["percent"].text for one in others}) == 1:
            yield from _twice(entry, others[0], ("percent",))
        return
    if main is None or about.outcome is None or about.size or about.fact:
        return
    if main.symbol not in AVERAGES if about.group else entry.measure is None:
        return
    others = [
        one
        for one in elsewhere
        if "value" in one.parts and one.parts["value"].unit == main.unit
        if _average(one) == _average(entry)
    ]
    if len({one.parts["value"].text for one in others}) == 1:
        theirs = others[0].parts["value"]
        if abs(theirs.value or 0) != abs(main.value or 0):
            yield from _twice(entry, others[0], SAME_NAMES)


def _average(entry: Claim) -> str | None:
    part = entry.parts["value"]
    if part.symbol is None and {"sd", "se"} & set(entry.parts):
        return "mean"
    if part.symbol is None and "quartile_low" in entry.parts:
        return "median"
    return part.symbol if part.symbol in AVERAGES else None


def _is_same(entry: Claim, other: Claim) -> bool:
    """Whether both are about the same; a population may be named in one place only."""
    one, two = entry.about, other.about
    if None not in (one.population, two.population) and one.population != two.population:
        return False
    but = ("population", "patients", "test", "interval", "sides")
    same = entry.name != other.name and entry.is_about_the_same(other, *but)
    return one.outcome is not None and same


def _twice(entry: Claim, other: Claim, names: tuple[str, ...]) -> Iterator[Case]:
    for name in names:
        own, theirs = entry.parts.get(name), other.parts.get(name)
        if own is None or theirs is None or not plain(own) or not plain(theirs):
            continue
        (low, high), (bottom, top) = own.bounds, theirs.bounds
        text = f"{other.place} has {theirs.text}"
        way: Way = (
            float(theirs.value or 0) if own.places == theirs.places else low < top and bottom < high
        )
        yield Case(entry, name, way, text, (other,))


@relation("place.p", "Of which test is each P?")
def p_twice(ledger: Ledger) -> Iterator[Case]:
    """P of a comparison, printed twice."""
    for entry in comparisons(ledger, "p"):
        part = entry.parts["p"]
        for other in ledger.comparisons[entry.about.cell]:
            if other.name == entry.name:
                break
            linked = {*entry.linked, *other.linked} & {entry.name, other.name}
            if "p" not in other.parts or linked or not _of_one_p(entry, other):
                continue
            theirs = other.parts["p"]
            (low, high), (bottom, top) = p_range(part), p_range(theirs)
            if low < top and bottom < high:
                continue
            text = f"{other.place} has {theirs.text} of the same comparison"
            unsaid = entry.about.test in (None, "other")
            yield Case(entry, "p", False, text, (other,),
                       excuse="unnamed_test" if unsaid else None)  # fmt: skip
            break


def _of_one_p(entry: Claim, claim: Claim) -> bool:
    """Whether nothing tells what two p of one comparison would be of, but its groups."""
    if "statistic" in {*entry.parts, *claim.parts}:
        return False
    if entry.parts["p"].symbol or claim.parts["p"].symbol:
        return False
    mains = [main.bounds for each in (entry, claim) if (main := each.main) is not None]
    low, high = (max(low for low, _ in mains), min(high for _, high in mains)) if mains else (0, 1)
    return low < high and _test_of(entry) == _test_of(claim)


def _test_of(entry: Claim) -> tuple[object, ...]:
    about = entry.about
    of = about.compared, about.versus, about.category, about.margin, about.look, about.correction
    return entry.paper, entry.stated_basis, about.test, entry.sides, *of
