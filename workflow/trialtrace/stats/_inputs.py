"""Checks of arguments, and the few distribution functions that several modules share.

`scipy.special` is loaded by the first function that needs it: a command that checks a configuration
needs none.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Labels, Places
from trialtrace.stats._ties import tied_times
from trialtrace.stats.results import StatsError

Item = TypeVar("Item")
P = ParamSpec("P")
# A number of numbers alone, an array of arrays; the caller knows.
NumberOrArray = Any
SIDES = ("two_sided", "greater", "less")
# What text columns hold where a value is missing: pandas and numpy write it out as text.
MISSING_TEXT = frozenset({"", "nan", "NaN", "NaT", "<NA>"})
LEAST_CONFIDENCE = 1e-9
# Largest size of an arm: products of four such sizes are far within the range of numbers.
MOST_COUNTED = 1e15
MOST_GROUPS = int(np.iinfo(np.intp).max)
# Draws, resamples or imputations of one call: days of computing.
MOST_DRAWS = 10**10


def plain(result: object) -> NumberOrArray:
    """A result; arrays without a dimension, alone or in a tuple, as floats, which print as such."""
    if type(result) is tuple:
        return tuple(map(plain, result))
    if isinstance(result, np.ndarray | np.generic) and not result.ndim:
        return result.item()
    return result


def of_numbers(function: Callable[P, object]) -> Callable[P, NumberOrArray]:
    """A function of numbers or arrays, which gives floats where it is given numbers alone."""

    @wraps(function)
    def given(*arguments: P.args, **keywords: P.kwargs) -> NumberOrArray:
        return plain(function(*arguments, **keywords))

    return given


def check_choice(name: str, value: object, allowed: Iterable[str]) -> None:
    """Raise `StatsError` unless `value` is one of the allowed words."""
    allowed = tuple(allowed)
    if not (isinstance(value, str) and value in allowed):
        raise StatsError(f"{name} must be one of {', '.join(allowed)}; got {value!r}.")


def check_confidence(confidence: float) -> float:
    """Return the confidence level, a fraction such as 0.95; anything else is an error."""
    level = isinstance(confidence, int | float | np.number)
    # Below this two bounds are one as numbers, and root finders search for nothing.
    if not (level and LEAST_CONFIDENCE < confidence < 1.0):
        raise StatsError(f"confidence must lie between 0 and 1, as 0.95 does; got {confidence!r}.")
    return float(confidence)


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for a confidence of 0.95."""
    return float(scipy.special.ndtri(0.5 + check_confidence(confidence) / 2))


def numbers(values: ArrayLike, name: str) -> Floats:
    """Return `values` as finite floats; text, missing and infinite values are errors."""
    if values is None:
        raise StatsError(f"{name} is None; give its values.")
    if np.ma.is_masked(values):
        raise StatsError(f"{name} has masked values; decide on them first.")
    # The levels of a category are names, also where they are numbers.
    kinds = getattr(values, "dtypes", None)
    if kinds is not None and any(
        hasattr(kind, "categories") for kind in np.ravel(np.asarray(kinds, dtype=object))
    ):
        raise StatsError(f"{name} has a category; give numbers, or an indicator of each level.")
    array = as_array(values, name)
    # Text such as "1" would convert, but a number that arrives as text was not read properly.
    text = array.dtype == object and any(isinstance(value, str) for value in array.flat)
    if text or array.dtype.kind not in "buifO":
        raise StatsError(f"{name} must hold numbers only.")
    try:
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise StatsError(f"{name} must hold numbers only.") from None
    except OverflowError:
        raise StatsError(f"{name} has a number beyond what can be computed with.") from None
    if not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise StatsError(f"{name} has {bad} missing or infinite values; decide on them first.")
    return array


def as_array(values: ArrayLike, name: str) -> Labels:
    """The values as an array; lists of unequal length are errors."""
    try:
        return np.asarray(values)
    except ValueError:
        raise StatsError(f"{name} has rows of unequal length, or is no array.") from None


