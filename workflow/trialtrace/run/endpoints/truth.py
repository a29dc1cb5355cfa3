"""Truth with three values as numbers: 1 yes, 0 no, NaN unknown; and rules for what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from trialtrace.run.tables.conditions import evaluate


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


COUNT = "findings"


def rule(
    condition: Mapping[str, Any],
    findings: Mapping[str, np.ndarray],
    scores: Mapping[str, np.ndarray],
    missing: str,
) -> np.ndarray:
    """The truth of a condition over the number of findings, single findings and scores.

    `any_missing`: unknown where any part is unknown. `undecided`: unknown only where the unknown
    parts could change the answer; the number of findings may then be anything from those known to
    be present up to these and the unknown ones. `any_finding`: unknown where any finding is, and
    where an unknown score could change the answer. `measured`: what is unknown counts as not met.
    Where no finding is known the answer is unknown under each rule.
    """
    parts = {**findings, **scores}
    known = {name: pa.array(value, from_pandas=True) for name, value in parts.items()}
    stacked = np.stack(list(findings.values()))
    lowest, unknown = (stacked == 1).sum(axis=0), np.isnan(stacked).sum(axis=0)
    highest = lowest if missing == "measured" else lowest + unknown
    size = len(lowest)
    always, never = np.ones(size, dtype=bool), np.ones(size, dtype=bool)
    for number in range(len(findings) + 1):
        table = pa.table(known | {COUNT: pa.repeat(float(number), size)})
        truth = as_numbers(evaluate(condition, table))
        possible = (lowest <= number) & (number <= highest)
        always &= ~possible | (truth == 1)
        never &= ~possible | (truth == 0)
    answer = np.where(always, 1.0, np.where(never, 0.0, np.nan))
    if missing == "measured":
        answer = np.where(np.isnan(answer), 0.0, answer)
    if missing == "any_missing":
        answer = np.where(np.isnan(np.stack(list(parts.values()))).any(axis=0), np.nan, answer)
    if missing == "any_finding":
        answer = np.where(unknown > 0, np.nan, answer)
    return np.where(unknown == len(findings), np.nan, answer)


def decided_sooner(
    condition: Mapping[str, object], findings: Sequence[str], scores: Sequence[str]
) -> str | None:
    """The answer that `undecided` gives with fewer known findings, all of them for that answer.

    "yes" or "no"; None where both take as many. Scores are unknown, and so are all other findings.
    """
    size = len(findings)
    known = np.arange(size)[:, None] <= np.arange(size)[None, :]
    none = {name: np.full(size, np.nan) for name in scores}
    taken = {}
    for answer, value in (("yes", 1.0), ("no", 0.0)):
        parts = np.where(known, value, np.nan)
        told = rule(condition, dict(zip(findings, parts, strict=True)), none, "undecided")
        at = np.flatnonzero(told == value)
        taken[answer] = int(at[0]) if at.size else size
    if taken["yes"] == taken["no"]:
        return None
    return min(taken, key=taken.__getitem__)
