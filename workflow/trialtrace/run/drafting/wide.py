"""One outcome in several columns: at several visits (score_0, score_3), before and after (bdi_pre,
bdi_post), under several treatments of a patient (VAS placebo, VAS L-NMMA)."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.horizons import by_horizon
from trialtrace.run.drafting.likely_outcome import (
    AFTER_IT,
    ALONE,
    BEFORE_IT,
    DURING,
    LATER,
    QUESTIONS,
    SCORED,
    SURE,
    TOTALS,
    items_of,
    of_patients,
)
from trialtrace.run.drafting.names import (
    ROW_NUMBERS,
    SEQUENCES,
    TREATED,
    VISIT_PARTS,
    VISITS,
    name_words,
    vocabulary,
)
from trialtrace.run.drafting.outcomes import (
    EVENT,
    MEASURE,
    REPEATED,
    REPEATED_EVENT,
    Outcome,
    is_coded,
    is_number,
    levels,
    usable,
)
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.tables.measures import folded, parts, plain

# Columns of one outcome; more are rather the items of a scale.
FEWEST, MOST, MOST_TREATMENTS = 2, 16, 4
TREATMENT = "treatment"
# Behind a stem with a number, as hba1c has, the other is the end of a name.
NAME = re.compile(
    r"([^0-9]*[^0-9._ -]|.*[0-9].*[^0-9._ -](?=[._ -]?[0-9]+$)|"
    r".*[0-9](?=[._ -][0-9]+$))([._ -]?)((?:(?<=[._ ])-)?[0-9]{1,3})([^0-9]*)"
)
MINUS = re.compile(r"(?<=[a-zA-Z])m$|[._ ]?(minus|neg)$", re.IGNORECASE)
TIMES = {*VISIT_PARTS, *VISITS, "m", "mo", "wk", "w", "d", "v", "y", "yr"} - {"t", "age", "time"}
ITEMS = {"item", "question", "frage", "quest", "itm"}
PREDICTED = re.compile(r"\b(predict\w*|expected|estimated) (prob\w*|risk|mortality|survival)", re.I)
# Letters of a name that has a number of its own.
SHORT = 2
KINDS = {MEASURE: REPEATED, EVENT: REPEATED_EVENT}
# What a column of several visits adds to the likeliest of them, and what a first one before the
# treatment adds to the only such: patients are measured so for what is compared. What keeps one
# below a sure one.
TOGETHER, FROM_START, CLOSE, CHANGED = 1.0, 1.5, 0.1, -3.0
# Names that alone stand for what was first, by which one number more is a visit.
FEWEST_FIRST = 3
# Numbers such as 23 and 45 that may be spans.
FEWEST_SPANS = 3
EARLY = (
    r"pre(?:test|op|trt|treatment)?|baseline|base|bsl|bl|before|screening|scr|initial|entry|"
    r"vor(?:her)?|avant|prima|antes|basal|alku|rand"
)
LATE = (
    r"post(?:test|op|trt|treatment)?|after|follow[-_. ]?up|fup|fu|final|end(?:point)?|eot|exit|"
    r"nach(?:her)?|apres|dopo|despues"
)
OF_TIME = re.compile(
    rf"^({EARLY}|{LATE})$|^(first|second|third|fourth|fifth|last|one|two|three|four|erste?|zweite?|"
    r"dritte?|letzte?|start|beginning|discharge|admission|randomi[sz]\w*|treatment|during|weeks?|days?)$"
)
# Words of before and after that mean too much else to stand alone: of one name, but for them.
AROUND = {
    *(("for", "efter"), ("for", "etter"), ("fore", "efter"), ("do", "po"), ("pred", "po")),
    *(("przed", "po"), ("pries", "po"), ("once", "sonra"), ("ennen", "jalkeen"), ("alku", "loppu")),
    *(("voor", "na"), ("prije", "poslije"), ("prije", "nakon"), ("inainte", "dupa")),
    *(("elotte", "utana"), ("enne", "parast"), ("pirms", "pec"), ("basal", "final")),
    *(("inicio", "final"), ("inizio", "fine"), ("inicio", "fim"), ("πριν", "μετα"), ("pre", "pos")),
    *(("start", "end"), ("begin", "end")),
    *(("до", "после"), ("перед", "после"), ("до", "після"), ("преди", "след")),
}
BESIDE_ANYTHING = (("bef", "aft"), ("before", "after"))
AROUND |= {*BESIDE_ANYTHING}
# The same at the end of a word: fbef beside faft.
GLUED_AROUND = re.compile(r"(?<=[^\W_])(?:bef(?:ore)?|aft(?:er)?)$", re.IGNORECASE)
UNIT = (
    r"min|h|hrs?|hours?|d|days?|tage?|w|wks?|weeks?|wochen?|vk|m|mo|mths?|months?|monate?|y|yrs?|"
    r"years?|jahre?"
)
# A number behind a noun that no preposition of a time leads, nor a unit of time follows; nouns of
# what comes one after the other.
KIND = (
    r"(?<!after )(?<!post )(?<!following )(?<!before )(?<!at )(?<!at the )"
    r"\b(?!(?:and|after|post|until|from|score|for)\b)([a-z]{{3,}})[ #-]+0*{0}[a-z]?\b"
    rf"(?! ?-?(?:{UNIT})\b)"
)
IN_TURN = set(
    vocabulary("""
    dose vaccination injection infusion cycle course session phase stage wave round block trial
    period interview questionnaire diary follow up assessment measurement reading test exam
    examination scan sample timepoint point attempt night hour minute second within between""")
)
BOUND = r"(?:(?<![^\W\d_])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[a-z]{2}))"
# A word of a visit in a name, between marks or beside letters of another size: pre, 6w, BDIpre.
VISIT_WORD = re.compile(
    rf"{BOUND}(?P<word>(?i:{EARLY}|(?:{LATE})[-_. ]?[0-9]{{0,3}}(?:{UNIT})?|"
    rf"(?<![0-9])[0-9]{{1,4}}[-_ ]?(?:{UNIT})|(?<=[-_. ])0|"
    rf"(?:t|v|visit|visite|{UNIT})[-_ ]?[0-9]{{1,4}}))"
    r"(?![0-9])(?:(?![^\W\d_])|(?<=[a-z0-9])(?=[A-Z]))"
)
# Prewt beside Postwt: no mark tells the word from the rest.
GLUED = re.compile(r"(?P<word>(?i:pre|post)(?=[a-z]{2})|(?<![A-Z])(?:PRE|POST)(?=[A-Z]{2}))")
# No visit is 40 years after the start: mo_485 is a question of a mother.
MOST_DAYS = 40 * 365
SHARE_OF_DAY = {
    "mi": 1 / 1440,
    "h": 1 / 24,
    "d": 1,
    "t": 1,
    "w": 7,
    "vk": 7,
    "m": 30.4,
    "y": 365,
    "j": 365,
}
WORD, MARK = re.compile(r"[^\s_.]+"), re.compile(r"[\s_.-]")
# A word that begins with a capital beside another: PlaceboTime.
CAPITAL = re.compile(r"(?<![A-Z])[A-Z][a-z]+(?=[A-Z]|$)|(?<=[a-z])[A-Z]+$")
# Words of a control in the name of a column, and of doses beside none.
CONTROLS = {"con", "ctl", "pla"}
NO_DOSE = {"no", "none", "zero", "without"}
DOSED = {"low", "lo", "mid", "med", "medium", "moderate", "high", "hi", "full", "half"}
# A strain in a name: sH1, pH1.
STRAIN = re.compile(r"[a-z]+[A-Z][0-9]")


@dataclass(frozen=True)
class Family:
    """Columns that differ by a word alone: by that word in their order. `pattern` names them all,
    or the last; `word` is what such a word counts. With a `doubt` they may be something else, and
    no more than `most` may speak for them."""

    columns: Mapping[str, str]
    pattern: str
    word: str = ""
    doubt: str = ""
    most: float = math.inf


def over_visits(
    outcomes: Sequence[Outcome], table: Table, changed: Mapping[str, tuple[str, str]]
) -> list[Outcome]:
    """The candidates, with those that are one outcome in several columns in one; `changed` are
    those that are a change, with its two columns.

    Times beside them are no outcomes, and what had happened by several days is none at them. Where
    columns of one name but for their number may be the items of a scale as well, and where they are
    of treatments, nobody takes them unasked.
    """
    columns = table.columns
    named = {column.name: column for column in columns}
    outcomes = [
        replace(one, score=one.score + CHANGED) if one.column in changed else one
        for one in outcomes
    ]
    single = {outcome.column: outcome for outcome in outcomes}
    made: list[Outcome] = []
    times, families = _numbered(columns)
    taken = set(times)
    before = [*_with_before(columns, families)]
    families += [*_worded(columns), *_around(columns), *before, *_of_treatments(columns)]
    families += [*_merged(columns, changed), *_beside_first(columns, families)]
    # The most columns first, and what is sure before what is not.
    families.sort(key=lambda family: (-len(family.columns), family.most != math.inf))
    for family in families:
        names = [*family.columns.values()]
        members = [single[name] for name in names if name in single]
        if family.doubt and [one.primary for one in members].count(True) == 1:
            # What one column is called alone is not of all.
            continue
        free = len(members) == len(names) and not taken & {*names}
        if free and (one := _best(members, named)) and not by_horizon(table, family.columns):
            taken |= {*names}
            made.append(_together(one, family, members))
    early = [one for one in made if re.fullmatch(EARLY, folded(one.columns[0][0]).lower())]
    if len(early) == 1:
        made = [replace(one, score=one.score + FROM_START * (one in early)) for one in made]
    return [*made, *(outcome for outcome in outcomes if outcome.column not in taken)]


def _merged(columns: Sequence[Column], changed: Mapping[str, tuple[str, str]]) -> Iterator[Family]:
    """Columns that two tables had under one name: score.x and score.y. The first was before the
    second where a change of both is there, else they may be of other things."""
    names = {column.name for column in columns}
    for first in sorted(name for name in names if name[-2:] in (".x", "_x")):
        last = f"{first[:-1]}y"
        if last not in names:
            continue
        doubt = (
            f"{first} and {last} are of two tables that were joined: visits, or the same twice. "
        )
        sure = (first, last) in changed.values()
        words = ("pre", "post") if sure else ("x", "y")
        told = ("", math.inf) if sure else (doubt, SURE - CLOSE)
        yield Family(
            dict(zip(words, (first, last), strict=True)), f"{first[:-1]}{{visit}}", "", *told
        )


def _beside_first(columns: Sequence[Column], families: Iterable[Family]) -> Iterator[Family]:
    """Columns whose name alone stands for what was first: LDL beside LDL1, score beside score_6m or
    score1 and score2. One number alone may be of anything, unless several names or a label of a
    time have it."""
    named = {column.name: column for column in columns}
    ones = {name: f"{name}1" for name in named if f"{name}1" in named and name[-1:].isalpha()}
    ones = {name: one for name, one in ones.items() if f"{name}2" not in named}
    for name, one in ones.items():
        sure = len(ones) >= FEWEST_FIRST or LATER.search(named[one].label)
        doubt = f"{name} and {one} may be one outcome at two visits, or two of one name. "
        told = ("", math.inf) if sure else (doubt, SURE - CLOSE)
        yield Family({name: name, "1": one}, f"{name}{{visit}}", "visit", *told)
    for family in families:
        stem = re.sub(r"[._ -]*\{visit\}$", "", family.pattern)
        early = any(re.fullmatch(EARLY, folded(word).lower()) for word in family.columns)
        if stem in named and stem not in family.columns.values() and not early:
            doubt = f"{stem} may be what it was at first, or what {family.pattern} add up to. "
            made = {stem: stem, **family.columns}
            yield Family(made, family.pattern, family.word, doubt, SURE - CLOSE)


def _best(members: Sequence[Outcome], named: Mapping[str, Column]) -> Outcome | None:
    """The likeliest of the columns of one outcome; None where they are of different kinds."""
    # Steps of a scale of which few stand at the start, as 3 and 4 of 0 to 4, are steps of it.
    steps = {code for member in members for code, _ in member.codes}
    members = [
        one
        for one in members
        if one.codes or not steps.issuperset(code for code, _ in named[one.column].values)
    ]
    kinds = {(member.kind, member.event) for member in members}
    coded = {levels(named[member.column]) for member in members}
    worth: dict[str, float] = {}
    for code, value in (code for member in members for code in member.codes):
        if worth.setdefault(code, value) != value:
            return None
    best = max(members, key=lambda member: member.score)
    same = len(kinds) == 1 and len({bool(member.codes) for member in members}) == 1
    # One step of a scale has one code, and a dictionary lists those of its columns.
    given = any(named[member.column].given for member in members)
    if best.codes and (len({*worth.values()}) < len(worth) or (given and len(coded) > 1)):
        return None
    if not same or best.kind not in KINDS or (best.kind == EVENT and len(coded) > 1):
        return None
    return replace(best, codes=tuple(sorted(worth.items(), key=lambda code: code[1])))


def _together(best: Outcome, family: Family, members: Sequence[Outcome]) -> Outcome:
    words = [*family.columns]
    first, last = family.columns[words[0]], family.columns[words[-1]]
    what = f"{len(members)} columns, {first} to {last}, a visit each. "
    return replace(
        best,
        column=family.pattern,
        kind=KINDS[best.kind],
        score=min(best.score + TOGETHER, family.most),
        evidence=f"{family.doubt or what}{best.evidence}",
        columns=tuple(family.columns.items()),
        visit_word=family.word,
        doubted=bool(family.doubt),
    )


def _numbered(columns: Sequence[Column]) -> tuple[set[str], list[Family]]:
    """Times in columns of their own, and columns of one name but for a number."""
    families: dict[tuple[str, str, str], dict[str, Column]] = defaultdict(dict)
    for one in columns:
        if match := NAME.fullmatch(one.name):
            stem, mark, number, end = match.groups()
            families[stem, mark, end][number] = one
    names = {one.name.upper() for one in columns}
    for stem, mark, end in [*families]:
        each = families[stem, mark, end]
        digit = {number[0] for number in each}
        known = f"{stem}{min(digit)}"
        own = {one.name.upper() for one in each.values()}
        # The first digit is of what was measured, as of FEV1 in FEV11H to FEV18H and BASEFEV1.
        named = any(one.endswith(known.upper()) for one in names - own)
        if named and len(digit) == 1 and not mark and min(map(len, each)) > 1:
            families[known, "", end] |= {number[1:]: one for number, one in each.items()}
            del families[stem, mark, end]
    for stem, mark, end in [*families]:
        # A dash is a sign beside a number without one, and so is its word: score_d-7, score_dm7.
        dash = mark == "-"
        bare = stem if dash else MINUS.sub("", stem)
        signed = dash or (bare != stem and _time(bare, ""))
        others = (key for key in families if key[::2] == (bare, end) and key != (stem, mark, end))
        unsigned = next((key for key in others if signed and not (dash and key[1])), None)
        if unsigned:
            below = {f"-{number}": one for number, one in families.pop((stem, mark, end)).items()}
            families[unsigned] |= below
    numbers = [frozenset(family) for family in families.values()]
    timed = {frozenset(each) for (stem, _, end), each in families.items() if _time(stem, end)}
    items = items_of(columns)
    # Behind the word of a visit a number is of what was measured then: strains H1 and H3.
    analytes = {
        (parts(stem)[-1], mark, end)
        for stem, mark, end in families
        if parts(stem) and (VISIT_WORD.search(stem) or GLUED.search(stem))
    }
    times: set[str] = set()
    made = []
    for (stem, mark, end), each in families.items():
        labels = (_said(column) for column in each.values())
        # The M of p1M_ratio is of what was measured, beside p1da of the same numbers.
        alike = [key for key, one in families.items() if {*one} == {*each}]
        unit = all(_time("", key[2]) for key in alike if key[:2] == (stem, mark))
        word = _time(stem, end if unit else "") or next((label for label in labels if label), "")
        beside = numbers.count(frozenset(each)) > 1
        if (
            {*parts(stem), *parts(end)} <= TIMES
            and beside
            and not any(map(_measures, each.values()))
        ):
            times |= {one.name for one in each.values()}
            continue
        few = not FEWEST <= len(each) <= MOST or parts(stem)[-1:] in QUESTIONS
        # What was predicted for two times was not measured at them.
        few = few or all(PREDICTED.search(column.label) for column in each.values())
        few = few or _of_words(list(each.values())) or _of_kinds(stem, each)
        if few or stem.lower() in ITEMS or any(one.name in items for one in each.values()):
            continue
        # The numbers of il6 and il8, and of cd4 and cd8, are of their names.
        short = len("".join(parts(stem)[-1:])) <= SHORT
        named = short and not mark and not any(int(number) == 0 for number in each)
        if named and parts(stem) and (parts(stem)[-1], mark, end) in analytes:
            continue
        apart = _apart(each) and not _shares(each) and not named
        sure = word or (frozenset(each) in timed and len(stem) > 1) or apart
        sure = sure or _said_so([*each.values()])
        in_order = {number: each[number].name for number in sorted(each, key=int)}
        if not sure and any(map(is_coded, each.values())) and not {*parts(stem)} & TOTALS:
            continue
        doubt = f"{len(each)} columns of one name: visits, or the items of a scale. "
        if named:
            doubt = f"{len(each)} columns of one name: visits, or measures that are called so. "
        pattern = f"{stem}{mark}{{visit}}{end}"
        if spans := _pairs_in_turn([*in_order]):
            doubt, sure = f"{spans} may be visits, or spans of two each, as weeks 2 to 3. ", ""
        told = ("", math.inf) if sure else (doubt, SURE - CLOSE)
        made.append(Family(in_order, pattern, word or "visit", *told))
    return times, made


def _pairs_in_turn(numbers: Sequence[str]) -> str:
    """Numbers of two digits that follow one another, each pair behind the one before: 23, 45, 67;
    nothing of others."""
    pairs = [number for number in numbers if len(number) == 2 and number.isdecimal()]
    digits = [int(digit) for number in pairs for digit in number]
    in_turn = all(later == digit + 1 for digit, later in pairwise(digits))
    return one_of(pairs) if len(pairs) >= FEWEST_SPANS and in_turn else ""


def _of_words(columns: Sequence[Column]) -> bool:
    """Whether labels differ by words alone, none of a time or a number: factors called stress,
    boredom and challenge; or by what one is, the primary and a secondary outcome."""
    said = [{*parts(column.label)} for column in columns if column.label != column.name]
    if len(said) < max(FEWEST, len(columns)):
        return False
    if any("primary" in words for words in said) and any("secondary" in words for words in said):
        return True
    shared = set.intersection(*said)
    rest = [words - shared for words in said]
    times = any(
        word in TIMES or OF_TIME.search(word) or re.search("[0-9]", word)
        for words in rest
        for word in words
    )
    return all(rest) and not times


def _of_kinds(stem: str, numbers: Mapping[str, Column]) -> bool:
    """Whether labels have each number behind one noun that is neither of a time nor of the name, as
    serotype 14 and serotype 19F of igg_14 and igg_19: kinds of what was measured, no visits."""
    nouns = set()
    for number, column in numbers.items():
        label = folded(column.label).lower() if column.label != column.name else ""
        of = re.search(KIND.format(int(number)), label)
        nouns.add(of[1] if of else "")
    noun = nouns.pop() if len(nouns) == 1 else ""
    return noun not in {"", *parts(stem), *IN_TURN, *TIMES, *ITEMS, *SCORED}


def _said_so(columns: Sequence[Column]) -> bool:
    """Whether the label of each says that it was before or after, and of some either."""
    labels = [" ".join(parts(column.label)) for column in columns]
    early = [BEFORE_IT.search(label) is not None for label in labels]
    late = [AFTER_IT.search(label) is not None for label in labels]
    return any(early) and any(late) and all(a != b for a, b in zip(early, late, strict=True))


def _measures(column: Column) -> bool:
    """Whether a column that is called as a time has what was measured then: by its label, or by
    numbers below 0."""
    said = column.label != column.name and {*parts(column.label)} & SCORED
    return bool(said) or column.low.startswith("-")


def _with_before(columns: Sequence[Column], families: Iterable[Family]) -> Iterator[Family]:
    """Numbered columns with the one of their name that was before: BASELINE beside WEEK04, score_bl
    beside score_4. Items of a scale, and endpoints that are numbered, have none."""
    for family in families:
        stem = parts(family.pattern.replace("{visit}", " "))
        stem = [word for word in stem if word not in TIMES]
        before = [column.name for column in columns if _early(column.name) == stem]
        if len(before) == 1:
            yield Family({before[0]: before[0], **family.columns}, family.pattern, family.word)


def _early(name: str) -> list[str] | None:
    """What is left of a name without its one word of what was before; None without such a word."""
    words = parts(name)
    left = [word for word in words if not re.fullmatch(EARLY, folded(word))]
    return left if len(left) == len(words) - 1 else None


def _worded(columns: Sequence[Column]) -> Iterator[Family]:
    """Columns of one name but for a word of a visit."""
    found: dict[tuple[str, ...], dict[str, tuple[str, str]]] = defaultdict(dict)
    analytes = _analytes(columns)
    for column in columns:
        name = folded(column.name)
        for match in (*VISIT_WORD.finditer(name), *GLUED.finditer(name)):
            # Folding may change the length of a name, as of ß.
            if len(name) == len(column.name):
                before, after = name[: match.start("word")], name[match.end("word") :]
                pattern = f"{column.name[: match.start('word')]}{{visit}}"
                strain = after == "" and MARK.split(name)[-1] in analytes
                if _order(match["word"])[1] > MOST_DAYS or strain:
                    continue
                stem = tuple(parts(f"{before} {after}"))
                found[stem].setdefault(
                    column.name[slice(*match.span("word"))],
                    (column.name, pattern + column.name[match.end("word") :]),
                )
    for stem, each in found.items():
        words = sorted(each, key=_order)
        if not stem and any(re.search("[0-9]", word) for word in words):
            continue
        if FEWEST <= len({_order(word) for word in words}) == len(words) <= MOST:
            yield Family({word: each[word][0] for word in words}, each[words[-1]][1])


def _around(columns: Sequence[Column]) -> Iterator[Family]:
    """Columns of one name but for a word of before and one of after, of one language."""
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = defaultdict(dict)
    named = {column.name: column for column in columns}
    for column in columns:
        for match in (*WORD.finditer(column.name), *GLUED_AROUND.finditer(column.name)):
            around = (column.name[: match.start()], column.name[match.end() :])
            found[around][folded(match[0]).lower()] = (match[0], column.name)
    for (before, after), each in found.items():
        pairs = (pair for pair in AROUND if before + after and {*pair} <= {*each})
        for pair in pairs if len(each) == 2 else ():
            own = dict(each[word] for word in pair)
            label = named[next(iter(own.values()))].label
            # Before a meal, in the eighth week: no baseline.
            doubt = f"“{label}” may be before something else than treatment. "
            later = pair in BESIDE_ANYTHING and DURING.search(label.lower())
            told = (doubt, SURE - CLOSE) if later else ("", math.inf)
            yield Family(own, f"{before}{{visit}}{after}", "", *told)


def _analytes(columns: Sequence[Column]) -> set[str]:
    """The ends of names with a number glued on, behind the word of a visit: sH1 of post.sH1."""
    split = [MARK.split(folded(column.name)) for column in columns]
    return {
        last
        for *first, last in split
        if first and STRAIN.fullmatch(last)
        if any(VISIT_WORD.fullmatch(part) or GLUED.match(part) for part in first)
    }


def days_of(text: str) -> float:
    """The days of the unit in the name of a visit, in small letters; 1 without one."""
    unit = re.sub(rf"^(?:{LATE})|[^a-z]", "", text)
    return SHARE_OF_DAY.get(unit[:2], SHARE_OF_DAY.get(unit[:1], 1.0))


def _order(word: str) -> tuple[int, float, str]:
    """Before what is early, then by days, then what is late, a follow-up last."""
    text = folded(word).lower()
    number = re.search(r"[0-9]+", text)
    days = days_of(text) * float(number[0]) if number else float(text.startswith("f"))
    early = bool(re.fullmatch(EARLY, text))
    return (0 if early else 1 if number else 2, days, "" if early or number else text)


def columns_of_treatments(table: Table, subject: str) -> dict[tuple[str, ...], bool]:
    """Sets of columns that may be one outcome under each of a patient's treatments, in a table with
    a row a patient: by their names, which is told of each, or all numbers that are left where these
    are few."""
    if subject != SOURCE_ROW and (subject,) not in table.keys:
        return {}
    named = [tuple(one.columns.values()) for one in _of_treatments(table.columns)]
    numbers = [
        column
        for column in table.columns
        if is_number(column)
        and usable(column)
        and column.name != subject
        and not of_patients(column)
        and plain(column.name) not in ROW_NUMBERS
    ]
    alike = 2 <= len(numbers) <= MOST_TREATMENTS and _overlap(numbers)
    # Columns of periods are no treatments.
    alike = alike and len({re.sub("[0-9]+$", "", number.name) for number in numbers}) > 1
    left = [tuple(number.name for number in numbers)] if alike else []
    numeric = {column.name for column in table.columns if is_number(column)}
    by_name = {one: True for one in named if numeric.issuperset(one)}
    return dict.fromkeys(left, False) | by_name


def under_treatments(columns: Sequence[Column], names: Iterable[str]) -> str:
    """The doubt about an outcome of columns of these names, of which one is of a treatment that
    patients have in turn."""
    families, own = _of_treatments(columns), {*names}
    return next((family.doubt for family in families if own & {*family.columns.values()}), "")


def _overlap(columns: Sequence[Column]) -> bool:
    """Whether all have values that each other could have."""
    ends = [
        (float(column.low), float(column.high)) for column in columns if column.low and column.high
    ]
    lows, highs = zip(*ends, strict=True) if ends else ((), ())
    return len(ends) == len(columns) and max(lows) < min(highs)


def _of_treatments(columns: Sequence[Column]) -> Iterator[Family]:
    """Columns of one name but for a treatment: one is a placebo or a control, or their words are
    those of doses from none on, or the letters of the sequences of a crossover."""
    orders = [
        {*folded(level).upper()}
        for one in columns
        if name_words(one.name) & SEQUENCES
        for level in levels(one)
    ]
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for column in columns:
        for start, end in dict.fromkeys(_spans(column.name)):
            around = (column.name[:start], column.name[end:])
            found[around][column.name[start:end]] = column.name
    for (before, after), each in found.items():
        words = [folded(word) for word in each]
        named = [word for word in words if TREATED.fullmatch(word) or word.lower() in CONTROLS]
        # A test is a treatment beside its reference alone.
        named = named if named != ["test"] or {*words} & {"reference", "ref"} else []
        several = 2 <= len(each) <= MOST_TREATMENTS
        lettered = len(orders) > 1 and all(
            {word.upper() for word in words} == order for order in orders
        )
        steps = {word.lower() for word in words}
        named = [] if "pro" in steps else named  # Pros and cons.
        dosed = len(steps) > 1 and steps <= NO_DOSE | DOSED and len(steps & NO_DOSE) == 1
        whole = bool((before + after).strip()) or len(named) == len(words)
        if several and whole and (named or lettered or dosed):
            doubt = (
                f"A column for each of {len(each)} treatments, which patients have in turn: no "
                "step compares them. --arm with these columns, commas between, does. "
            )
            pattern = f"{before}{{visit}}{after}"
            yield Family(each, pattern, TREATMENT, doubt, ALONE - CLOSE)


def _spans(name: str) -> Iterator[tuple[int, int]]:
    """Where the words of a name begin and end: those between marks, and those with a capital each
    within them."""
    for word in WORD.finditer(name):
        yield word.span()
        yield from (part.span() for part in CAPITAL.finditer(name, *word.span()))


def _apart(numbers: Iterable[str]) -> bool:
    """Whether numbers do not follow each other, as those of months do: 0, 3, 12."""
    ordered = sorted(map(int, numbers))
    return any(after - before > 1 for before, after in pairwise(ordered))


def _shares(columns: Mapping[str, Column]) -> bool:
    """Whether codes under numbers may be shares that patients reach: ACR20, ACR50 and ACR70."""
    round_ = all(20 <= int(number) <= 100 and int(number) % 5 == 0 for number in columns)
    return round_ and any(is_coded(one) and len(levels(one)) == 2 for one in columns.values())


def _time(stem: str, end: str) -> str:
    """The word of a time in what is left of a name without its number."""
    words = [*parts(stem)[-1:], *parts(end)[:1]]
    return next((word for word in words if word in TIMES), "")


def _said(column: Column) -> str:
    """The word of a visit in a label."""
    words = parts(column.label) if column.label != column.name else []
    return next((word for word in words if word in TIMES and len(word) > 2), "")
