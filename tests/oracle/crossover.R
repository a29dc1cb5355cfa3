# Two treatments in two periods: treatment and period by least squares with subjects, periods and
# treatments as factors, carry-over by the t test of the sums, Mainland and Gart's test by
# fisher.test, Prescott's by the correlation of scores and sequences. Senn 2002 prints 46.6 (standard
# error 10.8) for formoterol less salbutamol, adjusted for the period.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

tails <- function(t, df) c(two_sided = 2 * pt(-abs(t), df), greater = pt(-t, df), less = pt(t, df))
emit_effect <- function(case, effect, estimate, error, df) {
  estimate <- unname(estimate)
  error <- unname(error)
  df <- unname(df)
  for (level in c(0.95, 0.8)) {
    half <- qt(0.5 + level / 2, df) * error
    emit_interval(case, paste0(effect, "@", level), estimate, estimate - half, estimate + half)
  }
  for (sides in c("two_sided", "greater", "less")) {
    emit_test(case, paste(effect, sides, sep = "."), estimate / error, tails(estimate / error, df)[[sides]], df)
  }
}
for (d in cases("crossover.csv")) {
  case <- d$case[1]
  n <- nrow(d)
  long <- data.frame(y = c(d$first, d$second), subject = factor(rep(1:n, 2)), period = factor(rep(1:2, each = n)),
                     treated = c(d$treated_first, 1 - d$treated_first))
  fit <- summary(lm(y ~ subject + period + treated, long))
  for (effect in c("treated", "period2")) {
    row <- fit$coefficients[effect, ]
    emit_effect(case, if (effect == "treated") "treatment" else "period", row[1], row[2], fit$df[2])
  }
  test <- t.test(I(first + second) ~ factor(-treated_first), d, var.equal = TRUE)
  emit_effect(case, "carry_over", unname(test$estimate[1] - test$estimate[2]), test$stderr, test$parameter)
  if (!all(c(d$first, d$second) %in% 0:1)) next
  score <- d$first - d$second
  differ <- score != 0
  table <- table(factor(d$treated_first[differ], 1:0), factor(score[differ], c(1, -1)))
  z <- cor(score, d$treated_first) * sqrt(n - 1)
  z_tails <- c(two_sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))
  for (sides in c("two_sided", "greater", "less")) {
    p <- fisher.test(table, alternative = sub("_", ".", sides))$p.value
    emit(case, paste("mainland_gart", sides, "p_value", sep = "."), p)
    emit_test(case, paste("prescott", sides, sep = "."), z, z_tails[[sides]])
  }
}
finish()
