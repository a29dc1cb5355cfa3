"""A REDCap export beside its data dictionary: what each column is by its field.

Rows of the dictionary that a run could not use are read all the same: what a draft needs is what
they say. A dictionary that describes no column of the data belongs to other data, and is an error.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.described import Described
from trialtrace.run.drafting.keys import names_subject
from trialtrace.run.drafting.places import name_of
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.sources.files import contents
from trialtrace.run.trial.dictionary import (
    DATES,
    FIXED_CHOICES,
    NO_DATA,
    NUMBERS,
    PARTS,
    TEXTS,
    UNSUPPORTED,
    normalised,
)

# Of the 18 columns, those without which a header is no dictionary's.
TELLING = ("field_name", "form_name", "field_type")
HEAD = 4096
BY = "The data dictionary"
EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
OWN = {
    EVENT: "Event",
    INSTRUMENT: "Repeat instrument",
    INSTANCE: "Repeat instance",
    "redcap_data_access_group": "Data access group",
    "redcap_survey_identifier": "Survey identifier",
}
COMPLETE = (("0", "Incomplete"), ("1", "Unverified"), ("2", "Complete"))
WIDEST = ("datetime_seconds_", "datetime_")


# The parts of an event that each arm has under a name of its own: week_4_arm_1, week_4_arm_2.
PART_OF_EVENT, ARM_OF_EVENT, BETWEEN = "redcap_event", "redcap_arm", "_arm_"
OF_EVENTS = {
    PART_OF_EVENT: Described(by="REDCap", label="Event without its arm"),
    ARM_OF_EVENT: Described(by="REDCap", label="Arm of the event"),
}


@dataclass(frozen=True)
class Dictionary:
    """The fields of a project in their order, each a row by our names of the 18 columns."""

    shown: str
    fields: tuple[Mapping[str, str], ...]


def is_dictionary(path: Path) -> bool:
    """Whether a text begins with the header of a data dictionary."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except (OSError, ValueError):
        return False
    if b"\0" in head:
        return False
    text = io.StringIO(head.decode("utf-8-sig", "replace"), newline="")
    try:
        first = next(csv.reader(text), [])
    except csv.Error:
        return False
    return set(TELLING) <= set(_names(first))


def _names(header: Sequence[str]) -> list[str]:
    known = normalised()
    return [known.get(" ".join(cell.split()).lower(), "") for cell in header]


def read_dictionary(place: str) -> Dictionary:
    """The dictionary in a file whose header is one's."""
    data = contents(Path(place), place)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("windows-1252", "replace")
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]
    except csv.Error as error:
        raise UserError(place, f"this is not CSV: {error}") from None
    names = _names(header)
    fields = []
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        fields.append({name: cells.get(name, "") for name in PARTS})
    if not fields:
        raise wrong(place, "a data dictionary without a field", "a row for each")
    return Dictionary(place, tuple(fields))


def described_by(
    dictionary: Dictionary, table: str, names: Sequence[str]
) -> tuple[dict[str, Described], dict[str, str]]:
    """The columns of a table that have a field, and what is to tell of those that have none.

    A table that is called as a form is has that form's fields, another those of all forms.
    """
    forms = {name_of(field["form_name"]) for field in dictionary.fields}
    fields = [
        field
        for field in dictionary.fields
        if table not in forms or name_of(field["form_name"]) == table
    ]
    found: dict[str, Described] = {}
    absent = []
    headers = _by_label(fields, names)
    for field in fields:
        if field["field_type"] in NO_DATA:
            continue
        columns = list(_columns(field))
        there = {name: one for name, one in columns if name in names}
        # A draft calls a field as its column is called.
        there |= {
            headers[name]: replace(one, field="", given={})
            for name, one in columns
            if name in headers
        }
        found |= there
        if not there:
            absent.append(field["field_name"])
    if not found:
        return {}, {}
    found |= _of_redcap(names, {field["form_name"] for field in fields})
    others = [name for name in names if name not in found]
    told = {}
    if headers:
        told["header"] = (
            f"{len(headers)} columns are headed by the labels of their fields: this is an export "
            "of labels. Export raw data to have names and codes."
        )
    sentences = []
    if absent:
        sentences.append(f"{len(absent)} fields have no column: {one_of(absent)}.")
    if others:
        sentences.append(f"{len(others)} columns have no field: {one_of(others)}.")
    if sentences:
        told["dictionary"] = " ".join(sentences)
    return found, told


