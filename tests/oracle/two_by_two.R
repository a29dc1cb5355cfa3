# Two arms, a binary outcome. Base R throughout: prop.test, binom.test, fisher.test, chisq.test;
# Newcombe's interval from prop.test's Wilson bounds, Wald, Katz and Woolf by their formulas.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("two_by_two.csv")) with(d, {
  for (level in c(0.95, 0.9)) {
    tag <- function(name) paste0(name, "@", level)
    z <- qnorm(0.5 + level / 2)
    wilson1 <- prop.test(x1, n1, correct = FALSE, conf.level = level)
    wilson0 <- prop.test(x0, n0, correct = FALSE, conf.level = level)
    exact1 <- binom.test(x1, n1, conf.level = level)$conf.int
    exact0 <- binom.test(x0, n0, conf.level = level)$conf.int
    p1 <- x1 / n1
    p0 <- x0 / n0
    w1 <- wilson1$conf.int
    w0 <- wilson0$conf.int
    emit_interval(case, tag("wilson1"), p1, w1[1], w1[2])
    emit_interval(case, tag("wilson0"), p0, w0[1], w0[2])
    # prop.test leaves the correction out within half an event of the null hypothesis.
    corrected <- function(x, n) {
      prop.test(x, n, p = if (2 * x == n) 0.1 else 0.5, conf.level = level)$conf.int
    }
    w <- corrected(x1, n1)
    emit_interval(case, tag("wilson_corrected1"), p1, w[1], w[2])
    w <- corrected(x0, n0)
    emit_interval(case, tag("wilson_corrected0"), p0, w[1], w[2])
    emit_interval(case, tag("clopper_pearson1"), p1, exact1[1], exact1[2])
    emit_interval(case, tag("clopper_pearson0"), p0, exact0[1], exact0[2])

    low <- p1 - p0 - sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2)
    high <- p1 - p0 + sqrt((w1[2] - p1)^2 + (p0 - w0[1])^2)
    emit_interval(case, tag("newcombe"), p1 - p0, low, high)
    # Altman 1998: through infinity where the interval contains no difference.
    needed <- if (low != 0 && high != 0) sort(-1 / c(low, high)) else c(NaN, NaN)
    emit_interval(case, tag("nnt"), if (p1 == p0) Inf else 1 / (p0 - p1),
                  needed[1], needed[2])

    se <- sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    if (se == 0) se <- NaN
    emit_interval(case, tag("wald"), p1 - p0, p1 - p0 - z * se, p1 - p0 + z * se)
    both <- suppressWarnings(prop.test(c(x1, x0), c(n1, n0), conf.level = level))$conf.int
    if (is.nan(se)) both <- c(NaN, NaN)
    emit_interval(case, tag("wald_corrected"), p1 - p0, both[1], both[2])

    se <- sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
    if (!is.finite(se) || se == 0) se <- NaN
    ratio <- p1 / p0
    emit_interval(case, tag("katz"), ratio, exp(log(ratio) - z * se), exp(log(ratio) + z * se))

    odds <- x1 * (n0 - x0) / (x0 * (n1 - x1))
    se <- sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x0 + 1 / (n0 - x0))
    if (!is.finite(se)) se <- NaN
    emit_interval(case, tag("woolf"), odds, exp(log(odds) - z * se), exp(log(odds) + z * se))
  }
  square <- matrix(c(x1, x0, n1 - x1, n0 - x0), 2)
  for (sides in c("two.sided", "greater", "less")) {
    p <- fisher.test(square, alternative = sides)$p.value
    emit(case, paste0("fisher.", sub("[.]", "_", sides), ".p_value"), p)
  }
  for (correct in c(FALSE, TRUE)) {
    test <- chisq.test(square, correct = correct)
    name <- if (correct) "chi_squared.continuity" else "chi_squared.none"
    emit_test(case, name, test$statistic, test$p.value)
  }
})
finish()
