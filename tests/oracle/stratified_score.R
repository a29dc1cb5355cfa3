# Score intervals of a risk difference over strata, by hand from their definition: in each stratum
# both risks are fitted under the fixed difference by a root finder on the likelihood's derivative,
# the bounds by another on the statistic. Mee's interval and Wald's test of an odds ratio of one
# table, Yan and Su's interval by its formula.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-17, maxiter = 10000)$root
slope_term <- function(x, n, q) (if (x > 0) x / q else 0) - (if (x < n) (n - x) / (1 - q) else 0)
fitted_difference <- function(x1, n1, x0, n0, d) {
  low <- max(0, -d)
  high <- min(1, 1 - d)
  slope <- function(p) slope_term(x1, n1, p + d) + slope_term(x0, n0, p)
  step <- 1e-13 * (high - low)
  p0 <- if (d == 0) (x1 + x0) / (n1 + n0) else if (high - low < 1e-14 || slope(low + step) <= 0) low else
    if (slope(high - step) >= 0) high else root(slope, low + step, high - step)
  c(min(max(p0 + d, 0), 1), p0)
}
iterated <- function(t, p, of_first, of_second) {
  n1 <- t$n1
  n0 <- t$n0
  w <- n1 * n0 / (n1 + n0)
  for (i in 1:500) {
    last <- w
    p1 <- sum(w * p[, 1]) / sum(w)
    p0 <- sum(w * p[, 2]) / sum(w)
    a <- of_first(p1)
    b <- of_second(p0)
    if (a == 0 && b == 0) return(w)
    w <- 1 / (a / n1 + b / n0)
    w <- w / sum(w)
    # From here on every step gives the same.
    if (identical(w, last)) return(w)
  }
  w
}
score_difference <- function(t, d, weights, corrected) {
  N <- t$n1 + t$n0
  p <- t(mapply(fitted_difference, t$x1, t$n1, t$x0, t$n0, MoreArgs = list(d = d)))
  v <- (p[, 1] * (1 - p[, 1]) / t$n1 + p[, 2] * (1 - p[, 2]) / t$n0) * (if (corrected) N / (N - 1) else 1)
  spread <- function(p) p * (1 - p)
  w <- switch(weights, mantel_haenszel = t$n1 * t$n0 / N, sample_size = N,
              miettinen_nurminen = iterated(t, p, spread, spread))
  w <- w / sum(w)
  c(sum(w * (t$x1 / t$n1 - t$x0 / t$n0 - d)), sum(w^2 * v))
}
tails <- function(z) c(two_sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))
difference_interval <- function(t, z, weights, corrected) {
  at <- function(d) score_difference(t, d, weights, corrected)
  each <- t$x1 / t$n1 - t$x0 / t$n0
  estimate <- if (diff(range(each)) < 1e-15) each[1] else if (weights != "miettinen_nurminen") {
    w <- if (weights == "sample_size") t$n1 + t$n0 else t$n1 * t$n0 / (t$n1 + t$n0)
    sum(w * each) / sum(w)
  } else root(function(d) at(d)[1], min(each), max(each))
  excess <- function(d) at(d)[1]^2 - z^2 * at(d)[2]
  bound <- function(end) if (abs(estimate) > 1 - 1e-10 && sign(estimate) == end) end else
    do.call(root, c(list(excess), as.list(sort(c(estimate + end * 1e-9, end)))))
  c(estimate, bound(-1), bound(1))
}
yan_su <- function(t, z) {
  w <- t$n1 * t$n0 / (t$n1 + t$n0)
  w <- w / sum(w)
  arm <- function(x, n) {
    v <- x / n * (1 - x / n) / n
    if (all(v == 0)) return(c(NaN, NaN))
    level <- 2 * pnorm(z * sqrt(sum(w^2 * v)) / sum(w * sqrt(v))) - 1
    colSums(w * t(mapply(function(a, b) prop.test(a, b, conf.level = level, correct = FALSE)$conf.int, x, n)))
  }
  one <- arm(t$x1, t$n1)
  two <- arm(t$x0, t$n0)
  l1 <- sum(w^2 / t$n1)
  l0 <- sum(w^2 / t$n0)
  d <- sum(w * (t$x1 / t$n1 - t$x0 / t$n0))
  c(d, d - z * sqrt(l1 * one[1] * (1 - one[1]) + l0 * two[2] * (1 - two[2])),
    d + z * sqrt(l1 * one[2] * (1 - one[2]) + l0 * two[1] * (1 - two[1])))
}

for (t in cases("strata.csv")) {
  case <- t$case[1]
  t <- as.data.frame(lapply(t[c("x1", "n1", "x0", "n0")], as.numeric))
  t <- t[t$n1 > 0 & t$n0 > 0, ]
  if (nrow(t) == 0) next
  for (level in c(0.95, 0.8)) {
    z <- qnorm(0.5 + level / 2)
    for (weights in c("mantel_haenszel", "sample_size", "miettinen_nurminen")) {
      for (variance in c("miettinen_nurminen", "mee")) {
        found <- difference_interval(t, z, weights, variance != "mee")
        name <- paste("difference", weights, variance, level, sep = ".")
        emit_interval(case, name, found[1], found[2], found[3])
        none <- score_difference(t, 0, weights, variance != "mee")
        emit(case, paste0(name, ".p_value"), if (none[2] > 0) 2 * pnorm(-abs(none[1]) / sqrt(none[2])) else NaN)
      }
    }
    found <- yan_su(t, z)
    emit_interval(case, paste0("newcombe.", level), found[1], found[2], found[3])
  }
}
for (t in cases("two_by_two.csv")) for (margin in c(1, 0.8, 1.5)) {
  cells <- as.numeric(c(t$x1, t$n1 - t$x1, t$x0, t$n0 - t$x0))
  z <- ((log(cells[1]) - log(cells[3])) + (log(cells[4]) - log(cells[2])) - log(margin)) / sqrt(sum(1 / cells))
  if (any(cells == 0)) z <- NaN
  for (sides in c("two_sided", "greater", "less")) {
    emit_test(t$case[1], paste("odds", margin, sides, sep = "."), z, tails(z)[[sides]])
  }
}
for (t in cases("two_by_two.csv")) for (level in c(0.95, 0.9)) {
  found <- difference_interval(as.data.frame(lapply(t[c("x1", "n1", "x0", "n0")], as.numeric)),
                               qnorm(0.5 + level / 2), "mantel_haenszel", FALSE)
  emit_interval(t$case[1], paste0("mee@", level), found[1], found[2], found[3])
}
finish()
