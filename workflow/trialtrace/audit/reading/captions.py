"""What a table's caption and notes say of all its cells."""

import re

from trialtrace.audit.reading.heading_words import kinds_in
from trialtrace.audit.reading.paper import Table

# Estimates of a model's terms are no comparisons of arms.
_PREDICTS = re.compile(
    r"\b(?:predict|regression|associat|correlat|factors|determinants|covariate)", re.I
)
_BASELINE = re.compile(
    r"\bbaseline\b|\bdemographic|\bat (?:entry|enrolment|randomi[sz]ation)\b", re.I
)
_LATER = re.compile(
    r"\b(?:follow|change|chang|after|post|outcomes?|results?|end of|weeks?|months?|adjust|predict|"
    r"effects?|final|responders?|completers?|dropouts?|and [0-9]+)",
    re.IGNORECASE,
)
_PERCENTAGES = re.compile(
    r"^(?:table\s+\S+\s+)?percentages?\b|\bpresented as percentages\b", re.IGNORECASE
)
_SD = r"(?:standard deviations?|(?-i:SDs?)\b)"
_BRACKETED_SD = re.compile(
    rf"(?:brackets?|parenthes[ei]s)\W.{{0,25}}{_SD}|{_SD}.{{0,15}} in (?:brackets|parenthes[ei]s)|"
    r"[(\[](?-i:SD)[)\]]",
    re.IGNORECASE,
)
_VALUES_ARE = re.compile(
    r"\b(?:values|data|results) (?:are|were) (?:[a-z]+ed as |given as |shown as )?(.{4,60}?)"
    r"(?=,|[.;]|\bunless\b|\bexcept\b|\bor\b|$)",
    re.IGNORECASE,
)


def usual(table: Table, heads: int) -> set[str]:
    """The kinds of numbers that caption, notes and heads tell, and how some of them are printed:
    "±" of deviations, "per 1000" of rates, "percentages" of numbers alone."""
    caption = f"{table.caption} {table.notes}"
    text = " ".join([caption, *(cell for row in table.rows[:heads] for cell in row)])
    kinds = kinds_in(text)
    if not any(kind.startswith("mean") for kind in kinds) and _BRACKETED_SD.search(caption):
        kinds.add("mean_sd")
    kinds |= set(re.findall(r"(?<=mean )±|(?<=means )±", text))
    kinds |= {f"per {number}" for number in re.findall(r"\bper (1,?0+)\b", text)}
    if not kinds and re.search(r"\bcoefficients?\b|\bcorrelation", caption, re.I):
        kinds.add("coefficients")
    for match in _VALUES_ARE.finditer(caption):
        kinds |= {f"usual {kind}" for kind in kinds_in(match[1])}
    return kinds | ({"percentages"} if _PERCENTAGES.search(caption) else set())


def predicts(table: Table) -> bool:
    """Whether a table is of a model's terms."""
    return bool(_PREDICTS.search(table.caption))


def at_baseline(table: Table) -> bool:
    """Whether a caption calls all of a table baseline."""
    return bool(_BASELINE.search(table.caption)) and not _LATER.search(table.caption)
