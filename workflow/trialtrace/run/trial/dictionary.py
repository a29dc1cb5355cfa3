"""Reads a data dictionary in REDCap's 18 columns, as exported or as its API gives it: its columns,
field types and validation types.

A form is a clean table. Every mistake is gathered with the line on which its record starts.
"""

import csv
import datetime
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialtrace.base.errors import Problem, Problems, ProblemsError, did_you_mean, located, one_of
from trialtrace.base.paths import Project
from trialtrace.run.trial.model import Variable

# Our name of each column, and its header in REDCap's export.
PARTS = {
    "field_name": "Variable / Field Name",
    "form_name": "Form Name",
    "section": "Section Header",
    "field_type": "Field Type",
    "label": "Field Label",
    "choices": "Choices, Calculations, OR Slider Labels",
    "note": "Field Note",
    "validation": "Text Validation Type OR Show Slider Number",
    "minimum": "Text Validation Min",
    "maximum": "Text Validation Max",
    "identifier": "Identifier?",
    "branching": "Branching Logic (Show field only if...)",
    "required": "Required Field?",
    "alignment": "Custom Alignment",
    "question": "Question Number (surveys only)",
    "matrix": "Matrix Group Name",
    "ranking": "Matrix Ranking?",
    "annotation": "Field Annotation",
}
_API = [
    "field_name",
    "form_name",
    "section_header",
    "field_type",
    "field_label",
    "select_choices_or_calculations",
    "field_note",
    "text_validation_type_or_show_slider_number",
    "text_validation_min",
    "text_validation_max",
    "identifier",
    "branching_logic",
    "required_field",
    "custom_alignment",
    "question_number",
    "matrix_group_name",
    "matrix_ranking",
    "field_annotation",
]

FIXED_CHOICES = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
    "checkbox": {"0": "Unchecked", "1": "Checked"},
}
NO_DATA = ("descriptive",)
UNSUPPORTED = {
    "file": "leave the row out and name the column under `ignore` in cleaning.yaml",
    "sql": "write it as a radio field with its choices",
}

NUMBERS = {"integer": "integer", "number": "number", "number_comma_decimal": "number_comma"}
NUMBERS |= {f"number_{n}dp": "number" for n in range(1, 5)}
NUMBERS |= {f"number_{n}dp_comma_decimal": "number_comma" for n in range(1, 5)}
DATES = ("date_ymd", "date_dmy", "date_mdy")
DATETIMES = tuple(f"datetime_{part}{one[5:]}" for part in ("", "seconds_") for one in DATES)
CLOCKS = ("time", "time_hh_mm_ss")
# How a duration is written. REDCap has minutes and seconds alone; the others are our own.
DURATIONS = {
    "time_mm_ss": "mm:ss",
    "duration_mm_ss": "mm:ss",
    "duration_hh_mm": "hh:mm",
    "duration_hh_mm_ss": "hh:mm:ss",
}
TEXTS = ("alpha_only", "email", "phone", "postalcode_australia", "postalcode_canada", "zipcode")
_OF_TIME = {"date": DATES, "datetime": DATETIMES, "time": CLOCKS, "duration": DURATIONS}
_VALIDATIONS = (*NUMBERS, *DATES, *DATETIMES, *CLOCKS, *DURATIONS, *TEXTS)


def normalised() -> dict[str, str]:
    """Header in small letters, of either style, to our name of the column."""
    exported = {told.lower(): name for name, told in PARTS.items()}
    return exported | dict(zip(_API, PARTS, strict=True))


