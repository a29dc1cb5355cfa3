"""The number needed to treat in words: to benefit or to harm, never negative.

Altman 1998, BMJ 317:1309: where the interval of the risk difference contains no difference, that of
the number needed runs from harm through infinity to benefit.
"""

from math import ceil, isinf, isnan

from trialtrace.base.styles import PLAIN, Style
from trialtrace.base.words import NOT_ESTIMABLE, NUMBER_NEEDED, decimals

BENEFIT, HARM = "NNTB", "NNTH"
INFINITY = "∞"


def through_infinity(stat: str, low: float | None, high: float | None) -> bool:
    """Whether the bounds are those that the interval leaves out between them: a number needed
    above the upper one, and below the lower one, is in it."""
    if stat != NUMBER_NEEDED or low is None or high is None:
        return False
    return low < 0 < high


def needed_text(
    value: float, low: float, high: float, level: float | None, style: Style = PLAIN
) -> str:
    """ "NNTB 12.2 (95 % CI NNTH 11.4 to ∞ to NNTB 4.6)", "NNTH 8.0 (95 % CI 4.1 to 20.3)".

    `value` and its bounds are positive where treatment lowers the risk of the event. Of a style
    that is not fine they are whole, the next above: no fewer patients are enough.
    """
    if isnan(value):
        return NOT_ESTIMABLE
    text = _side(value, style)
    if level is None:
        return text
    if isnan(low) or isnan(high):
        told = NOT_ESTIMABLE
    elif low < 0 < high:
        told = f"{_side(low, style)} to {INFINITY} to {_side(high, style)}"
    else:
        told = " to ".join(_size(end, style) for end in sorted((low, high), key=abs))
    return f"{text} ({100 * level:g} % CI {told})"


def _side(value: float, style: Style) -> str:
    return f"{HARM if value < 0 else BENEFIT} {_size(value, style)}"


def _size(value: float, style: Style) -> str:
    whole = isinf(value) or style.fine
    return decimals(abs(value), 1) if whole else decimals(ceil(abs(value) - 1e-9), 0)
