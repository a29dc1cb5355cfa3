"""An outcome as it was answered: its columns, kind and event."""

import re
from dataclasses import dataclass, replace

import numpy as np

from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.profile import Column, Table

EVENT, MEASURE, ORDERED, TIME, DATES = "event", "measure", "ordered", "time", "dates"
UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
ALL_EVENTS, EVENT_DATE = "all_events", "event_date"
_UNIT = re.compile(r"^(.*\S)\s*\[([^\[\]]+)\]$")
_UNTIL = re.compile(r"^(.*\S)\s+until\s+(\S.*)$")
_UNIT_IN_WORDS = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True, eq=False)
class Outcome:
    """An outcome. `column` has its values, of a time the times, of a time between dates the date of
    the event. `status` and `code` tell the event: of an event the outcome's own column and code.
    `parameter` is a PARAMCD of ADaM whose rows it is in. `levels` are those of an ordered outcome
    from the lowest on, `visits` the codes of `visit` in their order. Of a time between dates
    `origin` is the column of the date from which it runs, `starts` that day for each row, and
    `terminal` says whether the event is death. `competing` is the code of `status` of an event that
    rules the event out."""

    table: Table
    column: Column
    kind: str = ""
    status: str = ""
    code: str = ""
    unit: str = ""
    parameter: str = ""
    levels: tuple[str, ...] = ()
    visit: str = ""
    visits: tuple[str, ...] = ()
    before: str = ""
    origin: Column | None = None
    starts: np.ndarray | None = None
    last_contact: str = ""
    terminal: bool = False
    competing: str = ""

    @property
    def label(self) -> str:
        """What it is called: the parameter, the label of its column, or the column's name."""
        if self.parameter and cdisc.PARAMETER_WORDS in self.table.columns:
            return self.table.column(cdisc.PARAMETER_WORDS).values[0]
        if self.kind == EVENT:
            said = self.column.label_of(self.code)
            both = {*self.column.values} <= {"0", "1"} or said == self.code
            words = self.column.label
            return words if both and self.code == "1" else f"{words}: {said}"
        return self.column.label

    @property
    def name(self) -> str:
        """The name of the endpoint."""
        return plain_name(self.parameter or self.column.name)

    @property
    def start(self) -> str:
        """The column of the date from which time runs."""
        return self.origin.name if self.origin else ""

    @property
    def timed(self) -> bool:
        return self.kind in (TIME, DATES)

    @property
    def times(self) -> np.ndarray:
        """The time of each row, in its unit; NaN where it is missing."""
        if self.starts is None:
            return self.column.numbers
        contact = self.table.column(self.last_contact).numbers
        return np.asarray(np.where(self.happened(), self.column.numbers, contact) - self.starts)

    @property
    def after_contact(self) -> int:
        """How many events are dated after the last contact."""
        contact = self.table.column(self.last_contact).numbers
        return int((self.happened() & (self.column.numbers > contact)).sum())

    def happened(self) -> np.ndarray:
        """Which rows have the event."""
        if not self.status:
            return self.column.at >= 0
        return self.table.has(self.status, self.code)


def plain_name(text: str, longest: int = 30) -> str:
    """A name of the configuration: small letters, digits and _."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:longest].rstrip("_")
    return name if re.match("[a-z]", name) else f"e_{name}".rstrip("_")


def joined_columns(text: str) -> dict[str, list[str]]:
    """`SITE+NUMBER` as the name of a column and the columns that it is made of."""
    parts = [part.strip() for part in text.split("+")]
    return {plain_name("_".join(parts)): parts} if len(parts) > 1 and all(parts) else {}


def split_unit(text: str) -> tuple[str, str]:
    """`sbp [mmHg]` as its column and its unit; the unit is empty where there is none."""
    found = _UNIT.match(text)
    return (found[1], found[2].strip()) if found else (text, "")


def split_until(text: str) -> tuple[str, str]:
    """`time until status=1` as the time and the condition."""
    found = _UNTIL.match(text)
    return (found[1], found[2]) if found else (text, "")


def unit_in_words(words: str) -> str:
    """The unit of time in brackets at the end of a label; ADaM has it there (IG 3.3.4)."""
    found = _UNIT_IN_WORDS.search(words)
    return found[1].lower() if found and found[1].lower() in UNITS else ""


def of_parameter(table: Table, code: str) -> Outcome:
    """The outcome in the rows of a parameter of ADaM, one row a patient and visit where the
    analysis flag chooses it."""
    rows = table.has(cdisc.PARAMETER, code)
    own = table.rows(rows)
    whole = Outcome(own, own.column(cdisc.VALUE), parameter=code)
    if cdisc.CENSORED in own.columns and own.column(cdisc.CENSORED).present:
        words = (
            own.column(cdisc.PARAMETER_WORDS).values if cdisc.PARAMETER_WORDS in own.columns else ()
        )
        unit = unit_in_words(words[0]) if words else ""
        return replace(whole, kind=TIME, status=cdisc.CENSORED, code="0", unit=unit)
    return whole
