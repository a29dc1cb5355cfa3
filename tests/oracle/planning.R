# Power and sizes of designs: power.t.test and power.prop.test (strict, both tails), pwr for arms of
# two sizes, rpact for events, fisher.test over all tables, and base R's integrate.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({library(pwr); library(rpact)})

t_power <- function(shift, df, alpha, both) {
  critical <- qt(alpha / (1 + both), df, lower.tail = FALSE)
  pt(critical, df, shift, lower.tail = FALSE) + if (both) pt(-critical, df, shift) else 0
}

first_above <- function(power_of, target, least) {
  n <- least
  while (power_of(n) < target) n <- n + 1
  n
}

fisher_power <- function(p1, p0, n1, n0, alpha, alternative) {
  total <- 0
  for (a in 0:n1) for (b in 0:n0) {
    p <- fisher.test(matrix(c(a, n1 - a, b, n0 - b), 2), alternative = alternative, conf.int = FALSE)$p.value
    if (p <= alpha * (1 + 1e-7)) total <- total + dbinom(a, n1, p1) * dbinom(b, n0, p0)
  }
  total
}

# The covariance of a difference of means of visits, by matrices.
frison <- function(r, p, q, analysis) {
  v <- matrix(r, p + q, p + q); diag(v) <- 1
  a <- c(rep(0, p), rep(1 / q, q)); b <- c(rep(1 / p, p), rep(0, q))
  after <- a %*% v %*% a
  if (analysis == "follow_up") return(after)
  cross <- a %*% v %*% b; before <- b %*% v %*% b
  if (analysis == "change") after + before - 2 * cross else after - cross^2 / before
}

# Three arms: pwr for proportions; power.anova.test where arms are of one size, else base R.
several <- function(case, d) with(d, {
  n <- c(n1, n0, n1 + 3); risks <- c(p1, p0, (p1 + p0) / 2); pooled <- sum(risks * n) / sum(n)
  w <- sqrt(sum(n / sum(n) * (risks - pooled)^2) / (pooled * (1 - pooled)))
  emit(case, "several.proportions", pwr.chisq.test(w, sum(n), 2, alpha)$power)
  means <- c(0, difference, difference / 3); away <- sum(n * (means - sum(means * n) / sum(n))^2) / sd^2
  critical <- qf(alpha, 2, sum(n) - 3, lower.tail = FALSE)
  emit(case, "several.means", pf(critical, 2, sum(n) - 3, away, lower.tail = FALSE))
  emit(case, "several.means.equal",
       power.anova.test(3, n1, between.var = var(means), within.var = sd^2, sig.level = alpha)$power)
  w <- sqrt(mean((risks - mean(risks))^2) / (mean(risks) * (1 - mean(risks))))
  emit(case, "several.proportions.size",
       first_above(function(n) pwr.chisq.test(w, 3 * n, 2, alpha)$power, power, 2))
  emit(case, "several.means.size", first_above(function(n) {
    power.anova.test(3, n, between.var = var(means), within.var = sd^2, sig.level = alpha)$power
  }, power, 2))
})

# The effect at which a power is as wanted, by uniroot.
detectable <- function(case, d) with(d, {
  at <- function(power_of, low, high) {
    if ((power_of(low) - power) * (power_of(high) - power) > 0) return(NaN)
    uniroot(function(x) power_of(x) - power, c(low, high), tol = 1e-14, maxiter = 10000)$root
  }
  se <- sd * sqrt(1 / n1 + 1 / n0); wide <- 40 * se
  emit(case, "detectable.means", at(function(x) t_power(x / se, n1 + n0 - 2, alpha, TRUE), 1e-9, wide))
  emit(case, "detectable.paired", at(function(x) t_power(x / sd * sqrt(n1), n1 - 1, alpha, TRUE), 1e-9, wide))
  z <- qnorm(alpha / 2, lower.tail = FALSE)
  risk <- function(p1) {
    away <- abs(p1 - p0); m <- (n1 * p1 + n0 * p0) / (n1 + n0); se <- sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    at_null <- z * sqrt(m * (1 - m) * (1 / n1 + 1 / n0))
    pnorm((away - at_null) / se) + pnorm((-away - at_null) / se)
  }
  emit(case, "detectable.lower", at(risk, 1e-9, p0 - 1e-9))
  emit(case, "detectable.higher", at(risk, p0 + 1e-9, 1 - 1e-9))
  per <- sqrt(ratio / (1 + ratio)^2 * n1)
  hazard <- function(x) { shift <- abs(x) * per; pnorm(shift - z) + pnorm(-shift - z) }
  emit(case, "detectable.hazard", exp(at(hazard, -40, -1e-9)))
  ranks <- function(p) {
    shift <- (p - 0.5) * sqrt(12 * n1 * n0 / (n1 + n0 + 1))
    pnorm(shift - z) + pnorm(-shift - z)
  }
  emit(case, "detectable.superiority", at(ranks, 0.5 + 1e-9, 1 - 1e-9))
  survival(case, d, at)
})

