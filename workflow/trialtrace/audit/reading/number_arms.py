"""The arm of each number of a sentence: of numbers beside each other together, else by the nearest
words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.context import BEFORE, OF_BOTH, UNKNOWN, Context
from trialtrace.audit.reading.forms import PEOPLE_COUNTED
from trialtrace.audit.reading.greater import IN_ORDER, OTHER, ArmOf, by_size
from trialtrace.audit.reading.item import Seen
from trialtrace.audit.reading.mentions import REFERENCE, Mention, Names, distinct, strangers
from trialtrace.audit.reading.nearest_arm import (
    EARLIER,
    NEAREST,
    OF,
    SIZED,
    VERSUS,
    before_bracket,
    nearest,
)
from trialtrace.audit.reading.wording import UNIT, measured_between


def arms_of_numbers(
    numbers: Sequence[Seen],
    mentions: Sequence[Mention],
    text: str,
    names: Names,
    context: Context,
) -> dict[tuple[int, str], ArmOf]:
    """The arm of each number and the doubt of it: of numbers beside each other together."""
    whole = _whole(numbers, mentions, text)
    made: dict[tuple[int, str], ArmOf] = {(one[0], one[2].printed): (ALL, None) for one in whole}
    numbers = [one for one in numbers if one not in whole]
    if "respectively" not in text:
        # "In both A and B" is neither.
        both = [at for at, m in enumerate(mentions) if _BOTH.search(text, 0, m.begin)]
        both = [at for at in both if not SIZED.match(text, mentions[at].end)]
        mentions = [m for at, m in enumerate(mentions) if not {at, at - 1} & {*both}]
    if closed := _closed(numbers, mentions, text):
        return made | closed
    runs = [*_runs(numbers, mentions, text)]
    every = [_of_run(run, numbers, mentions, text, names) for run in runs]
    ends = [*(run[0][0] for run in runs[1:]), len(text)]
    for at, run in enumerate(runs):
        named = any(run[-1][1] <= one.begin < ends[at] for one in mentions)
        arms = _as_others(every, at) if _in_pairs(run, text) and not named else every[at]
        if not named or {doubt for _, doubt in arms} != {UNKNOWN}:
            arms = _by_context(run, arms, text, context)
        arms = by_size(run, arms, mentions, text)
        for one, arm in zip(run, arms, strict=True):
            sure = arm[0] and not _is_of_another(one, arm, mentions, text)
            made[one[0], one[2].printed] = (
                arm if sure else (None, arm[1] if sure is None else UNKNOWN)
            )
    for one, other in pairwise(numbers):
        # "From 44.9 (SD 9.9) to 50.3 (SD 10.2)" is of one arm.
        begun = text[: one[0]].endswith("from ") and _THEN.fullmatch(text, one[1], other[0])
        if begun and made[other[0], other[2].printed][0] is None:
            made[other[0], other[2].printed] = made[one[0], one[2].printed]
    return made


def _whole(numbers: Sequence[Seen], mentions: Sequence[Mention], text: str) -> list[Seen]:
    """The count that the sizes of arms behind it add up to: "55 got A (n = 27) or B (n = 28)"."""
    arms = {found.end() - 1: one.arm for one in mentions if (found := SIZED.match(text, one.end))}
    counts = [one for one in numbers if one[2].kind == "count" and one[2].printed.isdigit()]
    sizes = [one for one in counts if one[1] in arms]
    if len({arms[one[1]] for one in sizes}) < 2:
        return []
    whole, first = sum(int(one[2].printed) for one in sizes), sizes[0][0]
    return [one for one in counts if one[0] < first and int(one[2].printed) == whole]


_GROUP_BEHIND = re.compile(r"[^,;.\d]{0,30}?\b(?:in|for|of|among) (?:the )?")
_THEN = re.compile(r"[\s%)]*(?:[a-z/]+ )?to ", re.IGNORECASE)
_TOTAL = re.compile(r"\btotal of $", re.IGNORECASE)
_ORDERED = re.compile(r"[^.;\d]{0,40}?\brespectively")


def _is_of_another(number: Seen, arm: ArmOf, mentions: Sequence[Mention], text: str) -> bool:
    """Whether a group that no arm's name is stands closer to a number than the arm it was given,
    or its arm by the nearest words is the first of a list that "respectively" tells of."""
    start, end, _ = number
    near = min(
        (one for one in mentions if one.arm == arm[0]),
        key=lambda one: min(abs(one.begin - end), abs(start - one.end)),
        default=None,
    )
    strange = strangers(text, mentions)
    if near is None:
        return False
    if near.begin >= end:
        gap = text[end : near.begin]
        if (
            number[2].kind == "count"
            and _TOTAL.search(text, 0, start)
            and not _GROUP_BEHIND.fullmatch(gap)
        ):
            return True
        listed = arm[1] in (NEAREST, EARLIER) and _ORDERED.match(text, near.end)
        several = {one.arm for one in mentions if near.begin - 40 < one.begin < near.end + 40}
        return bool(listed and len(several) > 1) or any(
            end <= match.start() < near.begin for match in strange
        )
    return any(
        near.end <= match.start() < start
        or (match.start() >= end and _GROUP_BEHIND.fullmatch(text, end, match.start(1)))
        for match in strange
    )


def _closed(
    numbers: Sequence[Seen], mentions: Sequence[Mention], text: str
) -> dict[tuple[int, str], ArmOf]:
    """The arms of lists each of which ends with its own: "pain (5%) and fever (3%) in A, and pain
    (4%) and rash (2%) in B"; empty where a text has no such."""
    starts = [one[0] for one in numbers]
    ends = [one.begin for one in mentions]
    if len(distinct(mentions)) != len(mentions) or len(mentions) < 2 or not numbers:
        return {}
    parts = [
        sum(low < start < high for start in starts)
        for low, high in zip([-1, *ends[:-1]], ends, strict=True)
    ]
    outside = starts[-1] > ends[-1] or min(parts) < 2
    linked = all(_OF_OR_AFTER.search(text, 0, end) for end in ends)
    if outside or not linked or VERSUS.search(text) or "respectively" in text:
        return {}
    return {
        (start, item.printed): (next(m.arm for m in mentions if m.begin > start), NEAREST)
        for start, _, item in numbers
    }


