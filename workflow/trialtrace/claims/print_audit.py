"""The audit of a ledger on print alone: checks, search over alternatives, verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.finding import ALTERNATIVE, Finding
from trialtrace.claims.prints.registry import findings
from trialtrace.claims.search.bundles import bundles
from trialtrace.claims.search.candidates import TIERS
from trialtrace.claims.search.search import Searched, search
from trialtrace.claims.search.window import Displacement
from trialtrace.claims.verdict import verdicts

WEAK = 0.2
"""From this chance of a coincidental fit on, a match is told to say little."""


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
    searches = [search(bundle, by or Displacement()) for bundle in bundles(ledger, found)]
    rows = verdicts(ledger, found)
    note_searches(rows, searches)
    return PrintAudit(rows, found, searches)


def note_searches(rows: Sequence[dict[str, Any]], searches: Sequence[Searched]) -> None:
    """Write what each search found into the rows of its targets."""
    by_part = {(row["claim_id"], row["component"]): row for row in rows}
    labels = {row["claim_id"]: row["label"] for row in rows}
    for one in searches:
        bundle = one.bundle
        targets = bundle.targets or tuple(product(bundle.claims, bundle.components))
        _note([by_part[target] for target in targets if target in by_part], one, labels)


def _note(targets: Sequence[dict[str, Any]], searched: Searched, labels: Mapping[str, str]) -> None:
    for row in targets:
        row["candidates"] = searched.candidates[-1]
        row["chance"] = searched.cp[-1] if searched.tier is None else searched.cp_match
        first = searched.bundle.claims[0]
        own = row["claim_id"] == first
        other = f"Searched together with “{labels.get(first, first)}”."
        row["finding"] += " " + (search_sentence(searched) if own else other)
        if searched.tier is not None:
            row["agreement"] = ALTERNATIVE
            row["alternative"] = searched.matches[0]


def search_sentence(searched: Searched) -> str:
    """What a search found, in a sentence that claims no more than it knows."""
    tried = f"{searched.candidates[-1]:,}".replace(",", "\N{NO-BREAK SPACE}")
    if searched.tier is None:
        text = f"None of {tried} other choices gives what is printed"
        if searched.nearest:
            given, name = searched.nearest
            text += f" for all groups; {name} does for {given} of {len(searched.bundle.windows)}"
        if searched.alone:
            number, name = searched.alone
            text += f" together with the numbers linked to it; {number} "
            text += f"give{'s' if number == 1 else ''} it alone, such as {name}"
        return f"{text}."
    chance = searched.cp_match
    text = f"Of {tried} other choices, given {searched.bundle.inputs}, "
    if searched.tier == TIERS[-1]:
        text += f"none {searched.bundle.before} gives it; of the others "
    text += f"{searched.ties} gives it: " if searched.ties == 1 else (
        f"{searched.ties} give it, such as "
    )  # fmt: skip
    text += f"{searched.matches[0]}. "
    if chance is None:
        return text + "No other number of so few digits lies nearby, so the match says little."
    shown = "below 0.01" if chance < 0.005 else f"{chance:.2f}"
    text += f"A number nearby would be matched by some choice like these with chance {shown}"
    return text + (", so the match says little." if chance >= WEAK else ".")


def as_json(audit: PrintAudit, names: Sequence[str]) -> dict[str, Any]:
    """The whole audit as plain data; `names` are the columns of the claims contract."""
    return {
        "claims": [{name: row.get(name) for name in names} for row in audit.rows],
        "findings": [_finding(one) for one in audit.findings],
        "searches": [search_as_json(one) for one in audit.searches],
        "expected_matches_by_chance": audit.expected_by_chance,
    }


def _finding(one: Finding) -> Mapping[str, Any]:
    return {
        "check": one.check, "claim": one.claim, "component": one.component,
        "agreement": one.agreement, "finding": one.sentence, "beside": list(one.beside),
        "detail": one.detail,
    }  # fmt: skip


def search_as_json(one: Searched) -> Mapping[str, Any]:
    """A search as plain data."""
    return {
        "claims": list(one.bundle.claims), "components": list(one.bundle.components),
        "checks": list(one.bundle.checks), "finding": search_sentence(one),
        "inputs": one.bundle.inputs, "candidates": list(one.candidates),
        "distinct": list(one.distinct), "chance": list(one.cp), "chance_half": one.cp_half,
        "chance_double": one.cp_double, "tier": one.tier, "ties": one.ties,
        "matches": list(one.matches),
    }  # fmt: skip
