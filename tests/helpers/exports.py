"""Exports of a made-up trial in every format that is read, and what can be wrong with them."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

from trialtrace.run.trial.dictionary import PARTS

PATIENTS = 12
WEEKS = (0, 4, 8)
LABELS = {
    "subjid": "Subject",
    "arm": "Randomised arm",
    "week": "Week of the visit",
    "weight": "Weight (kg)",
    "smoker": "Smoker",
}
ARMS = {1: "Placebo", 2: "Active"}


def frame() -> pd.DataFrame:
    """Three visits of each patient; 999 kg of one are a code."""
    rows = [
        {
            "subjid": f"P{patient:03}",
            "arm": 1 + patient % 2,
            "week": week,
            "weight": 999.0 if (patient, week) == (3, 4) else 50.5 + patient + week / 4,
            "smoker": patient % 3 // 2,
        }
        for patient in range(1, PATIENTS + 1)
        for week in WEEKS
    ]
    return pd.DataFrame(rows)


def text(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(table: pd.DataFrame) -> list[list[object]]:
    """The header and the rows."""
    return [list(table.columns), *table.values.tolist()]


def as_csv(path: Path) -> None:
    frame().to_csv(path, index=False)


def as_excel(path: Path) -> None:
    sheets(path, {"Visits": rows_of(frame())})


def sheets(path: Path, content: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook with these rows of cells, by sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in content.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def as_parquet(path: Path) -> None:
    frame().to_parquet(path, index=False)


def as_xpt(path: Path) -> None:
    pyreadstat.write_xport(frame(), path, column_labels=list(LABELS.values()), table_name="VISITS")


def as_spss(path: Path) -> None:
    pyreadstat.write_sav(
        frame(),
        path,
        column_labels=list(LABELS.values()),
        variable_value_labels={"arm": ARMS, "smoker": {0: "no", 1: "yes"}},
        missing_ranges={"weight": [999]},
    )


def as_stata(path: Path) -> None:
    pyreadstat.write_dta(
        frame(),
        path,
        column_labels=list(LABELS.values()),
        variable_value_labels={"arm": ARMS, "smoker": {0: "no", 1: "yes"}},
    )


WRITERS: dict[str, Callable[[Path], None]] = {
    ".csv": as_csv,
    ".xlsx": as_excel,
    ".parquet": as_parquet,
    ".xpt": as_xpt,
    ".sav": as_spss,
    ".dta": as_stata,
}


# The 18 columns of a data dictionary, of which most fields say these.
SAID = ("field_name", "form_name", "field_type", "label", "choices", "validation", "minimum")
SAID += ("maximum", "identifier")


def dictionary(*fields: Sequence[str]) -> str:
    """A REDCap data dictionary; each field by what `SAID` lists, as far as it is given."""
    rows = [list(PARTS.values())]
    for field in fields:
        given = dict(zip(SAID, field, strict=False))
        rows.append([given.get(part, "") for part in PARTS])
    return text(rows)


FIELDS = (
    ("record_id", "baseline", "text", "Record"),
    ("arm", "baseline", "radio", "Randomised arm", "1, Placebo | 2, Active"),
    ("age", "baseline", "text", "Age (years)", "", "integer", "18", "90"),
    ("born", "baseline", "text", "Born on", "", "date_dmy", "", "", "y"),
    ("drugs", "baseline", "checkbox", "Drugs before", "1, Aspirin | -9, Other"),
    ("diabetes", "baseline", "yesno", "Diabetes"),
    ("intro", "baseline", "descriptive", "Please fill in"),
    ("scan", "baseline", "file", "Scan of the form"),
    ("day", "visit", "text", "Day of the visit", "", "integer"),
    ("pain", "visit", "slider", "Pain", "none | | worst", "", "0", "100"),
)
HEADER = ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "arm", "age", "born")
HEADER += ("drugs___1", "drugs____9", "diabetes", "baseline_complete", "day", "pain")
HEADER += ("visit_complete",)


def records(patients: int = 10) -> list[list[str]]:
    """The raw rows of an export by `FIELDS`: one of the baseline, two of the repeating visit."""
    rows = [list(HEADER)]
    for number in range(1, patients + 1):
        born = f"1960-{number:02}-{number + 9:02}"
        drugs = [str(number % 2), str(number % 5 // 4)]
        base = [str(1 + number % 2), str(40 + number), born, *drugs, str(number % 3 // 2), "2"]
        rows.append([str(number), "", "", *base, "", "", ""])
        for visit in (1, 2):
            pain = str(10 * number - visit)
            rows.append([str(number), "visit", str(visit), *[""] * 7, str(7 * visit), pain, "2"])
    return rows


def labelled(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows as an export of labels has them."""
    words = {
        "arm": {"1": "Placebo", "2": "Active"},
        "diabetes": {"0": "No", "1": "Yes"},
        "drugs___1": {"0": "Unchecked", "1": "Checked"},
        "drugs____9": {"0": "Unchecked", "1": "Checked"},
        "baseline_complete": {"2": "Complete"},
        "visit_complete": {"2": "Complete"},
    }
    header, *body = rows
    return [
        list(header),
        *[
            [words.get(name, {}).get(cell, cell) for name, cell in zip(header, row, strict=True)]
            for row in body
        ],
    ]


DEFINE = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.0">
<Study OID="S"><MetaDataVersion OID="M" Name="made">
<ItemGroupDef OID="IG" Name="{name}" SASDatasetName="{name}">{references}</ItemGroupDef>
{items}{lists}
</MetaDataVersion></Study></ODM>
"""


def define(
    name: str,
    labels: Mapping[str, str],
    codes: Mapping[str, Mapping[str, str]],
    key: Sequence[str] = (),
    ranges: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """A Define-XML 2.0 of one data set; `ranges` has a number by comparator of a variable."""
    references, items, lists = [], [], []
    for variable, label in labels.items():
        at = f' KeySequence="{key.index(variable) + 1}"' if variable in key else ""
        references.append(f'<ItemRef ItemOID="IT.{variable}"{at}/>')
        listed = f'<CodeListRef CodeListOID="CL.{variable}"/>' if variable in codes else ""
        words = f"<Description><TranslatedText>{label}</TranslatedText></Description>"
        listed += "".join(
            f'<RangeCheck Comparator="{comparator}" SoftHard="Hard"><CheckValue>{value}'
            "</CheckValue></RangeCheck>"
            for comparator, value in (ranges or {}).get(variable, {}).items()
        )
        items.append(f'<ItemDef OID="IT.{variable}" Name="{variable}">{words}{listed}</ItemDef>')
    for variable, meanings in codes.items():
        entries = [
            f'<CodeListItem CodedValue="{code}"><Decode><TranslatedText>{meaning}'
            "</TranslatedText></Decode></CodeListItem>"
            for code, meaning in meanings.items()
        ]
        lists.append(f'<CodeList OID="CL.{variable}">{"".join(entries)}</CodeList>')
    return DEFINE.format(
        name=name, references="".join(references), items="".join(items), lists="".join(lists)
    )
