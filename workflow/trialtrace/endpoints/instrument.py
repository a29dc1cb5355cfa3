"""Instruments: the scores of a questionnaire or an examination by its own rule."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.config.families import scale_of
from trialtrace.config.model import Endpoint
from trialtrace.endpoints.baseline import with_baseline
from trialtrace.endpoints.instruments.declaration import Item, Scale
from trialtrace.endpoints.instruments.registry import instrument_module
from trialtrace.endpoints.layout import Layout, lay_out
from trialtrace.endpoints.measure import unit_column
from trialtrace.endpoints.records import Records, pick
from trialtrace.endpoints.study import CleanTable, Study
from trialtrace.endpoints.treatment import own_treatment
from trialtrace.errors import Problem, UserError

if TYPE_CHECKING:
    import pyarrow as pa


def derive(endpoint: Endpoint, study: Study) -> Records:
    """The records of one scale: a subject, visit, location and side, as far as these are declared.

    AVAL is the score, missing where the rule gives none; every item's cell of a record leads to it.
    """
    module, scale = instrument_module(endpoint.options["instrument"]), scale_of(endpoint)
    if hasattr(module, "derive"):
        return module.derive(endpoint, scale, study)
    every = _items_of_family(endpoint, study)
    layout = study.once((endpoint.family, "layout"), lambda: lay_out(endpoint, study, every))
    columns = item_columns(endpoint.options["items"], scale.items)
    items = {
        item: study.once(
            (endpoint.family, item),
            partial(_item, study, endpoint, layout, column, module.INSTRUMENT.items[item]),
        )
        for item, column in columns.items()
    }
    values = module.score(scale, items, endpoint.options)
    return scored(endpoint, study, layout, scale, values, list(columns.values()))


def _items_of_family(endpoint: Endpoint, study: Study) -> list[str]:
    """The columns of all items that the scales of the entry need: they share their rows."""
    family = [one for one in study.trial.endpoints.values() if one.family == endpoint.family]
    items = dict.fromkeys(item for one in family for item in scale_of(one).items)
    return list(item_columns(endpoint.options["items"], tuple(items)).values())


def _item(study: Study, endpoint: Endpoint, layout: Layout, column: str, item: Item) -> np.ndarray:
    return item_values(study, endpoint, layout.table, column, layout.row, item)


def item_columns(given: Mapping[str, str], items: tuple[str, ...]) -> dict[str, str]:
    """Item -> column of the table, from `{prefix: …}` or from a mapping of the items."""
    prefix = given.get("prefix")
    return {item: given[item] if prefix is None else f"{prefix}{item}" for item in items}


def scored(
    endpoint: Endpoint,
    study: Study,
    layout: Layout,
    scale: Scale,
    values: np.ndarray,
    columns: list[str],
) -> Records:
    """Records with these scores (NaN where missing), made from `columns` of the layout's rows."""
    found = {**score_columns(scale, values)}
    found["AVALU"] = unit_column(endpoint.options.get("unit", scale.unit), len(values))
    treatment, behind = own_treatment(study, endpoint, layout.table, layout.row)
    records = Records(
        "bds",
        layout.subject,
        layout.columns() | found | treatment,
        (*layout.cells(columns), *behind),
    )
    return with_baseline(endpoint, study, records, layout.visits)


def score_columns(scale: Scale, values: np.ndarray) -> dict[str, "pa.Array"]:
    """AVAL, and AVALC where values have names. Raises ValueError outside the scale's range."""
    import pyarrow as pa

    low = -np.inf if scale.low is None else scale.low
    high = np.inf if scale.high is None else scale.high
    slack = 1e-9 * max(1.0, abs(high) if np.isfinite(high) else 1.0)
    if ((values < low - slack) | (values > high + slack)).any():
        raise ValueError(f"scores of {scale.label} outside {low} to {high}")
    missing = np.isnan(values)
    found = {"AVAL": pa.array(values, type=pa.float64(), mask=missing)}
    names = {0.0: "N", 1.0: "Y"} if scale.event else dict(scale.categories)
    if names:
        keys = np.array(sorted(names))
        at = np.searchsorted(keys, np.where(missing, keys[0], values))
        texts = pa.array([names[key] for key in keys])
        found["AVALC"] = texts.take(pa.array(at, mask=missing))
    return found


def item_values(
    study: Study, endpoint: Endpoint, table: CleanTable, column: str, row: np.ndarray, item: Item
) -> np.ndarray:
    """An item in each record's row; NaN where it is missing.

    Raises UserError with a count, never a value, where one is not among the item's values:
    cleaning rejects these cells once the dictionary has the item's range.
    """
    place = f"{study.place(endpoint)}, column {column}"
    values = as_numbers(pick(table.column(column), row), place)
    with np.errstate(invalid="ignore"):
        bad = (values < item.low) | (values > item.high)
        if item.whole:
            bad |= np.isfinite(values) & (values != np.floor(values))
    if item.allowed:
        bad |= np.isfinite(values) & ~np.isin(values, item.allowed)
    if bad.any():
        kind = "whole numbers" if item.whole else "numbers"
        among = f": {', '.join(f'{one:g}' for one in item.allowed)}" if item.allowed else ""
        raise UserError(
            Problem(
                place,
                found=f"{int(bad.sum())} values that the item cannot have",
                expected=f"{kind} from {item.low:g} to {item.high:g}{among}",
                do="give the dictionary these bounds or choices, so that cleaning rejects them",
            )
        )
    return values


def as_numbers(values: "pa.Array", place: str) -> np.ndarray:
    """Numbers, or numeric codes, as float64 with NaN for missing."""
    import pyarrow as pa

    if pa.types.is_string(values.type) or pa.types.is_null(values.type):
        try:
            values = values.cast(pa.float64())
        except pa.ArrowInvalid:
            values = pa.array([True])
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        raise UserError(
            Problem(place, found="a column without numbers", expected="numbers or numeric codes")
        )
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)
