"""Estimates with their interval and p: the middle, and the p that both give.

A ratio is judged on the log scale, a relative reduction of x % as the ratio 1 - x/100, a difference
as it stands. A p may be that of a margin in place of no difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import inf

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, INCONSISTENT, UNDECIDED
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared import corrections
from trialtrace.audit.prints.shared.p_sides import (
    p_range,
)
from trialtrace.audit.prints.shared.two_groups import KINDS, LOGS
from trialtrace.audit.prints.two_groups.other_tests import (
    OF_NO_NAME,
    may_be_another,
    of_another,
    tails,
)
from trialtrace.audit.prints.wholes import headline
from trialtrace.audit.prints.wholes.headline import REDUCTION
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, as_range, overlaps, span_of
from trialtrace.audit.relations.solvers import families
from trialtrace.audit.relations.solvers.evenness import MOST_UNEVEN, logs, most_uneven, unevenness
from trialtrace.audit.relations.solvers.interval_errors import CENTRED
from trialtrace.audit.relations.wording import p_span
from trialtrace.audit.summaries.estimates import EstimateCheck, check_estimate
from trialtrace.audit.summaries.printed import Bounds, Printed
from trialtrace.stats.results import StatsError

RATIOS = (*headline.RATIOS, REDUCTION, "geometric_mean_ratio", "win_ratio", "ratio")
DIFFERENCES = (
    "risk_difference",
    "mean_difference",
    "restricted_mean_difference",
    "difference",
    *LOGS,
)
CHECK = "interval.p"
COVERS = ("value", "percent", "ci_low", "ci_high")
NEARLY_CENTRED = ("mean_difference", "odds_ratio", "hazard_ratio", "rate_ratio", *LOGS)
OF_A_MARGIN = ("noninferiority", "equivalence")
WHOLE = Decimal(100)
FEWEST_DF = 8.0
"""Fewest degrees of freedom of a difference of means of groups whose sizes are not printed."""


@dataclass(frozen=True)
class OnScale:
    """An estimate with its bounds, as a ratio or a difference, and the value that p is about."""

    scale: str
    estimate: Printed
    low: Printed
    high: Printed
    null: float


@checks(
    "an estimate in the middle of its interval, on the log scale for ratios, and the p of both, "
    "of no difference or of a margin; of events, a p of no named test is *not checkable* beside "
    "an interval whose z is within a factor of 0.7 of its own (0.9 of hazard and rate ratios), or "
    "where neither is significant and z differ by 0.36 (by 1 of hazard and rate ratios near 1 of "
    "which a test or an adjusted model is stated), since exact, corrected and log-rank tests lie "
    "so near, and inconsistent beyond; a p of a stated other test of events the same (a standard "
    "error more where no model is stated), of a difference of means by a model within 0.93, "
    "without one where it is weaker than √(z² − 2.58²), which no covariate of randomised groups "
    "makes of z",
    {
        "interval.centred": "An estimate, and the middle of its interval.",
        CHECK: "An estimate with its interval, and p.",
    },
)
def check_estimates(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.main is None or not entry.has_interval:
            continue
        # A posterior has no test, and need not be symmetric.
        if entry.credible or entry.main.relation != "=":
            continue
        on_scale = _on_scale(entry, entry.main)
        if on_scale is not None:
            yield from _of_estimate(ledger, entry, entry.main, on_scale)


def _on_scale(entry: Claim, main: Component) -> OnScale | None:
    """None for what is neither a ratio nor a difference."""
    measure, percent = entry.measure, "percent" in entry.parts
    low, high, margin = entry.parts["ci_low"], entry.parts["ci_high"], entry.about.margin_value
    if measure in DIFFERENCES or _is_unnamed_difference(entry):
        by = Fraction(1, 100) if percent else Fraction(1)
        null = float(margin * Decimal(by.numerator) / by.denominator) if margin else 0.0
        middle, lower, upper = (as_range(part).scaled(by) for part in (main, low, high))
        return OnScale("identity", middle, lower, upper, null)
    if measure not in RATIOS:
        return None
    if not percent and measure != REDUCTION:
        return OnScale("log", as_range(main), as_range(low), as_range(high), float(margin or 1))
    if main.word is None and measure != REDUCTION:
        return None
    whole = WHOLE if percent else Decimal(1)
    sign = 1 if main.word == "higher" else -1
    # A reduction of x % is the ratio 1 - x / 100, so that its upper bound is the ratio's lower one.
    ends = (low, high) if sign == 1 else (high, low)
    ratio, lower, upper = (
        as_range(replace(part, value=whole + sign * (part.value or 0))).scaled(1 / Fraction(whole))
        for part in (main, *ends)
    )
    return OnScale("log", ratio, lower, upper, float(1 + sign * (margin or 0) / whole))


def _is_unnamed_difference(entry: Claim) -> bool:
    """Whether a comparison that nothing names, of two groups or called a difference, is no ratio,
    for a number of it is below 0."""
    parts = [entry.parts.get(name) for name in ("value", "ci_low", "ci_high")]
    called = not entry.about.group and entry.printed.startswith("difference ")
    two = called or len(entry.about.compared) == 2
    compared = entry.measure is None and two and parts[0] is not None
    return compared and any(part is not None and (part.value or 0) < 0 for part in parts)


def _of_estimate(
    ledger: Ledger, entry: Claim, main: Component, scaled: OnScale
) -> Iterator[Finding]:
    every = {one.scale: _checks(ledger, entry, one) for one in _scales(entry, scaled)}
    first = next(
        (estimate_check for own in every[scaled.scale].values() for estimate_check in own), None
    )
    if first is None:
        return
    part, of_p = entry.parts.get("p"), []
    about_margin = part is not None and (part.symbol in OF_A_MARGIN and entry.about.margin_value)
    if part is not None and (entry.numeric_p is not None or about_margin):
        of_p = list(_p(ledger, entry, part, scaled, every))
    yield from of_p
    # A p that estimate and interval give together says that it is centred, too.
    said = first.symmetric and any(finding.agreement == COMPATIBLE for finding in of_p)
    if not said and (first.symmetric or entry.about.interval in CENTRED):
        yield _centred(entry, main, scaled, first.symmetric)


def p_of_interval(ledger: Ledger, entry: Claim) -> Span | None:
    """P of no difference that the interval of an estimate leaves, of two sides.

    Over what prints so, over the scales on which it may be centred, and all degrees of freedom.
    """
    main = entry.main
    if main is None or main.relation != "=" or not entry.has_interval:
        return None
    given = None if entry.credible else _on_scale(entry, main)
    if given is None or entry.measure is None or entry.about.margin_value is not None:
        return None
    degrees = _degrees(ledger, entry)
    every = [
        _checked(entry, scale, df, "two_sided") for scale in _scales(entry, given) for df in degrees
    ]
    found = [estimate_check.p_of_bounds for estimate_check in every if estimate_check is not None]
    return span_of(*found) if found else None


def p_of_margin(
    ledger: Ledger, entry: Claim, margin: Decimal, sides: Sequence[str]
) -> dict[str, Span]:
    """P of a margin that an estimate and its interval leave, by side, over all that prints so."""
    main = entry.main
    if main is None or main.relation != "=" or entry.credible:
        return {}
    of_it = replace(entry, about=replace(entry.about, margin=f"{margin:f}"))
    given = _on_scale(of_it, main)
    if given is None:
        return {}
    found: dict[str, Span] = {}
    for side in dict.fromkeys(sides):
        every = [
            checked.p if checked.symmetric else checked.p_of_bounds
            for scale in _scales(of_it, given)
            for df in _degrees(ledger, of_it)
            if (checked := _checked(of_it, scale, df, side)) is not None
        ]
        if every:
            found[side] = span_of(*every)
    return found


def _scales(entry: Claim, scaled: OnScale) -> list[OnScale]:
    """A ratio's interval is centred on the log scale as a rule, by some models as it stands."""
    plain = scaled.scale == "log" and entry.about.interval != "log"
    return [scaled, replace(scaled, scale="identity")] if plain else [scaled]


