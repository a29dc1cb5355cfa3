"""Columns that may be endpoints: what kind each would be, and how much speaks for it.

Nothing in a file says which column is an outcome. Names, places and what varies within patients
rank them; a person says which is the primary one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from trialtrace.run.drafting.keys import ends_in_id, names_subject, telling_apart
from trialtrace.run.drafting.names import (
    EXCLUDED,
    FINDINGS,
    INCLUDED,
    NO_POPULATION,
    NOT_EVALUABLE,
    POPULATION_FLAGS,
    POPULATION_NAME,
    POPULATION_WORDS,
    SCALES,
    UNIT_WORDS,
    sign,
    unit_meant,
    vocabulary,
    words_apart,
)
from trialtrace.run.drafting.negated import event_by_name
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.tables.measures import folded, parts, plain

YES = re.compile(
    r"(1[_. -]*)?(yes|y|true|t|event|dead|died|death|relapsed?|progress\w*|positive|pos|present|"
    r"improved|responded|responder|response|success|cured|good|failed|failure|ill|case|infected|"
    r"ja|oui|s[ií]|sim|tak|kyll[aä]|ano|evet)",
    re.IGNORECASE,
)
NO = re.compile(
    r"(0[_. -]*)?(no|n|false|f|none|alive|censored|negative|neg|absent|not .+|non\w*|poor|bad|"
    r"(did|was|were|has|had|is) (not|never) .+|(did|was|were|has|had|is)n't .+|never .+|"
    r"(having |had |has )?(no|without) .+|healthy|well|unchanged|control|nein|nej|nee|nei|nie|"
    r"não|nao|ei|ne|hay[iı]r)",
    re.IGNORECASE,
)
DEAD = re.compile(
    r"dead|died|death|deceased|expired|non[-_ ]?survivors?|(not|did not) surviv(e|ed)|exitus|tot|"
    r"gestorben|verstorben|decede|mort[eo]?|muert[oe]|fallecid[oa]|obito|overleden|dod|avliden|"
    r"kuollut|zgon|zmarl[ya]?|zemrel[ya]?|meghalt",
    re.IGNORECASE,
)
BEFORE = set(
    vocabulary("""
    bl bsl baseline base pre preop history hist hx entry screening previous prev prior enrol
    enrolment randomisation randomization start""")
)
TIMES = set(
    vocabulary("""
    time times zeit tiempo tempo tempos days weeks months years alive futime survtime os pfs dfs
    tte duration survival rectime
    dtime monate tage wochen jahre jours semaines mois annees dias semanas meses anos giorni
    settimane mesi anni dagen weken maanden jaren dager dagar manader dni tygodnie miesiace dny
    tydny mesice followup fu stop stime ttr aval""")
)
STATUSES = set(
    vocabulary("""
    status event death dead died cens censor censored cnsr delta fustat d stat relapse recurrence
    fail failure ind indicator""")
)
# A status of that name has either code for the event; what a label says that decides it.
CENSORING = re.compile(r"(?<!li)cens(?!us)|cnsr|zensier")
UNCENSORED = re.compile(r"\b(no|not|un|non|ohne|never|nicht)[\W_]*(right\W*)?(cens|zens)")
# What a code of a column on censoring says of a time that ended: "entire lifetime observed".
OBSERVED = re.compile(r"(?<!not )(?<!never )\bobserved\b", re.IGNORECASE)
# A label by which its yes is the event, whatever the column is called.
OF_EVENT = re.compile(
    r"^event\b|\b(occurrence of|ocorrencia d[eo]|event(o)? (of interest|de interesse))"
)
ENDS = re.compile(r"cens|event|dead|died|death|alive|relaps|progress|fail", re.IGNORECASE)
# Words of a status inside longer ones, and of a time behind or before what it is to: prog_t, t_os.
STATES = re.compile(
    r"event|cens|cnsr|status|dead|death|died|mort|relaps|recur|prog(r|$)|fail|surviv|dth|verstorb|tod$"
)
# Numbers of visits, ADaM's flags of records, and what SDTM has beside a result.
NO_OUTCOME = re.compile(
    r"a?visit(no?|num|number)?|anl\d+fl|ablfl|trtemfl|complfl|enrlfl|"
    rf"{FINDINGS}(seq|st?dy|endy|dy|orres|stresc|test(cd)?)"
)
CODE_OF = re.compile(
    r"(the )?(unique )?((id|identifier|identification)( (number|code|nr|no))?|numeric(al)? code|"
    r"code( number)?) (of|for)\b"
)
FEWEST_NUMBERED = 20
OF_ROWS = {"obs", "row", "record", "line"}
MOST_CODES, MOST_STATES = 12, 4
NO_AND_YES = re.compile(
    r"-?\b\d+\s*[=:-]?\s*(?:no|yes|none|absent|present)\b(?:\s*[,;/]\s*)?", re.IGNORECASE
)

EVENT, MEASURE, TIME, COUNT, REPEATED, REPEATED_EVENT, RECURRENT, MEAN = KINDS = vocabulary(
    "event measure time_to_event count repeated repeated_event recurrent_events mean"
)
WORDS = {
    EVENT: "yes or no, once a patient",
    MEASURE: "a number, once a patient",
    TIME: "a time to an event",
    COUNT: "how often something happened, over the rows of a patient",
    REPEATED: "a number at visits",
    REPEATED_EVENT: "yes or no at visits",
    RECURRENT: "an event in rows of intervals, over the time at risk",
    MEAN: "a number, the mean of the rows of a patient",
}


@dataclass(frozen=True)
class Outcome:
    """A column as an endpoint. `event` is the code that counts, `status` the column that tells
    whether a time ended with the event, `competing` its code of an event after which this one
    cannot come; `codes` are what levels of a scale are worth; `starts` and `stops` are the columns
    of the interval that ends with or without the event, which nobody has more than `once`. `where`
    are columns and codes of the rows that are meant, with their `label` and the codes of their
    `visits`. Of an outcome with a column a visit, `columns` are the numbers or words of the visits
    with theirs, `column` the pattern of their names, or that of the last, `visit_word` what such a
    number counts; `before` are the visits before treatment, the last of which is the baseline, but
    where a `base` has what each patient had, a column with the reason. What
    is `doubted` may be no visits, and nobody takes it unasked; `primary` is what the file calls so,
    `later` what is named with a time after the start;
    `named_visit` is that of the one column that a person named; `several` says that it is a mean of
    rows of one treatment of a patient.
    """

    table: str
    column: str
    kind: str
    score: float
    evidence: str
    event: str = ""
    status: str = ""
    visit: str = ""
    starts: str = ""
    stops: str = ""
    codes: tuple[tuple[str, float], ...] = field(default=())
    sure: bool = True
    where: tuple[tuple[str, str], ...] = ()
    label: str = ""
    visits: tuple[str, ...] = ()
    competing: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    visit_word: str = ""
    once: bool = False
    before: tuple[str, ...] = ()
    base: tuple[str, str] = ("", "")
    doubted: bool = False
    primary: bool = False
    later: bool = False
    named_visit: str = ""
    several: bool = False

    @property
    def names(self) -> set[str]:
        """The columns that it is made of, and the empty text for those that it has not."""
        return {self.source, self.status, self.starts, self.stops, *dict(self.columns).values()}

    @property
    def source(self) -> str:
        """Its column; of several the last."""
        return self.columns[-1][1] if self.columns else self.column


def levels(column: Column) -> tuple[str, ...]:
    """The codes found in a column of few; nothing where the profile does not keep all."""
    if column.type in ("yesno", "truefalse"):
        return ("0", "1")
    if column.choices:
        return tuple(code for code, _ in column.choices)
    found = tuple(value for value, _ in column.values)
    return found if len(found) == column.distinct else ()


def label_of(column: Column, code: str) -> str:
    """What a code means, as far as it is known."""
    codes = levels(column)
    words = dict(zip(codes, words_apart(codes), strict=True))
    return dict(column.choices).get(code, words.get(code, "")) or code


def without_codes(label: str) -> str:
    """A label without what stands in it for no and yes: Death, of "Death (0 no, 1 yes)"."""
    return NO_AND_YES.sub("", label).strip(" ,;:()")


def tells_unit(column: Column) -> bool:
    """Whether a column tells the unit of what another has: by its levels, all of them units of more
    than a letter, or by its name and any such, or all of a letter."""
    texts = [label_of(column, code) for code, _ in column.values]
    named = bool({*parts(column.name)} & UNIT_WORDS)
    known = [unit_meant(text) != "" for text in texts]
    words = [unit and len(text) > 1 for unit, text in zip(known, texts, strict=True)]
    return bool(texts) and (all(words) or (named and (all(known) or any(words))))


def population_of(column: Column) -> tuple[str, str, str] | None:
    """The population of which a column of two values tells who belongs to it, its flag and its
    label: by the plain name of a flag, or by words of its name or label."""
    name = POPULATION_NAME.sub(r"\1fl", plain(column.name))
    if known := POPULATION_FLAGS.get(name):
        return known
    texts = [" ".join(parts(text)) for text in (column.name, column.label)]
    # A reason for which somebody is in none, or a code for who is not.
    varies = column.constant_within is False
    if varies or len(levels(column)) != 2 or any(map(NO_POPULATION.search, (*texts, column.label))):
        return None
    named = (flag for words, flag in POPULATION_WORDS if any(map(words.search, texts)))
    return POPULATION_FLAGS.get(next(named, ""))


# What a column says of analyses: who was left out, who was in, in which of several.
OUT, IN, SETS = "out", "in", "sets"


def of_analysis(column: Column) -> str:
    """Whether a column of few values says who was left out of the trial or of an analysis, who was
    in, or in which, by its name, its label or its levels."""
    texts = [" ".join(parts(text)) for text in (column.name, column.label)]
    levelled = [" ".join(parts(label_of(column, code))) for code in levels(column)]
    if not 1 < len(levelled) <= MOST_CODES:
        return ""
    sets = [any(words.search(f"{one} set") for words, _ in POPULATION_WORDS) for one in levelled]
    if all(sets):
        return SETS
    if len(sets) == 2 and any(map(EXCLUDED.match, levelled)):
        return OUT if any(map(EXCLUDED.match, texts)) else IN
    found = ((OUT, EXCLUDED), (IN, INCLUDED))
    return next((what for what, words in found if any(map(words.match, texts))), "")


def belongs(column: Column) -> str:
    """The code by which a flag of a population says that a patient belongs to it; nothing of any
    other column."""
    if population_of(column) is None:
        return ""
    return next(
        (
            code
            for code in levels(column)
            if {code.casefold(), label_of(column, code).casefold()} & {"y", "yes", "1", "included"}
        ),
        "",
    )


def is_number(column: Column) -> bool:
    return column.validation in ("integer", "number") or column.type in ("calc", "slider")


def is_coded(column: Column) -> bool:
    return column.type in ("radio", "dropdown", "yesno", "truefalse")


def as_levels(column: Column) -> Column:
    """The column with its few values as codes, whatever numbers they are."""
    if is_coded(column):
        return column
    choices = tuple((code, code) for code in levels(column))
    return replace(column, type="radio", validation="", choices=choices, low="", high="", given={})


def as_number(column: Column) -> Column:
    """The column with its few codes, which are whole numbers, as numbers."""
    low, *_, high = [*sorted(levels(column), key=int)] * 2
    made = replace(column, type="text", validation="integer", choices=(), low=low, high=high)
    return replace(made, given={})


def event_code(column: Column) -> tuple[str, bool]:
    """The one of its codes that is the event, and whether their words say so."""
    codes = judged(column)
    told = {code: label_of(column, code) for code in codes}
    ended = [code for code, label in told.items() if not _is_censored(label)]
    if len(ended) == 1 < len(codes):
        return ended[0], True
    named = any(CENSORING.search(plain(text)) for text in (column.name, column.label))
    label = folded(column.label).lower()
    if named and {*codes} == {"0", "1"} and OF_EVENT.search(label) and "censor" not in label:
        return "1", True
    seen = [code for code, label in told.items() if OBSERVED.search(label)]
    if named and len(seen) == 1 and len(codes) == 2:
        return seen[0], True
    if named and not any(map(ENDS.search, told.values())):
        # CNSR of ADaM is 1 where it is censored; other columns of that name are so or the reverse.
        numbered = {*codes} == {"0", "1"}
        return "0" if numbered else codes[-1], numbered and plain(column.name) == "cnsr"
    dead = [code for code, label in told.items() if DEAD.fullmatch(folded(label))]
    yes = [code for code, label in told.items() if YES.fullmatch(label) or YES.fullmatch(code)]
    if len(dead) == 1:
        # Of who was dead or relapsed either may be meant.
        return dead[0], {*yes} <= {*dead}
    named_so = event_by_name(column, told)
    if named_so and (named_so[1] or [named_so[0]] != yes):
        return named_so
    no = [code for code, label in told.items() if NO.fullmatch(label) or NO.fullmatch(code)]
    if len(yes) == 1 and yes != no:
        return yes[0], True
    if len(no) == 1 and len(codes) == 2:
        return codes[codes.index(no[0]) - 1], True
    return ("1", True) if {*codes} == {"0", "1"} else (codes[-1], False)


def _is_censored(label: str) -> bool:
    """Whether the label of a code says that a time was censored."""
    words = folded(label).lower()
    return bool(CENSORING.search(words)) and not UNCENSORED.search(words)


def outcome(table: Table, column: Column, visit: str, kind: str = "") -> Outcome | None:
    """A column as an endpoint of the kind that it suits, or of the one asked for."""
    varies = column.constant_within is False
    at = visit if visit and (varies or kind in (REPEATED, REPEATED_EVENT)) else ""
    binary = not is_number(column) and len(judged(column)) == 2

    def of(kind: str, evidence: str, code: str = "", sure: bool = True) -> Outcome:
        return Outcome(table.name, column.name, kind, 0, evidence, code, visit=at, sure=sure)

    if kind == COUNT or (kind != MEAN and varies and not at and is_state(column)):
        code, sure = event_code(column) if is_state(column) else ("", False)
        told = "Its rows of a patient can be counted."
        return replace(of(COUNT, told, code, sure and binary), visit="") if code else None
    if kind == MEAN or (varies and not at and is_number(column)):
        names = [one.name for one in telling_apart(table)]
        why = "It differs between the rows of a patient, and nothing tells them apart as visits."
        if names:
            early = any(table.column(name).low.startswith("-") for name in names)
            why = f"It differs between the rows of a patient, which {' and '.join(names)} tells "
            why += f"apart: all are in the mean{', also those below 0' if early else ''}."
        made = replace(of(MEAN, why), visit="")
        if varies and binary:
            code, _ = event_code(column)
            worth = tuple((one, float(one == code)) for one in levels(column))
            why = f"{why} It is the share of {label_of(column, code)}."
            return replace(made, codes=worth, evidence=why)
        return made if varies and is_number(column) else None
    # Once a patient, it is read from a row a patient.
    if not at and column.constant_within is not None:
        return None
    if (binary and not kind) or (kind in (EVENT, REPEATED_EVENT) and is_coded(column)):
        code, sure = event_code(column)
        reads = "reads like the event" if sure else "is taken for the event"
        rest = "" if binary else ": all others count as without it"
        number = "two" if binary else len(levels(column))
        text = f"It has {number} values, of which {label_of(column, code)} {reads}{rest}."
        return of(REPEATED_EVENT if at else EVENT, text, code, sure and binary)
    if column.type in ("yesno", "truefalse"):
        return None
    measure = REPEATED if at else MEASURE
    if is_number(column):
        return of(measure, "It is a number.")
    worth = _worth(column)
    ordered = ", ".join(code for code, _ in sorted(worth, key=lambda code: code[1]))
    return (
        replace(of(measure, f"Its levels are {ordered}, in order."), codes=worth) if worth else None
    )


# A label of what no number measures, whatever a file writes days as.
DATED = re.compile(r"(date|datum|fecha|dato) (?!.*\b(to|until|since|days|months)\b)", re.IGNORECASE)


def usable(column: Column) -> bool:
    """Whether a column can be an endpoint: numbers or codes, and more than one value; no flag of a
    population, no number of rows, patients or visits, no date, no event or instrument of REDCap."""
    return (
        not (column.identifier or plain(column.name).startswith("redcap"))
        and column.distinct > 1
        and not (belongs(column) or of_analysis(column))
        and not is_form_status(column)
        and not tells_unit(column)
        and not numbers_rows(column)
        and not NO_OUTCOME.fullmatch(plain(column.name))
        and not ("date" in column.evidence or DATED.match(column.label))
        and column.type not in ("notes", "checkbox")
        and (is_number(column) or is_coded(column))
    )


def is_form_status(column: Column) -> bool:
    """Whether a column is what REDCap adds to each form: whether it is complete."""
    codes = {*levels(column)}
    return column.name.endswith("_complete") and "2" in codes and codes <= {"0", "1", "2"}


def numbers_rows(column: Column) -> bool:
    """Whether a column counts through its rows or is called so, has the name or the label of a
    subject and many values, or is called an id or a code of something, as of who treated them."""
    if not is_number(column) or column.distinct < FEWEST_NUMBERED:
        return False
    whole = column.validation == "integer" and column.distinct == column.rows
    if CODE_OF.match(" ".join(parts(column.label))) or ends_in_id(column.name):
        return True
    in_turn = whole and float(column.high) - float(column.low) == column.rows - 1
    named = any(map(names_subject, (column.name, column.label)))
    # ObsLHS, with another number in each row.
    of_rows = whole and bool({*parts(column.name)} & OF_ROWS)
    return in_turn or of_rows or (named and 2 * column.distinct > column.rows)


def judged(column: Column) -> tuple[str, ...]:
    """The codes of a column but for those of who could not be judged."""
    return tuple(
        code for code in levels(column) if not NOT_EVALUABLE.fullmatch(label_of(column, code))
    )


def _worth(column: Column) -> tuple[tuple[str, float], ...]:
    """What ordered codes are worth: 1_Death is 1, of words their step of a scale; nothing of
    other codes."""
    codes = judged(column)
    if not 2 <= len(codes) <= MOST_CODES:
        return ()
    numbers = [re.match(r"-?[0-9]+", code) for code in codes]
    made = [float(n[0]) for n in numbers if n] if all(numbers) else _steps(column, codes)
    worth = tuple(zip(codes, made, strict=False))
    return worth if len(set(made)) == len(codes) else ()


def _steps(column: Column, codes: Sequence[str]) -> list[float]:
    """The steps of a scale that three codes or more stand for in words, or in signs."""
    signs = [at for code in codes if (at := sign(code)) is not None]
    if len(signs) == len(codes) > 2:
        return [float(at) for at in signs]
    labels = [" ".join(re.split(r"[\W_]+", label_of(column, code))) for code in codes]
    for scale in SCALES:
        found = [
            float(at) for label in labels for at, step in enumerate(scale) if step.fullmatch(label)
        ]
        if len(found) == len(codes) > 2:
            return found
    return []


# What somebody is, and not what came of it.
OTHER_STATUS = re.compile(
    r"\b(marital|civil|family|employment|work|occupational|smok\w+|insurance|residen\w+|housing|"
    r"education\w*|socio ?economic|nutritional|menopausal|familien) ?(status|stand)\b"
)


def is_state(column: Column) -> bool:
    """Whether a column can tell how a time ended: two codes, or few more of which one counts; no
    status of a marriage or the like."""
    few = is_coded(column) and 2 <= len(levels(column)) <= MOST_STATES
    texts = (" ".join(parts(text)) for text in (column.name, column.label))
    return few and not any(map(OTHER_STATUS.search, texts))
