"""What a match of a form of sentence is: whether it is what its form says, by the words around it,
and as what a ledger takes it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.reading.expressions import NOT_SAID, words_of
from trialtrace.audit.reading.forms import IN_WORDS, PAIRS, PEOPLE_COUNTED
from trialtrace.audit.reading.heading_words import COEFFICIENT, MEASURES, UNSAID
from trialtrace.audit.reading.item import Item, Seen

# Words before the number of patients of whom another number is a part.
_SHARE_OF = r"(?:of|among|out of|von|aus|sur|parmi|van|av|af|su|de|di)(?: the| all| der| les| los)?"
# Doses, mixtures, thresholds and efforts: numbers with a percent sign that nobody measured.
_LIMIT = re.compile(
    r"(?:[<>≤≥]|\b(?:at least|up to|every|of maxim\w+|margin (?:of|was)|"
    r"(?:more|less|greater|fewer|higher|lower) (?:than|(?:than )?or equal to)(?: the| an?)?|"
    r"over|under|above|below|(?:standard (?:error|deviation)|SE|SD)\s*[=:]?))\s*$",
    re.IGNORECASE,
)
_MIXTURE = re.compile(
    r"\s?%\s?(?:\(?[wv]/[wv]|/|or (?:more|greater|less|higher|lower|above)\b|"
    r"(?:of )?(?:(?:the |total |their |age-predicted )?maxim\w*|"
    r"HR|VO2|1RM|[\w-]*\s?(?:saline|sodium|NaCl|glucose|dextrose|\w+caine|solution|gel|cream|"
    r"ointment|ethanol|alcohol|oxygen|chlorhexidine|acid|iodine|FiO2|power|extract|heart rate)"
    r"(?!\s(?:measure|concentr|level|value|read)))\b)",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:differences?(?! from (?:baseline|before|admission|entry)\b)|effect|ratio)\b"
    r"[^.;,()]{0,25}[(\[]?\s*$|Δ\s*[:=]?\s*$",
    re.IGNORECASE,
)
# "A 28% reduction in risk" is no share of anyone.
CHANGE_BEHIND = re.compile(
    r"\s(?:relative |absolute |risk |mean )*"
    r"(?:reduction|decrease|increase|fall|drop|improvement|rise|decline|lower|higher|greater|less|more|fewer)\b",
    re.IGNORECASE,
)
# One end of a range, and no share of anyone; "fell from 60% to 40%" has two.
_RANGE_BEFORE = re.compile(
    r"\bbetween [0-9.]+\s?% and $|(?<!from )(?<![0-9.])[0-9.]+\s?%? to $|(?<![0-9.])[0-9.]+ to $|"
    r"rang\w+ from [0-9.]+%? to $"
)
_RANGE_BEHIND = re.compile(r" to [0-9.]+\s?%")


def is_its_form(name: str, match: re.Match[str]) -> bool:
    """Whether a match is what its form says, by the words before it and by what it holds."""
    before = match.string[: match.start()]
    return not any(refuses(match, before) for refuses in _REFUSALS.get(name, ()))


def _of_limits(match: re.Match[str], before: str) -> bool:
    return bool(_LIMIT.search(before) or _NO_SHARE.search(before))


def _of_visits(match: re.Match[str], before: str) -> bool:
    """Limits, and what groups, visits or grades are called by: "at days 3 vs 7"."""
    return bool(_LIMIT.search(before) or _NUMBERED.search(before))


def _of_a_part(match: re.Match[str], before: str) -> bool:
    """Whose number of patients stands before it: "of 30 (20 %)", but for a total."""
    share = re.search(rf"(?:\b{_SHARE_OF}|/)\s*$", before, re.IGNORECASE)
    return bool(share) and not before.rstrip().endswith("total of")


def _no_count(match: re.Match[str], before: str) -> bool:
    """A number that names something, or is of whom another count is: "with one partner (38%)"."""
    named = _NO_SHARE.search(before) or _NAMED_BY_NUMBER.search(f"{before}{match['a']} (")
    return bool(named or (_OF_WHOM.search(before) and not _A_BEING.match(match.group())))


def _no_pair(match: re.Match[str], before: str) -> bool:
    return bool(_NO_PAIR.search(before)) or float(match["a"]) > 100


def _turned_ends(match: re.Match[str], before: str) -> bool:
    low, high = (Decimal(match[end].replace(",", "")) for end in ("low", "high"))
    return low > high


def _no_percent(match: re.Match[str], before: str) -> bool:
    """What belongs to a count or a p before it, a unit, an end of a range, a level."""
    other = re.search(r"[0-9]+(?:\s+[a-z-]+){0,2}\s*\(\s*$|[Pp]\s*[=<>≤≥]\s*$", before)
    units = match.string.startswith(("-unit", " unit"), match.end())
    ranged = _RANGE_BEFORE.search(before) or _RANGE_BEHIND.match(match.string, match.end())
    level = re.search(r"\b(?:CI|interval)\W*$", before)
    return bool(
        (other and not _NAMED_BY_NUMBER.search(before))
        or units
        or ranged
        or level
        or is_no_result(match)
    )


def _no_told(match: re.Match[str], before: str) -> bool:
    """A value in brackets whose kind no words before it tell and that nobody measured."""
    told = _spread_before(match)
    if told is not None:
        return told[1] != "estimate" and bool(_DIFFERENCE.search(before))
    if "%" in (match["unit"] or "") or _NUMBERED.search(before):
        return True
    measured = match["unit"] or len(match["a"]) > 2 or _AVERAGE.search(before[-60:])
    return not (measured or _is_value(match))


def _no_ends_of_change(match: re.Match[str], before: str) -> bool:
    return not _ENDS_OF_CHANGE.search(before) or bool(_OF_ONE.match(match.string, match.end()))


def _not_in_arm(match: re.Match[str], before: str) -> bool:
    listed = match.group()[0] == "n" and re.search(r"[(;,]\s*$", before)
    begins = _BEGINS.search(before) and not _IS_SAID.search(before)
    return not (listed or begins) or bool(_A_YEAR.fullmatch(match["a"]))


def _no_subject(match: re.Match[str], before: str) -> bool:
    return not _BEGINS.search(before) or bool(_A_YEAR.fullmatch(match["a"]))


def _whole(match: re.Match[str], before: str) -> bool:
    """Of whom something is counted, and a limit: "of 30 patients", "at least 3 patients"."""
    part = _PART_OF.search(before) and not (_SEEN_IN.search(before) or _OF_ALL.search(before))
    return bool(_LIMIT.search(before) or part)


def _no_fraction(match: re.Match[str], before: str) -> bool:
    """ "2005/6" is a year, "3/6 months" and "grade 1/2" are no shares."""
    behind = match.string[match.end() :]
    count, size = (int(_counted(match[key]).replace(",", "")) for key in "an")
    told = _NO_SHARE.search(before) or _UNIT_BEHIND.match(behind) or _AVERAGED.search(before)
    return count > size or bool(told)


# "The median score at 1/5 min was 8/9 in the X group and ", and no "3/40 had".
_AVERAGED = re.compile(
    r"\b(?:means?|medians?|(?:[Aa]pgar |[Pp]ain )?scores?) [^.;()]{0,60}\b(?:was|were|of) "
    r"(?:[0-9]+/[0-9]+[^.;()/]{0,40}(?:,|\band|\bvs\.?|\bversus) )?$"
)


def _other_share(match: re.Match[str], before: str) -> bool:
    return not _is_share(_counted(match["a"]), match["n"], match["b"])


def _other_interval(match: re.Match[str], before: str) -> bool:
    """ "(4.4% vs 3.0%; 95% CI −3.8 to 5.5)" is an interval of their difference."""
    of_both = match.string.startswith(";", match.end("a") + 1) and _VERSUS_BEFORE.search(before)
    return bool(of_both or re.search(r"(?:[Pp]\s*[=<>≤≥]|\bout of|[0-9]/)\s*$", before))


def _no_effect(match: re.Match[str], before: str) -> bool:
    """A response rate (RR 30 %), and a number that nothing joins to the measure."""
    if match["measure"] == "RR" and "%" in (match["unit"] or ""):
        return True
    if _NUMBERED.search(match.string[: match.start("a")]):
        # "No difference at week 4 (P = …)".
        return True
    if re.search(r"\b[Pp](?:[\s-]?[Vv]alue)?\s*[=<>≤≥]\s*$", match.string[: match.start("a")]):
        # "Main effect of day, P = 0.03".
        return True
    if any(match[part] for part in ("low", "p", "least")):
        return False
    link = re.search(r"(?:=|\bof|\bwas|\bis|difference[,:])\s*$", match.string[: match.start("a")])
    return not link or "." not in match["a"]


def _behind(pattern: str | re.Pattern[str]) -> "_Refuses":
    """That words before a match end in a pattern."""
    found = re.compile(pattern)
    return lambda match, before: bool(found.search(before))


_ALLOCATED = re.compile(r"\b(?:randomi[sz]|assign|allocat)\w*\b(?!.*\bfrom )", re.IGNORECASE)
_Refuses = Callable[[re.Match[str], str], bool]
_REFUSALS: dict[str, tuple[_Refuses, ...]] = {
    "count_percent": (_no_count, _of_a_part),
    "percent_and": (_no_pair,),
    "percent_count": (_behind(r"(?:±|\+/-)\s*$"),),
    "iqr": (_turned_ends,),
    "percents": (_of_limits, _of_a_part),
    "percent_pair": (_of_limits, _no_percent),
    "percent": (
        _no_percent,
        lambda match, _: bool(CHANGE_BEHIND.match(match.string, match.end())),
    ),
    "mean_sd": (
        _behind(r"\bout of\s*$|[0-9] to $"),
        _behind(_DIFFERENCE),
    ),
    "mean_se": (
        _behind(_DIFFERENCE),
        _behind(r"(?:\b[Bb]|β|[Ee]stimate|[Cc]oefficient)\s*(?:=|of|was)?\s*$"),
    ),
    "told": (_no_told,),
    "value_pair": (_of_visits,),
    "from_to": (_no_ends_of_change,),
    "in_arm": (_not_in_arm,),
    "subject": (_no_subject,),
    "size": (lambda _, before: not re.search(r"[A-Za-z)\]]\s*[(\[]$", before),),
    "counted": (_whole,),
    "counts": (_whole, _behind(r"[0-9],\s*$")),
    "to_arm": (lambda _, before: not _ALLOCATED.search(before),),
    "value": (lambda match, _: not _is_value(match),),
    **dict.fromkeys(("share_of", "fraction"), (_no_fraction,)),
    **dict.fromkeys(("fraction_by_sum", "part_of"), (_other_share,)),
    **dict.fromkeys(("value_ci", "percent_ci"), (_other_interval,)),
    "effect": (_no_effect,),
}
"""What makes a match of a form something else."""
_A_YEAR = re.compile(r"(?:19|20)\d\d")
_OF_WHOM = re.compile(r"\b(?:with|having) (?:only )?$")
_A_BEING = re.compile(rf"\S+ (?:[a-z-]+ )?{PEOPLE_COUNTED}|[0-9]")
# "Between 45 and 90%".
_NO_PAIR = re.compile(
    r"(?:\b(?:between|grades?|stages?|days?|weeks?|months?|[0-9]\s?(?:to|-)|[<>≤≥])|[0-9]%?,)\s*$"
)
# "From 1.8 to 2 mg in one patient".
_OF_ONE = re.compile(
    r"(?:\s[^\s\d]+)?\sin (?:one|1|a|a single) (?:patient|subject|participant|case)\b"
)


def _is_value(match: re.Match[str]) -> bool:
    """Whether a number alone is one that somebody measured: with decimals and no dose, or behind
    words that say so."""
    before = match.string[: match.start()]
    if any(one.search(before) for one in (_LIMIT, _NO_VALUE, _DIFFERENCE)):
        return False
    if _NO_SHARE.search(before) and not _AVERAGE.search(before[-40:]):
        return False
    dose = _DOSE.match(match.string, match.end("a"))
    return bool(_IS_SAID.search(before) or ("." in match["a"] and not dose))


# "F = ", "95% CI: 2.1, ", "10 to ", and what no value is: "version 2.1".
_NO_VALUE = re.compile(
    r"(?:(?<!\bM )(?<!mean )(?<!median )(?<!scores )(?<!score )[=±×/^]\s*|"
    r"\b(?:CI|CL|interval(?! training)|confidence limits)\b[^()]{0,30}|(?<!from )[-0-9.]+ to |"
    r"\b(?:group|arm|cohort)\s*[,:]?\s*|"
    r"(?<![0-9][ -])\b(?:days?|weeks?|months?|years?)\s*[,:(]?\s*|"
    r"\b(?:version|v|table|fig\w*|SPSS|Stata|and [Rr]|"
    r"CTCAE|DSM|grade|p|P|SDs?|SEs?|SEM|range|"
    r"IQR|for|every|after|(?<!remained )(?<!stable )(?<!stayed )(?<!unchanged )at|"
    r"deviations? of|(?<![0-9] at )baseline to)\s*[,:(]?\s*|"
    r"\b[Pp](?:[- ]?values?\b[^;()]{0,40}|\s*[=<>≤≥]\s*)[0-9., and]*)$"
)
_DOSE = re.compile(r"\s?(?:[mµμ]?g|m?[lL]|IU|U|Gy|-?fold|times|T|mm|years? (?:of|after))\b(?!/)")
# "The mean score was 12", and further numbers of its list.
_IS_SAID = re.compile(
    r"\b(?:means?|medians?|averages?|averaged|scores?|GMTs?|titres?|levels?|values?|rates?|numbers?|"
    r"concentrations?|pressures?|costs?|times?|durations?|weights?)\b"
    r"[^.;0-9()]{0,60}(?:\([^.;0-9()]{0,60}\)[^.;0-9()]{0,30})?"
    r"\b(?:was|were|of|by|is|to|from|averaged|=|:)\s*(?:only |about |approximately )?"
    r"(?:-?[0-9.,]+(?: (?!groups\b)[a-z/]+)?"
    r"(?: (?:in|with|after|for) (?:the )?[^.;0-9()]{3,60})?,? "
    r"(?:and |or |to |against |vs\.? |versus )?)*$|"
    r"\b(?:means|medians) (?:[0-9.]+ and )?$",
    re.IGNORECASE,
)
# "It rose from 3 to 5", "fell from 3 to 5 and from 4 to 6".
_ENDS_OF_CHANGE = re.compile(
    r"\b(?:increas|decreas|reduc|improv|rose|fell|chang|declin|drop|rais|lower|went|reach)\w*\b"
    r"[^.;]{0,60}\bfrom (?:-?[0-9.]+\s?[^\s\d]* to -?[0-9.]+\s?[^\s\d]*"
    r"(?: (?:in|with|for|on|after) [^.;,()0-9]{3,40})?,? "
    r"(?:(?:and|or|vs\.?|versus|compared (?:with|to)) )?(?:from )?)*$"
)
# "… screened, 37 were", and not "on days 1 and 3 were".
_BEGINS = re.compile(
    r"(?:^|(?<![0-9])[,;(] (?:and |but )?|[A-Za-z)%] (?:and|but|with|whom) |\bwhom )$"
)
# "Group 1 vs 2", "of the 30 patients".
_NUMBERED = re.compile(
    r"\b(?:groups?|arms?|cohorts?|hours?|days?|weeks?|months?|years?|visits?|grades?|types?|stages?|"
    r"phases?|at|age[ds]?)\s*$"
)
_PART_OF = re.compile(
    r"(?:\b(?:(?<!total )of|among|for|in|per)(?: all)?|\b(?:the|these|those)|"
    r"\bn\s*=|[0-9]\s?(?:-|to|/|and|or))\s*$",
    re.IGNORECASE,
)


# "Of the 142 patients with pain, 40 were".
_OF_ALL = re.compile(r"(?:^|[;,] )(?:of |among )?(?:all )?(?:the |these )$", re.IGNORECASE)
# "Pain was seen in 225 patients".
_SEEN_IN = re.compile(
    r"\b(?:seen|observed|occurr?ed|occurring|found|reported|noted|present|detected|achieved|"
    r"documented|diagnosed|performed|identified|confirmed|recorded) in\s*$|"
    r"\b(?:available|obtained) (?:for|in|from) (?:[0-9]+ [^.;0-9]{3,60},? and (?:for|in|from) )?$"
)


def is_no_result(match: re.Match[str]) -> bool:
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
_OF_TWO = re.compile(r"%[^.;%]{0,12}\b(?:vs?\.?|versus)\s[^.;%]{0,40}$")
_AVERAGE = re.compile(r"\b(?:mean|median|average)\b", re.IGNORECASE)
# "The median OS in A and B was ", "(mean ", "a median stay of ", and not "the mean difference of ".
_AVERAGE_OF = re.compile(
    r"\b(mean|median|average)\b(?![\w\s/-]{0,80}\b(?:differences?|ratios?|means?|medians?)\b)"
    r"(?:(?:(?!\s(?:was|were|is|are|had|has|did|but|while|whereas|which|who)\b)[^.;:()0-9]|"
    r"(?<=[A-Za-z])[0-9]){0,80}?"
    r"\s(?:(?:was|were|is|had)(?: \w+ly)?(?: \w+ed (?:from|by|to))?|of|from)|"
    r"[A-Za-z /-]{0,30}[:=]|)\s"
    r"(?:-?[0-9][0-9.]*[^.;0-9()]{0,60}"
    r"(?:,|\b(?:and|or|to|vs\.?|versus|compared (?:with|to)))\s){0,3}$",
    re.IGNORECASE,
)
_CHANGE_OF = re.compile(
    r"\b(?:changes?|(?:in|de)creases?|reductions?|improvements?|declines?)\b", re.IGNORECASE
)
_SPREAD = re.compile(
    r"[(\[,±;]\s*±?\s*(?:(?P<sd>SDs?|standard deviations?)|(?P<se>SEMs?|SEs?|standard errors?)|"
    r"(?P<iqr>IQRs?|inter-?quartile ranges?)|(?P<range>range)|"
    r"(?P<level>9[059])\s?%\s?(?:CIs?|confidence intervals?))(?:\s*[)\]]|[\s:;,=]*[-±]?[0-9])"
)
_NO_SHARE = re.compile(
    r"(?:\b(?:visits?|doses?|age[ds]?|levels?|grades?|stages?|phases?|class|types?|scores?|ratio|"
    r"ECOG|HER|fig\w*|tables?)|(?<![0-9][ -])\b(?:weeks?|months?|days?))[\s:(#.-]*$",
    re.IGNORECASE,
)
# "In group 1 (22.9%)", and not "of the ST group 12 (30%)".
_NAMED_BY_NUMBER = re.compile(
    r"(?:\bGroups?|\b[Gg]roups [1-9] and|"
    r"\b(?:in|of|than|and|for|with|to|vs\.?|versus)\s(?:groups?|arms?)) [1-9]\s*[(\[]\s*$"
)
# "Fell by 3.1 mmHg in A and by 2.0".
_CHANGED_BY = re.compile(
    r"\b(?:increas|decreas|reduc|improv|rose|fell|chang|declin|drop|rais|lower)\w* "
    r"(?:\w+ly )?(?:(?:[^.;()]|(?<=[0-9])\.(?=[0-9])){1,80} )?"
    r"by (?:a |an )?(?:mean |average |median )?(?:of )?$",
    re.IGNORECASE,
)
_EFFICACY = re.compile(r"\b(?:efficacy|effectiveness|VE)\b[^.;%]{0,60}$", re.IGNORECASE)
_UNIT_BEHIND = re.compile(
    r"[\s-]*(?:months?|weeks?|days?|years?|hours?|h\b|min|mm|mg|kg|ml|cm|s\b)", re.I
)


def _counted(text: str) -> str:
    """A number, also one in words, in digits."""
    return IN_WORDS.get(re.sub("[\u2010\u2011]", "-", text.lower()), text)


def _is_share(count: str, size: str, percent: str) -> bool:
    """Whether one number is this percentage of another, as printed."""
    a, n, b = (Decimal(one.replace(",", "")) for one in (count, size, percent))
    places = -int(b.as_tuple().exponent)
    return n > 0 and abs(100 * a / n - b) <= Decimal(1).scaleb(-places)


def numbers_of(name: str, match: re.Match[str]) -> Iterator[Seen]:
    """What a match prints, each with its place; a pair is two numbers."""
    given = {key: value for key, value in match.groupdict().items() if value is not None}
    begin, end = match.span()
    if name == "told":
        told = _spread_before(match)
        if told is None:
            item = Item("", "", f"{match['a']}{match['unit'] or ''}", "", "value")
            yield begin, end, item.doubted(NOT_SAID)
        else:
            item = Item("", "", told[0], "", told[1])
            alone = told[1] == "median" and "(" not in told[0]
            yield begin, end, item.doubted(NO_SPREAD if alone else BY_WORDS_BEFORE)
        return
    if name == "percent_ci" and _EFFICACY.search(match.string[:begin]):
        for printed, _ in _printed(name, given):
            yield begin, end, Item("", "", f"efficacy {printed}", "", "effect")
        return
    if name == "percent_ci" and re.search("[0-9]", given["high"]):
        share, low, high = (float(given[one].replace(",", "")) for one in ("a", "low", "high"))
        if share < 0 < low <= -share <= high:
            given["a"] = given["a"].lstrip("-−–")
        elif not low <= share <= high and _OF_TWO.search(match.string[:begin]):
            item = Item("", "", f"{given['a']}%", "", "percent")
            yield begin, end, item.doubted(_OF_BOTH)
            return
    pair = name in PAIRS
    for key, (printed, kind) in zip("ab", _printed(name, given), strict=False):
        if kind == "percent_ci" and _DIFFERENCE.search(match.string[:begin]):
            kind = "estimate"
        measure = _measure(given["measure"]) if name == "effect" else None
        measure = "ratio" if name == "times" else measure
        item = Item("", "", printed, "", kind, measure=measure)
        item = item.doubted(NO_LEVEL if "least" in given else None)
        if name in _VALUES and kind == "value":
            said = _AVERAGE_OF.search(match.string, 0, begin)
            if name != "from_to" and match.string[:begin].endswith("from "):
                said = None
            changed = name == "value" and _CHANGED_BY.search(match.string, 0, begin)
            item = replace(item, change=bool(changed or (said and _CHANGE_OF.search(said[0]))))
            if said:
                word = "median" if said[1].lower() == "median" else "mean"
                item = replace(item, printed=f"{word} {printed}", kind=word)
            elif name == "value":
                item = item.doubted(NOT_SAID)
        if pair and key == "a":
            yield begin, match.end("a"), item
        else:
            yield (match.start("b") if pair else begin), end, item
            if name == "share_of":
                return


_VALUES = ("value", "value_pair", "from_to")
_OF_BOTH = "the interval behind it may be of a difference"
NO_SPREAD = "whether the numbers beside it are quartiles or the range is not said"
NO_LEVEL = "that its limits are those of a 95% interval is not said"
BY_WORDS_BEFORE = "its spread is that which words earlier in the sentence name"


def _measure(text: str) -> str:
    """The name of a measure; that of "beta", which as a head may be an arm's, besides."""
    found = (name for name, pattern in MEASURES if re.fullmatch(pattern, text, re.IGNORECASE))
    return next(found, UNSAID if text == "ES" else COEFFICIENT)


