# Mixed model for repeated measures. nlme::gls gives the fit, but stops at 1e-5 of a standard
# error, so it is polished here by scoring steps on the likelihood, with derivatives by numDeriv
# of the covariance matrix V of all values at once. gls must agree with the result; of Toeplitz and
# ante-dependence, which it has not, its unstructured fit is where optim begins on the likelihood.
# Satterthwaite: numeric derivatives of the variance of the contrast and of the likelihood. Kenward-Roger: the formulas of their paper with the whole matrices. gls divides
# variances of coefficients after ML by (n - p) / n more, which is not done here.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(nlme)
  library(numDeriv)
})

sigma_of <- function(structure, k) {
  lag <- abs(outer(1:k, 1:k, "-"))
  near <- pmin(lag, 1)
  switch(structure,
    unstructured = function(theta) {
      S <- matrix(0, k, k)
      S[upper.tri(S, TRUE)] <- theta
      S + t(S) - diag(diag(S), k)
    },
    compound_symmetry = function(theta) theta[1] * diag(k) + theta[2] * near,
    heterogeneous_compound_symmetry = function(theta) {
      sqrt(outer(theta[1:k], theta[1:k])) * theta[k + 1]^near
    },
    ar1 = function(theta) theta[1] * theta[2]^lag,
    toeplitz = function(theta) matrix(theta[lag + 1], k),
    heterogeneous_toeplitz = function(theta) {
      sqrt(outer(theta[1:k], theta[1:k])) * matrix(c(1, theta[-(1:k)])[lag + 1], k)
    },
    ante_dependence = function(theta) theta[1] * between(theta[-1]),
    heterogeneous_ante_dependence = function(theta) {
      sqrt(outer(theta[1:k], theta[1:k])) * between(theta[-(1:k)])
    },
    heterogeneous_ar1 = function(theta) sqrt(outer(theta[1:k], theta[1:k])) * theta[k + 1]^lag)
}

# Products of the correlations of neighbours from one visit to the other.
between <- function(rho) {
  C <- diag(length(rho) + 1)
  for (j in seq_along(rho)) for (i in 1:j) C[i, j + 1] <- C[j + 1, i] <- C[i, j] * rho[j]
  C
}

theta_of <- function(structure, S) {
  k <- nrow(S)
  C <- cov2cor(S)
  lag <- abs(outer(1:k, 1:k, "-"))
  by_lag <- function(M) as.vector(tapply(M, lag, mean))
  switch(structure,
    toeplitz = by_lag(S),
    heterogeneous_toeplitz = c(diag(S), by_lag(C)[-1]),
    ante_dependence = c(mean(diag(S)), C[cbind(2:k, 1:(k - 1))]),
    heterogeneous_ante_dependence = c(diag(S), C[cbind(2:k, 1:(k - 1))]),
    unstructured = S[upper.tri(S, TRUE)],
    compound_symmetry = c(S[1, 1], S[1, 2]),
    ar1 = c(S[1, 1], S[1, 2] / S[1, 1]),
    c(diag(S), S[1, 2] / sqrt(S[1, 1] * S[2, 2])))
}

# S in the whole: entry (i, j) for values of one subject, 0 otherwise.
whole <- function(S, d) S[d$visit, d$visit] * outer(d$subject, d$subject, "==")

# M %*% whole(S, d), whose other blocks are 0.
times_whole <- function(M, S, d) {
  for (rows in split(seq_len(nrow(d)), d$subject)) {
    visits <- d$visit[rows]
    M[, rows] <- M[, rows, drop = FALSE] %*% S[visits, visits, drop = FALSE]
  }
  M
}

# Of the subjects with the same visits at once: V is 0 between subjects.
likelihood <- function(S, groups, X, y, reml) {
  Z <- cbind(X, y)
  log_root <- 0
  for (group in groups) {
    L <- t(chol(S[group$visits, group$visits, drop = FALSE]))
    log_root <- log_root + ncol(group$rows) * sum(log(diag(L)))
    # A column a subject and a column of Z.
    stacked <- matrix(Z[group$rows, ], nrow(group$rows))
    Z[group$rows, ] <- forwardsolve(L, stacked)
  }
  p <- ncol(X)
  A <- crossprod(Z[, 1:p])
  beta <- solve(A, crossprod(Z[, 1:p], Z[, p + 1]))
  r <- Z[, p + 1] - Z[, 1:p] %*% beta
  value <- length(y) * log(2 * pi) + 2 * log_root + sum(r^2)
  if (reml) value <- value - p * log(2 * pi) + as.numeric(determinant(A)$modulus)
  list(value = -value / 2, beta = drop(beta), Phi = solve(A))
}

