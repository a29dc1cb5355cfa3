# Slopes of two arms over time: geepack's coefficient of visit x arm with its sandwich, lme4's of a
# logistic model with a random intercept, polished by Newton steps on lme4's own deviance.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(geepack)
  library(lme4)
})

tight <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5),
                      tolPwrss = 1e-13)
for (d in cases("gee.csv")) {
  case <- d$case[1]
  d$y <- d$gaussian
  for (working in c("independence", "exchangeable")) {
    fit <- geeglm(y ~ visit * arm, gaussian, d, id = subject, waves = visit, corstr = working,
                  control = geese.control(epsilon = 1e-14, maxit = 500))
    emit(case, paste0("gee.", working, ".coef"), coef(fit)[["visit:arm"]])
    emit(case, paste0("gee.", working, ".se"), sqrt(vcov(fit)["visit:arm", "visit:arm"]))
  }
  fit <- glmer(binomial ~ visit * arm + (1 | subject), d, binomial, nAGQ = 25, control = tight)
  if (isSingular(fit)) next
  f <- update(fit, devFunOnly = TRUE)
  par <- c(getME(fit, "theta"), fixef(fit))
  for (i in 1:4) par <- par - solve(numDeriv::hessian(f, par), numDeriv::grad(f, par))
  V <- 2 * solve(numDeriv::hessian(f, par))
  emit(case, "mixed.coef", par[[5]])
  emit(case, "mixed.se", sqrt(V[5, 5]))
}
finish(c("geepack", "lme4"))
