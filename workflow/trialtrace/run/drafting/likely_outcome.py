"""How likely a column is the outcome that a trial was made for: by its name, its label, its place.

Rules were made on one half of the data sets of `tests/helpers/documented_outcomes.py` and measured
on the other (docs/figures.md).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.run.drafting.names import FINDINGS, OF_SAMPLING, SEX, SITES, name_words, rank
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    COUNT,
    ENDS,
    EVENT,
    MEAN,
    REPEATED_EVENT,
    STATES,
    STATUSES,
    TIMES,
    Outcome,
    is_coded,
    is_number,
    is_state,
    levels,
    outcome,
    usable,
)
from trialtrace.run.drafting.profile import Column, Table, without_heading
from trialtrace.run.drafting.repeats import without_time
from trialtrace.run.drafting.times import LEAST_TIMES, OVER, paired, pairs
from trialtrace.run.tables.measures import AGES, known_ends, parts, plain

WHOLE = {
    *("outcome", "outcomes", "endpoint", "primary", "primaryoutcome", "primaryendpoint", "y"),
    *("response", "result", "aval", "dv", "responder", "success", "failure", "classification"),
}
# What a name begins with that is the outcome, unless codes say how something ended.
CALLED = {"outcome", "endpoint"}
OTHER_PRIMARY = re.compile(
    r"\bprimary ((health|medical) )?(care|healthcare|school|education|tumou?r|cancer|lesion|"
    r"disease|site|diagnosis|language|physicians?|doctors?|providers?|practice|payer|insurance|analys[ei]s|"
    r"elections?|polls?|polling|ballots?|runoffs?|pupils?|teachers?)\b"
)
OUTCOMES = re.compile(
    r"outcome|respon(?!dent)|resp$|event$|events$|death|dead$|died|dth|surviv|relapse|recur|improv|success|"
    r"fail|cure|change|chg$|gain|loss$|decrease|increase|reduction|diff$|delta|final|end$|ended$|"
    r"post|after$|endpoint|primary|result|followup|fup$|fu$|infect|mortal|progress|preterm|"
    r"complication|pain|score|count$|seizure|aval$|birth|remission|healed|healing|ulcer|toler|"
    r"discharge|evntfl|dthfl|relief|efficacy|accuracy|effect|rate$|episode|attack|bleed|adv[e]?|"
    r"nausea|vomit|emesis|hospitali[sz]|readmi|exacerbation|incidence|occurr|onset|duration|longevity|classification|"
    r"erfolg|schmerz|verstorben|tod$|rezidiv|ruckfall|rechute|recaida|ricaduta|nawrot|heilung|ansprechen|douleur|deces|guerison|succes|muerte|"
    r"dolor|curacion|exito|morte|dolore|guarigione|"
    r"pijn|smart|smert|kipu|bolest|bolec|bol$|durere|fajdal|agri$|valu$|sapes|skausm|πον|боль|болк|біль|"
    r"ergebnis|endpunkt|zielgros|nachher$|resultat|utfall|uitkomst|eindpunt|esito|risultat|desfecho|"
    r"wynik|vysled|eredmeny|rezultat|sonuc|tulos|αποτελ|исход|результат|смерт|θανατ|zgon|smrt|umrt|"
    r"overl(e|i)d|dod$|dode|dods|kuolem|olum$|halal|surm|nave$|mirti|smierc|skor|punteg|puntua|pontua|pontsz|poang|pistee"
)
# What a file calls its primary endpoint, in words without marks.
_PRIMARY = (
    r"(main|primar|primaer|primair|principal|prvotni|pierwszorz|glavni|ensisijai|elsodleg|birincil|"
    r"первичн|основн|πρωτευ|κυρι|haupt)\w*"
)
_ENDPOINT = (
    r"(outcome|end ?(point|pt)|efficacy|endpunkt|endepunkt|eindpunt|ziel\w*|critere|criterio|"
    r"kriteri\w*|uitkomst\w*|effekt\w*|utfall\w*|resultat\w*|desfecho|esito|punkt|cil|cilj|vegpont\w*|"
    r"sonlanim|paatetapahtuma|paatemuuttuja|исход|конечн\w*|результат|καταληκτικ\w*|εκβαση)"
)
SAID_SO = re.compile(
    rf"\b({_PRIMARY} (\w+ )?{_ENDPOINT}|{_ENDPOINT} (\w+ ){{0,2}}{_PRIMARY}|"
    r"haupt(ziel\w*|endpunkt|kriterium))\b|"
    # "The outcome variable, blood loss"; "used as measure 1 in the article".
    r"^(the )?outcome variable\b|\boutcome variable$|"
    r"\b(measure|outcome) 1 in the (article|paper|manuscript)\b"
)
# Words of what patients are or have before treatment.
PATIENTS = re.compile(
    r"sex|gender|male|female|race|racial|ethnic\w*|black|white|nonwhite|asian|hisp\w*|caucasian|"
    r"age|agegr\w*|aagegr\w*|height|bmi|smok\w*|tob\w*|alc|alcohol|drinks?|marital|married|"
    r"educ\w*|school|employ\w*|occup\w*|occp|income|econ|insur\w*|cent(er|re)s?|site|clinic|country|"
    r"region|hiv|hypertens\w*|history|hist|asa|ps|mallampati|ecog|karno\w*|stage|grade|nodes?|tumou?r|"
    r"perform|size|strata|strat(?!eg)\w*|risk|riskscore|diag\w*|comorb\w*|genotype|inherit|family|mom|mother|"
    r"father|eligib\w*|qualifying|cohort|menopaus\w*|meno|litter|weight|wt|hos|prior|donor|laser|"
    r"classif|type|gvhd|cell\w*|surg|steroids?|propylac|anxiety|needs"
)
PERSON = re.compile(
    r"sex|gender|race|racial|ethnic\w*|marital|educ\w*|schooling|occupations?|income|birth(day|date|year)"
)
# Words of how a trial went, not of what came of it.
PROCESS = re.compile(
    r"compl[yi]\w*|adher\w*|dos(e|es|ing)|random\w*|eligib\w*|consent\w*|withdr\w*|drop\w*|"
    r"protocol|reason|itt|itt?fl|saffl|fasfl|pprotfl|randfl|enrl\w*|complfl|abl?fl|anl\d+fl|"
    r"trtemfl|study|studyidn|year|yr|number|obs|run|row|order|sequence|seq|batch|block|pair|"
    r"local|topical|tx|trt\w*|treat\w*|assigned|attempts?|method|fl|code|num|id|no|nr|date|time"
)
# A time after the start in a name: 6m, 12month, d6, wk8, month6.
LATER = re.compile(
    r"(^|[^a-z])(?!0)[0-9]+ ?(m|mo|mth|months?|w|wk|weeks?|d|days?|h|hr|hours?|min|y|yr|years?)"
    r"($|[^a-z])|((?<![a-z])[dmwvy]|(?<![a-z])(mo|yr)|day|month|wk|week|visit|year)_?(?!0)[0-9]+"
    r"($|[^0-9])",
    re.IGNORECASE,
)
AT_START = re.compile(r"[._ ](0 ?(m|mo|w|wks?|d|h|min)|[dmwv]0)$", re.IGNORECASE)
# A label that says so in words, whatever else it speaks of.
AFTER_IT = re.compile(
    r"\b(after|following|post|nach|apres|dopo|despues) (\w+ ){0,2}(start\w*|beginn?\w*|initiat\w*|"
    r"onset of|randomi[sz]\w*|baseline|treatment|therapy|intervention|study|experiment|enrol\w*)\b|"
    r"\bchanges? (in|of|from|since)\b|\b(reduction|increase|decrease|improvement) (in|of|from)\b|"
    r"\b(time|hours|days|weeks|months|years) (from|since) (randomi[sz]\w*|enrol\w*|inclusion|"
    r"baseline)\b|\bat (the )?(end ?line|mid ?line|follow ?up|end of (the )?(study|trial))\b"
)
# When, behind the start, a label says that something was: in week 1, per day at week 12; no day 1,
# which may be that of the start. Days of what came over a time that the label does not say.
DURING = re.compile(
    r"\b(?:in|at|on|during|by|until|through) (?:the )?(?:study )?"
    r"(?:(?:weeks?|months?|years?) (?!0)|days? (?![01]\b))[0-9]+\b|"
    r"^(?:number of )?(?:\w+ )?days (?:with|without|missed|lost|absent)\b"
)
# A label that says the contrary, whatever visit its name is called by; a recall of days is no such.
BEFORE_IT = re.compile(
    r"\b(before|prior to|vor|avant|antes de|prima) (\w+ ){0,2}(entry|treatment|therapy|"
    r"intervention|randomi[sz]\w*|enrol\w*|trial|study|experiment|start\w*)\b|"
    r"\b(last|past|previous) (year|\d+ years)\b|"
    r"\b(at|on|upon) (hospital )?(admission|presentation|arrival|inclusion|intake|study entry)\b|"
    # A prediction is made of what was before.
    r"\b(predicted|expected|estimated) (probability|risk|mortality)\b|\bpropensity score\b"
)
NUMBERED = re.compile(r"(.*?[a-zA-Z])[._ ]?([0-9]{1,2}(?:[.][0-9]+)?)$")
# Flags of populations and the state of a form say how a trial went.
FLAG = re.compile(r"[A-Z0-9]{1,6}FL|\w+_complete")
RESPONSE = re.compile(rf"y[0-9]?|y[._][0-9]|{FINDINGS}stresn", re.IGNORECASE)
# Words of how a patient went through the trial, which nobody knew before.
AFTERWARDS = re.compile(
    r"compl(y|i|et)\w*|adher\w*|withdr\w*|drop\w*|discontin\w*|protocol|lost|ltfu|attrition|dead|"
    r"died|deaths?|alive|cens(or\w*)?|cnsr|verstorben|abbruch|abgebrochen|perprotocol|tried|uptake|"
    r"aes?|saes?|teaes?|dlts?|cmax|tmax|auc\w*|stop|opened|clicked|clicks|unsub\w*|contact(ed)?|"
    r"reached|enrolled|stay|los|missed"
)
FILLED = re.compile(r"[._ ]?(?:locf|bocf|nri)$|^(?:locf|bocf|nri)[._ ]", re.IGNORECASE)
# What patients are divided by: ageGroup4, region_3, STRATA2.
GROUPS = {"group", "grp", "gr", "agegr", "agegroup", "region", "strata", "stratum", "cohort"}
QUESTIONS = (["q"], ["question"], ["item"], ["frage"], ["pregunta"], ["vraag"])
LATER_WORDS = {"fu", "fup", "followup", "post", "after", "final", "end"}
LONGEST_FAMILY = 8
# Numbered columns of the same codes beside their total, or so many without one.
FEWEST_ITEMS, FEWEST_ALONE = 4, 9
TOTALS = {"total", "tot", "sum", "score", "scale", "summe", "gesamt", "index", "summary"}
# Words of numbers that are no time.
SCORED = TOTALS | {"pain", "vas", "nrs", "rate", "ratio", "percent", "pct", "change", "chg", "cost"}
SCORED |= {"qol", "hrqol", "qaly", "qalys", "eq5d", "sf36", "hads", "nihss", "madrs", "hamd"}
DURATIONS = ("", "days", "weeks", "months", "years", "hours", "minutes", "seconds")
FORMS_BEFORE = BEFORE | {"demographics", "demography", "eligibility", "enrollment", "anamnese"}
# For each of name and label the same words count once.
NAMED, EXACT, SAID_PRIMARY, PATIENT, OF_PROCESS, EARLIER = 2.0, 3.5, 3.0, -2.5, -1.5, -3.0
# Fitted on the half for rules.
SURE, BESIDE_TIME, BESIDE_ONCE, ALONE = 3.5, 3.0, 1.9, 2.0
ITEM, TOTAL, KIND, DERIVED = -4.0, 1.5, -1.0, -1.5
# A z-score, a log or a rank of another column.
MADE_OF = re.compile(r"(.+?)[_.]?(?:Z|_z|zscore|_log|_ln|_sqrt|_rank)")
LOG_OF = re.compile(r"(?:natural )?log\w* (?:of )?(?:the )?(.+)", re.IGNORECASE)
# Words that labels of one thing at several times share; columns of others, each a kind of its own.
ALIKE, FEWEST_KINDS = 0.3, 3
# Words from which on names of as many are compared; words that say nothing of what was measured.
LONG_NAME = 3
SMALL = {"of", "the", "a", "an", "and", "or", "in", "on", "at", "for", "to", "with", "by", "from"}
VISITS, PLACE, BINARY, COUNTED, AFTER, FAMILY = 3.0, 1.0, 0.5, -1.0, 1.0, 1.0


def candidates(table: Table, taken: Iterable[str], visit: str) -> list[Outcome]:
    """The candidates of a table, the best first; `taken` are columns with another role."""
    used = {*taken, visit}
    free = [o for o in table.columns if o.name not in used and usable(o) and _flags_outcome(o)]
    every = [o.name for o in table.columns] + [o.label.removeprefix("the ") for o in table.columns]
    free = [one for one in free if not _logged(one, every)]
    found = [
        _called(table, one)
        for one in ((*_by_code(table, free), *pairs(table, free)) if not visit else ())
        if not without_time(table, one.column, one.status)
    ]
    found = [*{(one.column, one.status): one for one in reversed(found)}.values()][::-1]
    paired = {name for one in found for name in (one.column, one.status) if not one.doubted}
    paired |= {one.column for one in found}
    names = [column.name for column in table.columns]
    items = items_of(table.columns)
    for place, one in enumerate(free):
        if one.name in paired:
            continue
        made = outcome(table, one, visit)
        if made is not None:
            bare, others = without_heading(one, table.columns), _of_other_things(one, table.columns)
            alike = [name for name in names if name not in others]
            scored = _scored(made, bare, place / max(1, len(free)), alike)
            if len(others) >= FEWEST_KINDS:
                told = f"{scored.evidence} Its label tells one of {len(others) + 1} kinds."
                scored = replace(scored, score=scored.score + KIND, evidence=told)
            found.append(_of_scale(_in_texts(table, scored), one, items))
    return sorted(found, key=lambda outcome: -outcome.score)


def _by_code(table: Table, free: Sequence[Column]) -> Iterator[Outcome]:
    """The times that code beside the table analyses, with how they ended."""
    known = {one.name: one for one in free if one.constant_within is None}
    for one in table.compared:
        time, status = (known.get(name) for name in (one.outcomes[0], one.status))
        if time and status and is_number(time) and is_state(status):
            made = paired(table, time, status)
            # Labels that say another code are asked, and so is what code alone says.
            sure = made.sure and one.event in ("", made.event)
            yield replace(made, event=made.event if sure else one.event or made.event, sure=sure)


def analysed(table: Table) -> tuple[frozenset[str], str]:
    """The columns of the one outcome that code beside the table compares by what may be its arm,
    and a sentence; none where it compares several, or what patients are. What the code is of, a
    subgroup or other data, it need not say: it offers and decides nothing."""
    arms = {*table.weights} or {name for one in table.compared for name in one.by}
    known = {one.name: one for one in table.columns}
    found = {
        frozenset({*one.outcomes, one.status} - {""}): one.place
        for one in reversed(table.compared)
        if {*one.by} & arms and {*one.outcomes} <= {*known}
        if not any(_is_fixed(known[name]) for name in one.outcomes)
    }
    if len(found) != 1:
        return frozenset(), ""
    names, place = next(iter(found.items()))
    return names, f"{place}, analyses it by arm, and no other outcome."


def _is_fixed(column: Column) -> bool:
    """Whether a column is of before, of an age, or of what no treatment changes."""
    words = name_words(column.name) | {*parts(column.label)}
    return was_before(column) or of_a_person(column) or bool(words & AGES)


def _in_texts(table: Table, outcome: Outcome) -> Outcome:
    """The candidate, where a text beside the table says that it is what is compared; it is called
    primary where that is beyond doubt."""
    found = (table.evidence.get(f"sure.primary.{one}", "") for one in sorted(outcome.names))
    sure = next(filter(None, found), "")
    why = sure or table.evidence.get(f"primary.{outcome.column}")
    said = any("primary" in key.split(".")[:2] for key in table.evidence)
    names, by_code = (frozenset(), "") if said else analysed(table)
    if names and outcome.names - {""} <= names:
        why = by_code
    if not why:
        return outcome
    told, score = f"{outcome.evidence} {why}", outcome.score + SAID_PRIMARY
    return replace(outcome, score=score, evidence=told, primary=outcome.primary or bool(sure))


def _logged(column: Column, texts: Iterable[str]) -> str:
    """The column of which another is the logarithm, by its label."""
    if (match := LOG_OF.fullmatch(column.label)) is None:
        return ""
    return next((text for text in texts if match[1].lower() == text.lower()), "")


def _of_other_things(column: Column, columns: Sequence[Column]) -> set[str]:
    """Columns that differ from one by a number alone, of which labels speak of something else each:
    causes of death, no visits and no items that are summed."""
    own = NUMBERED.fullmatch(column.name)
    if own is None or column.label == column.name:
        return set()
    words = _words_of(column, columns)
    return {
        other.name
        for other in columns
        if other.name != column.name and other.label != other.name
        if (match := NUMBERED.fullmatch(other.name)) and match[1] == own[1]
        if len(words & (told := _words_of(other, columns))) < ALIKE * len(words | told)
    }


def _words_of(column: Column, columns: Sequence[Column]) -> set[str]:
    texts = parts(without_heading(column, columns).label)
    return {text for text in texts if not text.isdecimal()}


def items_of(columns: Sequence[Column]) -> dict[str, str]:
    """The items of scales, each with the total of its scale, nothing where there is none.

    Items are columns of one name but for their number, with the same codes, of which there is a
    total or a score, or which are many and have more than two codes.
    """
    families: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for column in columns:
        match = NUMBERED.fullmatch(column.name)
        if match and is_coded(column):
            families[match[1], levels(column)].append(column.name)
    made: dict[str, str] = {}
    for (stem, codes), names in families.items():
        own = parts(stem)
        totals = [
            one.name
            for one in columns
            if (words := parts(one.name))[: len(own)] == own and {*words[len(own) :]} & TOTALS
        ]
        alone = len(names) >= FEWEST_ALONE and len(codes) > 2
        if alone or (totals and len(names) >= FEWEST_ITEMS):
            made |= dict.fromkeys(names, next(iter(totals), ""))
    return made


def _of_scale(outcome: Outcome, column: Column, items: Mapping[str, str]) -> Outcome:
    """The candidate, where it is an item of a scale or the total of one."""
    if column.name in items:
        text = f"It is an item of {items[column.name] or 'a scale'}."
        return replace(outcome, score=outcome.score + ITEM, evidence=f"{outcome.evidence} {text}")
    if column.name in items.values():
        text = f"{outcome.evidence} It is the total of a scale."
        return replace(outcome, score=outcome.score + TOTAL, evidence=text)
    return outcome


def after_start(column: Column, texts: Sequence[str]) -> str:
    """Why a column is later than randomisation, or may be; nothing where its name and its label do
    not say so. `texts` are the names of all columns of its table."""
    name, label = name_words(column.name), set(parts(column.label))
    text = " ".join(parts(column.label))
    if BEFORE_IT.search(text) or (OVER.search(text) and not label & AGES):
        return ""
    if AFTER_IT.search(" ".join(parts(column.label))):
        return "its label says that it came after the start"
    if (name | label) & BEFORE:
        return ""
    if of := _logged(column, texts):
        return f"the logarithm of {of}"
    # Only what came after is filled with what came last.
    filled = {FILLED.sub("", text) for text in texts if FILLED.search(text)}
    if OF_SAMPLING.search(" ".join(parts(column.label))):
        return "a weight of sampling"
    if FILLED.search(column.name) or column.name in filled:
        return "filled, or filled in another column"
    numbers = _numbers(column.name, texts)
    if len(numbers) > 1 and numbers[0] == min(numbers):
        return ""
    if LATER.search(column.name) or LATER.search(column.label) or DURING.search(text):
        return "a time after the start"
    if word := _first(AFTERWARDS, name | label):
        return word
    if plain(column.name) == "pp" and len(levels(column)) == 2:
        return "per protocol"
    if word := outcome_words(name) or outcome_words(label):
        return word
    return _of_family(column.name, texts)


def was_before(column: Column) -> bool:
    """Whether a name or a label says that a column was known before the start."""
    text = " ".join(parts(column.label))
    words = name_words(column.name) | {*text.split()}
    return bool(
        BEFORE_IT.search(text) or (words & {*BEFORE, "before"} and not AFTER_IT.search(text))
    )


def is_alike(column: Column, other: Column) -> bool:
    """Whether a column is called or described as another is: its name and a word more (pain and
    pain_night), three words of which the last differs, or labels of which half the words are the
    same, more than half where they are of what patients are."""
    name, known = parts(column.name), parts(other.name)
    more = name[len(known) :] if name[: len(known)] == known else []
    if any(len(word) > 1 and word.isalpha() for word in more):
        return True
    if len(name) == len(known) >= LONG_NAME and name[:-1] == known[:-1]:
        return not (name[-1].isdecimal() or known[-1].isdecimal())
    if column.name == column.label or other.name == other.label:
        return False
    own, told = ({*parts(one.label)} - SMALL for one in (column, other))
    shared, whole = len(own & told), len(own | told)
    return shared > 1 and (2 * shared > whole or (2 * shared == whole and not of_patients(column)))


def sure_first(ranked: Sequence[Outcome], in_turn: bool = False) -> bool:
    """Whether the first of the candidates may be taken unasked: much speaks for it, and little for
    any other; means are of periods where they came `in_turn`. The time of a file and how it ended,
    which need no further word, were what patients were followed for."""
    scores = [outcome.score for outcome in ranked]
    if [outcome.primary for outcome in ranked].count(True) == 1 and ranked[0].primary:
        return not ranked[0].doubted
    # A mean over rows is a way out, and columns that may be no visits a guess: nobody's plan before
    # it is confirmed.
    if scores and ((ranked[0].kind == MEAN and not in_turn) or ranked[0].doubted):
        return False
    if not scores:
        return False
    first = ranked[0]
    if _beside_another(first, ranked[1:]):
        return False
    followed = plain(first.column) in TIMES and plain(first.status) in STATUSES
    # What was measured before and after, beside what was measured once and has no outcome's name.
    series = [_from_baseline(outcome) for outcome in ranked if outcome.score >= 0]
    again = _from_baseline(first) and series.count(True) <= 1
    if again and max(scores[1:], default=-1.0) < 0:
        return True
    if len(scores) == 1:
        return scores[0] >= ALONE
    beside = BESIDE_TIME if followed else BESIDE_ONCE if again else PLACE + BINARY
    if RESPONSE.fullmatch(first.column) and first.visit and not any(o.visit for o in ranked[1:]):
        # What is called y and alone varies over the visits, beside what was measured once.
        beside = scores[0] - VISITS
    return scores[0] >= (ALONE if again else SURE) and max(scores[1:]) <= beside


def _beside_another(first: Outcome, others: Iterable[Outcome]) -> bool:
    """Whether what is named with a time after the start stands beside what is of another kind, a
    number beside an event: what it is called by makes neither of them the primary one."""
    left = [one for one in others if one.later and one.score >= AFTER]
    kinds = {one.kind for one in left if not (one.columns or one.visit)}
    alone = first.later and not (first.columns or first.visit or first.status)
    return alone and parts(first.column)[0] not in CALLED and bool(kinds - {first.kind})


def _from_baseline(outcome: Outcome) -> bool:
    """Whether an outcome is in several columns, the first of which is of a baseline."""
    columns = outcome.columns
    return len(columns) > 1 and bool({*parts(columns[0][0])} & (BEFORE | {"0"}))


def of_patients(column: Column) -> bool:
    """Whether a name or a label speaks of what patients are or have before treatment."""
    words = name_words(column.name) | {*parts(column.label)}
    known = any(rank(column.name, one) is not None for one in (SEX, SITES))
    return known or bool(words & (AGES | BEFORE) or _first(PATIENTS, words))


def of_a_person(column: Column) -> bool:
    """Whether a name or a label speaks of what no treatment changes: sex, origin, schooling."""
    return bool(_first(PERSON, name_words(column.name) | {*parts(column.label)}))


def may_last(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a number, whatever it is called, may be how long it took until something happened: no
    known measure, no score, nothing of what patients are or that was measured several times."""
    texts = [one.name for one in columns if one.name != column.name]
    stem = measured_stem(column.name)
    return (
        column.distinct >= min(LEAST_TIMES, column.rows / 2)
        and float(column.low or -1) >= 0
        and column.unit in DURATIONS
        and not LATER.search(column.name)
        and not known_ends(column.name, column.unit)
        and not (name_words(column.name) | {*parts(column.label)}) & SCORED
        and not of_patients(column)
        and not again(column.name, texts)
        and not any(stem and measured_stem(text) == stem for text in texts)
    )


