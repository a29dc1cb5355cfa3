"""A hazard ratio with its p and its interval, against the events, or the patients, of both groups.

Each event adds at most 1/4 to the information on the log hazard ratio b, so that Wald's z = b / SE
needs at least 4 z² / b² events. Source: Cox 1972 (the partial likelihood). Oracle: fits by R's
coxph, whose events are never fewer.

An interval is never narrower than e1 and e0 events of the groups allow: SE² >= 1/e1 + 1/e0. At its
maximum the partial likelihood has sum(p) = e1, where p is the first group's part of the hazard at
each of d events, and its information sum(p (1 - p)) is by concavity at most e1 e0 / d. So it is
with Efron's and Breslow's ties, within strata, and beside covariates, which only take information
away; not for robust errors, weights, frailties and penalties. Oracle: fits by statsmodels. The
information of Peto's ratio is of the same form about the expected events E = e1 - b / SE².
"""

from collections.abc import Iterator, Sequence
from math import ceil, log, sqrt

from scipy.special import ndtri

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, INCONSISTENT, REMARK
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.shared.p_sides import LEVEL, apart_by
from trialtrace.audit.prints.shared.two_groups import Table, table_of
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, as_range
from trialtrace.audit.relations.solvers.interval_errors import errors_of_log
from trialtrace.audit.relations.wording import TURNED

MEASURE = "hazard_ratio"
_SAID = {"lower": "A hazard reduced by", "higher": "A hazard raised by", None: "A hazard ratio of"}
Z_OF_LEVEL = float(ndtri(1 - LEVEL / 2))
FAR = 2.58
"""By how many standard errors shares lie apart that differ at the level of 0.01."""
PRINTED = ("=", "<", "<=", "about")
"""Relations of a p that can be held against another."""
SLACK = 1.2
"""How far the events needed may be above those there are: p may be the log-rank test's."""
ROBUST = ", if its error is not a robust or weighted one."
OF_ANOTHER = " A p of another analysis (adjusted, within strata) may need fewer."


