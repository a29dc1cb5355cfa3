"""A run's data sets in the forms that another program reads: as ADaM, or as CSV.

ADaM are the derived data sets as SAS transport files (XPT, version 5) beside a define.xml, with
names, labels, keys and codes of their columns. CSV R and every other program reads.
"""

import hmac
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from trialtrace.base.errors import UserError
from trialtrace.base.words import upper_first
from trialtrace.run.tables.canonical import column_text, csv_bytes
from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, DERIVED, OCCDS, Contract, read_table
from trialtrace.run.trial.hash_key import read_hash_key
from trialtrace.run.trial.load import Trial, load_settings
from trialtrace.run.trial.model import Variable, adsl_code

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LONGEST_LABEL = 40
CUT = "..."
YES = {"Y": "Yes", "N": "No"}
# Hexadecimal digits of a patient's hash: two of 100,000 share one in 1 of 4,000,000,000 trials.
HASHED = 16
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
DATASETS = (
    ("ADSL", "Subject-Level Analysis Dataset", "SUBJECT LEVEL ANALYSIS DATASET", "adsl", ADSL),
    ("ADBDS", "Values by Subject and Parameter", "BASIC DATA STRUCTURE", "bds", BDS),
    ("ADTTE", "Times to Events", "BASIC DATA STRUCTURE", "adtte", ADTTE),
    ("ADOCCDS", "Occurrences", "OCCURRENCE DATA STRUCTURE", "occds", OCCDS),
)


def datasets(trial: Trial) -> tuple[Dataset, ...]:
    """The data sets of the trial's last run that have a row. Raises UserError where it has none."""
    return tuple(_read(trial))


def _read(trial: Trial) -> Iterator[Dataset]:
    for name, label, kind, file, contract in DATASETS:
        table = _table(trial, file, contract)
        if not table.num_rows:
            continue
        columns = tuple(_column(trial, column, table, contract) for column in table.column_names)
        yield Dataset(
            name, label, kind, upper_first(contract.row.partition(";")[0]), table.num_rows, columns
        )


def _table(trial: Trial, name: str, contract: Contract) -> "pa.Table":
    """A derived data set, with keyed hashes in place of what the dictionary calls identifiers.

    Raises UserError where these are asked for and there is no key.
    """
    table = read_table(trial.at.results / trial.name / "derived" / f"{name}.parquet", contract)
    of = trial.subjects.table
    variable = trial.dictionary.get(of, {}).get(trial.tables[of].subject)
    if not trial.private or variable is None or not variable.identifier:
        return table
    key = read_hash_key(trial.at, load_settings(trial.at).hash_key)
    if key is None:
        raise UserError(
            f"{trial.name}: {variable.name}",
            found="an identifier by dictionary.csv, and no hash_key in config.yaml",
            expected="a key, by whose hashes the data tell patients apart",
        )
    for column in ("USUBJID", "SUBJID"):
        if column in table.column_names:
            hashes = [_hashed(key, value) for value in table[column].to_pylist()]
            table = table.set_column(table.column_names.index(column), column, [hashes])
    return table.sort_by([(column, "ascending") for column in contract.key])


def _hashed(key: bytes, identifier: str) -> str:
    return hmac.digest(key, f"subject\n{identifier}".encode(), "sha256").hex()[:HASHED]


# What is imputed of a date or time (ADaM Implementation Guide 1.3, section 3.1.3), by the end of
# the name of the flag.
IMPUTED = {
    "DTF": ("Date Imputation Flag", {"D": "Day imputed", "M": "Month and day imputed"}),
    "TMF": ("Time Imputation Flag", {"H": "Time of day imputed"}),
}


def _column(trial: Trial, name: str, table: "pa.Table", contract: Contract) -> Column:
    means = {column.name: (column.means, column.required) for column in contract.columns}
    key = contract.key.index(name) + 1 if name in contract.key else None
    values = table[name]
    if name in means:
        label, required = means[name]
        codes = _own_codes(trial, name)
        return Column(name, upper_first(label), values, codes, key, required=required)
    for flagged in trial.populations.values():
        if flagged.flag == name:
            return Column(name, flagged.label, values, YES, key)
    if (variable := _variable(trial, name)) is not None:
        origin = f"{variable.table}.{variable.name}"
        # ADSL holds the labels of the dictionary's choices, not their codes.
        codes = {label: label for label in variable.choices.values()}
        return Column(name, variable.label, values, codes, key, origin)
    label, flags = IMPUTED.get(name[-3:], (name, {}))
    return Column(name, label, values, flags, key)


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


# The transport files.

