"""Standard errors, log coefficients and statistics beside their estimates; models."""

from collections.abc import Iterator
from math import exp, inf, log, sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED, UNSAID
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, Relation
from trialtrace.audit.relations.ranges import (
    Span,
    as_range,
    ends_of,
    overlaps,
    span_of,
)
from trialtrace.audit.relations.shapes import (
    BOTH,
    comparisons,
    order_is_told,
    over,
    plain,
    same_comparison,
    sizes_of,
    table_of,
    told_table,
)
from trialtrace.audit.relations.solvers.counts import (
    KINDS,
    LOGS,
    WORDS,
    as_proportion,
    estimate,
    intervals_of,
)
from trialtrace.audit.relations.solvers.estimates import (
    DIFFERENCES,
    RATIOS,
)
from trialtrace.audit.relations.solvers.interval_errors import (
    CENTRED,
    errors_of_log,
    quantile_of,
)
from trialtrace.audit.relations.wording import TURNED, p_span, said_of, signed, span_text
from trialtrace.audit.summaries.count_tests import printing_the_same
from trialtrace.audit.summaries.estimates import (
    error_of_deviation,
    interval_of_error,
    p_of_estimate,
)
from trialtrace.stats.results import StatsError

NEARLY_CENTRED = ("mean_difference", "odds_ratio", "hazard_ratio", "rate_ratio", *LOGS)
OF_A_MARGIN = ("noninferiority", "equivalence")
SQUARES = ("f", CHI_SQUARED)
PLAIN = (None, "t", "welch")
WIDER = 2.0


# --- standard errors ----------------------------------------------------------------------------


def _errors(ledger: Ledger) -> Iterator[tuple[Claim, Component, Component]]:
    """Claims with an estimate and its standard error, none of a ratio."""
    for entry in ledger.entries.values():
        main, part = entry.main, entry.parts.get("se")
        if part is not None and main is not None and plain(main) and entry.measure not in RATIOS:
            yield entry, main, part


def _freedom(ledger: Ledger, entry: Claim) -> list[float]:
    """Degrees of freedom that the quantile may have, the most and the fewest."""
    groups = [entry.about.group] if entry.about.group else list(entry.about.compared)
    found = [ledger.fewest_of(entry, group) for group in groups]
    known = [n for n in found if n is not None and n > 1]
    return [inf, float(min(known) - 1) if known and len(known) == len(found) else 1.0]


def error_deviations(ledger: Ledger) -> Iterator[Case]:
    """A standard error is the deviation beside it over √n."""
    for entry, _, _ in _errors(ledger):
        n = ledger.size(entry) if entry.about.group else None
        if "sd" in entry.parts and n:
            span = span_of(error_of_deviation(as_range(entry.parts["sd"]), n))
            text = f"A deviation of {entry.parts['sd'].text} in {n} patients is an error of "
            text += span_text(f"{end:.3g}" for end in span)
            yield Case(entry, "se", {"": span}, text, covers=("sd",))


