# Differences within pairs and correlations: the first values of each two-sample case, paired.
# Without ties wilcox.test; with ties or zeros all signs by hand. Correlations by cor.test, and by
# Bonett and Wright's formula for ranks.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

tails <- function(p_greater, p_less) {
  c(greater = p_greater, less = p_less, two.sided = min(1, 2 * min(p_greater, p_less)))
}
# All signs of up to 12 differences, which many cases share.
all_signs <- lapply(1:12, function(n) as.matrix(expand.grid(rep(list(0:1), n))))
by_hand <- function(d, zeros) {
  if (all(d == 0)) return(list(v = NaN, p = tails(NaN, NaN)))
  if (zeros == "wilcoxon") d <- d[d != 0]
  r <- rank(abs(d))[d != 0]
  sums <- all_signs[[length(r)]] %*% r
  v <- sum(r[d[d != 0] > 0])
  list(v = v, p = tails(mean(sums >= v - 1e-9), mean(sums <= v + 1e-9)))
}
for (d in cases("two_samples.csv")) {
  case <- d$case[1]
  x <- d$value[d$arm == "x"]
  y <- d$value[d$arm == "y"]
  n <- min(length(x), length(y), 12)
  x <- x[1:n]
  y <- y[1:n]
  difference <- x - y
  plain <- !anyDuplicated(abs(difference)) && all(difference != 0)
  for (zeros in c("wilcoxon", "pratt")) {
    found <- by_hand(difference, zeros)
    for (sides in c("two.sided", "greater", "less")) {
      if (plain) {
        test <- wilcox.test(difference, alternative = sides, exact = TRUE)
        stopifnot(abs(test$p.value - found$p[[sides]]) < 1e-9, test$statistic == found$v)
      }
      emit_test(case, paste(zeros, sub("[.]", "_", sides), sep = "."), found$v, found$p[[sides]])
    }
  }
  for (level in c(0.8, 0.95)) {
    walsh <- outer(difference, difference, "+")[upper.tri(diag(n), diag = TRUE)] / 2
    k <- qsignrank((1 - level) / 2, n)
    bounds <- if (k == 0) c(-Inf, Inf) else sort(walsh)[c(k, length(walsh) + 1 - k)]
    if (plain && k > 0) {
      test <- wilcox.test(difference, exact = TRUE, conf.int = TRUE, conf.level = level)
      stopifnot(all(abs(test$conf.int - bounds) < 1e-9), abs(test$estimate - median(walsh)) < 1e-9)
    }
    emit_interval(case, paste0("median.", level), median(walsh), bounds[1], bounds[2])
  }
  for (method in c("pearson", "spearman")) {
    a <- if (method == "spearman") rank(x) else x
    b <- if (method == "spearman") rank(y) else y
    broken <- n < 3 || length(unique(a)) == 1 || length(unique(b)) == 1
    r <- if (broken) NaN else cor(a, b)
    for (level in c(0.8, 0.95)) {
      width <- qnorm(0.5 + level / 2) * sqrt((if (method == "spearman") 1 + r^2 / 2 else 1) / (n - 3))
      bounds <- if (broken || n < 4 || abs(r) > 1 - 1e-12) c(NaN, NaN) else tanh(atanh(r) + c(-1, 1) * width)
      if (!anyNA(bounds) && method == "pearson") {
        stopifnot(all(abs(cor.test(a, b, conf.level = level)$conf.int - bounds) < 1e-9))
      }
      emit_interval(case, paste(method, level, sep = "."), r, bounds[1], bounds[2])
    }
    for (sides in c("two.sided", "greater", "less")) {
      name <- paste(method, "test", sub("[.]", "_", sides), sep = ".")
      if (broken || abs(r) > 1 - 1e-12) {
        emit_test(case, name, NaN, NaN)
      } else {
        test <- cor.test(a, b, alternative = sides)
        emit_test(case, name, test$statistic, test$p.value)
      }
    }
  }
  if (n < 2) {
    emit_interval(case, "fold", NaN, NaN, NaN)
  } else if (length(unique(difference)) == 1) {
    emit_interval(case, "fold", 2^-mean(difference), NaN, NaN)
  } else {
    ratio <- 2^-rev(t.test(difference, conf.level = 0.9)$conf.int)
    emit_interval(case, "fold", 2^-mean(difference), ratio[1], ratio[2])
  }
  for (sides in c("two.sided", "greater", "less")) {
    name <- paste0("paired_t.", sub("[.]", "_", sides))
    if (n < 2 || length(unique(difference)) == 1) {
      emit_test(case, name, NaN, NaN)
    } else {
      test <- t.test(difference, alternative = sides)
      emit_test(case, name, test$statistic, test$p.value)
    }
  }
}
finish()
