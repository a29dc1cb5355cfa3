"""The audit of a ledger on print alone: checks, search over alternatives, verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from trialtrace.audit.candidates.window import Displacement
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import chance_text, house, thousands, told_apart
from trialtrace.audit.printed.verdicts import MORE, PRINT
from trialtrace.audit.prints.finding import ALTERNATIVE, COMPATIBLE, EXACT, INCONSISTENT, Finding
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.search.bundles import USUAL, bundles
from trialtrace.audit.search.search import MAY_SAY, Searched, search
from trialtrace.audit.verdicts.verdict import USED, verdicts

SETTLED = (EXACT, COMPATIBLE, USED)


@dataclass(frozen=True)
class PrintAudit:
    """Verdicts (rows of the claims contract), the findings behind them, and every search."""

    rows: list[dict[str, Any]]
    findings: list[Finding]
    searches: list[Searched]

    @property
    def expected_by_chance(self) -> float:
        """How many of the searched bundles would find some match by chance: the sum of their CP.

        A bundle whose CP cannot be told counts as one that would.
        """
        return sum(1.0 if one.cp[-1] is None else one.cp[-1] for one in self.searches)


def audit_ledger(ledger: Ledger, by: Displacement | None = None) -> PrintAudit:
    """All checks on print, then a search where a stated or usual choice did not give a number."""
    found = list(findings(ledger))
    made = (search(bundle, by or Displacement()) for bundle in bundles(ledger, found))
    searches = [one for one in made if one.candidates[-1]]
    rows = verdicts(ledger, found)
    note_searches(rows, searches)
    return PrintAudit(rows, found, searches)


def note_searches(
    rows: Sequence[dict[str, Any]], searches: Sequence[Searched], column: str = PRINT
) -> None:
    """Write what each search found into the rows of its targets, and what that does to `column`.

    A verdict that a check has settled stays as it is.
    """
    by_part = {(row["claim_id"], row["component"]): row for row in rows}
    labels = told_apart((row["claim_id"], row["label"], row["quote"]) for row in rows)
    for one in searches:
        bundle = one.bundle
        targets = bundle.targets or tuple(product(bundle.claims, bundle.components))
        for target in targets:
            row = by_part.get(target)
            if row is not None and row[column] not in SETTLED:
                _note(row, one, labels, column)


def _note(row: dict[str, Any], searched: Searched, labels: Mapping[str, str], column: str) -> None:
    row["candidates"], row["chance"] = searched.candidates[-1], searched.chance
    first = searched.bundle.claims[0]
    together = f"Searched together with “{labels.get(first, first)}”."
    found = search_sentence(searched) if row["claim_id"] == first else together
    row[MORE[column]] = " ".join(filter(None, [row.get(MORE[column]), found]))
    if searched.within(MAY_SAY):
        row["alternative"] = searched.matches[0]
    if searched.other_choice:
        row[column] = ALTERNATIVE
    elif row[column] == ALTERNATIVE and searched.bundle.last == USUAL:
        # A usual test gives it, and so would one of them most numbers nearby.
        row[column] = NOT_CHECKABLE if searched.bundle.unnamed else INCONSISTENT
        row["no_usual_test"] = searched.bundle.unnamed


def search_sentence(searched: Searched) -> str:
    """What a search found: the nearest choice, how many there are, and what that is worth."""
    tried = thousands(searched.candidates[-1])
    if searched.tier is None:
        return _none(searched, tried)
    verb = "gives" if searched.ties == 1 else "give"
    of = f"{thousands(searched.ties)} of {tried} choices tried {verb} it"
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


def as_json(
    audit: PrintAudit,
    names: Sequence[str],
    contradictions: Sequence[Mapping[str, object]] = (),
    registration: Sequence[Mapping[str, object]] = (),
) -> dict[str, Any]:
    """The whole audit as plain data; `names` are the columns of the claims contract.

    `contradictions` are those of `contradiction.told`, `registration` is that of
    `registration.rows.as_json`; a paper without any has no such key.
    """
    return {
        "claims": [{name: row.get(name) for name in names} for row in audit.rows],
        "findings": [_finding(one) for one in audit.findings],
        "searches": [search_as_json(one) for one in audit.searches],
        "expected_matches_by_chance": audit.expected_by_chance,
        **({"contradictions": [*contradictions]} if contradictions else {}),
        **({"registration": [*registration]} if registration else {}),
    }


def _finding(one: Finding) -> Mapping[str, Any]:
    return {
        "check": one.check,
        "claim": one.claim,
        "component": one.component,
        "agreement": one.agreement,
        "finding": house(one.sentence),
        "beside": list(one.beside),
        "open": one.open,
        "detail": one.detail,
    }


def search_as_json(one: Searched) -> Mapping[str, Any]:
    """A search as plain data."""
    return {
        "claims": list(one.bundle.claims),
        "components": list(one.bundle.components),
        "checks": list(one.bundle.checks),
        "finding": search_sentence(one),
        "inputs": one.bundle.inputs,
        "candidates": list(one.candidates),
        "distinct": list(one.distinct),
        "chance": list(one.cp),
        "chance_half": one.cp_half,
        "chance_double": one.cp_double,
        "tier": one.tier,
        "ties": one.ties,
        "matches": list(one.matches),
    }
