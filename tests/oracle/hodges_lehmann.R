# wilcox.test with an interval, its root search tightened. The estimate is
# the median of all differences: R's root search stops anywhere between the two middle ones.
# Where even an infinite shift is not rejected R gives the extreme difference; written as infinite.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("two_samples.csv")) {
  case <- d$case[1]
  x <- d$value[d$arm == "x"]
  y <- d$value[d$arm == "y"]
  m <- length(x)
  n <- length(y)
  differences <- outer(x, y, "-")
  for (level in c(0.8, 0.95)) for (correct in c(FALSE, TRUE)) {
    name <- paste("shift", if (correct) "continuity" else "none", level, sep = ".")
    if (length(unique(x)) == 1 && length(unique(y)) == 1) {
      emit_interval(case, name, NaN, NaN, NaN)
      next
    }
    test <- wilcox.test(x, y, exact = FALSE, correct = correct, conf.int = TRUE,
                        conf.level = level, tol.root = 1e-15 * max(abs(c(x, y))))
    # The test of a shift beyond all differences, by wilcox.test itself.
    beyond <- wilcox.test(x - 2 * (max(abs(c(x, y))) + 1) * 3, y, exact = FALSE, correct = correct)
    # The root is a difference, to which it came near.
    near <- function(v) {
      found <- differences[which.min(abs(differences - v))]
      stopifnot(abs(found - v) < 1e-9 * (1 + abs(v)))
      found
    }
    bounds <- if (beyond$p.value >= 1 - level) c(-Inf, Inf) else sapply(test$conf.int, near)
    middle <- median(differences)
    if ((m * n) %% 2 == 1) stopifnot(abs(test$estimate - middle) < 1e-6 * (1 + abs(middle)))
    emit_interval(case, name, middle, bounds[1], bounds[2])
  }
}
finish()
