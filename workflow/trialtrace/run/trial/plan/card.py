"""A statistic is one card: what it is called, where it stands in a plan, its options, its source.

The schema of plan.yaml, the names of planned results, the words of traces and reports, and the
tables of docs/ follow from the cards. Each family of methods has a module of them.

What cards say of their results, in the notation of `trialtrace.run.trial.plan.steps`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trialtrace.base.config.spec import items_of
from trialtrace.run.trial.plan.gives import EVERYONE, PAIR, Gives

TEST = "p_value"
# Packages that come with R, or are installed for the scripts, by functions that only they have.
PACKAGES = {
    "survival": re.compile(r"\bSurv\("),
    "cmprsk": re.compile(r"\b(cuminc|crr)\("),
    "sandwich": re.compile(r"\bvcovHC\("),
    "MASS": re.compile(r"\bglm\.nb\("),
    "car": re.compile(r"\bAnova\("),
    "ordinal": re.compile(r"\bclm\("),
}


@dataclass(frozen=True)
class Statistic:
    """A key of `describe` or `estimates`: what it means, and the kinds of endpoint it suits."""

    section: Literal["describe", "estimates"]
    means: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """A method as a reader knows it, and where it is described."""

    title: str
    reference: str = ""


@dataclass(frozen=True)
class R:
    """How R computes the results of a card, from names that `trialtrace.report.rcode.names` lists.

    `gives` has the expression of each result by "statistic.method", or by its statistic alone, or
    by "statistic@effect" where an effect has one of its own: a number, or the estimate with the
    ends of its interval, c(value, low, high). `lines` stand before it, as far as it needs them.
    `{option}` is an option of the plan as R writes it, `{option=choice}` TRUE or FALSE. `only`
    names the choices of an option that the call is for, where it is not for all. `own` is the call
    where each subject has every treatment, where it is another. `of_values`: the call is of the
    values themselves, also where their change, `{value}`, is analysed.
    """

    gives: Mapping[str, str]
    lines: str = ""
    only: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    own: "R | None" = None
    of_values: bool = False

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages beyond base R whose functions the lines call."""
        return tuple(name for name, calls in PACKAGES.items() if calls.search(self.lines))


@dataclass(frozen=True)
class Second:
    """How a statistic is computed a second time, from rows that are chosen anew.

    `by` begins with the function of the library that does it. That function is called with what the
    inputs make for libraries, `alternative` where the test has sides, and of the options of the
    step those that `options` gives an argument; or else `function` does it, "module:function" below
    `trialtrace.run.methods`, of (data, asked, inputs). `fixed` are further arguments. `iterative`
    is what ends at the tolerance of an iteration.
    """

    by: str
    function: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    iterative: bool = False


@dataclass(frozen=True)
class Card:
    """A statistic by a method, such as "risk_difference.newcombe"; a test is "p_value.fisher".

    `title` and `reference` belong to the method: of several cards with the same method, one has
    them; `tested` is the name of its p-value where the title is that of an estimate or an interval
    alone. `also` names what the method's results bear by another name. `options` is the shape of
    what stands under it in a plan, `interaction` that of a test of `interaction`. `means` describes
    a test where the docstring of `options`, which others share, does not.

    `gives` tells its results (`trialtrace.run.trial.plan.steps`), where they are more than the
    statistic by comparison; a function of the options, and of whether each subject has every
    treatment, where these decide.

    `formula` names the functions that make its numbers, each "module:function" below
    `trialtrace.stats`; only what counts subjects has none. `fixed` are arguments of the first.
    Nothing is imported by reading a card.

    `family` is the module it stands in; `check` names the module of its check, where several
    families share one or a family has several. `visits` is "over" where the method sees all visits
    of a subject at once, "whole" where it has no result of a single visit and is of subjects with
    every value.
    `inputs` names what the formula and its check are computed from
    (`trialtrace.run.methods.inputs`); `run` names the function that makes the results where it is
    no formula over named inputs. `second` is the check: one of every result, or one of each method
    that results bear, or of "statistic,statistic.method"; without inputs its function has the data
    and the result alone. A card with neither `inputs` nor `run`, or without `second`, is in the
    tables of its family's modules.
    `normal` says that the interval is Wald's by the normal distribution, `score` by which score the
    multiverse tests the estimate.

    `compares` is "within" for the two treatments of a subject, "between" for separate
    subjects. `r` is the call of R that gives the same numbers; `r_none` says why there is none.
    """

    step: str
    title: str = ""
    reference: str = ""
    tested: str = ""
    means: str = ""
    options: type | None = None
    interaction: type | None = None
    gives: str | Gives | Callable[[Any, bool], str | Gives] = ""
    kinds: tuple[str, ...] = ()
    visits: Literal["each", "over", "whole"] = "each"
    compares: Literal["within", "between", ""] = ""
    r: R | None = None
    r_none: str = ""
    also: Mapping[str, Named] = field(default_factory=dict)
    formula: str | tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    family: str = ""
    check: str = ""
    inputs: str = ""
    run: str = ""
    second: Second | Mapping[str, Second] = field(default_factory=dict)
    normal: bool = False
    score: str = ""

    @property
    def formulas(self) -> tuple[str, ...]:
        """The functions of `formula`, one or several."""
        return (self.formula,) if isinstance(self.formula, str) else self.formula

    @property
    def statistic(self) -> str:
        return self.step.partition(".")[0]

    @property
    def method(self) -> str:
        return self.step.partition(".")[2]