def kind_of(row: Any, field_type: str, validation: str) -> str:
    """text, number, number_comma, integer, date, datetime, time or duration; "" with a mistake
    added to the row."""
    if field_type == "calc":
        return "number"
    if field_type == "slider":
        return "integer"
    if field_type != "text":
        if validation:
            found = f'"{validation}" on a {field_type} field'
            row.add("validation", found=found, expected="nothing; only text fields are validated")
        return "text"
    if validation in NUMBERS:
        return NUMBERS[validation]
    for kind, known in _OF_TIME.items():
        if validation in known:
            return kind
    if validation and validation not in TEXTS:
        row.add(
            "validation",
            found=f'"{validation}"',
            expected=one_of(_VALIDATIONS, 60),
            do=did_you_mean(validation, _VALIDATIONS),
        )
        return ""
    return "text"


BOUNDS = {
    "date": "a date as 2026-11-20",
    "datetime": "a date and time as 2026-11-20 14:30",
    "time": "a time of day as 14:30",
    "duration": "a duration as 12:30",
}


def bounds_problem(kind: str, low: str | None, high: str | None) -> tuple[str, str, str] | None:
    """(column, found, expected) where a minimum or maximum is none."""
    read = []
    for column, bound in (("minimum", low), ("maximum", high)):
        if bound is None or not kind:
            continue
        if kind == "text":
            return column, f'"{bound}" on a field of text', "nothing, or a validation type"
        value = _bound(kind, bound)
        if value is None:
            return column, f'"{bound}"', BOUNDS.get(kind, "a number")
        read.append(value)
    if len(read) == 2 and read[0] > read[1]:
        return "minimum", f"{low}, which is above the maximum {high}", "a minimum below the maximum"
    return None


def _bound(kind: str, text: str) -> Any:
    try:
        if kind == "date":
            return datetime.date.fromisoformat(text)
        if kind == "datetime":
            return datetime.datetime.fromisoformat(text)
        if kind == "time":
            return datetime.time.fromisoformat(text)
        if kind == "duration":
            return seconds_of(text)
        value = float(text.replace(",", ".") if kind == "number_comma" else text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def seconds_of(text: str) -> float:
    """The seconds of "mm:ss" or "hh:mm:ss"; only to order bounds that are written alike.

    Raises ValueError for another text.
    """
    parts = [float(part) for part in text.split(":")]
    if len(parts) not in (2, 3):
        raise ValueError
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


class Tables(dict[str, dict[str, Variable]]):
    """The variables of each form, by their names."""

    # API names of the columns, in the order of the file.
    columns: Sequence[str] = ()

    def place(self, shown: str, line: int, column: str) -> str:
        """A cell, by the number of its column in this file and its name."""
        number = self.columns.index(column) + 1 if column in self.columns else 1
        return located(shown, line, number, f"column {PARTS[column]}")


_FIELD = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,98}[^\s\x00-\x1f])?")
_FORM = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = ("not", "source_file", "source_row")
_TYPES = ("text", "notes", "calc", "radio", "dropdown", "checkbox", "yesno", "truefalse", "slider")


def read_dictionary(at: Project, path: Path) -> Tables:
    """table -> column -> variable. Raises UserError with every mistake of the file."""
    tables, problems = check_dictionary(at, path)
    if problems:
        raise ProblemsError(problems)
    return tables


def check_dictionary(at: Project, path: Path) -> tuple[Tables, list[Problem]]:
    """What could be read of a dictionary, and what is wrong with it."""
    problems = Problems()
    tables = Tables()
    text = _text(at.shown(path), path, problems)
    if text is None:
        return tables, problems.found
    lines = _Lines(text.splitlines(keepends=True))
    reader = csv.reader(lines, strict=True)
    columns: list[str] | None = None
    try:
        for cells in reader:
            line = lines.start
            lines.start = lines.read + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _header(at.shown(path), cells, problems)
                if columns is None:
                    return tables, problems.found
                tables.columns = columns
                continue
            _row(_Row(at.shown(path), line, tables, problems), cells)
    except csv.Error as error:
        problems.add(located(at.shown(path), lines.start, 1), f"this is not CSV: {error}")
    if columns is None:
        problems.add(at.shown(path), found="an empty file", expected="a header and its rows")
    elif not tables and not problems.found:
        problems.add(at.shown(path), found="no variable", expected="a row for every variable")
    return tables, problems.found


