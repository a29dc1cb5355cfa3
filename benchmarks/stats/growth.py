"""Cost against the number of rows, from 10,000 to 1,000,000.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.growth`. CPU seconds of one thread, one
round each. `ours` is the time of a million rows, the peer that of R's function on as many, where R
is installed; the words say the exponent of rows between the last two sizes: 1 is linear.
Missing visits at their conditional means are not among them: the jackknife fits everything once
more for each patient, and costs their square.
"""

import math
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from trialtrace.stats.continuous.hodges_lehmann import hodges_lehmann
from trialtrace.stats.continuous.signed_rank import pseudomedian
from trialtrace.stats.missing.imputation import impute_chained
from trialtrace.stats.missing.reference import impute_reference_based
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import visit_design
from trialtrace.stats.regression.counts import negative_binomial
from trialtrace.stats.regression.gee import gee
from trialtrace.stats.regression.logistic import firth, logistic
from trialtrace.stats.regression.ordinal import proportional_odds
from trialtrace.stats.regression.ordinal_gee import ordinal_gee
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed
from trialtrace.stats.regression.poisson import modified_poisson
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.interval_censored import turnbull
from trialtrace.stats.survival.kaplan_meier import log_rank

SIZES = (10_000, 100_000, 1_000_000)
R = """
suppressMessages({library(survival); library(MASS); library(geepack)}); set.seed(1)
n <- as.integer(commandArgs(TRUE)[1])
x <- rnorm(n); time <- rexp(n, exp(0.2 * x)); event <- rbinom(n, 1, 0.7); y <- rbinom(n, 1, 0.3)
arm <- rep(0:1, length.out = n); cluster <- rep(seq_len(n / 10), each = 10)
site <- rep(1:50, each = 2, length.out = n); count <- rnbinom(n, size = 2, mu = exp(0.2 * x))
used <- function(f) { s <- system.time(f()); cat(s[["user.self"]] + s[["sys.self"]], "") }
used(function() survdiff(Surv(time, event) ~ arm))
used(function() coxph(Surv(time, event) ~ x + arm))
used(function() coxph(Surv(time, event) ~ x + arm + strata(site)))
used(function() glm(y ~ x + arm, binomial()))
used(function() glm.nb(count ~ x + arm))
used(function() geeglm(x ~ arm, id = cluster, corstr = "exchangeable"))
used(function() lme4::lmer(x ~ arm + (1 | cluster)))
"""
PEERS = (
    "log-rank test",
    "Cox model, Efron",
    "Cox model, 50 strata",
    "logistic regression",
    "negative binomial regression",
    "GEE, exchangeable, ten visits",
    "linear mixed model",
)


