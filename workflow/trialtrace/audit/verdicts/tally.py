"""Counts claims by their worst component, once against the data and once on print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.verdicts import (
    COLUMNS,
    CONTRADICTS,
    DATA,
    DIFFERS,
    EQUALS,
    FAILS,
    HOLDS,
    NO_RESULT,
    NOT_CHECKED,
    NOT_TIED,
    OF_COLUMN,
    OTHER_CHOICE,
    PRINT,
    QUESTION,
    SHOWN,
    WORST_FIRST,
)
from trialtrace.base.grouping import grouped

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_EXPECTED = 0.05
"""Below this a number of matches prints as 0.0."""
ASKED = (CONTRADICTS, QUESTION)
OF_SEVERAL = {
    DIFFERS: "differ",
    CONTRADICTS: "contradict",
    OTHER_CHOICE: "equal by another choice",
    QUESTION: "questions",
    EQUALS: "equal",
    HOLDS: "hold",
}
"""The words of states that several claims have."""
Row = Mapping[str, Any]
Rows = Iterable[Row]
# Which reading of a claim decides. One that no single result answers is a mistake of the ledger.
BEST_FIRST = (NOT_TIED, EQUALS, OTHER_CHOICE, NO_RESULT, DIFFERS)


def worst(rows: Rows, column: str) -> str | None:
    """The worst state of a column among the components of one claim; None without data.

    A claim of several readings has the state of the one that agrees best with the data.
    """
    found = [_worst(reading, column) for reading in of_readings(rows).values()]
    known = [one for one in found if one is not None]
    if column != DATA or len(known) < 2:
        return min(known, key=WORST_FIRST.index) if known else None
    return min(known, key=BEST_FIRST.index)


def _worst(rows: Rows, column: str) -> str | None:
    found = [row[column] for row in rows if row[column] is not None]
    return min(found, key=WORST_FIRST.index) if found else None


def of_readings(rows: Rows) -> dict[str | None, list[Row]]:
    """The rows of each reading of one claim; of a claim with one alone under None."""
    found: dict[str | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get("reading"), []).append(row)
    return found


def numbered_readings(rows: Rows) -> list[tuple[str, list[Row]]]:
    """The rows of each reading of one claim behind its number, "1: "; behind nothing where there
    is one alone."""
    readings = of_readings(rows).values()
    many = len(readings) > 1
    return [(f"{k}: " if many else "", reading) for k, reading in enumerate(readings, 1)]


def side_alone(rows: Rows, column: str) -> list[Row]:
    """The words on significance of a claim that nothing decides, whatever is known of the side."""
    undecided = OF_COLUMN[column][-1]
    return [r for r in rows if r.get("component") == "significance" and r[column] == undecided]


def failing(rows: Rows) -> bool:
    """Whether any number has a state that fails a build, in either column."""
    return any(
        worst(claim, column) in FAILS for claim in of_claims(rows).values() for column in COLUMNS
    )


def of_claims(table: "pa.Table | Rows") -> dict[str, list[Row]]:
    """The rows of each claim, in the order of the ledger."""
    rows = table.to_pylist() if hasattr(table, "to_pylist") else table
    return grouped(rows, lambda row: row["claim_id"])


def worst_first(table: "pa.Table | Rows") -> list[list[Row]]:
    """The rows of each claim, the claims by their worst state; else as in the ledger."""

    def rank(rows: list[Row]) -> tuple[int, ...]:
        found = (worst(rows, column) for column in COLUMNS)
        return tuple(sorted(WORST_FIRST.index(state) for state in found if state is not None))

    return sorted(of_claims(table).values(), key=rank)


def tally(table: "pa.Table | Rows") -> dict[str, Any]:
    """Claims by state for each column, and their number under "claims".

    A column that no claim has, such as the data of a ledger by itself, counts nothing.
    """
    claims = of_claims(table).values()
    entry: dict[str, Any] = {"claims": len(claims)}
    for column, words in OF_COLUMN.items():
        own = [worst(rows, column) for rows in claims]
        entry[column] = {word: own.count(word) for word in words}
    return entry


def tally_text(counts: Row) -> str:
    """ "5 claims. Against the data: 3 equal, 2 without result. Internal consistency: 5 hold."."""
    number = counts["claims"]
    told = [f"{number} claim{'' if number == 1 else 's'}."]
    for column, name in COLUMNS.items():
        parts = [f"{n} {words}" for _, words, n in counted(counts, column)]
        if parts:
            told.append(f"{name[0].upper()}{name[1:]}: {', '.join(parts)}.")
    return " ".join(told)


def checked_text(counts: Row) -> str:
    """ "43 of 85 published numbers can be checked: 5 contradict, 1 question."."""
    on_print, number = counts[PRINT], counts["claims"]
    wrong = [f"{on_print[one]} {shown(one, 2 - (on_print[one] == 1))}" for one in ASKED]
    many = f"{number - on_print[NOT_CHECKED]} of {number} published number{'s' * (number != 1)}"
    return f"{many} can be checked: {', '.join(wrong)}."


def counted(counts: Row, column: str) -> Iterator[tuple[str, str, int]]:
    """Each state of a column with its words and its number, where there is one."""
    return ((word, shown(word, n), n) for word, n in counts[column].items() if n)


def by_chance(searches: Sequence[Row], expected: float) -> str:
    """How many sets of numbers were searched for another choice, how many were matched, and what
    chance would match."""
    sets = "set of printed numbers" if len(searches) == 1 else "sets of printed numbers"
    found = sum(search["tier"] is not None for search in searches)
    text = f"Other tests, methods and ways of rounding were tried for {len(searches)} {sets}: "
    text += f"{found or 'none'} {'was' if found == 1 else 'were'} matched; "
    if expected < LEAST_EXPECTED:
        return f"{text}a match by chance alone is unlikely."
    return f"{text}by chance alone, {expected:.1f} would be."


def shown(word: str, count: int) -> str:
    """A state as it is counted: 1 differs, 2 differ."""
    return OF_SEVERAL.get(word, SHOWN[word]) if count > 1 else SHOWN[word]
