# Competing risks: cmprsk's cumulative incidence (Aalen's variance) and Gray's test. The variance
# by the delta method is the product of covariance matrices, written out: before each time the
# covariance of (S, F1, F others) goes through the transitions and gains a multinomial term.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressMessages(library(cmprsk))

delta <- function(d, of, at) {
  S <- 1
  p <- c(1, 0, 0)
  C <- matrix(0, 3, 3)
  for (t in sort(unique(d$time[d$cause > 0 & d$time <= at]))) {
    n <- sum(d$time >= t)
    own <- sum(d$time == t & d$cause == of) / n
    other <- sum(d$time == t & d$cause != of & d$cause > 0) / n
    q <- c(1 - own - other, own, other)
    M <- rbind(q, c(0, 1, 0), c(0, 0, 1))
    C <- t(M) %*% C %*% M + p[1]^2 * (diag(q) - outer(q, q)) / n
    p <- drop(p %*% M)
  }
  c(p[2], max(C[2, 2], 0))
}
aalen <- function(d, of, at) {
  if (!any(d$cause > 0)) return(c(0, 0))
  found <- cuminc(d$time, d$cause)
  own <- found[paste("1", of)]
  if (is.null(own[[1]])) return(c(0, 0))
  points <- timepoints(own, at)
  c(points$est, points$var)
}
bounds <- function(v) {
  F <- v[1]
  if (is.na(F) || F <= 0 || F >= 1) return(c(NaN, NaN))
  exp(-exp(log(-log(F)) + c(1, -1) * qnorm(0.975) * sqrt(v[2]) / (F * log(F)) * -1))
}
emit_curves <- function(case, d, of) {
  arms <- list(all = d, subset(d, group == 1), subset(d, group == 0))
  for (variance in c("aalen", "delta")) for (share in c(0.2, 0.55, 0.9, 1.1)) {
    at <- share * max(d$time)
    name <- paste0("cause", of, ".", variance, "@", share)
    values <- lapply(arms, function(arm) {
      if (at > max(arm$time)) c(NaN, NaN) else get(variance)(arm, of, at)
    })
    b <- bounds(values$all)
    emit_interval(case, name, values$all[1], b[1], b[2])
    emit(case, paste0(name, ".se"), sqrt(values$all[2]))
    difference <- values[[2]][1] - values[[3]][1]
    se <- sqrt(values[[2]][2] + values[[3]][2])
    if (is.na(se) || se == 0) difference <- se <- NaN
    z <- qnorm(0.975)
    name <- paste0(name, ".difference")
    emit_interval(case, name, difference, difference - z * se, difference + z * se)
    emit_test(case, name, difference / se, 2 * pnorm(-abs(difference / se)))
  }
}
for (d in cases("competing.csv")) {
  case <- d$case[1]
  for (of in 1:2) {
    if (any(d$cause == of)) emit_curves(case, d, of)
    for (strata in c(FALSE, TRUE)) for (rho in c(0, 1)) {
      s <- if (strata) d$stratum else rep(1, nrow(d))
      test <- or_nan(cuminc(d$time, d$cause, d$group, s, rho = rho)$Tests)
      stat <- if (!is.null(test) && of %in% rownames(test)) test[as.character(of), "stat"] else NaN
      if (is.na(stat) || stat < 0) stat <- NaN
      df <- if (is.na(stat)) NaN else test[as.character(of), "df"]
      name <- paste0("gray", of, ".rho", rho, if (strata) "_strata" else "")
      emit_test(case, name, stat, pchisq(stat, df, lower.tail = FALSE), df)
    }
  }
}
finish("cmprsk")