def methods(n: int) -> dict[str, Callable[[], object]]:
    """A call of each method on n rows."""
    rng = np.random.default_rng(20261121)
    x, arm = rng.normal(size=n), np.arange(n) % 2.0
    design = np.column_stack([np.ones(n), x, arm])
    time_, event = rng.exponential(np.exp(-0.2 * x)), (rng.random(n) < 0.7).astype(float)
    y = (rng.random(n) < 0.3).astype(float)
    level = np.digitize(x * 0.3 + rng.logistic(size=n), [-1.0, 0.0, 1.0]).astype(float)
    cluster = np.repeat(np.arange(n // 10), 10)
    effect = rng.normal(size=n // 10)[cluster]
    repeated, visits = (x + effect).reshape(-1, 10), design.reshape(-1, 10, 3)
    model = {"confidence": 0.95}
    entry = time_ * rng.uniform(0, 0.5, n)
    count = rng.negative_binomial(2, 1 / (1 + np.exp(0.2 * x) / 2)).astype(float)
    gaps = (x[: n // 3, None] + rng.normal(size=(n // 3, 3))).round(3)
    gaps[rng.random(gaps.shape) < 0.2] = np.nan
    return {
        **_of_subjects(rng, n, x, arm),
        "log-rank test": lambda: log_rank(time_, event, arm),
        "Cox model, Efron": lambda: cox(time_, event, design[:, 1:], ties="efron", **model),
        "Cox model, 50 strata": lambda: cox(
            time_, event, design[:, 1:], ties="efron", strata=np.arange(n) // 2 % 50, **model
        ),
        "Cox model, late entry": lambda: cox_start_stop(
            entry, time_, event, design[:, 1:], ties="efron", variance="model", **model
        ),
        "Fine-Gray model": lambda: fine_gray(time_, event * (1 + y), design[:, 1:], of=1, **model),
        "self-consistent curve of visits (Turnbull)": lambda: turnbull(
            np.floor(time_ * 4), np.where(event > 0, np.floor(time_ * 4) + 1 + y, np.inf)
        ),
        "logistic regression": lambda: logistic(y, design, **model),
        "logistic regression, Firth": lambda: firth(y, design, **model),
        "negative binomial regression": lambda: negative_binomial(
            count, design, exposure=np.ones(n), **model
        ),
        "modified Poisson regression": lambda: modified_poisson(y, design, **model),
        "proportional odds": lambda: proportional_odds(level, design[:, 1:], **model),
        "linear mixed model": lambda: linear_mixed(
            x + effect, design[:, [0, 2]], np.ones((n, 1)), cluster, method="REML"
        ),
        "GEE, exchangeable, ten visits": lambda: gee(
            repeated,
            visits[:, :, [0, 2]],
            family="gaussian",
            working="exchangeable",
            variance="robust",
            reference="normal",
            **model,
        ),
        "five imputations of three visits, chained, ten cycles": lambda: impute_chained(
            gaps, arm[: n // 3], None, kinds="normal", arms="by_arm", cycles=10, seed=1, stop=5
        ),
        "Hodges-Lehmann, halves": lambda: hodges_lehmann(
            x[: n // 2], x[n // 2 :], correction="none", confidence=0.95
        ),
    }


def _of_subjects(
    rng: np.random.Generator, n: int, x: np.ndarray, arm: np.ndarray
) -> dict[str, Callable[[], object]]:
    """Methods of repeated values: subjects of five rows."""
    subject, covariates = np.repeat(np.arange(n // 5), 5), np.column_stack([x, arm])
    intercept = rng.normal(size=n // 5)[subject]
    level = np.digitize(0.3 * x + 0.4 * arm + intercept + rng.logistic(size=n), [-1.0, 0.0, 1.0])
    outcome = (intercept + rng.normal(size=n)).reshape(-1, 5)
    outcome[rng.random(outcome.shape) < 0.2] = np.nan
    kinds = ("predictive_mean_matching", "binary", "ordinal", "count")
    columns = np.column_stack(
        [rng.normal(size=n // 4), *(rng.poisson(1, (2, n // 4)) > 0), rng.poisson(2, n // 4)]
    )
    columns[:, 2] += rng.integers(0, 2, n // 4)
    columns[rng.random(columns.shape) < 0.2] = np.nan
    times = np.column_stack([np.ones(n), np.tile(np.arange(5.0), n // 5)])
    imputed = {"cycles": 10, "seed": 1, "stop": 5}
    return {
        "cumulative logit, intercepts of subjects, 15 nodes": lambda: ordinal_mixed(
            level, covariates, subject, nodes=15, confidence=0.95
        ),
        "cumulative logit GEE, five visits": lambda: ordinal_gee(
            level.reshape(-1, 5), covariates.reshape(-1, 5, 2), working="uniform", confidence=0.95
        ),
        "random intercepts and slopes": lambda: linear_mixed(
            x + intercept, np.column_stack([times, arm]), times, subject, method="REML"
        ),
        "MMRM, Toeplitz, five visits": lambda: mmrm(
            outcome,
            visit_design(np.arange(n // 5) % 2, range(5), coding="cell_means").x,
            structure="toeplitz",
            method="REML",
        ),
        "five imputations of five visits, jump to reference, ten cycles": lambda: (
            impute_reference_based(
                outcome,
                np.arange(n // 5) % 2,
                None,
                reference=0,
                assumption="jump_to_reference",
                arms="by_arm",
                **imputed,
            )
        ),
        "five imputations of four kinds, chained, ten cycles": lambda: impute_chained(
            columns,
            np.arange(n // 4) % 2,
            None,
            kinds=kinds,
            arms="in_model",
            logistic="maximum",
            donors=5,
            **imputed,
        ),
        "pseudomedian": lambda: pseudomedian(x, method="normal", confidence=0.95),
    }


def cpu(compute: Callable[[], object]) -> float:
    start = time.process_time()
    compute()
    return time.process_time() - start


def measure() -> list[dict[str, Any]]:
    times: dict[str, list[float]] = {}
    for n in SIZES:
        for name, compute in methods(n).items():
            times.setdefault(name, []).append(cpu(compute))
    return [_row(name, spent, _peers().get(name)) for name, spent in times.items()]


def _row(name: str, spent: list[float], peer: float | None) -> dict[str, Any]:
    exponent = math.log10(spent[-1] / spent[-2])
    return {
        "what": f"{name}, {SIZES[-1]:,} rows; exponent {exponent:.2f}",
        "ours": spent[-1],
        "peer": peer,
        "ratio": peer / spent[-1] if peer else None,
        "target": "none; exponent at most 1.3",
        "met": exponent <= 1.3,
    }


_MEASURED: dict[str, float] = {}


def _peers() -> dict[str, float]:
    if not _MEASURED and shutil.which("Rscript"):
        done = subprocess.run(
            ["Rscript", "-e", R, str(SIZES[-1])], capture_output=True, text=True, check=True
        )
        _MEASURED.update(zip(PEERS, map(float, done.stdout.split()), strict=False))
    return _MEASURED


if __name__ == "__main__":
    for row in measure():
        print(row["what"], f"{row['ours']:.2f} s", row["peer"])
