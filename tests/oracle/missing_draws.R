# Imputations by base R, one patient at a time, from given uniform numbers; sourced by missing.R.

U <- read.csv(file.path(here, "data", "uniforms.csv"))$uniform
uniform <- function(place, m, at) U[(place * 7919 + (m - 1) * 104729 + at - 1) %% length(U) + 1]

normal_draw <- function(y, X, u) {
  p <- ncol(X)
  b <- qr.coef(qr(X), y)
  rss <- sum((y - X %*% b)^2)
  sd <- sqrt(rss / qchisq(u[p + 1], nrow(X) - p))
  # The triangle by QR with its signs turned: X'X would square the condition number.
  R <- qr.R(qr(X))
  R <- diag(sign(diag(R)), p) %*% R
  list(coef = b + sd * backsolve(R, qnorm(u[1:p])), sd = sd)
}

# White, Daniel and Royston's rows, predictor by predictor, over all patients of the group.
pseudo_rows <- function(everybody) {
  P <- everybody[, -1, drop = FALSE]
  rows <- NULL
  for (j in seq_len(ncol(P))) for (outcome in 0:1) for (side in c(1, -1)) {
    row <- colMeans(P)
    row[j] <- min(max(row[j] + side * sd(P[, j]) / 2, min(P[, j])), max(P[, j]))
    rows <- rbind(rows, c(outcome, 1, row))
  }
  rows
}

logistic_draw <- function(y, X, u, everybody = NULL) {
  weights <- rep(1, length(y))
  if (!is.null(everybody)) {
    more <- pseudo_rows(everybody)
    weights <- c(weights, rep(ncol(X) / nrow(more), nrow(more)))
    y <- c(y, more[, 1])
    X <- rbind(X, more[, -1])
  }
  # Shares as outcomes are no fault here; their weights are.
  fit <- suppressWarnings(
    glm.fit(X, y, weights, family = quasibinomial(), control = list(epsilon = 1e-15, maxit = 50)))
  w <- weights * fit$fitted.values * (1 - fit$fitted.values)
  R <- qr.R(qr(X * sqrt(w)))
  R <- diag(sign(diag(R)), ncol(X)) %*% R
  fit$coefficients + backsolve(R, qnorm(u[seq_len(ncol(X))]))
}

poisson_draw <- function(y, X, u) {
  fit <- glm.fit(X, y, family = poisson(), control = list(epsilon = 1e-15, maxit = 50))
  fit <- glm.fit(X, y, start = fit$coefficients, family = poisson(), control = list(epsilon = 1e-15))
  R <- qr.R(qr(X * sqrt(exp(drop(X %*% fit$coefficients)))))
  R <- diag(sign(diag(R)), ncol(X)) %*% R
  fit$coefficients + backsolve(R, qnorm(u[seq_len(ncol(X))]))
}

# Thresholds, then slopes, by ordinal::clm.
ordinal_draw <- function(y, X, u) {
  fit <- ordinal::clm(factor(y) ~ X[, -1], control = ordinal::clm.control(gradTol = 1e-10))
  theta <- c(fit$alpha, fit$beta)
  R <- chol(solve(unname(vcov(fit))))
  cuts <- seq_along(fit$alpha)
  drawn <- theta + backsolve(R, qnorm(u[seq_along(theta)]))
  list(cuts = drawn[cuts], slopes = drawn[-cuts], levels = sort(unique(y)))
}

fill <- function(Y, original, fixed, groups, kinds, j, others, cycle, m, augment = FALSE) {
  k <- ncol(Y)
  base <- (cycle * k + j - 1) * (length(groups) + 1)
  for (g in seq_along(groups)) {
    own <- groups[[g]]
    seen <- own[!is.na(original[own, j])]
    gap <- own[is.na(original[own, j])]
    if (!length(gap)) next
    X <- unname(cbind(fixed, Y[, others, drop = FALSE]))
    u <- uniform(base + g, m, seq_len(ncol(X) + 10))
    for (i in gap) {
      r <- uniform(base, m, i)
      if (kinds[j] == "normal") {
        d <- normal_draw(Y[seen, j], X[seen, , drop = FALSE], u)
        Y[i, j] <- sum(X[i, ] * d$coef) + d$sd * qnorm(r)
      } else if (kinds[j] == "count") {
        b <- poisson_draw(Y[seen, j], X[seen, , drop = FALSE], u)
        Y[i, j] <- qpois(r, exp(sum(X[i, ] * b)))
      } else if (kinds[j] == "ordinal") {
        d <- ordinal_draw(Y[seen, j], X[seen, , drop = FALSE], u)
        below <- plogis(d$cuts - sum(X[i, -1] * d$slopes))
        Y[i, j] <- d$levels[sum(r > below) + 1]
      } else if (kinds[j] == "predictive_mean_matching") {
        d <- normal_draw(Y[seen, j], X[seen, , drop = FALSE], u)
        best <- drop(X[seen, ] %*% qr.coef(qr(X[seen, , drop = FALSE]), Y[seen, j]))
        near <- order(abs(best - sum(X[i, ] * d$coef)))[1:5]
        Y[i, j] <- Y[seen[near[floor(r * 5) + 1]], j]
      } else {
        b <- logistic_draw(Y[seen, j], X[seen, , drop = FALSE], u, if (augment) X[sort(c(seen, gap)), , drop = FALSE])
        Y[i, j] <- as.numeric(r < plogis(sum(X[i, ] * b)))
      }
    }
  }
  Y
}

setting <- function(d, arms, covariate) {
  fixed <- if (covariate) cbind(1, d$base) else matrix(1, nrow(d), 1)
  codes <- sort(unique(d$arm))
  if (arms == "in_model") {
    for (a in codes[-1]) fixed <- cbind(fixed, d$arm == a)
    groups <- list(seq_len(nrow(d)))
  } else groups <- lapply(codes, function(a) which(d$arm == a))
  list(fixed = fixed, groups = groups)
}

