"""The derived data sets of a run as ADaM has them: names, labels, keys, codes of their columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, OCCDS, Contract, read_table
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable, adsl_code

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_LABEL = 40
CUT = "..."
YES = {"Y": "Yes", "N": "No"}
SEXES = {"F": "Female", "M": "Male", "U": "Unknown"}


@dataclass(frozen=True)
class Column:
    """A variable of a data set. `codes` are its values with their meaning, where it has a list.

    `label` is whole; a transport file holds 40 bytes of it. `origin` is where it comes from in the
    export, empty where it is derived.
    """

    name: str
    label: str
    values: "pa.ChunkedArray"
    codes: dict[str, str]
    key: int | None
    origin: str = ""
    required: bool = False

    @property
    def short_label(self) -> str:
        """The label in 40 bytes, without half a character at its end."""
        whole = self.label.encode()
        if len(whole) <= LONGEST_LABEL:
            return self.label
        return whole[: LONGEST_LABEL - len(CUT)].decode(errors="ignore").rstrip() + CUT


@dataclass(frozen=True)
class Dataset:
    """A data set: its name in ADaM, what it is, what a row is, and its columns."""

    name: str
    label: str
    kind: str
    structure: str
    rows: int
    columns: tuple[Column, ...]


# Name, label, class of ADaM, file of the run, contract.
_DATASETS = (
    ("ADSL", "Subject-Level Analysis Dataset", "SUBJECT LEVEL ANALYSIS DATASET", "adsl", ADSL),
    ("ADBDS", "Values by Subject and Parameter", "BASIC DATA STRUCTURE", "bds", BDS),
    ("ADTTE", "Times to Events", "BASIC DATA STRUCTURE", "adtte", ADTTE),
    ("ADOCCDS", "Occurrences", "OCCURRENCE DATA STRUCTURE", "occds", OCCDS),
)


def datasets(trial: Trial) -> tuple[Dataset, ...]:
    """The data sets of the trial's last run that have a row. Raises UserError where it has none."""
    return tuple(_read(trial))


def _read(trial: Trial) -> Iterator[Dataset]:
    folder = trial.at.results / trial.name / "derived"
    for name, label, kind, file, contract in _DATASETS:
        table = read_table(folder / f"{file}.parquet", contract)
        if not table.num_rows:
            continue
        columns = tuple(_column(trial, column, table, contract) for column in table.column_names)
        yield Dataset(
            name, label, kind, _sentence(contract.row.partition(";")[0]), table.num_rows, columns
        )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _column(trial: Trial, name: str, table: "pa.Table", contract: Contract) -> Column:
    means = {column.name: (column.means, column.required) for column in contract.columns}
    key = contract.key.index(name) + 1 if name in contract.key else None
    values = table[name]
    if name in means:
        label, required = means[name]
        codes = _own_codes(trial, name)
        return Column(name, _sentence(label), values, codes, key, required=required)
    for flagged in trial.populations.values():
        if flagged.flag == name:
            return Column(name, flagged.label, values, YES, key)
    if (variable := _variable(trial, name)) is not None:
        origin = f"{variable.table}.{variable.name}"
        # ADSL holds the labels of the dictionary's choices, not their codes.
        codes = {label: label for label in variable.choices.values()}
        return Column(name, variable.label, values, codes, key, origin)
    return Column(name, name, values, {}, key)


def _own_codes(trial: Trial, name: str) -> dict[str, str]:
    """The codes of a column that every trial has."""
    if name in ("TRT01P", "TRTP"):
        return {arm.name: arm.label for arm in trial.design.arms.values()}
    if name == "PARAMCD":
        return {endpoint.code: endpoint.label for endpoint in trial.endpoints.values()}
    if name == "SEX":
        return SEXES
    return YES if name.endswith("FL") else {}


def _variable(trial: Trial, code: str) -> Variable | None:
    """The variable of the dictionary behind a further column of ADSL, where it is one."""
    named = (name for name in trial.subjects.variables if adsl_code(name) == code)
    return trial.subjects.described(next(named, ""), trial.dictionary)