# The rows of the subjects that have the same visits, a column a subject.
subjects_by_visits <- function(d) {
  rows <- split(seq_len(nrow(d)), d$subject)
  visits <- vapply(rows, function(i) paste(d$visit[i], collapse = " "), "")
  lapply(split(rows, visits), function(same) {
    list(visits = d$visit[same[[1]]], rows = do.call(cbind, unname(same)))
  })
}

start_of <- function(structure, d, X, method) {
  k <- max(d$visit)
  form <- ~ visit | subject
  correlation <- switch(sub("heterogeneous_", "", structure),
    unstructured = if (k > 2) corSymm(form = form) else corCompSymm(form = form),
    compound_symmetry = corCompSymm(form = form), ar1 = corAR1(form = form))
  weights <- if (structure %in% c("compound_symmetry", "ar1")) NULL else varIdent(form = ~ 1 | visit)
  control <- glsControl(tolerance = 1e-10, msTol = 1e-12, maxIter = 200, msMaxIter = 500)
  d$X <- X
  fit <- gls(value ~ 0 + X, d, correlation, weights, method = method, control = control)
  sd <- rep(fit$sigma, k)
  if (!is.null(weights)) {
    ratio <- coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
    sd <- fit$sigma * ratio[as.character(1:k)]
  }
  values <- coef(fit$modelStruct$corStruct, unconstrained = FALSE)
  C <- diag(k)
  if (length(values) > 1) {
    C[lower.tri(C)] <- values
    C <- C + t(C) - diag(k)
  } else {
    lag <- abs(outer(1:k, 1:k, "-"))
    C <- values^(if (grepl("ar1", structure)) lag else pmin(lag, 1))
  }
  list(fit = fit, theta = theta_of(structure, C * outer(sd, sd)))
}

# `expected` is computed where none is given.
derivatives <- function(S, theta, d, X, y, reml, expected = NULL) {
  k <- max(d$visit)
  V <- whole(S(theta), d)
  J <- jacobian(function(t) as.vector(S(t)), theta)
  slopes <- lapply(seq_along(theta), function(h) matrix(J[, h], k))
  first <- lapply(slopes, whole, d)
  Vi <- solve(V)
  Phi <- solve(t(X) %*% Vi %*% X)
  P <- Vi - Vi %*% X %*% Phi %*% t(X) %*% Vi
  M <- if (reml) P else Vi
  Py <- P %*% y
  gradient <- sapply(first, function(W) -0.5 * (sum(M * W) - t(Py) %*% W %*% Py))
  if (is.null(expected)) {
    # Half the traces of PV[[h]] %*% PV[[j]].
    PV <- lapply(slopes, function(W) times_whole(M, W, d))
    expected <- 0.5 * crossprod(sapply(PV, as.vector), sapply(PV, function(A) as.vector(t(A))))
  }
  list(first = first, Vi = Vi, Phi = Phi, gradient = gradient, expected = expected)
}

# Kenward and Roger (1997): P_h, Q_hj and R_hj as they define them; R_hj is 0 where `second` is NULL.
kenward_roger <- function(D, second, X) {
  q <- length(D$first)
  W <- solve(D$expected)
  B <- D$Vi %*% X
  P <- lapply(D$first, function(V) -t(B) %*% V %*% B)
  left <- lapply(D$first, function(V) t(B) %*% V)
  middle <- lapply(left, function(A) A %*% D$Vi)
  inner <- matrix(0, ncol(X), ncol(X))
  for (h in 1:q) for (j in 1:q) {
    Q <- middle[[h]] %*% t(left[[j]])
    inner <- inner + W[h, j] * (Q - P[[h]] %*% D$Phi %*% P[[j]])
    if (!is.null(second)) inner <- inner - W[h, j] * (t(B) %*% second(h, j) %*% B) / 4
  }
  list(Phi_a = D$Phi + 2 * D$Phi %*% inner %*% D$Phi, P = P, W = W)
}

