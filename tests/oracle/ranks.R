# Two samples by ranks: wilcox.test, asymptotic and exact; with ties the exact one by listing all ways
# to part up to 14 values, the first of each case. The probability of superiority by hand, from the
# matrix of all pairs rather than from ranks. What wilcox.test takes unless told, with its interval.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

# Tails of the sum of the first ranks among all ways to choose as many.
by_hand <- function(x, y) {
  r <- rank(c(x, y))
  sums <- colSums(matrix(combn(r, length(x)), length(x)))
  own <- sum(r[seq_along(x)])
  p <- c(greater = mean(sums >= own - 1e-9), less = mean(sums <= own + 1e-9))
  c(p, two.sided = min(1, 2 * min(p)))
}
sided <- c("two.sided", "greater", "less")
for (d in cases("two_samples.csv")) {
  case <- d$case[1]
  x <- d$value[d$arm == "x"]
  y <- d$value[d$arm == "y"]
  for (sides in c("two.sided", "greater", "less")) for (correct in c(FALSE, TRUE)) {
    test <- wilcox.test(x, y, alternative = sides, exact = FALSE, correct = correct)
    # R divides by a variance of 0 where all values are equal, and then prints some p of 1.
    if (length(unique(c(x, y))) == 1) test <- list(statistic = NaN, p.value = NaN)
    name <- paste("mann_whitney", sub("[.]", "_", sides), if (correct) "continuity" else "none",
                  sep = ".")
    emit_test(case, name, test$statistic, test$p.value)
  }
  tied <- anyDuplicated(c(x, y)) > 0
  a <- if (tied) head(x, 7) else x
  b <- if (tied) head(y, 7) else y
  w <- sum(outer(a, b, ">") + outer(a, b, "==") / 2)
  for (sides in sided) {
    name <- paste0("exact.", sub("[.]", "_", sides))
    if (length(unique(c(a, b))) == 1) {
      emit_test(case, name, NaN, NaN)
    } else if (tied) {
      emit_test(case, name, w, by_hand(a, b)[[sides]])
    } else {
      test <- wilcox.test(a, b, alternative = sides, exact = TRUE)
      if (choose(length(a) + length(b), length(a)) < 1e4) {
        stopifnot(abs(test$p.value - by_hand(a, b)[[sides]]) < 1e-9)
      }
      emit_test(case, name, test$statistic, test$p.value)
    }
  }
  if (length(unique(c(x, y))) > 1) {
    test <- wilcox.test(x, y)
    emit_test(case, "default", test$statistic, test$p.value)
  }
  if (!tied && max(length(x), length(y)) < 50 && qwilcox(0.025, length(x), length(y)) > 0) {
    test <- wilcox.test(x, y, conf.int = TRUE)
    emit_interval(case, "default_shift", test$estimate, test$conf.int[1], test$conf.int[2])
  }
  pairs <- outer(x, y, ">") + outer(x, y, "==") / 2
  theta <- mean(pairs)
  parts <- c(var(rowMeans(pairs)) / length(x), var(colMeans(pairs)) / length(y))
  v <- sum(parts)
  if (v == 0) v <- NaN
  half <- qnorm(0.975) * sqrt(v) / (theta * (1 - theta))
  emit_interval(case, "superiority", theta, plogis(qlogis(theta) - half),
                plogis(qlogis(theta) + half))
}
finish()
