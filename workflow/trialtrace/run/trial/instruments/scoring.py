"""What rules of several instruments have in common."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def mean_of_answered(items: "Mapping[str, np.ndarray]", needed: int) -> "np.ndarray":
    """The mean of each record's answered items; NaN where fewer than `needed` are answered."""
    import numpy as np

    values = np.stack(list(items.values()))
    answered = np.isfinite(values)
    count = answered.sum(axis=0)
    total = np.where(answered, values, 0).sum(axis=0)
    return np.where(count >= needed, total / np.maximum(count, 1), np.nan)


def complete_sum(items: "Mapping[str, np.ndarray]") -> "np.ndarray":
    """The sum of each record's items; NaN where one is missing."""
    import numpy as np

    return np.stack(list(items.values())).sum(axis=0)
