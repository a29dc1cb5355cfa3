"""`trialtrace queries`: the data query log of a trial, with the answers of the former one."""

import argparse
from collections import Counter
from pathlib import Path

from trialtrace.report.which_run import Add, add_of_trial, named_trial, tell_run

FOLDER = "queries"


def add_queries(add: Add) -> None:
    command = add_of_trial(add, "queries", "the data query log of a trial's last run, as XLSX")
    command.add_argument(
        "--file",
        metavar="FILE",
        type=Path,
        help=f"the workbook; answers and states in it are kept (default: {FOLDER}/TRIAL.xlsx)",
    )
    command.set_defaults(run=run_queries)


def run_queries(arguments: argparse.Namespace) -> int:
    """Write the workbook. Raises UserError where it is there and cannot be read."""
    from trialtrace.base.store import write_bytes
    from trialtrace.report.interchange.query_log import (
        STATES,
        queries_of,
        read_queries,
        with_former,
        written,
    )
    from trialtrace.run.jobs.stages import DERIVE
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    at, _ = tell_run(at, name, DERIVE)
    trial = load_trial(name, at)
    path = arguments.file or at.root / FOLDER / f"{name}.xlsx"
    shown = at.shown(path)
    former = read_queries(path.read_bytes(), shown) if path.exists() else []
    queries = with_former(queries_of(trial), former)
    write_bytes(path, written(queries, trial.shows_values), 0o600 if trial.private else 0o644)
    counts = Counter(one.state for one in queries)
    told = ", ".join(f"{counts[state]} {state}" for state in STATES)
    new = len({one.id for one in queries} - {one.id for one in former})
    print(f"{name}: {len(queries)} queries ({told}; {new} new): {shown}")
    return 0
