"""Means and deviations of a draft that are unlike those of the other groups in their row.

Nothing but their row can be held against them. Groups that were drawn by lot are alike before they
are treated, and spread alike nearly always: a deviation of which another group has two and a half
times as much, or a mean that lies far from the others', is asked about, and never called wrong.
Spreads are held against each other by F.
"""

from collections.abc import Iterator, Sequence
from math import sqrt

from scipy.special import fdtrc

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.verdicts.readings import Reading, drafted, row_of, table_of
from trialtrace.base.grouping import grouped

CHECK = "row.unlike"
TIMES, UNSIZED = 2.5, 3.5
"""From so many times another group's deviation on; where no number of patients is known."""
CHANCE = 1e-4
"""A ratio of variances that chance makes more often is none, where the patients are known."""
ERRORS, DEVIATIONS = 5.0, 3.0
"""So many standard errors of their difference means lie apart before treatment, and so many
deviations at any time."""


def unlike(ledger: Ledger) -> Iterator[tuple[Finding, Claim, Reading]]:
    """A question on each number that is far from those of all other groups."""
    cells = [
        one
        for one in ledger.of_group()
        if drafted(one) and one.about.group != ALL and _spread(ledger, one) and row_of(one)
    ]
    rows = grouped(cells, lambda one: (table_of(one), one.about.cell, one.about.category))
    for row in rows.values():
        if len({one.about.group for one in row}) == len(row) > 1:
            yield from _of_row(ledger, row)


def _of_row(ledger: Ledger, row: Sequence[Claim]) -> Iterator[tuple[Finding, Claim, Reading]]:
    for name, apart in (("sd", _spreads_apart), ("value", _means_apart)):
        far = [
            one
            for one in row
            if all(apart(ledger, one, other) for other in row if other is not one)
        ]
        if far:
            yield _asked(far[0], [one for one in row if one is not far[0]], name)
            return


def _asked(entry: Claim, others: Sequence[Claim], name: str) -> tuple[Finding, Claim, Reading]:
    what = "deviation" if name == "sd" else "mean"
    beside = " and ".join(one.printed for one in others)
    part = name if name in entry.parts else "se"
    text = f"Its {what} is unlike that of the other groups in its row, {beside}."
    reading = Reading(
        f"Is the {what} of each of these read and printed right?",
        f"read and printed right beside {beside}",
        "Groups of one trial are more alike nearly always.",
    )
    names = tuple(one.name for one in others)
    return Finding(CHECK, entry.name, part, NOT_CHECKABLE, text, names), entry, reading


def _spread(ledger: Ledger, entry: Claim) -> float | None:
    """The deviation of a mean, from its error where that is printed and the patients are known."""
    sd, se, n = entry.parts.get("sd"), entry.parts.get("se"), ledger.size(entry)
    if "value" not in entry.parts or "ci_low" in entry.parts:
        return None
    if sd is not None and sd.value:
        return float(sd.value)
    return float(se.value) * sqrt(n) if se is not None and se.value and n else None


def _spreads_apart(ledger: Ledger, entry: Claim, other: Claim) -> bool:
    one, two = (_spread(ledger, each) or 1.0 for each in (entry, other))
    ratio = max(one, two) / min(one, two)
    if ratio < TIMES:
        return False
    sizes = [ledger.size(each) for each in (entry, other)]
    first, second = sizes if one > two else sizes[::-1]
    if first is None or second is None or min(first, second) < 2:
        return ratio >= UNSIZED
    return 2 * float(fdtrc(first - 1, second - 1, ratio**2)) < CHANCE


def _means_apart(ledger: Ledger, entry: Claim, other: Claim) -> bool:
    spread = max(_spread(ledger, each) or 0.0 for each in (entry, other))
    first, second = (float(each.parts["value"].value or 0) for each in (entry, other))
    apart = abs(first - second) / spread
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    before = entry.about.visit is None and not entry.about.change
    n, m = ledger.size(entry), ledger.size(other)
    if before and outcome is not None and outcome.baseline and n and m:
        return apart / sqrt(1 / n + 1 / m) > ERRORS
    return apart > DEVIATIONS
