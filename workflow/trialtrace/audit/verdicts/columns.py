"""Numbers of a draft that do not keep what the others of their column or table keep.

Estimates lie in the middle of their intervals, or counts print as percentages of one number of
patients, in all of a column but one: that is asked about, and never called wrong.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from math import floor, log
from statistics import median

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.verdicts.readings import (
    Asked,
    Reading,
    column_of,
    first_column,
    own_sizes,
    question,
    section_of,
    sizes_of,
    table_of,
)
from trialtrace.base.grouping import grouped

CENTRE, PATIENTS = "line.centre", "line.patients"
LEAST = {CENTRE: 2, PATIENTS: 4}
"""So many numbers keep a relation at least."""
SHARE = {CENTRE: 0.34, PATIENTS: 0.2}
"""At most so many of a column do not, or one."""
LEEWAY = 0.01
"""A middle is met within this share of the interval's width."""
NARROW = 1.1
"""Numbers of patients within this factor of each other are much the same."""

_BESIDE = Reading(
    "Are each of these and the counts beside it read and printed right?",
    "and the counts beside it read and printed right",
    "All patients of its group are behind them, as behind the others.",
)


def breaking(ledger: Ledger) -> Iterator[Asked]:
    """A question on each number that breaks what the others of its column or table keep."""
    cells = [claim for claim in ledger.entries.values() if claim.askable and column_of(claim)]
    intervals = [claim for claim in cells if centred(claim) is not None]
    asked: dict[str, Asked] = {}
    lines = grouped(intervals, column_of), grouped(intervals, lambda claim: (table_of(claim),))
    for line in (line for of in lines for line in of.values()):
        kept = [claim for claim in line if centred(claim)]
        for claim in _few(line, kept, CENTRE):
            asked.setdefault(claim.name, _off_centre(claim, len(kept), len(line)))
    yield from asked.values()
    yield from (_of_none(claim) for claim in cells if _prints_of_none(ledger, claim))
    yield from _of_sections(ledger, cells)
    yield from _of_lists(cells)
    own = own_sizes(ledger)
    shares = [claim for claim in cells if not claim.about.compared and sizes_of(claim)]
    # Of a column, and of its rows that are called alike, as "Year 2" below several heads.
    named = grouped(shares, lambda claim: (first_column(claim), *claim.label.split(", ")[-2:]))
    for line in chain(grouped(shares, first_column).values(), named.values()):
        yield from (one for one in _of_patients(ledger, line) if one[1].name not in own)


def _of_sections(ledger: Ledger, cells: Sequence[Claim]) -> Iterator[Asked]:
    """Of rows that in another column are exclusive, so that their sum gives all their percentages,
    a column of which no number of patients does."""
    counted = [one for one in cells if {"count", "percent"} <= one.parts.keys()]
    counted = [one for one in counted if one.whole_count and not ledger.size(one)]
    for section in grouped(counted, lambda one: (table_of(one), section_of(one))).values():
        near = [
            (own, set.intersection(*({*sizes_of(one), *sizes_of(one, cut=True)} for one in own)))
            for own in grouped(section, first_column).values()
        ]
        rows = {len(own) for own, sizes in near if _total(own) in sizes and len(own) > 1}
        for own in (own for own, sizes in near if not sizes and {len(own)} == rows):
            text = f"{_sum(own)} = {_total(own)}, of whom they are not the percentages, as in "
            text += "another column; nor are they of any other number of patients."
            yield question(PATIENTS, own[0], "percent", text, _BESIDE, own)


def _total(own: Sequence[Claim]) -> int:
    return sum(claim.whole_count or 0 for claim in own)


def _sum(own: Sequence[Claim]) -> str:
    return " + ".join(str(claim.whole_count) for claim in own)


def _of_lists(cells: Sequence[Claim]) -> Iterator[Asked]:
    """Of cells that list the counts of all patients, as "79/15/2", the one of a column that makes
    another number than all others do."""
    counts = [one for one in cells if one.whole_count is not None and len(one.parts) == 1]
    lists = [own for own in grouped(counts, lambda one: one.place).values() if len(own) > 1]
    for column in grouped(lists, lambda own: (*first_column(own[0]), own[0].about.group)).values():
        (most, votes), *_ = Counter(map(_total, column)).most_common()
        if len(column) > LEAST[CENTRE] and votes == len(column) - 1 and most > 2 * LEAST[PATIENTS]:
            own = next(own for own in column if _total(own) != most)
            text = f"{_sum(own)} do not make {most}, as the {votes} other lists of its column do."
            yield question(PATIENTS, own[0], next(iter(own[0].parts)), text, _BESIDE, own)


def _of_patients(ledger: Ledger, line: Sequence[Claim]) -> Iterator[Asked]:
    """Of counts of a column those that are of others than the patients of the rest; where most are
    of the patients over it, another check asks."""
    misfits = [claim for claim in line if ledger.size(claim) not in sizes_of(claim)]
    unsized = [misfit for misfit in misfits if ledger.size(misfit) is None]
    votes = Counter(n for claim in unsized for n in sizes_of(claim))
    n = max(votes, key=lambda vote: (votes[vote], -vote), default=0)
    kept = [claim for claim in unsized if n in sizes_of(claim)]
    other = _few(unsized, kept, PATIENTS)
    again = Counter(size for claim in other for size in sizes_of(claim))
    # Several that are of one other number are of others, as of the women.
    asked = [claim for claim in other if all(again[size] == 1 for size in sizes_of(claim))]
    yield from (_of_others(claim, thousands(n), kept, (n,)) for claim in asked)
    for one, first, last in _far_sizes(line):
        if one in misfits and one not in asked and len(misfits) >= LEAST[CENTRE] + 1:
            kept = [other for other in line if other is not one]
            yield _of_others(one, f"{thousands(first)} to {thousands(last)}", kept, (first, last))


