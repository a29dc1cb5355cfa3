# Means after imputation: least squares in each completed data set, pooled by mice; visits of
# patients who left by reference, with a covariate and arms apart or in one model; WOCF.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(mice))

source(file.path(here, "missing_draws.R"))

# D1 of several contrasts, with the denominator of Li and others or of Reiter, by their formulas.
joint_test <- function(fits, rows, dfcom) {
  R <- do.call(rbind, rows)
  m <- length(fits)
  k <- nrow(R)
  Q <- matrix(t(sapply(fits, function(f) R %*% coef(f))), m)
  W <- Reduce(`+`, lapply(fits, function(f) R %*% vcov(f) %*% t(R))) / m
  r <- (1 + 1 / m) * sum(diag(cov(Q) %*% solve(W))) / k
  e <- colMeans(Q)
  f <- as.numeric(t(e) %*% solve(W) %*% e) / (k * (1 + r))
  t <- k * (m - 1)
  if (is.infinite(dfcom)) {
    df <- if (t > 4) 4 + (t - 4) * (1 + (1 - 2 / t) / r)^2 else t * (1 + 1 / k) * (1 + 1 / r)^2 / 2
  } else if (t <= 4) {
    return(list(f = NaN, p = NaN, df = NaN))
  } else {
    a <- r * t / (t - 2)
    v <- (dfcom + 1) / (dfcom + 3) * dfcom
    c1 <- v - 2 * (1 + a)
    c2 <- v - 4 * (1 + a)
    inner <- a^2 * c1 / ((1 + a)^2 * c2) + 8 * a^2 * c1 / ((1 + a) * c2^2) +
      4 * a^2 / ((1 + a) * c2) + 4 * a^2 / (c2 * c1) + 16 * a^2 * c1 / c2^3 + 8 * a^2 / c2^2
    df <- 4 + 1 / (1 / c2 + inner / (t - 4))
  }
  list(f = f, p = pf(f, k, df, lower.tail = FALSE), df = df)
}

# Rubin's rules and D1 from a list of fits; dfcom is that of the complete data, or infinite.
emit_fits <- function(case, name, fits, rows) {
  for (v in c("barnard_rubin", "rubin")) {
    dfcom <- if (v == "rubin") Inf else df.residual(fits[[1]])
    for (r in names(rows)) {
      row <- rows[[r]]
      q <- sapply(fits, function(f) sum(row * coef(f)))
      u <- sapply(fits, function(f) as.numeric(t(row) %*% vcov(f) %*% row))
      a <- pool.scalar(q, u, n = dfcom + 1, k = 1)
      df <- if (v == "rubin") (a$m - 1) * (1 + 1 / a$r)^2 else a$df
      fmi <- (a$r + 2 / (df + 3)) / (a$r + 1)
      half <- qt(0.95, df) * sqrt(a$t)
      at <- paste(name, v, r, sep = ".")
      emit_interval(case, at, a$qbar, a$qbar - half, a$qbar + half)
      emit_test(case, at, a$qbar / sqrt(a$t), 2 * pt(-abs(a$qbar) / sqrt(a$t), df), df)
      emit(case, paste0(at, ".fraction_missing"), fmi)
    }
    d1 <- joint_test(fits, rows, dfcom)
    emit_test(case, paste(name, v, "d1", sep = "."), d1$f, d1$p, d1$df)
  }
}

# As `parameters` of missing_draws.R, of a group of arms with columns of the means.
group_parameters <- function(Y, F, last, own, base_place, groups, g, m) {
  k <- ncol(Y)
  f <- ncol(F)
  coefs <- matrix(0, f, k)
  S <- matrix(0, k, k)
  for (j in seq_len(k)) {
    rows <- own[last[own] >= j]
    X <- unname(cbind(F[rows, ], Y[rows, seq_len(j - 1), drop = FALSE]))
    d <- normal_draw(Y[rows, j], X, uniform((base_place + j - 1) * (groups + 1) + g, m, seq_len(j + f)))
    b <- d$coef[-seq_len(f)]
    before <- seq_len(j - 1)
    coefs[, j] <- d$coef[seq_len(f)] + coefs[, before, drop = FALSE] %*% b
    cross <- S[before, before, drop = FALSE] %*% b
    S[before, j] <- S[j, before] <- cross
    S[j, j] <- d$sd^2 + sum(b * cross)
  }
  list(coefs = coefs, S = S)
}

