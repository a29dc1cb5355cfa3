"""Ordinal values."""

from typing import Literal

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan import card as gives
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.methods import OVER_TIME, SCORES
from trialtrace.run.trial.plan.options import AdjustedForBaseline, OfCoefficients, Quadrature
from trialtrace.run.trial.plan.r_coefficients import coefficients, term_of


@shape
class ProportionalOdds(AdjustedForBaseline, OfCoefficients):
    """Proportional odds model."""


@shape
class OrdinalMixed(AdjustedForBaseline, OfCoefficients, Quadrature):
    """Cumulative logit model with random intercepts."""


@shape
class RankAnova:
    """ANOVA-type statistics of ordinal values by ranks, one factor within and one between
    subjects."""

    within: Literal["visit"] = key("Factor within subjects.")
    between: Literal["arm"] = key("Factor between subjects.")


_RANK_ANOVA = """\
n <- nrow(wide)
k <- length(visits)
share <- (matrix(rank(wide), n) - 1 / 2) / length(wide)  # of all values those below it
arms <- levels(group)
own <- lapply(arms, function(of) share[group == of, , drop = FALSE])
effects <- do.call(rbind, lapply(own, colMeans))
blocks <- lapply(own, function(of) n * var(of) / nrow(of))
V <- matrix(0, k * length(arms), k * length(arms))
for (i in seq_along(arms)) V[(i - 1) * k + 1:k, (i - 1) * k + 1:k] <- blocks[[i]]
mean_of <- function(size) matrix(1 / size, size, size)
less_mean <- function(size) diag(size) - mean_of(size)
H <- switch({effect}, arm = kronecker(less_mean(length(arms)), mean_of(k)),
            visit = kronecker(mean_of(length(arms)), less_mean(k)),
            arm_visit = kronecker(less_mean(length(arms)), less_mean(k)))
HV <- H %*% V
p <- c(t(effects))
f <- n * sum(p * (H %*% p)) / sum(diag(HV))
df1 <- sum(diag(HV))^2 / sum(diag(HV %*% HV))
s <- sapply(blocks, mean)
df2 <- if ({effect} == "arm") sum(s)^2 / sum(s^2 / (table(group) - 1)) else Inf
"""

_PROPORTIONAL_ODDS = """\
as_columns <- function(v) {
  if (is.numeric(v)) cbind(v - mean(v)) else {
    model.matrix(~ C(factor(v), contr.sum))[, -1, drop = FALSE]
  }
}
X <- do.call(cbind, c(list(model.matrix(~ arm)[, -1, drop = FALSE]),
                      lapply(covariates, function(name) as_columns(d[[name]]))))
y <- factor(d$AVAL, ordered = TRUE)
fit <- clm(y ~ X, control = clm.control(gradTol = 1e-12, maxIter = 200))
of <- match({treated}, levels(arm)) - 1
b <- fit$beta[[of]]
error <- sqrt(vcov(fit)[length(fit$alpha) + of, length(fit$alpha) + of])
plain <- clm(reformulate(c("arm", covariates), "y"), data = cbind(d[covariates], arm, y),
             control = clm.control(gradTol = 1e-12, maxIter = 200))
spread <- vcov(plain)
# Brant 1990: a logistic model at each cut, and the joint covariance of their slopes.
cuts <- nlevels(y) - 1
p <- ncol(X)
Z <- cbind(1, scale(X, scale = FALSE))
fits <- lapply(seq_len(cuts), function(k) {
  glm(as.integer(y) > k ~ 0 + Z, binomial, control = glm.control(1e-14, 100))
})
A <- lapply(fits, function(f) solve(crossprod(Z * sqrt(f$fitted * (1 - f$fitted))), t(Z)))
block <- function(k, m) {
  w <- fits[[max(k, m)]]$fitted * (1 - fits[[min(k, m)]]$fitted)
  ((A[[k]] * rep(w, each = p + 1)) %*% t(A[[m]]))[-1, -1]
}
joint <- do.call(rbind, lapply(seq_len(cuts), function(k) {
  do.call(cbind, lapply(seq_len(cuts), function(m) block(k, m)))
}))
slopes <- unlist(lapply(fits, function(f) coef(f)[-1]))
D <- cbind(-1, diag(cuts - 1)) %x% diag(p)
brant <- sum(D %*% slopes * solve(D %*% joint %*% t(D), D %*% slopes))
df <- (cuts - 1) * p
"""

CARDS = (
    Card(
        "categories.count",
        "count",
        gives="count.categories@group;category proportion.categories@group;category",
        also={"categories": Named("distribution over the values", "")},
        r=R({"count": "sum(hit)", "proportion": "mean(hit)"}),
    ),
    Card(
        "odds_ratio.proportional_odds",
        "proportional odds, of a higher value",
        "McCullagh 1980, J R Stat Soc B 42:109",
        options=ProportionalOdds,
        gives=gives.with_coefficients(
            "odds_ratio.{}@pair p_value.{}@pair chi_squared.{}@pair? df.{}@pair? "
            "p_value.brant@all chi_squared.brant@all? df.brant@all?"
        ),
        kinds=SCORES,
        compares="between",
        also={
            "brant": Named("Brant's test of proportional odds", "Brant 1990, Biometrics 46:1171")
        },
        formula=("regression.ordinal:proportional_odds", "regression.ordinal:brant_test"),
        r=R(
            {
                **coefficients(),
                "odds_ratio": "exp(b + c(0, -1, 1) * qnorm(0.5 + {confidence} / 2) * error)",
                "p_value.brant": "pchisq(brant, df, lower.tail = FALSE)",
                "chi_squared.brant": "brant",
                "df.brant": "df",
                "p_value": "2 * pnorm(-abs(b / error))",
                "chi_squared": "(b / error)^2",
                "df": "1",
            },
            _PROPORTIONAL_ODDS + term_of("plain"),
        ),
    ),
    Card(
        "odds_ratio.ordinal_mixed",
        "cumulative logit model, random intercepts",
        "Hedeker and Gibbons 1994, Biometrics 50:933",
        options=OrdinalMixed,
        gives=gives.with_coefficients(
            "odds_ratio.{}@pair p_value.{}@pair chi_squared.{}@pair? df.{}@pair?", "@pair;term"
        ),
        kinds=SCORES,
        visits="over",
        check="ordinal_grid",
        formula="regression.ordinal_mixed:ordinal_mixed",
        r_none="lme4 and ordinal stop after four digits of the random effects",
    ),
    Card(
        "p_value.rank_anova",
        "ANOVA-type statistics by ranks",
        "Brunner, Domhof and Langer 2002, Nonparametric Analysis of Longitudinal Data; "
        "Noguchi et al. 2012, J Stat Softw 50:1",
        options=RankAnova,
        gives=gives.rank_effects(),
        kinds=OVER_TIME,
        visits="whole",
        compares="between",
        formula="repeated.ordinal_ranks:rank_anova",
        r=R(
            {
                "p_value": "pf(f, df1, df2, lower.tail = FALSE)",
                "f": "f",
                "df1": "df1",
                "df2": "df2",
                "relative_effect": "effects[match({group}, arms), match({visit}, visits)]",
            },
            _RANK_ANOVA,
        ),
    ),
)
