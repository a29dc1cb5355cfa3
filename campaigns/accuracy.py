"""How often the audit on print is right: true papers, planted errors, chance of a coincidental fit.

Writes docs/audit-accuracy.md. Everything is drawn by seeds, so that a run can be repeated.
"""

import argparse
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from made_papers.chance import BUNDLES, MECHANISMS, Case, cases
from made_papers.paper import Paper, paper
from made_papers.planted import HELD_OUT, KINDS, Planted, plant
from made_papers.trace import leaves_trace
from record import ROOT, circumstances, table
from trialtrace.claims.ledger import Ledger, ledger
from trialtrace.claims.prints.finding import Finding
from trialtrace.claims.prints.registry import findings
from trialtrace.claims.search.bundles import bundles
from trialtrace.claims.search.candidates import TIERS
from trialtrace.claims.verdict import verdicts
from trialtrace.stats.proportions import wilson

PAGE = ROOT / "docs" / "audit-accuracy.md"
ALARMS = ("inconsistent", "alternative")
READ_BY_STATCHECK = ("f_whole", "f_corrected", "t", "chi")
PREVALENCES = (0.01, 0.05, 0.20)
HEADER = "<!-- Everything below is written by `make campaign-accuracy`. -->"


@dataclass
class TruePapers:
    """Claims of true papers, and the alarms on them."""

    papers: int = 0
    claims: int = 0
    subset: int = 0
    checked: int = 0
    alarms: list[tuple[int, str, str, str]] = field(default_factory=list)


@dataclass
class Result:
    """What the audit made of one planted error."""

    planted: Planted
    trace: bool
    found: bool
    on_claim: bool
    named: bool


