"""Numbers of patients: the groups against all, the analysed against the randomised and planned."""

from collections.abc import Iterator

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperPopulation
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, EXACT, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict

CROSSED = 4
"""The fewest groups that the levels of two crossed factors are."""


@checks(
    "sizes of the groups against the number of all; the planned, the randomised and the analysed",
    {
        "size.sum": "The sizes of the groups, and the number of all patients.",
        "size.arm": "The patients analysed in an arm, and those randomised to it.",
        "size.share": "The patients planned, randomised and analysed.",
    },
)
def check_sizes(ledger: Ledger) -> Iterator[Finding]:
    randomised = {g.name: g.size for g in ledger.groups.values() if g.size is not None}
    yield from _sum(ledger, "randomised", None, randomised)
    for population in ledger.populations.values():
        sizes = _analysed(ledger, population.name) | dict(population.size_of)
        yield from _sum(ledger, "analysed", population.name, sizes)
        yield from _of(ledger, population.name, f"are in “{population.label}”")
        yield from _of_arms(ledger, population)
    yield from _sum(ledger, "analysed", None, _analysed(ledger, None))
    yield from _of(ledger, None, "were analysed")
    yield from _of_arms(ledger, None)
    yield from _planned(ledger)
    yield from _enrolled(ledger, randomised)


def _enrolled(ledger: Ledger, randomised: dict[str, int]) -> Iterator[Finding]:
    """The patients enrolled against those of the groups together; some may not be randomised."""
    sizes = [randomised[name] for name in ledger.apart if name in randomised]
    for entry in ledger.facts.get("enrolment", ()) if len(sizes) == len(ledger.apart) > 1 else ():
        count, total = entry.whole_count, sum(sizes)
        if count is not None and count not in (total, *sizes):
            told = " + ".join(map(thousands, sizes))
            text = f"{thousands(count)} were enrolled; the groups have {told}, {thousands(total)} "
            text += "together. Were others enrolled and not randomised?"
            yield verdict("size.sum", entry, "value", DOUBT, text)


def _analysed(ledger: Ledger, population: str | None) -> dict[str, int]:
    """The sizes of the groups that claims print of what the number of all is of."""
    claims = ledger.sizes("analysed", population)
    total = claims.get(ALL)
    return {
        name: n
        for name, claim in claims.items()
        if total is not None and claim is not total and claim.about.cell == total.about.cell
        if (n := claim.whole_count) is not None
    }


def _of_arms(ledger: Ledger, population: PaperPopulation | None) -> Iterator[Finding]:
    """More patients analysed in an arm than were randomised to it.

    Of patients counted by the treatment they received there can be more, so that only everyone
    randomised, or a number without a population, contradicts.
    """
    for name, entry in ledger.sizes("analysed", population.name if population else None).items():
        group, n = ledger.groups.get(name), entry.whole_count
        if group is None or group.size is None or n is None or n <= group.size:
            continue
        text = f"{thousands(n)} are more than the {thousands(group.size)} randomised to "
        text += group.label
        received = population is not None and not population.everyone
        text += ", unless they are counted by the treatment received." if received else "."
        agreement = COMPATIBLE if received else INCONSISTENT
        yield verdict("size.arm", entry, "value", agreement, text, remark=received)


