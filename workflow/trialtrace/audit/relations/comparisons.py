"""Differences and ratios of counts and percentages, changes in percent, numbers needed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite, log, sqrt

from trialtrace.audit.candidates.count_methods import TESTS
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import INTERVAL, Allowance, Case, Way, relation
from trialtrace.audit.relations.ranges import as_range, ends_of, overlaps, prints, unsigned
from trialtrace.audit.relations.shapes import (
    BOTH,
    Table,
    comparisons,
    is_paired,
    of_fewer,
    order_is_told,
    outcome_of,
    plain,
    table_of,
    told_table,
)
from trialtrace.audit.relations.solvers import counts
from trialtrace.audit.relations.solvers.counts import KINDS, METHODS, NEEDED, WORDS
from trialtrace.audit.relations.solvers.intervals import half_width_of, quantile_of
from trialtrace.audit.relations.wording import TURNED, digits, listed, signed
from trialtrace.audit.summaries.count_tests import printing_the_same
from trialtrace.stats.categorical.contingency import odds_ratio_peto
from trialtrace.stats.results import Interval

OF_COUNTS = ("risk_ratio", "odds_ratio")
OTHER_WAY = f"with {TURNED}"
ROUNDED = "of the two rounded percentages"
WIDER, NARROWER, NEAR = 2.0, 0.9, 0.25
"""By which factors an interval of strata may differ from the crude ones, and how many errors its
difference may be from the crude one."""


HOW = "How was it computed, and of which patients?"


def _signs(value: float | None, free: bool) -> Way:
    """A value, with either sign where the printed number may lack it."""
    if value is None:
        return False
    return (value, -value) if free else value


@relation("comparison.estimate", HOW, of_sizes=True)
def estimates(ledger: Ledger) -> Iterator[Case]:
    """A difference, ratio or number needed to treat, and the counts."""
    for entry in comparisons(ledger, groups=2):
        main, found = entry.main, table_of(ledger, entry)
        if entry.measure not in WORDS or not plain(main) or found is None or main is None:
            continue
        if entry.measure in OF_COUNTS and main.name == "percent":
            continue
        groups, table = found
        value = counts.estimate(entry.measure or "", table)
        if value is not None and counts.as_proportion(entry, main):
            value /= 100
        yield _estimate(ledger, entry, main, groups, table, value)


def _estimate(
    ledger: Ledger,
    entry: Claim,
    main: Component,
    groups: tuple[Claim, ...],
    table: Table,
    value: float | None,
) -> Case:
    measure = entry.measure or ""
    if measure == NEEDED and value is not None:
        value *= _good(ledger, entry, main)
    free = measure != NEEDED and unsigned(entry)
    ways: dict[str, Way] = {"of the counts": _signs(value, free)}
    others: dict[str, Way] = {}
    if measure == NEEDED and value is not None:
        ways["rounded up"] = counts.rounded_up(main, value)
        others |= {"of the other side": (-value, counts.rounded_up(main, -value))}
    if measure == "odds_ratio":
        peto = odds_ratio_peto(*table, confidence=0.95).estimate
        ways |= {"conditional": counts.conditional_odds_ratio(table), "Peto's one-step": peto}
    if measure == "risk_difference":
        others[OTHER_WAY] = _signs(value, True)
    halves = counts.with_halves(measure, table, 0.95)
    if halves is not None:
        ways["with 0.5 added to each cell"] = halves[0]
    others[ROUNDED] = _signs(counts.of_percentages(measure, list(groups)), free)
    order = order_is_told(ledger, entry)
    if measure in OF_COUNTS and not order:
        others[OTHER_WAY] = counts.estimate(measure, counts.exchanged(table)) or False
    shown = "none" if value is None else signed(value, max(main.places, 0) + 1)
    excuse, rests = _adjusted(entry, main, value)
    if is_paired(entry) and of_fewer(ledger, entry, groups):
        excuse = "other_patients"
    return Case(
        entry,
        main.name,
        ways,
        f"On {told_table(table)} the {WORDS[measure]} is {shown}",
        groups,
        others,
        excuse=excuse,
        rests=rests,
    )


def _adjusted(
    entry: Claim, main: Component, value: float | None
) -> tuple[str | None, tuple[Allowance, ...]]:
    """Whether an estimate that is not the crude one may be adjusted: within the factor, or near
    the crude one by an interval around it."""
    if entry.basis is not None and not (
        entry.measure == "risk_difference" and entry.plain_estimate
    ):
        return "model", ()
    if value is None or entry.measure == NEEDED:
        return None, ()
    if entry.measure in OF_COUNTS:
        if main.crude or entry.about.test in TESTS:
            return None, ()
        printed, by = abs(float(main.value or 0)), allow.ADJUSTED_RATIO.value
        near = value / by <= printed <= value * by
        return ("maybe_adjusted" if near else None), (() if near else (allow.ADJUSTED_RATIO,))
    if not entry.has_interval:
        return None, ()
    error = half_width_of(entry).high / quantile_of(entry)
    away = abs(abs(float(main.value or 0)) - abs(value))
    return ("maybe_adjusted" if away <= NEAR * error and _is_centred(entry, main) else None), ()


def _is_centred(entry: Claim, main: Component) -> bool:
    low, high = (ends_of(entry.parts[name]) for name in BOTH)
    return ends_of(main).meets((low.low + high.low) / 2, (low.high + high.high) / 2)


def _good(ledger: Ledger, entry: Claim, main: Component) -> int:
    """1 where fewer events in the first group are what the number needed is for, else -1."""
    outcome = outcome_of(ledger, entry)
    turns = (
        main.word == "higher",
        outcome is not None and outcome.wanted,
        ledger.groups[entry.about.compared[0]].control,
    )
    return -1 if sum(turns) % 2 else 1


@relation("comparison.percentages", HOW)
def of_shares(ledger: Ledger) -> Iterator[Case]:
    """A difference or ratio, and percentages without counts."""
    for entry in comparisons(ledger, groups=2):
        main, measure = entry.main, entry.measure or ""
        if measure not in WORDS or main is None or not plain(main) or entry.basis is not None:
            continue
        found = None if table_of(ledger, entry) else counts.shares_of(ledger, entry)
        if found is None or (measure in OF_COUNTS and main.name == "percent"):
            continue
        groups, parts = found
        span = counts.span_of_shares(measure, parts)
        if span is None:
            continue
        if measure == NEEDED and _good(ledger, entry, main) < 0:
            span = span.turned
        if counts.as_proportion(entry, main):
            span = span.divided(100)
        turned = measure == "risk_difference" and unsigned(entry)
        ways: dict[str, Way] = {"of the percentages": (span, span.turned) if turned else span}
        if measure == NEEDED and main.places <= 0:
            ways["rounded up"] = overlaps(main, span.low, span.high + 1)
        others: dict[str, Way] = {}
        if measure in ("risk_difference", NEEDED):
            others[OTHER_WAY] = span.turned
        middle = (abs(span.low) + abs(span.high)) / 2
        excuse, rests = _adjusted(entry, main, middle)
        text = (
            f"{parts[0].text} and {parts[1].text} give a {WORDS[measure]} of {digits(span, main)}"
        )
        yield Case(
            entry, main.name, ways, text, groups, others, excuse=excuse, rests=rests,
        )  # fmt: skip


@relation(
    "comparison.interval",
    "By which method, and on which counts, was this interval computed?",
    of_sizes=True,
)
def intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a comparison, by the usual methods."""
    for entry in comparisons(ledger, *BOTH, groups=2):
        found, main = table_of(ledger, entry), entry.main
        if entry.measure not in KINDS or found is None or main is None or entry.basis is not None:
            continue
        groups, table = found
        measure, level = entry.measure, entry.confidence
        percent = measure in OF_COUNTS and main.name == "percent"
        parts = [entry.parts[name] for name in BOTH]
        if percent:
            word = main.word or "lower"
            parts = sorted(
                (counts.as_ratio(p, word) for p in parts), key=lambda p: p.value or Decimal(0)
            )
        factor = (
            100 if measure == "risk_difference" and not counts.as_proportion(entry, main) else 1
        )
        printed = as_range(parts[0]), as_range(parts[1])
        usual = counts.intervals_of(table, KINDS[measure], level)
        same = printing_the_same(usual, *printed, factor=factor)
        halves = counts.with_halves(measure, table, level)
        added = halves is not None and prints(parts[0], halves[1]) and prints(parts[1], halves[2])
        ways: dict[str, Way] = {METHODS[name]: True for name in same}
        ways |= {"of the log with 0.5 added to each cell": added}
        other = counts.intervals_of(counts.exchanged(table), KINDS[measure], level)
        turned = bool(printing_the_same(other, *printed, factor=factor))
        free = measure == "risk_difference" and unsigned(entry)
        ways |= {"without its sign": turned} if free else {}
        others: dict[str, Way] = {}
        if not free and not (measure in OF_COUNTS and order_is_told(ledger, entry)):
            others[OTHER_WAY] = turned
        tried = listed(sorted({METHODS[name] for name in usual}), "or")
        yield Case(
            entry,
            INTERVAL,
            ways,
            f"{entry.interval} is the interval of {listed(list(ways), 'or')} on these counts."
            if same
            else f"No usual interval ({tried}) on {told_table(table)} is this",
            groups,
            others,
            excuse=_of_strata(entry, main, table, usual),
        )


