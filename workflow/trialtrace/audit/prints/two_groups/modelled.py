"""An adjusted, clustered or imputed comparison, or one of a crossover, beside the plain one.

Of randomised groups adjusting moves an estimate seldom by more than `FAR` of the larger error, and
takes away little of it, as clusters and imputed values do; a third of the plain error is what
covariates that explain nine tenths of the variance leave. The mean of differences of imputed data
sets is the difference of the means (Rubin 1987), and that of a complete crossover, whose sequences
are of a size, the one of its two means. Whatever it is, a model may do it: all are questions.
"""

from collections.abc import Iterator
from math import log, sqrt

from trialtrace.audit.ledger.claim import CROSSOVER, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import DOUBT
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.shared.two_groups import (
    RATIOS,
    WORDS,
    as_proportion,
    estimate,
    table_of,
)
from trialtrace.audit.prints.two_groups.comparisons import order_is_told
from trialtrace.audit.relations.ranges import Span, ends_of
from trialtrace.audit.relations.solvers.interval_errors import half_width_of, quantile_of
from trialtrace.audit.relations.wording import TURNED, said_of, signed

MEANS, IMPUTED = "mean_difference", "imputed"
MODELS = ("adjusted", "clustered", IMPUTED, "stratified")
FAR = 2.5
"""How many errors, of the larger one, an estimate of a model is seldom away from the plain one."""
PERIODS = 0.5
"""How many errors a crossover's periods may move its difference, of sequences of unlike size."""
NARROWER = 1 / 3
"""Which part of the plain interval's width one of a model is seldom below."""


