# Times that differ by rounding alone: survival ties them (timefix). Lifetimes are sums of steps
# of 0.1, which floating point adds up in several ways, and intervals that such sums cut.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

for (d in cases("tied_times.csv")) {
  case <- d$case[1]
  fit <- survdiff(Surv(time, event) ~ arm, d)
  emit_test(case, "log_rank", fit$chisq, pchisq(fit$chisq, 1, lower.tail = FALSE))
  curve <- survfit(Surv(time, event) ~ 1, d, conf.type = "log-log")
  emit(case, "rows", length(curve$time))
  emit(case, "survival", tail(curve$surv, 2)[1])
  emit(case, "median", quantile(curve, 0.5)$quantile)
  for (ties in c("efron", "breslow")) {
    control <- coxph.control(eps = 1e-14, iter.max = 100)
    fit <- coxph(Surv(time, event) ~ x, d, ties = ties, control = control)
    emit(case, paste0("cox.", ties), coef(fit))
    fit <- coxph(Surv(start, time, event) ~ x, d, ties = ties, control = control)
    emit(case, paste0("start_stop.", ties), coef(fit))
  }
}
finish("survival")
