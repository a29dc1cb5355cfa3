# Ranges of p from printed numbers: pt, pnorm, pchisq and pf over everything that prints the same.
# Where p may have an extreme inside the range, `optimize` on many pieces of it; ends by `uniroot`.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

around <- function(value, places) value + c(-0.5, 0.5) * 10^-places
emit_range <- function(case, name, values) {
  emit(case, paste0(name, ".low"), min(values))
  emit(case, paste0(name, ".high"), max(values))
}
size <- function(range) {
  if (range[1] <= 0 && range[2] >= 0) c(0, max(abs(range))) else sort(abs(range))
}
# All values of f at the ends and at the inner extremes of an interval.
extremes <- function(f, from, to, pieces = 40) {
  if (to - from < 1e-9) return(c(f(from), f(to)))
  cuts <- seq(from, to, length.out = pieces + 1)
  inner <- vapply(seq_len(pieces), function(i) c(
    optimize(f, cuts[i + 0:1], tol = 1e-10)$objective,
    optimize(f, cuts[i + 0:1], tol = 1e-10, maximum = TRUE)$objective), c(0, 0))
  c(vapply(cuts, f, 0), inner)
}
tail_of <- function(t, df, sides) switch(sides,
  two_sided = 2 * pt(-abs(t), df), greater = pt(t, df, lower.tail = FALSE), less = pt(t, df))

for (d in cases("printed_t_tests.csv")) {
  difference <- around(d$m1, d$m_places) - rev(around(d$m0, d$m_places))
  s1 <- pmax(around(d$s1, d$s_places), 0)
  s0 <- pmax(around(d$s0, d$s_places), 0)
  for (variance in c("pooled", "welch")) for (sides in c("two_sided", "greater", "less")) {
    p <- function(delta, a, b) {
      v <- c(a^2 / d$n1, b^2 / d$n0)
      df <- sum(v)^2 / sum(v^2 / c(d$n1 - 1, d$n0 - 1))
      se <- sqrt(sum(v))
      if (variance == "pooled") {
        df <- d$n1 + d$n0 - 2
        se <- sqrt(((d$n1 - 1) * a^2 + (d$n0 - 1) * b^2) / df * (1 / d$n1 + 1 / d$n0))
      }
      if (delta == 0) return(if (sides == "two_sided") 1 else 0.5)
      tail_of(delta / se, df, sides)
    }
    values <- c()
    for (delta in if (sides == "two_sided") size(difference) else difference) {
      for (a in s1) values <- c(values, extremes(function(b) p(delta, a, b), s0[1], s0[2], 6))
      for (b in s0) values <- c(values, extremes(function(a) p(delta, a, b), s1[1], s1[2], 6))
    }
    emit_range(d$case, paste(variance, sides, sep = "."), values)
  }
}

# t at all corners of the ranges.
for (d in cases("printed_t_tests.csv")) {
  corners <- expand.grid(
    delta = around(d$m1, d$m_places) - rev(around(d$m0, d$m_places)),
    a = pmax(around(d$s1, d$s_places), 0), b = pmax(around(d$s0, d$s_places), 0))
  pooled <- ((d$n1 - 1) * corners$a^2 + (d$n0 - 1) * corners$b^2) / (d$n1 + d$n0 - 2)
  emit_range(d$case, "pooled.t", corners$delta / sqrt(pooled * (1 / d$n1 + 1 / d$n0)))
  emit_range(d$case, "welch.t", corners$delta / sqrt(corners$a^2 / d$n1 + corners$b^2 / d$n0))
}

# F of one-way analyses by `aov` on samples that have the means and deviations: the greatest in a
# corner of the means, the least by a search within them.
sample_with <- function(n, mean, sd) mean + sd * as.vector(scale(seq_len(n)))
for (d in cases("printed_means.csv")) {
  f <- function(means, sds) {
    y <- unlist(Map(sample_with, d$n, means, sds))
    summary(aov(y ~ factor(rep(seq_along(d$n), d$n))))[[1]][1, "F value"]
  }
  low <- d$mean - 0.5 * 10^-d$m_places
  high <- d$mean + 0.5 * 10^-d$m_places
  half <- 0.5 * 10^-d$s_places
  corners <- expand.grid(Map(c, low, high))
  between <- function(m) sum(d$n * (m - sum(d$n * m) / sum(d$n))^2)
  slope <- function(m) 2 * d$n * (m - sum(d$n * m) / sum(d$n))
  best <- optim(d$mean, between, slope, method = "L-BFGS-B", lower = low, upper = high,
                control = list(factr = 0, pgtol = 0, maxit = 10000))$par
  emit(d$case[1], "f_means.low", if (between(best) < 1e-12) 0 else f(best, d$sd + half))
  sd_of_all <- function(means, sds) sd(unlist(Map(sample_with, d$n, means, sds)))
  emit(d$case[1], "sd_of_all.low", sd_of_all(best, pmax(d$sd - half, 0)))
  emit(d$case[1], "sd_of_all.high", max(apply(corners, 1, function(m) sd_of_all(m, d$sd + half))))
  emit(d$case[1], "f_means.high", max(apply(corners, 1, function(m) f(m, d$sd - half))))
}

