"""Single cells: what numbers one holds, and the expression that a ledger takes for it."""

import re
from dataclasses import dataclass

from trialtrace.audit.locate.characters import plain, unmarked
from trialtrace.audit.printed.forms import NO_END

_N = r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|-?\.[0-9]+"
_COUNT = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
_UNIT = r"(?:\s*(?!(?:to|of|and|p|vs?)\b)[A-Za-zµμ°/²³⁻¹]{1,12}\.?){0,2}"
_O, _C = r"\s*[(\[]\s*", r"\s*[)\]]"
_TO = r"\s*(?:to|and|,|;|–|/|:)\s*"
_CI = r"(?:9[059](?:\.[0-9])?\s?%\s?CI[:,]?\s*)?"
_P = (
    r"(?:p\s*(?:-?\s*value)?\s*)?(?P<relation>[<>=≤≥]?)\s*(?P<p>[0-9]?"
    r"\.[0-9]+(?:e-?[0-9]+)?|[01])"
)
_PERCENT = r"\s?%"
LONGEST = 300
"""Characters of a cell of numbers; what is longer is text."""


def _form(name: str, pattern: str) -> tuple[str, re.Pattern[str]]:
    return name, re.compile(pattern, re.IGNORECASE)


FORMS = (
    _form(
        "fraction_percent",
        rf"(?P<a>{_COUNT})\s?(?:/|of)\s?(?P<n>{_COUNT}){_O}(?P<b>{_N})(?:{_PERCENT})?{_C}",
    ),
    _form(
        "percent_fraction",
        rf"(?P<b>{_N}){_PERCENT}{_O}(?P<a>{_COUNT})\s?(?:/|of)\s?(?P<n>{_COUNT}){_C}",
    ),
    _form(
        "fraction_percent",
        rf"(?P<a>{_COUNT}){_O}(?P<b>{_N})(?:{_PERCENT})?{_C}\s*,?\s*[(\[]?n\s?=\s?(?P<n>{_COUNT})[)\]]?",
    ),
    _form("rated", rf"(?P<b>{_N}){_O}(?P<a>{_COUNT})\s?/\s?(?P<n>{_N}){_C}"),
    _form("rated", rf"(?P<a>{_COUNT})\s?/\s?(?P<n>{_N}){_O}(?P<b>{_N}){_C}"),
    _form(
        "fraction_percent",
        rf"(?P<a>{_COUNT})\s?/\s?(?P<n>{_COUNT})\s?[,;]\s(?P<b>{_N})(?:{_PERCENT})?",
    ),
    _form("fraction", rf"(?P<a>{_COUNT})\s?(?:/|of|out of|[:∶](?=\s?[0-9]+$))\s?(?P<n>{_COUNT})"),
    _form(
        "count_percent_range",
        rf"(?P<a>{_COUNT}){_O}(?P<b>{_N}){_PERCENT}{_C}{_O}{_CI}(?P<c>{_N})(?:{_PERCENT})?{_TO}(?P<d>{_N})(?:{_PERCENT})?{_C}",
    ),
    _form(
        "fraction_percent_range",
        rf"(?P<a>{_COUNT})\s?/\s?(?P<n>{_COUNT}){_O}(?P<b>{_N})(?:{_PERCENT})?{_C}{_O}{_CI}(?P<c>{_N}){_TO}(?P<d>{_N}){_C}",
    ),
    _form("count_percent", rf"(?P<a>{_COUNT})(?:{_O}|\s)(?P<b>{_N}){_PERCENT}(?:{_C})?"),
    _form("count_below", rf"(?P<a>{_COUNT}){_O}(?P<c>[<>]\s?{_N})(?:{_PERCENT})?{_C}"),
    _form("decimal_percent", rf"(?P<a>[0-9]+\.[0-9]+){_O}(?P<b>{_N}){_PERCENT}{_C}"),
    _form("percent_spread", rf"(?P<a>{_N}){_PERCENT}{_O}(?P<b>{_N})(?:{_PERCENT})?{_C}"),
    _form(
        "percent_range",
        rf"(?P<a>{_N}){_PERCENT}{_O}{_CI}(?P<b>{_N})(?:{_PERCENT})?{_TO}(?P<c>{_N})(?:{_PERCENT})?"
        rf"(?:\s*[;,]\s*{_P})?{_C}",
    ),
    _form("percent", rf"(?P<a>{_N}){_PERCENT}"),
    _form(
        "spread_range",
        rf"(?P<a>{_N}){_UNIT}(?:\s?(?:±|\+/-)\s?|{_O}±?\s?)(?P<b>{_N}){_UNIT}(?:{_C})?"
        rf"\s*[,;]?{_O}{_CI}(?P<c>{_N}){_TO}(?P<d>{_N}){_C}",
    ),
    _form(
        "spread_range",
        rf"(?P<a>{_N}){_UNIT}\s?(?:±|\+/-)\s?(?P<b>{_N})[,;]\s+{_CI}(?P<c>{_N})\s*to\s*(?P<d>{_N})",
    ),
    _form(
        "spread_range",
        rf"(?P<a>{_N}){_O}(?P<b>{_N}){_C}\s+(?P<c>{_N})\s*to\s*(?P<d>{_N})",
    ),
    _form(
        "spread_range",
        rf"(?P<a>{_N}){_O}(?P<b>{_N})\s*(?:;|,(?=\s))\s*(?P<c>{_N})\s*to\s*(?P<d>{_N}){_C}",
    ),
    _form(
        "spread_median",
        rf"(?P<a>{_N})\s?±\s?(?P<b>{_N}){_O}(?P<e>{_N})\s*[,;]\s*(?P<c>{_N}){_TO}(?P<d>{_N}){_C}",
    ),
    _form(
        "spread_size",
        rf"(?P<a>{_N}){_UNIT}(?:\s?(?:±|\+/-)\s?|{_O}±?\s?)(?P<b>{_N}){_UNIT}(?:{_C})?"
        rf"\s*[,;]?{_O}(?:n\s?=\s?)?(?P<n>{_COUNT}){_C}",
    ),
    _form(
        "ranged_range",
        rf"(?P<a>{_N}){_UNIT}{_O}(?P<b>{_N}){_TO}(?P<c>{_N}){_C}\s*[,;]?{_O}(?P<d>{_N}){_TO}(?P<e>{_N}){_C}",
    ),
    _form(
        "halves",
        rf"(?P<a>{_COUNT}){_O}(?P<b>{_N})(?:{_PERCENT})?{_C}\s*[/:,]\s*"
        rf"(?P<c>{_COUNT}){_O}(?P<d>{_N})(?:{_PERCENT})?{_C}",
    ),
    _form("share", rf"(?P<a>{_COUNT})\s?/\s?(?P<b>{_N})(?:{_PERCENT})?"),
    _form("counts", rf"(?P<a>(?:{_COUNT})(?:\s?/\s?(?:{_COUNT})){{2,5}})"),
    _form("plus_minus", rf"(?P<a>{_N}){_UNIT}\s?(?:±|\+/-|\+-)\s?(?P<b>{_N}){_UNIT}"),
    _form("pair", rf"(?P<a>{_N}){_UNIT}{_O}(?:±\s?|SD\s*=?\s*)?(?P<b>{_N}){_UNIT}{_C}"),
    _form(
        "ranged_p",
        rf"(?P<a>{_N}){_UNIT}{_O}{_CI}(?P<b>{_N}){_TO}(?P<c>{_N}){_C}\s*[,;]?\s*[(\[]?{_P}[)\]]?",
    ),
    _form("ranged", rf"(?P<a>{_N}){_UNIT}{_O}{_CI}(?P<b>{_N}){_TO}(?P<c>{_N}|{NO_END}){_UNIT}{_C}"),
    _form("ranged_width", rf"(?P<a>{_N}){_O}(?P<b>{_N}){_TO}(?P<c>{_N}){_C}{_O}(?P<d>{_N}){_C}"),
    _form("ranged", rf"(?P<a>{_N}){_UNIT}\s*[,;]\s+(?P<b>{_N})\s*to\s*(?P<c>{_N})"),
    _form(
        "range",
        rf"(?![-+]?[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?$)[(\[]?\s*{_CI}(?P<b>{_N})\s*(?:to|,|;|∶)\s*(?P<c>{_N})\s*[)\]]?",
    ),
    _form(
        "p", r"p\s*(?:-?\s*value)?\s*(?P<relation>[<>=≤≥])\s*(?P<p>[0-9]?\.[0-9]+|[01](?:\.0+)?)"
    ),
    _form("p", r"n\.?s\.?\s*[(\[]\s*(?P<relation>[<>=≤≥]?)\s*(?P<p>0?\.[0-9]+)\s*[)\]]"),
    _form(
        "tested",
        rf"(?P<a>(?:F|t|z|[χxX]²)\s*(?:[(\[][0-9]+(?:\.[0-9]+)?(?:\s*,\s*[0-9.]+)?[)\]])?)\s*=\s*(?P<b>{_N})"
        r"(?:\s*[,;]?\s*df\s*=\s*(?P<n>[0-9.]+))?"
        rf"(?:\s*[,;]?\s*[(]?(?P<p>p\s*[<>=≤≥]\s*[01]?\.[0-9]+|n\.?\s?s\.?)[)]?)?(?:\s*/?\s*[(](?P<c>[01]?\.[0-9]+)[)])?",
    ),
    _form(
        "power",
        r"(?:p\s*(?:-?\s*value)?\s*)?(?P<relation>[<>=≤≥]?)\s*"
        r"(?P<p>(?:[0-9](?:\.[0-9]+)?\s*[×x]\s*)?10\^-[0-9]+|[0-9](?:\.[0-9]+)?e-[0-9]+)",
    ),
    _form("bound", rf"(?P<relation>[<>≤≥=])\s?(?P<a>{_N})"),
    _form("not_significant", r"n\.?\s?s\.?|not significant"),
    _form("value", rf"(?P<a>{_N}){_UNIT}"),
)
_MISSING = re.compile(
    r"\W*|n/?a\.?|n\.a\.|nd|nr|ref(?:erence)?\.?|0(?:\.0+)?\s*\(ref\w*\.?\)|"
    r"1(?:\.0+)?\s*\(?(?:ref\w*\.?|n/?a|-|–|—)\)?|not (?:applicable|reported|done)",
    re.I,
)


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text as it stands, its form, and its numbers as a ledger has them.
    `more` are further columns in which parts of it stand."""

    text: str
    form: str
    parts: dict[str, str]
    commas: bool = False
    more: tuple[int, ...] = ()

    @property
    def numbers(self) -> int:
        return len(re.findall(r"[0-9]+(?:[.,·][0-9]+)*|[.·][0-9]+", self.text))

    def whole(self, name: str) -> int | None:
        text = self.parts.get(name, "").replace(",", "")
        return int(text) if text.isdecimal() else None


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no number, or nothing."""
    return bool(_MISSING.fullmatch(text.strip()))


