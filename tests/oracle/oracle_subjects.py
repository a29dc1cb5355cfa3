"""What is held against R: each subject with its R packages and how closely the numbers agree.

A subject is a script of R, its output in expected/, and our numbers of the same cases.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import recompute
import recompute_coefficients
import recompute_conditional_mean
import recompute_correlated
import recompute_crossover
import recompute_imputed_means
import recompute_least_squares_means
import recompute_missing
import recompute_models
import recompute_paired_events
import recompute_stopped
import recompute_stratified_score
from recompute import Numbers

Number = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """`numbers` are ours; the tolerances are relative.

    `tolerance` is that of our numbers beside R's, `again` of another run of R beside its committed
    output, where another version of R or of a package may round otherwise.
    """

    numbers: Callable[[], Numbers]
    packages: tuple[str, ...] = ()
    # The largest differences seen are of the order 1e-10, where the data have a large common offset
    # (there R rounds, by its own means) or a likelihood ratio is next to 0, and else 1e-11.
    tolerance: float = 1e-8
    again: float = 1e-9
    # Of Satterthwaite's degrees of freedom, and of Kenward-Roger's by observed information, which
    # rest in R on numeric second derivatives of the likelihood: differences up to 7e-8. Of Tukey's
    # pairs of arms: ptukey ends within some 3e-10, of a p of 3e-5 a hundred thousandth.
    by_derivatives: float | None = None

    def relative(self, quantity: str, tolerance: float) -> float:
        """The tolerance of a quantity."""
        numeric = any(word in quantity for word in ("satterthwaite.df", "observed", "pairs_"))
        return self.by_derivatives if numeric and self.by_derivatives else tolerance

    def differences(
        self, found: Mapping[Number, float], expected: Mapping[Number, float], tolerance: float
    ) -> list[str]:
        """Numbers that differ by more than the tolerance, in words."""
        return [
            f"{case} {quantity}: {found[case, quantity]!r}, in expected/ {value!r}"
            for (case, quantity), value in expected.items()
            if not agree(found[case, quantity], value, self.relative(quantity, tolerance))
        ]


def agree(one: float, other: float, relative: float) -> bool:
    """Both missing, or within the relative tolerance."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=relative)


PACKAGES = {
    "survival": ("survival",),
    "risk_sets": ("survival",),
    "resampling": ("survival",),
    "time_scores": ("survival",),
    "repeated": ("car",),
    "repeated_general": ("car",),
    "metafor": ("metafor",),
    "restricted_mean": ("survival",),
    "tied_times": ("survival",),
    "cox_start_stop": ("survival",),
    "competing_risks": ("cmprsk",),
    "rates": ("survival",),
    "counts": ("MASS", "sandwich", "numDeriv"),
    "one_sided": ("survival",),
    "hazards": ("survival", "cmprsk"),
    "vcdextra": ("vcdExtra",),
    "group_sequential": ("mvtnorm",),
    "models": ("sandwich", "car", "ordinal", "MASS", "numDeriv"),
    "ordinal_mixed": ("ordinal", "numDeriv"),
    "ordinal_gee": ("ordinal",),
    "mmrm": ("nlme", "numDeriv"),
    "linear_mixed": ("lmerTest", "pbkrtest"),
    "linear_mixed_bound": ("lmerTest", "pbkrtest", "numDeriv"),
    "gee": ("geepack",),
    "least_squares_means": ("emmeans", "survival"),
    "logistic_mixed": ("lme4", "numDeriv"),
    "slopes": ("geepack", "lme4", "numDeriv"),
    "clusters": ("clubSandwich", "geepack"),
    "missing": ("mice", "ordinal"),
    "arm_contrasts": ("mvtnorm",),
    "imputed_means": ("mice",),
    "conditional_mean": ("nlme",),
    "stopped": ("rpact",),
    "planning": ("pwr", "rpact"),
    "interim": ("rpact", "mvtnorm"),
    "coefficients": (
        *("cmprsk", "lmerTest", "MASS", "numDeriv", "ordinal", "sandwich", "survival"),
    ),
}
CLOSENESS = {
    # glm.nb takes turns between size and coefficients; the largest difference seen is 4e-8.
    "counts": {"tolerance": 1e-7, "again": 1e-7},
    # rpact's searches for roots end at 1e-6 or so.
    "stopped": {"tolerance": 1e-6, "again": 1e-7},
    # R's root search ends at 1e-11 in Firth's bounds.
    "models": {"again": 1e-8},
    # R's derivatives are numeric; the largest difference seen from ours is 2e-9.
    "ordinal_mixed": {"again": 1e-7},
    "mmrm": {"again": 1e-8, "by_derivatives": 1e-6},
    # lme4's optimum is polished with numeric derivatives.
    "linear_mixed": {"tolerance": 1e-7, "again": 1e-7, "by_derivatives": 1e-6},
    "linear_mixed_bound": {"tolerance": 1e-7, "again": 1e-7, "by_derivatives": 1e-6},
    # Errors at 0 are those of the last step but one in R; the largest difference seen is 9e-8.
    "logistic_mixed": {"tolerance": 1e-6, "again": 1e-6},
    "slopes": {"tolerance": 1e-6, "again": 1e-6},
    # rpact's boundaries are roots within 1e-10 of probabilities; the largest difference is 6e-8.
    "interim": {"tolerance": 1e-6, "again": 1e-6},
    # lme4's optimum is polished with numeric derivatives, of which lmerTest's p-values are too.
    "coefficients": {"tolerance": 1e-6, "again": 1e-6},
    "least_squares_means": {"by_derivatives": 2e-5},
    # A coefficient next to 0 differs by 1.3e-10.
    "gee": {"again": 1e-8},
}
SUBJECTS = {
    name: Subject(numbers, PACKAGES.get(name, ()), **CLOSENESS.get(name, {}))
    for name, numbers in (
        recompute.SUBJECTS
        | recompute_correlated.SUBJECTS
        | recompute_models.SUBJECTS
        | {"missing": recompute_missing.missing_data}
        | {"crossover": recompute_crossover.crossover}
        | {"paired_events": recompute_paired_events.paired_events}
        | {"stratified_score": recompute_stratified_score.stratified_score}
        | {"imputed_means": recompute_imputed_means.imputed_means}
        | {"conditional_mean": recompute_conditional_mean.conditional_mean}
        | {"least_squares_means": recompute_least_squares_means.least_squares}
        | {"stopped": recompute_stopped.stopped}
        | {"coefficients": recompute_coefficients.coefficients}
    ).items()
}
