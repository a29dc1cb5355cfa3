"""`trialtrace impact --what-if`: the results if another value stood in a cell."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, visible
from trialtrace.base.store import write_parquet
from trialtrace.report.listing import json_text
from trialtrace.run.archive.compare import RESULT_KEY, SEEN
from trialtrace.run.archive.comparison import ToldResult, told_result
from trialtrace.run.archive.table_changes import keyed_change
from trialtrace.run.archive.text import counted, shown_pair
from trialtrace.run.tables.contracts import RAW, REJECTS, RESULTS, read_table
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.impact import FLAGGED, MISSING, RawPlace, reasons
from trialtrace.run.trial.load import Trial


def tell_what_if(tracer: Tracer, place: RawPlace, value: str, form: str) -> int:
    """Print which results another value in a cell would change, and whether cleaning takes it."""
    if place.column is None:
        raise UserError(
            Problem(
                "--what-if",
                found=f"a line, {place}",
                expected="a cell: FILE:LINE:COLUMN",
            )
        )
    trial = tracer.trial
    if not trial.synthetic and tracer.disclosure != "full":
        text = "the values of the cell are not shown"
        print(f"disclosure: {tracer.disclosure}: {text}", file=sys.stderr)
    made = with_value(tracer, place, value)
    if form == "json":
        told = {
            "place": str(place),
            "synthetic": trial.synthetic,
            "rejected": made.rejected,
            "results": made.results,
        }
        print(json_text(told), end="")
        return 0
    print(visible("\n".join(_lines(trial, place, value, made))))
    return 0


@dataclass(frozen=True)
class WithValue:
    """What another value would give: the results that change, of how many, and why cleaning or an
    endpoint would not take the value."""

    results: list[ToldResult]
    of: int
    rejected: list[str]


def _lines(trial: Trial, place: RawPlace, value: str, made: WithValue) -> Iterator[str]:
    many = f"{len(made.results)} of {counted(made.of, 'result')} would change"
    yield f"{trial.name}: {place} with {value!r}: {many}"
    if trial.synthetic:
        yield "SYNTHETIC data: not evidence"
    if not value:
        yield "an empty cell counts as missing"
    for one in made.rejected:
        flagged = one.endswith((FLAGGED, MISSING))
        yield one if flagged else f"NOT TAKEN, so it would count as missing: {one}"
    for result in made.results:
        crossing = "   CROSSES THE LEVEL" if result["flips"] else ""
        yield f"  {result['result_id']}"
        yield f"      {' → '.join(shown_pair(result))}{crossing}"


def with_value(tracer: Tracer, place: RawPlace, value: str) -> WithValue:
    """Run the stages up to the analysis in a folder of their own, with another value in a cell."""
    trial = tracer.trial
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
        _run(trial, tracer.folder, Path(space), place, value)
        rejected = [
            reason
            for stage in ("clean", "derived")
            for reason in reasons(
                read_table(Path(space) / stage / "rejects.parquet", REJECTS), place
            )
        ]
        new = read_table(Path(space) / "analysis" / "results.parquet", RESULTS)
    old = read_table(tracer.folder / "analysis" / "results.parquet", RESULTS)
    columns = [*RESULT_KEY, *SEEN]
    change = keyed_change("results", old.select(columns), new.select(columns), RESULT_KEY)
    before, after = (
        {str(row["result_id"]): row for row in table.to_pylist()} for table in (old, new)
    )
    changed = {str(cell.key[0]) for cell in change.cells} | ({*before} ^ {*after})
    order = [*before, *(name for name in after if name not in before)]
    return WithValue(
        [
            told_result(name, before.get(name), after.get(name), (trial.plan, trial.plan))
            for name in order
            if name in changed
        ],
        len(before),
        [*dict.fromkeys(rejected)],
    )


def _run(trial: Trial, results: Path, space: Path, place: RawPlace, value: str) -> None:
    """The results of the plan with a value in place of a raw cell's."""
    import pyarrow as pa

    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.methods.analysing.run import analyse_plan

    shutil.copytree(results / "raw", space / "raw")
    path = space / "raw" / f"{place.table}.parquet"
    raw = read_table(path, RAW)
    column = place.column or ""
    rows = zip(raw["source_file"].to_pylist(), raw["source_row"].to_pylist(), strict=True)
    at = list(rows).index((place.file, place.row))
    cells = raw[column].to_pylist()
    cells[at] = value or None
    changed = raw.set_column(raw.column_names.index(column), column, pa.array(cells, pa.string()))
    write_parquet(path, changed, 0o600, synthetic=trial.synthetic)
    clean_tables(trial, space / "raw", space / "clean")
    derive_datasets(trial, space / "clean", space / "derived")
    analyse_plan(trial, space / "derived", space / "analysis")
