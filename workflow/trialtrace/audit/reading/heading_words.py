"""What heads, row labels and captions say of the numbers below and beside them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_SD = r"(?:SDs?|s\.?d\.?|standard deviations?|std\.? dev\.?)"
_SE = r"(?:SEM?s?|s\.e\.(?:m\.)?|standard errors?(?: of the mean)?)"
_IQR = r"(?:IQR|inter-?quartile (?:range|interval)|quartiles|Q1\W{1,3}Q3|25th\W{1,4}75th.{0,14})"
_RANGE = r"(?:(?:full )?range|min\.?\s?\W\s?max\.?|minimum\W{1,3}maximum)(?:\W{1,2}min\W{1,2}max)?"
_CI = r"(?:(?:9[059](?:\.\d)?\s?%\s?)?(?:CIs?|confidence (?:intervals?|limits))(?:\s?9[059]\s?%)?)"
_N = (
    r"(?:n|no\.?|nos\.?|numbers?|counts?|frequency)(?: of (?:patients|participants|"
    r"subjects|events))?"
)
_PERCENT = r"(?:%|per ?cent(?:age)?s?|proportion)"
_GAP = r"\s*(?:[,;:/(\[±]|\+/-|and)*\s*(?:[±(])?\s*"
_MEAN, _MEDIAN = r"(?:means?|average|mean values?)", r"(?:medians?)"
_END = r"[)\]]?"
LONGEST = 400
"""Characters of a head or a label; what is longer is text."""
_UNIT = r"(?:years?|yrs?|months?|mo|weeks?|wks?|days?|hours?|hrs?|minutes?|min|kg|mm|cm|mg|g)"
# "Median days in hospital (IQR)": words between a statistic and its spread, a unit behind it.
_PARTED = re.compile(
    rf"^(?P<main>mean|median)\s+(?P<of>[^,;:()\[\]]*[^,;:()\[\]\s±])\s*[,(\[]\s*"
    rf"(?:(?P<iqr>{_IQR})|(?P<sd>{_SD})|(?P<se>{_SE})|(?P<range>{_RANGE})|(?P<ci>{_CI}))\s*[)\]]?"
    rf"(?:\s*[,;(\[–—-]?\s*{_UNIT}\.?\s*[)\]]?)?$",
    re.IGNORECASE,
)
# The longest first: what is found is taken out of the text.
KINDS: tuple[tuple[str, str], ...] = (
    ("median_iqr", rf"{_MEDIAN}{_GAP}{_IQR}{_END}"),
    ("median_range", rf"{_MEDIAN}{_GAP}{_RANGE}{_END}"),
    ("median_ci", rf"{_MEDIAN}{_GAP}{_CI}{_END}"),
    ("mean_range", rf"{_MEAN}{_GAP}{_RANGE}{_END}"),
    ("mean_sd", rf"{_MEAN}{_GAP}{_SD}{_END}"),
    ("mean_se", rf"{_MEAN}{_GAP}{_SE}{_END}"),
    ("mean_ci", rf"{_MEAN}{_GAP}{_CI}{_END}"),
    (
        "events_patients",
        rf"(?:n|no\.?|numbers?) of events{_GAP}(?:n|no\.?|numbers?) of patients{_END}",
    ),
    ("fraction", r"n/N(?:\s*[(,]?\s*%\s*\)?)?"),
    ("count_percent", rf"{_N}{_GAP}{_PERCENT}{_END}"),
    ("percent_count", rf"{_PERCENT}{_GAP}{_N}{_END}"),
    ("percent_ci", rf"{_PERCENT}{_GAP}{_CI}{_END}"),
    ("iqr", _IQR),
    ("sd", _SD),
    ("se", _SE),
    ("ci", _CI),
    ("median", _MEDIAN),
    ("mean", _MEAN),
    ("percent", _PERCENT),
)
_ALONE: tuple[tuple[str, str], ...] = (("count", _N), ("range", _RANGE), ("mean", r"M"))
# As a ledger names them; which measure a "difference" is, its word alone does not say.
UNSAID = "difference"
MEASURES: tuple[tuple[str, str], ...] = (
    ("hazard_ratio", r"hazards? ratio|(?-i:\ba?HRs?\b)"),
    ("odds_ratio", r"odds ratio|(?-i:\ba?ORs?\b)|relative odds"),
    ("rate_ratio", r"(?:incidence )?rate ratio|(?-i:\bIRRs?\b)"),
    ("risk_ratio", r"risk ratio|relative risk|(?-i:\ba?RRs?\b)"),
    ("risk_difference", r"(?:absolute )?risk (?:difference|reduction)|(?-i:\bARR\b)|(?-i:\bRD\b)"),
    (
        "mean_difference",
        r"(?:adjusted )?(?:mean|between[\s-]group) difference|difference (?:in|of|"
        r"between) means|(?-i:\bMD\b)",
    ),
    ("number_needed_to_treat", r"number needed to treat|(?-i:\bNNT\b)"),
    (UNSAID, r"(?:treatment |group )?difference|treatment effect|effect(?: size)?|estimate"),
)
_P = (
    r"(?:\W*p(?:[\s-]*values?)?(?:\s+for\s+[\w\s-]+|\s+between[\w\s-]*)?\W*|"
    r".*\bp[\s-]values?\b.*|significance|sig\.)"
)
_OTHER_NULL = re.compile(
    r"\b(?:interaction|trend|heterogeneity|non-?inferiority|equivalence)\b", re.I
)
_ADJUSTED = re.compile(
    r"\b(?:adjust(?:ed|ing|ment)|ancova|mixed[\s-]|regression|model|imput|covaria|stratified|a(?:HR|OR|RR)\b)",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"[(\[]?\s*\b(?:n|no\.?)\s*=\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\b(?:\s*(?:patients|participants|subjects))?\s*[)\]]?"
    r"|[(\[]\s*([0-9]+)\s+(?:patients|participants|subjects)\s*[)\]]",
    re.IGNORECASE,
)
_UNIT_OF_TIME = r"(?:minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wks?|months?|mos?|years?|yrs?|y)"
_VISIT = re.compile(
    r"(?:at |after )?(?:baseline|base line|pre(?:[\s-]?(?:test|treatment|intervention|op\w*))?|"
    r"post(?:[\s-]?(?:test|treatment|intervention|op\w*))?|(?:end of |final |last "
    r")?(?:follow[\s-]?up)|"
    r"end of (?:treatment|study|trial|intervention)|before(?: treatment)?|after(?: "
    r"treatment)?|final|"
    r"T[0-9]|(?:week|month|day|year|visit|hour)s?\s?[0-9]+|"
    rf"[0-9]+(?:\.[0-9]+)?[\s-]?{_UNIT_OF_TIME}(?: follow[\s-]?up| after [\w\s]+)?)\.?",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"(?:mean )?change(?: from baseline)?(?: (?:to|at) .*)?|Δ", re.IGNORECASE)
EVERYONE = re.compile(
    r"(?:total|all|overall|both(?: groups)?|(?:all|total) (?:patients|participants|subjects)|"
    r"(?:whole|entire|total) (?:cohort|sample|group|population))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """What a text says of numbers; `rest` are the words that are left, such as an arm's name."""

    rest: str
    kind: str | None = None
    size: int | None = None
    visit: str | None = None
    measure: str | None = None
    null: str | None = None
    change: bool = False
    adjusted: bool = False


