"""Which groups an estimate or a p of a sentence compares, or in which one it is a change."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.context import BEFORE, Context
from trialtrace.audit.reading.item import NO_GROUPS, Item
from trialtrace.audit.reading.mentions import REFERENCE, Mention, Names, distinct

_BETWEEN = re.compile(
    r"\b(?:between|among|across)\b"
    r"(?:[^.;]{0,30}|(?:(?!\b(?:was|were|is|are|for|in|at|of|to|T[0-9])\b)[^.;]){0,60})\b(?:groups|arms|treatments|interventions|conditions|two)\b|"
    r"\b(?:similar|comparable|differ\w*|equal|same|alike)\b[^.;]{0,40}\b"
    r"(?:in|of|for|by) (?:both|(?:the )?(?:two|2)) (?:groups|arms)\b|"
    r"\bin (?:the )?(?:two|2) (?:\w+ )?(?:groups|arms)\b|"
    r"\bof (?:both|(?:the )?(?:two|2)) (?:groups|arms)\b[^.;]{0,30}\b"
    r"(?:similar|comparable|differ|insig|not sig)|"
    r"\bin (?:all|the) (?:three|four|five|3|4|5) (?:\w+ )?(?:groups|arms)\b|"
    r"\b(?:groups|arms) (?:did|were|are) (?:not )?(?:\w+ly )?(?:differ|similar|compar|equal)|"
    r"\b(?:inter|between)-?\s?(?:group|treatment)|\bfavou?ring\b|\bin favou?r of\b|"
    r"\bthan (?:the )?(?:other|controls?)\b",
    re.IGNORECASE,
)
# "Between the two laser groups", of more than two.
_TWO_OF = re.compile(r"\bthe (?:two|2) ([\w-]+) (?:groups|arms)\b", re.IGNORECASE)
# "(P = 0.008, for the comparison)".
_OF_BOTH = re.compile(r"\W{0,3}(?:for (?:the |this )?(?:comparison|difference)|between groups)\b")
_SIZE = re.compile(r"ES\b|effect sizes?\b")
# "A treatment difference of 3", and not "time by treatment effects", or what these depend on.
_EFFECT = re.compile(
    r"(?<!\bby )(?<!heterogeneity of )\b(?:(?:treatment|intervention|group) "
    r"(?:effect|difference)s?|(?:effects?|benefits?) of (?:the )?(?:intervention|treatment))"
    r"\b(?! (?:by|size)\b)",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:baseline|before|study (?:start|end)|pre-?(?:treatment|test|intervention|op\w*)|"
    r"initial|intra-?group|during|"
    r"(?:with)?in (?:both|each|all)\b(?! cases)|within[\s-]group|first (?:visit|day)|from [0-9]|"
    r"predict\w*|"
    r"from (?:the )?\w+ to (?:the )?\w+ (?:days?|weeks?|months?|visits?)|"
    r"over (?:the )?(?:time|follow|course|period|study)|(?:correlat|associat)\w+|"
    r"(?:in|de)creased from|effects? of time|between (?:time|visit|week|day)s? ?\w{0,2}\d* and)\b",
    re.IGNORECASE,
)
_CORRELATED = re.compile(r"\bcorrelat", re.IGNORECASE)
_INTERACTION = re.compile(r"\binteraction|\b(?:main|time) effect|\beffects? of time", re.I)
# "In the control group (P = 0.2)": words before and behind the arm that a p is of alone.
_OWN = re.compile(r"(?:\s+(?:groups?|arms?|patients|participants))?[\s,(\[]*")
_ITS = re.compile(
    r"(?:\b(?:in|for|within|of|with|on|receiving)|[,;]|\b(?:and|or))\s+(?:the\s+)?$", re.IGNORECASE
)
_MORE = re.compile(
    r"\b(?:(?:high|low|great|small|larg|fast|slow|quick|short|long|strong|weak|earli|few|rar|old|"
    r"young|heavi|wid|narrow|deep|thick|thin|poor|mild)er|more|less|better|worse|superior|"
    r"inferior|differ\w*|similar|compar\w+|versus|vs|than|reduc\w+|increas\w+|decreas\w+|improv\w+|favou?r\w*|shorten\w*|prolong\w*)\b",
    re.IGNORECASE,
)
# "No difference", "these differences were significant", and none from something, or over time.
_DIFFERENCE = re.compile(
    r"\bdifferences?\b(?! (?:from|to|over|within|with time)\b)|"
    r"\bdiffer(?:ed)?\b(?! (?:from|over|by)\b)|"
    r"\bdifferent\b(?! (?:from|to|at|over|[a-z]+s\b))",
    re.IGNORECASE,
)
# Of whom they are is said, and it is no group: "between those who fell and others", "in men".
_BETWEEN_OTHERS = re.compile(r"\b(?:between|among|across)\b(?![^.;]*(?:groups|arms)\b)")
_OF_OTHERS = re.compile(
    r"\b(?:(?:those|patients|participants|subjects) (?:with|who)|(?:wo)?men|boys|girls|"
    r"(?:fe)?males?|sex|responders|completers|subgroups?)\b",
    re.IGNORECASE,
)
A_GROUP = re.compile(r"\b(?:group|arm)\b")


@dataclass
class Outcome:
    """What numbers of a sentence are of, as it goes on: the arms so far and the words for it."""

    number: int = 1
    told: str = ""
    seen: list[str] = field(default_factory=list)
    compared: bool = False
    tested: bool = False
    within: bool = False
    last: tuple[str, ...] = ()
    changed: str | None = None
    unsaid: bool = False

    def next(self, words: str) -> None:
        self.number, self.told, self.seen = self.number + 1, words, []
        self.compared = self.tested = self.unsaid = False


@dataclass(frozen=True)
class _Said:
    """The words for a comparison, those of the sentence up to it, and the arms that stand in its
    clause, before it and up to the next stop."""

    clause: str
    so_far: str
    near: Sequence[str]
    before: Sequence[str]
    reach: Sequence[str]
    compare: tuple[str, ...]
    pair: bool
    facing: tuple[str, ...]


def of_pair(outcome: Outcome) -> bool:
    """Whether numbers of two arms stand before a p that no other p belongs to."""
    return len({*outcome.seen} - {""}) == 2 and not outcome.tested


def comparing(
    item: Item,
    outcome: Outcome,
    text: str,
    mentions: Sequence[Mention],
    names: Names,
    at: tuple[int, int, int],
    context: Context,
) -> Item:
    """An estimate or a p with the groups that it compares, or the one in which it does; `at` is
    where the words for it begin, and where it begins and ends."""
    begin, start, end = at
    beyond = _STOP.split(text[end:].lstrip(" )]"), maxsplit=1)[0]
    clause = f"{text[begin:start]} {beyond}"
    near = distinct([one for one in mentions if begin <= one.begin < start])
    before = distinct([one for one in mentions if one.begin < start])
    reach = distinct([one for one in mentions if one.begin < end + len(beyond) + 2])
    named = near if len(near) == 2 else before if len(before) == 2 else reach
    seen = tuple(dict.fromkeys(arm for arm in outcome.seen if arm))
    pair = len(seen) == 2 and not outcome.tested
    compare = seen if pair else tuple(named) if len(named) == 2 else ()
    estimate = item.kind in ("effect", "estimate")
    subject = any(_ASSOCIATED.match(text, one.end) for one in mentions)
    fixed = bool(
        estimate and (_WITHIN.search(clause) or (_OF_FACTORS.search(text) and not subject))
    )
    if not compare and len(names.arms) == 2 and not fixed:
        whole = _BETWEEN.search(clause if _WITHIN.search(text) else text)
        whole = None if estimate and "respectively" in text[end:] else whole
        if not _INTERACTION.search(text):
            whole = whole or _EFFECT.search(text, begin, end)
        second = names.other(named[0]) if len(named) == 1 and _MORE.search(clause) else None
        whole = whole or _OF_BOTH.match(text, end) or _SIZE.match(text, start)
        if second is not None or whole:
            compare = (named[0], str(second)) if second is not None else names.arms
    elif not (compare or outcome.tested) and len(seen) == len(names.arms) > 2 and item.kind == "p":
        compare = (ALL,)
    elif not (compare or fixed or named) and not _INTERACTION.search(text):
        # Of groups that are more than two, or not known by name.
        compare = (ALL,) if _BETWEEN.search(clause) and not _WITHIN.search(text) else ()
        if compare and len(names.arms) > 2 and (two := _TWO_OF.search(clause)):
            compare = tuple(arm for arm in names.arms if two[1].lower() in arm.split())
            compare = compare if len(compare) == 2 else ()
    facing = _behind(mentions, text, end) or _facing(outcome, mentions, text, at)
    if facing and not (pair or fixed) and (len(named) < 2 or _behind(mentions, text, end)):
        compare = facing
    others = _BETWEEN_OTHERS.search(text) or _OF_OTHERS.search(clause)
    differs = _DIFFERENCE.search(clause) and not others
    other = compare or mentions or _WITHIN.search(text) or _INTERACTION.search(clause)
    if differs and not other:
        compare = names.arms if len(names.arms) == 2 and item.kind in ("p", "statistic") else ()
    apart = any(one.search(clause) for one in (_WITHIN, _INTERACTION, _THAN))
    if not (compare or near or fixed or apart or pair or A_GROUP.search(text[begin:start])):
        # Of a list, as those before it, or the only two that the sentence names.
        every = distinct(mentions)
        only = tuple(every) if len(every) == len(names.arms) == 2 and not before else ()
        compare = outcome.last or only
    first = next((one.begin for one in mentions if one.arm in compare[:1]), 0)
    if len(compare) == 2 and REFERENCE.search(text, 0, first):
        compare = (compare[1], compare[0])
    several = outcome.number == 1 and len(before) > 2
    related = _CORRELATED.search(text[:start]) and not _BETWEEN.search(clause)
    compare = () if (several if pair else related) else compare
    said = _Said(clause, f"{text[:start]} {beyond}", near, before, reach, compare, pair, facing)
    arm, compare = _or_within(item, outcome, text, mentions, at, said)
    if not (arm or compare or mentions):
        if item.kind == "p" and context.order and _LISTED.search(text[:start]):
            item, compare = item.doubted(BEFORE), context.order
        elif context.topic and _alone((context.topic,), said.so_far):
            item, arm = item.doubted(BEFORE), context.topic
    if arm and arm not in names.arms and _MORE.search(clause):
        # "Higher in the X group (P = …)" than in another that is not known.
        arm = None
    outcome.last = compare
    if fixed and not compare and len(before) == len(distinct(mentions)) == 1:
        # A change in one arm, as "no change in the A group: mass 0.2 kg (95% CI …)" has it.
        arm = before[0] if _WITHIN.search(text) and not _OF_FACTORS.search(text) else None
    elif estimate and not (arm or compare or near):
        arm = outcome.changed
    outcome.changed = arm if estimate else outcome.changed
    item = replace(item, compare=compare, arm=arm)
    item = item.doubted(_doubt(item, pair, bool(mentions or _BETWEEN.search(text))))
    if re.search(r"\badjust", text, re.IGNORECASE) and item.kind in ("effect", "estimate", "p"):
        item = replace(item, model=True).doubted("adjusted, by the words beside it")
    return item


# "(P > 0.05) between the 3 treatment groups" goes on.
_STOP = re.compile(r"[,;(]|[0-9](?! (?:\w+ )?(?:groups|arms)\b)|(?<!vs)\.")


def _behind(mentions: Sequence[Mention], text: str, end: int) -> tuple[str, ...]:
    """The two arms right behind an estimate: "1.3 (95% CI 1.0 to 1.6) for A versus B"."""
    two = [one for one in mentions if one.begin >= end][:2]
    if len(two) < 2 or not _FOR.fullmatch(text, end, two[0].begin):
        return ()
    versus = _VERSUS.fullmatch(text, two[0].end, two[1].begin)
    return (two[0].arm, two[1].arm) if versus and two[0].arm != two[1].arm else ()


_FOR = re.compile(r"[\s)\]]*(?:for|with|in|of|comparing|between) (?:the )?")
_VERSUS = re.compile(
    r"(?:[\s-](?:groups?|arms?))?,? "
    r"(?:versus|vs\.?|compared (?:with|to)|against|relative to) (?:the )?"
)


def _facing(
    outcome: Outcome, mentions: Sequence[Mention], text: str, at: tuple[int, int, int]
) -> tuple[str, ...]:
    """The arm that a sentence tells of and the one that it is compared with: "A improved X
    (P = …) and Y (P = …) relative to B"."""
    begin, start, _ = at
    against = [one for one in mentions if REFERENCE.search(text, 0, one.begin)]
    told = [one for one in mentions if one not in against]
    here = distinct([one for one in told if begin <= one.begin < start])
    if outcome.seen and outcome.seen[-1] and re.fullmatch(r"[\s;,(%)]*", text[begin:start]):
        # "B (-41%; P = 0.2)" of "A and B against C" is of B.
        here = here or [outcome.seen[-1]]
    if len(here) != 1:
        here = distinct([one for one in told if one.begin < start] or told)
    if len({one.arm for one in against}) != 1 or len(here) != 1 or here[0] == against[0].arm:
        return ()
    return here[0], against[0].arm


