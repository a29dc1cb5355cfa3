# Repeated measures: car::Anova on the multivariate linear model, sum-to-zero coding, types II and
# III; eta squared from its sums of squares. Where car has no answer base R stands in: with two
# visits epsilon is 1 by definition, and with fewer subjects than visits (car stops) aov gives the
# F test and epsilon comes from the covariance matrix of the contrasts.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(car))
options(contrasts = c("contr.sum", "contr.poly"))

emit_effect <- function(case, name, ss, df1, error, df2, other) {
  f <- (ss / df1) / (error / df2)
  values <- list(f = f, df1 = df1, df2 = df2, p_value = pf(f, df1, df2, lower.tail = FALSE),
              sum_of_squares = ss, error_sum_of_squares = error,
              partial_eta_squared = ss / (ss + error),
              generalised_eta_squared = ss / (ss + error + other))
  for (v in names(values)) emit(case, paste(name, v, sep = "."), values[[v]])
}

emit_corrected <- function(case, name, gg, p_gg, hf, p_hf) {
  emit(case, paste0(name, ".epsilon_gg"), gg)
  emit(case, paste0(name, ".p_gg"), p_gg)
  emit(case, paste0(name, ".epsilon_hf"), hf)
  emit(case, paste0(name, ".p_hf"), p_hf)
}

# Mauchly's p as published by Anderson, from car's W of d contrasts.
anderson <- function(w, d, df) {
  rho <- 1 - (2 * d^2 + d + 2) / (6 * d * df)
  second <- (d + 2) * (d - 1) * (d - 2) * (2 * d^3 + 6 * d^2 + 3 * d + 2) /
    (288 * d^2 * df^2 * rho^2)
  tails <- pchisq(-df * rho * log(w), d * (d + 1) / 2 - 1 + c(0, 4), lower.tail = FALSE)
  tails[1] + second * (tails[2] - tails[1])
}

from_car <- function(case, Y, arm, type) {
  visit <- factor(seq_len(ncol(Y)))
  model <- if (is.null(arm)) lm(Y ~ 1) else lm(Y ~ arm)
  fit <- Anova(model, idata = data.frame(visit), idesign = ~visit, type = type)
  s <- summary(fit, multivariate = FALSE)
  u <- unclass(s$univariate.tests)
  rows <- c(between = "arm", within = "visit", interaction = "arm:visit")
  if (is.null(arm)) rows <- rows["within"]
  error <- c(between = u[1, "Error SS"], within = u["visit", "Error SS"])
  for (effect in names(rows)) {
    row <- u[rows[effect], ]
    name <- paste0("type", type, ".", effect)
    other <- if (effect == "between") error["within"] else error["between"]
    emit_effect(case, name, row["Sum Sq"], row["num Df"], row["Error SS"], row["den Df"], other)
    if (effect == "between") next
    low <- 1 / (ncol(Y) - 1)
    emit(case, paste0(name, ".epsilon_lower"), low)
    emit(case, paste0(name, ".p_lower"),
         pf(row["Sum Sq"] / row["num Df"] / (row["Error SS"] / row["den Df"]),
            row["num Df"] * low, row["den Df"] * low, lower.tail = FALSE))
    if (ncol(Y) == 2) {
      emit_corrected(case, name, 1, row["Pr(>F)"], 1, row["Pr(>F)"])
    } else {
      adjusted <- s$pval.adjustments[rows[effect], ]
      emit_corrected(case, name, adjusted["GG eps"], adjusted["Pr(>F[GG])"],
                     adjusted["HF eps"], adjusted["Pr(>F[HF])"])
    }
  }
  mauchly <- if (ncol(Y) == 2) c(NaN, NaN) else unclass(s$sphericity.tests)["visit", ]
  emit(case, paste0("type", type, ".mauchly_w"), mauchly[1])
  emit(case, paste0("type", type, ".mauchly_p"), mauchly[2])
  d <- ncol(Y) - 1
  box <- -(model$df.residual - (2 * d^2 + d + 2) / (6 * d)) * log(mauchly[[1]])
  emit(case, paste0("type", type, ".mauchly_chi_squared"), box)
  emit(case, paste0("type", type, ".mauchly_p_anderson"),
       if (ncol(Y) == 2) NaN else anderson(mauchly[[1]], ncol(Y) - 1, model$df.residual))
}

from_aov <- function(case, Y) {
  n <- nrow(Y)
  k <- ncol(Y)
  long <- data.frame(y = as.vector(Y), subject = factor(rep(seq_len(n), k)),
                     visit = factor(rep(seq_len(k), each = n)))
  s <- summary(aov(y ~ visit + Error(subject / visit), long))
  table <- s[["Error: subject:visit"]][[1]]
  other <- s[["Error: subject"]][[1]][["Sum Sq"]]
  ss <- table[["Sum Sq"]]
  df <- table[["Df"]]
  emit_effect(case, "typeIII.within", ss[1], df[1], ss[2], df[2], other)
  C <- contr.helmert(k) %*% diag(1 / sqrt(colSums(contr.helmert(k)^2)))
  V <- crossprod(C, var(Y)) %*% C
  roots <- eigen(V, symmetric = TRUE)$values
  gg <- sum(roots)^2 / ((k - 1) * sum(roots^2))
  d <- n - 1
  hf <- ((d + 1) * (k - 1) * gg - 2) / ((k - 1) * (d - (k - 1) * gg))
  f <- table[["F value"]][1]
  p <- function(e) pf(f, df[1] * min(e, 1), df[2] * min(e, 1), lower.tail = FALSE)
  emit_corrected(case, "typeIII.within", gg, p(gg), hf, p(hf))
  emit(case, "typeIII.within.epsilon_lower", 1 / (k - 1))
  emit(case, "typeIII.within.p_lower", p(1 / (k - 1)))
  emit(case, "typeIII.mauchly_w", NaN)
  emit(case, "typeIII.mauchly_p", NaN)
  emit(case, "typeIII.mauchly_chi_squared", NaN)
  emit(case, "typeIII.mauchly_p_anderson", NaN)
}

# Box's M by its formula: R itself has none.
box_m <- function(case, Y, arm) {
  free <- table(arm) - 1
  own <- lapply(split(as.data.frame(Y), arm), cov)
  pooled <- Reduce(`+`, Map(`*`, own, free)) / sum(free)
  m <- sum(free) * log(det(pooled)) - sum(free * log(sapply(own, det)))
  k <- ncol(Y)
  g <- length(free)
  c <- (sum(1 / free) - 1 / sum(free)) * (2 * k^2 + 3 * k - 1) / (6 * (k + 1) * (g - 1))
  df <- k * (k + 1) * (g - 1) / 2
  emit_test(case, "box_m", (1 - c) * m, pchisq((1 - c) * m, df, lower.tail = FALSE), df)
}

for (d in cases("repeated.csv")) {
  case <- d$case[1]
  wide <- reshape(d[c("subject", "arm", "visit", "value")], direction = "wide",
                  idvar = c("subject", "arm"), timevar = "visit")
  Y <- as.matrix(wide[, -(1:2)])
  arm <- factor(wide$arm)
  if (nlevels(arm) == 1 && nrow(Y) < ncol(Y)) {
    from_aov(case, Y)
  } else if (nlevels(arm) == 1) {
    from_car(case, Y, NULL, "III")
  } else {
    for (type in c("II", "III")) from_car(case, Y, arm, type)
    if (min(table(arm)) > ncol(Y)) box_m(case, Y, arm)
  }
}
finish("car")