def error_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of an estimate by its standard error."""
    for entry, main, part in _errors(ledger):
        table = table_of(ledger, entry)
        if not entry.has_interval or entry.credible:
            continue
        if entry.measure == "risk_difference" and table is not None and entry.basis is None:
            usual = intervals_of(table[1], KINDS[entry.measure], entry.confidence)
            low, high = (as_range(entry.parts[name]) for name in BOTH)
            factor = 1 if as_proportion(entry, main) else 100
            same = [*printing_the_same(usual, low, high, factor=factor)]
            if same and "wald" not in same:
                continue
        ends = [
            interval_of_error(as_range(main), as_range(part), df=df, confidence=entry.confidence)
            for df in _freedom(ledger, entry)
        ]
        first, last = (span_of(*each) for each in zip(*ends, strict=True))
        for name, span in (("ci_low", first), ("ci_high", last)):
            text = "Estimate and standard error give "
            text += span_text(signed(end, max(main.places, 0) + 1) for end in span)
            yield Case(entry, name, {"": span}, text, covers=("se",))


def error_p(ledger: Ledger) -> Iterator[Case]:
    """P of an estimate and its standard error."""
    for entry, main, part in _errors(ledger):
        if entry.numeric_p is None or entry.about.group:
            continue
        found, null = [], float(entry.about.margin_value or 0)
        for side in entry.tails:
            try:
                every = [
                    p_of_estimate(as_range(main), as_range(part), null=null, df=df, sides=side)
                    for df in _freedom(ledger, entry)
                ]
            except StatsError:
                continue
            found.append(span_of(*every))
        if found:
            low, high = min(s.low for s in found), max(s.high for s in found)
            text = f"Estimate and standard error give {p_span(low, high)}"
            half = tuple(span.times(0.5) for span in found) if entry.sides is None else ()
            yield Case(entry, "p", {"": tuple(found)}, text, others={"of one side": half},
                       covers=("se",), detail={"low": low, "high": high})  # fmt: skip


def error_groups(ledger: Ledger) -> Iterator[Case]:
    """The error of a difference against those of the counts or deviations of its groups."""
    for entry, main, part in _errors(ledger):
        found = None if entry.basis is not None else _crude_errors(ledger, entry, main)
        if found is None:
            continue
        groups, errors, told = found
        span = Span(min(errors), max(errors))
        least = allow.ADJUSTED_MEANS.value if entry.measure == "mean_difference" else 0.9
        near = least * span.low <= float(part.value or 0) <= WIDER * span.high
        text = f"On {told} the difference has a standard error of "
        text += span_text(f"{end:.3g}" for end in span)
        yield Case(entry, "se", {"": span}, text, groups,
                   excuse="maybe_adjusted" if near else None,
                   rests=(allow.ADJUSTED_RATIO,))  # fmt: skip


def _crude_errors(
    ledger: Ledger, entry: Claim, main: Component
) -> tuple[tuple[Claim, ...], list[float], str] | None:
    table = table_of(ledger, entry)
    if entry.measure == "risk_difference" and table is not None:
        groups, (x1, n1, x0, n0) = table
        p1, p0, p = x1 / n1, x0 / n0, (x1 + x0) / (n1 + n0)
        by = 1 if as_proportion(entry, main) else 100
        errors = [
            by * sqrt(p1 * (1 - p1) / (n1 - k) + p0 * (1 - p0) / (n0 - k))
            for k in (0, 1)
            if min(n1, n0) > k
        ]
        errors.append(by * sqrt(p * (1 - p) * (1 / n1 + 1 / n0)))
        return groups, errors, told_table(table[1])
    means = ledger.compared(entry, "value", "sd") if entry.measure == "mean_difference" else None
    sizes = None if means is None else sizes_of(ledger, means)
    if means is None or len(means) != 2 or sizes is None or entry.about.test not in PLAIN:
        return None
    errors, (n1, n0) = [], sizes
    for s1, s0 in zip(*(ends_of(one.parts["sd"]) for one in means), strict=True):
        pooled = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / (n1 + n0 - 2)
        errors += [sqrt(s1**2 / n1 + s0**2 / n0), sqrt(pooled * (1 / n1 + 1 / n0))]
    told = " and ".join(
        f"{one.parts['sd'].text} of {n}" for one, n in zip(means, sizes, strict=True)
    )
    return tuple(means), errors, f"deviations of {told}"


# --- coefficients and statistics ----------------------------------------------------------------


def coefficients(ledger: Ledger) -> Iterator[Case]:
    """A log coefficient against the ratio of the same comparison and basis."""
    for entry, ratio in _coefficients(ledger):
        main = entry.parts["value"]
        low, high = map(exp, ends_of(main))
        part = ratio.parts["value"]
        places = max(part.places, 0) + 1
        text = f"A log of {main.text} is a ratio of {low:.{places}f} to {high:.{places}f}"
        yield Case(entry, "value", {"": overlaps(part, low, high)}, text, (ratio,),
                   shown=part.text)  # fmt: skip


def _coefficients(ledger: Ledger) -> Iterator[tuple[Claim, Claim]]:
    for entry in comparisons(ledger, "value"):
        if entry.measure not in LOGS or not plain(entry.parts["value"]):
            continue
        ratios = [
            claim
            for claim in same_comparison(ledger, entry)
            if claim.measure == LOGS[entry.measure] and claim.stated_basis == entry.stated_basis
            if plain(claim.parts.get("value"))
        ]
        ratio = ledger.agreed(ratios, "value")
        if ratio is not None:
            yield entry, ratio


def coefficient_errors(ledger: Ledger) -> Iterator[Case]:
    """The error of a log coefficient, and the one that the ratio's interval stands for."""
    for entry, ratio in _coefficients(ledger):
        part, errors = entry.parts.get("se"), errors_of_log(ratio)
        if part is None or errors is None or errors.low <= 0 or ends_of(part).low <= 0:
            continue
        least, most = ends_of(part)
        apart = max(errors.low / most, least / errors.high)
        text = f"{ratio.interval} is a standard error of the log of {errors.low:.3f} to "
        text += f"{errors.high:.3f}"
        yield Case(entry, "se", {"": apart <= 1}, text, (ratio,),
                   excuse="maybe_adjusted" if apart <= allow.CROSSOVER.value else None,
                   rests=(allow.CROSSOVER,))  # fmt: skip