LONGEST_TEXT = 200
# A transport file tells in its first records when it was made. The same data gives the same file:
# what stands there is the day from which SAS counts.
_WHEN = re.compile(rb"\d{2}[A-Z]{3}\d{2}:\d{2}:\d{2}:\d{2}")
_FIRST_DAY = date(1960, 1, 1)
_NEVER = b"01JAN60:00:00:00"
_HEADERS = 80 * 8


def adam_files(trial: Trial) -> dict[str, bytes]:
    """The files by name: one a data set, and define.xml, which describes them."""
    made = datasets(trial)
    files = {f"{dataset.name.lower()}.xpt": _transport(dataset) for dataset in made}
    return files | {"define.xml": define_xml(trial, made)}


def _transport(dataset: Dataset) -> bytes:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({column.name: _cells(dataset, column) for column in dataset.columns})
    formats = ((column.name, _format(column)) for column in dataset.columns)
    dates = {name: shown for name, shown in formats if shown}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.xpt"
        pyreadstat.write_xport(
            frame,
            path,
            file_label=dataset.label,
            column_labels=[column.short_label for column in dataset.columns],
            table_name=dataset.name,
            file_format_version=5,
            variable_format=dates,
        )
        data = path.read_bytes()
    return _WHEN.sub(_NEVER, data[:_HEADERS]) + data[_HEADERS:]


# A type of time -> its format in SAS, which has each as a number: of days since 1960, of seconds.
_FORMATS = {"date": "DATE9.", "timestamp": "DATETIME19.", "time64": "TIME8."}


def _format(column: Column) -> str:
    return _FORMATS.get(re.split(r"\W|(?<=date)\d", str(column.values.type))[0], "")


def _cells(dataset: Dataset, column: Column) -> "pd.Series":
    import pandas as pd

    values = column.values.to_pylist()
    if _format(column):
        return pd.Series([_in_sas(value) for value in values], dtype=float)
    if str(column.values.type) != "string":
        return pd.Series(values, dtype=float)
    longest = max((len((value or "").encode()) for value in values), default=0)
    if longest > LONGEST_TEXT:
        raise UserError(
            f"{dataset.name}: {column.name}",
            found=f"a text of {longest} bytes",
            expected=f"at most {LONGEST_TEXT}, which is all that a transport file can hold",
            do="shorten the label or the value in the configuration",
        )
    # A null would be read as the text "nan"; a transport file has blanks for it.
    return pd.Series([value or "" for value in values], dtype=object)


def _in_sas(value: date | datetime | time | None) -> float | None:
    """A date as the days, a moment as the seconds since 1960, a time of day as its seconds."""
    if isinstance(value, datetime):
        return (value - datetime.combine(_FIRST_DAY, time())).total_seconds()
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second
    return None if value is None else (value - _FIRST_DAY).days


# Define-XML 2.1: what the data sets hold. After CDISC Define-XML 2.1, chapters 4 and 5: data sets
# (ItemGroupDef), variables (ItemDef), code lists, in the order in which the standard asks for them.

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
# The same input gives the same bytes: no file says when it was written.
_NEVER_WRITTEN = "1960-01-01T00:00:00"
_STANDARD = "STD.ADAM"


def define_xml(trial: Trial, datasets: Iterable[Dataset]) -> bytes:
    """The document, as UTF-8."""
    for prefix, uri in (("", ODM), ("def", DEF), ("xlink", XLINK)):
        ET.register_namespace(prefix, uri)
    sets = list(datasets)
    root = _element(
        "ODM",
        FileType="Snapshot",
        FileOID=f"DEF.{trial.name}",
        ODMVersion="1.3.2",
        CreationDateTime=_NEVER_WRITTEN,
        Originator="trialtrace",
    )
    root.set(f"{{{DEF}}}Context", "Other")
    study = _element("Study", root, OID=f"STUDY.{trial.name}")
    about = _element("GlobalVariables", study)
    _element("StudyName", about).text = trial.name
    _element("StudyDescription", about).text = trial.title
    _element("ProtocolName", about).text = trial.registration or trial.name
    version = _element("MetaDataVersion", study, OID=f"MDV.{trial.name}", Name=trial.title)
    version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
    standards = ET.SubElement(version, f"{{{DEF}}}Standards")
    ET.SubElement(
        standards,
        f"{{{DEF}}}Standard",
        {"OID": _STANDARD, "Name": "ADaMIG", "Type": "IG", "Version": "1.3", "Status": "Final"},
    )
    for each in sets:
        _group(version, each)
    for each in sets:
        for column in each.columns:
            _item(version, each, column)
    for each in sets:
        for column in each.columns:
            if column.codes:
                _code_list(version, each, column)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _element(name: str, parent: ET.Element | None = None, **attributes: str) -> ET.Element:
    tag = f"{{{ODM}}}{name}"
    if parent is None:
        return ET.Element(tag, attributes)
    return ET.SubElement(parent, tag, attributes)


