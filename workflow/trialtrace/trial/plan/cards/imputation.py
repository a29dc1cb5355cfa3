"""Multiple imputation."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, key, optional, shape
from trialtrace.trial.plan.card import Card
from trialtrace.trial.plan.options import ImputedArms
from trialtrace.trial.words import Name


@shape
class MultipleImputation:
    """Multiple imputation of the components of a yes/no outcome."""

    components: Distinct[Name] = key(
        "Yes/no endpoints that are imputed together, at the visit of the analysis."
    )
    at_least: int | None = optional(
        (
            "So many components make the event where the outcome itself is missing; without "
            "it the rule of the composite does, over what is drawn and its other parts as "
            "found at the visit; of an outcome that counts what is so far (`by_visit`) an "
            "event that the known parts of an earlier visit decide is kept."
        ),
        minimum=1,
    )
    undecided_before: Literal["no_event", "refuse"] | None = optional(
        "Of an outcome that counts what is so far with `missing_visits: undecided`: earlier visits "
        "are not drawn. Where what is known of one leaves the event open, no_event counts it as "
        "none there, and the result says of how many; refuse gives an error."
    )
    covariates: tuple[Name, ...] = key(
        "Variables of `subjects` in the imputation models.", minItems=0, uniqueItems=True
    )
    arms: ImputedArms = key("Arms imputed apart (by_arm) or with a constant difference (in_model).")
    imputations: int = key("Number of imputations.", minimum=2, maximum=10000)
    cycles: int = key("Cycles of the chained equations.", minimum=1, maximum=1000)
    seed: int = key("Seed of the draws.", minimum=0)


CARDS = (
    Card(
        "risk_difference.multiple_imputation",
        "multiple imputation of the components, Rubin's rules, Wald's interval",
        "Rubin 1987; Barnard and Rubin 1999, Biometrika 86:948",
        options=MultipleImputation,
        formula=(
            "missing.imputation:impute_chained",
            "missing.imputation:composite",
            "missing.pooling:pool",
        ),
    ),
)
