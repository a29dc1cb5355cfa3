"""The conventions of an analysis plan, said once for every call that asks for them.

With `data`, a DataFrame or a mapping of columns, they take names of columns where a function takes
arrays: this is the one place of the library that knows names.

- Text is the column of that name, a list of texts several columns beside each other.
- Columns of a model (`x`, `covariates`, `z`) are a list of terms as in R's formulas, `"arm*visit"`
  for both and their products: factors (text, categories, the columns that `arm`, `visit`,
  `subject`, `cluster` and `strata` name) become indicators, numbers stay numbers, and the intercept
  is added. The fit knows its design, so that least squares means are read off it.
- `arm` is the column of the arms and `control` the label of their reference, also of `x` and `y` or
  counts of two arms, which are cut from one column. Of more than two arms `treated` is said.
- `by` gives the result of each level of a column.
- A row of coefficients is told by its label, or as a mapping of labels to weights.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import wraps
from types import FunctionType
from typing import Any, TypeGuard

import numpy as np

import trialtrace.stats as ts
from trialtrace.stats._aligned import SAMPLES
from trialtrace.stats._frames import Frame, names_of
from trialtrace.stats._inputs import plain
from trialtrace.stats._lazy import of_r, offering, offers
from trialtrace.stats._r_defaults import of_function
from trialtrace.stats._wald import NamedColumns
from trialtrace.stats.missing.linear import ImputedFits
from trialtrace.stats.mixed.mixed_tests import MixedFit
from trialtrace.stats.regression.least_squares_means import ArmDesign
from trialtrace.stats.results import Estimates, StatsError

# Any function of the library, with its own result.
Function = Callable[..., Any]
# What the conventions know beside the keywords of the functions.
ROLES = ("data", "arm", "control", "treated", "by", "strata", "visit")
# Whose columns are labels: a number among them is a factor of a model too.
LABELS = ("visit", "subject", "cluster", "strata")
# The arguments of all functions, held to these by a test: asking them would load every family.
_ARGUMENTS = """
accrual adjust alpha analysis arm arms assumption at baseline baselines before_first beta
beta_parameter beta_spending better between block block_sizes both by by_visit cause cells choices
cluster coding coef column_scores columns completed confidence contrast contrasts control correction
correlation covariance covariances covariates cumulative cycles delta deltas design df df1 df2
df_complete difference donors draws effect error errors estimates event events events0 events1
exact_up_to exposure extreme f families family filled first fit fits follow_up follow_ups formula
fractions function futility gamma gate global_p group groups hazard hazard_ratio icc if_marked
imputed included information interaction intercept interval kinds label labels lags last later left
level logistic look losses lower margin margins mean means measured members method mid_p missing
missing0 missing1 multiples n n0 n1 neither nodes not_to_impute null observed of offset outcomes p
p0 p1 pairs pairwise parameter patients power prior_information prior_mean probabilities
probability0 probability1 ratio received reference reference_covariance reference_mean
reference_only rho right risks row rows rule scale scheme score scores
sd se second seed sets side sides size sizes spending square squares start statistic stop strata
stratum structure subject subjects sums_of_squares superiority table tables tau terms test threshold
tie_tolerance ties time time0 time1 times transform transitions treated treated_first treated_only
truncation two_sided upper values variance variances variation visit visits weight weights within
working worse x x0 x1 y z zeros
"""
ARGUMENTS = frozenset(_ARGUMENTS.split())
# Arguments that are columns of a model, where the function has no samples of these names.
TERMS = ("x", "covariates", "z")
# Models of hazards and of thresholds, which have no intercept.
WITHOUT_INTERCEPT = {
    *("cox", "cox_start_stop", "fine_gray", "proportional_hazards_test"),
    *("proportional_odds", "brant_test", "ordinal_gee", "ordinal_mixed"),
}
# Models whose means are at the means of covariates, where a factor would be weighted as it occurs.
OF_MEANS = ("ancova", "arm_design", "visit_design")
# First arguments of what is cut from columns: counts of two arms, events and times, tables.
CUT = ("x1", "events1", "table", "tables")
COUNTS = ("x1", "n1", "missing1", "x0", "n0", "missing0")


class Conventions:
    """Every function of the library by its name alone, with the keywords of a plan filled in.

    `keywords` are confidence, sides, ties, variance and their like. Each goes to every function
    that has an argument of this name, and a call may say otherwise. Whatever a function asks for
    beyond them is asked for still. A value that a function does not know raises `StatsError`, as in
    a call of it, and so does a keyword that none has. A word that means something else elsewhere,
    such as a `method`, is a `PerFunction`. `R_DEFAULTS` are keywords that R takes unless told.

    >>> sap = Conventions(confidence=0.95, sides="two_sided")
    >>> sap.rate_ratio(12, 110, 25, 140).test
    TestResult(statistic=0.324324, p_value=0.18591)
    >>> sap.fisher_exact(27, 295, 52, 307)
    TestResult(statistic=0.494044, p_value=0.00533905)
    >>> trial = {"y": [4.0, 6, 8, 3, 5, 4], "before": [1, 2, 4, 1, 3, 3], "drug": list("aaabbb")}
    >>> sap = Conventions(data=trial, arm="drug", control="b", confidence=0.95, variance="model")
    >>> sap.mean_difference_welch("y")
    Interval(estimate=2, low=-2.1554, high=6.1554, standard_error=1.29099)
    >>> sap.ols("y", ["drug", "before"])
    Coefficients
    term          coef        se       low     high  statistic    p_value
    intercept  1.45455  0.675561  -0.69539  3.60448    2.15309   0.120356
    drug a           2  0.531816  0.307524  3.69248     3.7607  0.0328743
    before     1.09091  0.240523  0.325458  1.85636    4.53557   0.020061
    """

    def __init__(self, **keywords: object) -> None:
        for name in sorted(keywords.keys() - ARGUMENTS - {*ROLES}):
            every = sorted({*ARGUMENTS, *ROLES})
            near = [each for each in every if each.startswith(name)]
            near += [each for each in get_close_matches(name, every) if each not in near]
            told = f"; near it {', '.join(near)}" if near else ""
            raise StatsError(f"no function of trialtrace.stats has an argument {name!r}{told}.")
        self._keywords = keywords

    def __repr__(self) -> str:
        told = {k: type(v).__name__ if k == "data" else repr(v) for k, v in self._keywords.items()}
        return f"Conventions({', '.join(f'{k}={v}' for k, v in told.items())})"

    def __dir__(self) -> list[str]:
        return offers(ts)

    def __getattr__(self, name: str) -> Function:
        families = offering(ts, name)
        function = getattr(getattr(ts, families[0]), name) if families else None
        if not isinstance(function, FunctionType):
            near = get_close_matches(name, offers(ts), 1)
            text = f"no function of trialtrace.stats is called {name!r}"
            there = of_r(ts, name) or (f"; there is {near[0]}" if near else "")
            raise AttributeError(text + there)

        @wraps(function)
        def filled(*arguments: object, **more: object) -> object:
            return plain(_Call(function, self._keywords, arguments, more).result())

        return filled


class _Call:
    """A call of a function: what is said, filled in by the conventions, names made columns."""

    def __init__(
        self,
        function: FunctionType,
        keywords: Mapping[str, object],
        arguments: Sequence[object],
        more: Mapping[str, object],
    ):
        self.function, self.name = function, function.__name__
        self.kinds = {
            name: str(parameter.annotation)
            for name, parameter in inspect.signature(function).parameters.items()
        }
        if len(arguments) > len(self.kinds):
            function(*arguments)
        keywords = dict(of_function(self.name, keywords))
        self.labelled = self.kinds.get("reference") in ("object", "Hashable")
        said = dict(zip(self.kinds, arguments, strict=False)) | dict(more)
        # A label of an arm, or an array, where the function has an argument of the name.
        others = {name for name in ("arm", "treated", "control") if not self._fits(name)}
        told = {name: value for name, value in said.items() if name not in others}
        self.roles = {name: (dict(keywords) | told).get(name) for name in ROLES}
        columns = [(dict(keywords) | said).get(name) for name in LABELS]
        self.factors = frozenset(
            name
            for column in columns
            if _names(column)
            for name in ([column] if isinstance(column, str) else column)
        )
        self.first = next(iter(self.kinds), "")
        self.given = {name: value for name, value in said.items() if name in self.kinds}
        self.given |= {
            name: value
            for name, value in keywords.items()
            if name in self.kinds and name not in said and name != "control" and self._fits(name)
            if name != "df" or self._has_df(value)
        }
        self.filled = self.given.keys() - said.keys()
        # What nobody knows, and a role that has no meaning for it, the function refuses.
        known = {*self.kinds, *self._meant()}
        self.unknown = {name: value for name, value in more.items() if name not in known}

    def _meant(self) -> set[str]:
        """The roles that mean something for the function."""
        if self.roles["data"] is None:
            return {"control"} if self.labelled else set()
        two_arms = self.name in SAMPLES or self.first in CUT
        named = {"arm", "group", "reference", *(TERMS if self._of_models() else ())}
        of_arms = two_arms or not named.isdisjoint(self.kinds)
        arms = {"arm", "control", "treated"} if of_arms else set()
        strata = {"strata"} if self.first == "tables" or self._is_column("x1") else set()
        visit = {"visit"} if self._of_models() and not {*TERMS}.isdisjoint(self.kinds) else set()
        return {"data", "by"} | arms | strata | visit

    def _fits(self, name: str) -> bool:
        """Whether an argument, if there is one, means what the conventions mean by its name: `arm`
        a column, `treated` and `control` labels."""
        if name not in self.kinds or name not in ("arm", "treated", "control", "reference"):
            return True
        if name == "reference":
            # Of some a distribution, of others a label, which control= tells.
            return not self.labelled or self.roles["control"] is None
        return self._is_column(name) == (name == "arm")

    def _has_df(self, value: object) -> bool:
        """Whether the convention is of these degrees of freedom: of a model that has a choice of
        them, or a number."""
        kind, fit = self.kinds["df"], self.given.get(self.first)
        text = kind.startswith("str")
        return isinstance(value, str) == text and (
            "None" not in kind or isinstance(fit, MixedFit | ImputedFits)
        )

    def _is_column(self, name: str) -> bool:
        return self.kinds.get(name, "").startswith("ArrayLike")

    def result(self) -> object:
        if self._is_column(self.first) and isinstance(self.given.get(self.first), Estimates):
            asked = [name for name in self.kinds if self._is_column(name)]
            raise StatsError(f"{self.name} takes no fit, but data: {', '.join(asked)}.")
        try:
            return self._result()
        except StatsError as error:
            if hint := self._hint(str(error)):
                raise StatsError(f"{error} {hint}") from error
            raise

    def _hint(self, message: str) -> str:
        """What the conventions have to do with a message."""
        about, data = message.partition(" ")[0], self.roles["data"]
        column = self.given.get(about, about)
        known = isinstance(column, str) and hasattr(data, "dropna") and column in names_of(data)
        if known and " missing " in message:
            return f'Rows without it are left out by data=d.dropna(subset=["{column}"]).'
        if about in self.filled:
            return f"This {about} is of the conventions; a call may say another."
        return ""

    def _result(self) -> object:
        data, by = self.roles["data"], self.roles["by"]
        for name in {"row", "rows"} & {*self.given}:
            fit = next(iter(self.given.values()))
            label = self.given[name]
            self.given[name] = _row(fit, label, several=name == "rows")
            if isinstance(label, str) and "label" in self.kinds:
                self.given.setdefault("label", label)
        if data is None:
            if self.labelled and self.roles["control"] is not None:
                self.given.setdefault("reference", self.roles["control"])
            return self.function(**self.given, **self.unknown)
        arm = self.roles["arm"] if isinstance(self.roles["arm"], str) else None
        frame = Frame(data, arm, self.roles["control"], self.roles["treated"], self.factors)
        if not _names(by) or "by" in self.kinds:
            return self._of(frame)
        return ByLevel({level: self._of(part) for level, part in frame.levels(by)})

    def _of(self, frame: Frame) -> object:
        given = dict(self.given)
        self._arms(given, frame)
        self._cut(given, frame)
        design = None
        for name, value in self._named(given):
            if name in TERMS and self._of_models():
                x, found = self._terms(name, [value] if isinstance(value, str) else value, frame)
                given[name], design = x, found if name == "x" else design
            elif isinstance(value, str):
                given[name] = frame.column(value)
            else:
                given[name] = frame.joint(value) if name == "strata" else frame.columns(value)
        result = self.function(**given, **self.unknown)
        if design is not None and isinstance(result, Estimates | MixedFit | ImputedFits):
            return replace(result, design=design)
        return result

    def _named(
        self, given: Mapping[str, object]
    ) -> Iterator[tuple[str, str | list[str] | tuple[str, ...]]]:
        """The arguments that are names of columns; no term at all is an intercept alone."""
        for name, value in list(given.items()):
            if self._is_column(name):
                if _names(value):
                    yield name, value
                elif name in TERMS and isinstance(value, list) and not value:
                    yield name, []

    def _terms(
        self, name: str, terms: Sequence[str], frame: Frame
    ) -> tuple[NamedColumns, ArmDesign | None]:
        intercept = name != "covariates" and self.name not in WITHOUT_INTERCEPT
        x, design = frame.design(terms, intercept=intercept)
        if self.name in OF_MEANS and tuple(terms) != x.columns:
            raise StatsError(f"{self.name} takes covariates that are numbers; of others take ols.")
        return x, design

    def _of_models(self) -> bool:
        """Whether `x` are columns of a model: samples go by that name in other families."""
        family = self.function.__module__.split(".")[-2]
        return family in ("regression", "mixed", "survival", "missing", "resampling")

    def _arms(self, given: dict[str, object], frame: Frame) -> None:
        """The column and the labels of the arms, where the function asks for them."""
        required = {
            name
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.default is parameter.empty and name not in given
        }
        for name in required & {"arm", "group"}:
            if self._is_column(name) and frame.arm is not None:
                given[name] = frame.arm
        if "reference" in required and self.labelled:
            given["reference"] = frame.control
        for name in required & {"arm", "treated"}:
            if self.kinds[name] == "object" and frame.arm is not None:
                given[name] = frame.compared()[0]

    def _cut(self, given: dict[str, object], frame: Frame) -> None:
        """Samples, counts and tables of the arms from one column."""
        first, name = self.first, given.get(self.first)
        if not isinstance(name, str):
            return
        second = list(self.kinds)[1] if len(self.kinds) > 1 else ""
        asked = self.roles["strata"]
        strata = asked if _names(asked) else None
        if SAMPLES.get(self.name) == (first, second) and second not in given:
            given[first], given[second] = frame.both(name)
        elif first == "x1" and second not in given:
            of = strata if self._is_column("x1") else None
            tally = dict(zip(COUNTS, frame.tally(name, of), strict=True))
            given.update({key: value for key, value in tally.items() if key in self.kinds})
        elif first == "events1" and "events0" not in given:
            ones, times = frame.both(name), frame.both(str(given[second]))
            sums = [
                float(np.sum(values)) for pair in zip(ones, times, strict=True) for values in pair
            ]
            given.update(zip(list(self.kinds)[:4], sums, strict=True))
        elif (first, second) == ("x", "n") and second not in given and self.kinds["x"] == "float":
            values = np.asarray(frame.column(name), dtype=np.float64)
            given |= {"x": values.sum(), "n": values.size}
        elif first in ("table", "tables"):
            table = frame.table(name, strata if first == "tables" else None)
            given[first] = table[None] if first == "tables" and strata is None else table


class ByLevel(dict[object, object]):
    """Results by level; a field or method of theirs is that of each: `.median()`, `.estimate`."""

    def __getattr__(self, name: str) -> object:
        found = {level: getattr(result, name) for level, result in self.items()}
        if not found or not all(map(callable, found.values())):
            return ByLevel(found)
        return lambda *arguments, **options: ByLevel(
            {level: method(*arguments, **options) for level, method in found.items()}
        )


def _names(value: object) -> TypeGuard[str | list[str] | tuple[str, ...]]:
    """Whether a value is the name of a column or a list of them."""
    if isinstance(value, str):
        return True
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(each, str) for each in value)
    )


def _row(fit: object, value: object, *, several: bool) -> object:
    """Rows of coefficients by their labels."""
    if isinstance(value, str | Mapping):
        weights = {value: 1.0} if isinstance(value, str) else value
        known = tuple(getattr(fit, "labels", ()))
        for label in weights:
            if label not in known:
                near = get_close_matches(str(label), known, 3) or known
                raise StatsError(f"there is no coefficient {label!r}; there are {', '.join(near)}.")
        return np.array([float(weights.get(label, 0.0)) for label in known])
    if (
        several
        and isinstance(value, list)
        and any(isinstance(each, str | Mapping) for each in value)
    ):
        return np.array([_row(fit, each, several=False) for each in value])
    return value
