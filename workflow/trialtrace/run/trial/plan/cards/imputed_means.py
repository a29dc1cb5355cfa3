"""Means of a repeated outcome with visits filled in: by multiple imputation, or by one value."""

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Name
from trialtrace.base.config.references import ComparedArm, IntercurrentEvent
from trialtrace.base.config.spec import Unique, key, optional, shape
from trialtrace.run.trial.plan.card import Card, R
from trialtrace.run.trial.plan.methods import OVER_TIME
from trialtrace.run.trial.plan.options import Estimation, HigherLower, ImputedArms, LinearErrors

COVARIATES = (
    "Covariates of the analysis of covariance, measured before randomisation: `baseline` (the "
    "value there) and variables of `subjects`."
)
EVENT = (
    "The intercurrent event of the estimand after which values are imputed so; its strategy there "
    "is treatment policy or hypothetical."
)


@shape
class Drawn:
    """Missing visits drawn several times, an analysis of covariance in each, pooled."""

    covariates: Unique[Name] = key(COVARIATES + " The imputation models have them too.")
    imputations: int = key("Number of imputations.", minimum=2, maximum=10000)
    seed: int = key("Seed of the draws.", minimum=0)
    df: Literal["barnard_rubin", "rubin"] = key(
        "Degrees of freedom of the pooled estimate: Barnard and Rubin's (1999), never more than "
        "the complete data have, or Rubin's of 1987, of the imputations alone."
    )


@shape
class Monotone(Drawn):
    """Each visit from those before it; no subject has a value after a missing one."""

    arms: ImputedArms = key(
        "Arms imputed apart (by_arm), each with its slopes and variances, or with a constant "
        "difference at each visit (in_model)."
    )


@shape
class Chained(Monotone):
    """Each visit from all others in turn, whatever the pattern."""

    cycles: int = key("Cycles of the chained equations.", minimum=1, maximum=1000)


@shape
class DeltaAdjusted(Chained):
    """By chained equations, what was imputed then shifted by arm."""

    deltas: dict[ComparedArm, float] = key(
        "What is added to each imputed value, by arm, in the unit of the outcome; 0 leaves an arm "
        "as it is.",
        minProperties=2,
    )
    event: IntercurrentEvent = key(EVENT)


@shape
class ReferenceBased(Monotone):
    """After the last value a subject goes on as the reference arm does."""

    assumption: Literal[
        "missing_at_random", "jump_to_reference", "copy_increments", "copy_reference", "last_mean"
    ] = key(
        "How a subject goes on: as his own arm (missing_at_random), at the reference's means "
        "(jump_to_reference), with its changes from where he was (copy_increments), as if he had "
        "always been of it (copy_reference), at the mean of his arm at his last visit (last_mean)."
    )
    cycles: int = key(
        "Cycles for gaps before a later value; without gaps they change nothing.",
        minimum=1,
        maximum=1000,
    )
    event: IntercurrentEvent = key(EVENT)


@shape
class ConditionalMean:
    """Each missing visit at its expected value, the error by leaving out each subject in turn."""

    covariates: Unique[Name] = key(
        COVARIATES + " The mixed model has them too, with a slope at each visit."
    )
    assumption: Literal[
        "missing_at_random", "jump_to_reference", "copy_increments", "copy_reference"
    ] = key(
        "How a subject goes on: as his own arm (missing_at_random), at the reference's means "
        "(jump_to_reference), with its changes from where he was (copy_increments), as if he had "
        "always been of it (copy_reference)."
    )
    deltas: dict[ComparedArm, float] | None = optional(
        "What is added to each value filled in, by arm, in the unit of the outcome.",
        minProperties=2,
    )
    estimation: Estimation = key("Estimation of the mixed model's covariance.")
    variance: Literal["jackknife"] = key(
        "The error: over fits of everything without one subject, that of repeated trials."
    )
    event: IntercurrentEvent = key(EVENT)


@shape
class Filled:
    """One value for each missing visit, then an analysis of covariance."""

    covariates: Unique[Name] = key(COVARIATES)
    variance: LinearErrors = key("Standard errors.")


@shape
class CarriedForward(Filled):
    """A value of the same subject at an earlier visit."""

    baseline: Literal["carried", "not_carried"] = key(
        "Whether the baseline is carried too; if not, a subject without a later value is left out."
    )


@shape
class WorstCarriedForward(CarriedForward):
    """The worst of these values."""

    worse: HigherLower = key("Which values are worse.")


POOLED = (
    "mean_difference.{}@pair p_value.{}@pair t.{}@pair? df.{}@pair? fraction_missing.{}@pair? "
    "p_value.{}@all f.{}@all? df1.{}@all? df2.{}@all?"
)
SINGLE = "mean_difference.{}@pair p_value.{}@pair f.{}@pair? df1.{}@pair? df2.{}@pair?"

