"""The questions on the primary outcome: its kind, event, levels, unit, visits and dates."""

from dataclasses import replace
from functools import partial

import numpy as np

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.draft import candidates
from trialtrace.run.draft.answers import Question
from trialtrace.run.draft.asking import Asking, Open, one_among
from trialtrace.run.draft.candidates import BETWEEN_DATES, NONE, Options
from trialtrace.run.draft.keys import constant, in_order, numbering, rows_alike, visits
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
                dated = bool(candidates.dates(draft.tables))
                known = candidates.primaries(draft.tables, (), dated)
                self.open.append(Question("primary", known))
            raise Open
        out = draft.not_outcomes
        days = candidates.dates(draft.tables)
        options = candidates.primaries(draft.tables, out, bool(days))
        if not options and "primary" not in self.answers:
            why = [line for table in draft.tables for line in misfit_lines(table)]
            found = "no column of numbers or codes besides the arm"
            raise wrong("the files", found, "an outcome", "; ".join(why) or None)
        whole, kind = self.ask("primary", options, partial(self._named, "primary"))
        if whole is None:
            whole = self._between_dates(days)
        else:
            if kind:
                self.answers.setdefault("kind", kind)
            whole = self._in_unit(whole, self.answers.get("unit", "") or whole.unit)
            whole = self._of_kind(whole)
        draft.primary = self._competing(whole)

    def _competing(self, whole: Outcome) -> Outcome:
        """The outcome with the code of a competing event, where one is told. Raises UserError."""
        code = self.answers.get("competing", "").strip()
        if not code:
            return whole
        if not (whole.timed and whole.status):
            found = f"{code}, where no code of a column says that a time ended with the event"
            raise wrong("--competing", found, "a time until COLUMN=CODE, or no such answer")
        others = [one for one in whole.table.column(whole.status).levels if one != whole.code]
        need = f"a code of {whole.status} that is not the event"
        return replace(whole, competing=one_among("competing", code, others, need))

    def _named(self, key: str, text: str) -> tuple[Outcome | None, str]:
        """An outcome as it is named, COLUMN, COLUMN=CODE, TIME until COLUMN=CODE or a parameter of
        ADaM, each with a unit as [mmHg]; and the kind that this says. None is a time between dates.
        Raises UserError."""
        if text == BETWEEN_DATES and key == "primary":
            return None, ""
        text, until = split_until(text)
        text, unit = split_unit(text)
        if whole := self._parameter(text):
            return self._in_unit(whole, unit or whole.unit), ""
        name, sign, code = text.partition("=")
        table, one = self.column(key, name.strip())
        if one.name in self.draft.not_outcomes:
            raise wrong(f"--{key}", text, "an outcome, which is not the arm, patient or selection")
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
            whole = replace(whole, column=column, table=whole.table.with_columns(column))
        return replace(whole, unit=unit)

    def secondary(self, text: str) -> Outcome:
        """A secondary outcome, at the visits of the primary one where patients have several rows.
        Raises UserError for one that does not fit."""
        whole, kind = self._named("secondary", text)
        assert whole is not None
        single = self._single(whole.table)
        if not whole.kind:
            whole = self._with_kind("secondary", whole, kind or MEASURE)
        if whole.timed and whole.unit not in UNITS:
            raise wrong("--secondary", text, "a unit of time, as 'os [days] until dead=1'")
        if single:
            return whole
        if whole.timed:
            raise _several("--secondary", whole)
        first = self.draft.primary
        if whole.table.raw is not first.table.raw:
            raise wrong("--secondary", text, "one row a patient, or the table of the primary one")
        return replace(whole, visit=first.visit, visits=first.visits, before=first.before)

    def _parameter(self, text: str) -> Outcome | None:
        for table in self.draft.tables:
            if cdisc.PARAMETER in table.columns:
                code = text.removeprefix(f"{table.name}.")
                if code in table.column(cdisc.PARAMETER).values:
                    return of_parameter(table, code)
        return None

    def _of_kind(self, whole: Outcome) -> Outcome:
        """The outcome with its kind, levels, unit and visits."""
        single = self._single(whole.table)
        if whole.kind == TIME:
            self.draft.taken["kind"] = f"until {whole.status}={whole.code}"
        else:
            options = candidates.kinds(whole, self.draft.not_outcomes, repeated=not single)
            if not options:
                raise _unfit("--primary", whole.column, "a column of numbers, or of few codes")
            hint = f"what {whole.column.name} is: {candidates.about(whole.column)}"
            whole = self.ask("kind", options, partial(self._with_kind, "kind", whole), hint)
        if whole.kind == ORDERED:
            whole = replace(whole, levels=self._order(whole.column))
        if whole.timed and whole.unit not in UNITS:
            hint = f"the unit of {whole.column.name}, {candidates.about(whole.column)}"
            self.answers |= {"unit": whole.unit} if whole.unit else {}
            whole = replace(whole, unit=self.choose("unit", [(unit, "") for unit in UNITS], hint))
        return whole if single else self._with_visit(whole)

    def _with_kind(self, key: str, whole: Outcome, text: str) -> Outcome:
        """The outcome with the kind that a text says. Raises UserError for one that it is not."""
        one, place = whole.column, f"--{key}"
        if text.startswith("until "):
            _, status, code = self.coded(key, text.removeprefix("until "), [whole.table])
            if not one.is_number:
                raise wrong(place, text, f"a kind of {one.name}, which is no number")
            return replace(whole, kind=TIME, status=status.name, code=code)
        if text.startswith("event "):
            code = text.removeprefix("event ")
            if code not in one.levels:
                raise wrong(place, f"event {code}", f"a code of {one.name}: {one_of(one.values)}")
            return replace(whole, kind=EVENT, status=one.name, code=code)
        known = dict(candidates.kinds(whole, self.draft.not_outcomes))
        if text not in known:
            raise wrong(place, f"{one.name} as {text}", one_of(known))
        return replace(whole, kind=TIME if text == ALL_EVENTS else text)

    def _order(self, one: Column) -> tuple[str, ...]:
        """The levels from the lowest on: numbers by their size, other codes as they are told."""

        def levels(text: str) -> tuple[str, ...]:
            made = tuple(part.strip() for part in text.split(","))
            if sorted(made) != sorted(one.levels):
                raise wrong("--order", text, f"each of {', '.join(one.levels)} once")
            return made

        if one.is_number and "order" not in self.answers:
            return one.levels
        hint = f"levels of {one.name} from the lowest on, with commas between: "
        return self.ask("order", [], levels, hint + ", ".join(one.levels))

    def _with_visit(self, whole: Outcome) -> Outcome:
        """The outcome with the column that tells the rows of a patient apart, and the visit before
        treatment."""
        draft, table = self.draft, whole.table
        subject = self._subject_of(table)
        if whole.timed:
            raise _several("--primary", whole)
        standard = (*cdisc.VISITS, redcap.EVENT, redcap.INSTANCE)
        if cdisc.ANALYSED in table.columns and whole.parameter:
            rows = table.has(cdisc.ANALYSED, "Y")
            table = table.rows(rows) if rows.any() else table
            whole = replace(whole, table=table, column=table.column(whole.column.name))
        used = (whole.column.name, draft.arm.name)
        fitting = [name for name in visits(table, subject) if name not in used]
        declared = [name for name in standard if name in fitting]
        if declared and "visit" not in self.answers:
            visit = draft.taken["visit"] = declared[0]
        else:
            if not fitting:
                raise self._doubled(table, (subject, whole.column.name))
            names = candidates.ordered("visit", fitting)
            options = candidates.visits_before(table, subject, names)
            if draft.own_treatment or "before" in self.answers:
                options = [(one, candidates.about(table.column(one))) for one in names]
            visit = self.ask("visit", options, partial(self._visit, fitting))
        whole = replace(whole, visit=visit, visits=in_order(table, subject, visit))
        return whole if draft.own_treatment else replace(whole, before=self._before(whole))

    def _visit(self, fitting: list[str], text: str) -> str:
        """A column of visits, alone or with the code of the visit before treatment."""
        name, sign, code = text.rpartition("=")
        if text in fitting or not sign:
            return one_among("visit", text, fitting)
        if self.answers.setdefault("before", code) != code:
            raise wrong("--before", self.answers["before"], f"{code}, as --visit has it")
        return one_among("visit", name, fitting)

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
            rows = one_of((row + 1 for row in alike[best]), MOST_ROWS)
            found += f"; {best} leaves {len(alike[best])} rows of the data alike: {rows}"
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
        answer = self.choose("before", options)
        return "" if answer == NONE else answer

    def _date(self, key: str, text: str) -> tuple[Table, Column]:
        """A column of dates. Raises UserError."""
        table, one = self.column(key, text)
        if not one.is_date:
            raise _unfit(f"--{key}", one, "a column of dates")
        return table, one

    def _between_dates(self, days: Options) -> Outcome:
        """A time from a start to an event, else to the last contact."""
        draft = self.draft
        found: dict[str, tuple[Table, Column]] = {}
        for key in DATES_ASKED:
            try:
                found[key] = self.ask(key, days, partial(self._date, key))
            except Open:
                continue
        if len(found) < len(DATES_ASKED):
            raise Open
        (place, start), (table, event), (other, last) = (
            (table, self._in_one_order(one)) for table, one in found.values()
        )
        if cells := dict.fromkeys(
            text for one in (start, event, last) for text in one.kind.misfits
        ):
            hint = f"the day that is taken of partial dates, such as {one_of(cells)}"
            options = [(day, f"the {day} possible") for day in PARTIAL]
            draft.partial = self.choose("partial-dates", options, hint)
        if table.raw is not other.raw:
            raise wrong("--last-contact", f"a column of {other.called}", f"one of {table.called}")
        within = () if draft.subject in ("", SOURCE_ROW) else (draft.subject,)
        if place.raw is not draft.home.raw or (within and not constant(place, within, start.name)):
            need = f"a column of {draft.home.called}, one row a patient"
            raise wrong("--start", f"{start.name} of {place.called}", need)
        table = draft.chosen(table)
        event, last = (replace(table.column(one.name), kind=one.kind) for one in (event, last))
        table = table.with_columns(event, last)
        whole = Outcome(table, event, DATES, unit="days", origin=start, last_contact=last.name)
        if not self._single(table):
            raise _several("--event-date", whole)
        out = {*draft.not_outcomes, start.name, event.name, last.name}
        options = candidates.endings(table, event.name, last.name, out)
        hint = "what tells that a time ended with the event"
        whole = self.ask("kind", options, partial(self._ended, whole), hint)
        whole = replace(whole, starts=draft.by_patient(start.numbers, table))
        if 2 * int((whole.times < 0).sum()) > int(np.isfinite(whole.times).sum()):
            found_ = f"{start.name}, which is after the end of most times"
            raise wrong("--start", found_, "the date from which time runs")
        if whole.after_contact or "death" in self.answers:
            options = [
                ("yes", "it is death; the last contact is that with the living patient"),
                ("no", "an event after the last contact is a mistake, and not analysed"),
            ]
            hint = f"whether the event is death: {whole.after_contact} are after the last contact"
            whole = replace(whole, terminal=self.choose("death", options, hint) == "yes")
        return whole

    def _in_one_order(self, one: Column) -> Column:
        """A column of dates in the order that is told, where several fit."""
        if len(one.kind.orders) < 2:
            return one
        order = self.choose("date-order", [(order, "") for order in one.kind.orders])
        return replace(one, kind=replace(one.kind, orders=(order,)))

    def _ended(self, whole: Outcome, text: str) -> Outcome:
        """A time between dates with what tells that it ended with the event."""
        if text == EVENT_DATE and whole.column.name != whole.last_contact:
            return whole
        _, one, code = self.coded("kind", text.removeprefix("until "), [whole.table])
        return replace(whole, status=one.name, code=code)


def _several(place: str, whole: Outcome) -> UserError:
    """That patients have several rows of a time."""
    found = f"{whole.column.name}, of which patients have several rows"
    do = "--where COLUMN=CODE takes the rows that count"
    return wrong(place, found, "a time of each patient", do)


def _unfit(place: str, one: Column, need: str) -> UserError:
    """That a column is of another type, with cells by which it is, and what may be answered."""
    found = f"{one.name} ({candidates.about(one)})"
    do = "name another column"
    if one.kind.misfits:
        found += f", with cells that do not fit: {one.misfits}"
        do = "--missing CODES or --thousands MARK says how they are read; or correct the export"
    elif one.kind.name == CLOCK:
        do = "declare a duration in a codebook, with the type mm:ss, hh:mm or hh:mm:ss"
    return wrong(place, found, need, do)
