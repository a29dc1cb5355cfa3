"""Margins of non-inferiority: what is concluded by them, and registered against reported."""

from collections.abc import Iterator

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.margins import judged
from trialtrace.claims.prints.finding import COMPATIBLE
from trialtrace.claims.registration.rows import CHANGED, NOTHING, REMARK, Held
from trialtrace.trial.claims.told_design import ToldDesign
from trialtrace.trial.claims.told_margin import ToldMargin

MARGIN, CONCLUDED = "registered.margin", "registered.conclusion"
SAID = {"non_inferior": "non-inferior", "not_shown": "not shown"}


def concluded(ledger: Ledger, part: str, paper: str, design: ToldDesign) -> Iterator[Held]:
    """What one text concludes by each margin, and a margin that asks for more than no effect."""
    for at, one in enumerate(design.margins):
        key, named = f"{part}.{paper}.margins.{at}", f"{_label(ledger, one)}"
        claims = (one.claim,) if one.claim else ()
        if _beyond_null(one):
            text = (
                f"The margin of {one.value}, worse {one.worse}, asks for more than no difference."
            )
            cells = _cells(part, one.words)
            yield Held(MARGIN, paper, f"Margin: {named}", *cells, REMARK, text, (key,), claims)
        if one.concludes is None:
            continue
        found = judged(ledger, one, one.concludes)
        if found is not None:
            cells = _cells(part, f"{SAID[one.concludes]} ({one.words})")
            claims = tuple(dict.fromkeys((*claims, *found[2])))
            what = f"Conclusion: {named}"
            yield Held(CONCLUDED, paper, what, *cells, found[0], found[1], (key,), claims)


def margins(
    ledger: Ledger, registered: tuple[str, ToldDesign], reported: tuple[str, ToldDesign]
) -> Iterator[Held]:
    """Each margin of the registration or protocol against that of the paper."""
    (source, design), (paper, told) = registered, reported
    how = "registered" if design.number else "planned"
    if not design.margins or not told.margins:
        return
    for at, one in enumerate(design.margins):
        own = [(i, other) for i, other in enumerate(told.margins) if _one_thing(one, other)]
        best = next((pair for pair in own if pair[1].same(one)), own[0] if own else None)
        what, key = f"Margin: {_label(ledger, one)}", f"registered.{source}.margins.{at}"
        if best is None:
            text = f"The margin ({one.words}) is {how}; it is not among those that are reported."
            yield Held(MARGIN, source, what, one.words, NOTHING, CHANGED, text, (key,))
            continue
        i, other = best
        same = other.same(one)
        text = f"The margin is {how} and reported as {one.words}."
        if not same:
            text = f"The margin is {how} as {one.words}, reported as {other.words}."
        keys, claims = (key, f"reported.{paper}.margins.{i}"), (one.claim, other.claim)
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


def _label(ledger: Ledger, one: ToldMargin) -> str:
    known = ledger.outcomes.get(one.outcome)
    return known.label if known else one.outcome


def _cells(part: str, words: str) -> tuple[str, str]:
    return (NOTHING, words) if part == "reported" else (words, NOTHING)
