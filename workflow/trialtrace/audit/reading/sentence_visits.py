"""When the numbers of a sentence were measured, by the times that it names."""

import re
from collections.abc import Sequence
from itertools import pairwise

from trialtrace.audit.reading.item import Seen
from trialtrace.audit.reading.mentions import Mention
from trialtrace.audit.reading.wording import telling, without

_SEVERAL = "which of the times that its sentence names it is of is guessed"
_UNIT = r"(?:hours?|hrs?|days?|weeks?|months?|years?|min(?:utes)?)"
_NUMBER = (
    r"(?:[0-9]+(?:\.[0-9]+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|"
    r"twenty-?\s?four)"
)
_LONG = rf"{_NUMBER}(?:(?:,|,? and|,? or| to) {_NUMBER}){{0,3}}[\s-]{_UNIT}"
_END = r"(?:study|trial|treatment|therapy|intervention|program(?:me)?|follow[\s-]?up|observation)"
# "Six months after surgery", and not "surgery compared" or "surgery was".
_WORD = (
    r"(?!(?:compared|than|with|was|were|is|are|had|has|have|did|do|showed|in|and|or|but|between|for|"
    r"of|from|to|by|at|on|as|when|while|which|that|there)\b)[a-z]+"
)
# A time has a word before it that says so, or behind it: "a stay of 12 days" was measured itself.
_TIME = re.compile(
    r"\b(?:(?:day|week|month|year|visit)"
    r"(?: [0-9]+(?: to [0-9]+)?|s [0-9]+(?:(?:,|,? and|,? or| to) [0-9]+){0,3})"
    r"(?![.\d]*[\d%])(?! onwards?)(?<! 0)|"
    rf"(?:at|after|by|within|until|during|through|over) (?:the )?(?:first |last |final )?{_LONG}"
    r"(?: (?:of|after|post|following|from) (?:the )?[a-z]+)?|"
    rf"{_LONG}[\s,]+(?:after|post|following|later|from (?:the )?(?:start|beginning|randomi\w+))\b"
    rf"(?: (?:the )?{_WORD}(?: {_WORD})?)?|"
    r"(?:at|in|during) (?:the )?(?:[0-9]+|one|two|three|six|twelve)-(?:day|week|month|year) "
    r"(?:follow[\s-]?up|visit|assessment)|"
    rf"(?:at|by) (?:the )?end of (?:the )?{_END}|"
    r"(?:at|by) (?:the )?(?:final |last |first )?(?:follow[\s-]?up|discharge|visit|assessment)|"
    rf"(?:(?<=and )|(?<=, )){_LONG}(?=\s?[(\[:])|(?:at (?:the )?|^)baseline(?! (?:and|to)\b))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_BEGUN = re.compile(r"^(?:(?:at|by|in|during|over|after(?= [0-9])|within) )?(?:the )?", re.I)
# What stands between a number and the time that follows it at once.
_AT_ONCE = re.compile(r"[\s%)\]]*(?:(?!and\b|or\b)[A-Za-z/²]+ )?(?:at )?")
_LINKED = re.compile(r"(?:[;,]|\b(?:and|but|while|whereas))(?: at| by)?\s*$")
_OPENED = re.compile(r"\s*[(\[][^()\[\]]*")


def times_of(text: str) -> list[re.Match[str]]:
    """Where a text names times: "by 6 months", and not "it was prolonged by 6 months"."""
    return [one for one in _TIME.finditer(text) if not _BY_SO_MUCH.search(text[: one.start() + 3])]


_BY_SO_MUCH = re.compile(
    r"\b(?:(?:prolong|shorten|increas|decreas|reduc|extend|delay|improv|differ)\w*|rose|fell|"
    r"longer|shorter|later|earlier|more|less) by $",
    re.IGNORECASE,
)


def visits_of_numbers(
    numbers: Sequence[Seen],
    times: Sequence[re.Match[str]],
    mentions: Sequence[Mention],
    text: str,
) -> list[tuple[str | None, str | None]]:
    """The time of each number and the doubt of it: that which follows it at once, or the last
    before it; of a sentence whose times stand behind its numbers the next one, unless something
    else is told before it."""
    spans = [(start, end) for start, end, _ in numbers]
    times = [
        one
        for one in times
        if all(one.end() <= start or end <= one.start() for start, end in spans)
    ]
    ended = times and re.match(r"[^.;\d]{0,30}\brespectively", text[times[-1].end() :])
    if ended and len(times) == len(spans) > 1 and times[0].start() > spans[-1][0]:
        return [(_BEGUN.sub("", one[0]), None) for one in times]
    if each := _of_list(spans, mentions, text) or _of_each(spans, times, mentions, text):
        return [(one, None) for one in each]
    made: list[tuple[str | None, str | None]] = []
    for at, (start, end) in enumerate(spans):
        before = [one for one in times if one.end() <= start]
        behind = [one for one in times if end <= one.start()]
        leading = bool(times) and times[0].start() < spans[0][0]
        if re.match(r"[\s%)]*(?:[A-Za-z/]+ )?at baseline to ", text[end:]):
            made.append(("baseline", None))
            continue
        if behind and _AT_ONCE.fullmatch(text, end, behind[0].start()):
            time = behind[0]
        elif _begins_change(spans[at : at + 2], text):
            made.append((None, None))
            continue
        elif before and (
            leading
            or _LINKED.search(text, 0, before[-1].start())
            or _OPENED.fullmatch(text, before[-1].end(), start)
        ):
            time = before[-1]
        elif behind and not _tells_another(without(text, end, behind[0].start(), mentions)):
            time = behind[0]
        else:
            made.append((None, None))
            continue
        begins_list = re.fullmatch(r"(?:at )?baseline", time[0], re.IGNORECASE) and (
            listed := _TIMES_LISTED.match(text, time.start())
        )
        if begins_list and listed and listed.end() > time.end():
            made.append((None, _SEVERAL))
            continue
        made.append((_BEGUN.sub("", time[0]), _SEVERAL if len(times) > 1 else None))
    return made


def _of_list(spans: Sequence[tuple[int, int]], mentions: Sequence[Mention], text: str) -> list[str]:
    """The time of each number of "5%, 6% and 7% at baseline, week 6 and 12 weeks, respectively",
    and of as many of each arm that is named behind such times."""
    listed = _TIMES_BEHIND.match(text, spans[-1][1]) if len(spans) > 1 else None
    before = None if listed else _TIMES_LISTED.search(text, 0, spans[0][0]) if spans else None
    found = listed or before
    own = _BETWEEN_TIMES.split(found["times"]) if found else []
    times = len(spans) // len(own) if own else 0
    arms = {one.arm for one in mentions}
    if not found or not own or times * len(own) != len(spans) or (before and len(arms) != times):
        return []
    gaps = [text[end:begin] for (_, end), (begin, _) in pairwise(spans)]
    within = [gap for at, gap in enumerate(gaps, 1) if at % len(own)]
    unit = own[-1].rpartition(" ")[2]
    named = [f"{one} {unit}" if one.isdecimal() else _BEGUN.sub("", one) for one in own]
    return named * (all(map(_NEXT.fullmatch, within)) * times)


_ONE_TIME = (
    rf"(?:(?:at |on |after )?(?:the )?(?:baseline|(?:day|week|month|year|visit)s? [0-9]+|"
    rf"{_NUMBER}(?:[\s-]{_UNIT})?|discharge|follow[\s-]?up|(?:the )?end of (?:the )?{_END}))"
)
_TIMES = (
    rf"\b(?:at|on|after) (?P<times>{_ONE_TIME}(?:, {_ONE_TIME})*,? and "
    rf"(?:{_NUMBER}[\s-]{_UNIT}|(?![0-9]){_ONE_TIME}))"
)
_TIMES_LISTED = re.compile(_TIMES, re.IGNORECASE)
_TIMES_BEHIND = re.compile(
    rf"[^.;\d]{{0,60}}?{_TIMES}(?: after \w+)?,? respectively", re.IGNORECASE
)
_BETWEEN_TIMES = re.compile(r",? and |, ")


def _of_each(
    spans: Sequence[tuple[int, int]],
    times: Sequence[re.Match[str]],
    mentions: Sequence[Mention],
    text: str,
) -> list[str]:
    """The time of each number of "5%, 6% and 7% at 1, 3 and 5 years", and of several such lists
    behind their times."""
    listed = _OF_TIMES.fullmatch(_BEGUN.sub("", times[0][0])) if len(times) == 1 else None
    if listed is None or len(spans) < 2:
        return []
    numbers = re.split(r",? and |,? or |, ", listed["numbers"] or listed["numbered"])
    gaps = [text[end:begin] for (_, end), (begin, _) in pairwise(spans)]
    within = [gap for at, gap in enumerate(gaps, 1) if at % len(numbers)]
    if not all(map(_NEXT.fullmatch, within)) or len(spans) % len(numbers):
        return []
    beyond = times[0].start() >= spans[-1][1] and len(spans) == len(numbers)
    # "At 6 and 12 weeks it was 3.2 and 4.5 in A and B" does not say when.
    several = len({one.arm for one in mentions}) > max(1, len(spans) // len(numbers))
    told = beyond or (times[0].end() <= spans[0][0] and not several)
    unit = listed["unit"]
    each = [f"{one} {unit}" if unit else f"{listed['named'][:-1]} {one}" for one in numbers]
    return each * (told * len(spans) // len(numbers))


_OF_TIMES = re.compile(
    rf"(?P<numbers>{_NUMBER}(?:(?:,|,? and|,? or) {_NUMBER})+) (?P<unit>.+)|"
    r"(?P<named>(?:day|week|month|year|visit)s) (?P<numbered>[0-9]+(?:(?:,|,? and|,? or) [0-9]+)+)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"[\s%)]*(?:,|,? and|,? or) ")


def _begins_change(spans: Sequence[tuple[int, int]], text: str) -> bool:
    """Whether a number is what another one began as: "from 3 to 5 at week 8"."""
    from_to = len(spans) > 1 and re.search(r"\bfrom $", text[: spans[0][0]])
    return bool(from_to and re.fullmatch(r"[^,;.()\d]{0,15} to ", text[spans[0][1] : spans[1][0]]))


def _tells_another(text: str) -> bool:
    """Whether something else is told in a text behind a comma or a link, or behind it."""
    return bool(_LINKED.search(text)) or any(
        map(telling, re.split(r"[,;]|\b(?:but|while|whereas|and(?!\s{2}))\b", text)[1:])
    )