_PRINTED: dict[str, tuple[tuple[str, str], ...]] = {
    "statistic": (("{symbol}({df}) = {a}{p}{effect}", "statistic"),),
    "correlation": (("r = {a}{p}", "statistic"),),
    **dict.fromkeys(("counted", "size", "subject", "in_arm", "to_arm"), (("{a}", "count"),)),
    "counts": (("{a}", "count"), ("{b}", "count")),
    "rate": (("{a} {unit}", "value"),),
    "value": (("{a}{unit}", "value"),),
    "tested": (("{symbol} = {a}{p}", "statistic"),),
    "change": (("{a}% {word}", "estimate"),),
    "times": (("{a} times", "effect"),),
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
    "from_to": (("{a}{unit}", "value"), ("{b}{unit}", "value")),
    "p": (("{tested}", "p"),),
}
"""What a ledger takes for a match of a form, and its kind; a pair is two numbers."""
_LIKE = {
    **dict.fromkeys(("percent_fraction", "fraction_by_sum", "part_of"), "fraction_percent"),
    **{
        **dict.fromkeys(("percent_count", "sized"), "count_percent"),
        **dict.fromkeys(("percent_pair", "percent_and"), "percents"),
        "share_of": "fraction",
    },
}
"""Forms that are printed as another one is."""


