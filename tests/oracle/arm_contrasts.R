# Contrasts of several arms over their pooled variance: lm for each by itself, ptukey for every
# pair, and for the largest of several t statistics quadrature over the root of chi-squared and a
# normal variable (two-sided) and mvtnorm's TVPACK (one-sided, two or three of them). The
# critical values are roots, since qtukey ends at 1e-4.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(mvtnorm))

rule <- legendre(20)

# Nodes and weights of panels, a row of edges for each of several integrals.
panels <- function(edges) {
  wide <- t(diff(t(edges))) / 2
  middle <- edges[, -ncol(edges), drop = FALSE] + wide
  count <- ncol(wide)
  node <- rep(rule$node, each = nrow(edges))
  weight <- rep(rule$weight, each = nrow(edges))
  list(at = do.call(cbind, lapply(1:count, function(i) matrix(middle[, i] + wide[, i] * node, nrow(edges)))),
       weight = do.call(cbind, lapply(1:count, function(i) matrix(wide[, i] * weight, nrow(edges)))))
}

# E f(S) for S the root of chi-squared over its degrees of freedom; f takes many s at once.
over_error <- function(f, df) {
  s <- panels(t(sqrt(qchisq(c(1e-15, 1e-4, 0.1, 0.5, 0.9, 0.9999, 1 - 1e-15), df) / df)))
  at <- as.vector(s$at)
  sum(f(at) * exp(log(2 * at * df) + dchisq(df * at^2, df, log = TRUE)) * as.vector(s$weight))
}

# Integrals over -9 to 9 in panels that end at `edges`, a row for each; g takes a matrix.
over_normal <- function(g, edges) {
  edges <- cbind(-9, matrix(pmin(pmax(edges, -9), 9), nrow(edges)), 9)
  z <- panels(t(apply(edges, 1, sort)))
  rowSums(g(z$at) * z$weight)
}

# One minus the chance that all |T| stay below c, correlations l_i l_j.
dunnett_two <- function(c, l, df) over_error(function(s) {
  over_normal(function(z) {
    inside <- 1
    for (one in l) inside <- inside * (pnorm((c * s - one * z) / sqrt(1 - one^2)) -
                                         pnorm((-c * s - one * z) / sqrt(1 - one^2)))
    dnorm(z) * (1 - inside)
  }, matrix(c(-3, 0, 3), length(s), 3, byrow = TRUE))
}, df)

# Of contrasts that span two dimensions: given the first variable, the second lies between bounds.
plane_two <- function(c, rows, df) {
  # Where two of the bounds of the second variable cross, the integrand bends; for s = 1.
  bends <- c(-3, 0, 3) / c
  for (i in seq_len(nrow(rows))) for (j in seq_len(nrow(rows))) if (i < j) {
    m <- rows[c(i, j), ]
    if (abs(det(m)) > 1e-9) for (first in c(-1, 1)) bends <- c(bends, solve(m, c(first, 1))[1], solve(m, c(first, -1))[1])
  }
  flat <- abs(rows[, 2]) < 1e-9
  if (any(flat)) bends <- c(bends, 1 / rows[flat, 1], -1 / rows[flat, 1])
  over_error(function(s) over_normal(function(z) {
    low <- z - Inf; high <- z + Inf
    for (i in which(!flat)) {
      one <- (c * s - rows[i, 1] * z) / rows[i, 2]; other <- (-c * s - rows[i, 1] * z) / rows[i, 2]
      low <- pmax(low, pmin(one, other)); high <- pmin(high, pmax(one, other))
    }
    inside <- pmax(pnorm(high) - pnorm(low), 0)
    for (i in which(flat)) inside <- inside * (abs(rows[i, 1] * z) <= c * s)
    dnorm(z) * (1 - inside)
  }, outer(c * s, bends)), df)
}

critical <- function(tail, level) uniroot(function(c) log(tail(c) / level), c(1, 8), tol = 1e-12)$root

emit_contrasts <- function(case, name, estimates, errors, p, crit) {
  for (i in seq_along(estimates)) {
    emit_interval(case, paste(name, i, sep = "."), estimates[i], estimates[i] - crit * errors[i],
                  estimates[i] + crit * errors[i])
    emit(case, paste(name, i, "p_value", sep = "."), p[i])
  }
  emit(case, paste0(name, ".critical"), crit)
}

one_sided <- function(t, correlation, df) vapply(t, function(one) {
  m <- nrow(correlation)
  if (m == 1) return(pt(one, df, lower.tail = FALSE))
  1 - pmvt(rep(-Inf, m), rep(one, m), df = df, corr = correlation, algorithm = TVPACK(1e-13))[1]
}, 0)

