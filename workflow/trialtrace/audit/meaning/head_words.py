"""Words of heads and labels that built-in rules know: times, numbers of patients, P, estimates."""

import re

from trialtrace.audit.locate.characters import unmarked
from trialtrace.audit.meaning.kinds import stated
from trialtrace.audit.meaning.mapping import Measure

_UNIT = r"(?:minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|mos?|mths?|m|years?|yrs?|y)"
_COUNT = r"[0-9]+(?:\.[0-9]+)?"
_STAGE = (
    r"baseline|start|end(?:[\s-]?point)?|final|initial|admission|discharge|enrol?lment|screening|"
    r"pre|post|before|after|follow[\s-]?up|at rest|"
    r"(?:pre|post)[\s-]?(?:treatment|intervention|test|training|operati(?:ve|on)(?:ly)?|therapy|op)|"
    r"(?:before|after|end of|start of|during)\s+(?:the\s+)?(?:treatment|intervention|study|trial|"
    r"therapy|training|surgery|operation|follow[\s-]?up)"
)
# "M1" and "T2" of a stage of cancer are no times.
_LONG_UNIT = r"(?:min(?:ute)?|hour|hr|day|week|wk|month|mo|year|yr|visit)"
_LENGTH = rf"(?:{_COUNT}[\s-]?{_UNIT}\b|{_LONG_UNIT}\s?{_COUNT})"
_BEHIND = (
    r"(?:\s+(?:of\s+)?(?:follow[\s-]?up|treatment|therapy|visit|values?|post[\s-]?\w+|later|"
    r"after\s+\w+))"
)
TIME = re.compile(
    rf"(?:(?:at|after|before|by|until|post|the)\s+)?(?:{_LENGTH}|{_STAGE}){_BEHIND}{{0,2}}"
    rf"(?:\s*[(,]\s*(?:{_LENGTH}|{_STAGE})\s*\)?)?",
    re.IGNORECASE,
)
LENGTH = re.compile(
    rf"\b(?:{_COUNT}[\s-]?(?:hours?|days?|weeks?|wks?|months?|years?)|"
    rf"(?:day|week|wk|month|year|visit)\s?{_COUNT})(?![\w-])|\bbaseline\b",
    re.IGNORECASE,
)
CHANGE = re.compile(r"\b(?:changes?|changed|delta|differences? from)\b|[Δ∆]", re.IGNORECASE)
BASELINE = re.compile(r"\bbaseline\b", re.IGNORECASE)
SIZE = re.compile(
    r"[(\[,;:–-]?\s*(?:\b[nN]\s*[=:]\s*(?P<n>[0-9][0-9,]*)|(?<=[(\[])\s*(?P<people>[0-9][0-9,]*)\s*"
    r"(?:pts?|patients|participants|subjects|women|men|children|persons)\b\.?)\s*[)\]]?"
)
OTHER_TIME = re.compile(
    r"\b(?:first|second|third|last|initial|final|pre|post|before|after|baseline|day|week|month|year|"
    r"visit|time|session|test|period|phase|follow[\s-]?up|end)s?\b",
    re.IGNORECASE,
)
CONTROL = re.compile(
    r"\b(?:placebo|controls?|sham|(?:usual|standard|routine|conventional)(?: medical)? (?:care|"
    r"therapy|treatment)|waiting?[\s-]?list|no treatment|untreated|vehicle)\b",
    re.IGNORECASE,
)
P_HEAD = re.compile(
    r"(?:(?:between[\s-]groups?|overall)\s+)?p(?:[.\s-]*(?:values?|val))?"
    r"(?:\s*[,(]?\s*(?:between (?:the )?(?:\w+ )?groups|between[\s-]groups?)\s*\)?)?"
    r"|significance(?: level)?|sig\.?|values? of p",
    re.IGNORECASE,
)
PARTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("size", r"[nN]|[nN]o\.?|#|[Nn]umber"),
        ("percent", r"%|\(%\)|[Pp]er\s?cent(?:age)?s?"),
        ("mean", r"[Mm]eans?|MEAN|M"),
        ("sd", r"\(?±?\s?(?:SD|S\.D\.|Std\.?(?: [Dd]ev\.?)?|[Ss]tandard [Dd]eviation)\)?"),
        ("se", r"\(?±?\s?(?:SEM?|S\.E\.(?:M\.)?|[Ss]tandard [Ee]rror)\)?"),
        ("median", r"[Mm]edian"),
    )
)
"""What a head that is one word says of its column; a deviation or error is part of the mean beside
it."""
ALL_HEAD = re.compile(
    r"(?:total|all|overall|both groups|all (?:patients|participants|subjects)|"
    r"(?:total|whole|entire) (?:sample|group|cohort|population))",
    re.IGNORECASE,
)
N_LABEL = re.compile(
    r"[nN]|(?:no\.?|number)\s+(?:of\s+)?(?:patients|participants|subjects|women|men|children|infants)"
    r"(?:\s*(?:analy[sz]ed|\(n\)))?|(?:patients|participants|subjects)\s*[,(]\s*n\s*\)?",
    re.IGNORECASE,
)
CI_LABEL = re.compile(
    r"[(\[]?\s*(?:9[059]\s?%\s?)?(?:CI|C\.I\.|confidence intervals?)\s*[)\]]?", re.I
)
SPREAD_LABEL = re.compile(
    r"[(\[±]?\s*(?P<sd>SD|S\.D\.|[Ss]tandard deviation)?"
    r"(?P<se>SEM?|S\.E\.|[Ss]tandard error)?\s*[)\]]?"
)
GROUP_WORD = re.compile(
    r"\b(?:group|arm|placebo|controls?|sham|intervention|treatment|usual care|standard care|"
    r"waiting[\s-]?list|experimental)\b",
    re.IGNORECASE,
)
ESTIMATE = re.compile(
    r"(?:(?:adjusted|crude|unadjusted|estimated|treatment|between[\s-]group|LSM|LS|least[\s-]squares?)"
    r"\s+){0,2}(?P<what>mean differences?|differences? in means?|risk differences?|risk ratios?|"
    r"relative risks?|odds ratios?|hazard ratios?|rate ratios?|differences?|HR|OR|RR|MD|RD)\b"
    r"(?:\s+between (?:the )?groups)?\s*[,:]?\s*(?P<spread>[(\[]?\s*(?:9[059]\s?%\s?)?"
    r"(?:CI|C\.I\.|confidence intervals?|SE|S\.E\.)\s*[)\]]?)?",
    re.IGNORECASE,
)
MEASURES: dict[str, Measure] = {
    "mean difference": "mean_difference",
    "difference in mean": "mean_difference",
    "md": "mean_difference",
    "risk difference": "risk_difference",
    "rd": "risk_difference",
    "risk ratio": "risk_ratio",
    "relative risk": "risk_ratio",
    "rr": "risk_ratio",
    "odds ratio": "odds_ratio",
    "or": "odds_ratio",
    "hazard ratio": "hazard_ratio",
    "hr": "hazard_ratio",
    "rate ratio": "rate_ratio",
    "difference": "difference",
}