def may_end(column: Column) -> bool:
    """Whether the name of a column of two values says that something happened, or was censored."""
    return STATES.search(plain(column.name)) is not None


def tells_ends(column: Column) -> bool:
    """Whether a column of three values or more may tell how a time ended: by its name, by what its
    codes mean, or as codes from 0 on. It is none of patients; a bare type may be of anything."""
    codes = levels(column)
    if not is_state(column) or len(codes) < 3:
        return False
    ends = any(ENDS.search(dict(column.choices).get(code, code)) for code in codes)
    counted = sorted(codes) == [str(n) for n in range(len(codes))]
    # event_type
    named = bool({*parts(column.name)} & STATUSES)
    patients = of_patients(column) and not named and plain(column.name) != "type"
    return not patients and (may_end(column) or named or ends or counted)


def _scored(outcome: Outcome, column: Column, place: float, texts: Sequence[str]) -> Outcome:
    """The candidate with its score and what speaks for it. `place` is that of its column, from 0
    to 1; `texts` are the names of all columns of its table."""
    name, label = name_words(column.name), set(parts(column.label))
    score, told = PLACE * place, []
    other = _of_other_primary(column)
    of_other = {word for word in name | label if other and word.startswith("primary")}
    first = parts(column.name)[0]
    called = first in CALLED and sum(first in parts(text)[:1] for text in texts) == 1
    if (
        (called and not codes_alone(column))
        or RESPONSE.fullmatch(column.name)
        or plain(column.name) in WHOLE - CALLED - of_other
    ):
        score += EXACT
        told.append("Its name is that of an outcome.")
    elif named := outcome_words(name - of_other) or outcome_words(label - of_other):
        score += NAMED
        told.append(f"Its name speaks of {named}.")
    said = is_primary(column)
    if said or "primary" in {*parts(column.name), *label} - of_other:
        score += SAID_PRIMARY
        told.append("It is called primary.")
    early = BEFORE_IT.search(" ".join(parts(column.label))) or AT_START.search(column.name)
    late = not early and AFTER_IT.search(" ".join(parts(column.label)))
    if early or ((name | label) & BEFORE and not late) or {*parts(column.form)} & FORMS_BEFORE:
        score += EARLIER
        told.append("Its name or its form speaks of what was before.")
    elif has_later(column.name, texts):
        score += EARLIER
        told.append("The same was measured later.")
    if not outcome.visit and (word := _first(PATIENTS, name | label)):
        score += PATIENT
        told.append(f"Its name speaks of patients ({word}).")
    elif word := _first(PROCESS, _of_process(name, label, outcome)):
        score += OF_PROCESS
        told.append(f"Its name speaks of how a trial went ({word}).")
    if LATER.search(column.name) and not (early or RESPONSE.fullmatch(column.name)):
        score += AFTER
        told.append("Its name has a time after the start.")
    elif told_family := _of_family(column.name, texts):
        score += FAMILY
        told.append(told_family)
    if outcome.visit:
        score += VISITS
        told.append(f"It varies over {outcome.visit}.")
    if outcome.kind in (EVENT, REPEATED_EVENT):
        score += BINARY
    if outcome.kind in (COUNT, MEAN):
        score += COUNTED
    if (match := MADE_OF.fullmatch(column.name)) and match[1] in texts:
        score += DERIVED
        told.append(f"It is made of {match[1]}.")
    score -= 2 * column.blank / max(1, column.rows)
    said_later = bool(LATER.search(column.name)) and not early
    told_all = " ".join([outcome.evidence, *told])
    return replace(outcome, score=score, evidence=told_all, primary=said, later=said_later)


