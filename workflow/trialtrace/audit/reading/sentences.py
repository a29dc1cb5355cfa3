"""Running text: statistics in sentences, the arms that the words beside them name, and their p."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.reading.arms import Arms
from trialtrace.audit.reading.characters import (
    BY_POINT,
    decimal_commas,
    plain,
    thousands_by_point,
    words,
)
from trialtrace.audit.reading.forms import FORMS
from trialtrace.audit.reading.heading_words import MEASURES
from trialtrace.audit.reading.item import Item, Left
from trialtrace.audit.reading.paper import Passage

# Sections that tell of other studies, of plans, or of nothing that was measured.
_SKIPPED = re.compile(
    r"(?:introduction|background|(?:materials? and |patients and )?methods?|"
    r"discussion|conclusions?|"
    r"references|acknowledg|supporting|author|funding|competing|statistic|sample size|ethics)",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(
    r"\b(?:considered (?:to be )?(?:statistically )?significant|significance "
    r"(?:level|was set|threshold)|"
    r"level of significance|alpha|power of|(?:80|90)\s?% power|sample size|"
    r"previous(?:ly)? (?:stud|report|publish))",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")
_SHORTENED = re.compile(
    r"(?:\b(?:vs|v|no|nos|fig|figs|e\.g|i\.e|al|approx|resp|ca|Dr|St|P|p)|\b[A-Z])\.$"
)
# Words before the number of patients of whom another number is a part.
_SHARE_OF = r"(?:of|among|out of|von|aus|sur|parmi|van|av|af|su|de|di)(?: the| all| der| les| los)?"
# What looks like a result, read or not: shares, counts of others, pairs, deviations, p, intervals.
_NUMBER = r"[0-9][0-9,.]{0,24}"
_RESULT = re.compile(
    rf"(?<![\w.]){_NUMBER}\s+(?:out\s+)?(?:of|among|vs?\.?|versus)\s+(?:the\s+)?{_NUMBER}|"
    rf"(?<![\w.]){_NUMBER}\s?%(?!\s?(?:CI|confidence))|"
    rf"(?<![\w.]){_NUMBER}(?:\s[a-z]+)?\s*(?:±\s*|[(\[]\s*){_NUMBER}(?:\s*to\s*{_NUMBER})?|"
    rf"(?<!\w)[Pp](?:[\s-]?[Vv]alue)?\s*[=<>≤≥]\s*{_NUMBER}|"
    rf"9[059]\s?%\s?(?:CI|confidence interval)\W*-?{_NUMBER}"
)
_CELLS = re.compile(rf"{_NUMBER}\s?\({_NUMBER}%?\)\s{_NUMBER}\s?\({_NUMBER}%?\)")
LONGEST = 10
WORDS = 12
"""Of an outcome that a sentence names."""
# Words that stand between numbers of one outcome.
_LINKS = {
    *("and", "or", "vs", "v", "versus", "to", "compared", "with", "than", "in", "for", "of", "at"),
    *("the", "a", "group", "groups", "was", "were"),
}
LONGEST_SENTENCE = 5_000
_PARTS = (
    "count_percent",
    "fraction",
    "percent",
    "mean_sd",
    "mean_se",
    "median",
    "count",
    "percent_ci",
    "mean_ci",
)
# What stands right before the group that another is compared with.
_REFERENCE = re.compile(
    r"\b(?:(?:as )?compared (?:with|to)|relative to|versus|than|against)\W+(?:the\W+)?$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """A text parted at the ends of its sentences; a point behind "vs" or "Fig" ends none."""
    made: list[list[str]] = []
    for piece in _ENDS.split(text):
        if made and _SHORTENED.search(made[-1][-1][-LONGEST:]):
            made[-1].append(piece)
        else:
            made.append([piece])
    return [" ".join(pieces) for pieces in made]


def read_passages(passages: tuple[Passage, ...], arms: Arms) -> Iterator[Item | Left]:
    """The statistics of the abstract, the results and of text in no named section."""
    commas = decimal_commas(passage.text for passage in passages)
    for passage in passages:
        if _SKIPPED.match(passage.place):
            continue
        for number, sentence in enumerate(sentences(passage.text), 1):
            if re.search(r"[0-9]", sentence) and not _NO_RESULT.search(sentence):
                place = f"{passage.place}, sentence {number}"
                yield from _sentence(sentence, place, arms, commas)


def _sentence(sentence: str, place: str, arms: Arms, commas: bool) -> Iterator[Item | Left]:
    if len(sentence) > LONGEST_SENTENCE:
        why = f"{len(sentence):,} characters without an end are no sentence"
        yield Left(place, words(sentence[:200], 20), why)
        return
    text = plain(sentence, commas=commas)
    if _CELLS.search(text):
        yield Left(place, words(sentence, 20), "cells of a table stand among its words")
        return
    found: list[tuple[int, int, Item]] = []
    for name, pattern in FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < end and match.end() > start for start, end, _ in found):
                continue
            if not _is_one(name, match):
                continue
            for item in _items(name, match):
                quote = _verbatim(sentence, text, match.start(), match.end())
                label = words(sentence, 8)
                made = replace(item, place=place, label=label, quote=quote, stem=_stem(place))
                by_point = thousands_by_point(quote, commas=commas)
                made = made.doubted(BY_POINT if by_point else None)
                found.append((match.start(), match.end(), made))
    found.sort(key=lambda one: (one[0], one[1]))
    yield from _told_apart(found, text, arms, place)
    for match in _RESULT.finditer(text):
        if all(match.end() <= start or match.start() >= end for start, end, _ in found):
            near = _verbatim(sentence, text, match.start(), match.end())
            yield Left(place, near, "no form of sentence is known for it")


def _is_one(name: str, match: re.Match[str]) -> bool:
    """Whether a match is what its form says, by the words before it and by what it holds."""
    before = match.string[: match.start()]
    if name in ("count_percent", "percents"):
        return not re.search(rf"(?:\b{_SHARE_OF}|/)\s*$", before, re.IGNORECASE)
    if name == "fraction":
        # "2005/6" is a year, "3/6 months" and "grade 1/2" are no shares.
        behind = match.string[match.end() :]
        count, size = (int(match[key].replace(",", "")) for key in "an")
        return count <= size and not (_NO_SHARE.search(before) or _UNIT_BEHIND.match(behind))
    if name == "fraction_by_sum":
        return _is_share(match["a"], match["n"], match["b"])
    if name in ("value_ci", "percent_ci"):
        return not re.search(r"[Pp]\s*[=<>≤≥]\s*$", before)
    if name == "effect" and match["low"] is None and match["p"] is None:
        link = re.search(r"(?:=|\bof|\bwas|\bis)\s*$", match.string[: match.start("a")])
        return bool(link) and "." in match["a"]
    return True


_NO_SHARE = re.compile(
    r"\b(?:grades?|stages?|phases?|class|types?|weeks?|months?|days?|scores?|ratio|ECOG|HER|fig\w*|"
    r"tables?)\W*$",
    re.IGNORECASE,
)
_EFFICACY = re.compile(r"\b(?:efficacy|effectiveness|VE)\b[^.;%]{0,60}$", re.IGNORECASE)
_UNIT_BEHIND = re.compile(
    r"[\s-]*(?:months?|weeks?|days?|years?|hours?|h\b|min|mm|mg|kg|ml|cm|s\b)", re.I
)


def _is_share(count: str, size: str, percent: str) -> bool:
    """Whether one number is this percentage of another, as printed."""
    a, n, b = (Decimal(one.replace(",", "")) for one in (count, size, percent))
    places = -int(b.as_tuple().exponent)
    return n > 0 and abs(100 * a / n - b) <= Decimal(1).scaleb(-places)


def _items(name: str, match: re.Match[str]) -> Iterator[Item]:
    given = {key: value for key, value in match.groupdict().items() if value is not None}
    if name == "percent_ci" and _EFFICACY.search(match.string[: match.start()]):
        for printed, _ in _printed(name, given):
            yield Item("", "", f"efficacy {printed}", "", "effect")
        return
    for printed, kind in _printed(name, given):
        measure = _measure(given["measure"]) if name == "effect" else None
        yield Item("", "", printed, "", kind, measure=measure)


def _measure(text: str) -> str:
    return next(name for name, pattern in MEASURES if re.fullmatch(pattern, text, re.IGNORECASE))


def _printed(name: str, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    a, b = texts.get("a", ""), texts.get("b", "")
    if "p" in texts:
        # A ledger has no power without a number before it.
        texts["p"] = re.sub(r"(?<=[<>=≤≥:])(\s*)10\^", r"\g<1>1 × 10^", texts["p"])
    p = f", {texts['p']}" if "p" in texts else ""
    level = texts.get("level", "95")
    interval = f" ({level}% CI {texts['low']} to {texts['high']})" if "low" in texts else ""
    unit = texts.get("unit", "")
    if name == "statistic":
        symbol = CHI_SQUARED if texts["symbol"][0] in "χcC" else texts["symbol"]
        effect = f", {texts.get('partial', '')}η² = {texts['effect']}" if "effect" in texts else ""
        yield f"{symbol}({texts['df']}) = {a}{p}{effect}", "statistic"
    elif name == "effect":
        yield f"{_measure(texts['measure']).replace('_', ' ')} {a}{unit}{interval}{p}", "effect"
    elif name in ("fraction_percent", "percent_fraction", "fraction_by_sum"):
        yield f"{a}/{texts['n']} ({b}%)", "fraction"
    elif name in ("count_percent", "percent_count"):
        yield f"{a} ({b}%)", "count_percent"
    elif name == "fraction":
        yield f"{a}/{texts['n']}", "fraction"
    elif name == "median":
        what = "range" if texts["what"].lower() == "range" else "IQR"
        ranged = f"{texts['low']} to {texts['high']}"
        yield (
            f"median (IQR) {a} ({ranged})" if what == "IQR" else f"median {a} (range {ranged})",
            "median",
        )
    elif name == "mean_sd":
        yield f"mean (SD) {a} ({b})", "mean_sd"
    elif name == "mean_se":
        yield f"mean {a} (SE {b})", "mean_se"
    elif name == "plus_minus":
        yield f"{a} ± {b}", "mean_sd"
    elif name == "percent_ci":
        yield f"{a}%{interval}{p}", "percent_ci"
    elif name == "value_ci":
        yield f"{a}{unit}{interval}{p}", "estimate"
    elif name == "percents":
        yield f"{a}%", "percent"
        yield f"{b}%", "percent"
    else:
        yield texts["p"], "p"


def _told_apart(
    found: list[tuple[int, int, Item]], text: str, arms: Arms, place: str
) -> Iterator[Item]:
    """Items with arms and outcome: an arm named once more begins another outcome."""
    mentions = arms.mentions(text)
    found = _of_each(found, mentions)
    of_arms = [one for one in found if one[2].kind in _PARTS]
    assigned = _assigned(of_arms, mentions, text)
    number, unplaced, seen = 1, 0, list[str]()
    lone = sum(item.kind == "p" for _, _, item in found)
    told, compared, before = "", False, 0
    for start, end, item in found:
        clause, before = _clause(text[before:start], text[end:]), end
        told = told or clause
        if item.kind in _PARTS:
            arm, doubt = assigned[(start, item.printed)]
            if seen and (arm in seen or (arm is None and _says(clause))):
                number, seen, compared, told = number + 1, [], False, clause or told
            seen += [arm or ""]
            item = replace(item, arm=arm).doubted(doubt)
        else:
            if item.kind != "p" and compared:
                number, seen, told = number + 1, [], clause or told
            compared = compared or item.kind != "p"
            compare = tuple(dict.fromkeys(one for one in seen if one))
            if len(compare) != 2:
                named = list(dict.fromkeys(name for _, name in mentions))
                compare = tuple(named) if len(named) == 2 else ()
            if len(compare) == 2 and _REFERENCE.search(text, 0, _begin(mentions, compare[0])):
                compare = (compare[1], compare[0])
            item = replace(item, compare=compare)
            if item.kind == "p" and (len({*seen} - {""}) != 2 or lone > 1):
                unplaced += 1
                items = (_named(clause, f"{place}, p {unplaced}"),)
                yield replace(item, path=items, compare=()).doubted(
                    "which numbers it is of is not said"
                )
                continue
            if item.kind in ("effect", "estimate", "percent_ci"):
                order = "the order of the groups is guessed" if compare else None
                item = item.doubted(order or "which groups are compared is not said")
            elif item.kind == "p":
                item = item.doubted("which numbers this p belongs to is guessed")
            if re.search(r"\badjust", text, re.I) and item.kind in ("effect", "estimate", "p"):
                item = replace(item, model=True).doubted("adjusted, by the words beside it")
        yield replace(item, path=(_named(told, f"{place}, outcome {number}"),))


def _named(clause: str, place: str) -> str:
    """An outcome of a sentence by the words before its numbers, and by its place."""
    return f"{clause} ({place})" if clause else place


def _clause(text: str, behind: str) -> str:
    """The words before a number, at most so many that a reader knows it by them; where they name
    nothing, those behind it too."""
    bare = re.sub(r"^[^\w(]*\)?[^\w(]*|[^\w)]*$", "", re.sub(r"\s*[(\[][^()\[\]]*$", "", text))
    clause = " ".join(bare.split()[-WORDS:])
    if len(re.findall(r"[^\W\d_]{4,}", clause)) > 3:
        return clause
    after = re.match(r"[\s%)\]]*([^\d,;:.(\[]{8,}?)(?=[\d,;:.(\[]|$)", behind)
    words_behind = " ".join(after[1].split()[:WORDS]) if after else ""
    return " … ".join(part for part in (clause, words_behind) if part)


def _says(clause: str) -> bool:
    """Whether words between two numbers without an arm name something else that was measured."""
    return bool(set(re.findall(r"[^\W\d_]+", clause.lower())) - _LINKS)


def _begin(mentions: Sequence[tuple[int, str]], arm: str) -> int:
    """Where the first mention of an arm begins."""
    return next((at for at, name in mentions if name == arm), 0)


def _of_each(
    found: list[tuple[int, int, Item]], mentions: Sequence[tuple[int, str]]
) -> list[tuple[int, int, Item]]:
    """The same; as many values with intervals as there are arms named are one of each arm."""
    names = [name for _, name in mentions]
    values = [one for one in found if one[2].kind == "estimate"]
    whole = len(values) == len(names) == len(set(names)) > 1
    if not whole or any(item.kind in (*_PARTS, "effect") for _, _, item in found):
        return found
    doubt = "taken for a value of one group, and not for a comparison"
    return [
        (start, end, replace(item, kind="mean_ci").doubted(doubt))
        if item.kind == "estimate"
        else (start, end, item)
        for start, end, item in found
    ]


def _assigned(
    found: list[tuple[int, int, Item]], mentions: list[tuple[int, str]], text: str
) -> dict[tuple[int, str], tuple[str | None, str | None]]:
    """The arm of each number: by order where as many are named, else by the nearest words."""
    made: dict[tuple[int, str], tuple[str | None, str | None]] = {}
    named = [name for _, name in mentions]
    in_order = len(named) == len(found) and len(set(named)) == len(named)
    for at, (start, end, item) in enumerate(found):
        if not mentions:
            made[start, item.printed] = (None, "no arm is named beside it")
            continue
        if in_order:
            made[start, item.printed] = (named[at], None)
            continue
        pair = _in_order(found, at, mentions, text)
        if pair is not None:
            made[start, item.printed] = (pair, None)
            continue
        following = found[at + 1][0] if at + 1 < len(found) else len(text)
        previous = found[at - 1][1] if at else 0
        behind = [name for place, name in mentions if end <= place < following]
        before = [name for place, name in mentions if previous <= place < start]
        joined = re.match(r"\W*(?:\w+\W+){0,3}?(?:in|for|with|of|among|on)\b", text[end:])
        own = behind[:1] if behind and (joined or not before) else before[-1:]
        doubt = "arm by the nearest words" if own else "no arm is named beside it"
        made[start, item.printed] = (own[0] if own else None, doubt)
    return made


def _in_order(
    found: list[tuple[int, int, Item]], at: int, mentions: list[tuple[int, str]], text: str
) -> str | None:
    """The arm of one of two numbers, "3% vs 36%", behind two arms that are named in order."""
    for first in (at - 1, at):
        if not 0 <= first < len(found) - 1:
            continue
        (start, end, one), (begin, _, other) = found[first : first + 2]
        joined = start == begin or _VERSUS.fullmatch(text[end:begin])
        named = [name for place, name in mentions if place < start]
        if one.kind == other.kind and joined and len(named) > 1 and named[-1] != named[-2]:
            return named[-2] if first == at else named[-1]
    return None


_VERSUS = re.compile(r"\W*(?:vs?\.?|versus|and|compared (?:with|to))\W*", re.IGNORECASE)


def _verbatim(original: str, text: str, start: int, end: int) -> str:
    """The words of the original in which the numbers of `text[start:end]` stand, ten at most: with
    as many of those before them as there is room for."""
    if not re.search(r"[0-9]", text[start:end]):
        # "P = n.s." stands in both as it is.
        return text[start:end]
    runs = [match.span() for match in re.finditer(r"[0-9]+", original)]
    first = len(re.findall(r"[0-9]+", text[:start]))
    last = first + len(re.findall(r"[0-9]+", text[start:end])) - 1
    if not runs or last >= len(runs):
        return original
    begin = original.rfind(" ", 0, runs[first][0]) + 1
    close = original.find(" ", runs[last][1])
    own = original[begin : close if close >= 0 else len(original)].rstrip(".,;").split()
    before = original[:begin].split()
    more = max(0, LONGEST - len(own))
    return " ".join([*before[len(before) - more :], *own][:LONGEST])


def _stem(place: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", place.split(",")[0].lower()).strip("_")[:12] or "text"
