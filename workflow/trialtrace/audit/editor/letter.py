"""Ten lines for an editor, what changes the conclusion first, and what could not be checked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import house
from trialtrace.audit.printed.verdicts import PRINT, WORST_FIRST
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.wholes.shares import denominators_of
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.verdicts.flips import LEVEL, flips, given, recomputed
from trialtrace.audit.verdicts.tally import of_claims, unmatched, worst

MOST_LINES = 10
FLIPS, COMPARES, NUMBERS, CHOICE, NO_TEST = (
    f"across {LEVEL}",
    "a comparison or a conclusion",
    "a number",
    "another choice",
    "no usual test",
)
GRADES = (FLIPS, COMPARES, NUMBERS, CHOICE, NO_TEST)
"""By effect on the conclusion, the gravest first: a p whose recomputed values all lie on the other
side; a contradiction in what compares groups; in other numbers; what only another choice gives; a p
that no usual test gives."""
TURNS = "turns"
HEADS = {
    TURNS: "What would turn a decision",
    "inconsistent": "What does not hold",
    "alternative": "What another choice gives",
    "not_checkable": "What no usual test gives",
}
"""The heading under which a line stands: a decision that turns, else the verdict on print."""
SHARES = ("share.percent", "share.count", "share.denominator")
"""Checks of which all cells of a table are one matter, as are p of it that no usual test gives."""
SEVERAL = 3
"""So many percentages of one other number of patients are no slips of their own."""
MATTERS = ("number.impossible", "size.denominator", "total.categories")
"""Checks of which many cells of one place are one matter."""


@dataclass(frozen=True)
class Line:
    """One claim that does not hold, why it matters, and what was found.

    `rank` orders the lines of a grade: outcomes before baseline values, then by how far what is
    printed is from what was found, in parts of it. `alike` are the claims that the same was found
    of. `size` is the one number of patients of whom several percentages of its group are, in place
    of that printed.
    """

    grade: str
    verdict: str
    claim: str
    label: str
    place: str
    printed: str
    text: str
    rank: tuple[bool, float]
    same: tuple[object, ...]
    alike: tuple["Line", ...] = field(default=())
    size: int | None = None

    @property
    def head(self) -> str:
        """The key of its heading."""
        return TURNS if self.grade == FLIPS else self.verdict


def lines(
    ledger: Ledger, findings: Sequence[Finding], rows: Iterable[Mapping[str, object]]
) -> list[Line]:
    """Every claim that does not hold, by grade, then by rank; else as in the ledger."""
    turned = flips(findings, ledger)
    made = list(_lines(ledger, findings, turned, of_claims(rows)))
    made = _of_one_size(ledger, findings, made)
    return sorted(made, key=lambda line: (GRADES.index(line.grade), line.rank))


def together(lines: Iterable[Line]) -> list[Line]:
    """The lines, of those that tell the same of other groups or places the first with the rest."""
    made: dict[tuple[object, ...], Line] = {}
    for line in lines:
        first = made.get(line.same)
        made[line.same] = line if first is None else replace(first, alike=(*first.alike, line))
    return list(made.values())


def _lines(
    ledger: Ledger,
    findings: Sequence[Finding],
    turned: Mapping[str, str],
    claims: Mapping[str, Sequence[Mapping[str, object]]],
) -> Iterator[Line]:
    for name, claim in claims.items():
        verdict, entry = worst(claim, PRINT), ledger.entries[name]
        odd = any(unmatched(row) for row in claim)
        if verdict == "inconsistent":
            compares = entry.about.compared or entry.about.concludes or entry.direction
            grade = COMPARES if compares else NUMBERS
        elif verdict == "alternative":
            grade = CHOICE
        elif odd:
            grade, verdict = NO_TEST, "not_checkable"
        else:
            continue
        judged = [row for row in claim if row[PRINT] == verdict or unmatched(row)]
        row = min(judged, key=lambda judgement: WORST_FIRST.index(str(judgement[PRINT])))
        text = str(row["print_finding"])
        if name in turned:
            grade, text = FLIPS, house(turned[name])
        behind = _behind(findings, row)
        yield Line(
            grade,
            str(verdict),
            name,
            label_of(ledger, entry),
            entry.place,
            entry.printed,
            text,
            (
                is_baseline(ledger, entry),
                -max((_away(entry, finding) for finding in behind), default=0.0),
            ),
            _same(entry, grade, text, behind),
        )


def _of_one_size(ledger: Ledger, findings: Sequence[Finding], lines: Sequence[Line]) -> list[Line]:
    """The lines; percentages of a group and a place that all are of one other number are alike."""
    sizes = {
        one.claim: denominators_of(one.detail["count"], ledger.entries[one.claim].parts["percent"])
        for one in findings
        if one.check == SHARES[0] and one.agreement == "inconsistent"
    }
    made = {line.claim: line for line in lines}
    places: dict[tuple[str, str | None], list[Line]] = {}
    for line in lines:
        if line.claim in sizes and line.grade == NUMBERS:
            places.setdefault(_whose(ledger, line), []).append(line)
    for own in places.values():
        alike = set.intersection(*(set(sizes[line.claim]) for line in own))
        if len(own) < SEVERAL or len(alike) != 1:
            continue
        (n,) = alike
        for line in own:
            text = f"{line.text.removesuffix('.')}. All {len(own)} are percentages of {n}."
            same = (line.grade, SHARES[0], *_whose(ledger, line))
            made[line.claim] = replace(line, text=text, same=same, size=n)
    return list(made.values())


def _whose(ledger: Ledger, line: Line) -> tuple[str, str | None]:
    """The table or section that a line is of, and its group."""
    return line.place.partition(", row ")[0], ledger.entries[line.claim].about.group


def _behind(findings: Sequence[Finding], row: Mapping[str, object]) -> list[Finding]:
    """The findings that gave the verdict of a row."""
    return [
        finding
        for finding in findings
        if (finding.claim, finding.component) == (row["claim_id"], row["component"])
        and (finding.open or finding.agreement == row[PRINT])
    ]


def _same(entry: Claim, grade: str, text: str, behind: Sequence[Finding]) -> tuple[object, ...]:
    """What lines that tell the same have in common: the sentence, up to what is printed; of
    groups the outcome and what was held against what."""
    about, checks = entry.about, tuple(finding.check for finding in behind)
    table = entry.place.rpartition(", row ")[0]
    if table and checks and all(one.open or one.check in SHARES for one in behind):
        return grade, checks, table
    if set(checks) & set(MATTERS):
        return grade, checks, entry.place, re.sub(r"\d[\d.,]*|“[^”]*”", "#", text)
    if about.group and about.category is None and checks:
        return grade, checks, about.outcome, about.population, about.visit, about.split
    return grade, about.outcome, text.partition("; printed is")[0]


def is_baseline(ledger: Ledger, entry: Claim) -> bool:
    """Whether it is a value from before the treatment, as far as the ledger says."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    return (outcome is not None and outcome.baseline) or "baseline" in entry.place.lower()


