"""The forms of printed expressions, as patterns whose groups are named as components."""

import re
from dataclasses import dataclass
from functools import cached_property

from trialtrace.audit.printed.symbols import MEASURES, NAMED_AFTER, PROCEDURES, TESTS

# Examples, as a message shows them.
FORMS = (
    '"27 of 295 (9.2%)", "11 (1.8%)", "9.2%", "602", "6.5 years", "7.7 percentage points", '
    '"reduced by 40%", "reduced by 50–70%", "more than 80%", "41.2% (28–55)", '
    '"(95% CI 28 to 55)", "P=0.005", "P = n.s.", "F(3, 63) = 5.907, p < 0.01", '
    '"mean (SD) 54.2 (10.1)", "median (IQR) 6 (4–9)", "LS mean 1.2 (SE 0.4)", "log-rank P = 0.04", '
    '"less with X"'
)

# One character each, so that places in the plain text are places in the printed one.
PLAIN = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{MIDDLE DOT}": ".",
        "\N{NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "$": " ",
        "€": " ",
        "£": " ",
        "¥": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{FIGURE SPACE}": " ",
        "\N{EM DASH}": "\N{EN DASH}",
    }
)

# "0,350" is no count: its comma is a decimal one.
_COUNT = r"(?:[1-9][0-9]{0,2}(?:[, ][0-9]{3})+(?![0-9])|[0-9]+)"
_BARE = r"(?:[-–+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"
_NUMBER = rf"(?:[-–+]?(?:{_COUNT}(?:\.[0-9]+)?|\.[0-9]+))"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_POWER = (
    r"(?:\s*(?:e|[×x]\s*10\s*\^?)\s*[-–]?[0-9]{1,3}(?![0-9])"
    rf"|\s*[×x]\s*10\s*⁻?[{_RAISED}]{{1,3}})?"
)
RAISED = str.maketrans(f"⁻{_RAISED}", "-0123456789")
"""Raised signs and digits as plain ones."""
_PERCENT = r"(?:\s*%|[\s-]+per\s?cent\b(?!age))"
_POINTS = r"\s+percentage[\s-]+points?"
_WORD = r"[^\W\d_]+[23²³]?"
_UNIT = r"\s*(?!(?:to|of|and|or|vs|versus|p|ci|per\s?cent)\b|e[0-9])" + rf"{_WORD}(?:/{_WORD})*"
_PEOPLE = (
    r"(?:\s+(?:patients|participants|subjects|persons|people|volunteers|women|men|infants|children|"
    r"adults|individuals))?"
)
_PERIOD = r"(?:years?|yrs?|months?|weeks?|days?)"
_OF_PEOPLE = r"(?:(?:person|patient|participant|subject)s?[\s-]+)"
_TIME_OF_PEOPLE = rf"(?:{_OF_PEOPLE}(?:per\s+)?{_PERIOD}|PYs?)\b"
# "% per year", "deaths per 100,000 person-years", "per 100,000"
_RATE = (
    rf"(?:{_PERCENT}|\s*{_WORD})?\s*(?:per\b|/)\s*(?:[0-9][0-9, ]*)?"
    rf"(?:{_TIME_OF_PEOPLE}|{_PERIOD}\b)"
    rf"|(?:\s*{_WORD})?\s*\bper\s+1(?:0{{0,2}}(?:[, ]000){{1,2}}|0{{2,6}})(?![0-9]){_PEOPLE}"
)

RELATIONS = {
    "=": "=",
    "is": "=",
    "of": "=",
    "<": "<",
    "less than": "<",
    "fewer than": "<",
    "below": "<",
    "under": "<",
    ">": ">",
    "more than": ">",
    "greater than": ">",
    "above": ">",
    "over": ">",
    "≤": "<=",
    "<=": "<=",
    "at most": "<=",
    "up to": "<=",
    "≥": ">=",
    ">=": ">=",
    "at least": ">=",
    "about": "about",
    "approximately": "about",
    "around": "about",
    "nearly": "about",
    "almost": "about",
    "some": "about",
    "~": "about",
    "≈": "about",
}
LOWER = (
    "less",
    "lower",
    "fewer",
    "smaller",
    "shorter",
    "reduced",
    "decreased",
    "reduction",
    "decrease",
    "lowered",
)
HIGHER = ("more", "higher", "greater", "larger", "longer", "increased", "increase", "raised")


