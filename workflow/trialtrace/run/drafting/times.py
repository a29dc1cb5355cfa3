"""Times with the column that tells how they end: which numbers may be times, and what belongs to
which."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.base.errors import wrong
from trialtrace.run.drafting.decided import column_of
from trialtrace.run.drafting.names import OF_NUMBER, flat, vocabulary
from trialtrace.run.drafting.names import TIMES as UNITS_OF_TIME
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    CENSORING,
    COUNT,
    DEAD,
    MOST_STATES,
    NO,
    STATUSES,
    TIME,
    TIMES,
    Outcome,
    as_number,
    event_code,
    is_coded,
    is_number,
    is_state,
    label_of,
    levels,
    without_codes,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of, without_time
from trialtrace.run.tables.measures import AGES, folded, parts, plain

EVENTS = STATUSES - {"d", "delta", "ind"} | {"end", "exit", "loss", "progression", "tod", "deces"}
# A time or a state in one word with what it is of: survtime, survind.
# Of a side its letter is enough, lcens, and of a failure: ftime.
GLUED = re.compile(r"([flr]|[a-z]{2,}?)(time|days|weeks|months|status|stat|event|censor|cens|ind)")
# What is told of a number that everybody has.
NO_STATUS = "none"
# Labels of a time that ends with something, or of how long somebody was followed.
UNTIL = re.compile(
    r"\b(time|days|weeks|months|years|zeit|tage|wochen|monate|temps|jours|tempo|giorni|tiempo|dias|"
    r"tijd|dagen|tid|dager|dagar) "
    r"(in (days|weeks|months|years) )?"
    r"((from|since) (randomi[sz]\w*|enrol\w*|inclusion|baseline|(study )?entry) )?"
    r"(to|until|till|bis|jusqu|fino|hasta|tot|til)\b|surviv|uberleben|survie|sopravviv|superviv|"
    r"\bor (to )?censor|"
    r"follow.?up time|time on study|duration of follow"
)
SURVIVAL = re.compile(r"surviv|uberleben|survie|sopravviv|superviv|overlev")
# Values that say of each patient how the time until then ended: somebody was censored, or who did
# not die is alive.
CENSORED = re.compile(r"(right.)?(ge)?(censor|zensier|censur)\w*( .*)?|cens", re.IGNORECASE)
# Words of a state that goes on until the event.
STANDS = re.compile(
    r"\b(free|patent|retain\w*|function(ing|al)|remission|intact|working|in (situ|place)|surviv\w+|"
    r"no|not|without|never|ohne|sans|sin|senza)\b",
    re.IGNORECASE,
)
# Of who is, the time ended with the other value.
ALIVE = re.compile(r"alive|surviv(ed|or|al)?$|living|lebend|vivant|vivo$|levend", re.IGNORECASE)
# Codes that a name or label gives, by either order.
WORD_FIRST = re.compile(r"([^\W\d_]+) ?= ?(-?[0-9]{1,3})(?![\w.])")
CODE_FIRST = re.compile(r"(?<![\w.])(-?[0-9]{1,3}) ?= ?([^\W\d_]+)")
# A time of these words was before the trial, unless it is to something; of others it is how long
# something lasted, which death ended or not.
SINCE = {"since", "seit", "depuis", "diagnosis", "onset", "prior", "before", "disease", "illness"}
SINCE |= {"symptom", "symptoms", *AGES}
UNTIL_IT = {"to", "until", "till", "free", "bis"}
# A label of what patients had been or had before it, or of how old they were.
OVER = re.compile(
    r"\b(duration|length|time|years|months) (as|being) (?!days|weeks|months|years)|\bhistory\b|"
    r"\byears of (?!follow|observ|surviv|treat|therapy|study|trial|risk)|\bage (at|of|when|in)\b"
)
# How names of two ends of an interval differ, in which something happened.
SPANS = (("1", "2"), ("l", "u"), ("l", "r"), ("left", "right"), ("lower", "upper"), ("lo", "hi"))
LAST_WITHOUT = re.compile(
    r"\blast (date |day |visit |test |known |seen )*(neg\w*|free|without|uninfected|well|clear)\b|"
    r"\b(neg\w*) last\b"
)
FIRST_WITH = re.compile(
    r"\bfirst (date |day |visit |test |known |seen )*(pos\w*|with|infected|detect\w*|event)\b|"
    r"\b(pos\w*) first\b"
)
ENDLESS = re.compile(r"\+?inf(inity)?|∞", re.IGNORECASE)
LASTED = set(
    vocabulary("""
    stay los icu itu hospital ward vent ventilator ventilation intubation oxygen antibiotic
    antibiotics surgery operation anesthesia anaesthesia""")
)
# What a label may say that a time is to, and the parts of a date.
OF_END = set(
    vocabulary("""
    death deaths dead relapse recurrence progression event failure infection cure healing discharge
    remission conversion fracture rejection dropout abstinence withdrawal stroke cancer delivery""")
)
PARTS_OF_DATE = {"year", "month", "day"}
LEFT_RIGHT = {"left", "right", "links", "rechts", "gauche", "droite"}
SHORT_TIMES = {"t", "ty", "tm", "tw", "td", "tte", "yrs", "mths"}
# With one of these words a time is until something; with others, as ischaemia time, it may be how
# long that lasted.
LIVED = set(vocabulary("survival surv followup follow fu futime os obs observation overall"))
FOLLOWED = LIVED | set(
    vocabulary("up observed study trial total last contact event risk final on in under")
)
OF_SURVIVAL = re.compile(r"[a-z]{0,4}[fs]s|tt[a-z]{1,2}|ttnt")
# How long a patient was watched, and what may then have happened several times.
WATCHED = re.compile(r"\b(observed|followed|follow ?up|at risk|(in|on) (the )?(study|trial))\b")
COUNTED = re.compile(
    r"\b(numbers?|counts?|n|no|nr|num|anzahl|nombre|numero|aantal|antal|falls|exacerbations|"
    r"seizures|attacks|episodes|events|relapses|infections|hospitali[sz]ations|admissions|bleeds|"
    r"flares|crises)\b"
)
# A time with how it ended, above nearly every single column; of one that may be no such time.
PAIRED, DOUBTED = 6.0, 1.0
# Different times, from which on numbers may be some.
LEAST_TIMES = 10


def censors(column: Column) -> bool:
    """Whether one of few values says that a time was censored."""
    return is_state(column) and bool(_reading(column, CENSORED))


def _names_end(column: Column) -> bool:
    """Whether a column says who died, by its name, or who was censored."""
    return bool(DEAD.fullmatch(plain(column.name))) or censors(column)


def is_watched(column: Column) -> bool:
    """Whether a number says how long each patient was followed, and not all as long."""
    texts = [parts(column.name), parts(column.label)]
    words = {word for text in texts for word in (*text, column.unit)}
    return (
        is_number(column)
        and column.distinct > 1
        and any(WATCHED.search(" ".join(text)) for text in texts)
        and bool(words & {*UNITS_OF_TIME, "time"})
        and not words & (BEFORE | SINCE | UNTIL_IT)
    )


def is_counted(column: Column) -> bool:
    """Whether a whole number counts what a patient can have several times, by its name or label."""
    texts = (" ".join(parts(text)) for text in (column.name, column.label))
    whole = column.validation == "integer" and not column.low.startswith("-")
    return whole and any(map(COUNTED.search, texts))


def tells_deaths(column: Column) -> bool:
    """Whether few values, or the name, say who died, who lives, or who was censored."""
    read = _reading(column, CENSORED) or _reading(column, DEAD)
    return is_state(column) and bool(read or ALIVE.search(plain(column.name)))


def _reading(column: Column, words: re.Pattern[str]) -> list[str]:
    """The codes of a column whose labels are such words."""
    return [code for code in levels(column) if words.fullmatch(folded(label_of(column, code)))]


def pairs(table: Table, free: list[Column]) -> Iterator[Outcome]:
    """Times with the column that tells how they end, where it is clear which belongs to which."""
    states = [
        column
        for column in free
        if ({*_words(column.name), plain(column.name)} & STATUSES or _names_end(column))
        and is_state(column)
        and column.constant_within is None
    ]
    once = [one for one in free if one.constant_within is None and is_coded(one)]
    coded = [one for one in once if len(levels(one)) == 2]
    # A side alone is a time beside how it ended there: left with lcens.
    ended = {_stem(state.name) for state in states}
    times = [
        column
        for column in free
        if (
            {*_words(column.name), plain(column.name)} & TIMES
            or (
                {plain(column.name), plain(column.name)[:1]} & ended
                and plain(column.name) in LEFT_RIGHT
            )
            or _ends_of(column, coded)
            or _ends_by_label(column, coded)
        )
        and is_number(column)
        and column.distinct >= min(LEAST_TIMES, column.rows / 2)
        and not (column.low and float(column.low) < 0)
        and not _was_before(column)
        and column.constant_within is None
    ]
    linked = [column for column in free if _may_link(column)]
    # One that has no further word before others: protime is of prothrombin.
    lead = [time for time in times if plain(time.name) in TIMES]
    lead = lead or [time for time in times if not {*parts(time.name)} & LASTED]
    alone = [state for state in states if plain(state.name) in STATUSES] or states
    for time in times:
        stem, by_place = _stem(time.name), False
        if named := _ends_of(time, coded) or _ends_by_label(time, coded):
            mates = named
        elif lead == [time] and len(alone) == 1 and _words(time.name)[-1] in TIMES:
            # What the time shares a word with may tell its end as well: two are asked.
            also = (one for one in linked if one not in alone)
            mates = [*alone, *(one for one in also if parts(one.name)[0] == stem != "")]
            by_place = not (stem and _stem(alone[0].name) == stem) and (
                not _is_followed(time, alone[0]) or _is_part(alone[0], coded)
            )
        else:
            mates = [state for state in states if _stem(state.name) == stem != ""]
            # Of os_days and os_status each word is one of times or states.
            first = parts(time.name)[:1]
            own = [one for one in states if parts(one.name)[:1] == first and not _stem(one.name)]
            mates = mates or (own if not stem and len(parts(time.name)) > 1 else [])
            mates = mates or [one for one in linked if parts(one.name)[0] == stem != ""]
            # cgvh of cgvhtime
            mates = mates or [one for one in coded if plain(one.name) == stem]
            side = plain(time.name) in LEFT_RIGHT
            mates = mates or [one for one in states if side and _stem(one.name) == stem[:1]]
            # survind of survtime
            mates = mates or [
                one
                for one in states
                if len(_stem(one.name)) > 1 and plain(time.name).startswith(_stem(one.name))
            ]
        # How long patients were followed, and the one column that says how something ended.
        mates = mates or (states if "followup" in plain(time.name) else [])
        # The one time of a file, with who was censored; of no word of its own, with who died.
        only = times == lead == [time] and may_be_until(time)
        bare = not stem or SURVIVAL.search(plain(time.name))
        mates = mates or [o for o in states if only and (censors(o) or (bare and _names_end(o)))]
        # How long patients were followed, and the one column of two values that says who died.
        lived = {*_words(time.name)} & LIVED and may_be_until(time)
        mates = mates or [one for one in coded if lived and _reading(one, DEAD)]
        if len(mates) == 1:
            made = paired(table, time, mates[0])
            doubt = f"{time.name} may be how long something lasted, or the time until "
            doubt += f"{mates[0].name}, alone or with other events. "
            doubt = span_of(table, mates[0])[1] or doubt * by_place
            yield (
                replace(made, score=DOUBTED, evidence=f"{doubt}{made.evidence}", doubted=True)
                if doubt
                else made
            )


def span_of(table: Table, state: Column) -> tuple[tuple[str, ...], str]:
    """The two ends of the interval in which an event happened that a column tells, of which whoever
    had none lacks the later one, with a sentence; nothing where there are none."""
    numbers = [one.name for one in table.columns if is_number(one)]
    found = _spans(numbers, SPANS) if is_state(state) and table.rows <= MOST_ROWS else ()
    for lower, upper in found:
        if not without_time(table, upper, state.name) or without_time(table, lower, state.name):
            continue
        cells = [(float(a), float(b)) for a, b in cells_of(table, [lower, upper]) if _both(a, b)]
        if cells and all(a <= b for a, b in cells):
            text = f"{lower} and {upper} may be the ends of the interval in which {state.name} "
            return (lower, upper), f"{text}happened (interval censored), which no step takes. "
    return (), ""


def bounds_of_event(table: Table) -> tuple[tuple[str, str] | tuple[()], str]:
    """Two columns of numbers, or of days, between which an event lay by their names, as last_neg
    and first_pos, or L and R, with a sentence: the first is before the second, and whoever had no
    event lacks the second alone. Nothing where there are none."""
    names = [one.name for one in table.columns if one.constant_within is not False]
    ends = [(a, b) for a in names if LAST_WITHOUT.search(flat(a).lower()) for b in names]
    ends = [(a, b) for a, b in ends if FIRST_WITH.search(flat(b).lower())]
    for lower, upper in (*ends, *_spans(names, SPANS[1:])) if table.rows <= MOST_ROWS else ():
        # A number far above all others, as 999, is of who had no event as well.
        far = {*table.column(upper).missing_codes}
        cells = [(_place(a), b) for a, b in cells_of(table, [lower, upper]) if a]
        later = [(a, _place(b)) for a, b in cells if b and not (b in far or ENDLESS.fullmatch(b))]
        n = len(cells) - len(later)
        known = 2 * len(cells) >= table.rows and n and all(a and b for a, b in later)
        if known and all(a <= b for a, b in later) and any(a < b for a, b in later):
            text = f"{lower} and {upper} may be the ends of the interval in which an event "
            text += f"happened (interval censored): {n} of {len(cells)} rows have no {upper}. No "
            text += "step takes two such columns, and neither is its time; of yes or no at visits "
            text += "the kind interval_time does. "
            return (lower, upper), text
    return (), ""


def _spans(names: Iterable[str], words: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The names that differ by the words of two ends alone."""
    known = {name.lower(): name for name in names}
    for text, name in known.items():
        for one, two in words:
            behind = text.removesuffix(one) + two if text.endswith(one) else ""
            ahead = two + text.removeprefix(one) if text.startswith(one) else ""
            yield from ((name, known[other]) for other in (behind, ahead) if other in known)


