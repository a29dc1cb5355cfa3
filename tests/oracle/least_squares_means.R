# Least-squares means, differences of arms and interactions of lm, glm and coxph: emmeans.
# coxph iterates to 1e-14, glm once more from its solution: their errors are an iteration behind.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(emmeans)
  library(survival)
})

emit_rows <- function(case, name, grid) {
  s <- as.data.frame(summary(grid, infer = c(TRUE, TRUE), adjust = "none", level = 0.95))
  ends <- grep("CL$", names(s))
  value <- setdiff(names(s), c("arm", "by", "contrast", "SE", "df", names(s)[ends], "t.ratio", "z.ratio", "p.value"))
  for (i in seq_len(nrow(s))) {
    emit_interval(case, paste(name, i, sep = "."), s[[value]][i], s[[ends[1]]][i], s[[ends[2]]][i])
    emit(case, paste(name, i, "se", sep = "."), s$SE[i])
    emit(case, paste(name, i, "p", sep = "."), s$p.value[i])
  }
}

emit_model <- function(case, model, fit, interaction) {
  against <- function(grid) contrast(grid, "trt.vs.ctrl", ref = 1)
  name <- function(what) paste(model, if (interaction) "by" else "plus", what, sep = ".")
  # Arms within levels vary first in emmeans, levels within arms in ours.
  each <- emmeans(fit, ~ by + arm)
  emit_rows(case, name("means"), each)
  emit_rows(case, name("differences"), against(emmeans(fit, ~ arm | by)))
  for (weights in c("equal", "proportional")) {
    over <- emmeans(fit, ~ arm, weights = weights)
    emit_rows(case, name(paste0("means_", weights)), over)
    emit_rows(case, name(paste0("differences_", weights)), against(over))
  }
  if (interaction) {
    test <- joint_tests(fit)
    row <- test[grep(":", test[["model term"]]), ]
    emit(case, name("p"), row$p.value)
  }
}

# A cell without events has no estimate; an intercept may lie far from the data.
estimated <- function(fit) {
  se <- sqrt(diag(vcov(fit)))[names(coef(fit)) != "(Intercept)"]
  !anyNA(coef(fit)) && all(is.finite(se) & se > 0 & se < 20)
}

emm_options(msg.interaction = FALSE)
for (d in cases("models.csv")) {
  case <- d$case[1]
  d$arm <- factor(d$arm)
  d$by <- factor(d$stratum)
  for (interaction in c(TRUE, FALSE)) {
    if (!all(table(d$arm, d$by)) || nlevels(d$by) < 2) next
    right <- if (interaction) ~ arm * by + z else ~ arm + by + z
    emit_model(case, "lm", lm(update(right, y ~ .), d), interaction)
    fit <- glm(update(right, binary ~ .), binomial, d, epsilon = 1e-14, maxit = 50)
    if (estimated(fit)) emit_model(case, "logistic", fit, interaction)
  }
}
for (case in c("two_groups", "heavy_ties", "mostly_censored")) {
  d <- cases("survival.csv")[[case]]
  d$arm <- factor(d$group)
  d$by <- factor(d$stratum)
  for (interaction in c(TRUE, FALSE)) {
    right <- if (interaction) ~ arm * by + z else ~ arm + by + z
    fit <- coxph(update(right, Surv(time, event) ~ .), d, ties = "efron",
                 control = coxph.control(eps = 1e-14, iter.max = 100))
    if (!estimated(fit)) next
    emit_rows(case, paste("cox", if (interaction) "by" else "plus", "differences", sep = "."),
              contrast(emmeans(fit, ~ arm | by), "trt.vs.ctrl", ref = 1))
    if (!interaction) next
    b <- grep(":", names(coef(fit)))
    chi <- sum(coef(fit)[b] * solve(vcov(fit)[b, b], coef(fit)[b]))
    emit_test(case, "cox.interaction", chi, pchisq(chi, length(b), lower.tail = FALSE))
  }
}
for (d in cases("counts.csv")) {
  case <- d$case[1]
  d$arm <- factor(d$arm)
  d$by <- factor(d$age > 50)
  if (!all(table(d$arm, d$by)) || nlevels(d$by) < 2) next
  fit <- glm(y ~ arm * by + offset(log(time)), poisson, d, epsilon = 1e-14, maxit = 50)
  fit <- update(fit, start = coef(fit))
  if (estimated(fit)) emit_rows(case, "poisson.differences",
                               contrast(emmeans(fit, ~ arm | by), "trt.vs.ctrl", ref = 1))
}
finish(c("emmeans", "survival"))
