"""`trialtrace export --as`: what a run made, in a form that another program, or everyone, reads."""

import os
from pathlib import Path

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.store import SYNTHETIC, make_folder, write_bytes, write_text
from trialtrace.base.synthetic import SIGN
from trialtrace.report.interchange.adam import adam_files, csv_files
from trialtrace.report.interchange.ard import ard
from trialtrace.report.listing import json_text
from trialtrace.report.public import PublicResults, ars_files
from trialtrace.run.disclosure.presets import PRESETS
from trialtrace.run.disclosure.release import Released
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.load import Trial, load_settings

PUBLIC = "public"
FORMS = ("adam", "csv", "ard", "ars", PUBLIC)
ONCE = (
    "Release it once: with another preset, or another run, both together can tell what each hides, "
    "and no release knows of another.\n"
)


def write_form(trial: Trial, folder: str, form: str, preset: str | None = None) -> str:
    """Write the files of the last run; what to tell of it. Those of real patients only their owner
    can read, but for what is made for everyone by a preset.

    Raises UserError for a folder that holds files or lies in the results, a preset that is lacking
    or not asked for, and where the trial has not run.
    """
    at = Path(folder)
    if at.exists() and (not at.is_dir() or any(os.scandir(at))):
        raise UserError(folder, found="a file, or a folder with files", expected="a new folder")
    if at.resolve().is_relative_to(trial.at.results.resolve()):
        what = "lies in the results, and would be a part of them"
        raise UserError(folder, what, do="name one elsewhere")
    if (form == PUBLIC) != (preset in PRESETS):
        found = f"--preset {preset}" if preset else "no --preset"
        told = f"--preset {one_of(PRESETS)} with --as {PUBLIC}, and with nothing else"
        raise UserError(f"--as {form}", found=found, expected=told)
    private = trial.private and form != PUBLIC
    files = _files(trial, form, preset)
    make_folder(at, private)
    for name, data in files.items():
        write_bytes(at / name, data, 0o600 if private else 0o644)
    text = f"{len(files)} files in {folder}: {', '.join(files)}\n{ONCE if form == PUBLIC else ''}"
    if not trial.synthetic:
        return text
    write_text(at / SIGN, f"{SYNTHETIC}\n")
    return f"SYNTHETIC: {text}"


def _files(trial: Trial, form: str, preset: str | None) -> dict[str, bytes]:
    if preset is not None:
        return PublicResults(trial, PRESETS[preset]).files
    if form in ("adam", "csv"):
        return adam_files(trial) if form == "adam" else csv_files(trial)
    disclosure = trial.disclosure(load_settings(trial.at))
    tracer = Tracer(trial, trial.at.results / trial.name, disclosure)
    results = [Released(row) for row in tracer.results.values()]
    if form == "ard":
        return {"ard.json": json_text(ard(results)).encode()}
    files = ars_files(trial, results, tracer.members)
    return {name: text.encode() for name, text in files.items()}
