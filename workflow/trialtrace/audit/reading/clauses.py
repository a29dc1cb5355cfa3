"""Numbers of a sentence told apart: whose each is, what was measured, what a p belongs to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from trialtrace.audit.reading.item import Item
from trialtrace.audit.reading.mentions import Mention, Names, distinct
from trialtrace.audit.reading.number_arms import (
    ENDED,
    LINKS,
    REFERENCE,
    UNIT,
    VERSUS,
    Seen,
    arms_of_numbers,
    measured_between,
    without,
)

PARTS = (
    "count_percent",
    "fraction",
    "percent",
    "mean_sd",
    "mean_se",
    "median",
    "mean",
    "value",
    "count",
    "mean_ci",
    "percent_ci",
)
"""Kinds of numbers that are of patients, and compare none."""
WORDS = 18
"""Of an outcome that a sentence names."""
_BETWEEN = re.compile(
    r"\b(?:between|among|across)\b[^.;]{0,30}\b(?:groups|arms|treatments|interventions|two)\b|"
    r"\b(?:similar|comparable|differ\w*|equal|same|alike)\b[^.;]{0,40}\b"
    r"(?:in|of|for|by) (?:both|(?:the )?(?:two|2)) (?:groups|arms)\b|"
    r"\bof (?:both|(?:the )?(?:two|2)) (?:groups|arms)\b[^.;]{0,30}\b"
    r"(?:similar|comparable|differ|insig|not sig)|"
    r"\b(?:inter|between)-?\s?(?:group|treatment)|\bthan (?:the )?(?:other|controls?)\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:baseline|before|pre-?(?:treatment|test|intervention|op\w*)|initial|intragroup|during|"
    r"(?:with)?in (?:both|each|all)|within[\s-]group|first (?:visit|day)|from [0-9]|predict\w*|"
    r"over (?:the )?(?:time|follow|course|period|study)|(?:correlat|associat)\w+|"
    r"(?:in|de)creased from|effects? of time)\b",
    re.IGNORECASE,
)
_INTERACTION = re.compile(r"\binteraction|\b(?:main|time) effect|\beffects? of time", re.I)
# "In the control group (P = 0.2)": words before and behind the arm that a p is of alone.
_OWN = re.compile(r"(?:\s+(?:groups?|arms?|patients|participants))?[\s,(\[]*")
_ITS = re.compile(r"(?:\b(?:in|for|within|of)|[,;]|\band)\s+(?:the\s+)?$", re.IGNORECASE)
_MORE = re.compile(
    r"\b(?:(?:high|low|great|small|larg|fast|slow|quick|short|long|strong|weak|earli|few|rar|old|"
    r"young|heavi|wid|narrow|deep|thick|thin|poor|mild)er|more|less|better|worse|superior|"
    r"inferior|differ\w*|similar|compar\w+|versus|vs|than|reduc\w+|increas\w+|decreas\w+|improv\w+|favou?r\w*|shorten\w*|prolong\w*)\b",
    re.IGNORECASE,
)
UNSAID = "which of the outcomes before it this is of is not said"


@dataclass
class _Outcome:
    """What numbers of a sentence are of, as it goes on: the arms so far and the words for it."""

    number: int = 1
    told: str = ""
    seen: list[str] = field(default_factory=list)
    compared: bool = False
    tested: bool = False
    within: bool = False
    unsaid: bool = False

    def next(self, words: str) -> None:
        self.number, self.told, self.seen = self.number + 1, words, []
        self.compared = self.tested = self.unsaid = False


def told_apart(numbers: Sequence[Seen], text: str, names: Names, place: str) -> list[Item]:
    """Items with arms and outcome: an arm named once more begins another outcome. Of a list of p
    whose groups stand behind the last, each has these."""
    items = list(_told_apart(numbers, text, names, place))
    for at in range(len(items) - 3):
        # "5.2 (P = 0.01) in A and 4.1 (P = 0.3) in B" are changes in each.
        four = items[at : at + 4]
        arms = [one.arm for one in four[::2]]
        if [one.kind for one in four] == [four[0].kind, "p"] * 2 and four[0].kind in PARTS:
            gaps = [text[numbers[of][1] : numbers[of + 1][0]] for of in (at, at + 2)]
            if None not in arms and len({*arms}) == 2 and not any(map(VERSUS.search, gaps)):
                for of, arm in zip((at + 1, at + 3), arms, strict=True):
                    items[of] = replace(items[of], arm=arm, compare=())
    for at in range(len(items) - 2, -1, -1):
        item, after = items[at], items[at + 1]
        between = text[numbers[at][1] : numbers[at + 1][0]]
        listed = {item.kind, after.kind} == {"p"} and _LIST.fullmatch(between)
        if listed and not (item.compare or item.arm) and (after.compare or after.arm):
            items[at] = replace(item, compare=after.compare, arm=after.arm, doubts=after.doubts)
    return items


_LIST = re.compile(r"\s*[)\]]\s*(?:,|and\b|or\b)(?:\s*and\b)?\s*[^,;.()\d]{1,40}[(\[]\s*")


def _told_apart(numbers: Sequence[Seen], text: str, names: Names, place: str) -> Iterator[Item]:
    mentions = names.mentions(text)
    numbers = _of_each(numbers, mentions, text)
    assigned = arms_of_numbers(
        [one for one in numbers if one[2].kind in PARTS], mentions, text, names
    )
    outcome, before, lone, first = _Outcome(), 0, 0, ""
    for at, (start, end, item) in enumerate(numbers):
        says = measured_between(text, before, start, mentions)
        behind = "" if item.kind not in PARTS and says else _behind(numbers, at, mentions, text)
        clause = _clause(UNIT.sub("", text[before:start]), behind, first)
        first, begin, before = first or clause, before, max(before, end)
        if item.kind in PARTS:
            arm, doubt = assigned[start, item.printed]
            again = arm in outcome.seen or (arm is None and bool(outcome.seen) and says)
            unsaid = again and not says
            if again or (outcome.tested and says):
                outcome.next(clause if says or not outcome.told else outcome.told)
            outcome.told = outcome.told or clause
            outcome.seen.append(arm or "")
            item = item.doubted(UNSAID if unsaid or outcome.unsaid else None)
            outcome.unsaid = unsaid or outcome.unsaid
            yield replace(item, arm=arm, path=(_named(outcome, place),)).doubted(doubt)
            continue
        if item.kind != "p" and (outcome.compared or (outcome.tested and says)):
            outcome.next(clause if says else outcome.told)
        item = _comparing(item, outcome, text, mentions, names, (begin, start, end))
        if item.kind == "p" and (says or outcome.tested) and not _of_pair(outcome):
            lone += 1
            label = (clause if says else outcome.told) or clause
            label = label or _clause("", text[end:], first)
            path = f"{label} ({place}, p {lone})" if label else f"{place}, p {lone}"
            yield replace(item, path=(path,))
            continue
        outcome.told = outcome.told or clause
        outcome.compared = outcome.compared or item.kind != "p"
        outcome.tested = outcome.tested or item.kind == "p"
        yield replace(item, path=(_named(outcome, place),))


def _behind(numbers: Sequence[Seen], at: int, mentions: Sequence[Mention], text: str) -> str:
    """The words behind a number, past others between which nothing is said."""
    for place in range(at, len(numbers)):
        end = max(one[1] for one in numbers[: place + 1])
        to = numbers[place + 1][0] if place + 1 < len(numbers) else len(text)
        if numbers[place][2].kind == "p" or measured_between(text, end, to, mentions):
            return _FILLED.sub("", without(text, end, to, mentions))
    return ""


# Links and closed brackets where an arm's name was.
_FILLED = re.compile(
    r"^[\s%)\],]*(?:(?:in|for|of|with|on|the|groups?|arms?|and|patients|participants|"
    r"subjects|respectively)\b[\s%)\],]*)*"
)


def _of_pair(outcome: _Outcome) -> bool:
    """Whether numbers of two arms stand before a p that no other p belongs to."""
    return len({*outcome.seen} - {""}) == 2 and not outcome.tested


def _comparing(
    item: Item,
    outcome: _Outcome,
    text: str,
    mentions: Sequence[Mention],
    names: Names,
    at: tuple[int, int, int],
) -> Item:
    """An estimate or a p with the groups that it compares, or the one in which it does."""
    begin, start, end = at
    compare = tuple(dict.fromkeys(arm for arm in outcome.seen if arm))
    pair = len(compare) == 2 and not outcome.tested
    beyond = re.split(r"[,;(0-9]|(?<!vs)\.", text[end:].lstrip(" )]"), maxsplit=1)[0]
    clause = f"{text[begin:start]} {beyond}"
    close = end + len(beyond) + 2
    near = distinct([one for one in mentions if begin <= one.begin < start])
    before = distinct([one for one in mentions if one.begin < start])
    reach = distinct([one for one in mentions if one.begin < close])
    named = near if len(near) == 2 else before if len(before) == 2 else reach
    arm = None
    if not pair:
        compare = tuple(named) if len(named) == 2 else ()
    estimate = item.kind in ("effect", "estimate")
    fixed = estimate and (_WITHIN.search(clause) or _OF_FACTORS.search(text))
    if not compare and len(names.arms) == 2 and not fixed:
        whole = _BETWEEN.search(clause if _WITHIN.search(text) else text)
        other = names.other(named[0]) if len(named) == 1 and _MORE.search(clause) else None
        if other is not None or whole:
            compare = (named[0], str(other)) if other is not None else names.arms
    first = next((one.begin for one in mentions if one.arm in compare[:1]), 0)
    if len(compare) == 2 and REFERENCE.search(text, 0, first):
        compare = (compare[1], compare[0])
    own = item.kind == "p" and not pair and len(near) == 1
    own = own and any(
        one.end <= start
        and _OWN.fullmatch(text, one.end, start)
        and _ITS.search(text, 0, one.begin)
        for one in mentions
        if one.begin >= begin
    )
    within = item.kind == "p" and not pair and _WITHIN.search(clause) is not None
    if _INTERACTION.search(clause):
        arm, compare = (near[0] if own else None), ()
    elif _alone(item, before, f"{text[:start]} {beyond}"):
        arm, compare = before[0], ()
    elif (within and not _BETWEEN.search(clause) and not _against(near, mentions, text, at)) or (
        own and not (compare and _MORE.search(clause))
    ):
        arm = near[0] if len(near) == 1 else before[0] if len(before) == 1 else None
        compare, outcome.within = (), True
    item = replace(item, compare=compare, arm=arm)
    item = item.doubted(_doubt(item, pair, bool(mentions or _BETWEEN.search(text))))
    if re.search(r"\badjust", text, re.IGNORECASE) and item.kind in ("effect", "estimate", "p"):
        item = replace(item, model=True).doubted("adjusted, by the words beside it")
    return item


def _against(
    near: Sequence[str], mentions: Sequence[Mention], text: str, at: tuple[int, int, int]
) -> bool:
    """Whether the clause of a p compares one of its two arms with the other."""
    here = [one for one in mentions if at[0] <= one.begin < at[1]]
    return len(near) == 2 and any(REFERENCE.search(text, 0, one.begin) for one in here)


# Estimates of what goes with an outcome, and not of the arms.
_OF_FACTORS = re.compile(
    r"\b(?:predict|risk factor|multivaria|regression|subgroup|associat|correlat|per (?:unit|year))",
    re.IGNORECASE,
)


def _doubt(item: Item, pair: bool, named: bool) -> str | None:
    """What of a comparison is not said: `pair` where it follows numbers of two arms, `named` where
    the text names groups."""
    if item.kind in ("effect", "estimate"):
        order, groups = (
            "the order of the groups is guessed",
            "which groups are compared is not said",
        )
        return order if item.compare else groups
    if item.kind == "statistic" and named:
        return "which groups it compares is guessed"
    if item.kind != "p":
        return None
    if pair:
        return "which numbers this p belongs to is guessed"
    if item.compare or item.arm:
        return "which groups it compares is guessed"
    return "which numbers it is of is not said"


def _alone(item: Item, before: Sequence[str], text: str) -> bool:
    """Whether a p is of the change in the one arm that its sentence names up to it."""
    if item.kind != "p" or len(before) != 1 or _BETWEEN.search(text):
        return False
    return bool(_CHANGED.search(text)) and not _THAN.search(text)


_CHANGED = re.compile(
    r"\b(?:improv|increas|decreas|reduc|chang|declin|rose|fell)\w*", re.IGNORECASE
)
_THAN = re.compile(
    r"\b(?:than|compar\w+|versus|vs|differ\w*|relative to|more|less|fewer|greater|higher|lower|"
    r"associat\w*|correlat\w*)\b",
    re.IGNORECASE,
)


def _named(outcome: _Outcome, place: str) -> str:
    """An outcome of a sentence by the words before its numbers, and by its place."""
    where = f"{place}, outcome {outcome.number}"
    return f"{outcome.told} ({where})" if outcome.told else where


def _clause(text: str, behind: str, first: str) -> str:
    """The words before a number, at most so many that a reader knows it by them; where they name
    little, those behind it too, and before them those at the sentence's first number."""
    outside = _outside(text)
    bare = re.sub(r"^[^\w(]*\)?[^\w(]*|[^\w)]*$", "", outside)
    clause = _last(bare)
    after = _AFTER.match(behind)
    words_behind = " ".join(after[1].split()[:WORDS]) if after else ""
    if outside != text and len(_telling(clause)) > 2:
        # In brackets behind the words for it.
        words_behind = ""
    if first and ENDED.search(text) and len(_telling(words_behind)) > 1:
        # "…, 28 (35%) had none": what stands before belongs to the number before.
        return words_behind
    if len(_telling(clause)) > 3:
        return clause
    lead = first if len(_telling(first)) > 1 else ""
    return " … ".join(dict.fromkeys(one for one in (lead, clause, words_behind) if one))


