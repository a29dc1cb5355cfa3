"""Competing events: what came first rules the event out."""

from dataclasses import replace

import numpy as np

from trialtrace.run.endpoints.records import Records


def with_competing(records: Records, parts: list[Records]) -> Records:
    """The same times, ended with CNSR 2 by the earliest competing event that came first.

    An event at the same time as a competing one counts as the event. A competing event counts up
    to the time of censoring, that day included. A subject censored for the event, whose competing
    events are not all known, is missing.
    """
    import pyarrow as pa

    time, status = numbers(records, "AVAL"), numbers(records, "CNSR")
    when = np.stack([numbers(part, "AVAL") for part in parts])
    what = np.stack([numbers(part, "CNSR") for part in parts])
    at = np.where(what == 0, when, np.inf)
    first = at.argmin(axis=0)
    earliest = at.min(axis=0)
    before = np.where(status == 0, earliest < time, earliest <= time)
    undecided = np.isnan(what).any(axis=0) & (status == 1) & ~before
    unknown = np.isnan(time) | np.isnan(status) | undecided
    before &= ~unknown
    told = np.stack([_texts(part, "EVNTDESC") for part in parts])[first, np.arange(len(first))]
    end = np.stack([_days(part) for part in parts])[first, np.arange(len(first))]
    columns = dict(records.columns) | {
        "AVAL": pa.array(np.where(before, earliest, time), mask=unknown),
        "CNSR": pa.array(np.where(before, 2, status), mask=unknown).cast(pa.int64()),
        "EVNTDESC": _text(_texts(records, "EVNTDESC"), unknown | before),
        "CNSDTDSC": _text(np.where(before, told, _texts(records, "CNSDTDSC")), unknown),
    }
    if "ADT" in records.columns:
        days = np.where(before, end, _days(records))
        dates = np.where(np.isnan(days) | unknown, 0, days).astype(np.int32)
        columns["ADT"] = pa.array(dates, mask=unknown | np.isnan(days)).cast(pa.date32())
    behind = [one for part in parts for one in part.cells if one.variable == "AVAL"]
    return replace(records, columns=columns, cells=(*records.cells, *behind))


def numbers(records: Records, name: str) -> np.ndarray:
    """A column as floats, NaN where missing."""
    return records.columns[name].cast("float64").to_numpy(zero_copy_only=False).astype(float)


def _texts(records: Records, name: str) -> np.ndarray:
    return records.columns[name].to_numpy(zero_copy_only=False)


def _text(values: np.ndarray, unknown: np.ndarray) -> object:
    import pyarrow as pa

    return pa.array(values, type=pa.string(), mask=unknown)


def _days(records: Records) -> np.ndarray:
    if "ADT" not in records.columns:
        return np.full(len(records), np.nan)
    days = records.columns["ADT"].cast("int32").cast("float64")
    return days.to_numpy(zero_copy_only=False).astype(float)
