"""The clean tables of a trial as an `Export`; what each column is the configuration says."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise, zip_longest
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.cleaning.keys import PLACE, subject_text
from trialtrace.run.integrity import contacts, roles
from trialtrace.run.integrity.coded import codes_of, first_by_subject, kind_of
from trialtrace.run.integrity.export import (
    CODE,
    DATE,
    NOBODY,
    NUMBER,
    Column,
    Export,
    Sheet,
    Slice,
)
from trialtrace.run.integrity.treatments import treatments_of
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.dictionary import FIXED_CHOICES
from trialtrace.run.trial.endpoints.event import EventInRow
from trialtrace.run.trial.endpoints.occurrence import Occurrence
from trialtrace.run.trial.endpoints.repeated import RepeatedInColumns, RepeatedInRows
from trialtrace.run.trial.endpoints.shared import Visit, VisitDates
from trialtrace.run.trial.endpoints.time_to_event import DatedTime, TimeFromDates, TimeInColumn
from trialtrace.run.trial.load import Trial, arm_columns, arm_origin
from trialtrace.run.trial.model import Condition, Variable
from trialtrace.run.trial.study.file import Blocked, StratifiedBlocks, TableSpec
from trialtrace.run.trial.study.subjects import Origin

OF_SITES = 0.05
"""Rows of a file in the order of its patients at which another site may begin."""
FEWEST, RISING = 20, 0.8
"""Rows of a visit, the share of dates after those of the visit before."""
NUMBERED = re.compile("[A-Z]{2}SEQ", re.IGNORECASE)
"""What SDTM numbers the rows of a patient with, of whatever visit and test."""
DERIVED = "DTYPE"
"""What ADaM names how a row that nobody measured was made: carried forward, a mean."""
NUMERIC = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")
"""A code that is a number."""
PLAIN = "^[0-9]{1,18}$"
"""A key that is a number alone, as most are."""


def read_export(trial: Trial, clean_dir: Path) -> Export:
    """What the checks look at. There is no arm where the data are blinded, nor where other units
    than patients were allocated: each test of arms is of patients. What is used, and what the
    plan shows at entry, whoever asks for looks at it adds."""
    tables = {name: read_table(Path(clean_dir) / f"{name}.parquet", CLEAN) for name in trial.tables}
    names = {name: subject_text(tables[name], spec) for name, spec in trial.tables.items()}
    first = trial.subjects.table
    subject = trial.tables[first].subject
    people = {name: at for at, name in enumerate(dict.fromkeys(names[first].to_pylist()))}
    who = {
        name: np.array([people.get(one, NOBODY) for one in of.to_pylist()], dtype=np.intp)
        for name, of in names.items()
    }
    words = _words(trial, tables)
    sheets = [
        _sheet(trial, spec, tables[name], who[name], names[name], words)
        for name, spec in trial.tables.items()
    ]
    randomisation = trial.design.randomisation
    sizes = None
    if isinstance(randomisation, Blocked | StratifiedBlocks):
        sizes = randomisation.block_sizes

    def by_subject(table: str, column: str) -> Places:
        return first_by_subject(codes_of(tables[table], column), who[table], len(people))

    arm, hidden = arm_origin(trial), trial.at.purpose.hides_arms
    site, origins = trial.subjects.site, trial.subjects.origins
    cluster = origins.get(trial.design.unit or "")
    strata = [origins[one] for one in trial.design.strata if one in origins]
    whole = Export(
        n=len(people),
        subjects=first,
        sheets=tuple(sheets),
        names=() if subject in PLACE else tuple(map(str, people)),
        id_column=f"{first}.{subject}",
        arm=by_subject(arm.table, arm.column) if arm and trial.design.kind == "parallel" else None,
        arm_column=(arm.table, arm.column) if arm else None,
        arms=_called(trial, tables[arm.table][arm.column]) if arm and not hidden else (),
        allocated=_allocated(trial, arm, by_subject, len(people)),
        site=by_subject(first, site) if site else None,
        cluster=by_subject(cluster.table, cluster.column) if cluster else None,
        lasting=_lasting(trial),
        strata=_crossed([by_subject(one.table, one.column) for one in strata]),
        entry=entry_column(trial),
        scheme=randomisation.scheme,
        block_sizes=tuple(sizes or ()),
        complete=bool(trial.design.planned) and len(people) >= (trial.design.planned or 0),
        planned=_planned(trial),
        scales=_scales(trial),
        began=frozenset(_began(trial)),
        wide=tuple(
            tuple((entry.table, column) for column in entry.columns) for entry in _wide(trial)
        ),
    )
    contacts_of = tuple(_last_contacts(trial, whole, tables, who))
    return replace(
        whole,
        last=tuple(last for last, _ in contacts_of),
        events=tuple(event for _, event in contacts_of),
        free=tuple(_free_of_events(trial, whole, tables, who)),
        treatments=tuple(treatments_of(trial, whole, tables, who)),
    )


def _allocated(
    trial: Trial, arm: Origin | None, by_subject: Callable[[str, str], Places], n: int
) -> tuple[Places, Places] | None:
    """The arm of each subject, and the unit that was allocated with it: itself, or its cluster."""
    unit = trial.subjects.origins.get(trial.design.unit or "")
    if arm is None or trial.at.purpose.hides_arms:
        return None
    if trial.design.kind == "parallel":
        return by_subject(arm.table, arm.column), np.arange(n)
    if trial.design.kind == "cluster" and unit:
        return by_subject(arm.table, arm.column), by_subject(unit.table, unit.column)
    return None


def _called(trial: Trial, cells: pa.ChunkedArray) -> tuple[str, ...]:
    """What the arms are called, in the places of their codes."""
    labels = {arm.code: arm.label for arm in trial.design.arms.values()}
    return tuple(labels.get(code, "") for code in sorted({*cells.to_pylist()} - {None}))


def _lasting(trial: Trial) -> frozenset[str]:
    """The columns of the site, the sex and the groups that were randomised."""
    sex, unit = trial.subjects.sex, trial.subjects.origins.get(trial.design.unit or "")
    names = (trial.subjects.site, sex and sex.column, unit and unit.column)
    return frozenset(name for name in names if name)


def _sheet(
    trial: Trial,
    spec: TableSpec,
    table: pa.Table,
    subject: Places,
    names: pa.Array,
    words: Mapping[str, set[str]],
) -> Sheet:
    known = trial.dictionary[spec.name]
    keys = [name for name in spec.key_ if name in known and name != spec.subject]
    left_out = {spec.subject, *keys, *arm_columns(trial, spec)}
    cleaning = trial.cleaning.tables.get(spec.name)
    units = cleaning.unit_of if cleaning else {}
    columns = [
        Column(
            name,
            kind,
            _numbers(table, variable, kind, variable.choices or words.get(name, ())),
            units.get(name, ""),
            variable.label,
            _levels(table, variable),
            bool(variable.branching),
            _numbers_of_codes(table, variable) if kind == CODE else (),
        )
        for name, variable in known.items()
        if name not in left_out and (kind := kind_of(variable))
    ]
    used = np.flatnonzero((subject != NOBODY) & _measured(table))
    visits, occurrences = _visit_columns(trial), spec.name in _tables_of_occurrences(trial)
    if not occurrences and all(NUMBERED.fullmatch(name) for name in keys):
        keys = _declared_keys(trial, spec.name)
    if trial.design.kind == "crossover" and (spec.arm or spec.arm_of):
        visits |= {*keys} - {*arm_columns(trial, spec)}
    ordered = [name for name in keys if name in visits or kind_of(known[name]) == NUMBER]
    step, part = np.zeros(len(subject), np.intp), None
    if ordered:
        step = _order(table, ordered[0], known[ordered[0]])
    if others := [name for name in keys if name not in ordered[:1]]:
        part = _crossed([codes_of(table, name) for name in others])
    made = Sheet(
        spec.name,
        table["source_row"].to_numpy()[used],
        subject[used],
        step[used],
        (np.zeros(len(subject), np.intp) if part is None else part)[used],
        tuple(replace(column, values=column.values[used]) for column in columns),
        _in_order(names, table["source_row"].to_numpy()),
        bool(visits.intersection(ordered[:1])),
        bool(ordered) and occurrences,
        spec.subject in PLACE,
    )
    made = replace(made, visits=made.visits or (not made.occurrences and _in_turn(made)))
    if not made.visits:
        return made
    columns = [replace(one, values=_without_start(one, made.step)) for one in made.columns]
    return replace(made, columns=tuple(columns))


def _measured(table: pa.Table) -> Flags:
    """The rows that are not declared to be derived: all where each is."""
    names = [name for name in table.column_names if name.upper() == DERIVED]
    measured: Flags = np.ones(table.num_rows, dtype=bool)
    for name in names:
        measured &= pc.is_null(table[name]).to_numpy()
    return measured if measured.any() else ~measured


def _without_start(column: Column, step: Places) -> Floats:
    """The values of a column, without the visit at which all are 0 and at no other most: a change
    is so where it begins, which says nothing of its rows."""
    if column.kind != NUMBER:
        return column.values
    known = ~np.isnan(column.values)
    at = {one: column.values[known & (step == one)] for one in np.unique(step[known]).tolist()}
    zero = [one for one, values in at.items() if len(values) >= FEWEST and not values.any()]
    others = [(values == 0).mean() for one, values in at.items() if one not in zero]
    if len(zero) != 1 or not others or max(others) > 0.5:
        return column.values
    return np.where(step == zero[0], np.nan, column.values)


def _in_turn(sheet: Sheet) -> bool:
    """Whether numbered rows that no endpoint uses are visits: most patients have each of them, and
    dates rise with their numbers."""
    counts = np.bincount(sheet.step) if len(sheet.step) else np.zeros(1)
    if len(counts) < 2 or counts.min() < max(FEWEST, counts[0] / 2):
        return False
    order = np.lexsort((sheet.step, sheet.part, sheet.subject))
    same = np.diff(sheet.subject[order]) + np.diff(sheet.part[order]) == 0
    dates = [column.values[order] for column in sheet.columns if column.kind == DATE]
    return any((np.diff(days)[same] > 0).mean() >= RISING for days in dates)


def _in_order(names: pa.Array, rows: Places) -> bool:
    """Whether keys rise with the rows of the file, numbers in them by their size; sites may stand
    in any order."""
    named = names.take(pa.array(np.argsort(rows, kind="stable")))
    named = named.filter(pc.greater(pc.utf8_length(named), 0))
    if pc.all(pc.match_substring_regex(named, PLAIN)).as_py():
        numbers = named.cast(pa.int64()).to_numpy()
        falls = int((numbers[1:] < numbers[:-1]).sum())
    else:
        keys = map(_natural, named.to_pylist())
        falls = sum(one > later for one, later in pairwise(keys))
    return falls <= len(named) * OF_SITES


def _natural(key: str) -> list[tuple[str, int]]:
    """A key as texts and the numbers between them."""
    parts = re.split(r"(\d+)", key)
    return [(text, int(number or 0)) for text, number in zip_longest(parts[::2], parts[1::2])]


def _visit_columns(trial: Trial) -> set[str]:
    """The columns that an endpoint declares to hold its visits."""
    told = (endpoint.entry.visit for endpoint in trial.endpoints.values())
    return {visit.column for visit in told if isinstance(visit, Visit | VisitDates)}


def _declared_keys(trial: Trial, table: str) -> list[str]:
    """The columns of visits, and of what else endpoints at visits ask for, of a table."""
    entries = (endpoint.entry for endpoint in trial.endpoints.values())
    made = [
        name
        for entry in entries
        if isinstance(entry, RepeatedInRows)
        and entry.table == table
        and isinstance(entry.visit, Visit)
        for name in (entry.visit.column, *columns_of(entry.where or {}))
    ]
    return list(dict.fromkeys(made))


def _tables_of_occurrences(trial: Trial) -> set[str]:
    entries = [endpoint.entry for endpoint in trial.endpoints.values()]
    return {entry.table for entry in entries if isinstance(entry, Occurrence)}


def _words(trial: Trial, tables: Mapping[str, pa.Table]) -> dict[str, set[str]]:
    """The texts of each column without choices that several tables have."""
    places = [
        (name, table)
        for table in tables
        for name, variable in trial.dictionary[table].items()
        if variable.kind == "text" and not variable.choices
    ]
    several = {name for name, n in Counter(name for name, _ in places).items() if n > 1}
    words: dict[str, set[str]] = {name: set() for name in several}
    for name, table in places:
        if name in several and name != trial.tables[table].subject:
            words[name] |= {*pc.unique(tables[table][name]).drop_null().to_pylist()}
    return words


def _numbers(table: pa.Table, variable: Variable, kind: str, choices: Iterable[str] = ()) -> Floats:
    if kind == CODE:
        codes = codes_of(table, variable.name, choices)
        return np.where(codes == NOBODY, np.nan, codes.astype(float))
    values = table[variable.name]
    if kind == DATE:
        values = values.cast(pa.int32())
    made: Floats = values.cast(pa.float64(), safe=False).to_numpy()
    return made


def _codes(table: pa.Table, variable: Variable) -> list[str]:
    """The choices of a variable, and what else its cells hold, in the places of `codes_of`."""
    cells = pc.unique(table[variable.name]).to_pylist() if variable.choices else []
    return sorted({*variable.choices, *(str(cell) for cell in cells if cell is not None)})


def _levels(table: pa.Table, variable: Variable) -> tuple[str, ...]:
    """What the choices are called."""
    return tuple(variable.choices.get(code, code) for code in _codes(table, variable))


def _numbers_of_codes(table: pa.Table, variable: Variable) -> tuple[float, ...]:
    """The codes of the choices where all are numbers, as the answers of a questionnaire."""
    codes = _codes(table, variable)
    return tuple(map(float, codes)) if all(map(NUMERIC.fullmatch, codes)) else ()


def _order(table: pa.Table, name: str, variable: Variable) -> Places:
    """Visits in the order of the dictionary's choices, or of their numbers; those of a yes or no,
    which nobody has put in order, by their codes."""
    if not variable.choices or variable.choices in FIXED_CHOICES.values():
        return np.maximum(codes_of(table, name), 0)
    places = {code: at for at, code in enumerate(variable.choices)}
    cells = table[name].to_pylist()
    return np.array([places.get(str(cell), len(places)) for cell in cells], dtype=np.intp)


def _crossed(codes: list[Places]) -> Places | None:
    """Each combination of codes as one place; missing where one of them is."""
    if not codes:
        return None
    every = np.column_stack(codes)
    made = np.unique(every, axis=0, return_inverse=True)[1].reshape(-1).astype(np.intp)
    return np.where((every == NOBODY).any(axis=1), NOBODY, made)


def entry_column(trial: Trial) -> tuple[str, str] | None:
    """The date from which a time to an event runs, else the only date among the variables, else
    the only one of the subjects' table that is called a randomisation."""
    origins, table = trial.subjects.origins, trial.subjects.table
    starts = [
        endpoint.entry.start
        for endpoint in trial.endpoints.values()
        if isinstance(endpoint.entry, DatedTime)
    ]
    for name in starts:
        if name in origins:
            return origins[name].table, origins[name].column
    dates = [
        (origin.table, origin.column)
        for origin in origins.values()
        if trial.dictionary[origin.table][origin.column].kind == "date"
    ]
    named = [
        (table, name)
        for name, variable in trial.dictionary[table].items()
        if variable.kind == "date" and roles.rank_of(name, variable.label) == roles.ENTERED
    ]
    return next((found[0] for found in (dates, named) if len(found) == 1), None)


