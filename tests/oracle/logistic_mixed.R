# Logistic models with a random intercept: lme4's glmer by adaptive quadrature of 25 nodes, its
# optimum polished by Newton steps of numDeriv on lme4's own deviance, from whose second derivatives
# the errors are.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(lme4))

tight <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5),
                      tolPwrss = 1e-13)
for (d in cases("gee.csv")) {
  case <- d$case[1]
  fit <- glmer(binomial ~ arm + base + visit + (1 | subject), d, binomial, nAGQ = 25, control = tight)
  f <- update(fit, devFunOnly = TRUE)
  par <- c(getME(fit, "theta"), fixef(fit))
  singular <- isSingular(fit)
  emit(case, "boundary", singular)
  if (singular) {
    plain <- glm(binomial ~ arm + base + visit, binomial, d, epsilon = 1e-14)
    stopifnot(max(abs(coef(plain) - fixef(fit))) < 1e-4)
    for (i in 1:3) {
      emit(case, paste0("coef.", i), coef(plain)[i + 1])
      emit(case, paste0("se.", i), sqrt(diag(vcov(plain)))[i + 1])
    }
    next
  }
  for (i in 1:4) par <- par - solve(numDeriv::hessian(f, par), numDeriv::grad(f, par))
  stopifnot(max(abs(par - c(getME(fit, "theta"), fixef(fit)))) < 1e-3)
  V <- 2 * solve(numDeriv::hessian(f, par))
  emit(case, "sd", par[1])
  emit(case, "sd.se", sqrt(V[1, 1]))
  emit(case, "intercept", par[2])
  emit(case, "intercept.se", sqrt(V[2, 2]))
  for (i in 1:3) {
    emit(case, paste0("coef.", i), par[i + 2])
    emit(case, paste0("se.", i), sqrt(V[i + 2, i + 2]))
  }
}
finish("lme4")
