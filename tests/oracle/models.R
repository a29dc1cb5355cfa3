# Regression models of one outcome: lm with sandwich (analysis of covariance), glm with
# sandwich (logistic, modified Poisson), ordinal::clm (proportional odds, which MASS::polr must
# agree with). By hand in base R: Firth's penalised likelihood, whose columns need no solver of
# ours (optim and uniroot), standardised means, Brant's test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({library(sandwich); library(ordinal); library(MASS)})
suppressPackageStartupMessages(library(numDeriv))

vector <- function(case, name, values) {
  for (i in seq_along(values)) emit(case, paste(name, i, sep = "."), values[i])
}

ancova <- function(case, d) {
  a <- factor(d$arm)
  s <- factor(d$stratum)
  stratified <- nlevels(s) > 1
  options(contrasts = c("contr.sum", "contr.poly"))
  # From the mean of the covariate, which changes no difference and no mean, and saves digits.
  d$z <- d$z - mean(d$z)
  formula <- if (stratified) y ~ a + z + s else y ~ a + z
  m <- lm(formula, data.frame(d, a, s))
  df <- m$df.residual
  q <- qt(0.975, df)
  emit(case, "ancova.sd", summary(m)$sigma)
  k <- nlevels(a)
  at <- function(level, share) {
    # The row of the model matrix at an arm, the mean covariate and strata of the given shares.
    sums <- contr.sum(k)[level, ]
    c(1, sums, 0, if (stratified) drop(share %*% contr.sum(nlevels(s))))
  }
  equal <- rep(1 / nlevels(s), nlevels(s))
  for (variance in c("model", "HC0", "HC1", "HC2", "HC3")) {
    V <- if (variance == "model") vcov(m) else vcovHC(m, type = variance)
    name <- paste0("ancova.", variance)
    interval <- function(quantity, row) {
      e <- sum(row * coef(m))
      h <- q * sqrt(drop(row %*% V %*% row))
      emit_interval(case, paste(name, quantity, sep = "."), e, e - h, e + h)
    }
    for (i in 2:k) interval(paste0("difference.", i - 1), at(i, equal) - at(1, equal))
  }
  options(contrasts = c("contr.treatment", "contr.poly"))
}

newton <- function(y, X, family) {
  # glm's own covariance is that of the last but one step: once more from the solution.
  m <- glm.fit(X, y, family = family, control = list(epsilon = 1e-14, maxit = 100))
  glm(y ~ 0 + X, family = family, start = m$coefficients, control = list(epsilon = 1e-15))
}

separates <- function(y, X) {
  # Known by construction: the case's name says so; the arm of the first column after 1.
  any(tapply(y, X[, 2], function(v) length(unique(v))) == 1)
}

binary <- function(case, y, X) {
  if (separates(y, X)) {
    emit(case, "logistic.refused", NaN)
  } else {
    m <- newton(y, X, binomial())
    vector(case, "logistic.coef", coef(m))
    vector(case, "logistic.se", sqrt(diag(vcov(m))))
    emit(case, "logistic.log_likelihood", logLik(m))
  }
  if (any(tapply(y, X[, 2], sum) == 0)) {
    emit(case, "poisson.refused", NaN)
  } else {
    m <- newton(y, X, poisson())
    vector(case, "poisson.coef", coef(m))
    vector(case, "poisson.se", sqrt(diag(vcovHC(m, type = "HC0"))))
  }
}

