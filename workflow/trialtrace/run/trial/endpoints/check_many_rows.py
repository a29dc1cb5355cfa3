"""endpoints.yaml: endpoints over many rows of a subject, and occurrences with further columns."""

from collections.abc import Callable

from trialtrace.base.config.references import DATED, NUMERIC
from trialtrace.base.errors import one_of
from trialtrace.run.tables.contracts import OCCDS
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Files, column, known, proposed_codes, told_kind
from trialtrace.run.trial.endpoints.check_derived import columns_of_analysis
from trialtrace.run.trial.endpoints.check_made import (
    Given,
)
from trialtrace.run.trial.endpoints.norms import Conversions
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan.methods import TIMES

DATES = DATED


def check(files: Files, name: str, entry: Given) -> None:
    if entry["kind"] in _CHECKS:
        columns = files.columns(entry["table"]) if "table" in entry else None
        _CHECKS[entry["kind"]](files, name, entry, columns)


Columns = dict[str, Variable] | None


def _together(files: Files, name: str, entry: Given, key: str, *needed: str) -> None:
    """Keys that another one needs."""
    lacking = [one for one in needed if one not in entry]
    if key in entry and lacking:
        files.endpoints.add((name, key), f"no {one_of(lacking)}", f"{one_of(needed)} with {key}")


