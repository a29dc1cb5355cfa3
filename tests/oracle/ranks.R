# Two samples by ranks: wilcox.test(exact = FALSE); the probability of superiority by
# hand, from the matrix of all pairs rather than from ranks.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

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
