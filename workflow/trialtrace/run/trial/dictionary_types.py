"""The columns, field types and validation types of REDCap's data dictionary."""

import datetime
from typing import Any

from trialtrace.base.errors import did_you_mean, one_of

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
TEXTS = ("alpha_only", "email", "phone", "postalcode_australia", "postalcode_canada", "zipcode")
_VALIDATIONS = (*NUMBERS, *DATES, *TEXTS)


def normalised() -> dict[str, str]:
    """Header in small letters, of either style, to our name of the column."""
    exported = {told.lower(): name for name, told in PARTS.items()}
    return exported | dict(zip(_API, PARTS, strict=True))


def kind_of(row: Any, field_type: str, validation: str) -> str:
    """text, number, number_comma, integer or date; "" with a mistake added to the row."""
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
    if validation in DATES:
        return "date"
    if validation and validation not in TEXTS:
        unsupported = validation.startswith(("datetime_", "time"))
        row.add(
            "validation",
            "times of day are not supported" if unsupported else "",
            found=f'"{validation}"',
            expected=one_of(_VALIDATIONS, 40),
            do=did_you_mean(validation, _VALIDATIONS),
        )
        return ""
    return "text"


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
            expected = "a date as 2026-11-20" if kind == "date" else "a number"
            return column, f'"{bound}"', expected
        read.append(value)
    if len(read) == 2 and read[0] > read[1]:
        return "minimum", f"{low}, which is above the maximum {high}", "a minimum below the maximum"
    return None


def _bound(kind: str, text: str) -> Any:
    try:
        if kind == "date":
            return datetime.date.fromisoformat(text)
        value = float(text.replace(",", ".") if kind == "number_comma" else text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
