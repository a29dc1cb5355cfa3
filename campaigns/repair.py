"""Of a paper with one misprint: is the minimal contradiction right, and is the repair the truth?

Writes docs/audit-repair.md. Everything is drawn by seeds, so that a run can be repeated.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from made_papers.misprints import KINDS, Misprint, misprint
from made_papers.paper import Link, Paper, paper
from made_papers.trace import HOLDS, leaves_trace
from record import ROOT, circumstances, table
from trialtrace.claims.contradiction.contradictions import Contradiction, contradictions
from trialtrace.claims.contradiction.numbers import CLAIM, Number, numbers_of, value_of, without
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.make_ledger import ledger
from trialtrace.claims.print_audit import audit_ledger
from trialtrace.claims.prints.finding import INCONSISTENT
from trialtrace.claims.prints.registry import findings

PAGE = ROOT / "docs" / "audit-repair.md"
HEADER = "<!-- Everything below is written by `python campaigns/repair.py`. -->"
FIRST = 2
MOST_TRIES = 200


@dataclass(frozen=True)
class Result:
    """What the audit made of one misprint; `told` says what it was and what was told first."""

    seed: int
    kind: str
    objected: bool
    core: bool
    rank: int | None
    numbers: int
    seconds: float
    told: str


def planted(seed: int, kind: str) -> Misprint | None:
    """A misprint of a kind in the paper of a seed that breaks one of its relations."""
    true = paper(seed)
    for attempt in range(MOST_TRIES):
        rng = np.random.default_rng([20261121, seed, list(KINDS).index(kind), attempt])
        found = misprint(kind, true, rng)
        if found is not None and leaves_trace(found.paper):
            return found
    return None


def judged(seed: int, kind: str) -> Result | None:
    """None where the paper has no room for a misprint of the kind."""
    found = planted(seed, kind)
    if found is None:
        return None
    true, made = ledger(paper(seed).document()), ledger(found.paper.document())
    truth = {
        Number(CLAIM, name, part): str(shown.value)
        for name, one in true.entries.items()
        for part, shown in one.parts.items()
        if made.entries[name].parts[part].value != shown.value
    }
    began = time.process_time()
    audit = audit_ledger(made)
    told = contradictions(made, audit.findings, audit.rows)
    seconds = time.process_time() - began
    first = told[0] if told else None
    core = first is not None and is_right(made, found, first, set(truth))
    rank = None if first is None else rank_of(first, truth)
    numbers = len(first.numbers) if first else 0
    return Result(seed, kind, bool(told), core, rank, numbers, seconds, _told(found, truth, first))


def is_right(made: Ledger, found: Misprint, told: Contradiction, truth: set[Number]) -> bool:
    """Whether the numbers hold the misprint, stand in one relation that it breaks, contradict each
    other by themselves, and do so no more without any one of them."""
    core = set(told.numbers)
    claims = {number.of for number in core if number.kind == CLAIM}
    related = any(claims <= set(link.claims) for link in broken(found.paper))
    return bool(core & truth) and related and _minimal(made, core)


def broken(made: Paper) -> Iterator[Link]:
    """The links of which the printed numbers are none that the stated method could have given."""
    return (link for link in made.links if not HOLDS[link.kind](made, link))


def _minimal(made: Ledger, core: set[Number]) -> bool:
    """By all checks, not only by the one that objected."""
    every = set(numbers_of(made))
    return _objects(without(made, every - core)) and not any(
        _objects(without(made, every - (core - {one}))) for one in core
    )


def _objects(made: Ledger) -> bool:
    return any(one.agreement == INCONSISTENT for one in findings(made))


def rank_of(told: Contradiction, truth: Mapping[Number, str]) -> int | None:
    """At which place the true numbers stand among the repairs, from 1."""
    for place, repair in enumerate(told.repairs, 1):
        mended = {number: value_of(text)[0] for number, text in repair.changes.items()}
        if mended == {number: Decimal(text) for number, text in truth.items()}:
            return place
    return None


def _told(found: Misprint, truth: Mapping[Number, str], first: Contradiction | None) -> str:
    claims = found.paper.claims
    was = "; ".join(
        f"{number.of} “{claims[number.of].printed}”, {number.part} {text}"
        for number, text in truth.items()
    )
    if first is None:
        return f"{was}: nothing found"
    core = ", ".join(f"{one.of}.{one.part}" for one in first.numbers)
    mends = [
        ", ".join(f"{at.of}.{at.part} {text}" for at, text in one.changes.items())
        for one in first.repairs[:FIRST]
    ]
    return f"{was}: {core}; {' / '.join(mends) or 'no repair'}"


def run(errors: int, first: int, kept: Path | None = None) -> list[Result]:
    """As many misprints as asked for, the kinds in turn, a paper each; `kept` is gone on with."""
    kinds = list(KINDS)
    found = (
        []
        if kept is None or not kept.exists()
        else [Result(**json.loads(line)) for line in kept.read_text().splitlines()]
    )
    at = found[-1].seed - first + 1 if found else 0
    while len(found) < errors:
        made = judged(first + at, kinds[at % len(kinds)])
        at += 1
        if made is not None:
            found.append(made)
            if kept is not None:
                with kept.open("a") as file:
                    file.write(json.dumps(asdict(made), ensure_ascii=False) + "\n")
    return found


def of(part: int, whole: int) -> str:
    """ "12 of 13, 92.3 %"."""
    return f"{part} of {whole}, {100 * part / whole:.1f} %" if whole else "–"


def _row(name: str, chosen: list[Result]) -> tuple[str, ...]:
    seen = [one for one in chosen if one.objected]
    return (
        name,
        str(len(chosen)),
        of(len(seen), len(chosen)),
        of(sum(one.core for one in seen), len(seen)),
        of(sum(one.rank == 1 for one in seen), len(seen)),
        of(sum(one.rank is not None and one.rank <= FIRST for one in seen), len(seen)),
    )


def page(found: list[Result], first: int) -> str:
    """What was measured, as it stands in the page."""
    head = ("misprint", "planted", "contradiction", "core right", "truth first", "truth in two")
    rows = [_row(kind, [one for one in found if one.kind == kind]) for kind in KINDS]
    rows.append(_row("**all**", found))
    core = sum(one.core for one in found)
    two = sum(one.rank is not None and one.rank <= FIRST for one in found)
    seconds = sorted(one.seconds for one in found)
    missed = [one for one in found if one.objected and (one.rank or FIRST + 1) > FIRST]
    lines = [
        HEADER,
        "",
        f"{len(found)} misprints, the seeds of papers from {first} on. {circumstances()}",
        "",
        table(head, rows),
        "",
        f"Of all {len(found)} misprints the core is right in {of(core, len(found))}, and the truth "
        f"is among the first two repairs in {of(two, len(found))}. Audit, contradictions and "
        f"repairs took {seconds[len(seconds) // 2]:.1f} s of processor time in the median, "
        f"{seconds[-1]:.1f} s at most.",
        "",
        "The first misprints whose truth was not among the first two repairs: what is printed and "
        "what was meant, the numbers that cannot all hold, the first two repairs.",
        "",
        *[f"- {one.kind}, seed {one.seed}: {one.told}" for one in missed[:12]],
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=500)
    parser.add_argument("--first", type=int, default=500_000, help="seed of the first paper")
    parser.add_argument("--keep", type=Path, help="results so far, to go on with a run")
    parser.add_argument("--dry", action="store_true", help="print, and leave the page as it is")
    chosen = parser.parse_args()
    text = page(run(chosen.errors, chosen.first, chosen.keep), chosen.first)
    print(text)
    if not chosen.dry:
        PAGE.write_text(PAGE.read_text().partition(HEADER)[0] + text)


if __name__ == "__main__":
    main()
