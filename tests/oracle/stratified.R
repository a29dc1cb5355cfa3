# Strata of 2x2 tables: mantelhaen.test (test, common odds ratio, its interval), and by hand the
# pooled risk difference with both variances. mantelhaen.test stops at a stratum of fewer than
# two patients, so those are dropped first. metafor has its own script.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("strata.csv")) {
  this <- d$case[1]
  used <- d[d$n1 + d$n0 >= 2, ]
  tables <- with(used, array(rbind(x1, x0, n1 - x1, n0 - x0), c(2, 2, nrow(used))))
  for (correct in c(FALSE, TRUE)) {
    test <- mantelhaen.test(tables, correct = correct)
    name <- if (correct) "cmh.continuity" else "cmh.none"
    emit_test(this, name, test$statistic, test$p.value)
  }
  test <- mantelhaen.test(tables)
  odds <- unname(test$estimate)
  interval <- if (is.finite(log(odds))) test$conf.int else c(NaN, NaN)
  emit_interval(this, "odds_ratio", odds, interval[1], interval[2])

  both <- d[d$n1 > 0 & d$n0 > 0, ]
  with(both, {
    n <- n1 + n0
    w <- n1 * n0 / n
    p1 <- x1 / n1
    p0 <- x0 / n0
    rd <- sum(w * (p1 - p0)) / sum(w)
    robins <- sum(w^2 * (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)) / sum(w)^2
    # Sato 1989, equation for the variance in terms of P_k and Q_k.
    P <- (n1 / n)^2 * x0 - (n0 / n)^2 * x1 + (n1 / n) * (n0 / n) * (n0 - n1) / 2
    Q <- (x1 * (n0 - x0) / n + x0 * (n1 - x1) / n) / 2
    sato <- (rd * sum(P) + sum(Q)) / sum(w)^2
    for (name in c("sato", "robins")) {
      se <- sqrt(get(name))
      if (se == 0) se <- NaN
      emit_interval(this, paste0("risk_difference.", name), rd,
                    rd - qnorm(0.975) * se, rd + qnorm(0.975) * se)
    }
  })
}
finish()
