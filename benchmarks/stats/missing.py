"""100 imputations of 124 patients with 4 visits, gaps in all of them, beside statsmodels' MICE.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.missing`. Median of nine rounds, in each
of which both sides run one after the other; CPU seconds, so that other work on the machine counts
for neither. Both run ten cycles of chained equations before an imputation. Ours runs one chain an
imputation and draws from the normal regression, by arm. statsmodels runs one chain, here with ten
cycles between imputations, draws by predictive mean matching, has the arm in the model, and fits
the analysis model each time; it pools with a normal reference. For ours the same analysis and
Rubin's rules are timed too. There is no target; `met` is that the two estimates are within
half a standard error.
"""

import time
import warnings
from statistics import median

import numpy as np

from trialtrace.stats import missing

ROUNDS = 9
PATIENTS, VISITS, IMPUTATIONS, CYCLES = 124, 4, 100, 10
MARKS = {"not_to_impute": False, "if_marked": "refuse"}
MANY = {"seed": (20261121, 5), "start": 0, "stop": IMPUTATIONS}


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arm, y (n, visits) with gaps, and y where who misses a visit misses all later ones."""
    rng = np.random.default_rng(20261121)
    arm = np.arange(PATIENTS) % 2
    y = rng.normal(0, 2, (PATIENTS, 1)) + np.cumsum(rng.normal(0, 1, (PATIENTS, VISITS)), axis=1)
    y += arm[:, None] * np.arange(VISITS) / 2
    gaps, dropout = y.copy(), y.copy()
    gone = rng.random(y.shape) < 0.12
    gaps[gone] = np.nan
    dropout[np.maximum.accumulate(gone, axis=1)] = np.nan
    return arm, gaps, dropout


def analysed(values: np.ndarray, arm: np.ndarray) -> tuple[float, float]:
    """Pooled arm difference in the last visit and its standard error."""
    x = np.column_stack([np.ones(PATIENTS), arm])
    grid = missing.delta_tipping(
        values[:, :, -1], np.ones(PATIENTS, dtype=bool), arm, x, [0, 1], arms=(1, 0),
        deltas=([0.0], [0.0]), null=0.0, sides="two_sided", level=0.05,
    )  # fmt: skip
    return float(grid.without_shift.estimate[0, 0]), float(grid.without_shift.se[0, 0])


def ours_chained(arm: np.ndarray, gaps: np.ndarray) -> tuple[float, float]:
    found = missing.impute_chained(
        gaps, arm, None, kinds=("normal",) * VISITS, arms="by_arm", cycles=CYCLES, **MARKS, **MANY
    )
    return analysed(found.values, arm)


def ours_monotone(arm: np.ndarray, dropout: np.ndarray) -> tuple[float, float]:
    found = missing.impute_monotone(
        dropout, arm, None, kinds=("normal",) * VISITS, arms="by_arm", **MARKS, **MANY
    )
    return analysed(found.values, arm)


def ours_reference(arm: np.ndarray, gaps: np.ndarray) -> tuple[float, float]:
    # The first visit is needed of everyone.
    gaps = np.where(np.arange(VISITS) == 0, np.where(np.isnan(gaps), 0.0, gaps), gaps)
    found = missing.impute_reference_based(
        gaps, arm, reference=0, assumption="jump_to_reference", cycles=CYCLES, **MARKS, **MANY
    )
    return analysed(found.values, arm)


def statsmodels_mice(arm: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    import pandas as pd
    from statsmodels.imputation.mice import MICE, MICEData
    from statsmodels.regression.linear_model import OLS

    table = pd.DataFrame(y, columns=[f"y{j}" for j in range(VISITS)]).assign(arm=arm.astype(float))
    np.random.seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MICE(f"y{VISITS - 1} ~ arm", OLS, MICEData(table), n_skip=CYCLES - 1)
        fit = model.fit(n_burnin=CYCLES, n_imputations=IMPUTATIONS)
    return float(fit.params[1]), float(fit.bse[1])


def timed(function, *arguments) -> tuple[float, tuple[float, float]]:
    began = time.process_time()
    result = function(*arguments)
    return time.process_time() - began, result


def measure() -> list[dict]:
    """One row a comparison: CPU seconds of both sides and their ratio."""
    arm, gaps, dropout = data()
    rows = []
    for what, function, y in (
        ("chained, ten cycles, by arm", ours_chained, gaps),
        ("monotone, by arm", ours_monotone, dropout),
        ("jump to reference, ten cycles", ours_reference, gaps),
    ):
        ours, peer = [], []
        for _ in range(ROUNDS):
            seconds, result = timed(function, arm, y)
            ours.append(seconds)
            if function is ours_reference:
                continue
            seconds, other = timed(statsmodels_mice, arm, y)
            peer.append(seconds)
        same = not peer or abs(result[0] - other[0]) < other[1] / 2
        rows.append(
            {
                "what": f"{IMPUTATIONS} imputations, {PATIENTS} x {VISITS}, {what}",
                "ours": median(ours),
                "peer": median(peer) if peer else None,
                "ratio": median(peer) / median(ours) if peer else None,
                "target": "none; estimates within half a standard error",
                "met": same,
            }
        )
    return rows


if __name__ == "__main__":
    for row in measure():
        print(row)
