# The main results of the three real trials, end to end in R, from the canonical CSVs that ingest
# writes: nothing of trialtrace but these files is used.
# Use: Rscript real_trials.R results/ out.csv; trials whose folder is not there are left out.
# A line is trial, result (the identifier without its trial), component, value with 17 digits.
suppressPackageStartupMessages({library(survival); library(car)})
options(contrasts = c("contr.sum", "contr.poly"), warn = -1)
given <- commandArgs(TRUE)
lines <- character()

emit <- function(trial, result, value, low = NULL, high = NULL) {
  values <- c(value = unname(value), ci_low = unname(low), ci_high = unname(high))
  text <- ifelse(is.na(values), "NaN", format(values, digits = 17, trim = TRUE))
  lines <<- c(lines, paste(trial, result, names(values), text, sep = ","))
}
table_of <- function(trial, name) read.csv(file.path(given[1], trial, "raw", name))
z <- qnorm(0.975)

wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int

compare <- function(trial, analysis, end, x1, n1, x0, n0) {
  cells <- matrix(c(x1, n1 - x1, x0, n0 - x0), 2)
  at <- function(method) paste0(analysis, "/", method, "@", end)
  w1 <- wilson(x1, n1)
  w0 <- wilson(x0, n0)
  p1 <- x1 / n1
  p0 <- x0 / n0
  emit(trial, at("risk_difference.newcombe"), p1 - p0,
       p1 - p0 - sqrt((p1 - w1[1])^2 + (w0[2] - p0)^2),
       p1 - p0 + sqrt((w1[2] - p1)^2 + (p0 - w0[1])^2))
  error <- sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
  ratio <- p1 / p0
  emit(trial, at("risk_ratio.katz_log"), ratio, ratio * exp(-z * error), ratio * exp(z * error))
  emit(trial, at("p_value.fisher"), fisher.test(cells)$p.value)
  cells
}

elmunzer <- function(trial = "elmunzer2012") {
  d <- table_of(trial, "indo_rct.csv")
  treated <- d$rx == "1_indomethacin"
  event <- d$outcome == "1_yes"
  pair <- "indomethacin-placebo"
  count <- function(keep, x) c(sum(x[keep & treated]), sum(keep & treated),
                               sum(x[keep & !treated]), sum(keep & !treated))
  everyone <- rep(TRUE, nrow(d))
  k <- count(everyone, event)
  cells <- compare(trial, "pep_primary", pair, k[1], k[2], k[3], k[4])
  odds <- cells[1, 1] * cells[2, 2] / (cells[1, 2] * cells[2, 1])
  error <- sqrt(sum(1 / cells))
  emit(trial, paste0("pep_primary/odds_ratio.woolf@", pair), odds, odds * exp(-z * error),
       odds * exp(z * error))
  for (arm in c("indomethacin", "placebo")) {
    own <- if (arm == "placebo") !treated else treated
    share <- wilson(sum(event[own]), sum(own))
    emit(trial, paste0("pep_primary/proportion.wilson@", arm), mean(event[own]), share[1],
         share[2])
    bled <- binom.test(sum(d$bleed[own] == 1, na.rm = TRUE), sum(own))
    emit(trial, paste0("bleeding/proportion.clopper_pearson@", arm), bled$estimate,
         bled$conf.int[1], bled$conf.int[2])
  }
  for (correct in c(FALSE, TRUE)) {
    name <- paste0("chi_squared", if (correct) "_continuity")
    test <- chisq.test(cells, correct = correct)
    emit(trial, paste0("pep_other_tests/p_value.", name, "@", pair), test$p.value)
  }
  strata <- table(treated, event, d$site)[c("TRUE", "FALSE"), c("TRUE", "FALSE"), ]
  test <- mantelhaen.test(strata, correct = FALSE)
  emit(trial, paste0("pep_by_site/p_value.cochran_mantel_haenszel@", pair), test$p.value)
  emit(trial, paste0("pep_by_site/odds_ratio.mantel_haenszel@", pair), test$estimate,
       test$conf.int[1], test$conf.int[2])
  for (by in c("sod", "pdstent")) for (level in c("No", "Yes")) {
    k <- count(d[[by]] == c(No = "0_no", Yes = "1_yes")[level], event)
    analysis <- if (by == "sod") "pep_by_sod" else "pep_by_stent"
    compare(trial, analysis, paste0(pair, ";stratum=", by, "=", level), k[1], k[2], k[3], k[4])
  }
  k <- count(everyone, !is.na(d$bleed) & d$bleed == 1)
  invisible(compare(trial, "bleeding", pair, k[1], k[2], k[3], k[4]))
}