with_covariates <- function(Y, arm, base, arms, cycles, m) {
  original <- Y
  k <- ncol(Y)
  codes <- sort(unique(arm))
  as_arm <- function(a) {
    n <- nrow(Y)
    if (arms == "by_arm") return(cbind(1, base))
    cbind(1, base, sapply(codes[-1], function(c) rep(as.numeric(a == c), n)))
  }
  F <- t(sapply(seq_len(nrow(Y)), function(i) as_arm(arm[i])[i, ]))
  groups <- if (arms == "by_arm") lapply(codes, function(a) which(arm == a)) else list(seq_along(arm))
  last <- apply(!is.na(Y), 1, function(s) max(c(0, which(s))))
  gap <- is.na(Y) & col(Y) < last
  pars <- list()
  for (g in seq_along(groups)) {
    own <- groups[[g]]
    if (any(gap[own, ])) {
      for (j in seq_len(k)) for (i in own[gap[own, j]]) {
        seen <- original[own, j][!is.na(original[own, j])]
        Y[i, j] <- seen[floor(uniform((j - 1) * (length(codes) + 1), m, i) * length(seen)) + 1]
      }
      for (cycle in seq_len(cycles)) {
        p <- group_parameters(Y, F, last, own, cycle * k, length(codes), g, m)
        for (i in own[rowSums(gap[own, ]) > 0]) {
          wanted <- which(gap[i, ])
          known <- setdiff(seq_len(last[i]), wanted)
          z <- sapply(wanted, function(j) {
            qnorm(uniform((cycle * k + j - 1) * (length(codes) + 1), m, i))
          })
          Y[i, wanted] <- draw_given(Y[i, ], as.numeric(F[i, ] %*% p$coefs), p$S, known, wanted, z)
        }
      }
    } else {
      p <- group_parameters(Y, F, last, own, cycles * k, length(codes), g, m)
    }
    for (a in unique(arm[own])) pars[[as.character(a)]] <- p
  }
  results <- list()
  for (assumption in setdiff(assumptions, "last_mean")) {
    Z <- Y
    for (i in which(last < k)) {
      future <- (last[i] + 1):k
      own <- pars[[as.character(arm[i])]]
      ref <- pars[[as.character(codes[1])]]
      mine <- list(mu = as.numeric(F[i, ] %*% own$coefs), S = own$S)
      theirs <- list(mu = as.numeric(as_arm(codes[1])[i, ] %*% ref$coefs), S = ref$S)
      # Before the first visit arms are alike.
      how <- if (last[i] == 0 && assumption == "copy_increments") "copy_reference" else assumption
      at <- after_leaving(Y[i, ], mine, theirs, last[i], how)
      z <- sapply(future, function(j) {
        qnorm(uniform(((cycles + 1) * k + j - 1) * (length(codes) + 1), m, i))
      })
      Z[i, future] <- at$mean + t(chol(at$V)) %*% z
    }
    results[[assumption]] <- Z
  }
  results
}

for (d in cases("missing.csv")) {
  case <- d$case[1]
  Y <- unname(as.matrix(d[c("y1", "y2", "y3")]))
  if (case != "few") for (arms in c("by_arm", "in_model")) {
    made <- lapply(1:3, function(m) with_covariates(Y, d$arm, d$base, arms, 2, m))
    for (n in names(made[[1]])) {
      for (m in 1:3) {
        Z <- made[[m]][[n]] - d$base
        emit(case, paste(arms, n, m, "sum", sep = "."), sum(Z * row(Z) * col(Z)))
        emit(case, paste(arms, n, m, "squares", sep = "."), sum(Z^2))
      }
      ys <- lapply(made, function(one) one[[n]][, 3])
      arm <- factor(d$arm)
      fits <- lapply(ys, function(y) lm(y ~ 0 + arm + d$base))
      k <- nlevels(arm)
      rows <- lapply(2:k, function(a) replace(numeric(k + 1), c(1, a), c(-1, 1)))
      names(rows) <- paste0("arm", seq_along(rows))
      emit_fits(case, paste(arms, n, sep = "."), fits, rows)
    }
  }
  V <- unname(as.matrix(d[c("base", "y1", "y2", "y3")]))
  for (worse in c("higher", "lower")) {
    carried <- V
    for (i in seq_len(nrow(V))) for (j in 2:4) if (is.na(V[i, j])) {
      before <- V[i, seq_len(j - 1)]
      carried[i, j] <- if (worse == "higher") max(before, na.rm = TRUE) else min(before, na.rm = TRUE)
    }
    emit(case, paste0("wocf.", worse), sum((carried - d$base) * row(V) * col(V)))
  }
}
finish("mice")