_OF_OR_AFTER = re.compile(rf"{OF.pattern}|\b(?:after|under|receiving)\s(?:the\s)?$")
_IN_LIST = re.compile(r",|(?:[\s-](?:groups?|arms?))?(?: and\b| or\b)")


def _in_pairs(run: Sequence[Seen], text: str) -> bool:
    """Whether numbers stand against each other, or are told apart by "respectively"."""
    versus = len(run) > 1 and bool(VERSUS.search(text[run[0][1] : run[1][0]]))
    return versus or (len(run) > 1 and "respectively" in text[run[-1][1] :])


def _as_others(every: Sequence[list[ArmOf]], at: int) -> list[ArmOf]:
    """The arms of "5 vs 8" without a name: of as many numbers before it, or behind."""
    if any(arm for arm, _ in every[at]):
        return every[at]
    for other in (*reversed(every[:at]), *every[at + 1 :]):
        arms = [arm for arm, _ in other]
        if len(arms) == len(every[at]) and None not in arms and len({*arms}) == len(arms):
            return [(arm, IN_ORDER) for arm in arms]
    return every[at]


def _by_context(run: Sequence[Seen], arms: list[ArmOf], text: str, context: Context) -> list[ArmOf]:
    """The arms of numbers beside which none is named: those of a pair in the order in which two
    arms were named last, or else the one that is spoken of."""
    if any(arm for arm, _ in arms):
        return arms
    facing = len(run) == 2 and _FACING.search(text[run[0][1] : run[1][0]])
    listed = _RESPECTIVELY.match(text, run[-1][1])
    both = len(run) == 2 and _ONE_EACH.fullmatch(text, run[0][1], run[1][0])
    if len(run) == len(context.order) and (facing or listed or (both and OF_BOTH.search(text))):
        return [(arm, BEFORE) for arm in context.order]
    return [(context.topic, BEFORE)] * len(run) if context.topic else arms


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
            if _FACING.search(between):
                apart = bool(re.search(r";|(?<!vs)\.\s", between))
            elif len(run) == 2:
                # "5% vs 8%, 6% vs 9%" are two pairs.
                named = any(end <= one.begin < start for one in mentions)
                apart = apart or bool(not named and _FACING.search(text[run[-2][1] : run[-1][0]]))
            if apart or re.search(r"[0-9]", between) or run[-1][2].kind != one[2].kind:
                yield run
                run = []
        run.append(one)
    if run:
        yield run


