"""The clean tables of a trial as an `Export`; what each column is, the configuration declares."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise, zip_longest
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.cleaning.keys import PLACE, subject_text
from trialtrace.run.integrity.export import (
    CODE,
    DATE,
    NOBODY,
    NUMBER,
    At,
    Column,
    Export,
    Sheet,
    without_copies,
)
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.dictionary import FIXED_CHOICES
from trialtrace.run.trial.endpoints.repeated import RepeatedInColumns, RepeatedInRows
from trialtrace.run.trial.endpoints.shared import Visit, VisitDates
from trialtrace.run.trial.endpoints.time_to_event import DatedTime, TimeFromDates
from trialtrace.run.trial.load import Trial, arm_columns, arm_origin
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import Blocked, StratifiedBlocks, TableSpec
from trialtrace.run.trial.study.subjects import Origin

OTHER_SITES = 0.05
"""Rows of a file in the order of its patients at which another site may begin."""
NUMBERED = re.compile("[A-Z]{2}SEQ", re.IGNORECASE)
"""What SDTM numbers the rows of a patient with (SDTMIG 3.4, 4.1.6), of whatever visit and test."""
DERIVED = "DTYPE"
"""What ADaM names how a row that was not measured was made (ADaMIG 1.3, 3.3.3)."""
PLAIN = "^[0-9]{1,18}$"
Uses = dict[At, list[str]]
"""A table and column -> the endpoints that are made of it."""


def read_export(trial: Trial, clean_dir: Path, uses: Uses) -> Export:
    """What the checks look at, from the clean tables in `clean_dir`.

    There is no arm where the data are blinded, nor where other units than patients were allocated:
    each test of arms is of patients.
    """
    tables = {name: read_table(Path(clean_dir) / f"{name}.parquet", CLEAN) for name in trial.tables}
    names = {name: subject_text(tables[name], spec) for name, spec in trial.tables.items()}
    first, origins = trial.subjects.table, trial.subjects.origins
    subject = trial.tables[first].subject
    people = {name: at for at, name in enumerate(dict.fromkeys(names[first].to_pylist()))}
    who = {
        name: np.array([people.get(one, NOBODY) for one in of.to_pylist()], dtype=np.intp)
        for name, of in names.items()
    }
    used = frozenset({*uses, *((one.table, one.column) for one in origins.values())})
    sheets = [
        without_copies(_sheet(trial, spec, tables[name], who[name], names[name]), used)
        for name, spec in trial.tables.items()
    ]

    def by_subject(table: str, column: str) -> Places:
        choices = _choices(trial, table, column)
        return first_by_subject(codes_of(tables[table], column, choices), who[table], len(people))

    randomisation, arm = trial.design.randomisation, arm_origin(trial)
    parallel = trial.design.kind == "parallel" and not trial.at.purpose.hides_arms
    compared = arm if parallel else None
    of_clusters = trial.design.kind == "cluster" and not trial.at.purpose.hides_arms
    unit = origins.get(trial.design.unit or "")
    strata = [origins[one] for one in trial.design.strata if one in origins]
    site, sex, age = trial.subjects.site, trial.subjects.sex, trial.subjects.age
    milestones = milestones_of(trial)
    lasting = {site, sex and sex.column, arm and arm.column, unit and unit.column}
    lasting.add(milestones.get("birth", (first, ""))[1])
    sizes = None
    if isinstance(randomisation, Blocked | StratifiedBlocks):
        sizes = randomisation.block_sizes
    return Export(
        n=len(people),
        subjects=first,
        sheets=tuple(sheets),
        names=() if subject in PLACE else tuple(map(str, people)),
        id_column=f"{first}.{subject}",
        arm=by_subject(compared.table, compared.column) if compared else None,
        arms=_called(trial, compared, tables[compared.table]) if compared else (),
        site=by_subject(first, site) if site else None,
        cluster=by_subject(unit.table, unit.column) if unit else None,
        cluster_arm=by_subject(arm.table, arm.column) if arm and of_clusters else None,
        strata=_crossed([by_subject(one.table, one.column) for one in strata]),
        scheme=randomisation.scheme,
        block_sizes=tuple(sizes or ()),
        milestones=milestones,
        days=_days(trial),
        used=used,
        outcomes=frozenset(uses),
        wide=tuple(_wide(trial)),
        correlated=tuple(_correlated(trial)),
        age=(first, age.column) if age and age.unit == "years" else None,
        lasting=frozenset(name for name in lasting if name),
    )


def codes_of(table: pa.Table, name: str, choices: Iterable[str] = ()) -> Places:
    """A column as places of its values in their order, choices that no row has among them, so that
    they are the same in every table; `NOBODY` where missing."""
    cells = table[name].to_pylist()
    known = sorted({*choices, *(c for c in cells if c is not None)})
    levels = {value: at for at, value in enumerate(known)}
    return np.array([NOBODY if c is None else levels[c] for c in cells], dtype=np.intp)


def _choices(trial: Trial, table: str, column: str) -> Iterable[str]:
    """The codes of a column that the dictionary lists; an arm may stand in a column without any."""
    variable = trial.dictionary[table].get(column)
    return variable.choices if variable else ()


def first_by_subject(codes: Places, who: Places, n: int) -> Places:
    """The first code of each subject."""
    made = np.full(n, NOBODY, dtype=np.intp)
    known = np.flatnonzero((who != NOBODY) & (codes != NOBODY))[::-1]
    made[who[known]] = codes[known]
    return made


def entry_column(trial: Trial) -> At | None:
    """The date of randomisation that trial.yaml declares, else that from which a time runs."""
    origins = trial.subjects.origins
    declared = trial.subjects.milestones
    found = declared.origins(trial.subjects.table).get("randomised") if declared else None
    starts = [
        one.entry.start for one in trial.endpoints.values() if isinstance(one.entry, DatedTime)
    ]
    found = found or next((origins[name] for name in starts if name in origins), None)
    return (found.table, found.column) if found else None


def milestones_of(trial: Trial) -> dict[str, At]:
    """The milestones that trial.yaml declares; of those that it does not, what the times to an
    event declare: their start, their last contact, and the date of an event that ends all."""
    made: dict[str, At] = {}
    for time in (one.entry for one in trial.endpoints.values()):
        if isinstance(time, TimeFromDates) and time.terminal and not time.where:
            made.setdefault("last_contact", (time.table, time.last_contact))
            if time.event_date != time.last_contact:
                made.setdefault("death", (time.table, time.event_date))
    if entry := entry_column(trial):
        made["randomised"] = entry
    if declared := trial.subjects.milestones:
        found = declared.origins(trial.subjects.table)
        made |= {name: (one.table, one.column) for name, one in found.items()}
    return made


def _days(trial: Trial) -> tuple[float | None, float | None]:
    """The first and the last day of enrolment as days since 1970."""
    given = trial.enrolment
    pair = (given.first, given.last) if given else (None, None)
    start = date(1970, 1, 1)
    first, last = (float((date.fromisoformat(day) - start).days) if day else None for day in pair)
    return first, last


def _correlated(trial: Trial) -> Iterator[tuple[At, At, int]]:
    for pair in trial.subjects.correlated:
        table = pair.table or trial.subjects.table
        one, other = ((table, column) for column in pair.columns)
        yield one, other, -1 if pair.sign == "negative" else 1


def _called(trial: Trial, arm: Origin, table: pa.Table) -> tuple[str, ...]:
    """What the arms are called, in the places of their codes."""
    labels = {code: one.label for one in trial.design.arms.values() for code in one.codes}
    codes = {*_choices(trial, arm.table, arm.column), *table[arm.column].drop_null().to_pylist()}
    return tuple(labels.get(code, code) for code in sorted(codes))


def _sheet(
    trial: Trial, spec: TableSpec, table: pa.Table, subject: Places, names: pa.Array
) -> Sheet:
    known = trial.dictionary[spec.name]
    keys = [name for name in spec.key_ if name in known and name != spec.subject]
    left_out = {spec.subject, *keys, *arm_columns(trial, spec)}
    used = np.flatnonzero((subject != NOBODY) & _measured(table))
    columns = [
        Column(
            name,
            kind,
            _numbers(table, variable, kind)[used],
            len(variable.choices),
            bool(variable.branching),
        )
        for name, variable in known.items()
        if name not in left_out and (kind := _kind(variable))
    ]
    visits = _visit_columns(trial)
    if all(NUMBERED.fullmatch(name) for name in keys):
        keys = [name for name in known if name in visits] or keys
    if trial.design.kind == "crossover" and (spec.arm or spec.arm_of):
        visits |= {*keys} - {*arm_columns(trial, spec)}
    ordered = [name for name in keys if name in visits or _kind(known[name]) == NUMBER][:1]
    step, part = np.zeros(len(subject), np.intp), None
    if ordered:
        step = _order(table, ordered[0], known[ordered[0]])
    if others := [name for name in keys if name not in ordered]:
        part = _crossed([codes_of(table, name) for name in others])
    return Sheet(
        spec.name,
        table["source_row"].to_numpy()[used],
        subject[used],
        step[used],
        (np.zeros(len(subject), np.intp) if part is None else part)[used],
        tuple(columns),
        spec.subject not in PLACE and _in_order(names, table["source_row"].to_numpy()),
        bool(visits.intersection(ordered)),
    )


def _kind(variable: Variable) -> str:
    """What the checks take a column for; nothing of a time of day."""
    if variable.choices or variable.kind == "text":
        return CODE
    if variable.kind in ("datetime", "time"):
        return ""
    return DATE if variable.kind == "date" else NUMBER


def _measured(table: pa.Table) -> Flags:
    """The rows that are not declared to be derived: all where each is."""
    measured: Flags = np.ones(table.num_rows, dtype=bool)
    for name in table.column_names:
        if name.upper() == DERIVED:
            measured &= pc.is_null(table[name]).to_numpy()
    return measured if measured.any() else ~measured


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
    return falls <= len(named) * OTHER_SITES


def _natural(key: str) -> list[tuple[str, int]]:
    """A key as texts and the numbers between them."""
    parts = re.split(r"(\d+)", key)
    return [(text, int(number or 0)) for text, number in zip_longest(parts[::2], parts[1::2])]


def _visit_columns(trial: Trial) -> set[str]:
    """The columns that an endpoint declares to hold its visits."""
    told = (endpoint.entry.visit for endpoint in trial.endpoints.values())
    return {visit.column for visit in told if isinstance(visit, Visit | VisitDates)}


def _numbers(table: pa.Table, variable: Variable, kind: str) -> Floats:
    if kind == CODE:
        codes = codes_of(table, variable.name, variable.choices)
        return np.where(codes == NOBODY, np.nan, codes.astype(float))
    values = table[variable.name]
    if kind == DATE:
        values = values.cast(pa.int32())
    made: Floats = values.cast(pa.float64(), safe=False).to_numpy()
    return made


def _order(table: pa.Table, name: str, variable: Variable) -> Places:
    """Visits in the order of the dictionary's choices, or of their numbers; those of a yes or no,
    which are in no order, by their codes."""
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


def _wide(trial: Trial) -> Iterator[tuple[At, ...]]:
    """The columns of endpoints that have one for each visit."""
    for entry in (endpoint.entry for endpoint in trial.endpoints.values()):
        if isinstance(entry, RepeatedInColumns):
            yield tuple((entry.table, column) for column in entry.columns)


def shown_at_entry(trial: Trial) -> tuple[At, ...]:
    """The columns of the table at entry, without strata, site and dates; first values of measures
    whose first visit is declared to be the baseline."""
    data = trial.plan.displays.get("baseline", {}).get("variables", ())
    made: dict[At, None] = {}
    for name in data:
        origin = trial.subjects.origins.get(name)
        if origin is None or origin.where or name in (*trial.design.strata, "site"):
            continue
        if trial.dictionary[origin.table][origin.column].kind != "date":
            made[origin.table, origin.column] = None
    for entry in (endpoint.entry for endpoint in trial.endpoints.values()):
        if not isinstance(entry, RepeatedInColumns | RepeatedInRows) or not entry.baseline:
            continue
        if entry.baseline == next(iter(entry.visit_labels), None):
            first = entry.columns if isinstance(entry, RepeatedInColumns) else [entry.column]
            made[entry.table, next(iter(first))] = None
    return tuple(made)