def codes_alone(column: Column) -> bool:
    """Whether a column has a few whole numbers that no file explains."""
    bare = all(code == label for code, label in column.choices)
    return bare and column.validation == "integer" and 2 < column.distinct < LEAST_TIMES


def _of_process(name: set[str], label: set[str], outcome: Outcome) -> set[str]:
    """The words of a name that may be of how a trial went; short ones, as id and no, are not where
    the label speaks of an outcome."""
    short = {word for word in name if len(word) < 3 and outcome_words(label)}
    return name - short - ({"time"} if outcome.visit else set())


def _called(table: Table, time: Outcome) -> Outcome:
    """A time and how it ended, with whether one of both is called primary."""
    said = any(is_primary(table.column(name)) for name in (time.column, time.status))
    made = replace(time, primary=said, evidence=time.evidence + " It is called primary." * said)
    return _in_texts(table, made)


def is_primary(column: Column) -> bool:
    """Whether a name or a label says that a column is the primary endpoint; the word alone at its
    end does not where it is of primary care and the like, or of what was before."""
    texts = [" ".join(parts(text)) for text in (column.name, column.label, column.form)]
    before = (name_words(column.name) | {*parts(column.label)}) & BEFORE
    alone = any(text.endswith(" primary") for text in texts[:2])
    return any(map(SAID_SO.search, texts)) or (
        alone and not before and not _of_other_primary(column)
    )