# "n = 40", "(P = 0.04)" of the number before it, its range and its deviation.
_BESIDE = re.compile(
    r"\bn\s*=\s*[0-9]+|[(\[,]\s*[Pp]\s*[=<>≤≥]\s*[0-9.]+\s*[)\],]|"
    r"[(\[][^()\[\];]*[0-9] to -?[0-9][^()\[\];]*[)\]]|[(\[]\s*[0-9.]+\s*[)\]]"
)
_FACING = re.compile(r"\b(?:vs?\.?|versus)\s*[(\[]?$", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:baseline|before|pre-|initial|start of)", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"[^.;\d]{0,30}\brespectively")
_ONE_EACH = re.compile(r"[\s%)]*(?:[a-z/]+ )?and ")
_BOTH = re.compile(r"\b(?:both|either)\s+(?:the\s+)?$", re.IGNORECASE)
_LISTED = re.compile(r";\s*(?!and\s*$)\w[\w\s-]{0,40}[:=]?\s*$")


_BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")


@dataclass(frozen=True)
class _Around:
    """The arms named before each number of a run and behind it, all before the run, those between
    it and the next number, and where what stands in brackets right behind it ends."""

    before: list[list[Mention]]
    behind: list[list[Mention]]
    every: list[Mention]
    tight: list[Mention]
    past: int
    inside: bool


def _around(
    run: Sequence[Seen], numbers: Sequence[Seen], mentions: Sequence[Mention], text: str
) -> _Around:
    start, end = run[0][0], run[-1][1]
    # "2.8% (1.4 to 5.8%) in the control group": past what stands in brackets right behind.
    inside = text[:start].count("(") > text[:start].count(")")
    bracket = _BRACKET.match(text, end)
    named = bracket and any(end <= m.begin < bracket.end() for m in mentions)
    beyond = bracket.end() if bracket and not named else end
    others = [one[0] for one in numbers if one[0] >= beyond and one not in run]
    after = min(others, default=len(text))
    begun = text[run[-1][0] : end]
    unclosed = begun.count("(") > begun.count(")")
    ended = re.match(r"[^()\[\]]{0,25}\)", text[end:after]) if inside or unclosed else None
    beside = ended or _BRACKET.match(text, end, after)
    past = end + (beside.end() if beside else 0)
    closed = re.search(r"(?<!^)[)\];]|\.\s", text[past:after].lstrip(" )]%"))
    ends = [
        *(one[0] for one in run[1:]),
        min(after, past + closed.start() + 4) if closed else after,
    ]
    previous = max((one[1] for one in numbers if one[1] <= start), default=0)
    begins = [previous, *(one[1] for one in run[:-1])]
    return _Around(
        [
            # "Median stay in A was 5 (2 to 9)" is one match.
            [m for m in mentions if at <= m.begin < one[1]]
            for one, at in zip(run, begins, strict=True)
        ],
        [
            [m for m in mentions if one[1] <= m.begin < to]
            for one, to in zip(run, ends, strict=True)
        ],
        [m for m in mentions if m.begin < start],
        [m for m in mentions if end <= m.begin < after],
        past,
        inside and ended is not None,
    )


