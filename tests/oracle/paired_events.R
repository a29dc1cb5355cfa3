# Yes or no under two conditions of the same subjects: McNemar's test by mcnemar.test, the exact
# one by binom.test, mid-P by dbinom, Newcombe's method 10 from prop.test's Wilson bounds. Fagerland,
# Lydersen and Laake, Stat Med 2014;33:2850, print for 1, 1, 7, 12: Newcombe -0.507 to -0.026.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

tails <- function(z) c(two_sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))

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
    bounds <- newcombe(a, b, c, d, level)
    emit_interval(case, paste0("newcombe@", level), estimate, bounds[1], bounds[2])
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
