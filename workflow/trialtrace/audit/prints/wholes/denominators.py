"""Percentages of a group in several outcomes: can one number of patients stand behind all?"""

from collections.abc import Iterator
from itertools import combinations

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import REMARK
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.solvers.possible_counts import possible_counts
from trialtrace.audit.relations.wording import listed

MOST_NAMED = 3
SHOWN = 4


@checks(
    "percentages of one group in several outcomes: can one number of patients stand behind them",
    {
        "share.outcomes": "The percentages of one group in several outcomes, and their patients.",
    },
)
def check_denominators(ledger: Ledger) -> Iterator[Finding]:
    """Where no size is printed. Percentages of one population only are held against each other."""
    of_group: dict[tuple, dict[str, set[int]]] = {}
    for entry in ledger.of_group():
        group, part = ledger.groups.get(entry.about.group or ""), entry.share
        if part is None or part.relation != "=" or group is None or group.size is None:
            continue
        about = entry.about
        if about.stratum is None and about.category is None and ledger.size(entry) is None:
            whole = possible_counts(ledger, entry, group.size)
            if whole is not None:
                key = (about.group, about.population)
                of_group.setdefault(key, {})[entry.name] = set(whole[:, 1].tolist())
    for possible in of_group.values():
        yield from _apart(ledger, {name: own for name, own in possible.items() if own})


def _apart(ledger: Ledger, possible: dict[str, set[int]]) -> Iterator[Finding]:
    """The fewest percentages that have no denominator in common, those with few choices first."""
    order = sorted(possible, key=lambda name: len(possible[name]))
    for several in range(2, MOST_NAMED + 1):
        for names in combinations(order, several):
            if not set.intersection(*(possible[name] for name in names)):
                yield _finding(ledger, [ledger.entries[name] for name in names], possible)
                return


def _finding(ledger: Ledger, entries: list[Claim], possible: dict[str, set[int]]) -> Finding:
    shares = [
        f"{entry.parts['percent'].text} (of {_few(possible[entry.name])})" for entry in entries
    ]
    text = (
        f"No one number of patients with {ledger.group_label(entries[0])} can stand behind "
        f"{listed(shares)}: these outcomes do not have the same patients."
    )
    detail = {entry.name: sorted(possible[entry.name]) for entry in entries}
    return verdict("share.outcomes", entries[0], "percent", REMARK, text, entries, detail)


def _few(numbers: set[int]) -> str:
    shown = [str(n) for n in sorted(numbers)]
    if len(shown) <= SHOWN:
        return listed(shown, "or")
    return f"{', '.join(shown[: SHOWN - 1])} or {len(shown) - SHOWN + 1} others"
