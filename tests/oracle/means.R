# One and two samples: mean, sd, quantile(type = 7), t.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("two_samples.csv")) {
  case <- d$case[1]
  x <- d$value[d$arm == "x"]
  y <- d$value[d$arm == "y"]
  emit(case, "describe.mean", mean(x))
  emit(case, "describe.sd", sd(x))
  q <- quantile(x, c(0, 0.25, 0.5, 0.75, 1), type = 7, names = FALSE)
  names <- c("minimum", "q1", "median", "q3", "maximum")
  for (i in seq_along(q)) emit(case, paste0("describe.", names[i]), q[i])
  for (level in c(0.95, 0.8)) {
    one <- or_nan(t.test(x, conf.level = level)$conf.int)
    if (is.null(one)) one <- c(NaN, NaN)
    emit_interval(case, paste0("mean@", level), mean(x), one[1], one[2])
    two <- or_nan(t.test(x, y, conf.level = level)$conf.int)
    if (is.null(two)) two <- c(NaN, NaN)
    emit_interval(case, paste0("difference@", level), mean(x) - mean(y), two[1], two[2])
  }
  for (sides in c("two.sided", "greater", "less")) for (equal in c(FALSE, TRUE)) {
    test <- or_nan(t.test(x, y, alternative = sides, var.equal = equal))
    if (is.null(test)) test <- list(statistic = NaN, p.value = NaN, parameter = NaN)
    name <- paste(if (equal) "student" else "welch", sub("[.]", "_", sides), sep = ".")
    emit_test(case, name, test$statistic, test$p.value, test$parameter)
  }
  for (equal in c(FALSE, TRUE)) {
    half <- sd(c(x, y)) / 2
    sided <- function(mu, side) or_nan(t.test(x, y, mu = mu, alternative = side, var.equal = equal))
    above <- sided(-half, "greater")
    if (is.null(above)) above <- list(statistic = NaN, p.value = NaN, parameter = NaN)
    name <- if (equal) "student" else "welch"
    emit_test(case, paste0(name, ".margin"), above$statistic, above$p.value, above$parameter)
  }
}
finish()
