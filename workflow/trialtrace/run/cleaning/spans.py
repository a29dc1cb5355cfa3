"""Spans: further columns of a clean table, each the time from one moment of a row to another."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from trialtrace.run.cleaning.rejects import FLAG, Finding
from trialtrace.run.cleaning.times import CLOCK, MOMENT, SECOND
from trialtrace.run.trial.cleaning import SECONDS, Span

DAY = 86_400
RULE = "span_reversed"


def span_columns(
    spans: Mapping[str, Span], column: Callable[[str], pa.Array]
) -> tuple[dict[str, pa.Array], list[Finding]]:
    """The values of each span in every row, and findings on those whose end is before their start,
    which have no value. `column` gives the typed values of a column."""
    made, findings = {}, []
    for name, span in spans.items():
        start, end = column(span.from_), column(span.to)
        length = _moment(end, span.unit) - _moment(start, span.unit)
        if span.midnight and pa.types.is_time(end.type):
            length = np.where(length < 0, length + DAY * SECOND, length)
        reversed_ = length < 0
        reason = f"{span.to} is before {span.from_}, so that {name} has no value"
        findings.append(Finding(RULE, reason, np.flatnonzero(reversed_), span.to, FLAG))
        unit = DAY if span.unit == "days" else SECONDS[span.unit]
        none = np.isnan(length) | reversed_
        made[name] = pa.array(np.where(none, 0, length) / (unit * SECOND), mask=none)
    return made, findings


def _moment(values: pa.Array, unit: str) -> np.ndarray:
    """Microseconds since 1970, or since midnight; NaN where missing. Days begin at midnight."""
    if values.type == CLOCK or (values.type == MOMENT and unit != "days"):
        number, each = values.cast(pa.int64()), 1
    else:
        number, each = values.cast(pa.date32(), safe=False).cast(pa.int32()), DAY * SECOND
    return np.asarray(number.cast(pa.float64()).to_numpy(zero_copy_only=False) * each)
