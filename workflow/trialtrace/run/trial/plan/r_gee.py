"""R of estimating equations: the working correlation by moments, and the sandwich, in base R.

No package that comes with R has them. The lines of a card before `EQUATIONS` name `fit`, a `glm` as
if all values were independent; `id`, the subject or cluster of each value; and `at`, the place of
each value in it. `EQUATIONS` gives `beta`, its covariance `spread`, and `compared`, of a row of
coefficients.

References: Liang and Zeger 1986, Biometrika 73:13; Kauermann and Carroll 2001, J Am Stat Assoc
96:1387; Mancl and DeRouen 2001, Biometrics 57:126.
"""

EQUATIONS = """\
X <- model.matrix(fit)
beta <- coef(fit)
ids <- unname(split(seq_along(id), id))
place <- factor(at, seq_len(max(at)))
N <- crossprod(unclass(table(id, place)))  # subjects with both of two places
pairs <- upper.tri(N)
lag <- abs(row(N) - col(N))
# rho^lag by least squares of the products of all pairs
rho_of <- function(Z) {
  uniroot(function(a) sum((lag * a^(lag - 1) * (Z - N * a^lag))[pairs]), c(-0.95, 0.999),
          tol = 1e-15)$root
}
whiten <- function(A) {
  for (i in ids) {
    half <- t(chol(R[at[i], at[i]] * outer(sqrt(v[i]), sqrt(v[i]))))
    A[i, ] <- forwardsolve(half, A[i, , drop = FALSE])
  }
  A
}
for (step in 1:500) {
  eta <- drop(X %*% beta)
  mu <- fit$family$linkinv(eta)
  v <- fit$family$variance(mu)
  e <- (fit$y - mu) / sqrt(v)
  scale <- mean(e^2)
  Z <- crossprod(tapply(e, list(id, place), sum, default = 0)) / scale
  R <- switch({working}, independence = 0 * N, unstructured = Z / N, ar1 = rho_of(Z)^lag,
              exchangeable = 0 * N + sum(Z[pairs]) / sum(N[pairs]))
  diag(R) <- 1
  U <- whiten(X * fit$family$mu.eta(eta))
  r <- whiten(cbind(fit$y - mu))
  M <- solve(crossprod(U))
  by <- drop(M %*% crossprod(U, r))
  beta <- beta + by
  if (max(abs(by) / sqrt(diag(M) * scale)) < 1e-10) break
}
# What each subject adds: its residuals, by a power of what its own values leave of them.
power <- c(robust = 0, kauermann_carroll = -1 / 2, mancl_derouen = -1)[[{variance}]]
added <- sapply(ids, function(i) {
  own <- U[i, , drop = FALSE]
  e <- eigen(diag(length(i)) - own %*% M %*% t(own), symmetric = TRUE)
  M %*% crossprod(own, e$vectors %*% (e$values^power * crossprod(e$vectors, r[i])))
})
spread <- tcrossprod(added)
compared <- function(L) {
  error <- sqrt(sum(L * (spread %*% L)))
  df <- if ({distribution=t}) length(ids) - length(beta) else Inf
  t <- sum(L * beta) / error
  half <- qt(0.5 + {confidence} / 2, df) * error
  list(interval = sum(L * beta) + c(0, -1, 1) * half, p = 2 * pt(-abs(t), df), error = error)
}
"""