def check_used(dictionary: Dictionary, used: int) -> None:
    """Raise where a dictionary described no column of any table."""
    if used:
        return
    names = [field["field_name"] for field in dictionary.fields]
    fault = f"fields that no table has as columns: {one_of(names)}"
    need = "the data dictionary of the project that the tables come from"
    raise wrong(
        dictionary.shown, fault, need, "give the dictionary of this export, or leave it out"
    )


def _by_label(fields: Sequence[Mapping[str, str]], names: Sequence[str]) -> dict[str, str]:
    """Column of a field by its name, where the header has labels in the place of names."""
    there = set(names)
    if any(field["field_name"] in there for field in fields[1:]):
        return {}
    labels: dict[str, list[str]] = {}
    for field in fields:
        labels.setdefault(" ".join(field["label"].split()), []).append(field["field_name"])
    return {
        fields_of[0]: label
        for label, fields_of in labels.items()
        if len(fields_of) == 1 and label in there and fields_of[0] not in there
    }


def events_of_arms(tallies: Mapping[str, Tally]) -> dict[str, tuple[str, str, str]]:
    """The parts of the column of events, as columns, where arms have an event each for itself."""
    if EVENT not in tallies or {PART_OF_EVENT, ARM_OF_EVENT} & {*tallies}:
        return {}
    parts = [text.partition(BETWEEN) for text in tallies[EVENT].values]
    events, arms = ({part[at] for part in parts} for at in (0, 2))
    if not all(part[2] for part in parts) or len(arms) < 2 or len(events) == len(parts):
        return {}
    return {PART_OF_EVENT: (EVENT, BETWEEN, "before"), ARM_OF_EVENT: (EVENT, BETWEEN, "after")}


def _columns(field: Mapping[str, str]) -> Iterator[tuple[str, Described]]:
    """The columns of a field by their names: one, or one a choice of checkboxes."""
    kind = field["field_type"]
    # Text without a validation may be of anything but a patient's id: the cells say what.
    bare = kind == "text" and not (field["validation"] or names_subject(field["field_name"]))
    about = Described(
        by=BY,
        label=" ".join(field["label"].split()),
        type="" if kind in UNSUPPORTED or bare else kind,
        validation=_validation(field),
        choices=_choices(field),
        low=field["minimum"],
        high=field["maximum"],
        identifier=field["identifier"].lower() == "y",
        field=field["field_name"],
        form=name_of(field["form_name"]),
        given=field if _is_supported(field) else {},
    )
    if kind != "checkbox":
        yield field["field_name"], about
        return
    fixed = tuple(sorted(FIXED_CHOICES["checkbox"].items()))
    for code, label in about.choices:
        column = f"{field['field_name']}___{code.lower().replace('-', '_')}"
        yield column, replace(about, label=f"{about.label}: {label}", choices=fixed)


def _is_supported(field: Mapping[str, str]) -> bool:
    """Whether a run could use the row of a field as it stands."""
    validations = ("", *NUMBERS, *DATES, *TEXTS)
    text = field["field_type"] == "text"
    return field["field_type"] not in UNSUPPORTED and (
        not text or field["validation"] in validations
    )


def _validation(field: Mapping[str, str]) -> str:
    kind, given = field["field_type"], field["validation"]
    if kind == "calc":
        return "number"
    if kind == "slider":
        return "integer"
    if kind != "text":
        return ""
    if given in NUMBERS:
        return NUMBERS[given].removesuffix("_comma")
    for start in WIDEST:
        if given.startswith(start):
            return f"datetime_{given.rpartition('_')[2]}"
    return given if given.startswith("date_") else "time" if given.startswith("time") else ""


def _choices(field: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    kind = field["field_type"]
    if kind in ("yesno", "truefalse"):
        return tuple(sorted(FIXED_CHOICES[kind].items()))
    if kind not in ("radio", "dropdown", "checkbox"):
        return ()
    parts = (entry.partition(",") for entry in field["choices"].split("|"))
    made = ((code.strip(), " ".join(label.split())) for code, _, label in parts)
    return tuple((code, label or code) for code, label in made if code)


def _of_redcap(names: Sequence[str], forms: set[str]) -> dict[str, Described]:
    """Columns that REDCap adds: events, repeats, whether a form is complete."""
    made = {
        name: Described(by="REDCap", label=label, type="text" if name == INSTRUMENT else "")
        for name, label in OWN.items()
        if name in names
    }
    for form in forms:
        column = f"{form}_complete"
        if column in names:
            made[column] = Described(
                by="REDCap",
                label=f"{form} is complete",
                type="dropdown",
                choices=COMPLETE,
                form=name_of(form),
            )
    return made
