"""False alarms of the audit on true papers, and errors that it finds.

python campaigns/honest.py --papers 400 --seed 1 --errors 600
python campaigns/honest.py --show 100003          prints the ledger of one paper
"""

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from honest_papers.author import Author
from honest_papers.errors import KINDS, plant
from honest_papers.judge import ALARMS, Judgement, judge
from honest_papers.sections import write_paper
from honest_papers.tally import rate, share
from record import ROOT, circumstances, committed, table

HABITS = [
    "rounding",
    "percent",
    "mean",
    "ratio",
    "p_style",
    "named",
    "counts_test",
    "means_test",
    "share_interval",
    "risk_interval",
    "odds_interval",
    "lost",
    "numbers_at_visits",
    "flipped",
    "unsigned",
    "needed_up",
    "in_strata",
    "level",
]
A_PAPER = 3  # errors planted in one paper, each alone
LISTED = 40


@dataclass
class Paper:
    """One true paper and what was said of it."""

    author: Author
    said: Judgement

    def claims(self, verdicts=ALARMS) -> list[str]:
        return [x for x in self.author.ledger.claims if self.said.of(x) in verdicts]


@dataclass
class Planted:
    """One error and whether it was seen."""

    kind: str
    seed: int
    claim: str
    true: str
    wrong: str
    found: bool
    elsewhere: bool
    other: bool


@dataclass
class Run:
    papers: list[Paper] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    errors: list[Planted] = field(default_factory=list)


def audit_papers(run: Run, seed: int, papers: int) -> None:
    for number in range(papers):
        author = write_paper(100_000 * seed + number)
        said = judge(author.ledger.yaml())
        if said.refused:
            run.refused.append((author.ledger.seed, said.refused))
            print(f"{author.ledger.seed} refused: {said.refused}", file=sys.stderr)
            continue
        run.papers.append(Paper(author, said))


def audit_errors(run: Run, seed: int, errors: int) -> None:
    """Up to three kinds a paper, those that were planted least."""
    done, number = Counter(), 50_000
    while done.total() < errors and number < 50_000 + 4 * errors:
        author = write_paper(100_000 * seed + number)
        rng = np.random.default_rng([31, author.ledger.seed])
        number += 1
        said = judge(author.ledger.yaml())
        if said.refused:
            continue
        planted = 0
        for kind in sorted(KINDS, key=lambda x: done[x]):
            if planted == A_PAPER or done.total() == errors:
                break
            made = plant(author, kind, rng)
            if made is None:
                continue
            planted, done[kind] = planted + 1, done[kind] + 1
            run.errors.append(_seen(author, said, kind, *made))


def _seen(author: Author, said: Judgement, kind: str, wrong, claim: str) -> Planted:
    after = judge(wrong.yaml())
    old = {x[:2] for x in said.alarms}
    new = {x[:2] for x in after.alarms} - old
    at_claim = any(c == claim for c, *_ in new) or bool(after.refused)
    choices = [x for x in wrong.claims if after.of(x) == "question" and said.of(x) != "question"]
    texts = author.ledger.printed(claim), wrong.printed(claim)
    where = author.ledger.seed, claim
    return Planted(kind, *where, *texts, bool(new) or at_claim, not at_claim, bool(choices))


def by_kind(run: Run) -> str:
    claims, alarms, others, papers = Counter(), Counter(), Counter(), defaultdict(set)
    for paper in run.papers:
        for name, claim in paper.author.ledger.claims.items():
            verdict = paper.said.of(name)
            claims[claim.kind] += 1
            alarms[claim.kind] += verdict in ALARMS
            others[claim.kind] += verdict == "question"
            if verdict in ALARMS:
                papers[claim.kind].add(paper.author.ledger.seed)
    rows = [(k, n, alarms[k], len(papers[k]), others[k]) for k, n in claims.most_common()]
    return table(("kind of claim", "claims", "alarms", "in papers", "questions"), rows)


def by_check(run: Run) -> str:
    claims, papers = Counter(), defaultdict(set)
    for paper in run.papers:
        for name, check, _ in paper.said.alarms:
            claims[check] += name is not None
            papers[check].add(paper.author.ledger.seed)
    rows = [(f"`{k}`", n, len(papers[k])) for k, n in claims.most_common()]
    return table(("check", "findings", "papers"), rows) if rows else "None."