# Patients who come in over 12 units of time and are seen for 6 more: events to expect by integrate,
# and by rpact; their power; the hazard ratio that is detected.
survival <- function(case, d, at) with(d, {
  own <- -log(1 - p0) / 10; z <- qnorm(alpha / 2, lower.tail = FALSE)
  chance <- function(h) integrate(function(u) h / (h + 0.01) * (1 - exp(-(h + 0.01) * (6 + u))), 0, 12, rel.tol = 1e-12)$value / 12
  events <- function(hr) n1 * chance(own * hr) + n0 * chance(own)
  power_of <- function(x) {
    shift <- abs(x) * sqrt(events(exp(x)) * n1 * n0 / (n1 + n0)^2)
    pnorm(shift - z) + pnorm(-shift - z)
  }
  emit(case, "survival.power", power_of(log(hazard_ratio)))
  emit(case, "survival.detectable", exp(at(power_of, -20, -1e-9)))
  seen <- getEventProbabilities(time = 18, accrualTime = c(0, 12), lambda2 = own, hazardRatio = hazard_ratio,
    dropoutRate1 = 1 - exp(-0.12), dropoutRate2 = 1 - exp(-0.12), dropoutTime = 12,
    allocationRatioPlanned = n1 / n0, maxNumberOfSubjects = n1 + n0)
  emit(case, "rpact.events", seen$cumulativeEventProbabilities * (n1 + n0))
})

# Mean width of the score intervals over all numbers of events.
widths <- function(case, d) with(d, {
  wilson <- function(n) t(sapply(0:n, function(x) suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)))
  one <- wilson(n1); other <- wilson(n0)
  emit(case, "width.one", sum(dbinom(0:n1, n1, p1) * (one[, 2] - one[, 1])))
  x <- 0:n1 / n1; y <- 0:n0 / n0
  below <- sqrt(outer((x - one[, 1])^2, (other[, 2] - y)^2, "+"))
  above <- sqrt(outer((one[, 2] - x)^2, (y - other[, 1])^2, "+"))
  emit(case, "width.two", sum(outer(dbinom(0:n1, n1, p1), dbinom(0:n0, n0, p0)) * (below + above)))
})

