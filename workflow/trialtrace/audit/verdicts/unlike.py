"""Means and deviations of a draft that are unlike those of the other groups in their row.

Nothing but their row can be held against them. Groups that were drawn by lot are alike before they
are treated, and spread alike nearly always: a deviation of which another group has two and a half
times as much, a mean or a median that lies far from the others', or a change between two visits
that is far from that of another group, is asked about, and never called wrong. Spreads are held
against each other by F.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain, combinations
from math import sqrt
from statistics import median

from scipy.special import fdtrc

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.verdicts.readings import (
    Asked,
    Reading,
    of_arms,
    question,
    row_of,
    table_of,
)
from trialtrace.base.grouping import grouped

CHECK, CHANGE = "row.unlike", "visit.unlike"
TIMES, UNSIZED = 2.5, 3.5
"""From so many times another group's deviation on; where no number of patients is known."""
CHANCE = 1e-4
"""A ratio of variances that chance makes more often is none, where the patients are known."""
SMALLER, RARER = 1.4, 1e-7
"""From so many times on where chance makes it as seldom, and the deviation is as much unlike
beside its mean: of what is larger in one group the deviation is larger too."""
MOST = 3
"""So many numbers of one table are asked about at most."""
EXTREME = 6.0
"""So many times another group's deviation, or deviations between means, are asked about in any
table."""
UNALIKE = 1.0
"""Means before treatment lie apart by so many deviations where no patients are known."""
ERRORS, DEVIATIONS, OF_COLUMNS = 4.0, 2.0, 3.0
"""So many standard errors of their difference means lie apart before treatment, so many deviations
at any time, and so many in columns that are no arms, since they may be visits."""
OF_MEDIANS, OF_CHANGES, OF_VISITS, OF_SHARES = 1.5, 1.0, 2.5, 3.5
"""So many deviations, of 1/1.35 of the width between quartiles, medians lie apart, changes between
two visits, and visits where no other group has both; so many errors shares before treatment."""
SMALL = Decimal("0.001")
"""A p up to this says itself that the means of its row lie apart."""
_BEFORE = re.compile(
    r"(?:at )?(?:baseline|before|pre\b|pre-|pretest|pretreat)|(?:week|day|month) 0$", re.IGNORECASE
)


def unlike(ledger: Ledger) -> Iterator[Asked]:
    """A question on each number that is far from those of all other groups; where a table has many
    such its groups are unlike each other, and those are asked about that are further off by far."""
    every = {(pair[0].check, pair[1].name): pair for pair in _every(ledger)}.values()
    asked = grouped(every, lambda pair: (table_of(pair[1]), pair[0].check))
    for several in asked.values():
        extreme = [pair for pair in several if _extreme(ledger, pair)]
        few = several if len(several) <= MOST else extreme
        yield from few if len(few) <= MOST else ()


def _extreme(ledger: Ledger, asked: Asked) -> bool:
    """Whether a number is further from those of all other groups than treatments drive it."""
    finding, entry, _ = asked
    if "value" not in entry.parts:
        return False
    others = [ledger.entries[name] for name in finding.beside]
    spreads = [_spread(ledger, claim) or 1.0 for claim in (entry, *others)]
    if finding.component != "value":
        means = [abs(_middle(claim)) or 1.0 for claim in (entry, *others)]
        scaled = [spread / middle for spread, middle in zip(spreads, means, strict=True)]
        return all(
            _times(spreads[0], one) > EXTREME and _times(scaled[0], other) > EXTREME / 2
            for one, other in zip(spreads[1:], scaled[1:], strict=True)
        )
    apart = [abs(_middle(entry) - _middle(claim)) for claim in others if "value" in claim.parts]
    return bool(apart) and min(apart) > EXTREME * max(spreads)


def _every(ledger: Ledger) -> Iterator[Asked]:
    every = [
        entry
        for entry in ledger.entries.values()
        if entry.askable and entry.about.group != ALL and row_of(entry) and not entry.about.compared
        if _spread(ledger, entry)
    ]
    cells = [claim for claim in every if claim.about.group]
    rows = grouped(cells, _place)
    for row in chain(rows.values(), of_arms(cells)):
        if len({claim.about.group for claim in row}) == len(row) > 1:
            yield from _of_row(ledger, row)
    # Columns that are no arms, as "Before" and "After", may be of two scales: one row alone is odd.
    others = [claim for claim in every if not claim.about.group]
    for table in grouped(others, table_of).values():
        rows_of_table = grouped(table, lambda one: (row_of(one), _is_median(one))).values()
        several = [own for own in rows_of_table if len(own) > 1]
        odd = [found for own in several if (found := [*_of_row(ledger, own)])]
        yield from odd[0] if len(odd) == 1 and len(several) > MOST else ()
    yield from _of_shares(ledger)
    visits = grouped(
        [
            claim
            for claim in ledger.entries.values()
            if claim.askable and row_of(claim) and claim.about.visit and _spread(ledger, claim)
            if not (claim.about.change or claim.about.compared or claim.about.group == ALL)
        ],
        lambda cell: (table_of(cell), cell.about.outcome, cell.about.category, _is_median(cell)),
    )
    for own in visits.values():
        yield from _of_visits(ledger, own)


