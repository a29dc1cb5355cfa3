"""What a package offers is imported when it is first asked for (PEP 562).

`import trialtrace.stats` costs next to nothing, and yet `trialtrace.stats.survival.log_rank` is
there, in `dir()`, and known to type checkers, which read a stub. `_offered` says what there is.
Modules of this project import from the module that holds a function, never from a family: what a
job depends on is read from imports.

What a family offers refuses columns of pandas whose indexes differ: `aligned` of `_aligned`.
"""

import re
import sys
from importlib import import_module
from types import FunctionType, ModuleType

from trialtrace.stats._offered import HERE, PACKAGE, families, offered


def attach(package: str) -> None:
    """Let a package offer the names of its modules."""
    sys.modules[package].__class__ = Family


class Family(ModuleType):
    """A package that imports what it offers at the first use."""

    def __getattr__(self, name: str) -> object:
        source = offered(_family(self)).get(name)
        if source is None:
            text = f"module {self.__name__!r} has no attribute {name!r}"
            families = [f"{self.__name__}.{family}.{name}" for family in offering(self, name)]
            there = f"; there is {' and '.join(families)}" if families else of_r(self, name)
            raise AttributeError(text + there)
        if source == self.__name__:
            return import_module(f"{source}.{name}")
        found = offer(import_module(source), name)
        super().__setattr__(name, found)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        # The import of a module binds it in its package. One that bears its function's name, such
        # as `cox`, must not stand in the function's place.
        if isinstance(value, ModuleType) and offered(_family(self)).get(name) == (
            f"{self.__name__}.{name}"
        ):
            value = offer(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        plain = {name for name in super().__dir__() if name != "attach" and name[:1] != "_"}
        return sorted(plain | set(offered(_family(self))))


def offer(module: ModuleType, name: str) -> object:
    """What a module holds, a function that refuses columns of pandas that are not aligned.

    It takes the function's place in its module too, where pickle looks for it.
    """
    value: object = getattr(module, name)
    if isinstance(value, FunctionType) and not hasattr(value, "aligned"):
        from trialtrace.stats._aligned import aligned

        value = aligned(value)
        setattr(module, name, value)
    return value


def offering(package: ModuleType, name: str) -> list[str]:
    """The packages inside this one that offer the name."""
    return [family for family in _families(package) if name in offered(family)]


# What a name of R is above all, where docstrings have others too, or another call of it.
FIRST = {
    "anova": ["regression.wald_test", "regression.interaction_test"],
    "confint": ["regression.contrast"],
    "coxzph": ["survival.proportional_hazards_test"],
    "glm": ["regression.logistic", "regression.poisson_rates"],
    "lm": ["regression.ols"],
    "mice": ["missing.impute_chained"],
    "polr": ["regression.proportional_odds"],
    "proptest": ["categorical.chi_squared", "categorical.risk_difference_wald"],
    "rmst2": ["survival.restricted_mean_difference", "survival.restricted_mean_ratio"],
    "survfit": ["survival.kaplan_meier"],
    "ttest": ["continuous.mean_difference_t", "continuous.welch_t", "continuous.paired_t"],
    "wilcoxtest": ["continuous.mann_whitney", "continuous.signed_rank"],
    "wilcoxon": ["continuous.mann_whitney", "continuous.signed_rank"],
}


def of_r(package: ModuleType, name: str) -> str:
    """What stands for a function of R, by what docstrings say: "; R's t.test is welch_t, …"; those
    whose call begins with it come first."""
    call = re.compile(rf"(?<![\w.]){re.escape(name).replace('_', '[._]')}\(")
    first = FIRST.get(re.sub("[._]", "", name).lower(), [])
    later: list[str] = []
    found, called = [*first], name
    for family in _families(package):
        for module in sorted({*offered(family).values()}):
            source = HERE.joinpath(*module.split(".")[2:])
            for part in source.with_suffix(".py").read_text("utf-8").split("\ndef ")[1:]:
                told = re.search(r"\n    R: .*?\n\n", part, re.DOTALL)
                if told and part[0] != "_" and (there := call.search(told[0])):
                    begins = re.match(r"\s+R: `(\w+::)?$", told[0][: there.start()])
                    (found if begins else later).append(f"{family}.{part[: part.index('(')]}")
                    called = there[0][:-1]
    every = list(dict.fromkeys([*found, *later]))[:6]
    return f"; R's {called} is {', '.join(every)}" if every else ""


def offers(package: ModuleType) -> list[str]:
    """The functions that the packages inside this one offer."""
    names = (name for family in _families(package) for name in offered(family))
    return sorted({name for name in names if name.islower()})


def _family(package: ModuleType) -> str:
    """The name of a family's package; nothing of the one around them."""
    return package.__name__.removeprefix(PACKAGE).removeprefix(".")


def _families(package: ModuleType) -> list[str]:
    """The families inside of a package."""
    return [] if _family(package) else families()
