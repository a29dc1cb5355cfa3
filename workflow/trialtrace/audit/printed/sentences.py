"""The words in which a verdict is told: short, and numbers in one form."""

import re
from collections import Counter
from collections.abc import Iterable

MOST_WORDS = 40
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
UNSAID = "Not checkable: "
_SENTENCE = re.compile(r"(?<=[.!?”])\s+(?=[^a-z\s])")
UNBROKEN = "\N{NO-BREAK SPACE}"
_TOGETHER = re.compile(r"(?<=\d) (?=%)|(?<=\bP) (?=[=<>])|(?<=P [=<>]) (?=\d)")
_QUOTED = re.compile(r"(“[^”]*”)")
_HOUSE = (
    (re.compile(r"(?<=\d)·(?=\d)"), "."),
    (re.compile(r"(?<=\d)(?:%| percent\b(?! point))"), " %"),
    (re.compile(r"(?<![-\w])[pP] ?([=<>≤≥]) ?0?(?=\.\d)"), r"P \1 0"),
    (re.compile(r"(?<![-\w])p(?![-\w.·])"), "P"),
)
_ONE = re.compile(r"(?<![\d.,·/\w])(?<!\d )(?<!and )1 (event|patient|value|count|choice|way)s\b")
_COUNTS = re.compile(r"(?<![\d.,])\d{4,}(?= of \d| (?:and \d+ )?events)|(?<=[\d%] of )\d{4,}\b")


def sentences(text: str) -> list[str]:
    """The sentences of a text, the verdict that a column tells already left out."""
    rest = text.removeprefix(UNSAID)
    return _SENTENCE.split(rest[:1].upper() + rest[1:]) if rest else []


def house(text: str) -> str:
    """A text with percentages, p and counts in one form: 13.1 %, P = 0.005, 386 of 2,373.

    What stands in quotes “…” is as printed.
    """
    parts = _QUOTED.split(text)
    return "".join(part if k % 2 else _in_one_form(part) for k, part in enumerate(parts))


def unbroken(text: str) -> str:
    """A text in which no line ends within 13.1 % or P = 0.005."""
    return _TOGETHER.sub(UNBROKEN, text)


def _in_one_form(text: str) -> str:
    for form, ours in _HOUSE:
        text = form.sub(ours, text)
    text = _ONE.sub(r"1 \1", text)
    return _COUNTS.sub(lambda match: thousands(int(match[0])), text)


def brief(texts: Iterable[str], most: int = MOST_WORDS) -> str:
    """The first sentence, and the next ones while all together have at most `most` words."""
    told: list[str] = []
    for one in dict.fromkeys(house(sentence) for text in texts for sentence in sentences(text)):
        if told and len(" ".join([*told, one]).split()) > most:
            break
        told.append(one)
    return " ".join(told)


def named(labels: Iterable[str], most: int = 3) -> str:
    """Labels in quotes, at most a few: “a”, “b”, “c” and 4 more."""
    quoted = [f"“{label}”" for label in dict.fromkeys(labels)]
    if len(quoted) > most:
        quoted = [*quoted[: most - 1], f"{len(quoted) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def told_apart(claims: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """By name the label of each claim, with what is printed where several have one label.

    `claims` are (name, label, printed), in any number of rows.
    """
    every = {name: (label, printed) for name, label, printed in claims}
    times = Counter(label for label, _ in every.values())
    return {
        name: label if times[label] == 1 else f"{label}: {_ends(printed)}"
        for name, (label, printed) in every.items()
    }


def _ends(printed: str, most: int = 8, kept: int = 3) -> str:
    """A long expression by its first and its last words."""
    words = printed.split()
    return " ".join([*words[:kept], "…", *words[-kept:]]) if len(words) > most else printed


def thousands(number: int) -> str:
    """13104 as 13,104."""
    return f"{number:,}"


def chance_text(chance: float | None) -> str:
    """A chance to two digits; "<0.001" below, "0" only where it is nothing at all."""
    if chance is None:
        return "cannot be told"
    if 0.995 <= chance < 1:
        return ">0.99"
    return "0" if chance == 0 else "<0.001" if chance < 0.001 else f"{chance:.2g}"
