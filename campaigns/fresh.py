"""The audit on papers of a second generator: false alarms on true ones, and errors that it finds.

python campaigns/fresh.py                         1,000 true papers, 1,000 with one error each
python campaigns/fresh.py --show 12               prints the ledger of a seed
python campaigns/fresh.py --show 12 --kind NAME   the same with that error

Every third kind of error is held out: whoever works on the audit names none of them. An error is
found where the audit calls an altered number, or one of the same outcome, contradicted, and did not
in the true paper; a remark is another new judgement there.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from fresh_papers.cases import Case, Run
from fresh_papers.draw import paper
from fresh_papers.errors import HELD_OUT, KINDS, TOLD_LATER, NotHereError, Planted, plant
from fresh_papers.formulas import wilson
from fresh_papers.judged import Verdicts, audited_ledgers
from fresh_papers.paper import Paper
from record import circumstances, table

AT_ONCE = 20
FOUND = ("alarm", "beside", "remark", "refused", "missed")


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
    """Every true paper and every error audited."""
    papers = [paper(seed + each) for each in range(count)]
    cases = planted(papers, errors, seed)
    texts = [each.ledger() for each in papers] + [each.paper.ledger() for each in cases]
    said = audited_all(texts, jobs)
    pairs = zip(cases, said[count:], strict=True)
    return Run(papers, said[:count], [Case(one, said[one.of], after) for one, after in pairs])


def audited_all(ledgers: Sequence[str], jobs: int) -> list[Verdicts]:
    chunks = [ledgers[place : place + AT_ONCE] for place in range(0, len(ledgers), AT_ONCE)]
    with ProcessPoolExecutor(jobs) as pool:
        return [each for chunk in pool.map(audited_ledgers, chunks) for each in chunk]


def share(x: int, n: int, places: int = 1) -> str:
    """In percent with Wilson's limits."""
    if not n:
        return "none"
    p, low, high = (100 * max(each, 0.0) for each in wilson(x, n))
    return f"{x:,} of {n:,}, {p:.{places}f} % ({low:.{places}f} to {high:.{places}f})"


def report(done: Run, seed: int) -> str:
    """Alarms on true papers, errors found by kind, and two papers of each kind with a miss."""
    told = [one for one in done.cases if one.planted.kind not in HELD_OUT | TOLD_LATER]
    later = [one for one in done.cases if one.planted.kind in TOLD_LATER]
    held = [one for one in done.cases if one.planted.kind in HELD_OUT]
    groups = {"all": done.cases, "told": told, "told later": later, "held out": held}
    rows = [_row(name, cases) for name, cases in groups.items()]
    for name, kind in KINDS.items():
        mark = " (held out)" if name in HELD_OUT else ""
        own = [one for one in done.cases if one.planted.kind == name]
        rows.append(_row(f"{kind.words}{mark}", own))
    parts = [
        f"{circumstances()} {len(done.papers):,} true papers, seeds from {seed}.",
        *_alarms(done),
        table(("errors", "found", *FOUND), rows),
        *_missed(done.cases),
    ]
    return "\n\n".join(parts)


def _row(name: str, cases: Iterable[Case]) -> tuple:
    count = Counter(case.found for case in cases)
    found = share(count["alarm"] + count["beside"], count.total())
    return (name, found, *(count[each] for each in FOUND))


def _alarms(done: Run) -> list[str]:
    claims = sum(len(each.worst) for each in done.verdicts)
    false = [
        (one.seed, name, one.claims[name].printed, verdict.texts[name][0])
        for one, verdict in zip(done.papers, done.verdicts, strict=True)
        for name in sorted(verdict.alarms())
    ]
    refused = sum(bool(each.refused) for each in done.verdicts)
    rate = share(len(false), claims, 2)
    head = f"Claims with a false alarm: {rate}; ledgers that were refused: {refused}."
    return [head, *(f"seed {seed}, `{name}`, {text}: {said}" for seed, name, text, said in false)]


def _missed(cases: Sequence[Case]) -> list[str]:
    lines = []
    for name in KINDS:
        missed = [c for c in cases if c.planted.kind == name and c.found not in ("alarm", "beside")]
        lines += [
            f"`python campaigns/fresh.py --show {one.planted.paper.seed} --kind {name}`: "
            f"{one.planted.told}; {one.found} {one.after.refused.strip()[:300]}"
            for one in missed[:2]
        ]
    return lines


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
    asked = parser.parse_args()
    if asked.show is not None:
        made = paper(asked.show)
        print((plant(asked.kind, made, 0).paper if asked.kind else made).ledger(), end="")
        return
    print(report(run(asked.papers, asked.errors, asked.seed, asked.jobs), asked.seed))


if __name__ == "__main__":
    main()