def _of_run(
    run: Sequence[Seen],
    numbers: Sequence[Seen],
    mentions: Sequence[Mention],
    text: str,
    names: Names,
) -> list[ArmOf]:
    """The arms of numbers that stand together."""
    start, around = run[0][0], _around(run, numbers, mentions, text)
    before, behind = around.before, around.behind
    if len(run) == 2 and _CHANGED.fullmatch(
        text[max(0, start - 6) : start] + "|" + text[run[0][1] : run[1][0]]
    ):
        both = (start, run[-1][1], run[0][2])
        return [nearest(both, before[0], behind[1], mentions, text, alone=False)] * 2
    if any(beside := [before_bracket(one, mentions, text) for one in run]):
        if all(beside):
            return [(arm, NEAREST) for arm in beside]
        if len(run) == 2 and beside[1] and (other := names.other(beside[1])):
            return [(other, OTHER), (beside[1], NEAREST)]
    if len(run) > 1:
        told = "respectively" in text[start:].lower()
        if arms := _against(run, around, text):
            return arms
        if arms := _beside_each(run, around, text, told=told) or _listed(
            run, around, mentions, text, told=told
        ):
            return arms
        if len(run) == 2 and (arms := _of_two(run, around, mentions, text, names)):
            return arms
    alone = len(numbers) == 1 and len(distinct(mentions)) == 1
    made = [
        nearest(one, back, ahead, mentions, text, alone=alone)
        for one, back, ahead in zip(run, before, behind, strict=True)
    ]
    if len(made) == 2 and made[0][0] == made[1][0] and VERSUS.search(text, run[0][1], run[1][0]):
        # Of "more in A (5 vs 3)" the second is not of A.
        return made if _SINCE.search(text) else [made[0], (None, UNKNOWN)]
    return made


def _against(run: Sequence[Seen], around: _Around, text: str) -> list[ArmOf]:
    """The arms of "than B, more of A had pain (5% vs 2%)": that which is compared comes second."""
    every = distinct(around.every)
    against = {one.arm for one in around.every if REFERENCE.search(text, 0, one.begin)}
    beside = any(around.before[1:]) or around.tight or len(run) != 2 or len(every) != 2
    if beside or len(against) != 1 or not VERSUS.search(text[run[0][1] : run[1][0]]):
        return []
    return [(arm, IN_ORDER) for arm in sorted(every, key=lambda arm: arm in against)]


def _joined(run: Sequence[Seen], text: str) -> bool:
    behind = text[run[-1][1] :]
    return bool(re.match(r"\W*(?:\w+\W+){0,3}?(?:in|for|with|of|among|on)\b", behind))


def _beside_each(run: Sequence[Seen], around: _Around, text: str, *, told: bool) -> list[ArmOf]:
    """The arms of numbers each of which has its own before it or behind."""
    size, before, behind = len(run), around.before, around.behind
    outer = [*before[0][-1:], *behind[-1][:1]]
    facing = size == 2 and not behind[0] and len(distinct(outer)) == 2 and not told
    if facing and _joined(run, text) and VERSUS.search(text[run[0][1] : run[1][0]]):
        return [(m.arm, NEAREST) for m in outer]
    ahead = all(len(ms) == 1 for ms in behind) and len({ms[0].arm for ms in behind}) == size
    back = all(before) and len({ms[-1].arm for ms in before}) == size
    if ahead and back:
        # Of names on both sides those are meant to which a word joins, or that stand closer.
        ahead = all(
            OF_NAME.fullmatch(text, one[1], ms[0].begin)
            for one, ms in zip(run, behind, strict=True)
        ) or sum(ms[0].begin - one[1] for one, ms in zip(run, behind, strict=True)) <= sum(
            one[0] - ms[-1].end for one, ms in zip(run, before, strict=True)
        )
    if ahead:
        return [(ms[0].arm, ms[0].doubt) for ms in behind]
    return [(ms[-1].arm, ms[-1].doubt) for ms in before] if back else []


