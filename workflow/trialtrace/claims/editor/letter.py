"""Ten lines for an editor, what changes the conclusion first, and what could not be checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.claims.flips import LEVEL, flips
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.finding import Finding, listed
from trialtrace.claims.sentences import house
from trialtrace.claims.tally import of_claims, unmatched, worst
from trialtrace.ground.contracts.verdicts import PRINT, WORST_FIRST
from trialtrace.trial.claims.read import Claim

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


@dataclass(frozen=True)
class Line:
    """One claim that does not hold, why it matters, and what was found."""

    grade: str
    claim: str
    label: str
    place: str
    printed: str
    text: str


def lines(
    ledger: Ledger, found: Sequence[Finding], rows: Iterable[Mapping[str, object]]
) -> list[Line]:
    """Every claim that does not hold, by grade; else as in the ledger."""
    turned = flips(found, ledger)
    made = list(_lines(ledger, turned, of_claims(rows)))
    return sorted(made, key=lambda line: GRADES.index(line.grade))


def _lines(
    ledger: Ledger, turned: Mapping[str, str], claims: Mapping[str, Sequence[Mapping[str, object]]]
) -> Iterator[Line]:
    for name, own in claims.items():
        verdict, entry = worst(own, PRINT), ledger.entries[name]
        odd = any(unmatched(row) for row in own)
        if verdict == "inconsistent":
            grade = COMPARES if _compares(entry) else NUMBERS
        elif verdict == "alternative":
            grade = CHOICE
        elif odd:
            grade = NO_TEST
        else:
            continue
        judged = [row for row in own if row[PRINT] == verdict or unmatched(row)]
        row = min(judged, key=lambda one: WORST_FIRST.index(str(one[PRINT])))
        text = str(row["print_finding"])
        if name in turned:
            grade, text = FLIPS, house(turned[name])
        yield Line(grade, name, label_of(ledger, entry), entry.place, entry.printed, text)


def _compares(entry: Claim) -> bool:
    return bool(entry.about.compared or entry.about.concludes or entry.direction)


def label_of(ledger: Ledger, entry: Claim) -> str:
    """The label of a claim, with its groups where one of other groups has the same label."""
    alike = [one for one in ledger.entries.values() if one.label == entry.label]
    names = _groups(ledger, entry)
    if not names or all(_groups(ledger, one) == names for one in alike):
        return entry.label
    return f"{entry.label}, {listed(names)}"


def _groups(ledger: Ledger, entry: Claim) -> list[str]:
    group = entry.about.group
    names = [group] if group else ledger.compared_groups(entry)
    return [ledger.groups[one].label for one in names if one in ledger.groups]


def quoted(ledger: Ledger, entry: Claim, size: str | None = None) -> str:
    """A claim as printed and where: “57.4%”, of 62 (Men, table 1). The place is told once."""
    label = label_of(ledger, entry)
    where = label if entry.place.lower() in label.lower() else f"{label}, {entry.place}"
    return f"“{entry.printed}”{f', of {size}' if size else ''} ({where})"


def unchecked(ledger: Ledger, rows: Iterable[Mapping[str, object]]) -> list[str]:
    """Each claim that nothing could be held against, as printed and where."""
    return [
        quoted(ledger, ledger.entries[name])
        for name, own in of_claims(rows).items()
        if worst(own, PRINT) == "not_checkable" and not any(unmatched(row) for row in own)
    ]
