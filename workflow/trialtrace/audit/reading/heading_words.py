"""What heads, row labels and captions say of the numbers below and beside them."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from trialtrace.audit.reading.characters import MARKS

_SD = r"(?:SDs?|s\.?\s?d\.?(?![a-z])|standard deviations?|std\.? dev\.?)"
# "Se" is selenium.
_SE = (
    r"(?:(?-i:SEM?|SEMs|(?<=[(\[±,/])SEs|(?<=\s±\s)SEs|(?<=and\s)SEs|sem?|S\.\s?E\.(?:\s?M\.)?|s\.e\.(?:m\.)?)|"
    r"(?:standard|std\.?) err(?:ors?)?(?: of the mean)?)"
)
_IQR = (
    r"(?:IQRs?|(?:(?:the )?lower and upper|(?:the )?25\s?%(?:\s?and\s?|\W{1,3})75\s?%|"
    r"25th and 75th|(?:1st|first) and (?:3rd|third)) (?:quartiles?|(?:per)?centiles)|"
    r"inter-?quartiles?(?: ranges?| intervals?)?|quartiles|quartile(?=[)\]])|Q1\W{1,3}Q3|"
    r"25(?:th)?\W{1,4}75(?:th)?(?:\s?(?:per)?centiles?)?|[Pp]?25Q?%?\W{1,3}[Pp]?75[Q%]?)"
)
_RANGE = (
    r"(?:(?:full |lower[\s-](?:and )?upper )?range|min\.?\s?\W\s?max\.?|"
    r"minimum(?:\W{1,3}| and )maximum(?: values?)?)(?:\W{1,2}min\W{1,2}max)?"
)
_LEVEL = r"9\d(?:\.\d+)?\s?%"
_CI = (
    rf"(?:(?:{_LEVEL}?\s?)?"
    r"(?<![A-Za-z])(?:CI(?-i:s)?|CL|(?:confidence|credib(?:le|ility)) (?:intervals?|limits))"
    r"(?![A-Za-z])"
    rf"(?:\s?{_LEVEL})?)"
)
_N = (
    r"(?:n|no\.?|nos\.?|numbers?|counts?|cases?|frequenc(?:y|ies)|freq\.?)"
    r"(?: of (?:patients|participants|subjects|cases|events|women|men|children|infants)"
    r"| in (?:the )?analysis| (?:analy|randomi)[sz]ed| evaluated| assessed| with data)?"
)
_PERCENT = r"(?:%|per ?cent(?:age)?s?)"
_GAP = r"\s*(?:[,;:/(\[±+]|\+/-|and|with)*\s*(?:[±(])?\s*"
_MEAN = r"(?:(?<!response )means?(?: values?| scores?)?|(?<!an )average(?=\s\w)|M(?=\W{1,3}S[DE]))"
_MEDIAN = r"(?:medians?|Mdn)(?: values?| scores?)?"
_END = r"[)\]]?"
LONGEST = 400
"""Characters of a head or a label; what is longer is text."""
_UNIT = r"(?:years?|yrs?|months?|mo|weeks?|wks?|days?|hours?|hrs?|minutes?|min|kg|mm|cm|mg|g)"
# "Median days in hospital (IQR)": words between a statistic and its spread, a unit behind it.
_PARTED = re.compile(
    rf"^(?P<lead>[^;:()\[\]±]*,\s+)?(?P<main>mean|median)\s+(?P<of>(?:[^;:()\[\]±]|\([^()]{{1,12}}\))*[^,;:(\[\]\s±])\s*[,(\[][,(\[\s]*"
    rf"(?:(?P<iqr>{_IQR})|(?P<sd>{_SD})|(?P<se>{_SE})|(?P<range>{_RANGE})|(?P<ci>{_CI}))\s*[)\]]?"
    rf"(?:\s*[,;(\[–—-]?\s*{_UNIT}\.?\s*[)\]]?|\s*[,;]\s*\S{{1,12}}(?:\s\S{{1,12}})?)?$",
    re.IGNORECASE,
)
# "Mean change (95% CI) from baseline": the same, with words behind it.
_LOOSE = re.compile(
    rf"\b(?P<main>mean|median)s?\s+(?P<of>[^;:()\[\]]*[^,;:()\[\]\s±])\s*[(\[±]\s*±?\s*"
    rf"(?:(?P<iqr>{_IQR})|(?P<sd>{_SD})|(?P<se>{_SE})|(?P<range>{_RANGE})|(?P<ci>{_CI}))\s*[)\]]"
    r"(?=\s+\w)",
    re.IGNORECASE,
)
_SPREADS = ("iqr", "sd", "se", "range", "ci")
# The longest first: what is found is taken out of the text.
KINDS: tuple[tuple[str, str], ...] = (
    ("geometric_mean_iqr", rf"geometric means?{_GAP}{_IQR}{_END}"),
    ("geometric_mean_ci", rf"(?:geometric means?|(?-i:GM[TC]s?)){_GAP}{_CI}{_END}"),
    ("median_iqr", rf"{_MEDIAN}{_GAP}{_IQR}{_END}"),
    ("median_range", rf"{_MEDIAN}{_GAP}{_RANGE}{_END}"),
    ("median_ci", rf"{_MEDIAN}{_GAP}{_CI}{_END}"),
    ("mean_range", rf"{_MEAN}{_GAP}{_RANGE}{_END}"),
    ("mean_sd", rf"{_MEAN}{_GAP}{_SD}{_END}|[xX]\s?[-−–¯\u0304\u0305]?\s?±\s?(?:s|SD)"),
    ("mean_se", rf"{_MEAN}{_GAP}{_SE}{_END}"),
    ("mean_ci", rf"{_MEAN}(?:{_GAP}|\s[^.;,]{{1,30}}\swith\s){_CI}{_END}"),
    (
        "events_patients",
        rf"(?:n|no\.?|numbers?) of events{_GAP}(?:n|no\.?|numbers?) of patients{_END}",
    ),
    ("fraction", r"(?:n/N|no\.?\s?/\s?total(?: no\.?)?)(?:\s*[(,]?\s*%\s*\)?)?"),
    ("count_percent", rf"(?:{_N}|f)\.?{_GAP}{_PERCENT}{_END}"),
    ("percent_count", rf"{_PERCENT}{_GAP}{_N}{_END}"),
    ("percent_ci", rf"(?<![0-9])(?<![0-9]\s){_PERCENT}{_GAP}{_CI}{_END}"),
    ("person_time", r"(?<!per )(?:person|patient)[\s-]*(?:years?|yrs?)|pyrs?"),
    ("iqr", _IQR),
    ("sd", _SD),
    ("se", _SE),
    ("ci", _CI),
    ("geometric_mean", r"geometric means?(?: (?:titers?|titres?|concentrations?))?|(?-i:GM[TC]s?)"),
    ("median", _MEDIAN),
    ("mean", _MEAN),
    ("percent", _PERCENT),
)
_ALONE: tuple[tuple[str, str], ...] = (
    *(("count", _N), ("range", _RANGE), ("mean", r"(?-i:M)")),
    (
        "low",
        r"(?:95\s?%\s?(?:CI|CL)\W*)?lower(?: (?:limit|bound|95\s?% ?CI|CI|CL|95\s?% ?CL))?|LCL|LL",
    ),
    (
        "high",
        r"(?:95\s?%\s?(?:CI|CL)\W*)?upper(?: (?:limit|bound|95\s?% ?CI|CI|CL|95\s?% ?CL))?|UCL|UL",
    ),
)
# As a ledger names them; which measure a "difference" is, its word alone does not say.
UNSAID = "difference"
COEFFICIENT = "coefficient"
# "Regression coefficient or odds ratio": which of them a row has is not said.
EITHER = "estimate"
# "Ratio (95% CI)": of what is not said, which no expression has a word for.
RATIO = "ratio"
# "A vs B" alone: of means a difference, else either.
VERSUS = "versus"
OPEN = (UNSAID, COEFFICIENT, EITHER, VERSUS)
"""Measures that no ledger has a word for."""
MEASURES: tuple[tuple[str, str], ...] = (
    (
        "geometric_mean_ratio",
        r"ratios? of (?:the )?(?:geometric means?|GM[TC]s?)|geometric means? ratio|(?-i:\bGMR\b)",
    ),
    (RATIO, rf"^(?:adjusted )?ratio(?=\W{{0,3}}{_CI})"),
    ("hazard_ratio", r"hazards? ratio|(?-i:\ba?HRs?\b)"),
    ("odds_ratio", r"odds ratio|(?-i:\ba?ORs?\b)|relative odds"),
    ("rate_ratio", r"(?:incidence )?rate ratio|(?-i:\bIRRs?\b)"),
    ("risk_ratio", r"(?:risk|prevalence) ratio|relative risk|(?-i:\ba?RRs?\b)|ARR(?= or \w*\s?RR)"),
    ("risk_difference", r"(?:absolute )?risk (?:difference|reduction)|(?-i:\bARR\b)|(?-i:\bRD\b)"),
    (
        "standardised_difference",
        r"Cohen.?s d|Hedges.{0,2} g|standardi[sz]ed mean differences?|(?-i:\bSMD\b)|"
        r"(?:effect sizes?|(?-i:\bES\b))\W{1,3}(?-i:[dg]\b)|"
        r"effect sizes?\W{1,3}(?:Cohen.?s? d|Hedges.{0,2} g)\)?|Cohen.?s? d",
    ),
    (
        "mean_difference",
        r"(?:adjusted )?(?:mean|between[\s-]group) difference|difference (?:in|of|"
        r"between) means|diff\.? (?:in |of )?means?|(?-i:\bMD\b)",
    ),
    ("number_needed_to_treat", r"number needed to treat|(?-i:\bNNT\b)"),
    (
        COEFFICIENT,
        r"(?:(?:un)?adjusted )?(?:(?:B|β|regression) )?coef(?:ficients?\b|f?s?\b\.?)(?! of)|"
        rf"(?-i:(?<![\w-])β)|(?-i:^B)(?=\s*[±(\[]\s*(?:{_SE}|{_CI}))",
    ),
    (
        UNSAID,
        rf"(?:treatment |group )?differences?|(?:treatment|group) comparisons?(?=\W*{_LEVEL})|"
        r"treatment effects?|estimates?|diff\.?|"
        r"(?<!side )(?<!adverse )effects?(?: sizes?)?(?! on\b)",
    ),
)
_P = (
    r"(?:\W*p(?:[\s-]*values?)?(?:\s+(?:vs?\.|vs|versus|compared (?:with|to)|for|main|interaction|"
    r"within|between)(?!\w)[^()]*)?\W*|"
    r".*\bp[\s-]values?\b.*|p\W{0,3}\([^()]*\b(?:vs?|versus|test|trend|between|an[co]*ova|"
    r"wilcox\w*|mann|fisher\w*|chi|log-?rank|(?:un)?adjusted|time|group|treatment)\b[^()]*\)|p\s?>\s?[|I]t[|I]|"
    r"(?:statistical )?significance|sig\.)"
)
# Columns of what a test or a model gives, which no ledger takes without its degrees of freedom.
_STATISTIC = re.compile(
    r"(?-i:[FtzZUWHd](?:\s*\([0-9., ]+\))?|df|DF)|(?:t|F|z|χ²?|chi)\s*\((?:p|df)\)|"
    r"[tFz](?:[\s-]values?)?(?: or |\s?/\s?)[χx]\s?²|"
    r"(?:within|between)[\s-]groups? (?-i:[tF])|"
    r"(?:test[\s-]?)?(?:stadi?grap\w*|estad[ií]grafo|estad[ií]stic[oa]|statisti(?:cs?|k|que)|"
    r"prüfgröße)(?: (?:de|of|du) \w+)?|(?-i:gl|g\.l\.)|"
    r"[χx]\s?²|χ2?|d\.f\.|degrees of freedom|η[²2]|(?:adj(?:usted|\.)? )?R[²2]|"
    r"(?:t|F|z|χ[²2]|chi-squared?|test|wald)[\s-](?:values?|statistics?|test)|"
    r"(?-i:r)|(?:partial )?(?:η|eta)[\s-]?p?[\s-]?(?:²|2|squared?)?p?|η²p|ω²|"
    r"effect sizes?(?: [(\[](?![^()]*\b(?:CI|Cohen|Hedges)|[dg]\W)[^()]*[)\]])?",
    re.IGNORECASE,
)
# "HR (bpm)" and "RR (/min)" are of the heart and of breath.
_RATE = re.compile(
    r"\b[HR]R\b\W{1,3}(?:bpm|b(?:eats?)?\W{0,3}min|breaths|/?\s?min)|\bHR\W?(?:max|peak|rest)",
    re.IGNORECASE,
)
SYMBOLS = (
    ("t", r"[tT](?=$|[\s-])(?!.*[χx]\s?²)"),
    ("F", r"F"),
    ("z", r"[zZ](?=$|[\s-])"),
    ("χ²", r"χ\s?²|[Cc]hi-?squared?"),
    ("df", r"df|DF|d\.f\.|g\.?l\.?|[Dd]egrees of freedom"),
)
# Of one group between two visits.
_OVER_TIME = re.compile(
    r"\b(?:from|between|since|vs\.?|to)\s.*\b(?:baseline|before|pre\w*|start|day|week|month|visit)\b",
    re.I,
)
_OTHER_NULL = re.compile(
    r"\b(?:interaction|trend|heterogeneity|homogeneity|non-?inferiority|equivalence)\b", re.I
)
_ADJUSTED = re.compile(
    r"\b(?:adjust(?:ed|ing|ment)|ancova|mixed[\s-]|regression|model|imput|covaria|stratified|a(?:HR|OR|RR)\b)",
    re.IGNORECASE,
)
_PEOPLE = r"(?:patients|participants|subjects|women|men|children|infants|pts)"
_DIGITS = r"[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+"
# "(9 schools, n = 300)": how many clusters an arm has.
_CLUSTERS = re.compile(
    r"(?<=[(\[])\s*[0-9]+ (?:\w+ )?(?:schools|clusters|practices|hospitals|sites|cent(?:er|re)s|"
    r"villages|clinics|wards|class(?:es|rooms)|communities|teams|homes|facilities|households|"
    r"districts)(?:\s?[,;:/]\s?|\s(?:and|with)\s|(?=\s*[)\]]))",
    re.IGNORECASE,
)
# "(n = 17 schools, 44 teams)": of what is no patient; "(n = 40, 38)": of which visit is not said.
_OTHER_SIZE = re.compile(
    rf"[(\[]\s*n\s*=\s*[0-9]+\s+(?!{_PEOPLE}\b)[a-z][^()]*[)\]]"
    r"|^\s*[0-9]+\s(?:sites|teeth|eyes|knees|hips|limbs|implants|lesions|samples|clusters)\s*$"
    r"|[(\[]?\s*\bn\s*=\s*[0-9]+(?:(?:[,;]\s+|\s?/\s?)[0-9]+)+\s*[)\]]?",
    re.IGNORECASE,
)
_SIZE = re.compile(
    # "Group Cn = 60" has lost the brackets.
    # and "Controln = 60" a line's end, as no word that ends in "ln" or "sn" has; "PlaceboN = 60".
    rf"[(\[]?\s*(?:(?<=[(\[])total\s+)?(?:\b|(?<=(?-i:\s[A-Z]|[a-z][lsptdky]))(?=(?-i:n))|(?<=(?-i:[a-z]))(?=(?-i:N)))(?:n|no\.?)\s*[=:]\s*({_DIGITS})\b(?!\.[0-9]|\s*[,/]\s*[0-9])"
    rf"(?:\s*{_PEOPLE})?\s*[)\]]?|[(\[]?\bno\.\s*({_DIGITS})\s+{_PEOPLE}\.?\s*[)\]]?"
    rf"|[(\[]\s*n?\s*({_DIGITS})\s+{_PEOPLE}\s*[)\]]|[(\[]\s*n\s+({_DIGITS})\s*[)\]]|^\s*n\s+({_DIGITS})\s*$",
    re.IGNORECASE,
)
_UNIT_OF_TIME = r"(?:minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wks?|months?|mos?|years?|yrs?|y)"
_NTH = r"(?:first|second|third|fourth|1st|2nd|3rd|[0-9]th|final|last|initial|all)"
_WORDED = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen)[\s-]"
_PROCEDURE = (
    r"(?:the )?(?:treatment|intervention|training|surgery|operation|induction|intubation|"
    r"extubation|exercise|injection|infusion|procedure|therapy|an[ae]{1,2}sthesia|dos(?:e|ing)|meal|delivery|"
    r"supplementation|rehabilitation|discharge|transplantation|vaccination)"
)
_VISIT = re.compile(
    r"(?:at |after |on )?(?:(?:at )?baseline|base line|entry|enrolment|admission|discharge|"
    r"[0-9]{1,2}:[0-9]{2}(?: ?[ap]\.?m\.?)?|[0-9]{1,2}\.[0-9]{2} ?(?:[ap]\.?m\.?|hrs?)|"
    r"(?:pre|post)(?![\s-]?(?:eclam|term|menop|diabet|hypert|exist|medic|pregn|trauma|stroke))"
    r"(?:[\s-]\w+|-?(?:test|treatment|intervention|training|dose|surgery|op\w*))?"
    r"(?:[\s-]+(?:week|month|day)s? ?[0-9]+)?|start|exit|"
    r"T ?[0-9][\s,:–-]+(?:baseline|[0-9]+ \w+)|"
    rf"(?:(?:{_NTH}|end of) )?follow[\s-]?up(?: [0-9]+)?|{_NTH} (?:visits?|assessment)|"
    rf"(?!all ){_NTH} (?:evaluation|measurement|test|week|day|month)|"
    r"end(?: ?point| (?:of|at) (?:the )?[a-z]+(?:[\s-]up)?)?|"
    rf"(?:before|after)(?: {_PROCEDURE})?|final|"
    r"T ?[0-9]|POD ?[0-9]+|"
    r"(?:week|month|day|year|visit|hour|time|session|phase|period|cycle)s?\s?[0-9]+"
    r"(?:\s?(?:to|and|-|–)\s?[0-9]+)?"
    rf"(?: follow[\s-]?up| (?:before|after) {_PROCEDURE}|"
    r" (?:mid|end|final|screen|rand|base)[\w/-]*(?: (?:of )?\w+)?)?|"
    rf"{_WORDED}{_UNIT_OF_TIME}(?: follow[\s-]?up| later)?|"
    rf"(?:{_NTH}|[0-9]+(?:\.[0-9]+)?)[\s-]?{_UNIT_OF_TIME}"
    r"(?: follow[\s-]?up| later| (?:after|post|of)[\s-][\w\s-]+)?)\.?"
    r"(?:\s*[(\[](?=[^()\[\]]*[a-z])[^()\[\]]{1,30}[)\]])?",
    re.IGNORECASE,
)
# Stages and populations that stand over or below arms: "induction phase", "per protocol".
STAGE = re.compile(
    r"\b(?:cycles?|phases?|periods?|visits?|stages?|time ?points?|follow[\s-]?up|baseline|before|"
    r"after|during|pre|post|weeks?|months?|days?|hours?|years?|start|end|session|in ?hospital|"
    r"ITT|PP|mITT|FAS|intention|intent|protocol|randomi[sz]ed|completers?|population|as treated|"
    r"safety|analysis set|any grade|all grades?|grades?|(?-i:G[0-4]))\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:(?:mean|absolute|percent(?:age)?|%) )?change[sd]?"
    r"(?:,? (?:from|since|vs\.?) (?:(?!\b(?:in|of)\b).){1,30}?)?"
    r"(?: (?P<when>(?:to|at|after) (?P<visit>(?:(?!\b(?:in|of)\b).)*?)))?,?"
    r"(?: (?:in|of) (?:the )?(?P<of>.+))?|Δ",
    re.IGNORECASE,
)
PERCENT_CHANGED = re.compile(
    r"(?:mean |median )?(?:percent(?:age)?|%) change[sd]?\b", re.IGNORECASE
)
EVERYONE = re.compile(
    r"(?:total|all|overall|both(?: groups)?|"
    r"(?:all|total) (?:patients|participants|subjects|groups|pts)|"
    r"(?:whole|entire|total|full|overall) (?:cohort|sample|group|population)|overall total|"
    r"(?:safety|efficacy|full analysis|evaluable|intention[- ]to[- ]treat|itt|per[- ]protocol) "
    r"(?:population|set|sample))",
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
    text = re.sub(rf"\s*[{re.escape(MARKS)}]+(?=$|\s*[,(])", "", text)
    text = re.sub(r"(?<!\w)(p)\s?[‐–—−]\s?(?=value)", r"\1-", text, flags=re.I)
    text = re.sub(rf"\b(medians?|means?),\s+{_UNIT}\s+(?=[(\[])", r"\1 ", text, flags=re.I)
    adjusted = bool(_ADJUSTED.search(text))
    size = None
    text = _OTHER_SIZE.sub(" ", _CLUSTERS.sub("", text))
    if match := _SIZE.search(text):
        size = int(re.sub("[, ]", "", next(filter(None, match.groups()))))
        text = text[: match.start()] + " " + text[match.end() :]
    only = re.fullmatch(_P, text.strip(), re.I) and not re.search(_CI, text)
    if only or re.match(rf"\s*p[\s-]*values?\s*[(,]\s*{_CI}\s*\)?$", text, re.I):
        return _of_p(text, size, adjusted=adjusted)
    kinds = kinds_in(text) - {"ci", "fraction"}
    several = len({kind.removeprefix("geometric_").split("_")[0] for kind in kinds}) > 1
    if several or (kinds and re.search(r"\bor (?:%|per ?cent)", text, re.I)):
        # "mean (SD), N (%) or median (IQR)" in a head tells the forms of all its cells.
        text = re.split(r"[(\[,;]?\s*(?:mean|median|n\b|no\b|%)", text, maxsplit=1, flags=re.I)[0]
        return replace(said(text, other), size=size)
    bare = _bare(text)
    if size is None and _STATISTIC.fullmatch(bare):
        return Said("", "statistic", size, measure=symbol(bare))
    if _VISIT.fullmatch(timed := re.sub(r",\s*\S{1,8}$", "", bare)) and not kinds_in(bare):
        return Said("", None, size, visit=timed)
    if (of := _CHANGE.fullmatch(bare)) and not kinds_in(bare) - {"mean"}:
        return _changed(of, size, other)
    if re.search(_CI, text):
        text = re.sub(r"[\s,;(]*(?<!\w)p(?:[\s-]*values?)?\s*\)?$", "", text, flags=re.I)
    for name, pattern in MEASURES:
        match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.I)
        if match and match.group() not in other and _leads(text, match) and not _RATE.search(text):
            if name in (UNSAID, "mean_difference") and _OVER_TIME.search(text):
                return _over_time(text, size, adjusted=adjusted)
            if name == UNSAID and "mean_sd" in kinds_in(text):
                return Said("", "mean_sd", size, change=True, adjusted=adjusted)
            return replace(_of_measure(text, name, match, other), size=size, adjusted=adjusted)
    if match := _LOOSE.search(text):
        spread = next(name for name in _SPREADS if match[name])
        left = _bare(f"{text[: match.start()]} {match['of']} {text[match.end() :]}")
        inner = said(left, other) if left else Said("")
        changed = inner.change or bool(re.search(r"\bchange", left, re.I))
        kind = f"{match['main'].lower()}_{spread}"
        return Said(inner.rest, kind, size, inner.visit, change=changed, adjusted=adjusted)
    if match := _PARTED.search(text):
        spread = next(name for name in _SPREADS if match[name])
        left = _bare(f"{match['lead'] or ''}{match['of']}")
        changed = left.startswith(("Δ", "∆"))
        inner = said(left, other) if _CHANGE.fullmatch(left) else Said(left, change=changed)
        kind = f"{match['main'].lower()}_{spread}"
        return replace(inner, kind=kind, size=size, adjusted=adjusted)
    return _of_kinds(text, bare, size, other, adjusted=adjusted)


_WHEN = "(?:time|day|visit|week|period|session)s?"
_WHO = "(?:group|treatment|intervention|arm|diet)s?"
OF_TIME = re.compile(rf"(?:(?:main )?effects? (?:of|for) )?{_WHEN}(?: (?:main )?effects?)?", re.I)
"""What a p is of that is no difference of groups."""
OF_GROUPS = re.compile(rf"{_WHO}(?: (?:main )?effects?)?|(?:main )?effects? of {_WHO}", re.I)
_CROSSED = rf"(?:{_WHEN}\s?(?:[×*∗x]|by)\s?{_WHO}|{_WHO}\s?(?:[×*∗x]|by)\s?{_WHEN})"

CROSSED = re.compile(rf"(?:{_CROSSED}|interactions?)(?: (?:effects?|interactions?))?", re.I)


def _of_p(text: str, size: int | None, *, adjusted: bool) -> Said:
    left = _bare(re.sub(r"(?<!\w)p(?:[\s-]*values?)?(?!\w)", " ", text, flags=re.I)).strip("()")
    left = re.sub(r"^(?:for|of) ", "", left)
    if OF_TIME.fullmatch(left):
        return Said(left, "p", size, adjusted=adjusted)
    null = _OTHER_NULL.search(re.sub(_CROSSED, "interaction", text, flags=re.I))
    two = re.search(r"\b(?:vs?\b|versus)", text, re.I)
    bare = _bare(re.sub(r"(?<!\w)p(?:[\s-]*values?)?(?!\w)", " ", text, flags=re.I)) if two else ""
    return Said(bare, "p", size, null=_null(null.group()) if null else None, adjusted=adjusted)


def _of_measure(text: str, name: str, match: re.Match[str], other: Collection[str]) -> Said:
    """An effect by the words of its measure, or of either of two."""
    behind = re.sub(_CI, " ", text[match.end() :], flags=re.I)
    left = _bare(f"{text[: match.start()]} {behind}")
    also = left[3:] if left.startswith("or ") else ""
    if also and (said(also, other).measure or re.match(r"[∆Δ]|mean\b", also)):
        return Said("", "effect", measure=EITHER)
    if re.fullmatch(r"(?:in|of) (?:the )?(?:mean )?changes?", left, re.I):
        return Said("", "effect", measure=name, change=True)
    return Said(re.sub(r"^effect sizes?$", "", left, flags=re.I), "effect", measure=name)


def _changed(match: re.Match[str], size: int | None, other: Collection[str]) -> Said:
    """A change, with when and of what where its words tell: "Change at week 6 in weight"."""
    kind = "mean" if re.match("mean", match[0], re.I) else None
    of = said(match["of"], other) if match["of"] else Said("")
    at = re.sub(r"[\s,]+$", "", match["visit"] or "")
    visit = at if at and _VISIT.fullmatch(at) else None
    # "Changes after the 1st injection" are those after the first.
    rest = _bare(f"{of.rest} {match['when']}") if at and visit is None else of.rest
    return Said(rest, of.kind or kind, size, of.visit or visit, change=True)


def _null(word: str) -> str:
    return "heterogeneity" if word.lower() == "homogeneity" else word.lower()


def symbol(head: str) -> str | None:
    """The statistic that a head names, as a ledger prints it, or "df"; None for another one."""
    head = re.sub(r"^(?:within|between)[\s-]groups? ", "", head, flags=re.I)
    for name, pattern in SYMBOLS:
        if re.match(rf"(?:{pattern})(?![a-z]| or |\s?/)", head):
            return name
    return None


def _over_time(text: str, size: int | None, *, adjusted: bool) -> Said:
    """A difference between two visits, which is a change."""
    kinds = [one for one in ("mean_sd", "mean_se") if one in kinds_in(text)]
    mean = re.match(r"means?\b", text, re.I)
    kind = "mean_ci" if mean and re.search(_CI, text) else next(iter(kinds), None)
    left = re.sub(rf"[(\[]?(?:{_CI}|{_MEAN}{_GAP}(?:{_SD}|{_SE})){_END}", " ", text, flags=re.I)
    return Said(_bare(left), kind, size, change=True, adjusted=adjusted)


def _of_kinds(
    text: str, bare: str, size: int | None, other: Collection[str], *, adjusted: bool
) -> Said:
    """What a text says that is of no visit, comparison or measure, by the words for kinds in it."""
    for name, pattern in KINDS:
        match = re.search(rf"[(\[]?(?<!\w){pattern}(?!\w)", text, re.I)
        if match and match.group().strip("([ )]") not in other:
            left = text[: match.start()] + " " + text[match.end() :]
            left = _bare(re.sub(rf"[(\[]\s*(?:{_CI}|{_RANGE})\s*[)\]]", " ", left, flags=re.I))
            inner = said(left, other) if left else Said("")
            return Said(inner.rest, name, size, inner.visit, change=inner.change, adjusted=adjusted)
    for name, pattern in _ALONE:
        if re.fullmatch(pattern, bare, re.I) and not (size and bare.lower() in ("case", "cases")):
            return Said("", name, size, adjusted=adjusted)
        match = re.search(rf"[,—–(]\s*(?:{pattern})\.?\s*\)?$", text, re.I)
        if match and name in ("count", "range"):
            return Said(_bare(text[: match.start()]), name, size, adjusted=adjusted)
    changed = bool(re.search(r"(?<!no )\bchanges?\b|Δ", bare, re.I))
    return Said(bare, None, size, change=changed, adjusted=adjusted)


def other_words(notes: str) -> set[str]:
    """Abbreviations of measures that notes explain as words of other things: "HR heart rate"."""
    found = set()
    for short in set(re.findall(r"\b[A-Z]{2,4}\b", notes)):
        if said(short).measure is None and said(short).kind is None:
            continue
        words = r"\b" + r"[\s-]+".join(rf"{letter}[a-z]+" for letter in short)
        match = re.search(rf"\b{short}\W{{1,4}}({words})|({words})\s*[(\[]{short}\b", notes, re.I)
        told = said((match.group(1) or match.group(2)).rstrip("s")) if match else None
        if told is not None and told.measure is None and told.kind is None:
            found.add(short)
    return found


def _leads(text: str, match: re.Match[str]) -> bool:
    """Whether a measure is what a text is about, and not a word of a label."""
    beside = _bare(text[: match.start()])
    return len(beside.split()) <= 3


def _bare(text: str) -> str:
    text = re.sub(r"[(\[]\s*[,;:/±-]*\s*[)\]]", " ", text)
    text = re.sub(r"^[\s,;:/—–-]+|[\s,;:/—–(\[=±-]+$", "", re.sub(r"\s±(?=\s|$)", " ", text))
    for begin, end in ("()", "[]"):
        if text.count(begin) != text.count(end):
            text = re.sub(
                rf"\s?\{end}(?![^\{begin}]*\{end})|\{begin}(?=[^\{end}]*$)", "", text, count=1
            )
    text = re.sub(r",\s*,", ",", text)
    # "All (n = 40) mean ± SD or %".
    text = re.sub(r" or$", "", " ".join(text.split()))
    return "" if text.lower() in ("or", "and", "ls", "least squares") else text


def kinds_in(text: str) -> set[str]:
    """The kinds that a caption or a note tells of the cells of its table."""
    kinds = set()
    for name, pattern in (*KINDS[:13], ("ci", _CI)):
        if re.search(rf"(?<!\w){pattern}(?!\w)", text, re.I):
            kinds.add(name)
    return kinds
