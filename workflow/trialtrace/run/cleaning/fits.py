"""What would fit the values of a column that the dictionary does not: told with what stops a run.

Values themselves are told only where disclosure is full, or where they are common words in place of
a code, or of nothing: that a column holds TRUE and FALSE says nothing of a patient.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.times import partial_days
from trialtrace.run.cleaning.undeclared import is_date_of_spreadsheet
from trialtrace.run.cleaning.values import SHAPES, Spelling, parse_dates, parse_numbers
from trialtrace.run.tables.missing_markers import markers_among
from trialtrace.run.trial.model import Variable

# Letters of Greek, then of Cyrillic, and the Latin ones that they look like.
_OTHERS = (
    "\u0391\u0392\u03f9\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5\u0396\u03b1\u03f2"
    "\u03b9\u03f3\u03ba\u03bf\u03c3\u03c1\u03c5\u03bd\u03c7\u03b3"
    "\u0410\u0412\u0421\u0415\u050c\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u051a\u0405\u0422\u0474\u051c"
    "\u0425\u0423\u04ae\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u04c0\u04cf\u043e\u0440\u051b\u0433\u0455"
    "\u0475\u051d\u0445\u0443\u0417\u0431"
)
_LATIN = "ABCEHIKMNOPTXYZacijkoopuvxyABCEGHIJKMOPQSTVWXYYacdehijllopqrsvwxy36"
_CONFUSABLE = str.maketrans(_OTHERS, _LATIN)
_DIGITS = str.maketrans("OIl", "011")
# Seen as nothing, though Unicode counts them as letters, marks or symbols.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
MOST_PAIRS = 5


def _visible(name: str) -> str:
    return "".join(
        c
        for c in name
        if c not in _UNSEEN
        and unicodedata.category(c) not in ("Cc", "Cf")
        and not 0xFE00 <= ord(c) <= 0xFE0F
    )


def _latin(name: str) -> str:
    return "".join(str(unicodedata.decimal(c, c)) for c in name.translate(_CONFUSABLE))


STEPS: dict[str, Callable[[str], str]] = {
    "letters that are composed or as wide in another way": partial(unicodedata.normalize, "NFKC"),
    "characters that cannot be seen": _visible,
    "letters of another alphabet": _latin,
    "O for 0, or I or l for 1": lambda name: name.translate(_DIGITS),
    "blanks": lambda name: re.sub(r"\s+", "", name),
    "capital letters": str.casefold,
}
"""What makes names that look the same differ, in the order in which it is taken off."""
LEADING_ZEROS = "leading zeros"


def looks(name: str) -> str:
    """What is seen of a name, whatever its letters are."""
    for step in STEPS.values():
        name = step(name)
    return name


def _unpadded(name: str) -> str:
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", name)


def differ_by(text: str, other: str) -> list[str]:
    """By what two names that look the same differ, in words."""
    found = []
    for words, step in (*STEPS.items(), (LEADING_ZEROS, _unpadded)):
        after = step(text), step(other)
        one_alone = (after[0] == text) != (after[1] == other)
        if one_alone or (text != other and after[0] == after[1]):
            found.append(words)
        text, other = after
    return found


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names that look the same, whatever zeros they begin with, each with the first of them."""
    first: dict[str, str] = {}
    found = []
    for name in names:
        earlier = first.setdefault(_unpadded(looks(name)), name)
        if earlier != name:
            found.append((earlier, name))
    return found


def as_known(unknown: list[str], known: Iterable[str]) -> list[str]:
    """The way by which most unknown names become known ones; none where no way does."""
    known = list(known)
    best, said = 0, []
    for words, way in WAYS.items():
        there = Counter(way(name) for name in known)
        n = sum(there[way(name)] == 1 for name in unknown)
        if n > best and (way is not _numeric or _one_frame(unknown, known)):
            text = f"{n} of {len(unknown)} unknown subjects would be known but for {words}"
            best, said = n, [text]
    return said


def _numeric(name: str) -> str:
    """The last number in a name; the name where there is none."""
    numbers = re.findall(r"[0-9]+", name)
    return numbers[-1].lstrip("0") if numbers else name


def _one_frame(unknown: list[str], known: list[str]) -> bool:
    """Whether no number stands twice on a side, and in all names that share theirs with the other
    side the same stands around it: else equal numbers, as of two sites, are not one subject."""
    sides = [{_numeric(name): name for name in names} for names in (unknown, known)]
    shared = sides[0].keys() & sides[1].keys()
    frames = [{re.sub(r"[0-9]+(?=[^0-9]*$)", "", side[n]) for n in shared} for side in sides]
    unique = all(len(side) == len({*of}) for side, of in zip(sides, (unknown, known), strict=True))
    return unique and all(len(each) == 1 for each in frames)