def read_cell(text: str, *, commas: bool = False) -> Cell | None:
    """The cell, or None for one that holds no number, or one of no known form."""
    if len(text) > LONGEST:
        return None
    bare = plain(_mended(unmarked(text.strip())), commas=commas).strip()
    if is_missing(bare):
        return None
    bare = (
        re.sub(r"^[(\[](.*)[)\]]$", r"\1", bare) if bare.count("(") + bare.count("[") == 1 else bare
    )
    for form, pattern in FORMS:
        if match := pattern.fullmatch(bare):
            parts = {key: value for key, value in match.groupdict().items() if value is not None}
            return Cell(text.strip(), form, parts, commas)
    return None


def _mended(text: str) -> str:
    """A cell without slips of its print that leave one meaning: "2. 54", "18,3" before or behind
    a sign, "1 340", "€12", "P = 0,006", "+ 1.2, (0.3 – 2.1)", a bracket that is open at its end."""
    text = re.sub(r"(?<![0-9.])([0-9]+)\. (?=[0-9]+\b(?!\.))", r"\1.", text)
    # "12 · 5", "n = 2 (10%)" and "3.1 (2.2, 4.0),".
    text = re.sub(r"(?<=[0-9]) [·∙⋅] (?=[0-9])", ".", text)
    text = re.sub(r"^n\s?=\s?(?=[0-9]+\s?\([0-9.]+\s?%\)$)", "", text, flags=re.I)
    text = re.sub(r"(?<=\)),$", "", text)
    text = re.sub(r"(?:US|USD|[AC](?=\$))?\s?[€£$¥]\s?(?=[0-9])", "", text)
    text = re.sub(r"^([1-9][0-9]{0,2}) ([0-9]{3})(?=$|\.[0-9]|\s*[(\[±])", r"\1,\2", text)
    # "P = 0.001, t = 3.47, df = 39": its statistic first.
    text = re.sub(r"^(p\s*[<>=][^,;tFz]+)[,;]\s*([tFz] ?=.*)$", r"\2, \1", text, flags=re.I)
    text = re.sub(r"^([χxX]) ?²", "χ²", text)
    text = re.sub(r"^(p\s*[<>=≤≥]\s*0),(?=[0-9]+$)", r"\1.", text, flags=re.I)
    # "11 (0.2 -71)": from a smaller to a larger number, which is no minus.
    text = re.sub(r"(?<=[(\[])([0-9.]+) [-−–](?=[0-9])", r"\1–", text)
    text = re.sub(r"^([0-9]+),([0-9]{1,2})(?=\s*±)", r"\1.\2", text)
    text = re.sub(r"(±\s*[0-9]+),([0-9]{1,2})(?![0-9,])", r"\1.\2", text)
    text = re.sub(r"±\s*\(([^()]*)\)", r"± \1", re.sub(r"\+\s?/\s?[-−–]", "±", text))
    text = re.sub(r"(?<=[0-9)])\.$", "", text)
    text = re.sub(r"^\+\s?(?=\.?[0-9])", "", text)
    text = re.sub(r"^([-−–]?)\s(?=\.?[0-9])", r"\1", text)
    text = re.sub(r"(?<=[0-9])\s*,\s*(?=[(\[])", " ", text)
    if text.count("(") == text.count(")") + 1 and re.search(r"\([^()]*[0-9]$", text):
        text += ")"
    if text.count("[") == text.count("]") + 1 and re.search(r"\[[^\[\]]*[0-9]$", text):
        text += "]"
    return text


_BEHIND_N = re.compile(r"^n\s?=\s?(?:[0-9]+[\s,;:]+(?=[-−–]?[0-9.])|(?=[0-9]+\s?\([0-9.]+\s?%\)$))")
# "2. I should walk more" of a questionnaire.
_LISTED = re.compile(r"\s*[0-9]{1,2}[.)]\s+[^\W\d_]+ [^\W\d_]+ ")


def is_number(text: str) -> bool:
    """Whether a cell begins as a number does, and is none of a head: no "12 weeks", no "95% CI"."""
    if _LISTED.match(text):
        return False
    bare = plain(unmarked(_BEHIND_N.sub("", text.strip())))
    if re.match(r"\(?9[059]\s?%\s?[Cc]", bare) or re.fullmatch(r"n\s*=\s*[0-9,]+", bare, re.I):
        return False
    if re.match(r"p\s*[<>=≤≥]", bare, re.I) or re.fullmatch(r"n\.?\s?s\.?", bare, re.I):
        return True
    return bool(re.match(r"[(\[<>=≤≥~±+-]*\s*[€£$¥]?\s*\.?[0-9]", bare))
