"""The data dictionary of REDCap, its events and its repeating instruments."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from trialtrace.base.errors import ProblemsError
from trialtrace.base.paths import Project
from trialtrace.run.draft.metadata.declared import Declared
from trialtrace.run.trial.dictionary import check_dictionary, normalised
from trialtrace.run.trial.model import Variable

# Of the 18 columns those without which a header is no dictionary's.
TELLING = {"field_name", "form_name", "field_type"}
EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
OWN = {EVENT: "Event", INSTRUMENT: "Repeat instrument", INSTANCE: "Repeat instance"}
# Between the name of a field of boxes and the code of one.
BOX = "___"
# What the dictionary of a trial calls otherwise; a text without a validation may be of anything, so
# that the cells decide.
KINDS = {"text": "", "datetime": "moment", "time": "clock"}
COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


def is_dictionary(header: Sequence[str]) -> bool:
    """Whether a header is that of a data dictionary."""
    known = normalised()
    return {known.get(" ".join(cell.split()).lower(), "") for cell in header} >= TELLING


def read_dictionary(path: Path) -> dict[str, Declared]:
    """The declarations of columns by name, in the order of the dictionary: the first is the record
    identifier. Fields of a type that no run reads, such as files, have none. Raises UserError where
    it has no field that can be read."""
    forms, problems = check_dictionary(Project(path.parent), path)
    if not forms:
        raise ProblemsError(problems)
    made = {
        name: Declared(
            label=" ".join(one.label.split()),
            kind=_kind(one),
            order=one.date_order or one.duration,
            choices=one.choices,
            low=one.minimum or "",
            high=one.maximum or "",
            identifier=one.identifier,
            form=form,
            branching=one.branching,
        )
        for form, fields in forms.items()
        for name, one in fields.items()
    }
    for form in forms:
        label = f"{form} is complete"
        made[f"{form}_complete"] = Declared(label, kind="code", choices=COMPLETE, form=form)
    return made


def _kind(one: Variable) -> str:
    if one.choices or one.duration:
        return "code" if one.choices else "duration"
    return KINDS.get(one.kind, one.kind)


def forms_with_boxes(declared: Mapping[str, Declared]) -> dict[str, list[str]]:
    """The fields of each form that has boxes."""
    made: dict[str, list[str]] = {}
    for name, one in declared.items():
        if one.form and name != f"{one.form}_complete":
            made.setdefault(one.form, []).append(name)
    return {form: own for form, own in made.items() if any(BOX in name for name in own)}


def own_columns(names: Collection[str]) -> dict[str, Declared]:
    """The columns that REDCap itself adds to an export."""
    return {
        name: Declared(label, kind="integer" if name == INSTANCE else "")
        for name, label in OWN.items()
        if name in names
    }