for (d in cases("planning.csv")) {
  case <- d$case
  with(d, {
    for (both in c(TRUE, FALSE)) {
      sides <- if (both) "two_sided" else "one_sided"
      shift <- abs(difference) / (sd * sqrt(1 / n1 + 1 / n0))
      emit(case, paste0("means.power.", sides), t_power(shift, n1 + n0 - 2, alpha, both))
      emit(case, paste0("paired.power.", sides), t_power(abs(difference) / sd * sqrt(n1), n1 - 1, alpha, both))
      if (n1 == n0) {
        own <- power.t.test(n = n1, delta = abs(difference), sd = sd, sig.level = alpha, strict = TRUE,
                            alternative = if (both) "two.sided" else "one.sided")$power
        emit(case, paste0("means.power.equal.", sides), own)
        p <- power.prop.test(n = n1, p1 = p1, p2 = p0, sig.level = alpha, strict = both,
                             alternative = if (both) "two.sided" else "one.sided")$power
        emit(case, paste0("proportions.power.equal.", sides), p)
      } else {
        own <- pwr.t2n.test(n1, n0, d = abs(difference) / sd, sig.level = alpha,
                            alternative = if (both) "two.sided" else "greater")$power
        emit(case, paste0("means.power.equal.", sides), own)
      }
      size <- first_above(function(n) {
        n1 <- ceiling(ratio * n)
        t_power(abs(difference) / (sd * sqrt(1 / n1 + 1 / n)), n1 + n - 2, alpha, both)
      }, power, 2)
      emit(case, paste0("means.size.", sides), size)
      emit(case, paste0("paired.size.", sides),
           first_above(function(n) t_power(abs(difference) / sd * sqrt(n), n - 1, alpha, both), power, 2))
      for (variance in c("pooled", "unpooled")) {
        prop <- function(n1, n0) {
          se <- sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
          m <- (n1 * p1 + n0 * p0) / (n1 + n0)
          at <- if (variance == "pooled") sqrt(m * (1 - m) * (1 / n1 + 1 / n0)) else se
          z <- qnorm(alpha / (1 + both), lower.tail = FALSE) * at
          pnorm((abs(p1 - p0) - z) / se) + if (both) pnorm((-abs(p1 - p0) - z) / se) else 0
        }
        emit(case, paste("proportions.power", variance, sides, sep = "."), prop(n1, n0))
        emit(case, paste("proportions.size", variance, sides, sep = "."),
             first_above(function(n) prop(ceiling(ratio * n), n), power, 1))
      }
      z_power <- function(shift) pnorm(shift - qnorm(alpha / (1 + both), lower.tail = FALSE)) +
        if (both) pnorm(-shift - qnorm(alpha / (1 + both), lower.tail = FALSE)) else 0
      share <- ratio / (1 + ratio)
      per <- c(schoenfeld = abs(log(hazard_ratio)) * sqrt(share * (1 - share)),
               freedman = sqrt(ratio) * abs(1 - hazard_ratio) / (1 + ratio * hazard_ratio))
      for (formula in names(per)) {
        emit(case, paste("events.power", formula, sides, sep = "."), z_power(per[[formula]] * sqrt(n1)))
        least <- first_above(function(e) z_power(per[[formula]] * sqrt(e)), power, 1)
        emit(case, paste("events.size", formula, sides, sep = "."), least)
      }
      noether <- function(n1, n0) z_power(abs(superiority - 0.5) * sqrt(12 * n1 * n0 / (n1 + n0 + 1)))
      emit(case, paste0("ranks.power.", sides), noether(n1, n0))
      emit(case, paste0("ranks.size.", sides), first_above(function(n) noether(ceiling(ratio * n), n), power, 1))
    }
    # rpact counts one tail; its number of events is not rounded.
    for (formula in c("Schoenfeld", "Freedman")) {
      found <- getSampleSizeSurvival(sided = 1, alpha = alpha, beta = 1 - power, hazardRatio = hazard_ratio,
                                     lambda2 = 0.1, typeOfComputation = formula, allocationRatioPlanned = ratio,
                                     accrualTime = c(0, 12), followUpTime = 6)
      emit(case, paste0("rpact.", tolower(formula)), ceiling(found$eventsFixed - 1e-9))
    }
    width <- function(se, df) 2 * qt(0.975, df) * se * integrate(function(s) {
      s * exp(log(2 * s * df) + dchisq(df * s^2, df, log = TRUE))
    }, 0, 1 + 14 / sqrt(2 * df), rel.tol = 1e-11, subdivisions = 2000)$value
    emit(case, "means.precision", width(sd * sqrt(1 / n1 + 1 / n0), n1 + n0 - 2))
    emit(case, "paired.precision", width(sd / sqrt(n1), n1 - 1))
    if (n1 * n0 < 1e4) for (alternative in c(two_sided = "two.sided", one_sided = if (p1 > p0) "greater" else "less"))
      emit(case, paste0("fisher.", if (alternative == "two.sided") "two_sided" else "one_sided"),
           fisher_power(p1, p0, n1, n0, alpha, alternative))
    hazard <- -log(1 - p0) / 10
    seen <- function(t) hazard / (hazard + 0.01) * (1 - exp(-(hazard + 0.01) * t))
    emit(case, "event_probability", integrate(function(u) seen(6 + u), 0, 12, rel.tol = 1e-12)$value / 12)
    for (analysis in c("follow_up", "change", "ancova"))
      emit(case, paste0("factor.", analysis), frison(p0, 2, 3, analysis))
    several(case, d)
    detectable(case, d)
    widths(case, d)
  })
}
finish(c("pwr", "rpact"))