kr_test <- function(kr, Phi, beta, L) {
  l <- nrow(L)
  Theta <- t(L) %*% solve(L %*% Phi %*% t(L)) %*% L
  q <- length(kr$P)
  A1 <- A2 <- 0
  for (h in 1:q) for (j in 1:q) {
    U <- Theta %*% Phi %*% kr$P[[h]] %*% Phi
    W <- Theta %*% Phi %*% kr$P[[j]] %*% Phi
    A1 <- A1 + kr$W[h, j] * sum(diag(U)) * sum(diag(W))
    A2 <- A2 + kr$W[h, j] * sum(diag(U %*% W))
  }
  B <- (A1 + 6 * A2) / (2 * l)
  g <- ((l + 1) * A1 - (l + 4) * A2) / ((l + 2) * A2)
  c1 <- g / (3 * l + 2 * (1 - g))
  c2 <- (l - g) / (3 * l + 2 * (1 - g))
  c3 <- (l + 2 - g) / (3 * l + 2 * (1 - g))
  E <- 1 / (1 - A2 / l)
  rho <- (2 / l) * (1 + c1 * B) / ((1 - c2 * B)^2 * (1 - c3 * B)) / (2 * E^2)
  m <- 4 + (l + 2) / (l * rho - 1)
  Lb <- L %*% beta
  f <- m / (E * (m - 2)) / l * t(Lb) %*% solve(L %*% kr$Phi_a %*% t(L), Lb)
  c(f, m)
}

# `slopes` are those of the entries of Phi, a column a parameter.
satterthwaite <- function(Phi, slopes, information, l) {
  slope <- drop(as.vector(outer(l, l)) %*% slopes)
  2 * drop(t(l) %*% Phi %*% l)^2 / drop(t(slope) %*% solve(information) %*% slope)
}

# Nelder and Mead, then BFGS, both from the unstructured fit, with correlations shrunk until S is
# positive definite.
searched <- function(structure, S, f, d, X, method) {
  near <- sigma_of("unstructured", max(d$visit))(start_of("unstructured", d, X, method)$theta)
  value <- function(t) {
    root <- tryCatch(chol(S(t)), error = function(e) NULL, warning = function(w) NULL)
    if (is.null(root)) 1e10 else -f(t)$value
  }
  size <- sqrt(diag(near))
  for (keep in c(1, 0.8, 0.6, 0.4)) {
    C <- keep * cov2cor(near) + (1 - keep) * diag(nrow(near))
    theta <- theta_of(structure, C * outer(size, size))
    if (value(theta) < 1e10) break
  }
  at <- optim(theta, value, control = list(reltol = 1e-6))
  optim(at$par, value, method = "BFGS",
        control = list(reltol = 1e-10, parscale = abs(at$par)))$par
}