firth <- function(case, y, X) {
  loglik <- function(b) {
    eta <- drop(X %*% b)
    w <- plogis(eta) * plogis(-eta)
    sum(plogis(ifelse(y == 1, eta, -eta), log.p = TRUE)) +
      determinant(crossprod(X * sqrt(w)))$modulus[1] / 2
  }
  score <- function(b) {
    p <- plogis(drop(X %*% b))
    h <- hatvalues(lm.wfit2(X, p * (1 - p)))
    drop(crossprod(X, y - p + h * (0.5 - p)))
  }
  # Maximum over some coefficients, others held: optim, then Newton by numeric derivatives.
  maximise <- function(b, free) {
    if (!length(free)) return(b)
    f <- function(v) { b[free] <- v; loglik(b) }
    g <- function(v) { b[free] <- v; score(b)[free] }
    v <- optim(b[free], f, g, method = "BFGS", control = list(fnscale = -1, reltol = 1e-15))$par
    for (i in 1:4) {
      if (max(abs(g(v))) < 1e-12) break
      new <- v - drop(solve(jacobian(g, v), g(v)))
      if (max(abs(g(new))) > max(abs(g(v)))) break
      v <- new
    }
    stopifnot(max(abs(g(v))) < 1e-8)
    b[free] <- v
    b
  }
  p <- ncol(X)
  b <- maximise(rep(0, p), 1:p)
  peak <- loglik(b)
  w <- plogis(drop(X %*% b)) * plogis(-drop(X %*% b))
  se <- sqrt(diag(solve(crossprod(X * sqrt(w)))))
  vector(case, "firth.coef", b)
  vector(case, "firth.se", se)
  emit(case, "firth.log_likelihood", peak)
  for (j in 1:p) {
    fall <- function(v) {
      # Under separation there may be a lower maximum as well: the best of several starts.
      best <- -Inf
      for (factor in if (separates(y, X)) c(0, 1, 2, 3) else 1) {
        start <- factor * b
        start[j] <- v
        best <- max(best, loglik(maximise(start, setdiff(1:p, j))))
      }
      2 * (peak - best)
    }
    emit(case, paste("firth.test", j, sep = "."), fall(0))
    for (side in c(-1, 1)) {
      step <- side * se[j]
      while (fall(b[j] + step) < qchisq(0.95, 1)) step <- step * 1.5
      bound <- uniroot(function(v) fall(v) - qchisq(0.95, 1), sort(c(b[j], b[j] + step)),
                       tol = 1e-11 * se[j])$root
      emit(case, paste("firth", if (side < 0) "low" else "high", j, sep = "."), bound)
    }
  }
}
# Leverages of a weighted fit.
lm.wfit2 <- function(X, w) structure(list(Q = qr.Q(qr(X * sqrt(w)))), class = "leverages")
hatvalues.leverages <- function(model, ...) rowSums(model$Q^2)

standardised <- function(case, d, family) {
  a <- factor(d$arm)
  k <- nlevels(a)
  n <- nrow(d)
  z <- d$z - mean(d$z)
  X <- cbind(1, outer(d$arm, seq_len(k - 1), "=="), z)
  y <- if (family == "logistic") d$binary else d$y
  link <- if (family == "logistic") plogis else identity
  m <- if (family == "logistic") newton(y, X, binomial()) else lm(y ~ 0 + X)
  predicted <- function(b) sapply(0:(k - 1), function(arm) {
    at <- X
    at[, 1 + seq_len(k - 1)] <- rep(as.numeric(seq_len(k - 1) == arm), each = n)
    link(drop(at %*% b))
  })
  P <- predicted(coef(m))
  # Derivative of the means by the coefficients; by differences it must come out alike.
  J <- t(sapply(0:(k - 1), function(arm) {
    at <- X
    at[, 1 + seq_len(k - 1)] <- rep(as.numeric(seq_len(k - 1) == arm), each = n)
    p <- P[, arm + 1]
    colMeans(at * if (family == "logistic") p * (1 - p) else 1)
  }))
  numeric <- jacobian(function(b) colMeans(predicted(b)), coef(m))
  stopifnot(max(abs(J - numeric)) < 1e-6)
  fixed <- J %*% vcov(m) %*% t(J)
  influence <- sweep(P, 2, colMeans(P)) + estfun(m) %*% bread(m) %*% t(J)
  for (variance in c("fixed", "random", "sandwich")) {
    C <- switch(variance, fixed = fixed, random = fixed + cov(P) / n,
                sandwich = crossprod(influence) / n^2)
    name <- paste("standardised", family, variance, sep = ".")
    mu <- colMeans(P)
    for (i in 1:k) {
      h <- qnorm(0.975) * sqrt(C[i, i])
      emit_interval(case, paste(name, "mean", i - 1, sep = "."), mu[i], mu[i] - h, mu[i] + h)
    }
    for (i in 2:k) {
      e <- mu[i] - mu[1]
      h <- qnorm(0.975) * sqrt(C[i, i] + C[1, 1] - 2 * C[i, 1])
      emit_interval(case, paste(name, "difference", i - 1, sep = "."), e, e - h, e + h)
      if (family == "linear") next
      g <- rep(0, k)
      g[i] <- 1 / mu[i]
      g[1] <- -1 / mu[1]
      e <- log(mu[i] / mu[1])
      h <- qnorm(0.975) * sqrt(drop(g %*% C %*% g))
      emit_interval(case, paste(name, "ratio", i - 1, sep = "."), exp(e), exp(e - h), exp(e + h))
    }
  }
}