def _place(cell: str) -> tuple[float, ...]:
    """A number, or a day as year, month and day, so that both sort; nothing of any other text."""
    if day := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2}).*", cell):
        return tuple(map(float, day.groups()))
    if day := re.fullmatch(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})", cell):
        return tuple(map(float, day.groups()[::-1]))
    found = re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", cell)
    return (float(found[0].replace(",", ".")),) if found else ()


def _both(*cells: str) -> bool:
    return all(re.fullmatch(r"[0-9]+(\.[0-9]+)?", cell) for cell in cells)


def _is_part(status: Column, coded: Sequence[Column]) -> bool:
    """Whether a column tells one of several events, each with a label that speaks of an event."""
    others = [one for one in coded if one is not status and re.search("event", one.label, re.I)]
    return bool(_stem(status.name) and others and re.search("event", status.label, re.I))


def _is_followed(time: Column, status: Column) -> bool:
    """Whether the words of a time are those of a follow-up, or of the column that tells its end."""
    shared = {*parts(status.name)} | FOLLOWED | EVENTS | TIMES
    own = [word for word in _words(time.name) if word not in shared and not word.isdecimal()]
    return all(OF_SURVIVAL.fullmatch(word) or len(word) == 1 for word in own) or _until(time)


def _ends_of(time: Column, coded: Sequence[Column]) -> list[Column]:
    """The columns of two values that a time is named after, prog of prog_t and of t_prog; beside an
    outcome that is called y those that say who is censored."""
    words = parts(time.name)
    if plain(time.name) == "y":
        return [one for one in coded if CENSORING.search(plain(one.name))]
    stems = {"".join(words[:-1])} if words[-1] in SHORT_TIMES else set()
    stems |= {"".join(words[1:])} if words[0] in SHORT_TIMES else set()
    # time_to_relapse, days_until_death
    to = next((at for at, word in enumerate(words) if word in UNTIL_IT), 0)
    stems |= {"".join(word for word in words[to + 1 :] if word not in TIMES)} if to else set()
    if words[-1].endswith("day") and not time.blank:
        # The day of a death that everybody has is the last one of who lived.
        stems.add(plain(time.name).removesuffix("day"))
    return [one for one in coded if plain(one.name) in stems]


