"""The data dictionary of REDCap (18 columns, by header or by the names of the API), its events and
its repeating instruments."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from trialtrace.run.draft.metadata.declared import Declared
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

BY = "the data dictionary"
# Of the 18 columns those without which a header is no dictionary's.
TELLING = {"field_name", "form_name", "field_type"}
EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
OWN = {EVENT: "Event", INSTRUMENT: "Repeat instrument", INSTANCE: "Repeat instance"}
COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


def is_dictionary(header: Sequence[str]) -> bool:
    """Whether a header is that of a data dictionary."""
    return set(_names(header)) >= TELLING


def _names(header: Sequence[str]) -> list[str]:
    known = normalised()
    return [known.get(" ".join(cell.split()).lower(), "") for cell in header]


def read_dictionary(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Declared]:
    """The declarations of columns by name, in the order of the dictionary: the first is the record
    identifier."""
    names = _names(header)
    made: dict[str, Declared] = {}
    forms: dict[str, None] = {}
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        field = {name: cells.get(name, "") for name in PARTS}
        if field["field_name"] and field["field_type"] not in NO_DATA:
            made |= dict(_columns(field))
            forms[field["form_name"]] = None
    for form in forms:
        made[f"{form}_complete"] = Declared(
            BY, f"{form} is complete", kind="code", choices=COMPLETE, form=form
        )
    return made


def _columns(field: Mapping[str, str]) -> Iterator[tuple[str, Declared]]:
    """The columns of a field: one, or one a choice of checkboxes."""
    kind = field["field_type"]
    choices = _choices(field)
    about = Declared(
        by=BY,
        label=" ".join(field["label"].split()),
        kind=_kind(field, choices),
        order=field["validation"].rpartition("_")[2] if "date" in field["validation"] else "",
        choices=choices,
        low=field["minimum"],
        high=field["maximum"],
        identifier=field["identifier"].lower() == "y",
        form=field["form_name"],
        given=field if _supported(field) else {},
    )
    if kind != "checkbox":
        yield field["field_name"], about
        return
    for code, label in choices.items():
        column = f"{field['field_name']}___{code.lower().replace('-', '_')}"
        said = f"{about.label}: {label}"
        yield (
            column,
            Declared(
                BY,
                said,
                kind="code",
                choices=FIXED_CHOICES["checkbox"],
                form=about.form,
                given=about.given,
            ),
        )


def _kind(field: Mapping[str, str], choices: Mapping[str, str]) -> str:
    """The type that the dictionary declares; nothing where it is a text without validation."""
    kind, validation = field["field_type"], field["validation"]
    if choices:
        return "code"
    if kind == "calc" or validation in NUMBERS:
        return NUMBERS.get(validation, "number").removesuffix("_comma")
    if kind == "slider":
        return "integer"
    if validation in DATES:
        return "date"
    return "text" if kind == "notes" or validation in TEXTS else ""


def _choices(field: Mapping[str, str]) -> dict[str, str]:
    kind = field["field_type"]
    if kind in ("yesno", "truefalse"):
        return dict(FIXED_CHOICES[kind])
    if kind not in ("radio", "dropdown", "checkbox"):
        return {}
    parts = (entry.partition(",") for entry in field["choices"].split("|"))
    made = {code.strip(): " ".join(label.split()) for code, _, label in parts}
    return {code: label or code for code, label in made.items() if code}


def _supported(field: Mapping[str, str]) -> bool:
    """Whether a run can use the row of a field unchanged."""
    kind, known = field["field_type"], ("", *NUMBERS, *DATES, *TEXTS)
    bare = kind == "text" and not field["validation"]
    return kind not in UNSUPPORTED and not bare and (kind != "text" or field["validation"] in known)


def own_columns(names: Collection[str]) -> dict[str, Declared]:
    """The columns that REDCap itself adds to an export."""
    return {
        name: Declared("REDCap", label, kind="integer" if name == INSTANCE else "")
        for name, label in OWN.items()
        if name in names
    }
