"""What is counted of a column while its cells pass by: values, and the kinds that they fit.

A column with very many different values keeps the first ones alone; what fits which kind, the ends,
and codes that stand for missing are counted over all rows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.rejects import NUMBER
from trialtrace.run.cleaning.values import WHOLE_CODE, parse_dates

MOST_VALUES = 20_000
# A column is of no kind that more different texts do not fit.
MOST_MISFITS = 60
_DIGITS = [digit * repeated for digit in "987" for repeated in range(1, 6)]
# Numbers that forms use for "not known", where they stand far off the others.
CODES = frozenset([-1, *(int(digits) for digits in _DIGITS), *(-int(digits) for digits in _DIGITS)])
ORDERS = ("ymd", "dmy", "mdy")
_CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
# What every date of the orders above begins with; see trialtrace.run.cleaning.values.
LIKE_DAY = "^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]"
_TIME = f"^{_CLOCK}$"
_AFTER_DAY = f"[T ]{_CLOCK}(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?$"
_COMMA_NUMBER = NUMBER.replace("\\.", ",")
_LEADING_ZERO = "^0[0-9]"


@dataclass
class Numbers:
    """Cells that are numbers with one decimal sign. Ends are those of numbers that are no codes."""

    sign: str
    low: float = float("inf")
    high: float = float("-inf")
    fractions: int = 0
    leading_zeros: int = 0
    large: bool = False
    misfits: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, values: pa.Array, counts: pa.Array) -> None:
        fits = pc.match_substring_regex(values, NUMBER if self.sign == "." else _COMMA_NUMBER)
        _count(self.misfits, values, counts, pc.invert(fits))
        values, counts = values.filter(fits), counts.filter(fits)
        if not len(values):
            return
        spelt = pc.replace_substring(pc.utf8_ltrim(values, "+"), self.sign, ".")
        number = spelt.cast(pa.float64())
        coded = pc.is_in(number, value_set=pa.array(sorted(CODES), type=pa.float64()))
        _count(self.codes, values, counts, coded)
        ends = pc.min_max(number.filter(pc.invert(coded)))
        if ends["min"].is_valid:
            self.low = min(self.low, ends["min"].as_py())
            self.high = max(self.high, ends["max"].as_py())
        self.large = self.large or pc.any(pc.greater_equal(pc.abs(number), 2.0**53)).as_py()
        self.fractions += _total(counts, pc.match_substring_regex(values, "[.,eE]"))
        self.leading_zeros += _total(counts, pc.match_substring_regex(values, _LEADING_ZERO))

    @property
    def whole(self) -> bool:
        """Whether none is written with decimals."""
        return not self.fractions

    @property
    def possible(self) -> bool:
        return len(self.misfits) <= MOST_MISFITS


@dataclass
class Days:
    """Cells that are days in one order, with a time behind each where `timed`.

    Only texts of the shape `LIKE_DAY` are given; all others are misfits.
    """

    order: str
    timed: bool
    first: int | None = None
    last: int | None = None
    misfits: Counter[str] = field(default_factory=Counter)

    def add(self, values: pa.Array, counts: pa.Array) -> None:
        text = pc.replace_substring_regex(values, _AFTER_DAY, "") if self.timed else values
        days, _ = parse_dates(text, self.order)
        _count(self.misfits, values, counts, pc.is_null(days))
        ends = pc.min_max(days.cast(pa.int32()))
        if ends["min"].is_valid:
            found = [day for day in (self.first, ends["min"].as_py()) if day is not None]
            self.first = min(found)
            found = [day for day in (self.last, ends["max"].as_py()) if day is not None]
            self.last = max(found)

    @property
    def possible(self) -> bool:
        return len(self.misfits) <= MOST_MISFITS


@dataclass
class Times:
    """Cells that are times of day."""

    misfits: Counter[str] = field(default_factory=Counter)

    def add(self, values: pa.Array, counts: pa.Array) -> None:
        _count(self.misfits, values, counts, pc.invert(pc.match_substring_regex(values, _TIME)))

    @property
    def possible(self) -> bool:
        return len(self.misfits) <= MOST_MISFITS


@dataclass
class Tally:
    """Counts of a column. `values` are all of its values while `exact`."""

    rows: int = 0
    blank: int = 0
    values: Counter[str] = field(default_factory=Counter)
    exact: bool = True
    longest: int = 0
    point: Numbers = field(default_factory=lambda: Numbers("."))
    comma: Numbers = field(default_factory=lambda: Numbers(","))
    times: Times = field(default_factory=Times)
    days: dict[str, Days] = field(default_factory=lambda: {o: Days(o, False) for o in ORDERS})
    moments: dict[str, Days] = field(default_factory=lambda: {o: Days(o, True) for o in ORDERS})

    def add(self, cells: pa.Array) -> None:
        """Count the cells of one part."""
        counted = pc.utf8_trim_whitespace(cells.cast(pa.string())).value_counts()
        values, counts = counted.field("values"), counted.field("counts")
        there = pc.fill_null(pc.not_equal(values, ""), False)
        values, counts = values.filter(there), counts.filter(there)
        present = pc.sum(counts).as_py() or 0
        self.rows += len(cells)
        self.blank += len(cells) - present
        if present:
            self._count(values, counts)

    def without(self, codes: Iterable[str]) -> "Tally":
        """The counts as if cells with these codes were blank. Only an exact tally can tell."""
        left = Counter(self.values)
        for code in codes:
            left.pop(code, None)
        return self._of(left)

    def _of(self, left: Counter[str]) -> "Tally":
        tally = Tally(rows=self.rows, blank=self.rows - left.total())
        if left:
            tally._count(pa.array(left, type=pa.string()), pa.array(left.values(), type=pa.int64()))
        return tally

    def as_whole(self) -> "Tally":
        """The counts with 1.0 taken for 1; itself where there is no such number, or many."""
        few = self.exact and len(self.values) <= MOST_MISFITS
        if not few or not any(map(WHOLE_CODE.match, self.values)):
            return self
        left: Counter[str] = Counter()
        for text, count in self.values.items():
            left[WHOLE_CODE.sub(r"\1", text)] += count
        return self._of(left)

    def _count(self, values: pa.Array, counts: pa.Array) -> None:
        self._keep(values, counts)
        self.longest = max(self.longest, pc.max(pc.utf8_length(values)).as_py())
        kinds: tuple[Numbers | Times, ...] = (self.point, self.comma, self.times)
        for kind in kinds:
            if kind.possible:
                kind.add(values, counts)
        self._count_days(values, counts)

    def _count_days(self, values: pa.Array, counts: pa.Array) -> None:
        """Count days in all orders; most columns have no text that is like one."""
        days = [one for one in (*self.days.values(), *self.moments.values()) if one.possible]
        if not days:
            return
        like = pc.match_substring_regex(values, LIKE_DAY)
        misfits: Counter[str] = Counter()
        _count(misfits, values, counts, pc.invert(like))
        for day in days:
            day.misfits.update(misfits)
        values, counts = values.filter(like), counts.filter(like)
        if len(values):
            for day in days:
                if day.possible:
                    day.add(values, counts)

    def _keep(self, values: pa.Array, counts: pa.Array) -> None:
        """Count values, new ones only while there are not too many."""
        room = max(0, MOST_VALUES + 1 - len(self.values))
        if len(values) > room:
            known = pc.is_in(values, value_set=pa.array(list(self.values), type=pa.string()))
            fresh = values.filter(pc.invert(known))
            if len(fresh) > room:
                self.exact = False
                known = pc.or_(known, pc.is_in(values, value_set=fresh.slice(0, room)))
            else:
                known = pc.or_(known, pc.is_in(values, value_set=fresh))
            values, counts = values.filter(known), counts.filter(known)
        for value, count in zip(values.to_pylist(), counts.to_pylist(), strict=True):
            self.values[value] += count

    @property
    def present(self) -> int:
        return self.rows - self.blank


def _count(into: Counter[str], values: pa.Array, counts: pa.Array, mask: pa.Array) -> None:
    """Count the texts of a mask, so many that it can be told that there are too many."""
    texts = values.filter(mask).slice(0, MOST_MISFITS + 1)
    times = counts.filter(mask).slice(0, MOST_MISFITS + 1)
    for text, count in zip(texts.to_pylist(), times.to_pylist(), strict=True):
        into[text] += count


def _total(counts: pa.Array, mask: pa.Array) -> int:
    return pc.sum(counts.filter(mask)).as_py() or 0


# Numbers that stand for a value that is not there: 9, 99, -9, 8888, where they are far off.
#
# A code is suspected where it lies beyond every other value by at least as much as these are apart
# and does not go on in their steps, or where it alone is below nought. What is
# suspected is left to a person.

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
    others = len(tally.values) - len(numbers.codes) - len(numbers.misfits)
    suspected: list[float] = []
    for code in sorted(spelt, key=lambda code: (abs(code), code)):
        there = sum(numbers.codes[text] for text in spelt[code])
        often = abs(code) < 10 and there > MOST_OFTEN * tally.present
        enough = others >= FEWEST and not often
        if enough and _is_far(code, low, high, numbers.whole, others, visits):
            suspected.append(code)
        else:
            low, high, others = min(low, code), max(high, code), others + 1
    cells = {code: sum(numbers.codes[text] for text in spelt[code]) for code in suspected}
    told = [
        f"{spelt[code][0]} ({n} cell{'s' * (n != 1)}) lies far off the others, which are {low:g} "
        f"to {high:g}."
        for code, n in cells.items()
    ]
    return tuple(text for code in suspected for text in spelt[code]), tuple(told), low, high


def _is_far(code: float, low: float, high: float, whole: bool, others: int, visits: bool) -> bool:
    if code < 0:
        return low >= 0 and not (visits and code > -10)
    if visits:
        return False
    if abs(code) < 10 and not (whole and others <= MOST_CODES):
        return False
    step = (high - low) / (others - 1)
    return code > high and code - high >= max(1.0, high - low, 2 * step)
