# One-sided log-rank tests: the root of survdiff's statistic with the sign of observed less expected
# in the treated group; Gehan's and Tarone and Ware's weights summed by hand. One-sided
# mantelhaen.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

emit_sides <- function(case, name, z) {
  emit(case, paste0(name, ".z"), z)
  emit(case, paste0(name, ".less"), pnorm(z))
  emit(case, paste0(name, ".greater"), pnorm(z, lower.tail = FALSE))
}

# Weighted observed less expected events of the treated, over its error, over all strata.
at_risk_z <- function(d, power) {
  gap <- 0
  v <- 0
  for (s in split(d, d$stratum)) for (t in unique(s$time[s$event == 1])) {
    at_risk <- s$time >= t
    n <- sum(at_risk)
    died <- sum(s$time == t & s$event == 1)
    n1 <- sum(at_risk & s$group == 1)
    w <- n^power
    gap <- gap + w * (sum(s$time == t & s$event == 1 & s$group == 1) - died * n1 / n)
    if (n > 1) v <- v + w^2 * died * (n - died) / (n - 1) * n1 / n * (1 - n1 / n)
  }
  gap / sqrt(v)
}

for (d in cases("survival.csv")) {
  if (!d$case[1] %in% c("two_groups", "mostly_censored", "heavy_ties", "everyone")) next
  d <- d[d$group %in% c(0, 1), ]
  for (strata in c(FALSE, TRUE)) {
    one <- d
    if (!strata) one$stratum <- 1
    name <- if (strata) "_strata" else ""
    for (rho in c(0, 1)) {
      formula <- if (strata) Surv(time, event) ~ group + strata(stratum) else Surv(time, event) ~ group
      test <- survdiff(formula, one, rho = rho)
      gap <- if (strata) rowSums(test$obs - test$exp) else test$obs - test$exp
      emit_sides(d$case[1], paste0("rho", rho, name), sign(gap[2]) * sqrt(test$chisq))
    }
    emit_sides(d$case[1], paste0("gehan", name), at_risk_z(one, 1))
    emit_sides(d$case[1], paste0("tarone_ware", name), at_risk_z(one, 0.5))
  }
}
for (d in cases("strata.csv")) {
  used <- d[d$n1 + d$n0 >= 2, ]
  tables <- with(used, array(rbind(x1, x0, n1 - x1, n0 - x0), c(2, 2, nrow(used))))
  for (correct in c(FALSE, TRUE)) for (sides in c("less", "greater")) {
    test <- mantelhaen.test(tables, alternative = sides, correct = correct)
    name <- paste0("cmh.", if (correct) "continuity" else "none", ".", sides)
    emit(d$case[1], name, test$p.value)
  }
}
finish("survival")
