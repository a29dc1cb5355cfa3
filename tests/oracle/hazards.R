# Hazards: Cox models of discrete times (coxph's "exact" ties) and the Wald test against a margin;
# survival of two arms at a time, from survfit; log-rank tests weighted by who is at risk, as sums;
# Fine and Gray's model, by crr.
# coxph iterates to 1e-14, since by default its standard errors are one iteration behind.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)
library(cmprsk)

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
# Survival, the standard error of its logarithm and bounds on each scale of one arm at a time.
scales <- c("log-log", "log", "arcsin", "logit")
level <- function(d, at) {
  if (at > max(d$time)) return(NULL)
  of <- function(type) summary(survfit(Surv(time, event) ~ 1, d, conf.type = type), times = at)
  all <- lapply(setNames(scales, scales), of)
  s <- all[[1]]
  list(s = s$surv, log_se = if (s$surv > 0) s$std.err / s$surv else NaN,
       low = lapply(all, `[[`, "lower"), high = lapply(all, `[[`, "upper"))
}
# A scale that rises with survival, and its slope by log S.
on_scale <- list(
  "log-log" = list(function(s) -log(-log(s)), function(s) -1 / log(s)),
  log = list(log, function(s) 1),
  arcsin = list(function(s) asin(sqrt(s)), function(s) sqrt(s / (1 - s)) / 2),
  logit = list(qlogis, function(s) 1 / (1 - s)))
emit_both <- function(case, name, estimate, low, high, z) {
  emit_interval(case, name, estimate, low, high)
  emit(case, paste0(name, ".z"), z)
  emit(case, paste0(name, ".two_sided"), 2 * pnorm(-abs(z)))
  emit(case, paste0(name, ".greater"), pnorm(z, lower = FALSE))
  emit(case, paste0(name, ".less"), pnorm(z))
}
emit_at <- function(case, d, share) {
  at <- share * max(d$time)
  a <- level(d[d$group == 1, ], at)
  b <- level(d[d$group == 0, ], at)
  z <- qnorm(0.975)
  name <- function(kind) paste0(kind, "@", share)
  none <- is.null(a) || is.null(b)
  se <- if (none) 0 else sqrt(sum(c(a$s * a$log_se, b$s * b$log_se)^2, na.rm = TRUE))
  if (none || se == 0) {
    emit_both(case, name("plain"), NaN, NaN, NaN, NaN)
  } else {
    gap <- a$s - b$s
    emit_both(case, name("plain"), gap, max(-1, gap - z * se), min(1, gap + z * se), gap / se)
  }
  inside <- !none && !any(c(a$s, b$s) %in% c(0, 1))
  for (scale in scales) {
    if (!inside) {
      emit_both(case, name(sub("-", "_", scale)), NaN, NaN, NaN, NaN)
      next
    }
    gap <- a$s - b$s
    low <- gap - sqrt((a$s - a$low[[scale]])^2 + (b$high[[scale]] - b$s)^2)
    high <- gap + sqrt((a$high[[scale]] - a$s)^2 + (b$s - b$low[[scale]])^2)
    g <- on_scale[[scale]]
    apart <- g[[1]](a$s) - g[[1]](b$s)
    error <- sqrt((a$log_se * g[[2]](a$s))^2 + (b$log_se * g[[2]](b$s))^2)
    emit_both(case, name(sub("-", "_", scale)), gap, low, high, apart / error)
  }
  if (none || any(c(a$s, b$s) == 0) || se == 0) {
    emit_both(case, name("ratio"), NaN, NaN, NaN, NaN)
  } else {
    error <- sqrt(a$log_se^2 + b$log_se^2)
    r <- a$s / b$s
    emit_both(case, name("ratio"), r, r * exp(-z * error), r * exp(z * error), log(r) / error)
  }
}
at_risk_test <- function(d, groups, power) {
  k <- length(groups)
  gap <- rep(0, k)
  expected <- rep(0, k)
  v <- matrix(0, k, k)
  for (one in split(d, d$stratum)) for (t in unique(one$time[one$event == 1])) {
    n <- sapply(groups, function(g) sum(one$time >= t & one$group == g))
    o <- sapply(groups, function(g) sum(one$time == t & one$event == 1 & one$group == g))
    w <- sum(n)^power
    gap <- gap + w * (o - sum(o) * n / sum(n))
    expected <- expected + w * sum(o) * n / sum(n)
    if (sum(n) > 1) {
      size <- w^2 * sum(o) * (sum(n) - sum(o)) / (sum(n) - 1)
      v <- v + size * (diag(n / sum(n), k) - outer(n, n) / sum(n)^2)
    }
  }
  used <- which(expected > 0)
  if (length(used) < 2) return(c(NaN, NaN))
  x <- or_nan(drop(gap[used[-1]] %*% solve(v[used[-1], used[-1]], gap[used[-1]])))
  if (is.null(x)) c(NaN, NaN) else c(x, length(used) - 1)
}
for (d in cases("survival.csv")) {
  case <- d$case[1]
  for (share in c(0.2, 0.5, 0.9)) emit_at(case, d, share)
  for (strata in c(FALSE, TRUE)) for (power in c(1, 0.5)) {
    one <- d
    if (!strata) one$stratum <- 1
    x <- at_risk_test(one, sort(unique(d$group)), power)
    name <- paste0(if (power == 1) "gehan" else "tarone_ware", if (strata) "_strata" else "")
    emit_test(case, name, x[1], pchisq(x[1], x[2], lower = FALSE), x[2])
  }
}
for (d in cases("competing.csv")) for (of in 1:2) {
  # What has no estimate stands in no file: crr stops there, or ends where its steps run out.
  if (!d$case[1] %in% c("two_groups", "heavy_ties", "three_causes", "everyone")) next
  x <- cbind(d$group == 1, d$stratum == 2)
  fit <- crr(d$time, d$cause, x, failcode = of, cencode = 0, gtol = 1e-13, maxiter = 50)
  for (i in 1:2) {
    name <- paste0("fine_gray", of, ".", i)
    se <- sqrt(fit$var[i, i])
    emit_interval(d$case[1], name, fit$coef[i], fit$coef[i] - qnorm(0.975) * se, fit$coef[i] + qnorm(0.975) * se)
    emit(d$case[1], paste0(name, ".se"), se)
  }
  emit(d$case[1], paste0("fine_gray", of, ".covariance"), fit$var[1, 2])
  emit(d$case[1], paste0("fine_gray", of, ".log_likelihood"), fit$loglik)
  emit(d$case[1], paste0("fine_gray", of, ".null_log_likelihood"), fit$loglik.null)
}
finish(c("survival", "cmprsk"))