odds <- function(case, level, X) {
  y <- factor(level, ordered = TRUE)
  centred <- scale(X, scale = FALSE)
  control <- clm.control(gradTol = 1e-12, maxIter = 200)
  m <- clm(y ~ centred, control = control)
  check <- polr(y ~ centred, method = "logistic", Hess = TRUE,
                control = list(reltol = 1e-16, maxit = 1000))
  stopifnot(max(abs(coef(check) - m$beta) / sqrt(diag(vcov(m)))[-seq_along(m$alpha)]) < 1e-5)
  cut <- length(m$alpha)
  p <- ncol(X)
  back <- diag(cut + p)
  back[1:cut, cut + 1:p] <- rep(colMeans(X), each = cut)
  V <- back %*% vcov(m) %*% t(back)
  par <- drop(back %*% c(m$alpha, m$beta))
  vector(case, "odds.threshold", par[1:cut])
  vector(case, "odds.threshold_se", sqrt(diag(V))[1:cut])
  vector(case, "odds.coef", m$beta)
  vector(case, "odds.se", sqrt(diag(V))[cut + 1:p])
  null <- clm(y ~ 1, control = control)
  emit(case, "odds.log_likelihood", logLik(m))
  emit(case, "odds.lr", 2 * (as.numeric(logLik(m)) - as.numeric(logLik(null))))
  own <- cut + 1:p
  emit(case, "odds.wald", drop(m$beta %*% solve(V[own, own], m$beta)))
  # Score test: gradient and expected information of the full model at the null fit.
  edge <- c(-Inf, null$alpha, Inf)
  U <- 0
  I <- 0
  share <- diff(plogis(edge))
  for (i in seq_along(level)) {
    at <- match(level[i], levels(y))
    for (l in seq_len(cut + 1)) {
      # Derivative of log P(l) by thresholds and slopes.
      g <- rep(0, cut + p)
      if (l <= cut) g[l] <- dlogis(edge[l + 1]) / share[l]
      if (l > 1) g[l - 1] <- -dlogis(edge[l]) / share[l]
      g[own] <- -centred[i, ] * (dlogis(edge[l + 1]) - dlogis(edge[l])) / share[l]
      if (l == at) U <- U + g
      I <- I + share[l] * tcrossprod(g)
    }
  }
  emit(case, "odds.score", drop(U %*% solve(I, U)))
  # Brant: separate fits, and the covariance from their summed influences' expectation.
  cuts <- levels(y)[-nlevels(y)]
  Z <- cbind(1, centred)
  fits <- lapply(cuts, function(c) newton(as.numeric(level > as.numeric(c)), Z, binomial()))
  if (length(cuts) > 1 && !any(sapply(fits, function(f) max(abs(coef(f))) > 15))) {
    A <- lapply(fits, function(f) {
      q <- fitted(f)
      solve(t(Z) %*% diag(q * (1 - q)) %*% Z) %*% t(Z)
    })
    J <- length(cuts)
    C <- matrix(0, J * p, J * p)
    for (k in 1:J) for (l in 1:J) {
      w <- fitted(fits[[max(k, l)]]) * (1 - fitted(fits[[min(k, l)]]))
      block <- A[[k]] %*% diag(w) %*% t(A[[l]])
      C[(k - 1) * p + 1:p, (l - 1) * p + 1:p] <- block[-1, -1]
    }
    b <- unlist(lapply(fits, function(f) coef(f)[-1]))
    D <- cbind(-1, diag(J - 1)) %x% diag(p)
    wald <- function(D) drop(t(D %*% b) %*% solve(D %*% C %*% t(D), D %*% b))
    emit(case, "brant", wald(D))
    for (i in 1:p) {
      emit(case, paste0("brant.", i), wald(cbind(-1, diag(J - 1)) %x% t(diag(p)[i, ])))
    }
  } else emit(case, "brant.refused", NaN)
}

for (d in cases("models.csv")) {
  case <- d$case[1]
  X <- cbind(1, outer(d$arm, seq_len(max(d$arm)), "=="), d$z - mean(d$z))
  ancova(case, d)
  binary(case, d$binary, X)
  firth(case, d$binary, X)
  if (!separates(d$binary, X)) standardised(case, d, "logistic")
  standardised(case, d, "linear")
  odds(case, d$level, X[, -1])
}
finish(c("sandwich", "ordinal", "MASS", "numDeriv"))