def _checks(ledger: Ledger, entry: Claim, scale: OnScale) -> dict[str, list[EstimateCheck]]:
    """By side of the test, with every number of degrees of freedom."""
    degrees = _degrees(ledger, entry)
    checks = {side: [_checked(entry, scale, df, side) for df in degrees] for side in tails(entry)}
    return {
        side: [estimate_check for estimate_check in own if estimate_check is not None]
        for side, own in checks.items()
    }


def _centred(entry: Claim, main: Component, scaled: OnScale, symmetric: bool) -> Finding:
    on = " on the log scale" if scaled.scale == "log" else ""
    covers: tuple[str, ...] = ("ci_high",)
    agreement = COMPATIBLE
    if symmetric:
        text = f"{main.text} can be the middle{on} of {entry.interval}."
        # Where the counts give the estimate itself, that says more of it.
        if entry.basis is not None or entry.measure not in KINDS:
            covers = ("ci_high", main.name)
    else:
        text = f"{main.text} is not the middle{on} of {entry.interval}, as it is for the usual "
        text += "interval; "
        far = entry.measure in NEARLY_CENTRED and _is_far(entry, scaled)
        if far:
            text += "nor does an exact or profile interval lie so far to one side."
        else:
            text += "exact, score, profile and sequential intervals need not be centred."
        agreement = INCONSISTENT if entry.about.interval or far else COMPATIBLE
    return verdict("interval.centred", entry, "ci_low", agreement, text, covers=covers)


