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
from trialtrace.locks import lock_job

# One thread: the last digits of a factorisation depend on how many share the work.
THREADS = ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
os.environ.update({f"{name}_NUM_THREADS": "1" for name in THREADS})


@contextmanager
def job(log: str) -> Iterator[None]:
    """Everything that is printed goes to the log, also by child processes.

    A mistake in data or configuration ends the process with its text and without a traceback. The
    run shows the log of a job that failed.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with open(path, "wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        with lock_job(Path.cwd()):
            yield
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
