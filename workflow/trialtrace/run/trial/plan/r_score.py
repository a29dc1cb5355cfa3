"""R of score tests and intervals of two risks, of one table or over strata.

No package that comes with R has them, so they stand by their definition: both risks by maximum
likelihood where their difference or ratio is held, the bounds where the statistic is the quantile.

References: Miettinen and Nurminen 1985, Stat Med 4:213; Farrington and Manning 1990, Stat Med
9:1447; Koopman 1984, Biometrics 40:513.
"""

_ROOT = """\
root <- function(of, ends) uniroot(of, sort(ends), tol = 1e-16, maxiter = 10000)$root
"""
_HELD_DIFFERENCE = (
    _ROOT
    + """\
# The risks of a of m and b of n by maximum likelihood where their difference is held at `by`.
held <- function(a, m, b, n, by) {
  slope <- function(p) a / (p + by) - (m - a) / (1 - p - by) + b / p - (n - b) / (1 - p)
  ends <- c(max(0, -by), min(1, 1 - by)) + c(1e-13, -1e-13)
  p <- if (slope(ends[1]) <= 0) ends[1] else if (slope(ends[2]) >= 0) ends[2] else
    root(slope, ends)
  c(p + by, p)
}
"""
)
_HELD_RATIO = (
    _ROOT
    + """\
# The risks of a of m and b of n by maximum likelihood where their ratio is held at `by`.
held <- function(a, m, b, n, by) {
  if (a + b == 0) return(c(0, 0))
  slope <- function(p) (a + b) / p - by * (m - a) / (1 - by * p) - (n - b) / (1 - p)
  ends <- c(1e-13, 1 - 1e-13) * min(1, 1 / by)
  p <- if (slope(ends[2]) >= 0) ends[2] else root(slope, ends)
  c(by * p, p)
}
"""
)
_P_VALUE = """\
p_of <- function(z, side) {
  c(two.sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))[[side]]
}
"""
# The quantile's statistic is not reached where the risks are as far apart as they can be.
_BOUND = """\
bound <- function(end, z) {
  if (abs(best - end) < 1e-8 || abs(z_at(end)) < z) return(end)
  side <- sign(end - best)
  root(function(by) z_at(by) + side * z, c(best + side * 1e-9, end))
}
"""

DIFFERENCE = (
    _HELD_DIFFERENCE
    + _P_VALUE
    + """\
z_at <- function(by) {
  p <- held(e1, n1, e0, n0, by)
  v <- sum(p * (1 - p) / c(n1, n0))
  if ({variance=miettinen_nurminen}) v <- v * (n1 + n0) / (n1 + n0 - 1)
  (e1 / n1 - e0 / n0 - by) / sqrt(v)
}
best <- e1 / n1 - e0 / n0
"""
    + _BOUND
)
RATIO = (
    _HELD_RATIO
    + _P_VALUE
    + """\
z_at <- function(by) {
  p <- held(e1, n1, e0, n0, by)
  v <- p[1] * (1 - p[1]) / n1 + by^2 * p[2] * (1 - p[2]) / n0
  if ({variance=miettinen_nurminen}) v <- v * (n1 + n0) / (n1 + n0 - 1)
  (e1 / n1 - by * e0 / n0) / sqrt(v)
}
best <- log((e1 / n1) / (e0 / n0))
bound <- function(side, z) {
  if (side < 0 && e1 == 0) return(0)
  if (side > 0 && e0 == 0) return(Inf)
  exp(root(function(l) z_at(exp(l)) + side * z, c(-12, 12)))
}
"""
)
ODDS = (
    _P_VALUE
    + """\
best <- log(cells[1, 1] * cells[2, 2] / (cells[1, 2] * cells[2, 1]))
error <- sqrt(sum(1 / cells))
z_at <- function(by) (best - log(by)) / error
"""
)
OVER_STRATA = """\
tables <- tables[, , apply(tables, 3, function(t) all(rowSums(t) > 0)), drop = FALSE]
e1 <- tables[1, 1, ]
n1 <- e1 + tables[1, 2, ]
e0 <- tables[2, 1, ]
n0 <- e0 + tables[2, 2, ]
"""
# Weights that follow from what they weight.
_SETTLED = """\
settled <- function(p, of_1, of_0) {
  w <- n1 * n0 / (n1 + n0)
  for (round in 1:500) {
    mean_1 <- sum(w * p[1, ]) / sum(w)
    mean_0 <- sum(w * p[2, ]) / sum(w)
    w <- 1 / (of_1(mean_1) / n1 + of_0(mean_0) / n0)
    w <- w / sum(w)
  }
  w
}
"""
STRATIFIED_DIFFERENCE = (
    _HELD_DIFFERENCE
    + _P_VALUE
    + OVER_STRATA
    + _SETTLED
    + """\
score <- function(by) {  # the weighted departure from a common difference, and its error
  p <- mapply(held, e1, n1, e0, n0, by)
  v <- (p[1, ] * (1 - p[1, ]) / n1 + p[2, ] * (1 - p[2, ]) / n0) * (n1 + n0) / (n1 + n0 - 1)
  spread <- function(p) p * (1 - p)
  w <- switch({weights}, mantel_haenszel = n1 * n0 / (n1 + n0), sample_size = n1 + n0,
              miettinen_nurminen = settled(p, spread, spread))
  w <- w / sum(w)
  c(sum(w * (e1 / n1 - e0 / n0 - by)), sqrt(sum(w^2 * v)))
}
z_at <- function(by) score(by)[1] / score(by)[2]
ends <- range(e1 / n1 - e0 / n0)
best <- if (diff(ends) < 1e-12) ends[1] else root(function(by) score(by)[1], ends)
"""
    + _BOUND
)