def _or_within(
    item: Item,
    outcome: Outcome,
    text: str,
    mentions: Sequence[Mention],
    at: tuple[int, int, int],
    said: _Said,
) -> tuple[str | None, tuple[str, ...]]:
    """The arm in which a p is a change, or the groups that it compares."""
    begin, start, end = at
    alone = len(said.near) == 1 and len({*outcome.seen} - {""}) < 2
    own = item.kind == "p" and not said.pair and alone
    own = own and any(
        one.end <= start
        and _OWN.fullmatch(text, one.end, start)
        and _ITS.search(text, 0, one.begin)
        for one in mentions
        if one.begin >= begin
    )
    tested = item.kind in ("p", "statistic") and not said.pair
    if _INTERACTION.search(said.clause):
        return None, ()
    behind = [one.arm for one in mentions if _BEHIND.fullmatch(text, end, one.begin)]
    if not said.facing and item.kind == "p" and _alone(behind or said.before, said.so_far):
        return (behind or said.before)[0], ()
    of_all = distinct(mentions)
    if not (said.compare or said.before) and item.kind == "p" and _alone(of_all, text):
        return mentions[0].arm, said.compare
    within = tested and _WITHIN.search(said.clause) and not _BETWEEN.search(said.clause)
    if (within and not _against(said.near, mentions, text, at)) or (
        own and not (said.compare and _MORE.search(said.clause))
    ):
        for_it = {one.arm for one in mentions if _is_of(one, text)}
        lone = [some[0] for some in (said.near, said.before, said.reach) if len(some) == 1]
        lone = [one for one in lone if one in for_it and not _THAN_ANOTHER.search(said.clause)]
        outcome.within = True
        return (lone[0] if lone else None), ()
    return None, said.compare


