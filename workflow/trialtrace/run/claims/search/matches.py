"""What the searches over data found, in the rows of the claims table and in words."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from trialtrace.audit.candidates.search import MAY_SAY, Searched
from trialtrace.audit.printed.sentences import chance_text, house, thousands, told_apart
from trialtrace.audit.printed.verdicts import DATA, EQUALS, MORE, OTHER_CHOICE

USUAL = 1
"""The tier of the usual choices."""


def note_searches(rows: Sequence[dict[str, Any]], searches: Sequence[Searched]) -> None:
    """Write what each search found into the rows of its targets: sentence, choice, chance, and the
    state where another choice gives the number. A number that the data give stays as it is."""
    by_part = {(row["claim_id"], row["component"]): row for row in rows}
    labels = told_apart((row["claim_id"], row["label"], row["quote"]) for row in rows)
    for searched in searches:
        bundle = searched.bundle
        for target in bundle.targets or tuple(product(bundle.claims, bundle.components)):
            row = by_part.get(target)
            if row is not None and row[DATA] != EQUALS:
                _note(row, searched, labels)


def _note(row: dict[str, Any], searched: Searched, labels: Mapping[str, str]) -> None:
    row["candidates"], row["chance"] = searched.candidates[-1], searched.chance
    told = [row.get(MORE[DATA]), _match(row["claim_id"], searched, labels)]
    row[MORE[DATA]] = " ".join(filter(None, told)) or None
    if searched.within(MAY_SAY):
        row["alternative"] = searched.matches[0]
    if searched.other_choice:
        row[DATA] = OTHER_CHOICE


def _match(claim: str, searched: Searched, labels: Mapping[str, str]) -> str:
    """What a search says of a claim; nothing where a match would say nothing."""
    first = searched.bundle.claims[0]
    if searched.tier is None:
        return search_sentence(searched) if claim == first else ""
    if not searched.within(MAY_SAY):
        return ""
    if claim == first:
        return search_sentence(searched)
    what = "By" if searched.other_choice else "May be"
    with_it = f"together with “{labels.get(first, first)}”"
    return house(f"{what} another choice, {with_it}: {searched.matches[0]}.")


def search_sentence(searched: Searched) -> str:
    """What a search found: the nearest choice, how many there are, and what that is worth."""
    tried = thousands(searched.candidates[-1])
    if searched.tier is None:
        return _none(searched, tried)
    verb = "gives" if searched.ties == 1 else "give"
    of = f"{thousands(searched.ties)} of {tried} choices tried {verb} it"
    if searched.tier == USUAL and not searched.within(MAY_SAY):
        of += f", such as {searched.matches[0]}"
    if searched.chance is None:
        return f"{of}; no other number of so few digits lies nearby, so this says nothing."
    near = f"a number nearby would be matched with chance {chance_text(searched.chance)}"
    if not searched.within(MAY_SAY):
        return f"{of}; {near}, so this says nothing."
    if searched.misnamed:
        return house(f"Under another name: {searched.matches[0]}. {of}; {near}.")
    may = "By" if searched.other_choice else "May be"
    return house(f"{may} another choice: {searched.matches[0]}. {of}; {near}.")


def _none(searched: Searched, tried: str) -> str:
    text = f"None of {tried} choices tried gives what is printed"
    if searched.nearest:
        given, name = searched.nearest
        text += f" for all groups; {name} does for {given} of {len(searched.bundle.windows)}"
    if searched.alone:
        number, name = searched.alone
        text += f" together with the numbers linked to it; {thousands(number)} "
        text += f"give{'s' if number == 1 else ''} it alone, such as {name}"
    return house(f"{text}.")


def search_as_json(searched: Searched) -> Mapping[str, Any]:
    """A search as plain data."""
    return {
        "claims": list(searched.bundle.claims),
        "components": list(searched.bundle.components),
        "finding": search_sentence(searched),
        "inputs": searched.bundle.inputs,
        "candidates": list(searched.candidates),
        "distinct": list(searched.distinct),
        "chance": list(searched.cp),
        "chance_half": searched.cp_half,
        "chance_double": searched.cp_double,
        "tier": searched.tier,
        "ties": searched.ties,
        "matches": list(searched.matches),
    }
