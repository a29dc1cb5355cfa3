"""Regression of a yes/no outcome."""

from typing import Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, R, with_coefficients
from trialtrace.run.trial.plan.options import Adjusted, OfCoefficients
from trialtrace.run.trial.plan.r_coefficients import TERM, ratio


@shape
class Standardised(Adjusted):
    """Risks standardised over the covariates of a logistic model."""

    variance: Literal["fixed", "random", "sandwich"] = key(
        "What is random: nothing but the outcomes (fixed), the covariates too (random), "
        "the model perhaps wrong (sandwich)."
    )


@shape
class OrdinaryModel(Adjusted, OfCoefficients):
    """Model of which every coefficient has Wald's interval."""


@shape
class Firth(Adjusted, OfCoefficients):
    """Model of which every coefficient has a profile interval and a penalised likelihood test."""


def _model(family: str, covariance: str) -> str:
    return (
        f"""\
rows <- data.frame(d[covariates], arm, y = d$AVAL)
fit <- glm(reformulate(c("arm", covariates), "y"), {family}, rows,
           control = glm.control(1e-14, 100))
of <- paste0("arm", {{treated}})
b <- coef(fit)[[of]]
spread <- {covariance}
error <- sqrt(spread[of, of])
"""
        + TERM
    )


# Everybody's risk under either arm, what the coefficients move of the means, and their covariance.
_STANDARDISED = """\
rows <- data.frame(d[covariates], arm, y = d$AVAL)
fit <- glm(reformulate(c("arm", covariates), "y"), binomial, rows,
           control = glm.control(1e-14, 100))
X <- model.matrix(fit)
under <- function(of) {
  rows$arm[] <- of
  model.matrix(formula(fit), rows)
}
X1 <- under({treated})
X0 <- under({reference})
risks <- plogis(cbind(X1 %*% coef(fit), X0 %*% coef(fit)))
means <- colMeans(risks)
slopes <- risks * (1 - risks)
J <- rbind(colMeans(slopes[, 1] * X1), colMeans(slopes[, 2] * X0))
n <- nrow(rows)
influence <- sweep(risks, 2, means) + n * (X * (rows$y - fitted(fit))) %*% vcov(fit) %*% t(J)
V <- if ({variance=sandwich}) crossprod(influence) / n^2 else
  J %*% vcov(fit) %*% t(J) + if ({variance=random}) cov(risks) / n else 0
z <- qnorm(0.5 + {confidence} / 2)
error <- sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2])
relative <- V / outer(means, means)
log_error <- sqrt(relative[1, 1] + relative[2, 2] - 2 * relative[1, 2])
own <- under({group})
risk <- drop(plogis(own %*% coef(fit)))
slope <- colMeans(risk * (1 - risk) * own)
moved <- risk - mean(risk) + drop(n * (X * (rows$y - fitted(fit))) %*% vcov(fit) %*% slope)
V_own <- if ({variance=sandwich}) sum(moved^2) / n^2 else
  sum(slope * (vcov(fit) %*% slope)) + if ({variance=random}) var(risk) / n else 0
"""

CARDS = (
    Card(
        "risk_difference.standardised",
        "risks standardised by a logistic model",
        "Robins 1986, Math Model 7:1393; Ge et al. 2011, Drug Inf J 45:481",
        options=Standardised,
        gives="proportion.{}@arm risk_difference.{}@pair",
        formula=(
            "regression.standardisation:standardise",
            "regression.standardisation:standardised_difference",
            "regression.standardisation:standardised_mean",
        ),
        r=R(
            {
                "risk_difference": "means[1] - means[2] + c(0, -1, 1) * z * error",
                "proportion": "mean(risk) + c(0, -1, 1) * z * sqrt(V_own)",
            },
            _STANDARDISED,
        ),
    ),
    Card(
        "risk_ratio.standardised",
        options=Standardised,
        formula=(
            "regression.standardisation:standardise",
            "regression.standardisation:standardised_ratio",
        ),
        r=R(
            {"risk_ratio": "means[1] / means[2] * exp(c(0, -1, 1) * z * log_error)"}, _STANDARDISED
        ),
    ),
    Card(
        "risk_ratio.modified_poisson",
        "modified Poisson regression",
        "Zou 2004, Am J Epidemiol 159:702",
        options=OrdinaryModel,
        gives=with_coefficients("risk_ratio.{}@pair"),
        formula="regression.poisson:modified_poisson",
        r=R(ratio("risk_ratio"), _model("poisson", 'vcovHC(fit, type = "HC0")')),
    ),
    Card(
        "odds_ratio.logistic",
        "logistic regression",
        "Cox 1958, J R Stat Soc B 20:215",
        options=OrdinaryModel,
        gives=with_coefficients("odds_ratio.{}@pair"),
        formula="regression.logistic:logistic",
        r=R(ratio("odds_ratio"), _model("binomial", "vcov(fit)")),
    ),
    Card(
        "odds_ratio.firth",
        "Firth's logistic regression, profile interval",
        "Firth 1993, Biometrika 80:27; Heinze and Schemper 2002, Stat Med 21:2409",
        options=Firth,
        gives=with_coefficients("odds_ratio.{}@pair"),
        formula="regression.logistic:firth",
        r_none="no package that comes with R computes it",
    ),
)
