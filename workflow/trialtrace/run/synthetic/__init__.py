"""Synthetic cohorts: drawn by scripts/cohorts/TRIAL.py as a raw export, and read like one."""

import tempfile
from dataclasses import replace
from pathlib import Path

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.base.synthetic import PUT_IN, SIGN
from trialtrace.run.sources.raw import RawTable
from trialtrace.run.trial.cohort_script import known_script, script_place
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import Csv, Synthetic, spelling

AS_WRITTEN = {"format": "csv", "encoding": "utf-8", "separator": ",", "decimal": "."}
NOTICE = "SYNTHETIC: drawn by a program, {}. No row is a patient, and no number of it is evidence."


def notice(trial: Trial) -> str:
    """What the files of a cohort say of themselves."""
    return NOTICE.format(script_place(trial.name))


def load(trial: Trial, source: Synthetic) -> list[RawTable]:
    """The raw tables of a fresh draw, each read from the file that the script wrote; the first has
    put_in.csv and the notice beside it too."""
    files = draw_files(trial, source)
    told = {
        "synthetic": notice(trial),
        "seed": source.seed,
        "script": script_place(trial.name),
        "script_sha256": sha256_bytes(known_script(trial.at, trial.name).read_bytes()),
    }
    tables = [_read(trial, name, files[f"{name}.csv"], told) for name in source.items]
    tables[0].companions[PUT_IN] = files[PUT_IN]
    tables[0].companions[SIGN] = (notice(trial) + "\n").encode()
    return tables


def draw_files(trial: Trial, source: Synthetic) -> dict[str, bytes]:
    """The files that the trial's script draws with the seed of trial.yaml, by their names.

    Raises UserError where there is no such script, where it fails, and for items without a file.
    """
    from trialtrace.run.synthetic.script import run_script

    with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
        path = known_script(trial.at, trial.name)
        (folder,) = run_script(path, Path(space), [source.seed])
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    wanted = {f"{name}.csv" for name in source.items}
    if wanted != {*files} - {PUT_IN}:
        raise UserError(
            f"{trial.name}: source.items",
            found=", ".join(sorted(wanted)),
            expected=f"the files that {script_place(trial.name)} draws: "
            f"{', '.join(sorted({*files} - {PUT_IN}))}",
        )
    return files


def _read(trial: Trial, name: str, data: bytes, told: dict[str, object]) -> RawTable:
    from trialtrace.run.sources.files import Opened
    from trialtrace.run.sources.raw import without_mark
    from trialtrace.run.sources.readers import delimited

    file, place = f"{name}.csv", f"{trial.name}: source.items.{name}"
    declared = structure(Csv, AS_WRITTEN | {"path": file})
    records = delimited.read(Opened(Path(file), file, data, declared, place, file))
    notes = told | {"format": "csv", "size": len(data), "sha256": sha256_bytes(data)}
    plain = replace(without_mark(records), notes=notes | records.notes)
    return RawTable(name, plain, spelling(declared), {file: data})