WAYS: dict[str, Callable[[str], str]] = {
    "how they are written (capital letters, blanks, characters that look the same)": looks,
    LEADING_ZEROS: _unpadded,
    ".0 at the end": lambda name: re.sub(r"\.0+$", "", name),
    "what stands around the last number": _numeric,
}


# Numbers of another form than all others: a row of sums, a title, a number misspelt.

FEWEST_NAMES, RARELY = 20, 0.02


def of_another_form(names: Iterable[str]) -> list[str]:
    """The names that are not as nearly all others are: letters and signs alike but for the digits;
    or, where letters differ, letters and digits in the same order."""
    every = list(names)
    for pattern, by in ((r"()\d+", "9"), (r"(\d+)|[^\W\d_]+", None)):
        forms = [re.sub(pattern, by or (lambda part: "9" if part[1] else "a"), n) for n in every]
        (usual, count), *_ = Counter(forms).most_common(1) or [("", 0)]
        others = [name for name, form in zip(every, forms, strict=True) if form != usual]
        if count >= FEWEST_NAMES and 0 < len(others) <= max(1, RARELY * len(every)):
            return others
    return []


# fmt: off
WORDS = frozenset({
    "true", "false", "t", "f", "yes", "no", "y", "n", "j", "ja", "nein", "oui", "non", "si", "m",
    "w", "male", "female", "man", "woman", "on", "off", "x", "checked", "unchecked", "0", "1", "2",
    "3", "4", "5", "6", "7", "8", "9", "+", "-",
})
NOTHING = frozenset({
    "na", "n/a", "n.a.", "nd", "n.d.", "nan", "null", "none", "missing", "unknown", ".", "-", "--",
    "?",
})
MISSING = NOTHING | {
    "-1", "-7", "-8", "-9", "-77", "-88", "-99", "-999", "-9999", "99", "999", "9999",
}
# fmt: on
SHOWN = 10
MOST = 20_000
"""So many rejected values are looked at."""


@dataclass(frozen=True)
class Wanted:
    """A variable of the dictionary and how its cells are declared to be written."""

    variable: Variable
    spelling: Spelling

    @property
    def order(self) -> str:
        return self.spelling.order(self.variable)

    @property
    def decimal(self) -> str:
        return self.spelling.sign(self.variable)


def seen(wanted: Wanted, text: pa.Array, lost: np.ndarray, show: bool) -> list[str]:
    """The different values that are rejected, where they may be told."""
    values = sorted(set(_lost(text, lost)))
    words = WORDS | MISSING if wanted.variable.choices else NOTHING
    told = show or all(value.casefold() in words for value in values)
    return [f"the values are {one_of(values, SHOWN)}"] if told and values else []


def fits(wanted: Wanted, text: pa.Array, lost: np.ndarray) -> list[str]:
    """Sentences, without a value, on what would fit. `text` are all cells of the column, null where
    missing; `lost` are the rows of those that are rejected."""
    bad = _lost(text, lost)
    variable = wanted.variable
    found = _codes(variable.choices, bad) if variable.choices else []
    if variable.kind == "date":
        mine, there = _impossible(wanted, text), len(text) - text.null_count
        found += [
            f"{mine} of {there} are impossible as {wanted.order}, {one.impossible} as {one.name}"
            for one in _orders(wanted, text)
            if one.impossible < mine
        ]
        found += other_orders(wanted, text)
    elif variable.kind not in ("text", "time", "datetime"):
        found += [*_decimal(wanted, bad), *_dates(bad)]
    return [*found, *_markers(bad), *_partial(wanted, bad)]


def _lost(text: pa.Array, lost: np.ndarray) -> list[str]:
    return text.take(pa.array(lost[:MOST])).drop_null().to_pylist()


@dataclass(frozen=True)
class _Order:
    """An order of dates: how many are impossible in it, how many of those that are impossible in
    the declared one stay so, and how many it reads as another day."""

    name: str
    impossible: int
    unmended: int
    misread: int


def _orders(wanted: Wanted, text: pa.Array) -> Iterator[_Order]:
    """Each order but the declared one. Dates written as ISO are the same in every order."""
    days = {order: parse_dates(text, order)[0] for order in SHAPES}
    declared = days.pop(wanted.order)
    lost = pc.and_(pc.is_null(declared), pc.is_valid(text))
    for name, other in days.items():
        unmended = pc.sum(pc.and_(lost, pc.is_null(other))).as_py() or 0
        misread = pc.sum(pc.not_equal(declared, other)).as_py() or 0
        yield _Order(name, other.null_count - text.null_count, unmended, misread)


