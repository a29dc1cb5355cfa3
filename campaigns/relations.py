"""The relations between published numbers on every kind of ledger that the campaigns have.

python campaigns/relations.py --papers 120 --errors 150 --seed 90001

The ledgers: documented errors of problem papers, published numbers without an error
(tests/spec/audit/published), the trials of the repository, and two generators with true papers and
planted errors. In a true paper a contradiction is false. A planted error is found where a
contradiction or a question is new on one of its claims.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fresh import planted as planted_fresh
from fresh_papers.draw import paper as fresh_paper
from honest_papers.author import Author
from honest_papers.errors import KINDS, plant
from honest_papers.sections import write_paper
from problems import FOLDER, documented
from record import ROOT, circumstances, table
from trialtrace.audit.files.file import read_standing
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import CONTRADICTS, QUESTION, Judgement
from trialtrace.audit.relations.tables import judgements
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project

PUBLISHED = ROOT / "tests" / "spec" / "audit" / "published"
TRIALS = ROOT / "config" / "trials"
A_PAPER = 3


@dataclass
class Said:
    """What the engine says of a ledger: claims that contradict, and those that are asked."""

    claims: int = 0
    wrong: dict[str, Judgement] = field(default_factory=dict)
    asked: dict[str, Judgement] = field(default_factory=dict)
    keys: set[tuple[str, str, str]] = field(default_factory=set)
    refused: bool = False

    def new(self, before: "Said") -> tuple[set[str], set[str]]:
        """Claims with a contradiction, and with a question, that was not there before."""
        fresh = self.keys - before.keys
        wrong = {claim for claim, _, state in fresh if state == CONTRADICTS}
        return wrong, {claim for claim, _, state in fresh if state == QUESTION} - wrong


def said(ledger: Ledger) -> Said:
    found = Said(len(ledger.entries))
    for one in judgements(ledger):
        if one.state == CONTRADICTS:
            found.wrong.setdefault(one.claim, one)
        elif one.state == QUESTION:
            found.asked.setdefault(one.claim, one)
        if one.state in (CONTRADICTS, QUESTION):
            found.keys.add((one.claim, one.relation, one.state))
    return found


def read(text: str) -> Said:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.yaml"
        path.write_text(text, encoding="utf-8")
        return of_file(path)


def of_file(path: Path) -> Said:
    try:
        return said(read_standing(project(), path, trust=False)[0])
    except UserError:
        return Said(refused=True)


def problems() -> tuple[str, list[str]]:
    """How many documented errors are told."""
    errors = documented()
    by = {name: of_file(FOLDER / f"{name}.yaml") for name in {e.ledger for e in errors}}
    wrong = [e for e in errors if set(e.claims) & set(by[e.ledger].wrong)]
    asked = [e for e in errors if e not in wrong and set(e.claims) & set(by[e.ledger].asked)]
    silent = [f"{e.ledger} {e.claims}: {e.what}" for e in errors if e not in wrong + asked]
    return f"{len(wrong)} of {len(errors)} contradict, {len(asked)} are asked", silent


def controls(paths: Iterable[Path]) -> tuple[str, list[str]]:
    """Contradictions and questions on published numbers."""
    claims, wrong, asked, lines = 0, 0, 0, []
    for path in paths:
        one = of_file(path)
        claims, wrong, asked = claims + one.claims, wrong + len(one.wrong), asked + len(one.asked)
        lines += [f"{path.stem} {n} {j.relation}: {j.sentence}" for n, j in one.wrong.items()]
    return f"{wrong} contradict and {asked} are asked of {claims} claims", lines


@dataclass
class Tried:
    """Papers of a generator."""

    claims: int = 0
    false: list[str] = field(default_factory=list)
    asked: Counter = field(default_factory=Counter)
    kinds: dict[str, Counter] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def true(self, seed: int, one: Said, printed: dict[str, str]) -> None:
        self.claims += one.claims
        for name, why in one.wrong.items():
            text = f"{seed} {name} {printed.get(name, '')} {why.relation}: {why.sentence}"
            self.false.append(text)
        self.asked.update(why.relation for why in one.asked.values())

    def error(self, kind: str, what: str, before: Said, after: Said, claims: set[str]) -> None:
        wrong, asked = after.new(before)
        told = "refused" if after.refused else "missed"
        if wrong:
            told = "contradicts"
        elif asked:
            told = "question"
        self.kinds.setdefault(kind, Counter())[told] += 1
        if told == "missed":
            self.missed.append(f"{kind}: {what}")

    def rows(self) -> list[tuple]:
        heads = ("contradicts", "question", "refused", "missed")
        every = sum(self.kinds.values(), Counter())
        found = [("all", *(every[head] for head in heads))]
        return found + [(k, *(own[head] for head in heads)) for k, own in self.kinds.items()]


def fresh(papers: int, errors: int, seed: int) -> Tried:
    made, tried = [fresh_paper(seed + k) for k in range(papers)], Tried()
    before = [read(one.ledger()) for one in made]
    for one, found in zip(made, before, strict=True):
        tried.true(one.seed, found, {name: c.printed for name, c in one.claims.items()})
    for case in planted_fresh(made, errors, seed):
        after = read(case.paper.ledger())
        what = f"--show {case.paper.seed} --kind {case.kind}: {case.told}"
        tried.error(case.kind, what, before[case.of], after, set())
    return tried


def honest(papers: int, errors: int, seed: int) -> Tried:
    tried = Tried()
    done: Counter = Counter()
    for number in range(papers):
        author: Author = write_paper(100_000 * seed + number)
        found = read(author.ledger.yaml())
        printed = {name: author.ledger.printed(name) for name in author.ledger.claims}
        tried.true(author.ledger.seed, found, printed)
        rng = np.random.default_rng([31, author.ledger.seed])
        planted = 0
        for kind in sorted(KINDS, key=lambda x: done[x]):
            if planted == A_PAPER or done.total() >= errors or found.refused:
                break
            made = plant(author, kind, rng)
            if made is None:
                continue
            wrong, claim = made
            planted, done[kind] = planted + 1, done[kind] + 1
            what = f"{author.ledger.seed} {claim}: {author.ledger.printed(claim)} as "
            tried.error(kind, what + wrong.printed(claim), found, read(wrong.yaml()), {claim})
    return tried


def page(asked: argparse.Namespace) -> str:
    told, silent = problems()
    parts = [circumstances(), f"Documented errors: {told}.", *silent]
    every, lines = controls(sorted(PUBLISHED.glob("*.yaml")))
    parts += [f"Published numbers: {every}.", *lines]
    every, lines = controls(sorted(TRIALS.glob("*/claims.yaml")))
    parts += [f"Trials of the repository: {every}.", *lines]
    for name, run in (("fresh", fresh), ("honest", honest)):
        found: Tried = run(asked.papers, asked.errors, asked.seed if name == "fresh" else 7)
        parts += [
            f"Generator {name}: {len(found.false)} false of {found.claims:,} true claims; "
            f"{found.asked.total()} are asked.",
            *found.false[:30],
            *(f"asked {n} times: {relation}" for relation, n in found.asked.most_common(12)),
            table(("error", "contradicts", "question", "refused", "missed"), found.rows()),
            *_few(found.missed),
        ]
    return "\n".join(parts)


def _few(missed: Sequence[str]) -> list[str]:
    return list(missed)[:60]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=120)
    parser.add_argument("--errors", type=int, default=150)
    parser.add_argument("--seed", type=int, default=90_001)
    print(page(parser.parse_args()))


if __name__ == "__main__":
    main()
