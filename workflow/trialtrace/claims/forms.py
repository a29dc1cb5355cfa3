"""The forms of printed expressions, as patterns whose groups are named as components."""

import re

# One character each, so that places in the plain text are places in the printed one.
PLAIN = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-",
     "\N{MIDDLE DOT}": ".", "\N{NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ",
     "\N{NARROW NO-BREAK SPACE}": " ", "\N{FIGURE SPACE}": " ", "\N{EM DASH}": "\N{EN DASH}"}
)  # fmt: skip

# "0,350" is no count: a comma that is meant as a point is refused, not read as 350.
_COUNT = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
_BARE = r"(?:[-–]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"
_NUMBER = rf"(?:[-–]?(?:{_COUNT}(?:\.[0-9]+)?|\.[0-9]+))"
_POWER = r"(?:\s*(?:e|[×x]\s*10\s*\^?)\s*[-–]?[0-9]{1,3}(?![0-9]))?"
_PERCENT = r"(?:\s*%|\s+per\s?cent\b(?!age))"
_POINTS = r"\s+percentage[\s-]+points?"
_WORD = r"[^\W\d_]+[23²³]?"
_UNIT = r"\s*(?!(?:to|of|and|or|vs|versus|p|ci|per\s?cent)\b|e[0-9])" + rf"{_WORD}(?:/{_WORD})*"

RELATIONS = {
    "=": "=", "is": "=", "of": "=",
    "<": "<", "less than": "<", "fewer than": "<", "below": "<", "under": "<",
    ">": ">", "more than": ">", "greater than": ">", "above": ">", "over": ">",
    "≤": "<=", "<=": "<=", "at most": "<=", "up to": "<=",
    "≥": ">=", ">=": ">=", "at least": ">=",
    "about": "about", "approximately": "about", "around": "about", "nearly": "about",
    "almost": "about", "some": "about", "~": "about", "≈": "about",
}  # fmt: skip
LOWER = ("less", "lower", "fewer", "smaller", "shorter", "reduced", "decreased", "reduction",
          "decrease", "lowered")  # fmt: skip
HIGHER = ("more", "higher", "greater", "larger", "longer", "increased", "increase", "raised")


# They say which arm did better; which side that is depends on the scale.
VALUED = ("better", "best", "worse", "worst", "improved")


def _any(words: object) -> str:
    return "|".join(
        re.escape(word).replace(r"\ ", r"\s+") + (r"\b" if word[-1].isalpha() else "")
        for word in sorted(words, key=len, reverse=True)  # type: ignore[call-overload]
    )


_RELATION = rf"(?:{_any(RELATIONS)})"
_BY = rf"(?P<by>{_any(LOWER + HIGHER)})\s+by\s+"
NS = r"n\.\s?s\.|ns\b|not\s+significant"
_SYMBOL = r"F|t|z|Q|H|W|U|χ²|χ2|chi2|chi[\s-]squared?"

_HEADS = [
    rf"(?P<count>{_COUNT})\s*(?:of|/|out\s+of)\s*(?P<denominator>{_COUNT})"
    rf"(?:\s*[(\[,]\s*(?P<percent>{_NUMBER}{_PERCENT})\s*[)\]]?)?",
    rf"(?P<count>{_COUNT})\s*[(\[]\s*(?P<percent>{_NUMBER}{_PERCENT})\s*[)\]]",
    rf"(?P<percent>{_NUMBER}{_PERCENT})\s*[(\[]\s*(?P<count>{_COUNT})\s*(?:of|/|out\s+of)\s*"
    rf"(?P<denominator>{_COUNT})\s*[)\]]",
    rf"mean\s*\(\s*SD\s*\)\s*[:=]?\s*(?P<value>{_NUMBER})\s*\(\s*(?P<sd>{_NUMBER})\s*\)",
    rf"(?P<value>{_NUMBER})\s*\(\s*SD\s*[:=]?\s*(?P<sd>{_NUMBER})\s*\)",
    rf"(?P<symbol>{_SYMBOL})\s*(?:[(\[]\s*(?:df\s*=\s*)?(?P<df1>{_BARE})"
    rf"(?:\s*,\s*(?P<df2>{_BARE})|\s*,\s*N\s*=\s*{_COUNT})?\s*[)\]])?\s*=\s*"
    rf"(?P<statistic>{_NUMBER})",
    rf"{_BY}(?P<at_least>{_NUMBER}{_PERCENT}?)\s*(?:to\b|–|-)\s*(?P<at_most>{_NUMBER}{_PERCENT})",
    rf"(?:{_BY})?(?P<percent>(?:{_RELATION}\s*)?{_NUMBER}(?:{_POINTS}|{_PERCENT}))"
    rf"(?:\s+(?P<after>{_any(LOWER + HIGHER)}))?",
    rf"(?:{_BY})?(?P<value>(?:{_RELATION}\s*)?{_NUMBER}(?:{_UNIT})?)",
]  # fmt: skip
_P = (
    rf"(?P<p>p(?:[\s-]?value)?\s*{_RELATION}?\s*"
    rf"(?:{_NUMBER}{_POWER}|{NS})|{NS})"
)
_INTERVAL = (
    rf"[(\[]?\s*(?:(?P<level>[0-9]+(?:\.[0-9]+)?){_PERCENT}\s*(?=c))?"
    rf"(?P<ci>CI\b|confidence\s+interval)?[\s:,=]*[(\[]?\s*"
    rf"(?P<ci_low>{_BARE}(?:{_PERCENT})?)\s*(?:to\b|and\b|,|;|-|–)\s*"
    rf"(?P<ci_high>{_BARE}(?:{_PERCENT})?)(?:{_POINTS})?(?:{_UNIT})?\s*[)\]]*"
)


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


HEADS = [compiled(pattern) for pattern in _HEADS]
P = compiled(rf"\(?\s*{_P}\s*\)?")
INTERVAL = compiled(_INTERVAL)
DIRECTION = compiled(rf"[^0-9]*?\b(?P<direction>{_any(LOWER + HIGHER + VALUED)})[^0-9]*")
TWO_NUMBERS = compiled(rf"\s*{_NUMBER}\s*[(\[]\s*{_NUMBER}\s*[)\]]\s*")
JOINER = re.compile(r"[\s,;:]*")
FIRST_NUMBER = compiled(_NUMBER)
FIRST_P = compiled(_NUMBER + _POWER)
FIRST_RELATION = compiled(_RELATION)
