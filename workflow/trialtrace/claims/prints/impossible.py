"""Numbers that no study can have: counts above their denominators, p above 1, turned intervals."""

from collections.abc import Iterator

from trialtrace.claims.ledger import Ledger
from trialtrace.claims.printed import impossible
from trialtrace.claims.prints.finding import INCONSISTENT, Finding, listed


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        found = impossible(entry.parts)
        if not found:
            continue
        told = listed([f"{what} is printed, where there can only be {can}"
                       for what, can in found.values()])  # fmt: skip
        first, *others = found
        yield Finding("number.impossible", entry.name, first, INCONSISTENT,
                      f"{told[0].upper()}{told[1:]}.", covers=tuple(others))  # fmt: skip
