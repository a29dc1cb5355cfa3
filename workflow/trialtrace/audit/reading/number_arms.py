"""The arm of each number of a sentence: of numbers beside each other together, else by the nearest
words."""

import re
from collections.abc import Iterator, Sequence

from trialtrace.audit.reading.item import Item
from trialtrace.audit.reading.mentions import Mention, Names, distinct

Seen = tuple[int, int, Item]
"""Where a number begins and ends in its sentence, and what it is."""
# Words between numbers of one outcome, of which none names what was measured.
LINKS = {
    *("and", "or", "vs", "v", "versus", "to", "compared", "with", "than", "in", "for", "of", "at"),
    *("the", "a", "group", "groups", "arm", "arms", "was", "were", "respectively", "both", "those"),
    *("receiving", "who", "while", "whereas", "but", "only", "also", "n", "p", "by", "on", "from"),
    *("patients", "participants", "subjects", "treated", "assigned", "randomized", "randomised"),
    *("kg", "mm", "mg", "ml", "min", "h", "hours", "days", "weeks", "months", "years", "minutes"),
    *("mmhg", "points", "g", "l", "cm", "s", "sd", "ci", "iqr", "range", "mean", "median", "all"),
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"),
    *("eleven", "fifteen", "fourteen", "twenty", "thirty", "forty", "them", "there", "this"),
    *("these", "which", "have", "had", "total", "more", "most", "half", "been", "they", "their"),
    *("children", "women", "men", "infants", "adults", "among", "that", "other"),
    *("difference", "significant", "significantly", "statistically", "not", "an", "is", "are"),
}
# What stands right before the group that another is compared with.
REFERENCE = re.compile(
    r"\b(?:(?:as )?compared (?:with|to)|relative to|versus|vs\.?|than|against)\W+"
    r"(?:(?:those|that)\W+)?(?:(?:in|with|of|for|on|among|after)\W+)?(?:the\W+)?$",
    re.IGNORECASE,
)
ENDED = re.compile(r"(?:[,;]|\b(?:and|or|while|whereas|but))\s*(?:only|another|the)?\s*$")
NEAREST = "arm by the nearest words"
IN_ORDER = "arms in the order in which they are named"
NOT_NAMED = "no arm is named beside it"
UNKNOWN = "it is of one of several groups, not all of which are known by name"
OTHER = "the arm that is not named is taken for the other one"
EARLIER = "arm by words earlier in the sentence"


_Arm = tuple[str | None, str | None]


def arms_of_numbers(
    numbers: Sequence[Seen], mentions: Sequence[Mention], text: str, names: Names
) -> dict[tuple[int, str], _Arm]:
    """The arm of each number and the doubt of it: of numbers beside each other together."""
    made: dict[tuple[int, str], _Arm] = {}
    if "respectively" not in text:
        # "In both A and B" is neither.
        both = [at for at, m in enumerate(mentions) if _BOTH.search(text, 0, m.begin)]
        mentions = [m for at, m in enumerate(mentions) if not {at, at - 1} & {*both}]
    for run in _runs(numbers, mentions, text):
        arms = _of_run(run, numbers, mentions, text, names)
        for (start, _, item), (arm, doubt) in zip(run, arms, strict=True):
            made[start, item.printed] = (arm, doubt)
    return made


def _runs(numbers: Sequence[Seen], mentions: Sequence[Mention], text: str) -> Iterator[list[Seen]]:
    """Numbers of one kind between which nothing stands but arms and links."""
    run: list[Seen] = []
    for one in numbers:
        if run:
            end, start = run[-1][1], one[0]
            between = _BESIDE.sub("", UNIT.sub("", text[end:start]))
            apart = measured_between(text, end, start, mentions) or (
                ";" in between and not _LISTED.search(between)
            )
            if apart or re.search(r"[0-9]", between) or run[-1][2].kind != one[2].kind:
                yield run
                run = []
        run.append(one)
    if run:
        yield run


# "n = 40", and "(P = 0.04)" of the number before it.
_BESIDE = re.compile(r"\bn\s*=\s*[0-9]+|[(\[,]\s*[Pp]\s*[=<>≤≥]\s*[0-9.]+\s*[)\],]")
_BOTH = re.compile(r"\b(?:both|either)\s+(?:the\s+)?$", re.IGNORECASE)
_LISTED = re.compile(r";\s*\w[\w\s-]{0,40}[:=]?\s*$")


