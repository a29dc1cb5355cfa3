"""100 imputations of 124 patients with 4 visits, gaps in all of them, beside statsmodels' MICE.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.missing`. Median of nine rounds, in each
of which both sides run one after the other; CPU seconds, so that other work on the machine counts
for neither. Both go through ten cycles of chained equations for each imputation. Ours runs one
chain an imputation and draws from the normal regression, by arm; the analysis and Rubin's rules
are timed too. statsmodels runs one chain, draws by predictive mean matching, has the arm in the
model, fits the analysis model each time and pools with a normal reference; its time is
proportional to the number of imputations, so that ten are timed and count ten times. There is no
target; `met` is that the two estimates are within half a standard error. Monotone and
reference-based imputation have no peer in Python.
"""

import time
import warnings
from statistics import median

import numpy as np

from trialtrace.stats import missing

ROUNDS = 9
PATIENTS, VISITS, IMPUTATIONS, CYCLES = 124, 4, 100, 10
PEER_IMPUTATIONS = 10
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
        values[:, :, -1],
        np.ones(PATIENTS, dtype=bool),
        arm,
        x,
        [0, 1],
        arms=(1, 0),
        deltas=([0.0], [0.0]),
        null=0.0,
        sides="two_sided",
        level=0.05,
    )
    return float(grid.without_shift.estimate[0, 0]), float(grid.without_shift.se[0, 0])


def ours_chained(arm: np.ndarray, gaps: np.ndarray) -> tuple[float, float]:
    found = missing.impute_chained(
        gaps,
        arm,
        None,
        kinds=("normal",) * VISITS,
        arms="by_arm",
        logistic="maximum",
        cycles=CYCLES,
        **MARKS,
        **MANY,
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
        gaps,
        arm,
        None,
        reference=0,
        arms="by_arm",
        assumption="jump_to_reference",
        cycles=CYCLES,
        **MARKS,
        **MANY,
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
        fit = model.fit(n_burnin=0, n_imputations=PEER_IMPUTATIONS)
    return float(fit.params[1]), float(fit.bse[1])


def timed(function, *arguments) -> tuple[float, tuple[float, float]]:
    began = time.process_time()
    result = function(*arguments)
    return time.process_time() - began, result


def row(what: str, ours: float, peer: float | None, met: bool) -> dict:
    return {
        "what": f"{IMPUTATIONS} imputations, {PATIENTS} x {VISITS}, {what}",
        "ours": ours,
        "peer": peer,
        "ratio": peer / ours if peer else None,
        "target": "none; estimates within half a standard error" if peer else "none",
        "met": met,
    }


def measure() -> list[dict]:
    """One row a method: CPU seconds of ours, of the peer where there is one, and their ratio."""
    arm, gaps, dropout = data()
    seconds = {"chained": [], "peer": [], "monotone": [], "reference": []}
    for _ in range(ROUNDS):
        for name, function, y in (
            ("chained", ours_chained, gaps),
            ("peer", statsmodels_mice, gaps),
            ("monotone", ours_monotone, dropout),
            ("reference", ours_reference, gaps),
        ):
            used, result = timed(function, arm, y)
            seconds[name].append(used)
            if name == "chained":
                ours = result
            elif name == "peer":
                same = abs(result[0] - ours[0]) < ours[1] / 2
    middle = {name: median(used) for name, used in seconds.items()}
    peer = middle["peer"] * IMPUTATIONS / PEER_IMPUTATIONS
    return [
        row("chained, ten cycles, by arm", middle["chained"], peer, same),
        row("monotone, by arm", middle["monotone"], None, True),
        row("jump to reference, ten cycles", middle["reference"], None, True),
    ]


if __name__ == "__main__":
    for found in measure():
        print(found)
