"""The engine: a relation yields cases, and one policy makes a state of each.

A published number is the interval of values that round to it (`ranges`). A case is one number
beside others, and what these allow it to be, by named ways. Inside one of these it *holds*. What an
unstated other way alone gives is a *question*, and so is what rests on something that the paper
leaves open (`EXCUSES`), or on an allowance without a source. What is left *contradicts*. The
numbers of a contradiction are those of its case: the judged one and those beside it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.ranges import Span, overlaps, prints
from trialtrace.audit.relations.wording import listed, said_of

State = Literal["contradicts", "question", "holds", "not_checked"]
CONTRADICTS: State = "contradicts"
QUESTION: State = "question"
HOLDS: State = "holds"
NOT_CHECKED: State = "not_checked"
INTERVAL = "interval"
PAIRS = (("ci_low", "ci_high"), ("at_least", "at_most"))
WORST_FIRST: tuple[State, ...] = (CONTRADICTS, QUESTION, HOLDS, NOT_CHECKED)

Way = Span | float | bool | tuple[Any, ...]
"""What the others allow: a range of values, one value, whether it fits, or any of several."""
EXCUSES: dict[str, tuple[State, str]] = {
    "unnamed_test": (QUESTION, "The paper names no test"),
    "unnamed_measure": (QUESTION, "The paper does not say what it is of"),
    "maybe_adjusted": (QUESTION, "It may be adjusted, or of strata"),
    "other_test": (QUESTION, "It may be of another test"),
    "other_patients": (QUESTION, "It may be of other patients"),
    "assumed": (QUESTION, "How many were analysed is not printed"),
    "curve": (QUESTION, "It may be read off a survival curve"),
    "weights": (QUESTION, "It may rest on weights or imputed values"),
    "order": (QUESTION, "Which group is taken from which is not printed"),
    "corrected": (QUESTION, "A correction for several comparisons may give it"),
    "paraphrase": (QUESTION, "These are not the paper's own words"),
    "crossover": (QUESTION, "A crossover's error may leave out its periods"),
    "one_side": (QUESTION, "It may be of one side"),
    "open": (QUESTION, ""),
    "model": (NOT_CHECKED, "It is that {said}"),
    "stated_test": (NOT_CHECKED, "The stated test needs more than these numbers"),
    "unknown": (NOT_CHECKED, ""),
}
"""Why a number that does not fit contradicts nothing: what follows, and the words."""
OF_A_TEST = ("unnamed_test", "other_test")


@dataclass(frozen=True)
class Allowance:
    """A constant by which a number may lie beyond what the others give, and where it is from.

    One without a source lets its relation ask, never contradict.
    """

    value: float
    source: str = ""


class Wanted(NamedTuple):
    """The count that a claim should print for a sum to be its total."""

    claim: str
    value: int
    total: int


@dataclass(frozen=True)
class Case:
    """One number of a claim beside others.

    `part` is what is judged, of `INTERVAL` both limits as one; `ways` are what the others allow it
    to be, one or several by their words, `others` what only a choice that is not stated would.
    `stated` is the way that the paper names. `given` tells what the others give, `wrong` what is
    told in its place where nothing fits. `covers` are further parts of the claim of which the same
    holds, `rests` the allowances beyond which it lies. `wanted` is a count that would mend it.
    """

    claim: Claim
    part: str
    ways: Mapping[str, Way] | Way
    given: str
    beside: Sequence[Claim] = ()
    others: Mapping[str, Way] = field(default_factory=dict)
    stated: str | None = None
    excuse: str | None = None
    covers: tuple[str, ...] = ()
    wanted: Wanted | None = None
    wrong: str = ""
    shown: str = ""
    rests: tuple[Allowance, ...] = ()

    @property
    def named(self) -> Mapping[str, Way]:
        """The ways by their words, "" of a single one."""
        return self.ways if isinstance(self.ways, Mapping) else {"": self.ways}

    @property
    def whole(self) -> "Case":
        """The case of an interval as one of its lower limit, which covers the upper one."""
        if self.part != INTERVAL:
            return self
        shown = self.shown or self.claim.interval
        return replace(self, part="ci_low", covers=("ci_high",), shown=shown)


@dataclass(frozen=True)
class Relation:
    """What is held against what, and how it is asked; made by `relation`.

    `says` is what it is about, `cases` its shape with its solver; `asks` the question of what does
    not fit. Of a relation `of_sizes` nothing contradicts where numbers of patients are assumed. One
    that `only_asks` contradicts nothing. `of_all` takes numbers too that no study can have.
    """

    name: str
    says: str
    cases: Callable[[Ledger], Iterator[Case]]
    asks: str
    of_sizes: bool = False
    only_asks: bool = False
    of_all: bool = False


Cases = Callable[[Ledger], Iterator[Case]]


def relation(
    name: str,
    asks: str,
    *,
    of_sizes: bool = False,
    only_asks: bool = False,
    of_all: bool = False,
) -> Callable[[Cases], Relation]:
    """Return what makes a relation of a function that yields its cases.

    The first line of the function's docstring is what the relation says; see `Relation`.
    """

    def made(cases: Cases) -> Relation:
        says = (cases.__doc__ or "").partition("\n")[0]
        return Relation(name, says, cases, asks, of_sizes, only_asks, of_all)

    return made


@dataclass(frozen=True)
class Judgement:
    """What a relation says of one number: a state, its reason as codes, and both in words.

    `exact`: the other numbers, as printed, give it to its last digit. `way` are the ways that give
    it; `excuse` is the code of why it does not contradict. `repair` is one other value of one
    number with which all its relations hold, as (claim, component, value). `gives` are the ranges
    that the stated and usual ways give; of one value it is both ends.
    """

    relation: str
    claim: str
    part: str
    state: State
    sentence: str
    question: str = ""
    exact: bool = False
    way: tuple[str, ...] = ()
    excuse: str | None = None
    beside: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    wanted: Wanted | None = None
    repair: tuple[str, str, str] | None = None
    gives: tuple[tuple[float, float], ...] = ()

    @property
    def core(self) -> tuple[str, ...]:
        """The claims that cannot all hold where it contradicts."""
        return (self.claim, *self.beside)


def judged(ledger: Ledger, relations: Iterable[Relation]) -> Iterator[Judgement]:
    """Every case of the relations, in their order."""
    possible = ledger.possible
    for relation in relations:
        for case in relation.cases(ledger if relation.of_all else possible):
            yield judge(relation, case, ledger)


def judge(relation: Relation, case: Case, ledger: Ledger) -> Judgement:
    """The one policy; see the module."""
    case = case.whole
    part, ways = case.claim.parts[case.part], case.named
    fit = tuple(name for name, way in ways.items() if fits(part, way))
    if fit and (case.stated not in ways or case.stated in fit):
        exact = any(_is_exact(ways[name], part) for name in fit)
        return _made(relation, case, HOLDS, exact=exact, way=fit)
    other = fit + tuple(name for name, way in case.others.items() if fits(part, way))
    if other:
        return _made(relation, case, QUESTION, way=other)
    excuse = _excuse(relation, case, ledger)
    if excuse is not None:
        return _made(relation, case, EXCUSES[excuse][0], excuse=excuse)
    only_asks = relation.only_asks or not all(one.source for one in case.rests)
    return _made(relation, case, QUESTION if only_asks else CONTRADICTS)


def fits(part: Component, way: Way) -> bool:
    """Whether a printed number can be what a way allows."""
    if isinstance(way, bool):
        return way
    if isinstance(way, Span):
        return overlaps(part, *way)
    if isinstance(way, tuple):
        return any(fits(part, one) for one in way)
    return prints(part, way)


def _spans(way: Way) -> Iterator[tuple[float, float]]:
    if isinstance(way, Span):
        yield way.low, way.high
    elif isinstance(way, tuple):
        for one in way:
            yield from _spans(one)
    elif not isinstance(way, bool):
        yield float(way), float(way)


def _is_exact(way: Way, part: Component) -> bool:
    if isinstance(way, tuple) and not isinstance(way, Span):
        return any(_is_exact(one, part) and fits(part, one) for one in way)
    return not isinstance(way, bool | Span) or (isinstance(way, Span) and way.low == way.high)


def settled(judgements: Iterable[Judgement]) -> list[Judgement]:
    """The judgements; a p that another relation gives is no question to which test it is of."""
    found = list(judgements)
    held = {(one.claim, one.part) for one in found if one.state == HOLDS and one.part == "p"}
    return [
        replace(one, state=NOT_CHECKED, question="")
        if one.excuse in OF_A_TEST and (one.claim, one.part) in held and one.state == QUESTION
        else one
        for one in found
    ]


def _excuse(relation: Relation, case: Case, ledger: Ledger) -> str | None:
    claims = (case.claim, *case.beside)
    if case.claim.about.paraphrase:
        return "paraphrase"
    if case.excuse is not None:
        return case.excuse
    assumed = any(one.about.group and ledger.assumed(one) for one in claims)
    return "assumed" if relation.of_sizes and assumed else None


def _made(
    relation: Relation,
    case: Case,
    state: State,
    *,
    exact: bool = False,
    way: tuple[str, ...] = (),
    excuse: str | None = None,
) -> Judgement:
    names = tuple(dict.fromkeys(one.name for one in case.beside if one.name != case.claim.name))
    covers = case.covers
    if state != HOLDS and not relation.of_all:
        # What else holds with a number need not fail with it, but for the other end of an interval.
        pair = next((both for both in PAIRS if case.part in both), ())
        covers = tuple(one for one in covers if one in pair)
    return Judgement(
        relation.name,
        case.claim.name,
        case.part,
        state,
        _sentence(case, state, exact=exact, way=way, excuse=excuse),
        relation.asks if state in (CONTRADICTS, QUESTION) else "",
        exact,
        way,
        excuse,
        names,
        covers,
        case.wanted,
        gives=tuple(span for each in case.named.values() for span in _spans(each)),
    )


def _sentence(
    case: Case, state: State, *, exact: bool, way: tuple[str, ...], excuse: str | None
) -> str:
    shown = case.shown or case.claim.parts[case.part].text
    if state == HOLDS:
        return _ended(case.given, ", as printed" if exact else f", in keeping with {shown}")
    if way:
        return _ended(case.given, f"; {shown} is that {listed([_of(one) for one in way], 'or')}")
    told = _ended(case.wrong or case.given, f"; printed is {shown}")
    words = EXCUSES[excuse][1].format(said=said_of(case.claim)) if excuse else ""
    return f"{told} {words}." if words else told


def _of(words: str) -> str:
    """A way behind "it is that": "with digits cut off", "of Fisher's exact test"."""
    return words if words.split(" ", 1)[0] in ("of", "with", "by", "for", "in") else f"of {words}"


def _ended(text: str, more: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}{more}."