def _of_run(
    run: Sequence[Seen],
    numbers: Sequence[Seen],
    mentions: Sequence[Mention],
    text: str,
    names: Names,
) -> list[_Arm]:
    """The arms of numbers that stand together."""
    size, start, end = len(run), run[0][0], run[-1][1]
    after = min((one[0] for one in numbers if one[0] >= end and one not in run), default=len(text))
    # "2.8% (1.4 to 5.8%) in the control group": past what stands in brackets right behind.
    own = re.match(r"\s*[(\[][^()\[\]]*[)\]]", text[end:after])
    past = end + (own.end() if own else 0)
    closed = re.search(r"(?<!^)[)\];]|\.\s", text[past:after].lstrip(" )]%"))
    close = min(after, past + closed.start() + 4) if closed else after
    ends = [*(one[0] for one in run[1:]), close]
    behind = [
        [m for m in mentions if one[1] <= m.begin < to] for one, to in zip(run, ends, strict=True)
    ]
    previous = max((one[1] for one in numbers if one[1] <= start), default=0)
    begins = [previous, *(one[1] for one in run[:-1])]
    before = [
        [m for m in mentions if at <= m.begin < one[0]] for one, at in zip(run, begins, strict=True)
    ]
    every = [m for m in mentions if m.begin < start]
    if size > 1:
        tight = [m for m in mentions if end <= m.begin < after]
        joined = re.match(r"\W*(?:\w+\W+){0,3}?(?:in|for|with|of|among|on)\b", text[end:])
        told = "respectively" in text[start:].lower()
        outer = [*before[0][-1:], *behind[-1][:1]]
        facing = size == 2 and not behind[0] and len(distinct(outer)) == 2 and not told
        if facing and joined and VERSUS.search(text[run[0][1] : run[1][0]]):
            return [(m.arm, NEAREST) for m in outer]
        ahead = all(len(ms) == 1 for ms in behind) and len({ms[0].arm for ms in behind}) == size
        back = all(before) and len({ms[-1].arm for ms in before}) == size
        if ahead and back:
            # Of names on both sides those are meant that stand closer.
            ahead = sum(ms[0].begin - one[1] for one, ms in zip(run, behind, strict=True)) <= sum(
                one[0] - ms[-1].end for one, ms in zip(run, before, strict=True)
            )
        if ahead:
            return [(ms[0].arm, ms[0].doubt) for ms in behind]
        if back:
            return [(ms[-1].arm, ms[-1].doubt) for ms in before]
        between = any(ms for ms in before[1:])
        last = distinct(list(reversed(every)))[:size][::-1]
        if not between and joined and len(distinct(tight)) == size:
            return [(arm, None if told else IN_ORDER) for arm in distinct(tight)]
        if not between and len(last) == size and (told or len(distinct(every)) == size):
            return [
                (arm, None if told and len(distinct(every)) == size else IN_ORDER) for arm in last
            ]
        ended = [at for at, ms in enumerate(behind, 1) if len(ms) == 1]
        if told and 1 < len(ended) < size and ended == [*range(ended[0], size + 1, ended[0])]:
            # "1.2 and 3.4 in A and 2.1 and 4.3 in B": as many of each.
            return [
                (behind[at // ended[0] * ended[0] + ended[0] - 1][0].arm, NEAREST)
                for at in range(size)
            ]
        if told and size > len(distinct(mentions)):
            # More numbers than arms that are known by name: whose each is cannot be said.
            return [(None, UNKNOWN)] * size
        if size == 2 and not between and not behind[0] and (reference := _reference(every, text)):
            return [(names.other(reference), OTHER), (reference, NEAREST)]
        if size == 2 and len(names.arms) == 2:
            versus = not between and bool(VERSUS.search(text[run[0][1] : run[1][0]]))
            if pair := _of_two(behind[0], behind[1], last if versus else [], names):
                return pair
    return [
        _nearest(
            one,
            back,
            ahead,
            mentions,
            text,
            alone=len(numbers) == 1 and len(distinct(mentions)) == 1,
        )
        for one, back, ahead in zip(run, before, behind, strict=True)
    ]


def _reference(before: Sequence[Mention], text: str) -> str | None:
    """The arm that others are compared with, where a text names it alone."""
    alone = len(distinct(before)) == 1 and REFERENCE.search(text, 0, before[0].begin)
    return before[0].arm if alone else None


VERSUS = re.compile(r"\b(?:vs?\.?|versus|compared (?:with|to)|against)(?!\w)", re.IGNORECASE)


def _of_two(
    first: Sequence[Mention], second: Sequence[Mention], before: Sequence[str], names: Names
) -> list[_Arm]:
    """The arms of two numbers of two arms where one arm is named: behind either, or before both."""
    if len(second) == 1 and not first:
        return [(names.other(second[0].arm), OTHER), (second[0].arm, second[0].doubt)]
    if len(first) == 1 and not second:
        return [(first[0].arm, first[0].doubt), (names.other(first[0].arm), OTHER)]
    if len(before) == 1:
        return [(before[0], OTHER), (names.other(before[0]), OTHER)]
    return []


def _nearest(
    number: Seen,
    before: Sequence[Mention],
    behind: Sequence[Mention],
    mentions: Sequence[Mention],
    text: str,
    *,
    alone: bool,
) -> _Arm:
    """The arm of a number by itself: that behind it where a word joins them, else that before."""
    inside = [m for m in mentions if number[0] <= m.begin < number[1]]
    if len(inside) == 1:
        return inside[0].arm, inside[0].doubt or NEAREST
    behind = [m for m in behind if not REFERENCE.search(text, 0, m.begin)]
    begun = bool(ENDED.search(text[max(0, number[0] - 20) : number[0]]))
    # A name in brackets that are closed is of what stands in them.
    before = [m for m in before if not re.match(r"[^(]*\)", text[m.end : number[0]])]
    earlier = [m for m in mentions if m.begin < number[0]]
    earlier = [m for m in earlier if not re.match(r"[^(]*\)", text[m.end : number[0]])]
    tail = text[number[1] : behind[0].begin] if behind else ""
    tail = re.sub(r"^\s*[(\[][^()\[\]]*[)\]]", "", tail)
    joined = re.match(r"\W*(?:\w+\W+){0,3}?(?:in|for|with|of|among|on|after|under)\b", tail)
    close = len(tail.split()) < (20 if begun else 7) and not re.search(r"[,;]", tail)
    if behind and close and (joined or begun or not before or not tail.strip(" )]%")):
        return behind[0].arm, NEAREST
    if before and REFERENCE.search(text, 0, before[-1].begin) and len(distinct(mentions)) == 1:
        # "Compared with placebo more (5%) fell", and not "compared with placebo (5%)".
        beside = r"(?:\s(?:groups?|arms?))?[\s(\[]*"
        if re.fullmatch(beside, text[before[-1].end : number[0]]) is None:
            return None, NOT_NAMED
    if before:
        return before[-1].arm, before[-1].doubt if alone else NEAREST
    contrast = re.compile(r"\b(?:than|vs|versus|compared|or|whereas|overall|total)\b")
    if len(distinct(earlier)) == 1 and not contrast.search(text, earlier[-1].end, number[0]):
        return earlier[-1].arm, EARLIER
    return None, NOT_NAMED


# What a number is counted in, right behind it: "cmH2O", "μg/mg Cr", "kg/m²", "h".
UNIT = re.compile(
    r"^[\s)\]]*(?:cmH2O|mmHg|[kmμµ]?g|[cmμµ]?m|[dmμµ]?l|min(?:utes)?|h|hours|days|weeks|months|years|points|"
    r"[^\s\d,;()]*(?:/[^\s\d,;()/]+(?: Cr\b)?|[²³°]\w*))(?!\w)",
    re.IGNORECASE,
)


def measured_between(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> bool:
    """Whether words between two numbers name something that was measured, and not an arm alone."""
    between = UNIT.sub("", without(text, begin, end, mentions))
    found = re.findall(r"[^\W\d_]+", between.lower())
    return bool({word for word in found if len(word) > 1} - LINKS)


def without(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> str:
    """A piece of a text with spaces in the place of the arms that it names."""
    piece = list(text[begin:end])
    for one in mentions:
        for at in range(max(begin, one.begin), min(end, one.end)):
            piece[at - begin] = " "
    return "".join(piece)
