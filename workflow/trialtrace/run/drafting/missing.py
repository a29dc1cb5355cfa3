"""Numbers that stand for a value that is not there: 9, 99, -9, 8888, where they are far off.

A code is suspected where it lies beyond every other value by at least as much as these are apart
and does not go on in their steps, or where it alone is below nought. What is
suspected is left to a person.
"""

from trialtrace.run.drafting.tally import Numbers, Tally

# Different values that others must have, so that "far off" means something.
FEWEST = 2
# A code of one digit is suspected among codes only, of which there are at most so many.
MOST_CODES = 7
# A code of one digit in a larger share of the cells is rather a value.
MOST_OFTEN = 0.15


def far_off(
    numbers: Numbers, tally: Tally, visits: bool
) -> tuple[tuple[str, ...], tuple[str, ...], float, float]:
    """The suspected codes as they are spelt, a sentence each, and the ends of the other numbers.

    Of `visits` none is suspected above the others, nor a few days before: weeks -1, 0, 2, 8.
    """
    spelt: dict[float, list[str]] = {}
    for text in numbers.codes:
        spelt.setdefault(float(text.replace(numbers.sign, ".")), []).append(text)
    low, high = numbers.low, numbers.high
    others = _others(numbers, tally)
    suspected: list[float] = []
    for code in sorted(spelt, key=lambda one: (abs(one), one)):
        cells = sum(numbers.codes[text] for text in spelt[code])
        often = abs(code) < 10 and cells > MOST_OFTEN * tally.present
        enough = others >= FEWEST and not often
        if enough and _is_far(code, low, high, numbers.whole, others, visits):
            suspected.append(code)
        else:
            low, high, others = min(low, code), max(high, code), others + 1
    told = [
        f"{spelt[code][0]} ({sum(numbers.codes[text] for text in spelt[code])} cells) "
        f"lies far off the others, which are {low:g} to {high:g}."
        for code in suspected
    ]
    return tuple(text for code in suspected for text in spelt[code]), tuple(told), low, high


def _others(numbers: Numbers, tally: Tally) -> int:
    """How many different values are there besides codes for missing."""
    return len(tally.values) - len(numbers.codes) - len(numbers.misfits)


def _is_far(code: float, low: float, high: float, whole: bool, others: int, visits: bool) -> bool:
    if code < 0:
        return low >= 0 and not (visits and code > -10)
    if visits:
        return False
    if abs(code) < 10 and not (whole and others <= MOST_CODES):
        return False
    step = (high - low) / (others - 1)
    return code > high and code - high >= max(1.0, high - low, 2 * step)
