# Survival: survfit with its intervals, its quartiles, survdiff with and without strata, coxph.
# coxph iterates to 1e-14, since by default its standard errors are one iteration behind.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

emit_fit <- function(case, fit, name) {
  se <- fit$surv * fit$std.err
  columns <- list(time = fit$time, n_risk = fit$n.risk, n_event = fit$n.event,
                  n_censored = fit$n.censor, survival = fit$surv, se = se, low = fit$lower,
                  high = fit$upper)
  # The other columns do not depend on the scale.
  if (!name %in% c("km_log", "km_log_log")) columns <- columns[c("low", "high")]
  for (column in names(columns)) for (i in seq_along(fit$time)) {
    emit(case, paste(name, column, i, sep = "."), columns[[column]][i])
  }
  q <- quantile(fit, c(0.25, 0.5, 0.75))
  for (i in 1:3) {
    part <- c(".lower_quartile", ".median", ".upper_quartile")[i]
    emit_interval(case, paste0(name, part), q$quantile[i], q$lower[i], q$upper[i])
  }
  # From the first row on, since before it R gives bounds of 1 also on the log-log scale.
  at <- quantile(c(min(fit$time), max(fit$time)), c(0, 0.31, 0.77, 1), names = FALSE)
  s <- summary(fit, times = at)
  for (i in seq_along(at)) {
    emit_interval(case, paste0(name, ".at.", i), s$surv[i], s$lower[i], s$upper[i])
    emit(case, paste0(name, ".n_at_risk.", i), s$n.risk[i])
  }
}

emit_cox <- function(case, name, formula, data, ties) {
  fit <- coxph(formula, data, ties = ties, control = coxph.control(eps = 1e-14, iter.max = 100))
  s <- summary(fit)
  for (i in seq_along(fit$coefficients)) {
    emit(case, paste0(name, ".coef.", i), fit$coefficients[i])
    emit(case, paste0(name, ".se.", i), sqrt(diag(fit$var))[i])
    emit(case, paste0(name, ".low.", i), log(s$conf.int[i, "lower .95"]))
    emit(case, paste0(name, ".high.", i), log(s$conf.int[i, "upper .95"]))
  }
  emit(case, paste0(name, ".null_log_likelihood"), fit$loglik[1])
  emit(case, paste0(name, ".log_likelihood"), fit$loglik[2])
  p_wald <- pchisq(fit$wald.test, s$waldtest["df"], lower.tail = FALSE)
  emit_test(case, paste0(name, ".wald"), fit$wald.test, p_wald)
  emit_test(case, paste0(name, ".score"), fit$score, s$sctest["pvalue"])
  emit_test(case, paste0(name, ".likelihood_ratio"), s$logtest["test"], s$logtest["pvalue"])
}

for (d in cases("survival.csv")) {
  case <- d$case[1]
  for (type in c("log-log", "log", "plain", "arcsin", "logit")) {
    fit <- survfit(Surv(time, event) ~ 1, d, conf.type = type)
    emit_fit(case, fit, paste0("km_", sub("-", "_", type)))
  }

  for (strata in c(FALSE, TRUE)) {
    name <- if (strata) "log_rank_strata" else "log_rank"
    formula <- Surv(time, event) ~ group
    if (strata) formula <- Surv(time, event) ~ group + strata(stratum)
    test <- or_nan(survdiff(formula, d))
    expected <- if (is.matrix(test$exp)) rowSums(test$exp) else test$exp
    df <- sum(expected > 0) - 1
    # Without an event R prints a chi-squared of 0 on -1 degrees of freedom.
    if (is.null(test) || !is.finite(test$chisq) || df < 1) {
      emit_test(case, name, NaN, NaN, NaN)
      next
    }
    emit_test(case, name, test$chisq, pchisq(test$chisq, df, lower.tail = FALSE), df)
  }
}

# Only where a maximum exists; what the others raise is tested apart.
for (case in c("two_groups", "heavy_ties", "everyone", "mostly_censored", "stratum_of_one")) {
  d <- cases("survival.csv")[[case]]
  arms <- if (max(d$group) > 1) "I(group == 1) + I(group == 2)" else "I(group == 1)"
  for (ties in c("efron", "breslow")) {
    one <- as.formula(paste("Surv(time, event) ~", arms))
    emit_cox(case, paste0("cox_arm_", ties), one, d, ties)
    more <- as.formula(paste("Surv(time, event) ~", arms, "+ z"))
    emit_cox(case, paste0("cox_adjusted_", ties), more, d, ties)
    within <- as.formula(paste("Surv(time, event) ~", arms, "+ strata(stratum)"))
    emit_cox(case, paste0("cox_strata_", ties), within, d, ties)
  }
}
finish("survival")
