"""Ten lines for an editor, what changes the conclusion first, and what could not be checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import house
from trialtrace.audit.printed.verdicts import CONTRADICTS, NOT_CHECKED, PRINT, QUESTION
from trialtrace.audit.relations.engine import Judgement
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.verdicts.flips import LEVEL, flips
from trialtrace.audit.verdicts.tally import of_claims, worst

MOST_LINES = 10
FLIPS, COMPARES, NUMBERS, ASKED = (
    f"across {LEVEL}",
    "a comparison or a conclusion",
    "a number",
    "a question",
)
GRADES = (FLIPS, COMPARES, NUMBERS, ASKED)
"""By effect on the conclusion, the gravest first: a p whose recomputed values all lie on the other
side; a contradiction in what compares groups; in other numbers; what is asked."""
TURNS = "turns"
HEADS = {
    TURNS: "What would turn a decision",
    CONTRADICTS: "What does not hold",
    QUESTION: "What is open",
}
"""The heading under which a line stands: a decision that turns, else the state."""


@dataclass(frozen=True)
class Line:
    """One claim that contradicts others or is asked about, why it matters, and what was found.

    `rank` orders the lines of a grade: outcomes before baseline values, then by how far what is
    printed is from what was found, in parts of it. `alike` are the claims that the same relation
    is about in the same table or section.
    """

    grade: str
    state: str
    claim: str
    label: str
    place: str
    printed: str
    text: str
    question: str
    rank: tuple[bool, float]
    same: tuple[object, ...]
    alike: tuple["Line", ...] = field(default=())

    @property
    def head(self) -> str:
        """The key of its heading."""
        return TURNS if self.grade == FLIPS else self.state


def lines(
    ledger: Ledger, judgements: Sequence[Judgement], rows: Iterable[Mapping[str, object]]
) -> list[Line]:
    """Every claim that contradicts or is asked about, by grade, then by rank; else as in the
    ledger."""
    turned = flips(judgements, ledger)
    by_claim: dict[str, list[Judgement]] = {}
    for one in judgements:
        by_claim.setdefault(one.claim, []).append(one)
    made = [
        _line(ledger, ledger.entries[name], own, by_claim[name], turned.get(name))
        for name, own in of_claims(rows).items()
        if worst(own, PRINT) in (CONTRADICTS, QUESTION)
    ]
    return sorted(made, key=lambda line: (GRADES.index(line.grade), line.rank))


def together(lines: Iterable[Line]) -> list[Line]:
    """The lines, of those that are one matter the first with the rest."""
    made: dict[tuple[object, ...], Line] = {}
    for line in lines:
        first = made.get(line.same)
        made[line.same] = line if first is None else replace(first, alike=(*first.alike, line))
    return list(made.values())


def _line(
    ledger: Ledger,
    entry: Claim,
    rows: Sequence[Mapping[str, object]],
    judgements: Sequence[Judgement],
    turned: str | None,
) -> Line:
    state = str(worst(rows, PRINT))
    behind = [one for one in judgements if one.state == state]
    compares = entry.about.compared or entry.about.concludes or entry.direction
    grade = ASKED if state == QUESTION else COMPARES if compares else NUMBERS
    text = next(str(row["print_finding"]) for row in rows if row[PRINT] == state)
    if turned:
        grade, text = FLIPS, house(turned)
    place = entry.place.partition(", row ")[0]
    return Line(
        grade,
        state,
        entry.name,
        label_of(ledger, entry),
        entry.place,
        entry.printed,
        text,
        behind[0].question,
        (is_baseline(ledger, entry), -max(_away(entry, one) for one in behind)),
        (grade, behind[0].relation, entry.name if turned else place),
    )


def is_baseline(ledger: Ledger, entry: Claim) -> bool:
    """Whether it is a value from before the treatment, as far as the ledger says."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    return (outcome is not None and outcome.baseline) or "baseline" in entry.place.lower()


def _away(entry: Claim, one: Judgement) -> float:
    """How far a printed number is from the nearest that the others give, in parts of the larger."""
    part = entry.parts.get(one.part)
    if part is None or not part.value:
        return 0.0
    own = abs(float(part.value))
    ends = [abs(end) for span in one.gives for end in span if isfinite(end)]
    if not ends:
        return float(part.ulp / abs(part.value))
    return min(abs(own - end) / max(own, end) for end in ends)


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
        if worst(claim, PRINT) == NOT_CHECKED
    ]