def _planned(trial: Trial) -> dict[tuple[str, str], float]:
    """The days until the visit of each column that holds one visit, where its label says them."""
    every = {
        (entry.table, column): contacts.day_of(label)
        for entry in _wide(trial)
        for column, label in entry.columns.items()
    }
    return {column: days for column, days in every.items() if days}


def _scales(trial: Trial) -> dict[tuple[str, str], float]:
    """The highest value of each column of a score whose scale, as it is declared or by the limits
    of the dictionary, begins at 0."""
    made = {}
    for entry in (endpoint.entry for endpoint in trial.endpoints.values()):
        if isinstance(entry, RepeatedInColumns | RepeatedInRows):
            for column in entry.columns if isinstance(entry, RepeatedInColumns) else [entry.column]:
                of = trial.dictionary[entry.table][column]
                ends = (
                    (of.minimum, of.maximum) if of.kind in ("number", "integer") else (None, None)
                )
                low, high = (entry.scale.from_, entry.scale.to) if entry.scale else ends
                if low is not None and high is not None and float(low) == 0:
                    made[entry.table, column] = float(high)
    return made


def _began(trial: Trial) -> Iterator[tuple[str, str]]:
    """The columns of numbers whose first visit is the baseline."""
    for entry in (endpoint.entry for endpoint in trial.endpoints.values()):
        if not isinstance(entry, RepeatedInColumns | RepeatedInRows) or not entry.baseline:
            continue
        if entry.baseline == next(iter(entry.visit_labels), None):
            if isinstance(entry, RepeatedInRows):
                yield entry.table, entry.column
            else:
                yield entry.table, next(iter(entry.columns))