# They say which arm did better; which side that is depends on the scale.
VALUED = ("better", "best", "worse", "worst", "improved")


def _any(words: object) -> str:
    return "|".join(
        re.escape(word).replace(r"\ ", r"[\s–-]+") + (r"\b" if word[-1].isalpha() else "")
        for word in sorted(words, key=len, reverse=True)  # type: ignore[call-overload]
    )


_RELATION = rf"(?:{_any(RELATIONS)})"
_THING = r"risks?|hazards?|odds|rates?|mortality|deaths?|events?"
_BY = (
    rf"(?:(?P<thing>{_THING})\s+(?:(?:was|were|is|are)\s+)?)?"
    rf"(?:(?:relative|absolute)\s+)?(?P<by>{_any(LOWER + HIGHER)})\s+(?:by|of)\s+"
)
# "of death from any cause": words up to a bracket, a comma, a p or the end.
_OF_WHAT = (
    r"(?:\s+(?:of|from|for|in|against)\s+[^0-9()\[\],;:=<>]{1,60}?"
    r"(?=\s*(?:[(\[,;:]|p\b|n\.?s\b|not\b|$)))?"
)
_OF_RISK = (
    r"(?:\s+(?:in\s+(?:the\s+)?)?(?:(?:relative|absolute)\s+)?"
    rf"(?P<of_thing>{_THING})\b{_OF_WHAT})?"
)
NS = r"n\.\s?s\.|ns\b|not\s+significant"
_SYMBOL = (
    r"F|t|z|(?:Spearman(?:['’]s)?\s+)?(?:r_?s|rho|ρ)|r|Q|H|W|U|V|χ²|χ2|chi2|chi[\s-]squared?|X²|X2|"
    r"X-squared"
)
_TO = r"\s*(?:to\b|and\b|,|;|-|–)\s*"
_OPEN, _CLOSE = r"[(\[]", r"[)\]]"
_SD = r"(?:SD|s\.d\.|standard\s+deviation)"
_SE = r"(?:SEM?|s\.e\.(?:m\.)?|standard\s+error(?:\s+of\s+the\s+mean)?)"
_TESTED = rf"(?:(?:(?P<in_strata>stratified)\s+)?(?P<tested>{_any(TESTS)})(?:\s+test)?[\s,:]+)"
_MEDIAN = r"(?:median|Mdn)"
_QUARTERS = (("Q1", "Q3"), ("P25", "P75"), ("25th", r"75th(?:\s+(?:per)?centiles?)?"))
_IQR = r"(?:IQR|inter[\s-]?quartile\s+range|quartiles|{})".format(
    "|".join(rf"{first}\s*(?:to|and|,|;|-|–)\s*{third}" for first, third in _QUARTERS)
)

_CALLED = (
    r"(?:(?:(?P<crude>crude|unadjusted)|(?:\w+[\s-])?(?P<adjusted>adjusted|common|pooled))\s+)?"
    rf"(?:(?P<posterior>posterior)\s+(?:(?:mean|median)\s+)??)?"
    rf"(?P<called>{_any(MEASURES)})(?:\s*\(\s*[A-Z]{{2,3}}\s*\))?"
    # What is compared ends before a sign: that of "difference of -0.7" belongs to the number.
    r"(?:\s+(?:for|of|with|in)\s+"
    r"(?:[^,;:(=]{1,80}?(?=[,:=])|[^0-9,;:(=]{1,80}?(?<![-–+])(?<![-–+]\s)))?"
    r"\s*[,:=]?\s*(?:(?:of|was|is)\s+)?"
)


_LS_MEAN = r"(?P<called>LSM|(?:LS|least[\s-]+squares)[\s-]+mean(?:[\s-]+change)?)"


