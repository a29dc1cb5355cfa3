"""Arms that next to nobody has: one may be another, mistyped."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from trialtrace.run.drafting.arms import SELDOM
from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.outcomes import label_of, levels
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import folded

# How alike two names of an arm are of which one is mistyped; untreated is none of treated, 0.875.
CLOSE = 0.88
# Patients of an arm that may be a slip, and how many times as many then have another.
ODD, MANY, SHOWN = 2, 8, 5


def mistyped(table: Table, column: Column) -> list[str]:
    """Levels in few rows, with these, that are nearly another: Plcebo beside Placebo. Numbers and
    letters of their own tell arms apart, as those of Drug A and Drug B, 10 mg and 20 mg."""
    few = _of_few(table, column)
    texts = {code: folded(label_of(column, code)).casefold() for code in levels(column)}
    found = []
    for code, (_, where) in few.items():
        others = {texts[one]: one for one in texts if one not in few and _is_near(texts, code, one)}
        if near := get_close_matches(texts[code], others, 1, CLOSE):
            found.append(f"{code!r} ({where} of the data), nearly {others[near[0]]!r}")
    return found


def _of_few(table: Table, column: Column) -> dict[str, tuple[int, str]]:
    """Levels that next to nobody has, beside some that many have, each with its patients and
    rows."""
    if table.rows > MOST_ROWS or not (column.name and levels(column)):
        return {}
    rows = cells_of(table, [column.name, *(one for one in table.subject[:1] if one != SOURCE_ROW)])
    each = Counter(row[0] for row in ({*rows} if len(rows[0]) > 1 else rows))
    most = max(each[code] for code in levels(column))
    few = {
        code: each[code]
        for code in levels(column)
        if 0 < each[code] <= max(SELDOM * each.total(), min(ODD, most / MANY))
    }
    at = {code: [n for n, row in enumerate(rows, start=1) if row[0] == code] for code in few}
    return {
        code: (n, f"row{'s' if len(at[code]) > 1 else ''} {_numbers(at[code])}")
        for code, n in few.items()
    }


def _numbers(rows: Sequence[int]) -> str:
    rest = [f"{len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    return ", ".join([*map(str, rows[:SHOWN]), *rest])


def tell_few(table: Table, arm: Column, decided: Decided) -> None:
    """A guess, which blinds the report, on arms of one or two patients beside others: one may be
    another, mistyped in a way that no likeness tells (PBO, plaecbo)."""
    few = {code: one for code, one in _of_few(table, arm).items() if one[0] <= ODD}
    if few and len(levels(arm)) - len(few) > 1:
        told = [
            f"{code} is of {n} patient{'s' if n > 1 else ''} ({rows} of the data)"
            for code, (n, rows) in few.items()
        ]
        why = f"{'; '.join(told)}, and stands as an arm of its own. Where it is another, mistyped, "
        why += "mend it in a copy of the file, or write `code: [one, other]`."
        decided.guess("few", ("trial.yaml", "design.arms"), ", ".join(few), why, blinds=True)


def _is_near(texts: Mapping[str, str], code: str, other: str) -> bool:
    """Whether two levels have the same numbers and the same words of a letter."""
    marks = [re.findall(r"[0-9]+|\b\w\b", texts[one]) for one in (code, other)]
    return marks[0] == marks[1]
