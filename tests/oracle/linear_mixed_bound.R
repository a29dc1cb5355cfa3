# Linear mixed models whose covariance of random effects is at its bound: lme4's optimum over the
# entries that are not at 0, polished as in linear_mixed.R; lmerTest's and pbkrtest's tests there.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(lmerTest)
  library(pbkrtest)
})

tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
models <- list(no_variance = value ~ arm + time + (1 | cluster),
               correlation = value ~ arm + time + (1 + time | cluster))

polished <- function(formula, d, reml) {
  fit <- lmer(formula, d, REML = reml, control = tight)
  f <- update(fit, devFunOnly = TRUE)
  theta <- getME(fit, "theta")
  free <- abs(theta) > 1e-3
  theta[!free] <- 0
  along <- function(part) {
    theta[free] <- part
    f(theta)
  }
  part <- theta[free]
  if (any(free)) for (i in 1:4) {
    part <- part - solve(numDeriv::hessian(along, part), numDeriv::grad(along, part))
  }
  theta[free] <- part
  stopifnot(isSingular(fit), max(abs(theta - getME(fit, "theta"))) < 1e-3)
  lmer(formula, d, REML = reml, start = theta,
       control = lmerControl(optimizer = NULL, calc.derivs = FALSE))
}

for (d in cases("clusters_bound.csv")) {
  case <- d$case[1]
  for (method in c("REML", "ML")) {
    fit <- polished(models[[case]], d, method == "REML")
    for (i in 1:3) {
      emit(case, paste(method, "coef", i, sep = "."), fixef(fit)[i])
      emit(case, paste(method, "se", i, sep = "."), sqrt(diag(as.matrix(vcov(fit))))[i])
    }
    emit(case, paste(method, "log_likelihood", sep = "."), logLik(fit))
    G <- VarCorr(fit)$cluster
    for (i in seq_len(nrow(G))) for (j in 1:i) {
      emit(case, paste(method, "g", i, j, sep = "."), G[i, j])
    }
    emit(case, paste(method, "residual", sep = "."), sigma(fit)^2)
    plain <- contest(fit, diag(3), joint = FALSE)
    for (i in 1:3) emit(case, paste(method, "satterthwaite.df", i, sep = "."), plain$df[i])
    if (method == "ML") next
    kr <- contest(fit, diag(3), joint = FALSE, ddf = "Kenward-Roger")
    for (i in 1:3) {
      emit(case, paste(method, "kenward_roger.df", i, sep = "."), kr$df[i])
      emit(case, paste(method, "kenward_roger.se", i, sep = "."), kr[["Std. Error"]][i])
    }
  }
}
finish(c("lme4", "lmerTest", "pbkrtest"))