def _ends_by_label(time: Column, coded: Sequence[Column]) -> list[Column]:
    """The columns of two values of whose label a time's has a word behind what it is until: t,
    "Time until death or censoring", of d, "Death indicator"."""
    until = UNTIL.search(label := " ".join(parts(time.label)))
    to = {*label[until.end() :].split()} & OF_END if until else set()
    named = [one for one in coded if to & {*parts(without_codes(one.label))}]
    ends = [one for one in coded if censors(one)] if until else []
    return named or (ends if len(ends) == 1 else [])


def date_parts(table: Table) -> set[str]:
    """The columns that are the year, the month and the day of one date, by their names."""
    dates: dict[str, dict[str, Column]] = {}
    for column in table.columns:
        for what in (PARTS_OF_DATE & {*(words := parts(column.name))}) if is_number(column) else ():
            rest = "".join(word for word in words if word != what)
            dates.setdefault(rest, {})[what] = column
    whole = [one for one in dates.values() if {*one} >= PARTS_OF_DATE]
    ends = (("month", 12), ("day", 31))
    fits = [
        one
        for one in whole
        if all(1 <= float(one[w].low) <= float(one[w].high) <= n for w, n in ends)
    ]
    return {column.name for one in fits for column in one.values()}


def _may_link(column: Column) -> bool:
    """Whether a column of two values may tell what the days of a record end with, whatever that is
    called: adm_link beside adm_days."""
    once = len(levels(column)) == 2 and column.constant_within is None
    two = len(parts(column.name)) == 2 and not column.form.startswith("baseline")
    return is_coded(column) and once and two


