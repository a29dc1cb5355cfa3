"""What is altered in a table of the results, by the run that the archive keeps of it."""

from collections.abc import Iterator

import pyarrow as pa

from trialtrace.base.errors import UserError
from trialtrace.base.store import read_parquet
from trialtrace.report.verify.kept_run import Found, KeptRun
from trialtrace.run.archive.kept_tables import kept_table
from trialtrace.run.archive.shelf import Manifest, Shelf

# Tables whose values may be told whatever the disclosure, with the column that names a row.
NAMED = {"analysis/results.parquet": "result_id", "audit/claims.parquet": "claim_id"}
MOST = 50


def altered_values(run: KeptRun, file: str, kept: Manifest | None) -> Iterator[Found]:
    """Each value of a changed table that is not the kept one; nothing where neither can be read.

    Of tables that hold patients' data the columns are told, and no value.
    """
    name = file.removeprefix(f"results/{run.trial}/")
    if kept is None or name not in kept["tables"]:
        return
    try:
        before = kept_table(kept["tables"][name], Shelf(run.at, run.trial).objects)
        now = read_parquet(run.at.root / file)
        now.validate(full=True)
    except (UserError, OSError, pa.ArrowException):
        return
    if before.num_rows != now.num_rows:
        rows = f"{now.num_rows} rows", f"{before.num_rows} rows"
        yield Found(file, "changed", "number of rows", *rows)
        return
    for column in before.column_names:
        if column not in now.column_names:
            yield Found(file, "missing", f"column {column}")
        elif name in NAMED:
            yield from _values(file, before, now, column, before[NAMED[name]].to_pylist())
        elif not before[column].equals(now[column]):
            yield Found(file, "changed", f"column {column}")


def _values(
    file: str, before: pa.Table, now: pa.Table, column: str, names: list[object]
) -> Iterator[Found]:
    pairs = zip(before[column].to_pylist(), now[column].to_pylist(), names, strict=True)
    for old, new, name in [(o, n, name) for o, n, name in pairs if o != n][:MOST]:
        yield Found(file, "number", column, str(new), str(old), str(name))