def _times(first: float, second: float) -> float:
    return max(first / second, second / first)


def _of_shares(ledger: Ledger) -> Iterator[Asked]:
    """Shares of a table of baseline values that lie far from those of all other groups."""
    cells = [
        claim
        for claim in ledger.of_group()
        if claim.askable and claim.about.group != ALL and row_of(claim) and not claim.about.visit
        if _is_baseline(ledger, claim) and _share(ledger, claim)
    ]
    for row in grouped(cells, _place).values():
        if len({claim.about.group for claim in row}) != len(row):
            continue
        for claim in row if len(row) > 1 else ():
            others = [other for other in row if other is not claim]
            if all(_shares_apart(ledger, claim, other) > OF_SHARES for other in others):
                yield _asked(claim, others, next(iter(claim.parts)), "share")
                break


def _is_baseline(ledger: Ledger, entry: Claim) -> bool:
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    return outcome is not None and outcome.baseline


def _share(ledger: Ledger, entry: Claim) -> tuple[float, int] | None:
    """What share of how many patients a claim is of."""
    n, percent, count = ledger.size(entry), entry.parts.get("percent"), entry.whole_count
    if not n or (percent is None and (count is None or count > n)):
        return None
    if percent is None:
        return (count or 0) / n, n
    return (float(percent.value or 0) / 100, n) if percent.relation == "=" else None


def _shares_apart(ledger: Ledger, entry: Claim, other: Claim) -> float:
    """By how many errors the shares of two groups differ."""
    (one, n), (two, m) = (_share(ledger, claim) or (0.0, 1) for claim in (entry, other))
    all_in = (one * n + two * m) / (n + m)
    error = sqrt(max(all_in * (1 - all_in), 0.0) * (1 / n + 1 / m))
    return abs(one - two) / error if error else 0.0


def _place(entry: Claim) -> tuple[object, ...]:
    """Its table and what it is of, but for its group."""
    return table_of(entry), entry.about.cell, entry.about.category, _is_median(entry)


def _of_visits(ledger: Ledger, cells: Sequence[Claim]) -> Iterator[Asked]:
    """The first two groups whose change between two visits differs by far, or the first visits of
    the only group that differ by more."""
    by_group = grouped(cells, lambda cell: cell.about.group)
    lines = [{claim.about.visit: claim for claim in own} for own in by_group.values()]
    if len(lines) == 1:
        for first, second in combinations(lines[0].values(), 2):
            spread = max(_spread(ledger, first) or 0.0, _spread(ledger, second) or 0.0)
            if abs(_middle(first) - _middle(second)) > OF_VISITS * spread:
                yield _of_change(second, (first, second))
                return
    for one, two in combinations(lines, 2):
        for before, after in combinations([visit for visit in one if visit in two], 2):
            four = [line[visit] for line in (one, two) for visit in (before, after)]
            a, b, c, d = map(_middle, four)
            spread = max(_spread(ledger, claim) or 0.0 for claim in four)
            if abs(a - b - c + d) > OF_CHANGES * spread:
                middle = median((a, b, c, d))
                entry = max(four, key=lambda each: abs(_middle(each) - middle))
                yield _of_change(entry, four)
                return


def _of_change(entry: Claim, four: Sequence[Claim]) -> Asked:
    told = [claim.printed for claim in four]
    text = f"{told[0]} and {told[1]} are more than {OF_VISITS} deviations apart."
    if len(four) > 2:
        text = f"From {told[0]} to {told[1]} and from {told[2]} to {told[3]} two groups changed "
        text += f"unlike each other, by more than {OF_CHANGES} deviations."
    reading = Reading(
        "Are each of these and the visits beside it read and printed right?",
        "and the visits beside it read and printed right",
        "One trial changes its patients less, and more alike, nearly always.",
    )
    return question(CHANGE, entry, "value", text, reading, four)


def _middle(entry: Claim) -> float:
    return float(entry.parts["value"].value or 0)


def _is_median(entry: Claim) -> bool:
    return "quartile_low" in entry.parts


