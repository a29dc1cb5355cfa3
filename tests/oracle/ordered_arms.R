# Arms in an order, and ranks within subjects: Kendall's test (its S is 2 J less the pairs of two
# arms), the exact distribution of J by convolution of wilcox's, friedman.test, and Williams' test
# as contrasts with the highest dose's standard error, by mvtnorm's TVPACK.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(mvtnorm))

# The distribution of J without ties: sums of independent rank sums, each arm beside those before.
exact_j <- function(n) {
  p <- 1
  before <- n[1]
  for (own in n[-1]) {
    p <- convolve(p, rev(dwilcox(0:(before * own), before, own)), type = "open")
    before <- before + own
  }
  p
}

williams_tail <- function(t, n, df) {
  k <- length(n) - 1
  rows <- t(sapply(seq_len(k), function(u) {
    w <- ifelse(seq_len(k) >= u, n[-1], 0)
    c(-1, w / sum(w))
  }))
  spread <- rows %*% diag(1 / n) %*% t(rows)
  limit <- t * sqrt(1 / n[1] + 1 / n[k + 1]) / sqrt(diag(spread))
  if (k == 1) return(pt(t, df, lower.tail = FALSE))
  1 - pmvt(rep(-Inf, k), limit, df = df, corr = cov2cor(spread), algorithm = TVPACK(1e-13))[1]
}

for (d in cases("arms.csv")) {
  case <- d$case[1]
  arm <- factor(d$arm)
  n <- as.vector(table(arm))
  place <- as.integer(arm)
  for (sides in c(two_sided = "two.sided", greater = "greater", less = "less")) {
    name <- c(two.sided = "two_sided", greater = "greater", less = "less")[[sides]]
    found <- cor.test(d$y, place, method = "kendall", exact = FALSE, alternative = sides)
    emit(case, paste0("jonckheere.", name), found$p.value)
  }
  later <- outer(place, place, ">")
  j <- sum(later & outer(d$y, d$y, ">")) + sum(later & outer(d$y, d$y, "==")) / 2
  emit(case, "jonckheere.j", j)
  if (!any(duplicated(d$y))) {
    p <- exact_j(n)
    above <- sum(p[(j + 1):length(p)]); below <- sum(p[1:(j + 1)])
    emit(case, "jonckheere.exact.greater", above)
    emit(case, "jonckheere.exact.less", below)
    emit(case, "jonckheere.exact.two_sided", min(1, 2 * min(above, below)))
  }
  if (length(n) <= 4) for (sides in c("greater", "less")) {
    y <- if (sides == "greater") d$y else -d$y
    means <- tapply(y, arm, mean)
    df <- length(y) - length(n)
    s <- sqrt(sum((y - means[place])^2) / df)
    doses <- length(n) - 1
    raw <- numeric(doses)
    for (i in seq_len(doses)) {
      best <- max(sapply(seq_len(i), function(u) weighted.mean(means[1 + u:i], n[1 + u:i])))
      t <- (best - means[1]) / (s * sqrt(1 / n[1] + 1 / n[i + 1]))
      emit(case, paste("williams", sides, i, "statistic", sep = "."), if (sides == "greater") t else -t)
      raw[i] <- williams_tail(t, n[1:(i + 1)], df)
    }
    adjusted <- rev(cummax(rev(raw)))
    for (i in seq_len(doses)) emit(case, paste("williams", sides, i, "p_value", sep = "."), adjusted[i])
  }
}

for (d in cases("blocks.csv")) {
  table <- tapply(d$value, list(d$subject, d$treatment), mean)
  found <- friedman.test(table)
  emit_test(d$case[1], "friedman", found$statistic, found$p.value, found$parameter)
}
finish("mvtnorm")
