# Yes or no under two conditions of the same subjects: McNemar's test by mcnemar.test, the exact
# one by binom.test, mid-P by dbinom, Newcombe's method 10 from prop.test's Wilson bounds, Wald's
# interval by its formula; Tango's interval and test by maximising the likelihood of the four
# probabilities given their difference (a root finder, no quadratic). Fagerland, Lydersen and
# Laake, Stat Med 2014;33:2850, print for 1, 1, 7, 12: Wald -0.520 to -0.052, Newcombe -0.507 to
# -0.026, Tango -0.517 to -0.026.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

tails <- function(z) c(two_sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))

# The most likely probability of the event under the reference only, if under the treatment only
# it is larger by d: the slope of the likelihood, the rest going to those who do not differ.
most_likely <- function(b, c, n, d) {
  e <- n - b - c
  low <- max(0, -d)
  high <- (1 - d) / 2
  slope <- function(q) {
    (if (b > 0) b / (q + d) else 0) + (if (c > 0) c / q else 0) -
      (if (e > 0) 2 * e / (1 - d - 2 * q) else 0)
  }
  step <- 1e-14 * (high - low)
  if (high - low < 1e-15 || slope(low + step) <= 0) return(low)
  if (slope(high - step) >= 0) return(high)
  uniroot(slope, c(low + step, high - step), tol = 1e-17, maxiter = 10000)$root
}
z_at <- function(b, c, n, d) {
  q <- if (d == 0) (b + c) / (2 * n) else most_likely(b, c, n, d)
  (b - c - n * d) / sqrt(n * (2 * q + d * (1 - d)))
}
upper <- function(b, c, n, z) {
  estimate <- (b - c) / n
  if (estimate == 1) return(1)
  f <- function(d) z_at(b, c, n, d) + z
  uniroot(f, c(estimate + 1e-10, 1 - 1e-13), tol = 1e-16, maxiter = 10000)$root
}
newcombe <- function(a, b, c, d, level) {
  n <- a + b + c + d
  wilson <- function(x) prop.test(x, n, conf.level = level, correct = FALSE)$conf.int
  one <- wilson(a + b)
  two <- wilson(a + c)
  p1 <- (a + b) / n
  p2 <- (a + c) / n
  margins <- (a + b) * (c + d) * (a + c) * (b + d)
  over <- a * d - b * c
  if (over > 0) over <- max(over - n / 2, 0)
  phi <- if (margins == 0) 0 else over / sqrt(margins)
  side <- function(x, y) sqrt(max(0, x^2 - 2 * phi * x * y + y^2))
  c(p1 - p2 - side(p1 - one[1], two[2] - p2), p1 - p2 + side(one[2] - p1, p2 - two[1]))
}

for (t in cases("paired_events.csv")) {
  a <- as.numeric(t$both)
  b <- as.numeric(t$treated_only)
  c <- as.numeric(t$reference_only)
  d <- as.numeric(t$neither)
  n <- a + b + c + d
  case <- t$case
  m <- b + c
  for (correction in c("none", "continuity")) {
    for (sides in c("two_sided", "greater", "less")) {
      off <- if (correction == "none") 0 else
        c(two_sided = sign(b - c), greater = 1, less = -1)[[sides]]
      z <- if (m == 0) NaN else (b - c - off) / sqrt(m)
      p <- tails(z)[[sides]]
      if (sides == "two_sided" && m > 0) {
        test <- mcnemar.test(matrix(c(a, b, c, d), 2), correct = correction == "continuity")
        stopifnot(abs(test$statistic - z^2) < 1e-9 * (1 + z^2))
        p <- test$p.value
      }
      emit_test(case, paste("mcnemar", correction, sides, sep = "."), z, p)
    }
  }
  one_sided <- c(greater = pbinom(b - 1, m, 0.5, lower.tail = FALSE), less = pbinom(b, m, 0.5))
  if (m > 0) for (sides in c("greater", "less")) {
    stopifnot(abs(binom.test(b, m, 0.5, sides)$p.value - one_sided[[sides]]) < 1e-12)
  }
  for (mid_p in c("none", "half_of_observed")) {
    p <- one_sided - (if (mid_p == "none") 0 else dbinom(b, m, 0.5) / 2)
    all <- c(p, two_sided = min(1, 2 * min(p)))
    for (sides in c("two_sided", "greater", "less")) {
      emit(case, paste("exact", mid_p, sides, "p_value", sep = "."), all[[sides]])
    }
  }
  estimate <- (b - c) / n
  for (level in c(0.95, 0.9)) {
    z <- qnorm(0.5 + level / 2)
    spread <- m / n - estimate^2
    half <- if (m == 0 || n %in% c(b, c)) NaN else z * sqrt(spread / n)
    emit_interval(case, paste0("wald@", level), estimate, estimate - half, estimate + half)
    bounds <- newcombe(a, b, c, d, level)
    emit_interval(case, paste0("newcombe@", level), estimate, bounds[1], bounds[2])
    emit_interval(case, paste0("tango@", level), estimate, -upper(c, b, n, z), upper(b, c, n, z))
  }
  for (margin in c(0, 0.1, -0.25)) {
    z <- if (margin == 0 && m == 0) NaN else z_at(b, c, n, margin)
    for (sides in c("two_sided", "greater", "less")) {
      emit_test(case, paste("tango", margin, sides, sep = "."), z, tails(z)[[sides]])
    }
  }
}
# Cochran's Q is the test of general association with a stratum a subject.
for (t in cases("conditions.csv")) {
  if (all(tapply(t$event, t$subject, sd) == 0)) {
    emit_test(t$case[1], "cochran_q", NaN, NaN, NaN)
    next
  }
  # mantelhaen.test refuses two conditions with more than it calls a 2 x 2 table: there McNemar's.
  if (max(t$condition) == 2) {
    wide <- matrix(t$event, ncol = 2, byrow = TRUE)
    test <- mcnemar.test(table(factor(wide[, 1], 0:1), factor(wide[, 2], 0:1)), correct = FALSE)
  } else {
    test <- mantelhaen.test(table(t$condition, t$event, t$subject))
  }
  emit_test(t$case[1], "cochran_q", test$statistic, test$p.value, test$parameter)
}
finish()
