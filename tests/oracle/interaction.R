# Does the odds ratio differ between strata: Zelen's test by listing every set of tables
# (expand.grid), the likelihood ratio of two glm fits, and Firth's penalised likelihood by optim,
# its penalty being that of all columns.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

zelen <- function(d) {
  low <- pmax(0, d$x1 + d$x0 - d$n0)
  high <- pmin(d$n1, d$x1 + d$x0)
  d <- d[high > low, ]
  if (nrow(d) < 2) return(NaN)
  own <- function(k, a) dhyper(a, d$n1[k], d$n0[k], d$x1[k] + d$x0[k])
  support <- lapply(seq_len(nrow(d)), function(k)
    max(0, d$x1[k] + d$x0[k] - d$n0[k]):min(d$n1[k], d$x1[k] + d$x0[k]))
  if (prod(lengths(support)) > 2e6) return(NULL)
  all <- as.matrix(expand.grid(support))
  all <- all[rowSums(all) == sum(d$x1), , drop = FALSE]
  p <- apply(all, 1, function(a) prod(mapply(own, seq_along(a), a)))
  observed <- prod(mapply(own, seq_along(d$x1), d$x1))
  sum(p[p <= observed * (1 + 1e-7)]) / sum(p)
}

penalised <- function(y, w, x, free) {
  loss <- function(beta) {
    eta <- drop(x[, seq_len(free), drop = FALSE] %*% beta)
    p <- plogis(eta)
    information <- crossprod(x * sqrt(w * p * (1 - p)))
    -sum(w * (y * eta - log1p(exp(eta)))) - determinant(information)$modulus / 2
  }
  beta <- numeric(free)
  for (i in 1:4) beta <- optim(beta, loss, method = "BFGS", control = list(reltol = 1e-16, maxit = 1000))$par
  -loss(beta)
}

for (d in cases("strata.csv")) {
  this <- d$case[1]
  p <- zelen(d)
  if (!is.null(p)) emit(this, "zelen", p)
  d <- d[d$n1 + d$n0 > 0, ]
  full <- all(d$n1 > 0 & d$n0 > 0) && nrow(d) > 1
  separated <- any(d$x1 %in% c(0) | d$x1 == d$n1 | d$x0 == 0 | d$x0 == d$n0)
  if (nrow(d) > 5) next
  q <- c(NaN, NaN, NaN)
  firth <- c(NaN, NaN, NaN)
  if (full) {
    long <- data.frame(
      y = rep(c(1, 0, 1, 0), each = nrow(d)), arm = rep(c(1, 1, 0, 0), each = nrow(d)),
      stratum = factor(rep(d$stratum, 4)), w = c(d$x1, d$n1 - d$x1, d$x0, d$n0 - d$x0))
    if (!separated) {
      fit <- function(f) glm(f, binomial, long, weights = w, epsilon = 1e-14, maxit = 100)
      fall <- deviance(fit(y ~ arm + stratum)) - deviance(fit(y ~ arm * stratum))
      q <- c(fall, nrow(d) - 1, pchisq(fall, nrow(d) - 1, lower.tail = FALSE))
    }
    x <- model.matrix(~ stratum + arm, long)
    products <- x[, grep("stratum", colnames(x)), drop = FALSE] * long$arm
    peak <- penalised(long$y, long$w, cbind(x, products), ncol(x) + ncol(products))
    fall <- 2 * (peak - penalised(long$y, long$w, cbind(x, products), ncol(x)))
    firth <- c(fall, nrow(d) - 1, pchisq(fall, nrow(d) - 1, lower.tail = FALSE))
  }
  emit_test(this, "logistic", q[1], q[3], q[2])
  emit_test(this, "firth", firth[1], firth[3], firth[2])
}
finish()
