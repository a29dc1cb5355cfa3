"""A printed difference of means against the means of the two groups, and its interval.

The estimate may have been made from the rounded or the unrounded means; both lie in the range that
the printed means leave. The interval is held against Student's, Welch's and the normal one over
everything that prints as given. A difference that is adjusted for other values need not be the
plain one, so that `about.test` has to name a t test, or none, for the check to be made.

Whatever the sizes, the error of a difference is at least √(2 e₁ e₀) of the errors of both means:
with the groups' own variances it is √(e₁² + e₀²), with a common one √(e₁² n₁/n₀ + e₀² n₀/n₁) but
for the degrees of freedom, and neither is below √(2 e₁ e₀). Adjusting for what correlates with r
makes it √(1 - r²) times as large.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import sqrt
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri, stdtrit

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.one_group.mean_intervals import of_interval
from trialtrace.audit.prints.paired.same_patients import of_fewer
from trialtrace.audit.prints.two_groups.mean_tests import with_spreads
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps, unsigned
from trialtrace.audit.relations.solvers.interval_errors import half_width_of
from trialtrace.audit.relations.wording import BY_MODEL, TURNED, listed, said_of, signed

MEASURE = "mean_difference"
PLAIN = (None, "t", "welch")
MOST_WIDER = 1.1
"""How much wider an interval may be where the sizes are those of a population: of 83 % of it."""
NARROWER = 0.5
"""How narrow an interval may be against the least: adjusting for what correlates with 0.87."""
NAMES = {"student": "Student's t", "welch": "Welch's t", "normal": "the normal distribution"}


@checks(
    "a difference of means against the means of the groups, and its interval against their "
    "deviations, or the intervals of these means; by their errors or intervals alone its error is "
    "at least √(2 e₁ e₀), and contradicts below half of that, or of what deviations and the "
    "numbers randomised alone leave, for the interval of fewer patients is wider",
    {
        "difference.estimate": "A difference of means, and the means of the groups.",
        "difference.interval": "The interval of a difference of means, and the deviations.",
        "difference.error": "The interval of a difference of means, and the least that the errors "
        "or intervals of the means, or all patients randomised, leave.",
    },
    of_sizes=("difference.interval",),
)
def check_differences(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        modelled = entry.basis and not entry.plain_estimate
        if modelled and entry.measure == MEASURE:
            yield from _of_one_model(ledger, entry)
        if entry.measure != MEASURE or entry.about.test not in PLAIN or modelled:
            continue
        groups = ledger.compared(entry, "value", "sd") or with_spreads(ledger, entry)
        main, bare = entry.parts.get("value"), groups is None
        groups = _bare(ledger, entry) if groups is None else groups
        if groups is None or len(groups) != 2 or main is None or main.relation != "=":
            continue
        estimate, ends = _estimate(entry, main, groups)
        yield _of_both(entry, estimate) if of_fewer(ledger, entry, groups) else estimate
        paired = entry.plain_estimate and not entry.of_family
        if bare or paired or not entry.has_interval:
            continue
        sizes = [ledger.size(group) for group in groups]
        of_model = any("se" in group.parts for group in groups)
        if min(n or 0 for n in sizes) > 1 and not of_model:
            interval = _interval(entry, groups, [int(n or 0) for n in sizes], ends)
            if entry.of_family and interval.agreement == INCONSISTENT:
                yield _of_family(entry, interval)
                continue
            assumed = interval.agreement == INCONSISTENT and any(map(ledger.assumed, groups))
            yield _of_fewer_yet(entry, groups, interval) if assumed else interval
        if of_model or None in sizes or any(map(ledger.assumed, groups)):
            yield from _least(entry, groups)


def _of_one_model(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A difference of least-squares means is that of these means, whatever the model adjusts.

    Raw means of the same outcome may stand beside them.
    """
    main = entry.main
    if len(entry.about.compared) != 2 or main is None or not main.adjusted or main.relation != "=":
        return
    means = [
        ledger.agreed(filter(_is_adjusted, ledger.beside(entry, group)), "value")
        for group in entry.about.compared
    ]
    groups = [mean for mean in means if mean is not None]
    if len(groups) < len(means):
        return
    yield _estimate(entry, main, groups)[0]
    together = {"paired", "crossover", "clustered"} & set(entry.about.design or ())
    if entry.has_interval and not together:
        yield from _least(entry, groups)


def _is_adjusted(entry: Claim) -> bool:
    """Whether it is a least-squares mean of a group."""
    value = entry.parts.get("value")
    return value is not None and value.adjusted and value.symbol == "mean"


