"""Margins of non-inferiority and limits of equivalence: conclusions; registered, reported."""

from collections.abc import Iterator

from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.ledger.design_equivalence import ToldEquivalence
from trialtrace.audit.ledger.design_margin import ToldMargin
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import COMPATIBLE
from trialtrace.audit.prints.shared.margins import Judged, equivalent, judged
from trialtrace.audit.registration.rows import CHANGED, NOTHING, REMARK, Held

MARGIN, CONCLUDED = "registered.margin", "registered.conclusion"
SAID = {"non_inferior": "non-inferior", "equivalent": "equivalent", "not_shown": "not shown"}


def concluded(ledger: Ledger, part: str, paper: str, design: ToldDesign) -> Iterator[Held]:
    """What one text concludes by each margin, and a margin that asks for more than no effect."""
    for key, one in _keyed(part, paper, design):
        if _beyond_null(one):
            text = (
                f"The margin of {one.value}, worse {one.worse}, asks for more than no difference."
            )
            cells, claims = _cells(part, one.words), (one.claim,) if one.claim else ()
            what = f"Margin: {_label(ledger, one)}"
            yield Held(MARGIN, paper, what, *cells, REMARK, text, (key,), claims)
    for at, margin in enumerate(design.margins):
        if margin.concludes and (found := judged(ledger, margin, margin.concludes)):
            yield _conclusion(ledger, (part, paper, "margins", at), margin, found)
    for at, limits in enumerate(design.equivalence):
        if limits.concludes and (found := equivalent(ledger, limits, limits.concludes)):
            yield _conclusion(ledger, (part, paper, "equivalence", at), limits, found)


def _conclusion(
    ledger: Ledger,
    place: tuple[str, str, str, int],
    one: ToldMargin | ToldEquivalence,
    found: Judged,
) -> Held:
    part, paper = place[:2]
    cells = _cells(part, f"{SAID[one.concludes or '']} ({one.words})")
    claims = tuple(dict.fromkeys((*((one.claim,) if one.claim else ()), *found[2])))
    what, key = f"Conclusion: {_label(ledger, one)}", ".".join(map(str, place))
    return Held(CONCLUDED, paper, what, *cells, found[0], found[1], (key,), claims)


def _keyed(part: str, paper: str, design: ToldDesign) -> list[tuple[str, ToldMargin]]:
    """Every margin with its key, the two limits of an equivalence as one each."""
    own = [(f"{part}.{paper}.margins.{at}", one) for at, one in enumerate(design.margins)]
    return own + [
        (f"{part}.{paper}.equivalence.{at}", one)
        for at, limits in enumerate(design.equivalence)
        for one in limits.margins
    ]


def margins(
    ledger: Ledger, registered: tuple[str, ToldDesign], reported: tuple[str, ToldDesign]
) -> Iterator[Held]:
    """Each margin of the registration or protocol against that of the paper."""
    (source, design), (paper, told) = registered, reported
    how = "registered" if design.number else "planned"
    every, others = _keyed("registered", source, design), _keyed("reported", paper, told)
    if not every or not others:
        return
    for key, one in every:
        own = [(at, other) for at, other in others if _one_thing(one, other)]
        best = next((pair for pair in own if pair[1].same(one)), own[0] if own else None)
        what = f"Margin: {_label(ledger, one)}"
        if best is None:
            text = f"The margin ({one.words}) is {how}; it is not among those that are reported."
            yield Held(MARGIN, source, what, one.words, NOTHING, CHANGED, text, (key,))
            continue
        at, other = best
        same = other.same(one)
        text = f"The margin is {how} and reported as {one.words}."
        if not same:
            text = f"The margin is {how} as {one.words}, reported as {other.words}."
        keys, claims = (key, at), (one.claim, other.claim)
        yield Held(
            MARGIN,
            source,
            what,
            one.words,
            other.words,
            COMPATIBLE if same else CHANGED,
            text,
            keys,
            tuple(dict.fromkeys(name for name in claims if name)),
        )


def _one_thing(one: ToldMargin, other: ToldMargin) -> bool:
    """Whether both are of one outcome and comparison, and of one population and visit if told."""
    pairs = (one.population, other.population), (one.visit, other.visit)
    return (
        one.outcome == other.outcome
        and set(one.compare) == set(other.compare)
        and all(None in pair or pair[0] == pair[1] for pair in pairs)
    )


def _beyond_null(one: ToldMargin) -> bool:
    """Whether no difference itself would be too much worse."""
    null, limit = (1.0 if one.ratio else 0.0), one.limit(percent=False)
    return limit < null if one.worse == "above" else limit > null


def _label(ledger: Ledger, one: ToldMargin | ToldEquivalence) -> str:
    known = ledger.outcomes.get(one.outcome)
    return known.label if known else one.outcome


def _cells(part: str, words: str) -> tuple[str, str]:
    return (NOTHING, words) if part == "reported" else (words, NOTHING)