def _of_row(ledger: Ledger, row: Sequence[Claim]) -> Iterator[Asked]:
    for name, apart in (("sd", _spreads_apart), ("value", _means_apart)):
        far = [
            claim
            for claim in row
            if all(apart(ledger, claim, other) for other in row if other is not claim)
        ]
        if far and not (name == "value" and _tested(ledger, far[0], row)):
            what = "median" if _is_median(far[0]) else "mean"
            if name == "sd":
                what = "spread" if _is_median(far[0]) else "deviation"
            yield _asked(far[0], [claim for claim in row if claim is not far[0]], name, what)


def _tested(ledger: Ledger, entry: Claim, row: Sequence[Claim]) -> bool:
    """Whether the paper says by a small p that the groups differ, and they do so by no more than
    treatments drive them."""
    of_row = [one for one in ledger.entries.values() if one.place.startswith(_row_place(entry))]
    small = [one.parts["p"] for one in of_row if "p" in one.parts and one.about.compared]
    spread = max(_spread(ledger, claim) or 0.0 for claim in row)
    apart = max(_middle(claim) for claim in row) - min(_middle(claim) for claim in row)
    told = any(part.relation in "<=" and (part.value or 1) <= SMALL for part in small)
    return told and not _is_baseline(ledger, entry) and apart <= 2 * DEVIATIONS * spread


def _row_place(entry: Claim) -> str:
    return "{}, row {}, ".format(*row_of(entry)) if row_of(entry) else entry.place


def _asked(entry: Claim, others: Sequence[Claim], name: str, what: str) -> Asked:
    beside = " and ".join(claim.printed for claim in others)
    part = next(one for one in (name, "se", "quartile_high") if one in entry.parts)
    text = f"Its {what} is unlike that of the other groups in its row, {beside}."
    reading = Reading(
        f"Is the {what} of each of these read and printed right?",
        f"read and printed right beside {beside}",
        "Groups of one trial are more alike nearly always.",
    )
    return question(CHECK, entry, part, text, reading, others)


def _spread(ledger: Ledger, entry: Claim) -> float | None:
    """The deviation of a mean, from its error where that is printed and the patients are known; of
    a median that of normal values with its quartiles."""
    sd, se, n = entry.parts.get("sd"), entry.parts.get("se"), ledger.size(entry)
    if "value" not in entry.parts or "ci_low" in entry.parts:
        return None
    low, high = (entry.parts.get(one) for one in ("quartile_low", "quartile_high"))
    if low is not None and high is not None:
        return float((high.value or 0) - (low.value or 0)) / 1.35 or None
    if sd is not None and sd.value:
        return float(sd.value)
    least, most = (entry.parts.get(one) for one in ("least", "most"))
    if least is not None and most is not None and se is None and entry.main is not None:
        if entry.main.symbol == "median":
            return None
        # Of tens to hundreds of values a range is four to six deviations.
        return float((most.value or 0) - (least.value or 0)) / 4 or None
    return float(se.value) * sqrt(n) if se is not None and se.value and n else None


def _spreads_apart(ledger: Ledger, entry: Claim, other: Claim) -> bool:
    if "least" in entry.parts and "sd" not in entry.parts:
        return False
    one, two = (_spread(ledger, claim) or 1.0 for claim in (entry, other))
    ratio = max(one, two) / min(one, two)
    if ratio < SMALLER:
        return False
    sizes = [ledger.size(claim) for claim in (entry, other)]
    first, second = sizes if one > two else sizes[::-1]
    if first is None or second is None or min(first, second) < 2 or _is_median(entry):
        return ratio >= UNSIZED
    chance = 2 * float(fdtrc(first - 1, second - 1, ratio**2))
    means = [_middle(claim) for claim in (entry, other)]
    relative = one * means[1] / (two * means[0]) if min(means) > 0 else ratio
    alone = max(relative, 1 / relative) >= SMALLER and chance < RARER
    return alone or (ratio >= TIMES and chance < CHANCE)


def _means_apart(ledger: Ledger, entry: Claim, other: Claim) -> bool:
    spread = max(_spread(ledger, claim) or 0.0 for claim in (entry, other))
    apart = abs(_middle(entry) - _middle(other)) / spread
    if _is_median(entry):
        return apart > OF_MEDIANS
    visit, change = entry.about.visit or "", entry.about.change
    baseline = not visit and _is_baseline(ledger, entry)
    before = not change and (baseline or bool(_BEFORE.match(visit)))
    if entry.about.group is None:
        return apart > OF_COLUMNS
    n, m = ledger.size(entry), ledger.size(other)
    if before and n and m:
        return apart / sqrt(1 / n + 1 / m) > ERRORS
    return apart > (UNALIKE if before else DEVIATIONS)
