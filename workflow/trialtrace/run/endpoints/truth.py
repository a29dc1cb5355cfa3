"""Truth with three values as numbers: 1 yes, 0 no, NaN unknown; and rules for what is missing."""

import numpy as np
import pyarrow as pa


def as_numbers(truth: pa.Array) -> np.ndarray:
    return truth.cast("int8").cast("float64").to_numpy(zero_copy_only=False)


def as_truth(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers == 1, mask=np.isnan(numbers))


def at_least(
    yes: np.ndarray, known: np.ndarray, expected: np.ndarray, k: int, missing: str
) -> np.ndarray:
    """Whether at least `k` of the `expected` parts are present, of which `known` are known.

    `any_missing`: unknown where any part is. `undecided`: unknown only where the unknown parts
    could change the answer. `measured`: unknown parts count as absent. Where no part is known the
    answer is unknown under each rule.
    """
    met = np.where(yes >= k, 1.0, 0.0)
    if missing == "any_missing":
        lost = known < expected
    elif missing == "undecided":
        lost = (yes < k) & (yes + expected - known >= k)
    else:
        lost = np.zeros(len(yes), dtype=bool)
    return np.where(lost | (known == 0), np.nan, met)


def ever(truth: np.ndarray, *, passing_over: bool) -> np.ndarray:
    """Whether it was so at this visit or an earlier one; rows are visits in their order.

    A yes stays. A no needs a no at every visit so far; with `passing_over`, at every visit so far
    at which it is known, and at one at least.
    """
    yes = np.logical_or.accumulate(truth == 1, axis=0)
    unknown = np.isnan(truth)
    if passing_over:
        lost = np.logical_and.accumulate(unknown, axis=0)
    else:
        lost = np.logical_or.accumulate(unknown, axis=0)
    return np.where(yes, 1.0, np.where(lost, np.nan, 0.0))