def _of_strata(
    entry: Claim, main: Component, table: Table, usual: Mapping[str, Interval]
) -> str | None:
    """Whether an interval around its estimate may be one within strata, or by a robust error.

    It is centred, no narrower than the crude ones, and its estimate is near the crude one.
    """
    if main.crude or entry.about.interval not in (None, "wald", "log"):
        return "stated_test" if entry.about.interval == "exact" and main.name != "value" else None
    value = counts.estimate(entry.measure or "", table)
    low, high = (float(entry.parts[name].value or 0) for name in BOTH)
    log_scale = entry.measure in OF_COUNTS
    if value is None or (main.name == "percent" and log_scale):
        return "maybe_adjusted"
    widths = [
        log(one.high / one.low) if log_scale else one.high - one.low
        for one in usual.values()
        if isfinite(one.high) and isfinite(one.low) and (not log_scale or one.low > 0)
    ]
    if not widths or (log_scale and low <= 0):
        return None
    by = 1 if log_scale or counts.as_proportion(entry, main) else 100
    width = log(high / low) if log_scale else (high - low) / by
    if not NARROWER * min(widths) <= width <= WIDER * max(widths):
        return None
    middle = sqrt(low * high) if log_scale else (low + high) / 2
    printed = float(main.value or 0)
    centred = abs(middle - printed) <= (high - low) / 50 + float(main.ulp)
    if log_scale:
        near = value / WIDER <= printed <= value * WIDER
    else:
        near = abs(abs(printed) - abs(value) / (100 if by == 1 else 1)) <= NEAR * (high - low) / 3.9
    return "maybe_adjusted" if centred and near else None
