"""A statistic is one card: what it is called, where it stands in a plan, its options, its source.

The schema of plan.yaml, the names of planned results, the words of traces and reports, and the
tables of docs/ follow from the cards. Each family of methods has a module of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TEST = "p_value"


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
    `{option}` is an option of the plan as R writes it, `{option=choice}` TRUE or FALSE. `packages`
    are those beyond base R. `only` names the choices of an option that the call is for, where it
    is not for all. `own` is the call where each subject has every treatment, where it is another.
    `of_values`: the call is of the values themselves, also where their change, `{value}`, is
    analysed.
    """

    gives: Mapping[str, str]
    lines: str = ""
    packages: tuple[str, ...] = ()
    only: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    own: "R | None" = None
    of_values: bool = False


@dataclass(frozen=True)
class Card:
    """A statistic by a method, such as "risk_difference.newcombe"; a test is "p_value.fisher".

    `title` and `reference` belong to the method: of several cards with the same method, one has
    them; `tested` is the name of its p-value where the title is that of an estimate or an interval
    alone. `also` names what the method's results bear by another name. `options` is the shape of
    what stands under it in a plan, `interaction` that of a test of `interaction`. `means` describes
    a test where the docstring of `options`, which others share, does not.

    `gives` tells its results (`trialtrace.run.trial.plan.results`), where they are more than the
    statistic by comparison; a function of the options, and of whether each subject has every
    treatment, where these decide.

    `formula` names the functions that make its numbers, each "module:function" below
    `trialtrace.stats`; only what counts subjects has none. `fixed` are arguments of the first.
    Nothing is imported by reading a card.

    `family` is the module it stands in; `check` names the module of its check, where several
    families share one or a family has several. `visits` is "over" where the method sees all visits
    of a subject at once, "whole" where it has no result of a single visit and is of subjects with
    every value.
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
    gives: str | Callable[[Any, bool], str] = ""
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
