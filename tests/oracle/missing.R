# Missing data by base R, one imputation and one patient at a time. Draws come from the uniform
# numbers of data/uniforms.csv, read at places that both sides compute. mice gives Rubin's rules
# (it keeps lambda at 1e-4 or above, so no spread between imputations is by hand); D1 is by hand.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(mice))

source(file.path(here, "missing_draws.R"))

emit_filled <- function(case, name, original, Y) {
  at <- which(is.na(original), arr.ind = TRUE)
  for (i in seq_len(nrow(at))) {
    emit(case, paste(name, at[i, 1], at[i, 2], sep = "."), Y[at[i, 1], at[i, 2]])
  }
}

# Rubin's rules by hand, and by mice where it can.
rubin <- function(q, u, v) {
  m <- length(q)
  b <- if (all(q == q[1])) 0 else var(q)
  t <- mean(u) + (1 + 1 / m) * b
  lambda <- (1 + 1 / m) * b / t
  old <- (m - 1) / lambda^2
  seen <- (v + 1) / (v + 3) * v * (1 - lambda)
  df <- if (is.infinite(v)) old else if (is.infinite(old)) seen else old * seen / (old + seen)
  r <- (1 + 1 / m) * b / mean(u)
  by_mice <- pool.scalar(q, u, n = v + 1, k = 1)
  if (lambda > 1e-4) stopifnot(
    abs(by_mice$qbar / mean(q) - 1) < 1e-12, abs(by_mice$t / t - 1) < 1e-12,
    abs(by_mice$r / r - 1) < 1e-10, is.infinite(v) || abs(by_mice$df / df - 1) < 1e-10,
    is.infinite(v) || abs(by_mice$fmi / ((r + 2 / (df + 3)) / (r + 1)) - 1) < 1e-10)
  list(q = mean(q), se = sqrt(t), df = df, r = r, fmi = (r + 2 / (df + 3)) / (r + 1))
}

emit_pooled <- function(case, name, a, null, level) {
  half <- qt(1 - level / 2, a$df) * a$se
  t <- (a$q - null) / a$se
  values <- c(estimate = a$q, low = a$q - half, high = a$q + half, se = a$se, df = a$df,
              statistic = t, p_value = 2 * pt(-abs(t), a$df), relative_increase = a$r,
              fraction_missing = a$fmi)
  for (n in names(values)) emit(case, paste(name, n, sep = "."), values[[n]])
}

for (d in cases("missing_pool.csv")) for (v in c(Inf, 40, 4.5)) {
  case <- d$case[1]
  a <- rubin(d$estimate, d$variance, v)
  name <- paste0("pool.", v)
  emit_pooled(case, name, a, 0.1, 0.05)
  t <- (a$q - 0.1) / a$se
  emit(case, paste0(name, ".greater"), pt(t, a$df, lower.tail = FALSE))
  emit(case, paste0(name, ".less"), pt(t, a$df))
  half <- qt(0.95, a$df) * a$se
  emit_interval(case, paste0(name, ".log"), exp(a$q), exp(a$q - half), exp(a$q + half))
  emit(case, paste0(name, ".log.p_value"), 2 * pt(-abs((a$q - log(1.3)) / a$se), a$df))
}