def _spread(name: str, what: str) -> list[str]:
    """A mean and its spread: "mean (SD) 54.2 (10.1)", "54.2 ± 10.1 (SD)", "54.2 (10.1 SD)"."""
    value, spread = rf"(?P<value>{_NUMBER}(?:{_UNIT})?)", rf"(?P<{name}>{_NUMBER})"
    return [
        rf"(?:mean|M|{_LS_MEAN})\s*(?:{_OPEN}\s*|±\s*)+{what}\s*{_CLOSE}?\s*[,:=]?\s*{value}\s*"
        rf"(?:{_OPEN}\s*±?|±)\s*{spread}\s*{_CLOSE}?",
        rf"(?:mean\s*[,:=]?\s*)?{value}\s*(?:±|{_OPEN}\s*±?)\s*{spread}\s*{_OPEN}?\s*"
        rf"{what}(?![^\W_])\s*{_CLOSE}?",
    ]


# A number of at most 100 in brackets behind a whole one, and a spread behind ±, of unsaid kind.
_BARE_PERCENT = r"(?P<percent>100(?:\.0+)?|[0-9]{1,2}(?:\.[0-9]+)?)"
_N = r"(?:(?:n|no\.)\s*=\s*)?"
_COUNT_OF = (
    rf"{_N}(?P<count>{_COUNT}){_PEOPLE}\s*(?:of(?:\s+the)?|/|out\s+of)\s*"
    rf"(?P<denominator>{_COUNT}){_PEOPLE}"
)


