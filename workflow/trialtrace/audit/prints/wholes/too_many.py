"""More patients behind a number of a group than it has.

A denominator is of no more patients than were randomised to its group, nor than the population has
that the claim names. It may be of something else than patients (eyes, episodes, samples), which the
words of outcome, claim or population tell, and of patients counted by the treatment received in a
population that does not promise everyone: told as a remark then. A count with a percentage and no
denominator has those on which it prints so; one of a row is a share of all groups.
"""

import re
from collections.abc import Iterator
from math import inf

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.wholes.shares import across, denominators_of, others_of_group
from trialtrace.audit.relations.wording import listed

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


@checks(
    "the patients behind a number of a group (its denominator, `patients`, or those on which a "
    "count prints as its percentage) against those randomised to the group, and those of the "
    "population that the claim names; a remark where its words tell of what a patient has several "
    "of, such as eyes or episodes, or patients may be counted by the treatment received",
    {"size.denominator": "The patients behind a number of a group, and those of the group."},
)
def check_too_many(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.of_group():
        if entry.about.size is None and entry.about.group != ALL:
            yield from _too_many(ledger, entry)


def _too_many(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    possible, component = _patients(ledger, entry)
    most, whose, received = _most(ledger, entry)
    if not possible or most is None or min(possible) <= most:
        return
    told = thousands(possible[0]) if len(possible) == 1 else f"at least {min(possible)}"
    implied = entry.about.n is None and component == "percent"
    if implied:
        told = f"{entry.parts['count'].text} are {entry.parts['percent'].text} of {told}: these"
    text = f"{told} are more than the {thousands(most)} {whose}"
    unless = []
    if _of_things(ledger, entry):
        unless.append("they are not patients")
    if received and min(possible) <= _of_everyone(ledger):
        unless.append("they are counted by the treatment received")
    of_row = not (_others_counted(ledger, entry) or others_of_group(ledger, entry))
    if implied and of_row:
        unless.append("the percentage is of all groups together")
    text += f", unless {listed(unless, 'or')}." if unless else "."
    text = f"Not checkable: {text}" if unless else text
    agreement = NOT_CHECKABLE if unless else INCONSISTENT
    name = "size.denominator"
    yield verdict(name, entry, component, agreement, text, remark=bool(unless))


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
    """The most patients that the group has, whose they are, and whether others may be among them.

    In a population of everyone a denominator is held against all randomised by `shares`.
    """
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


def _of_everyone(ledger: Ledger) -> float:
    """How many were randomised to any group, who may have received the treatment of another."""
    sizes = [group.size for group in ledger.groups.values()]
    return sum(size or 0 for size in sizes) if all(sizes) else inf


def _of_things(ledger: Ledger, entry: Claim) -> bool:
    """Whether the words tell of what a patient can have several of."""
    outcome, population = ledger.outcomes.get(entry.about.outcome or ""), ledger.population(entry)
    said = [entry.printed, entry.label, entry.about.category or ""]
    said += [one.label for one in (outcome, population) if one is not None]
    return OF_THINGS.search(" ; ".join(said)) is not None


def _others_counted(ledger: Ledger, entry: Claim) -> bool:
    """Whether every other group has a count beside it, so that one of the row would be seen."""
    own = {
        claim.about.group
        for claim in ledger.of_cell[entry.about.cell]
        if claim.about.category == entry.about.category and claim.whole_count is not None
    }
    return set(ledger.apart) <= own and len(ledger.apart) > 1
