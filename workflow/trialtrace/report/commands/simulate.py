"""`trialtrace simulate`: what is true of each result; what a run found; one trial again."""

import argparse
import csv
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.report.commands.asked import check_asked
from trialtrace.report.listing import aligned, json_text
from trialtrace.report.which_run import Add, add_of_trial, named_trial

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

LISTED = ("truth", "result_id", "true_value", "true_by")
AGAIN = ("result_id", "seed", "value", "ci_low", "ci_high", "n_used", "error")
FAILED = "trial 1 fails"
# A run's rows as text; json has them whole.
FOUND = ("truth", "result_id")


def add_simulate(add: Add) -> None:
    """The command's arguments."""
    command = add_of_trial(add, "simulate", "how the analyses perform under stated truths")
    command.add_argument(
        "--list", action="store_true", help="every truth, and what is true of each result"
    )
    command.add_argument("--truth", help="the truth of --replicate")
    command.add_argument("--replicate", type=int, help="draw and analyse this trial again")
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.set_defaults(run=run_simulate)


def run_simulate(arguments: argparse.Namespace) -> int:
    """Print what is true, one trial, or what came of the last run; 1 where nothing has a value."""
    from trialtrace.run.trial.check import check_trial
    from trialtrace.run.trial.load import load_trial
    from trialtrace.run.trial.simulation.load import simulation_of

    at, name = named_trial(arguments)
    trial = load_trial(name, at)
    simulation_of(trial)
    if wrong := check_trial(at, name):
        raise UserError(wrong[0])
    if arguments.list:
        rows = _listed(trial)
        _put(rows, LISTED, arguments.format)
        return int(any(row["true_by"] == FAILED for row in rows))
    if arguments.replicate is not None or arguments.truth is not None:
        rows = _replicate(trial, arguments.truth, arguments.replicate)
        _put(rows, AGAIN, arguments.format)
        return int(all(row["error"] is not None for row in rows))
    return int(_outcome(trial, at.results / name / "simulation", arguments.format))


def _listed(trial: "Trial") -> list[dict[str, object]]:
    """Every result of the first trial of each truth, with what is true of it."""
    from trialtrace.run.simulation.replicates import analysed
    from trialtrace.run.simulation.run import work_of
    from trialtrace.run.simulation.truths import known_of

    rows: list[dict[str, object]] = []
    with TemporaryDirectory() as folder:
        work = work_of(trial, Path(folder), "listed")
        work.blocks.folder.mkdir()
        for truth in work.simulation.truths:
            block = analysed(work.trials(truth), range(1, 2))
            for each in block["rows"]:
                if each["error"] is not None:
                    print(f"{truth}: {each['result_id']}: {each['error']}", file=sys.stderr)
            results = {each["result_id"]: each for each in block["results"]}
            if not results:
                rows.append(dict(zip(LISTED, (truth, "", "", FAILED), strict=True)))
            known = known_of(work, truth, results)
            for name in results:
                true = known.get(name)
                value = "" if true is None or true.value is None else f"{true.value:.6g}"
                error = f" ({true.error:.2g})" if true is not None and true.error else ""
                by = true.by if true is not None else "no estimate"
                told = (truth, name, value + error, by)
                rows.append(dict(zip(LISTED, told, strict=True)))
    return rows


def _replicate(trial: "Trial", truth: str | None, number: int | None) -> list[dict[str, object]]:
    """One trial of a truth, by its number."""
    from trialtrace.run.simulation.replicates import Trials, analysed
    from trialtrace.run.trial.simulation.load import under

    if truth is None or number is None or number < 1:
        raise UserError(
            f"trialtrace simulate {trial.name}",
            found="--truth or --replicate alone, or a number below 1",
            expected="both: a truth of simulation.yaml and the number of a trial, from 1",
        )
    block = analysed(Trials(under(trial, truth)), [number])
    return [dict(row) for row in block["rows"]]


def _outcome(trial: "Trial", folder: Path, how: str) -> bool:
    """Print what came of the last run; whether something has no value in any trial."""
    from trialtrace.report.simulation.material import COLUMNS, cells, rows_of, without_value
    from trialtrace.run.jobs.stages import SIMULATION

    check_asked(trial, SIMULATION, "simulation", f"trialtrace run {trial.name} --simulation")
    rows = rows_of(folder)
    failed = without_value(rows)
    for line in failed:
        print(line, file=sys.stderr)
    if how == "json":
        print(json_text(rows), end="")
        return bool(failed)
    told: list[dict[str, object]] = []
    for row in rows:
        measures = zip(COLUMNS, cells(row), strict=True)
        told.append({"truth": row["truth"], "result_id": row["result_id"], **dict(measures)})
    _put(told, (*FOUND, *COLUMNS), how)
    print(f"{rows[0]['replicates'] if rows else 0} trials under each truth", file=sys.stderr)
    return bool(failed)


def _put(rows: list[dict[str, object]], columns: tuple[str, ...], how: str) -> None:
    if how == "json":
        print(json_text(rows), end="")
        return
    table = [["" if row[name] is None else str(row[name]) for name in columns] for row in rows]
    if how == "csv":
        text = StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *table])
        print(text.getvalue(), end="")
        return
    print(aligned(table, columns))
