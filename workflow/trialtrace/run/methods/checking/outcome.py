"""What a check gives back, and when two numbers agree."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from itertools import product
from math import isfinite, isinf, isnan, log, nan, sqrt
from typing import TYPE_CHECKING, TypeVar

from trialtrace.run.tables.contracts.rows import EQUATIONS, FORMULA, LIBRARY, SECOND_FORMULA, How

if TYPE_CHECKING:
    from trialtrace.run.methods.checking.data import Asked, Data

# Results are stored to 12 significant digits, so two closed formulas agree far below this.
EXACT = 1e-8
# For what an iteration or a root finder ends at.
ITERATIVE = 1e-7
# Numbers of size 1 (risks, ratios, statistics) carry rounding of about 1e-16; below this size the
# tolerance is no longer relative. A p-value can be truly small, so for it there is no such size.
# Where an interval lies beside an estimate that can be negative, what is nearer to 0 than a
# sixteenth of its width is as exact as that. A p-value of a statistic z changes by z² times what z
# changes by, and z² is about -2 log p: what an iteration ends at is that much less exact.
NEAR_ZERO = 1e-6


@dataclass(frozen=True)
class Recomputed:
    """A statistic by an independent path. NaN: by its own definition there is no value.

    `by` begins with the name of the library. `interval` is None where the checker has none.
    `chance` is what two Monte Carlo values may differ by, in the unit of the value, and
    `chance_of_bounds` what their bounds may; the tolerance of a component is then this much of it.
    `mc_se` is the Monte Carlo error of a value that is drawn, and what chance leaves of that.
    How it was computed is what `by` says by its form, see `how_of`; `how_of_bounds` is that of the
    bounds, where it is another.
    """

    by: str
    value: float
    interval: tuple[float, float] | None = None
    tolerance: float = EXACT
    n_used: int | None = None
    chance: float = 0.0
    chance_of_bounds: float = 0.0
    mc_se: tuple[float, float] | None = None
    how_of_bounds: How | None = None


# What recomputes a result; None: no answer.
Check = Callable[["Data", "Asked"], "Recomputed | None"]
# What a formula gives: no answer, a value, a value with its bounds, or statistics by name.
Answer = Recomputed | Mapping[str, float] | tuple[float, tuple[float, float] | None] | float | None
# What a formula is computed from.
Inputs = TypeVar("Inputs")


def peer(
    by: "str | Callable[[Asked], str]",
    of: "Callable[[Data, Asked], tuple[Inputs | None, int | None]]",
    tolerance: float = EXACT,
) -> "Callable[[Callable[[Data, Asked, Inputs], Answer]], Check]":
    """Make a check out of a formula `(data, asked, inputs) -> Answer`.

    `of` reads the inputs, None where the data are too few for any value, and the number of subjects
    that enter. Of statistics by name the asked one is taken. NaN is no value, None no answer; a
    formula that decides for itself by what it computes gives a whole `Recomputed`.
    """

    def decorate(formula: "Callable[[Data, Asked, Inputs], Answer]") -> "Check":
        @wraps(formula)
        def check(data: "Data", asked: "Asked") -> Recomputed | None:
            inputs, n = of(data, asked)
            answer = nan if inputs is None else formula(data, asked, inputs)
            if answer is None or isinstance(answer, Recomputed):
                return answer
            if isinstance(answer, Mapping):
                answer = answer[asked.stat]
            value, bounds = answer if isinstance(answer, tuple) else (answer, None)
            bounds = None if bounds is None else (float(bounds[0]), float(bounds[1]))
            name = by if isinstance(by, str) else by(asked)
            # A value that there is not is missing exactly.
            width = tolerance if isfinite(value) or bounds else EXACT
            return Recomputed(name, float(value), bounds, width, n)

        return check

    return decorate


def by_name(checks: Mapping[str, "Check"]) -> "dict[str, Check]":
    """Checks by each name of a result: "p_value,z.wald,score" are four of them."""
    return {
        f"{statistic}.{method}": check
        for names, check in checks.items()
        for statistic, method in product(*(part.split(",") for part in names.split(".")))
    }


def of_chi_squared(statistic: float, df: float) -> dict[str, float]:
    """A test by the upper tail of chi-squared: one minus the lower one loses digits."""
    from scipy.stats import chi2

    return {"p_value": float(chi2.sf(statistic, df)), "chi_squared": statistic, "df": df}


def of_root(asked: "Asked", statistic: float, df: float, direction: float) -> dict[str, float]:
    """A test by chi-squared or, one-sided, by its root with the sign of `direction`."""
    from scipy.stats import norm

    sides = asked.options.get("sides", "two_sided")
    if sides == "two_sided":
        return of_chi_squared(statistic, df)
    z = sqrt(statistic) if direction > 0 else -sqrt(statistic)
    return {"p_value": float(norm.cdf(z) if sides == "less" else norm.sf(z)), "z": z}


@dataclass(frozen=True)
class Compared:
    """One component of a result beside its recomputation."""

    result_id: str
    component: str
    ours: float
    theirs: float
    by: str
    tolerance: float
    agrees: bool
    chance: float = 0.0
    how: How | None = None

    def row(self) -> dict[str, object]:
        """The row of the checks contract."""
        return {
            "result_id": self.result_id,
            "component": self.component,
            "how": self.how or how_of(self.by),
            "check_by": self.by,
            "version": version(self.by),
            "recomputed": None if isnan(self.theirs) else self.theirs,
            "tolerance": self.tolerance,
            "chance": self.chance or None,
            "agrees": self.agrees,
        }

    def __str__(self) -> str:
        return f"{self.component}: ours {self.ours!r}, {self.by} {self.theirs!r}"


def compare(asked: "Asked", recomputed: Recomputed) -> Iterator[Compared]:
    """Value, then bounds where either side has them, then the number of subjects that entered."""
    # An infinite estimate is no value in the results either, but an error with its reason.
    pairs = [("value", asked.value, nan if isinf(recomputed.value) else recomputed.value)]
    if asked.interval is not None and recomputed.interval is not None:
        bounds = zip(("ci_low", "ci_high"), asked.interval, recomputed.interval, strict=True)
        pairs += bounds
    elif recomputed.interval is not None and not asked.error:
        pairs += [("ci_low", nan, recomputed.interval[0]), ("ci_high", nan, recomputed.interval[1])]
    if recomputed.n_used is not None:
        ours = nan if asked.n_used is None else float(asked.n_used)
        pairs.append(("n_used", ours, float(recomputed.n_used)))
    error, of_error = recomputed.mc_se or (nan, 0.0)
    if recomputed.mc_se or asked.mc_se is not None:
        pairs.append(("mc_se", nan if asked.mc_se is None else asked.mc_se, error))
    near_zero, near_bound = 0.0 if asked.is_p_value else NEAR_ZERO, 0.0
    ends = recomputed.interval
    if ends is not None and ends[0] < 0 and isfinite(ends[1] - ends[0]):
        near_bound = (ends[1] - ends[0]) / 16
    for component, ours, theirs in pairs:
        width, chance = recomputed.tolerance, recomputed.chance_of_bounds
        named = {"value": recomputed.chance, "n_used": 0.0, "mc_se": of_error}
        chance = named.get(component, chance)
        chance = 0.0 if isnan(theirs) else chance
        if chance:
            width = chance / max(abs(theirs), NEAR_ZERO)
        elif asked.is_p_value and width >= ITERATIVE and 0 < theirs < 1:
            width *= max(1.0, -2 * log(theirs))
        elif component != "n_used" and 0 < abs(theirs) < near_bound:
            width *= near_bound / abs(theirs)
        agrees = close(ours, theirs, width, NEAR_ZERO if chance else near_zero)
        how = recomputed.how_of_bounds if component in ("ci_low", "ci_high") else None
        yield Compared(
            *(asked.result_id, component, ours, theirs, recomputed.by),
            *(width, agrees, chance, how),
        )


def close(ours: float, theirs: float, tolerance: float, near_zero: float = NEAR_ZERO) -> bool:
    """Equal, both missing, or within the relative tolerance of a number not taken as below
    `near_zero`."""
    if isnan(ours) or isnan(theirs):
        return isnan(ours) and isnan(theirs)
    if ours == theirs:
        return True
    return abs(ours - theirs) <= tolerance * max(abs(theirs), near_zero)


# Of a fit or a formula that is the statistics' own, how `by` begins.
OWN_FITS: dict[str, How] = {"numpy: the equations of": EQUATIONS, "trialtrace.stats: ": FORMULA}
_FUNCTION = re.compile(r"(statsmodels|pingouin|scipy\.stats|statistics|pandas)\.\w[\w.]*")


@cache
def how_of(by: str) -> How:
    """`equations` or `formula` where `by` says so; `library` where it begins with the function of a
    library that gives the statistic; else a `second formula`: "library: …", "…; …", or a
    distribution by which a formula goes."""
    for begins, how in OWN_FITS.items():
        if by.startswith(begins):
            return how
    named = _FUNCTION.match(by)
    if named is None or re.search(r"[:;]", by):
        return SECOND_FORMULA
    if named[1] == "scipy.stats":
        from scipy import stats

        function = getattr(stats, named[0].split(".")[2], None)
        if not callable(function) or isinstance(function, stats.rv_continuous | stats.rv_discrete):
            return SECOND_FORMULA
    return LIBRARY


@cache
def version(by: str) -> str:
    """The version of the library with whose name `by` begins; of Python for its own modules."""
    import platform
    import sys
    from importlib.metadata import version as installed

    library = re.split(r"\W", by, maxsplit=1)[0]
    return platform.python_version() if library in sys.stdlib_module_names else installed(library)
