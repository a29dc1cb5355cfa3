"""Questions to the authors, to be sent as they stand: what is printed where, and why it is asked.

None says that a number is wrong: each quotes what is printed, asks, and tells the arithmetic.
"""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.contradiction.told import Told
from trialtrace.claims.editor.letter import CHOICE, NO_TEST, Line, quoted
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.prints.finding import INCONSISTENT, Finding
from trialtrace.claims.registration.rows import CHANGED, LATE, Held
from trialtrace.claims.sentences import house, named, sentences

ASKED = {
    INCONSISTENT: "Which of these, if any, should read otherwise?",
    LATE: "Were outcomes and number of patients fixed before?",
    CHANGED: "When and why was this changed?",
}
"""What is asked of what was registered, before the finding itself."""
OF_LEDGER = "The ledger "
"""How a sentence begins that is about what was typed, and not for the authors."""
OF_WHOLES = ("mean.", "deviation.")
"""Checks of whole numbers: what they find of one table is asked together."""
MOST_TOLD = 3
_SIZES = "Not checkable: how many patients"


def questions(
    ledger: Ledger,
    found: Sequence[Finding],
    told: Sequence[Line],
    contradictions: Sequence[Told],
    registered: Sequence[Held] = (),
) -> list[str]:
    """What the authors could be asked: which number is meant, how it was made, of how many; what
    changed since the registration."""
    texts = {line.claim: _for_authors(line.text) for line in told}
    contradictions = _together(contradictions)
    wholes = [one for one in contradictions if _of_wholes(one)]
    asked = [_which(ledger, one, texts) for one in contradictions if one not in wholes]
    asked += _of_tables(ledger, wholes, texts)
    known = {claim for one in contradictions for claim in _claims(one)}
    for line in told:
        where, why = quoted(ledger, ledger.entries[line.claim]), texts[line.claim]
        if line.grade == NO_TEST:
            asked.append(
                f"Which test, one- or two-sided and of which patients, gives {where}? {why}"
            )
        elif line.grade == CHOICE:
            asked.append(f"How was {where} computed? {why}")
        elif line.claim not in known:
            asked.append(f"How does {where} agree with the numbers beside it? {why}")
    asked += _of_sizes(ledger, found)
    asked += [f"{ASKED[one.verdict]} {one.finding}" for one in registered if one.verdict in ASKED]
    return list(dict.fromkeys(house(one) for one in asked))


def _for_authors(text: str) -> str:
    return " ".join(one for one in sentences(text) if not one.startswith(OF_LEDGER))


def _together(contradictions: Sequence[Told]) -> list[Told]:
    """Those of the same numbers as one, and those that differ in one claim of several: the same
    is asked, and once is enough."""
    made: list[Told] = []
    for one in contradictions:
        for at, other in enumerate(made):
            if _nearly(other, one):
                keys = ("numbers", "checks", "among")
                both = {key: _listed(other[key]) + _listed(one[key]) for key in keys}
                made[at] = other | both
                break
        else:
            made.append(one)
    return made


def _nearly(one: Told, other: Told) -> bool:
    numbers, others = ({_key(each) for each in _numbers(told)} for told in (one, other))
    if numbers == others:
        return True
    claims, rest = ({claim for claim, _ in told} for told in (numbers, others))
    most = max(len(claims - rest), len(rest - claims))
    return most <= 1 and len(claims & rest) >= MOST_TOLD


def _key(number: Mapping[str, object]) -> tuple[str, str]:
    return str(number["claim"]), str(number["component"])


def _listed(told: object) -> list[object]:
    return list(told) if isinstance(told, list) else []


def _claims(one: Told) -> list[str]:
    """The claims that a contradiction, or another of the same cause, is found in."""
    every = [number["claim"] for number in _numbers(one)] + _listed(one["among"])
    return list(dict.fromkeys(str(each) for each in every if each is not None))


def _numbers(one: Told) -> list[Mapping[str, object]]:
    return [each for each in _listed(one["numbers"]) if isinstance(each, dict)]


def _of_wholes(one: Told) -> bool:
    return all(str(each).startswith(OF_WHOLES) for each in _listed(one["checks"]))


def _quotes(ledger: Ledger, one: Told) -> list[str]:
    """The numbers of a contradiction, those of one claim as it is printed; sizes by whose."""
    sizes: dict[str, str] = {}
    others = []
    for number in _numbers(one):
        claim, component = str(number["claim"]), str(number["component"])
        if claim not in ledger.entries:
            size = f"{number['printed']} ({_whose(ledger, component)})"
            others += [size] if size not in others else []
            continue
        sizes.setdefault(claim, "")
        if component == f"claims.{claim}.about.patients":
            sizes[claim] = str(ledger.entries[claim].about.patients)
    return [quoted(ledger, ledger.entries[name], size) for name, size in sizes.items()] + others


def _whose(ledger: Ledger, key: str) -> str:
    """Whose size the key of a ledger names: “Diners, $4 buffet”."""
    kind, name, *rest = key.split(".")
    if kind == "groups":
        return f"size of {ledger.groups[name].label}"
    group = ledger.groups.get(rest[-1])
    return f"{ledger.populations[name].label}, {group.label if group else rest[-1]}"


def _why(ledger: Ledger, one: Told, texts: Mapping[str, str]) -> str:
    """The findings on the claims of a contradiction, a few; on claims not asked for with where."""
    asked = {number["claim"] for number in _numbers(one)}
    found = [
        texts[name] if name in asked else f"{quoted(ledger, ledger.entries[name])}: {texts[name]}"
        for name in _claims(one)
        if name in texts
    ]
    return " ".join(list(dict.fromkeys(found))[:MOST_TOLD])


def _which(ledger: Ledger, one: Told, texts: Mapping[str, str]) -> str:
    quotes = _quotes(ledger, one)
    asked = f"Which of these, if any, should read otherwise: {'; '.join(quotes)}?"
    if len(quotes) == 1:
        asked = f"Is {quotes[0]} as you meant it?"
    return f"{asked} {_why(ledger, one, texts)}".strip()


def _of_tables(ledger: Ledger, wholes: Sequence[Told], texts: Mapping[str, str]) -> Iterator[str]:
    """One question for the means and deviations of whole numbers in one place."""
    of: dict[str, list[Told]] = {}
    for one in wholes:
        of.setdefault(ledger.entries[_claims(one)[0]].place, []).append(one)
    for own in of.values():
        told = "; ".join(
            f"{', '.join(_quotes(ledger, one))}: {_why(ledger, one, texts).rstrip('.')}"
            for one in own
        )
        number = "each number" if own[1:] else "this number"
        yield (
            "Were the single values whole numbers, are there as many as stated, and is "
            f"{number} as you meant it? {told}."
        )


def _of_sizes(ledger: Ledger, found: Sequence[Finding]) -> Iterator[str]:
    """How many patients are behind the numbers that could not be checked without."""
    claims = dict.fromkeys(
        one.claim
        for one in found
        if one.agreement == NOT_CHECKABLE and one.sentence.startswith(_SIZES)
    )
    if claims:
        yield f"How many patients are behind {named(ledger.entries[one].label for one in claims)}?"