def _aggregate(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document, statistic = files.endpoints, entry["statistic"]
    if (statistic == "quantile") != ("quantile" in entry):
        document.add(
            (name, "statistic"),
            f"{statistic} {'with' if 'quantile' in entry else 'without'} quantile",
            "quantile with statistic: quantile, and only there",
        )
    if entry.get("without_rows") == "zero" and statistic not in ("count", "distinct", "sum"):
        expected = "missing; zero only for count, distinct and sum"
        document.add((name, "without_rows"), f"zero for a {statistic}", expected)
    if "codes" in entry and statistic in ("count", "distinct"):
        found = f"codes with statistic: {statistic}, which asks for no numbers"
        document.add((name, "codes"), found, "no codes")
    variable = (columns or {}).get(entry["column"])
    if variable is None or not variable.kind or statistic in ("count", "distinct"):
        return
    if "codes" in entry:
        return
    if variable.kind == "text":
        document.add(
            (name, "column"),
            f"{variable.name}, a column of {told_kind(variable)}",
            "a column of number or integer by the dictionary, or `codes`",
            do=proposed_codes(variable),
        )
        return
    allowed: tuple[str, ...] = (*NUMERIC, "date") if statistic == "span" else NUMERIC
    allowed = DATES if "start" in entry else allowed
    column(document, (name, "column"), entry["column"], columns, allowed)


def _dose_intensity(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    whole = entry["convention"] == "whole_plan"
    if whole != ("planned_cycles" in entry):
        document.add(
            (name, "convention"),
            f"{entry['convention']} {'without' if whole else 'with'} planned_cycles",
            "planned_cycles with whole_plan, and only there",
        )
    by_drug = entry["interval"].get("by_drug", {}) if isinstance(entry["interval"], dict) else {}
    drug = (columns or {}).get(entry.get("drug", ""))
    for key, codes in (("interval", by_drug), ("caps", entry.get("caps", {}))):
        if codes and "drug" not in entry:
            document.add((name, key), "no drug", "drug: the column of the drug")
    if by_drug and drug is not None and drug.choices:
        lacking = [code for code in drug.choices if code not in by_drug]
        if lacking:
            found = f"no days for {one_of(lacking)}"
            document.add((name, "interval", "by_drug"), found, "days for every drug")


def _dose_change(files: Files, name: str, entry: Given, columns: Columns) -> None:
    _together(files, name, entry, "reduced", "planned", "delivered")
    _together(files, name, entry, "delayed", "date", "planned_date")
    if not {"reduced", "delayed", "stopped"} & set(entry):
        files.endpoints.add((name,), "no change", "one or more of reduced, delayed, stopped")
    _further(files, name, entry, columns)


def _attendance(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    if entry["planned"] == "rows" and entry.get("without_rows") == "zero":
        expected = "missing; without rows nothing is planned"
        document.add((name, "without_rows"), "zero with planned: rows", expected)
    if end := entry.get("end"):
        ending = files.derived.get(end["event"])
        if ending is not None and ending.kind in TIMES and ending.entry.start is None:
            found = f"{end['event']}, a time without dates"
            document.add((name, "end", "event"), found, "a time_to_event endpoint from dates")


def _oral_morphine(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    table, problems = Conversions.checked(files.at, entry["conversion"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    named = {"drugs": table.drugs, "routes": table.routes, "units": table.units}
    for key, names in named.items():
        for code, told in entry.get(key, {}).items():
            what = f"a {key[:-1]} of config/conversions/{entry['conversion']}.csv"
            known(document, (name, key, code), told, names, what)
    if "units" in entry and "unit_column" not in entry:
        document.add((name, "units"), "no unit_column", "unit_column with units")


def _further(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """Further columns: not ones that OCCDS has, and of one type over all endpoints."""
    document = files.endpoints
    taken = set(OCCDS.names) | set(columns_of_analysis(files, "occurrence") or ())
    for short, source in entry.get("columns", {}).items():
        place = (name, "columns", short)
        if short.upper() in taken or short == "term":
            found = f"{short.upper()}, a column that the data set has already"
            document.add(place, found, "another name")
        variable = (columns or {}).get(source)
        for other, kind in _kinds(files, short).items():
            if variable and kind and other != name and kind != _kind(variable):
                found = f"a column of {_kind(variable)}, while {other} has one of {kind}"
                document.add(place, found, "one type under one name")


def _kind(variable: Variable) -> str:
    return "text" if variable.choices else variable.kind


def _kinds(files: Files, short: str) -> dict[str, str]:
    """The type of a further column by the endpoints that have it."""
    kinds = {}
    for name, given in files.endpoints.entries():
        source = given.get("columns", {}).get(short)
        variable = (files.columns(given.get("table")) or {}).get(source) if source else None
        if variable is not None:
            kinds[name] = _kind(variable)
    return kinds


def _any_occurrence(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """`where` reads the term and the further columns of the occurrences."""
    if "where" not in entry:
        return
    of = files.endpoints.get(entry["of"])
    if of is None or of["kind"] not in ("occurrence", "dose_change"):
        return
    source = files.columns(of["table"]) or {}
    there = {"term": Variable("term", "", "text", "")}
    for short, told in of.get("columns", {}).items():
        if told in source:
            there[short] = _by_label(short, source[told])
    what = f"term, or a column of {entry['of']}"
    check_condition(files.endpoints, (name, "where"), entry["where"], there, what)


def _by_label(name: str, variable: Variable) -> Variable:
    """In OCCDS a code has become its label."""
    labels = dict.fromkeys(variable.choices.values(), "")
    return Variable(name, "", _kind(variable), name, labels)


def _outside_window(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """The visits of the other endpoint have dates and windows."""
    of = files.derived.get(entry["of"])
    if of is not None and not (isinstance(of.entry, DatedRecords) and of.entry.windows):
        expected = "an endpoint with date, start and windows"
        files.endpoints.add((name, "of"), f"{entry['of']}, without", expected)


def _deviation(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """The table is that of the subjects."""
    if (first := files.subjects_table) and entry["table"] != first:
        files.endpoints.add((name, "table"), entry["table"], f"{first}, that of the subjects")


_CHECKS: dict[str, Callable[[Files, str, Given, Columns], None]] = {
    "aggregate": _aggregate,
    "dose_intensity": _dose_intensity,
    "dose_change": _dose_change,
    "attendance": _attendance,
    "oral_morphine": _oral_morphine,
    "deviation": _deviation,
    "outside_window": _outside_window,
    "occurrence": _further,
    "any_occurrence": _any_occurrence,
    "occurrence_count": _any_occurrence,
}
