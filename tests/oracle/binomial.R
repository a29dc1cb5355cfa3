# One proportion against a threshold, and its one-sided upper bound: binom.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("two_by_two.csv")) with(d, {
  for (arm in 1:2) {
    x <- c(x1, x0)[arm]
    n <- c(n1, n0)[arm]
    if (n == 0) next
    this <- paste0("arm", arm)
    for (threshold in c(0.1, 0.5, 0.6)) for (sides in c("two_sided", "greater", "less")) {
      p <- binom.test(x, n, threshold, alternative = sub("_", ".", sides))$p.value
      # Below the range of numbers it is 0.
      emit(case, paste(this, threshold, sides, sep = "."), if (p < 1e-300) 0 else p)
    }
    for (level in c(0.9, 0.95)) {
      bound <- binom.test(x, n, alternative = "less", conf.level = level)$conf.int[2]
      emit(case, paste0(this, ".upper@", level), bound)
    }
  }
})
finish()