for (d in cases("missing_vectors.csv")) for (v in c(Inf, 60)) {
  case <- d$case[1]
  k <- 3
  m <- nrow(d)
  Q <- as.matrix(d[c("q1", "q2", "q3")])
  mats <- lapply(seq_len(m), function(i) {
    V <- matrix(0, 3, 3)
    V[lower.tri(V, TRUE)] <- as.numeric(d[i, c("u11", "u12", "u13", "u22", "u23", "u33")])
    V + t(V) - diag(diag(V))
  })
  W <- Reduce(`+`, mats) / m
  B <- cov(Q)
  r <- (1 + 1 / m) * sum(diag(B %*% solve(W))) / k
  e <- colMeans(Q) - c(0, 0.5, 0)
  f <- as.numeric(t(e) %*% solve(W) %*% e) / (k * (1 + r))
  t <- k * (m - 1)
  if (is.infinite(v)) {
    df <- if (t > 4) 4 + (t - 4) * (1 + (1 - 2 / t) / r)^2 else t * (1 + 1 / k) * (1 + 1 / r)^2 / 2
  } else {
    a <- r * t / (t - 2)
    s <- (v + 1) / (v + 3) * v
    c1 <- s - 2 * (1 + a)
    c2 <- s - 4 * (1 + a)
    inner <- a^2 * c1 / ((1 + a)^2 * c2) + 8 * a^2 * c1 / ((1 + a) * c2^2) +
      4 * a^2 / ((1 + a) * c2) + 4 * a^2 / (c2 * c1) + 16 * a^2 * c1 / c2^3 + 8 * a^2 / c2^2
    df <- 4 + 1 / (1 / c2 + inner / (t - 4))
  }
  emit_test(case, paste0("d1.", v), f, pf(f, k, df, lower.tail = FALSE), df)
}

for (d in cases("missing.csv")) {
  case <- d$case[1]
  binary <- case != "few"
  Y <- as.matrix(d[c("y1", "y2", "y3", if (binary) "b")])
  dimnames(Y) <- NULL
  kinds <- c("normal", "normal", "normal", "binary")
  gaps <- case %in% c("gaps", "far")
  for (arms in c("by_arm", "in_model")) {
    # The by-arm logistic models of small arms are left out: they are next to separation.
    keep <- if (arms == "by_arm") 1:3 else seq_len(ncol(Y))
    s <- setting(d, arms, TRUE)
    completed <- list()
    for (m in 1:3) {
      own <- Y[, keep]
      Z <- if (gaps) chained(own, s, kinds, 2, m) else monotone(own, s, kinds, m)
      emit_filled(case, paste(if (gaps) "chained" else "monotone", arms, m, sep = "."), own, Z)
      completed[[m]] <- Z
    }
    if (arms == "by_arm") {
      # Deltas weighed by the visits missed before them, summed from the first of each run.
      delta <- rbind(c(-1, -0.5, -2), c(2, 1, 0.25)); lag <- c(1, 0.5, 0.2)
      Z <- completed[[1]]
      for (i in which(d$arm <= 1)) for (last in which(is.na(Y[i, 1:3]))) {
        seen <- which(!is.na(Y[i, 1:last]))
        run <- (if (length(seen)) max(seen) + 1 else 1):last
        Z[i, last] <- Z[i, last] + sum(delta[2 - d$arm[i] %% 2, run] * lag[seq_along(run)])
      }
      emit_filled(case, "delta_lagged", Y[, 1:3], Z)
    }
    if (arms == "by_arm") for (cumulative in c(TRUE, FALSE)) {
      # Deltas of each visit and arm; a run of missed visits by Reduce.
      delta <- rbind(c(-1, -0.5, -2), c(2, 1, 0.25))
      Z <- completed[[1]]
      for (i in seq_len(nrow(Z))) {
        step <- ifelse(is.na(Y[i, 1:3]), delta[2 - d$arm[i] %% 2, ], NA)
        if (d$arm[i] > 1) step[] <- NA
        add <- if (cumulative) Reduce(function(sum, own) if (is.na(own)) 0 else sum + own, step, 0,
                                      accumulate = TRUE)[-1] else ifelse(is.na(step), 0, step)
        Z[i, 1:3] <- Z[i, 1:3] + add
      }
      name <- if (cumulative) "delta_cumulative" else "delta_by_visit"
      emit_filled(case, name, Y[, 1:3], Z)
    }
    if (case == "dropout" && arms == "by_arm") for (shift in list(c(0, 0), c(-1, 2), c(4, -3))) {
      fits <- lapply(completed, function(Z) {
        y <- Z[, 3] + is.na(Y[, 3]) * ifelse(d$arm == 1, shift[1], shift[2])
        summary(lm(y ~ d$arm + d$base))$coefficients[2, 1:2]
      })
      a <- rubin(sapply(fits, `[`, 1), sapply(fits, `[`, 2)^2, nrow(d) - 3)
      emit_pooled(case, paste("delta", shift[1], shift[2], sep = "."), a, 0.1, 0.1)
    }
  }
  # Levels, counts and matched values, in any pattern.
  if (case %in% c("gaps", "dropout")) {
    level <- findInterval(d$y1, c(-1, 1))
    K <- unname(cbind(level, pmin(floor(exp(d$y2)), 9), d$y3))
    s <- setting(d, "in_model", TRUE)
    for (m in 1:3) {
      Z <- chained(K, s, c("ordinal", "count", "predictive_mean_matching"), 2, m)
      emit_filled(case, paste("kinds", m, sep = "."), K, Z)
    }
  }
  # A threshold within another separates: who is above the higher one is above the lower.
  if (case == "gaps") {
    high <- ifelse(is.na(d$y1), NA, d$y2 > 1)
    B <- unname(cbind(d$b, d$y2 > 0, high) * 1)
    for (arms in c("by_arm", "in_model")) {
      s <- setting(d, arms, TRUE)
      for (m in 1:3) {
        Z <- chained(B, s, rep("binary", 3), 2, m, TRUE)
        emit_filled(case, paste("augmented", arms, m, sep = "."), B, Z)
      }
      own <- s$groups[[1]][stats::complete.cases(B[s$groups[[1]], ])]
      X <- unname(cbind(s$fixed[own, ], B[own, c(1, 3)]))
      seen <- seq_len(length(own) - 5)
      b <- logistic_draw(B[own, 2][seen], X[seen, ], uniform(7, 1, seq_len(ncol(X))), X)
      for (k in seq_along(b)) emit(case, paste("augmented.coef", arms, k, sep = "."), b[k])
    }
  }
  V <- unname(as.matrix(d[c("base", "y1", "y2", "y3")]))
  for (m in 1:2) {
    found <- reference_based(V, d$arm, 2, m)
    for (n in assumptions) emit_filled(case, paste(n, m, sep = "."), V, found[[n]])
  }
  carried <- V
  back <- V
  for (i in seq_len(nrow(V))) for (j in 2:4) {
    if (is.na(V[i, j])) {
      carried[i, j] <- carried[i, j - 1]
      back[i, j] <- V[i, 1]
    }
  }
  emit_filled(case, "locf", V, carried)
  emit_filled(case, "bocf", V, back)
}

