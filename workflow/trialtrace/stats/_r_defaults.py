"""What R's functions take unless told, and keywords whose word differs between functions."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import trialtrace.stats as ts
from trialtrace.stats._lazy import offering
from trialtrace.stats.results import StatsError


class PerFunction(dict[str, object]):
    """One keyword with the value of each function that has it; `others` is that of all others.

    >>> PerFunction(mmrm="ML", linear_mixed="REML")
    PerFunction(mmrm='ML', linear_mixed='REML')
    """

    def __init__(self, others: object = None, **values: object) -> None:
        for name in values:
            if not offering(ts, name):
                raise StatsError(f"no function of trialtrace.stats is called {name!r}.")
        super().__init__(values)
        self.others = others

    def __repr__(self) -> str:
        told = [] if self.others is None else [repr(self.others)]
        return f"PerFunction({', '.join([*told, *(f'{k}={v!r}' for k, v in self.items())])})"


_BOUNDARIES = ("obrien_fleming", "pocock", "spending_boundary", "wang_tsiatis")
_COUNTS = ("chi_squared", "mcnemar", "cochran_mantel_haenszel", "cochran_mantel_haenszel_z")
_RANKS = ("mann_whitney", "hodges_lehmann", "signed_rank", "pseudomedian")
# What R's functions take unless told, by the call in the docstring of each function. Where R has no
# default, or one that depends on whether subjects have several events (the variance of
# `cox_start_stop` and `mean_cumulative`), the function asks for it still.
R_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        "confidence": 0.95,
        # rpact's boundaries are of one side.
        "sides": PerFunction("two_sided", **dict.fromkeys(_BOUNDARIES, "greater")),
        "correction": PerFunction(**dict.fromkeys((*_COUNTS, *_RANKS[:2]), "continuity")),
        "variances": PerFunction(mean_difference_t="unequal"),
        "ties": "efron",
        "interval": PerFunction(kaplan_meier="log", curves="log"),
        "zeros": "wilcoxon",
        "variance": PerFunction(
            **dict.fromkeys(("ols", "ancova", "poisson_rates"), "model"),
            **dict.fromkeys(("power_two_proportions", "sample_size_two_proportions"), "pooled"),
            gee="robust",
            cochran_armitage="binomial",
            cumulative_incidence="aalen",
            mantel_haenszel_risk_difference="sato",
            repeated_contrast="pooled",
        ),
        "family": PerFunction(gee="gaussian", clustered="gaussian"),
        "method": PerFunction(
            **dict.fromkeys(_RANKS, "exact_below_50"),
            **dict.fromkeys(("linear_mixed", "mmrm", "conditional_mean_fits"), "REML"),
            **dict.fromkeys(("correlation", "correlation_test"), "pearson"),
            bounds="wilson_corrected",
        ),
    }
)


def of_function(name: str, keywords: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The keywords that a function is given, those that differ between functions by its name."""
    for keyword, value in keywords.items():
        if not isinstance(value, PerFunction):
            yield keyword, value
        elif name in value or value.others is not None:
            yield keyword, value.get(name, value.others)
