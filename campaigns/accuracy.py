"""How often the audit on print is right: true papers, planted errors, chance of a coincidental fit.

Writes docs/audit-accuracy.md. Everything is drawn by seeds, so that a run can be repeated.
"""

import argparse
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from accuracy_page import HEADER, Result, TruePapers, page
from made_papers.chance import Case, cases
from made_papers.paper import Paper, paper
from made_papers.planted import KINDS, Planted, plant
from made_papers.trace import leaves_trace
from record import ROOT
from trialtrace.audit.candidates.grid import TIERS
from trialtrace.audit.files.make import ledger
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.search.bundles import bundles
from trialtrace.audit.verdicts.audit import verdicts

PAGE = ROOT / "docs" / "audit-accuracy.md"
ALARMS = ("inconsistent", "alternative")


def alarms(audit: "Audit") -> dict[tuple[str, str], str]:
    """Findings of the components that an audit objects to."""
    return {
        (row["claim_id"], row["component"]): row["print_finding"]
        for row in audit.rows
        if row["on_print"] in ALARMS
    }


@dataclass
class Audit:
    """Findings and verdicts of a paper; what a search matches is looked up where it is asked."""

    ledger: Ledger
    findings: list[Finding]
    rows: list[dict]


def audited(made: Paper) -> Audit:
    whole = ledger(made.document())
    found = list(findings(whole))
    return Audit(whole, found, verdicts(whole, found))


def ties(audit: Audit, claims: set[str]) -> Iterator[str]:
    """All choices of the search that match at the tier of its first match, in words."""
    asked = [one for one in audit.findings if one.claim in claims and one.agreement in ALARMS]
    for bundle in bundles(audit.ledger, asked):
        printed = [window.printed for window in bundle.windows]
        for tier in TIERS:
            chosen = [one for one in bundle.families if one.matches(printed, tier)]
            for family in chosen:
                for names in family.matching(printed, tier):
                    yield from (f"{family.name} on {name}" for name in names)
            if chosen:
                break


def judged(seed: int, planted: Planted, before: Audit) -> Result:
    after, known = audited(planted.paper), alarms(before)
    new = {key: text for key, text in alarms(after).items() if key not in known}
    claims = {claim for claim, _ in new}
    named = bool(new and planted.names) and (
        _named(planted, new.values()) or _named(planted, ties(after, claims))
    )
    on_claim = bool(claims & set(planted.claims))
    return Result(seed, planted, leaves_trace(planted.paper), bool(new), on_claim, named)


def _named(planted: Planted, texts: Iterable[str]) -> bool:
    words = [re.compile(rf"{re.escape(word)}(?![0-9])") for word in planted.names]
    return any(word.search(text) for text in texts for word in words)


def planted_in(true: Paper, seed: int, counts: dict[str, int]) -> Planted:
    """An error of the kind that was planted least so far and that the paper has room for."""
    for kind in sorted(KINDS, key=lambda name: (counts[name], list(KINDS).index(name))):
        for attempt in range(20):
            number = list(KINDS).index(kind)
            rng = np.random.default_rng([20261122, seed, number, attempt, counts[kind]])
            if (found := plant(kind, true, rng)) is not None:
                counts[kind] += 1
                return found
    raise AssertionError("no kind can be planted")


def run(papers: int, first: int, errors: int) -> tuple[TruePapers, list[Result]]:
    true_papers, results, counts = TruePapers(), [], dict.fromkeys(KINDS, 0)
    for seed in range(first, first + papers):
        true = paper(seed)
        before = audited(true)
        true_papers.papers += 1
        true_papers.claims += len(true.claims)
        checked = {r["claim_id"] for r in before.rows if r["on_print"] != "not_checkable"}
        true_papers.checked += len(checked)
        seen: set[str] = set()
        for (claim, _), text in alarms(before).items():
            if claim not in seen:
                true_papers.alarms.append((seed, claim, true.claims[claim].printed, text))
            seen.add(claim)
        results += [judged(seed, planted_in(true, seed, counts), before) for _ in range(errors)]
        if seed % 50 == 49:
            print(seed + 1, flush=True)
    return true_papers, results


def fits(seeds: range) -> list[Case]:
    return list(cases(seeds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--first", type=int, default=100_000, help="seed of the first paper")
    parser.add_argument("--errors", type=int, default=3, help="errors a paper, each into a copy")
    parser.add_argument("--chance", type=int, default=500, help="papers for the chance of a fit")
    parser.add_argument("--dry", action="store_true", help="print, and leave the page as it is")
    chosen = parser.parse_args()
    began = time.perf_counter()
    with ProcessPoolExecutor(1) as beside:
        later = beside.submit(fits, range(chosen.first, chosen.first + chosen.chance))
        found, results = run(chosen.papers, chosen.first, chosen.errors)
        chance = later.result()
    how = f"Seeds from {chosen.first}; {time.perf_counter() - began:.0f} seconds."
    text = re.sub(r"\n{3,}", "\n\n", page(found, results, chance, how)) + "\n"
    print(text)
    if not chosen.dry:
        PAGE.write_text(PAGE.read_text().partition(HEADER)[0] + text)


if __name__ == "__main__":
    main()
