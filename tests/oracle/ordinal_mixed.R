# Cumulative logit model with a random intercept: ordinal::clmm by 25 nodes of adaptive quadrature.
# Its optimiser stops early, so the numbers are those of the likelihood by hand, integrate() for
# every subject, polished from clmm's solution by Newton steps with numeric derivatives; clmm must
# agree to what it prints.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({library(ordinal); library(numDeriv)})

# Log-likelihood by a plain, not adaptive, trapezoid rule for u from -10 to 10 sd, which for such
# smooth functions that vanish at the ends is exact to rounding with this many points.
grid <- seq(-10, 10, length.out = 101)
log_weight <- dnorm(grid, log = TRUE) + log(grid[2] - grid[1])

loglik <- function(par, y, X, subject) {
  cut <- length(par) - ncol(X) - 1
  edge <- c(-Inf, par[1:cut], Inf)
  eta <- drop(X %*% par[cut + seq_len(ncol(X))])
  shift <- outer(eta, par[length(par)] * grid, "+")
  upper <- edge[y + 1] - shift
  lower <- edge[y] - shift
  flip <- upper + lower > 0
  p <- ifelse(flip, plogis(-lower) - plogis(-upper), plogis(upper) - plogis(lower))
  joint <- rowsum(log(p), subject)
  joint <- sweep(joint, 2, log_weight, "+")
  top <- apply(joint, 1, max)
  sum(top + log(rowSums(exp(joint - top))))
}

for (d in cases("ordinal_mixed.csv")) {
  case <- d$case[1]
  X <- as.matrix(d[, c("arm", "visit")])
  y <- d$value
  d$y <- factor(y, ordered = TRUE)
  d$s <- factor(d$subject)
  if (nlevels(d$y) > 2) {
    m <- clmm(y ~ arm + visit + (1 | s), d, nAGQ = 25)
    start <- c(m$alpha, m$beta, as.numeric(ordinal::VarCorr(m)$s)^0.5)
  } else {
    m <- glm(y ~ arm + visit, binomial(), d)
    start <- c(-coef(m)[1], coef(m)[-1], 1)
    start <- optim(start, function(p) -loglik(p, y, X, d$subject), method = "BFGS",
                   control = list(reltol = 1e-14))$par
    m <- NULL
  }
  f <- function(p) loglik(p, y, X, d$subject)
  par <- start
  H <- hessian(f, par)
  for (i in 1:4) par <- par - drop(solve(H, grad(f, par)))
  se <- sqrt(diag(solve(-hessian(f, par))))
  if (!is.null(m)) stopifnot(max(abs(par - start) / se) < 1e-3, abs(f(par) - m$logLik) < 1e-6)
  names <- c(paste0("threshold.", 1:(length(par) - 3)), "coef.1", "coef.2", "sd")
  for (i in seq_along(par)) {
    emit(case, names[i], par[i])
    emit(case, paste0(names[i], ".se"), se[i])
  }
  emit(case, "log_likelihood", f(par))
}
finish(c("ordinal", "numDeriv"))