# Events over person-time.
_PERSON_TIME = rf"(?P<person_time>{_NUMBER}\s*(?:{_OF_PEOPLE}{_PERIOD}|PYs?\b))"
_ONE_LIMIT = [
    rf"{_OPEN}?\s*{side}\s+(?:confidence\s+)?(?:limit|bound|boundary)\s+(?:of\s+(?:the\s+)?)?"
    rf"(?:(?P<ci_sided>one|two|1|2)[\s-]*sided\s+)?(?:(?P<level>[0-9.]+){_PERCENT}\s*)?"
    rf"(?:CI|confidence\s+interval)?\s*[,:=]?\s*(?:(?:of|was|is)\s+)?"
    rf"(?P<{name}>{_BARE}(?:{_PERCENT})?)(?:{_UNIT})?\s*{_CLOSE}*"
    for side, name in (("lower", "ci_low"), ("upper", "ci_high"))
]
_DF = rf"(?:df\s*=\s*)?(?P<df1>{_BARE})(?:\s*,\s*(?P<df2>{_BARE})|\s*,\s*N\s*=\s*{_COUNT})?"
_STATISTIC = rf"(?P<statistic>{_NUMBER})"
_HEADS = [
    rf"(?P<count>{_COUNT})\s*(?:{_WORD}\s+)?(?:/|in|over|during)\s*{_PERSON_TIME}"
    rf"(?:\s*[(\[,]\s*(?P<value>{_NUMBER}{_RATE})\s*[)\]]?)?",
    rf"(?P<value>{_NUMBER}{_RATE})\s*[(\[]\s*(?P<count>{_COUNT})\s*(?:{_WORD}\s+)?"
    rf"(?:/|in|over|during)\s*{_PERSON_TIME}\s*[)\]]",
    _PERSON_TIME,
    rf"{_MEDIAN}\s*{_OPEN}\s*range\s*{_CLOSE}\s*[,:=]?\s*(?P<value>{_NUMBER}(?:{_UNIT})?)\s*{_OPEN}"
    rf"\s*(?P<least>{_BARE}){_TO}(?P<most>{_BARE})\s*{_CLOSE}",
    rf"(?P<count>{_COUNT})\s*(?:{_WORD})?\s*[(\[;,]\s*(?P<value>{_NUMBER}{_RATE})\s*[)\]]?",
    rf"(?:(?P<annual>annuali[sz]ed)\s+)?(?:{_WORD}[\s-]+)?rate\s*[,:=]?\s*(?:(?:of|was|is)\s+)?"
    rf"(?:(?P<percent>{_NUMBER}{_PERCENT})|(?P<value>{_NUMBER}(?:{_RATE}|\s*\((?:{_RATE})\s*\))?))",
    rf"{_N}(?P<count>{_COUNT})/(?P<percent>[0-9]{{1,2}}\.[0-9]+)",
    rf"{_COUNT_OF}\s*[(\[]\s*{_BARE_PERCENT}\s*[)\]]",
    rf"{_COUNT_OF}(?:\s*[(\[,]\s*(?P<percent>{_NUMBER}{_PERCENT})\s*[)\]]?)?",
    rf"{_N}(?P<count>{_COUNT}){_PEOPLE}\s*[(\[]\s*(?P<percent>(?:[<>]\s*)?{_NUMBER}{_PERCENT})"
    r"\s*[)\]]",
    rf"(?:no\.|n|number)\s*\(\s*%\s*\)\s*[,:=]?\s*(?P<count>{_COUNT})\s*"
    rf"\(\s*(?P<percent>{_NUMBER})\s*\)",
    rf"(?P<percent>{_NUMBER}{_PERCENT})\s*[(\[]\s*(?P<count>{_COUNT})\s*(?:of|/|out\s+of)\s*"
    rf"(?P<denominator>{_COUNT}){_PEOPLE}\s*[)\]]",
    *_spread("sd", _SD),
    *_spread("se", _SE),
    rf"{_N}(?P<count>{_COUNT})\s*(?P<bare>[(\[])\s*{_BARE_PERCENT}\s*[)\]]",
    rf"(?:(?:mean|M|{_LS_MEAN})"
    rf"\s*[,:=]?\s*)?(?P<value>{_NUMBER}(?:{_UNIT})?)\s*(?P<bare>±)\s*"
    rf"(?P<sd>{_NUMBER})(?:{_UNIT})?(?!\s*{_OPEN}(?!\s*n\s*=))",
    rf"{_MEDIAN}\s*{_OPEN}\s*{_IQR}\s*{_CLOSE}\s*[,:=]?\s*(?P<value>{_NUMBER}(?:{_UNIT})?)\s*{_OPEN}"
    rf"\s*(?P<quartile_low>{_BARE}){_TO}(?P<quartile_high>{_BARE})\s*{_CLOSE}",
    rf"{_MEDIAN}\s*{_OPEN}\s*{_IQR}\s*{_CLOSE}\s*[,:=]?\s*(?P<value>{_NUMBER}(?:{_UNIT})?)\s*{_OPEN}"
    rf"\s*(?P<quartile_width>{_NUMBER})\s*{_CLOSE}",
    rf"{_TESTED}?(?P<symbol>{_SYMBOL})\s*(?:[(\[]\s*{_DF}\s*[)\]])?\s*=\s*{_STATISTIC}",
    rf"(?P<symbol>t|χ²)\s*(?P<df1>[0-9]+(?:\.[0-9]+)?)\s*=\s*{_STATISTIC}",
    rf"(?P<symbol>F)\s*(?P<df1>{_BARE})\s*,\s*(?P<df2>{_BARE})\s*=\s*{_STATISTIC}",
    rf"(?P<symbol>{_SYMBOL})\s*(?:=|(?<=are)|(?<=²))\s*{_STATISTIC}\s*[,;(]\s*"
    r"(?:num\s+)?d\.?f\.?\s*=?\s*"
    rf"(?P<df1>{_BARE})(?:\s*(?:,|and)\s*(?:denom\s+d\.?f\.?\s*=\s*)?(?P<df2>{_BARE}))?\s*\)?",
    rf"(?P<symbol>{_SYMBOL})(?:-statistic)?\s*[=:]\s*{_STATISTIC}\s+on\s+(?P<df1>{_BARE})"
    rf"(?:\s+and\s+(?P<df2>{_BARE}))?\s+(?:df|degrees\s+of\s+freedom)",
    rf"(?P<percent>{_NUMBER}{_PERCENT})\s+(?P<called>{_any(NAMED_AFTER)}){_OF_WHAT}",
    rf"(?P<chance>Pr?)\s*\(\s*[\w\s]{{1,30}}[<>≤≥]\s*{_BARE}\s*\)\s*=\s*"
    rf"(?:(?P<percent>{_NUMBER}{_PERCENT})|(?P<value>{_NUMBER}))",
    *_ONE_LIMIT,
    rf"{_BY}(?P<at_least>{_NUMBER}{_PERCENT}?)\s*(?:to\b|–|-)\s*(?P<at_most>{_NUMBER}{_PERCENT})",
    # The 95 % of "95% CI 0.3 to 0.9" is no share.
    rf"(?![0-9.]+{_PERCENT}\s*(?:CI|CrI|confidence|credible)\b)"
    rf"(?:{_BY}|{_CALLED})?(?P<percent>(?:{_RELATION}\s*)?{_NUMBER}(?:{_POINTS}|{_PERCENT}))"
    rf"(?:\s+(?:(?:relative|absolute)[\s-]+)?(?:(?P<before_thing>{_THING})[\s-]+)?"
    rf"(?P<after>{_any(LOWER + HIGHER)}){_OF_RISK})?",
    rf"(?!2p\b)(?:{_BY}|{_CALLED})?(?P<value>(?:{_RELATION}\s*)?{_NUMBER}(?:{_RATE}|{_UNIT})?)",
]
_SIDED = r"(?P<{}>one|two|1|2)[\s-]*(?:sided|tailed)"
# The null hypothesis of a p that is not that of no difference.
_OTHER_NULL = r"superiority|non-?inferiority|equivalence|interaction|heterogeneity|trend"
_ADJUSTED_P = (
    rf"(?:(?:(?:(?P<procedure>{_any(PROCEDURES)})[\s-]*)?(?P<p_adjusted>adjusted|corrected)"
    r"|(?P<p_crude>unadjusted|uncorrected|nominal|raw))\s+)?"
)
# "P (adjusted) = 0.03", "P = 0.03 (Bonferroni)", "P = 0.03 (Bonferroni-adjusted)".
_ADJUSTING = (
    rf"(?P<{{0}}>(?:{_any(PROCEDURES)})(?:[\s-]*(?:adjusted|corrected))?|adjusted|corrected)"
)
_P = (
    rf"{_ADJUSTED_P}(?:{_SIDED.format('sided')}\s+|2(?=p))?{_TESTED}?"
    rf"(?P<p>p(?:[\s-]?value)?(?:\s*\(\s*{_ADJUSTING.format('inside')}\s*\))?(?:\s+for\s+(?P<of>{_OTHER_NULL}))?\s*:?\s*{_RELATION}?\s*"
    rf"(?:{_NUMBER}{_POWER}|{NS})|{NS})"
    rf"(?:\s+for\s+(?P<null>{_OTHER_NULL}))?"
    rf"(?:\s*\(?\s*{_SIDED.format('tailed')}\s*\)?)?"
    rf"(?:\s*(?:,|;|\(|by(?:\s+(?:the|a))?)\s*(?P<by_test>{_any(TESTS)})"
    r"(?:\s+test\s*\)?|\s*(?=\))))?"
    rf"(?:\s*\(\s*{_ADJUSTING.format('behind')}\s*\))?"
)
# What stands in place of an upper limit that the time of follow-up does not reach.
NO_END = r"not\s+(?:yet\s+)?(?:reached|estimable|evaluable|calculable)|(?:NR|NE|NC)\b|∞|infinity"
_INTERVAL = (
    r"[(\[]?\s*(?:(?P<ci_sided>one|two|1|2)[\s-]*sided\s+)?"
    rf"(?:(?P<level>[0-9]+(?:\.[0-9]+)?){_PERCENT}\s*(?=c))?"
    r"(?P<ci>(?:CI|CrI)\b|(?:confidence|credible)\s+(?:interval|limits))?"
    r"(?:\s*[(\[]\s*(?:CI|CrI)\s*[)\]])?[\s:,=]*[(\[]?\s*"
    rf"(?:(?P<ci_low>{_BARE}(?:{_PERCENT})?)|(?P<no_start>[-–](?:∞|infinity)))\s*"
    r"(?:to\b|and\b|,|;|-|–)\s*"
    rf"(?:(?P<ci_high>{_BARE}(?:{_PERCENT})?)(?:{_POINTS})?(?:{_UNIT})?|{NO_END})\s*[)\]]*"
)


