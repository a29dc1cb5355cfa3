"""The primary endpoint of a draft: what was told or answered, or the likeliest candidate."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.assignment import tells_arm
from trialtrace.run.drafting.decided import Decided, by_table, code_of, column_of, none_of
from trialtrace.run.drafting.intervals import recurrent_of
from trialtrace.run.drafting.likely_outcome import (
    PLACE,
    SAID_SO,
    analysed,
    items_of,
    may_end,
    may_last,
    of_patients,
    sure_first,
    tells_ends,
)
from trialtrace.run.drafting.names import PERIODS, VISITS, flat, not_known
from trialtrace.run.drafting.names import TIMES as UNITS_OF_TIME
from trialtrace.run.drafting.outcome_levels import with_event, with_order
from trialtrace.run.drafting.outcomes import (
    CENSORING,
    COUNT,
    EVENT,
    KINDS,
    MEASURE,
    MOST_STATES,
    RECURRENT,
    REPEATED,
    TIME,
    WORDS,
    Outcome,
    belongs,
    is_coded,
    is_number,
    is_state,
    levels,
    outcome,
    usable,
)
from trialtrace.run.drafting.parameters import Once, Parameters
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.drafting.several_rows import (
    in_periods,
    is_over_rows,
    mean_of,
    over_rows,
    tell_over_rows,
)
from trialtrace.run.drafting.times import (
    NO_STATUS,
    as_text,
    bounds_of_event,
    censors,
    may_be_time,
    may_be_until,
    paired,
    span_of,
    tells_deaths,
    timed,
)
from trialtrace.run.drafting.visits import NONE
from trialtrace.run.drafting.wide import TREATMENT
from trialtrace.run.tables.measures import parts, plain

# Words of a time that say nothing of its end.
BARE = {"time", "to", "of", *UNITS_OF_TIME}
# A number for who had no end stands in more cells than one for what nobody knows.
MANY_WITHOUT = 0.05
# Rows with the largest number of a time, and how many times as many as with any other.
FEWEST_PILED, PILED = 8, 3
HORIZON = re.compile(r"[a-z]_?(7|14|28|30|60|90|100|180|360|365)(d|days?)?$", re.IGNORECASE)
# A label of what tells how a time ended.
OF_ENDING = re.compile(
    rf"{CENSORING.pattern}|\b(event|death|vital|survival|failure) (status|indicator)\b"
)
# Outcomes of equal standing, from which on each says so.
FEWEST_ALIKE = 5
ROW_A_PATIENT = (
    "give a file with a row a patient: in this one its value stands in several rows, of which no "
    "visit or start chooses one of each patient"
)


@dataclass(frozen=True)
class Offered:
    """Every candidate, and the tables to read another column from that a person names: as the rows
    of one parameter have them, where `parameters` has any of a table. Treatments that are compared
    `within` patients have numbers, and yes or no, alone, or the mean of `several` rows."""

    tables: Sequence[Table]
    found: Sequence[Outcome]
    visit: Mapping[str, str]
    subject: Mapping[str, str]
    arm: Column
    parameters: Mapping[str, Parameters]
    once: Mapping[str, Once]
    within: bool = False
    several: str = ""

    def table(self, name: str) -> Table:
        return next(one for one in self.tables if one.name == name)

    def named(self, outcome: Outcome) -> str:
        """Its column; with its table where several tables have it."""
        tables = {each.table for each in self.found if each.column == outcome.column}
        return outcome.column if len(tables) == 1 else f"{outcome.table}.{outcome.column}"

    def read(self, name: str, kind: str, decided: Decided, flag: str = "primary") -> Outcome:
        """The endpoint of a column. Raises UserError where it can be none."""
        name = by_table(self.tables, name)
        fitting = [one for one in self.found if not kind or one.kind == kind]
        made = next(
            (one for one in fitting if name in (one.column, f"{one.table}.{one.column}")), None
        )
        if made is not None and not (flag == "primary" and _status(decided)):
            return made
        alone = kind not in ("", REPEATED) or _status(decided)
        if made := None if alone else self._visit_of_several(name, decided):
            return made
        table, column = column_of(self.tables, name, flag)
        roles = {
            self.visit[table.name]: "the visit",
            self.subject[table.name]: "the column of the patients",
            self.arm.name: "the arm",
        }
        if parameters := self.parameters.get(table.name):
            roles[parameters.column] = "the column of the parameters"
        if column.name in roles:
            found = f"{column.name}, {roles[column.name]}"
            raise wrong(f"--{flag}", found, "another column")
        data = self.once.get(table.name)
        filled = data.columns.get(column.name) if data else None
        if data and filled is not None and kind in ("", EVENT, MEASURE, TIME):
            return data.placed(_as_told(table, filled[0], "", kind, decided, flag))
        if kind == RECURRENT:
            return _as_recurrent(table, column, self.subject[table.name])
        asked = "" if self.several else kind
        made = _as_told(table, column, self.visit[table.name], asked, decided, flag)
        if flag == "primary" and kind != MEASURE:
            made = self._beside_others(made, decided)
        if self.within and made.kind not in (MEASURE, EVENT):
            need = "a number, or yes or no, of each treatment of a patient"
            raise wrong(f"--{flag}", f"{column.name}, {WORDS[made.kind]}", need)
        return mean_of(made, self.tables, self.several) if self.several else made

    def _beside_others(self, made: Outcome, decided: Decided) -> Outcome:
        """One of columns that may be visits, or the items of a scale, with how all are named.
        Raises UserError where a visit before treatment is told, of which it has none."""
        for one in self.found:
            names = [name for _, name in one.columns]
            if one.table != made.table or one.visit_word == TREATMENT or made.column not in names:
                continue
            whole = f"--primary '{one.column}'"
            if decided.told.get("before", NONE) != NONE:
                fault = f"{made.column}, which has no visits, and --before"
                raise wrong("--primary", fault, do=f"{whole} takes {len(names)} as visits")
            text = f"{made.evidence} {names[0]} to {names[-1]} may be one outcome at visits: "
            return replace(made, evidence=f"{text}{whole} takes them so.")
        return made

    def _visit_of_several(self, name: str, decided: Decided) -> Outcome | None:
        """The outcome of which a column is a later visit, by numbers in their names: the first is
        what was before. None where a person speaks of others of them too."""
        told = {each.strip() for text in decided.told.values() for each in text.split(",")}
        for one in self.found:
            if one.doubted or not all(
                c.lstrip("-")[0].isdigit() or c == first for c, first in one.columns
            ):
                continue
            for code, column in one.columns[1:]:
                others = {each for _, each in one.columns} - {column}
                if name in (column, f"{one.table}.{column}") and not others & told:
                    why = f"{one.evidence} {column} is one of its visits, at which arms are "
                    why += "compared; --kind measure takes it alone."
                    return replace(one, named_visit=code, evidence=why)
        return None


def primary_of(offered: Offered, decided: Decided) -> Outcome:
    """The primary endpoint: told, asked for, or the likeliest of those found."""
    kind = decided.told.get("kind", "")
    if kind and kind not in KINDS:
        raise none_of("kind", kind, KINDS)
    fitting = [one for one in offered.found if not kind or one.kind == kind]
    fitting = fitting or _as_kind(offered, kind) or _of_levels(offered, kind)
    if not fitting and "primary" not in decided.told:
        raise _none_of(offered, kind)
    fitting = _of_equal_standing(fitting)
    choices = [(offered.named(one), f"{WORDS[one.kind]}. {one.evidence}") for one in fitting]
    place = ("plan.yaml", "analyses")
    words = "Which column is the primary endpoint?"

    def read(name: str) -> Outcome:
        return offered.read(name, kind, decided)

    times = _beside_times(offered, fitting[0]) if fitting and not kind else []
    if times:
        name, why = choices[0]
        why += f" {times}"
        choices[0] = (name, why)
    # A sentence may speak of another study, or of what was planned, where anything else is left.
    by_text = any(
        not o.primary
        and (f"primary.{o.column}" in of.evidence or o.names - {""} <= analysed(of)[0])
        for o in fitting[:1]
        for of in [offered.table(o.table)]
    )
    left = any(o.score >= 0 for o in fitting[1:])
    likely = fitting[:1] if by_text and not left else fitting
    sure = sure_first(likely, any(in_periods(offered.table(o.table), o) for o in fitting[:1]))
    # Of rows that may be several of a patient none is the patient's yet.
    several = any(one.name == "subject" and one.blinds for one in decided.guesses)
    sure = sure and not (times or several or (by_text and left))
    made = decided.choose("primary", words, choices, place, read, sure)
    _tell_ends(offered, made, decided)
    if not kind and made.kind == MEASURE:
        made = _with_status(offered, made, decided)
    if not kind or "order" in decided.told:
        made = with_order(offered.tables, made, decided)
    if not kind and is_over_rows(offered.table(made.table), made):
        made = over_rows(offered.table(made.table), made, decided)
    elif not kind:
        why = f"{WORDS[made.kind].capitalize()}. {made.evidence}"
        # Of steps of a scale in several rows nobody counts one without more.
        source = offered.table(made.table).column(made.source)
        steps = made.kind == COUNT and len(levels(source)) > 2
        decided.guess("kind", ("endpoints.yaml", "kind"), made.kind, why, blinds=steps)
    made = with_event(offered.tables, made, decided)
    return _of_parameter(offered.parameters, made, decided)


def _none_of(offered: Offered, kind: str) -> UserError:
    """No column may be the primary endpoint, with what those are that nearly are one."""
    fault = "no column that could be one" + (f" of kind {kind}" if kind else "")
    texts = {column.name: as_text(column) for table in offered.tables for column in table.columns}
    fault += "".join(f"; {name}: {why}" for name, why in texts.items() if why)
    spans = (bounds_of_event(table)[1] for table in offered.tables)
    fault += "".join(f". {text.strip().removesuffix('.')}" for text in spans if text)
    need = "a column of numbers, of two values, or of numbered levels"
    mend = "give the file that has the outcomes beside this one, or name the column: --primary "
    mend += "COLUMN, and the order of its values, if words: --order"
    if offered.within:
        need = f"numbers, or yes or no, in the rows with {offered.arm.name}"
        mend = "give one file with a row of each patient and treatment that has its outcomes"
    return wrong("the primary endpoint", fault, need, mend)


def _of_equal_standing(ranked: list[Outcome]) -> list[Outcome]:
    """The candidates; many that their place alone ranks say so."""
    n = sum(ranked[0].score - one.score <= PLACE for one in ranked)
    if n < FEWEST_ALIKE or ranked[0].primary:
        return ranked
    text = f"Nothing but the place in the file ranks {n} outcomes of equal standing. "
    return [replace(one, evidence=text + one.evidence) for one in ranked[:n]] + ranked[n:]


def _tell_ends(offered: Offered, made: Outcome, decided: Decided) -> None:
    """A guess that blinds the report where an end of an interval was told as an exact time."""
    ends, text = bounds_of_event(offered.table(made.table))
    if made.names & {*ends} and made.kind != EVENT:
        why = f"{text}Taken as an exact time, or as a number, it is biased."
        place = ("plan.yaml", "analyses")
        decided.guess("interval_censored", place, " to ".join(ends), why, blinds=True)


def _as_kind(offered: Offered, kind: str) -> list[Outcome]:
    """The candidates as the kind that was asked for, where none of them is of it unasked: the mean
    of a number at visits."""
    single = [one for one in offered.found if kind and not (one.columns or one.status)]
    made = [
        (one, outcome(table, table.column(one.column), offered.visit[table.name], kind))
        for one in single
        for table in [offered.table(one.table)]
    ]
    return [
        replace(one, score=old.score, evidence=f"{one.evidence} {old.evidence}")
        for old, one in made
        if one is not None and one.kind == kind
    ]


def _of_levels(offered: Offered, kind: str) -> list[Outcome]:
    """The columns of three words or more of which no order is known, as a yes or no of one of them,
    where nothing else may be an endpoint; none of patients, and none of arms."""
    made = [
        outcome(table, column, offered.visit[table.name], EVENT)
        for table in offered.tables
        for column in table.columns
        if is_coded(column) and usable(column) and len(levels(column)) > 2
        if column.name not in (offered.subject[table.name], offered.visit[table.name])
        if not (of_patients(column) or tells_arm(column, table, offered.arm))
    ]
    return [
        one
        for one in made
        if one is not None and kind in ("", one.kind)
        if not offered.within or one.kind in (MEASURE, EVENT)
    ]


def _beside_times(offered: Offered, outcome: Outcome) -> str:
    """A sentence on the numbers that may be the times of an event, yes or no once a patient, of
    which the name or the values say that it ends one; of whatever outcome, on the ends of an
    interval in which such an event happened."""
    table = offered.table(outcome.table)
    ends = [one for one in table.columns if may_end(one) or tells_deaths(one)]
    if offered.within or outcome.columns:
        return ""
    if text := bounds_of_event(table)[1]:
        return text.strip()
    if span := next(filter(None, (span_of(table, one)[1] for one in ends)), ""):
        return span.strip()
    free = [one for one in table.columns if one.constant_within is not False and usable(one)]
    # What had happened by a day (dead28) is compared as that.
    by_day = HORIZON.search(outcome.column) and outcome.primary
    ended = outcome.kind == EVENT and outcome.column in {one.name for one in ends} and not by_day
    times = [one.name for one in free if ended and may_be_until(one)]
    text = f"{one_of(times)} may be the time until then: --primary takes it with that."
    return text if times else ""


def _status(decided: Decided) -> str:
    """The column that was told to say how the time ended."""
    told = decided.told.get("status", "")
    return "" if told == NO_STATUS else told


def endings(offered: Offered, time: Outcome) -> list[Column]:
    """The columns of two values, or few that read like ends, that may tell how a number of a
    patient ended, where it may be a time: none of patients or of what was before by its name or
    label."""
    table = offered.table(time.table)
    if time.kind != MEASURE or time.columns or time.codes or table.name in offered.parameters:
        return []
    number, items = table.column(time.column), items_of(table.columns)
    states = [
        column
        for column in table.columns
        if (
            (is_coded(column) and len(levels(column)) == 2 and not of_patients(column))
            or tells_ends(column)
        )
        and column.constant_within is not False
        and not (offered.within and column.constant_within)
        and column.name not in (time.column, *items)
        and not (belongs(column) or plain(column.name) in PERIODS | {*VISITS})
        and not tells_arm(column, table, offered.arm)
    ]
    if may_be_time(number):
        return states
    # Whatever a number is called, beside an event it may be how long it took.
    return [*filter(_says_end, states)] if may_last(number, table.columns) else []


def _says_end(state: Column) -> bool:
    """Whether a column says that something happened, or was censored, by its name, by its values,
    or by its label: V2, censoring status."""
    label = " ".join(parts(state.label))
    return may_end(state) or censors(state) or bool(OF_ENDING.search(label))


def without_end(table: Table, outcome: Outcome) -> str:
    """A sentence on a number far above all others of what may be a time, or the largest one where
    it comes far more often than any other, which stands in many of its rows and has no label of
    what is not known: it may be of who had no end, as 999 of who lives, or 365 of who had none in
    a year. Nothing of any other outcome."""
    if outcome.kind != MEASURE or outcome.columns or outcome.codes:
        return ""
    time = table.column(outcome.column)
    above = {
        code
        for code in time.missing_codes
        if code.isdecimal()
        and float(code) > float(time.high or 0)
        and not not_known(time.missing_labels.get(code, ""))
    }
    timed = may_be_time(time) or (time.unit in UNITS_OF_TIME and may_last(time, table.columns))
    if not timed:
        return ""
    n = Counter(cell for (cell,) in cells_of(table, [time.name]) if cell)
    if not above and n[time.high] >= FEWEST_PILED:
        rest = max((count for cell, count in n.items() if cell != time.high), default=0)
        above = {time.high} if n[time.high] >= PILED * rest else set()
    cells = sum(n[cell] for cell in above)
    if not above or cells < MANY_WITHOUT * (time.rows - time.blank):
        return ""
    codes_text = " and ".join(sorted(above))
    return f"{codes_text} in {cells} of {time.rows} rows may be of who had no end of {time.name}"


def _with_status(offered: Offered, outcome: Outcome, decided: Decided) -> Outcome:
    """A number that may be a time with the column that tells how it ended, which is asked; no step
    compares such times within patients."""
    states = endings(offered, outcome)
    far = "" if offered.within else without_end(offered.table(outcome.table), outcome)
    if not (states or far) or "status" in decided.told:
        return outcome
    time = outcome.column
    why = f"{time} may be a time that ended with the event, or without it."
    states = sorted(states, key=lambda one: not _says_end(one))
    choices = [(one.name, f"It has {len(levels(one))} values; {why}") for one in states]
    none = f"{time} is a number that everybody has; nothing is censored."
    if far:
        none += f" {far}: they are then left out. Else add how each ended to the export, with the "
        none += "time until then."
    choices.insert(0 if offered.within else len(choices), (NO_STATUS, none))
    table = offered.table(outcome.table)

    def read(name: str) -> Outcome:
        if name == NO_STATUS:
            return outcome
        state = column_of([table], name, "status")[1]
        if offered.within:
            found = f"{name}: {time} of each treatment of a patient is censored, or ended with it"
            mend = f"--primary {name} compares whether, where all were followed as long"
            raise wrong("--status", found, "a number that everybody has", mend)
        if not is_state(state):
            expected = f"a column of 2 to {MOST_STATES} values, or {NO_STATUS}"
            raise wrong("--status", f"{name}, {state.distinct} values", expected)
        return replace(paired(table, table.column(time), state), where=outcome.where)

    place, words = ("endpoints.yaml", "kind"), f"Which column tells how {time} ended?"
    return decided.choose("status", words, choices, place, read, False)


def secondary_of(
    offered: Offered, primary: Outcome, others: Sequence[Outcome], decided: Decided
) -> list[Outcome]:
    """The secondary outcomes that a person named; `others` are the likely ones."""
    by_name = {
        outcome.where[0][1] if outcome.label else offered.named(outcome): outcome
        for outcome in others
    }
    choices = [(name, f"{WORDS[one.kind]}. {one.evidence}") for name, one in by_name.items()]

    def read(text: str) -> Outcome:
        name, _, status = text.partition("=")
        made = by_name.get(name) or offered.read(name, "", decided, "secondary")
        made = _with_its_status(offered, made, status, decided)
        if (made.table, made.column, made.where) == (primary.table, primary.column, primary.where):
            raise wrong("--secondary", f"{name}, the primary endpoint", "another")
        if is_over_rows(table := offered.table(made.table), made):
            tell_over_rows(table, made, decided)
        return made

    return decided.several("secondary", "Which are secondary outcomes?", choices, read)


def _with_its_status(offered: Offered, outcome: Outcome, status: str, decided: Decided) -> Outcome:
    """A secondary outcome that may be a time with the column of how it ended: told, or the only one
    that shares a word with it. Raises UserError where none is."""
    states = [] if status or "status" in outcome.names else endings(offered, outcome)
    if status == NO_STATUS or not (states or status):
        return outcome
    table, time = offered.table(outcome.table), outcome.column
    words = {*parts(time)} - BARE
    shared = [one.name for one in states if words & {*parts(one.name)}]
    if offered.within or (not status and len(shared) != 1):
        names = [one.name for one in sorted(states, key=lambda one: not _says_end(one))]
        fault = f"{time}, which may be a time that ended with an event, or without it"
        mend = (
            f"--secondary {time}=COLUMN ({one_of(names)}), or {time}={NO_STATUS} where everybody "
        )
        raise wrong("--secondary", fault, "also how the time ended", f"{mend}has the number")
    if not status:
        why = f"{time} may be a time, and {shared[0]} alone shares a word with it."
        decided.guess(f"ends.{time}", ("endpoints.yaml", time), shared[0], why)
    made = timed(table, table.column(time), status or shared[0], "secondary")
    return replace(made, where=outcome.where)


def _of_parameter(
    parameters: Mapping[str, Parameters], outcome: Outcome, decided: Decided
) -> Outcome:
    """The endpoint in the rows of one parameter, where its table has several."""
    data = parameters.get(outcome.table)
    if data is None or outcome.kind in (COUNT, RECURRENT):
        if "parameter" in decided.told:
            fault = f"{outcome.table}, which has no parameters"
            raise wrong("--parameter", fault, "a table with PARAMCD or the like")
        return outcome
    why = f"It is one of {len(data.labels)} of {data.column}; nothing says which is the primary."
    labels = data.labels_of(outcome.kind, outcome.column) or data.labels
    choices = [(code, f"{label}. {why}") for code, label in labels.items()]

    def read(text: str) -> Outcome:
        return data.of(outcome, code_of("parameter", text, labels, f"a value of {data.column}: "))

    words = f"Which {data.column} is the primary endpoint?"
    said = [code for code, label in labels.items() if SAID_SO.search(flat(label).lower())]
    choices.sort(key=lambda choice: choice[0] not in said)
    sure = len(said) == 1
    return decided.choose("parameter", words, choices, ("endpoints.yaml", "where"), read, sure)


def _as_recurrent(table: Table, column: Column, subject: str) -> Outcome:
    """Recurrent events of a column that a person named."""
    made = None if subject == SOURCE_ROW else recurrent_of(table, subject, column)
    if made is not None:
        return made
    fault = f"{column.name}, of kind {RECURRENT}"
    need = (
        "a column of two values that tells how the interval of its row ended, between columns "
        "such as tstart and tstop; intervals of a patient that do not overlap, and several events"
        " of a patient"
    )
    raise wrong("--primary", fault, need, "--kind count counts the rows with the event")


def _as_told(
    table: Table, column: Column, visit: str, kind: str, decided: Decided, flag: str
) -> Outcome:
    """An endpoint of a column that a person named, whatever speaks for it."""
    status = _status(decided) if flag == "primary" else ""
    if status and kind not in ("", TIME):
        raise wrong("--status", f"{status}, and --kind {kind}", f"--kind {TIME}")
    if status or kind == TIME:
        if not status:
            need = "also the column of how the time ended"
            raise wrong(f"--{flag}", f"{column.name}, of kind {TIME}", need, "add --status COLUMN")
        return timed(table, column, status, flag)
    made = outcome(table, column, visit, kind)
    if made is None and not kind and flag == "primary" and is_coded(column):
        # Of levels without an order one may be the event, which is asked.
        made = outcome(table, column, visit, EVENT)
    if made is not None and kind in ("", made.kind):
        return made
    told = "a number" if is_number(column) else f"{column.distinct} values"
    told = f"{column.values[0][0]} in every row" if column.distinct == 1 else told
    within = ", which varies within patients" if column.constant_within is False else ""
    why = as_text(column)
    fault = f"{column.name}, {told}{within}{f': {why}' if why else ''}"
    need = (
        f"a column that can be {WORDS.get(kind, 'an endpoint')}: of numbers, of two "
        "values, or of numbered levels"
        + (", and a column of the visit (--visit)" if within and not visit else "")
    )
    several = ROW_A_PATIENT if column.constant_within else None
    hint = "write bare numbers into the export" if why else several
    if is_coded(column) and kind in (MEASURE, REPEATED) and len(levels(column)) > 2:
        hint = "without --kind: --order tells the order of its values"
    if within and is_coded(column):
        hint = f"--kind {COUNT} counts a patient's rows with one of its values, and whether any "
        hint += f"has it; where each row is a patient of its own, --subject {SOURCE_ROW}"
    raise wrong(f"--{flag}", fault, need, hint)
