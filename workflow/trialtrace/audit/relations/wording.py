"""The words that findings are told in."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from trialtrace.audit.printed.agreement import p_text

if TYPE_CHECKING:
    from trialtrace.audit.ledger.claim import Claim
    from trialtrace.audit.printed.expression import Component
    from trialtrace.audit.relations.ranges import Span

TURNED = "the groups the other way round"
MODEL = "model"
SAID_OF = {MODEL: "of a model", "curve": "of a curve", "interaction": "of an interaction"}
"""What a number rests on, in words."""
DESIGNS = {
    "paired": "of the same patients twice",
    "crossover": "of a crossover",
    "clustered": "of an analysis by clusters",
    "adjusted": "of an adjusted analysis",
    "stratified": "of a stratified analysis",
    "imputed": "of an analysis on imputed values",
    "bayesian": "of a posterior",
    "multiplicity": "adjusted for several comparisons",
    "sidak": "by Šidák's procedure",
}


def said_of(entry: "Claim") -> str:
    """What a claim rests on, in words: "of a model", "by Dunnett's procedure"."""
    designs = entry.about.design or ()
    words = [DESIGNS.get(name, f"by {name.capitalize()}'s procedure") for name in designs]
    return listed(words) or SAID_OF[entry.basis or MODEL]


def shown_p(value: float) -> str:
    return p_text(Decimal(f"{value:.11e}"))


def two_digits(p: float) -> str:
    """A p-value to two digits, as an end of a range."""
    return "<0.0001" if p < 1e-4 else f"{p:.2g}"


def p_span(low: float, high: float) -> str:
    """P from one value to another, in three digits: "p from 0.634 to 0.701"."""
    ends = [shown_p(end).removeprefix("P ").removeprefix("= ") for end in (low, high)]
    if high < 1e-4:
        return "p below 0.0001"
    if low < 1e-4:
        return f"p from below 0.0001 to {ends[1]}"
    return f"p of {ends[0]}" if ends[0] == ends[1] else f"p from {ends[0]} to {ends[1]}"


def signed(value: float, places: int) -> str:
    """A number with the sign that is printed."""
    return f"{value:.{places}f}".replace("-", "\N{MINUS SIGN}")


def span_text(ends: Iterable[str]) -> str:
    """ "1.2 to 3.4", or one number where both ends print alike."""
    return " to ".join(dict.fromkeys(ends))


def digits(span: "Span", part: "Component") -> str:
    """A range to a digit more than a number is printed with."""
    return span_text(signed(end, max(part.places, 0) + 1) for end in span)


def three(span: "Span") -> str:
    """A range to three digits."""
    return span_text(f"{end:.3g}" for end in span)


def listed(words: list[str], joint: str = "and") -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
