# Scores of estimates at a time: n times the infinitesimal jackknife of survfit's probabilities of
# states and areas, by survival's residuals.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

# What would be 0 but for rounding.
tidy <- function(x) if (abs(x) < 1e-12) 0 else x

emit_scores <- function(case, name, scores) {
  for (i in seq_len(min(6, length(scores)))) emit(case, paste0(name, ".", i), tidy(scores[i]))
  emit(case, paste0(name, ".weighted"), tidy(sum(scores * seq_along(scores))))
}

for (d in cases("competing.csv")) {
  case <- d$case[1]
  # Of one distinct time of events its residuals stop with an error of their own.
  if (length(unique(d$time[d$cause > 0])) < 2) next
  n <- nrow(d)
  d$state <- factor(d$cause, 0:max(d$cause))
  d$id <- seq_len(n)
  causes <- survfit(Surv(time, state) ~ 1, d, id = id)
  any_event <- survfit(Surv(time, cause > 0) ~ 1, d)
  for (share in c(0.2, 0.55, 0.9)) {
    at <- share * max(d$time)
    if (at <= 0) next
    of_states <- n * residuals(causes, times = at, type = "pstate")
    for (of in seq_len(max(d$cause))) {
      if (any(d$cause == of)) emit_scores(case, paste0("cause", of, "@", share), of_states[, 1 + of])
    }
    name <- paste0("survival@", share)
    emit_scores(case, name, n * residuals(any_event, times = at, type = "pstate")[, 1])
    name <- paste0("mean@", share)
    emit_scores(case, name, n * residuals(any_event, times = at, type = "auc")[, 1])
  }
}
finish("survival")
