# At interim looks: designs with futility by rpact; conditional power by base R for one later look,
# by mvtnorm's TVPACK for two; predictive power by integrating that over the effect.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages({library(rpact); library(mvtnorm)})

spendings <- list(
  obrien_fleming = list("asOF", "bsOF", NULL, NULL), pocock = list("asP", "bsP", NULL, NULL),
  power = list("asKD", "bsKD", 2, 1.5), hwang_shih_decani = list("asHSD", "bsHSD", -4, -2)
)

power_ahead <- function(z, now, later, upper, lower, effect) {
  score <- z * sqrt(now)
  mean <- score + effect * (later - now)
  sd <- sqrt(later - now)
  a <- upper * sqrt(later); b <- lower * sqrt(later)
  first <- pnorm(a[1], mean[1], sd[1], lower.tail = FALSE)
  if (length(later) == 1) return(first)
  # Above at the second look, and at the first above its lower boundary, less above its upper one.
  both <- function(limit) {
    if (is.infinite(limit)) return(pnorm(a[2], mean[2], sd[2], lower.tail = FALSE))
    r <- sd[1] / sd[2]
    pmvnorm(rep(-Inf, 2), -c((limit - mean[1]) / sd[1], (a[2] - mean[2]) / sd[2]),
            corr = matrix(c(1, r, r, 1), 2), algorithm = TVPACK(1e-14))[1]
  }
  first + both(b[1]) - both(a[1])
}

for (d in cases("interim.csv")) {
  case <- d$case[1]
  for (name in names(spendings)) for (binding in c(FALSE, TRUE)) {
    s <- spendings[[name]]
    given <- list(kMax = nrow(d), alpha = d$alpha[1], beta = d$beta[1], sided = 1, informationRates = d$fraction,
                  typeOfDesign = s[[1]], typeBetaSpending = s[[2]], bindingFutility = binding, tolerance = 1e-10)
    if (!is.null(s[[3]])) given <- c(given, gammaA = s[[3]], gammaB = s[[4]])
    design <- do.call(getDesignGroupSequential, given)
    shown <- paste(name, if (binding) "binding" else "non_binding", sep = ".")
    for (k in seq_len(nrow(d))) emit(case, paste(shown, "upper", k, sep = "."), design$criticalValues[k])
    for (k in seq_len(nrow(d) - 1)) emit(case, paste(shown, "lower", k, sep = "."), design$futilityBounds[k])
    emit(case, paste0(shown, ".inflation"), getDesignCharacteristics(design)$inflationFactor)
  }
  now <- d$fraction[1]; z <- d$z[1]
  for (looks in seq_len(min(2, nrow(d) - 1))) {
    later <- tail(d$fraction, looks)
    upper <- rev(c(1.98, 2.4))[(3 - looks):2]; lower <- c(0.3, -Inf)[(3 - looks):2]
    for (effect in c(0, 2.5, z / sqrt(now)))
      emit(case, paste("conditional", looks, round(effect, 3), sep = "."),
           power_ahead(z, now, later, upper, lower, effect))
    for (prior in c(0, 0.5)) {
      weight <- now + prior
      mean <- (z * sqrt(now) + 2 * prior) / weight
      over <- function(e) vapply(e, power_ahead, 0, z = z, now = now, later = later, upper = upper, lower = lower)
      value <- integrate(function(u) dnorm(u) * over(mean + u / sqrt(weight)), -8, 8, rel.tol = 1e-11)$value
      emit(case, paste("predictive", looks, prior, sep = "."), value)
    }
  }
}
finish(c("rpact", "mvtnorm"))