for (d in cases("arms.csv")) {
  case <- d$case[1]
  d$arm <- factor(d$arm)
  k <- nlevels(d$arm)
  n <- as.vector(table(d$arm))
  fit <- lm(y ~ 0 + arm, d)
  means <- coef(fit)
  df <- df.residual(fit)
  mean_square <- sum(resid(fit)^2) / df
  scores <- as.vector(tapply(d$score, d$arm, mean))

  # Single contrasts: the others together against the first, and the slope over the scores.
  pooled <- c(-1, rep(1 / (k - 1), k - 1))
  slope <- (scores - mean(scores)) / sum((scores - mean(scores))^2)
  rows <- rbind(pooled, slope)
  estimates <- as.vector(rows %*% means)
  spread <- rows %*% vcov(fit) %*% t(rows)
  t <- estimates / sqrt(diag(spread))
  for (sides in c("two_sided", "greater", "less")) {
    p <- switch(sides, two_sided = 2 * pt(abs(t), df, lower.tail = FALSE),
                greater = pt(t, df, lower.tail = FALSE), less = pt(t, df))
    for (i in 1:2) emit(case, paste("single", sides, i, sep = "."), p[i])
  }
  emit_contrasts(case, "single", estimates, sqrt(diag(spread)), 2 * pt(abs(t), df, lower.tail = FALSE),
                 qt(0.975, df))
  two <- 2 * pt(abs(t), df, lower.tail = FALSE)
  emit_contrasts(case, "bonferroni", estimates, sqrt(diag(spread)), p.adjust(two, "bonferroni"),
                 qt(1 - 0.025 / 2, df))
  emit_contrasts(case, "sidak", estimates, sqrt(diag(spread)), -expm1(2 * log1p(-two)),
                 qt((1 + sqrt(0.95)) / 2, df))

  # Dunnett: the first arm is the reference.
  l <- sqrt(n[-1] / (n[-1] + n[1]))
  differences <- means[-1] - means[1]
  errors <- sqrt(mean_square * (1 / n[-1] + 1 / n[1]))
  crit <- critical(function(c) dunnett_two(c, l, df), 0.05)
  emit_contrasts(case, "dunnett", differences, errors,
                 vapply(abs(differences / errors), dunnett_two, 0, l = l, df = df), crit)
  correlation <- outer(l, l)
  diag(correlation) <- 1
  if (k <= 4) {
    p <- one_sided(differences / errors, correlation, df)
    for (i in seq_along(p)) emit(case, paste("dunnett.greater", i, sep = "."), p[i])
  }

  # Tukey and Kramer.
  pairs <- combn(k, 2)
  differences <- means[pairs[1, ]] - means[pairs[2, ]]
  errors <- sqrt(mean_square * (1 / n[pairs[1, ]] + 1 / n[pairs[2, ]]))
  beyond <- function(c) ptukey(c * sqrt(2), k, df, lower.tail = FALSE)
  emit_contrasts(case, "tukey", differences, errors, beyond(abs(differences / errors)), critical(beyond, 0.05))

  # Any contrasts: of three arms two-sided, of four one-sided.
  if (k == 3) {
    rows <- rbind(c(-1, 1, 0), c(0, -1, 1), pooled, slope)
    spread <- rows %*% vcov(fit) %*% t(rows)
    correlation <- cov2cor(spread)
    e <- eigen(correlation)
    flat <- e$vectors[, 1:2] %*% diag(sqrt(e$values[1:2]))
    estimates <- as.vector(rows %*% means)
    beyond <- function(c) plane_two(c, flat, df)
    emit_contrasts(case, "max_t", estimates, sqrt(diag(spread)),
                   vapply(abs(estimates) / sqrt(diag(spread)), beyond, 0), critical(beyond, 0.05))
  }
  if (k == 4) {
    rows <- rbind(c(-1, 1, 0, 0), c(0, -1, 0.5, 0.5), slope)
    spread <- rows %*% vcov(fit) %*% t(rows)
    p <- one_sided(as.vector(rows %*% means) / sqrt(diag(spread)), cov2cor(spread), df)
    for (i in 1:3) emit(case, paste("max_t.greater", i, sep = "."), p[i])
  }

  # Student's t test of the first two arms alone.
  if (k == 2) {
    found <- t.test(y ~ relevel(arm, "b"), d, var.equal = TRUE, conf.level = 0.9)
    emit_interval(case, "student", -diff(found$estimate), found$conf.int[1], found$conf.int[2])
  }
}
finish("mvtnorm")