def _away(entry: Claim, finding: Finding) -> float:
    """How far a printed number is from the nearest that was found, in parts of the larger."""
    data = entry.parts.get(finding.component)
    if data is None or not data.value:
        return 0.0
    own, values = abs(float(data.value)), _values(finding)
    if not values:
        return float(data.ulp / abs(data.value))
    return min(abs(own - end) / max(own, end) for end in values)


def _values(finding: Finding) -> list[float]:
    """What the other numbers give in place of a printed one."""
    detail = finding.detail
    every = [*recomputed(finding), *(given(detail) if finding.component == "p" else ())]
    every += [end for span in detail.get("effects", ()) for end in span]
    every += [detail[key] for key in ("low", "high", "percent", "value", "n") if key in detail]
    return [abs(float(each)) for each in every if isinstance(each, int | float)]


def label_of(ledger: Ledger, entry: Claim) -> str:
    """The label of a claim, with its outcome and its group where the label does not name them, and
    with the groups compared where a claim of others has the same label."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    label = entry.label
    if outcome is not None and not _names(label, outcome.label):
        label = f"{outcome.label}: {label}"
    alike = [claim for claim in ledger.entries.values() if claim.label == entry.label]
    names = _groups(ledger, entry)
    told = not entry.about.group or any(_names(label, name) for name in names)
    if not names or (told and all(_groups(ledger, claim) == names for claim in alike)):
        return label
    return f"{label}, {listed(names)}"


def _names(label: str, outcome: str) -> bool:
    """Whether a label names an outcome: all of it, or one of its words."""
    return outcome.lower() in label.lower() or bool(_words(outcome) & _words(label))


def _words(text: str) -> set[str]:
    """The beginnings of the words of a text, numbers as they are."""
    return {word.strip(".,:;()")[:4] for word in text.lower().split() if len(word) > 2}


def _groups(ledger: Ledger, entry: Claim) -> list[str]:
    group = entry.about.group
    names = [group] if group else ledger.compared_groups(entry)
    return [ledger.groups[name].label for name in names if name in ledger.groups]


def main_paper(ledger: Ledger) -> str:
    """The paper that the others stand beside: the first that registers nothing."""
    own = [name for name in ledger.papers if name not in ledger.registered]
    return (own or list(ledger.papers))[0]


def placed(ledger: Ledger, entry: Claim) -> str:
    """What a claim is about and where it stands: Men, table 1. The place is told once; of another
    text than the first, that text too."""
    label = label_of(ledger, entry)
    where = label if entry.place.lower() in label.lower() else f"{label}, {entry.place}"
    if entry.paper == main_paper(ledger):
        return where
    return f"{where}; {ledger.papers[entry.paper].partition(';')[0]}"


def quoted(ledger: Ledger, entry: Claim) -> str:
    """A claim as printed and where: “57.4%” (Men, table 1)."""
    return f"“{entry.printed}” ({placed(ledger, entry)})"


def unchecked(ledger: Ledger, rows: Iterable[Mapping[str, object]]) -> list[str]:
    """Each claim that nothing could be held against, as printed and where."""
    return [
        quoted(ledger, ledger.entries[name])
        for name, claim in of_claims(rows).items()
        if worst(claim, PRINT) == "not_checkable" and not any(unmatched(row) for row in claim)
    ]
