"""Subjects whose names look the same, or would be the same but for how they are written.

Letters of other alphabets that look like Latin ones are those Greek and Cyrillic ones that the
confusables of Unicode Technical Standard 39 give for one Latin letter or digit.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable

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


def _composed(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


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
    "letters that are composed or as wide in another way": _composed,
    "characters that cannot be seen": _visible,
    "letters of another alphabet": _latin,
    "O for 0, or I or l for 1": lambda name: name.translate(_DIGITS),
    "blanks": lambda name: re.sub(r"\s+", "", name),
    "capital letters": str.casefold,
}
"""What makes names that look the same differ, in the order in which it is taken off."""


def looks(name: str) -> str:
    """What is seen of a name, whatever its letters are."""
    for step in STEPS.values():
        name = step(name)
    return name


def differ_by(text: str, other: str) -> list[str]:
    """By what two names that look the same differ, in words."""
    found = []
    for words, step in STEPS.items():
        after = step(text), step(other)
        if (after[0] == text) != (after[1] == other):
            found.append(words)
        text, other = after
    return found


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names that look the same: each with the first that looks like it."""
    first: dict[str, str] = {}
    found = []
    for name in names:
        earlier = first.setdefault(looks(name), name)
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
        if n > best:
            text = f"{n} of {len(unknown)} unknown subjects would be known but for {words}"
            best, said = n, [text]
    return said


def _numeric(name: str) -> str:
    """The last number in a name; the name where there is none."""
    numbers = re.findall(r"[0-9]+", name)
    return numbers[-1].lstrip("0") if numbers else name


WAYS: dict[str, Callable[[str], str]] = {
    "how they are written (capital letters, blanks, characters that look the same)": looks,
    "leading zeros": lambda name: re.sub(r"(?<![0-9])0+(?=[0-9])", "", name),
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
