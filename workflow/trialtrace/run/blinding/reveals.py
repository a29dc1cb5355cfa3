"""A look for columns that tell the arm, before arms are permuted.

Of each patient the first value of a column, and whether there is one, is held against the arm:
codes by Pearson's test, numbers, dates and the order of rows by that of Kruskal and Wallis; what is
beyond chance among all looks is named. An outcome may differ between the arms because of the
treatment, which a blinded run must not tell: it is named only where it tells the arm of nearly
everybody.
"""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import one_of
from trialtrace.run.blinding.known import Known
from trialtrace.run.integrity import chances
from trialtrace.run.trial.outcomes import Outcomes
from trialtrace.run.trial.treatment import arm_columns

LEVEL, NEARLY_ALL = 0.001, 0.95
FEWEST, MOST_LEVELS, BINS = 5, 12, 8
DIGITS = re.compile(r"\d+")


def told_arms(whole: Known) -> Iterator[str]:
    """A sentence on the columns that predict the arm beyond chance and are not declared."""
    trial = whole.trial
    outcomes = Outcomes(trial.endpoints, trial.subjects)
    looks = [(name, column, *one) for name, column, one in _looks(whole)]
    found = dict.fromkeys(
        f"{name}.{column}"
        for name, column, p, share in looks
        if (
            share >= NEARLY_ALL
            if outcomes.taken_from((name, column))
            else p < LEVEL / max(1, len(looks))
        )
    )
    if found:
        yield (
            f"The arm can be told, beyond chance, from {one_of(found)}: name columns that reveal "
            "it in cleaning.yaml, tables.TABLE.reveals_arm; where the order of rows or the number "
            "of a patient does, sort or number the export anew."
        )


def _looks(whole: Known) -> Iterator[tuple[str, str, tuple[float, float]]]:
    """(clean table, column, (p, share of patients whose arm is told)) of every look."""
    trial = whole.trial
    keys, adsl = whole.adsl
    if "TRT01P" not in adsl.columns:
        return
    arm_of = dict(zip(keys.to_pylist(), adsl.columns["TRT01P"].to_pylist(), strict=True))
    for name, cleaned in whole.clean.items():
        spec, table = cleaned.typed.spec, cleaned.table
        subject = cleaned.typed.accepted.subject.to_pylist()
        first = list({who: at for at, who in reversed(list(enumerate(subject)))}.values())[::-1]
        arms = np.unique([str(arm_of[subject[at]]) for at in first], return_inverse=True)[1]
        hidden = {*arm_columns(trial, spec), *trial.cleaning.tables[name].reveals_arm}
        for column in (*trial.dictionary[name], "source_row"):
            if column not in hidden and len(first) > FEWEST:
                values = table[column].combine_chunks().take(pa.array(first))
                for kinds in (values, values.is_valid().cast(pa.string())):
                    if (one := _look(kinds, arms)) is not None:
                        yield name, "rows" if column == "source_row" else column, one


def _look(values: pa.Array, arms: np.ndarray) -> tuple[float, float] | None:
    """Chance of the values by arm, and the mean share of the arms that the values tell; None where
    there is nothing to compare."""
    there = values.is_valid().to_numpy(zero_copy_only=False)
    arm = arms[there]
    if there.sum() < FEWEST or len(np.unique(arm)) < 2:
        return None
    if pa.types.is_string(values.type):
        level = _levels(values.drop_null())
        return None if level is None else _by_level(level, arm)
    numbers = values.drop_null().to_numpy(zero_copy_only=False)
    days = numbers.astype(np.int64) if numbers.dtype.kind == "M" else numbers
    ranks = chances.ranks(days.astype(float))
    if np.ptp(ranks) == 0:
        return None
    p = chances.kruskal_wallis([ranks[arm == one] for one in np.unique(arm)])
    bins = np.unique(np.floor(BINS * (ranks - 0.5) / len(ranks)), return_inverse=True)[1]
    return p, _share(bins, arm)


def _levels(values: pa.Array) -> np.ndarray | None:
    """Texts as places: as they are, or where they are many, without their digits."""
    for texts in (values.to_pylist(), [DIGITS.sub("0", str(one)) for one in values.to_pylist()]):
        found, level = np.unique(texts, return_inverse=True)
        if 1 < len(found) <= MOST_LEVELS:
            return np.asarray(level)
    return None


def _by_level(level: np.ndarray, arm: np.ndarray) -> tuple[float, float] | None:
    """Pearson's test of levels that enough patients have."""
    counts = np.zeros((arm.max() + 1, level.max() + 1))
    np.add.at(counts, (arm, level), 1)
    used = counts[:, counts.sum(axis=0) >= FEWEST]
    used = used[used.sum(axis=1) > 0]
    if min(used.shape) < 2:
        return None
    return chances.pearson(used), _share(level, arm)


def _share(level: np.ndarray, arm: np.ndarray) -> float:
    """The mean over arms of the share whose arm is the most frequent one of its level."""
    counts = np.zeros((arm.max() + 1, level.max() + 1))
    np.add.at(counts, (arm, level), 1)
    told = counts.argmax(axis=0)[level] == arm
    return float(np.mean([told[arm == one].mean() for one in np.unique(arm)]))
