# Miettinen-Nurminen interval of a risk difference, by hand from its definition: both risks are
# fitted under a fixed difference by a root finder on the likelihood's derivative (no cubic), the
# bounds by another on the test statistic. Newcombe, Stat Med 1998;17:873, table II method 5,
# prints (0.0528, 0.3382) for 56/70 v 48/80, (0.1700, 0.8406) for 9/10 v 3/10 and
# (-0.0326, 0.1933) for 5/56 v 0/29.
script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])
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
finish()
