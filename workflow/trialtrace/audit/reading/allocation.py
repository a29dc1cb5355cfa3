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
# "Were randomised to receive either A (n = 50) or B", "A versus B" and "comparison of A and B".
_LISTS = (
    re.compile(
        r"(?:randomi[sz](?:ed|ation)|allocated|assigned|divided)(?: [\w:-]+){0,6}? "
        r"(?:in)?to ([^.;]+)",
        re.IGNORECASE,
    ),
    re.compile(r"\breceived? (either [^.;]+)", re.IGNORECASE),
    re.compile(r"\bcompar(?:ison|ing)(?: (?:of|between))? ([^.;:]+)", re.IGNORECASE),
)
_OF_WHAT = re.compile(
    r"^.*\b(?:trial|study|comparison|effects?|efficacy|safety|evaluation) (?:of|between|with)\W",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:"
    r"(?:be|receive|receiving|undergo|get|have|take|treatment|therapy|oral|intravenous|either|"
    r"with|given|treated|one|of|the|an?|in|(?:two|three|four|2|3|4) (?:\w+ )?(?:groups|arms)|"
    r"groups?|arms?|to|into|daily|single|additional|injections?|infusions?|\(?[1-4iab]\)|"
    r"[\d.,]+ ?(?:m?g|ml|mcg|μg|µg|IU)?(?:/\w+)?)"
    r"(?=\W)\W*)*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\b(?:for|in|at|during|between|over|after|by|before|among|once|twice|three|every|daily|using|"
    r"according|as|on|who|which|that|from|via|stratified|"
    r"(?<!-)[0-9][\d.]* ?(?:m?g|ml|mcg|μg|µg|IU|%)?)(?=\W|$).*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"^(?:min|h|hours?|days?|m?g|ml|care|completing|treatment|evaluate|demonstrate|mean|study)$|"
    r"\b(?:was|were|is|are|be|will|had|has|received?|compared|included?|assigned|reported|death|"
    r"failure|survival|males?|females?|patients|participants|individuals|subjects|women|"
    r"analys[ei]s|studies|outcomes?|these|those|both|each|two|three|baseline|follow|time|median|"
    r"mean|odds|ratios?|years?|average|range|quantit\w+|ref|cases|of$|effects?|use|its|their|"
    r"other|weeks?|months?|multi-?cent\w+|random\w*|blind\w*|differences?|higher|lower|benefits?|"
    r"factors?|tables?|status|within|evaluat\w+|events?|reduce|prevent|improve)\b|[)=“”]",
    re.IGNORECASE,
)
Called = tuple[str, str | None]
"""What a text calls an arm to which somebody was allocated, and the abbreviation in brackets."""


def allocated(title: str, texts: Iterable[str]) -> list[tuple[Called, ...]]:
    """The arms that a title and each text lists where it tells who was allocated to what."""
    found: dict[tuple[Called, ...], None] = {}
    for text in (title, *(text for text in texts if _ALLOCATED.search(text))):
        lists = [match[1] for pattern in _LISTS for match in pattern.finditer(text)]
        if versus := re.fullmatch(
            r"(?:[^:?]*[:?] ?)?([^:?]+ (?:versus|vs\.?) [^:?]+)[:?.]?.*", text
        ):
            lists.append(versus[1])
        for listed in lists:
            pieces = [_called(one) for one in _parted(_OF_WHAT.sub("", listed[:400]))]
            named = all(one and not _NO_NAME.search(one) for one, _ in pieces)
            apart = all(
                len({*some} - {None}) == len(some) - some.count(None)
                for some in zip(*pieces, strict=True)
            )
            if 1 < len(pieces) < 5 and named and apart:
                found[tuple(pieces)] = None
    return [*found]


def _parted(listed: str) -> list[str]:
    """The entries of a list; "and" parts them where nothing else does."""
    apart = re.sub(
        r"[(\[][^()\[\]]*[)\]]", lambda match: re.sub(r"[,;]| (?=or |and )", " ", match[0]), listed
    )
    for link in (r"versus|vs\.?|compared (?:with|to)", "or", "and"):
        if len(pieces := re.split(rf",? (?:{link}) ", apart)) > 1:
            return [*pieces[0].split(", "), *pieces[1:]] if len(pieces) == 2 else pieces
    return []


def _called(piece: str) -> Called:
    """An entry of a list without what stands around its name."""
    short = re.search(
        r"[(\[](?:the )?([A-Z][A-Za-z0-9/+-]{0,8}[A-Z0-9])(?: group| arm)?(?=[)\], ])", piece
    )
    bare = re.sub(r"\s*[(\[][^()\[\]]*[)\]]?", " ", piece)
    name = _TAIL.sub("", _LEAD.sub("", bare, count=1)).split(",")[0]
    name = re.sub(r"\W*\b(?:groups?|arms?|alone|only)\W*$", "", name.strip()).strip(" ,")
    return (name if 0 < len(name.split()) < 7 else ""), short[1] if short else None


class Allocation:
    """The text of a paper: its title, its passages, and the captions and notes of its tables."""

    def __init__(self, title: str = "", passages: Sequence[str] = (), notes: Sequence[str] = ()):
        self.title, self.passages, self.notes = title, passages, notes

    def names(self, name: str) -> bool:
        """Whether the title, or a sentence on who was allocated to what, has a name; of one
        that is short for something, also what it is short for."""
        names = [name, *self.expansions.get(name, ())]
        return any(self._named(one) for one in names if len(one) > 1)

    def gave(self, name: str) -> bool:
        """Whether patients were allocated to a name, by its place in a sentence that tells so."""
        called = rf"{loose(name)}(?:[\s-](?:groups?|arms?))?"
        pattern = re.compile(
            r"\b(?:to|receiv\w+|either|or|and|vs\.?|versus|against|with) (?:the |an? )?"
            rf"{called}(?!\w)"
            rf"|(?<!\w){called}\s*[(\[]n\s?=",
            re.IGNORECASE,
        )
        return len(name) > 1 and any(map(pattern.search, self._allocated[1:]))

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
        for match in re.finditer(
            r"[(\[](?!T[0-9]\b)([A-Z][A-Za-z0-9/+-]{0,8}[A-Z0-9])(?=[)\],;])", text
        ):
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
    words = re.split(r"(?:[^\w+]|_)+", re.sub(r"(?<=\w)\+(?=\w)", " + ", name))
    return r"[\W_]*".join(
        r"(?:\+|plus|and)" if word == "+" else re.escape(word) for word in words if word
    )
