# Linear mixed models: lme4's optimum, polished by Newton steps of numDeriv on lme4's own deviance;
# Satterthwaite by lmerTest at that point, Kenward-Roger by pbkrtest, which agree with it.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(lmerTest)
  library(pbkrtest)
})

tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
models <- list(intercept = value ~ arm * time + (1 | cluster),
               slope = value ~ arm * time + (1 + time | cluster))

# lmerTest's own fit differentiates numerically for degrees of freedom, which REML's alone is asked.
polished <- function(formula, d, reml) {
  fit <- lme4::lmer(formula, d, REML = reml, control = tight)
  f <- update(fit, devFunOnly = TRUE)
  theta <- getME(fit, "theta")
  for (i in 1:4) {
    theta <- theta - solve(numDeriv::hessian(f, theta), numDeriv::grad(f, theta))
  }
  stopifnot(max(abs(theta - getME(fit, "theta"))) < 1e-4)
  last <- if (reml) lmerTest::lmer else lme4::lmer
  last(formula, d, REML = reml, start = theta,
       control = lmerControl(optimizer = NULL, calc.derivs = FALSE))
}

for (d in cases("clusters.csv")) {
  case <- d$case[1]
  for (model in names(models)) {
    if (model == "slope" && !case %in% c("slope", "balanced")) next
    for (method in c("REML", "ML")) {
      fit <- polished(models[[model]], d, method == "REML")
      name <- paste(model, method, sep = ".")
      for (i in 1:4) {
        emit(case, paste(name, "coef", i, sep = "."), fixef(fit)[i])
        emit(case, paste(name, "se", i, sep = "."), sqrt(diag(as.matrix(vcov(fit))))[i])
      }
      emit(case, paste(name, "log_likelihood", sep = "."), logLik(fit))
      G <- VarCorr(fit)$cluster
      for (i in seq_len(nrow(G))) for (j in 1:i) {
        emit(case, paste(name, "g", i, j, sep = "."), G[i, j])
      }
      emit(case, paste(name, "residual", sep = "."), sigma(fit)^2)
      if (method == "ML") next
      plain <- contest(fit, diag(4), joint = FALSE)
      kr <- contest(fit, diag(4), joint = FALSE, ddf = "Kenward-Roger")
      for (i in 1:4) {
        emit(case, paste(name, "satterthwaite.df", i, sep = "."), plain$df[i])
        emit(case, paste(name, "kenward_roger.df", i, sep = "."), kr$df[i])
        emit(case, paste(name, "kenward_roger.se", i, sep = "."), kr[["Std. Error"]][i])
      }
      L <- rbind(c(0, 1, 0, 0), c(0, 0, 0, 1))
      for (how in c("Satterthwaite", "Kenward-Roger")) {
        test <- contestMD(fit, L, ddf = how)
        label <- paste(name, gsub("-", "_", tolower(how)), sep = ".")
        emit(case, paste(label, "f", sep = "."), test[["F value"]])
        emit(case, paste(label, "df2", sep = "."), test$DenDF)
        emit(case, paste(label, "p_value", sep = "."), test[["Pr(>F)"]])
      }
    }
  }
}
finish(c("lme4", "lmerTest", "pbkrtest"))