def _describe(parent: ET.Element, words: str, name: str = "Description") -> None:
    text = _element("TranslatedText", _element(name, parent))
    text.set(f"{{{XML}}}lang", "en")
    text.text = words


def _group(version: ET.Element, dataset: Dataset) -> None:
    group = _element(
        "ItemGroupDef",
        version,
        OID=f"IG.{dataset.name}",
        Name=dataset.name,
        Repeating="No" if dataset.name == "ADSL" else "Yes",
        IsReferenceData="No",
        SASDatasetName=dataset.name,
        Purpose="Analysis",
    )
    group.set(f"{{{DEF}}}Structure", dataset.structure)
    group.set(f"{{{DEF}}}StandardOID", _STANDARD)
    group.set(f"{{{DEF}}}ArchiveLocationID", f"LF.{dataset.name}")
    _describe(group, dataset.label)
    for order, column in enumerate(dataset.columns, start=1):
        reference = _element(
            "ItemRef",
            group,
            ItemOID=_item_name(dataset, column),
            OrderNumber=str(order),
            Mandatory="Yes" if column.required else "No",
        )
        if column.key:
            reference.set("KeySequence", str(column.key))
    ET.SubElement(group, f"{{{DEF}}}Class", {"Name": dataset.kind})
    leaf = ET.SubElement(group, f"{{{DEF}}}leaf", {"ID": f"LF.{dataset.name}"})
    leaf.set(f"{{{XLINK}}}href", f"{dataset.name.lower()}.xpt")
    ET.SubElement(leaf, f"{{{DEF}}}title").text = f"{dataset.name.lower()}.xpt"


def _item_name(dataset: Dataset, column: Column) -> str:
    return f"IT.{dataset.name}.{column.name}"


def _item(version: ET.Element, dataset: Dataset, column: Column) -> None:
    kind = str(column.values.type)
    item = _element("ItemDef", version, OID=_item_name(dataset, column), Name=column.name)
    item.set("DataType", _data_type(kind))
    if kind == "string":
        longest = max(len((value or "").encode()) for value in column.values.to_pylist())
        item.set("Length", str(max(longest, 1)))
    elif not _format(column):
        item.set("Length", "8")
    item.set("SASFieldName", column.name)
    if shown := _format(column):
        item.set(f"{{{DEF}}}DisplayFormat", shown)
    _describe(item, column.label)
    if column.codes:
        _element("CodeListRef", item, CodeListOID=_list_name(dataset, column))
    origin = ET.SubElement(item, f"{{{DEF}}}Origin")
    origin.set("Type", "Predecessor" if column.origin else "Derived")
    if column.origin:
        _describe(origin, column.origin)
    else:
        origin.set("Source", "Sponsor")


def _data_type(kind: str) -> str:
    """The type in Define-XML; a date is a SAS number with a format."""
    types = {"string": "text", "int64": "integer"}
    return types.get(kind, "integer" if kind.startswith(tuple(_FORMATS)) else "float")


def _list_name(dataset: Dataset, column: Column) -> str:
    return f"CL.{dataset.name}.{column.name}"


def _code_list(version: ET.Element, dataset: Dataset, column: Column) -> None:
    codes = _element(
        "CodeList",
        version,
        OID=_list_name(dataset, column),
        Name=f"{dataset.name} {column.name}",
        DataType="text",
    )
    for code, label in column.codes.items():
        _describe(_element("CodeListItem", codes, CodedValue=code), label, "Decode")


def csv_files(trial: Trial) -> dict[str, bytes]:
    """The files by name: of each data set that has a row; a missing value is an empty cell.

    Raises UserError where the trial has not run.
    """
    return dict(csv_tables((name, _table(trial, name, of)) for name, of in DERIVED.items()))


def csv_tables(tables: "Iterable[tuple[str, pa.Table]]") -> Iterator[tuple[str, bytes]]:
    """Name and content of a file for each table that has a row."""
    for name, table in tables:
        if not table.num_rows:
            continue
        for position, column in enumerate(table.column_names):
            text = column_text(table[column].combine_chunks(), f"{name}.{column}")
            table = table.set_column(position, column, text)
        yield f"{name}.csv", csv_bytes(table)
