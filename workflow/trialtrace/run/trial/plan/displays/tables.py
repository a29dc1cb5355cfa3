"""Tables of the subjects at entry and of adverse events."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Column, Name, Text
from trialtrace.base.config.references import (
    ArmName,
    LevelVariable,
    PopulationName,
    Ref,
    TableName,
)
from trialtrace.base.config.spec import Distinct, Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import TableRows
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.settings import LIFT, RESTRICTED


@shape
class Baseline:
    """Table of the subjects at entry."""

    population: PopulationName = key("Population.")
    overall: bool = key("Whether a column of all arms is shown.")
    variables: Distinct[Annotated[Name, Ref("subject variable", needs="description")]] = key(
        "Variables of `subjects`, in order; age, sex and site by these names."
    )
    beside: PopulationName | None = optional(
        "Another population, whose table of the same variables stands behind it, such as that of "
        "the paper."
    )
    note: Text | None = optional("What else the caption of the first table says.")
    by: LevelVariable | None = optional(
        "Variable of `subjects` whose levels are the columns, instead of the arms. Who lacks it is "
        "in the column of all alone."
    )


def _check_baseline(files: Files, place: Path_, baseline: Baseline) -> None:
    if baseline.beside is not None:
        others = [name for name in files.populations or () if name != baseline.population]
        here = (*place, "beside")
        known(files.plan, here, baseline.beside, others or None, "another population of trial.yaml")


@shape
class AdverseEvent:
    """Patients with any and occurrences by arm: all, by term, by further columns."""

    title: Text = key("Title.")
    endpoint: Annotated[Name, Ref("endpoints", ("occurrence",))] = key(
        "Endpoint of kind occurrence; in one table only."
    )
    population: PopulationName = key("Population: the denominator.")
    columns: Distinct[Name] | None = optional(
        "Columns of the endpoint's `columns`, in order: grade, seriousness, relation."
    )
    terms: Literal["coded"] | None = optional(
        "`coded`: the terms and columns without choices in the dictionary are words of a "
        "coding system (MedDRA, CTCAE) and may be shown. Needed under restricted "
        "disclosure, since free text tells of persons."
    )


def _check_adverse_events(files: Files, place: Path_, adverse_event: AdverseEvent) -> None:
    for here, name in names.endpoints(files, place, adverse_event.endpoint):
        shown = [each["endpoint"] for each in files.plan.get("displays", "adverse_events")]
        if name in shown[: int(place[-1])]:
            files.plan.add(here, f"{name} a second time", "another endpoint")
        endpoint = files.endpoints.get(name) or {}
        declared = endpoint.get("columns", {})
        for position, column in enumerate(adverse_event.columns or ()):
            there = (*place, "columns", position)
            known(files.plan, there, column, declared, f"a column of {name}")
        texts = [
            endpoint.get("term_column"),
            *(declared.get(one) for one in adverse_event.columns or ()),
        ]
        _words(files, place, adverse_event, files.columns(endpoint.get("table")) or {}, texts)


def _words(
    files: Files,
    place: Path_,
    adverse_event: AdverseEvent,
    columns: Mapping[str, Variable],
    texts: Iterable[str | None],
) -> None:
    """What an event is called stands in the report as it does in the export."""
    found = (columns.get(name) for name in texts if name is not None)
    free = [column.name for column in found if column is not None and not column.choices]
    if free and adverse_event.terms is None and derived.restricted(files):
        files.plan.add(
            place,
            f"{one_of(free)}, without choices: each value in the export would be shown, "
            f"while {RESTRICTED}",
            "choices in dictionary.csv; or terms: coded, where they are words of a coding "
            f"system and no free text; {LIFT}",
        )


@shape
class AdverseDots:
    """Shares of each arm with an event, by term, and differences to one arm."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of a table in `adverse_events`, whose counts are drawn.")
    population: Name = key("Population of that table.")
    against: ArmName = key("Arm to which the others are compared.")
    least: Annotated[int, Rule(minimum=1)] | None = optional(
        "Patients of an arm that must have an event for it to be drawn; 1 without it."
    )


def _check_adverse_dots(files: Files, place: Path_, dots: AdverseDots) -> None:
    """Its counts are results of the table; a trial without arms of its own has none by arm."""
    tables = {
        table["endpoint"]: table.get("population")
        for table in files.plan.get("displays", "adverse_events") or ()
    }
    what = "an endpoint of displays.adverse_events"
    if any(files.endpoint_kind(name) != "occurrence" for name in tables):
        return  # which is told there
    if known(files.plan, (*place, "endpoint"), dots.endpoint, tables, what):
        expected = tables[dots.endpoint]
        if dots.population != expected:
            files.plan.add((*place, "population"), dots.population, f"{expected}, as in its table")
    if files.trial.get("design", "kind") in OWN_TREATMENT:
        files.plan.add(
            place,
            "a design in which a patient has several treatments",
            "one arm a patient, whose shares can be compared",
        )


# Where ICH E3 has listings of single patients.
ICH_SECTIONS = {
    "discontinued": "16.2.1",
    "deviations": "16.2.2",
    "excluded": "16.2.3",
    "compliance": "16.2.5",
    "adverse_events": "16.2.7",
    "deaths": "14.3.2",
}
IchKind = Literal[
    "discontinued", "deviations", "excluded", "compliance", "adverse_events", "deaths"
]


@shape
class Listing(TableRows):
    """Rows of a clean table, a patient's by his number and arm."""

    title: Text = key("Title.")
    table: TableName = key("Table of trial.yaml.")
    population: PopulationName = key("Population whose rows are listed.")
    columns: Distinct[Annotated[Column, Ref("column", needs="nobody")]] = key(
        "Columns of the table, in order, behind patient and arm."
    )
    kind: IchKind | None = optional(
        "Which of the listings of ICH E3 it is, for its caption; the section on harms leads to "
        "those of adverse events and of deaths."
    )


DISPLAYS = (
    Display(
        "baseline",
        "Table of the subjects at entry.",
        Baseline,
        _check_baseline,
        table=True,
        once=True,
        results=True,
    ),
    Display(
        "adverse_events",
        "Tables of adverse events.",
        AdverseEvent,
        _check_adverse_events,
        table=True,
        results=True,
    ),
    Display(
        "adverse_dots",
        "Adverse events by term: shares of the arms, and their differences.",
        AdverseDots,
        _check_adverse_dots,
    ),
    Display(
        "listings",
        "Listings of single patients in the supplement; shown only where disclosure is full.",
        Listing,
        table=True,
        single_patients=True,
    ),
)
