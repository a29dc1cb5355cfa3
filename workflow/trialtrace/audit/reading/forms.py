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
_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", *("thir", "four", "fif", "six", "seven", "eigh", "nine")]
_TENS = ["twen", "thir", "for", "fif", "six", "seven", "eigh", "nine"]
IN_WORDS = {one: str(at) for at, one in enumerate(_ONES, 1)}
IN_WORDS |= {one + "teen" * (at > 12): str(at) for at, one in enumerate(_TEENS, 10)}
IN_WORDS |= {f"{ten}ty": f"{at}0" for at, ten in enumerate(_TENS, 2)}
for _at, _ten in enumerate(_TENS, 2):
    IN_WORDS |= {f"{_ten}ty-{one}": f"{_at}{IN_WORDS[one]}" for one in _ONES}
"""Numbers up to 99 as words."""
_HYPHENS = r"\u2010\u2011-"
_WORDED = "|".join(sorted(IN_WORDS, key=len, reverse=True)).replace("-", f"[{_HYPHENS}]")
_COUNTED = (
    rf"(?:{COUNT}|(?<![\w{_HYPHENS}])(?<!hundred )(?<!hundred and )(?<!ty )(?:{_WORDED})"
    rf"(?![\w{_HYPHENS}]| hundred))"
)
_BEINGS = (
    r"(?:(?:patient|participant|subject|eye|case|infant|adult|student|girl|boy|mother|individual|"
    r"person|volunteer|resident|knee|lesion|admission)s?|women|woman|men|man|children|child|people|"
    r"teeth)(?![\s-](?:groups?|visits?|years?|days?|months?)\b)"
)
_PEOPLE = rf"(?:\s+(?:[a-z-]+\s+)?{_BEINGS})?"
# What stands behind a number that counts them.
PEOPLE_COUNTED = rf"(?:{_BEINGS}|deaths?|events?|episodes|infections)(?!\s\w+\s(?:ye|mon|day)|\w)"
# What was counted, in at most two words: no unit, no link, no "of".
_NOUNS = (
    rf"(?:{_PEOPLE}|(?:\s+(?!(?:of|and|or|to|vs|versus|in|at|for|with|than|by|was|were|had|from|"
    r"minutes?|mins?|hours?|days?|weeks?|months?|years?|points?|m?g|kg|mm|cm|ml|mmol|per)\b)"
    r"[A-Za-z][a-z-]*){1,2}|\s+of\s+(?:whom|them|these|those))"
)
# An arm's name between two numbers that are compared, in brackets or not.
_ARM = r"(?:\s+(?:(?:in|for|with|on)\s+)?(?:the\s+)?[A-Za-z][\w/+-]*(?:\s[A-Za-z][\w/+-]*)?)?\)?"
_NAME = r"[A-Za-z][\w/+-]*(?:\s[A-Za-z+][\w/+-]*){0,2}?"
_VERSUS = r"\s*,?\s+(?:vs?\.?|versus|compared (?:with|to))\s+(?:an?\s)?\(?"
_O, _C = r"\s*[(\[]\s*", r"\s*[)\]]"
_PC = r"\s?(?:%|per\s?cent\b)"
_TO = r"\s*(?:to|,|;|and)\s*"
_EQ = r"\s*(?:=|:|,|of|was|is)?\s*"
_P_VALUE = (
    r"[Pp](?:['’]?s|[\s-]?[Vv]alues?)?(?:\s*(?:=|<|>|≤|≥|:)|(?<=alue)\s+of\b)\s*"
    r"(?:[0-9](?:\.[0-9]+)?(?:\s*[×x]\s*10\^?-|[eE]-)[0-9]+|10\^-[0-9]+|"
    r"0?\.[0-9]+|1(?:\.0+)?|0(?:\.0+)?)"
    r"(?![0-9^]|[.,][0-9]|\s*[×x]\s*10|[eE]-?[0-9]|\s?%)"
)
P = (
    rf"(?:{_P_VALUE}(?:\s+for\s+(?:trend|interaction|heterogeneity|non-?inferiority|"
    r"superiority))?|[Pp]\s*=\s*n\.?\s?s\.?)"
)
_UNITS = (
    r"(?:(?:percentage\s)?points?|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|seconds?|"
    r"[kmµμnp]?[glmU]|c?mm?|mmHg|k?cal|kJ|bpm|IU|[mµμnp]mol|h|s|"
    r"[kmµμnp]?(?:[glLU]|mol)/[kmd]?[gmlL]²?/(?:min|day|h|d|s)|"
    r"[kmµμnp]?[glU]/(?:[dm]?l|[dm]?L|kg|m²|min|day|week|h)|(?:[mµμnp]?mol|min|hours?|beats|steps|events|[kc]?m)"
    r"/(?:l|min|day|week|year|h|s|mol|d))(?![\w/])"
)
_UNIT = rf"(?P<unit>\s?%|\s{_UNITS})?"
_AND_P = rf"(?:\s*[,;(]\s*(?P<p>{P}))?"
_C_I = r"\s?(?:CIs?\b|confidence)"
_LEVEL = r"(?P<level>9[059](?:\.[0-9])?)"
_CI = (
    rf"\s*[,;]?\s*[(\[]?\s*{_LEVEL}\s?%\s?(?:CI|[Cc]onfidence "
    r"[Ii]nterval)\s*(?:\(CI\)\s*)?[:;,=]?\s*"
    rf"[(\[]?\s*(?P<low>{N})(?:{_PC}|\s{_UNITS})?{_TO}(?P<high>{N}|{NO_END})(?:{_PC}|\s{_UNITS})?"
)
# "[0.87 to 1.42]" behind an effect.
_LIMITS = rf"\s*[(\[,;]\s*(?:CI\s*(?:95\s?%)?[:,=]?\s*)?(?P<least>{N})\s*to\s*(?P<most>{N})"
_MEASURE = "|".join(f"(?:{pattern})" for _, pattern in MEASURES)
_MEASURE += r"|(?-i:(?<![-A-Z0-9])(?<![A-Z0-9] )(?:[Bb]eta|ES(?=\s*=))(?=\W{1,3}[0-9.]))"
# Words before a number end before its sign.
_NO_SIGN = r"(?<![-–+])(?<![-–+]\s)"


