"""A limit of one side against the counts, or the means and deviations, of two groups.

The limit of one side at a level L is that of the two-sided interval at 2 L - 1, so that its
distance from the estimate is held against those of the usual two-sided ones. Within strata or by a
variance restricted at a margin it lies near these, which is a remark.

Beside a two-sided interval of the same estimate, of any measure, the limit lies as many errors away
as its level says: the error of each side of the interval is its length over the quantile, on the
log scale for ratios. `APART` allows for other quantiles and methods; limits that allow for interim
looks lie further out, so that up to `WIDER` times is a remark.
Source: Altman et al., Statistics with Confidence, 2000. Oracle: R's t.test with `alternative`.
"""

from collections.abc import Iterator, Sequence
from math import isfinite, log

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.two_groups import as_proportion, intervals_of, table_of
from trialtrace.audit.prints.two_groups.differences import half_widths
from trialtrace.audit.prints.two_groups.estimates import RATIOS
from trialtrace.audit.prints.two_groups.mean_tests import with_spreads
from trialtrace.audit.relations.ranges import Span, ends_of
from trialtrace.audit.relations.solvers.interval_errors import CENTRED
from trialtrace.audit.relations.wording import NOT_CHECKED, span_text

NAME, OF_INTERVAL = "comparison.bound", "comparison.bound_apart"
NARROWER, WIDER = 0.9, 2.0
"""How near to the plain ones the limit of a stratified or restricted analysis lies."""
APART = 1.25
"""By which factor two errors of one estimate may differ."""
LEVELS = (90, 95, 97.5, 99)
BOUNDS = ("ci_low", "ci_high")


