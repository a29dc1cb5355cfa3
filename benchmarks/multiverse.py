"""The multiverse of elmunzer2012, beside a loop of scipy's permutation test in the same run.

Prints a table. Needs the derived data of a run of elmunzer2012. Everything is in CPU seconds of
this process. scipy tests each specification by itself on the scores that the multiverse makes of
it, without strata; it is run for a few specifications and draws, and counted pro rata.
"""

import platform
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from trialtrace.base.paths import Project
from trialtrace.run.multiverse.curves import Group, drawn, groups, prepared
from trialtrace.run.multiverse.estimates import estimates
from trialtrace.run.multiverse.run import run_multiverse, work_of
from trialtrace.run.trial.load import load_trial

ROOT = Path(__file__).resolve().parents[1]
TRIAL = "elmunzer2012"
SPECIFICATIONS, DRAWS = 4, 500


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What a function gives, and its CPU seconds."""
    begun = time.process_time()
    return work(), time.process_time() - begun


def measured() -> str:
    """The table."""
    at = Project(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        work = work_of(load_trial(TRIAL, at), at.results / TRIAL / "derived", out, "measured")
        known, estimating = timed(lambda: estimates(work))
        curves = [prepared(work, group) for group in groups(work, known)]
        _, drawing = timed(lambda: drawn(work, curves))
        _, gathering = timed(lambda: run_multiverse(work, out))
        again = work_of(work.trial, work.derived, out, "measured")
        _, standing = timed(lambda: run_multiverse(again, out))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    number, draws = len(work.trial.specifications), work.trial.multiverse.file.draws
    # Curves on two scales have the same scores, and are drawn once.
    scored = (one.scores for each in curves for one in each.tested)
    distinct = len({kept.digest for kept in scored if kept is not None})
    loop = scipy_loop(curves[0]) * distinct * draws / (SPECIFICATIONS * DRAWS)
    rows = [
        ("estimates, with their intervals and scores", estimating),
        ("re-randomisation, tests and band", drawing),
        ("gathering and tables", gathering),
        ("all of it again, nothing having changed", standing),
        ("scipy.stats.permutation_test, a specification at a time, pro rata", loop),
    ]
    ratio = loop / drawing
    lines = [
        f"Measured by `make bench-multiverse`: the {number:,} specifications of {TRIAL}, "
        f"{draws:,} re-randomisations each; Python {platform.python_version()}, "
        f"{peak:.0f} MiB at most. {distinct:,} of them have scores of their own: the two scales "
        f"share theirs. For these scipy takes {ratio:,.0f} times the CPU of the re-randomisation; "
        f"it was run for {SPECIFICATIONS} and {DRAWS} draws.",
        "",
        "| | CPU s |",
        "| --- | ---: |",
        *(f"| {what} | {seconds:,.1f} |" for what, seconds in rows),
    ]
    return "\n".join(lines)


def scipy_loop(curve: Group) -> float:
    """CPU seconds of scipy for a few specifications and draws."""
    observed = curve.observed
    assert observed is not None
    treated = observed.scheme.code == observed.scheme.index_of(observed.arm)

    def loop() -> None:
        for column in next(observed.scores()).T[:SPECIFICATIONS]:
            stats.permutation_test(
                (column[treated], column[~treated]),
                lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
                vectorized=True,
                n_resamples=DRAWS,
                batch=DRAWS,
                rng=1,
            )

    return timed(loop)[1]


if __name__ == "__main__":
    print(measured())
