"""Heads that stand over each other and cross: each arm has the same parts, such as grades of
adverse events, or each of several outcomes has the same arms."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.allocation import Allocation
from trialtrace.audit.reading.arms import ALL, Arms, names_control
from trialtrace.audit.reading.heading_words import RATIO, STAGE, UNSAID, VERSUS, said
from trialtrace.audit.reading.heads import ARM, COMPARE, Column, named
from trialtrace.audit.reading.item import OF_BOTH_ARMS

UNSURE = "two names stand over this column: which of them is the arm is guessed"


def crossed(
    every: Sequence[Column], known: Arms | None = None, told: Allocation | None = None
) -> list[Column]:
    """The same columns with one name each as the arm. A name over all of them is left out; where
    two stand over a column and names come back below or above others, the arm is the one that is
    known from other tables, is of no sex, is a control's, has a number of patients or is `told` as
    allocated to, and is no stage; the other is a part of what was measured. Where nothing is told,
    they stay one name, in doubt."""
    columns = [one for one in every if one.role == ARM and one.names]
    common = set.intersection(*(set(one.names) for one in columns)) if len(columns) > 1 else set()
    if any(len(one.names) > 1 for one in columns):
        every = [_without(one, common) for one in every]
    every = _without_shared(every)
    columns = [one for one in every if one.role == ARM and one.arm != ALL and len(one.names) > 1]
    pairs = {at: (one.names[0], " ".join(one.names[1:])) for one in columns for at in [one.at]}
    upper = list(dict.fromkeys(pair[0] for pair in pairs.values()))
    lower = list(dict.fromkeys(pair[1] for pair in pairs.values()))
    if len(lower) >= len(set(pairs.values())) or not pairs:
        return list(every)
    arm = _which(columns, upper, lower, known, told)
    bare = [one for one in every if one.role == COMPARE and one.kind == "p" and not one.names]
    each = arm is not None and len(bare) >= len((upper, lower)[1 - arm])
    made: list[Column] = []
    for one in every:
        if one.at in pairs and arm is None:
            made.append(replace(one, doubt=UNSURE))
        elif one.at in pairs and arm is not None:
            pair = pairs[one.at]
            made.append(named(replace(one, names=(pair[arm],), part=pair[1 - arm])))
        elif one.role == COMPARE and arm is not None:
            levels = (upper, lower)
            part = next((name for name in one.names if name in levels[1 - arm]), None)
            if part is None and not one.names and made and each:
                # A head of two rows that is empty above, behind the columns of a part.
                part = made[-1].part
            own = next((name for name in one.names if name in levels[arm]), None)
            made.append(replace(one, arm=own, part=part))
        else:
            made.append(one)
    return made


def of_arms(every: Sequence[Column], arms: Arms) -> list[Column]:
    """The columns, of which each has the one arm that its heads name: by one name over it alone, or
    among other words. What else stands over it is a visit or a part of what was measured."""
    made = []
    for one in every:
        if one.role == ARM and arms.pair(one.arm or ""):
            one = _of_pair(one)
        elif one.role == ARM and one.arm not in (None, ALL) and arms.named(one.arm) is None:
            one = _matched(one, arms)
        elif _is_delta(one, every, arms):
            one = replace(one, role=COMPARE, kind="effect", measure=UNSAID, change=False)
            one = replace(one, doubt=OF_BOTH_ARMS)
        made.append(one)
    return _between(made, arms)


def _of_pair(column: Column) -> Column:
    """A column below the names of two arms as one of what compares them. Of "A vs B" alone it is
    not said whether that is a difference or a ratio."""
    kind = "effect" if column.kind in (None, "ci") else column.kind
    head = column.arm or ""
    ratio, less = (re.search(one, head, re.I) for one in (r"\bratio", _LESS))
    measure = column.measure or (RATIO if ratio else UNSAID if less else VERSUS)
    return replace(column, role=COMPARE, kind=kind, measure=measure if kind == "effect" else None)


_LESS = r"\bdiff|\bminus\b|\s[-−–]\s|[—–]"


def _is_delta(column: Column, every: Sequence[Column], arms: Arms) -> bool:
    """Whether "Δ (95% CI)" stands over no arm, beside columns of arms at one time: it is what they
    differ by, and no change."""
    beside = [one for one in every if one.role == ARM and one != column]
    delta = column.role == ARM and column.arm is None and column.kind == "ci"
    delta = delta and column.pieces[-1:] != () and column.pieces[-1].startswith(("Δ", "∆"))
    alone = len({one.visit for one in beside}) == 1
    return bool(delta and len(beside) > 1 and alone and all(arms.of(one.arm) for one in beside))


def _between(every: Sequence[Column], arms: Arms) -> list[Column]:
    """The columns, of which differences and tests below the last arm's head alone are of all arms:
    its head stands over too many columns."""
    order = [arm for one in every if one.role == ARM and (arm := arms.named(one.arm or ""))]
    tests = [one for one in every if one.role == COMPARE or one.kind == "statistic"]
    below = {at: arm for at, one in enumerate(every) if one in tests and (arm := _over(one, arms))}
    differ = any(every[at].kind == "effect" for at in below)
    if len(set(order)) < 2 or set(below.values()) != {order[-1]} or not differ:
        return list(every)
    made = list(every)
    for at, arm in below.items():
        names = tuple(name for name in every[at].names if arms.named(name) != arm)
        made[at] = replace(every[at], names=names, arm=None)
    return made


def _over(column: Column, arms: Arms) -> str | None:
    """The arm over a column of a comparison."""
    return next((arm for name in column.names if (arm := arms.named(name))), None)


def _matched(column: Column, arms: Arms) -> Column:
    named_by = [(name, arm) for name in column.names if (arm := arms.named(name))]
    if len({arm for _, arm in named_by}) == 1 and len(column.names) > 1:
        name, arm = named_by[0]
        rest = " ".join(other for other in column.names if other != name)
        doubt = column.doubt if column.doubt != UNSURE else None
    elif column.part is None and (among := arms.among(column.arm or "")):
        arm, rest = among
        doubt = f"arm by the head “{column.arm}”"
    else:
        return column
    told = said(rest)
    return replace(
        column,
        arm=arms.labels[arm],
        names=(arms.labels[arm],),
        visit=column.visit or told.visit,
        change=column.change or told.change,
        kind=column.kind or told.kind,
        part=column.part or told.rest or None,
        doubt=doubt,
    )


def within_arms(every: Sequence[Column]) -> list[Column]:
    """The columns, of which a p behind all visits of one arm and before those of another is of that
    arm: "A: before, after, P | B: before, after, P". So is the one right behind the last such."""
    made, blocks = list(every), list[tuple[int, str]]()
    block: list[Column] = []
    for column in every:
        if column.role == ARM:
            block = [column] if made[column.at - 1].role != ARM else [*block, column]
        elif column.kind == "p" and not column.names and made[column.at - 1] in block[-1:]:
            arms = {one.arm for one in block}
            if len(arms) == 1 and len({(one.visit, one.change) for one in block}) > 1:
                blocks.append((column.at, block[0].arm or ""))
    if len({arm for _, arm in blocks} - {"", ALL}) == len(blocks) > 1:
        for at, arm in blocks:
            made[at] = replace(made[at], arm=arm)
    return made


def _without_shared(every: Sequence[Column]) -> list[Column]:
    """The columns without a name over all of those that have several, where the rest of their names
    have numbers of patients or are a control's, as of arms below "Within group"."""
    several = [one for one in every if one.role == ARM and one.arm != ALL and len(one.names) > 1]
    several = [one for one in several if one.kind != "statistic"]
    shared = _shared(several)
    beside = [one for one in several if one.kind != "count"]
    counted = any(one.role == ARM and one.names and one.kind == "count" for one in every)
    scores = set() if shared or not counted else _shared(beside)
    if scores and not any(map(_RATE.search, scores)):
        # "n | Score" below each arm: what the columns beside those of numbers hold, and is no rate.
        several, shared = beside, scores
    left = [" ".join(name for name in one.names if name not in shared) for one in several]
    named_arms = any(map(names_control, left)) or all(one.sized in left for one in several)
    if not shared or not all(left) or len(set(left)) < len(left) or not named_arms:
        return list(every)
    at = {one.at for one in several}
    made = [_without(one, shared) if one.at in at else one for one in every]
    if shared is not scores:
        return made
    return [replace(one, over="", part=one.over) if one.at in at else one for one in made]


