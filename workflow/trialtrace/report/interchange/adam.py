"""A run's derived data sets as SAS transport files (XPT, version 5) beside a define.xml."""

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.interchange.datasets import Column, Dataset, datasets
from trialtrace.report.interchange.define_xml import define_xml
from trialtrace.run.trial.load import Trial

if TYPE_CHECKING:
    import pandas as pd

LONGEST_TEXT = 200
# A transport file tells in its first records when it was made. The same data gives the same file:
# what stands there is the day from which SAS counts.
_WHEN = re.compile(rb"\d{2}[A-Z]{3}\d{2}:\d{2}:\d{2}:\d{2}")
_FIRST_DAY = date(1960, 1, 1)
_NEVER = b"01JAN60:00:00:00"
_HEADERS = 80 * 8


def adam_files(trial: Trial) -> dict[str, bytes]:
    """The files by name: one a data set, and define.xml, which describes them."""
    made = datasets(trial)
    files = {f"{each.name.lower()}.xpt": _transport(each) for each in made}
    return files | {"define.xml": define_xml(trial, made)}


def _transport(dataset: Dataset) -> bytes:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({column.name: _cells(dataset, column) for column in dataset.columns})
    dates = {column.name: "DATE9." for column in dataset.columns if _is_date(column)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.xpt"
        pyreadstat.write_xport(
            frame,
            path,
            file_label=dataset.label,
            column_labels=[column.short_label for column in dataset.columns],
            table_name=dataset.name,
            file_format_version=5,
            variable_format=dates,
        )
        data = path.read_bytes()
    return _WHEN.sub(_NEVER, data[:_HEADERS]) + data[_HEADERS:]


def _is_date(column: Column) -> bool:
    return str(column.values.type).startswith("date")


def _cells(dataset: Dataset, column: Column) -> "pd.Series":
    import pandas as pd

    values = column.values.to_pylist()
    if _is_date(column):
        days = [None if value is None else (value - _FIRST_DAY).days for value in values]
        return pd.Series(days, dtype=float)
    if str(column.values.type) != "string":
        return pd.Series(values, dtype=float)
    longest = max((len((value or "").encode()) for value in values), default=0)
    if longest > LONGEST_TEXT:
        raise UserError(
            Problem(
                f"{dataset.name}: {column.name}",
                found=f"a text of {longest} bytes",
                expected=f"at most {LONGEST_TEXT}, which is all that a transport file can hold",
                do="shorten the label or the value in the configuration",
            )
        )
    # A null would be read as the text "nan"; a transport file has blanks for it.
    return pd.Series([value or "" for value in values], dtype=object)
