"""Numbers of patients: groups and all, parts and wholes, strata, categories, losses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperPopulation
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.relations.engine import Case, Way, relation
from trialtrace.audit.relations.shapes import outcome_of
from trialtrace.audit.relations.shares import across, denominators_of, others_of_group

CROSSED = 4
"""The fewest groups that the levels of two crossed factors are."""
_THINGS = (
    "anastomoses|answers|arteries|attacks|attempts|babies|biopsies|births|breasts|cases|catheters|"
    "cells|clusters|colonoscopies|courses|cultures|cycles?|days|deliveries|discs|doses|ears?|"
    "embryos?|episodes?|events|exacerbations|exposures|eyes?|falls|f(?:o)?etus(?:es)?|feet|fingers|"
    "follicles|fractures|grafts?|hands|headaches|hips?|hospitali[sz]ations|households?|images?|"
    "implants?|infections|infusions|injections|insertions|intubations|isolates?|items?|joints?|"
    "kidneys?|knees?|legs?|lesions?|limbs?|lines|measurements?|meals|metastases|migraines|nails?|"
    "neonates|newborns|nights|nodes?|nodules?|observations?|oocytes?|operations|organs?|ova|pairs?|"
    "partners?|plaques?|polyps?|practices?|pregnancies|procedures|prescriptions|punctures|"
    "questionnaires|questions?|readings?|recordings?|relapses|responses|roots?|samples?|scans?|"
    "segments?|seizures|sessions?|shoulders?|sides|sites?|slides?|specimens?|stents?|stones|"
    "surfaces?|surgeries|swabs?|teeth|tendons?|tests|tooth|transfers?|transplants|treatments|"
    "trials|tumou?rs|twins?|ulcers|vaccinations|veins?|vertebrae?|vessels?|visits|warts|weeks|"
    "wounds?"
)
OF_THINGS = re.compile(rf"\b(?:{_THINGS}|units analysed)\b|\bper\b(?!.protocol)", re.IGNORECASE)
"""Words for what a patient can have several of, so that a denominator may not be of patients."""
WITHIN = re.compile(r"\bper[\s-]protocol|\bcompleters?\b|\bevaluable\b", re.IGNORECASE)
SERIOUS = re.compile(r"(?:any |all )?serious adverse (?:event|reaction)s?")
ANY = re.compile(r"(?:any|all) adverse (?:event|reaction)s?|adverse events? of any (?:kind|grade)")
LOST = re.compile(
    r"\blost\b|\bloss(?:es)? to follow|\bdrop(?:ped)?[ -]?outs?\b|\bwithdr[ae]wn?\b|\bwithdrew\b|"
    r"\bdiscontinued\b|\bnot analy[sz]ed\b",
    re.IGNORECASE,
)
ANALYSED = re.compile(r"\banaly[sz]ed\b|\bcompleted\b|full analysis|\bassessed\b", re.IGNORECASE)


def count_part(entry: Claim) -> str:
    return "count" if "count" in entry.parts else "value"


@relation("size.sum", "How many patients were in each group, and in all?")
def sums_of_groups(ledger: Ledger) -> Iterator[Case]:
    """The sizes of the groups, and the number of all patients."""
    told = {
        name: n
        for name, one in ledger.sizes("randomised").items()
        if name != ALL and (n := one.whole_count) is not None
    }
    own = {g.name: g.size for g in ledger.groups.values() if g.size is not None}
    randomised = told | own
    yield from _sum(ledger, "randomised", None, randomised)
    for population in ledger.populations.values():
        sizes = _analysed(ledger, population.name) | dict(population.size_of)
        yield from _sum(ledger, "analysed", population.name, sizes)
    yield from _sum(ledger, "analysed", None, _analysed(ledger, None))
    apart = [n for name in ledger.apart if (n := randomised.get(name)) is not None]
    for entry in ledger.facts.get("enrolment", ()) if len(apart) == len(ledger.apart) > 1 else ():
        count, total = entry.whole_count, sum(apart)
        if count is not None and count not in (total, *apart):
            text = f"{' + '.join(map(thousands, apart))} are {thousands(total)}; "
            text += f"{thousands(count)} were enrolled."
            yield Case(entry, "value", False, text, excuse="open")


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


def _sum(
    ledger: Ledger, kind: str, population: str | None, sizes: dict[str, int]
) -> Iterator[Case]:
    claims = ledger.every_size(kind, population)
    for group, entries in claims.items():
        for entry in entries:
            count = entry.whole_count
            if group in sizes and count is not None:
                text = f"{sizes[group]} is printed as the size of this group"
                yield Case(entry, count_part(entry), float(sizes[group]), text)
    totals = claims.pop(ALL, [])
    for name, level in ledger.groups.items():
        levels = [sizes[one] for one in level.of or () if one in sizes]
        whole = sizes.get(name, sum(levels))
        if level.of and len(levels) == len(level.of) and sum(levels) != whole:
            text = f"{' + '.join(map(thousands, levels))} are {thousands(sum(levels))}; printed is "
            text += f"{thousands(whole)} for {level.label}."
            yield from (Case(one, count_part(one), False, text) for one in totals[:1])
    sizes = {name: size for name, size in sizes.items() if name in ledger.apart}
    if len(sizes) < 2 or set(sizes) != set(ledger.apart):
        yield from _twice(kind, totals)
        return
    beside = tuple(entries[-1] for entries in claims.values())
    arms = {name: n for name, n in sizes.items() if ledger.groups[name].size is not None}
    for total in totals:
        count, whole = total.whole_count, sum(sizes.values())
        if count is None:
            continue
        told = f"{' + '.join(map(thousands, sizes.values()))} are {thousands(whole)}"
        ways: dict[str, Way] = {
            "of the groups": float(whole),
            "of some groups": len(arms) > 1 and sum(arms.values()) == count,
            "of the same patients": kind == "randomised"
            and ledger.patients_of_every_group == count,
        }
        crossed = len(sizes) >= CROSSED and count and whole % count == 0
        yield Case(total, count_part(total), ways, told, beside, excuse="open" if crossed else None)


def _twice(kind: str, totals: Sequence[Claim]) -> Iterator[Case]:
    """The number of all randomised in two places, where no sizes add up to it."""
    known = [total for total in totals if total.whole_count is not None]
    for other in known[1:] if kind == "randomised" else ():
        if (other.paper, other.about) == (known[0].paper, known[0].about):
            text = f"{known[0].printed} is printed as the number of all randomised, too"
            yield Case(
                other, count_part(other), float(known[0].whole_count or 0), text, (known[0],)
            )


@relation("size.arm", "How many of the randomised patients were analysed?")
def analysed_arms(ledger: Ledger) -> Iterator[Case]:
    """The patients analysed, and those randomised."""
    for population in (*ledger.populations.values(), None):
        name = population.name if population else None
        for group, entry in ledger.sizes("analysed", name).items():
            known, n = ledger.groups.get(group), entry.whole_count
            size = known.size if known is not None else None
            whole = ledger.sizes("randomised").get(ALL) if group == ALL else None
            size = whole.whole_count if whole is not None else size
            if size is None or n is None:
                continue
            received = population is not None and not population.everyone
            text = f"{thousands(size)} were randomised"
            if group != ALL:
                text += f" to {ledger.groups[group].label}"
            excuse = "other_patients" if received else None
            beside = () if whole is None else (whole,)
            yield Case(entry, count_part(entry), n <= size, text, beside, excuse=excuse)


@relation("size.denominator", "Of how many patients, or of what else, is this number?")
def too_many(ledger: Ledger) -> Iterator[Case]:
    """The patients behind a number of a group, and those of the group."""
    for entry in ledger.of_group():
        if entry.about.size is not None or entry.about.group == ALL:
            continue
        possible, component = _patients(ledger, entry)
        most, whose, received = _most(ledger, entry)
        if not possible or most is None or min(possible) <= most:
            continue
        implied = entry.about.n is None and component == "percent"
        told = thousands(possible[0]) if len(possible) == 1 else f"at least {min(possible)}"
        if implied:
            told = f"{entry.parts['count'].text} are {entry.parts['percent'].text} of {told}, which"
        of_row = not (_others_counted(ledger, entry) or others_of_group(ledger, entry))
        others = received and min(possible) <= _of_all(ledger)
        other = _of_things(ledger, entry) or (implied and of_row) or others
        text = f"{told} are more than the {thousands(most)} {whose}."
        excuse = "other_patients" if other else None
        yield Case(entry, component, False, text, excuse=excuse)


def _patients(ledger: Ledger, entry: Claim) -> tuple[list[int], str]:
    """How many are behind a number by its own words, and the component that tells it."""
    main, percent, count = entry.main, entry.parts.get("percent"), entry.whole_count
    if "denominator" in entry.parts:
        return [int(entry.parts["denominator"].value or 0)], "denominator"
    if entry.about.n is not None and main is not None:
        return [entry.about.n], main.name
    own = entry.share is not None and percent is not None and percent.relation == "="
    if not own or percent is None or not count or ledger.size(entry) is not None:
        return [], ""
    return ([] if across(ledger, entry) else denominators_of(count, percent)), "percent"


def _most(ledger: Ledger, entry: Claim) -> tuple[int | None, str, bool]:
    """The most patients that the group has, whose they are, and whether others may be among."""
    group, population = ledger.groups.get(entry.about.group or ""), ledger.population(entry)
    if group is None:
        return None, "", False
    if population is not None and entry.about.population is not None:
        n = population.size_of.get(group.name)
        if n is not None:
            return n, f"with {group.label} in “{population.label}”", False
    everyone = population is None or population.everyone
    if population is not None and everyone and "denominator" in entry.parts:
        return None, "", False
    return group.size, f"randomised to {group.label}", not everyone


def _of_all(ledger: Ledger) -> float:
    sizes = [group.size for group in ledger.groups.values()]
    return sum(size or 0 for size in sizes) if all(sizes) else inf


def _of_things(ledger: Ledger, entry: Claim) -> bool:
    outcome, population = outcome_of(ledger, entry), ledger.population(entry)
    said = [entry.printed, entry.label, entry.about.category or ""]
    said += [one.label for one in (outcome, population) if one is not None]
    return OF_THINGS.search(" ; ".join(said)) is not None


def _others_counted(ledger: Ledger, entry: Claim) -> bool:
    """Whether every other group has a count beside it, so that one of the row would be seen."""
    own = {
        claim.about.group
        for claim in ledger.of_cell.get(entry.about.cell, ())
        if claim.about.category == entry.about.category and claim.whole_count is not None
    }
    return set(ledger.apart) <= own and len(ledger.apart) > 1


@relation("size.losses", "What became of the other patients?", only_asks=True)
def losses(ledger: Ledger) -> Iterator[Case]:
    """Patients lost, and those randomised and analysed."""
    populations = [one for one in ledger.populations.values() if ANALYSED.search(one.label)]
    for entry in ledger.of_group():
        outcome, group = outcome_of(ledger, entry), ledger.groups.get(entry.about.group or "")
        lost = entry.whole_count
        if outcome is None or group is None or group.size is None or lost is None:
            continue
        label = f"{outcome.label} {entry.about.category or ''}"
        if entry.about.part or not LOST.search(label):
            continue
        every = [
            claim.whole_count or 0
            for claim in ledger.of_group()
            if claim.about.group == group.name and claim.whole_count is not None
            if (of := outcome_of(ledger, claim)) is not None and LOST.search(of.label)
        ]
        for population in populations:
            n = population.size_of.get(group.name)
            if n is None or population.everyone:
                continue
            text = f"{group.size} randomised to {group.label} less {lost} are {group.size - lost}; "
            text += f"{n} are in “{population.label}”."
            fit = n in (group.size - lost, group.size - sum(every))
            yield Case(entry, count_part(entry), fit, text)


@relation("part.patients", "Which of the two counts is meant?")
def parts_of_outcomes(ledger: Ledger) -> Iterator[Case]:
    """Patients with an outcome, and those with the one that it is part of.

    An outcome that is part of another: no more patients have it.
    """
    for entry in ledger.of_group():
        whole = None if entry.basis is not None else _whole(ledger, entry.about.outcome or "")
        for other in ledger.of_group() if whole is not None else ():
            if other.about.outcome == whole and _of_the_same(entry, other):
                yield from _part(ledger, entry, other)


def _whole(ledger: Ledger, name: str) -> str | None:
    outcome = ledger.outcomes.get(name)
    if outcome is None or outcome.part_of is not None:
        return None if outcome is None else outcome.part_of
    if not SERIOUS.fullmatch(outcome.label.casefold()):
        return None
    found = [one for one, of in ledger.outcomes.items() if ANY.fullmatch(of.label.casefold())]
    return found[0] if len(found) == 1 else None


def _of_the_same(entry: Claim, other: Claim) -> bool:
    one, two = entry.about, other.about
    if entry.basis is not None or other.basis is not None or one.change or two.change:
        return False
    names = ("group", "population", "visit", "stratum", "category")
    return all(getattr(one, name) == getattr(two, name) for name in names)


def _part(ledger: Ledger, entry: Claim, other: Claim) -> Iterator[Case]:
    count, whole = entry.whole_count, other.whole_count
    labels = [ledger.outcomes[claim.about.outcome or ""].label for claim in (entry, other)]
    if count is not None and whole is not None and ledger.size(entry) == ledger.size(other):
        text = f"“{labels[0]}” is part of “{labels[1]}”, which {whole} have"
        yield Case(entry, count_part(entry), count <= whole, text, (other,))


@relation("population.within", "Which of the two counts is meant?")
def within_populations(ledger: Ledger) -> Iterator[Case]:
    """Patients per protocol, and those of all patients.

    A population within another, by its name: no more patients, events or patients without.
    """
    others = [one for one in ledger.populations.values() if not WITHIN.search(one.label)]
    every = next((one for one in others if one.everyone), others[0] if others else None)
    for entry in ledger.of_group() if every is not None else ():
        inner = ledger.populations.get(entry.about.population or "")
        if inner is None or every is None or not WITHIN.search(inner.label) or entry.basis:
            continue
        if entry.about.size is None and entry.whole_count is not None:
            yield from _fewer_events(ledger, entry, inner, every)


def _fewer_events(
    ledger: Ledger, entry: Claim, inner: PaperPopulation, every: PaperPopulation
) -> Iterator[Case]:
    at_all = replace(entry, about=replace(entry.about, population=every.name, patients=None))
    other = one_count(
        claim
        for claim in ledger.beside(at_all, entry.about.group or "")
        if claim.basis is None and claim.about.split == entry.about.split
    )
    if other is None or not any("count" in claim.parts for claim in (entry, other)):
        return
    x, x1 = entry.whole_count or 0, other.whole_count or 0
    n, n1 = ledger.size(entry), ledger.size(other)
    more = n is not None and n1 is not None and n - x > n1 - x1
    text = f"{x1} with the event are in “{every.label}”, of which “{inner.label}” is a part"
    if x <= x1 and more:
        text = f"{(n or 0) - x} without the event are in “{inner.label}”, {(n1 or 0) - x1} in "
        text += f"“{every.label}”, of which it is a part."
    yield Case(entry, count_part(entry), x <= x1 and not more, text, (other,))