def alarms(audit: "Audit") -> dict[tuple[str, str], str]:
    """Findings of the components that an audit objects to."""
    return {
        (row["claim_id"], row["component"]): row["finding"]
        for row in audit.rows
        if row["agreement"] in ALARMS
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


def judged(planted: Planted, before: Audit) -> Result:
    after, known = audited(planted.paper), alarms(before)
    new = {key: text for key, text in alarms(after).items() if key not in known}
    claims = {claim for claim, _ in new}
    named = bool(new and planted.names) and (
        _named(planted, new.values()) or _named(planted, ties(after, claims))
    )
    on_claim = bool(claims & set(planted.claims))
    return Result(planted, leaves_trace(planted.paper), bool(new), on_claim, named)


def _named(planted: Planted, texts: Iterable[str]) -> bool:
    words = [re.compile(rf"{re.escape(word)}(?![0-9])") for word in planted.names]
    return any(word.search(text) for text in texts for word in words)


def planted_in(true: Paper, seed: int, counts: dict[str, int]) -> Planted:
    """An error of the kind that was planted least so far and that the paper has room for."""
    for kind in sorted(KINDS, key=lambda name: (counts[name], list(KINDS).index(name))):
        for attempt in range(20):
            number = list(KINDS).index(kind)
            rng = np.random.default_rng([20261122, seed, number, attempt])
            if (found := plant(kind, true, rng)) is not None:
                counts[kind] += 1
                return found
    raise AssertionError("no kind can be planted")


def run(papers: int, first: int) -> tuple[TruePapers, list[Result]]:
    true_papers, results, counts = TruePapers(), [], dict.fromkeys(KINDS, 0)
    for seed in range(first, first + papers):
        true = paper(seed)
        before = audited(true)
        true_papers.papers += 1
        true_papers.claims += len(true.claims)
        true_papers.subset += sum(name in true.claims for name in READ_BY_STATCHECK)
        checked = {r["claim_id"] for r in before.rows if r["agreement"] != "not_checkable"}
        true_papers.checked += len(checked)
        seen: set[str] = set()
        for (claim, _), text in alarms(before).items():
            if claim not in seen:
                true_papers.alarms.append((seed, claim, true.claims[claim].printed, text))
            seen.add(claim)
        results.append(judged(planted_in(true, seed, counts), before))
        if seed % 50 == 49:
            print(seed + 1, flush=True)
    return true_papers, results


# --- the page --------------------------------------------------------------------------------


def share(events: int, n: int) -> str:
    """ "12 of 13, 92.3 % (66.7 to 98.6)"; Wilson's interval."""
    if not n:
        return "–"
    found = wilson(events, n, confidence=0.95)
    return (
        f"{events} of {n}, {100 * events / n:.1f} % "
        f"({100 * found.low:.1f} to {100 * found.high:.1f})"
    )


def _row(name: str, chosen: Sequence[Result]) -> tuple:
    traced = [one for one in chosen if one.trace]
    silent = [one for one in chosen if not one.trace]
    candidates = [one for one in traced if one.planted.names]
    return (
        name, len(chosen), share(sum(one.found for one in traced), len(traced)),
        f"{sum(one.found for one in silent)} of {len(silent)}" if silent else "–",
        share(sum(one.named for one in candidates), len(candidates)),
    )  # fmt: skip


def kinds_table(results: Sequence[Result]) -> str:
    def of(wanted) -> list[Result]:
        return [one for one in results if wanted(one.planted.kind)]

    rows = []
    for kind in KINDS:
        name = f"{kind} (held out)" if kind in HELD_OUT else kind
        rows.append(_row(name, of(lambda k, kind=kind: k == kind)))
    rows += [
        _row("**held out**", of(lambda k: k in HELD_OUT)),
        _row("**not held out**", of(lambda k: k not in HELD_OUT)),
        _row("**all**", results),
    ]
    head = ("kind", "planted", "found, of those with a trace", "found, of those without",
            "cause named, of those with a trace whose cause is looked for")  # fmt: skip
    return table(head, rows)


def values_table(found: TruePapers, results: Sequence[Result]) -> str:
    traced = [one for one in results if one.trace]
    sensitivity = sum(one.found for one in traced) / len(traced)
    overall = sum(one.found for one in results) / len(results)
    # Where no alarm was false the upper bound stands for the rate, so that no value is 1.
    rate = max(len(found.alarms), 0) / found.claims
    upper = wilson(len(found.alarms), found.claims, confidence=0.95).high
    rows = []
    for prevalence in PREVALENCES:
        cells = []
        for one, false in ((sensitivity, rate), (sensitivity, upper), (overall, upper)):
            right = one * prevalence
            cells.append(f"{100 * right / (right + false * (1 - prevalence)):.1f} %")
        rows.append((f"{100 * prevalence:g} %", *cells))
    head = ("claims with an error", "errors with a trace, measured rates",
            "same, false alarms at their upper bound", "all errors, upper bound")  # fmt: skip
    return table(head, rows)


def chance_table(found: Sequence[Case]) -> str:
    rows = []
    for tenth in range(10):
        inside = [one for one in found if min(int(one.cp * 10), 9) == tenth]
        rows.append(_chance_row(f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}", inside))
    rows.append(_chance_row("all", found))
    for name in BUNDLES:
        for tier in TIERS:
            chosen = [one for one in found if (one.bundle, one.tier) == (name, tier)]
            rows.append(_chance_row(f"{name}, tier {tier}", chosen))
    return table(("CP", "mean CP", "matched", *MECHANISMS), rows)


def _chance_row(name: str, found: Sequence[Case]) -> tuple:
    groups = (found, *([one for one in found if one.mechanism == m] for m in MECHANISMS))
    mean = f"{np.mean([one.cp for one in found]):.3f}" if found else "–"
    return name, mean, *(share(sum(o.matched for o in g), len(g)) for g in groups)


def page(found: TruePapers, results: Sequence[Result], chance: Sequence[Case], how: str) -> str:
    missed = [one for one in results if one.trace and not one.found]
    subset = [one for one in results if set(one.planted.claims) & set(READ_BY_STATCHECK)]
    false = [alarm for alarm in found.alarms if alarm[1] in READ_BY_STATCHECK]
    told = [
        f"- seed {seed}, {claim}, “{printed}”: {text}"
        for seed, claim, printed, text in found.alarms
    ]
    left = [
        f"- {one.planted.kind}: " + "; ".join(
            f"{name} “{one.planted.paper.claims[name].printed}”" for name in one.planted.claims)
        for one in missed
    ]  # fmt: skip
    unnamed = [
        f"- {one.planted.kind}: "
        + "; ".join(f"{n} “{one.planted.paper.claims[n].printed}”" for n in one.planted.claims)
        for one in results
        if one.trace and one.planted.names and not one.named
    ]
    with_alarm = len({alarm[0] for alarm in found.alarms})
    return "\n\n".join([
        HEADER,
        f"{circumstances()} {how}",
        "## True papers",
        f"{found.papers} papers with {found.claims} claims, of which {found.checked} were checked. "
        f"False alarms: {share(len(found.alarms), found.claims)} of the claims, in "
        f"{share(with_alarm, found.papers)} of the papers.",
        "\n".join(told),
        "## Planted errors",
        kinds_table(results),
        f"The alarm stood on the altered claim itself in "
        f"{share(sum(o.on_claim for o in results if o.found), sum(o.found for o in results))}; "
        "else on a number that is linked with it.",
        "Errors with a trace that were not found:" if left else "No error with a trace was missed.",
        "\n".join(left),
        "Errors with a trace whose cause is looked for and was not named:",
        "\n".join(unnamed),
        "## Predictive value of an alarm",
        values_table(found, results),
        "## What statcheck could read",
        f"F, t and χ² with degrees of freedom and p: {found.subset} claims of the true papers, "
        f"false alarms {share(len(false), found.subset)}. Errors planted into such claims and with "
        f"a trace: {share(sum(o.found for o in subset if o.trace), sum(o.trace for o in subset))} "
        "found.",
        "## The chance of a coincidental fit",
        chance_table(chance),
    ])  # fmt: skip


def fits(seeds: range, every: int) -> list[Case]:
    return list(cases(seeds, every))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="seed of the first paper")
    parser.add_argument("--chance", type=int, default=150, help="papers for the chance of a fit")
    parser.add_argument("--every", type=int, default=5, help="papers to a slow search")
    parser.add_argument("--dry", action="store_true", help="print, and leave the page as it is")
    chosen = parser.parse_args()
    began = time.perf_counter()
    with ProcessPoolExecutor(1) as beside:
        seeds = range(chosen.first, chosen.first + chosen.chance)
        later = beside.submit(fits, seeds, chosen.every)
        found, results = run(chosen.papers, chosen.first)
        chance = later.result()
    how = f"Seeds from {chosen.first}; {time.perf_counter() - began:.0f} seconds."
    text = re.sub(r"\n{3,}", "\n\n", page(found, results, chance, how)) + "\n"
    print(text)
    if not chosen.dry:
        PAGE.write_text(PAGE.read_text().partition(HEADER)[0] + text)


if __name__ == "__main__":
    main()
