"""What every script of the workflow does around its one call: threads, log, mistakes told plainly.

This module is imported before any other by a script, since libraries of linear algebra read their
number of threads when they are loaded.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trialtrace.errors import UserError
from trialtrace.running.locks import lock_job

# One thread: the last digits of a factorisation depend on how many share the work.
THREADS = ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
os.environ.update({f"{name}_NUM_THREADS": "1" for name in THREADS})


@contextmanager
def job(log: str, frames: bool = False) -> Iterator[None]:
    """Everything that is printed goes to the log, also by child processes.

    A mistake in data or configuration ends the process with its text and without a traceback. The
    run shows the log of a job that failed. `frames` is for a stage that may hand data frames to
    pyarrow.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with open(path, "wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if not frames:
        leave_pandas()
    try:
        with lock_job(Path.cwd()):
            yield
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted before its end; the next run does it again", file=sys.stderr)
        sys.exit(130)


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