def _is_far(entry: Claim, scaled: OnScale) -> bool:
    """Whether an interval lies further to one side than any usual one, on its best scale."""
    _, *others = _scales(entry, scaled)
    for one in others:
        checked = _checked(entry, one, inf, "two_sided")
        if checked is None or checked.symmetric:
            return False
    ends = [
        [float(end) for end in part.bounds] for part in (scaled.low, scaled.estimate, scaled.high)
    ]
    if scaled.scale == "log":
        low, middle, high = map(logs, ends)
        return unevenness(low, middle, high) > most_uneven(low, high, entry.confidence)
    low, middle, high = ((least, most) for least, most in ends)
    return unevenness(low, middle, high) > MOST_UNEVEN


def _p(
    ledger: Ledger,
    entry: Claim,
    component: Component,
    scaled: OnScale,
    every: dict[str, dict[str, list[EstimateCheck]]],
) -> Iterator[Finding]:
    """P by every scale on which the interval is centred."""
    spans = {scale: _spans(by_side) for scale, by_side in every.items()}
    spans = {scale: span for scale, span in spans.items() if span}
    if not spans:
        if two_sided := every[scaled.scale].get("two_sided"):
            yield from _decision(ledger, entry, component, scaled, two_sided[0].p_of_bounds)
        return
    by_procedure = _by_procedure(ledger, entry, component, spans)
    if isinstance(by_procedure, Finding):
        yield by_procedure
        return
    holding = [scale for scale, span in spans.items() if any(overlaps(component, *p) for p in span)]
    scale = (holding or list(spans))[0]
    told = [p for p in spans[scale] if overlaps(component, *p)] or spans[scale]
    p = Span(min(low for low, _ in told), max(high for _, high in told))
    text = f"Estimate and interval give {p_span(*p)}"
    if scale == "identity" and len(every) > 1:
        text += " if the interval is centred as it stands, not on the log scale"
    if entry.about.margin_value is not None:
        text += f" against {entry.about.margin_value}"
    if holding:
        yield verdict(CHECK, entry, component, True, text, detail=p._asdict(), covers=COVERS)
        return
    printed = f"{text}{by_procedure}; printed is {component.text}."
    agreement, why = INCONSISTENT, ""
    if not by_procedure:
        agreement, why = of_another(ledger, entry, component, p)
    alone = agreement == INCONSISTENT and not by_procedure
    if alone and _of_one_side(ledger, entry, component, scaled):
        # One matter, one line: why p is not that of two sides is then no question.
        agreement, alone = ALTERNATIVE, False
        printed, why = f"{text}; {component.text} is that of one side.", ""
    finding = verdict(
        CHECK,
        entry,
        component,
        agreement,
        printed + why,
        detail=p._asdict(),
        open=why == OF_NO_NAME,
    )
    corrected = alone and entry.about.margin_value is None
    yield (
        corrections.told(ledger, entry, component, p, finding, p_of_interval)
        if corrected
        else finding
    )


