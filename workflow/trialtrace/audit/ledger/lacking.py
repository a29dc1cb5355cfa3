"""Which fact a claim lacks to be held against others: its visit, or whose number it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialtrace.base.grouping import grouped

LACKS = "Nothing was checked: give "
"""What a verdict tells before it."""
MOST = 3
"""So many visits are named."""


@dataclass(frozen=True)
class Facts:
    """What a number is about, as far as it decides what it is held against; `compared` are the
    groups of a comparison."""

    outcome: str
    group: str = ""
    compared: tuple[str, ...] = ()
    visit: str = ""
    change: bool = False


def lacking(every: Mapping[str, Facts]) -> dict[str, str]:
    """By name of a claim what it lacks, as "its visit; …"; nothing of others.

    A change, or a comparison, at no visit lacks it where the numbers of its groups have some, and
    a number of nobody where its outcome has groups.
    """
    of_outcome = grouped(every, lambda name: every[name].outcome)
    told: dict[str, str] = {}
    for outcome, names in of_outcome.items():
        values = [every[name] for name in names if every[name].group and not every[name].change]
        for name in names if outcome and values else ():
            own = every[name]
            if not (own.group or own.compared):
                told[name] = "its group, or the two that it compares."
            elif not own.visit and (visits := list(_visits(own, values))):
                at = ", ".join(f"“{visit}”" for visit in visits[:MOST])
                at += f" and {len(visits) - MOST} more" if len(visits) > MOST else ""
                told[name] = f"its visit; it is then held against the numbers at {at}."
    return told


def _visits(own: Facts, values: list[Facts]) -> Iterator[str]:
    """The visits at which the numbers are that a change or a comparison would be held against."""
    whose = {own.group} if own.change and own.group else {*own.compared}
    values = [one for one in values if one.group in whose or whose == {"all"}]
    if whose and all(one.visit for one in values):
        visits = dict.fromkeys(one.visit for one in values)
        if len(visits) > 1 or own.compared:
            yield from visits
