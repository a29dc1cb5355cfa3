# Coefficients of models in R's default coding, of the records of a made-up trial of three arms: base
# R, sandwich, lmerTest, ordinal, survival, MASS, cmprsk.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(cmprsk)
  library(lmerTest)
  library(MASS)
  library(ordinal)
  library(sandwich)
  library(survival)
})

ours <- function(names) {
  names <- sub("^\\(Intercept\\)$", "intercept", names)
  names <- sub("^arm", "", sub("^BASE", "baseline", sub("^AGE$", "age", names)))
  names <- sub("^([0-9]+)[|][0-9]+$", "threshold=\\1", names)
  names <- sub("^SEX", "sex=", sub("^SITEID", "site=", names))
  sub("(^|:)visit", "\\1visit=", names)
}
report <- function(case, beta, se, df = Inf, visit = NULL) {
  df <- rep_len(df, length(beta))
  for (i in seq_along(beta)) {
    of <- paste(c(visit, ours(names(beta)[i])), collapse = ".")
    emit(case, paste0(of, ".coefficient"), beta[i])
    emit(case, paste0(of, ".standard_error"), se[i])
    emit(case, paste0(of, ".coefficient.low"), beta[i] - qt(0.975, df[i]) * se[i])
    emit(case, paste0(of, ".coefficient.high"), beta[i] + qt(0.975, df[i]) * se[i])
    emit(case, paste0(of, ".p_coefficient"), 2 * pt(-abs(beta[i] / se[i]), df[i]))
  }
}
errors <- function(V) sqrt(diag(as.matrix(V)))

all <- cases("coefficients.csv")
all <- lapply(all, function(d) {
  d$arm <- factor(d$TRTP, c("placebo", "high", "low"))
  d$event <- d$CNSR == 0
  d
})
adjusted <- lapply(all, function(d) d[!is.na(d$AGE) & !is.na(d$AVAL), ])
exactly <- glm.control(1e-15, 200)

d <- adjusted$RESP
fit <- glm(AVAL ~ arm + SEX + AGE, binomial, d, control = exactly)
report("logistic", coef(fit), errors(vcov(fit)))
fit <- glm(AVAL ~ arm + SEX + AGE, poisson, d, control = exactly)
report("modified_poisson", coef(fit), errors(vcovHC(fit, type = "HC0")))

d <- adjusted$SCORE
fit <- lm(AVAL ~ arm + SEX + AGE + SITEID, d)
report("ancova", coef(fit), errors(vcovHC(fit, type = "HC1")), df.residual(fit))

# lme4's optimum, polished by Newton steps of numDeriv on lme4's own deviance.
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
mixed <- function(case, model, d, visit = NULL) {
  fit <- lmer(model, d, control = tight)
  stopifnot(!isSingular(fit))
  f <- update(fit, devFunOnly = TRUE)
  theta <- getME(fit, "theta")
  for (i in 1:4) theta <- theta - numDeriv::grad(f, theta) / c(numDeriv::hessian(f, theta))
  fit <- lmer(model, d, start = theta,
              control = lmerControl(optimizer = NULL, calc.derivs = FALSE))
  found <- summary(fit)$coefficients
  report(case, found[, "Estimate"], found[, "Std. Error"], found[, "df"], visit)
}
for (week in c("week 2", "week 3")) {
  d <- subset(all$PAIN, AVISIT == week & !is.na(AVAL))
  mixed("random_cluster", AVAL ~ arm + SEX + (1 | WARD), d, week)
}
d <- subset(all$PAIN, AVISIT != "week 1" & !is.na(BASE) & !is.na(AVAL))
d$visit <- factor(d$AVISIT)
mixed("mmrm", AVAL ~ (arm + BASE + SEX) * visit + (1 | USUBJID), d)

for (visit in c("week 2", "week 3", "week 4")) {
  d <- subset(adjusted$PAIN, AVISIT == visit)
  fit <- clm(factor(AVAL) ~ arm + SEX + AGE, data = d,
             control = clm.control(gradTol = 1e-12, maxIter = 200))
  other <- polr(factor(AVAL) ~ arm + SEX + AGE, d)
  stopifnot(max(abs(coef(other) - fit$beta)) < 1e-3)
  report("proportional_odds", coef(fit), errors(vcov(fit)), visit = visit)
}

d <- adjusted$INF[!is.na(adjusted$INF$AGE), ]
fit <- coxph(Surv(TSTART, TSTOP, event) ~ arm + SEX + AGE, d, cluster = USUBJID, robust = TRUE,
             ties = "efron", control = coxph.control(1e-13, iter.max = 100))
report("lwyy", coef(fit), errors(vcov(fit)))
person <- d[!duplicated(d$USUBJID), ]
person$n <- c(tapply(d$event, d$USUBJID, sum)[person$USUBJID])
person$time <- c(tapply(d$TSTOP - d$TSTART, d$USUBJID, sum)[person$USUBJID])
model <- n ~ arm + SEX + AGE + offset(log(time))
fit <- glm.nb(model, person, control = glm.control(1e-14, 500))
report("negative_binomial", coef(fit), errors(vcov(fit)))
fit <- glm(model, poisson, person, control = exactly)
report("poisson_regression", coef(fit), errors(vcov(fit)))

fit <- coxph(Surv(AVAL, event) ~ arm + SEX + AGE, adjusted$DEATH, ties = "efron",
             control = coxph.control(1e-13, iter.max = 100))
report("cox_adjusted", coef(fit), errors(vcov(fit)))

d <- adjusted$FIRST
X <- model.matrix(~ arm + SEX + AGE, d)[, -1]
fit <- crr(d$AVAL, c(1, 0, 2)[d$CNSR + 1], X, gtol = 1e-12, maxiter = 100)
report("fine_gray", setNames(fit$coef, colnames(X)), errors(fit$var))
finish(c("cmprsk", "lmerTest", "MASS", "numDeriv", "ordinal", "sandwich", "survival"))
