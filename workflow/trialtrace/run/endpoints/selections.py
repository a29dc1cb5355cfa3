"""Who and which rows are chosen by what came after randomisation; populations that lack some.

A reader takes a population for what its label says, and rows for all there are. Lines of counts and
configured words; populations that an endpoint chooses have it in their label too (`Outcomes`).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Flags
from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.endpoints.known import planned_arms
from trialtrace.run.endpoints.study import Study, met_rows
from trialtrace.run.integrity.read import entry_column
from trialtrace.run.tables.conditions import columns_of, tests_of
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.label_words import means_everybody, means_missing
from trialtrace.run.trial.model import Condition
from trialtrace.run.trial.outcomes import CHOSEN, Outcomes
from trialtrace.run.trial.study.populations import Population


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
    """Where the label says everybody, and some with an arm are left out."""
    label = population.label.partition(CHOSEN)[0]
    arms = planned_arms(study)
    if population.flag not in study.adsl.columns or not means_everybody(label, population.flag):
        return
    out = np.array(study.adsl.columns[population.flag].to_pylist(), dtype=object) != "Y"
    randomised = np.any([*arms.values(), np.zeros(study.size, dtype=bool)], axis=0)
    if not (out & randomised).any():
        return
    labels = study.trial.design.arms
    by_arm = [f"{labels[arm].label} {_of(out, mask)}" for arm, mask in arms.items()]
    text = f"Population {population.name} is labelled “{label}” (flag {population.flag}), and "
    text += f"trial.yaml, populations.{population.name}, leaves out {_of(out, randomised)} "
    text += f"patients with an arm: {', '.join(by_arm)}. Label it by whom it holds, or take out "
    yield RedLine("population_short", study.trial.subjects.table, None, f"{text}the condition.")


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
    since = _days(rows.column(entry[1]))
    for name in named:
        dated = name != entry[1] and name in rows.rows.column_names
        if not dated or outcomes.taken_from((rows.name, name)) or not _is_date(rows.column(name)):
            continue
        after = _days(rows.column(name)) - since
        known = ~np.isnan(after)
        if (after[known] > 0).sum() > known.sum() / 2:
            text = f"Population {population.name} ({population.label}) is chosen by {name} "
            text += f"(trial.yaml, populations.{population.name}), whose dates are after {entry[1]}"
            text += f", the day of entry, for {_of(after > 0, known)} patients: it is chosen after "
            text += "randomisation, and its arms are not as they were randomised."
            yield RedLine("population_chosen", rows.name, name, text)


def _is_date(values: pa.Array) -> bool:
    return pa.types.is_date(values.type)


def _days(values: pa.Array) -> np.ndarray:
    days = values.cast("int32").cast("float64")
    return np.asarray(days.to_numpy(zero_copy_only=False), dtype=float)


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
