"""The words in which a verdict is told: short, and numbers in one form."""

import re
from collections.abc import Iterable

MOST_WORDS = 40
UNSAID = "Not checkable: "
_SENTENCE = re.compile(r"(?<=[.!?”])\s+(?=[^a-z\s])")


def sentences(text: str) -> list[str]:
    """The sentences of a text, the verdict that a column tells already left out."""
    rest = text.removeprefix(UNSAID)
    return _SENTENCE.split(rest[:1].upper() + rest[1:]) if rest else []


def brief(texts: Iterable[str], most: int = MOST_WORDS) -> str:
    """The first sentence, and the next ones while all together have at most `most` words."""
    told: list[str] = []
    for one in dict.fromkeys(part for text in texts for part in sentences(text)):
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