def one_number(value: object, name: str) -> float:
    """Return a single finite number as a float; text, true or false and arrays are errors."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise StatsError(f"{name} must be a number; got {value!r}.")
    if isinstance(value, np.complexfloating):
        raise StatsError(f"{name} must be a number; got {value!r}.")
    try:
        number = float(value)
    except OverflowError:
        raise StatsError(f"{name} is beyond what can be computed with.") from None
    if not np.isfinite(number):
        raise StatsError(f"{name} must be a finite number; got {value!r}.")
    return number


def degrees_of_freedom(value: object, name: str) -> float:
    """Return a single positive number, which may be infinite: the normal distribution."""
    infinite = isinstance(value, float | np.floating) and bool(value == np.inf)
    df = float("inf") if infinite else one_number(value, name)
    if df <= 0:
        raise StatsError(f"{name} must be positive; got {value!r}.")
    return df


def together(**values: ArrayLike) -> tuple[Floats, ...]:
    """Return arrays of finite floats of one shape, to which those given are repeated."""
    arrays = [numbers(each, name) for name, each in values.items()]
    try:
        return tuple(each.copy() for each in np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(each)}" for name, each in values.items())
        raise StatsError(f"shapes do not fit each other: {shapes}.") from None


def whole_number(value: object, name: str, *, least: int, most: int | None = None) -> int:
    """Return a single whole number of at least `least` and at most `most`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise StatsError(f"{name} must be a whole number; got {value!r}.")
    if value < least:
        raise StatsError(f"{name} must be at least {least}; got {value!r}.")
    if most is not None and value > most:
        raise StatsError(f"{name} must be at most {most}.")
    return int(value)


def check_range(start: int, stop: int, name: str, *, least: int) -> None:
    """Raise `StatsError` unless start .. stop - 1 are numbers from 0, at least so many."""
    whole = all(
        isinstance(each, int | np.integer) and not isinstance(each, bool) for each in (start, stop)
    )
    if not (whole and start >= 0 and least <= stop - start):
        raise StatsError(f"{name} must be numbered from 0 upwards; got {start} to {stop}.")
    if stop > 2**63 or stop - start > MOST_DRAWS:
        raise StatsError(f"{name} are too many, or their numbers too large; up to {MOST_DRAWS}.")