def coefficient_counts(ledger: Ledger) -> Iterator[Case]:
    """A log coefficient of no printed ratio against the crude one."""
    with_ratio = {entry.name for entry, _ in _coefficients(ledger)}
    for entry in comparisons(ledger, "value", groups=2):
        measure, main = LOGS.get(entry.measure or ""), entry.parts["value"]
        found = table_of(ledger, entry)
        if measure not in KINDS or measure is None or entry.name in with_ratio or found is None:
            continue
        crude = estimate(measure, found[1])
        if entry.basis is not None or not crude or not plain(main):
            continue
        low, high = map(exp, ends_of(main))
        by = allow.ADJUSTED_RATIO.value
        near = high >= crude / by and low <= crude * by
        turned = low <= 1 / crude <= high and not order_is_told(ledger, entry)
        text = f"On {told_table(found[1])} the {WORDS[measure]} is {crude:.3g}; a log of "
        text += f"{main.text} is one of {low:.3g} to {high:.3g}."
        yield Case(entry, "value", {"": low <= crude <= high}, text, found[0],
                   {f"with {TURNED}": turned}, excuse="maybe_adjusted" if near else None,
                   rests=(allow.ADJUSTED_RATIO,))  # fmt: skip


def statistics_of_estimates(ledger: Ledger) -> Iterator[Case]:
    """z, t, F or χ² of one degree of freedom beside estimate and error, or interval."""
    for entry in ledger.entries.values():
        part, main = entry.parts.get("statistic"), entry.main
        if part is None or main is None or entry.about.group or not plain(main) or not plain(part):
            continue
        degrees = entry.parts.get("df1")
        one = part.symbol in SQUARES and degrees is not None and degrees.value == 1
        if not (part.symbol in ("t", "z") or one) or entry.about.margin_value is not None:
            continue
        span = _of_error(entry, main)
        exact = span is not None
        span = span or _of_interval(entry, main)
        if span is None:
            continue
        own = ends_of(part)
        own = Span(max(own.low, 0) ** 0.5, max(own.high, 0) ** 0.5) if one else own.sizes
        by = allow.EXACT_TESTS.value
        near = own.meets(by * span.low, span.high / by)
        loose = not exact and (entry.measure in RATIOS or part.symbol != "t") and near
        other = not exact and entry.about.test not in PLAIN
        power = 2 if one else 1
        shown = span_text(signed(end**power, max(part.places, 1)) for end in span if end < inf)
        text = f"Estimate and {'error' if exact else 'interval'} give {shown}"
        yield Case(entry, "statistic", {"": own.meets(*span)}, text,
                   excuse="other_test" if loose or other else None,
                   rests=() if exact else (allow.EXACT_TESTS,),
                   detail=span._asdict())  # fmt: skip


def _of_error(entry: Claim, main: Component) -> Span | None:
    error = entry.parts.get("se")
    if error is None or entry.measure in RATIOS:
        return None
    return over(ends_of(main).sizes, ends_of(error)) if ends_of(error).high > 0 else None


def _of_interval(entry: Claim, main: Component) -> Span | None:
    """Sizes of the statistic that estimate and interval give, on the scale of the measure."""
    if not entry.has_interval or entry.about.interval not in CENTRED or entry.credible:
        return None
    logs = entry.measure in RATIOS
    if main.name != "value" or (not logs and entry.measure not in (*DIFFERENCES, None)):
        return None
    numbers = [ends_of(part) for part in (main, *(entry.parts[name] for name in BOTH))]
    if logs and min(pair.low for pair in numbers) <= 0:
        return None
    middle, low, high = (Span(*map(log, pair)) if logs else pair for pair in numbers)
    reach = high.less(low)
    if reach.low <= 0 or not middle.meets((low.low + high.low) / 2, (low.high + high.high) / 2):
        return None
    statistic = entry.parts["statistic"].symbol
    degrees = entry.parts.get("df2" if statistic == "f" else "df1")
    quantiles = [quantile_of(entry)]
    if statistic in ("t", "f") and degrees is not None and degrees.value:
        quantiles.append(quantile_of(entry, float(degrees.value)))
    small, large = middle.sizes
    return Span(2 * min(quantiles) * small / reach.high, 2 * max(quantiles) * large / reach.low)


# --- signs and models ---------------------------------------------------------------------------


