"""Restricted means against lifelines; Cox and log-rank against statsmodels; Fine-Gray against R.

Run with OPENBLAS_NUM_THREADS=1 as `python -m benchmarks.stats.time_to_event`. lifelines needs
pandas < 3, hence an environment of its own, whose interpreter LIFELINES_PYTHON names; without it
that comparison uses the figure recorded in RECORDED, and says so. Median of nine rounds, in each of
which both sides are timed one after the other; CPU seconds, so that other work on the machine
counts for neither. Estimates must agree, or the measurement ends. There is no target beside
statsmodels but to be no slower, within what repeats of the measurement differ.

lifelines' variance is that of min(T, tau), not that of the estimate, so only estimates are
compared; ours includes the right variance. Both start from times and events; lifelines' time is
that of fitting the curve and of `restricted_mean_survival_time(..., return_variance=True)`.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.kaplan_meier import log_rank
from trialtrace.stats.survival.rmst import restricted_mean

ROUNDS = 9
REPEATS = 50
EQUAL = 1e-8
# lifelines 0.30.3, pandas 2.3.3, Python 3.11: CPU seconds a call, n = 124, one of two cores.
RECORDED = 0.883
LIFELINES = """
import sys, time, warnings
warnings.simplefilter("ignore")
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
for line in sys.stdin:
    numbers = [float(cell) for cell in line.split()]
    tau, n = numbers[0], (len(numbers) - 1) // 2
    began = time.process_time()
    fitted = KaplanMeierFitter().fit(numbers[1 : n + 1], numbers[n + 1 :])
    mean, _ = restricted_mean_survival_time(fitted, t=tau, return_variance=True)
    print(time.process_time() - began, repr(float(mean)), flush=True)
"""


def trial(n: int) -> tuple[np.ndarray, ...]:
    """Times in days with ties, events, arm, a covariate, a stratum."""
    rng = np.random.default_rng(20261120)
    arm, z, stratum = rng.integers(0, 2, n), rng.normal(size=n), rng.integers(0, 2, n)
    time_to = np.ceil(rng.exponential(300 * np.exp(-0.4 * arm - 0.2 * z)))
    end = rng.integers(100, 800, n)
    return np.minimum(time_to, end).astype(float), time_to <= end, arm, z, stratum


def timed(compute: Callable[[], float], repeats: int) -> tuple[float, float]:
    began = time.process_time()
    for _ in range(repeats):
        value = compute()
    return (time.process_time() - began) / repeats, value


def row(what: str, ours: list[float], peer: list[float], target: float) -> dict:
    first, second = median(ours), median(peer)
    return {
        "what": what,
        "ours": first,
        "peer": second,
        "ratio": second / first,
        "target": f"at least {target:g} times faster" if target > 1 else "no slower, within 10 %",
        "met": second / first >= target,
    }


def must_agree(ours: float, theirs: float, relative: float) -> None:
    if not abs(ours / theirs - 1) <= relative:
        raise SystemExit(f"results differ: {ours!r} and {theirs!r}")


def restricted_means() -> dict:
    follow_up, event, *_ = trial(124)
    tau = 365.0

    def ours() -> float:
        return restricted_mean(follow_up, event, tau=tau, confidence=0.95).estimate

    python = os.environ.get("LIFELINES_PYTHON")
    what = "restricted mean and variance, n = 124, against lifelines"
    ours()
    if not python:
        own = [timed(ours, REPEATS)[0] for _ in range(ROUNDS)]
        return row(f"{what} (its recorded time)", own, [RECORDED], 1000)
    line = " ".join(map(repr, [tau, *follow_up.tolist(), *map(float, event)])) + "\n"
    own, peer = [], []
    with subprocess.Popen(
        [python, "-c", LIFELINES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        for _ in range(ROUNDS):
            seconds, value = timed(ours, REPEATS)
            process.stdin.write(line)
            process.stdin.flush()
            theirs, estimate = map(float, process.stdout.readline().split())
            # lifelines integrates numerically.
            must_agree(value, estimate, 1e-4)
            own.append(seconds)
            peer.append(theirs)
    return row(what, own, peer, 1000)


def against_statsmodels(n: int) -> list[dict]:
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import survdiff

    follow_up, event, arm, z, stratum = trial(n)
    x, status = np.column_stack([arm, z]).astype(float), event.astype(float)
    repeats = max(1, 4000 // n)
    pairs = {
        "Cox, Efron, 2 covariates, 2 strata": (
            lambda: float(
                cox(follow_up, event, x, ties="efron", confidence=0.95, strata=stratum).coef[0]
            ),
            lambda: float(
                PHReg(follow_up, x, status=status, ties="efron", strata=stratum).fit().params[0]
            ),
        ),
        "log-rank, 2 strata": (
            lambda: log_rank(follow_up, event, arm, strata=stratum).statistic,
            lambda: float(survdiff(follow_up, status, arm, strata=stratum)[0]),
        ),
    }
    rows = []
    for what, (ours, theirs) in pairs.items():
        # The first calls import what is imported late.
        must_agree(ours(), theirs(), 1e-6)
        own, peer = [], []
        for _ in range(ROUNDS):
            own.append(timed(ours, repeats)[0])
            peer.append(timed(theirs, repeats)[0])
        rows.append(row(f"{what}, n = {n}, against statsmodels", own, peer, 0.9))
    return rows


CRR = """
suppressMessages(library(cmprsk))
d <- read.csv(file("stdin"), header = FALSE)
used <- sapply(1:4, function(i) {
  t <- system.time(fit <<- crr(d[[1]], d[[2]], as.matrix(d[, 3:4]), gtol = 1e-9))
  t[["user.self"]] + t[["sys.self"]]
})
cat(median(used[-1]), format(fit$coef, digits = 15))
"""


def against_cmprsk(n: int) -> list[dict]:
    """Fine and Gray's model; nothing where R is not installed."""
    if not shutil.which("Rscript"):
        return []
    rng = np.random.default_rng(20261126)
    x = np.column_stack([np.arange(n) % 2, rng.normal(size=n)])
    follow_up, cause = rng.exponential(size=n), rng.integers(0, 3, n)
    lines = np.column_stack([follow_up, cause, x]).tolist()
    table = "\n".join(",".join(map(repr, line)) for line in lines)
    done = subprocess.run(
        ["Rscript", "-e", CRR], input=table, capture_output=True, text=True, check=True
    )
    peer, *theirs = map(float, done.stdout.split())

    def ours() -> np.ndarray:
        return fine_gray(follow_up, cause, x, of=1, confidence=0.95).coef

    for mine, other in zip(ours().tolist(), theirs, strict=True):
        must_agree(mine, other, 1e-6)
    own = [timed(ours, 3)[0] for _ in range(ROUNDS)]
    return [row(f"Fine-Gray, 2 covariates, n = {n}, against cmprsk::crr", own, [peer], 0.9)]


def measure() -> list[dict]:
    return [
        restricted_means(),
        *against_statsmodels(124),
        *against_statsmodels(2000),
        *against_cmprsk(500),
        *against_cmprsk(2000),
    ]


if __name__ == "__main__":
    for found in measure():
        print(
            f"{found['what']}: {found['ours'] * 1e3:.3f} ms, peer {found['peer'] * 1e3:.3f} ms, "
            f"ratio {found['ratio']:.1f} ({found['target']}: {'yes' if found['met'] else 'no'})"
        )
