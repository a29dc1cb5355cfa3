"""Arrays by what they hold; their shapes stand in the docstrings of the functions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Whole numbers: counts, sums of ranks.
Whole = NDArray[np.int64]
# Texts as numbers, and small numbers: in tables so long that more memory takes time.
Codes = NDArray[np.signedinteger]
# True and false: events, membership.
Flags = NDArray[np.bool_]
# Python's fractions, or whole numbers of any length, as objects.
Exact = NDArray[np.object_]
# Positions in another array.
Places = NDArray[np.intp]
# Names of arms, levels or subjects: text, numbers or objects that sort.
Labels = NDArray[Any]