def _bare(ledger: Ledger, entry: Claim) -> list[Claim] | None:
    """Both means, where they are called so and stand without a deviation, error or interval."""
    groups = ledger.compared(entry, "value")
    if groups is None or any(group.parts["value"].symbol != "mean" for group in groups):
        return None
    return None if any(group.basis for group in groups) else groups


def _least(entry: Claim, groups: Sequence[Claim]) -> Iterator[Finding]:
    """The interval of a difference far narrower than errors or intervals of the means allow."""
    halves = [_half(group, entry.confidence) for group in groups]
    least = sqrt(2 * halves[0] * halves[1])
    if half_width_of(entry).high >= NARROWER * least:
        return
    what = "errors" if "se" in groups[0].parts else "intervals"
    text = f"With the printed {what} of both means the interval of their difference reaches at "
    text += f"least {least:.3g} to either side, whatever the numbers of patients; printed is "
    text += f"{entry.interval}, less than half of that."
    yield interval_verdict("difference.error", entry, INCONSISTENT, text, groups)


def _of_fewer_yet(entry: Claim, groups: Sequence[Claim], finding: Finding) -> Finding:
    """An interval that is not that of all randomised; far narrower it contradicts, for that of
    fewer patients is wider."""
    least = min(low for low, _ in finding.detail["half_widths"].values())
    wide = half_width_of(entry).high >= NARROWER * least
    if wide or any("sd" not in group.parts for group in groups):
        return replace(finding, remark=True)
    text = f"With all patients randomised the interval reaches at least {least:.3g} to either side "
    text += f"of the difference, and further with fewer; printed is {entry.interval}, "
    text += "less than half of that."
    return replace(finding, check="difference.error", sentence=text)


def _of_family(entry: Claim, finding: Finding) -> Finding:
    """The interval of a procedure for several comparisons is wider than the plain one, by an error
    that all groups share: one of half the width is none."""
    least = min(low for low, _ in finding.detail["half_widths"].values())
    half, shown = half_width_of(entry).high, entry.interval
    text = f"By itself this difference has an interval that reaches at least {least:.3g} to either "
    if half < NARROWER * least:
        text += f"side, and {said_of(entry)} a wider one; printed is {shown}, less than half of it."
        return replace(finding, sentence=text)
    way = "as wide as" if half >= least else "narrower than"
    text += f"side; {shown} is {way} that, {said_of(entry)} on an error of all groups."
    return replace(finding, agreement=COMPATIBLE, sentence=text, remark=half < least)


def _half(claim: Claim, confidence: float) -> float:
    """The least half width of the interval of a mean, as printed or of its error; 0 if unknown."""
    if "se" in claim.parts:
        return float(ndtri(0.5 + confidence / 2)) * max(ends_of(claim.parts["se"]).low, 0.0)
    alike = claim.has_interval and claim.confidence == confidence
    return half_width_of(claim).low if alike else 0.0


def _of_both(entry: Claim, finding: Finding) -> Finding:
    """A difference of the patients who were measured twice, beside means of more."""
    if finding.agreement != INCONSISTENT:
        return finding
    text = f"Not checkable: {finding.sentence.partition(';')[0]}, of other patients than those "
    text += f"measured twice, whose difference is {entry.parts['value'].text}."
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text.replace(": T", ": t", 1))


def _estimate(entry: Claim, main: Component, groups: Sequence[Claim]) -> tuple[Finding, Span]:
    """A difference beside the means, and their difference, turned round as it is printed."""
    first, second = (ends_of(group.parts["value"]) for group in groups)
    span = first.less(second)
    low, high = (signed(end, max(main.places, 0) + 1) for end in span)
    text = f"The printed means differ by {low} to {high}"
    detail: dict[str, object] = {"low": span[0], "high": span[1]}
    agreement: str | bool = overlaps(main, *span)
    # A reduction printed without its sign, or the second group less the first.
    turned = not agreement and overlaps(main, *span.turned)
    if turned and unsigned(entry):
        agreement, text = COMPATIBLE, f"{text}, which without its sign holds {main.text}."
    elif turned:
        agreement, detail = ALTERNATIVE, detail | {"alternative": TURNED}
        text += f"; {main.text} is the difference with {TURNED}."
    finding = verdict("difference.estimate", entry, main, agreement, text, groups, detail)
    return finding, span.turned if turned else span


