"""Oral morphine equivalents: daily doses of opioids by drug and route, with a table of factors."""

from typing import Annotated

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Name, Value, VisitLabel, Words
from trialtrace.base.config.references import (
    ColumnName,
    NumberColumn,
    Ref,
    TableCondition,
)
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Reason, Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.visits import with_baseline
from trialtrace.run.tables.conditions import columns_of, met
from trialtrace.run.trial.context import Columns, Files, Given, known
from trialtrace.run.trial.endpoints.norms import Conversions
from trialtrace.run.trial.endpoints.shared import (
    Labels,
    Location,
    Side,
    TableEntry,
    VisitDates,
    WithoutValues,
)
from trialtrace.run.trial.model import Endpoint

DrugCode = Annotated[Value, Ref("code", of="drug")]


@shape
class OralMorphine(TableEntry):
    """Daily dose of opioids in mg of oral morphine."""

    visit: VisitDates | None = optional("How visits are told.")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    side: Side | None = optional("How sides of the body are told (LAT).")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    drug: ColumnName = key("Column of the drug.")
    route: ColumnName = key("Column of the route.")
    dose: NumberColumn = key("Column of the dose in the unit of the table of factors.")
    unit_column: ColumnName | None = optional(
        "Column of the unit of the dose; another unit than the table's makes the value missing."
    )
    conversion: Name = key(
        "Table of factors: config/conversions/<name>.csv with drug, route, unit, factor, "
        "version, verified, source."
    )
    drugs: Filled[DrugCode, Words] | None = optional(
        "Value of the column, in quotes, to the drug's name in the table of factors, "
        "where they differ."
    )
    routes: Filled[Annotated[Value, Ref("code", of="route")], Words] | None = optional(
        "Value of the column, in quotes, to the route's name in the table of factors, "
        "where they differ."
    )
    units: Filled[Annotated[Value, Ref("code", of="unit_column")], Words] | None = optional(
        "Value of the column, in quotes, to the unit in the table of factors, where they differ."
    )
    none: TableCondition | None = optional("Rows that say that no opioid was taken.")
    without_rows: WithoutValues = key("What a subject, or its visit, without any row is.")

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(Conversions.folder, self.conversion)]

    def rule(self, labels: Labels) -> str:
        unverified = Conversions.read(labels.at, self.conversion).unverified
        sources = ", not verified: a source was not at hand" if unverified else ""
        factors = self.conversion.replace("_", " ")
        return f"dose times the factor of drug and route, summed; factors: {factors}{sources}"


