"""From the counts of a column alone to what it holds: its type, codes, range, missing codes."""

import datetime
import re
from collections import Counter
from dataclasses import dataclass, replace

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.names import (
    ARM_PARTS,
    ARMS,
    NO_ARM_PARTS,
    REPEATS,
    SEX,
    SITES,
    SUBJECTS,
    VISIT_PARTS,
    VISITS,
    not_known,
    rank,
    sign,
    speaks_of,
    tells_parameter,
    words_apart,
)
from trialtrace.run.drafting.near_numbers import near_numbers
from trialtrace.run.drafting.tally import ORDERS, Days, Numbers, Tally, Times, far_off
from trialtrace.run.tables.canonical import number_text
from trialtrace.run.tables.measures import parts
from trialtrace.run.trial.label_words import sex_meant

# Levels that a coded text may have, and so many rows a level in the mean.
MOST_LEVELS, ROWS_A_LEVEL = 30, 3
# What the rows of a table are about may be a hundred laboratory tests.
MOST_TESTS = 400
# Whole numbers from nought or one up to here, of few levels, are taken for codes.
LAST_CODE, MOST_CODES = 9, 5
# Steps of a scale that is known to have some, whatever they are called.
MOST_STEPS = 10
# Words of how many there were, from 0 on: no codes.
COUNTS = {"count", "counts", "number", "num"}
LONG_TEXT = 80
# Of a column of numbers or dates, cells that are none.
MOST_WRONG = 0.05
# A code and a label of the dictionary's choices cannot hold the marks between them.
MARKS_OF_CHOICES = (",", "|", "\n", "\r")
# Codes of states, countries and the like.
SHORT, MANY_SHORT = re.compile("[A-Z]{2}"), 10
DECIMAL = re.compile(r"[-+]?[0-9]+(?:([.,])[0-9]+)?")
NO_DAYS = ("1900-01-01", "1899-12-30", "1800-01-01", "1111-11-11", "9999-12-31", "9999-09-09")


@dataclass(frozen=True)
class Kind:
    """What a column holds, without what is known of it besides."""

    type: str = "text"
    validation: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: str = ""
    high: str = ""
    missing: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    why: str = ""
    also: tuple[tuple[str, str], ...] = ()


def reads(kind: Numbers | Days | Times, tally: Tally) -> bool:
    """Whether all but few cells of a column are of a kind, besides words for missing."""
    words = sum(count for text, count in kind.misfits.items() if not_known(text))
    there = tally.present - words
    few = kind.misfits.total() - words <= MOST_WRONG * there
    return kind.possible and there > 0 and few


def inferred(name: str, tally: Tally, sign: str) -> Kind:
    if not tally.present:
        return Kind(why="No cell has a value.")
    numbers = tally.comma if sign == "," else tally.point
    if reads(numbers, tally):
        return _number(name, tally, numbers)
    if orders := _orders(tally.days, tally):
        return _day(tally, orders, "date")
    if orders := _orders(tally.moments, tally):
        return _day(tally, orders, "datetime")
    if reads(tally.times, tally):
        text = Kind(validation="time", why="All cells are times of day, kept as text.")
    else:
        text = _text(name, tally)
    for kind, told in (("mixed_signs", _mixed_signs(tally)), ("near_numbers", near_numbers(tally))):
        if told:
            return replace(text, also=(*text.also, (kind, told)))
    return text


def _mixed_signs(tally: Tally) -> str:
    """A sentence where a column would be one of numbers, had they one decimal sign."""
    signs = {"whole": 0, "point": 0, "comma": 0, "other": 0}
    for text, count in tally.values.items():
        match = DECIMAL.fullmatch(text)
        sign = {None: "whole", ".": "point", ",": "comma"}[match[1]] if match else "other"
        signs[sign] += 0 if sign == "other" and not_known(text) else count
    if not (signs["point"] and signs["comma"]) or signs["other"] > MOST_WRONG * sum(signs.values()):
        return ""
    return f"{signs['point']} cells have a decimal point and {signs['comma']} a comma."


def _words(misfits: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(text for text in misfits if not_known(text)))


def _wrong(misfits: Counter[str], words: tuple[str, ...], what: str) -> str:
    """A sentence on the cells that are not of the kind."""
    others = {text: count for text, count in misfits.items() if text not in words}
    if not others:
        return f"All cells are {what}."
    shown = one_of([repr(text) for text in sorted(others)], 3)
    return f"All cells are {what} but {sum(others.values())} ({shown}), which would be rejected."


