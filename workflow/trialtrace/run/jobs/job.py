"""What every script of the workflow does around its one call: threads, log, mistakes told plainly,
inputs held against the records of the jobs that made them, and a record of its own.

This module is imported before any other by a script, since libraries of linear algebra read their
number of threads when they are loaded, and modules are loaded faster with its setting of garbage.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trialtrace.base.config.placed import placed
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.run.jobs.faults import guard, last_word, rule_of, trial_of, without_file_names
from trialtrace.run.jobs.lock import lock_job
from trialtrace.run.jobs.products import check_inputs, write_record

# One thread: the last digits of a factorisation depend on how many share the work.
THREADS = ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
os.environ.update({f"{name}_NUM_THREADS": "1" for name in THREADS})
# Looking for garbage would be a fifth of a short command or stage, which leave little of it.
gc.set_threshold(3_000_000, 20, 20)


@contextmanager
def job(given: Any, frames: bool = False) -> Iterator[None]:
    """Everything that is printed goes to the log, also by child processes.

    `given` is what Snakemake gives to a script. Before the work, every input is compared with the
    record of the job that wrote it; after it, a record of its own is written. A mistake in data or
    configuration ends the process with its text and without a traceback, a fault of the program
    with as much of it as disclosure allows. The run shows the log of a job that failed. `frames` is
    for a stage that may hand data frames to pyarrow.
    """
    log = Path(given.log[0])
    said = last_word(log)
    _log_to(log)
    if said.exists():
        # A profile tries a job that was killed once more; this one said why it ended.
        print(said.read_text(encoding="utf-8"), end="", file=sys.stderr)
        sys.exit(1)
    guard(trial_of(log))
    if not frames:
        leave_pandas()
    root = Path.cwd()
    try:
        with lock_job(root):
            records = _listed(given.input.get("made", ()))
            beside = {*records, *_given(given, "configuration"), *_given(given, "data")}
            inputs = [path for path in given.input if path not in beside]
            check_inputs(root, inputs, records)
            origin = rule_of(log), _origin(given.params.versions, log)
            yield
            (record,) = _listed(given.output.made)
            outputs = [path for path in given.output if path != record]
            write_record(root, record, origin, inputs, outputs)
        # Nor is it looked for once more at the very end.
        gc.freeze()
    except UserError as error:
        told = placed(error, project(), trial_of(log))
        print(_logged(str(told), trial_of(log)), file=sys.stderr)
        _keep(log, said)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted before its end; the next run does it again", file=sys.stderr)
        _keep(log, said)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  told as guard() has it, then kept
        # The first place is this function's, which is none of the fault.
        at = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error, at)
        _keep(log, said)
        sys.exit(1)


def _logged(text: str, name: str | None) -> str:
    """A mistake as a log may have it: without names of files, where they may not be told."""
    from trialtrace.run.trial.load import load_trial

    try:
        return without_file_names(text, load_trial(name)) if name else text
    except UserError:
        return text


def _keep(log: Path, said: Path) -> None:
    """Keep why a job ended: its log is emptied before it is tried again."""
    sys.stdout.flush()
    sys.stderr.flush()
    said.write_bytes(log.read_bytes())


def _origin(versions: list[str], log: Path) -> str:
    """The hash of what a job comes from, by its files as they are before it reads them."""
    from trialtrace.run.jobs.fresh import freshness

    fresh, rule, trial = freshness(project()), rule_of(log), trial_of(log)
    return fresh.job_by(fresh.code_of(_listed(versions), rule, trial), rule, trial)


def _given(given: Any, name: str) -> list[str]:
    return _listed(given.input.get(name, ()))


def _listed(paths: Any) -> list[str]:
    """One path, or several, of a name in a rule."""
    return [paths] if isinstance(paths, str) else list(paths)


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with open(path, "wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


class _NoPandas:
    """An importer that has no pandas to give."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ImportError(name)


def leave_pandas() -> None:
    """Keep pyarrow from importing pandas with its first array: that takes longer than most stages.

    Refused once, it asks again only where a data frame is asked for.
    """
    import pyarrow

    sys.meta_path.insert(0, _NoPandas)
    pyarrow.array([0])
    sys.meta_path.remove(_NoPandas)
