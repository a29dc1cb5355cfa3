"""What tells the rows of a table apart: a column, or a subject with its visits and the like.

In a small table nearly any two measures tell all rows apart, and the next export has two that are
the same. So a key is a column whose name says what it counts, or such a one with others.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.drafting.names import (
    ARMS,
    FINDINGS,
    PARAMETERS,
    REPEATS,
    ROW_NUMBERS,
    SITES,
    SUBJECTS,
    VISIT_PARTS,
    VISITS,
    numbers_events,
    numbers_people,
    of_count,
    rank,
    tells_parameter,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.tables.measures import parts, plain

if TYPE_CHECKING:
    Numbers = np.ndarray[tuple[int], np.dtype[np.uint64]]

# Cells as numbers of 64 bits, so that rows of a large table can be compared in little memory.
#
# Two different texts have the same number about once in 10^19 pairs. A key that these numbers find
# unique is unique; one that is not for two rows in so many would be lost, and no wrong one found.

WORD = 8
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# The bytes of a word that belong to a text which ends in it, by how many there are.
_ENDS = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)


def fingerprints(text: pa.Array) -> "Numbers":
    """A number for each text; a missing one is an empty one."""
    text = pc.fill_null(text, "").cast(pa.string())
    if not len(text):
        return np.empty(0, dtype=np.uint64)
    _, edges, held = text.buffers()
    offsets = np.frombuffer(edges, dtype=np.int32)[text.offset : text.offset + len(text) + 1]
    data = np.frombuffer(held or b"", dtype=np.uint8)[: offsets[-1]]
    padded = np.concatenate([data, np.zeros(WORD, dtype=np.uint8)])
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    lengths = np.diff(offsets)
    mixed = _mixed(lengths.astype(np.uint64))
    for at in range(0, int(lengths.max()), WORD):
        rows = np.flatnonzero(lengths > at)
        part = words[offsets[rows] + at] & _ENDS[np.minimum(lengths[rows] - at, WORD)]
        mixed[rows] = _mixed(mixed[rows] ^ part)
    return mixed


def joined(columns: "list[Numbers]") -> "Numbers":
    """One number for the cells of a row."""
    return reduce(lambda row, column: _mixed(row + _mixed(column)), columns)


def unique(rows: "Numbers") -> bool:
    """Whether no number stands twice."""
    ordered = np.sort(rows)
    return not bool(np.any(ordered[1:] == ordered[:-1]))


def marks_of(texts: Iterable[str]) -> "Numbers":
    """The numbers of these texts; that of an empty one is that of a cell without a value."""
    return fingerprints(pa.array(list(texts), type=pa.string()))


def _mixed(value: "Numbers") -> "Numbers":
    """Each bit of the result hangs on each bit of the value (SplitMix64)."""
    value = value + _STEP
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


# Columns that are tried with each other, alone or with a subject; columns of one key; keys.
MOST_TRIED, MOST_ALONE, LONGEST_KEY, MOST_KEYS = 9, 40, 4, 5
# Columns of which as many cells are held at a time.
CELLS_HELD = 40_000_000
SAMPLE = 20_000
# Rows that a level of a visit has in the mean; more levels than a factor has.
ROWS_A_VISIT, FEW_SUBJECTS = 3, 8

Load = Callable[[Sequence[str]], "Mapping[str, Numbers]"]
Key = tuple[str, ...]

# What is told of where somebody lives, which tells rows apart by chance.
ADDRESSES = {"postcode", "zipcode", "postalcode", "phonenumber", "telephonenumber", "phoneno"}
# Names of visits of which there may be any number.
COUNTED = ("visit", "cycle")
OF_WHOM = re.compile(
    r"(\w+) (?:of|de|du|del|della|der|des|do|da|van) (?:the |an? |la |le |il |o |de )?(\w+)",
    re.IGNORECASE,
)
# What an id is called in words, and what may stand behind it in a label.
AS_ID = re.compile(r"\bidentif(?:ier|ication)(?: (?:number|code|no))?\b", re.IGNORECASE)
BEHIND_ID = re.compile(r"[,;(]|\s(?:in|at|from|within|across)\s", re.IGNORECASE)
WHOLE_NUMBER = re.compile("-?[0-9]+")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
DUMMIES = re.compile("[01](-[01]){2,}")
NUMBERED = re.compile(f"{FINDINGS}seq", re.IGNORECASE)
SINCE = re.compile(r"(day|week|month)s (from|since|after|relative)\b")
# Groups of columns by their names, the likeliest part of a key first.
SUBJECT, VISIT, PARAMETER, REPEAT, SITE, AGED, FIRST, TEXT, WHOLE, ARM = range(10)


def keys_of(
    columns: Sequence[Column], rows: int, load: Load, said: Key = (), patients: str = ""
) -> tuple[tuple[Key, ...], str]:
    """The keys, the best first, and a sentence on them. `said` is one that is declared, `patients`
    the column that a person says tells them apart."""
    ordered = sorted(enumerate(columns), key=lambda at: _order(at[1], at[0]))
    groups = {one.name: _order(one, place)[0] for place, one in ordered}
    usable = [one.name for _, one in ordered if _may_be_key(one)]
    search = _Search(load, rows)
    counted = [name for name in usable if not _counts_rows(name)]
    named = [name for name in counted if groups[name] not in (AGED, WHOLE)]
    numbers = [name for name in usable if _counts_rows(name)]
    alone = list(search.found([(name,) for name in [*named, *numbers][:MOST_ALONE]]))
    subjects = [name for name in named if groups[name] == SUBJECT and not patients]
    subjects += [patients] if patients in usable else []
    keys = [key for key in alone if key[0] in subjects]
    # Rows of findings are numbered anew in each export: what they are of goes before their numbers.
    planned = [name for name in usable if groups[name] in (VISIT, PARAMETER)]
    if any(NUMBERED.fullmatch(name) for name in usable):
        keys = keys or _with_subject(search, subjects, planned, alone)
    keys = keys or _with_subject(search, subjects, usable, alone)
    others = [key for key in alone if key not in keys]
    if not keys and all(_counts_rows(key[0]) for key in others):
        visits = [name for name in counted if groups[name] == VISIT]
        others += _beside_visits(search, columns, counted, visits)
    others.sort(key=lambda key: _counts_rows(key[0]))
    keys = [*keys, *others][:MOST_KEYS]
    why = _why(keys, rows, named)
    return _said(said, keys, why, search) if said else (tuple(keys), why)


class _Search:
    """Looks whether columns tell all rows apart, with the cells of few of them at a time."""

    def __init__(self, load: Load, rows: int):
        self.load, self.rows = load, rows
        self.held: dict[str, Numbers] = {}

    def found(self, keys: Sequence[Key]) -> Iterator[Key]:
        """Those of the keys that do, in their order."""
        most = max(LONGEST_KEY, CELLS_HELD // max(self.rows, 1))
        at = 0
        while at < len(keys):
            needed: dict[str, None] = {}
            start = at
            while at < len(keys) and (at == start or len({*needed, *keys[at]}) <= most):
                needed |= dict.fromkeys(keys[at])
                at += 1
            self._hold(list(needed))
            yield from (key for key in keys[start:at] if self._unique(key))

    def _hold(self, names: Sequence[str]) -> None:
        missing = [name for name in names if name not in self.held]
        if missing:
            kept = {name: self.held[name] for name in names if name in self.held}
            self.held = kept | dict(self.load(missing))

    def _unique(self, key: Key) -> bool:
        """Whether no two rows have the same cells; a part of the rows is looked at first."""
        cells = [self.held[name] for name in key]
        if self.rows > SAMPLE and not unique(joined([cell[:SAMPLE] for cell in cells])):
            return False
        return unique(joined(cells))


def _with_subject(
    search: _Search, subjects: Sequence[str], others: Sequence[str], alone: Sequence[Key]
) -> list[Key]:
    """A subject with as few other columns as it takes; those that need no subject are left out."""
    single = {name for key in alone for name in key}
    for subject in subjects:
        rest = [name for name in others if name not in (*single, *subjects)]
        for length in range(1, LONGEST_KEY):
            tried = rest[: MOST_ALONE if length == 1 else MOST_TRIED]
            wanted = [(subject, *more) for more in combinations(tried, length)]
            if keys := list(search.found(wanted)):
                return keys
    return []


def _beside_visits(
    search: _Search, columns: Sequence[Column], usable: Sequence[str], visits: Sequence[str]
) -> list[Key]:
    """A column that comes back at each visit and tells its rows apart: a subject of any name."""
    levels = {column.name: column.distinct for column in columns}
    planned = [name for name in visits if ROWS_A_VISIT * levels[name] <= search.rows]
    repeated = [
        name
        for name in usable
        if name not in visits and levels[name] > FEW_SUBJECTS and 2 * levels[name] <= search.rows
    ]
    pairs = [(name, visit) for visit in planned for name in repeated[:MOST_ALONE]]
    return list(search.found(pairs))


def telling_apart(table: Table) -> list[Column]:
    """The columns of a table's key that tell the rows of a patient apart by what they are: words,
    or numbers of visits, days, parameters and the like; two measures may do so by chance."""
    return [
        column
        for key in table.keys[:1]
        for column in map(table.column, key)
        if column.constant_within is False
        and (
            not (column.validation or all(WHOLE_NUMBER.fullmatch(one) for one, _ in column.values))
            or _order(column, 0)[0] in (VISIT, PARAMETER, REPEAT)
            or SINCE.match(" ".join(parts(column.name)))
        )
    ]


def in_order(code: str) -> tuple[float, str]:
    """Sorts codes by their first number, dates by the day."""
    if DUMMIES.fullmatch(code):
        # Who has none of them comes last.
        return float(code.find("1") % (2 * len(code))), code
    if day := DAY.match(code):
        return float("".join(day.groups())), code
    number = re.search(r"-?[0-9]+([.,][0-9]+)?", code)
    return (float(number[0].replace(",", ".")) if number else -1.0, code)


def _counts_rows(name: str) -> bool:
    return plain(name) in ROW_NUMBERS


def may_tell_apart(column: Column) -> bool:
    """Whether a column holds no texts and no measures with decimals, other than a planned time."""
    whole = column.validation != "number" or rank(column.name, VISITS) is not None
    return whole and column.type not in ("notes", "checkbox")


def may_tell_people(column: Column) -> bool:
    """The same of patients: no count of visits, and no number of an adverse event."""
    counts = of_count(column.name, column.label) or numbers_events(column.name)
    return may_tell_apart(column) and not counts


def _may_be_key(column: Column) -> bool:
    """Nothing with decimals, long texts or gaps tells rows apart."""
    return (
        may_tell_apart(column)
        and plain(column.name) not in ADDRESSES
        and not column.blank
        and not column.missing_codes
        and column.distinct > 1
    )


def _order(column: Column, place: int) -> tuple[int, int, int]:
    """The group of a column by its name, its place in that, and its place in the file."""
    if names_subject(column.name):
        named = rank(column.name, SUBJECTS)
        return SUBJECT, named if named is not None else len(SUBJECTS), place
    if plain(column.name) == "age":
        return AGED, 0, place
    if tells_parameter(column.name):
        return PARAMETER, rank(column.name, PARAMETERS) or 0, place
    known = ((VISIT, VISITS), (REPEAT, REPEATS), (SITE, SITES))
    for group, names in known:
        if (named := rank(column.name, names)) is not None:
            return group, named, place
    if set(parts(column.name)) & set(VISIT_PARTS):
        return VISIT, len(VISITS), place
    if rank(column.name, ARMS) is not None:
        return ARM, 0, place
    if (place == 0 and not _counts_rows(column.name)) or said_subject(column):
        return FIRST, 0, place
    return (WHOLE if column.validation else TEXT), column.distinct, place


def numbers_visits(name: str) -> bool:
    """Whether a column counts visits or cycles, of which there may be any number."""
    words = {*parts(name)}
    return bool(words & {*COUNTED}) or plain(name).startswith(COUNTED)


def names_subject(name: str) -> bool:
    """Whether a name is that of a subject, or ends in id or in the number of a patient."""
    named = rank(name, SUBJECTS) is not None or ends_in_id(name) or numbers_people(name)
    return named and not numbers_events(name)


def labels_subject(label: str) -> bool:
    """Whether what is said of a column is that it numbers its people: number of the patient,
    students identifier in the schools of a district."""
    said = AS_ID.sub("id", BEHIND_ID.split(label.strip(), maxsplit=1)[0])
    turned = OF_WHOM.fullmatch(said)
    return names_subject(f"{turned[2]} {turned[1]}" if turned else said)


def said_subject(column: Column) -> bool:
    """Whether the label of a column, and not its name, says that it numbers its people."""
    counts = of_count(column.label) or column.label == column.name
    return not counts and labels_subject(column.label)


def ends_in_id(name: str) -> bool:
    """Whether id is the last word of a name, or its first."""
    words = parts(name)
    return bool(words) and (words[-1] == "id" or (len(words) > 1 and words[0] == "id"))


def _said(said: Key, keys: Sequence[Key], why: str, search: _Search) -> tuple[tuple[Key, ...], str]:
    """The declared key first, where it tells the rows apart."""
    names = " with ".join(said)
    if list(search.found([said])):
        others = (key for key in keys if key != said)
        return (said, *others), f"{names} is the declared key, and no two rows share it."
    return tuple(keys), f"{names} is the declared key, but rows share it. {why}"


def _why(keys: Sequence[Key], rows: int, named: Sequence[str]) -> str:
    if keys:
        return f"No two of the {rows} rows have the same {' and '.join(keys[0])}."
    names = ", ".join(named[:MOST_TRIED]) or "none has a name that says so"
    return (
        f"No columns that may be a key tell all {rows} rows apart ({names}): the key is the place "
        "of the row (source_row)."
    )