@checks(
    "a limit of one side of a difference of shares or means against the counts, or the means and "
    "deviations, by the two-sided intervals of twice the level less 100 %: a contradiction below "
    "0.9 and beyond 2 of these, between them a remark; one of another level, or of two sides, is "
    "told; of any measure against the two-sided interval of the same estimate in another claim: "
    "a contradiction below 0.8 and beyond 2 of its error, beyond 1.25 a remark",
    {
        NAME: "A limit of one side, and the counts or the means and deviations of the groups.",
        OF_INTERVAL: "A limit of one side, and the two-sided interval of the same estimate.",
    },
    of_sizes=(NAME,),
)
def check_one_sided(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        yield from _of_intervals(ledger, entry)
        limits = [entry.parts[name] for name in BOUNDS if name in entry.parts]
        main = entry.main
        if len(limits) != 1 or limits[0].sides != "one_sided" or limits[0].level is None:
            continue
        if entry.basis is None and main is not None and main.relation == "=":
            yield from _held(ledger, entry, main, limits[0])


def _of_intervals(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A limit of one side against each two-sided interval of the same estimate."""
    name, main = _limit_of(entry), entry.main
    if name is None or main is None or main.relation != "=" or not entry.about.compared:
        return
    for other in ledger.comparisons[entry.about.cell]:
        theirs = other.main
        if not _of_same_estimate(entry, other) or theirs is None or theirs.name != main.name:
            continue
        (low, high), (bottom, top) = main.bounds, theirs.bounds
        own, whole = _error(entry, name, one_sided=True), _error(other, name, one_sided=False)
        if low < top and bottom < high and own is not None and whole is not None:
            yield _by_error(entry, other, name, own, whole)


def _limit_of(entry: Claim) -> str | None:
    """The limit that an interval of one side has; a ratio may begin at 0."""
    of_side = [name for name in BOUNDS if name in entry.parts]
    if not of_side or entry.parts[of_side[0]].sides != "one_sided":
        return None
    if len(of_side) == 2:
        return "ci_high" if entry.measure in RATIOS and not entry.parts["ci_low"].value else None
    return of_side[0]


def _of_same_estimate(entry: Claim, other: Claim) -> bool:
    """Whether another claim has a two-sided interval, of no stated other method, of the same."""
    if not other.has_interval or other.credible or other.about.interval not in CENTRED:
        return False
    if other.parts["ci_low"].sides == "one_sided":
        return False
    one, two = (
        (claim.paper, claim.measure, claim.stated_basis, about.compared, about.category, about.look)
        for claim in (entry, other)
        for about in (claim.about,)
    )
    return one == two and entry.measure is not None


def _error(claim: Claim, name: str, *, one_sided: bool) -> Span | None:
    """The error that a limit stands for: its distance over the quantile of its level."""
    limit, main = claim.parts[name], claim.main
    if main is None or ("percent" in claim.parts and claim.measure in RATIOS):
        return None
    ends = [ends_of(part) for part in (main, limit)]
    if claim.measure in RATIOS:
        if min(ends[0].low, ends[1].low) <= 0:
            return None
        ends = [Span(*map(log, pair)) for pair in ends]
    near, far = _away(ends[0], ends[1], name)
    level = float(limit.level or 95) / 100
    quantile = float(ndtri(level if one_sided else 0.5 + level / 2))
    return Span(max(near, 0.0) / quantile, far / quantile) if far > 0 and quantile > 0 else None


def _by_error(entry: Claim, other: Claim, name: str, own: Span, whole: Span) -> Finding:
    limit = entry.parts[name]
    text = f"The limit of one side {limit.text} is a standard error of {_span(own)}, and "
    text += f"{other.interval} of the same estimate one of {_span(whole)}"
    agreement, more = COMPATIBLE, "."
    if not own.meets(whole.low / APART, whole.high * APART):
        agreement = INCONSISTENT
        if own.high >= whole.low and own.low <= WIDER * whole.high:
            agreement, more = DOUBT, ", as of a limit that allows for interim looks."
    return verdict(OF_INTERVAL, entry, limit, agreement, text + more, [other])


def _held(ledger: Ledger, entry: Claim, main: Component, limit: Component) -> Iterator[Finding]:
    level = float(limit.level or 0) / 100
    found = _distances(ledger, entry, 2 * level - 1) if 0.5 < level < 1 else None
    own = _away(ends_of(main), ends_of(limit), limit.name)
    if found is None or own.high <= 0:
        return
    usual, groups = found
    text = f"The limit of one side at {float(limit.level or 0):g} % lies {_span(usual)} from "
    text += "the difference by the usual methods"
    agreement, detail = COMPATIBLE, {}
    if not own.meets(*usual):
        text += f"; {limit.text} lies {_span(Span(max(own.low, 0.0), own.high))} from it"
        two_sided = _distances(ledger, entry, level)
        other = next((one for one in LEVELS if _fits(ledger, entry, one, own)), None)
        agreement = INCONSISTENT
        if two_sided is not None and own.meets(*two_sided[0]):
            said = f"that of two sides at {float(limit.level or 0):g} %"
            agreement, text, detail = ALTERNATIVE, f"{text}, {said}.", {"alternative": said}
        elif other is not None:
            text += f", as that of one side at {other:g} % does."
        elif own.meets(NARROWER * usual.low, WIDER * usual.high):
            agreement, text = (
                DOUBT,
                f"{NOT_CHECKED} strata or another variance may give this. {text}.",
            )
        else:
            text += "."
    yield verdict(NAME, entry, limit, agreement, text, groups, detail)


def _fits(ledger: Ledger, entry: Claim, level: float, distance: Span) -> bool:
    found = _distances(ledger, entry, 2 * level / 100 - 1)
    return found is not None and distance.meets(*found[0])


def _distances(
    ledger: Ledger, entry: Claim, confidence: float
) -> tuple[Span, Sequence[Claim]] | None:
    """The least and the greatest distance of a two-sided limit, and the claims that give it."""
    if entry.measure == "risk_difference" and (counts := table_of(ledger, entry)):
        groups, table = counts
        main = entry.main
        by = 1 if main is not None and as_proportion(entry, main) else 100
        away = [
            by * distance
            for interval in intervals_of(table, "difference", confidence).values()
            for distance in (interval.estimate - interval.low, interval.high - interval.estimate)
            if isfinite(distance)
        ]
        return Span(min(away), max(away)), groups
    means = with_spreads(ledger, entry) if entry.measure == "mean_difference" else None
    if means is None or len(means) != 2 or any("sd" not in claim.parts for claim in means):
        return None
    sizes = [ledger.size(claim) for claim in means]
    if min(n or 0 for n in sizes) < 2:
        return None
    spreads = tuple(ends_of(claim.parts["sd"]) for claim in means)
    widths = half_widths(spreads, tuple(int(n or 0) for n in sizes), confidence).values()
    return Span(min(low for low, _ in widths), max(high for _, high in widths)), means


def _span(span: Span) -> str:
    return span_text(f"{end:.3g}" for end in span)


def _away(estimate: Span, limit: Span, name: str) -> Span:
    """How far a limit lies from its estimate, on its own side."""
    return estimate.less(limit) if name == "ci_low" else limit.less(estimate)