class _Lines:
    """Lines for the CSV reader, with the line on which the present record starts."""

    def __init__(self, lines: list[str]):
        self.lines = iter(lines)
        self.read = 0
        self.start = 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.read += 1
        return line


@dataclass(frozen=True)
class _Row:
    """A row of the dictionary, with what it takes to tell a mistake in it."""

    shown: str
    line: int
    tables: Tables
    problems: Problems

    def add(self, column: str, message: str = "", **details: str | None) -> None:
        place = self.tables.place(self.shown, self.line, column)
        self.problems.add(place, message, **details)


def _text(text: str, path: Path, problems: Problems) -> str | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        problems.add(
            text, "this file is not there", do="export the dictionary from REDCap or write it"
        )
        return None
    except OSError as error:
        problems.add(text, f"cannot be read: {error.strerror}")
        return None
    try:
        # newline="" keeps a line break inside a cell as it stands.
        return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="").read()
    except UnicodeDecodeError:
        place = located(text, *_first_bad_cell(data))
        do = 'save it again as "CSV UTF-8"'
        problems.add(place, found="bytes that are not UTF-8", expected="a CSV file in UTF-8", do=do)
        return None


def _first_bad_cell(data: bytes) -> tuple[int, int]:
    """Its line and its column, as commas part them."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            return number, line.count(b",", 0, error.start) + 1
    return 1, 1


def _header(text: str, cells: list[str], problems: Problems) -> list[str] | None:
    """The API name of every column in the order of the file, or None if one is missing."""
    place = located(text, 1, 1)
    if len(cells) == 1 and ";" in cells[0]:
        problems.add(place, found="semicolons between the cells", expected="commas")
        return None
    known = normalised()
    names = [known.get(" ".join(cell.split()).lower(), "") for cell in cells]
    for number, (cell, name) in enumerate(zip(cells, names, strict=True), 1):
        if not name:
            near = did_you_mean(cell, PARTS.values())
            own = located(text, 1, number)
            problems.add(own, found=f'the column "{cell}"', expected="REDCap's columns", do=near)
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        second = located(text, 1, names.index(name, names.index(name) + 1) + 1)
        problems.add(
            second, found=f'the column "{PARTS[name]}" twice', expected="every column once"
        )
    missing = [told for name, told in PARTS.items() if name not in names]
    if missing:
        found = f"no column {one_of([repr(told) for told in missing], 18)}"
        problems.add(place, found=found, expected="the 18 columns of REDCap's data dictionary")
    return None if problems.found else names


def _row(row: _Row, cells: list[str]) -> None:
    tables, columns = row.tables, row.tables.columns
    if len(cells) != len(columns):
        row.problems.add(
            located(row.shown, row.line, min(len(cells), len(columns)) + 1),
            found=f"{len(cells)} cells",
            expected=f"{len(columns)} cells, as in the header",
            do="look for a comma outside quotes",
        )
        return
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    before = len(row.problems.found)
    name, form, kind = given["field_name"], given["form_name"], given["field_type"]
    _check_names(row, name, form, tables)
    if kind in NO_DATA:
        return
    named = len(row.problems.found) == before
    if kind in UNSUPPORTED:
        row.add("field_type", f"the field type {kind} is not supported", do=UNSUPPORTED[kind])
    elif kind not in _TYPES:
        near = did_you_mean(kind, _TYPES)
        row.add("field_type", found=f'"{kind}"', expected=one_of(_TYPES), do=near)
    made = _variables(row, given) if len(row.problems.found) == before else []
    if len(row.problems.found) > before and named:
        made = [_unread(given, row.line)]
    for variable in made:
        tables.setdefault(form, {})[variable.name] = variable


def is_field(name: str) -> bool:
    """Whether a column of this name can stand in a dictionary."""
    return _FIELD.fullmatch(name) is not None and name not in _TAKEN


def _check_names(row: _Row, name: str, form: str, tables: Tables) -> None:
    if not _FORM.fullmatch(form):
        expected = "the name of a clean table: small letters, digits and _"
        row.add("form_name", found=f'"{form}"', expected=expected)
    if not _FIELD.fullmatch(name):
        row.add("field_name", found=f'"{name}"', expected="the name of a column, one line")
    elif name in _TAKEN:
        row.add("field_name", found=f'"{name}", a word of trialtrace', expected="another name")
    elif name in tables.get(form, {}):
        first = tables[form][name].row
        found = f'"{name}", which stands already in line {first}'
        row.add("field_name", found=found, expected=f"every variable once in the form {form}")


def _variables(row: _Row, texts: dict[str, str]) -> list[Variable]:
    """The columns that a field has in an export: one, or for checkboxes one a choice."""
    field_type = texts["field_type"]
    kind = kind_of(row, field_type, texts["validation"])
    low, high = texts["minimum"] or None, texts["maximum"] or None
    problem = bounds_problem(kind, low, high)
    if problem:
        row.add(*problem[:1], found=problem[1], expected=problem[2])
    required, identifier = (_yes(row, texts, part) for part in ("required", "identifier"))
    choices = dict(FIXED_CHOICES.get(field_type, {}))
    if field_type in ("radio", "dropdown", "checkbox"):
        choices = _choices(row, texts["choices"])
    variable = Variable(
        name=texts["field_name"],
        table=texts["form_name"],
        kind=kind.removesuffix("_comma").replace("duration", "number"),
        label=texts["label"],
        choices=choices,
        minimum=low,
        maximum=high,
        required=required,
        identifier=identifier,
        note=texts["note"],
        date_order=texts["validation"][-3:] if kind in ("date", "datetime") else None,
        row=row.line,
        decimal="," if kind == "number_comma" else ".",
        branching=texts["branching"],
        duration=DURATIONS.get(texts["validation"], "") if kind == "duration" else "",
        decimals=_decimals(texts["validation"]),
    )
    return _checkbox(variable) if field_type == "checkbox" else [variable]


def _decimals(validation: str) -> int | None:
    """How many decimals a validation type demands: number_3dp."""
    found = re.fullmatch(r"number_(\d)dp(_comma_decimal)?", validation)
    return int(found[1]) if found else None


def _unread(texts: dict[str, str], line: int) -> Variable:
    """A variable whose row is wrong: known by its name, of no kind."""
    name, form = texts["field_name"], texts["form_name"]
    return Variable(name, form, "", name, row=line)


def _checkbox(whole: Variable) -> list[Variable]:
    """REDCap exports a checkbox as columns field___code that hold 0 or 1."""
    from dataclasses import replace

    return [
        replace(
            whole,
            name=f"{whole.name}___{code.lower().replace('-', '_')}",
            label=f"{whole.label}: {label}",
            choices=FIXED_CHOICES["checkbox"],
        )
        for code, label in whole.choices.items()
    ]


def _yes(row: _Row, texts: dict[str, str], text: str) -> bool:
    if texts[text].lower() not in ("", "y"):
        row.add(text, found=f'"{texts[text]}"', expected="y, or nothing")
    return texts[text].lower() == "y"


def _choices(row: _Row, text: str) -> dict[str, str]:
    """ "1, Yes | 0, No" as {"1": "Yes", "0": "No"}."""
    choices: dict[str, str] = {}
    if not text:
        row.add("choices", found="nothing", expected='choices, such as "1, Yes | 0, No"')
        return choices
    for entry in text.split("|"):
        code, comma, label = (part.strip() for part in entry.partition(","))
        if not comma or not code or not label:
            row.add("choices", found=f'"{entry.strip()}"', expected='"code, label" between |')
        elif code in choices:
            row.add("choices", found=f'the code "{code}" twice', expected="every code once")
        else:
            choices[code] = label
    return choices
