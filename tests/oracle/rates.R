# Rates per person-time: poisson.test of one arm and of two; Wald's difference by its formula. Mean
# numbers of events of patients with several: survfit's cumulative hazard with its robust error.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("rates.csv")) {
  case <- d$case[1]
  for (level in c(0.95, 0.9)) {
    one <- poisson.test(d$x1, d$t1, conf.level = level)
    emit_interval(case, paste0("garwood@", level), one$estimate, one$conf.int[1], one$conf.int[2])
  }
  x <- d$x1
  z <- qnorm(0.975)
  side <- function(p) uniroot(function(m) (ppois(x - 1, m) + ppois(x, m)) / 2 - p, c(0, 4 * x + 80), tol = 1e-14)$root
  mid <- c(if (x) side(0.975) else 0, side(0.025))
  emit_interval(case, "mid_p", x / d$t1, mid[1] / d$t1, mid[2] / d$t1)
  byar <- c(if (x) x * (1 - 1 / (9 * x) - z / (3 * sqrt(x)))^3 else 0,
            (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * sqrt(x + 1)))^3)
  emit_interval(case, "byar", x / d$t1, byar[1] / d$t1, byar[2] / d$t1)
  ends <- if (x) x * exp(c(-1, 1) * z / sqrt(x)) else c(NaN, NaN)
  emit_interval(case, "log", x / d$t1, ends[1] / d$t1, ends[2] / d$t1)
  if (d$x1 + d$x0 == 0) next
  if (d$x1 * d$x0 > 0) {
    centre <- log(d$x1 / d$t1 / (d$x0 / d$t0))
    error <- sqrt(1 / d$x1 + 1 / d$x0)
    emit_interval(case, "ratio_log", exp(centre), exp(centre - z * error), exp(centre + z * error))
    emit(case, "ratio_log.p", 2 * pnorm(-abs(centre / error)))
    n <- d$x1 + d$x0
    below <- function(p) (pbinom(x - 1, n, p) + pbinom(x, n, p)) / 2
    p <- sapply(c(0.975, 0.025), function(q) uniroot(function(p) below(p) - q, c(0, 1), tol = 1e-15)$root)
    ends <- p / (1 - p) * d$t0 / d$t1
    emit_interval(case, "ratio_mid_p", exp(centre), ends[1], ends[2])
    less <- below(d$t1 / (d$t1 + d$t0))
    emit(case, "ratio_mid_p.p", 2 * min(less, 1 - less))
    emit(case, "ratio_mid_p.less", less)
  }
  gap <- d$x1 / d$t1 - d$x0 / d$t0
  se <- sqrt(d$x1 / d$t1^2 + d$x0 / d$t0^2)
  emit_interval(case, "difference", gap, gap - qnorm(0.975) * se, gap + qnorm(0.975) * se)
  emit(case, "difference.z", gap / se)
  for (sides in c("two.sided", "less", "greater")) {
    both <- poisson.test(c(d$x1, d$x0), c(d$t1, d$t0), alternative = sides)
    name <- sub("two.sided", "two_sided", sides, fixed = TRUE)
    if (sides == "two.sided") {
      emit_interval(case, "ratio", both$estimate, both$conf.int[1], both$conf.int[2])
    }
    emit(case, paste0("ratio.", name), both$p.value)
    p <- switch(name, two_sided = 2 * pnorm(-abs(gap / se)), less = pnorm(gap / se), pnorm(gap / se, lower = FALSE))
    emit(case, paste0("difference.", name), p)
  }
}
library(survival)
for (d in cases("start_stop.csv")) {
  fit <- survfit(Surv(start, stop, event) ~ 1, d, id = subject, robust = TRUE)
  at <- quantile(d$stop, c(0.3, 0.7, 1), type = 1, names = FALSE)
  row <- findInterval(at, fit$time)
  for (i in 1:3) {
    mean <- fit$cumhaz[row[i]]
    se <- fit$std.chaz[row[i]]
    name <- paste0("mean.", i)
    emit_interval(d$case[1], paste0(name, ".plain"), mean, max(0, mean - qnorm(0.975) * se), mean + qnorm(0.975) * se)
    half <- qnorm(0.975) * se / mean
    emit_interval(d$case[1], paste0(name, ".log"), mean, mean * exp(-half), mean * exp(half))
    emit(d$case[1], paste0(name, ".se"), se)
  }
  # A Poisson process: no id, so that rows are taken as independent.
  plain <- survfit(Surv(start, stop, event) ~ 1, d)
  for (i in 1:3) emit(d$case[1], paste0("mean.", i, ".poisson"), plain$std.chaz[row[i]])
  for (variance in c("robust", "poisson")) {
    arms <- lapply(c(1, 0), function(g) {
      own <- d[d$x1 == g, ]
      if (!nrow(own) || max(own$stop) < at[1]) return(NULL)
      fit <- if (variance == "robust") survfit(Surv(start, stop, event) ~ 1, own, id = subject, robust = TRUE) else
        survfit(Surv(start, stop, event) ~ 1, own)
      last <- findInterval(at[1], fit$time)
      c(c(0, fit$cumhaz)[last + 1], c(0, fit$std.chaz)[last + 1])
    })
    if (is.null(arms[[1]]) || is.null(arms[[2]])) next
    a <- arms[[1]]; b <- arms[[2]]
    ends <- c(0, -1, 1) * qnorm(0.975)
    put <- function(name, centre, se, back) {
      e <- back(centre + ends * se)
      emit_interval(d$case[1], paste(name, variance, sep = "."), e[1], e[2], e[3])
      emit(d$case[1], paste(name, variance, "z", sep = "."), centre / se)
      emit(d$case[1], paste(name, variance, "p", sep = "."), 2 * pnorm(-abs(centre / se)))
    }
    if (a[2] + b[2] == 0) next
    put("mean_difference", a[1] - b[1], sqrt(a[2]^2 + b[2]^2), identity)
    if (min(a[1], b[1]) > 0) {
      put("mean_ratio", log(a[1] / b[1]), sqrt((a[2] / a[1])^2 + (b[2] / b[1])^2), exp)
    }
  }
}
finish("survival")
