"""The rows of some patients: what is looked at of data that take long to clean."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.trial.load import Trial

# Cleaning so many rows takes some seconds.
ROWS = 150_000


def sampled(
    trial: Trial, raw: Mapping[str, pa.Table], most: int = ROWS
) -> tuple[dict[str, pa.Table], str]:
    """All rows of every so-manieth patient, so that keys, visits and tables belong together still,
    and a sentence on how many they are. Everything where `most` rows are not exceeded."""
    rows = sum(table.num_rows for table in raw.values())
    every = -(-rows // most)
    if every < 2:
        return dict(raw), ""
    subjects = {spec.of: spec.subject for spec in trial.tables.values()}
    made = {
        name: table.filter(pa.array(_marks(table, subjects.get(name, "")) % every == 0))
        for name, table in raw.items()
    }
    kept = sum(table.num_rows for table in made.values())
    return made, f"{kept:,} of {rows:,} rows, those of one patient in {every}".replace(",", " ", 2)


def _marks(table: pa.Table, subject: str) -> np.ndarray:
    """A number for each row that all rows of a patient share; its own where no column tells."""
    if subject not in table.column_names or subject == "source_row":
        return np.arange(table.num_rows)
    text = pc.fill_null(pc.utf8_trim_whitespace(table[subject].cast(pa.string())), "")
    values = text.combine_chunks().dictionary_encode()
    marks = np.array([_mark(one) for one in values.dictionary.to_pylist()], dtype=np.int64)
    return marks[values.indices.to_numpy()] if len(marks) else np.empty(0, dtype=np.int64)


def _mark(subject: str) -> int:
    """The same in every process; numbers of patients that follow each other are spread."""
    from zlib import crc32

    return crc32(subject.encode("utf-8"))