def modelled(ledger: Ledger) -> Iterator[Case]:
    """An adjusted, clustered or imputed comparison far from the plain one."""
    for entry in comparisons(ledger, groups=2):
        designs, main = set(entry.about.design or ()), entry.main
        own = designs and designs <= {"adjusted", "clustered", "imputed", "stratified"}
        if not own or main is None or not plain(main):
            continue
        ratio = entry.measure in RATIOS
        plain_one = None if main.name == "percent" and ratio else _plain(ledger, entry, main)
        if plain_one is None:
            continue
        groups, value, error, told = plain_one
        numbers = [main, *(entry.parts[n] for n in BOTH if n in entry.parts)]
        if ratio and min(ends_of(part).low for part in numbers) <= 0:
            continue
        scaled = [Span(*map(log, ends_of(p))) if ratio else ends_of(p) for p in numbers]
        half = (scaled[2].high - scaled[1].low) / 2 if len(scaled) == 3 else 0.0
        z = quantile_of(entry) if entry.has_interval else 1.0
        own_span = scaled[0]
        away = max(own_span.low - value, value - own_span.high, 0.0) / max(error, half / z)
        turned = own_span.meets(-value - error, -value + error)
        if turned and not order_is_told(ledger, entry):
            away = 0.0
        if away > allow.MODELLED.value:
            text = f"It is that {said_of(entry)}; {told}, {away:.1f} standard errors from it."
            yield Case(entry, main.name, {"": False}, text, groups)
        if 0 < half < z * error / 3:
            text = f"{entry.interval} is {half / z / error:.2f} times as wide as the plain one."
            yield Case(entry, "ci_low", {"": False}, text, groups)


def _plain(
    ledger: Ledger, entry: Claim, main: Component
) -> tuple[tuple[Claim, ...], float, float, str] | None:
    """The claims of two groups, and their plain estimate with its error, on the log for ratios."""
    if entry.measure == "mean_difference":
        groups = ledger.compared(entry, "value", "sd")
        sizes = None if groups is None else sizes_of(ledger, groups)
        if groups is None or sizes is None:
            return None
        if any(g.parts["sd"].symbol == UNSAID or g.basis for g in groups):
            return None
        values, spreads = (
            [float(g.parts[name].value or 0) for g in groups] for name in ("value", "sd")
        )
        error = sqrt(sum(s * s / n for s, n in zip(spreads, sizes, strict=True)))
        value = values[0] - values[1]
        told = f"the means differ by {signed(value, 2)}"
        return (tuple(groups), value, error, told) if error > 0 else None
    found, measure = table_of(ledger, entry), entry.measure or ""
    if found is None or measure not in KINDS:
        return None
    groups_, (x1, n1, x0, n0) = found
    crude = estimate(measure, found[1])
    if crude is None or 0 in (x1, x0, n1 - x1, n0 - x0):
        return None
    told = f"on {told_table(found[1])} the plain {WORDS[measure]} is {crude:.3g}"
    if measure == "risk_difference":
        p1, p0, points = x1 / n1, x0 / n0, 1.0 if as_proportion(entry, main) else 100.0
        error = sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
        return groups_, crude * points / 100, error * points, told
    rest = (1 / (n1 - x1), 1 / (n0 - x0)) if measure == "odds_ratio" else (-1 / n1, -1 / n0)
    return groups_, log(crude), sqrt(1 / x1 + 1 / x0 + sum(rest)), told


HOW = "Are estimate, interval and P of one analysis, and by which test?"


TABLE = (
    Relation(
        "error.deviation",
        "A standard error, and the deviation beside it.",
        error_deviations,
        "Which of the two is meant, and of how many patients?",
        of_sizes=True,
    ),
    Relation(
        "error.interval",
        "A standard error, and the interval of its estimate.",
        error_intervals,
        HOW,
    ),
    Relation("error.p", "An estimate with its standard error, and p.", error_p, HOW),
    Relation(
        "error.groups",
        "The standard error of a difference, and the counts or deviations of its groups.",
        error_groups,
        HOW,
        of_sizes=True,
    ),
    Relation(
        "coefficient.ratio",
        "A log coefficient, and the ratio that it is the log of.",
        coefficients,
        "Which of the two is meant?",
    ),
    Relation(
        "coefficient.error",
        "The error of a log coefficient, and the interval of the ratio.",
        coefficient_errors,
        "Is one of the two errors a robust one?",
    ),
    Relation(
        "coefficient.counts",
        "A log coefficient without its ratio, and the counts.",
        coefficient_counts,
        HOW,
        of_sizes=True,
    ),
    Relation(
        "estimate.statistic",
        "An estimate with its error or interval, and its test statistic.",
        statistics_of_estimates,
        HOW,
    ),
    Relation(
        "modelled.estimate",
        "An estimate of a model, and the plain one.",
        modelled,
        "Does the model move it so far?",
        of_sizes=True,
        only_asks=True,
    ),
)
