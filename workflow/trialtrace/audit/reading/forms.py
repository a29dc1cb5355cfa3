"""Forms of statistics in running text, as patterns over plain text, the most telling first."""

import re

from trialtrace.audit.printed.forms import NO_END
from trialtrace.audit.reading.heading_words import MEASURES

# A hyphen behind a letter is no sign: "PHQ-9".
_SIGN = r"(?:(?<![\w.^])[-+]|(?<![\w.^])(?<![A-Za-z^]-))"
# Of digits all or none are taken, and of thousands five: else a long run of them is looked through
# from each of its numbers, to each of its ends.
_WHOLE = r"(?:[0-9]{1,3}+(?:,[0-9]{3}){1,5}|[0-9]++)"
N = rf"{_SIGN}(?:{_WHOLE}(?:\.[0-9]++)?(?![0-9])|\.[0-9]++)"
COUNT = rf"(?<![\w.^-]){_WHOLE}(?![.,]*+[0-9])"
_PEOPLE = (
    r"(?:\s+(?:[a-z-]+\s+)?(?:patients|participants|subjects|women|men|children|infants|"
    r"adults|people))?"
)
_O, _C = r"\s*[(\[]\s*", r"\s*[)\]]"
_PC = r"\s?(?:%|per\s?cent\b)"
_TO = r"\s*(?:to|,|;|and)\s*"
_EQ = r"\s*(?:=|:|,|of|was|is)?\s*"
_P_VALUE = (
    r"[Pp](?:[\s-]?[Vv]alue)?\s*(?:=|<|>|≤|≥|:)\s*"
    r"(?:[0-9](?:\.[0-9]+)?(?:\s*[×x]\s*10\^?-|[eE]-)[0-9]+|10\^-[0-9]+|"
    r"0?\.[0-9]+|1(?:\.0+)?|0(?:\.0+)?)"
    r"(?![0-9^]|[.,][0-9]|\s*[×x]\s*10|[eE]-?[0-9]|\s?%)"
)
P = (
    rf"(?:{_P_VALUE}(?:\s+for\s+(?:trend|interaction|heterogeneity|non-?inferiority|"
    r"superiority))?|[Pp]\s*=\s*n\.?\s?s\.?)"
)
_AND_P = rf"(?:\s*[,;(]\s*(?P<p>{P}))?"
_LEVEL = r"(?P<level>9[059](?:\.[0-9])?)"
_CI = (
    rf"\s*[,;]?\s*[(\[]?\s*{_LEVEL}\s?%\s?(?:CI|[Cc]onfidence "
    r"[Ii]nterval)\s*(?:\(CI\)\s*)?[:,=]?\s*"
    rf"[(\[]?\s*(?P<low>{N})(?:{_PC})?{_TO}(?P<high>{N}|{NO_END})(?:{_PC})?"
)
_MEASURE = "|".join(f"(?:{pattern})" for _, pattern in MEASURES)
_UNIT = (
    r"(?P<unit>\s?%|\s(?:percentage\s)?points?|\s(?:days?|weeks?|months?|years?|kg|mm|"
    r"cm|mmHg|mg|min|h|g|s))?"
)

# Words before a number end before its sign.
_NO_SIGN = r"(?<![-–+])(?<![-–+]\s)"


def _form(name: str, pattern: str, flags: int = re.IGNORECASE) -> tuple[str, re.Pattern[str]]:
    return name, re.compile(pattern, flags)


