"""What would fit the values of a column that the dictionary does not: told with what stops a run.

Values themselves are told only where disclosure is full, or where they are common words in place of
a code, or of nothing: that a column holds TRUE and FALSE says nothing of a patient.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.values import SHAPES, Spelling, parse_dates, parse_numbers
from trialtrace.run.trial.model import Variable

_LATIN = {
    "A": "\u0391\u0410",
    "B": "\u0392\u0412",
    "C": "\u03f9\u0421",
    "E": "\u0395\u0415",
    "G": "\u050c",
    "H": "\u0397\u041d",
    "I": "\u0399\u0406",
    "J": "\u0408",
    "K": "\u039a\u041a",
    "M": "\u039c\u041c",
    "N": "\u039d",
    "O": "\u039f\u041e",
    "P": "\u03a1\u0420",
    "Q": "\u051a",
    "S": "\u0405",
    "T": "\u03a4\u0422",
    "V": "\u0474",
    "W": "\u051c",
    "X": "\u03a7\u0425",
    "Y": "\u03a5\u0423\u04ae",
    "Z": "\u0396",
    "a": "\u03b1\u0430",
    "c": "\u03f2\u0441",
    "d": "\u0501",
    "e": "\u0435",
    "h": "\u04bb",
    "i": "\u03b9\u0456",
    "j": "\u03f3\u0458",
    "k": "\u03ba",
    "l": "\u04c0\u04cf",
    "o": "\u03bf\u03c3\u043e",
    "p": "\u03c1\u0440",
    "q": "\u051b",
    "r": "\u0433",
    "s": "\u0455",
    "u": "\u03c5",
    "v": "\u03bd\u0475",
    "w": "\u051d",
    "x": "\u03c7\u0445",
    "y": "\u03b3\u0443",
    "3": "\u0417",
    "6": "\u0431",
}
_CONFUSABLE = str.maketrans({other: one for one, others in _LATIN.items() for other in others})
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
        if way is _numeric and not _one_frame(unknown, known):
            continue
        if n > best:
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
        found += _orders(wanted, text) + other_orders(wanted, text)
    elif variable.kind != "text":
        found += _decimal(wanted, bad)
    return found


def _lost(text: pa.Array, lost: np.ndarray) -> list[str]:
    return text.take(pa.array(lost[:MOST])).drop_null().to_pylist()


def better_orders(wanted: Wanted, text: pa.Array) -> list[str]:
    """Orders in which all dates are possible, where some are impossible in the declared one and
    others were read as another day. Dates written as ISO are the same in every order."""
    days = _days(text)
    there, declared = len(text) - text.null_count, days[wanted.order]
    bad = declared.null_count - text.null_count
    orders = []
    for order, other in days.items():
        misread = pc.sum(pc.not_equal(declared, other)).as_py() or 0
        if bad and misread and other.null_count == text.null_count:
            orders.append(
                f"{bad} of {there} are impossible as {wanted.order}, all {there} are possible as "
                f"{order}: {misread} were read as another day"
            )
    return orders


def _days(text: pa.Array) -> dict[str, pa.Array]:
    """The dates of a column in each order."""
    return {order: parse_dates(text, order)[0] for order in SHAPES}


def _orders(wanted: Wanted, text: pa.Array) -> list[str]:
    """Other orders in which fewer dates are impossible."""
    there = len(text) - text.null_count
    bad = {order: days.null_count - text.null_count for order, days in _days(text).items()}
    mine = bad[wanted.order]
    return [
        f"{mine} of {there} are impossible as {wanted.order}, {fewer} as {order}"
        for order, fewer in bad.items()
        if fewer < mine
    ]


def other_orders(wanted: Wanted, text: pa.Array) -> list[str]:
    """Orders in which every date is possible that is impossible in the declared one: part of the
    column is then written in another order, and some of the rest may be read as another day. One
    such date alone is a mistyped one."""
    days = _days(text)
    declared = days[wanted.order]
    lost = pc.and_(pc.is_null(declared), pc.is_valid(text))
    bad = pc.sum(lost).as_py() or 0
    orders = []
    for order, other in days.items():
        misread = pc.sum(pc.not_equal(declared, other)).as_py() or 0
        if bad > 1 and misread and not pc.any(pc.and_(lost, pc.is_null(other))).as_py():
            orders.append(
                f"all {bad} are possible as {spelt(order)}, and {misread} others of the column are "
                "possible in both orders: some may have been read as another day"
            )
    return orders


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


def _decimal(wanted: Wanted, bad: list[str]) -> list[str]:
    """Values that are numbers with the other decimal sign."""
    other = "." if wanted.decimal == "," else ","
    numbers = _numbers(bad, other)
    with_sign = sum(other in value and value in numbers for value in bad)
    text = f"are numbers with the decimal sign {other!r}, where {wanted.decimal!r} is declared"
    return [f"{with_sign} of {_size(bad)} {text}"] if with_sign else []


def _numbers(values: list[str], decimal: str) -> set[str]:
    """Those that are numbers with a decimal sign."""
    read, _ = parse_numbers(pa.array(values, type=pa.string()), decimal)
    return {
        value for value, number in zip(values, read.to_pylist(), strict=True) if number is not None
    }


def _count(bad: list[str], is_so: Callable[[str], bool], words: str) -> list[str]:
    n = sum(is_so(value) for value in bad)
    return [f"{n} of {_size(bad)} {words}"] if n else []


def _size(bad: list[str]) -> str:
    return f"the first {MOST}" if len(bad) == MOST else str(len(bad))