def _form(name: str, pattern: str, flags: int = re.IGNORECASE) -> tuple[str, re.Pattern[str]]:
    return name, re.compile(pattern, flags)


FORMS = (
    _form(
        "statistic",
        rf"(?<![\w.])(?P<symbol>F|t|z|r|χ²|χ2|[Cc]hi-?squared?)"
        rf"(?:\s*[(\[]\s*|(?<=[tF])_?(?=[0-9, ]+=))"
        rf"(?P<df>[0-9.]+(?:\s*,\s*(?:N\s*=\s*)?[0-9.]+)?)\s*[)\]]?"
        rf"\s*=\s*(?P<a>{N})(?:\s*[,;]?\s*(?P<p>{P}))?"
        rf"(?:\s*[,;]\s*(?P<partial>partial\s)?(?:η|eta)[\s_-]*p?[²2]?[\s_-]*(?:squared)?\s*=\s*(?P<effect>{N}))?",
        0,
    ),
    _form(
        "tested",
        rf"(?<![\w.])(?P<symbol>[Zz]|t|F|χ[²2])(?:[\s-]?(?:value|score))?\s*=\s*(?P<a>{N})"
        rf"\s*(?:[,;(]|and\b)?\s*(?P<p>{P})",
        0,
    ),
    _form(
        "effect",
        rf"(?<!\w)(?P<measure>{_MEASURE})(?!\w)(?:\s*\([A-Za-z]{{2,4}}\))?(?:\s+(?:for|of|in|between)\s+[^0-9;:(=<>]{{1,70}}?{_NO_SIGN})?"
        rf"\s*[\[(]?\s*(?:=|:|,|of|was|is)?\s*(?P<a>{N}){_UNIT}(?:\s*±\s*{N}\s?%?)?(?:{_CI}\s*|{_LIMITS})?"
        rf"(?:{_C})?(?:\s*[,;(]\s*(?P<p>{P}))?",
    ),
    _form(
        "fraction_percent",
        rf"(?P<a>{_COUNTED}){_PEOPLE}\s*(?:/\s*|(?:of|among)(?: the)?\s|out "
        rf"of\s)(?P<n>{_WHOLE})(?:{_NOUNS}{_O}|{_PEOPLE}\s?[,;:=]\s*)(?P<b>{N}){_PC}(?!{_C_I})",
    ),
    _form(
        "part_of",
        rf"(?P<a>{_COUNTED})(?:{_NOUNS})?{_O}(?P<b>{N}){_PC}{_C}\s*(?:out )?of (?:the )?"
        rf"(?P<n>{_WHOLE})(?![.,]?[0-9%])",
    ),
    _form(
        "percent_fraction",
        rf"(?P<b>{N}){_PC}{_O}(?:n\s*=\s*)?(?P<a>{COUNT})\s*(?:/|of)\s*(?P<n>[0-9,]+){_PEOPLE}(?:[:;,]\s*[^()0-9]{{1,40}})?(?:{_C}|(?=\s*[,;]\s*[Pp]\s*[=<>≤≥]))",
    ),
    _form(
        "fraction_by_sum",
        rf"(?P<a>{COUNT})\s+(?:[^\W\d_]+\s+){{1,3}}?(?P<n>{_WHOLE})"
        rf"{_PEOPLE}{_O}(?P<b>{N}){_PC}",
    ),
    _form("percent_ci", rf"(?P<a>{N}){_PC}{_CI}\s*{_AND_P}"),
    _form(
        "count_percent", rf"(?P<a>{_COUNTED}){_NOUNS}{_O}(?P<b>{N}){_PC}\s*(?=[)\],;]|(?:of|for)\b)"
    ),
    _form("sized", rf"(?<!\w)n\s*=\s*(?P<a>{COUNT})\s*[,;:(/]\s*(?P<b>{N}){_PC}(?!{_C_I})"),
    _form("percent_count", rf"(?P<b>{N}){_PC}{_O}n\s*=\s*(?P<a>{COUNT}){_C}"),
    _form("fraction", rf"(?<![\w./])(?P<a>{COUNT})/(?P<n>[0-9]+)(?![/0-9.])"),
    _form(
        "median",
        rf"[Mm]edian(?:[^0-9;()]{{1,60}}?{_NO_SIGN}|\s*)(?:\(IQR\)\s*)?{_EQ}(?P<a>{N})(?:\s[a-z]+)?\s*[(\[,]\s*"
        r"(?P<what>IQR|interquartile range|range)\s*[,:=]?\s*(?:\[|"
        rf"\()?\s*(?P<low>{N}){_TO}(?P<high>{N})",
    ),
    _form(
        "iqr",
        rf"(?P<a>{N}){_UNIT}(?:\s[a-z]+)?\s*[(\[,]\s*(?:IQR|inter-?quartile range)\s*[,:=]?"
        r"\s*[(\[]?\s*"
        rf"(?P<low>{N})(?:{_PC}|\s{_UNITS})?{_TO}(?P<high>{N})",
    ),
    _form(
        "mean_sd",
        rf"(?:mean|M)\s*\(\s*±?\s*SD\s*\)[^0-9;()]{{0,60}}?{_NO_SIGN}(?P<a>{N})(?:\s[a-z]+)?{_O}±?\s*(?P<b>{N})",
    ),
    _form(
        "mean_sd",
        rf"(?P<a>{N})(?:\s[a-z]+|{_PC})?\s*[(\[,;]?\s*\b"
        rf"(?:SD|s\.d\.|standard deviation)\s*[,:=]?\s*±?\s*(?P<b>{N})",
    ),
    _form("mean_se", rf"(?P<a>{N})(?:\s[a-z]+)?\s*[(\[,]\s*SEM?\s*[,:=]?\s*±?\s*(?P<b>{N})"),
    _form("plus_minus", rf"(?P<a>{N})(?:{_PC}|\s{_UNITS})?\s*[(\[]?\s*(?:±|\+/-)\s*(?P<b>{N})"),
    _form("value_ci", rf"(?P<a>{N}){_UNIT}{_CI}\s*{_AND_P}"),
    _form("told", rf"(?P<a>{N}){_UNIT}\s*[(\[](?P<low>{N})(?:{_TO}(?P<high>{N}))?\s*[)\]]"),
    _form("correlation", rf"(?<![\w.])(?P<symbol>r|rho|ρ)\s*=\s*(?P<a>{N}){_AND_P}", 0),
    _form("p", rf"(?<!\w)(?P<p>{P})", 0),
    _form(
        "percents", rf"(?P<a>{N}){_PC}\s+(?:v|vs\.?|versus|compared (?:with|to))\s+(?P<b>{N}){_PC}"
    ),
    _form("percent_and", rf"(?P<a>{N})\s+and\s+(?P<b>{N}){_PC}(?=[^.;0-9]{{1,90}}\brespectively)"),
    _form("percent_pair", rf"(?P<a>{N})(?:{_PC})?{_ARM}{_VERSUS}(?P<b>{N}){_PC}"),
    _form(
        "share_of",
        rf"(?P<a>{COUNT}){_PEOPLE}\s+(?:out\s+)?of\s+(?:the\s+)?(?P<n>{_WHOLE})(?![.,]?[0-9%])",
    ),
    _form(
        "share_of",
        rf"(?P<a>{_COUNTED})\s+(?:out\s+)?of\s+(?:the\s+)?(?P<n>{_WHOLE})(?=\s(?:[a-z-]+\s)?{_BEINGS}\b)",
    ),
    _form(
        "from_to",
        rf"(?<= )(?P<a>{N})(?:{_PC}|\s{_UNITS})?\s+to\s+"
        rf"(?P<b>{N})(?P<unit>{_PC}|\s{_UNITS})?(?![\w%/])",
    ),
    _form("value_pair", rf"(?P<a>{N})(?:\s{_UNITS})?{_ARM}{_VERSUS}(?P<b>{N}){_UNIT}(?![\w%])"),
    _form(
        "change",
        rf"(?P<a>{N}){_PC}\s(?P<word>reduction|decrease|increase|lower|higher|greater|fewer|less|more)\b",
    ),
    _form("percent", rf"(?P<a>{N}){_PC}(?!{_C_I})"),
    _form(
        "times",
        r"(?<![\w.])(?P<a>[0-9]{1,6}\.[0-9]{1,6})(?:\stimes|[\s-]?fold)(?=\s(?:as|more|less|higher|"
        r"lower|greater|the\s(?:odds|risk|rate)|(?:in|de)crease|reduction|odds|risk)\b|"
        r"(?:,|\sand)\s[0-9.]+(?:\stimes|[\s-]?fold))",
    ),
    _form(
        "rate",
        rf"(?P<a>{N})(?:\s(?!per\b)[a-z]+)?\s(?P<unit>per 10+ (?:patient|person|subject)[\s-]"
        r"(?:years|months|days))",
    ),
    _form(
        "counts",
        rf"(?P<a>{COUNT}) and (?P<b>{COUNT})\s(?:[a-z-]+\s)?{PEOPLE_COUNTED}(?=[^.;0-9]{{0,60}}"
        r"\b(?:respectively|(?:two|both)(?: \w+)? (?:groups|arms)))",
    ),
    _form("to_arm", rf"(?P<a>{_COUNTED})(?:{_PEOPLE})?(?=\sto\s(?:the\s)?[A-Za-z])"),
    _form("counted", rf"(?P<a>{_COUNTED})(?:\s(?!of\b)[a-z-]+)?\s{PEOPLE_COUNTED}"),
    _form(
        "size",
        rf"(?<=[(\[])\s*n\s*=\s*(?P<a>{COUNT})(?=\s*[)\]]|\s*[,;][^()\[\]0-9=]*[)\]])",
    ),
    _form(
        "in_arm",
        rf"(?<!\w)n\s*=\s*(?P<a>{COUNT})(?=\s+(?:in|for)\s+(?!each|both|all)[^()0-9,;]{{3,40}}[);,])",
    ),
    _form(
        "in_arm",
        rf"(?P<a>{_COUNTED})(?=\sin\s(?:the\s)?{_NAME}"
        rf"(?:\s(?:groups?|arms?)\b|(?:,| and)\s{_COUNTED}\sin\s(?:the\s)?{_NAME}\sgroups?\b))",
    ),
    _form(
        "subject",
        rf"(?P<a>{_COUNTED})(?=\s(?:were|was|had|did|died|reported|completed|received|withdrew|"
        r"discontinued|dropped|underwent|experienced|developed|required|showed|achieved|"
        r"randomi[sz]ed|assigned|allocated)\b)",
    ),
    _form(
        "value",
        rf"(?P<a>{N})(?P<unit>\s{_UNITS})?"
        r"(?![\w%/×:]|[-–.,:][\w(]|\s?(?:%|/|±|×|=|x\s|to\s-?[0-9]|-?fold|times))",
    ),
)
PAIRS = ("percents", "percent_and", "percent_pair", "value_pair", "from_to", "counts")
"""Forms of two numbers that are compared, or the ends of a change."""