_RATE = re.compile(r"[/%]|\bper\b|rate|percent", re.IGNORECASE)


def _shared(columns: Sequence[Column]) -> set[str]:
    """The names that stand over all of several columns."""
    return set.intersection(*(set(one.names) for one in columns)) if len(columns) > 1 else set()


def _without(column: Column, common: set[str]) -> Column:
    names = tuple(name for name in column.names if name not in common) or column.names
    over = " ".join(name for name in column.names if name not in names)
    changed = replace(column, names=names, over=column.over or over)
    return named(changed) if column.role == ARM and names != column.names else changed


def _which(
    columns: Sequence[Column],
    upper: Sequence[str],
    lower: Sequence[str],
    known: Arms | None,
    told: Allocation | None,
) -> int | None:
    """The place of the arm among two names."""
    stages = [all(map(STAGE.search, names)) for names in (upper, lower)]
    if stages[0] != stages[1]:
        return stages.index(False)
    if known is not None:
        of = [sum(known.of(name) is not None for name in names) for names in (upper, lower)]
        if of[0] != of[1] and max(of) > 1:
            return of.index(max(of))
    sexes = [sum(map(bool, map(_SEX.fullmatch, names))) > 1 for names in (upper, lower)]
    if sexes[0] != sexes[1]:
        return sexes.index(False)
    # Subgroups have numbers of patients too: "Drug | Placebo" over "Early (n = 9) | Late (n = 8)".
    controls = [any(map(names_control, names)) for names in (upper, lower)]
    sized = [all(column.sized == column.names[at] for column in columns) for at in (0, -1)]
    given = [told is not None and all(map(told.names, names)) for names in (upper, lower)]
    decided = (one for one in (controls, sized, given) if one[0] != one[1])
    return next((one.index(True) for one in decided), None)


_SEX = re.compile(r"(?:(?:fe)?males?|men|women|boys|girls)", re.IGNORECASE)