def bare(text: str) -> str:
    """A head or label without marks of notes and its last colon."""
    return re.sub(r"\s*[:;,]+$", "", unmarked(text.strip())).strip()


def size_start(match: re.Match[str]) -> int:
    """Where the number of patients begins."""
    return match.start("n") if match["n"] else match.start("people")


def size_in(text: str) -> re.Match[str] | None:
    """The "(n = 27)" of a head."""
    return SIZE.search(text)


def without_size(text: str) -> str:
    """A head's words without its number of patients, and without the kind that stands behind a
    name: "Placebo group (n = 8) Mean (SD)"."""
    size = SIZE.search(text)
    begins = [size.start()] if size else []
    begins += [text.find(words) for _, words in stated(text)]
    cut = min((at for at in begins if at > 0 and bare(text[:at]).strip(_EDGES)), default=None)
    if cut is None:
        return bare(SIZE.sub(" ", text)).strip(_EDGES)
    return bare(text[:cut]).strip(_EDGES)


_EDGES = " ,;:-–(["


def is_time(text: str) -> bool:
    """Whether a label is a time and nothing else."""
    return bool(TIME.fullmatch(bare(without_size(text))))


def is_time_head(text: str) -> bool:
    """Whether a head is a time, "T0" and "V2" too."""
    return is_time(text) or bool(re.fullmatch(r"[TV][0-9]", bare(text)))


def same_words(text: str) -> str:
    """Words in one spelling, to compare names."""
    return "".join(sign for sign in bare(text).casefold() if sign.isalnum())
