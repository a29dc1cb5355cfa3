"""An outcome in several rows of a patient that are no visits: which row is meant, is asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.arms import MOST_ARMS
from trialtrace.run.drafting.decided import Decided, none_of
from trialtrace.run.drafting.keys import WHOLE_NUMBER, telling_apart
from trialtrace.run.drafting.names import PERIODS, name_words
from trialtrace.run.drafting.outcomes import COUNT, EVENT, MEAN, WORDS, Outcome, levels
from trialtrace.run.drafting.profile import SOURCE_ROW, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of

# Levels that are named of which each patient has one row, and the share of patients that have it.
MOST_NAMED, FEWEST = 4, 0.5
# Rows without a patient, of all, that are a slip.
FEW_LACK = 0.4


def is_over_rows(table: Table, outcome: Outcome) -> bool:
    """Whether an outcome is the mean, or counts rows, of a patient's rows over time or scales."""
    if outcome.kind == COUNT:
        return bool(table.visit)
    if outcome.several:
        return True
    apart = table.visit or telling_apart(table) or _told_apart(table, _alone(table, outcome))
    return outcome.kind == MEAN and bool(apart)


@dataclass(frozen=True)
class Lacking:
    """Few rows without a patient in a column in which every other row has one of its own, and the
    column, if any, that has no value in these rows alone, with its codes in the others."""

    patients: str
    rows: tuple[int, ...]
    of: int
    column: str = ""
    codes: tuple[str, ...] = ()

    def said(self) -> str:
        """Which rows they are."""
        n, shown = len(self.rows), one_of([f"row {at}" for at in self.rows], 5)
        text = f"{n} of {self.of} rows {'has' if n == 1 else 'have'} no value ({shown})"
        return f"{text}; every other has one of its own"

    def error(self) -> UserError:
        fault = f"{self.said()}. By such a column no outcome is once a patient"
        mend = f"fill it in a copy of the file, take each row for a patient: --subject {SOURCE_ROW}"
        if self.column:
            them = "it" if len(self.rows) == 1 else "them"
            mend += f", or leave {them} out: --where {self.column}={','.join(self.codes)}"
        return wrong(f"the patients, {self.patients}", fault, "a patient in every row", mend)


def without_patient(table: Table) -> Lacking | None:
    """The few rows of a table without a patient; none where they are not few, or where patients
    have several rows."""
    patients = next(map(table.column, table.subject[:1]), None)
    if patients is None or table.rows > MOST_ROWS:
        return None
    if not 0 < patients.blank < FEW_LACK * table.rows:
        return None
    cells = [cell for (cell,) in cells_of(table, [patients.name])]
    lacking = tuple(n for n, cell in enumerate(cells, start=1) if not cell)
    if len({*cells}) - 1 < len(cells) - len(lacking):
        return None
    alike = (
        one
        for one in table.columns
        if one.blank == len(lacking) and 2 <= len(levels(one)) <= MOST_ARMS and one is not patients
        if lacking
        == tuple(at for at, (cell,) in enumerate(cells_of(table, [one.name]), 1) if not cell)
    )
    # The arm, where it is one of them.
    found = min(alike, key=lambda one: one.name not in table.arm, default=None)
    column, codes = (found.name, levels(found)) if found else ("", ())
    return Lacking(patients.name, lacking, len(cells), column, codes)


def mean_of(outcome: Outcome, tables: Sequence[Table], several: str) -> Outcome:
    """The mean of an outcome over the rows of each treatment of a patient; of yes and no the share
    of the event."""
    column = next(one for one in tables if one.name == outcome.table).column(outcome.column)
    codes = outcome.codes
    if outcome.kind == EVENT:
        codes = tuple((code, float(code == outcome.event)) for code in levels(column))
    why = f"{outcome.evidence} It is the mean of {several}."
    return replace(outcome, kind=MEAN, codes=codes, event="", evidence=why, several=True)


def tell_below(table: Table, outcome: Outcome, decided: Decided) -> None:
    """A guess that blinds the report where a mean is of whole numbers of which one alone is below
    0, as -1 of who did not answer."""
    codes = levels(table.column(outcome.column)) if outcome.several else ()
    below = [code for code in codes if code.startswith("-")]
    if len(below) == 1 and all(map(WHOLE_NUMBER.fullmatch, codes)):
        why = (
            f"{below[0]} alone is below 0, and is in the mean as a number. Where it stands for no "
        )
        why += f"value, name it in cleaning.yaml, tables.{table.name}.missing, {outcome.column}."
        place = ("cleaning.yaml", f"tables.{table.name}.missing")
        decided.guess(f"below.{outcome.column}", place, below[0], why, blinds=True)


def in_periods(table: Table, outcome: Outcome) -> bool:
    """Whether an outcome is a mean over periods, none of them before treatment."""
    return outcome.several and any(
        name_words(name) & PERIODS for key in table.keys[:1] for name in key
    )


def _often(table: Table, alone: dict[str, int]) -> list[str]:
    few = FEWEST * table.column(table.subject[0]).distinct if alone else 0
    return [text for text, n in alone.items() if n >= few][:MOST_NAMED]


def _told_apart(table: Table, alone: dict[str, int]) -> bool:
    """Whether of some column no level is in two rows of a patient."""
    names = Counter(text.partition("=")[0] for text in alone)
    return any(n == table.column(name).distinct for name, n in names.items())


def over_rows(table: Table, outcome: Outcome, decided: Decided) -> Outcome:
    """The mean or the count of all rows of a patient, which nobody takes unasked but of periods:
    rows before treatment, of other visits and of other scales would be in it."""
    why = _why(table, outcome)
    kind = outcome.kind
    choices = [(kind, f"{WORDS[kind].capitalize()}. {why}")]

    def read(text: str) -> Outcome:
        if text != kind:
            raise none_of("kind", text, [kind])
        return outcome

    words = f"Are all rows of a patient taken together by {outcome.column}?"
    return decided.choose(
        "kind", words, choices, ("endpoints.yaml", "kind"), read, in_periods(table, outcome)
    )


def tell_over_rows(table: Table, outcome: Outcome, decided: Decided) -> None:
    """The same of a secondary outcome: a guess that blinds the report."""
    why = f"{outcome.column}: {WORDS[outcome.kind]}. {_why(table, outcome)}"
    place = ("endpoints.yaml", outcome.column)
    decided.guess(
        f"rows.{outcome.column}", place, outcome.kind, why, blinds=not in_periods(table, outcome)
    )


def _why(table: Table, outcome: Outcome) -> str:
    why = outcome.evidence
    if alone := _often(table, _alone(table, outcome)):
        why += f" One row of each patient: --where {' or --where '.join(alone)}."
    return why


def _alone(table: Table, outcome: Outcome) -> dict[str, int]:
    """The levels of other columns of which no patient has two rows, with how many have one."""
    names = [
        one.name
        for one in table.columns
        if one.constant_within is False and one.name != outcome.column and len(levels(one)) > 1
    ]
    subject = (*table.subject, "")[0]
    if table.rows > MOST_ROWS or not (names and subject):
        return {}
    rows = cells_of(table, [subject, *names])
    patients = Counter[str]()
    several: set[str] = set()
    for (text, _), n in Counter(
        (f"{name}={cell}", who)
        for who, *cells in rows
        for name, cell in zip(names, cells, strict=True)
        if cell
    ).items():
        patients[text] += 1
        several |= {text} if n > 1 else set()
    return {text: n for text, n in patients.most_common() if text not in several}
