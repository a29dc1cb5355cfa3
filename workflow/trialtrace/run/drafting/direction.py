"""Whether higher values of an outcome, or more events, are better or worse, as its words say.

What a label states comes first, then the ends of its scale, then what it measures or what the event
is. Words that speak for both, or of a scale that some turn round, say nothing.
"""

import re
from collections.abc import Iterable, Iterator

from trialtrace.run.drafting.control import HAS, HAS_NOT
from trialtrace.run.drafting.negated import ASKED
from trialtrace.run.drafting.outcomes import (
    COUNT,
    EVENT,
    RECURRENT,
    REPEATED_EVENT,
    TIME,
    Outcome,
    label_of,
    without_codes,
)
from trialtrace.run.drafting.profile import Table
from trialtrace.run.tables.measures import folded, parts

BETTER, WORSE = "better", "worse"
_TURNED = {BETTER: WORSE, WORSE: BETTER}
# What nobody wishes to have, and what everybody does, by stems; "more" of it is worse, or better.
_BURDEN = (
    r"pains?\b|painful|symptom|sever(?:e|ity)\b|disabilit|disabled|impair|depress|anxi|fatigue|tired|distress|"
    r"stress|burden|dysfunction|limitation|problems\b|nausea|vomit|discomfort|insomnia|bother|handicap|"
    r"dyspn|breathless|cough|weakness|itch|prurit|sore(?:ness)?\b|headache|migraine|craving|loneliness|burnout|"
    r"incontinen|psychopatholog|suicid|hyperactiv|inattent|deficits?\b"
)
_ASSET = (
    r"quality of life|well-?being|wellness|satisf|happiness|"
    r"(?:general|mental|physical) health\b|health status\b|"
    r"function(?:ing|al)?\b|mobility|abilit|independen|strength|adheren|compliance|knowledge|"
    r"resilien|self-?(?:esteem|efficacy)|cognit|coping|competence|"
    r"walk(?:ing)? distance|(?:6|six)[ -]?min\w* walk"
)
_BURDENS, _ASSETS = re.compile(rf"\b(?:{_BURDEN})"), re.compile(rf"\b(?:{_ASSET})")
_WORST = re.compile(
    r"\b(?:worst|worse|poor(?:er|est)?|bad|extreme\w*|unbearable|maxim\w+|most severe|very severe|"
    r"severe|as bad as|terrible|dead|death)\b"
)
_BEST = re.compile(
    r"\b(?:best|better|perfect|excellent|ideal|favou?rable|improve\w*|optimal|healthy|healthier|"
    r"good|fully? recover\w*|complete recovery)\b"
)
_LESS, _NONE = (
    re.compile(r"\b(?:less|fewer|lower|reduced|decreased)\b"),
    re.compile(r"\bno(?:ne|t)?\b"),
)
# "higher scores indicate worse pain", "high = better".
_STATED = re.compile(
    r"\b(?P<which>(?:high|great|larg|low|small)(?:er)?|(?:in|de)creas(?:ed|ing))\b"
    r"(?: (?:total|overall|mean|scale|sum))?"
    r" ?(?:scores?|values?|numbers?|ratings?|points?|levels?)?"
    r"[ ,]*(?:=|:|is|are|being|means?|mean(?:ing)?|indicat\w+|reflect\w*|represent\w*|denot\w+|"
    r"correspond\w* (?:to|with)|suggest\w*|signif\w+|implies|imply\w*|show\w*)[ ,]*(?:an? |the )?"
    r"(?P<what>[^.;,)\d]{3,60})"
)
_LOWER = ("low", "small", "decreas")
# "0 = no pain", "10 (worst imaginable)", "0 no pain to 100 worst pain".
_ANCHOR = re.compile(r"(?<![\w.])(-?\d+)\s*(?:=|:|\(|–|-|is|means?)?\s*([a-z][a-z ]{1,40})")
_EVENTS = re.compile(
    r"\b(?:deaths?|dead|died|mortalit|fatal|relaps|recurren|progressi|progressed|metasta|infect|"
    r"infected|sepsis|septic|pneumonia|strokes?\b|infarct|embol|thrombo|bleed|bled\b|ha?emorrhag|"
    r"fractur|amputat|hospitali[sz]|re-?admi|complication|adverse|toxicit|failure|failed|rejection|"
    r"injur|pancreatitis|delirium|seizure|pre-?eclampsia|preterm|miscarriage|stillb|diarrh|malaria|"
    r"parasit|exacerbation|ulcer|cancer|wheez|falls?\b|fell\b|neuropath|dropout|suicide|"
    r"covid|abnormal|hypotensi|hypoglyc|an?emia|transfus|perforation|leak|dehiscence)"
)
_GAINS = re.compile(
    r"\b(?:surviv|alive|cured?\b|remission|recover|respon(?:ders?|ded)\b|heal(?:ed|ing)\b|"
    # Of a treatment or a tumour; that of an ECG, of stress or of an item is neither.
    r"(?:treatment|therapy|clinical|tumou?r|overall|objective|complete|partial|sustained|"
    r"\w*[0-9]|\w+ologic(?:al)?) responses?\b|^(?:no[nt]?[- ])?responses?\b|"
    r"success|abstinen|abstain|quit\b|stopped smoking|improved\b|improvement|resolved\b|resolution|"
    r"clearance|cleared\b|live birth|vaccinated|completed|continen)|[- ]free\b(?! of charge)"
)
# It did not come, or was looked for, kept away or spoken of.
_NOT_IT = re.compile(
    r"\b(?:no(?:t|ne)?|without|absence)\b|screen|prophyla|vaccin|aware|\btest(?:ed|ing|s)?\b|"
    r"prevent|control\b|knowledge"
)
# It is wished for and did not come, or not wished for and was kept away.
_MISSED = re.compile(
    r"\b(?:not|never|neither|fail(?:ed|ures?|s)? to) (?:yet |fully |be |become |remain |stay )*"
    r"(?:heal|respon|recover|improv|surviv|remit|resol|clear|cured?\b|(?:\w+[- ])?free\b)"
)
_KEPT_AWAY = re.compile(
    r"\bfree(?:dom)? (?:of|from)\b(?! charge)|[- ]free\b(?! of charge)|"
    r"\b(?:avoided|averted|absence of|neither)\b"
)
# What a time is called by that the event ends.
_SPARED = re.compile(r"(?i)\b(?:time to|event)\b|[- ]free\b|\bsurvival\b")
_SURVIVAL = re.compile(r"\bsurv(?:ival|iv)?(?![a-z])|\b(?:os|pfs|dfs|efs|rfs)(?:time)?(?![a-z])")
# Scales on which other families of questionnaires count the other way round; what is measured to be
# borne or relieved.
_EITHER = re.compile(
    r"\b(?:sf[- ]?(?:36|12|6)|rand[- ]?36|[kh]oos|oxford|threshold|tolerance|relief|reduc|inverse|"
    # Of a dyspnoea index 0 is the worst, of other scales of it the best.
    r"avoided|averted|(?:dyspn|breathless)\w* index|"
    r"reversed?|free|without|change|differen|loss|absence|interfer|self-control|catastroph|"
    r"costs?\b|renal|kidney|liver|hepatic|solving|medicat)"
)
_DOWN = re.compile(
    r"\b(?:hama?d|hdrs|hrsd|bdi|madrs|phq[- ]?9|gad[- ]?7|hads|ham[- ]?a|bai|panss|bprs|"
    r"y[- ]?bocs|cgi[- ]?s|nihss|mrs|edss|das[- ]?28|basdai|basfi|odi|rmdq|ndi|haq|ipss|scorad|"
    r"easi|pasi|dlqi|psqi|isi|ess|midas|hit[- ]?6|updrs|adas(?:[- ]?cog)?|sofa|apache|pss|"
    r"pcl[- ]?5|caps[- ]?5|epds|ces[- ]?d|k[- ]?10|audit|ymrs|whodas)(?:[- ]?\d+)?\b"
)
_UP = re.compile(
    r"\b(?:eq[- ]?5[- ]?d|eq[- ]?vas|mmse|moca|barthel|gcs|kps|karnofsky|fev[- ]?1|fvc|"
    r"6[- ]?mw[td]|qaly|apgar|mcs|whoqol|fact[- ]?g|lysholm|berg|fugl[- ]?meyer|fma)\b"
)


