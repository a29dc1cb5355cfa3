"""The arm of a number by itself: by the words nearest to it, or right before its bracket."""

import re
from collections.abc import Sequence

from trialtrace.audit.reading.context import FRAMED
from trialtrace.audit.reading.greater import ArmOf
from trialtrace.audit.reading.item import Seen
from trialtrace.audit.reading.mentions import REFERENCE, Mention, distinct
from trialtrace.audit.reading.wording import ENDED, TURN, UNIT

NEAREST = "arm by the nearest words"
NOT_NAMED = "no arm is named beside it"
EARLIER = "arm by words earlier in the sentence"
VERSUS = re.compile(r"\b(?:vs?\.?|versus|compared (?:with|to)|against)(?!\w)", re.IGNORECASE)
OF = re.compile(r"\b(?:for|in|with|on|of|among)\s(?:the\s)?$")
_OPENED = re.compile(
    r"(?:^|[,;.] |\b(?:and|while|whereas|but) )(?:in|for|with|among|of) (?:the )?$", re.IGNORECASE
)
_FACED = re.compile(r"\b(?:whil(?:e|st)|whereas) $")

# "4 in B", "4 patients allocated B".
_JOINS = re.compile(
    r"\W*(?:\w+\W+){0,3}?(?:in|for|with|of|among|on|after|under|allocated|assigned|randomi[sz]ed|"
    r"receiving|taking|given|using)\b"
)
# "5% and in B 8%": what stands behind is of another number.
_NEXT = re.compile(r"[\s)\]%,]*(?:and|but|while|whereas)\s(?![-+]?[0-9])")
_LED = re.compile(r"\b(?:and|but|while|whereas) (?:in|for|with|among|of) (?:the )?$")


def nearest(
    number: Seen,
    before: Sequence[Mention],
    behind: Sequence[Mention],
    mentions: Sequence[Mention],
    text: str,
    *,
    alone: bool,
) -> ArmOf:
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
    within = text[number[0] : number[1]]
    if within.count("(") > within.count(")"):
        tail = re.sub(r"^[^()]*\)", "", tail)
    tail = UNIT.sub("", re.sub(r"^(?:\s[a-z]+)?\s*[(\[][^()\[\]]*[)\]]", "", tail))
    joined = _JOINS.match(tail)
    # "8 patients had 10 events (2 in A": the bracket is of another number.
    close = len(tail.split()) < (20 if begun else 7) and not re.search(r"[,;]|[0-9][^()]*\(", tail)
    # "90 patients were randomised (40 to A": the bracket's own number is of it.
    behind = [] if re.search(r"[(\[][^()\[\]]*[0-9][^()\[\]=]*$", tail) else behind
    # "58 in A versus 55 of all patients in B".
    turned = bool(before and VERSUS.search(text, before[-1].end, number[0]))
    if behind and turned and OF.search(text, 0, behind[0].begin):
        return behind[0].arm, NEAREST
    # "In A 4 (10%) fell and in B 5 (12%)": each stands behind its own arm.
    led = before and _OPENED.search(text, 0, before[-1].begin)
    led = led and re.fullmatch(rf"{_GROUP_WORD},?\s*", text[before[-1].end : number[0]])
    behind = [] if _NEXT.match(tail) or (led and _LED.search(tail)) else behind
    if behind and tail == ", " and re.match(r"[.;]|$", text[behind[0].end :]):
        # "14 patients (33%), B."
        return behind[0].arm, NEAREST
    if behind and close and (joined or begun or not before or not tail.strip(" )]%")):
        return behind[0].arm, NEAREST
    opened = not before and earlier and _OPENED.search(text, 0, earlier[-1].begin)
    contrast = re.compile(r"\b(?:than|vs|versus|compared|whereas|overall|in total|a total)\b")
    mixed = bool(earlier and contrast.search(text, earlier[-1].end, number[0]))
    if opened and not mixed and FRAMED.match(text, earlier[-1].end):
        # "In B, 86% (42/50) were cured, 12% (6/50) improved": all of it is of B.
        return earlier[-1].arm, EARLIER
    if before and REFERENCE.search(text, 0, before[-1].begin) and len(distinct(mentions)) == 1:
        # "Compared with placebo more (5%) fell", and not "compared with placebo (5%)".
        beside = r"(?:\s(?:groups?|arms?))?(?:[\s(\[]*|,? (?:which|who|whose|where) .*)"
        if re.fullmatch(beside, text[before[-1].end : number[0]]) is None:
            return None, NOT_NAMED
    if before:
        return before[-1].arm, before[-1].doubt if alone else NEAREST
    # Those of its own clause, and not what they are compared with.
    clause = max((one.end() for one in TURN.finditer(text, 0, number[0])), default=0)
    told = [one for one in earlier if not REFERENCE.search(text, 0, one.begin)] or earlier
    here = [one for one in told if one.begin >= clause]
    if not here and told and _FACED.search(text, 0, clause):
        # "A cut X by 5% while B cut it by 8%", and not "in A X fell by 5% while Y rose by 8%".
        told = [one for one in told if OF.search(text.lower(), 0, one.begin)]
    told = here or told
    if told and len(distinct(told)) == 1 and not contrast.search(text, told[-1].end, number[0]):
        return told[-1].arm, EARLIER
    return None, NOT_NAMED


def before_bracket(number: Seen, mentions: Sequence[Mention], text: str) -> str | None:
    """The arm right behind which the bracket opens in which a number stands beside others, none of
    them of another arm: "in A (5% and 8%) than in B (2% and 3%)"."""
    opened = max(text.rfind(sign, 0, number[0]) for sign in "([")
    closed = min((at for sign in ")]" if (at := text.find(sign, number[1] - 1)) >= 0), default=-1)
    before = [one for one in mentions if one.end <= opened]
    if opened < 0 or not before or not re.fullmatch(_GROUP_WORD, text[before[-1].end : opened]):
        return None
    listed = _PAIRED.search(text, 0, before[-1].begin) or VERSUS.search(text, opened, closed)
    others = any(opened < one.begin < closed for one in mentions)
    if listed or others or re.search(r"[)\]]", text[opened : number[0]]):
        return None
    return before[-1].arm


_GROUP_WORD = r"(?:(?:[\s-]\w+)?[\s-](?:groups?|arms?|patients|participants|subjects))?\s*"
# "A (n = 27) or B (n = 28)": each has its own.
SIZED = re.compile(rf"{_GROUP_WORD}[(\[]\s*[nN]\s*=\s*[0-9,]+\s*[)\]]")
# "In A and B (5% and 8%)", "between A and B", "A more than B".
_PAIRED = re.compile(
    r"(?:\b(?:and|or|vs\.?|versus|to)|(?<!\) )\bthan|,)\s(?:in )?(?:the )?$", re.IGNORECASE
)
