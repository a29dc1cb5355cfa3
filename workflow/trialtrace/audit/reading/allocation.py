"""What the text of a paper tells of its arms: to what patients were allocated, and what its
abbreviations are short for."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

LONGEST_NAME, MOST_ABBREVIATIONS = 120, 400
_ALLOCATED = re.compile(r"randomi[sz]|\ballocat|\bassigned\b", re.IGNORECASE)
# "AS = artesunate; AQ, amodiaquine" of a note.
_NOTED = re.compile(
    r"(?<![\w+])([A-Z][\w/+-]{0,8}[A-Z0-9+])(?:\s*[=:,–]\s*|\s(?:indicates |denotes )?)"
    r"([A-Za-z][^;,.=:()]{3,60})"
)


class Allocation:
    """The text of a paper: its title, its passages, and the captions and notes of its tables."""

    def __init__(self, title: str = "", passages: Sequence[str] = (), notes: Sequence[str] = ()):
        self.title, self.passages, self.notes = title, passages, notes

    def names(self, name: str) -> bool:
        """Whether the title, or a sentence on who was allocated to what, has a name; of one
        that is short for something, also what it is short for."""
        names = [name, *self.expansions.get(name, ())]
        return any(self._named(one) for one in names if len(one) > 1)

    def _named(self, name: str) -> bool:
        pattern = re.compile(rf"(?<!\w){loose(name)}(?!\w)", re.IGNORECASE)
        return any(pattern.search(text) for text in self._allocated)

    @cached_property
    def explained(self) -> list[tuple[str, str]]:
        """Abbreviations with what they are short for."""
        return [*dict.fromkeys([*_bracketed([self.title, *self.passages]), *_noted(self.notes)])]

    @cached_property
    def expansions(self) -> dict[str, set[str]]:
        """What each abbreviation is short for, in small letters without signs."""
        found: dict[str, set[str]] = {}
        for short, long in self.explained:
            words, name = (
                " ".join(re.sub(r"[^\w+]+", " ", text).split()).lower() for text in (long, short)
            )
            found.setdefault(name, set()).add(words)
        return found

    @cached_property
    def _allocated(self) -> list[str]:
        sentences = [
            sentence
            for text in self.passages
            if _ALLOCATED.search(text)
            for sentence in re.split(r"(?<=[.;])\s", text)
            if _ALLOCATED.search(sentence)
        ]
        return [self.title, *sentences]


def _bracketed(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Abbreviations and the words before their brackets, as many as they have letters."""
    found: dict[tuple[str, str], None] = {}
    for text in texts:
        for match in re.finditer(r"[(\[]([A-Z][A-Za-z0-9/+-]{0,8}[A-Z0-9])(?=[)\],;])", text):
            before = text[max(0, match.start() - LONGEST_NAME) : match.start()]
            long = re.findall(r"[^\W_]+", re.split(r"[.;:()]", before)[-1])
            letters = [letter for letter in match[1] if letter.isalpha()]
            begun = [at for at in range(len(long)) if long[at][0].lower() == letters[0].lower()]
            near = [at for at in begun if len(long) - at <= len(letters) + 2]
            if near and len(found) < MOST_ABBREVIATIONS:
                exact = len(long) - len(letters)
                found[match[1], " ".join(long[exact if exact in near else near[0] :])] = None
    return list(found)


def _noted(notes: Iterable[str]) -> list[tuple[str, str]]:
    """Abbreviations that notes explain, of whose letters the first begins the words."""
    return [
        (short, long.strip())
        for text in notes
        for short, long in _NOTED.findall(text)
        if short[0].lower() == long[0].lower()
    ][:MOST_ABBREVIATIONS]


def loose(name: str) -> str:
    """A pattern of a name whatever stands between its words."""
    return r"[\W_]*".join(re.escape(word) for word in re.split(r"(?:[^\w+]|_)+", name) if word)
