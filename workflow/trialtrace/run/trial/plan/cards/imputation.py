"""Multiple imputation."""

from typing import Literal

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, Unique, key, optional, shape
from trialtrace.run.trial.endpoints.shared import BinaryEndpoint
from trialtrace.run.trial.plan.card import Card
from trialtrace.run.trial.plan.options import ImputedArms


@shape
class MultipleImputation:
    """Multiple imputation of the components of a yes/no outcome."""

    components: Distinct[BinaryEndpoint] = key(
        "Yes/no endpoints that are imputed together, at the visit of the analysis: findings of "
        "the composite, and scores of it that are yes or no."
    )
    at_least: int | None = optional(
        "So many components make the event where the outcome itself is missing; without "
        "it the rule of the composite does, over what is drawn and its other parts as "
        "found at the visit; of an outcome that counts what is so far (`by_visit`) an "
        "event that the known parts of an earlier visit decide is kept.",
        minimum=1,
    )
    undecided_before: Literal["no_event", "refuse", "drawn"] | None = optional(
        "Of an outcome that counts what is so far with `missing_visits: undecided`. With drawn the "
        "components of earlier visits are drawn together with those of this one. Otherwise they "
        "are not; where what is known of one leaves the event open, no_event counts it as none "
        "there, and the result says of how many, and refuse gives an error. What is not drawn and "
        "leaves an earlier visit open counts with drawn as with no_event."
    )
    logistic: Literal["maximum", "augmented"] | None = optional(
        "How the logistic models are fitted: by maximum likelihood, also without this key, which "
        "gives an error where predictors tell the outcomes apart; or augmented, with rows of "
        "little weight beside the data, half a standard deviation from the means with either "
        "outcome, which draw coefficients towards 0 (White, Daniel and Royston 2010, Comput Stat "
        "Data Anal 54:2267)."
    )
    covariates: Unique[Name] = key("Variables of `subjects` in the imputation models.")
    arms: ImputedArms = key("Arms imputed apart (by_arm) or with a constant difference (in_model).")
    imputations: int = key("Number of imputations.", minimum=2, maximum=10000)
    cycles: int = key("Cycles of the chained equations.", minimum=1, maximum=1000)
    seed: int = key("Seed of the draws.", minimum=0)


CARDS = (
    Card(
        "risk_difference.multiple_imputation",
        "multiple imputation of the components, Rubin's rules, Wald's interval",
        "Rubin 1987, Multiple Imputation for Nonresponse in Surveys; "
        "Barnard and Rubin 1999, Biometrika 86:948",
        options=MultipleImputation,
        gives="proportion.{}@arm? risk_difference.{}@pair fraction_missing.{}@pair?",
        formula=(
            "missing.imputation:impute_chained",
            "missing.imputation:composite",
            "missing.pooling:pool",
        ),
        r_none="drawn by a generator whose draws R does not repeat",
    ),
)
