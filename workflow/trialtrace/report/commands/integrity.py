"""`trialtrace integrity`: the checks of a trial's data by the items of the IPD Integrity Tool."""

import argparse
from dataclasses import replace
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.report.which_run import Add, add_of_trial, check_analysis, named_trial, tell_run

NAME = "integrity"


def add_integrity(add: Add) -> None:
    """Add `integrity` to the commands."""
    command = add_of_trial(
        add, NAME, "checks of a trial's data by the items of the IPD Integrity Tool"
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        help="where integrity.html and integrity.csv are written (default: TRIAL-integrity)",
    )
    command.set_defaults(run=_integrity)


def _integrity(arguments: argparse.Namespace) -> int:
    """Write both files, readable by their owner alone where the data are of real patients."""
    from trialtrace.base.store import make_folder, write_bytes
    from trialtrace.report.listing import csv_text
    from trialtrace.report.pages.item_report import (
        csv_lines,
        declared_checks,
        evidence,
        html_page,
    )
    from trialtrace.run.endpoints.losses import read_losses
    from trialtrace.run.integrity.read import read_export, shown_at_entry
    from trialtrace.run.integrity.registry import AT_ENTRY, look_at
    from trialtrace.run.jobs.stages import DERIVE
    from trialtrace.run.trial.load import load_settings, load_trial

    at, name = named_trial(arguments)
    check_analysis(at, name)
    at, _ = tell_run(at, name, DERIVE, earlier=True)
    trial, results = load_trial(name, at), at.results / name
    looks = read_losses(results / "derived").looks
    if not looks:
        raise UserError(name, found="no checks of its rows", do=f"make run TRIAL={name}")
    disclosure = trial.disclosure(load_settings(at))
    export = replace(read_export(trial, results / "clean", {}), baseline=shown_at_entry(trial))
    looks = (*looks, *look_at(export, AT_ENTRY))
    declared = declared_checks(trial, results / "clean", disclosure)
    items = evidence(looks, _claims(results / "audit" / "claims.parquet"), declared)
    folder = Path(arguments.output or f"{name}-{NAME}")
    make_folder(folder, trial.private)
    files = {
        f"{NAME}.html": html_page(trial, items, export, disclosure),
        f"{NAME}.csv": csv_text(csv_lines(trial, items, disclosure)),
    }
    for file, text in files.items():
        write_bytes(folder / file, text.encode(), 0o600 if trial.private else 0o644)
    flags = sum(one.flags for one in items)
    told = f"{flags or 'no'} flag{'' if flags == 1 else 's'}"
    print(f"{folder / NAME}.html, {NAME}.csv: {len(items)} items, {told}")
    return 0


def _claims(path: Path) -> list[dict[str, object]]:
    """The rows of the audit; none where it was not made."""
    if not path.is_file():
        return []
    from trialtrace.run.tables.contracts import CLAIMS, read_table

    rows: list[dict[str, object]] = read_table(path, CLAIMS).to_pylist()
    return rows