# The difference at which the score statistic of Miettinen and Nurminen is `at`, each share under it
# the root of its score.
score_bound <- function(x1, n1, x0, n0, at, reach) {
  score <- function(d) {
    slope <- function(p) x1 / (p + d) - (n1 - x1) / (1 - p - d) + x0 / p - (n0 - x0) / (1 - p)
    ends <- c(max(0, -d), min(1, 1 - d)) + c(1, -1) * 1e-12
    p <- uniroot(slope, ends, tol = 1e-15)$root
    error <- sqrt(((p + d) * (1 - p - d) / n1 + p * (1 - p) / n0) * (n1 + n0) / (n1 + n0 - 1))
    (x1 / n1 - x0 / n0 - d) / error - at
  }
  uniroot(score, reach, tol = 1e-14)$root
}

ruetzler <- function(trial = "ruetzler2013") {
  d <- table_of(trial, "licorice_gargle.csv")
  pair <- "licorice-sugar"
  visits <- c("30_min" = "pacu30min_throatPain", "90_min" = "pacu90min_throatPain",
              "4_h" = "postOp4hour_throatPain", next_morning = "pod1am_throatPain")
  ranks <- function(end, x, y) {
    test <- wilcox.test(x, y, exact = FALSE, correct = FALSE)
    emit(trial, sub("STAT", "p_value.mann_whitney", end), test$p.value)
    emit(trial, sub("STAT", "u.mann_whitney", end), test$statistic)
  }
  fisher <- numeric()
  for (visit in names(visits)) {
    pain <- d[[visits[visit]]]
    x <- pain[d$treat == 1 & !is.na(pain)]
    y <- pain[d$treat == 0 & !is.na(pain)]
    end <- paste0(pair, ";visit=", visit)
    cells <- compare(trial, "sore_throat_each_time", end, sum(x > 0), length(x), sum(y > 0),
                     length(y))
    fisher[visit] <- fisher.test(cells)$p.value
    ranks(paste0("throat_pain_ordinal/STAT@", end), x, y)
  }
  holm <- p.adjust(fisher, "holm")
  for (visit in names(visits)) {
    name <- paste0("sore_throat_each_time/p_adjusted.holm_fisher@", pair, ";visit=", visit)
    emit(trial, name, holm[visit])
  }
  licorice <- d$treat == 1
  sore <- d$postOp4hour_throatPain > 0
  end <- paste0("@", pair, ";visit=4_h")
  lost <- function(own) sum(is.na(sore[own]))
  share <- function(own, lost) (sum(sore[own], na.rm = TRUE) + lost) / sum(own)
  emit(trial, paste0("sore_throat_4h_missing/risk_difference_lowest.best_worst", end),
       share(licorice, 0) - share(!licorice, lost(!licorice)))
  emit(trial, paste0("sore_throat_4h_missing/risk_difference_highest.best_worst", end),
       share(licorice, lost(licorice)) - share(!licorice, 0))
  at <- function(name) paste0("sore_throat_4h_intervals/", name, end)
  cells <- table(!sore, !licorice)
  x <- cells[1, ]
  n <- colSums(cells)
  difference <- x[1] / n[1] - x[2] / n[2]
  wald <- prop.test(x, n, correct = FALSE)$conf.int
  emit(trial, at("risk_difference.wald"), difference, wald[1], wald[2])
  emit(trial, at("risk_difference.miettinen_nurminen"), difference,
       score_bound(x[1], n[1], x[2], n[2], z, c(-0.9, difference)),
       score_bound(x[1], n[1], x[2], n[2], -z, c(difference, 0.9)))
  for (correct in c(FALSE, TRUE)) {
    name <- paste0("chi_squared", if (correct) "_continuity")
    test <- chisq.test(cells, correct = correct)
    emit(trial, at(paste0("p_value.", name)), test$p.value)
    emit(trial, at(paste0("chi_squared.", name)), test$statistic)
  }
  swallow <- d$pacu30min_swallowPain
  ranks(paste0("swallowing_pain/STAT@", pair), swallow[d$treat == 1 & !is.na(swallow)],
        swallow[d$treat == 0 & !is.na(swallow)])
  whole <- d[complete.cases(d[visits]), ]
  arm <- factor(whole$treat)
  visit <- factor(names(visits), names(visits))
  fit <- Anova(lm(as.matrix(whole[visits]) ~ arm), idata = data.frame(visit), idesign = ~visit,
               type = "III")
  s <- summary(fit, multivariate = FALSE)
  u <- unclass(s$univariate.tests)
  rows <- c(arm = "arm", visit = "visit", arm_visit = "arm:visit")
  for (effect in names(rows)) {
    row <- u[rows[effect], ]
    at <- function(stat) paste0("throat_pain_over_time/", stat, ".mixed_anova@all;effect=", effect)
    emit(trial, at("f"), row["F value"])
    emit(trial, at("p_uncorrected"), row["Pr(>F)"])
    if (effect == "arm") next
    adjusted <- s$pval.adjustments[rows[effect], ]
    emit(trial, at("epsilon_gg"), adjusted["GG eps"])
    emit(trial, at("p_gg"), adjusted["Pr(>F[GG])"])
    emit(trial, at("p_hf"), adjusted["Pr(>F[HF])"])
  }
}

