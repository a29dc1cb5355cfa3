"""What the functions of `trialtrace.stats` return, and the one error they raise.

A result prints as a statistician reads it, numbers to six digits; its fields keep all of them.
`to_frame` gives the rows as a table of pandas, which is imported there and nowhere else in
`trialtrace.stats`.
"""

from collections.abc import Collection, Iterator
from dataclasses import Field, dataclass, field
from math import exp, inf, isnan, nan
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from pandas import DataFrame

    from trialtrace.base.arrays import Floats

Row = dict[str, object]
# A number, or an array of several.
Errors = TypeVar("Errors")


class StatsError(ValueError):
    """The method has no answer for this input; the message says why, in a plain sentence."""


class Tabular:
    """A result that is one or several rows of a table."""

    __slots__ = ()

    def rows(self) -> list[Row]:
        """The rows, each name -> value."""
        raise NotImplementedError

    def to_frame(self) -> "DataFrame":
        """The rows as a pandas DataFrame."""
        from pandas import DataFrame

        return DataFrame(self.rows())

    def __repr__(self) -> str:
        return aligned(type(self).__name__, self.rows())


class WithErrors(Generic[Errors]):
    """A result whose standard errors, `se`, go by the name of an interval's one too."""

    __slots__ = ()
    se: Errors

    @property
    def standard_error(self) -> Errors:
        return self.se


class Columns(Tabular):
    """A result whose fields are columns of one shape, and numbers of them all; or numbers alone.

    Columns are its rows, numbers its first line; of numbers alone these are the one row.
    """

    __slots__ = ()
    __dataclass_fields__: "ClassVar[dict[str, Field[object]]]"

    def _parts(self) -> tuple[dict[str, list[object]], Row]:
        """The columns, and the numbers."""
        every = self.__dataclass_fields__.items()
        shown = [name for name, one in every if one.repr and name[:1] != "_"]
        values = {name: getattr(self, name) for name in shown}
        shapes = [one.shape for one in values.values() if getattr(one, "ndim", 0)]
        columns = {
            name: one.ravel().tolist()
            for name, one in values.items()
            if getattr(one, "ndim", 0) and one.shape == shapes[0]
        }
        alone = {name: one for name, one in values.items() if not getattr(one, "ndim", 0)}
        # An array without a dimension is a number.
        numbers = {name: getattr(one, "item", lambda one=one: one)() for name, one in alone.items()}
        return columns, numbers

    def rows(self) -> list[Row]:
        columns, numbers = self._parts()
        if not columns:
            return [numbers]
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def __repr__(self) -> str:
        columns, numbers = self._parts()
        title = type(self).__name__
        if columns and numbers:
            title += f" ({', '.join(f'{name} {short(one)}' for name, one in numbers.items())})"
        return aligned(title, self.rows())


@dataclass(frozen=True, slots=True, repr=False)
class Interval(Tabular):
    """A point estimate with its two confidence bounds, in the units of the estimate.

    A bound is NaN where the method does not define it; the function's docstring says when.
    `standard_error` is that of the estimate on `scale` ("identity", "log", "logit", "atanh"): the
    bounds are symmetric there. It is NaN, and the scale without meaning, where the interval rests
    on no standard error: exact, score, profile and rank intervals. `p_value` is that of
    the test of no effect (a difference of 0, a ratio of 1) that Wald and score intervals of two
    arms invert, two-sided, else NaN; one side, or a margin, is asked of the test.
    """

    estimate: float
    low: float
    high: float
    standard_error: float = field(default=nan, kw_only=True)
    scale: str = field(default="identity", kw_only=True)
    p_value: float = field(default=nan, kw_only=True)

    def rows(self) -> list[Row]:
        return [{name: getattr(self, name) for name in _INTERVAL}]

    def __repr__(self) -> str:
        parts = [f"{name}={short(getattr(self, name))}" for name in ("estimate", "low", "high")]
        if not isnan(self.standard_error):
            parts.append(f"standard_error={short(self.standard_error)}")
        if self.scale != "identity":
            parts.append(f"scale={self.scale!r}")
        if not isnan(self.p_value):
            parts.append(f"p_value={short(self.p_value)}")
        return f"Interval({', '.join(parts)})"