def _named(what: str, numbers: str) -> str:
    return rf"{_OPEN}?\s*±?\s*{what}\s*[,:=]?\s*{_OPEN}?\s*{numbers}(?:{_UNIT})?\s*{_CLOSE}*"


_BESIDE = [
    _named(_SD, rf"(?P<sd>{_NUMBER})"),
    _named(_SE, rf"(?P<se>{_NUMBER})"),
    _named(_IQR, rf"(?P<quartile_low>{_BARE}){_TO}(?P<quartile_high>{_BARE})"),
    _named(_IQR, rf"(?P<quartile_width>{_NUMBER})"),
    *_ONE_LIMIT,
    rf"{_OPEN}?\s*n\s*=\s*(?P<denominator>{_COUNT})\s*{_CLOSE}*",
    _named(r"(?:geometric\s+)?(?:%\s*)?CV", rf"(?P<cv>{_NUMBER}{_PERCENT})"),
    _named("range", rf"(?P<least>{_BARE}){_TO}(?P<most>{_BARE})"),
    _named("CV", rf"(?P<cv>{_NUMBER}(?:{_PERCENT})?)"),
    rf"{_OPEN}?\s*(?P<events>{_COUNT})\s+events?\b\s*{_CLOSE}?",
    rf"{_OPEN}?\s*(?:Wald\s+)?(?P<symbol>t|z|F|χ²|χ2|chi2|chi[\s-]squared?)"
    rf"\s*(?:[(\[]\s*{_DF}\s*[)\]])?\s*=\s*{_STATISTIC}\s*{_CLOSE}*",
    rf"{_OPEN}?\s*(?P<standardised>Cohen['’]s\s+d|Hedges['’]?\s+g|d|g)\s*=\s*"
    rf"(?P<effect>{_NUMBER})\s*{_CLOSE}*",
    rf"{_OPEN}?\s*(?P<partial>partial\s+)?(?:η|eta)(?P<p_after>[\s_-]*p(?:artial)?)?[\s_-]*"
    rf"(?:²|\^?2|squared)(?P<p_last>[\s_]*p)?\s*[=:,]\s*(?P<effect>{_NUMBER})\s*{_CLOSE}*",
]