def _wide(trial: Trial) -> list[RepeatedInColumns]:
    entries = [endpoint.entry for endpoint in trial.endpoints.values()]
    return [entry for entry in entries if isinstance(entry, RepeatedInColumns)]


def _last_contacts(
    trial: Trial, export: Export, tables: dict[str, pa.Table], who: dict[str, Places]
) -> Iterator[tuple[Slice, Slice]]:
    """The days of last contact that times to an event declare, as dates, and those of the event; of
    a time in days from entry, whose column speaks of a last contact, those of who had no event."""
    entry = export.known(export.entry)
    declared: dict[tuple[str, str], tuple[str | None, Condition | None, bool]] = {}
    for endpoint in trial.endpoints.values():
        time = endpoint.entry
        if isinstance(time, DatedTime) and not time.where:
            of = (time.event_date, time.event) if isinstance(time, TimeFromDates) else (None, None)
            declared.setdefault((time.table, time.last_contact), (*of, time.terminal))
        elif isinstance(time, TimeInColumn) and not time.where and entry is not None:
            label = trial.dictionary[time.table][time.time].label
            if roles.LATER.search(label) and re.search(r"\bdays\b", label, re.IGNORECASE):
                declared[time.table, time.time] = None, time.event, True
    for (table, column), (dated, event, ends) in declared.items():
        day = export.known((table, column))
        date = day if dated is None else export.known((table, dated))
        if day is None or date is None:
            continue
        rows = tables[table], who[table], export.n
        had = _of_whom(event, True, *rows)
        if dated == column and not ends:
            # After an event that ends nothing patients are followed on, nobody knows until when.
            day = replace(day, values=np.where(had, np.nan, day.values))
        if dated is None and event is not None and entry is not None:
            date = replace(day, values=day.values + entry.values)
            free = _of_whom(event, False, *rows)
            day = replace(day, values=np.where(free, date.values, np.nan))
        yield day, replace(date, values=np.where(had, date.values, np.nan))


