"""Heads that stand over each other and cross: each arm has the same parts, such as grades of
adverse events, or each of several outcomes has the same arms."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.heads import ARM, Column

_CONTROL = re.compile(
    r"\b(?:controls?|placebo|usual care|standard (?:care|treatment|therapy)|sham|no treatment|"
    r"wait(?:ing)?[\s-]?list|comparator|vehicle)\b",
    re.IGNORECASE,
)
UNSURE = "two names stand over this column: which of them is the arm is guessed"


def names_control(text: str) -> bool:
    """Whether a head or label is of a group that is compared with."""
    return bool(_CONTROL.search(text))


def crossed(every: Sequence[Column]) -> list[Column]:
    """The same columns; where two names stand over each and all pairs of them are there, the arm
    is the name with a number of patients or of a control, and the other is a part of what was
    measured. Where neither is told, they stay one name, in doubt."""
    columns = [
        column
        for column in every
        if column.role == ARM and column.arm != ALL and len(column.names) == 2
    ]
    upper = list(dict.fromkeys(one.names[0] for one in columns))
    lower = list(dict.fromkeys(one.names[1] for one in columns))
    pairs = {one.names for one in columns}
    if len(upper) < 2 or len(lower) < 2 or len(pairs) != len(upper) * len(lower):
        return list(every)
    arm = _which(columns, upper, lower)
    made = []
    for one in every:
        if one not in columns:
            made.append(one)
        elif arm is None:
            made.append(replace(one, doubt=UNSURE))
        else:
            made.append(replace(one, arm=one.names[arm], part=one.names[1 - arm]))
    return made


def _which(columns: Sequence[Column], upper: Sequence[str], lower: Sequence[str]) -> int | None:
    """The place of the arm among two names."""
    sized = [all(column.sized == column.names[at] for column in columns) for at in (0, 1)]
    if sized[0] != sized[1]:
        return sized.index(True)
    named = [any(map(names_control, names)) for names in (upper, lower)]
    return named.index(True) if named[0] != named[1] else None