def is_recorded_time(column: Column, others: Sequence[Column]) -> bool:
    """Whether a number is the time of a record of which another column may tell the end."""
    first = parts(column.name)[:1]
    ends = any(parts(one.name)[:1] == first and _may_link(one) for one in others)
    return ends and len(parts(column.name)) > 1 and may_be_time(column)


def may_be_time(column: Column) -> bool:
    """Whether a number, once a patient, may be a time to an event by its name or its label:
    survtime, eventT, t_death, "Days to relapse"."""
    named = {*_words(column.name), plain(column.name)} & (TIMES - {"aval"})
    whole = is_number(column) and column.distinct >= min(LEAST_TIMES, column.rows / 2)
    named = named if not OF_NUMBER.search(" ".join(parts(column.name))) else set()
    return whole and float(column.low or 0) >= 0 and (bool(named) or _until(column))


def may_be_until(column: Column) -> bool:
    """Whether a number may be a time after the start, and none of patients before it."""
    return may_be_time(column) and not ({*parts(column.name)} & BEFORE or _was_before(column))


def _was_before(column: Column) -> bool:
    """Whether a time is an age, or since a disease began, by its name, or was over at the start,
    by its label."""
    words, label = {*parts(column.name)}, " ".join(parts(column.label))
    over = OVER.search(label) and not UNTIL.search(label)
    return bool(over or (words & SINCE and not words & UNTIL_IT))


