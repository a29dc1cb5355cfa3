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
  if (d$x1 + d$x0 == 0) next
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
