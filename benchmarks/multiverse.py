"""The multiverse of elmunzer2012, beside a loop of scipy's permutation test in the same run.

Prints and writes docs/benchmarks-multiverse.md. Needs the derived data of a run of elmunzer2012.
Everything is in CPU seconds of this process. scipy tests each specification by itself
on the scores that the multiverse makes of it, without strata; it is run for a few specifications
and draws, and counted pro rata. `--beside PYTHON` is an interpreter that has the package
specification-curve, which then fits least squares by every set of as many covariates; the same of
this project stands beside it.
"""

import argparse
import platform
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from multiverse_sizes import in_a_process
from trialtrace.base.paths import Project
from trialtrace.run.multiverse.curves import Group, drawn, groups, prepared
from trialtrace.run.multiverse.estimates import estimates
from trialtrace.run.multiverse.run import run_multiverse, work_of
from trialtrace.run.trial.load import load_trial

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks-multiverse.md"
TRIAL = "elmunzer2012"
SPECIFICATIONS, DRAWS = 4, 500
# Covariates and patients of the least squares, as many as the trial has.
SIZE = (10, 602)


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-print", action="store_true", help="leave the page as it is")
    parser.add_argument("--beside", help="a Python that has specification-curve")
    arguments = parser.parse_args()
    text = measured(beside(arguments.beside) if arguments.beside else None)
    print(text)
    if not arguments.only_print:
        PAGE.write_text(text, encoding="utf-8")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What a function gives, and its CPU seconds."""
    begun = time.process_time()
    return work(), time.process_time() - begun


# Made-up patients, as many as the trial has; an event in 13 of 100.
BESIDE = """
import time
import numpy as np
import pandas as pd
from specification_curve import SpecificationCurve
room, names = np.random.default_rng(1), [f"x{i}" for i in range(10)]
data = pd.DataFrame(room.integers(0, 2, size=(602, 10)).astype(float), columns=names)
data["arm"] = room.integers(0, 2, 602).astype(float)
data["y"] = (room.random(602) < 0.13).astype(float)
begun = time.process_time()
curve = SpecificationCurve(data, y_endog="y", x_exog="arm", controls=names)
curve.fit()
print(time.process_time() - begun, len(curve.df_r))
"""


def beside(python: str) -> tuple[float, int]:
    """CPU seconds of specification-curve, and how many models it fits."""
    done = subprocess.run([python, "-c", BESIDE], capture_output=True, text=True, check=True)
    seconds, models = done.stdout.split()[-2:]
    return float(seconds), int(models)


def measured(other: tuple[float, int] | None) -> str:
    """The page."""
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
    if other is not None:
        what = f"specification-curve: least squares alone, {other[1]:,} sets, no tests together"
        rows.append((what, other[0]))
        what = "this project: the same least squares, with intervals, members and scores"
        rows.append((what, in_a_process(SIZE)["estimates"]))
    ratio = loop / drawing
    lines = [
        "# The multiverse",
        "",
        f"Measured by `make bench-multiverse`: the {number:,} specifications of {TRIAL}, "
        f"{draws:,} re-randomisations each; Python {platform.python_version()}, "
        f"{peak:.0f} MiB at most. {distinct:,} of them have scores of their own: the two scales "
        f"share theirs. For these scipy takes {ratio:,.0f} times the CPU of the re-randomisation; "
        f"it was run for {SPECIFICATIONS} and {DRAWS} draws.",
        "",
        "| | CPU s |",
        "| --- | ---: |",
        *(f"| {what} | {seconds:,.1f} |" for what, seconds in rows),
        "",
        "Least squares are of made-up patients. The packages specr and multiverse of R were not "
        "at hand, and are not measured.",
    ]
    return "\n".join(lines) + "\n"


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
    main()
