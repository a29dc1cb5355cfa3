# Subjects in clusters: clubSandwich for the sandwich of lm and glm, geepack for a common
# correlation, t.test of clusters' means, anova for the correlation within clusters.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({
  library(clubSandwich)
  library(geepack)
})

for (d in cases("gee.csv")) {
  case <- d$case[1]
  for (family in c("gaussian", "binomial")) {
    d$y <- d[[family]]
    fit <- if (family == "gaussian") lm(y ~ arm + base, d) else
      glm(y ~ arm + base, binomial, d, epsilon = 1e-14)
    for (i in 1:3) emit(case, paste(family, "coef", i, sep = "."), coef(fit)[i])
    for (type in c("CR0", "CR2", "CR3")) {
      V <- vcovCR(fit, d$subject, type)
      for (i in 1:3) emit(case, paste(family, type, "se", i, sep = "."), sqrt(V[i, i]))
    }
    common <- geeglm(y ~ arm + base, id = d$subject, data = d, family = family,
                     corstr = "exchangeable", control = geese.control(epsilon = 1e-14, maxit = 500))
    k <- max(table(d$subject))
    # Not a correlation of so many values.
    if (1 + (k - 1) * common$geese$alpha <= 0) {
      emit(case, paste(family, "exchangeable.refused", sep = "."), NaN)
    } else for (i in 1:3) {
      emit(case, paste(family, "exchangeable.coef", i, sep = "."), coef(common)[i])
      emit(case, paste(family, "exchangeable.se", i, sep = "."), sqrt(diag(common$geese$vbeta))[i])
    }
    means <- aggregate(y ~ subject + arm, d, mean)
    test <- t.test(means$y[means$arm == 1], means$y[means$arm == 0], var.equal = TRUE)
    emit_interval(case, paste0(family, ".means"), diff(rev(test$estimate)), test$conf.int[1],
                  test$conf.int[2])
    emit_test(case, paste0(family, ".means"), test$statistic, test$p.value, test$parameter)
    squares <- anova(lm(y ~ factor(arm) + factor(subject), d))[["Mean Sq"]]
    size <- aggregate(y ~ subject + arm, d, length)
    n <- tapply(size$y, size$arm, sum)
    usual <- (sum(n) - sum(tapply(size$y^2, size$arm, sum) / n)) / (nrow(size) - 2)
    emit(case, paste0(family, ".correlation"),
         (squares[2] - squares[3]) / (squares[2] + (usual - 1) * squares[3]))
  }
  # The risk difference of a yes or no by a linear model.
  fit <- lm(binomial ~ arm + base, d)
  for (i in 1:3) emit(case, paste("risk.coef", i, sep = "."), coef(fit)[i])
  for (type in c("CR0", "CR2", "CR3")) {
    V <- vcovCR(fit, d$subject, type)
    for (i in 1:3) emit(case, paste("risk", type, "se", i, sep = "."), sqrt(V[i, i]))
  }
  k <- as.numeric(table(d$subject))
  cv <- sqrt(mean((k - mean(k))^2)) / mean(k)
  emit(case, "design_effect", 1 + ((1 + cv^2) * mean(k) - 1) * 0.07)
}
finish(c("clubSandwich", "geepack"))