def said(text: str, other: Collection[str] = ()) -> Said:
    """What a head or a row label says, its words for kinds, sizes and visits taken out; `other` are
    abbreviations of measures that are short for something else here."""
    if len(text) > LONGEST:
        return Said(" ".join(text.split()))
    adjusted = bool(_ADJUSTED.search(text))
    size = None
    if match := _SIZE.search(text):
        size = int((match.group(1) or match.group(2)).replace(",", ""))
        text = text[: match.start()] + " " + text[match.end() :]
    if re.fullmatch(_P, text.strip(), re.I):
        null = _OTHER_NULL.search(text)
        return Said("", "p", size, null=null.group().lower() if null else None, adjusted=adjusted)
    bare = _bare(text)
    if _VISIT.fullmatch(bare):
        return Said("", None, size, visit=bare)
    change = bool(_CHANGE.fullmatch(bare))
    if change:
        return Said("", None, size, change=True)
    for name, pattern in MEASURES:
        match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.I)
        if match and match.group() not in other and _leads(text, match):
            left = _bare(
                re.sub(_CI, " ", text[: match.start()] + " " + text[match.end() :], flags=re.I)
            )
            return Said(left, "effect", size, measure=name, adjusted=adjusted)
    if match := _PARTED.search(text):
        spread = next(name for name in ("iqr", "sd", "se", "range", "ci") if match[name])
        left = _bare(f"{text[: match.start()]} {match['of']}")
        return Said(left, f"{match['main'].lower()}_{spread}", size, adjusted=adjusted)
    for name, pattern in KINDS:
        if match := re.search(rf"[(\[]?(?<!\w){pattern}(?!\w)", text, re.I):
            left = _bare(text[: match.start()] + " " + text[match.end() :])
            inner = said(left, other) if left else Said("")
            return Said(inner.rest, name, size, inner.visit, change=inner.change, adjusted=adjusted)
    for name, pattern in _ALONE:
        if re.fullmatch(pattern, bare, re.I):
            return Said("", name, size, adjusted=adjusted)
        if match := re.search(rf"[,—–(]\s*(?:{pattern})\.?\s*\)?$", text, re.I):
            return Said(_bare(text[: match.start()]), name, size, adjusted=adjusted)
    changed = bool(re.search(r"\bchanges?\b", bare, re.I))
    return Said(bare, None, size, change=changed, adjusted=adjusted)


def other_words(notes: str) -> set[str]:
    """Abbreviations of measures that notes explain as words of other things: "HR heart rate"."""
    found = set()
    for short in set(re.findall(r"\b[A-Z]{2,4}\b", notes)):
        if said(short).measure is None:
            continue
        words = r"\b" + r"[\s-]+".join(rf"{letter}[a-z]+" for letter in short)
        match = re.search(rf"\b{short}\W{{1,4}}({words})|({words})\s*[(\[]{short}\b", notes, re.I)
        if match and said((match.group(1) or match.group(2)).rstrip("s")).measure is None:
            found.add(short)
    return found


def _leads(text: str, match: re.Match[str]) -> bool:
    """Whether a measure is what a text is about, and not a word of a label."""
    beside = _bare(text[: match.start()])
    return len(beside.split()) <= 3


def _bare(text: str) -> str:
    text = re.sub(r"[(\[]\s*[,;:/±-]*\s*[)\]]", " ", text)
    text = re.sub(r"^[\s,;:/—–-]+|[\s,;:/—–(\[=-]+$", "", text)
    if text.endswith(")") and "(" not in text:
        text = text[:-1]
    return " ".join(text.split())


def kinds_in(text: str) -> set[str]:
    """The kinds that a caption or a note tells of the cells of its table."""
    kinds = set()
    for name, pattern in KINDS[:11]:
        if re.search(rf"(?<!\w){pattern}(?!\w)", text, re.I):
            kinds.add(name)
    return kinds
