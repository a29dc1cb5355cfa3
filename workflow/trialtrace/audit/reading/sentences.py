"""Running text: statistics in sentences, the arms that the words beside them name, and their p."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.reading.arms import Arms
from trialtrace.audit.reading.characters import (
    BY_POINT,
    decimal_commas,
    plain,
    thousands_by_point,
    verbatim,
    words,
)
from trialtrace.audit.reading.clauses import told_apart
from trialtrace.audit.reading.context import BACK, Context, carried
from trialtrace.audit.reading.forms import FORMS, IN_WORDS, PAIRS
from trialtrace.audit.reading.heading_words import MEASURES
from trialtrace.audit.reading.item import Item, Left, Seen
from trialtrace.audit.reading.mentions import Names, names_of
from trialtrace.audit.reading.paper import Passage

# Sections, also of an abstract, that tell of other studies, of plans, or of nothing measured.
_SKIPPED = re.compile(
    r"(?:abstract, )?(?:(?:[0-9]+(?:\.[0-9]+)*|[ivx]+)\.?\s+)?"
    r"(?!.*\b(?:results?|findings|outcomes)\b)"
    r"(?:introduction|background|aims?\b|objectives?|purpose|context|rationale|importance|"
    r"[\w ,-]*\b(?:methods?|methodology)|(?:study |trial )?design|setting|"
    r"[\w -]*\bdiscussion|[\w ]*conclusions?|interpretation|significance|limitations?|"
    r"references|acknowledg|supporting|author|funding|competing|statistic|sample size|ethics|"
    r"(?:clinical )?trial registr|registration)",
    re.IGNORECASE,
)
_OF_RESULTS = re.compile(r"\b(?:results?|findings)\b", re.IGNORECASE)
_NO_RESULT = re.compile(
    r"\b(?:considered (?:to be )?(?:statistically )?significant|significance "
    r"(?:level|was set|threshold)|"
    r"level of significance|alpha|power of|(?:80|90)\s?% power|sample size|"
    r"previous(?:ly)? (?:stud|report|publish)|"
    r"[Pp][\s-]?values?\s*(?:of\s*)?[<>≤≥=]\s*0?\.[0-9]+\s+(?:(?:was|were|is|are|indicat\w+)\s+)?"
    r"(?:considered|regarded|taken|accepted|defined|used|deemed|that|set)|to detect an?\b)",
    re.IGNORECASE,
)
# "* p < 0.05; ** p < 0.01": what signs in a table mean.
_LEGEND = re.compile(
    r"(?:\b(?:statistically|significan(?:t|ce)|results?|differen(?:t|ce)s?|at|with|indicates?|"
    r"denotes?|if|specified|the|were|was|is|not|a|value|used|as)\b|"
    r"\b[Pp](?:[\s-]?values?)?\s?[<>≤≥=]\s?0?\.[0-9]+|[\s,;.():*†‡§#])+",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[*†‡§#]{0,3}\s?[Pp]\s?[<>≤≥=]|.*\bNS[,:=]")
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])|(?<=[a-z]{3}\.)\s+(?=[0-9]+\s?(?:%|\(|[a-z]{3}))")
_SHORTENED = re.compile(
    r"(?:\b(?:vs|v|no|nos|fig|figs|e\.g|i\.e|al|approx|resp|ca|Dr|St|P|p)|"
    r"(?<!group )(?<!arm )\b[A-Z])\.$"
)
# Words before the number of patients of whom another number is a part.
_SHARE_OF = r"(?:of|among|out of|von|aus|sur|parmi|van|av|af|su|de|di)(?: the| all| der| les| los)?"
# What looks like a result, read or not: shares, counts of others, pairs, deviations, p, intervals.
_NUMBER = r"[0-9][0-9,.]{0,24}"
_RESULT = re.compile(
    rf"(?<![\w.]){_NUMBER}\s+(?:out\s+)?(?:of|among|vs?\.?|versus)\s+(?:the\s+)?{_NUMBER}|"
    rf"(?<![\w.]){_NUMBER}\s?%(?!\s?(?:CIs?\b|confidence))|"
    rf"(?<![\w.]){_NUMBER}(?:\s[a-z]+)?\s*(?:±\s*|[(\[]\s*){_NUMBER}(?:\s*to\s*{_NUMBER})?|"
    rf"(?<!\w)[Pp](?:[\s-]?[Vv]alue)?\s*[=<>≤≥]\s*{_NUMBER}|"
    rf"9[059]\s?%\s?(?:CI|confidence interval)\W*-?{_NUMBER}"
)
_CELLS = re.compile(rf"{_NUMBER}\s?\({_NUMBER}%?\)\s{_NUMBER}\s?\({_NUMBER}%?\)")
# Doses, mixtures, thresholds and efforts: numbers with a percent sign that nobody measured.
_LIMIT = re.compile(
    r"(?:[<>≤≥]|\b(?:at least|up to|every|of maxim\w+|margin (?:of|was)|"
    r"(?:more|less|greater|fewer|higher|lower) than(?: the| an?)?|over|under|above|below))\s*$",
    re.IGNORECASE,
)
_MIXTURE = re.compile(
    r"\s?%\s?(?:\(?[wv]/[wv]|/|or (?:more|greater|less|higher|lower|above)\b|"
    r"(?:of )?(?:(?:the |total |their |age-predicted )?maxim\w*|"
    r"HR|VO2|1RM|[\w-]*\s?(?:saline|sodium|NaCl|glucose|dextrose|\w+caine|solution|gel|cream|"
    r"ointment|ethanol|alcohol|oxygen|chlorhexidine|acid|iodine|FiO2|power|extract|heart rate))\b)",
    re.IGNORECASE,
)
NO_FORM = "no form of sentence is known for it"
_DIFFERENCE = re.compile(
    r"\b(?:differences?|effect|ratio)\b[^.;,()]{0,25}[(\[]?\s*$", re.IGNORECASE
)
# "A 28% reduction in risk" is no share of anyone.
_CHANGE_BEHIND = re.compile(
    r"\s(?:relative |absolute |risk |mean )*"
    r"(?:reduction|decrease|increase|fall|drop|improvement|rise|decline|lower|higher|greater|less|more|fewer)\b",
    re.IGNORECASE,
)
# One end of a range, and no share of anyone; "fell from 60% to 40%" has two.
_RANGE_BEFORE = re.compile(
    r"\bbetween [0-9.]+\s?% and $|(?<!from )(?<![0-9.])[0-9.]+\s?%? to $|"
    r"rang\w+ from [0-9.]+%? to $"
)
_RANGE_BEHIND = re.compile(r" to [0-9.]+\s?%")
NO_SHARE = "a change or a difference in per cent, and of what is not said"
NO_RESULT = "no result: a dose, a threshold, a level or an end of a range"
# "Group A - 6.9 ± 3.7": a dash between a name and its number is no sign.
_PARTING = re.compile(
    r"(?<=[A-Za-z)])(?<!\b(?:is|of|by|to|at|or))(?<!\b(?:was|and))(?<!\bfrom) [-–—](?= [0-9])"
)
_CURLY = str.maketrans("{}", "()")
LONGEST_SENTENCE = 5_000


def sentences(text: str) -> list[str]:
    """A text parted at the ends of its sentences; a point behind "vs" or "Fig" ends none."""
    made: list[list[str]] = []
    for piece in _ENDS.split(text):
        if made and _SHORTENED.search(made[-1][-1][-10:]):
            made[-1].append(piece)
        else:
            made.append([piece])
    return [" ".join(pieces) for pieces in made]


def read_passages(passages: tuple[Passage, ...], arms: Arms) -> Iterator[Item | Left]:
    """The statistics of the abstract, the results and of text in no named section."""
    commas = decimal_commas(passage.text for passage in passages)
    names = names_of(arms, [passage.text for passage in passages])
    sections = any(
        _OF_RESULTS.match(re.sub(r"^[\W0-9ivx.]*\s", "", passage.place.partition(",")[0]))
        for passage in passages
    )
    for passage in passages:
        # What stands before the first title of a paper that has titles is its introduction.
        opening = sections and passage.place == "text"
        if opening or _SKIPPED.match(passage.place):
            continue
        before, context = "", Context()
        for number, sentence in enumerate(sentences(passage.text), 1):
            last, before = before, sentence
            known, context = context, context.after(sentence, names)
            if not re.search(r"[0-9]", sentence) or _NO_RESULT.search(sentence):
                continue
            place = f"{passage.place}, sentence {number}"
            if _LEGEND.fullmatch(sentence) or _MARKED.match(sentence):
                yield Left(place, words(sentence), NO_RESULT)
                continue
            read = _sentence(sentence, place, names, commas, known)
            if last and BACK.match(sentence) and not names.mentions(sentence):
                read = (carried(one, last, names) for one in read)
            yield from read


def _sentence(
    sentence: str, place: str, names: Names, commas: bool, context: Context
) -> Iterator[Item | Left]:
    if len(sentence) > LONGEST_SENTENCE:
        why = f"{len(sentence):,} characters without an end are no sentence"
        yield Left(place, words(sentence[:200], 20), why)
        return
    text = plain(_PARTING.sub(":", sentence), commas=commas).translate(_CURLY)
    if _CELLS.search(text):
        yield Left(place, words(sentence, 20), "cells of a table stand among its words")
        return
    found: list[Seen] = []
    for name, pattern in FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < end and match.end() > start for start, end, _ in found):
                continue
            if not _is_one(name, match):
                continue
            for start, end, item in _items(name, match):
                quote = verbatim(sentence, text, start, end)
                label = words(sentence, 8)
                made = replace(item, place=place, label=label, quote=quote, stem=_stem(place))
                by_point = thousands_by_point(quote, commas=commas)
                made = made.doubted(BY_POINT if by_point else None)
                found.append((start, end, made))
    found.sort(key=lambda seen: (seen[0], seen[1]))
    yield from told_apart(found, text, names, place, context)
    for match in _RESULT.finditer(text):
        if all(match.end() <= start or match.start() >= end for start, end, _ in found):
            near = verbatim(sentence, text, match.start(), match.end())
            change = _CHANGE_BEHIND.match(text, match.end()) is not None
            why = NO_RESULT if _is_no_result(match) else NO_SHARE if change else NO_FORM
            yield Left(place, near, why)


def _is_one(name: str, match: re.Match[str]) -> bool:
    """Whether a match is what its form says, by the words before it and by what it holds."""
    before = match.string[: match.start()]
    if name == "count_percent" and (
        _NO_SHARE.search(before) or _NAMED_BY_NUMBER.search(f"{before}{match['a']} (")
    ):
        return False
    if name == "iqr" and Decimal(match["low"]) > Decimal(match["high"]):
        return False
    if name in PAIRS and (_LIMIT.search(before) or _NO_SHARE.search(before)):
        return False
    if name in ("count_percent", "percents"):
        total = before.rstrip().endswith("total of")
        return total or not re.search(rf"(?:\b{_SHARE_OF}|/)\s*$", before, re.IGNORECASE)
    if name in ("percent", "percent_pair"):
        other = re.search(r"[0-9]+(?:\s+[a-z-]+){0,2}\s*\(\s*$|[Pp]\s*[=<>≤≥]\s*$", before)
        if other and not _NAMED_BY_NUMBER.search(before):
            return False
        units = match.string.startswith(("-unit", " unit"), match.end())
        if units or (name == "percent" and _CHANGE_BEHIND.match(match.string, match.end())):
            return False
        ranged = _RANGE_BEFORE.search(before) or _RANGE_BEHIND.match(match.string, match.end())
        return not (ranged or _is_no_result(match) or re.search(r"\b(?:CI|interval)\W*$", before))
    if name == "mean_sd" and re.search(r"\bout of\s*$|[0-9] to $", before):
        return False
    if name in ("mean_sd", "mean_se") and _DIFFERENCE.search(before):
        return False
    if name == "mean_se":
        return not re.search(r"(?:\b[Bb]|β|[Ee]stimate|[Cc]oefficient)\s*(?:=|of|was)?\s*$", before)
    if name == "told":
        told = _spread_before(match)
        return told is not None and (told[1] == "estimate" or not _DIFFERENCE.search(before))
    if name == "value_pair":
        return bool(match["unit"] or _AVERAGE.search(before))
    if name in ("share_of", "fraction"):
        # "2005/6" is a year, "3/6 months" and "grade 1/2" are no shares.
        behind = match.string[match.end() :]
        count, size = (int(match[key].replace(",", "")) for key in "an")
        return count <= size and not (_NO_SHARE.search(before) or _UNIT_BEHIND.match(behind))
    if name in ("fraction_by_sum", "part_of"):
        return _is_share(_counted(match["a"]), match["n"], match["b"])
    if name in ("value_ci", "percent_ci"):
        if _VERSUS_BEFORE.search(before) and match.string.startswith(";", match.end("a") + 1):
            # "(4.4% vs 3.0%; 95% CI −3.8 to 5.5)" is an interval of their difference.
            return False
        return not re.search(r"(?:[Pp]\s*[=<>≤≥]|\bout of|[0-9]/)\s*$", before)
    if name == "effect" and match["measure"] == "RR" and "%" in (match["unit"] or ""):
        # A response rate.
        return False
    if name == "effect" and match["low"] is None and match["p"] is None:
        link = re.search(r"(?:=|\bof|\bwas|\bis)\s*$", match.string[: match.start("a")])
        return bool(link) and "." in match["a"]
    return True


def _is_no_result(match: re.Match[str]) -> bool:
    """Whether a number with a percent sign is a dose, a threshold or a level."""
    number = re.search(r"[0-9][0-9.,]*\s?%", match.group())
    if number is None:
        return False
    begin, end = match.start() + number.start(), match.start() + number.end() - 1
    if _RANGE_BEFORE.search(match.string[:begin]) or _RANGE_BEHIND.match(match.string, end + 1):
        return True
    return bool(_LIMIT.search(match.string[:begin]) or _MIXTURE.match(match.string, end))


def _spread_before(match: re.Match[str]) -> tuple[str, str] | None:
    """What the last words for a spread before "4.2 (1.3)" or "7 (2 to 13)" say of it, in the form
    of a ledger, and its kind; the median alone where only that is told."""
    before = match.string[: match.start()]
    value = f"{match['a']}{match['unit'] or ''}"
    spreads = list(_SPREAD.finditer(before))
    last = spreads[-1] if spreads else None
    if match["high"] is None:
        if last is None or not (last["sd"] or last["se"]):
            return None
        if last["sd"]:
            return f"mean (SD) {match['a']} ({match['low']})", "mean_sd"
        return f"mean {match['a']} (SE {match['low']})", "mean_se"
    pair = f"{match['low']} to {match['high']}"
    if last is not None and last["level"]:
        return f"{value} ({last['level']}% CI {pair})", "estimate"
    average = list(_AVERAGE.finditer(before))
    if not average or average[-1][0].lower() != "median":
        return None
    if last is not None and (last["iqr"] or last["range"]):
        median = f"median (IQR) {match['a']} ({pair})"
        return (median if last["iqr"] else f"median {match['a']} (range {pair})"), "median"
    return f"median {match['a']}", "median"


_VERSUS_BEFORE = re.compile(r"\b(?:vs?\.?|versus)\s*$")
_AVERAGE = re.compile(r"\b(?:mean|median|average)\b", re.IGNORECASE)
_SPREAD = re.compile(
    r"[(\[,±;]\s*±?\s*(?:(?P<sd>SDs?|standard deviations?)|(?P<se>SEMs?|SEs?|standard errors?)|"
    r"(?P<iqr>IQRs?|inter-?quartile ranges?)|(?P<range>range)|"
    r"(?P<level>9[059])\s?%\s?(?:CIs?|confidence intervals?))(?:\s*[)\]]|[\s:,=]*[-±]?[0-9])"
)
_NO_SHARE = re.compile(
    r"\b(?:visits?|doses?|age[ds]?|levels?|grades?|stages?|phases?|class|types?|weeks?|months?|days?|scores?|ratio|ECOG|HER|fig\w*|"
    r"tables?)[\s:(#.-]*$",
    re.IGNORECASE,
)
# "In group 1 (22.9%)", and not "of the ST group 12 (30%)".
_NAMED_BY_NUMBER = re.compile(
    r"(?:\bGroups?|\b[Gg]roups [1-9] and|"
    r"\b(?:in|of|than|and|for|with|to|vs\.?|versus)\s(?:groups?|arms?)) [1-9]\s*[(\[]\s*$"
)
_EFFICACY = re.compile(r"\b(?:efficacy|effectiveness|VE)\b[^.;%]{0,60}$", re.IGNORECASE)
_UNIT_BEHIND = re.compile(
    r"[\s-]*(?:months?|weeks?|days?|years?|hours?|h\b|min|mm|mg|kg|ml|cm|s\b)", re.I
)


def _counted(text: str) -> str:
    """A number, also one in words, in digits."""
    return IN_WORDS.get(text.lower(), text)


def _is_share(count: str, size: str, percent: str) -> bool:
    """Whether one number is this percentage of another, as printed."""
    a, n, b = (Decimal(one.replace(",", "")) for one in (count, size, percent))
    places = -int(b.as_tuple().exponent)
    return n > 0 and abs(100 * a / n - b) <= Decimal(1).scaleb(-places)


def _items(name: str, match: re.Match[str]) -> Iterator[Seen]:
    """What a match prints, each with its place; a pair is two numbers."""
    given = {key: value for key, value in match.groupdict().items() if value is not None}
    begin, end = match.span()
    if name == "told":
        told = _spread_before(match)
        if told is not None:
            item = Item("", "", told[0], "", told[1])
            alone = told[1] == "median" and "(" not in told[0]
            yield begin, end, item.doubted(NO_SPREAD if alone else BY_WORDS_BEFORE)
        return
    if name == "percent_ci" and _EFFICACY.search(match.string[:begin]):
        for printed, _ in _printed(name, given):
            yield begin, end, Item("", "", f"efficacy {printed}", "", "effect")
        return
    pair = name in PAIRS
    for key, (printed, kind) in zip("ab", _printed(name, given), strict=False):
        if kind == "percent_ci" and _DIFFERENCE.search(match.string[:begin]):
            kind = "estimate"
        measure = _measure(given["measure"]) if name == "effect" else None
        item = Item("", "", printed, "", kind, measure=measure)
        if pair and key == "a":
            yield begin, match.end("a"), item
        else:
            yield (match.start("b") if pair else begin), end, item
            if name == "share_of":
                return


NO_SPREAD = "whether the numbers beside it are quartiles or the range is not said"
BY_WORDS_BEFORE = "its spread is that which words earlier in the sentence name"


def _measure(text: str) -> str:
    return next(name for name, pattern in MEASURES if re.fullmatch(pattern, text, re.IGNORECASE))


_PRINTED: dict[str, tuple[tuple[str, str], ...]] = {
    "statistic": (("{symbol}({df}) = {a}{p}{effect}", "statistic"),),
    "z": (("z = {a}{p}", "statistic"),),
    "change": (("{a}% {word}", "estimate"),),
    "effect": (("{measure} {a}{unit}{interval}{p}", "effect"),),
    "fraction": (("{a}/{n}", "fraction"),),
    "fraction_percent": (("{a}/{n} ({b}%)", "fraction"),),
    "count_percent": (("{a} ({b}%)", "count_percent"),),
    "iqr": (("median (IQR) {a} ({low} to {high})", "median"),),
    "range": (("median {a} (range {low} to {high})", "median"),),
    "mean_sd": (("mean (SD) {a} ({b})", "mean_sd"),),
    "mean_se": (("mean {a} (SE {b})", "mean_se"),),
    "plus_minus": (("{a} ± {b}", "mean_sd"),),
    "percent_ci": (("{a}%{interval}{p}", "percent_ci"),),
    "value_ci": (("{a}{unit}{interval}{p}", "estimate"),),
    "percent": (("{a}%", "percent"),),
    "percents": (("{a}%", "percent"), ("{b}%", "percent")),
    "value_pair": (("{a}{unit}", "value"), ("{b}{unit}", "value")),
    "p": (("{tested}", "p"),),
}
"""What a ledger takes for a match of a form, and its kind; a pair is two numbers."""
_LIKE = {
    **dict.fromkeys(("percent_fraction", "fraction_by_sum", "part_of"), "fraction_percent"),
    **{"percent_count": "count_percent", "percent_pair": "percents", "share_of": "fraction"},
}
"""Forms that are printed as another one is."""


def _printed(name: str, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What a ledger takes for a match, by `_PRINTED`."""
    made = {"unit": "", "effect": "", "interval": "", "p": "", **texts}
    made["a"] = _counted(texts.get("a", ""))
    if "p" in texts:
        # A ledger has no power without a number before it.
        made["tested"] = re.sub(r"(?<=[<>=≤≥:])(\s*)10\^", r"\g<1>1 × 10^", texts["p"])
        made["p"] = f", {made['tested']}"
    if "low" in texts and name != "median":
        level = texts.get("level", "95")
        made["interval"] = f" ({level}% CI {texts['low']} to {texts['high']})"
    if name == "statistic" and texts["symbol"][0] in "χcC":
        made["symbol"] = CHI_SQUARED
    if "effect" in texts:
        made["effect"] = f", {texts.get('partial', '')}η² = {texts['effect']}"
    if name == "effect":
        made["measure"] = _measure(texts["measure"]).replace("_", " ")
    if name == "median":
        name = "range" if texts["what"].lower() == "range" else "iqr"
    made["word"] = texts.get("word", "").lower()
    for form, kind in _PRINTED[_LIKE.get(name, name)]:
        yield form.format_map(made), kind


def _stem(place: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", place.split(",")[0].lower()).strip("_")[:12] or "text"
