# Miettinen-Nurminen interval and test of a risk difference and of a risk ratio (and Koopman's),
# by hand from their definition: both risks are fitted under a fixed difference or ratio by a
# root finder on the likelihood's derivative (no cubic, no quadratic), the bounds by another on
# the test statistic. Newcombe, Stat Med 1998;17:873, table II method 5,
# prints (0.0528, 0.3382) for 56/70 v 48/80, (0.1700, 0.8406) for 9/10 v 3/10 and
# (-0.0326, 0.1933) for 5/56 v 0/29.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

constrained <- function(x1, n1, x0, n0, d) {
  low <- max(0, -d)
  high <- min(1, 1 - d)
  slope <- function(p) {
    term <- function(x, n, q) {
      (if (x > 0) x / q else 0) - (if (x < n) (n - x) / (1 - q) else 0)
    }
    term(x1, n1, p + d) + term(x0, n0, p)
  }
  step <- 1e-13 * (high - low)
  if (high - low < 1e-14 || slope(low + step) <= 0) return(low)
  if (slope(high - step) >= 0) return(high)
  uniroot(slope, c(low + step, high - step), tol = 1e-16, maxiter = 10000)$root
}

excess <- function(d, x1, n1, x0, n0, z) {
  p0 <- constrained(x1, n1, x0, n0, d)
  p1 <- min(max(p0 + d, 0), 1)
  v <- (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1)
  abs(x1 / n1 - x0 / n0 - d) - z * sqrt(v)
}

bound <- function(x1, n1, x0, n0, z, end) {
  estimate <- x1 / n1 - x0 / n0
  if (estimate == end) return(end)
  near <- estimate + sign(end) * 1e-9
  uniroot(excess, sort(c(near, end)), x1, n1, x0, n0, z, tol = 1e-16, maxiter = 10000)$root
}

for (d in cases("two_by_two.csv")) with(d, for (level in c(0.95, 0.9)) {
  z <- qnorm(0.5 + level / 2)
  name <- paste0("miettinen_nurminen@", level)
  emit_interval(case, name, x1 / n1 - x0 / n0,
                bound(x1, n1, x0, n0, z, -1), bound(x1, n1, x0, n0, z, 1))
})

tails <- function(z) c(two_sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))
emit_z <- function(case, name, z) {
  for (sides in c("two_sided", "greater", "less")) {
    emit_test(case, paste0(name, ".", sides), z, tails(z)[[sides]])
  }
}

for (d in cases("two_by_two.csv")) with(d, for (margin in c(0, 0.1, -0.25)) {
  N <- n1 + n0
  p0 <- if (margin == 0) (x1 + x0) / N else constrained(x1, n1, x0, n0, margin)
  p1 <- min(max(p0 + margin, 0), 1)
  v <- p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0
  z <- (x1 / n1 - x0 / n0 - margin) / sqrt(v)
  if (v == 0) z <- NaN
  emit_z(case, paste0("difference.farrington_manning.", margin), z)
  emit_z(case, paste0("difference.miettinen_nurminen.", margin), z * sqrt((N - 1) / N))
  # The intervals of these tests have their p.
  if (margin == 0) {
    emit(case, "difference.farrington_manning.p_value", tails(z)[["two_sided"]])
    emit(case, "difference.miettinen_nurminen.p_value", tails(z * sqrt((N - 1) / N))[["two_sided"]])
  }
})

constrained_ratio <- function(x1, n1, x0, n0, r) {
  slope <- function(p) {
    (x1 + x0) / p - (if (x1 < n1) r * (n1 - x1) / (1 - r * p) else 0) -
      (if (x0 < n0) (n0 - x0) / (1 - p) else 0)
  }
  high <- min(1, 1 / r)
  if (slope(high * (1 - 1e-13)) >= 0) return(high)
  uniroot(slope, c(1e-13, 1 - 1e-13) * high, tol = 1e-17, maxiter = 10000)$root
}

z_ratio <- function(x1, n1, x0, n0, r) {
  p0 <- constrained_ratio(x1, n1, x0, n0, r)
  p1 <- min(r * p0, 1)
  (x1 / n1 - r * x0 / n0) / sqrt(p1 * (1 - p1) / n1 + r^2 * p0 * (1 - p0) / n0)
}

# The lower bound; the upper one is the reciprocal with arms swapped.
lower_ratio <- function(x1, n1, x0, n0, z) {
  if (x1 == 0) return(0)
  high <- if (x0 == 0) 15 else log(x1 * n0 / (x0 * n1)) - 1e-9
  f <- function(l) z_ratio(x1, n1, x0, n0, exp(l)) - z
  exp(uniroot(f, c(-15, high), tol = 1e-15, maxiter = 10000)$root)
}

for (d in cases("two_by_two.csv")) with(d, {
  N <- n1 + n0
  nobody <- x1 + x0 == 0
  for (level in c(0.95, 0.9)) for (how in c("miettinen_nurminen", "koopman")) {
    z <- qnorm(0.5 + level / 2) * (if (how == "koopman") 1 else sqrt(N / (N - 1)))
    low <- if (nobody) 0 else lower_ratio(x1, n1, x0, n0, z)
    high <- if (nobody) Inf else 1 / lower_ratio(x0, n0, x1, n1, z)
    emit_interval(case, paste0("ratio.", how, "@", level), (x1 / n1) / (x0 / n0), low, high)
  }
  for (margin in c(1, 0.8, 1.5)) {
    z <- if (nobody) NaN else z_ratio(x1, n1, x0, n0, margin)
    emit_z(case, paste0("ratio.koopman.", margin), z)
    emit_z(case, paste0("ratio.miettinen_nurminen.", margin), z * sqrt((N - 1) / N))
    if (margin == 1) {
      emit(case, "ratio.koopman.p_value", tails(z)[["two_sided"]])
      emit(case, "ratio.miettinen_nurminen.p_value", tails(z * sqrt((N - 1) / N))[["two_sided"]])
    }
  }
})
finish()
