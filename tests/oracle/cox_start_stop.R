# Cox models of rows (start, stop]: coxph with and without the robust variance, cox.zph, Schoenfeld
# residuals. coxph iterates to 1e-14, since by default its standard errors are one step behind.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

emit_vector <- function(case, name, values) {
  for (i in seq_along(values)) emit(case, paste(name, i, sep = "."), values[i])
}
emit_fit <- function(case, name, fit, score) {
  se <- sqrt(diag(fit$var))
  emit_vector(case, paste0(name, ".coef"), fit$coefficients)
  emit_vector(case, paste0(name, ".se"), se)
  emit_vector(case, paste0(name, ".low"), fit$coefficients - qnorm(0.975) * se)
  emit_vector(case, paste0(name, ".high"), fit$coefficients + qnorm(0.975) * se)
  emit_vector(case, paste0(name, ".log_likelihood"), fit$loglik)
  df <- length(se)
  emit_test(case, paste0(name, ".wald"), fit$wald.test, pchisq(fit$wald.test, df, lower = FALSE))
  emit_test(case, paste0(name, ".score"), score, pchisq(score, df, lower = FALSE))
}
control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
for (d in cases("start_stop.csv")) {
  case <- d$case[1]
  for (ties in c("efron", "breslow")) for (strata in c(FALSE, TRUE)) {
    formula <- Surv(start, stop, event) ~ x1 + x2
    if (strata) formula <- update(formula, . ~ . + strata(stratum))
    name <- paste0(ties, if (strata) "_strata" else "")
    fit <- coxph(formula, d, ties = ties, control = control)
    emit_fit(case, paste0(name, ".model"), fit, fit$score)
    robust <- coxph(formula, d, ties = ties, control = control, cluster = subject)
    emit_fit(case, paste0(name, ".robust"), robust, robust$rscore)
    for (transform in c("km", "rank", "identity", "log")) {
      test <- cox.zph(fit, transform = transform, terms = FALSE)$table
      for (i in 1:nrow(test)) {
        part <- paste(name, "zph", transform, if (i == nrow(test)) "all" else i, sep = ".")
        emit_test(case, part, test[i, "chisq"], test[i, "p"])
      }
    }
    residuals <- resid(fit, "schoenfeld")
    # Events of one stratum and time stand in the order of the data, which is no part of the
    # result: squares summed over all events.
    emit_vector(case, paste0(name, ".schoenfeld"), colSums(residuals^2))
  }
}
# Ordinary follow-up: everybody observed from the outset, one row a patient.
for (case in c("two_groups", "heavy_ties", "mostly_censored")) {
  d <- cases("survival.csv")[[case]]
  d$arm <- as.numeric(d$group == 1)
  for (ties in c("efron", "breslow")) {
    fit <- coxph(Surv(time, event) ~ arm + z + strata(stratum), d, ties = ties, control = control)
    d$row <- seq_len(nrow(d))
    robust <- coxph(Surv(time, event) ~ arm + z + strata(stratum), d, ties = ties,
                    control = control, cluster = row)
    emit_fit(case, paste0(ties, ".robust"), robust, robust$rscore)
    for (transform in c("km", "rank", "identity", "log")) {
      test <- cox.zph(fit, transform = transform, terms = FALSE)$table
      for (i in 1:nrow(test)) {
        part <- paste(ties, "zph", transform, if (i == nrow(test)) "all" else i, sep = ".")
        emit_test(case, part, test[i, "chisq"], test[i, "p"])
      }
    }
  }
}
finish("survival")
