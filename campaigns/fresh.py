"""The audit on reports of a second generator; writes docs/audit-second-generator.md.

python campaigns/fresh.py                         1,000 true papers, 1,000 with one error each
python campaigns/fresh.py --show 12               prints the ledger of a seed
python campaigns/fresh.py --show 12 --kind NAME   the same with that error
python campaigns/fresh.py --misses FILE           two ledgers of each missed kind that is told
"""

import argparse
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fresh_page import page
from fresh_papers.draw import paper
from fresh_papers.errors import HELD_OUT, KINDS, NotHereError, Planted, plant
from fresh_papers.judged import Verdicts, audited_ledgers
from fresh_papers.paper import Paper
from record import ROOT

PAGE = ROOT / "docs" / "audit-second-generator.md"


@dataclass(frozen=True)
class Case:
    """A planted error: what the audit said before and after."""

    planted: Planted
    before: Verdicts
    after: Verdicts

    @property
    def found(self) -> str:
        """How: alarm, alarm beside, remark, refused or missed."""
        if self.after.refused:
            return "refused"
        new = self.after.alarms() - self.before.alarms()
        if new & set(self.planted.altered):
            return "alarm"
        if new & self.planted.tied:
            return "beside"
        told = self.after.remarks(self.before)
        return "remark" if told & (set(self.planted.altered) | self.planted.tied) else "missed"


@dataclass(frozen=True)
class Run:
    """All verdicts of a campaign."""

    papers: Sequence[Paper]
    verdicts: Sequence[Verdicts]
    cases: Sequence[Case]
    seconds: float


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


def run(count: int, errors: int, seed: int, jobs: int) -> Run:
    start = time.monotonic()
    papers = [paper(seed + each) for each in range(count)]
    cases = planted(papers, errors, seed)
    ledgers = [each.ledger() for each in papers] + [each.paper.ledger() for each in cases]
    verdicts = audited_all(ledgers, jobs)
    true, wrong = verdicts[:count], verdicts[count:]
    together = [Case(c, true[c.of], v) for c, v in zip(cases, wrong, strict=True)]
    return Run(papers, true, together, time.monotonic() - start)


def audited_all(ledgers: Sequence[str], jobs: int) -> list[Verdicts]:
    chunks = [ledgers[place : place + 20] for place in range(0, len(ledgers), 20)]
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
    parser.add_argument("--output", type=Path, default=PAGE)
    asked = parser.parse_args()
    if asked.show is not None:
        made = paper(asked.show)
        print((plant(asked.kind, made, 0).paper if asked.kind else made).ledger(), end="")
        return
    done = run(asked.papers, asked.errors, asked.seed, asked.jobs)
    if asked.misses:
        asked.misses.write_text(misses(done))
    text = page(done, asked.seed)
    asked.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