def _of_other_primary(column: Column) -> bool:
    return any(OTHER_PRIMARY.search(" ".join(parts(text))) for text in (column.name, column.label))


def _flags_outcome(column: Column) -> bool:
    """Whether a column, if a flag, is of what came of patients: DTHFL, CRIT1FL; no population."""
    if not FLAG.fullmatch(column.name):
        return True
    name, label = plain(column.name), {*parts(column.label)}
    words = {name, name.removesuffix("fl")} | label
    return "population" not in label and (name.startswith("crit") or bool(outcome_words(words)))


def _first(known: re.Pattern[str], words: Iterable[str]) -> str:
    return next((word for word in sorted(words) if known.fullmatch(word)), "")


def outcome_words(words: set[str]) -> str:
    found = sorted(word for word in words if OUTCOMES.match(word))
    # The status of a marriage is none of a disease.
    states = sorted(words & STATUSES) if len(words) <= 1 else []
    return (found or states or [""])[0]


def _of_family(name: str, texts: Sequence[str]) -> str:
    """Whether the same was measured before: depress1 beside depress2, bdi.pre beside bdi.post; not
    of groups, whose number is how many they are, or which."""
    if name_words(name) & GROUPS:
        return ""
    numbers = _numbers(name, texts)
    if 2 <= len(numbers) <= LONGEST_FAMILY and numbers[0] > min(numbers[1:]):
        return "The same was measured before."
    if any(parts(text) == [*parts(name), "0"] for text in texts):
        return "The same was measured before."
    stem = measured_stem(name)
    if stem and any(measured_stem(text) == stem for text in texts if set(parts(text)) & BEFORE):
        return "The same was measured before."
    return ""


def again(name: str, texts: Sequence[str]) -> bool:
    """Whether other columns have its name but for a number."""
    return len(_numbers(name, texts)) > 1


def _numbers(name: str, texts: Sequence[str]) -> list[float]:
    """The numbers of all columns that differ from this one by a number, its own first; those of
    questions, as of s1_q9, count no times."""
    own = NUMBERED.fullmatch(name)
    own = None if own and parts(own[1])[-1:] in QUESTIONS else own
    same = [each for each in map(NUMBERED.fullmatch, texts) if own and each and each[1] == own[1]]
    return [float(each[2]) for each in sorted(same, key=lambda each: each[0] != name)]


def has_later(name: str, texts: Sequence[str]) -> bool:
    """Whether another column has its name and a word of what comes after: fu_total of total."""
    own = parts(name)
    return any(
        {*words} - {*own} <= LATER_WORDS
        and len(words) == len(own) + 1
        and own in (words[1:], words[:-1])
        for words in map(parts, texts)
    )


def measured_stem(name: str) -> str:
    """A name without words of before and after, and without numbers."""
    left = [values for values in parts(name) if values not in BEFORE and not values.isdecimal()]
    return "".join(one for one in left if one not in LATER_WORDS | {"m", "d", "w"})