Given = Callable[[object, bool], str]
TWO_SIDED = "two_sided"


ANALYSIS_OF_VARIANCE = (
    "p_value",
    "f",
    "df1",
    "df2",
    "p_uncorrected",
    "partial_eta_squared",
    "generalised_eta_squared",
)
SPHERICITY = (
    "epsilon_gg",
    "epsilon_hf",
    "epsilon_lower",
    "p_gg",
    "p_hf",
    "p_lower",
    "df1_corrected",
    "df2_corrected",
    "mauchly_w",
    "mauchly_p",
    "mauchly_p_r",
)


def equivalence(effect: str) -> str:
    """An effect with its interval against two margins: p-values of both, the larger, a verdict."""
    stats = ("p_value", "p_above_lower", "p_below_upper", "verdict")
    rest = (f"{stat}.equivalence_{{}}@{PAIR}?" for stat in stats)
    return " ".join((f"{effect}.equivalence_{{}}@{PAIR}", *rest))


def non_inferiority(effect: str) -> str:
    """An effect with its interval against one margin: p-value and verdict."""
    rest = (f"{stat}.non_inferiority_{{}}@{PAIR}?" for stat in ("p_value", "verdict"))
    return " ".join((f"{effect}.non_inferiority_{{}}@{PAIR}", *rest))


def f_test(of: str, second: str = "") -> str:
    """An F test; its statistic and degrees of freedom lack where it has no answer."""
    return " ".join(
        f"{stat}.{{}}@{of}{second}{'' if stat == 'p_value' else '?'}"
        for stat in ("p_value", "f", "df1", "df2")
    )


def contrast(stat: str, of: str, second: str = "") -> str:
    """An estimate with its t test; t and its degrees of freedom lack where it has no answer."""
    return " ".join(
        f"{each}.{{}}@{of}{second}{'' if each in (stat, 'p_value') else '?'}"
        for each in (stat, "p_value", "t", "df")
    )


RANDOM_SD = "random_sd.{}@all;term=random_intercept standard_error.{}@all;term=random_intercept?"
"""The standard deviation of random intercepts, as far as all coefficients are asked for."""


def with_coefficients(text: str, of_arms: str = f"@{PAIR};term=arm", further: str = "") -> Given:
    """What a model gives, then its coefficients, as far as a step asks for them: those of arms, all
    others by their term, and `further`."""

    def gives(options: object, own: bool) -> str:
        asked = items_of(options).get("coefficients")
        every = [*of_arms.split(), f"@{EVERYONE};term"] if asked == "all" else of_arms.split()
        told = [
            f"{stat}{of}"
            for of in (every if asked else ())
            for stat in ("coefficient.{}", "standard_error.{}", "p_coefficient.{}")
        ]
        # Without a fit there is an error in place of the coefficient, and no more.
        rest = [one if one.startswith("coefficient") else f"{one}?" for one in told]
        return " ".join([text, *rest, *(further.split() if asked == "all" else ())])

    return gives


def chi_squared_or_z(of: str) -> Callable[[object, bool], str]:
    """A chi-squared test, or its signed root where the step is one-sided."""

    def given(options: object, own: bool) -> str:
        if items_of(options).get("sides", TWO_SIDED) == TWO_SIDED:
            return f"p_value.{{}}@{of} chi_squared.{{}}@{of}? df.{{}}@{of}?"
        return f"p_value.{{}}@{of} z.{{}}@{of}?"

    return given


def every_contrast(stat: str, names: Iterable[str]) -> str:
    """The same for each contrast that the step names."""
    return " ".join(contrast(stat, EVERYONE, f";contrast={name}") for name in names)


def rank_effects() -> str:
    """Effects of arm, visit and both by ranks, and each arm's relative effect."""
    tests = (f_test(EVERYONE, f";effect={effect}") for effect in ("arm", "visit", "arm_visit"))
    return " ".join((*tests, "relative_effect.{}@arm?"))
