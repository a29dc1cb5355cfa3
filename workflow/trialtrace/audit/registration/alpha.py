"""The level of significance: its parts against the whole, and registered against reported.

Over outcomes it is Bonferroni's inequality: the chance of any false rejection is at most the sum of
the parts, so that parts which together exceed the whole do not keep it. Looks at one outcome
overlap, and their nominal levels may add up to more; each of them is at most that of its part,
unless stopping for futility binds.
"""

from collections.abc import Iterator
from decimal import Decimal

from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.ledger.design_alpha import ToldAlpha, ToldPart, least
from trialtrace.audit.printed.verdicts import CONTRADICTS, HOLDS
from trialtrace.audit.registration.rows import CHANGED, NOTHING, REMARK, Held
from trialtrace.audit.relations.wording import listed

ALPHA, WHAT = "registered.alpha", "Level of significance"


def split(part: str, paper: str, design: ToldDesign) -> Iterator[Held]:
    """The parts of one text's level against the whole, and the looks against their parts."""
    alpha = design.alpha
    if alpha is None:
        return
    key = f"{part}.{paper}.alpha"
    for verdict, text in (*_parts(alpha), *_looks(alpha)):
        cells = (NOTHING, words(alpha)) if part == "reported" else (words(alpha), NOTHING)
        yield Held(ALPHA, paper, WHAT, *cells, verdict, text, (key,))


def _parts(alpha: ToldAlpha) -> Iterator[tuple[str, str]]:
    own = [one.level for one in alpha.parts if not one.passed_on]
    if not own:
        return
    whole, total = Decimal(alpha.whole), sum(map(Decimal, own), Decimal(0))
    added = " + ".join(own) if len(own) > 1 else own[0]
    said = f"{added} = {total:f}" if len(own) > 1 else added
    if total <= whole:
        yield HOLDS, f"The parts of the level, {said}, are within {alpha.whole}."
    elif sum(map(least, own), Decimal(0)) <= whole:
        yield (
            REMARK,
            f"The parts of the level, {said}, exceed {alpha.whole} by no more than rounding.",
        )
    else:
        yield CONTRADICTS, f"The parts of the level, {said}, exceed the whole of {alpha.whole}."


def _looks(alpha: ToldAlpha) -> Iterator[tuple[str, str]]:
    for one in alpha.parts:
        most = Decimal(alpha.whole if one.passed_on else one.level)
        above = [
            f"{level} at “{look}”"
            for look, level in (one.looks or {}).items()
            if least(level) > most
        ]
        if above:
            text = (
                f"{listed(above)} is above the {most:f} of its part, which only stopping for "
                "futility that binds allows."
            )
            yield REMARK, text


def both(source: str, design: ToldDesign, paper: str, reported: ToldDesign) -> Iterator[Held]:
    """The level of the registration or protocol, and that of the paper."""
    one, other = design.alpha, reported.alpha
    if one is None or other is None:
        return
    same = _same(one, other)
    text = (
        "The level of significance is the same in both."
        if same
        else f"The level of significance is {words(one)} in {source} and {words(other)} in {paper}."
    )
    yield Held(
        ALPHA,
        source,
        WHAT,
        words(one),
        words(other),
        HOLDS if same else CHANGED,
        text,
        (f"registered.{source}.alpha", f"reported.{paper}.alpha"),
    )


def _same(item: ToldAlpha, other: ToldAlpha) -> bool:
    """Whether both tell the same; sides and parts count where both have them."""
    if Decimal(item.whole) != Decimal(other.whole):
        return False
    if item.sides and other.sides and item.sides != other.sides:
        return False
    return not (item.parts and other.parts) or _numbers(item.parts) == _numbers(other.parts)


def _numbers(parts: tuple[ToldPart, ...]) -> set[tuple[Decimal, frozenset[str], bool]]:
    return {(Decimal(one.level), frozenset(one.outcomes), one.passed_on) for one in parts}


def words(alpha: ToldAlpha) -> str:
    """A level in one line: 0.05 of two sides, 0.04 for pfs and 0.01 for os."""
    sides = f" ({alpha.sides.replace('_', '-')})" if alpha.sides else ""
    parts = [
        f"{one.level} for {listed(list(one.outcomes))}{', passed on' if one.passed_on else ''}"
        for one in alpha.parts
    ]
    return f"{alpha.whole}{sides}{f': {listed(parts)}' if parts else ''}"
