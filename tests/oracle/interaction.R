# Does the odds ratio differ between strata: the likelihood ratio of two glm fits.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("strata.csv")) {
  this <- d$case[1]
  d <- d[d$n1 + d$n0 > 0, ]
  full <- all(d$n1 > 0 & d$n0 > 0) && nrow(d) > 1
  separated <- any(d$x1 %in% c(0) | d$x1 == d$n1 | d$x0 == 0 | d$x0 == d$n0)
  if (nrow(d) > 5) next
  q <- c(NaN, NaN, NaN)
  if (full) {
    long <- data.frame(
      y = rep(c(1, 0, 1, 0), each = nrow(d)), arm = rep(c(1, 1, 0, 0), each = nrow(d)),
      stratum = factor(rep(d$stratum, 4)), w = c(d$x1, d$n1 - d$x1, d$x0, d$n0 - d$x0))
    if (!separated) {
      fit <- function(f) glm(f, binomial, long, weights = w, epsilon = 1e-14, maxit = 100)
      fall <- deviance(fit(y ~ arm + stratum)) - deviance(fit(y ~ arm * stratum))
      q <- c(fall, nrow(d) - 1, pchisq(fall, nrow(d) - 1, lower.tail = FALSE))
    }
  }
  emit_test(this, "logistic", q[1], q[3], q[2])
  # The same over the number of the stratum.
  long <- data.frame(
    y = rep(c(1, 0, 1, 0), each = nrow(d)), arm = rep(c(1, 1, 0, 0), each = nrow(d)),
    score = rep(seq_len(nrow(d)), 4), w = c(d$x1, d$n1 - d$x1, d$x0, d$n0 - d$x0))
  q <- c(NaN, NaN, NaN)
  if (full && !separated) {
    fit <- function(f) glm(f, binomial, long, weights = w, epsilon = 1e-14, maxit = 100)
    fall <- deviance(fit(y ~ arm + score)) - deviance(fit(y ~ arm * score))
    q <- c(fall, 1, pchisq(fall, 1, lower.tail = FALSE))
  }
  emit_test(this, "trend", q[1], q[3], q[2])
  q <- c(NaN, NaN, NaN)
  if (full && !separated) {
    # glm's own covariance is that of the last but one step: once more from the solution.
    last <- fit(y ~ arm * score)
    last <- glm(y ~ arm * score, binomial, long, weights = w, start = coef(last), epsilon = 1e-15)
    q <- exp(coef(last)[["arm:score"]] + c(0, -1, 1) * qnorm(0.975) *
               sqrt(vcov(last)["arm:score", "arm:score"]))
  }
  emit_interval(this, "ratio", q[1], q[2], q[3])
}
finish()
