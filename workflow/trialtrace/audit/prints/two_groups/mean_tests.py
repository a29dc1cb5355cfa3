"""Means, standard deviations and sizes of two groups against the printed p of their comparison."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import (
    ALTERNATIVE,
    COMPATIBLE,
    INCONSISTENT,
    NOT_CHECKABLE,
    UNDECIDED,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.one_group.mean_intervals import of_interval
from trialtrace.audit.prints.two_groups.count_tests import LEVEL, above_level
from trialtrace.audit.relations.ranges import TWO_SIDED, as_range, overlaps, span_of
from trialtrace.audit.relations.wording import (
    NO_TEST,
    NOT_CHECKED,
    listed,
    p_span,
    said_of,
    shown_p,
)
from trialtrace.audit.summaries.mean_tests import t_test_p
from trialtrace.audit.summaries.printed import Printed
from trialtrace.stats.results import StatsError

AS_ERRORS = " behind ±, as standard errors"
ABOVE, BELOW_ALL = (">", ">="), 1e-4
"""A p that is told to be above 0.05 is one of no test where both t tests give less than this: z of
0.0001 is twice that of 0.05."""
TESTS = {"t": ("pooled", "Student's t test"), "welch": ("welch", "Welch's t test")}


@checks(
    "means and standard deviations against p of the t tests, over everything that prints "
    "as given; whether a deviation would have to be a standard error; a p above 0.05, or n.s., of "
    "no named test contradicts where both t tests give less than 0.0001",
    {"p.means": "Means, standard deviations and sizes, and p of the t tests."},
    of_sizes=("p.means",),
)
def check_mean_tests(ledger: Ledger) -> Iterator[Finding]:
    for entry in map(above_level, ledger.entries.values()):
        if entry.tested is not None and entry.about.compared and not entry.about.versus:
            yield from _p(ledger, entry)


def _p(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    groups = with_spreads(ledger, entry)
    if groups is None or len(groups) != 2:
        return
    sizes = [n for group in groups if (n := ledger.size(group)) is not None]
    if len(sizes) < len(groups):
        yield without_sizes(ledger, entry, groups, "p.means", "p")
        return
    part, stated = entry.parts["p"], entry.about.test
    try:
        ranges, fit, as_errors = _reading(entry, groups, sizes)
    except StatsError:
        return
    named = [ranges[name] for name in fit] or list(ranges.values())
    span = p_span(min(low for low, _ in named), max(high for _, high in named))
    given = "print as given" if {"sd", "se"} & set(groups[0].parts) else "their intervals leave"
    about = f"Over all means and standard deviations that {given}{as_errors}, "
    detail: dict[str, object] = {"ranges": ranges}
    beyond = _beyond(entry)
    if beyond is not None:
        agreement, text = NOT_CHECKABLE, f"{NOT_CHECKED} {beyond}; {_each(ranges)}."
    elif stated == "welch" and fit and stated not in fit:
        text = f"{about}{TESTS[fit[0]][1]} can give {part.text}, {TESTS[stated][1]} cannot ("
        text += f"{p_span(*ranges[stated])})."
        agreement, detail = ALTERNATIVE, detail | {"alternative": fit}
    elif fit:
        # "t test" says not which; where the paper does, it is named by its ledger.
        names = " and ".join(TESTS[name][1] for name in fit)
        agreement, text = (
            COMPATIBLE,
            f"{about}{names} {'gives' if len(fit) == 1 else 'give'} {span}",
        )
    else:
        other = "" if ledger.brief else _otherwise(groups, sizes, entry)
        text = f"{about}{_each(ranges)}; printed is {part.text}{other}."
        beyond_all = (
            not other and _is_above(part) and max(p for _, p in ranges.values()) < BELOW_ALL
        )
        text += "" if stated or beyond_all else NO_TEST
        agreement = INCONSISTENT if stated or beyond_all else UNDECIDED
    open = agreement == UNDECIDED
    yield verdict("p.means", entry, part, agreement, text, groups, detail, open=open)


def _is_above(part: Component) -> bool:
    """Whether p is told to be above the level, or above more."""
    return part.relation in ABOVE and part.value is not None and part.value >= LEVEL


def without_sizes(
    ledger: Ledger, entry: Claim, groups: Sequence[Claim], check: str, component: str
) -> Finding:
    """That a test of means cannot be checked, for numbers of patients are not in the ledger."""
    lacking = [ledger.group_label(group) for group in groups if not ledger.size(group)]
    text = f"The number of patients behind the mean of {listed(lacking)} is not in the ledger "
    text += "(`patients`, or `sizes` of a population)."
    return verdict(check, entry, component, NOT_CHECKABLE, text, groups)


def _reading(
    entry: Claim, groups: list[Claim], sizes: list[int]
) -> tuple[dict[str, tuple[float, float]], list[str], str]:
    """The range of p by each test, the tests that fit the printed p, and how ± was read.

    Of the readings of the deviations the first that fits, else the first. Raises StatsError.
    """
    ranges: dict[str, tuple[float, float]] = {}
    fit: list[str] = []
    as_errors = ""
    for deviations in readings_of_deviations(groups, sizes):
        by_test = {
            name: _of_tails(groups, sizes, variance, entry.tails, deviations, entry.parts["p"])
            for name, (variance, _) in TESTS.items()
        }
        fit = [
            name for name, (low, high) in by_test.items() if overlaps(entry.parts["p"], low, high)
        ]
        if fit or not ranges:
            ranges, as_errors = by_test, AS_ERRORS if ranges else ""
        if fit:
            break
    return ranges, fit, as_errors


def _each(ranges: Mapping[str, tuple[float, float]]) -> str:
    """P of both tests, in words."""
    (first, one), (second, two) = ((TESTS[name][1], p_span(*ranges[name])) for name in TESTS)
    return f"both t tests give {one}" if one == two else f"{first} gives {one}, {second} {two}"


def with_spreads(ledger: Ledger, entry: Claim) -> list[Claim] | None:
    """The mean of each group that is compared, all with a deviation, an error or an interval."""
    for spread in (("sd",), ("se",), ("ci_low", "ci_high")):
        if found := ledger.compared(entry, "value", *spread):
            sizes = [(claim, ledger.size(claim)) for claim in found]
            usable = all(n is None or of_interval(one, n) is not None for one, n in sizes)
            return found if "ci_low" not in spread or usable else None
    return None


def readings_of_deviations(groups: list[Claim], sizes: list[int]) -> Iterator[list[Printed]]:
    """The deviations as printed; where ± says not of what, also as standard errors."""
    pairs = list(zip(groups, sizes, strict=True))
    yield [_deviation(one, n, "sd" not in one.parts) for one, n in pairs]
    if all("sd" in group.parts and group.parts["sd"].symbol == UNSAID for group in groups):
        yield [_deviation(one, n, True) for one, n in pairs]


def _range(
    groups: list[Claim],
    sizes: list[int],
    variance: str,
    sides: str,
    spreads: list[Printed] | None = None,
) -> tuple[float, float]:
    (first, second), (n1, n0) = groups, sizes
    sd1, sd0 = spreads or [
        _deviation(group, n, "sd" not in group.parts)
        for group, n in zip(groups, sizes, strict=True)
    ]
    bounds = t_test_p(
        as_range(first.parts["value"]),
        sd1,
        n1,
        as_range(second.parts["value"]),
        sd0,
        n0,
        variance=variance,
        sides=sides,
    )
    return span_of(bounds)


def _beyond(entry: Claim) -> str | None:
    """Why p does not follow from means and deviations, where the paper says so."""
    if entry.basis is not None:
        return f"p is that {said_of(entry)}"
    stated = entry.about.test
    if stated is None or stated in TESTS:
        return None
    return f"the stated test ({stated.replace('_', ' ')}) needs more than means and deviations"


def _of_tails(
    groups: list[Claim],
    sizes: list[int],
    variance: str,
    tails: Sequence[str],
    spreads: list[Printed],
    printed: Component,
) -> tuple[float, float]:
    """P over all tails; of both, the one that fits what is printed, else the smaller."""
    every = [_range(groups, sizes, variance, side, spreads) for side in tails]
    if fitting := [span for span in every if overlaps(printed, *span)]:
        return fitting[0]
    return min(low for low, _ in every), min(high for _, high in every)


def _otherwise(groups: list[Claim], sizes: list[int], entry: Claim) -> str:
    """What else would give p, in words."""
    part = entry.parts["p"]
    two = entry.tails == TWO_SIDED and part.relation not in ABOVE
    if two and (found := _one_sided(groups, sizes, part)):
        return found
    return _as_errors(groups, sizes, part) if "sd" in groups[0].parts else ""


def _one_sided(groups: list[Claim], sizes: list[int], component: Component) -> str:
    for sides in ("less", "greater"):
        low, high = _range(groups, sizes, "welch", sides)
        if overlaps(component, low, high):
            return f", which a one-sided test can give ({shown_p(low)} to {shown_p(high)})"
    return ""


def _as_errors(groups: list[Claim], sizes: list[int], component: Component) -> str:
    """Whether p would fit if the deviations of one group, or of both, were standard errors."""
    for which in ((0,), (1,), (0, 1)):
        spreads = [
            _deviation(one, n, k in which)
            for k, (one, n) in enumerate(zip(groups, sizes, strict=True))
        ]
        for variance, name in TESTS.values():
            low, high = _range(groups, sizes, variance, "two_sided", spreads)
            if overlaps(component, low, high):
                words = [f"{groups[k].parts['sd'].text} ({groups[k].name})" for k in which]
                what = "is a standard error" if len(which) == 1 else "are standard errors"
                return (
                    f", which {name} gives ({shown_p(low)} to {shown_p(high)}) if "
                    f"{listed(words)} {what}, not {'a ' if len(which) == 1 else ''}standard "
                    f"deviation{'' if len(which) == 1 else 's'}"
                )
    return ""


def _deviation(entry: Claim, n: int, is_error: bool) -> Printed:
    """The standard deviation as printed, or that of a printed standard error or interval."""
    if (printed := of_interval(entry, n)) is not None:
        return printed
    own = as_range(entry.parts.get("sd") or entry.parts["se"])
    return own.scaled(Fraction(int(n**0.5 * 10**9), 10**9)) if is_error else own
