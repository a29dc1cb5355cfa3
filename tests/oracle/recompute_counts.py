"""Our side of the oracle for counts over an exposure."""

import numpy as np
from oracle_tables import Numbers, cases, fields_of, subject, tested, vector

from trialtrace.stats.regression.counts import negative_binomial, poisson_rates

KINDS = (("poisson", "model"), ("robust", "robust"), ("quasi", "quasi"))


# glm.nb takes turns between size and coefficients; the largest difference seen is 4e-8.
@subject("counts", "MASS", "sandwich", "numDeriv", tolerance=1e-07, again=1e-07)
def counts() -> Numbers:
    for case, d in cases("counts.csv"):
        arms = [d["arm"] == level for level in np.unique(d["arm"])[1:]]
        of_arms = np.column_stack([np.ones(d["y"].size), *arms])
        for name, x in (("arm", of_arms), ("age", np.column_stack([of_arms, d["age"]]))):
            common = {"exposure": d["time"], "confidence": 0.95}
            for kind, variance in KINDS:
                fit = poisson_rates(d["y"], x, variance=variance, **common)
                yield from _coefficients(case, f"{kind}.{name}", fit)
            yield from fields_of(
                case, f"poisson.{name}", fit, "scale", "deviance", "log_likelihood"
            )
            fit = negative_binomial(d["y"], x, **common)
            yield from _coefficients(case, f"negative_binomial.{name}", fit)
            yield case, f"negative_binomial.{name}.dispersion", fit.dispersion
            yield case, f"negative_binomial.{name}.log_likelihood", fit.log_likelihood
            if fit.boundary:
                continue
            yield from tested(case, f"against_poisson.{name}", fit.against_poisson)
            observed = negative_binomial(d["y"], x, information="observed", **common)
            yield from _coefficients(case, f"observed.{name}", observed)


def _coefficients(case: str, name: str, fit) -> Numbers:
    for part in ("coef", "se"):
        yield from vector(case, f"{name}.{part}", getattr(fit, part))