def _impossible(wanted: Wanted, text: pa.Array) -> int:
    """How many dates are impossible in the declared order."""
    return parse_dates(text, wanted.order)[0].null_count - text.null_count


def better_orders(wanted: Wanted, text: pa.Array) -> list[str]:
    """Orders in which all dates are possible, where some are impossible in the declared one and
    others were read as another day."""
    bad, there = _impossible(wanted, text), len(text) - text.null_count
    return [
        f"{bad} of {there} are impossible as {wanted.order}, all {there} are possible as "
        f"{one.name}: {one.misread} were read as another day"
        for one in _orders(wanted, text)
        if bad and one.misread and not one.impossible
    ]


def other_orders(wanted: Wanted, text: pa.Array) -> list[str]:
    """Orders in which every date is possible that is impossible in the declared one: part of the
    column is then written in another order, and some of the rest may be read as another day. One
    such date alone is a mistyped one."""
    bad = _impossible(wanted, text)
    return [
        f"all {bad} are possible as {spelt(one.name)}, and {one.misread} others of the column are "
        "possible in both orders: some may have been read as another day"
        for one in _orders(wanted, text)
        if bad > 1 and one.misread and not one.unmended
    ]


def spelt(order: str) -> str:
    """An order of dates in words: "month/day/year"."""
    return "/".join({"d": "day", "m": "month", "y": "year"}[letter] for letter in order)


def _codes(choices: dict[str, str], bad: list[str]) -> list[str]:
    """Values that are a code but for how they are written, or the label of one."""
    labels = {label.strip().casefold() for label in choices.values()}
    count = _count(bad, lambda v: v.casefold() in labels, "hold the label instead of the code")
    ways: dict[str, Callable[[str], str]] = {
        "capital letters": str.casefold,
        "what cannot be seen, or blanks": looks,
        "leading zeros": lambda v: v.lstrip("0") or "0",
    }
    for words, way in ways.items():
        known = {way(code) for code in choices}
        count += _count(
            [way(value) for value in bad], known.__contains__, f"are a code but for {words}"
        )
    return count


def are_grouped(values: list[str], mark: str) -> bool:
    """Whether there are values, and each mark in them stands before three digits."""
    grouped = rf"[+-]?[1-9][0-9]{{0,2}}(\{mark}[0-9]{{3}})+([.,][0-9]*)?"
    return bool(values) and all(re.fullmatch(grouped, value) for value in values)


def _decimal(wanted: Wanted, bad: list[str]) -> list[str]:
    """Values that are numbers with the other decimal sign, or with marks of thousands."""
    other = "." if wanted.decimal == "," else ","
    read, _ = parse_numbers(pa.array(bad, type=pa.string()), other)
    signed = [
        value
        for value, number in zip(bad, read.to_pylist(), strict=True)
        if other in value and (number is not None or are_grouped([value], other))
    ]
    if are_grouped(signed, other):
        words = f"have three digits behind each {other!r}: marks of thousands, or decimals?"
    else:
        words = f"are numbers with the decimal sign {other!r}, where {wanted.decimal!r} is declared"
    return _count(bad, set(signed).__contains__, words)


def _markers(bad: list[str]) -> list[str]:
    """Values that EDC systems write for missing ones."""
    found = markers_among(bad)
    systems = one_of(dict.fromkeys(one.system for one in found.values()))
    words = f"are what {systems} writes for a missing value: list it under missing"
    return _count(bad, found.__contains__, words)


def _dates(bad: list[str]) -> list[str]:
    """Dates in place of numbers."""
    words = "are dates, which a spreadsheet makes of ranges and of numbers such as 1-3 and 1.3"
    return _count(bad, is_date_of_spreadsheet, words)


def _partial(wanted: Wanted, bad: list[str]) -> list[str]:
    """Dates of which the day or the month is not known."""
    if wanted.variable.kind not in ("date", "datetime"):
        return []
    found = partial_days(pa.array(bad, type=pa.string()), wanted.order)
    words = "are dates without a day or a month, which partial_dates of cleaning.yaml can give one"
    return [f"{len(found)} of {_size(bad)} {words}"] if found else []


def _count(bad: list[str], is_so: Callable[[str], bool], words: str) -> list[str]:
    n = sum(is_so(value) for value in bad)
    return [f"{n} of {_size(bad)} {words}"] if n else []


def _size(bad: list[str]) -> str:
    return f"the first {MOST}" if len(bad) == MOST else str(len(bad))