@dataclass(frozen=True)
class Form:
    """A pattern that is compiled when it is first tried: all of them take a fifth of a check of a
    trial, whose claims are of a few forms."""

    pattern: str

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self.compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.compiled.fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        return self.compiled.search(text)


HEADS = [Form(pattern) for pattern in (*_HEADS, _BESIDE[-1])]
P = Form(rf"\(?\s*{_P}\s*\)?")
INTERVAL = Form(_INTERVAL)
BESIDE = [Form(pattern) for pattern in _BESIDE]
DIRECTION = Form(rf"[^0-9]*?\b(?P<direction>{_any(LOWER + HIGHER + VALUED)})[^0-9]*")
TWO_NUMBERS = Form(rf"\s*{_NUMBER}\s*[(\[]\s*{_NUMBER}\s*[)\]]\s*")
CURRENCY = re.compile(r"(?:\b(?:US|CA|AU|NZ|HK|[AC])(?=\$)|\b(?:USD|EUR|GBP|CHF|JPY)(?=\s*[0-9]))")
SIGN_BEFORE = re.compile(r"(?P<money>[$€£¥]|USD|EUR|GBP|CHF|JPY)\s*$")
JOINER = re.compile(r"[\s,;:]*")
FIRST_NUMBER = Form(_NUMBER)
FIRST_P = Form(_NUMBER + _POWER)
FIRST_RELATION = Form(_RELATION)
# What is looked for in an expression of no known form.
FIRST_SHARE = Form(rf"{_NUMBER}(?:{_POINTS}|{_PERCENT})?")
NAMED_INTERVAL = Form(
    rf"[0-9.]+{_PERCENT}\s*(?:CI|CrI|confidence\s+interval)[\s:,=]*{_BARE}(?:{_PERCENT})?{_TO}"
    rf"{_BARE}(?:{_PERCENT})?"
)
LAST_P = Form(rf"\b{_P}(?=[\s).]*$)")
SIDE = Form(rf"\b(?:{_any(LOWER + HIGHER)})")
OF_NS = Form(rf".*?(?:{NS})")
DENIED = Form(r"\b(?:no|not|without|neither)\b")
DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
THOUSANDS = re.compile(r"[1-9][0-9]*,[0-9]{3}(?![0-9])")
VERSUS = Form(r"[0-9%)]\s+(?:vs\.?|versus)\s+[0-9]")
