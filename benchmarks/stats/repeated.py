"""Analysis of variance of repeated measures against pingouin, one data set.

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

from trialtrace.stats.repeated.anova import RepeatedAnova, rm_anova

ROUNDS = 9
# Data sets a round that each side is timed on.
SETS, SUBJECTS, VISITS = 10, 22, 4
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


def cpu(compute: Callable[[], object]) -> float:
    began = time.process_time()
    compute()
    return (time.process_time() - began) / SETS


def check_equal(ours: RepeatedAnova, table: pd.DataFrame) -> None:
    """The two sides give the same numbers, or their times are worth nothing."""
    within, row = ours.within, by_pingouin(table).iloc[0]
    numbers = {
        "F": within.f,
        "p_unc": within.p_value,
        "p_GG_corr": within.p_gg,
        "eps": within.epsilon_gg,
        "W_spher": ours.mauchly_w,
        "p_spher": ours.mauchly_p,
    }
    for name, value in numbers.items():
        np.testing.assert_allclose(value, row[name], rtol=EQUAL, err_msg=name)


def measure() -> list[dict]:
    y = data()
    tables = [long(one) for one in y]
    for one, table in zip(y, tables, strict=True):
        check_equal(rm_anova(one), table)
    peer, own = [], []
    for _ in range(ROUNDS):
        peer.append(cpu(lambda: [by_pingouin(table) for table in tables]))
        own.append(cpu(lambda: [rm_anova(one) for one in y]))
    return [
        {
            "what": "one data set, rm_anova v pingouin.rm_anova, per data set",
            "ours": median(own),
            "peer": median(peer),
            "ratio": median(peer) / median(own),
            "target": None,
            "met": None,
        }
    ]


def main() -> None:
    for row in measure():
        print(
            f"{row['what']}: ours {row['ours'] * 1e6:.2f} us, peer {row['peer'] * 1e6:.0f} us, "
            f"{row['ratio']:,.0f} times"
        )


if __name__ == "__main__":
    main()
