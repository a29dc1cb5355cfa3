"""Analysis of variance of repeated measures: many data sets at once against pingouin one by one.

Run with `OPENBLAS_NUM_THREADS=1 python -m benchmarks.stats.repeated`. Median of nine rounds, in
each of which both sides are timed; CPU seconds of all threads, so that other work on the machine
counts for neither. A figure is per data set of 22 subjects x 4 visits (F, epsilon, p, p_GG,
Mauchly's W and p).
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd
import pingouin

from trialtrace.stats.repeated.anova import rm_anova
from trialtrace.stats.repeated.anova_batch import BatchAnova, mixed_anova_batch, rm_anova_batch

ROUNDS = 9
SETS, SUBJECTS, VISITS = 10_000, 22, 4
# Data sets a round that pingouin, and our function for one data set, are timed on.
SAMPLE = 10
TARGET = 3_000
EQUAL = 1e-10


def data() -> np.ndarray:
    rng = np.random.default_rng(20260921)
    walk = np.cumsum(rng.normal(size=(SETS, SUBJECTS, VISITS)), axis=2)
    return walk + rng.normal(size=(SETS, SUBJECTS, 1))


def long(y: np.ndarray) -> pd.DataFrame:
    subject, visit = np.indices(y.shape)
    return pd.DataFrame({"subject": subject.ravel(), "visit": visit.ravel(), "y": y.ravel()})


def by_pingouin(table: pd.DataFrame) -> pd.DataFrame:
    return pingouin.rm_anova(table, dv="y", within="visit", subject="subject", correction=True)


def cpu(compute: Callable[[], object], per: int) -> float:
    began = time.process_time()
    compute()
    return (time.process_time() - began) / per


def check_equal(ours: BatchAnova, tables: list[pd.DataFrame]) -> None:
    """The two sides give the same numbers, or their times are worth nothing."""
    numbers = {
        "F": ours.within.f,
        "p_unc": ours.within.p_value,
        "p_GG_corr": ours.within_p_gg,
        "eps": ours.epsilon_gg,
        "W_spher": ours.mauchly_w,
        "p_spher": ours.mauchly_p,
    }
    for i, table in enumerate(tables):
        row = by_pingouin(table).iloc[0]
        for name, values in numbers.items():
            np.testing.assert_allclose(values[i], row[name], rtol=EQUAL, err_msg=name)


def measure() -> list[dict]:
    y = data()
    tables = [long(one) for one in y[:SAMPLE]]
    arm = np.repeat(["a", "b"], SUBJECTS // 2)
    check_equal(rm_anova_batch(y), tables)
    ways = {
        "10,000 data sets of 22 x 4 at once": (lambda: rm_anova_batch(y), SETS, TARGET),
        "the same in two arms": (
            lambda: mixed_anova_batch(y, arm, sums_of_squares="III"),
            SETS,
            None,
        ),
        "one data set, rm_anova": (lambda: [rm_anova(one) for one in y[:SAMPLE]], SAMPLE, None),
    }
    peer, own = [], {what: [] for what in ways}
    for _ in range(ROUNDS):
        peer.append(cpu(lambda: [by_pingouin(table) for table in tables], SAMPLE))
        for what, (compute, per, _) in ways.items():
            own[what].append(cpu(compute, per))
    return [
        {
            "what": f"{what} v pingouin.rm_anova, per data set",
            "ours": median(own[what]),
            "peer": median(peer),
            "ratio": median(peer) / median(own[what]),
            "target": target,
            "met": None if target is None else median(peer) / median(own[what]) >= target,
        }
        for what, (_, _, target) in ways.items()
    ]


def main() -> None:
    for row in measure():
        met = {None: "", True: "met", False: "MISSED"}[row["met"]]
        print(
            f"{row['what']}: ours {row['ours'] * 1e6:.2f} us, peer {row['peer'] * 1e6:.0f} us, "
            f"{row['ratio']:,.0f} times {met}"
        )


if __name__ == "__main__":
    main()