def is_time(column: Column) -> bool:
    """Whether a number that may be a time says also what it is to."""
    return may_be_time(column) and _until(column)


def _until(column: Column) -> bool:
    words = _words(column.name)
    timed = {*words} & TIMES or "t" in (words[:1] + words[-1:])
    event = bool(timed and {*words} & EVENTS)
    return event or UNTIL.search(" ".join(parts(column.label))) is not None


def with_told_time(tables: Sequence[Table], told: Mapping[str, str]) -> tuple[Table, ...]:
    """The tables; a primary endpoint of few levels that is told beside how it ended is the time
    that these are, where they are whole numbers: the number of the interval."""
    named = told.get("primary", "") if told.get("status", NO_STATUS) != NO_STATUS else ""

    def read(table: Table, column: Column) -> Column:
        own = named in (column.name, f"{table.name}.{column.name}") and is_coded(column)
        return as_number(column) if own and all(map(str.isdecimal, levels(column))) else column

    return tuple(replace(t, columns=tuple(read(t, one) for one in t.columns)) for t in tables)


def paired(table: Table, time: Column, status: Column) -> Outcome:
    """A time and how it ended: with the one value that is neither censored nor no, and of who is
    alive, yes or no, with the no."""
    bare, status = status, _with_codes_of_name(status)
    code, sure = event_code(status)
    ended, told = _reading(status, DEAD), _reading(status, CENSORED)
    others = [one for one in levels(status) if one not in (*told, *_reading(status, NO))]
    if (ended or told) and len(others) == 1:
        code, sure = others[0], True
    elif status is bare and ALIVE.search(plain(status.name)) and len(levels(status)) == 2:
        code = next(one for one in levels(status) if one != code)
    elif len(levels(status)) == 2 and _stands(status, code):
        # A time is until the state ends.
        code, sure = next(one for one in levels(status) if one != code), False
    text = f"{time.name} is a time and {status.name} tells how it ended."
    return Outcome(table.name, time.name, TIME, PAIRED, text, code, status=status.name, sure=sure)