def _sum(
    ledger: Ledger, kind: str, population: str | None, sizes: dict[str, int]
) -> Iterator[Finding]:
    """The sizes of the groups against the number that is printed for all, and for each."""
    claims = ledger.every_size(kind, population)
    for group, entries in claims.items():
        for entry in entries:
            count = entry.whole_count
            if group in sizes and count is not None and sizes[group] != count:
                text = f"{count} is printed here, {sizes[group]} as the size of this group."
                yield verdict("size.sum", entry, "value", INCONSISTENT, text)
    totals = claims.pop(ALL, [])
    yield from _of_levels(ledger, sizes, totals)
    sizes = {name: size for name, size in sizes.items() if name in ledger.apart}
    if len(sizes) < 2 or set(sizes) != set(ledger.apart):
        yield from _equal(kind, totals)
        return
    findings = tuple(entries[-1].name for entries in claims.values())
    # Sequences of a crossover, to which patients are randomised, beside treatments, which all take.
    arms = {name: n for name, n in sizes.items() if ledger.groups[name].size is not None}
    for total in totals:
        count = total.whole_count
        if count is None:
            continue
        parts = arms if len(arms) > 1 and sum(arms.values()) == count else sizes
        told = " + ".join(thousands(size) for size in parts.values())
        if kind == "randomised" and ledger.patients_of_every_group == count:
            agreement, text = EXACT, f"All {count} patients are in every group."
        elif sum(parts.values()) == count:
            agreement, text = EXACT, f"{told} are {thousands(count)}, as printed."
        else:
            agreement, whole = INCONSISTENT, sum(sizes.values())
            text = f"{told} are {thousands(whole)}; printed is {total.printed}."
            if len(sizes) >= CROSSED and count and whole % count == 0:
                agreement = NOT_CHECKABLE
                text = f"Not checkable: the groups are {whole // count} times the {total.printed} "
                text += (
                    "printed, as levels of factors are; `of` of a group names what it is made of."
                )
        yield Finding("size.sum", total.name, "value", agreement, text, findings)


def _of_levels(ledger: Ledger, sizes: dict[str, int], totals: list[Claim]) -> Iterator[Finding]:
    """Levels of a factor, each made of groups whose sizes are printed."""
    for name, group in ledger.groups.items():
        levels = [sizes[one] for one in group.of or () if one in sizes]
        whole = sizes.get(name, sum(levels))
        if not group.of or len(levels) < len(group.of) or sum(levels) == whole:
            continue
        told = " + ".join(map(thousands, levels))
        text = f"{told} are {thousands(sum(levels))}; printed is {thousands(whole)} for "
        text += f"{group.label}."
        for total in totals[:1]:
            yield verdict("size.sum", total, "value", INCONSISTENT, text)


def _equal(kind: str, totals: list[Claim]) -> Iterator[Finding]:
    """The number randomised in two places, where the ledger has no sizes that add up to it."""
    known = [total for total in totals if total.whole_count is not None]
    if kind != "randomised" or len(known) < 2:
        return
    first = known[0]
    for other in (
        claim for claim in known[1:] if (claim.paper, claim.about) == (first.paper, first.about)
    ):
        same = other.whole_count == first.whole_count
        text = f"{first.printed} and {other.printed} are printed as the number of all randomised."
        agreement = EXACT if same else INCONSISTENT
        yield verdict("size.sum", other, "value", agreement, text, [first])


def _of(ledger: Ledger, population: str | None, verb: str) -> Iterator[Finding]:
    """A number of all patients against the number randomised."""
    part, whole = ledger.sizes("analysed", population).get(ALL), ledger.sizes("randomised").get(ALL)
    if part is not None and whole is not None:
        yield from _share(part, part, whole, f"randomised {verb}")


def _planned(ledger: Ledger) -> Iterator[Finding]:
    planned, part = ledger.sizes("planned").get(ALL), ledger.sizes("randomised").get(ALL)
    if planned is not None and part is not None:
        yield from _share(planned, part, planned, "planned were randomised", may_exceed=True)


def _share(
    subject: Claim, claim: Claim, whole: Claim, words: str, *, may_exceed: bool = False
) -> Iterator[Finding]:
    x, n = claim.whole_count, whole.whole_count
    if x is None or not n:
        return
    text = f"{x} of the {n} {words} ({100 * x / n:.0f} %)."
    agreement = COMPATIBLE if x <= n or may_exceed else INCONSISTENT
    other = whole.name if subject is claim else claim.name
    yield Finding("size.share", subject.name, "value", agreement, text, (other,), remark=True)
