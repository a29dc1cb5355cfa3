# Ranks within subjects: friedman.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("blocks.csv")) {
  table <- tapply(d$value, list(d$subject, d$treatment), mean)
  found <- friedman.test(table)
  emit_test(d$case[1], "friedman", found$statistic, found$p.value, found$parameter)
  n <- nrow(table)
  k <- ncol(table)
  f <- (n - 1) * found$statistic / (n * (k - 1) - found$statistic)
  p <- pf(f, k - 1, (n - 1) * (k - 1), lower.tail = FALSE)
  emit_test(d$case[1], "iman_davenport", f, p, (n - 1) * (k - 1))
  ranks <- colMeans(t(apply(table, 1, rank)))
  for (i in seq_len(k)) emit(d$case[1], paste0("rank.", i), ranks[i])
}
finish()