FORMS = (
    _form(
        "statistic",
        rf"(?<![\w.])(?P<symbol>F|t|z|r|χ²|χ2|[Cc]hi-?squared?)\s*[(\[]\s*(?P<df>[0-9.]+(?:\s*,\s*(?:N\s*=\s*)?[0-9.]+)?)\s*[)\]]"
        rf"\s*=\s*(?P<a>{N})(?:\s*[,;]?\s*(?P<p>{P}))?"
        rf"(?:\s*[,;]\s*(?P<partial>partial\s)?(?:η|eta)[\s_-]*p?²?[\s_-]*(?:squared)?\s*=\s*(?P<effect>{N}))?",
        0,
    ),
    _form(
        "effect",
        rf"(?<!\w)(?P<measure>{_MEASURE})(?!\w)(?:\s*\([A-Za-z]{{2,4}}\))?(?:\s+(?:for|of|in|between)\s+[^0-9;:(=<>]{{1,70}}?{_NO_SIGN})?"
        rf"\s*[\[(]?\s*(?:=|:|,|of|was|is)?\s*(?P<a>{N}){_UNIT}(?:{_CI}\s*)?"
        rf"(?:{_C})?(?:\s*[,;(]\s*(?P<p>{P}))?",
    ),
    _form(
        "fraction_percent",
        rf"(?P<a>{COUNT}){_PEOPLE}\s*(?:/\s*|(?:of|among)(?: the)?\s|out "
        rf"of\s)(?P<n>{_WHOLE}){_PEOPLE}{_O}(?P<b>{N}){_PC}",
    ),
    _form(
        "percent_fraction",
        rf"(?P<b>{N}){_PC}{_O}(?:n\s*=\s*)?(?P<a>{COUNT})\s*(?:/|of)\s*(?P<n>[0-9,]+){_PEOPLE}{_C}",
    ),
    _form(
        "fraction_by_sum",
        rf"(?P<a>{COUNT})\s+(?:[^\W\d_]+\s+){{1,3}}?(?P<n>{_WHOLE})"
        rf"{_PEOPLE}{_O}(?P<b>{N}){_PC}",
    ),
    _form("percent_ci", rf"(?P<a>{N}){_PC}{_CI}\s*{_AND_P}"),
    _form("count_percent", rf"(?P<a>{COUNT}){_PEOPLE}{_O}(?P<b>{N}){_PC}\s*(?=[)\],;])"),
    _form("percent_count", rf"(?P<b>{N}){_PC}{_O}n\s*=\s*(?P<a>{COUNT}){_C}"),
    _form("fraction", rf"(?<![\w./])(?P<a>{COUNT})/(?P<n>[0-9]+)(?![/0-9.])"),
    _form(
        "median",
        rf"[Mm]edian(?:[^0-9;()]{{1,60}}?{_NO_SIGN}|\s*)(?:\(IQR\)\s*)?{_EQ}(?P<a>{N})(?:\s[a-z]+)?\s*[(\[,]\s*"
        r"(?P<what>IQR|interquartile range|range)\s*[,:=]?\s*(?:\[|"
        rf"\()?\s*(?P<low>{N}){_TO}(?P<high>{N})",
    ),
    _form(
        "mean_sd",
        rf"(?:mean|M)\s*\(\s*±?\s*SD\s*\)[^0-9;()]{{0,60}}?{_NO_SIGN}(?P<a>{N})(?:\s[a-z]+)?{_O}±?\s*(?P<b>{N})",
    ),
    _form("mean_sd", rf"(?P<a>{N})(?:\s[a-z]+)?\s*[(\[,]\s*SD\s*[,:=]?\s*±?\s*(?P<b>{N})"),
    _form("mean_se", rf"(?P<a>{N})(?:\s[a-z]+)?\s*[(\[,]\s*SEM?\s*[,:=]?\s*±?\s*(?P<b>{N})"),
    _form("plus_minus", rf"(?P<a>{N})\s*(?:±|\+/-)\s*(?P<b>{N})"),
    _form("value_ci", rf"(?P<a>{N}){_UNIT}{_CI}\s*{_AND_P}"),
    _form("p", rf"(?<!\w)(?P<p>{P})", 0),
    _form(
        "percents", rf"(?P<a>{N}){_PC}\s+(?:v|vs\.?|versus|compared (?:with|to))\s+(?P<b>{N}){_PC}"
    ),
)