for (d in cases("printed_f.csv")) {
  f <- pmax(around(d$f, d$f_places), 0)
  p <- around(d$p, d$p_places)
  at <- function(x) function(e) pf(x, e * d$df1, e * d$df2, lower.tail = FALSE)
  emit_range(d$case, "f", c(extremes(at(f[1]), d$least, 1, 8), extremes(at(f[2]), d$least, 1, 8)))
  emit_range(d$case, "f_plain", c(at(f[1])(1), at(f[2])(1)))
  outside <- function(e) max(at(f[2])(e) - p[2], p[1] - at(f[1])(e))
  grid <- seq(d$least, 1, length.out = 1001)
  if (d$least == 1) grid <- 1
  signs <- vapply(grid, outside, 0) <= 0
  change <- which(diff(signs) != 0)
  ends <- vapply(change, function(i) uniroot(outside, grid[i + 0:1], tol = 1e-15)$root, 0)
  ends <- c(if (signs[1]) d$least, ends, if (signs[length(signs)]) 1)
  for (i in seq_along(ends)) emit(d$case, paste0("epsilon.", i), ends[i])
  emit(d$case, "epsilon.ends", length(ends))
  emit_range(d$case, "eta", f * d$df1 / (f * d$df1 + d$df2))
}

for (d in cases("printed_statistics.csv")) {
  range <- around(d$value, d$places)
  for (sides in c("two_sided", "greater", "less")) {
    ends <- if (sides == "two_sided") size(range) else range
    emit_range(d$case, paste0("t.", sides), tail_of(ends, d$df, sides))
    both <- outer(ends, d$df + c(-0.05, 0.05), function(t, df) tail_of(t, df, sides))
    emit_range(d$case, paste0("t_df.", sides), both)
    emit_range(d$case, paste0("z.", sides), tail_of(ends, Inf, sides))
  }
  if (range[2] > 0) {
    emit_range(d$case, "chi_squared", pchisq(pmax(range, 0), d$df, lower.tail = FALSE))
  }
}

# For each middle of the bounds the widths that are possible, then the extremes over the middles.
for (d in cases("printed_estimates.csv")) {
  on <- if (d$scale == "log") log else identity
  back <- if (d$scale == "log") exp else identity
  e <- on(around(d$e, d$places)); l <- on(around(d$l, d$places)); u <- on(around(d$u, d$places))
  df <- if (d$df < 0) Inf else d$df
  q <- qt(0.975, df)
  middle <- c(l[1] + u[1], l[2] + u[2]) / 2
  emit_range(d$case, "middle", back(middle))
  emit_range(d$case, "se", c(u[1] - l[2], u[2] - l[1]) / (2 * q))
  widest <- function(m) min(m - l[1], u[2] - m)
  narrowest <- function(m) max(m - l[2], u[1] - m)
  breaks <- c((l[1] + u[2]) / 2, (l[2] + u[1]) / 2, 0)
  for (kind in c("p_of_bounds", "p")) {
    within <- if (kind == "p") c(max(middle[1], e[1]), min(middle[2], e[2])) else middle
    if (within[1] >= within[2]) {
      for (sides in c("two_sided", "greater")) emit_range(d$case, paste(kind, sides, sep = "."), NaN)
      next
    }
    at <- sort(c(within, breaks[breaks > within[1] & breaks < within[2]]))
    for (sides in c("two_sided", "greater")) {
      values <- c()
      for (i in seq_len(length(at) - 1)) for (width in c(widest, narrowest)) {
        values <- c(values, extremes(
          function(m) tail_of(q * m / width(m), df, sides), at[i], at[i + 1], 5))
      }
      emit_range(d$case, paste(kind, sides, sep = "."), values)
    }
  }
  emit(d$case, "symmetric", max(middle[1], e[1]) < min(middle[2], e[2]))
}
finish()