@lru_cache(maxsize=1024)
def half_widths(
    spreads: tuple[Span, ...], n: tuple[int, ...], confidence: float
) -> Mapping[str, Span]:
    """Least and greatest half width of the interval of a difference of means, by its quantile.

    `spreads` are the ranges of the two standard deviations, `n` the two sizes, of at least 2. All
    half widths but Welch's grow with both; Welch's is searched on a grid of the small rectangle.
    Source: Altman et al., Statistics with Confidence, 2000. Oracle: R's t.test.
    """
    level = 0.5 + confidence / 2
    grids = [np.linspace(max(low, 0.0), high, 41) for low, high in spreads]
    s1, s0 = np.meshgrid(*grids)
    v1, v0 = s1**2 / n[0], s0**2 / n[1]
    df = n[0] + n[1] - 2
    pooled = ((n[0] - 1) * s1**2 + (n[1] - 1) * s0**2) / df * (1 / n[0] + 1 / n[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (v1 + v0) ** 2 / (v1**2 / (n[0] - 1) + v0**2 / (n[1] - 1))
    own = np.where(np.isfinite(own), own, min(n) - 1)
    widths = {
        "student": stdtrit(df, level) * np.sqrt(pooled),
        "welch": stdtrit(own, level) * np.sqrt(v1 + v0),
        "normal": ndtri(level) * np.sqrt(v1 + v0),
    }
    ends = {name: Span(float(one.min()), float(one.max())) for name, one in widths.items()}
    return MappingProxyType(ends)


def _of_fewer(
    entry: Claim, groups: Sequence[Claim], halves: Mapping[str, Span], middle: Span
) -> float | None:
    """By what factor a centred interval is wider than Student's, where no group's own n is printed.

    None where it is narrower, off its middle, or wider than `MOST_WIDER`.
    """
    if any(group.about.n is not None or "denominator" in group.parts for group in groups):
        return None
    (l0, l1), (u0, u1) = (ends_of(entry.parts[name]) for name in ("ci_low", "ci_high"))
    if not middle.meets((l0 + u0) / 2, (l1 + u1) / 2):
        return None
    factor = (u1 - l0) / 2 / halves["student"][0]
    least = (u0 - l1) / 2 / halves["student"][1]
    return factor if factor > 1 and least <= MOST_WIDER else None


def _interval(entry: Claim, groups: Sequence[Claim], n: list[int], span: Span) -> Finding:
    low, high = entry.parts["ci_low"], entry.parts["ci_high"]
    middle = _common(span, ends_of(entry.parts["value"]))
    every = [
        half_widths(tuple(spreads), tuple(n), entry.confidence) for spreads in _spreads(groups, n)
    ]
    for halves in every:
        fit = [
            name
            for name, (least, most) in halves.items()
            if overlaps(low, middle.low - most, middle.high - least)
            and overlaps(high, middle.low + least, middle.high + most)
        ]
        if fit:
            break
    halves = halves if fit else every[0]
    spread = "deviations" if "sd" in groups[0].parts else "intervals"
    agreement, detail = COMPATIBLE, {"half_widths": dict(halves)}
    if fit:
        told = listed([NAMES[name] for name in fit], "or")
        text = f"{entry.interval} can be the interval by {told} on the printed means and {spread}."
    elif (factor := _of_fewer(entry, groups, halves, middle)) is not None:
        agreement, detail = NOT_CHECKABLE, {}
        text = f"{entry.interval} is {100 * (factor - 1):.0f} % wider than the printed {spread} "
        text += "give on these sizes, as of fewer patients, who are not in the ledger (`patients`)."
    else:
        ends = [end for pair in halves.values() for end in pair]
        agreement = INCONSISTENT
        text = (
            f"The printed {spread} give an interval that reaches {min(ends):.3g} to "
            f"{max(ends):.3g} to either side of the difference; printed is {entry.interval}."
            f"{BY_MODEL}"
        )
    return interval_verdict("difference.interval", entry, agreement, text, groups, detail)


def _spreads(groups: Sequence[Claim], n: Sequence[int]) -> Iterator[list[Span]]:
    """The printed deviations, or those of the printed intervals of the means; where ± says not of
    what, also those of standard errors."""
    spreads = [of_interval(group, size) for group, size in zip(groups, n, strict=True)]
    if known := [spread for spread in spreads if spread is not None]:
        yield [Span(float(each.low), float(each.high)) for each in known]
        return
    printed = [ends_of(group.parts["sd"]) for group in groups]
    yield printed
    if all(group.parts["sd"].symbol == UNSAID for group in groups):
        yield [span.times(sqrt(size)) for span, size in zip(printed, n, strict=True)]


def _common(first: Span, second: Span) -> Span:
    """What two ranges share; the second where they share nothing."""
    low, high = max(first[0], second[0]), min(first[1], second[1])
    return Span(low, high) if low <= high else second
