"""Differences and ratios of two groups against their printed counts, and the groups against all.

An estimate may have been made from the counts or from the rounded percentages; both are tried and
told apart. A reduction is often printed without its sign, so that a missing sign is no finding; a
sign that is printed is held against the order of the groups.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from trialtrace.audit.candidates.count_methods import TESTS
from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.verdicts import NO_USUAL_INTERVAL
from trialtrace.audit.prints.agreements import (
    ALTERNATIVE,
    COMPATIBLE,
    DOUBT,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
)
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.paired.same_patients import of_fewer
from trialtrace.audit.prints.shared.two_groups import (
    KINDS,
    METHODS,
    NEEDED,
    RATIOS,
    WORDS,
    Table,
    as_proportion,
    as_ratio,
    estimate,
    exchanged,
    intervals_of,
    may_be_of_model,
    of_percentages,
    shares_of,
    span_of,
    table_of,
    with_halves,
)
from trialtrace.audit.prints.two_groups.count_tests import counted
from trialtrace.audit.prints.two_groups.other_measures import (
    fits,
    harm,
    misnamed_as,
    other_odds_ratio,
    rounded_up,
    shown_of,
)
from trialtrace.audit.relations.ranges import Span, as_range, either_way, overlaps, prints, unsigned
from trialtrace.audit.relations.wording import (
    BY_MODEL,
    NOT_CHECKED,
    TURNED,
    listed,
    said_of,
    signed,
    span_text,
)
from trialtrace.audit.summaries.count_tests import printing_the_same
from trialtrace.stats.results import Interval

FISHER = "fisher"
FACTOR = 2
"""By which factor a ratio that is not called crude may differ from the crude one: by adjustment."""
OF_A_MODEL = " A ratio of a model, adjusted or Cox's, need not be that of the counts."
UNSAID_RATIO = "Not checkable: the paper does not say whether this ratio is adjusted."
NEAR_THE_CRUDE = "Not checkable: strata, weights or a robust error may give this beside the counts."
"""Of an interval around its estimate that is near the crude one."""
OF_NO_SIDE = "Not checkable: are the events what the treatment is for? "
OF_SHARES = "comparison.percentages"


@checks(
    "differences, ratios and numbers needed to treat against the counts, or two "
    "percentages without counts; made from the rounded percentages or not; a ratio that nothing "
    "shows to be crude contradicts beyond a factor of 2 and is a remark within it, as is an "
    "interval around a difference or ratio near the crude one that is not narrower; the groups "
    "against all",
    {
        "comparison.estimate": "A difference, ratio or number needed to treat, and the counts.",
        "comparison.percentages": "A difference, ratio or reduction, and percentages "
        "without counts.",
        "comparison.interval": "The interval of a comparison, by the usual methods.",
        "comparison.total": "A number for all patients, and the sum of the groups.",
    },
    of_sizes=(
        "comparison.estimate",
        "comparison.interval",
        "comparison.total",
    ),
)
def check_comparisons(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.measure in WORDS and len(entry.about.compared) == 2:
            yield from _compared(ledger, entry)
        if entry.about.group == ALL:
            yield from _everyone(ledger, entry)


def _compared(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    main, found = entry.main, table_of(ledger, entry)
    if main is None or main.relation != "=":
        return
    if found is None:
        yield from _of_shares(ledger, entry, main)
        return
    groups, table = found
    if entry.basis is not None:
        yield _of_model(entry, main, groups, table, of_fewer(ledger, entry, groups))
        return
    of_it, value = [], None
    if entry.measure not in RATIOS or main.name != "percent":
        value = estimate(entry.measure or "", table)
        if value is not None and as_proportion(entry, main):
            value /= 100
        if entry.measure == NEEDED and value is not None:
            value *= _good(ledger, entry, main)
        of_it = [_estimate(ledger, entry, main, groups, table, value)]
    if entry.has_interval and entry.measure in KINDS:
        of_it.append(_interval(entry, groups, table))
    span = None if value is None else Span(value, value)
    if len(of_it) > 1 and _sign_lost(entry, *of_it):
        text = of_it[0].sentence.removesuffix(".")
        text += ", while its interval is that of these groups as they stand."
        detail = {key: one for key, one in of_it[0].detail.items() if key != "alternative"}
        of_it[0] = replace(of_it[0], agreement=INCONSISTENT, sentence=text, detail=detail)
    if len(of_it) > 1 and all("exchanged" in finding.detail for finding in of_it):
        yield from of_it if order_is_told(ledger, entry) else map(_other_order, of_it)
    elif may_be_of_model(entry, value, of_it):
        yield from map(_near_the_crude, of_it)
    else:
        yield from map(_unsaid, of_it) if _may_be_adjusted(entry, main, span, of_it) else of_it


def _sign_lost(entry: Claim, of_estimate: Finding, of_interval: Finding) -> bool:
    """Whether a difference is turned round and its interval, which is that of the counts, is not.

    An interval as far to one side of 0 as to the other is both.
    """
    if entry.measure != "risk_difference" or unsigned(entry):
        return False
    low, high = entry.parts["ci_low"], entry.parts["ci_high"]
    middle = float(low.value or 0) + float(high.value or 0)
    even = abs(middle) <= float(low.ulp) + float(high.ulp)
    turned = of_estimate.detail.get("alternative") == TURNED
    return turned and of_interval.agreement == COMPATIBLE and not even


def order_is_told(ledger: Ledger, entry: Claim) -> bool:
    """Whether a ratio is known to be that of the first group: the paper says so, or the second is
    the control. Of two treatments, or with the control first, `compare` may be the other way round.
    """
    first, second = (ledger.groups[name].control for name in entry.about.compared)
    return entry.about.ordered or (second and not first)


def _other_order(finding: Finding) -> Finding:
    return replace(finding, agreement=ALTERNATIVE, detail={**finding.detail, "alternative": TURNED})


def _may_be_adjusted(
    entry: Claim, main: Component, span: Span | None, findings: Sequence[Finding]
) -> bool:
    """Whether nothing shows that a ratio near the crude one is crude: no word, test or number.

    Its estimate or its interval shows it, where one is that of the counts, or both are those of
    the other ratio: no adjusted ratio gives two such numbers by chance.
    """
    if entry.measure not in RATIOS or main.name == "percent" or span is None:
        return False
    if main.crude or entry.about.test in TESTS:
        return False
    if any(finding.agreement != INCONSISTENT for finding in findings):
        return False
    if len(findings) > 1 and all("misnamed" in finding.detail for finding in findings):
        return False
    printed = float(main.value or 0)
    return span[0] / FACTOR <= printed <= span[1] * FACTOR


def _unsaid(finding: Finding) -> Finding:
    text = f"{UNSAID_RATIO} {finding.sentence.removesuffix(OF_A_MODEL)}"
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text, remark=True)


def _near_the_crude(finding: Finding) -> Finding:
    """An estimate or interval that is not the crude one as what a model may give."""
    if finding.agreement != INCONSISTENT:
        return finding
    text = finding.sentence.removesuffix(BY_MODEL).removesuffix(OF_A_MODEL)
    text = f"{NEAR_THE_CRUDE} {text}{BY_MODEL}"
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text, remark=True)


def _is_wanted(ledger: Ledger, entry: Claim) -> bool:
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    return outcome is not None and outcome.wanted


def _good(ledger: Ledger, entry: Claim, main: Component) -> int:
    """1 where fewer events in the first group are what the number needed is for, else -1.

    Of a number needed to harm, of events that are wanted, or with the control group first, it is
    more events.
    """
    turns = (
        main.word == "higher",
        _is_wanted(ledger, entry),
        ledger.groups[entry.about.compared[0]].control,
    )
    return -1 if sum(turns) % 2 else 1


def _estimate(
    ledger: Ledger,
    entry: Claim,
    main: Component,
    groups: list[Claim],
    table: Table,
    value: float | None,
) -> Finding:
    measure = entry.measure or ""
    counts = "{} of {} and {} of {}".format(*table)
    text = f"On {counts} the {WORDS[measure]} is {shown_of(main, measure, value)}"

    def make(agreement: str, more: str, **details: object) -> Finding:
        detail = {"table": table, "value": value, **details}
        return verdict("comparison.estimate", entry, main, agreement, text + more, groups, detail)

    free = measure != NEEDED and unsigned(entry)
    if fits(main, value, free):
        return make(EXACT, f", which prints as {main.text}.")
    if measure == NEEDED and value is not None:
        if rounded_up(main, value):
            return make(EXACT, f", rounded up to {main.text}, as is usual.")
        if fits(main, -value, False) or rounded_up(main, -value):
            return _of_other_side(ledger, entry, main, make)
    if measure == "odds_ratio" and (named := other_odds_ratio(main, table)) is not None:
        by_test = named.startswith("the conditional") and entry.about.test == FISHER
        return make(EXACT if by_test else COMPATIBLE, f"; {main.text} is {named}.")
    halves = with_halves(measure, table, 0.95)
    if halves is not None and fits(main, halves[0], False):
        return make(COMPATIBLE, f"; {main.text} is that with 0.5 added to each cell.")
    if fits(main, value, True):
        return make(ALTERNATIVE, f"; {main.text} is that with {TURNED}.", alternative=TURNED)
    if fits(main, of_percentages(measure, groups), free):
        more = f"; {main.text} is that of the two rounded percentages."
        return make(ALTERNATIVE, more, alternative="made from the rounded percentages")
    if (misnamed := misnamed_as(main, measure, table)) is not None:
        return make(INCONSISTENT, f"; {main.text} is the {misnamed}.", misnamed=misnamed)
    if measure in RATIOS and fits(main, estimate(measure, exchanged(table)), False):
        return make(INCONSISTENT, f"; {main.text} is that with {TURNED}.", exchanged=True)
    more = f"; printed is {main.text}."
    if measure in RATIOS and not main.crude:
        more += OF_A_MODEL
    return make(INCONSISTENT, more + (BY_MODEL if measure == "risk_difference" else ""))


def _of_other_side(
    ledger: Ledger, entry: Claim, main: Component, make: Callable[[str, str], Finding]
) -> Finding:
    """A number needed to treat that is that of harm, where benefit is printed, or the other way."""
    if ledger.groups[entry.about.compared[0]].control:
        return make(COMPATIBLE, f"; {main.text} is that of the first group, which is the control.")
    finding = make(INCONSISTENT, f"; printed is {main.text}. {harm(main)}")
    if _is_wanted(ledger, entry) or (main.value or 0) < 0:
        return finding
    text = f"{OF_NO_SIDE}{finding.sentence}"
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text, remark=True)


def _of_model(
    entry: Claim, main: Component, groups: list[Claim], table: Table, fewer: bool
) -> Finding:
    """An estimate that need not be the plain one, with the plain one."""
    measure, (x1, n1, x0, n0) = entry.measure or "", table
    value = estimate(measure, table)
    shown, given = shown_of(main, measure, value), f"on {x1} of {n1} and {x0} of {n0}"
    agreement: str | bool = NOT_CHECKABLE
    text = f"The {WORDS[measure]} is that {said_of(entry)}; {given} the plain one is {shown}."
    if measure == "risk_difference" and entry.plain_estimate:
        agreement = fits(main, value, unsigned(entry))
        text = f"A difference {said_of(entry)} is the plain one: {given} {shown}"
        if not agreement and fewer:
            agreement, text = NOT_CHECKABLE, f"{NOT_CHECKED} {given} the difference is {shown}; "
            text += f"{main.text} is that of the patients measured twice, who are others."
    detail = {"table": table, "value": value}
    return verdict("comparison.estimate", entry, main, agreement, text, groups, detail)


def _of_shares(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    """An estimate against two percentages without counts."""
    measure, found = entry.measure or "", shares_of(ledger, entry)
    if entry.basis is not None or found is None or (measure in RATIOS and main.name == "percent"):
        return
    groups, parts = found
    span = span_of(measure, parts)
    if span is None:
        return
    if measure == NEEDED and _good(ledger, entry, main) < 0:
        span = span.turned
    shown = span_text(signed(end, max(main.places, 0) + 1) for end in span)
    points = " percentage points" if measure == "risk_difference" else ""
    article = "an" if WORDS[measure].startswith("o") else "a"
    text = f"{parts[0].text} and {parts[1].text} give {article} {WORDS[measure]} of {shown}{points}"
    other = RATIOS[1 - RATIOS.index(measure)] if measure in RATIOS else ""
    of_other = span_of(other, parts) if other else None
    agreement = INCONSISTENT
    detail: dict[str, object] = {"low": span[0], "high": span[1]}
    printed = f"{text}; printed is {main.text}."
    if _overlaps(entry, main, span):
        agreement = COMPATIBLE
    elif measure == "risk_difference" and overlaps(main, *span.turned):
        agreement, detail = ALTERNATIVE, detail | {"alternative": TURNED}
        text += f"; {main.text} is that with {TURNED}."
    elif of_other and overlaps(main, *of_other):
        text += f"; {main.text} is the {WORDS[other]}."
        detail |= {"misnamed": WORDS[other]}
    elif measure == NEEDED and _overlaps(entry, main, span.turned):
        text = f"{printed} {harm(main)}"
        if not _is_wanted(ledger, entry) and (main.value or 0) > 0:
            agreement, text = DOUBT, f"{OF_NO_SIDE}{text}"
    else:
        text = printed + (OF_A_MODEL if measure in RATIOS else BY_MODEL)
    finding = verdict(OF_SHARES, entry, main, agreement, text, groups, detail)
    yield _unsaid(finding) if _may_be_adjusted(entry, main, span, [finding]) else finding


def _overlaps(entry: Claim, main: Component, span: Span) -> bool:
    """Whether a value of the span prints so; a number needed may be rounded up to the next one."""
    if entry.measure == NEEDED:
        return overlaps(main, span[0], span[1] + (main.places <= 0) / 2)
    free = entry.measure not in RATIOS and unsigned(entry)
    return either_way(main, span) if free else overlaps(main, *span)


def _interval(entry: Claim, groups: list[Claim], table: Table) -> Finding:
    measure, low, high = entry.measure or "", entry.parts["ci_low"], entry.parts["ci_high"]
    level, main, shown = entry.confidence, entry.main, entry.interval
    intervals = intervals_of(table, KINDS[measure], level)
    proportion = main is not None and as_proportion(entry, main)
    factor = 100 if measure == "risk_difference" and not proportion else 1
    if "percent" in entry.parts and measure in RATIOS:
        low, high = _ratio_bounds(entry)
    printed = as_range(low), as_range(high)
    same = printing_the_same(intervals, *printed, factor=factor)
    if not same and measure == "risk_difference" and unsigned(entry):
        # A reduction, printed without its sign.
        intervals = {
            name: Interval(-one.estimate, -one.high, -one.low) for name, one in intervals.items()
        }
        same = printing_the_same(intervals, *printed, factor=factor)
    detail: dict[str, object] = {
        "intervals": {
            name: [interval.low * factor, interval.high * factor]
            for name, interval in intervals.items()
        }
    }

    def finding(agreement: str, text: str) -> Finding:
        return interval_verdict("comparison.interval", entry, agreement, text, groups, detail)

    if same:
        names = listed(sorted({METHODS[name] for name in same}), "or")
        return finding(COMPATIBLE, f"{shown} is the interval of {names} on these counts.")
    if entry.about.interval == "exact" and measure == "risk_difference":
        return finding(NOT_CHECKABLE, "Exact intervals of a difference differ.")
    halves = with_halves(measure, table, level)
    if halves is not None and prints(low, halves[1]) and prints(high, halves[2]):
        text = f"{shown} is the interval of the log with 0.5 added to each cell."
        return finding(COMPATIBLE, text)
    if measure in RATIOS:
        other = RATIOS[1 - RATIOS.index(measure)]
        if printing_the_same(intervals_of(table, KINDS[other], level), *printed, factor=1):
            detail |= {"misnamed": WORDS[other]}
            text = f"{shown} is the interval of the {WORDS[other]} on these counts."
            return finding(INCONSISTENT, text)
        others = intervals_of(exchanged(table), KINDS[measure], level)
        if printing_the_same(others, *printed, factor=1):
            detail |= {"exchanged": True}
            text = f"{shown} is the interval of the {WORDS[measure]} with {TURNED}."
            return finding(INCONSISTENT, text)
    tried = listed(sorted({METHODS[name] for name in intervals}), "or")
    text = f"{NO_USUAL_INTERVAL} ({tried}) on these counts has the bounds {shown}.{BY_MODEL}"
    return finding(INCONSISTENT, text)


def _ratio_bounds(entry: Claim) -> tuple[Component, Component]:
    """The bounds of a reduction or rise in percent, as those of its ratio."""
    word = entry.parts["percent"].word or "lower"
    ends = (as_ratio(entry.parts[name], word) for name in ("ci_low", "ci_high"))
    low, high = sorted(ends, key=lambda end: end.value or 0)
    return low, high


def _everyone(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A count of all groups together against the counts of each."""
    total, parts = entry.whole_count, []
    for group in ledger.apart:
        found = counted(ledger, entry, group)
        if found is None:
            yield from _counts_alone(ledger, entry)
            return
        parts.append(found)
    if total is None or len(parts) < 2:
        return
    events, size = (sum(counts[k] for _, counts in parts) for k in (0, 1))
    if events == size and "count" not in entry.parts:
        # A number of patients, which `sizes` adds up.
        return
    n = ledger.size(entry)
    told = " + ".join(f"{x} of {m}" for _, (x, m) in parts)
    fits = events == total and n in (None, size)
    text = f"The groups together ({told}) are {events} of {size}"
    yield _of_total(entry, fits, text, [one for one, _ in parts])


def _of_total(entry: Claim, fits: bool, text: str, groups: Sequence[Claim]) -> Finding:
    text += ", as printed." if fits else f"; printed is {entry.printed}."
    name, agreement = (
        "count" if "count" in entry.parts else "value",
        EXACT if fits else INCONSISTENT,
    )
    return verdict("comparison.total", entry, name, agreement, text, groups)


def _counts_alone(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A count of all groups against those of each, whose numbers of patients are not printed."""
    parts = [
        [claim for claim in ledger.beside(entry, group) if claim.whole_count is not None]
        for group in ledger.apart
    ]
    total, every = entry.whole_count, [entry, *(claim for own in parts for claim in own)]
    once = all(len({claim.whole_count for claim in own}) == 1 for own in parts)
    if total is None or len(parts) < 2 or not once or ledger.patients_of_every_group is not None:
        return
    if entry.about.size is not None or not any("count" in claim.parts for claim in every):
        return
    counts = [own[0].whole_count or 0 for own in parts]
    fits = sum(counts) == total
    text = f"The groups together have {' + '.join(map(str, counts))} = {sum(counts)}"
    yield _of_total(entry, fits, text, [own[0] for own in parts])
