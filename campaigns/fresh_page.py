"""docs/audit-second-generator.md out of a run of campaigns/fresh.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fresh_papers.errors import HELD_OUT, KINDS
from fresh_papers.formulas import wilson
from record import circumstances, table

if TYPE_CHECKING:
    from fresh import Case, Run


def share(x: int, n: int) -> str:
    """In percent with Wilson's limits."""
    if not n:
        return "none"
    p, low, high = (100 * max(each, 0.0) for each in wilson(x, n))
    return f"{x:,} of {n:,}, {p:.1f} % ({low:.1f} to {high:.1f})"


FOUND = ("alarm", "beside", "remark", "refused", "missed")


def _counts(cases: Sequence[Case]) -> Counter[str]:
    return Counter(case.found for case in cases)


def _found(cases: Sequence[Case]) -> str:
    count = _counts(cases)
    return share(count["alarm"] + count["beside"], len(cases))


def page(done: Run, seed: int) -> str:
    """The whole page."""
    held = [case for case in done.cases if case.planted.kind in HELD_OUT]
    told = [case for case in done.cases if case.planted.kind not in HELD_OUT]
    text = f"{HEAD}\n{circumstances()} Seeds from {seed}; {done.seconds:.0f} s on 2 cores.\n\n"
    text += "## True papers\n\n" + _true(done)
    text += "\n## Papers with one error\n\n"
    rows: list[tuple] = []
    for label, cases in (("all", done.cases), ("told", told), ("held out", held)):
        count = _counts(cases)
        rows.append((label, _found(cases), *(count[each] for each in FOUND)))
    head = (
        "kinds",
        "found",
        "at the altered number",
        "beside it",
        "only a remark",
        "refused",
        "missed",
    )
    text += table(head, rows) + "\n\n" + _kinds(done.cases)
    return text + "\n## Missed\n\n" + _missed(done.cases)


def _true(done: Run) -> str:
    claims = sum(len(each.worst) for each in done.verdicts)
    alarms = [
        (paper, verdict, name)
        for paper, verdict in zip(done.papers, done.verdicts, strict=True)
        for name in sorted(verdict.alarms())
    ]
    papers = len({paper.seed for paper, _, _ in alarms})
    silent = {paper.seed for paper in done.papers if paper.habits.silent_missing}
    refused = [paper.seed for paper, v in zip(done.papers, done.verdicts, strict=True) if v.refused]
    verdicts = Counter(v for each in done.verdicts for v in each.worst.values())
    told = ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in verdicts.most_common()
    )
    text = (
        f"- Claims with a false alarm: {share(len(alarms), claims)}.\n"
        f"- Papers with one: {share(papers, len(done.papers))}; of the papers that do not tell "
        f"who is missing: {share(len({p.seed for p, _, _ in alarms} & silent), len(silent))}.\n"
        f"- Claims by another choice: {share(verdicts['alternative'], claims)}.\n"
        f"- Verdicts: {told}.\n- Refused ledgers: {len(refused)}.\n"
    )
    kinds = Counter((p.claims[name].section, p.claims[name].role) for p, _, name in alarms)
    if alarms:
        text += "\nBy place of the alarm:\n\n"
        text += table(("section", "number", "alarms"), [(*k, n) for k, n in kinds.most_common()])
        text += "\n\nOne of each:\n\n"
        seen: set[tuple[str, str]] = set()
        for paper, verdict, name in alarms:
            key = paper.claims[name].section, paper.claims[name].role
            if key not in seen:
                seen.add(key)
                text += f"- seed {paper.seed}, `{name}`, “{paper.claims[name].printed}”: "
                text += f"{_alarm(verdict.texts[name])}\n"
    return text


def _alarm(texts: Sequence[str]) -> str:
    return next((each for each in texts if each.startswith("inconsistent")), texts[0])


def _kinds(cases: Sequence[Case]) -> str:
    rows = []
    for name, kind in KINDS.items():
        own = [case for case in cases if case.planted.kind == name]
        count = _counts(own)
        found = count["alarm"] + count["beside"]
        percent = f"{100 * found / len(own):.0f} %" if own else ""
        mark = "held out" if name in HELD_OUT else ""
        rows.append((kind.words, kind.family, mark, len(own), percent, *(count[e] for e in FOUND)))
    head = (
        "error",
        "family",
        "",
        "papers",
        "found",
        "at it",
        "beside",
        "remark",
        "refused",
        "missed",
    )
    return table(head, rows) + "\n"


def _missed(cases: Sequence[Case]) -> str:
    lines = []
    for name, kind in KINDS.items():
        missed = [c for c in cases if c.planted.kind == name and c.found not in ("alarm", "beside")]
        if not missed:
            continue
        lines.append(f"- **{kind.words}** (`{name}`), {len(missed)} missed, such as seed ")
        for case in missed[:2]:
            lines[-1] += f"{case.planted.paper.seed}, {case.planted.told} ({case.found}); "
        lines[-1] = lines[-1].rstrip("; ") + "."
    return "\n".join(lines) + "\n"


HEAD = """# The audit on papers of a second generator

HEADTEXT
"""
