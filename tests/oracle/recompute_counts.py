"""Our side of the oracle for counts over an exposure."""

from collections.abc import Callable, Iterator

import numpy as np

from trialtrace.stats.regression.counts import negative_binomial, poisson_rates

Cases = Callable[[str], Iterator[tuple[str, dict[str, np.ndarray]]]]
Numbers = Iterator[tuple[str, str, float]]
KINDS = (("poisson", "model"), ("robust", "robust"), ("quasi", "quasi"))


def counts(cases: Cases) -> Numbers:
    for case, d in cases("counts.csv"):
        arms = [d["arm"] == level for level in np.unique(d["arm"])[1:]]
        of_arms = np.column_stack([np.ones(d["y"].size), *arms])
        for name, x in (("arm", of_arms), ("age", np.column_stack([of_arms, d["age"]]))):
            common = {"exposure": d["time"], "confidence": 0.95}
            for kind, variance in KINDS:
                fit = poisson_rates(d["y"], x, variance=variance, **common)
                yield from _coefficients(case, f"{kind}.{name}", fit)
            for part in ("scale", "deviance", "log_likelihood"):
                yield case, f"poisson.{name}.{part}", getattr(fit, part)
            fit = negative_binomial(d["y"], x, **common)
            yield from _coefficients(case, f"negative_binomial.{name}", fit)
            yield case, f"negative_binomial.{name}.dispersion", fit.dispersion
            yield case, f"negative_binomial.{name}.log_likelihood", fit.log_likelihood
            if fit.boundary:
                continue
            yield case, f"against_poisson.{name}.statistic", fit.against_poisson.statistic
            yield case, f"against_poisson.{name}.p_value", fit.against_poisson.p_value
            observed = negative_binomial(d["y"], x, information="observed", **common)
            yield from _coefficients(case, f"observed.{name}", observed)


def _coefficients(case: str, name: str, fit) -> Numbers:
    for part in ("coef", "se"):
        for i, value in enumerate(getattr(fit, part), 1):
            yield case, f"{name}.{part}.{i}", value
