"""Numbers that may stand for a missing value, 9, 99, -9, 8888, where they lie far off the others.

A code is suspected where it lies beyond every other value by at least as much as these are apart
and does not go on in their steps, or where it alone is below nought. A person decides.
"""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.rejects import NUMBER

_DIGITS = [int(digit * repeated) for digit in "987" for repeated in range(1, 6)]
CODES = frozenset([-1, *_DIGITS, *(-number for number in _DIGITS)])
# Different values that others must have, so that "far off" means something.
FEWEST = 2
# A code of one digit is suspected among codes only, of which there are at most so many.
MOST_CODES = 7
# A code of one digit in a larger share of the cells is rather a value.
MOST_OFTEN = 0.15


def far_off(cells: pa.Array, sign: str, *, visits: bool) -> dict[str, int]:
    """The suspected codes as they are spelt, with their cells. `cells` are texts, `sign` is the
    decimal sign. Of `visits` none is suspected above the others, nor a few days before."""
    counted = pc.utf8_trim_whitespace(cells.cast(pa.string())).value_counts()
    values, counts = counted.field("values"), counted.field("counts").to_pylist()
    pattern = NUMBER if sign == "." else NUMBER.replace(r"\.", ",")
    fits = pc.fill_null(pc.match_substring_regex(values, pattern), False).to_pylist()
    pairs = zip(values.to_pylist(), counts, fits, strict=True)
    cells_of = {text: n for text, n, number in pairs if number}
    numbers = {text: float(text.replace(sign, ".")) for text in cells_of}
    whole = not any(mark in text for text in numbers for mark in ".,eE")
    return _suspected(numbers, cells_of, whole=whole, visits=visits)


def _suspected(
    numbers: dict[str, float], cells: dict[str, int], *, whole: bool, visits: bool
) -> dict[str, int]:
    spelt: dict[float, list[str]] = {}
    for text, number in numbers.items():
        if number in CODES:
            spelt.setdefault(number, []).append(text)
    plain = [number for number in numbers.values() if number not in CODES]
    low, high, others = min(plain, default=0.0), max(plain, default=0.0), len({*plain})
    present, found = sum(cells.values()), Counter[str]()
    for code in sorted(spelt, key=lambda code: (abs(code), code)):
        there = sum(cells[text] for text in spelt[code])
        often = abs(code) < 10 and there > MOST_OFTEN * present
        far = others >= FEWEST and not often
        if far and _is_far(code, (low, high), others, whole=whole, visits=visits):
            found.update({text: cells[text] for text in spelt[code]})
        else:
            low, high = (min(low, code), max(high, code)) if others else (code, code)
            others += 1
    return dict(found)


def _is_far(
    code: float, ends: tuple[float, float], others: int, *, whole: bool, visits: bool
) -> bool:
    low, high = ends
    if code < 0:
        return low >= 0 and not (visits and code > -10)
    if visits or (abs(code) < 10 and not (whole and others <= MOST_CODES)):
        return False
    step = (high - low) / (others - 1)
    return code > high and code - high >= max(1.0, high - low, 2 * step)
