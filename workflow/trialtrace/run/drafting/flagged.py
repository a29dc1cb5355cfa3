"""The visits at which ADaM's or SDTM's flag of a baseline stands, and BASE beside it."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.outcomes import Outcome, is_number
from trialtrace.run.drafting.profile import SOURCE_ROW, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import plain

FLAG = re.compile(r"A?BLFL|[A-Z]{2}(BL|LOBX)FL", re.IGNORECASE)
# ADaM's number, and what it was at the flagged row of each patient.
NUMBER, BASE = "aval", "base"


@dataclass(frozen=True)
class Flagged:
    """What a flag of a baseline says: how many rows of an outcome it marks at each visit, the most
    first, and how many patients have none at the first of these but one elsewhere. `base` is the
    column that has the value before of all of them."""

    name: str
    at: tuple[tuple[str, int], ...]
    elsewhere: int = 0
    base: str = ""

    @property
    def visit(self) -> str:
        return self.at[0][0]

    @property
    def said(self) -> str:
        visit, n = self.at[0]
        return f"{self.name} says that {visit} is the baseline ({n} rows)."

    @property
    def doubt(self) -> str:
        """What speaks against the one visit, where it is not the baseline of all."""
        others = [f"{visit} ({n} rows)" for visit, n in self.at[1:]]
        who = f"{self.elsewhere} patients" if self.elsewhere > 1 else "1 patient"
        return f"{self.said} {who} have theirs elsewhere, at {one_of(others)}."


def flagged(table: Table, outcome: Outcome) -> Flagged | None:
    """What a flag says of the baseline of an outcome at visits; None without a flag."""
    flag = next((one for one in table.columns if FLAG.fullmatch(one.name)), None)
    subject = (*table.subject, SOURCE_ROW)[0]
    if flag is None or not outcome.visit or subject == SOURCE_ROW or table.rows > MOST_ROWS:
        return None
    base = _base(table, outcome)
    names = [subject, outcome.visit, flag.name, outcome.column, base or outcome.column]
    n, of = Counter[str](), defaultdict[str, set[str]]
    visits, known, marked = of(set), of(set), of(set)
    where = [name for name, _ in outcome.where]
    for who, at, mark, value, first, *codes in cells_of(table, [*names, *where]):
        if any(one != told for one, (_, told) in zip(codes, outcome.where, strict=True)):
            continue
        known[who] |= {_as_number(first)} - {""}
        if mark.upper() == "Y":
            n[at] += 1
            visits[who].add(at)
            marked[who].add(_as_number(value))
    if not n:
        return None
    ranked = tuple(n.most_common())
    elsewhere = sum(ranked[0][0] not in own for own in visits.values())
    # It is what was flagged, of everybody.
    whole = all(known[who] == own for who, own in marked.items())
    return Flagged(flag.name, ranked, elsewhere, base if whole else "")


def _as_number(cell: str) -> str:
    """A number as all spellings of it have it: 20.0 is 20."""
    try:
        return f"{float(cell.replace(',', '.')):g}"
    except ValueError:
        return ""


def _base(table: Table, outcome: Outcome) -> str:
    """BASE beside AVAL, where a patient has one value of it."""
    found = [
        one.name
        for one in table.columns
        if plain(one.name) == BASE and is_number(one) and one.constant_within is not False
    ]
    return next(iter(found), "") if plain(outcome.column) == NUMBER else ""
