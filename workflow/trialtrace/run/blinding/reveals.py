"""A look for columns that tell the arm, before arms are permuted.

Of each patient the first value of a column, whether there is one, and whether its last digit is
even, is held against the arm, and so is the number of rows in each table: codes by Pearson's test,
numbers, dates and the order of rows by that of Kruskal and Wallis. What was there at randomisation,
variables of the subjects, keys, the order of rows, is named beyond chance among all looks. All else
may differ between the arms because of the treatment, which a blinded run must not tell: it is named
only where it tells the arm of nearly everybody.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import one_of
from trialtrace.run.blinding.known import Known
from trialtrace.run.integrity import chances
from trialtrace.run.trial.load import arm_columns
from trialtrace.run.trial.outcomes import Outcomes

# Of what may be an effect the arm of so many is told, and by chance seldom.
NEARLY_ALL, BY_CHANCE = 0.95, 0.01
LEVEL = 0.001
FEWEST, MOST_LEVELS, BINS = 5, 12, 8
DIGITS, LAST_DIGIT = re.compile(r"\d+"), re.compile(r"\d$")
ROWS = "source_row"


@dataclass(frozen=True)
class Look:
    """What was held against the arm, and whether it was there at randomisation; the chance of it by
    arm, and the mean share of the arms that it tells."""

    what: str
    before: bool
    p: float
    share: float


def told_arms(whole: Known) -> Iterator[str]:
    """A sentence on what predicts the arm and is not declared."""
    looks = [*_looks(whole)]
    found = dict.fromkeys(
        look.what
        for look in looks
        if (look.before and look.p < LEVEL / len(looks))
        or (look.share >= NEARLY_ALL and look.p < BY_CHANCE)
    )
    if found:
        yield (
            f"The arm can be told, beyond chance, from {one_of(found)}: name columns that reveal "
            "it in cleaning.yaml, tables.TABLE.reveals_arm; where the order of rows or the number "
            "of a patient does, sort or number the export anew; where the number of rows does, "
            "leave the table out of trial.yaml."
        )


def _looks(whole: Known) -> Iterator[Look]:
    trial = whole.trial
    keys, adsl = whole.adsl
    if "TRT01P" not in adsl.columns:
        return
    arm_of = dict(zip(keys.to_pylist(), map(str, adsl.columns["TRT01P"].to_pylist()), strict=True))
    outcomes = Outcomes(trial.endpoints, trial.subjects)
    variables = {(origin.table, origin.column) for origin in trial.subjects.origins.values()}
    for name, cleaned in whole.clean.items():
        spec, table = cleaned.typed.spec, cleaned.table
        subject = cleaned.typed.accepted.subject.to_pylist()
        rows = Counter(subject)
        counts, every = pa.array([rows[who] for who in arm_of]), [*arm_of.values()]
        looked = [(f"{name} (number of rows)", False, counts, every)]
        first = {who: at for at, who in reversed(list(enumerate(subject)))}
        arms = [arm_of[who] for who in first]
        hidden = {*arm_columns(trial, spec), *trial.cleaning.tables[name].reveals_arm}
        for column in (*trial.dictionary[name], ROWS):
            if column in hidden or len(first) <= FEWEST:
                continue
            variable = (name, column) in variables and not outcomes.taken_from((name, column))
            before = variable or column in (ROWS, spec.subject, *spec.key_)
            values = table[column].combine_chunks().take(pa.array(list(first.values())))
            what = f"{name}.{'rows' if column == ROWS else column}"
            kinds = (values, values.is_valid().cast(pa.string()), _even(values))
            looked += [(what, before, kind, arms) for kind in kinds]
        for what, before, values, of in looked:
            if (look := _look(values, np.unique(of, return_inverse=True)[1])) is not None:
                yield Look(what, before, *look)


def _even(values: pa.Array) -> pa.Array:
    """Whether the last digit is even; missing where a value ends in none."""
    texts = (str(one) if one is not None else "" for one in values.to_pylist())
    last = [LAST_DIGIT.search(text) for text in texts]
    return pa.array([str(int(one[0]) % 2) if one else None for one in last], type=pa.string())


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