def _number(name: str, tally: Tally, numbers: Numbers) -> Kind:
    words = _words(numbers.misfits)
    if numbers.leading_zeros:
        return _as_text(
            name, tally, words, "Some numbers begin with 0, as codes do; a number would lose it."
        )
    if numbers.whole and numbers.large:
        return _as_text(name, tally, words, "The numbers have more digits than a number keeps.")
    # A number that names a patient or a visit may be any.
    named = rank(name, SUBJECTS) is not None or speaks_of(name, VISITS, VISIT_PARTS)
    codes, why, low, high = far_off(numbers, tally, visits=named)
    missing = tuple(sorted({*words, *codes}))
    also = told_missing(words, why)
    kind = "integer" if numbers.whole else "number"
    plain_why = _wrong(numbers.misfits, words, "whole numbers" if numbers.whole else "numbers")
    made = Kind(
        validation=kind,
        low=number_text(low),
        high=number_text(high),
        missing=missing,
        why=plain_why,
        also=also,
    )
    if numbers.whole and set(numbers.misfits) <= set(words):
        return _coded(name, tally, made)
    return made


def told_missing(words: tuple[str, ...], why: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    told = [
        f"{one_of([repr(word) for word in words])} stands for a value that is not there."
        if words
        else ""
    ]
    sentences = " ".join([one for one in (*told, *why) if one])
    return (("missing_codes", sentences),) if sentences else ()


def _coded(name: str, tally: Tally, kind: Kind) -> Kind:
    """Whole numbers of few levels that follow each other: codes rather than a measure."""
    levels = sorted(text for text in tally.values if text not in kind.missing)
    if (
        not tally.exact
        or rank(name, REPEATS) is not None
        or len(levels) > (MOST_LEVELS if rank(name, SITES) is not None else MOST_CODES)
        or not all(level.isdecimal() for level in levels)
    ):
        return kind
    found = [int(level) for level in levels]
    words = {*parts(name)}
    if (
        words & COUNTS
        and len(found) > 2
        and not found[0]
        and not words & {*ARM_PARTS, *NO_ARM_PARTS}
    ):
        return kind
    follow = found == list(range(found[0], found[0] + len(found))) and found[-1] <= LAST_CODE
    codes = (follow and found[0] <= 1) or rank(name, SITES) is not None
    if not codes or len(found) < 2 or tally.present < ROWS_A_LEVEL * len(found):
        return kind
    if found == [0, 1]:
        yes = rank(name, SEX) is None and rank(name, ARMS) is None
        why = "The codes are 0 and 1" + (", read as No and Yes." if yes else ".")
    else:
        yes = False
        said = f"{found[0]} to {found[-1]}, as codes are" if follow else "that sites have"
        why = f"The whole numbers {said}; what they mean is not said."
    choices = (("0", "No"), ("1", "Yes")) if yes else tuple((level, level) for level in levels)
    coded = "yesno" if yes else "radio"
    return replace(kind, type=coded, validation="", choices=choices, low="", high="", why=why)


def steps_of_scale(kind: Kind, tally: Tally) -> Kind:
    """The few whole numbers of a scale that is known to have steps and no distances, as codes."""
    cells = {*tally.values} - {*kind.missing}
    found = sorted(int(text) for text in cells if text.isdecimal())
    whole = kind.validation == "integer" and tally.exact and float(kind.low or -1) >= 0
    if not whole or not 2 < len(cells) == len(found) <= found[-1] + 1 <= MOST_STEPS + 1:
        return kind
    choices = tuple((str(one), str(one)) for one in found)
    why = f"The whole numbers {kind.low} to {kind.high} are steps of a scale, by name or label."
    return replace(kind, type="radio", validation="", choices=choices, low="", high="", why=why)


def _orders(days: dict[str, Days], tally: Tally) -> tuple[str, ...]:
    return tuple(o for o in ORDERS if reads(days[o], tally))


def _day(tally: Tally, fitting: tuple[str, ...], kind: str) -> Kind:
    """Dates in the best order of those that fit: the one that most cells fit, ISO first."""
    days = tally.days if kind == "date" else tally.moments
    fewest = min(days[order].misfits.total() for order in fitting)
    orders = tuple(order for order in fitting if days[order].misfits.total() == fewest)
    best = orders[0]
    words = _words(days[best].misfits)
    low, high = (_iso(one) for one in (days[best].first, days[best].last))
    codes = tuple(day for day in NO_DAYS if day in tally.values and day in (low, high))
    what = "days" if kind == "date" else "days with times, kept as text"
    why = _wrong(days[best].misfits, words, f"{what} in the order {best}")
    also = list(
        told_missing(words, tuple(f"{day} is a day that stands for none." for day in codes))
    )
    iso = all(
        text[:5].replace("-", "").isdecimal() and text[4:5] == "-"
        for text in tally.values
        if text not in words
    )
    if len(orders) > 1 and not iso:
        also.append(
            (
                "date_order",
                f"Every day fits the orders {one_of(orders)}; which is meant cannot be told.",
            )
        )
    if codes:
        inner = sorted(text for text in tally.values if text not in (*codes, *words))
        low, high = (inner[0], inner[-1]) if iso and inner and kind == "date" else ("", "")
    return Kind(
        validation=f"{kind}_{best}",
        low=low if kind == "date" else "",
        high=high if kind == "date" else "",
        missing=tuple(sorted({*words, *codes})),
        orders=orders if not iso else ("ymd",),
        why=why,
        also=tuple(also),
    )


def _iso(day: int | None) -> str:
    if day is None:
        return ""
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


def _as_text(name: str, tally: Tally, words: tuple[str, ...], why: str) -> Kind:
    return replace(_text(name, tally), missing=words, why=why, also=told_missing(words, ()))


def _text(name: str, tally: Tally) -> Kind:
    """Codes where a text has few levels that come back, else text."""
    tests = tells_parameter(name)
    words = missing_words(tally)
    if tests:
        # Na beside K is measured, as often.
        least = min((n for text, n in tally.values.items() if text not in words), default=0)
        words = tuple(word for word in words if tally.values[word] < least)
    words = (*words, *_beside_answers([text for text in tally.values if text not in words]))
    also = told_missing(words, ())
    levels = [text for text in tally.values if text not in words]
    if rank(name, VISITS) is None:
        levels.sort()
    there = sum(tally.values[level] for level in levels)
    if not levels:
        return Kind(missing=words, why="No cell has a value.", also=also)
    most = MOST_TESTS if tests else MOST_LEVELS
    if not tally.exact or len(levels) > most or there < ROWS_A_LEVEL * len(levels):
        longest = f"{len(levels)} or more" if not tally.exact else str(len(levels))
        long = tally.longest > LONG_TEXT or any("\n" in text for text in levels)
        return Kind(
            type="notes" if long else "text",
            missing=words,
            why=f"There are {longest} different texts.",
            also=also,
        )
    if rank(name, SUBJECTS) is not None and len(levels) > MOST_CODES:
        why = f"There are {len(levels)} texts, and the name is that of a subject."
        return Kind(missing=words, why=why, also=also)
    if odd := [level for level in levels if no_code(level)]:
        shown = one_of([repr(level) for level in odd], 3)
        return Kind(
            missing=words,
            why=f"There are {len(levels)} levels, and a list of choices cannot hold {shown}.",
            also=also,
        )
    kind = {level.casefold() for level in levels}
    if len(kind) < len(levels):
        n = len(levels) - len(kind)
        told = f"{n} level{'s differ from others' if n > 1 else ' differs from another'}"
        also = (*also, ("spelling", f"{told} in capitals alone."))
    elif rank(name, SEX) is not None and len({sex_meant(one) or one for one in levels}) < len(kind):
        also = (*also, ("spelling", f"{one_of(levels)} are fewer sexes than words."))
    return Kind(
        type="radio",
        choices=tuple(zip(levels, _labels(levels), strict=True)),
        missing=words,
        why=f"There are {len(levels)} levels in {there} cells.",
        also=also,
    )


def missing_words(tally: Tally) -> tuple[str, ...]:
    """The cells of a column of codes that stand for a value that is not there."""
    words = () if _short_codes(tally) else _words(tally.values)
    signs = any(map(sign, tally.values))
    return tuple(word for word in words if not (signs and sign(word) is not None))


def _beside_answers(texts: list[str]) -> tuple[str, ...]:
    """Letters for an answer that nobody has, beside nothing but yes and no: U beside Y and N."""
    unknown = sorted(text for text in texts if text.casefold() in ("u", "unk", "dk"))
    rest = {text.casefold() for text in texts} - {text.casefold() for text in unknown}
    return tuple(unknown) if rest in ({"y", "n"}, {"yes", "no"}) else ()


def _labels(levels: list[str]) -> list[str]:
    """What levels say; of a test + and - alone are positive and negative."""
    signs = [sign(level) for level in levels]
    named = {0: "negative", 2: "positive"}
    return [named[at or 0] for at in signs] if {*signs} == {*named} else words_apart(levels)


def _short_codes(tally: Tally) -> bool:
    """Whether nearly all levels are two capital letters: ND is North Dakota among them."""
    short = sum(bool(SHORT.fullmatch(text)) for text in tally.values)
    return len(tally.values) >= MANY_SHORT and short >= 0.9 * len(tally.values)


def no_code(level: str) -> bool:
    return any(mark in level for mark in MARKS_OF_CHOICES)