# The values themselves are filled in, and a change is taken afterwards.
_FILLED = """\
last <- wide[, ncol(wide)]
filled <- FILLED
own <- d[match(rownames(wide), d$USUBJID), ]
outcome <- switch({value}, value = filled, change = filled - own$BASE,
                  percent_change = 100 * (filled - own$BASE) / own$BASE)
fit <- lm(reformulate(c("group", covariates), "outcome"), cbind(own, outcome, group))
of <- paste0("group", {treated})
error <- sqrt(vcovHC(fit, type = sub("model", "const", {variance}))[of, of])
t <- coef(fit)[[of]] / error
half <- qt(0.5 + {confidence} / 2, df.residual(fit)) * error
"""


def _filled(by: str) -> R:
    """The analysis of covariance of `last`, where it is missing by an expression of `wide`."""
    return R(
        {
            "mean_difference": "coef(fit)[[of]] + c(0, -1, 1) * half",
            "p_value": "2 * pt(-abs(t), df.residual(fit))",
            "f": "t^2",
            "df1": "1",
            "df2": "df.residual(fit)",
        },
        _FILLED.replace("FILLED", by),
        of_values=True,
    )


SINGLY = "single imputation; Molenberghs and Kenward 2007, chapter 4"
# Every visit is a number.
NO_LOGISTIC_MODEL = {"logistic": "maximum"}

_POOLED_FITS = (
    "missing.linear:fit_imputed",
    "missing.linear:pooled_contrast",
    "missing.linear:pooled_contrasts_test",
)
_ANCOVA = (
    "regression.ancova:ancova",
    "regression.ancova:arm_difference",
    "regression.ancova:arm_row",
)
_over_visits = partial(Card, kinds=OVER_TIME, visits="over", compares="between")

_drawn = partial(
    _over_visits, gives=POOLED, r_none="drawn by a generator whose draws R does not repeat"
)

_single = partial(_over_visits, reference=SINGLY, gives=SINGLE)

CARDS = (
    _drawn(
        "mean_difference.monotone_imputation",
        "multiple imputation, visit after visit, analysis of covariance, Rubin's rules",
        "Rubin 1987, Multiple Imputation for Nonresponse in Surveys, chapter 5; "
        "df: Barnard and Rubin 1999, Biometrika 86:948",
        options=Monotone,
        formula=("missing.imputation:impute_monotone", *_POOLED_FITS),
    ),
    _drawn(
        "mean_difference.chained_imputation",
        "multiple imputation by chained equations, analysis of covariance, Rubin's rules",
        "van Buuren 2018, section 4.5; df: Barnard and Rubin 1999, Biometrika 86:948",
        options=Chained,
        formula=("missing.imputation:impute_chained", *_POOLED_FITS),
        fixed=NO_LOGISTIC_MODEL,
    ),
    _drawn(
        "mean_difference.delta_adjusted_imputation",
        "multiple imputation shifted by delta, analysis of covariance, Rubin's rules "
        "(information-anchored variance)",
        "Carpenter and Kenward 2013, chapter 10; variance: Cro, Carpenter and Kenward 2019, "
        "J R Stat Soc A 182:623",
        options=DeltaAdjusted,
        formula=("missing.imputation:impute_chained", *_POOLED_FITS, "missing.delta:add_delta"),
        fixed=NO_LOGISTIC_MODEL,
    ),
    _drawn(
        "mean_difference.reference_based_imputation",
        "reference-based multiple imputation, analysis of covariance, Rubin's rules "
        "(information-anchored variance)",
        "Carpenter, Roger and Kenward 2013, J Biopharm Stat 23:1352; variance: Cro, Carpenter and "
        "Kenward 2019, J R Stat Soc A 182:623",
        options=ReferenceBased,
        formula=("missing.reference:impute_reference_based", *_POOLED_FITS),
    ),
    _over_visits(
        "mean_difference.conditional_mean_imputation",
        "conditional mean imputation, analysis of covariance, frequentist variance (jackknife)",
        "Wolbers and others 2022, Pharm Stat 21:1246",
        options=ConditionalMean,
        gives="mean_difference.{}@pair p_value.{}@pair z.{}@pair?",
        formula=(
            "missing.conditional_mean:conditional_mean_fits",
            "missing.conditional_mean:conditional_mean_contrast",
        ),
        check="conditional_mean",
        r_none="no package that comes with R computes it",
    ),
    _single(
        "mean_difference.last_observation_carried_forward",
        "last observation carried forward (LOCF), analysis of covariance",
        options=CarriedForward,
        formula=("missing.single:last_observation_carried_forward", *_ANCOVA),
        r=_filled("apply(wide, 1, function(v) tail(na.omit(v), 1))"),
    ),
    _single(
        "mean_difference.baseline_observation_carried_forward",
        "baseline observation carried forward (BOCF), analysis of covariance",
        options=Filled,
        formula=("missing.single:baseline_observation_carried_forward", *_ANCOVA),
        r=_filled("ifelse(is.na(last), wide[, 1], last)"),
    ),
    _single(
        "mean_difference.worst_observation_carried_forward",
        "worst observation carried forward (WOCF), analysis of covariance",
        options=WorstCarriedForward,
        formula=("missing.single:worst_observation_carried_forward", *_ANCOVA),
        r=_filled(
            "ifelse(is.na(last), apply(wide, 1, if ({worse=higher}) max else min, na.rm = TRUE), "
            "last)"
        ),
    ),
)
