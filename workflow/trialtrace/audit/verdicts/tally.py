"""Counts claims by their worst component, once against the data and once on print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.verdicts import (
    COLUMNS,
    DATA,
    FAILS,
    NO_USUAL_INTERVAL,
    OF_COLUMN,
    PRINT,
    SHOWN,
    WORST_FIRST,
)
from trialtrace.base.grouping import grouped

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_EXPECTED = 0.05
"""Below this a number of matches prints as 0.0."""
NO_USUAL_TEST = "a p that no usual test gives"
NOT_GIVEN = "no usual test gives it"
NOT_GIVEN_COUNTED = "given by no usual test of the printed numbers"
"""The verdict on print of such a p, in place of "not checkable": it was tried."""
NOT_REPRODUCED = "no usual method gives it"
"""The verdict on print of an interval, for "inconsistent": it contradicts no other number."""
NOT_REPRODUCED_COUNTED = "given by no usual method"
Row = Mapping[str, Any]
Rows = Iterable[Row]


# Which reading of a claim decides. One that no single result answers is a mistake of the ledger.
BEST_FIRST = ("not_tied", "exact", "compatible", "alternative", "not_checkable", "differs")


def worst(rows: Rows, column: str) -> str | None:
    """The worst verdict of a column among the components of one claim; None without data.

    "Significantly lower" of which the side alone follows is no more than compatible. A claim of
    several readings has the verdict of the one that agrees best with the data.
    """
    found = [_worst(reading, column) for reading in of_readings(rows).values()]
    known = [one for one in found if one is not None]
    if column != DATA or len(known) < 2:
        return min(known, key=WORST_FIRST.index) if known else None
    return min(known, key=BEST_FIRST.index)


def _worst(rows: Rows, column: str) -> str | None:
    found = [row[column] for row in rows if row[column] is not None]
    verdict = min(found, key=WORST_FIRST.index) if found else None
    # That one group is the lower does not make it significantly so.
    return "compatible" if verdict == "exact" and side_alone(rows, column) else verdict


def worst_shown(rows: Rows, column: str) -> str:
    """The worst verdict of a claim in words; "" without data."""
    verdict = worst(rows, column)
    if column == PRINT and verdict == "not_checkable" and any(map(unmatched, rows)):
        return NOT_GIVEN
    if column == PRINT and not_reproduced(rows):
        return NOT_REPRODUCED
    return SHOWN[verdict] if verdict else ""


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


def unmatched(row: Row) -> bool:
    """Whether it is a p of a test that the paper does not name, and that no usual test gives.

    That is no error, for another test may; yet it is told next to the errors.
    """
    return bool(row.get("no_usual_test")) and row[PRINT] == "not_checkable"


def not_reproduced(rows: Rows) -> bool:
    """Whether a claim is inconsistent in that alone that no method that was tried gives it."""
    found = [row for row in rows if row[PRINT] == "inconsistent"]
    begin = [row["print_finding"].startswith(NO_USUAL_INTERVAL) for row in found]
    return bool(begin) and all(begin)


def side_alone(rows: Rows, column: str) -> list[Row]:
    """The words on significance of a claim that nothing decides, whatever is known of the side."""
    return [
        r for r in rows if r.get("component") == "significance" and r[column] == "not_checkable"
    ]


def failing(rows: Rows) -> bool:
    """Whether any number has a verdict that fails a build, in either column."""
    return any(
        worst(claim, column) in FAILS for claim in of_claims(rows).values() for column in COLUMNS
    )


def of_claims(table: "pa.Table | Rows") -> dict[str, list[Row]]:
    """The rows of each claim, in the order of the ledger."""
    rows = table.to_pylist() if hasattr(table, "to_pylist") else table
    return grouped(rows, lambda row: row["claim_id"])


def worst_first(table: "pa.Table | Rows") -> list[list[Row]]:
    """The rows of each claim, the claims by their worst verdict; else as in the ledger.

    After those that fail comes a p that no usual test gives.
    """

    def rank(rows: list[Row]) -> tuple[float, ...]:
        places: list[float] = [
            WORST_FIRST.index(verdict)
            for column in COLUMNS
            if (verdict := worst(rows, column)) is not None
        ]
        if any(unmatched(row) for row in rows):
            places.append(len(FAILS) - 0.5)
        return tuple(sorted(places))

    return sorted(of_claims(table).values(), key=rank)


def tally(table: "pa.Table | Rows") -> dict[str, Any]:
    """Claims by verdict for each column, and their number under "claims".

    Under "no_usual_test" stands how many have a p that no usual test gives, and under
    "no_usual_test_alone" how many of these are not checkable on print; under "not_reproduced" how
    many are inconsistent in that alone that no usual method gives them.

    A column that no claim has, such as the data of a ledger by itself, counts nothing.
    """
    claims = of_claims(table).values()
    entry: dict[str, Any] = {"claims": len(claims)}
    for column, words in OF_COLUMN.items():
        own = [worst(rows, column) for rows in claims]
        entry[column] = {word: own.count(word) for word in words}
    odd = [rows for rows in claims if any(unmatched(row) for row in rows)]
    entry["no_usual_test"] = len(odd)
    entry["no_usual_test_alone"] = sum(worst(rows, PRINT) == "not_checkable" for rows in odd)
    entry["not_reproduced"] = sum(map(not_reproduced, claims))
    return entry


def tally_text(counts: Row) -> str:
    """ "5 claims. Against the data: 3 exact, 2 not checkable. On print: 5 compatible."."""
    number = counts["claims"]
    told = [f"{number} claim{'' if number == 1 else 's'}."]
    for column, name in COLUMNS.items():
        parts = [f"{n} {words}" for _, words, n in counted(counts, column)]
        if parts:
            of_p = unmatched_text(counts) if column == PRINT else ""
            told.append(f"{name[0].upper()}{name[1:]}: {', '.join(parts)}{of_p}.")
    return " ".join(told)


def counted(counts: Row, column: str) -> Iterator[tuple[str, str, int]]:
    """Each verdict of a column with its words and its number. Apart stand a p that was tried and
    that no usual test gives, and an interval that no usual method gives."""
    apart = {
        "not_checkable": (counts["no_usual_test_alone"], NOT_GIVEN_COUNTED),
        "inconsistent": (counts["not_reproduced"], NOT_REPRODUCED_COUNTED),
    }
    for word, n in counts[column].items():
        own, words = apart.get(word, (0, "")) if column == PRINT else (0, "")
        parts = [(word, shown(word, n - own), n - own), (word, words, own)]
        # A p that was tried comes before what was not; what contradicts a number, first of all.
        yield from (p for p in parts[:: -1 if word == "not_checkable" else 1] if p[2] > 0)


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


def unmatched_text(counts: Row) -> str:
    """ "; 3 with another verdict have a p that no usual test gives"; "" where there is none."""
    others = counts["no_usual_test"] - counts["no_usual_test_alone"]
    have = "has" if others == 1 else "have"
    return f"; {others} with another verdict {have} {NO_USUAL_TEST}" if others else ""


def shown(word: str, count: int) -> str:
    """A verdict as it is counted: 1 differs, 2 differ."""
    return "differ" if word == "differs" and count > 1 else SHOWN[word]
