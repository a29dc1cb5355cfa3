"""The values of an instrument's items, and the records that its scores make."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.coded_values import worth
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.layout import Layout, lay_out, lay_out_wide
from trialtrace.run.endpoints.records import Cells, Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.visits import dated, with_baseline
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.endpoints.item_codes import applies
from trialtrace.run.trial.endpoints.wide import ItemPattern
from trialtrace.run.trial.instruments.declaration import Item, Scale
from trialtrace.run.trial.instruments.shared import InstrumentEntry, Scored, ScoredRows
from trialtrace.run.trial.model import Endpoint


def read_items(
    endpoint: Endpoint[ScoredRows], scale: Scale, study: Study
) -> tuple[Layout, dict[str, np.ndarray], list[str]]:
    """Where the records stand, the values of the scale's items in each, and the items' columns.

    The scales of an entry share their rows: those with a value of any item of one of them.
    """
    entry, family = endpoint.entry, endpoint.family
    every = study.once((family, "columns"), lambda: _columns_of_family(endpoint, study))
    if isinstance(entry.items, ItemPattern):
        layout = study.once((family, "layout"), lambda: lay_out_wide(endpoint, study, every))
    else:
        layout = study.once((family, "layout"), lambda: lay_out(endpoint, study, every))
    columns = {item: entry.columns_of(item) for item in scale.items}
    items = {
        item: study.once(
            (family, item),
            partial(_values_of, study, endpoint, layout, own, item),
        )
        for item, own in columns.items()
    }
    return layout, items, [column for own in columns.values() for column in own]


def wide_cells(entry: Scored, scale: Scale, layout: Layout) -> list[Cells] | None:
    """The cells behind scores whose items have a column for each visit; None of others."""
    if not isinstance(entry.items, ItemPattern):
        return None
    visit, cells = layout.number("visit"), []
    for item in scale.items:
        for number, column in enumerate(entry.columns_of(item)):
            row = np.where(visit == number, layout.row, -1)
            cells += chosen_cells("AVAL", layout.table.name, row, [column])
    return cells + chosen_cells("AVAL", layout.table.name, layout.row, layout.read)


def _values_of(
    study: Study, endpoint: Endpoint[ScoredRows], layout: Layout, columns: list[str], name: str
) -> np.ndarray:
    """An item in each record: from its column, or at each visit from that of the visit."""
    item, codes = endpoint.entry.every_item[name], endpoint.entry.worth_of(name)
    if len(columns) == 1:
        return item_values(study, endpoint, layout, columns[0], item, codes)
    visit, values = layout.number("visit"), np.full(len(layout.row), np.nan)
    for number, column in enumerate(columns):
        found = item_values(study, endpoint, layout, column, item, codes)
        values = np.where(visit == number, found, values)
    return values


def scale_of(endpoint: Endpoint[InstrumentEntry]) -> Scale:
    """The scale that an endpoint made from an instrument holds."""
    if endpoint.score is None:
        raise ValueError(f"{endpoint.name} has no scale of an instrument")
    return endpoint.score


def _columns_of_family(endpoint: Endpoint[ScoredRows], study: Study) -> list[str]:
    family = [one for one in study.trial.endpoints.values() if one.family == endpoint.family]
    items = dict.fromkeys(item for one in family for item in scale_of(one).items)
    return [column for item in items for column in endpoint.entry.columns_of(item)]


def scored(
    endpoint: Endpoint,
    study: Study,
    layout: Layout,
    scale: Scale,
    values: np.ndarray,
    columns: list[str],
    *,
    cells: list[Cells] | None = None,
) -> Records:
    """Records with these scores (NaN where missing), made from `columns` of the layout's rows.

    A score of a single column has the column's unit. `cells` replaces those of the layout's rows.
    """
    found = dict(score_columns(scale, values))
    own = study.unit(endpoint, columns[0]) if len(columns) == 1 else None
    found["AVALU"] = unit_column(scale.unit or own, len(values))
    treatment, behind = own_treatment(study, endpoint, layout.table, layout.row)
    origin = layout.cells(columns) if cells is None else cells
    every = layout.columns() | found | treatment
    records = Records("bds", layout.subject, every, (*origin, *behind))
    records = dated(endpoint, study, layout, records)
    return with_baseline(endpoint, study, records, layout.visits)


def score_columns(scale: Scale, values: np.ndarray) -> dict[str, pa.Array]:
    """AVAL, and AVALC where values have names. Raises ValueError outside the scale's range."""
    low = -np.inf if scale.low is None else scale.low
    high = np.inf if scale.high is None else scale.high
    slack = 1e-9 * max(1.0, abs(high) if np.isfinite(high) else 1.0)
    if ((values < low - slack) | (values > high + slack)).any():
        raise ValueError(f"scores of {scale.label} outside {low} to {high}")
    missing = np.isnan(values)
    columns = {"AVAL": pa.array(values, type=pa.float64(), mask=missing)}
    names = {0.0: "N", 1.0: "Y"} if scale.event else dict(scale.categories)
    if names:
        keys = np.array(sorted(names))
        at = np.searchsorted(keys, np.where(missing, keys[0], values))
        texts = pa.array([names[key] for key in keys])
        columns["AVALC"] = texts.take(pa.array(at, mask=missing))
    return columns


