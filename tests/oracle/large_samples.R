# Exact and asymptotic tests of samples beyond those of the other subjects: Fisher, Freeman and
# Halton's test of 5 x 4 tables, whose network R keeps in a large workspace; strata of up to 200,000
# patients; the signed rank test and its normal approximation.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("large_tables.csv")) {
  table <- xtabs(count ~ row + column, d)
  emit(d$case[1], "freeman_halton", fisher.test(table, workspace = 2e8)$p.value)
}
for (d in cases("large_strata.csv")) {
  table <- as.vector(t(cbind(d$x1, d$x0, d$n1 - d$x1, d$n0 - d$x0)))
  table <- array(table, c(2, 2, nrow(d)))
  for (sides in c("two.sided", "greater", "less")) {
    test <- if (nrow(d) == 1) {
      fisher.test(table[, , 1], alternative = sides, conf.int = FALSE)
    } else {
      mantelhaen.test(table, exact = TRUE, alternative = sides)
    }
    emit(d$case[1], paste0("exact.", sub("[.]", "_", sides)), test$p.value)
  }
}

for (d in cases("large_pairs.csv")) {
  case <- d$case[1]
  x <- d$value
  plain <- !anyDuplicated(abs(x)) && all(x != 0)
  ranks <- rank(abs(x))[x != 0]
  pratt <- sum(ranks[x[x != 0] > 0]) - sum(ranks) / 2
  for (sides in c("two.sided", "greater", "less")) {
    name <- sub("[.]", "_", sides)
    if (plain) {
      test <- wilcox.test(x, exact = TRUE, alternative = sides)
      emit_test(case, paste0("exact.", name), test$statistic, test$p.value)
    }
    for (correct in c(FALSE, TRUE)) {
      test <- wilcox.test(x, exact = FALSE, correct = correct, alternative = sides)
      method <- if (correct) "normal_continuity" else "normal"
      emit_test(case, paste(method, name, sep = "."), test$statistic, test$p.value)
    }
    # Pratt's ranks by the moments of their signs.
    z <- pratt / sqrt(sum(ranks^2) / 4)
    p <- c(two.sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))
    emit(case, paste0("pratt.", name), p[[sides]])
  }
  if (length(x) > 1000) next
  walsh <- sort(outer(x, x, "+")[upper.tri(diag(length(x)), diag = TRUE)] / 2)
  # The root is a Walsh average, to which it came near.
  near <- function(v) {
    found <- walsh[which.min(abs(walsh - v))]
    stopifnot(abs(found - v) < 1e-9)
    found
  }
  for (correct in c(FALSE, TRUE)) {
    test <- wilcox.test(x, exact = FALSE, correct = correct, conf.int = TRUE, tol.root = 1e-13)
    method <- if (correct) "normal_continuity" else "normal"
    emit_interval(case, paste0("median.", method), median(walsh), near(test$conf.int[1]), near(test$conf.int[2]))
  }
  if (plain) {
    test <- wilcox.test(x, exact = TRUE, conf.int = TRUE)
    emit_interval(case, "median.exact", median(walsh), test$conf.int[1], test$conf.int[2])
  }
}
finish()