def stated(texts: Iterable[str]) -> tuple[str, str]:
    """What labels say themselves of higher values, and the words that say it; "" and "" of none.

    >>> stated(["Disability, 0 to 24, higher scores indicate greater disability"])
    ('worse', 'higher scores indicate greater disability')
    """
    found: dict[str, str] = {}
    for text in map(_plain, texts):
        for match in _STATED.finditer(text):
            side = _side_of(match["what"])
            if side and match["which"].startswith(_LOWER):
                side = _TURNED[side]
            if side:
                found.setdefault(side, match[0].strip())
        if side := _by_ends(text):
            found.setdefault(side, text)
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def _plain(text: str) -> str:
    return " ".join(folded(text).lower().split())


def _in_words(text: str) -> str:
    """A label as it is, a name in its words: throatPain is throat pain."""
    return _plain(text if " " in text or "-" in text else " ".join(parts(text)))


def _side_of(words: str) -> str:
    """Whether what more points stand for is better or worse; "" where it is neither."""
    worse, better = bool(_WORST.search(words)), bool(_BEST.search(words))
    if worse != better:
        return WORSE if worse else BETTER
    burden, asset = bool(_BURDENS.search(words)), bool(_ASSETS.search(words))
    if worse or burden == asset:
        return ""
    side = WORSE if burden else BETTER
    return _TURNED[side] if _LESS.search(words) or _NONE.search(words) else side