def item_values(
    study: Study,
    endpoint: Endpoint,
    layout: Layout,
    column: str,
    item: Item,
    codes: Mapping[str, float],
) -> np.ndarray:
    """An item in each record's row, by what its `codes` are worth; NaN where it is missing.

    Raises UserError with a count, never a value, where one is not among the item's values:
    cleaning rejects these cells once the dictionary has the item's range.
    """
    place = f"{study.place(endpoint)}, column {column}"
    _check_unit(study, endpoint, column, item, place)
    cells = pick(layout.table.column(column), layout.row)
    if item.codes:
        values = coded(cells, getattr(endpoint.entry, item.codes) or {}, item, place)
    elif applies(codes, study.trial.dictionary.get(layout.table.name, {}).get(column)):
        numbers = worth(study, endpoint, column, codes, cells)
        values = numbers.to_numpy(zero_copy_only=False)
    else:
        values = as_numbers(cells, place)
    with np.errstate(invalid="ignore"):
        bad = (values < item.low) | (values > item.high)
        if item.whole:
            bad |= np.isfinite(values) & (values != np.floor(values))
    if bad.any():
        kind = "whole numbers" if item.whole else "numbers"
        raise UserError(
            place,
            found=f"{int(bad.sum())} values that the item cannot have",
            expected=f"{kind} from {item.low:g} to {item.high:g}",
            do="give the dictionary these bounds or choices, so that cleaning rejects them",
        )
    return values


def _check_unit(study: Study, endpoint: Endpoint, column: str, item: Item, place: str) -> None:
    unit = study.unit(endpoint, column)
    if item.units and unit not in item.units:
        raise UserError(
            place,
            found=f"the unit {unit}" if unit else "no unit",
            expected=one_of(item.units),
            do="give the column its unit in cleaning.yaml, under units or convert",
        )


def coded(
    cells: pa.Array, meanings: Mapping[str, float | str], item: Item, place: str
) -> np.ndarray:
    """The value that the configuration gives each code; NaN where there is no code.

    Raises UserError where a code has none, and is no number where numbers may stand as they are.
    """
    codes = column_text(cells, place)
    known = {
        code: float(item.words.get(str(meaning), meaning)) for code, meaning in meanings.items()
    }
    if item.numbers:
        known = {f"{one:g}": one for one in np.arange(item.low, item.high + 1)} | known
    at = pc.index_in(codes, value_set=pa.array(list(known), type=pa.string()))
    unknown = int(pc.sum(pc.and_(pc.is_valid(codes), pc.is_null(at))).as_py() or 0)
    if unknown:
        raise UserError(
            place,
            found=f"{unknown} values that `{item.codes}` does not list",
            expected=f"one of {one_of(known, 20)}",
            do=f"give each code of the data its meaning under {item.codes}",
        )
    values = np.array([*known.values(), np.nan])
    return values[pc.fill_null(at, len(known)).to_numpy()]


def as_numbers(values: pa.Array, place: str) -> np.ndarray:
    """Numbers, or numeric codes, as float64 with NaN for missing."""
    if pa.types.is_string(values.type) or pa.types.is_null(values.type):
        try:
            values = values.cast(pa.float64())
        except pa.ArrowInvalid:
            values = pa.array([True])
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        raise UserError(
            place, found="a column without numbers", expected="numbers or numeric codes"
        )
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)
