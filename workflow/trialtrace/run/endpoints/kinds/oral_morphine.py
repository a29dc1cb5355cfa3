"""Oral morphine equivalents: daily doses of opioids by drug and route, with a table of factors."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Reason, Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.visits import with_baseline
from trialtrace.run.tables.conditions import columns_of, met
from trialtrace.run.trial.endpoints.doses import OralMorphine
from trialtrace.run.trial.endpoints.norms import Conversions
from trialtrace.run.trial.model import Endpoint

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
