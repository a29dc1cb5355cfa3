"""A finding: what one check says of one printed number, and the words it is told in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.agreement import COMPATIBLE as COMPATIBLE
from trialtrace.audit.printed.agreement import DIFFERS as DIFFERS
from trialtrace.audit.printed.agreement import EXACT as EXACT
from trialtrace.audit.printed.agreement import INCONSISTENT as INCONSISTENT
from trialtrace.audit.printed.agreement import NOT_CHECKABLE, p_text
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.span import Span as Span
from trialtrace.stats.summaries.printed import Bounds, Printed, below, read

if TYPE_CHECKING:
    import numpy as np

    from trialtrace.audit.ledger.claim import Claim


# A check on print is one card: what it holds against what, and what its findings are called.


@dataclass(frozen=True)
class Card:
    """What a module of this folder checks by its `check(ledger)`.

    `says` is what is held against what, a line of docs/audit.md; `findings` maps the name of each
    finding to what it is about. `of_sizes` are the names of those whose verdict rests on numbers
    of patients, and is none where these are assumed. Numbers that no study can have are left out,
    except where a check is `of_all`.
    """

    says: str
    findings: Mapping[str, str]
    of_sizes: tuple[str, ...] = ()
    of_all: bool = False


ALTERNATIVE = "alternative"
REMARK, DOUBT, UNDECIDED = "remark", "doubt", "undecided"
"""What agrees, and what cannot be checked, told beside graver findings too; and what cannot be
checked as its own words tell (`verdict`)."""
AGREEMENTS = {REMARK: COMPATIBLE, DOUBT: NOT_CHECKABLE, UNDECIDED: NOT_CHECKABLE}
TURNED = "the groups the other way round"
TWO_SIDED = ("two_sided",)
LEAST_P = frozenset(Decimal(1).scaleb(-places) for places in range(4, 10))
"""P = 0.0001 is often what stands for "<0.0001"."""
# Values this near to the end of a range are told apart by their digits.
NEAR = 1e-9
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


BY_MODEL = " The ledger takes one that is adjusted, paired or of strata with its `design`."
"""What to type where an estimate or interval is not the plain one; not for the authors."""
NOT_CHECKED = "Not checkable:"
NO_TEST = " The ledger names no test."
"""Why a p that nothing tried gives contradicts nothing."""


@dataclass(frozen=True)
class Finding:
    """The verdict of a check on a component of a claim.

    `check` names the check, `claim` the claim that the verdict is on and `beside` those it was
    held against. `sentence` states facts and accuses nobody. `detail` holds the numbers behind it.
    `covers` are further components of the claim on which the verdict is the same. A `remark` is
    told also where another finding on the component is graver. `open` says that nothing tried gives
    a p of which the ledger names no test: that is no contradiction, but worth a search.
    """

    check: str
    claim: str
    component: str
    agreement: str
    sentence: str
    beside: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    remark: bool = False
    open: bool = False

    @property
    def made(self) -> bool:
        """Whether the check was made, be it without a verdict."""
        return self.open or self.agreement != NOT_CHECKABLE


def verdict(
    check: str,
    entry: "Claim",
    component: Component | str,
    agreement: str | bool,
    text: str,
    beside: Iterable["Claim"] = (),
    detail: Mapping[str, object] | None = None,
    covers: tuple[str, ...] = (),
    shown: str | None = None,
    *,
    remark: bool = False,
    open: bool = False,
) -> Finding:
    """The finding on a component by the numbers of `text`, which leave room for it or do not.

    Text that is no sentence yet ends with what is printed: `shown`, else the component. In place of
    an agreement stands whether it fits, or REMARK, DOUBT or UNDECIDED. The claim itself is not
    `beside` it.
    """
    if isinstance(agreement, bool):
        agreement = COMPATIBLE if agreement else INCONSISTENT
    part = entry.parts[component] if isinstance(component, str) else component
    if not text.endswith((".", "?")):
        endings = {COMPATIBLE: ", in keeping with {}.", EXACT: ", as printed."}
        endings[REMARK] = endings[COMPATIBLE]
        text += endings.get(agreement, "; printed is {}.").format(shown or part.text)
    text = doubtful(text) if agreement in (DOUBT, NOT_CHECKABLE) else text
    names = tuple(dict.fromkeys(claim.name for claim in beside if claim.name != entry.name))
    remark = remark or agreement in (REMARK, DOUBT)
    agreement = AGREEMENTS.get(agreement, agreement)
    return Finding(
        check, entry.name, part.name, agreement, text, names, detail or {}, covers, remark, open
    )


def interval_verdict(
    check: str,
    entry: "Claim",
    agreement: str | bool,
    text: str,
    beside: Iterable["Claim"] = (),
    detail: Mapping[str, object] | None = None,
    covers: tuple[str, ...] = ("ci_high",),
    *,
    remark: bool = False,
) -> Finding:
    """The finding on both limits of the interval of a claim."""
    both = entry.interval
    return verdict(
        check, entry, "ci_low", agreement, text, beside, detail, covers, both, remark=remark
    )


def doubtful(text: str) -> str:
    """A sentence on what cannot be checked."""
    own = text.startswith(NOT_CHECKED)
    return text if own else f"{NOT_CHECKED} {text[0].lower()}{text[1:]}"


@lru_cache(maxsize=4096)
def as_range(component: Component, *, rounding: str | None = None) -> Printed:
    """The values that a printed number stands for, as its paper rounds where `rounding` is None.

    "<" reaches down to 0, as does a p that is the least which programs print.
    """
    if component.relation in ("<", "<="):
        return below(component.value or Decimal(0), least=Decimal(0))
    if component.name == "p" and component.value in LEAST_P:
        return below(component.bounds[1], least=Decimal(0))
    # The digits as printed: a trailing zero counts.
    return read(
        f"{component.value:.{max(component.places, 0)}f}", rounding=rounding or component.rounding
    )


def ends_of(component: Component) -> Span:
    """The least and the greatest value that a printed number stands for."""
    low, high = as_range(component).bounds
    return Span(float(low), float(high))


def span_of(*every: Bounds) -> Span:
    """From the least to the greatest value of all bounds."""
    return Span(min(float(one.low) for one in every), max(float(one.high) for one in every))


def prints(component: Component, value: float | None, *, rounding: str | None = None) -> bool:
    """Whether a value would be printed as this number, or is what a relation says of it."""
    if value is None or value != value:
        return False
    if component.relation in (">", ">="):
        return value > float(component.value or 0) or (
            component.relation == ">=" and value == component.value
        )
    if as_range(component, rounding=rounding).contains(_twelve(value)):
        return True
    way = rounding or component.rounding
    if way != "half_up" or (component.value or 0) >= 0 or component.relation != "=":
        return False
    # Half up or half away from zero: −10.75 is printed as −10.7 or as −10.8.
    mirrored = read(f"{-(component.value or 0):.{max(component.places, 0)}f}", rounding=way)
    return bool(mirrored.contains(-_twelve(value)))


def unsigned(entry: "Claim") -> bool:
    """Whether a difference may lack its sign: words carry it, or no part of it is below 0."""
    named = (entry.parts.get(name) for name in ("value", "percent", "ci_low", "ci_high"))
    parts = [part for part in named if part is not None]
    return any(part.word for part in parts) or all((part.value or 0) >= 0 for part in parts)


def printing(component: Component, values: "np.ndarray") -> "np.ndarray":
    """Which of the values `prints` accepts; asked for each only near the ends of the range."""
    import numpy as np

    if component.relation in (">", ">="):
        low, high = float(component.value or 0), np.inf
    else:
        low, high = (float(end) for end in as_range(component).bounds)
    inside = (values > low + NEAR) & (values < high - NEAR)
    for at in np.flatnonzero((np.abs(values - low) <= NEAR) | (np.abs(values - high) <= NEAR)):
        inside[at] = prints(component, float(values[at]))
    return inside


def count_printing(component: Component, values: "np.ndarray") -> int:
    """How many of the values `prints` accepts."""
    return int(printing(component, values).sum())


def overlaps(component: Component, low: float, high: float) -> bool:
    """Whether any value from `low` to `high` would be printed as this number."""
    if component.relation in (">", ">="):
        return high > float(component.value or 0)
    printed = as_range(component)
    first, last = printed.bounds
    if low == high:
        return bool(printed.contains(_twelve(low)))
    ends = _twelve(low), _twelve(high)
    return bool(low < last and high > first) or any(bool(printed.contains(end)) for end in ends)


def either_way(component: Component, span: Span) -> bool:
    """Whether a value of a span, or one with the other sign, would be printed as this number."""
    return overlaps(component, *span) or overlaps(component, *span.turned)


def _twelve(value: float) -> Decimal | float:
    """The value to 12 digits, exactly: 0.945 is a half, though its nearest float lies below."""
    return Decimal(f"{value:.11e}") if isfinite(value) else value


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
        return f"p of at most {ends[1]}"
    return f"p of {ends[0]}" if ends[0] == ends[1] else f"p from {ends[0]} to {ends[1]}"


def signed(value: float, places: int) -> str:
    """A number with the sign that is printed."""
    return f"{value:.{places}f}".replace("-", "\N{MINUS SIGN}")


def span_text(ends: Iterable[str]) -> str:
    """ "1.2 to 3.4", or one number where both ends print alike."""
    return " to ".join(dict.fromkeys(ends))


def listed(words: list[str], joint: str = "and") -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