# Given parameters: what a patient seen last at visit t is taken to have.
own <- list(mu = c(10, 9, 7, 4), S = 4 * 0.6^abs(outer(1:4, 1:4, "-")))
ref <- list(mu = c(10.5, 9.8, 9.1, 8.7),
            S = outer(1:4 + 1, 1:4 + 1) * 0.3^abs(outer(1:4, 1:4, "-")))
y <- c(12, 8.5, 6, NA)
for (n in assumptions) for (last in 0:3) {
  if (last == 0 && n %in% c("copy_increments", "last_mean")) next
  at <- after_leaving(y, own, ref, last, n)
  for (i in seq_along(at$mean)) {
    emit("given", paste(n, last, "mean", i, sep = "."), at$mean[i])
    for (j in 1:i) emit("given", paste(n, last, "cov", i, j, sep = "."), at$V[i, j])
  }
}

for (d in cases("missing_counts.csv")) {
  case <- d$case
  n1 <- d$n1 + d$m1
  n0 <- d$n0 + d$m0
  emit_interval(case, "bounds", d$x1 / d$n1 - d$x0 / d$n0,
                d$x1 / n1 - (d$x0 + d$m0) / n0, (d$x1 + d$m1) / n1 - d$x0 / n0)
  for (i in 0:d$m1) for (j in 0:d$m0) {
    table <- matrix(c(d$x1 + i, n1 - d$x1 - i, d$x0 + j, n0 - d$x0 - j), 2)
    cell <- paste(i, j, sep = ".")
    emit(case, paste0("difference.", cell), (d$x1 + i) / n1 - (d$x0 + j) / n0)
    emit(case, paste0("fisher.", cell), min(1, fisher.test(table)$p.value))
    emit(case, paste0("chi_squared.", cell), chisq.test(table, correct = FALSE)$p.value)
  }
}
finish("mice")
