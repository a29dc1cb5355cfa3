# What metafor computes of the same tables: Katz, Woolf and Wald variances, the pooled risk
# difference (Sato's variance), Breslow-Day and Tarone. No cell is ever added to.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(metafor)

for (d in cases("two_by_two.csv")) with(d, {
  for (measure in c("RD", "RR", "OR")) {
    e <- escalc(measure, ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0, to = "none")
    back <- if (measure == "RD") identity else exp
    # Only where there is an interval; estimates of 0 and infinity are in two_by_two.R.
    if (!is.finite(e$vi) || e$vi == 0) next
    estimate <- as.numeric(e$yi)
    se <- sqrt(e$vi)
    emit_interval(case, measure, back(estimate), back(estimate - qnorm(0.975) * se),
                  back(estimate + qnorm(0.975) * se))
    emit(case, paste0(measure, ".p_value"), 2 * pnorm(-abs(estimate / se)))
  }
})

for (d in cases("strata.csv")) {
  this <- d$case[1]
  if (this == "nobody") next
  used <- d[d$n1 > 0 & d$n0 > 0, ]
  with(used, {
    fit <- rma.mh(measure = "RD", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0, to = "none")
    emit_interval(this, "risk_difference.sato", fit$beta, fit$ci.lb, fit$ci.ub)
    emit(this, "risk_difference.sato.p_value", fit$pval)
    ratio <- rma.mh(measure = "RR", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0, to = "none")
    if (is.finite(ratio$beta)) {
      emit_interval(this, "risk_ratio", exp(ratio$beta), exp(ratio$ci.lb), exp(ratio$ci.ub))
      emit(this, "risk_ratio.p_value", ratio$pval)
    }
    # metafor takes a stratum in which nobody or everybody has the event into Breslow and Day's
    # statistic and makes it NA; its margins are fixed, so it is dropped here.
    varied <- x1 + x0 > 0 & x1 + x0 < n1 + n0
    if (sum(varied) > 1) {
      odds <- rma.mh(measure = "OR", ai = x1[varied], n1i = n1[varied], ci = x0[varied],
                     n2i = n0[varied], add = 0, to = "none", correct = FALSE)
      if (is.finite(odds$beta)) {
        emit(this, "odds_ratio.p_value", odds$pval)
        emit_test(this, "breslow_day", odds$BD, odds$BDp, sum(varied) - 1)
        emit_test(this, "tarone", odds$TA, odds$TAp, sum(varied) - 1)
      }
    }
  })
}
finish("metafor")
