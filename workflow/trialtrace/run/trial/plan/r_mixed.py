"""R of mixed models for repeated values: the likelihood and Kenward and Roger in base R.

No package that comes with R has Kenward and Roger's degrees of freedom, and `nlme::gls` stops too
early for six digits, so the likelihood is maximised here by scoring. The lines of a card before
`FIT` name `seen`, the rows sorted by subject and visit; `own`, the place of each in the covariance;
`entry`, a matrix of names of which equal ones are one parameter, or a list of the matrix of each
parameter; and `X`, the columns of the model. `FIT` gives `contrast`, of a row of coefficients, and
`f_test`, of several.

References: Kenward and Roger 1997, Biometrics 53:983.
"""

FIT = """\
y <- cbind(seen$AVAL)
E <- if (is.list(entry)) entry else {
  lapply(unique(na.omit(c(entry))), function(e) matrix(entry %in% e, nrow(entry)) + 0)
}
# Subjects with the same visits, and what a matrix of each gives with its rows of A.
alike <- split(seq_along(own), ave(2^own, seen$USUBJID, FUN = sum))
each <- function(of, A) {
  for (rows in alike) {
    M <- of(unique(own[rows]))
    A[rows, ] <- matrix(M %*% matrix(A[rows, ], nrow(M)), ncol = ncol(A))
  }
  A
}
trace <- function(M) sum(diag(M))
over <- function(f) sum(sapply(alike, function(rows) {
  v <- unique(own[rows])
  length(rows) / length(v) * trace(f(v))
}))
S <- diag(nrow(E[[1]])) * var(lm.fit(X, y)$residuals)
q <- seq_along(E)
for (step in 1:200) {  # restricted maximum likelihood, by scoring
  W <- function(v) solve(S[v, v, drop = FALSE])
  B <- each(W, X)
  Phi <- solve(crossprod(X, B))
  beta <- Phi %*% crossprod(B, y)
  r <- each(W, y - X %*% beta)
  turned <- function(A) lapply(E, function(G) each(function(v) G[v, v, drop = FALSE], A))
  VB <- turned(B)
  WVB <- lapply(VB, function(A) each(W, A))
  D <- lapply(VB, crossprod, B)
  Q <- lapply(q, function(h) lapply(q, function(j) crossprod(VB[[h]], WVB[[j]])))
  one <- lapply(E, function(G) function(v) W(v) %*% G[v, v])
  score <- mapply(function(M, A, h) sum(r * A) - over(one[[h]]) + trace(Phi %*% M), D, turned(r), q)
  information <- outer(q, q, Vectorize(function(h, j) {
    over(function(v) one[[h]](v) %*% one[[j]](v)) - 2 * trace(Phi %*% Q[[h]][[j]]) +
      trace(Phi %*% D[[h]] %*% Phi %*% D[[j]])
  }))
  by <- solve(information, score)
  if (max(abs(by)) < 1e-10 * max(S)) break
  S <- S + Reduce(`+`, Map(`*`, E, by))
}
# Kenward and Roger 1997.
C <- solve(information / 2)
inner <- 0
for (h in q) for (j in q) inner <- inner + C[h, j] * (Q[[h]][[j]] - D[[h]] %*% Phi %*% D[[j]])
adjusted <- Phi + 2 * Phi %*% inner %*% Phi
f_test <- function(L) {
  l <- nrow(L)
  M <- Phi %*% t(L) %*% solve(L %*% Phi %*% t(L), L %*% Phi)
  MD <- lapply(D, function(one) M %*% one)
  traces <- sapply(MD, trace)
  A1 <- sum(C * outer(traces, traces))
  A2 <- sum(C * outer(q, q, Vectorize(function(h, j) trace(MD[[h]] %*% MD[[j]]))))
  g <- ((l + 1) * A1 - (l + 4) * A2) / ((l + 2) * A2)
  w <- c(g, l - g, l + 2 - g) / (3 * l + 2 * (1 - g))
  b <- (A1 + 6 * A2) / (2 * l)
  rho <- (1 + w[1] * b) / ((1 - w[2] * b)^2 * (1 - w[3] * b)) * (1 - A2 / l)^2 / l
  df2 <- 4 + (l + 2) / (l * rho - 1)
  wald <- sum(L %*% beta * solve(L %*% adjusted %*% t(L), L %*% beta))
  f <- df2 * (1 - A2 / l) / (df2 - 2) / l * wald
  list(f = f, df1 = l, df2 = df2, p = pf(f, l, df2, lower.tail = FALSE))
}
contrast <- function(L) {
  estimate <- sum(L * beta)
  error <- sqrt(sum(L * (L %*% adjusted)))
  df <- f_test(rbind(L))$df2
  t <- estimate / error
  list(interval = estimate + c(0, -1, 1) * qt(0.5 + {confidence} / 2, df) * error, t = t, df = df,
       p = 2 * pt(-abs(t), df))
}
"""
