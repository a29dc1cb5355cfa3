"""The questions on the primary outcome: its kind, event, levels, unit, visits and dates."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.draft import candidates
from trialtrace.run.draft.answers import Question
from trialtrace.run.draft.asking import Asking, Open
from trialtrace.run.draft.candidates import BETWEEN_DATES, NONE
from trialtrace.run.draft.keys import constant, in_order, is_key, numbering, rows_alike, visits
from trialtrace.run.draft.metadata import cdisc, redcap
from trialtrace.run.draft.outcomes import (
    ALL_EVENTS,
    DATES,
    EVENT,
    EVENT_DATE,
    MEASURE,
    ORDERED,
    TIME,
    UNITS,
    Outcome,
    of_parameter,
    split_code,
    split_unit,
    split_until,
)
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table, misfit_lines
from trialtrace.run.draft.types import CLOCK, DURATION
from trialtrace.run.trial.cleaning import SECONDS

# Rows of the data that a message names.
MOST_ROWS = 10
DATES_ASKED = ("start", "event-date", "last-contact")
PARTIAL = ("first", "mid", "last")


class OutcomeQuestions(Asking):
    """Asks for the primary outcome."""

    def _primary(self) -> None:
        draft = self.draft
        if not hasattr(draft, "home"):
            if "primary" not in self.answers:
                first, *_ = draft.tables
                dated = bool(candidates.dates(draft.tables, first))
                known = candidates.primaries(first, draft.tables, (), dates=dated)
                self.open.append(Question("primary", list(known)))
            raise Open
        out = {draft.subject, draft.arm.name, draft.cluster, draft.factor}
        out |= {name for pair in (draft.where, draft.population) if pair for name in pair[:1]}
        days = candidates.dates(draft.tables, draft.home)
        adam = any(cdisc.PARAMETER in table.columns for table in draft.tables)
        options = list(candidates.primaries(draft.home, draft.tables, out, bool(days) and not adam))
        if not options and "primary" not in self.answers:
            why = [line for table in draft.tables for line in misfit_lines(table)]
            found = "no column of numbers or codes besides the arm"
            raise wrong("the files", found, "an outcome", "; ".join(why) or None)
        text = self._asked("primary", options, self._is_outcome)
        if text == BETWEEN_DATES:
            draft.primary = self._competing(self._between_dates(days))
            return
        whole, kind = self._named("primary", text)
        if whole.column.name in out:
            raise wrong("--primary", text, "an outcome, which is not the arm, patient or selection")
        if kind:
            self.answers.setdefault("kind", kind)
        unit = self.answers.get("unit", "") or whole.unit
        draft.primary = self._competing(self._of_kind(self._in_unit(whole, unit), out))

    def _competing(self, whole: Outcome) -> Outcome:
        """The outcome with the code of a competing event, where one is told. Raises UserError."""
        code = self.answers.get("competing", "").strip()
        if not (code and whole.timed and whole.status):
            return whole
        self.asked.add("competing")
        others = [one for one in whole.table.column(whole.status).levels if one != whole.code]
        if code not in others:
            need = f"a code of {whole.status} that is not the event: {one_of(others)}"
            raise wrong("--competing", code, need)
        return replace(whole, competing=code)

    def _named(self, key: str, text: str) -> tuple[Outcome, str]:
        """An outcome as it is named, COLUMN, COLUMN=CODE, TIME until COLUMN=CODE or a parameter of
        ADaM, each with a unit as [mmHg]; and the kind that this says. Raises UserError."""
        text, until = split_until(text)
        text, unit = split_unit(text)
        if whole := self._parameter(text):
            return self._in_unit(whole, unit or whole.unit), ""
        name, sign, code = text.partition("=")
        table, one = self.column(key, name.strip(), self.draft.tables)
        kind = f"until {until}" if until else f"event {code.strip()}" if sign else ""
        table = self.draft.chosen(table)
        whole = Outcome(table, table.column(one.name))
        return self._in_unit(whole, unit or one.unit), kind

    def _in_unit(self, whole: Outcome, unit: str) -> Outcome:
        """The outcome with its unit, in which a duration is counted. Raises UserError."""
        if whole.column.kind.name == DURATION:
            if unit not in SECONDS:
                raise wrong("the unit of a duration", unit, one_of(SECONDS))
            column = whole.column.in_unit(unit)
            columns = {**whole.table.columns, column.name: column}
            whole = replace(whole, column=column, table=replace(whole.table, columns=columns))
        return replace(whole, unit=unit)

    def secondary(self, text: str) -> Outcome:
        """A secondary outcome, at the visits of the primary one where patients have several rows.
        Raises UserError for one that does not fit."""
        whole, kind = self._named("secondary", text)
        if not whole.kind:
            whole = self._with_kind(whole, kind or MEASURE)
        if whole.kind == MEASURE and not whole.column.is_number:
            raise wrong("--secondary", text, "a number, or COLUMN=CODE of an event")
        if whole.timed and whole.unit not in UNITS:
            raise wrong("--secondary", text, "a unit of time, as 'os [days] until dead=1'")
        if whole.timed or self._single(whole.table):
            return whole
        first = self.draft.primary
        if whole.table.raw is not first.table.raw:
            raise wrong("--secondary", text, "one row a patient, or the table of the primary one")
        return replace(whole, visit=first.visit, visits=first.visits, before=first.before)

    def _is_outcome(self, text: str) -> bool:
        """Whether an outcome is there. Raises UserError where it is not."""
        return bool(self._named("primary", text))

    def _parameter(self, text: str) -> Outcome | None:
        for table in self.draft.tables:
            if cdisc.PARAMETER in table.columns:
                code = text.removeprefix(f"{table.name}.")
                if code in table.column(cdisc.PARAMETER).values:
                    return of_parameter(table, code)
        return None

    def _of_kind(self, whole: Outcome, out: set[str]) -> Outcome:
        """The outcome with its kind, levels, unit and visits."""
        subject = self._subject_of(whole.table)
        single = subject == SOURCE_ROW or is_key(whole.table, [subject])
        if whole.kind == TIME:
            self.draft.taken["kind"] = f"until {whole.status}={whole.code}"
        else:
            options = candidates.kinds(whole.table, whole.column, not single, out)
            if not options:
                need = "a column of numbers, or of few codes"
                raise _unfit("--primary", whole.column, need)
            hint = f"what {whole.column.name} is: {candidates.about(whole.column)}"
            text = self._asked("kind", options, lambda text: text.startswith("until "), hint)
            whole = self._with_kind(whole, text)
        if whole.kind == ORDERED:
            whole = replace(whole, levels=self._order(whole.column))
        if whole.timed and whole.unit not in UNITS:
            options = [(unit, "") for unit in UNITS]
            hint = f"the unit of {whole.column.name}, {candidates.about(whole.column)}"
            self.answers |= {"unit": whole.unit} if whole.unit else {}
            whole = replace(whole, unit=self._asked("unit", options, hint=hint))
        return whole if single else self._with_visit(whole, subject)

    def _with_kind(self, whole: Outcome, text: str) -> Outcome:
        if text.startswith("until "):
            status, code = split_code(text.removeprefix("until "), whole.table, "--kind")
            if not whole.column.is_number:
                raise wrong("--kind", text, f"a kind of {whole.column.name}, which is no number")
            return replace(whole, kind=TIME, status=status, code=code)
        if text == ALL_EVENTS:
            return replace(whole, kind=TIME)
        if text.startswith("event "):
            code = text.removeprefix("event ")
            if code not in whole.column.levels:
                found = f"{whole.column.name}={code}"
                raise wrong("the event", found, f"a code: {one_of(whole.column.values)}")
            return replace(whole, kind=EVENT, status=whole.column.name, code=code)
        return replace(whole, kind=text)

    def _order(self, one: Column) -> tuple[str, ...]:
        """The levels from the lowest on: numbers by their size, other codes as they are told."""
        if one.is_number and "order" not in self.answers:
            return one.levels
        hint = f"levels of {one.name} from the lowest on, with commas between: "
        text = self._asked("order", hint=hint + ", ".join(one.levels))
        levels = tuple(part.strip() for part in text.split(","))
        if sorted(levels) != sorted(one.levels):
            raise wrong("--order", text, f"each of {', '.join(one.levels)} once")
        return levels

    def _with_visit(self, whole: Outcome, subject: str) -> Outcome:
        """The outcome with the column that tells the rows of a patient apart, and the visit before
        treatment."""
        draft, table = self.draft, whole.table
        if whole.timed:
            found = f"{whole.column.name}, of which patients have several rows"
            do = "--where COLUMN=CODE takes the rows that count"
            raise wrong("--primary", found, "a time of each patient", do)
        standard = (*cdisc.VISITS, redcap.EVENT, redcap.INSTANCE)
        known = [name for name in standard if name in table.columns]
        if cdisc.ANALYSED in table.columns and whole.parameter:
            rows = table.has(cdisc.ANALYSED, "Y")
            table = table.rows(rows) if rows.any() else table
            whole = replace(whole, table=table, column=table.column(whole.column.name))
        used = (whole.column.name, draft.arm.name)
        fitting = [name for name in visits(table, subject) if name not in used]
        declared = [name for name in known if name in fitting]
        if declared and "visit" not in self.answers:
            visit = draft.taken["visit"] = declared[0]
        else:
            if not fitting:
                raise self._doubled(table, (subject, whole.column.name))
            names = candidates.ordered("visit", fitting)
            told = "before" in self.answers and "visit" not in self.answers
            if draft.own_treatment or told:
                options = [(one, candidates.about(table.column(one))) for one in names]
                visit = self._asked("visit", options)
            else:
                options = candidates.visits_before(table, subject, names)
                visit = self._asked_pair("visit", "before", options, fitting.__contains__)
        whole = replace(whole, visit=visit, visits=in_order(table, subject, visit))
        if draft.own_treatment:
            return whole
        return replace(whole, before=self._before(whole))

    def _doubled(self, table: Table, used: tuple[str, str]) -> UserError:
        """That no column tells the rows of a patient apart: the rows that it leaves alike, by the
        column that was named or that leaves fewest. `used` are the patient and the outcome."""
        names = [name for name in numbering(table) if name not in used]
        alike = {name: rows_alike(table, (used[0], name)) for name in names}
        best = self.answers.get("visit", "")
        if best not in alike:
            best = min(alike, key=lambda name: len(alike[name]), default="")
        found = f"several rows with the same {used[0]}, and no column that tells them apart"
        if best:
            rows = ", ".join(str(row + 1) for row in alike[best][:MOST_ROWS])
            more = ", …" if len(alike[best]) > MOST_ROWS else ""
            found += f"; {best} leaves {len(alike[best])} rows of the data alike: {rows}{more}"
        do = "leave one of each in the export, or take rows by --where COLUMN=CODE"
        return wrong(table.raw.shown, found, "a visit, or one row a patient", do)

    def _before(self, whole: Outcome) -> str:
        table, one = whole.table, whole.table.column(whole.visit)
        if cdisc.BASELINE_ROWS in table.columns and "before" not in self.answers:
            rows = table.has(cdisc.BASELINE_ROWS, "Y")
            found = {str(one.values[at]) for at in one.at[rows] if at >= 0}
            if len(found) == 1:
                self.draft.taken["before"] = next(iter(found))
                return next(iter(found))
        options = [(NONE, "no visit was before treatment")]
        options += [(code, f"{one.counts[code]} rows") for code in whole.visits[:-1]]
        answer = self._asked("before", options)
        return "" if answer == NONE else answer

    def _is_date(self, key: str, text: str) -> bool:
        """Whether a column of dates is there. Raises UserError where it is not."""
        one = self.column(key, text, self.draft.tables)[1]
        if not one.is_date:
            raise _unfit(f"--{key}", one, "a column of dates")
        return True

    def _between_dates(self, days: Sequence[tuple[str, str]]) -> Outcome:
        """A time from a start to an event, else to the last contact."""
        draft = self.draft
        found: dict[str, tuple[Table, Column]] = {}
        for key in DATES_ASKED:
            try:
                text = self._asked(key, days, partial(self._is_date, key))
                found[key] = self.column(key, text, draft.tables)
            except Open:
                continue
        if len(found) < len(DATES_ASKED):
            raise Open
        for key, (table, one) in found.items():
            if len(one.kind.orders) > 1:
                order = self._asked("date-order", [(order, "") for order in one.kind.orders])
                found[key] = (table, replace(one, kind=replace(one.kind, orders=(order,))))
        if cells := dict.fromkeys(text for _, one in found.values() for text in one.kind.misfits):
            hint = f"the day that is taken of partial dates, such as {one_of([*cells])}"
            options = [(day, f"the {day} possible") for day in PARTIAL]
            draft.partial = self._asked("partial-dates", options, hint=hint)
        (place, start), (table, event), (other, last) = found.values()
        table, other = (draft.chosen(each) for each in (table, other))
        event, last = (
            replace(table.columns.get(one.name, one), kind=one.kind) for one in (event, last)
        )
        if table.raw is not other.raw:
            raise wrong("--last-contact", f"a column of {other.name}", f"one of {table.name}")
        within = () if draft.subject in ("", SOURCE_ROW) else (draft.subject,)
        if place is not draft.home or (within and not constant(place, within, start.name)):
            raise wrong(
                "--start",
                f"{start.name} of {place.name}",
                f"a column of {draft.home.name}, one row a patient",
            )
        if not self._single(table):
            do = "--where COLUMN=CODE takes the rows that count"
            raise wrong("--event-date", f"several rows a patient in {table.name}", "one row", do)
        # The columns with the order of their dates, as it was told.
        known = {one.name: one for one in (event, last)}
        table = replace(table, columns={**table.columns, **known})
        out = {draft.subject, draft.arm.name, start.name, *known}
        options = candidates.endings(table, event.name, last.name, out)
        hint = "what tells that a time ended with the event"
        text = self._asked("kind", options, hint=hint)
        whole = Outcome(table, event, DATES, unit="days", origin=start, last_contact=last.name)
        if text != EVENT_DATE:
            status, code = split_code(text.removeprefix("until "), table, "--kind")
            whole = replace(whole, status=status, code=code)
        _check_order(whole, start)
        return whole


def _unfit(place: str, one: Column, need: str) -> UserError:
    """That a column is of another type, with cells by which it is, and what may be answered."""
    found = f"{one.name} ({candidates.about(one)})"
    if one.kind.misfits:
        found += f", with cells that do not fit: {one.misfits}"
        do = "--missing CODES or --thousands MARK says how they are read; or correct the export"
    elif one.kind.name == CLOCK:
        do = "declare a duration in a codebook, with the type mm:ss, hh:mm or hh:mm:ss"
    else:
        do = "name another column"
    return wrong(place, found, need, do)


def _check_order(whole: Outcome, start: Column) -> None:
    """Raises UserError where most times would end before they begin."""
    ends = np.where(
        whole.happened(), whole.column.numbers, whole.table.column(whole.last_contact).numbers
    )
    if start.numbers.shape == ends.shape:
        before = int(np.nansum(ends < start.numbers))
        if 2 * before > int(np.isfinite(ends).sum()):
            raise wrong(
                "--start",
                f"{start.name}, which is after the end of {before} times",
                "the date from which time runs",
            )
