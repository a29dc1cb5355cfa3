"""Numbers of a sentence told apart: whose each is, what was measured, what a p belongs to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.context import Context
from trialtrace.audit.reading.contrasts import A_GROUP, Outcome, comparing, of_pair
from trialtrace.audit.reading.everyone import TAKEN, is_of_everyone
from trialtrace.audit.reading.heading_words import UNSAID as UNSAID_DIFFERENCE
from trialtrace.audit.reading.item import PARTS, WHICH_PATIENTS, Item, Seen
from trialtrace.audit.reading.mentions import Mention, Names, distinct
from trialtrace.audit.reading.nearest_arm import VERSUS
from trialtrace.audit.reading.number_arms import OF_NAME, arms_of_numbers
from trialtrace.audit.reading.patients import ALLOCATED, told_sizes
from trialtrace.audit.reading.wording import (
    ENDED,
    LINKS,
    PREDICATE,
    TURN,
    UNIT,
    clause_of,
    measured_between,
    parted,
    telling,
    turned,
    with_inner,
    without,
    words_behind,
)

_WORDED = ("median", "mean_sd", "mean_se", "mean", "effect", "estimate")
_AVERAGES = ("value", "median", "mean", "mean_sd", "mean_se")
UNSAID = "which of the outcomes before it this is of is not said"


def told_apart(
    numbers: Sequence[Seen], text: str, names: Names, place: str, context: Context
) -> list[Item]:
    """Items with arms and outcome: an arm named once more begins another outcome. Of a list of p
    whose groups stand behind the last, each has these."""
    items = list(_told_apart(numbers, text, names, place, context))
    for at in range(len(items) - 3):
        # "5.2 (P = 0.01) in A and 4.1 (P = 0.3) in B" are changes in each.
        four = items[at : at + 4]
        arms = [one.arm for one in four[::2]]
        if [one.kind for one in four] == [four[0].kind, "p"] * 2 and four[0].kind in PARTS:
            gaps = [text[numbers[of][1] : numbers[of + 1][0]] for of in (at, at + 2)]
            if None not in arms and len({*arms}) == 2 and not any(map(VERSUS.search, gaps)):
                for of, arm in zip((at + 1, at + 3), arms, strict=True):
                    items[of] = replace(items[of], arm=arm, compare=())
    for at in range(len(items) - 1):
        one, end = items[at], at + 1
        goes_on = _LIST_OF_P if one.kind == "p" else _AND
        while end < len(items) and goes_on.fullmatch(text, numbers[end - 1][1], numbers[end][0]):
            end += 1
        run = items[at:end]
        alike = {(_EFFECTS.get(each.kind, each.kind), each.arm, each.compare) for each in run}
        ended = _RESPECTIVELY.match(text, numbers[end - 1][1]) or (
            one.arm if one.kind in PARTS else one.kind != "p"
        )
        of_times = len({each.visit for each in run}) == len(run)
        if len(run) > 1 and len(alike) == 1 and ended and not of_times:
            items[at:end] = _each(run, names)
    if (end := text.rfind("respectively")) > 0 and len(items) > 1 and numbers[-1][1] < end:
        # "5% in A and 8% in B had pain and fever, respectively": each has its own outcome.
        last, mentions = [*zip(numbers, items, strict=True)][-2:], names.mentions(text)
        starts = [*(one[0] for one, _ in last[1:]), end]
        own = [
            next((m for m in mentions if one[1] <= m.begin < to), None)
            for (one, _), to in zip(last, starts, strict=True)
        ]
        beside = [
            m is not None and m.arm == item.arm and OF_NAME.fullmatch(text, one[1], m.begin)
            for m, (one, item) in zip(own, last, strict=True)
        ]
        if (
            all(beside)
            and len({m.arm for m in own if m}) == 2
            and last[0][1].path == last[1][1].path
        ):
            items[-2:] = [item.doubted(UNSAID) for item in items[-2:]]
    for at in range(len(items) - 2):
        # "(From 464.0 to 464.4 m, P = 0.96)" is of one arm.
        low, high, p = items[at : at + 3]
        gap = text[numbers[at + 1][1] : numbers[at + 2][0]]
        begun = text[: numbers[at][0]].endswith("from ") and low.arm == high.arm is not None
        if (
            begun
            and p.kind == "p"
            and low.kind == high.kind in PARTS
            and re.fullmatch(r"[^()]{0,30}\(?", gap)
        ):
            items[at + 2] = replace(p, arm=low.arm, compare=())
    for at in range(len(items) - 2, -1, -1):
        item, after = items[at], items[at + 1]
        between = text[numbers[at][1] : numbers[at + 1][0]]
        listed = {item.kind, after.kind} == {"p"} and _LIST.fullmatch(between)
        if (
            listed
            and not A_GROUP.search(between)
            and not (item.compare or item.arm)
            and (after.compare or after.arm)
        ):
            items[at] = replace(item, compare=after.compare, arm=after.arm, doubts=after.doubts)
    return _with_sizes(numbers, items, text, names)


def _with_sizes(
    numbers: Sequence[Seen], items: Sequence[Item], text: str, names: Names
) -> list[Item]:
    """The items, of which those that are what each arm was given to, and their sum, are numbers of
    patients and no counts of an outcome."""
    told = told_sizes(text, names.mentions(text))
    whole = sum(size for _, size in told.values())
    made = []
    for (start, end, _), item in zip(numbers, items, strict=True):
        own = next((told[at] for at in told if start <= at < end), None)
        of_all = told and item.kind == "count" and item.printed.replace(",", "") == str(whole)
        if item.kind == "count" and (own or of_all):
            arm = own[0] if own else ALL
            item = replace(item, arm=arm, is_size=True, path=(), visit=None)
            item = replace(item, randomised=bool(ALLOCATED.search(text)))
            item = item.doubted(None if item.randomised else WHICH_PATIENTS)
        made.append(item)
    return made


_EFFECTS = {"effect": "estimate"}
# "−1.8% (P = 0.1) and −2.5%", "P = 0.02 or t = 4.30, P = 0.04".
_LIST_OF_P = re.compile(r"\s*[;,] (?:and )?| and ")
_AND = re.compile(
    r"[\s%)\]]*(?:(?!and|or)[a-zA-Z/]+[\s)\]]*)?(?:,|,?\s?\b(?:and|or)) "
    r"(?:t ?= ?[0-9.]+, )?[\s(\[]*"
)
_RESPECTIVELY = re.compile(r"[^.;\d]{0,30}\brespectively")


def _each(run: Sequence[Item], names: Names) -> Sequence[Item]:
    """Numbers of a group, each with its own of as many outcomes that stand before all."""
    named = [one.path[0].rpartition(" (") for one in run]
    label = named[0][0]
    several = len(distinct(names.mentions(label))) > 1 and run[0].arm
    words = None if several else parted(label, len(run))
    if words is None or not all(other in ("", label) for other, _, _ in named):
        return run
    of_each = [{*distinct(names.mentions(one))} for one in words]
    every = [arm for arms in of_each for arm in arms]
    if run[0].kind == "p" and all(any(every.count(arm) == 1 for arm in own) for own in of_each):
        # "In the red, green and sham groups (P = …; P = …; P = …, respectively)".
        return run
    return [
        replace(
            one,
            path=(f"{own} ({where or named[0][2]}",),
            doubts=tuple(doubt for doubt in one.doubts if doubt != UNSAID),
        )
        for one, own, (_, _, where) in zip(run, words, named, strict=True)
    ]


# "Although this achieved significance", of what was told before.
_REFERS = re.compile(
    r"\b(?:this|which|it|these|(?:the|this) difference)\s(?:\w+ly )?(?:was|were|is|did|"
    r"achieved|reached|had|failed|attained|decreased|increased|fell|rose|improved|changed|declined|"
    r"dropped|remained|went)\b"
)
# "X had an effect of group (P = …), due to lower values in A (5 vs 8)".
_DUE_TO = re.compile(r"due to (?:\w+ ){1,2}(?:values|scores|levels)\b")
_LIST = re.compile(r"\s*[)\]]\s*(?:,|and\b|or\b)(?:\s*and\b)?\s*[^,;.()\d]{1,40}[(\[]\s*")


def _told_apart(
    numbers: Sequence[Seen], text: str, names: Names, place: str, context: Context
) -> Iterator[Item]:
    mentions = sorted(
        [*names.mentions(text), *context.named(text)], key=lambda mention: mention.begin
    )
    spoken = context.told or len(names.arms) < 2 or bool(names.mentions(place))
    context = context.within(text, mentions)
    numbers = _of_each(numbers, mentions, text)
    assigned = arms_of_numbers(
        [one for one in numbers if one[2].kind in PARTS], mentions, text, names, context
    )
    outcome, before, lone, first, head, tested = Outcome(), 0, 0, "", "", ""
    for at, (start, end, item) in enumerate(numbers):
        says = measured_between(text, before, start, mentions)
        says = says and not (outcome.seen and _REFERS.search(text, before, start))
        other = False
        behind = (
            "" if item.kind not in PARTS and says else words_behind(numbers, at, mentions, text)
        )
        if item.kind in PARTS and at and numbers[at - 1][2].kind not in (item.kind, "p"):
            # "…, 58% were female": another kind of number, and the words for it behind.
            other = bool(ENDED.search(text[before:start]) and telling(behind[:80]))
            says = says or other
            # "After a median of 24 months, 101 (84%) had died".
            other = other and numbers[at - 1][2].kind in _AVERAGES and item.kind not in _AVERAGES
            other = other and text[before:start].rstrip().endswith(",")
        # "Median stay was 9 days (IQR 7 to 14)": the words for it are in what was matched.
        named = (
            re.match(r"[^\d]*?(?=[-–−+]?\d|$)", text[start:end]) if item.kind in _WORDED else None
        )
        until = start + (named.end() if named and len(named[0].split()) > 2 else 0)
        clause = clause_of(UNIT.sub("", text[before:until]), behind, first)
        between = without(text, before, start, mentions)
        if item.kind in PARTS:
            every = _OF_EVERY.search(between)
            clause = every["own"] if every else with_inner(clause, between)
        first = clause if turned(between) else first or clause
        head = head or clause
        if _DUE_TO.match(clause) and clause != head:
            clause = f"{head} … {clause}"
        noun = _BEINGS.search(text, start, end) if item.kind in _COUNTS else None
        if noun and noun[0] not in clause:
            last = re.search(rf"(?: … )?{_BEINGS.pattern}$", outcome.told)
            lead = clause if says else outcome.told[: last.start() if last else None] or clause
            says, clause = True, " … ".join(filter(None, (lead, noun[0])))
        begin, before = before, max(before, end)
        if item.kind in PARTS:
            arm, doubt = assigned[start, item.printed]
            changed = re.fullmatch(
                r"[\s%)]*(?:at baseline |[a-z/]+ )?to |[\s,;(%]*", text[begin:start]
            )
            again = arm in outcome.seen or (arm is None and bool(outcome.seen) and says)
            alone = outcome.seen and not any(outcome.seen)
            another = other or TURN.search(text, begin, start) if alone else turned(between)
            again = again or bool(says and arm and another)
            again = again or bool(outcome.seen and _says_another(between, behind, outcome))
            counted = noun is not None and bool(outcome.seen) and noun[0] not in outcome.told
            again = (again and (other or changed is None)) or counted
            # "6.1, 4.2 and 3.1 at baseline, 6 and 12 weeks".
            earlier = numbers[at - 1][2].visit if at else None
            again = again and (says or arm != outcome.seen[-1] or earlier in (None, item.visit))
            unsaid = again and not says
            if again or ((outcome.tested or outcome.compared) and says):
                outcome.next(clause if says or not outcome.told else outcome.told)
            outcome.told = outcome.told or clause
            outcome.seen.append(arm or "")
            nameless = _NAMELESS.fullmatch(outcome.told) and NAMELESS
            item = item.doubted(UNSAID if unsaid or outcome.unsaid else nameless or None)
            outcome.unsaid = unsaid or outcome.unsaid
            if arm is None and is_of_everyone(start, text, mentions, named=spoken):
                arm, doubt = ALL, TAKEN
            yield replace(item, arm=arm, path=(_named(outcome, place),)).doubted(doubt)
            continue
        if item.kind != "p" and (outcome.compared or (outcome.tested and says)):
            outcome.next(clause if says else outcome.told)
        item = comparing(item, outcome, text, mentions, names, (begin, start, end), context)
        if item.kind == "p" and (says or outcome.tested) and not of_pair(outcome):
            lone += 1
            label = (clause if says else outcome.told) or clause
            label = label or clause_of("", text[end:], first)
            if tested and (also := _ALSO.match(label)) and not PREDICATE.search(label):
                label = f"{tested.rpartition(f' {also[1]} ')[0] or tested} … {label}"
            tested = label
            path = f"{label} ({place}, p {lone})" if label else f"{place}, p {lone}"
            yield replace(item, path=(path,))
            continue
        outcome.told = outcome.told or clause
        outcome.compared = outcome.compared or item.kind != "p"
        outcome.tested = outcome.tested or item.kind == "p"
        yield replace(item, path=(_named(outcome, place),))


# "Both in the first test (P = 0.01) and in the last (P = 0.02)".
_ALSO = re.compile(r"(?:and|or|but)(?: also)? (in|at|on|for|after|during|with|by) ")
NAMELESS = "what was measured is not said by the words beside it"
# "Of the residents", "At week 24 … had a".
_NAMELESS = re.compile(
    r"(?:(?:of|among|in|during|for)(?: (?:the|these|those|all|both|[0-9]+))+(?: [a-z-]+){1,2}|"
    r"(?:of|among) [a-z]+|overall|"
    r"(?:at|by|after|on|within|during|until)"
    r"(?:[\s-](?:the|end|of|weeks?|months?|days?|years?|hours?|follow|up|visit|baseline|[0-9]+))+)"
    r"(?<! of)(?:\W*(?:had|was|were|did|is|are|has|have)(?: an?| the)?)?\W*",
    re.IGNORECASE,
)
# "6 boys and 3 girls".
_BEINGS = re.compile(r"\b(?:boys|girls|men|women|(?:fe)?males?|deaths)\b")
_COUNTS = ("count", "count_percent")


def _says_another(between: str, behind: str, outcome: Outcome) -> bool:
    """Whether a number is of something else than those before it: "X in 5% of both groups and Y in
    8%", "X was seen in 2 in A and 3 patients developed Y in B"."""
    if _OF_EVERY.search(between):
        return True
    beyond = re.split(r"[,;.(\d]", behind, maxsplit=1)[0]
    new = {*re.findall(r"\w{2,}", _VERB_BEHIND.sub("", beyond))} - LINKS
    new -= {*re.findall(r"\w{2,}", outcome.told)}
    said = PREDICATE.search(outcome.told)
    return bool(ENDED.search(between) and _VERB_BEHIND.match(beyond) and new and said)