@dataclass(frozen=True, slots=True, repr=False)
class NumberNeeded(Interval):
    """A number needed to treat, positive to benefit and negative to harm, with Altman's bounds.

    Where `through_infinity`, what lies between the bounds is what the interval leaves out: it runs
    from `low`, to harm, through infinity to `high`, to benefit.
    """

    confidence: float = field(kw_only=True)

    @property
    def through_infinity(self) -> bool:
        return self.low < 0 < self.high

    def rows(self) -> list[Row]:
        bounds = {name: getattr(self, name) for name in ("estimate", "low", "high")}
        return [bounds | {"through_infinity": self.through_infinity}]

    def __repr__(self) -> str:
        from trialtrace.base.number_needed import needed_text

        text = needed_text(self.estimate, self.low, self.high, self.confidence)
        return f"NumberNeeded: {text}"


@dataclass(frozen=True, slots=True, repr=False)
class TestResult(Tabular):
    """A test statistic, its degrees of freedom and its p-value.

    `df` is NaN for a test without degrees of freedom, `df2` (those of the denominator of an F)
    for one without a second number of them. `statistic` is NaN where a test has a p-value alone.
    """

    # Keeps pytest from collecting this class wherever a test module imports it.
    __test__ = False

    statistic: float
    df: float
    p_value: float
    df2: float = field(default=nan, kw_only=True)

    def rows(self) -> list[Row]:
        return [{name: getattr(self, name) for name in _TEST}]

    def __repr__(self) -> str:
        df = [short(one) for one in (self.df, self.df2) if not isnan(one)]
        parts = [] if isnan(self.statistic) else [f"statistic={short(self.statistic)}"]
        if df:
            parts.append(f"df={df[0]}" if len(df) == 1 else f"df=({', '.join(df)})")
        return f"TestResult({', '.join([*parts, f'p_value={short(self.p_value)}'])})"


def rows_of_tests(tests: Collection[tuple[str, TestResult]]) -> list[Row]:
    """A row a test, by its name; `df2` where a test has it."""
    rows = [{"test": name, **test.rows()[0]} for name, test in tests]
    if all(isnan(test.df2) for _, test in tests):
        rows = [{key: value for key, value in row.items() if key != "df2"} for row in rows]
    return rows


@dataclass(frozen=True, slots=True, repr=False)
class Contrast(Tabular):
    """What is estimated and tested at once: a difference, a ratio, a combination of coefficients.

    `test` is of the value of no effect on the scale of the interval's standard error: 0, a ratio
    of 1. The interval is two-sided whatever the sides of the test.
    """

    interval: Interval
    test: TestResult
    label: str = ""

    @property
    def estimate(self) -> float:
        return self.interval.estimate

    @property
    def low(self) -> float:
        return self.interval.low

    @property
    def high(self) -> float:
        return self.interval.high

    @property
    def standard_error(self) -> float:
        return self.interval.standard_error

    @property
    def statistic(self) -> float:
        return self.test.statistic

    @property
    def df(self) -> float:
        """Degrees of freedom of t; NaN where the reference is the normal distribution."""
        return self.test.df

    @property
    def p_value(self) -> float:
        return self.test.p_value

    def ratio(self) -> Interval:
        """The ratio of the contrast of a logarithm; the interval of one that is a ratio itself."""
        if self.interval.scale == "log":
            return self.interval
        if self.interval.scale != "identity":
            raise StatsError(f"a contrast on the scale {self.interval.scale!r} is no logarithm.")
        ends = (exp(one) for one in (self.estimate, self.low, self.high))
        return Interval(*ends, standard_error=self.standard_error, scale="log")

    def rows(self) -> list[Row]:
        return [{name: getattr(self, name) for name in _CONTRAST}]

    def __repr__(self) -> str:
        named = f"{self.label}: " if self.label else ""
        return f"Contrast({named}{self.interval!r}, {self.test!r})"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Estimates(WithErrors["Floats"], Tabular):
    """Terms of a model, each array (p,) in the order of the columns of x.

    `labels` name them: a DataFrame's columns, else x1, x2, … `statistic` and `p_value` are those
    of the test, two-sided, that each coefficient is 0. `notes` are sentences on what a reader would
    not expect: a model without an intercept, an estimate at its bound. `design` is the `ArmDesign`
    of a model whose columns were named, by `Conventions`.
    """

    coef: "Floats"
    se: "Floats"
    low: "Floats"
    high: "Floats"
    statistic: "Floats"
    p_value: "Floats"
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    design: object = field(default=None, repr=False)

    def __repr__(self) -> str:
        return "\n".join([aligned(type(self).__name__, self.rows()), *self.notes])

    def ratio(self) -> "Ratios":
        """Coefficients of a logarithm (odds, hazards, rates) as ratios, with their bounds."""
        ends = [getattr(self, name).tolist() for name in ("coef", "low", "high")]
        ratio, low, high = (tuple(map(exp, end)) for end in ends)
        p_value = tuple(self.p_value.tolist())
        return Ratios(labels=self.labels, ratio=ratio, low=low, high=high, p_value=p_value)

    def rows(self) -> list[Row]:
        columns = [getattr(self, name).tolist() for name in _TERM[1:]]
        return [
            dict(zip(_TERM, row, strict=True)) for row in zip(self.labels, *columns, strict=True)
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Ratios(Tabular):
    """Exponentiated terms of a model, each a tuple in the order of the columns of x."""

    labels: tuple[str, ...]
    ratio: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    p_value: tuple[float, ...]

    def rows(self) -> list[Row]:
        names = ("term", "ratio", "low", "high", "p_value")
        columns = (self.labels, self.ratio, self.low, self.high, self.p_value)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True, repr=False)