def _far_sizes(line: Sequence[Claim]) -> Iterator[tuple[Claim, int, int]]:
    """Claims whose patients are far from those of all others, which are much the same; and theirs,
    from least to most."""
    told = [claim for claim in line if sizes_of(claim)[-1] <= NARROW * sizes_of(claim)[0]]
    middle = median([sizes_of(claim)[0] for claim in told]) if told else 0
    told.sort(key=lambda claim: abs(log(sizes_of(claim)[0] / middle)))
    for left in range(1, max(1, len(told) // 10) + 1):
        kept, far = told[:-left], told[-left:]
        if len(kept) < LEAST[PATIENTS]:
            return
        first = min(sizes_of(claim)[0] for claim in kept)
        last = max(sizes_of(claim)[-1] for claim in kept)
        apart = [
            claim
            for claim in far
            if sizes_of(claim)[-1] * NARROW < first or sizes_of(claim)[0] > last * NARROW
        ]
        if last <= NARROW**2 * first and len(apart) == left:
            yield from ((claim, first, last) for claim in far)
            return


def _prints_of_none(ledger: Ledger, entry: Claim) -> bool:
    """Whether a percentage, rounded or cut off, is that of its count of no number of patients."""
    count, percent = entry.parts.get("count"), entry.parts.get("percent")
    if not (count and percent and count.value and percent.value) or ledger.size(entry) is not None:
        return False
    low, high = percent.value - percent.ulp / 2, percent.value + percent.ulp
    whole = count.relation == percent.relation == "=" and low > 0
    return whole and floor(100 * count.value / low) <= 100 * count.value / high


def _of_none(entry: Claim) -> Asked:
    text = "Of no number of patients is its percentage that of its count."
    reading = Reading(
        "Are both numbers of each of these read and printed right?",
        "read and printed right",
        "No number of patients gives both.",
    )
    return question(PATIENTS, entry, "percent", text, reading)


def _few(line: Sequence[Claim], kept: Sequence[Claim], check: str) -> list[Claim]:
    """Those that break a relation, where enough of their line keep it."""
    names = {claim.name for claim in kept}
    left = [claim for claim in line if claim.name not in names]
    enough = len(kept) >= LEAST[check] and len(left) <= max(1, SHARE[check] * len(line))
    return left if enough else []


def centred(entry: Claim) -> bool | None:
    """Whether an estimate can be the middle of its interval, on a scale that it can have; None
    where it has none, or is a median, whose interval need not have it there."""
    main = entry.main
    if main is None or not entry.has_interval or main.symbol == "median" or entry.credible:
        return None
    parts = (entry.parts["ci_low"], main, entry.parts["ci_high"])
    if any(part.value is None or part.relation != "=" for part in parts):
        return None
    bounds = [(float(part.bounds[0]), float(part.bounds[1])) for part in parts]
    scales = [bounds]
    if bounds[0][1] > 0:
        least = bounds[0][1] / 100
        scales.append([(log(max(low, least)), log(max(high, least))) for low, high in bounds])
    if main.name == "percent" and entry.about.change and bounds[0][0] > -100:
        # A change in percent, a ratio less 1.
        scales.append([(log(100 + low), log(100 + high)) for low, high in bounds])
    if main.name == "percent" and bounds[2][0] < 100:
        # An efficacy, 1 less a ratio.
        left = [(max(100 - high, 0.1), max(100 - low, 0.1)) for low, high in reversed(bounds)]
        scales.append([(log(low), log(high)) for low, high in left])
    return any(map(_in_middle, scales))


def _in_middle(bounds: Sequence[tuple[float, float]]) -> bool:
    first, middle, last = bounds
    low, high = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
    leeway = LEEWAY * abs(last[1] - first[0])
    return low - leeway <= middle[1] and middle[0] <= high + leeway


def _off_centre(entry: Claim, kept: int, every: int) -> Asked:
    text = f"It does not lie in the middle of its interval, {entry.interval}, as {kept} of "
    text += f"{every} estimates of its table do."
    reading = Reading(
        "Are each of these and its interval read and printed right?",
        "read and printed right, with its interval",
        "Intervals of one method have their estimates in the middle, as the others do.",
    )
    return question(CENTRE, entry, "ci_low", text, reading)


def _of_others(entry: Claim, n: str, kept: Sequence[Claim], sizes: tuple[int, ...]) -> Asked:
    text = f"{len(kept)} counts of its column print as percentages of {n}; this does not."
    reading = Reading(
        f"Is each of these of {n}, and read and printed right?",
        f"of {n}, and read and printed right",
        "The others of its column are.",
        sizes,
    )
    return question(PATIENTS, entry, "percent", text, reading, kept)
