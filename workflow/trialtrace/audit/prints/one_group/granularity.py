"""Means and standard deviations that whole numbers cannot have, or that lie off their scale.

GRIM and GRIMMER of `stats.summaries.granularity`, DEBIT where a value is 0 or 1. Whether a standard
deviation is possible is decided by the existence of data: of a whole sum and sum of squares, and,
where the outcome has a scale, of answers within it (Brown and Heathers, Soc Psychol Personal Sci
2017;8:363; Anaya, PeerJ Preprints 2016;4:e2400; Heathers and Brown 2019).

Of n values from a to b with mean m none are further apart than those at both ends, so that their
variance is at most (b - m)(m - a) n/(n - 1) (Bhatia and Davis, Am Math Mon 2000;107:353). A number
behind ± that is said to be nothing is no less impossible as a standard error s, of a deviation
s √n, nor from seven values on as half the width h of a 95 % interval, of a deviation h √n / t with
t < √n (2.447 and 2.646 of seven).
"""

from collections.abc import Iterator
from math import sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperOutcome
from trialtrace.audit.printed.symbols import SPREADS, UNSAID
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import as_range, ends_of
from trialtrace.audit.summaries.granularity import debit, grim, grimmer
from trialtrace.stats.results import StatsError

FEWEST_UNSAID = 7
"""From so many values on a number behind ±, whatever it is of, is not above their deviation."""
NO_TEST_ABOVE = 0.999
"""From this share of numbers that pass by luck on, a test has no power."""