def _last(text: str) -> str:
    """The last words of a text, of which those that name nothing do not count."""
    words = re.sub(r"\s*[(\[][^()\[\]]*[0-9][^()\[\]]*[)\]]", "", text).split()
    kept, telling = len(words), 0
    while kept and telling < WORDS and len(words) - kept < 2 * WORDS:
        kept -= 1
        telling += words[kept].strip(".,;:()").lower() not in LINKS
    return " ".join(words[kept:])


def _outside(text: str) -> str:
    """A text up to the bracket that is still open where it ends."""
    open_at: list[int] = []
    for at, sign in enumerate(text):
        if sign in "([":
            open_at.append(at)
        elif sign in ")]" and open_at:
            open_at.pop()
    return text[: open_at[0]] if open_at else text


# Words up to a number or a stop; "≥1" and "DAS28" are words of them.
_AFTER = re.compile(
    r"[\s%)\],]*((?:[^\d,;:.(\[]|[<>≤≥]\s?\d+|(?<=[A-Za-z-])\d+){4,}?)(?=[\d,;:.(\[]|$)"
)


def _telling(text: str) -> list[str]:
    found = re.findall(r"[^\W\d_]{4,}", text)
    return [word for word in found if word.lower() not in LINKS]


def _of_each(numbers: Sequence[Seen], mentions: Sequence[Mention], text: str) -> Sequence[Seen]:
    """The same; values with intervals before any effect are one of each arm where arms are named
    and no word calls them differences, or as many arms as there are values."""
    to = min((start for start, _, item in numbers if item.kind == "effect"), default=len(text))
    values = [one for one in numbers if one[2].kind == "estimate" and one[0] < to]
    named = distinct([one for one in mentions if one.begin < to])
    if not values or len(named) < 2 or any(one[2].kind in PARTS for one in numbers):
        return numbers
    if (to < len(text) or _COMPARED.search(text)) and len(values) != len(named):
        return numbers
    doubt = "taken for a value of one group, and not for a comparison"
    return [
        (start, end, replace(item, kind="mean_ci").doubted(doubt))
        if item.kind == "estimate" and start < to
        else (start, end, item)
        for start, end, item in numbers
    ]


_COMPARED = re.compile(r"\b(?:difference|ratio|risk|odds|ORs?|HRs?|RRs?|coefficient|effect)\b|β")
