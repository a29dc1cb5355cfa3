# Arms in an order, and ranks within subjects: Kendall's test (its S is 2 J less the pairs of two
# arms), the exact distribution of J by convolution of wilcox's, friedman.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

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
}

for (d in cases("blocks.csv")) {
  table <- tapply(d$value, list(d$subject, d$treatment), mean)
  found <- friedman.test(table)
  emit_test(d$case[1], "friedman", found$statistic, found$p.value, found$parameter)
}
finish()
