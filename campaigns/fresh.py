"""The audit on reports of a second generator; writes docs/audit-second-generator.md.

python campaigns/fresh.py                         1,000 true papers, 1,000 with one error each
python campaigns/fresh.py --show 12               prints the ledger of a seed
python campaigns/fresh.py --show 12 --kind NAME   the same with that error
python campaigns/fresh.py --misses FILE           two ledgers of each missed kind that is told
python campaigns/fresh.py --keep FILE --seconds 300   as far as 300 s take it; again: from there on

A run that stops in time has the first errors of every kind, each with its true paper.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from math import inf
from pathlib import Path

import numpy as np

from fresh_page import page
from fresh_papers.cases import Case, Run
from fresh_papers.draw import paper
from fresh_papers.errors import HELD_OUT, KINDS, NotHereError, Planted, plant
from fresh_papers.judged import Verdicts, audited_ledgers
from fresh_papers.paper import Paper
from record import ROOT

PAGE = ROOT / "docs" / "audit-second-generator.md"
AT_ONCE = 20


def planted(papers: Sequence[Paper], errors: int, seed: int) -> list[Planted]:
    """So many papers of each kind, each kind on papers of its own order."""
    made = []
    for place, name in enumerate(KINDS):
        share = errors // len(KINDS) + (place < errors % len(KINDS))
        rng = np.random.default_rng([seed, place])
        taken = 0
        for index in rng.permutation(len(papers)):
            if taken == share:
                break
            try:
                made.append(plant(name, papers[int(index)], int(index)))
            except NotHereError:
                continue
            taken += 1
    return made


@dataclass
class Kept:
    """The verdicts of ledgers that were audited, by the ledger's hash; `path` holds them too."""

    path: Path | None
    known: dict[str, Verdicts]

    @classmethod
    def at(cls, path: Path | None) -> "Kept":
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        rows = [json.loads(line) for line in lines]
        return cls(path, {row["of"]: Verdicts.read(row["said"]) for row in rows})

    def __contains__(self, ledger: str) -> bool:
        return key(ledger) in self.known

    def of(self, ledger: str) -> Verdicts:
        return self.known[key(ledger)]

    def add(self, ledger: str, said: Verdicts) -> None:
        self.known[key(ledger)] = said
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps({"of": key(ledger), "said": said.plain()}) + "\n")


def key(ledger: str) -> str:
    return sha256(ledger.encode()).hexdigest()


def in_turn(cases: Sequence[Planted]) -> list[Planted]:
    """The first error of each kind, then the second of each."""
    seen: Counter[str] = Counter()
    ranked = []
    for case in cases:
        ranked.append((seen[case.kind], case))
        seen[case.kind] += 1
    return [case for _, case in sorted(ranked, key=lambda pair: pair[0])]


def run(count: int, errors: int, seed: int, jobs: int, kept: Kept, seconds: float) -> Run:
    """As much as the seconds take: each error after its true paper, then the other papers."""
    start = time.monotonic()
    papers = [paper(seed + each) for each in range(count)]
    cases = in_turn(planted(papers, errors, seed))
    true = [each.ledger() for each in papers]
    wrong = [each.paper.ledger() for each in cases]
    order = [text for case, own in zip(cases, wrong, strict=True) for text in (true[case.of], own)]
    left = iter(list(dict.fromkeys(text for text in [*order, *true] if text not in kept)))
    while time.monotonic() - start < seconds:
        chunk = list(islice(left, AT_ONCE * jobs))
        if not chunk:
            break
        for text, said in zip(chunk, audited_all(chunk, jobs), strict=True):
            kept.add(text, said)
    judged = [(one, kept.of(text)) for one, text in zip(papers, true, strict=True) if text in kept]
    together = [
        Case(case, kept.of(true[case.of]), kept.of(own))
        for case, own in zip(cases, wrong, strict=True)
        if own in kept and true[case.of] in kept
    ]
    return Run([one for one, _ in judged], [said for _, said in judged], together, (count, errors))


def audited_all(ledgers: Sequence[str], jobs: int) -> list[Verdicts]:
    chunks = [ledgers[place : place + AT_ONCE] for place in range(0, len(ledgers), AT_ONCE)]
    found: Iterable[list[Verdicts]]
    if jobs == 1:
        found = map(audited_ledgers, chunks)
        return [each for chunk in found for each in chunk]
    with ProcessPoolExecutor(jobs) as pool:
        return [each for chunk in pool.map(audited_ledgers, chunks) for each in chunk]


def misses(done: Run) -> str:
    """Two ledgers of each kind with a miss, but of no kind that is held out."""
    lines = ["# Missed errors, by kind", ""]
    for name, kind in KINDS.items():
        cases = [case for case in done.cases if case.planted.kind == name]
        missed = [case for case in cases if case.found in ("missed", "remark", "refused")]
        if name in HELD_OUT or not missed:
            continue
        lines += [f"## {name}: {kind.words}", "", f"{len(missed)} of {len(cases)} not found.", ""]
        for case in missed[:2]:
            lines += [
                f"`python campaigns/fresh.py --show {case.planted.paper.seed} --kind {name}`: "
                f"{case.planted.told}; {case.found} {case.after.refused.strip()[:300]}",
                "",
                *(
                    f"    {each}: {text}"
                    for each in case.planted.altered
                    for text in case.after.texts.get(each, [])
                ),
                "",
            ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--errors", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=50_001)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, metavar="SEED")
    parser.add_argument("--kind", choices=list(KINDS))
    parser.add_argument("--misses", type=Path)
    parser.add_argument("--keep", type=Path, help="verdicts so far, to go on with a run")
    parser.add_argument("--seconds", type=float, default=inf, help="no new ledgers after these")
    parser.add_argument("--output", type=Path, default=PAGE, help="a page, or - for the terminal")
    asked = parser.parse_args()
    if asked.show is not None:
        made = paper(asked.show)
        print((plant(asked.kind, made, 0).paper if asked.kind else made).ledger(), end="")
        return
    kept = Kept.at(asked.keep)
    done = run(asked.papers, asked.errors, asked.seed, asked.jobs, kept, asked.seconds)
    if asked.misses:
        asked.misses.write_text(misses(done))
    text = page(done, asked.seed)
    if asked.output != Path("-"):
        asked.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