_OF_EVERY = re.compile(
    r"\b(?:both|all|(?:the )?(?:two|three)) (?:groups|arms) and (?P<own>\w.*?)\s*$"
)
_VERB_BEHIND = re.compile(
    r"[\s)\]%]*(?:patients|participants|subjects|women|men|children)?\s*"
    r"(?:had|experienced|developed|reported|showed|suffered|presented)\b"
)


def _named(outcome: Outcome, place: str) -> str:
    """An outcome of a sentence by the words before its numbers, and by its place."""
    where = f"{place}, outcome {outcome.number}"
    return f"{outcome.told} ({where})" if outcome.told else where


def _of_each(numbers: Sequence[Seen], mentions: Sequence[Mention], text: str) -> Sequence[Seen]:
    """The same; values with intervals before any effect are one of each arm where arms are named
    and no word calls them differences, or as many arms as there are values."""
    to = min((start for start, _, item in numbers if item.kind == "effect"), default=len(text))
    values = [one for one in numbers if one[2].kind == "estimate" and one[0] < to]
    starts = [0, *(end for _, end, _ in numbers)]
    values = [
        one
        for one in values
        if not _CONTRAST.search(text[max(at for at in starts if at <= one[0]) : one[0]])
    ]
    named = distinct([one for one in mentions if one.begin < to])
    numbers = _without_contrast(numbers, mentions, text)
    ended = _each_of_its_own(values, mentions, text)
    if ended:
        return [_as_mean(one) if one in ended else one for one in numbers]
    if not values or len(named) < 2 or any(one[2].kind in PARTS for one in numbers):
        return numbers
    contrast = to < len(text) or _COMPARED.search(text)
    if len(values) % len(named) or (contrast and len(values) != len(named)):
        return numbers
    return [_as_mean(one) if one in values else one for one in numbers]