def as_list(values: Iterable[Item], name: str) -> list[Item]:
    """The members of a list; what has none, and text, are errors."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise StatsError(f"{name} must be a list; got {values!r}.")
    try:
        return list(values)
    except TypeError:
        raise StatsError(f"{name} must be a list; got a single value.") from None


def within_range(values: Floats, name: str) -> Floats:
    """The values; `StatsError` where the data led beyond the range of numbers."""
    if not np.isfinite(values).all():
        raise StatsError(f"{name}: the data are too large or too small to compute with.")
    return values


def sample(values: ArrayLike, name: str, *, at_least: int = 1) -> Floats:
    """Return one sample as a one-dimensional array of at least so many finite values."""
    array = numbers(values, name)
    if array.ndim != 1:
        raise StatsError(f"{name} must be one-dimensional; got shape {array.shape}.")
    if array.size < at_least:
        raise StatsError(f"{name} has {array.size} values; at least {at_least} are needed.")
    return array


def counts(x: ArrayLike, n: ArrayLike, arm: str) -> tuple[Floats, Floats]:
    """Return events and totals, checked to be whole numbers with 0 <= x <= n."""
    x, n = numbers(x, f"events of the {arm}"), numbers(n, f"size of the {arm}")
    if x.shape != n.shape:
        raise StatsError(f"events and sizes of the {arm} differ in shape: {x.shape}, {n.shape}.")
    if (x != np.floor(x)).any() or (n != np.floor(n)).any():
        raise StatsError(f"counts of the {arm} must be whole numbers.")
    if (x < 0).any() or (x > n).any():
        raise StatsError(f"events of the {arm} must lie between 0 and its size.")
    if (n > MOST_COUNTED).any():
        raise StatsError(f"the size of the {arm} is beyond what can be counted; got {n.max():g}.")
    return x, n


def single_count(x: float, n: float, arm: str) -> tuple[float, float]:
    """Return one pair of events and total as floats; an arm without patients is an error."""
    if as_array(x, f"events of the {arm}").ndim or as_array(n, f"size of the {arm}").ndim:
        raise StatsError(f"counts of the {arm} must be single numbers.")
    events, total = counts(x, n, arm)
    if total == 0:
        raise StatsError(f"the {arm} has no patients.")
    return float(events), float(total)


def risk_margin(margin: object) -> float:
    """Return a margin of a difference of risks, strictly between -1 and 1."""
    if not (isinstance(margin, int | float | np.number) and -1 < margin < 1):
        raise StatsError(f"a margin of risks must lie between -1 and 1; got {margin!r}.")
    return float(margin)


def labels(values: ArrayLike, name: str, length: int) -> tuple[Labels, Places]:
    """Return the distinct labels and for each element the index of its label.

    Labels are sorted; those of a pandas Categorical are in its order, without those of nobody.
    """
    if np.ma.is_masked(values):
        raise StatsError(f"{name} has masked labels.")
    # numpy would turn a list of text and NaN into text throughout, and hide what is missing.
    try:
        array = np.asarray(values, dtype=object if isinstance(values, list | tuple) else None)
    except ValueError:
        raise StatsError(f"{name} has rows of unequal length, or is no array.") from None
    if array.shape != (length,):
        raise StatsError(f"{name} must have shape ({length},); got {array.shape}.")
    try:
        # Only NaN, NaT and pandas' NA differ from themselves (the last by refusing to answer).
        # Numbers without a fraction, true or false, and text of a fixed width hold none of them.
        missing = array.dtype.kind not in "biuU" and any(
            value is None or value != value for value in array.tolist()
        )
    except TypeError:
        missing = True
    if missing:
        raise StatsError(f"{name} has missing labels.")
    try:
        found, index = np.unique(array, return_inverse=True)
    except TypeError:
        raise StatsError(f"{name} mixes labels that cannot be sorted.") from None
    if any(isinstance(value, str) and value.strip() in MISSING_TEXT for value in found.tolist()):
        raise StatsError(f"{name} has missing labels: empty text, or a missing value as text.")
    index = index.reshape(-1)
    declared = getattr(getattr(values, "dtype", None), "categories", None)
    if declared is None:
        return found, index
    place = {label: number for number, label in enumerate(declared.tolist())}
    order = np.argsort([place[label] for label in found.tolist()])
    return found[order], np.argsort(order)[index]


def two_arms(
    group: ArrayLike, length: int, treated: object, reference: object
) -> tuple[Flags, Flags]:
    """Return who is of the treated arm and who of the reference, each an arm with patients."""
    found, index = labels(group, "group", length)
    places = {name: place for place, name in enumerate(found.tolist())}
    for name in (treated, reference):
        if not isinstance(name, Hashable) or name not in places:
            raise StatsError(f"nobody is of group {name!r}.")
    if treated == reference:
        raise StatsError(f"treated and reference are the same group, {treated!r}.")
    return index == places[treated], index == places[reference]


def group_numbers(group: ArrayLike, *, length: int, groups: int) -> Places:
    """Return the group of each of `length` patients, a whole number from 0 to `groups` - 1."""
    if isinstance(groups, bool) or not isinstance(groups, int | np.integer) or groups < 1:
        raise StatsError(f"groups must be a whole number of at least 1; got {groups!r}.")
    if groups > MOST_GROUPS:
        raise StatsError(f"groups must be at most {MOST_GROUPS}.")
    array = as_array(group, "group")
    if array.shape != (length,):
        raise StatsError(f"group must have shape ({length},); got {array.shape}.")
    if length and array.dtype.kind not in "iu":
        raise StatsError("group must hold the groups' numbers, whole and from 0, not labels.")
    if ((array < 0) | (array >= groups)).any():
        raise StatsError(f"group must lie between 0 and {groups - 1}, as there are {groups}.")
    return array.astype(np.intp, copy=False)


def member_flags(members: ArrayLike, length: int) -> Flags:
    """Return subsets as true and false (or 1 and 0), shape (subsets, length)."""
    flags = as_array(members, "members")
    if flags.ndim != 2 or flags.shape[1] != length:
        raise StatsError(f"members must have shape (subsets, {length}); got {flags.shape}.")
    if flags.dtype == np.bool_:
        return flags
    if flags.dtype.kind not in "iuf" or not ((flags == 0) | (flags == 1)).all():
        raise StatsError("members must be true or false: who belongs to which subset.")
    return flags.astype(np.bool_)


def survival_data(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats]:
    """Check times and events of shape (n,), return them as floats, equal times as `tied_times`."""
    time, event = times_of(time, event, "event")
    if not ((event == 0.0) | (event == 1.0)).all():
        raise StatsError("event must be 1 for the event and 0 for censoring.")
    return time, event


def times_of(time: ArrayLike, what: ArrayLike, name: str) -> tuple[Floats, Floats]:
    """Check times of shape (n,) and numbers of the same patients; equal times as `tied_times`."""
    time, what = sample(time, "time"), sample(what, name)
    if time.size != what.size:
        raise StatsError(f"time has {time.size} values and {name} {what.size}.")
    if (time < 0).any():
        raise StatsError("times must not be negative.")
    return tied_times(time)[0], what


def stratum_numbers(strata: ArrayLike | None, length: int) -> Places:
    """The number of each element's stratum; all are in one where None is given."""
    if strata is None:
        return np.zeros(length, dtype=np.intp)
    return labels(strata, "strata", length)[1]


