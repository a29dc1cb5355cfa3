# Hazards: Cox models of discrete times (coxph's "exact" ties) and the Wald test against a margin.
# coxph iterates to 1e-14, since by default its standard errors are one iteration behind.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
emit_cox <- function(case, name, fit) {
  se <- sqrt(diag(fit$var))
  for (i in seq_along(se)) {
    emit_interval(case, paste(name, i, sep = "."), fit$coefficients[i],
                  fit$coefficients[i] - qnorm(0.975) * se[i], fit$coefficients[i] + qnorm(0.975) * se[i])
    emit(case, paste(name, i, "se", sep = "."), se[i])
  }
  for (i in 1:2) emit(case, paste(name, "log_likelihood", i, sep = "."), fit$loglik[i])
  df <- length(se)
  emit_test(case, paste0(name, ".wald"), fit$wald.test, pchisq(fit$wald.test, df, lower = FALSE))
  emit_test(case, paste0(name, ".score"), fit$score, pchisq(fit$score, df, lower = FALSE))
}
for (case in c("two_groups", "heavy_ties", "mostly_censored")) {
  d <- cases("survival.csv")[[case]]
  d$arm <- as.numeric(d$group == 1)
  # Weeks in place of days: many events share one.
  d$time <- ceiling(d$time / 28)
  for (strata in c(FALSE, TRUE)) {
    formula <- if (strata) Surv(time, event) ~ arm + z + strata(stratum) else Surv(time, event) ~ arm + z
    fit <- coxph(formula, d, ties = "exact", control = control)
    emit_cox(case, if (strata) "discrete_strata" else "discrete", fit)
    z <- (fit$coefficients[1] - log(1.3)) / sqrt(fit$var[1, 1])
    name <- if (strata) "margin_strata" else "margin"
    emit(case, paste0(name, ".z"), z)
    emit(case, paste0(name, ".less"), pnorm(z))
    emit(case, paste0(name, ".greater"), pnorm(z, lower = FALSE))
    emit(case, paste0(name, ".two_sided"), 2 * pnorm(-abs(z)))
  }
}
finish("survival")
