"""What endpoints cannot use, told by how much it is, and endpoints that tell nobody apart.

Of the patients of an endpoint that has one time or value of each, else of its rows, more than
`TOLD` that it cannot use are a red line: of all, of those of one arm, or of those with the event.
The last is so of a loss that takes events more than others, which moves a result however small it
is. What every patient has alike is a note: a condition that nothing can meet looks the same.
Both are `account.json`, in counts and configured words only.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Flags
from trialtrace.base.store import write_json
from trialtrace.run.cleaning.account import FILE, RedLine
from trialtrace.run.cleaning.losses import TOLD
from trialtrace.run.endpoints.dates import day_numbers, is_dated
from trialtrace.run.endpoints.known import (
    Known,
    behind_deaths,
    known_by_arm,
    planned_arms,
    unequal_losses,
    without_values,
)
from trialtrace.run.endpoints.records import Records, Unused
from trialtrace.run.endpoints.study import Study, met_rows
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.read import entry_column
from trialtrace.run.tables.conditions import columns_of, tests_of
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.label_words import means_everybody, means_missing
from trialtrace.run.trial.model import Condition, Endpoint
from trialtrace.run.trial.outcomes import CHOSEN, Outcomes
from trialtrace.run.trial.plan.methods import BINARY, INTERVALS, RECURRENT, SCORES, TIMES
from trialtrace.run.trial.study.file import Population

# Who and which rows are chosen by what came after randomisation; populations that lack some.
#
# A reader takes a population for what its label says, and rows for all there are. Lines of counts
# and configured words; populations that an endpoint chooses have it in their label too
# (`Outcomes`).


def selection_lines(study: Study) -> Iterator[RedLine]:
    """A line for each population and each choice of rows that a reader must know of."""
    outcomes = Outcomes(study.trial.endpoints, study.trial.subjects)
    for population in study.trial.populations.values():
        yield from _short(study, population)
        yield from _dated(study, outcomes, population)
    for name, table in study.trial.tables.items():
        if table.where is not None:
            yield from _rows_of_table(study, outcomes, name, table.where)
    for name, endpoint in study.trial.endpoints.items():
        if isinstance(endpoint.entry, InTable) and endpoint.entry.where is not None:
            yield from _rows_of_endpoint(study, outcomes, name, endpoint.entry)


def _short(study: Study, population: Population) -> Iterator[RedLine]:
    """Where the label says everybody, and some with an arm are left out; who has one nobody knows
    where arms are blinded."""
    label, flag = population.label.partition(CHOSEN)[0], population.flag
    arms = planned_arms(study)
    known = flag in study.adsl.columns and study.trial.design.arms
    if not (known and means_everybody(label, flag)):
        return
    out = np.array(study.adsl.columns[flag].to_pylist(), dtype=object) != "Y"
    randomised = np.any([*arms.values(), np.full(study.size, not arms)], axis=0)
    if not (out & randomised).any():
        return
    labels = study.trial.design.arms
    by_arm = [f"{labels[arm].label} {_of(out, mask)}" for arm, mask in arms.items()]
    text = f"Population {population.name} is labelled “{label}” (flag {flag}), and "
    text += f"trial.yaml, populations.{population.name}, leaves out {_of(out, randomised)} "
    text += f"patients{' with an arm: ' if arms else ''}{', '.join(by_arm)}. Label it by whom it "
    text += "holds, or take out the condition."
    yield RedLine("population_short", study.trial.subjects.table, None, text)


def _of(flags: Flags, whole: Flags) -> str:
    return f"{int((flags & whole).sum())} of {int(whole.sum())}"


def _dated(study: Study, outcomes: Outcomes, population: Population) -> Iterator[RedLine]:
    """Where the dates that choose a population are mostly after entry; no endpoint reads them."""
    trial, entry = study.trial, entry_column(study.trial)
    rows = study.tables[trial.subjects.table]
    wheres = [population.where, *(one.where for one in population.by_arm.values())]
    named = dict.fromkeys(name for where in wheres for name in columns_of(where or {}))
    if entry is None or entry[0] != rows.name or entry[1] not in rows.rows.column_names:
        return
    since = day_numbers(rows.column(entry[1]))
    for name in named:
        dated = name != entry[1] and name in rows.rows.column_names
        if not dated or outcomes.taken_from((rows.name, name)) or not is_dated(rows.column(name)):
            continue
        after = day_numbers(rows.column(name)) - since
        known = ~np.isnan(after)
        if (after[known] > 0).sum() > known.sum() / 2:
            text = f"Population {population.name} ({population.label}) is chosen by {name} "
            text += f"(trial.yaml, populations.{population.name}), whose dates are after {entry[1]}"
            text += f", the day of entry, for {_of(after > 0, known)} patients: it is chosen after "
            text += "randomisation, and its arms are not as they were randomised."
            yield RedLine("population_chosen", rows.name, name, text)


def _by_value(where: Condition) -> list[str]:
    """The columns by whose values a condition chooses, not by whether they have one."""
    return [name for name, test in tests_of(where) if test not in ("present", {"present": True})]


def _rows_of_table(
    study: Study, outcomes: Outcomes, table: str, where: Condition
) -> Iterator[RedLine]:
    for column in dict.fromkeys(_by_value(where)):
        if names := outcomes.taken_from((table, column)):
            endpoint = study.trial.endpoints[names[0]]
            text = f"Table {table} keeps rows by {column} (trial.yaml, tables.{table}.where), from "
            text += f"which endpoint {names[0]} ({endpoint.label}; endpoints.yaml) takes its value:"
            yield RedLine("rows_chosen", table, column, f"{text} {BY_OUTCOME}")


BY_OUTCOME = (
    "rows are chosen by the outcome, and every result of it is of what is left. Choose them by "
    "what was known before."
)


def _rows_of_endpoint(
    study: Study, outcomes: Outcomes, name: str, entry: InTable
) -> Iterator[RedLine]:
    """Where values that say something are left out by a condition on the values themselves."""
    table = study.tables[entry.table]
    kept = np.zeros(table.rows.num_rows, dtype=bool)
    kept[met_rows(table, entry.where)] = True
    known = study.trial.dictionary.get(entry.table, {})
    for column in dict.fromkeys(_by_value(entry.where or {})):
        if name not in outcomes.taken_from((entry.table, column)):
            continue
        choices = known[column].choices if column in known else {}
        none = [code for code, label in choices.items() if means_missing(label)]
        cells = table.column(column).to_pylist()
        there = np.array([cell is not None and str(cell) not in none for cell in cells], dtype=bool)
        if (there & ~kept).any():
            text = f"Endpoint {name} ({study.trial.endpoints[name].label}) keeps rows by {column}, "
            text += f"its own value (endpoints.yaml, {name}.where), which leaves out "
            text += f"{_of(~kept, there)} rows with a value: {BY_OUTCOME}"
            yield RedLine("rows_chosen", entry.table, column, text)


FEWEST = 2
"""Values of fewer patients are alike by themselves."""
NAMED = 12


@dataclass(frozen=True)
class EndpointLosses:
    """Red lines, what else is to be looked at, looks at the rows, and who is known by arm."""

    warnings: tuple[RedLine, ...] = ()
    notes: tuple[RedLine, ...] = ()
    looks: tuple[Look, ...] = ()
    known: Known = field(default_factory=dict)


@dataclass(frozen=True)
class Lost:
    """Units of an endpoint, patients or rows: whose each is, and which it cannot use."""

    unit: str
    subject: np.ndarray
    gone: np.ndarray

    def told(self, mask: np.ndarray) -> str:
        return f"{int((self.gone & mask).sum())} of {int(mask.sum())}"

    def too_many(self, mask: np.ndarray) -> bool:
        return bool((self.gone & mask).sum() > TOLD * mask.sum())


def endpoint_losses(study: Study) -> EndpointLosses:
    """What the endpoints of a study lose, and which of them are of one value."""
    endpoints = study.trial.endpoints
    warnings = [
        line
        for name, unused in study.unused.items()
        if name in study.made
        for line in _red_line(study, endpoints[name], study.made[name], unused)
    ]
    losses = {name: study.made[name] for name in endpoints if name in study.made}
    known = known_by_arm(study)
    warnings += [*unequal_losses(study), *without_values(study), *selection_lines(study)]
    notes = (*_flat(study, losses), *behind_deaths(study))
    return EndpointLosses(tuple(warnings), notes, known=known)


def write_losses(derived_dir: Path, losses: EndpointLosses) -> None:
    """Write `account.json` beside the data sets."""
    lines = {name: [*map(vars, of)] for name, of in vars(losses).items() if name != "known"}
    write_json(Path(derived_dir) / FILE, lines | {"known": losses.known})


def read_losses(derived_dir: Path) -> EndpointLosses:
    """What the stage has written; nothing where an earlier trialtrace wrote no such file."""
    path = Path(derived_dir) / FILE
    if not path.is_file():
        return EndpointLosses()
    given = json.loads(path.read_text(encoding="utf-8"))
    lines = {part: tuple(RedLine(**one) for one in given[part]) for part in ("warnings", "notes")}
    looks = [Look(**{**one, "rows": tuple(one["rows"])}) for one in given.get("looks", ())]
    return EndpointLosses(**lines, looks=tuple(looks), known=given.get("known", {}))


def _red_line(
    study: Study, endpoint: Endpoint, records: Records, unused: list[Unused]
) -> Iterator[RedLine]:
    lost = _lost(study, records, unused)
    everybody = np.ones(len(lost.gone), dtype=bool)
    arms = {label: mask[lost.subject] for label, mask in _arms(study).items()}
    events = study.events.get(endpoint.name)
    with_event = None if events is None else events[lost.subject]
    parts = [everybody, *arms.values(), *([] if with_event is None else [with_event])]
    if not any(lost.too_many(part) for part in parts):
        return
    share = 100 * lost.gone.mean()
    text = f"Endpoint {endpoint.name} ({endpoint.label}) cannot use {lost.told(everybody)} "
    text += f"{lost.unit} ({share:.1f} %), by cells: {_by_rule(unused)}."
    if len(arms) > 1:
        by_arm = [f"{label} {lost.told(mask)}" for label, mask in arms.items() if mask.any()]
        text += f" By arm: {', '.join(by_arm)}."
    if with_event is not None:
        text += f" Of those with the event {lost.told(with_event)}, of the others "
        text += f"{lost.told(~with_event)}."
    yield RedLine("endpoint_unused", unused[0].table.name, None, text)


def _lost(study: Study, records: Records, unused: list[Unused]) -> Lost:
    """Patients where each has one time or value, else rows of the tables that lost some."""
    valid = _valid(records)
    subjects = np.arange(study.size)
    if records.dataset == "adtte" or np.array_equal(records.subject, subjects):
        there = np.zeros(study.size, dtype=bool)
        there[records.subject[valid]] = True
        gone = np.zeros(study.size, dtype=bool)
        for one in unused:
            gone[one.table.subject[one.rows]] = True
        gone &= ~there
        counted = np.flatnonzero(there | gone)
        return Lost("patients", counted, gone[counted])
    parts = []
    for name in dict.fromkeys(one.table.name for one in unused):
        table = study.tables[name]
        gone = np.zeros(len(table.subject), dtype=bool)
        for one in unused:
            if one.table.name == name:
                gone[one.rows] = True
        there = gone.copy()
        for cells in records.cells:
            if cells.table == name:
                there[cells.row] = True
        rows = np.flatnonzero(there)
        parts.append((table.subject[rows], gone[rows]))
    whose, gone = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Lost("rows", whose, gone)


def _valid(records: Records) -> np.ndarray:
    """Which records have a value, or a term."""
    values = next(
        records.columns[key] for key in ("AVAL", "AVALC", "TERM") if key in records.columns
    )
    return values.is_valid().to_numpy(zero_copy_only=False)


def _arms(study: Study) -> dict[str, np.ndarray]:
    """Label of each arm -> its patients; none where a patient has every treatment."""
    arms = study.trial.design.arms
    return {arms[name].label: mask for name, mask in planned_arms(study).items()}


def _by_rule(unused: Iterable[Unused]) -> str:
    counts: dict[str, int] = {}
    for one in unused:
        rule = one.why.rule.replace("_", " ")
        counts[rule] = counts.get(rule, 0) + len(one.rows)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{rule} {n}" for rule, n in ordered)


NOBODY = "No patient has {}. Check that each condition can be met."
EVERYBODY = "All patients have {}. Check that each condition can fail."
ONE_VALUE = "All values are equal: {}."
COPIED = "Each patient has one value at all visits: {}. Check for values carried forward."
FEWEST_PATIENTS = 20


def _flat(study: Study, derived: Mapping[str, Records]) -> Iterator[RedLine]:
    """Events that nobody or everybody has, and measures of one value, a line each."""
    red_lines: dict[str, list[str]] = {NOBODY: [], EVERYBODY: [], ONE_VALUE: [], COPIED: []}
    for name, records in derived.items():
        endpoint = study.trial.endpoints[name]
        for line, counted in _of_one_value(endpoint.kind, records):
            red_lines[line].append(f"{name} ({endpoint.label}; {counted})")
    for line, names in red_lines.items():
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            text = line.format(f"{', '.join(names[:NAMED])}{more}")
            yield RedLine("alike", "", None, text)


def _of_one_value(kind: str, records: Records) -> Iterator[tuple[str, str]]:
    if kind in BINARY:
        values = _numbers(records, "AVAL")
        yield from _events(values, bool_of=values == 1)
    elif kind in TIMES + INTERVALS + RECURRENT:
        values = _numbers(records, "CNSR")
        # Whoever has several records may have the event and be censored after it.
        whole = kind not in RECURRENT or not (values == 0).any()
        yield from _events(values, bool_of=values == 0) if whole else ()
    elif kind in SCORES:
        values = _numbers(records, "AVAL")
        if len(values) >= FEWEST and (values == values[0]).all():
            yield ONE_VALUE, f"{len(values)} values"
        elif patients := _copied(records):
            yield COPIED, f"{patients} patients"


def _copied(records: Records) -> int:
    """How many patients have several values that are all alike; 0 where one has others, or few."""
    values = records.columns["AVAL"].to_numpy(zero_copy_only=False).astype(float)
    known = ~np.isnan(values)
    subject, value = records.subject[known], values[known]
    order = np.argsort(subject, kind="stable")
    subject, value = subject[order], value[order]
    same = subject[1:] == subject[:-1]
    if (value[1:][same] != value[:-1][same]).any():
        return 0
    patients = len(np.unique(subject[1:][same]))
    return patients if patients >= FEWEST_PATIENTS else 0


def _events(values: np.ndarray, bool_of: np.ndarray) -> Iterator[tuple[str, str]]:
    if len(values) < FEWEST:
        return
    n = int(bool_of.sum())
    if n in (0, len(values)):
        yield (EVERYBODY if n else NOBODY), f"{n} of {len(values)}"


def _numbers(records: Records, column: str) -> np.ndarray:
    """The values that are there."""
    values: pa.Array = records.columns[column]
    return values.drop_null().cast("float64").to_numpy(zero_copy_only=False)