@checks(
    "means and deviations that whole numbers cannot have, alone, as means of several items and "
    "on their scale, with the share that passes by luck; means off the scale, and deviations "
    "above the largest on it",
    {
        "mean.granularity": "A mean of whole numbers, and the means that its size allows.",
        "deviation.granularity": "A deviation of whole numbers, and those that their mean allows.",
        "mean.scale": "A mean, and the ends of its scale.",
        "deviation.scale": "A deviation or error, and the largest that the scale leaves room for.",
    },
    of_sizes=("mean.granularity", "deviation.granularity"),
)
def check_granularity(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        outcome = ledger.outcomes.get(entry.about.outcome or "")
        if outcome is None or not entry.about.group or not _is_mean(entry, outcome):
            continue
        off = list(_off_scale(ledger, entry, outcome))
        yield from off
        if outcome.whole and not off:
            yield from _grim(ledger, entry, outcome)
            if entry.has_deviation:
                yield from _grimmer(ledger, entry, outcome)


def _is_mean(entry: Claim, outcome: PaperOutcome) -> bool:
    """Whether a value is a mean: it has a deviation, is called so, or has decimals.

    A lone number with decimals of an outcome of whole numbers, of one group, is taken for one.
    """
    value = entry.parts.get("value")
    if value is None or value.relation != "=" or entry.basis is not None:
        return False
    if "sd" in entry.parts or "se" in entry.parts or value.symbol == "mean":
        return True
    alone = set(entry.parts) == {"value"} and value.symbol is None and value.unit is None
    return alone and outcome.whole and value.places > 0 and entry.about.measure is None


def _off_scale(ledger: Ledger, entry: Claim, outcome: PaperOutcome) -> Iterator[Finding]:
    """A mean off the scale, or a deviation above the largest; a change has twice the scale."""
    ends = outcome.ends
    if ends is None or entry.about.change:
        return
    (least, most), mean = ends, entry.parts["value"]
    low, high = ends_of(mean)
    said = f"{outcome.label} goes from {least:g} to {most:g}"
    if high < least or low > most:
        text = f"{said}; a mean of {mean.text} lies off it."
        yield verdict("mean.scale", entry, mean, INCONSISTENT, text)
        return
    n = ledger.size(entry)
    name = "sd" if "sd" in entry.parts else "se"
    sd = entry.parts.get(name)
    if sd is None or sd.relation != "=" or (n or 2) < 2 or (name == "se" and n is None):
        return
    unsaid = sd.symbol == UNSAID
    if unsaid and (n or 0) < FEWEST_UNSAID:
        return
    # The mean nearest to the middle of the scale leaves most room; n of 2 without a size.
    middle = min(max((least + most) / 2, low, least), high, most)
    largest = sqrt((most - middle) * (middle - least) * ((n or 2) / ((n or 2) - 1)))
    largest /= sqrt(n or 1) if name == "se" else 1
    if ends_of(sd).low > largest:
        of = f"{n} values" if n else "values"
        text = f"{said}: {of} with a mean of {mean.text} have a {SPREADS[name]} of at most "
        text += f"{largest:.3g}; printed is {'± ' if unsaid else ''}{sd.text}."
        yield verdict("deviation.scale", entry, sd, INCONSISTENT, text)


def _numbers(n: int, outcome: PaperOutcome) -> str:
    """What the values of n patients are, in words."""
    whole = f"{n} whole numbers" if outcome.parts == 1 else f"{n} means of {outcome.parts} items"
    ends = outcome.ends
    return f"{whole} from {ends[0]:g} to {ends[1]:g}" if ends is not None else whole


def _grim(ledger: Ledger, entry: Claim, outcome: PaperOutcome) -> Iterator[Finding]:
    n, mean = ledger.size(entry), entry.parts["value"]
    agreement, detail = NOT_CHECKABLE, {}
    if n is None:
        text = "A mean of whole numbers needs the number of patients behind it."
    else:
        found = grim(as_range(mean), n, items=outcome.parts, percent=False)
        numbers = _numbers(n, outcome)
        luck = float(found.luck)
        detail = {"luck": luck} if luck < NO_TEST_ABOVE else {}
        agreement = COMPATIBLE if bool(found.consistent) else INCONSISTENT
        text = f"A mean of {mean.text} is possible for {numbers}. "
        text += f"By luck alone {100 * luck:.0f} % of means pass."
        if luck >= NO_TEST_ABOVE:
            agreement, text = NOT_CHECKABLE, f"{numbers} can have any mean of this many digits."
        elif agreement == INCONSISTENT:
            text = f"No {numbers} have a mean that prints as {mean.text}."
    yield verdict("mean.granularity", entry, mean, agreement, text, detail=detail)


def _grimmer(ledger: Ledger, entry: Claim, outcome: PaperOutcome) -> Iterator[Finding]:
    """A standard deviation of whole numbers; silent where the mean is impossible already."""
    n, mean, sd = ledger.size(entry), entry.parts["value"], entry.parts["sd"]
    if n is None or n < 2:
        return
    try:
        possible, luck = _possible(entry, outcome, n)
    except StatsError:
        return
    if possible is None:
        return
    said = f"standard deviation of {sd.text} with a mean of {mean.text}"
    numbers = _numbers(n, outcome)
    agreement, text = INCONSISTENT, f"No {numbers} have a {said}."
    if luck >= NO_TEST_ABOVE:
        agreement, text = NOT_CHECKABLE, f"{numbers} can have nearly any {said}."
    elif possible:
        agreement, text = COMPATIBLE, f"{numbers} can have a {said}. By luck alone "
        text += f"{100 * luck:.0f} % of deviations nearby pass."
    yield verdict("deviation.granularity", entry, sd, agreement, text, detail={"luck": luck})


def _possible(entry: Claim, outcome: PaperOutcome, n: int) -> tuple[bool | None, float]:
    """Whether there are data with mean and deviation, and luck; None where the mean is none."""
    mean, sd = (as_range(entry.parts[name]) for name in ("value", "sd"))
    scale = None if entry.about.change else outcome.whole_ends
    if scale == (0, 1) and outcome.parts == 1:
        of_shares = debit(mean, sd, n, divisor="n - 1", percent=False)
        return of_shares.consistent, of_shares.luck
    try:
        found = grimmer(mean, sd, n, items=outcome.parts, divisor="n - 1", scale=scale, luck=True)
    except StatsError:
        # The scale is too long for so many people: whole numbers that nothing bounds.
        found = grimmer(mean, sd, n, items=outcome.parts, divisor="n - 1", scale=None, luck=True)
    return (None if found.reason == "mean" else found.consistent), float(found.luck)