def _free_of_events(
    trial: Trial, export: Export, tables: dict[str, pa.Table], who: dict[str, Places]
) -> Iterator[tuple[Slice, float]]:
    """Of each event by a time that its label says, a value for who is known not to have had it."""
    for endpoint in trial.endpoints.values():
        entry, days = endpoint.entry, contacts.day_of(endpoint.label)
        if days and isinstance(entry, EventInRow) and not entry.where:
            column = export.known((entry.table, next(iter(columns_of(entry.event)))))
            of = entry.event, False, tables[entry.table], who[entry.table], export.n
            if column is not None:
                yield replace(column, values=np.where(_of_whom(*of), 1.0, np.nan)), days


def _of_whom(event: Condition | None, truth: bool, table: pa.Table, who: Places, n: int) -> Flags:
    """The subjects of whom it is known that a condition holds, or does not."""
    known = [] if event is None else [each is truth for each in evaluate(event, table).to_pylist()]
    flags: Flags = first_by_subject(np.array(known, np.intp), who[: len(known)], n) == 1
    return flags


def shown_at_entry(trial: Trial) -> tuple[tuple[str, str], ...]:
    """The columns of what the plan shows at entry, without strata, site and dates."""
    data = trial.plan.displays.get("baseline", {}).get("variables", ())
    made = []
    for name in data:
        origin = trial.subjects.origins.get(name)
        if origin is None or origin.where or name in (*trial.design.strata, "site"):
            continue
        if trial.dictionary[origin.table][origin.column].kind != "date":
            made.append((origin.table, origin.column))
    return tuple(dict.fromkeys(made))