def _is_of(one: Mention, text: str) -> bool:
    """Whether what is told is of an arm's patients: "in A", "the A group", "A improved"."""
    stands = _ITS.search(text, 0, one.begin) or _STARTS.fullmatch(text[: one.begin])
    return bool(
        (stands and not _CORRELATED.search(text))
        or re.match(
            r"[\s-]\w*[\s-]?(?:groups?|arms?|patients|participants|subjects)\b", text[one.end :]
        )
    )


# "P = 0.01 in the A group, and 3 kg, P = 0.02 in the B group".
_BEHIND = re.compile(r"\s(?:in|for) (?:the )?", re.IGNORECASE)
_STARTS = re.compile(r"(?:.*[,;:] )?(?:the )?", re.IGNORECASE)
# "Than those in", and not "than at baseline".
_THAN_ANOTHER = re.compile(
    r"\b(?:than|compared (?:with|to)|versus|vs) (?!(?:(?:at|the|their|its|those|that) )*"
    r"(?:baseline|before|pre|initial|day|week|month|visit))",
    re.IGNORECASE,
)


def _against(
    near: Sequence[str], mentions: Sequence[Mention], text: str, at: tuple[int, int, int]
) -> bool:
    """Whether the clause of a p compares one of its two arms with the other."""
    here = [one for one in mentions if at[0] <= one.begin < at[1]]
    return len(near) == 2 and any(REFERENCE.search(text, 0, one.begin) for one in here)