moertel <- function(trial = "moertel1990") {
  d <- table_of(trial, "colon.csv")
  recurrence <- d[d$etype == 1, ]
  death <- d[d$etype == 2, ]
  death <- death[match(recurrence$id, death$id), ]
  free <- recurrence
  free$time <- ifelse(recurrence$status == 1 & death$status == 1,
                      pmin(recurrence$time, death$time),
               ifelse(recurrence$status == 1, recurrence$time,
               ifelse(death$status == 1, death$time, pmin(recurrence$time, death$time))))
  free$status <- pmax(recurrence$status, death$status)
  arms <- c(Obs = "observation", Lev = "lev", "Lev+5FU" = "lev_5fu")
  cox <- function(analysis, e, ties) {
    # Numbers, since a truth value would be coded as a factor by the contrasts above.
    fit <- coxph(Surv(time, status) ~ as.numeric(rx == "Lev+5FU") + as.numeric(rx == "Lev"), e,
                 ties = ties, control = coxph.control(eps = 1e-14, iter.max = 100))
    interval <- exp(confint(fit))
    for (i in 1:2) {
      at <- paste0("@", c("lev_5fu", "lev")[i], "-observation")
      emit(trial, paste0(analysis, "/hazard_ratio.cox", at), exp(coef(fit)[i]), interval[i, 1],
           interval[i, 2])
      p <- summary(fit)$coefficients[i, "Pr(>|z|)"]
      emit(trial, paste0(analysis, "/p_value.cox_wald", at), p)
    }
  }
  log_rank <- function(name, e) {
    test <- survdiff(Surv(time, status) ~ rx, e)
    df <- length(test$n) - 1
    emit(trial, sub("STAT", "chi_squared", name), test$chisq)
    emit(trial, sub("STAT", "p_value", name), pchisq(test$chisq, df, lower.tail = FALSE))
  }
  for (analysis in c("recurrence", "death", "disease_free")) {
    e <- list(recurrence = recurrence, death = death, disease_free = free)[[analysis]]
    cox(analysis, e, "efron")
    log_rank(paste0(analysis, "/STAT.log_rank@all"), e)
    for (arm in c("Lev+5FU", "Lev")) {
      name <- paste0(analysis, "/STAT.log_rank@", arms[arm], "-observation")
      log_rank(name, e[e$rx %in% c(arm, "Obs"), ])
    }
    for (arm in names(arms)) {
      own <- e[e$rx == arm, ]
      fit <- survfit(Surv(time, status) ~ 1, own, conf.type = "log-log")
      at <- summary(fit, times = c(365, 1095, 1826))
      for (i in 1:3) {
        name <- paste0(analysis, "/survival.kaplan_meier@", arms[arm], ";time=", at$time[i])
        emit(trial, name, at$surv[i], at$lower[i], at$upper[i])
        risk <- paste0(analysis, "/at_risk.count@", arms[arm], ";time=", at$time[i])
        emit(trial, risk, at$n.risk[i])
      }
      q <- quantile(fit, 0.5)
      name <- paste0(analysis, "/median_time.kaplan_meier@", arms[arm])
      emit(trial, name, q$quantile, q$lower, q$upper)
    }
    # Means until 1,826 days, with the errors that survival prints, and their differences.
    mean_of <- function(arm) {
      fit <- survfit(Surv(time, status) ~ 1, e[e$rx == arm, ])
      summary(fit, rmean = 1826)$table[c("rmean", "se(rmean)")]
    }
    within <- function(name, mean, error) {
      emit(trial, paste0(analysis, name), mean, mean - qnorm(0.975) * error,
           mean + qnorm(0.975) * error)
    }
    means <- sapply(names(arms), mean_of)
    for (arm in names(arms)) {
      within(paste0("/mean_time.restricted@", arms[arm]), means[1, arm], means[2, arm])
    }
    for (arm in c("Lev+5FU", "Lev")) {
      at <- paste0("@", arms[arm], "-observation")
      difference <- means[1, arm] - means[1, "Obs"]
      error <- sqrt(means[2, arm]^2 + means[2, "Obs"]^2)
      within(paste0("/mean_time_difference.restricted", at), difference, error)
      emit(trial, paste0(analysis, "/p_value.restricted_difference", at),
           2 * pnorm(-abs(difference / error)))
    }
  }
  cox("recurrence_breslow", recurrence, "breslow")
  q <- quantile(survfit(Surv(time, 1 - status) ~ 1, death, conf.type = "log-log"), 0.5)
  emit(trial, "death/follow_up.reverse_kaplan_meier@all", q$quantile, q$lower, q$upper)
}

known <- list(elmunzer2012 = elmunzer, ruetzler2013 = ruetzler, moertel1990 = moertel)
for (trial in names(known)) if (dir.exists(file.path(given[1], trial, "raw"))) known[[trial]]()
versions <- sapply(c("survival", "car"), function(p) paste(p, packageVersion(p)))
writeLines(c(paste("#", paste(c(R.version.string, versions), collapse = "; ")),
             "trial,result,component,value", lines), given[2])