@checks(
    "a comparison that is adjusted, clustered, stratified, imputed or of a crossover against the "
    "plain one of the same groups, as a question: an estimate more than 2.5 errors away; an "
    "interval of less than a third of the plain width; a difference of imputed numbers, or of a "
    "crossover beyond half an error, that is not that of the two numbers",
    {
        "modelled.estimate": "An estimate of a model, and the plain one.",
        "modelled.interval": "The interval of a model, and the width of the plain one.",
    },
    of_sizes=("modelled.estimate", "modelled.interval"),
)
def check_modelled(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        designs, main = set(entry.about.design or ()), entry.main
        if len(entry.about.compared) != 2 or main is None or main.relation != "=":
            continue
        if designs == {IMPUTED} or designs == {CROSSOVER}:
            yield from _of_two(ledger, entry, crossover=CROSSOVER in designs)
        of_model = designs and designs <= {*MODELS}
        if not of_model or (main.name == "percent" and entry.measure in RATIOS):
            continue
        plain = _plain(ledger, entry)
        if plain is not None:
            yield from _beside(entry, *plain, ordered=order_is_told(ledger, entry))


def _of_two(ledger: Ledger, entry: Claim, *, crossover: bool) -> Iterator[Finding]:
    """A difference against the two numbers that are of the same patients or data sets."""
    name = "percent" if entry.measure == "risk_difference" else "value"
    groups, main = ledger.compared(entry, name), entry.parts.get(name)
    if groups is None or main is None or entry.measure not in (MEANS, "risk_difference"):
        return
    alike = crossover or all(group.about.design == entry.about.design for group in groups)
    sizes = {ledger.size(group) for group in groups}
    if not alike or (crossover and (len(sizes) > 1 or not entry.has_interval)):
        return
    first, second = (ends_of(group.parts[name]) for group in groups)
    span, error = first.less(second), half_width_of(entry).high if entry.has_interval else 0.0
    slack = PERIODS * error / quantile_of(entry) if crossover else 0.0
    if any(ends_of(main).meets(low - slack, high + slack) for low, high in (span, span.turned)):
        return
    ends = [signed(end, max(main.places, 0) + 1) for end in span]
    text = f"{groups[0].parts[name].text} less {groups[1].parts[name].text} is {ends[0]} to "
    text += f"{ends[1]}; printed is {main.text}, {said_of(entry)}. Are others analysed, or is it "
    text += "adjusted too?"
    yield verdict("modelled.estimate", entry, main, DOUBT, text, groups)


Plain = tuple[list[Claim], float, float, str]
"""The claims of two groups, their plain estimate with its error on the scale of its interval, and
the words of it."""


def _plain(ledger: Ledger, entry: Claim) -> Plain | None:
    if entry.measure == MEANS:
        return _of_means(ledger, entry)
    found, measure = table_of(ledger, entry), entry.measure or ""
    if found is None or measure not in (*RATIOS, "risk_difference"):
        return None
    groups, table = found
    x1, n1, x0, n0 = table
    value = estimate(measure, table)
    if value is None or 0 in (x1, x0, n1 - x1, n0 - x0):
        return None
    told = f"on {x1} of {n1} and {x0} of {n0} the plain {WORDS[measure]} is {value:.3g}"
    if measure == "risk_difference":
        p1, p0 = x1 / n1, x0 / n0
        error = sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
        points = 1.0 if entry.main is not None and as_proportion(entry, entry.main) else 100.0
        return groups, value * points / 100, error * points, told
    odds = measure == "odds_ratio"
    rest = (1 / (n1 - x1), 1 / (n0 - x0)) if odds else (-1 / n1, -1 / n0)
    return groups, log(value), sqrt(1 / x1 + 1 / x0 + sum(rest)), told


def _of_means(ledger: Ledger, entry: Claim) -> Plain | None:
    groups = ledger.compared(entry, "value", "sd")
    if groups is None or any(group.parts["sd"].symbol == UNSAID for group in groups):
        return None
    sizes = [ledger.size(group) or 0 for group in groups]
    values, spreads = (
        [float(group.parts[name].value or 0) for group in groups] for name in ("value", "sd")
    )
    if min(sizes) < 2 or min(spreads) <= 0 or any(group.basis for group in groups):
        return None
    error = sqrt(sum(s * s / n for s, n in zip(spreads, sizes, strict=True)))
    value = values[0] - values[1]
    return groups, value, error, f"the means differ by {signed(value, 2)}"


def _beside(
    entry: Claim, groups: list[Claim], value: float, error: float, told: str, *, ordered: bool
) -> Iterator[Finding]:
    """An estimate far from the plain one, and an interval far narrower than the plain one."""
    main, half, z = entry.main, 0.0, 1.0
    if main is None or (entry.measure in RATIOS and _least(entry) <= 0):
        return
    if entry.has_interval:
        z = quantile_of(entry)
        half = (_scaled(entry, "ci_high").high - _scaled(entry, "ci_low").low) / 2
    own = _scaled(entry, main.name)
    away = max(own.low - value, value - own.high, 0.0) / max(error, half / z)
    turned = own.meets(-value - error, -value + error)
    if turned and not ordered:
        away = 0.0
    if away > FAR:
        text = f"It is that {said_of(entry)}; {told}, {away:.1f} standard errors from {main.text}. "
        text += f"Are {TURNED}?" if turned else "Does the model move it so far?"
        yield verdict("modelled.estimate", entry, main, DOUBT, text, groups)
    if 0 < half < NARROWER * z * error:
        text = f"{entry.interval} is that {said_of(entry)}, of {half / z / error:.2f} times the "
        text += "width that the groups' numbers give by themselves. Does the model explain so much?"
        yield interval_verdict("modelled.interval", entry, DOUBT, text, groups)


def _least(entry: Claim) -> float:
    """The least of an estimate and its lower limit."""
    names = {entry.main.name if entry.main else "", "ci_low"} & set(entry.parts)
    return min(ends_of(entry.parts[name]).low for name in names)


def _scaled(entry: Claim, name: str) -> Span:
    """What a number stands for; of a ratio its logarithm."""
    low, high = ends_of(entry.parts[name])
    return Span(log(low), log(high)) if entry.measure in RATIOS else Span(low, high)