def _listed(
    run: Sequence[Seen], around: _Around, mentions: Sequence[Mention], text: str, *, told: bool
) -> list[ArmOf]:
    """The arms of as many numbers as a list behind them, or before, names."""
    size, every, tight = len(run), distinct(around.every), distinct(around.tight)
    between = any(around.before[1:])
    last = distinct(list(reversed(around.every)))[:size][::-1]
    facing = len(around.tight) == 2 and VERSUS.search(
        text, around.tight[0].end, around.tight[1].begin
    )
    if not between and (told or facing or _joined(run, text)) and len(tight) == size:
        return [(arm, None if told else IN_ORDER) for arm in tight]
    if told and not between and len(tight) == 1 and _AT_TIMES.match(text, around.tight[-1].end):
        # "4 and 2 of the A group at 3 and 6 months, respectively".
        return [(tight[0], NEAREST)] * size
    if told and 0 < len(tight) < size and _GOES_ON.match(text, around.tight[-1].end):
        # "In B and others, respectively".
        return [(None, UNKNOWN)] * size
    if (
        told
        and size == 2 * len(tight)
        and all(
            _TO.fullmatch(text, one[1], other[0])
            for one, other in zip(run[::2], run[1::2], strict=True)
        )
    ):
        # "From 5.1 to 5.3 and from 5.0 to 5.3 in A and B, respectively".
        return [(arm, None) for arm in tight for _ in "ab"]
    if not between and len(last) == size and (told or len(every) == size):
        return [(arm, None if told and len(every) == size else IN_ORDER) for arm in last]
    ended = [at for at, ms in enumerate(around.behind, 1) if len(ms) == 1]
    behind = [ms[0] for ms in around.behind if ms]
    closed = told or all(OF.search(text, 0, one.begin) for one in behind)
    if closed and 1 < len(ended) < size and ended == [*range(ended[0], size + 1, ended[0])]:
        # "1.2 and 3.4 in A and 2.1 and 4.3 in B": as many of each.
        step = ended[0]
        return [(around.behind[at // step * step + step - 1][0].arm, NEAREST) for at in range(size)]
    alone = every and len(distinct(mentions)) == 1 and not strangers(text, mentions)
    alone = alone and bool(OF.search(text.lower(), 0, around.every[-1].begin))
    alone = alone and not VERSUS.search(text, run[0][1], run[-1][0])
    if told and alone and not _IN_LIST.match(text, around.every[-1].end):
        # "In A they were 52, 25 and 29, respectively": of three visits, or outcomes.
        return [(every[0], EARLIER)] * size
    if len(distinct(mentions)) == 1 and not strangers(text, mentions) and len(tight) == 1:
        last_named = OF_NAME.fullmatch(text, run[-1][1], around.tight[0].begin)
        gaps = (text[one[1] : other[0]] for one, other in pairwise(run))
        times = {one.visit for _, _, one in run}
        if (
            (size > 2 or len(times) == size)
            and last_named
            and all(map(_NEXT_OF_LIST.fullmatch, gaps))
        ):
            # "X, Y and Z in 5, 6 and 7 patients of the A group".
            return [(tight[0], NEAREST)] * size
    # More numbers than arms that are known by name: whose each is cannot be said.
    more = told and size > len(distinct(mentions)) and not _in_pairs(run[:2], text[: run[-1][1]])
    return [(None, UNKNOWN)] * size if more else []


# "10 of 61 (16%) in B", "6.1 kg with C".
OF_NAME = re.compile(
    r"[\s)\]%]*(?:[(\[][^()\[\]]*[)\]]\s*)?(?:(?!(?:and|or|but|while|versus|vs)\b)[^\s\d,;()]+ )?"
    r"(?:in|with|for|on|of|among|after|under|given|receiving) (?:the )?(?:[Gg]roup |[Aa]rm )?"
)
_NEXT_OF_LIST = re.compile(r"[\s%)\]]*(?:,|,? and) ")
_GOES_ON = re.compile(r"(?:[\s-](?:groups?|arms?))?,? (?:and|or) ")
_TO = re.compile(r"[\s%]*(?:\S+ )?to ")
_AT_TIMES = re.compile(
    r"(?:[\s-](?:groups?|arms?|patients|participants))?,? (?:at|after|on|by) (?:\w+ )?[0-9][\w ,-]*"
    r" and [\w -]+,? respectively"
)
# "From 3.8 to 1.4 points" is of one arm.
_CHANGED = re.compile(
    r".*\|[\s%]*(?:(?!compar|rel|sim)[a-zµμ/]+ )?to |"
    r".*\|[\s%,]*(?:vs\.?|versus)\s+(?:post|after|follow)\S*\s",
    re.IGNORECASE,
)


def _reference(before: Sequence[Mention], text: str) -> str | None:
    """The arm that others are compared with, where a text names it alone."""
    alone = len(distinct(before)) == 1 and REFERENCE.search(text, 0, before[0].begin)
    return before[0].arm if alone else None


def _of_two(
    run: Sequence[Seen], around: _Around, mentions: Sequence[Mention], text: str, names: Names
) -> list[ArmOf]:
    """The arms of two numbers of two arms where one arm is named: behind either, or before both."""
    (first, second), every = around.behind, around.every
    between, gap = any(around.before[1:]), (run[0][1], run[1][0])
    if len(first) == 1 and not second and _OF_NEXT.fullmatch(text, gap[0], first[0].begin):
        # "It was 12%, while for B it was 9%".
        return [(names.other(first[0].arm), OTHER), (first[0].arm, NEAREST)]
    others = [one.arm for one in (*first, *second) if one.arm not in names.arms]
    of_others = re.search(rf"\b(?:in|of|among) [^,;]*\w {PEOPLE_COUNTED}", text[slice(*gap)])
    beside = VERSUS.search(text, *gap) or (first and not second)
    if not beside or others or strangers(text, mentions) or (of_others and not first):
        return []
    if not between and not first and (reference := _reference(every, text)):
        return [(names.other(reference), OTHER), (reference, NEAREST)]
    if len(names.arms) != 2:
        return []
    if around.inside and len(second) == 1 and second[0].begin >= around.past and not first:
        # "Shorter (12 vs 16 h) in the A group", and not "than in the A group".
        pair: list[ArmOf] = [(second[0].arm, OTHER), (names.other(second[0].arm), OTHER)]
        return pair[::-1] if REFERENCE.search(text, 0, second[0].begin) else pair
    if len(second) == 1 and not first:
        return [(names.other(second[0].arm), OTHER), (second[0].arm, second[0].doubt)]
    if len(first) == 1 and not second:
        return [(first[0].arm, first[0].doubt), (names.other(first[0].arm), OTHER)]
    last = distinct(list(reversed(every)))[:2]
    since = VERSUS.search(text[: run[0][0]]) or _SINCE.search(text[: run[0][0]])
    more = _MORE_IN.search(text[: run[0][0]])
    if not between and len(last) == 1 and (more or not since):
        return [(last[0], OTHER), (names.other(last[0]), OTHER)]
    return []


# "Gained 7% of their baseline weight more often in the X group (20 vs 2%)".
_MORE_IN = re.compile(
    r"\b(?:more|less|\w+er)\b[^.;,]*\b(?:in|with|for) (?:the )?[^.;,]{0,40}[(\[]$", re.IGNORECASE
)
# Words behind a number that go on with the group of the next.
_OF_NEXT = re.compile(
    r"[\s)\]%]*(?:[(\[][^()]*[)\]])?,? ?\b(?:and|or|while|whereas|but)\s"
    r"(?:(?:in|for|with|on|of)\s)?(?:the\s)?"
)