one_model <- function(case, d, X, structure, method) {
  reml <- method == "REML"
  k <- max(d$visit)
  S <- sigma_of(structure, k)
  groups <- subjects_by_visits(d)
  f <- function(t) likelihood(S(t), groups, X, d$value, reml)
  direct <- grepl("toeplitz|ante", structure)
  if (direct) {
    theta <- searched(structure, S, f, d, X, method)
  } else {
    gls_fit <- start_of(structure, d, X, method)
    theta <- gls_fit$theta
  }
  # So near to the optimum the information hardly changes.
  D <- NULL
  for (i in 1:60) {
    D <- derivatives(S, theta, d, X, d$value, reml, if (i > 3) D$expected)
    step <- solve(D$expected, D$gradient)
    theta <- theta + step
    if (sum(step * D$gradient) < 1e-22) break
  }
  at <- f(theta)
  se <- sqrt(diag(at$Phi))
  if (!direct) {
    fit <- gls_fit$fit
    stopifnot(abs(at$value - as.numeric(logLik(fit))) < 1e-5,
              max(abs(coef(fit) - at$beta) / se) < 1e-3)
  }
  name <- paste(structure, method, sep = ".")
  for (i in seq_along(se)) {
    emit(case, paste(name, "coef", i, sep = "."), at$beta[i])
    emit(case, paste(name, "se", i, sep = "."), se[i])
  }
  emit(case, paste(name, "log_likelihood", sep = "."), at$value)
  sigma <- S(theta)
  for (i in 1:k) for (j in 1:i) emit(case, paste(name, "sigma", i, j, sep = "."), sigma[i, j])
  D <- derivatives(S, theta, d, X, d$value, reml)
  # Steps of a tenth of a standard error: the likelihood is then neither flat nor out of bounds.
  # Residuals of least squares have the same likelihood, and its differences round less.
  residual <- drop(lm.fit(X, d$value)$residuals)
  negative <- function(t) -likelihood(S(t), groups, X, residual, reml)$value
  spread <- sqrt(diag(solve(D$expected))) / 10
  scaled <- function(u) negative(theta + u * spread)
  information <- hessian(scaled, 0 * theta, method.args = list(eps = 0.5, r = 6)) /
    outer(spread, spread)
  L <- cbind(matrix(0, k, ncol(X) - k), diag(k))
  l <- L[k, ]
  slopes <- jacobian(function(t) as.vector(f(t)$Phi), theta)
  emit(case, paste(name, "satterthwaite.df", sep = "."), satterthwaite(at$Phi, slopes, information, l))
  roots <- eigen(L %*% at$Phi %*% t(L), symmetric = TRUE)
  rows <- t(roots$vectors) %*% L
  df <- apply(rows, 1, function(r) satterthwaite(at$Phi, slopes, information, r))
  E <- sum(df / (df - 2))
  emit(case, paste(name, "satterthwaite.f", sep = "."),
       mean((rows %*% at$beta)^2 / roots$values))
  emit(case, paste(name, "satterthwaite.df2", sep = "."), if (any(df <= 2)) 2 else 2 * E / (E - k))
  if (!reml) return(invisible())
  linear <- structure %in% c("unstructured", "toeplitz", "compound_symmetry")
  H <- if (!linear) lapply(seq_len(k * k), function(e) hessian(function(t) as.vector(S(t))[e], theta))
  second <- if (!linear) function(h, j) whole(matrix(sapply(H, function(m) m[h, j]), k, k), d)
  for (how in c("kenward_roger", "kenward_roger_observed")) {
    if (how == "kenward_roger_observed") D$expected <- information
    kr <- kenward_roger(D, second, X)
    name <- paste(structure, method, how, sep = ".")
    emit(case, paste0(name, ".se"), sqrt(t(l) %*% kr$Phi_a %*% l))
    emit(case, paste0(name, ".df"), kr_test(kr, D$Phi, at$beta, t(l))[2])
    whole_test <- kr_test(kr, D$Phi, at$beta, L)
    emit(case, paste0(name, ".f"), whole_test[1])
    emit(case, paste0(name, ".df2"), whole_test[2])
  }
}

structures <- c("unstructured", "compound_symmetry", "heterogeneous_compound_symmetry", "ar1",
                "heterogeneous_ar1", "toeplitz", "heterogeneous_toeplitz", "ante_dependence",
                "heterogeneous_ante_dependence")
for (d in cases("mmrm.csv")) {
  case <- d$case[1]
  k <- max(d$visit)
  at_visit <- outer(d$visit, 1:k, "==") + 0
  # Means of visits, one slope of the covariate, and the trend over arms at each visit.
  X <- cbind(at_visit, d$base, at_visit * d$arm)
  for (structure in structures) one_model(case, d, X, structure, "REML")
  one_model(case, d, X, "unstructured", "ML")
  if (case == "two_arms") {
    for (structure in structures[-1]) one_model(case, d, X, structure, "ML")
  }
}
# Two sides at four visits, eight cells: the last three coefficients are the differences of the sides
# in their change since the first visit.
for (d in cases("mmrm_cells.csv")) {
  later <- outer((d$visit - 1) %% 4, 1:3, "==") + 0
  side <- as.numeric(d$visit > 4)
  one_model(d$case[1], d, cbind(1, later, side, later * side), "unstructured", "REML")
}
finish(c("nlme", "numDeriv"))
