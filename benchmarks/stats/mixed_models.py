"""Mixed models of many rows, beside lme4, and their cost against the number of rows.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.mixed_models`; the peer is lme4::lmer in
one R process, its start excluded. CPU seconds, the median of three calls after one that warms up,
since the first of a million rows waits for memory; of many patterns one call. A fit of ours gives
the coefficients, G and the derivatives that both kinds of degrees of freedom need; lmer gives no
such degrees. An exponent is the slope of log CPU seconds on log rows between the two largest sizes:
1 is a cost linear in rows.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from math import log
from pathlib import Path
from statistics import median

import numpy as np

from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import visit_design
from trialtrace.stats.regression.gee import gee
from trialtrace.stats.regression.logistic import logistic
from trialtrace.stats.regression.ordinal import proportional_odds
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed
from trialtrace.stats.regression.poisson import modified_poisson
from trialtrace.stats.survival.cox import cox

REPEATS = 3
# Clusters, their size: sites with many patients, subjects with few values.
SHAPES = ((15, 400), (30, 100), (30, 700), (1000, 6))
# Times lmer's that a fit may take.
TARGET = 5.0
MMRM = ((500, 8), (5000, 10))
ROWS = (10_000, 100_000, 1_000_000)
LMER = """
suppressMessages(library(lme4))
for (path in commandArgs(TRUE)) {
  d <- read.csv(path)
  used <- sapply(1:4, function(i) {
    t <- system.time(fit <<- lmer(y ~ arm + base + (1 | cluster), d))
    t[["user.self"]] + t[["sys.self"]]
  })
  cat(median(used[-1]), as.data.frame(VarCorr(fit))$vcov, "\\n")
}
"""


def clusters(rng: np.random.Generator, count: int, size: int) -> tuple[np.ndarray, ...]:
    """Values, arm, baseline and cluster; values of a cluster correlated by 0.2."""
    n = count * size
    cluster, arm = np.repeat(np.arange(count), size), rng.integers(0, 2, n).astype(float)
    base = rng.normal(size=n)
    y = 0.3 * arm + base + rng.normal(0, 0.5, count)[cluster] + rng.normal(size=n)
    return y, arm, base, cluster


def with_intercepts(y: np.ndarray, arm: np.ndarray, base: np.ndarray, cluster: np.ndarray):
    one = np.ones_like(y)
    return linear_mixed(y, np.column_stack([one, arm, base]), one[:, None], cluster, method="REML")


def cpu(compute: Callable[[], object], repeats: int = REPEATS) -> float:
    """CPU seconds of a call, the median of several after one to warm up, or of one alone."""
    if repeats > 1:
        compute()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        compute()
        times.append(time.process_time() - began)
    return median(times)


def beside_lmer() -> list[dict]:
    rng = np.random.default_rng(20261121)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths, drawn = [], [clusters(rng, *shape) for shape in SHAPES]
        for number, data in enumerate(drawn):
            paths.append(str(Path(folder) / f"{number}.csv"))
            header = "y,arm,base,cluster"
            table = np.column_stack(data)
            np.savetxt(paths[-1], table, "%.17g", ",", header=header, comments="")
        lines = [""] * len(SHAPES)
        if shutil.which("Rscript"):
            run = ["Rscript", "-e", LMER, *paths]
            lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split(
                "\n"
            )
    for (count, size), data, line in zip(SHAPES, drawn, lines, strict=False):
        seconds = cpu(lambda data=data: with_intercepts(*data))
        peer = float("nan")
        if line:
            peer, *variances = map(float, line.split())
            fit = with_intercepts(*data)
            ours = [fit.random_covariance[0, 0], fit.residual_variance]
            # lmer stops early.
            np.testing.assert_allclose(ours, variances, rtol=1e-3)
        rows.append(
            {
                "what": f"random intercepts, {count} clusters of {size} v. lme4",
                "ours": seconds,
                "peer": peer,
                "ratio": peer / seconds,
                "target": f"<= {TARGET:g} x lme4",
                "met": seconds <= TARGET * peer,
            }
        )
    return rows


def many_patterns() -> list[dict]:
    rows = []
    for subjects, visits in MMRM:
        rng = np.random.default_rng(20261122)
        arm, base = np.arange(subjects) % 2, rng.normal(50, 10, subjects)
        y = 0.4 * base[:, None] + rng.normal(0, 3, (subjects, 1))
        y = y + np.cumsum(rng.normal(0, 2, (subjects, visits)), axis=1)
        y[rng.random(y.shape) < 0.2] = np.nan
        design = visit_design(
            arm, range(visits), coding="cell_means", covariates=base[:, None], by_visit=True
        )
        seconds = cpu(
            lambda y=y, x=design.x: mmrm(y, x, structure="unstructured", method="REML"), 1
        )
        what = f"MMRM, unstructured, {subjects:,} x {visits}, a fifth of the cells missing"
        rows.append(_alone(what, seconds))
    return rows


def against_rows() -> list[dict]:
    rows = []
    for name, build in MODELS.items():
        seconds = {}
        for n in ROWS:
            rng = np.random.default_rng(20261123)
            seconds[n] = cpu(build(rng, n))
        (n0, t0), (n1, t1) = list(seconds.items())[-2:]
        exponent = log(t1 / t0) / log(n1 / n0)
        rows.append(_alone(f"{name}, {n1:,} rows, exponent {exponent:.2f}", t1))
    return rows


def _alone(what: str, seconds: float) -> dict:
    return {
        "what": what,
        "ours": seconds,
        "peer": None,
        "ratio": None,
        "target": "none",
        "met": True,
    }


def _columns(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    x = np.column_stack([np.ones(n), np.arange(n) % 2.0, rng.normal(size=n)])
    return x, x @ [-0.5, 0.4, 0.3]


def _random_sites(rng: np.random.Generator, n: int) -> Callable[[], object]:
    data = clusters(rng, 50, n // 50)
    return lambda: with_intercepts(*data)


def _random_subjects(rng: np.random.Generator, n: int) -> Callable[[], object]:
    data = clusters(rng, n // 5, 5)
    return lambda: with_intercepts(*data)


def _mmrm(rng: np.random.Generator, n: int) -> Callable[[], object]:
    subjects = n // 4
    y = rng.normal(size=(subjects, 1)) + rng.normal(size=(subjects, 4))
    y[rng.random(y.shape) < 0.2] = np.nan
    x = visit_design(np.arange(subjects) % 2, range(4), coding="cell_means").x
    return lambda: mmrm(y, x, structure="unstructured", method="REML")


def _gee(rng: np.random.Generator, n: int) -> Callable[[], object]:
    x, eta = _columns(rng, n)
    y = (eta + rng.logistic(size=n) > 0) * 1.0
    return lambda: gee(
        y.reshape(-1, 5),
        x.reshape(-1, 5, 3),
        family="binomial",
        working="exchangeable",
        variance="robust",
        reference="normal",
        confidence=0.95,
    )


def _logistic(rng: np.random.Generator, n: int) -> Callable[[], object]:
    x, eta = _columns(rng, n)
    y = (eta + rng.logistic(size=n) > 0) * 1.0
    return lambda: logistic(y, x, confidence=0.95)


def _poisson(rng: np.random.Generator, n: int) -> Callable[[], object]:
    x, eta = _columns(rng, n)
    y = (rng.random(n) < np.exp(eta - 1)) * 1.0
    return lambda: modified_poisson(y, x, confidence=0.95)


def _ordinal(rng: np.random.Generator, n: int) -> Callable[[], object]:
    x, eta = _columns(rng, n)
    y = np.digitize(eta + rng.logistic(size=n), [-1, 0.5, 2])
    return lambda: proportional_odds(y, x[:, 1:], confidence=0.95)


def _intercepts(rng: np.random.Generator, n: int) -> Callable[[], object]:
    x, eta = _columns(rng, n)
    subject = np.arange(n) // 5
    y = eta + rng.normal(size=n // 5)[subject] + rng.logistic(size=n) > 0
    return lambda: ordinal_mixed(y * 1.0, x[:, 1:], subject, nodes=15, confidence=0.95)


def _cox(rng: np.random.Generator, n: int) -> Callable[[], object]:
    x, eta = _columns(rng, n)
    time_, event = rng.exponential(np.exp(-eta)), (rng.random(n) < 0.7) * 1.0
    return lambda: cox(time_, event, x[:, 1:], ties="efron", confidence=0.95)


MODELS: dict[str, Callable[[np.random.Generator, int], Callable[[], object]]] = {
    "random intercepts of 50 sites": _random_sites,
    "random intercepts of subjects with 5 values": _random_subjects,
    "MMRM, unstructured, 4 visits": _mmrm,
    "estimating equations, exchangeable, 5 visits": _gee,
    "logistic model": _logistic,
    "modified Poisson model": _poisson,
    "proportional odds": _ordinal,
    "logistic intercepts of subjects, 15 nodes": _intercepts,
    "Cox model": _cox,
}


def measure() -> list[dict]:
    """One row per comparison: what, ours and peer in seconds, ratio, target, met."""
    return [*beside_lmer(), *many_patterns(), *against_rows()]


def main() -> None:
    for row in measure():
        print(f"{row['what']}: {row['ours'] * 1e3:,.1f} ms; {row['peer']}; {row['target']}")


if __name__ == "__main__":
    main()
