"""The synthetic export in a folder: what a real export of the trial must look like."""

import json
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.store import write_bytes, write_json, write_text
from trialtrace.base.synthetic import SIGN, TRUTH
from trialtrace.run.synthetic import make
from trialtrace.run.synthetic.export import NOTICE
from trialtrace.run.synthetic.sheet import spelling_of
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import date_order

DICTIONARY = "dictionary.csv"


def export_folder(trial: Trial, folder: str) -> str:
    """Write the export; what to tell of it."""
    names = write_folder(trial, Path(folder))
    return (
        f"SYNTHETIC: {len(names)} files in {folder}: {', '.join(names)}\n\n"
        "A real export of this form is read with this source in trial.yaml; these files with "
        "synthetic: true under it:\n\n"
        f"{files_source(trial, folder)}"
    )


def write_folder(trial: Trial, folder: Path) -> list[str]:
    """Write a file a form, the dictionary, the truth manifest and a notice; gives their names.

    Raises UserError for a trial whose source is not synthetic, and for a folder that holds files.
    """
    if not trial.drawn:
        raise UserError(
            f"{trial.name}: trial.yaml: source.kind",
            found=repr(trial.source.kind),
            expected="synthetic: only a drawn cohort can be exported",
        )
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(
            str(folder), found="a file, or a folder with files", expected="a new folder"
        )
    made = make(trial)
    for name, data in made.files.items():
        write_bytes(folder / name, data)
    dictionary = trial.at.trial_config(trial.name) / DICTIONARY
    write_bytes(folder / DICTIONARY, dictionary.read_bytes())
    write_json(folder / TRUTH, made.truth)
    write_text(folder / SIGN, f"{NOTICE}\n")
    return [*made.files, DICTIONARY, TRUTH, SIGN]


def files_source(trial: Trial, folder: str) -> str:
    """The `source:` of trial.yaml with which the files of a folder are read instead."""
    lines = ["source:", "  kind: files", f"  folder: {json.dumps(folder)}", "  items:"]
    for name, declared in trial.source.items.items():
        spelling, order = spelling_of(declared), date_order(declared)
        separator = spelling.separator.replace("\t", "\\t")
        told = [
            f"path: {name}.csv",
            "format: csv",
            f"encoding: {spelling.encoding}",
            f'separator: "{separator}"',
            f'decimal: "{spelling.decimal}"',
        ] + [f"date_order: {order}"] * bool(order)
        lines.append(f"    {name}: {{{', '.join(told)}}}")
    return "\n".join(lines) + "\n"
