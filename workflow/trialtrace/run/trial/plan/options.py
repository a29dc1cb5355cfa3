"""Choices that the options of several methods have."""

from typing import Literal

from trialtrace.base.config.names import Name, Sides
from trialtrace.base.config.spec import Distinct, Unique, key, optional, shape

# All arms in one test, or each treated arm against the reference.
Groups = Literal["all", "pairs"]
OF_GROUPS = "all: all arms in one test; pairs: each treated arm against the reference."
Continuity = Literal["none", "continuity"]
# On which scale the interval of a curve is computed.
CurveScale = Literal["log_log", "log", "plain", "arcsin", "logit"]
Ties = Literal["efron", "breslow"]
Summarised = Distinct[Literal["mean", "sd", "median", "quartiles", "minimum", "maximum"]]
# The side of a value, or of a risk, that a plan says something of.
HigherLower = Literal["higher", "lower"]
TwoByTwoTest = Literal["fisher", "chi_squared"]
MixedDf = Literal["satterthwaite", "kenward_roger", "kenward_roger_observed"]
Estimation = Literal["REML", "ML"]
# Errors of a linear model: its own, or a sandwich.
LinearErrors = Literal["model", "HC0", "HC1", "HC2", "HC3"]
Sandwich = Literal["robust", "kauermann_carroll", "mancl_derouen"]
Reference = Literal["normal", "t"]
DifferenceVariance = Literal["miettinen_nurminen", "farrington_manning"]
RatioVariance = Literal["miettinen_nurminen", "koopman"]
IncidenceVariance = Literal["aalen", "delta"]
BreslowDayCorrection = Literal["none", "tarone"]
ImputedArms = Literal["by_arm", "in_model"]
Wins = Literal["later", "higher", "lower"]
Sphericity = Literal["greenhouse_geisser", "huynh_feldt", "lower_bound", "none"]
# Of tests of two arms that are chi-squared where they are two-sided.
SIGNED_SIDES = (
    "Sidedness. A test of one side has two arms: `less` tests for a lower hazard or fewer events "
    "in the treated arm, by the signed root of the statistic."
)


LEVEL_REASON = (
    "Why a confidence below 0.5 (also 1 - 2 alpha of a step), or a level above 0.5, is meant; the "
    "report says it. Needed where there is one."
)

COVARIATES = (
    "Covariates, measured before randomisation: `baseline` (the value there) and variables of "
    "`subjects`."
)


@shape
class Adjusted:
    """A model with covariates of the subjects."""

    covariates: Unique[Name] = key(
        "Covariates: variables of `subjects`, known at randomisation; a centre or stratum among "
        "them is a fixed effect."
    )


@shape
class AdjustedForBaseline:
    """A model with covariates, among which the value before randomisation may be."""

    covariates: Unique[Name] = key(COVARIATES)


@shape
class OfCoefficients:
    """A model whose coefficients may be results of their own."""

    coefficients: Literal["arms", "all"] | None = optional(
        "Coefficients as results, each with its standard error, interval and p-value: those of the "
        "arms, or all, with the intercept, covariates and what else the model has. They are on the "
        "scale of the model, such as a logarithm of odds, rates or hazards. None where it is left "
        "out."
    )


@shape
class OfSides:
    """A test of one side or two."""

    sides: Sides = key("Sidedness.")


@shape
class Corrected(OfSides):
    """The same, with or without a correction for continuity."""

    correction: Continuity = key("Correction.")


@shape
class Quadrature:
    """A model whose random intercepts are integrated numerically."""

    nodes: int | Literal["enough"] = key(
        "Nodes of the adaptive quadrature, or `enough`: doubled until more change nothing. A "
        "number that does not suffice is an error.",
        expected="a whole number or `enough`",
        minimum=7,
        maximum=200,
    )


@shape
class NoOptions:
    """A method that leaves nothing to choose."""


@shape
class OwnMargins:
    """Margins that somebody declared."""

    declared_by: Literal["trial", "plan"] | None = optional(
        "Who declared the margins: the trial, in its protocol or paper, or this plan alone (so "
        "where it is left out). Only of a trial's own margins does the verdict say whether a "
        "difference matters."
    )