def _printed(name: str, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What a ledger takes for a match, by `_PRINTED`."""
    made = {"unit": "", "effect": "", "interval": "", "p": "", **texts}
    made["a"] = _counted(texts.get("a", ""))
    if "p" in texts:
        # A ledger has no power without a number before it.
        tested = re.sub(r"(?<=^[Pp])['’]?s\b|(?<=alue)s\b", "", texts["p"])
        tested = re.sub(r"[\s-]?[Vv]alue\s+of\b", " =", tested)
        made["tested"] = re.sub(r"(?<=[<>=≤≥:])(\s*)10\^", r"\g<1>1 × 10^", tested)
        made["p"] = f", {made['tested']}"
    if "least" in texts:
        texts = texts | {"low": texts["least"], "high": texts["most"]}
    if "low" in texts:
        level = texts.get("level", "95")
        made |= {end: texts[end].replace(",", "") for end in ("low", "high")}
        made["interval"] = f" ({level}% CI {texts['low']} to {texts['high']})"
    if texts.get("symbol", "")[:1] in {*"χcCZ"}:
        made["symbol"] = "z" if texts["symbol"] == "Z" else CHI_SQUARED
    if "effect" in texts:
        made["effect"] = f", {texts.get('partial', '')}η² = {texts['effect']}"
    if name == "effect":
        made["measure"] = words_of(_measure(texts["measure"]))
    if name == "median":
        name = "range" if texts["what"].lower() == "range" else "iqr"
    made["word"] = texts.get("word", "").lower()
    if name == "from_to" and "%" in made["unit"]:
        name = "percents"
    for form, kind in _PRINTED[_LIKE.get(name, name)]:
        yield form.format_map(made), kind
