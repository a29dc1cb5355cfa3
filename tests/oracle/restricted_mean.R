# Restricted means and weighted log-rank tests. Restricted means with standard errors are those
# that survival prints (rmean); contrasts are their differences and ratios. The limit of tau is
# survRM2's: the last time of all, or of an arm that ends with a censoring. Weights with gamma
# are summed here, event time by event time; a trend is taken from survdiff's O, E and V.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

rmean <- function(d, tau) {
  # survival refuses a tau before the first time, where nothing has happened.
  if (tau < min(d$time)) return(c(tau, 0))
  row <- summary(survfit(Surv(time, event) ~ 1, d), rmean = tau)$table
  c(row[["rmean"]], row[["se(rmean)"]])
}
limit <- function(arms) {
  last <- sapply(arms, function(d) max(d$time))
  ends <- sapply(arms, function(d) all(d$event[d$time == max(d$time)] == 1))
  min(max(last), last[!ends])
}
emit_contrast <- function(case, name, estimate, se, back) {
  z <- qnorm(0.975)
  bad <- is.na(se) || se == 0
  if (bad) estimate <- se <- NaN
  emit_interval(case, name, back(estimate), back(estimate - z * se), back(estimate + z * se))
  emit(case, paste0(name, ".se"), se)
  statistic <- estimate / se
  emit_test(case, name, statistic, 2 * pnorm(-abs(statistic)))
  emit(case, paste0(name, ".greater"), pnorm(statistic, lower.tail = FALSE))
  emit(case, paste0(name, ".less"), pnorm(statistic))
}
emit_means <- function(case, d) {
  arms <- list(subset(d, group == 1), subset(d, group == 0))
  for (share in c(0.5, 1, 1.01)) {
    at <- paste0("@", share)
    tau <- share * max(arms[[1]]$time)
    one <- if (share <= 1) rmean(arms[[1]], tau) else c(NaN, NaN)
    z <- if (is.na(one[2]) || one[2] == 0) NaN else qnorm(0.975)
    emit_interval(case, paste0("mean", at), one[1], one[1] - z * one[2], one[1] + z * one[2])
    emit(case, paste0("mean", at, ".se"), one[2])
    tau <- share * limit(arms)
    m <- if (share <= 1) sapply(arms, rmean, tau) else matrix(NaN, 2, 2)
    emit_contrast(case, paste0("difference", at), m[1, 1] - m[1, 2], sqrt(sum(m[2, ]^2)), identity)
    for (lost in c(FALSE, TRUE)) {
      area <- if (lost) tau - m[1, ] else m[1, ]
      se <- if (is.na(area[1]) || min(area) <= 0) NaN else sqrt(sum((m[2, ] / area)^2))
      name <- paste0(if (lost) "ratio_lost" else "ratio", at)
      emit_contrast(case, name, log(area[1]) - log(area[2]), se, exp)
    }
  }
}
by_hand <- function(d, rho, gamma) {
  groups <- sort(unique(d$group))
  k <- length(groups)
  O <- E <- numeric(k)
  V <- matrix(0, k, k)
  for (s in unique(d$stratum)) {
    own <- d[d$stratum == s, ]
    S <- 1
    for (t in sort(unique(own$time[own$event == 1]))) {
      n <- sapply(groups, function(g) sum(own$time >= t & own$group == g))
      o <- sapply(groups, function(g) sum(own$time == t & own$event == 1 & own$group == g))
      N <- sum(n)
      D <- sum(o)
      w <- S^rho * (1 - S)^gamma
      O <- O + w * o
      E <- E + w * D * n / N
      if (N > 1) V <- V + w^2 * D * (N - D) / (N - 1) * (diag(n / N, k) - outer(n, n) / N^2)
      S <- S * (1 - D / N)
    }
  }
  list(obs = O, exp = E, var = V)
}
emit_log_rank <- function(case, name, sums) {
  O <- if (is.matrix(sums$obs)) rowSums(sums$obs) else sums$obs
  E <- if (is.matrix(sums$exp)) rowSums(sums$exp) else sums$exp
  rest <- which(E > 0)[-1]
  if (length(rest) < 1) return(emit_test(case, name, NaN, NaN, NaN))
  x <- (O - E)[rest]
  chisq <- or_nan(sum(x * solve(sums$var[rest, rest, drop = FALSE], x)))
  if (is.null(chisq)) return(emit_test(case, name, NaN, NaN, NaN))
  emit_test(case, name, chisq, pchisq(chisq, length(rest), lower.tail = FALSE), length(rest))
}
for (d in cases("survival.csv")) {
  case <- d$case[1]
  emit_means(case, d)
  for (strata in c(FALSE, TRUE)) {
    formula <- if (strata) Surv(time, event) ~ group + strata(stratum) else Surv(time, event) ~ group
    own <- if (strata) d else transform(d, stratum = 1)
    end <- if (strata) "_strata" else ""
    for (rho in c(0.5, 1)) {
      test <- or_nan(survdiff(formula, d, rho = rho))
      if (is.null(test)) test <- list(obs = 0, exp = 0)
      emit_log_rank(case, paste0("rho", rho, end), test)
    }
    for (gamma in c(0.5, 1)) {
      sums <- by_hand(own, 0.5, gamma)
      emit_log_rank(case, paste0("rho0.5gamma", gamma, end), sums)
      for (i in seq_along(sums$obs)) {
        emit(case, paste0("sums", gamma, end, ".u.", i), sums$obs[i] - sums$exp[i])
        emit(case, paste0("sums", gamma, end, ".v.", i), sums$var[i, i])
      }
    }
  }
}
finish("survival")