def by_habit(run: Run) -> str:
    rows = []
    for habit in HABITS:
        groups = defaultdict(list)
        for paper in run.papers:
            groups[str(getattr(paper.author.habits, habit))].append(paper)
        for value, papers in sorted(groups.items()):
            size = sum(len(x.author.ledger.claims) for x in papers)
            alarms, others = (
                sum(len(x.claims(v)) for x in papers) for v in (ALARMS, ("question",))
            )
            touched = sum(bool(x.claims()) for x in papers)
            name = f"{habit.replace('_', ' ')}: {value}"
            rows.append((name, len(papers), size, alarms, touched, others))
    head = ("habit", "papers", "claims", "alarms", "papers with one", "questions")
    return table(head, rows)


def alarm_list(run: Run, verdicts=ALARMS) -> str:
    lines = []
    for paper in run.papers:
        ledger = paper.author.ledger
        for name in paper.claims(verdicts):
            said = paper.said.claims[name]
            text = f"- {ledger.seed}, `{name}`, {ledger.printed(name)}: "
            lines.append(f"{text}{' '.join(said.sentence.split())} (`{said.check or 'claims'}`)")
    return "\n".join(lines[:LISTED]) or "None."


def figures(papers: list[Paper], leave_out: str = "-") -> list[str]:
    if not papers:
        return ["None."]
    kept = [
        {n for n, c in x.author.ledger.claims.items() if not c.kind.startswith(leave_out)}
        for x in papers
    ]
    sizes = [len(x) for x in kept]
    alarms = [len(k & set(x.claims())) for x, k in zip(papers, kept, strict=True)]
    others = [len(k & set(x.claims(("question",)))) for x, k in zip(papers, kept, strict=True)]
    return [
        f"- Claims with a false alarm: {rate(alarms, sizes)}.",
        f"- Papers with any: {share(sum(x > 0 for x in alarms), len(papers))}.",
        f"- Claims with a question: {rate(others, sizes)}; "
        f"papers with any: {share(sum(x > 0 for x in others), len(papers))}.",
    ]


def error_table(run: Run) -> str:
    rows = []
    for kind in KINDS:
        these = [x for x in run.errors if x.kind == kind]
        if these:
            found = sum(x.found for x in these)
            only = sum(x.other and not x.found for x in these)
            rows.append((kind, len(these), found, only, len(these) - found - only))
    return table(("error", "planted", "found", "only a question", "silent"), rows)


def missed(run: Run) -> str:
    lines = [
        f"- {x.kind}: {x.seed}, `{x.claim}`, {x.true} printed as {x.wrong}"
        for x in run.errors
        if not x.found
    ]
    return "\n".join(lines[:LISTED]) or "None."


def page(run: Run, seed: int) -> str:
    cut = [x for x in run.papers if x.author.habits.rounding != "cut"]
    verdicts = Counter(p.said.of(c) for p in run.papers for c in p.author.ledger.claims)
    told = ", ".join(f"{n:,} {k.replace('_', ' ')}" for k, n in verdicts.most_common())
    found = sum(x.found for x in run.errors)
    parts = [
        circumstances(),
        f"Generator: {committed(ROOT / 'campaigns' / 'honest_papers')}",
        f"{len(run.papers)} papers from seed {seed}; {len(run.refused)} refused. Verdicts on "
        f"claims: {told}.",
        "### True papers",
        *("\n".join(figures(run.papers)), "Without the papers that cut digits off:"),
        *("\n".join(figures(cut)), "Without these and without facts:"),
        *("\n".join(figures(cut, "fact")), "### Alarms by check", by_check(run)),
        *("### By kind of claim", by_kind(run), "### By habit", by_habit(run)),
        *(f"### The first {LISTED} alarms", alarm_list(run)),
        f"### The first {LISTED} with a question",
        alarm_list(run, ("question",)),
    ]
    if run.errors:
        parts += [
            "### Planted errors",
            f"Found: {share(found, len(run.errors))}; at the claim itself "
            f"{sum(x.found and not x.elsewhere for x in run.errors)}.",
            *(error_table(run), f"### The first {LISTED} errors not found", missed(run)),
        ]
    return "\n\n".join(parts)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--papers", type=int, default=400)
    words.add_argument("--errors", type=int, default=600)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--output", default="-", help="a file, or - for the terminal")
    words.add_argument("--show", type=int)
    call = words.parse_args()
    if call.show is not None:
        print(write_paper(call.show).ledger.yaml())
        return
    run = Run()
    audit_papers(run, call.seed, call.papers)
    audit_errors(run, call.seed, call.errors)
    text = page(run, call.seed)
    if call.output == "-":
        print(text)
    else:
        Path(call.output).write_text(text + "\n")


if __name__ == "__main__":
    main()