def _check_oral_morphine(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    table, problems = Conversions.checked(files.at, entry["conversion"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    named = {"drugs": table.drugs, "routes": table.routes, "units": table.units}
    for option, names in named.items():
        for code, told in entry.get(option, {}).items():
            what = f"a {option[:-1]} of config/conversions/{entry['conversion']}.csv"
            known(document, (name, option, code), told, names, what)
    if "units" in entry and "unit_column" not in entry:
        document.add((name, "units"), "no unit_column", "unit_column with units")


ENTRIES = {"oral_morphine": OralMorphine}
CHECKS = {"oral_morphine": _check_oral_morphine}


# --- what is derived -----------------------------------------------------------------------------

UNIT = "mg/day"
UNKNOWN_DRUG = Reason("unknown_drug", "a dose of a drug, by this route, that the table lacks")
NO_DRUG = Reason("no_drug", "a dose without a drug")
EMPTY = Reason("empty", "a line with neither a drug nor a dose", loss=False)
NO_ROUTE = Reason("no_route", "a dose without a route")
OTHER_UNIT = Reason("other_unit", "a dose in another unit than the table's")
NEGATIVE = Reason("negative_dose", "a dose below 0")


def derive_oral_morphine(endpoint: Endpoint[OralMorphine], study: Study) -> Records:
    """A record a subject (and visit): AVAL the sum of its doses in mg of oral morphine a day.

    Missing where a dose is missing, or cannot be converted (listed, never left out of the sum). A
    row that meets `none`, and a dose of 0, add nothing. A subject (and visit) without any row is
    missing, or 0 with `without_rows: zero`.
    """
    entry = endpoint.entry
    table = Conversions.read(study.trial.at, entry.conversion)
    used = [
        entry.drug,
        entry.route,
        entry.dose,
        *([entry.unit_column] if entry.unit_column else []),
    ]
    used = list(dict.fromkeys([*used, *columns_of(entry.none or {})]))
    gathered = gather(endpoint, study, used)
    dose = gathered.numbers(entry.dose)
    if entry.none is not None:
        none = met(entry.none, gathered.table.rows).to_numpy(zero_copy_only=False)
        dose = np.where(none[gathered.rows], 0.0, dose)
    factor, bad = _factors(gathered, table, dose)
    added = np.where(dose == 0, 0.0, dose * factor)
    unknown = bad | np.isnan(added)
    total = np.bincount(gathered.record, np.where(unknown, 0.0, added), len(gathered))
    lost = gathered.count(unknown)
    total = np.where(lost > 0, np.nan, total)
    if entry.without_rows == "missing":
        total = np.where(gathered.layout.row < 0, np.nan, total)
    values = {
        "AVAL": pa.array(total, mask=np.isnan(total)),
        "AVALU": unit_column(UNIT, len(total)),
        "GROUNDS": _bad_lines(gathered.count(bad)),
    }
    records = Records(
        "bds",
        gathered.layout.subject,
        gathered.layout.columns() | values,
        tuple(gathered.cells(used)),
    )
    return with_baseline(endpoint, study, records, gathered.layout.visits)


def _bad_lines(bad: np.ndarray) -> pa.Array:
    end = np.where(bad == 1, " line that could not be used", " lines that could not be used")
    text = np.char.add(bad.astype(str), end).astype(object)
    return pa.array(text, mask=bad == 0, type=pa.string())


def _factors(
    gathered: Placed[OralMorphine], table: Conversions, dose: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The factor of each row, NaN where there is none, and the rows that are listed."""
    entry = gathered.endpoint.entry
    drug = _named(gathered, entry.drug, entry.drugs)
    route = _named(gathered, entry.route, entry.routes)
    factor = np.full(len(dose), np.nan)
    unit = np.full(len(dose), None, dtype=object)
    for (one, by), (in_unit, value) in table.factors.items():
        here = (drug == one) & (route == by)
        factor[here], unit[here] = value, in_unit
    taken = ~(dose == 0)
    nameless, placeless = (np.equal(names, np.array(None)) for names in (drug, route))
    listed = [
        (nameless & (dose != 0) & ~np.isnan(dose), entry.drug, NO_DRUG),
        (nameless & np.isnan(dose), entry.drug, EMPTY),
        (taken & ~nameless & placeless, entry.route, NO_ROUTE),
        (taken & ~nameless & ~placeless & np.isnan(factor), entry.drug, UNKNOWN_DRUG),
        (dose < 0, entry.dose, NEGATIVE),
    ]
    if entry.unit_column:
        given = _named(gathered, entry.unit_column, entry.units)
        other = taken & ~np.isnan(factor) & (given != unit)
        listed.append((other, entry.unit_column, OTHER_UNIT))
    bad = np.zeros(len(dose), dtype=bool)
    for mask, column, why in listed:
        gathered.reject(mask, column, why)
        bad |= mask
    return factor, bad


def _named(gathered: Placed[OralMorphine], column: str, names: dict[str, str] | None) -> np.ndarray:
    """A column's values by the names that the table of factors uses; None where missing."""
    coded = gathered.coded(column)
    given = names or {}
    told = np.array(
        [*(given.get(code, code) for code in coded.dictionary.to_pylist()), None], object
    )
    return told[coded.indices.fill_null(len(told) - 1).to_numpy()]
