"""Ten lines for an editor, what changes the conclusion first, and questions to the authors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.contradiction.told import Told
from trialtrace.claims.flips import LEVEL, flips
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.finding import INCONSISTENT, Finding
from trialtrace.claims.registration.rows import CHANGED, LATE, Held
from trialtrace.claims.sentences import house, named
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
ASKED = {
    INCONSISTENT: "Which of these should read otherwise?",
    LATE: "Were outcomes and number of patients fixed before?",
    CHANGED: "When and why was this changed?",
}
"""What is asked of what was registered, before the finding itself."""
_SIZES = "Not checkable: how many patients"


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
        yield Line(grade, name, entry.label, entry.place, entry.printed, text)


def _compares(entry: Claim) -> bool:
    return bool(entry.about.compared or entry.about.concludes or entry.direction)


def questions(
    ledger: Ledger,
    found: Sequence[Finding],
    told: Sequence[Line],
    contradictions: Sequence[Told],
    registered: Sequence[Held] = (),
) -> list[str]:
    """What the authors could be asked: which number is meant, how it was made, of how many; what
    changed since the registration."""
    asked = [_which(ledger, one) for one in contradictions]
    known = {claim for one in contradictions for claim in _claims(one)}
    for line in told:
        where = f"“{line.printed}” ({line.label}, {line.place})"
        if line.grade == NO_TEST:
            asked.append(f"Which test, of how many sides and of which patients, gives {where}?")
        elif line.grade == CHOICE:
            asked.append(f"How was {where} computed?")
        elif line.claim not in known:
            asked.append(f"How does {where} go with the numbers beside it?")
    asked += _of_sizes(ledger, found)
    asked += [f"{ASKED[one.verdict]} {one.finding}" for one in registered if one.verdict in ASKED]
    return list(dict.fromkeys(house(one) for one in asked))


def _claims(one: Told) -> Iterator[str]:
    """The claims that a contradiction, or another of the same cause, is found in."""
    for key in ("numbers", "among"):
        told = one[key]
        for each in told if isinstance(told, list) else ():
            yield str(each["claim"] if isinstance(each, dict) else each)


def _which(ledger: Ledger, one: Told) -> str:
    numbers = one["numbers"]
    told: dict[str, list[str]] = {}
    for number in numbers if isinstance(numbers, list) else ():
        entry = ledger.entries.get(str(number["claim"]))
        where = f"{entry.label}, {entry.place}" if entry else str(number["component"])
        told.setdefault(where, []).append(str(number["printed"]))
    listed = "; ".join(f"{', '.join(texts)} ({where})" for where, texts in told.items())
    if len(numbers if isinstance(numbers, list) else ()) == 1:
        return f"Is this number as you meant it: {listed}?"
    return f"Which of these numbers should read otherwise: {listed}?"


def _of_sizes(ledger: Ledger, found: Sequence[Finding]) -> Iterator[str]:
    """How many patients are behind the numbers that could not be checked without."""
    claims = dict.fromkeys(
        one.claim
        for one in found
        if one.agreement == NOT_CHECKABLE and one.sentence.startswith(_SIZES)
    )
    if claims:
        yield f"How many patients are behind {named(ledger.entries[one].label for one in claims)}?"