def _with_codes_of_name(status: Column) -> Column:
    """A column of numbers without labels with those that its own name or label gives: "Death = 1
    Alive = 0", "0=alive, 1=dead"."""
    text, codes = f"{status.name}; {status.label}", levels(status)
    named = {code: word for word, code in WORD_FIRST.findall(text)}
    named |= dict(CODE_FIRST.findall(text))
    if not {*codes} <= {*named}:
        return status
    return replace(status, choices=tuple((code, named[code]) for code in codes))


def _stands(status: Column, code: str) -> bool:
    """Whether a code is of who still has what ends: alive, relapse_free, "in situ"."""
    label = label_of(status, code)
    texts = (" ".join(parts(status.name)), "" if NO.fullmatch(label) else label)
    return any(map(STANDS.search, texts))


def timed(table: Table, column: Column, status: str, flag: str) -> Outcome:
    """A number as the time until what the column `status` tells. Raises UserError where it is no
    such time, or that column none of how it ended."""
    if column.constant_within is not None:
        fault = f"{column.name}, a time in rows of which a patient has several"
        mend = "give an export with one row of each patient: of who had the event the first "
        mend += "with it, of others the last. To count the rows with the event instead: "
        mend += f"--primary {status} --kind {COUNT}"
        raise wrong(f"--{flag}", fault, "a time to an event, once a patient", mend)
    if not is_number(column):
        mend = "name the column of the time: --primary COLUMN"
        fault = f"{column.name}, no number {as_text(column)}".rstrip()
        raise wrong(f"--{flag}", fault, "a time", mend)
    state = column_of([table], status, "status")[1]
    if not is_state(state):
        need = f"two values, or at most {MOST_STATES} of which one is the event"
        if state.distinct == 1:
            fault = f"{state.name}, {state.values[0][0]} in every row"
            mend = "with no event, or with nobody without one, there is no comparison yet"
            raise wrong("--status", fault, need, mend)
        raise wrong("--status", f"{state.name}, {state.distinct} values", need)
    if lacking := without_time(table, column.name, state.name):
        codes = " and ".join(lacking)
        fault = f"{column.name}, which all rows with {state.name} {codes} lack"
        mend = "name a column with the time of all: --primary COLUMN, or add it to the export"
        raise wrong(f"--{flag}", fault, "also the time until which nothing happened", mend)
    return paired(table, column, state)


def as_text(column: Column) -> str:
    """Why a column of what is nearly numbers is text; nothing of any other."""
    found = column.evidence.get("near_numbers") or column.evidence.get("mixed_signs", "")
    return found.rstrip(".")


def _stem(name: str) -> str:
    """What is left of a name without the word for time or state: os_time is os."""
    return "".join(word for word in _words(name) if word not in TIMES | STATUSES)


def _words(name: str) -> list[str]:
    """The words of a name; a time or a state in one word with what it is of is two."""
    words = parts(name)
    alone = len(words) == 1 and words[0] not in TIMES | STATUSES
    glued = GLUED.fullmatch(words[0]) if alone else None
    return [*glued.groups()] if glued else words