def _without_contrast(
    numbers: Sequence[Seen], mentions: Sequence[Mention], text: str
) -> Sequence[Seen]:
    """The same; a difference that stands right before an arm, and a value right before another one,
    are values of each: "The difference was 1.2 kg with A and 1.5 kg with B"."""
    made = list(numbers)
    for at, (begin, end, item) in enumerate(numbers):
        bare = item.kind == "effect" and item.measure in _UNSAID and "(" not in item.printed
        beside = [numbers[at], *(one for one in numbers[at + 1 :] if one[2].kind == "value")]
        if bare and _each_of_its_own(beside, mentions, text):
            printed = re.sub(r"^[^0-9]*?(?=-?\.?[0-9])", "", item.printed)
            one = replace(item, kind="value", printed=printed, measure=None).doubted(NO_CONTRAST)
            made[at] = (begin + text[begin:end].rindex(printed), end, one)
    return made


def _as_mean(number: Seen) -> Seen:
    return number[0], number[1], replace(number[2], kind="mean_ci").doubted(NO_CONTRAST)


NO_CONTRAST = "taken for a value of one group, and not for a comparison"
_UNSAID = (UNSAID_DIFFERENCE, "mean_difference")


def _each_of_its_own(
    values: Sequence[Seen], mentions: Sequence[Mention], text: str
) -> Sequence[Seen]:
    """The first values with intervals, of which each stands right before another arm: "3.7 (95% CI
    …) points with A and 2.6 (95% CI …) in the B group"; none where but one does."""
    own: dict[str, Seen] = {}
    for one in values:
        arm = next((m for m in mentions if m.begin >= one[1]), None)
        if arm is None or arm.arm in own or not _IN_ARM.fullmatch(text, one[1], arm.begin):
            break
        own[arm.arm] = one
    return [*own.values()] if len(own) > 1 else []


_IN_ARM = re.compile(r"[\s)\]]*(?:[a-zA-Z/]+ )?(?:in|with|for|on|among) (?:the )?")


_CONTRAST = re.compile(
    r"\bdifference\b[^.;]*$|\b(?:ratio|effect|relative rate)\b[^.;()0-9]*[(\[]?\s*$|"
    r"(?:\bbeta|β|Δ|\bcoefficient)\s*(?:=|:|of|was)?\s*$",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:difference|ratio|risk|relative rate|odds|ORs?|HRs?|RRs?|coefficient|effect)\b|β"
)
