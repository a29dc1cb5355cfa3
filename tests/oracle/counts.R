# Counts over an exposure: glm with an offset and its sandwich, MASS::glm.nb.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressMessages({
  library(MASS)
  library(sandwich)
})

coefficients_of <- function(case, name, fit, spread) {
  for (i in seq_along(coef(fit))) {
    emit(case, paste0(name, ".coef.", i), coef(fit)[i])
    emit(case, paste0(name, ".se.", i), sqrt(diag(spread))[i])
  }
}

for (d in cases("counts.csv")) {
  case <- d$case[1]
  d$arm <- factor(d$arm)
  for (name in c("arm", "age")) {
    model <- if (name == "arm") y ~ arm + offset(log(time)) else y ~ arm + age + offset(log(time))
    fit <- glm(model, poisson, d, control = glm.control(epsilon = 1e-15, maxit = 100))
    coefficients_of(case, paste0("poisson.", name), fit, vcov(fit))
    coefficients_of(case, paste0("robust.", name), fit, vcovHC(fit, type = "HC0"))
    quasi <- glm(model, quasipoisson, d, control = glm.control(epsilon = 1e-15, maxit = 100))
    phi <- sum(residuals(fit, "pearson")^2) / fit$df.residual
    coefficients_of(case, paste0("quasi.", name), fit, phi * vcov(fit))
    emit(case, paste0("poisson.", name, ".scale"), summary(quasi)$dispersion)
    emit(case, paste0("poisson.", name, ".deviance"), fit$deviance)
    emit(case, paste0("poisson.", name, ".log_likelihood"), as.numeric(logLik(fit)))
    plain <- fit
    # Counts that vary no more than Poisson counts: glm.nb does not end, and the limit is Poisson's.
    if (case == "few" && name == "age") {
      coefficients_of(case, paste0("negative_binomial.", name), fit, vcov(fit))
      emit(case, paste0("negative_binomial.", name, ".dispersion"), 0)
      emit(case, paste0("negative_binomial.", name, ".log_likelihood"), as.numeric(logLik(fit)))
      next
    }
    fit <- glm.nb(model, d, control = glm.control(epsilon = 1e-15, maxit = 200))
    coefficients_of(case, paste0("negative_binomial.", name), fit, vcov(fit))
    emit(case, paste0("negative_binomial.", name, ".dispersion"), 1 / fit$theta)
    emit(case, paste0("negative_binomial.", name, ".log_likelihood"), as.numeric(logLik(fit)))
    ratio <- 2 * as.numeric(logLik(fit) - logLik(plain))
    emit_test(case, paste0("against_poisson.", name), ratio, pchisq(ratio, 1, lower.tail = FALSE) / 2)
    X <- model.matrix(fit)
    # Derivatives by coefficients in units of their errors, and by the logarithm of theta.
    unit <- c(sqrt(diag(vcov(fit))), 1)
    value <- function(u) {
      par <- c(coef(fit), log(fit$theta)) + u * unit
      mu <- exp(drop(X %*% par[-length(par)]) + log(d$time))
      sum(dnbinom(d$y, exp(par[length(par)]), mu = mu, log = TRUE))
    }
    H <- numDeriv::hessian(value, 0 * unit, method.args = list(eps = 0.05, r = 6))
    spread <- solve(-H) * outer(unit, unit)
    coefficients_of(case, paste0("observed.", name), fit, spread[seq_along(coef(fit)), seq_along(coef(fit))])
  }
}
finish(c("MASS", "sandwich", "numDeriv"))