def chi2_tail(statistic: float, df: float) -> float:
    """Upper tail of the chi-squared distribution."""
    return float(scipy.special.chdtrc(df, statistic))


def f_tail(statistic: float, df1: float, df2: float) -> float:
    """Upper tail of the F distribution."""
    return float(f_tails(np.asarray(statistic, float), df1, df2, np.asarray(1.0)))


def f_tails(f: Floats, df1: ArrayLike, df2: ArrayLike, epsilon: Floats) -> Floats:
    """Upper tails of F with both degrees of freedom times epsilon, arrays that broadcast.

    By the incomplete beta function, to keep small tails.
    """
    df1, df2 = np.asarray(df1, dtype=np.float64), np.asarray(df2, dtype=np.float64)
    # The ratio of the degrees of freedom, and with it the share, does not depend on epsilon.
    tails: Floats = scipy.special.betainc(
        epsilon * df2 / 2, epsilon * df1 / 2, df2 / (df2 + df1 * f)
    )
    return tails


def t_tail(statistic: float, df: float, sides: str) -> float:
    """P-value of a t statistic; `greater` is the upper tail."""
    return float(t_tails(np.asarray(statistic, float), np.asarray(df, float), sides))


def t_tails(t: Floats, df: Floats, sides: str) -> Floats:
    """P-values of t, arrays of one shape; infinite df are those of the normal distribution.

    The incomplete beta function gives the tail itself, so a small p-value keeps its digits.
    """
    normal = np.isinf(df)
    df = np.where(normal, 1.0, df)
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.where(np.isinf(t), 0.0, df / (df + np.square(t)))
    both = np.where(normal, normal_tails(t, "two_sided"), scipy.special.betainc(df / 2, 0.5, share))
    if sides == "two_sided":
        return both
    in_tail = (t > 0) == (sides == "greater")
    return np.where(in_tail, both / 2, 1 - both / 2)


def normal_tail(z: float, sides: str) -> float:
    """P-value of a standard normal statistic; `greater` is the upper tail."""
    return float(normal_tails(np.asarray(z, float), sides))


def normal_tails(z: Floats, sides: str) -> Floats:
    """P-values of standard normal statistics, of any shape."""
    if sides == "two_sided":
        tails: Floats = 2 * scipy.special.ndtr(-np.abs(z))
    else:
        tails = scipy.special.ndtr(-z) if sides == "greater" else scipy.special.ndtr(z)
    return tails


def log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    """Logarithms of binomial coefficients, arrays that broadcast."""
    n, k = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    logs: Floats = (
        scipy.special.gammaln(n + 1)
        - scipy.special.gammaln(k + 1)
        - scipy.special.gammaln(n - k + 1)
    )
    return logs