monotone <- function(Y, s, kinds, m) {
  original <- Y
  for (j in seq_len(ncol(Y))) {
    Y <- fill(Y, original, s$fixed, s$groups, kinds, j, seq_len(j - 1), 0, m)
  }
  Y
}

chained <- function(Y, s, kinds, cycles, m, augment = FALSE) {
  original <- Y
  for (j in seq_len(ncol(Y))) for (own in s$groups) {
    seen <- original[own, j][!is.na(original[own, j])]
    for (i in own[is.na(original[own, j])]) {
      r <- uniform((j - 1) * (length(s$groups) + 1), m, i)
      Y[i, j] <- seen[floor(r * length(seen)) + 1]
    }
  }
  for (cycle in seq_len(cycles)) for (j in seq_len(ncol(Y))) if (anyNA(original[, j])) {
    Y <- fill(Y, original, s$fixed, s$groups, kinds, j, setdiff(seq_len(ncol(Y)), j), cycle, m, augment)
  }
  Y
}

# Means and covariance of an arm from drawn regressions of each visit on those before.
parameters <- function(Y, last, own, base_place, groups, g, m) {
  k <- ncol(Y)
  mu <- numeric(k)
  S <- matrix(0, k, k)
  for (j in seq_len(k)) {
    rows <- own[last[own] >= j]
    X <- unname(cbind(1, Y[rows, seq_len(j - 1), drop = FALSE]))
    u <- uniform((base_place + j - 1) * (groups + 1) + g, m, seq_len(j + 1))
    d <- normal_draw(Y[rows, j], X, u)
    b <- d$coef[-1]
    before <- seq_len(j - 1)
    mu[j] <- d$coef[1] + sum(b * mu[before])
    cross <- S[before, before, drop = FALSE] %*% b
    S[before, j] <- S[j, before] <- cross
    S[j, j] <- d$sd^2 + sum(b * cross)
  }
  list(mu = mu, S = S)
}

draw_given <- function(y, mu, V, known, wanted, z) {
  if (length(known)) {
    W <- V[wanted, known, drop = FALSE] %*% solve(V[known, known])
    mean <- mu[wanted] + W %*% (y[known] - mu[known])
    V <- V[wanted, wanted] - W %*% V[known, wanted]
  } else {
    mean <- mu[wanted]
    V <- V[wanted, wanted, drop = FALSE]
  }
  as.numeric(mean + t(chol(V)) %*% z)
}

# The conditional distribution as the paper words it, without the joint covariance: after the last
# visit the regression is the reference's, on the difference from the means he is taken to have.
after_leaving <- function(y, own, ref, last, assumption) {
  k <- length(own$mu)
  past <- seq_len(last)
  future <- (last + 1):k
  V <- if (assumption %in% c("missing_at_random", "last_mean")) own$S else ref$S
  W <- if (last) V[future, past, drop = FALSE] %*% solve(V[past, past]) else matrix(0, k, 0)
  past_mean <- if (assumption == "copy_reference") ref$mu[past] else own$mu[past]
  future_mean <- switch(assumption,
    missing_at_random = own$mu[future], last_mean = rep(own$mu[last], length(future)),
    copy_increments = own$mu[last] + ref$mu[future] - ref$mu[last], ref$mu[future])
  V22 <- V[future, future, drop = FALSE]
  list(mean = as.numeric(future_mean + W %*% (y[past] - past_mean)),
       V = if (last) V22 - W %*% V[past, future, drop = FALSE] else V22)
}

assumptions <- c("missing_at_random", "jump_to_reference", "copy_increments", "copy_reference",
                 "last_mean")

reference_based <- function(Y, arm, cycles, m) {
  original <- Y
  k <- ncol(Y)
  codes <- sort(unique(arm))
  last <- apply(!is.na(Y), 1, function(s) max(c(0, which(s))))
  gap <- is.na(Y) & col(Y) < last
  pars <- list()
  for (g in seq_along(codes)) {
    own <- which(arm == codes[g])
    if (!any(gap[own, ])) {
      pars[[g]] <- parameters(Y, last, own, cycles * k, length(codes), g, m)
      next
    }
    for (j in seq_len(k)) for (i in own[gap[own, j]]) {
      seen <- original[own, j][!is.na(original[own, j])]
      r <- uniform((j - 1) * (length(codes) + 1), m, i)
      Y[i, j] <- seen[floor(r * length(seen)) + 1]
    }
    for (cycle in seq_len(cycles)) {
      pars[[g]] <- parameters(Y, last, own, cycle * k, length(codes), g, m)
      for (i in own[rowSums(gap[own, ]) > 0]) {
        wanted <- which(gap[i, ])
        known <- setdiff(seq_len(last[i]), wanted)
        z <- sapply(wanted, function(j) {
          qnorm(uniform((cycle * k + j - 1) * (length(codes) + 1), m, i))
        })
        Y[i, wanted] <- draw_given(Y[i, ], pars[[g]]$mu, pars[[g]]$S, known, wanted, z)
      }
    }
  }
  results <- list()
  for (assumption in assumptions) {
    Z <- Y
    for (i in which(last < k)) {
      future <- (last[i] + 1):k
      at <- after_leaving(Y[i, ], pars[[match(arm[i], codes)]], pars[[1]], last[i], assumption)
      z <- sapply(future, function(j) {
        qnorm(uniform(((cycles + 1) * k + j - 1) * (length(codes) + 1), m, i))
      })
      Z[i, future] <- at$mean + t(chol(at$V)) %*% z
    }
    results[[assumption]] <- Z
  }
  results
}
