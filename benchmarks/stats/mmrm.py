"""MMRM of 200 subjects at 4 visits, a fifth of the values missing, with degrees of freedom.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.mmrm`; the peer is nlme::gls in one R
process, or, where R is missing, statsmodels. Median of nine rounds; CPU seconds, so that other
work on the machine counts for neither. Ours fits an unstructured covariance by REML and gives the
arm difference at the last visit with both kinds of degrees of freedom; gls fits the same model and
has no such degrees of freedom; statsmodels' MixedLM has no unstructured covariance and fits a
random intercept, against which ours fits compound symmetry.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from trialtrace.stats.mixed.mixed_tests import mixed_contrast
from trialtrace.stats.mixed.mmrm import MmrmFit, mmrm
from trialtrace.stats.mixed.visit_design import VisitDesign, difference_row, visit_design

ROUNDS = 9
SUBJECTS, VISITS = 200, 4
# Seconds that an MMRM may take, degrees of freedom included.
TARGET = 1.0

GLS = """
suppressMessages(library(nlme))
d <- read.csv(commandArgs(TRUE)[1])
d$v <- factor(d$visit)
fit <- function() gls(value ~ 0 + v + v:arm + v:base, d, corSymm(form = ~ visit | subject),
                      varIdent(form = ~ 1 | v), method = "REML")
for (i in 0:as.integer(commandArgs(TRUE)[2])) {
  used <- system.time(result <- fit())
  if (i) cat(used[["user.self"]] + used[["sys.self"]], "")
}
cat("\\n", coef(result)[["v4:arm"]], sqrt(vcov(result)["v4:arm", "v4:arm"]), "\\n")
"""


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arm, baseline value, and y of shape (subjects, visits) with NaN."""
    rng = np.random.default_rng(20261120)
    arm, base = np.arange(SUBJECTS) % 2, rng.normal(50, 10, SUBJECTS)
    level = rng.normal(0, 3, (SUBJECTS, 1))
    y = 0.4 * base[:, None] + level + np.cumsum(rng.normal(0, 2, (SUBJECTS, VISITS)), axis=1)
    y += arm[:, None] * np.arange(VISITS)
    y[rng.random(y.shape) < 0.2] = np.nan
    return arm, base, y


def ours(arm, base, y, *, structure: str) -> tuple[MmrmFit, float, float]:
    design = visit_design(
        arm, range(1, VISITS + 1), coding="cell_means", covariates=base[:, None], by_visit=True
    )
    fit = mmrm(y, design.x, structure=structure, method="REML")
    row = _difference(design)
    for df in ("satterthwaite", "kenward_roger"):
        mixed_contrast(fit, row, df=df, sides="two_sided", confidence=0.95)
    return fit, float(row @ fit.coef), float(np.sqrt(row @ fit.covariance @ row))


def _difference(design: VisitDesign) -> np.ndarray:
    return difference_row(design, arm=1, reference=0, visit=VISITS)


def cpu(compute: Callable[[], object]) -> float:
    """CPU seconds of a call, the median of the rounds after one to warm up."""
    compute()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        compute()
        times.append(time.process_time() - began)
    return median(times)


def by_gls(arm, base, y) -> tuple[float, float, float]:
    """CPU seconds of nlme::gls, its difference at the last visit and standard error."""
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "data.csv", Path(folder) / "gls.R"
        script.write_text(GLS)
        rows = [
            f"{s},{arm[s]},{base[s]!r},{v + 1},{y[s, v]!r}"
            for s, v in zip(*np.nonzero(~np.isnan(y)), strict=True)
        ]
        text = "\n".join(["subject,arm,base,visit,value", *rows])
        table.write_text(text.replace("np.float64(", "").replace(")", "") + "\n")
        run = ["Rscript", str(script), str(table), str(ROUNDS)]
        out = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split("\n")
    estimate, se = map(float, out[1].split())
    return median(map(float, out[0].split())), estimate, se


def by_statsmodels(arm, base, y) -> float:
    """CPU seconds of MixedLM with a random intercept."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    design = visit_design(
        arm, range(1, VISITS + 1), coding="cell_means", covariates=base[:, None], by_visit=True
    )
    seen = ~np.isnan(y)
    subject = np.nonzero(seen)[0]
    return cpu(lambda: MixedLM(y[seen], design.x[seen], groups=subject).fit(reml=True))


def measure() -> list[dict]:
    """One row per comparison: what, ours and peer in seconds, ratio, target, met."""
    arm, base, y = data()
    seconds = cpu(lambda: ours(arm, base, y, structure="unstructured"))
    rows = []
    if shutil.which("Rscript"):
        peer, estimate, se = by_gls(arm, base, y)
        _, own, own_se = ours(arm, base, y, structure="unstructured")
        # gls stops early, hence the tolerance.
        np.testing.assert_allclose([own, own_se], [estimate, se], rtol=1e-3)
        rows.append(_row("MMRM, unstructured, v. R gls (fit only)", seconds, peer))
    else:
        rows.append(_row("MMRM, unstructured", seconds, float("nan")))
    simple = cpu(lambda: ours(arm, base, y, structure="compound_symmetry"))
    what = "MMRM, compound symmetry, v. statsmodels MixedLM (no df)"
    rows.append(_row(what, simple, by_statsmodels(arm, base, y)))
    return rows


def _row(what: str, seconds: float, peer: float) -> dict:
    return {
        "what": what,
        "ours": seconds,
        "peer": peer,
        "ratio": peer / seconds,
        "target": f"<= {TARGET} s",
        "met": seconds <= TARGET,
    }


def main() -> None:
    for row in measure():
        print(
            f"{row['what']}: ours {row['ours'] * 1e3:.1f} ms, peer {row['peer'] * 1e3:.0f} ms, "
            f"{row['ratio']:,.0f} times; {row['target']} {'met' if row['met'] else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
