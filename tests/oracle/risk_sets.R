# Groups by risk sets: coxph, survdiff and survfit; log-rank tests with any weight as sums in R.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

weights <- list(log_rank = function(n, s) 1, peto_peto = function(n, s) s,
                gehan = function(n, s) n, tarone_ware = function(n, s) sqrt(n))

# Weighted O - E and its hypergeometric covariance, time by time.
sums <- function(d, groups, weight) {
  difference <- expected <- numeric(length(groups))
  variance <- matrix(0, length(groups), length(groups))
  survival <- 1
  for (t in sort(unique(d$time[d$event == 1]))) {
    n <- sapply(groups, function(g) sum(d$time >= t & d$group == g))
    e <- sapply(groups, function(g) sum(d$time == t & d$event == 1 & d$group == g))
    w <- weight(sum(n), survival)
    share <- n / sum(n)
    difference <- difference + w * (e - sum(e) * share)
    expected <- expected + w * sum(e) * share
    spread <- w^2 * sum(e) * (sum(n) - sum(e)) / max(sum(n) - 1, 1)
    variance <- variance + spread * (diag(share) - outer(share, share))
    survival <- survival * (1 - sum(e) / sum(n))
  }
  list(difference = difference, expected = expected, variance = variance)
}

p_of <- function(s) {
  if (any(s$expected <= 0)) return(NaN)
  rest <- -1
  v <- s$variance[rest, rest, drop = FALSE]
  u <- s$difference[rest]
  pchisq(drop(u %*% solve(v) %*% u), length(u), lower.tail = FALSE)
}

fit_cox <- function(d, groups, ties, strata) {
  x <- sapply(groups[-1], function(g) as.numeric(d$group == g))
  s <- if (strata) d$stratum else rep(1, nrow(d))
  coxph(Surv(d$time, d$event) ~ x + strata(s), ties = ties,
        control = coxph.control(eps = 1e-14, iter.max = 100))
}

for (case in c("two_groups", "heavy_ties", "mostly_censored", "everyone")) {
  d <- cases("survival.csv")[[case]]
  groups <- 0:max(d$group)
  for (subset in c("all", "half")) {
    own <- if (subset == "all") d else d[d$z > median(d$z), ]
    name <- function(quantity) paste(subset, quantity, sep = ".")
    for (weight in names(weights)) {
      emit(case, name(weight), p_of(sums(own, groups, weights[[weight]])))
    }
    two <- own[own$group < 2, ]
    test <- survdiff(Surv(time, event) ~ group, two)
    emit(case, name("peto.log"), (test$obs[2] - test$exp[2]) / test$var[2, 2])
    emit(case, name("peto.se"), 1 / sqrt(test$var[2, 2]))
    ratio <- log((test$obs[2] / test$exp[2]) / (test$obs[1] / test$exp[1]))
    emit(case, name("observed.log"), ratio)
    emit(case, name("observed.se"), sqrt(sum(1 / test$exp)))
    for (ties in c("efron", "breslow")) {
      fit <- fit_cox(own, groups, ties, FALSE)
      for (part in c("likelihood_ratio", "score")) {
        statistic <- if (part == "score") fit$score else 2 * diff(fit$loglik)
        p <- pchisq(statistic, length(groups) - 1, lower.tail = FALSE)
        emit(case, name(paste(ties, part, sep = ".")), p)
      }
      for (g in groups[-1]) {
        emit(case, name(paste(ties, "coef", g, sep = ".")), fit$coefficients[g])
        emit(case, name(paste(ties, "se", g, sep = ".")), sqrt(diag(fit$var))[g])
      }
    }
    for (type in c("log-log", "log", "plain")) {
      fit <- survfit(Surv(time, event) ~ 1, own, conf.type = type)
      q <- quantile(fit, 0.5)
      at <- summary(fit, times = median(d$time), extend = FALSE)
      parts <- c(q$quantile, q$lower, q$upper, at$surv, at$lower, at$upper)
      for (i in 1:6) emit(case, name(paste(sub("-", "_", type), i, sep = ".")), parts[i])
    }
  }
  for (weight in names(weights)) {
    each <- lapply(split(d, d$stratum), sums, groups = groups, weight = weights[[weight]])
    total <- lapply(c("difference", "expected", "variance"),
                    function(part) Reduce(`+`, lapply(each, `[[`, part)))
    names(total) <- c("difference", "expected", "variance")
    emit(case, paste0("strata.", weight), p_of(total))
  }
  for (ties in c("efron", "breslow")) {
    emit(case, paste0("strata.", ties, ".coef"), fit_cox(d, groups, ties, TRUE)$coefficients[1])
  }
}
finish("survival")
