"""What would fit the values of a column that the dictionary does not: told with what stops a run.

Values themselves are told only where disclosure is full, or where they are common words in place of
a code, or of nothing: that a column holds TRUE and FALSE says nothing of a patient.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

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


def looks(name: str) -> str:
    """What is seen of a name: letters composed or as wide in another way, of another alphabet, in
    capitals, O for 0, I or l for 1, and blanks and characters that cannot be seen are no matter."""
    name = "".join(
        c
        for c in unicodedata.normalize("NFKC", name)
        if c not in _UNSEEN
        and unicodedata.category(c) not in ("Cc", "Cf")
        and not 0xFE00 <= ord(c) <= 0xFE0F
    )
    name = "".join(str(unicodedata.decimal(c, c)) for c in name.translate(_CONFUSABLE))
    return re.sub(r"\s+", "", name.translate(_DIGITS)).casefold()


def unpadded(name: str) -> str:
    """A name without the zeros that its numbers begin with."""
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", name)


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names that look the same, whatever zeros they begin with, each with the first of them."""
    first: dict[str, str] = {}
    found = []
    for name in names:
        earlier = first.setdefault(unpadded(looks(name)), name)
        if earlier != name:
            found.append((earlier, name))
    return found


def as_known(unknown: list[str], known: Iterable[str]) -> list[str]:
    """The way by which most unknown names become known ones; none where no way does."""
    known = list(known)
    best, said = 0, list[str]()
    for words, way in WAYS.items():
        there = Counter(way(name) for name in known)
        if (n := sum(there[way(name)] == 1 for name in unknown)) > best:
            best = n
            said = [f"{n} of {len(unknown)} unknown subjects would be known but for {words}"]
    return said


WAYS: dict[str, Callable[[str], str]] = {
    "how they are written (capital letters, blanks, characters that look the same)": looks,
    "leading zeros": unpadded,
    ".0 at the end": lambda name: re.sub(r"\.0+$", "", name),
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
        found += [*(made := orders(wanted, text)).fewer, *made.mixed]
    elif variable.kind not in ("text", "time", "datetime"):
        found += [*_decimal(wanted, bad), *_dates(bad)]
    return [*found, *_markers(bad), *_partial(wanted, bad)]


def _lost(text: pa.Array, lost: np.ndarray) -> list[str]:
    return text.take(pa.array(lost[:MOST])).drop_null().to_pylist()


class Orders(NamedTuple):
    """Sentences on other orders of dates, where some are impossible in the declared one. `better`:
    all dates are possible, and others were read as another day. `mixed`: all of the impossible ones
    are possible, so that part of the column is in another order; one alone is a mistyped date.
    `fewer` are impossible."""

    better: list[str]
    mixed: list[str]
    fewer: list[str]


def orders(wanted: Wanted, text: pa.Array) -> Orders:
    """What other orders than the declared one make of dates; ISO dates are the same in each."""
    made, there = Orders([], [], []), len(text) - text.null_count
    days = {order: parse_dates(text, order)[0] for order in SHAPES}
    declared = days.pop(wanted.order)
    lost = pc.and_(pc.is_null(declared), pc.is_valid(text))
    bad = declared.null_count - text.null_count
    of_all = f"{bad} of {there} are impossible as {wanted.order}"
    for name, other in days.items():
        impossible = other.null_count - text.null_count
        if impossible < bad:
            made.fewer.append(f"{of_all}, {impossible} as {name}")
        if not (misread := pc.sum(pc.not_equal(declared, other)).as_py() or 0):
            continue
        if bad and not impossible:
            all_are = f"all {there} are possible as {name}"
            made.better.append(f"{of_all}, {all_are}: {misread} were read as another day")
        if bad > 1 and not pc.any(pc.and_(lost, pc.is_null(other))).as_py():
            spelt = "/".join({"d": "day", "m": "month", "y": "year"}[letter] for letter in name)
            made.mixed.append(
                f"all {bad} are possible as {spelt}, and {misread} others of the column are "
                "possible in both orders: some may have been read as another day"
            )
    return made


def _codes(choices: dict[str, str], bad: list[str]) -> list[str]:
    """Values that are a code but for how they are written, or the label of one."""
    labels = {label.strip().casefold() for label in choices.values()}
    count = _count(bad, lambda v: v.casefold() in labels, "hold the label instead of the code")
    known = {unpadded(looks(code)) for code in choices}
    words = "are a code but for capital letters, blanks, leading zeros or what cannot be seen"
    return count + _count(bad, lambda v: unpadded(looks(v)) in known, words)


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