def _by_ends(text: str) -> str:
    """By the words at the least and the largest number of a scale that has them."""
    ends = {int(number): words for number, words in _ANCHOR.findall(text)}
    if len(ends) < 2:
        return ""
    low, high = _at_end(ends[min(ends)]), _at_end(ends[max(ends)])
    sides = {side for side in (high, _TURNED.get(low, "")) if side}
    return sides.pop() if len(sides) == 1 else ""


def _at_end(words: str) -> str:
    """Whether the end of a scale is the good or the bad one."""
    if _NONE.match(words) and _BURDENS.search(words):
        return BETTER
    worse, better = bool(_WORST.search(words)), bool(_BEST.search(words))
    return "" if worse == better else WORSE if worse else BETTER


def of_event(text: str) -> str:
    """Whether more events of that name are better or worse.

    >>> of_event("Death from any cause"), of_event("relapse-free at one year")
    ('worse', 'better')
    """
    words = ASKED.sub("", _in_words(text))
    bad, good = bool(_EVENTS.search(words)), bool(_GAINS.search(words))
    if _MISSED.search(words):
        return WORSE
    if bad and _KEPT_AWAY.search(words):
        return BETTER
    if bad and good:
        # Survived a stroke: what is gained, unless an event is one of two.
        return BETTER if re.search(r"\bsurviv|\brecover", words) else ""
    if good and re.search(r"\bno(?:n|t)?\b|\bfail", words):
        return WORSE
    if bad and _NOT_IT.search(words):
        return ""
    return WORSE if bad else BETTER if good else ""


def of_measure(text: str) -> str:
    """Whether higher values of what a label or a name says are better or worse: the last word that
    says either is what is measured, as in functional disability."""
    words = _in_words(text)
    if _EITHER.search(words):
        return ""
    if re.search(r"\b(?:number|count|frequency|episodes) of\b|\b(?:rate|count|frequency)$", words):
        return of_event(words)
    sides = {
        side: max((m.start() for each in known for m in each.finditer(words)), default=-1)
        for side, known in ((WORSE, (_BURDENS, _DOWN)), (BETTER, (_ASSETS, _UP)))
    }
    return "" if sides[WORSE] == sides[BETTER] else max(sides, key=sides.__getitem__)


def direction(table: Table, outcome: Outcome, label: str) -> tuple[str, str]:
    """Whether more of an outcome is better or worse, and why; "" and "" where its words do not say.
    `label` is what it is called."""
    names = dict(outcome.columns).values() if outcome.columns else [outcome.column]
    texts = [table.column(name).label for name in names]
    if outcome.kind in (EVENT, REPEATED_EVENT, TIME, COUNT, RECURRENT):
        each = _sides_of_event(table, outcome, label)
        return next((pair for pair in each if pair[0]), ("", ""))
    texts += [table.evidence.get(f"direction.{name}", "") for name in names]
    side, words = stated(texts)
    if side:
        return side, words
    for word in (label, outcome.column.replace("{visit}", "")):
        if side := of_measure(word):
            return side, word
        if _EITHER.search(_in_words(word)):
            # Short names are of what a label says: bdi of a dyspnoea index.
            break
    return "", ""


def _sides_of_event(table: Table, outcome: Outcome, label: str) -> Iterator[tuple[str, str]]:
    """The side of each of the words that an event is called by, the surest first: by its code, by
    the column that tells it, turned where the code says no, as of `alive`, by the label and the
    name of a time; who has survival at a time had none of what ends it."""
    column = table.column(outcome.status or outcome.source)
    said = label_of(column, outcome.event) if outcome.event else ""
    absent, timed = HAS_NOT.fullmatch(said), outcome.kind == TIME
    if not (absent or HAS.fullmatch(said)):
        yield of_event(said), said
    texts = [without_codes(column.label), column.name, *[label] * (not timed)]
    for text in texts:
        if not (timed and _SPARED.search(text)):
            side = of_event(text)
            yield _TURNED.get(side, "") if absent else side, text
    for name in (label, outcome.column) if timed else ():
        words = _in_words(name)
        yield WORSE if _SURVIVAL.search(words) else of_event(_SPARED.sub("", words)), name