@checks(
    "a hazard ratio and its p against the events, else the patients: how many events they need at "
    "least (a remark where a p above 0.05 may be of a test that is stratified otherwise); its "
    "interval against the events: the error of the log is at least √(1/e₁ + 1/e₀), by Cox's model "
    "with Efron's or Breslow's ties, also stratified or adjusted (there a remark), not with robust "
    "errors or weights; 2/√d of d events of all groups; which group has more events, or the longer "
    "median time (remarks; with an interval that excludes 1, and events that differ at 0.01 or "
    "medians that contradict too, the ratio of the groups the other way round)",
    {
        "hazard.events": "A hazard ratio and its p, and the events that these need.",
        "hazard.interval": "The interval of a hazard ratio, and the events of both groups.",
        "hazard.direction": "A hazard ratio, and which group has more events.",
        "hazard.medians": "A hazard ratio, and which group has the longer median time.",
    },
)
def check_hazards(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        two = len(entry.about.compared) == 2
        if entry.measure == MEASURE and two and (span := _ratios(entry)):
            found = p_beside(ledger, entry)
            if found is not None:
                yield from _events(ledger, entry, span, *found)
        if entry.measure == MEASURE and (counts := table_of(ledger, entry)):
            groups, table = counts
            yield from _narrow(entry, table, groups)
            yield from _direction(ledger, entry, table, groups)
        elif entry.measure == MEASURE and two:
            yield from _of_total(ledger, entry)
        if entry.measure == MEASURE and two:
            yield from _medians(ledger, entry)


def least_error(first: int, second: int) -> float:
    """The least standard error of a log hazard ratio, of events of two groups, both above 0.

    Source: the module's. Oracle: fits of the partial likelihood to random data by statsmodels.
    """
    return sqrt(1 / first + 1 / second)


def _narrow(entry: Claim, table: Table, groups: Sequence[Claim]) -> Iterator[Finding]:
    """An interval that is narrower than the printed events allow; a remark where explained."""
    span, (e1, _, e0, _) = errors_of_log(entry), table
    if span is None or entry.main is None or not e1 or not e0:
        return
    least, given = least_error(e1, e0), f"{e1} and {e0} events"
    covers: tuple[str, ...] = ("ci_high",)
    agreement = COMPATIBLE
    if span.high >= least:
        text = f"With {given} the log hazard ratio has a standard error of at least {least:.3f}; "
        text += f"{entry.interval} has {span.low:.3f} to {span.high:.3f}."
    else:
        text = f"{entry.interval} is a standard error of the log of at most {span.high:.3f}; Cox's "
        text += f"model on {given} has at least {least:.3f}"
        b = log(float(entry.main.value or 1))
        if entry.stated_basis is not None:
            agreement, covers, text = REMARK, (), text + ROBUST
        elif _can_be_one_step(b, span.high, e1, e0):
            agreement, covers = REMARK, ()
            text += ", while Peto's one-step ratio can have it."
        else:
            agreement, text = INCONSISTENT, f"{text}."
    detail = {"events": [e1, e0], "least": least, "error": list(span)}
    yield interval_verdict("hazard.interval", entry, agreement, text, groups, detail, covers)


def _of_total(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """An interval that is narrower than d events in all allow: SE >= 2 / √d, also of Peto's ratio.

    1/e1 + 1/e0 is least where both have half of the events.
    """
    totals = [claim for claim in ledger.beside(entry, ALL) if claim.whole_count]
    span, events = errors_of_log(entry), {int(total.whole_count or 0) for total in totals}
    if span is None or len(events) != 1:
        return
    d = events.pop()
    least = 2 / sqrt(d)
    explained = span.high < least and entry.stated_basis is not None
    text = f"{entry.interval} is a standard error of the log of {span.low:.3f} to {span.high:.3f}; "
    text += f"{thousands(d)} events in all have at least {least:.3f}{ROBUST if explained else '.'}"
    agreement = REMARK if explained else COMPATIBLE if span.high >= least else INCONSISTENT
    detail, covers = {"events": d, "least": least, "error": list(span)}, ("ci_high",)
    yield interval_verdict(
        "hazard.interval", entry, agreement, text, totals[:1], detail, () if explained else covers
    )


def _medians(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """The longer median time in the group of the higher hazard: possible where curves cross."""
    span = _ratios(entry)
    known = [
        ledger.agreed((claim for claim in ledger.beside(entry, group) if claim.is_median), "value")
        for group in entry.about.compared
    ]
    medians = [claim for claim in known if claim is not None]
    if span is None or len(medians) < len(known):
        return
    first, second = (one.parts["value"] for one in medians)
    (low1, high1), (low0, high0) = first.bounds, second.bounds
    longer, lower, part = low1 >= high0, span[1] < 1, entry.main
    if part is None or longer == lower or (not longer and high1 > low0):
        return
    text = (
        f"The median time is {'longer' if longer else 'shorter'} in the first group ({first.text} "
        f"and {second.text}), whose hazard is the {'lower' if lower else 'higher'} one "
        f"({part.text}), as of curves that cross, or of an event that is wanted."
    )
    yield verdict("hazard.medians", entry, part, REMARK, text, medians)


def _can_be_one_step(b: float, error: float, first: int, second: int) -> bool:
    """Whether Peto's log ratio b = (e1 - E) V⁻¹ with V = 1 / error² leaves V <= E (d - E) / d."""
    events, information = first + second, error**-2
    expected = first - b * information
    return information <= expected * (events - expected) / events


def _direction(
    ledger: Ledger, entry: Claim, table: Table, groups: Sequence[Claim]
) -> Iterator[Finding]:
    """More events in the group whose hazard is lower: possible where follow-up differs, and told.

    Where the interval excludes 1, and so do the events alone or the medians contradict too, it is
    the ratio of the groups the other way round.
    """
    x1, n1, x0, n0 = table
    span, part = _ratios(entry), entry.main
    if span is None or part is None or x1 * n0 == x0 * n1:
        return
    lower, fewer = span[1] < 1, x1 * n0 < x0 * n1
    if lower == fewer:
        return
    text = (
        f"{x1} of {n1} and {x0} of {n0} have the event, {'fewer' if fewer else 'more'} of the "
        f"first group, whose hazard is the {'lower' if lower else 'higher'} one ({part.text})."
    )
    turned = entry.stated_basis is None and _excludes_one(entry, lower=lower)
    if turned and (_is_far(table) or any(_medians(ledger, entry))):
        text = f"{text[:-2]}, of an interval that excludes 1): a ratio of {TURNED}."
        detail = {"alternative": TURNED}
        yield verdict("hazard.direction", entry, part, ALTERNATIVE, text, groups, detail)
        return
    yield verdict("hazard.direction", entry, part, REMARK, text, groups)


def _excludes_one(entry: Claim, *, lower: bool) -> bool:
    """Whether the whole interval of a ratio lies on the side of the ratio."""
    if not entry.has_interval or "percent" in entry.parts:
        return False
    low, high = (entry.parts[name].bounds for name in ("ci_low", "ci_high"))
    return high[1] < 1 if lower else low[0] > 1


def _is_far(table: Table) -> bool:
    """Whether the shares with the event differ beyond chance at 0.01."""
    x1, n1, x0, n0 = table
    share = (x1 + x0) / (n1 + n0)
    error = sqrt(share * (1 - share) * (1 / n1 + 1 / n0))
    return error > 0 and abs(x1 / n1 - x0 / n0) > FAR * error


def _ratios(entry: Claim) -> Span | None:
    """The hazard ratios that print as given, also as a reduction in percent."""
    part = entry.main
    if part is None or part.value is None or part.relation not in ("=", "about"):
        return None
    low, high = (float(end) for end in part.bounds)
    if "percent" in entry.parts:
        if part.word is None:
            return None
        sign = -1 if part.word == "lower" else 1
        low, high = sorted((1 + sign * low / 100, 1 + sign * high / 100))
    return Span(low, high) if low > 0 and not low <= 1 <= high else None


def p_beside(ledger: Ledger, entry: Claim) -> tuple[Claim, Component] | None:
    """The claim's own p, or that printed apart for its ratio; none beside a margin's."""
    if "p" in entry.parts and entry.tested is None:
        return None
    every = [entry] if "p" in entry.parts else of_ratio(ledger, entry)
    found = [
        claim for claim in every if claim.tested is not None and claim.tested.relation in PRINTED
    ]
    tests = {(claim.about.test, claim.tails) for claim in found}
    one = ledger.agreed(found, "p") if len(tests) == 1 else None
    return None if one is None or one.tested is None else (one, one.tested)


def of_ratio(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The claims whose p may be that of a ratio: linked by `with`, or without a ratio of their own.

    Without a link the comparison has no other ratio, and both rest on the same: stratified and
    adjusted ratios stand beside crude ones, and a p is of one of them.
    """
    same = [
        comparison
        for comparison in ledger.comparisons[entry.about.cell]
        if comparison.about.compared == entry.about.compared
    ]
    linked = [claim for claim in same if claim.name in entry.linked or entry.name in claim.linked]
    if any("p" in claim.parts for claim in linked):
        return linked
    ratios = {
        claim.printed for claim in same if claim.measure == MEASURE and claim.main is not None
    }
    if len(ratios) > 1:
        return []
    return [
        claim for claim in same if claim.main is None and claim.stated_basis == entry.stated_basis
    ]


def _events(
    ledger: Ledger, entry: Claim, ratios: tuple[float, float], source: Claim, component: Component
) -> Iterator[Finding]:
    high_p = float(
        component.bounds[1] if component.relation == "about" else as_range(component).bounds[1]
    )
    if not 0 < high_p < 1 or source.tails != TWO_SIDED:
        return
    z, b = float(ndtri(1 - high_p / 2)), max(abs(log(ratio)) for ratio in ratios)
    events = ceil(4 * z * z / (b * b))
    sizes = [ledger.size_of(entry, group) for group in entry.about.compared]
    patients = sum(int(n or 0) for n in sizes) if None not in sizes else None
    there, what, known = patients, "patients", table_of(ledger, entry)
    if known is not None:
        there, what = known[1][0] + known[1][2], "events"
    too_many = there is not None and events > SLACK * there
    # Near no difference an adjusted ratio and a test that is not have z so far apart.
    least = 4 * max(z - apart_by(source, b), 0.0) ** 2 / (b * b) if z < Z_OF_LEVEL else events
    open_ = too_many and least <= SLACK * (there or 0)
    said = entry.parts.get("percent") or entry.parts["value"]
    text = f"{_SAID[said.word]} {said.text} with {component.text} needs at least "
    text += f"{thousands(events)} events by Wald's test"
    text += "." if there is None else f"; there are {thousands(there)} {what}."
    text += OF_ANOTHER if open_ else ""
    agreement = REMARK if open_ else INCONSISTENT if too_many else COMPATIBLE
    detail = {"events": events, what: there}
    yield verdict("hazard.events", entry, said, agreement, text, [source], detail)