def _by_procedure(
    ledger: Ledger, entry: Claim, component: Component, spans: Mapping[str, list[Span]]
) -> Finding | str:
    """A p of a named procedure for several comparisons that it gives; else what it would give."""
    if entry.about.margin_value is not None or entry.tails != TWO_SIDED:
        return ""
    ends = [end for span in spans.values() for pair in span for end in pair]
    p = Span(min(ends), max(ends))
    choices = families.declared(ledger, entry, p, corrections.comparisons(ledger, entry))
    for words, low, high in choices:
        if overlaps(component, low, high):
            text = f"Estimate and interval give {p_span(low, high)} {words}"
            detail = {"low": low, "high": high}
            return verdict(CHECK, entry, component, True, text, detail=detail, covers=COVERS)
    told = [f"{p_span(low, high)} {words}" for words, low, high in choices]
    return f" by themselves, {' and '.join(told)}" if told else ""


def _of_one_side(ledger: Ledger, entry: Claim, component: Component, scale: OnScale) -> bool:
    """Whether a p of which nothing says so is one of one side."""
    if entry.sides is not None or entry.about.margin_value is not None:
        return False
    about = replace(entry.about, sides="less")
    one_sided = [replace(entry, about=about), replace(entry, about=replace(about, sides="greater"))]
    spans = [span for claim in one_sided for span in _spans(_checks(ledger, claim, scale))]
    return any(overlaps(component, *span) for span in spans)


def _spans(by_side: dict[str, list[EstimateCheck]]) -> list[Span]:
    """By side, p from least to greatest over the degrees of freedom.

    Between two of them p takes every value: those of Welch's test lie between.
    """
    sides = [
        [estimate_check.p for estimate_check in estimate_checks if estimate_check.symmetric]
        for estimate_checks in by_side.values()
    ]
    return [span_of(*side) for side in sides if side]


def _decision(
    ledger: Ledger, entry: Claim, component: Component, scale: OnScale, p_of_bounds: Bounds
) -> Iterator[Finding]:
    """An interval that is not centred: whether it and p agree on the value that p is about."""
    if tails(entry) != TWO_SIDED or component.value is None:
        return
    (low, low_end), (high_end, high) = scale.low.bounds, scale.high.bounds
    level, margin = 1 - entry.confidence, entry.about.margin_value
    least, most = p_range(component)
    null = "no difference" if margin is None else f"a margin of {margin}"
    if low_end < scale.null < high_end and most < level:
        text = f"{entry.interval} includes {null}, while {component.text}."
    elif not low < scale.null < high and least > level:
        text = f"{entry.interval} excludes {null}, while {component.text}."
    else:
        return
    p = span_of(p_of_bounds)
    near = may_be_another(entry, component, *p)
    unnamed = near and entry.about.test is None
    text += OF_NO_NAME if unnamed else " The two may come of different methods."
    agreement = UNDECIDED if near else INCONSISTENT
    finding = verdict(CHECK, entry, component, agreement, text, open=unnamed)
    yield (
        finding
        if near or margin is not None
        else corrections.told(ledger, entry, component, p, finding, p_of_interval)
    )


def _checked(entry: Claim, scaled: OnScale, df: float, side: str) -> EstimateCheck | None:
    try:
        return check_estimate(
            scaled.estimate,
            scaled.low,
            scaled.high,
            scale=scaled.scale,
            null=scaled.null,
            df=df,
            confidence=entry.confidence,
            sides=side,
        )
    except StatsError:
        return None


def _degrees(ledger: Ledger, entry: Claim) -> list[float]:
    """Degrees of freedom of the interval: for means the t test's, from least to most, and none.

    `FEWEST_DF` where no size is known.
    """
    if entry.measure not in (None, "mean_difference"):
        return [inf]
    if entry.measure is None or len(entry.about.compared) != 2:
        return [inf, FEWEST_DF]
    sizes = [ledger.fewest_of(entry, group) for group in entry.about.compared]
    if None in sizes:
        return [inf, FEWEST_DF]
    known = [int(size or 0) for size in sizes]
    return [inf, *(float(df) for df in (sum(known) - 2, min(known) - 1) if df > 0)]