# "The X group was associated with fewer".
_ASSOCIATED = re.compile(
    r"(?:\s(?:groups?|arms?|therapy|treatment|use))?\s(?:(?:was|is|were)\s)?"
    r"(?:\w+ly\s)?associated with"
)
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
            NO_GROUPS,
        )
        return order if item.compare else groups
    if item.kind == "statistic" and (named or item.printed[0] in "FtzZχ"):
        return "which groups it compares is guessed" if item.compare or item.arm else NO_GROUPS
    if item.kind != "p":
        return None
    if pair:
        return "which numbers this p belongs to is guessed"
    if item.compare or item.arm:
        return "which groups it compares is guessed"
    return "which numbers it is of is not said"


def _alone(before: Sequence[str], text: str) -> bool:
    """Whether what is told is the change in the one arm that is named before it."""
    if len(before) != 1 or _BETWEEN.search(text):
        return False
    return bool(_CHANGED.search(text)) and not _THAN.search(text)


# "Was 99 and 98 days, respectively (P = …)".
_LISTED = re.compile(
    r"(?:\b(?:was|were|of|is)|[=:(]) ?[0-9.]+\s?\S* and [0-9.]+\s?[^\s,]*,? respectively[\s,;(\[]*$"
)
_CHANGED = re.compile(
    r"\b(?:improv|increas|decreas|reduc|chang|declin|rose|fell)\w*", re.IGNORECASE
)
_THAN = re.compile(
    r"\b(?:than|compar\w+|versus|vs|differ\w*|relative to|more|less|fewer|greater|higher|lower|"
    r"larger|smaller|longer|shorter|better|worse|"
    r"associat\w*|correlat\w*)\b",
    re.IGNORECASE,
)
