"""How a paper prints: roundings, signs, forms of shares, spreads and p-values, usual tests."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from numpy.random import Generator


@dataclass(frozen=True)
class Habits:
    """Drawn once for a paper; every section keeps to it."""

    halves: str
    percent: int
    mean: int
    ratio: int
    p: str
    p_sign: str
    leading_zero: bool
    to: str
    minus: str
    share: str
    spread: str
    counts_test: str
    means_test: str
    named: bool
    sizes: str
    level_told: bool
    thousands: bool
    silent_missing: bool
    needed_up: bool
    told: tuple[str, ...] = field(default=())


def drawn_habits(rng: Generator) -> Habits:
    """Weights are guesses at what medical journals print; each habit is common."""

    def pick(weights: dict) -> object:
        names = list(weights)
        weight = [weights[name] for name in names]
        return names[int(rng.choice(len(names), p=[each / sum(weight) for each in weight]))]

    def text(weights: dict[str, float]) -> str:
        return str(pick(weights))

    def yes(share: float) -> bool:
        return bool(rng.random() < share)

    return Habits(
        halves=text({"up": 0.7, "even": 0.3}),
        percent=int(rng.choice([0, 1, 1, 1, 2])),
        mean=int(rng.choice([1, 1, 2])),
        ratio=int(rng.choice([2, 2, 2, 3, 1], p=[0.3, 0.3, 0.2, 0.1, 0.1])),
        p=text({"three": 0.45, "two": 0.25, "four": 0.08, "spss": 0.04, "levels": 0.18}),
        p_sign=text({"P=": 1, "p = ": 1, "P = ": 1, "p=": 1}),
        leading_zero=yes(0.75),
        to=text({" to ": 0.6, "–": 0.3, ", ": 0.1}),
        minus=text({"-": 0.5, "−": 0.5}),
        share=text({"of": 0.15, "slash": 0.35, "bracket": 0.5}),
        spread=text({"words": 0.5, "plus": 0.25, "error": 0.13, "interval": 0.12}),
        counts_test=text({"chi": 0.4, "yates": 0.2, "fisher": 0.3, "z": 0.1}),
        means_test=text({"student": 0.6, "welch": 0.3, "z": 0.1}),
        named=yes(0.6),
        sizes=text({"population": 0.55, "patients": 0.25, "randomised": 0.2}),
        level_told=yes(0.85),
        thousands=yes(0.5),
        silent_missing=yes(0.12),
        needed_up=yes(0.5),
    )


def rounded(value: float | Fraction, places: int, habits: Habits) -> str:
    """A number with so many decimals, halves as the paper's program has them; an ASCII minus."""
    mode = ROUND_HALF_UP if habits.halves == "up" else ROUND_HALF_EVEN
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    else:
        exact = Decimal(repr(round(float(value), 11)))
    shown = exact.quantize(Decimal(1).scaleb(-places), rounding=mode)
    return str(abs(shown) if shown == 0 else shown)


def number(value: float | Fraction, places: int, habits: Habits) -> str:
    """As `rounded`, with the paper's minus."""
    return rounded(value, places, habits).replace("-", habits.minus)


def percent(count: int, of: int, habits: Habits) -> str:
    return rounded(Fraction(100 * count, of), habits.percent, habits)


def whole(count: int, habits: Habits) -> str:
    return f"{count:,}" if habits.thousands else str(count)


def p_text(p: float, habits: Habits) -> str:
    """What stands behind the letter p, with its sign: "=0.03", "<0.001", " = n.s."."""
    equals = habits.p_sign[1:]
    below, above = equals.replace("=", "<"), equals.replace("=", ">")
    if habits.p == "levels":
        for level in ("0.001", "0.01", "0.05"):
            if p < float(level):
                return below + _zero(level, habits)
        return equals + "NS" if p > 0.06 else equals + _zero(rounded(p, 3, habits), habits)
    if habits.p == "spss":
        return equals + _zero(rounded(p, 3, habits), habits)
    places = {"three": 3, "four": 4, "two": 2 if p >= 0.01 else 3}[habits.p]
    least = 10.0 ** -(4 if habits.p == "four" else 3)
    if p < least:
        return below + _zero(f"{least:.{places}f}", habits)
    if p > 1 - least:
        return above + _zero("0.99", habits)
    return equals + _zero(rounded(p, places, habits), habits)


def _zero(shown: str, habits: Habits) -> str:
    return shown if habits.leading_zero or not shown.startswith("0.") else shown[1:]


def needed(value: float, habits: Habits) -> str:
    """A number needed to treat: rounded up, as textbooks have it, or to the nearest."""
    return str(ceil(value)) if habits.needed_up else rounded(value, 0, habits)