class Contrasts(Tabular):
    """Several contrasts of one model, in the order asked for."""

    contrasts: tuple[Contrast, ...]

    def __getitem__(self, label: str) -> Contrast:
        """The contrast of that label; raises KeyError with those there are."""
        for contrast in self.contrasts:
            if contrast.label == label:
                return contrast
        raise KeyError(f"{label!r}; there are {', '.join(one.label for one in self.contrasts)}")

    def rows(self) -> list[Row]:
        return [row for contrast in self.contrasts for row in contrast.rows()]

    def ratio(self) -> Ratios:
        """The ratios of contrasts of logarithms, with their bounds."""
        ratios = [contrast.ratio() for contrast in self.contrasts]
        return Ratios(
            labels=tuple(one.label for one in self.contrasts),
            ratio=tuple(interval.estimate for interval in ratios),
            low=tuple(interval.low for interval in ratios),
            high=tuple(interval.high for interval in ratios),
            p_value=tuple(one.p_value for one in self.contrasts),
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Coefficients(Estimates):
    """Coefficients with Wald intervals and tests, `covariance` (p, p).

    `statistic` is coef / se; `df` are those of t, infinite for a normal reference.
    """

    covariance: "Floats"
    df: float = inf


_INTERVAL = ("estimate", "low", "high", "standard_error", "scale", "p_value")
_TEST = ("statistic", "df", "df2", "p_value")
_CONTRAST = (
    *("label", "estimate", "standard_error", "low", "high"),
    *("statistic", "df", "p_value"),
)
_TERM = ("term", "coef", "se", "low", "high", "statistic", "p_value")


def short(value: object) -> str:
    """A number to six digits, any other value as it is."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


# Rows of a table that is longer, from each of its ends.
SHOWN = 8


def aligned(title: str, rows: list[Row]) -> str:
    """A title and its rows as columns: text to the left, numbers to the right; of many rows the
    first and the last."""
    if len(rows) > 2 * SHOWN + 1:
        head = aligned(title, rows[:SHOWN] + rows[-SHOWN:]).split("\n")
        cut = f"... {len(rows) - 2 * SHOWN} rows: to_frame() has all ..."
        return "\n".join([*head[: SHOWN + 2], cut, *head[SHOWN + 2 :]])
    table = [list(rows[0]) if rows else [], *([short(v) for v in row.values()] for row in rows)]
    sides = [not isinstance(value, str) for value in (rows[0].values() if rows else ())]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join([title, *_lines(table, widths, sides)])


def _lines(table: list[list[str]], widths: list[int], sides: list[bool]) -> Iterator[str]:
    for row in table:
        cells = zip(row, widths, sides, strict=True)
        told = (cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells)
        yield "  ".join(told).rstrip()
