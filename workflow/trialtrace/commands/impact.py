"""`trialtrace impact`: what rests on a cell, a line or a patient; what another value would give."""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.archive.compare import RESULT_KEY, SEEN
from trialtrace.archive.table_changes import keyed_change
from trialtrace.ground.contracts import RAW, RESULTS, read_table
from trialtrace.ground.errors import Problem, UserError, visible
from trialtrace.ground.paths import Project
from trialtrace.ground.store import write_parquet
from trialtrace.report.listing import json_text
from trialtrace.trace.content import Tracer
from trialtrace.trace.impact import DerivedValue, Impact, RawPlace
from trialtrace.trial.load import Trial, load_settings, load_trial

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Of a long list so many are shown; JSON has all.
SHOWN = 15


def tell_impact(
    at: Project, name: str, place: str | None, subject: str | None, value: str | None, form: str
) -> int:
    """Print what rests on a place of the export or on a patient, or what a `value` would change."""
    trial = load_trial(name, at)
    disclosure = trial.disclosure(load_settings(at))
    tracer = Tracer(trial, at.results / name, disclosure)
    impact = Impact(tracer)
    if place is not None:
        where = impact.place(place)
        if value is not None:
            return _what_if(tracer, where, value, form)
        chosen, told, rejected = impact.edges(where), str(where), impact.rejected(where)
    else:
        if value is not None:
            raise UserError(
                Problem("--what-if", found="a patient", expected="a cell: FILE:LINE:COLUMN")
            )
        chosen, told, rejected = impact.of_subject(subject or ""), f"subject {subject}", []
    _tell(impact, chosen, told, rejected, form)
    return 0


def _tell(impact: Impact, chosen: "np.ndarray", told: str, rejected: list[str], form: str) -> None:
    tracer = impact.tracer
    derived = list(impact.derived(chosen))
    results = impact.results(chosen)
    claims = [claim for row in results for claim in tracer.claims.get(row["result_id"], [])]
    claimed = list(dict.fromkeys(claim["claim_id"] for claim in claims))
    displays = impact.displays(results)
    adjusted = impact.adjusted(results)
    if form == "json":
        made = {
            "place": told,
            "synthetic": tracer.trial.synthetic,
            "derived": [asdict(one) for one in derived],
            "rejected": rejected,
            "results": [row["result_id"] for row in results],
            "adjusted": [row["result_id"] for row in adjusted],
            "claims": claimed,
            "displays": displays,
        }
        print(json_text(made), end="")
        return
    by_analysis = Counter(row["analysis_id"] for row in results)
    lines = [
        f"{tracer.trial.name}: {told}",
        *(["SYNTHETIC data: not evidence"] if tracer.trial.synthetic else []),
        *_list("rejected by cleaning", rejected),
        *_list("derived values", [*dict.fromkeys(map(_derived, derived))]),
        *_list("results", [f"{name}: {n}" for name, n in by_analysis.items()], len(results)),
        *_list("adjusted p of others in a family", [row["result_id"] for row in adjusted]),
        *_list("published numbers", claimed),
        *_list("figures and tables", displays),
    ]
    print(visible("\n".join(lines)))


def _list(title: str, entries: Sequence[str], many: int | None = None) -> Iterator[str]:
    yield f"{title}: {len(entries) if many is None else many or 'none'}"
    yield from (f"  {entry}" for entry in entries[:SHOWN])
    if len(entries) > SHOWN:
        yield f"  … {len(entries) - SHOWN} more: --format json"


def _derived(one: DerivedValue) -> str:
    parts = (one.dataset, one.parameter, one.visit, one.variable)
    return " ".join(part for part in parts if part)


def _what_if(tracer: Tracer, place: RawPlace, value: str, form: str) -> int:
    """Run the stages up to the analysis in a folder of their own, with another value in a cell."""
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
        shown = "the values of the cell are not shown"
        print(f"disclosure: {tracer.disclosure}: {shown}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
        new = _with_value(trial, tracer.folder, Path(space), place, value)
        old = read_table(tracer.folder / "analysis" / "results.parquet", RESULTS)
        columns = [*RESULT_KEY, *SEEN]
        change = keyed_change("results", old.select(columns), new.select(columns), RESULT_KEY)
        before = {row["result_id"]: row for row in old.to_pylist()}
        after = {row["result_id"]: row for row in new.to_pylist()}
    changed = dict.fromkeys(str(cell.key[0]) for cell in change.cells)
    changed |= dict.fromkeys(name for name in {*before} ^ {*after})
    rows = [
        {
            "result_id": name,
            "old": before[name]["stat_text"] if name in before else None,
            "new": after[name]["stat_text"] if name in after else None,
        }
        for name in changed
    ]
    if form == "json":
        told = {"place": str(place), "synthetic": trial.synthetic, "results": rows}
        print(json_text(told), end="")
        return 0
    lines = [
        f"{trial.name}: {place} with {value!r}: {len(rows)} of {len(before)} results would change",
        *(["SYNTHETIC data: not evidence"] if trial.synthetic else []),
        *(f"  {row['result_id']}\n      {row['old']} → {row['new']}" for row in rows),
    ]
    print(visible("\n".join(lines)))
    return 0


def _with_value(
    trial: Trial, results: Path, space: Path, place: RawPlace, value: str
) -> "pa.Table":
    """The results of the plan with a value in place of a raw cell's."""
    import pyarrow as pa

    from trialtrace.cleaning.clean import clean_tables
    from trialtrace.endpoints.derive import derive_datasets
    from trialtrace.methods.analysing.run import analyse_plan

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
    return read_table(space / "analysis" / "results.parquet", RESULTS)
