# Designs of several factors within and between subjects: car::Anova on the multivariate linear
# model under contr.sum, types II and III. By hand in base R: effect sizes from car's sums of
# squares, Huynh and Feldt's epsilon of 1976, the lower bound, Mauchly's p as published by Anderson
# from car's W, limits of the noncentral F by its definition (R's pf is told to 1e-9), and planned contrasts as lm of each subject's score. With one contrast within
# (car prints NA) epsilon is 1 by definition and Mauchly's test undefined. Where cells are equal,
# F and p also come from base aov with its error strata.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(car))
options(contrasts = c("contr.sum", "contr.poly"))

# A table of one design: Y (subjects x responses), factors between, factors within.
design <- function(d) {
  used <- function(names) names[vapply(names, function(x) all(d[[x]] != "-"), TRUE)]
  between <- used(c("g1", "g2", "g3"))
  within <- used(c("w1", "w2", "w3"))
  subject <- factor(d$subject)
  Y <- do.call(rbind, split(d$value, subject))
  first <- !duplicated(d$subject)
  idata <- data.frame(lapply(d[d$subject == d$subject[1], within, drop = FALSE], factor))
  bdata <- data.frame(lapply(d[first, between, drop = FALSE], factor))
  list(Y = Y, idata = idata, bdata = bdata, between = between, within = within)
}

formula_of <- function(names, left = "") {
  as.formula(paste(left, "~", if (length(names)) paste(names, collapse = "*") else "1"))
}

# Terms, sums of squares and tests of car, one row an effect.
table_of_car <- function(s, type) {
  if (!length(s$within)) {
    model <- lm(formula_of(s$between, "y"), cbind(s$bdata, y = s$Y[, 1]))
    a <- Anova(model, type = type)
    a <- a[rownames(a) != "(Intercept)", ]
    effects <- a[rownames(a) != "Residuals", ]
    rest <- a["Residuals", ]
    u <- cbind(effects[, "Sum Sq"], effects$Df, rest[["Sum Sq"]], rest[["Df"]],
               effects[, "F value"], effects[, "Pr(>F)"])
    dimnames(u) <- list(rownames(effects), c("Sum Sq", "num Df", "Error SS", "den Df",
                                             "F value", "Pr(>F)"))
    return(list(tests = u))
  }
  data <- s$bdata
  model <- if (length(s$between)) lm(formula_of(s$between, "s$Y"), data) else lm(s$Y ~ 1)
  a <- Anova(model, idata = s$idata, idesign = formula_of(s$within), type = type)
  s <- summary(a, multivariate = FALSE)
  u <- unclass(s$univariate.tests)
  list(tests = u[rownames(u) != "(Intercept)", , drop = FALSE], adjusted = s$pval.adjustments,
       mauchly = unclass(s$sphericity.tests))
}

emit_corrected <- function(case, name, how, epsilon, df1, df2, f, p = NULL) {
  scale <- min(epsilon, 1)
  if (is.null(p)) p <- pf(f, df1 * scale, df2 * scale, lower.tail = FALSE)
  values <- c(epsilon = epsilon, df1 = df1 * scale, df2 = df2 * scale, p_value = p)
  for (v in names(values)) emit(case, paste(name, how, v, sep = "."), values[[v]])
}

anderson <- function(w, d, df) {
  rho <- 1 - (2 * d^2 + d + 2) / (6 * d * df)
  second <- (d + 2) * (d - 1) * (d - 2) * (2 * d^3 + 6 * d^2 + 3 * d + 2) /
    (288 * d^2 * df^2 * rho^2)
  x <- -df * rho * log(w)
  freedom <- d * (d + 1) / 2 - 1
  p <- pchisq(x, freedom, lower.tail = FALSE)
  p + second * (pchisq(x, freedom + 4, lower.tail = FALSE) - p)
}

# Limits of partial eta squared: central beta probabilities, their shape a Poisson number.
eta_limit <- function(f, df1, df2, p) {
  below <- function(l) {
    j <- 0:ceiling(l / 2 + 12 * sqrt(l / 2) + 60)
    sum(dpois(j, l / 2) * pbeta(df1 * f / (df1 * f + df2), df1 / 2 + j, df2 / 2)) - p
  }
  if (below(0) <= 0) return(0)
  top <- 10
  while (below(top) > 0) top <- 2 * top
  l <- uniroot(below, c(0, top), tol = 1e-12, maxiter = 5000)$root
  stopifnot(abs(pf(f, df1, df2, ncp = l) - p) < 1e-7)
  l / (l + df1 + df2 + 1)
}

emit_corrections <- function(case, name, fit, term, within, row, n, df) {
  d <- row[["den Df"]] / df
  one <- d == 1
  test <- list(case = case, name = name, df1 = row[["num Df"]], df2 = row[["den Df"]],
               f = row[["F value"]])
  corrected <- function(how, epsilon, p = NULL) {
    do.call(emit_corrected, c(test, list(how = how, epsilon = epsilon, p = p)))
  }
  adjusted <- if (one) c(1, row[["Pr(>F)"]], 1, row[["Pr(>F)"]]) else fit$adjusted[term, ]
  corrected("greenhouse_geisser", adjusted[[1]], adjusted[[2]])
  corrected("huynh_feldt_lecoutre", adjusted[[3]], adjusted[[4]])
  gg <- adjusted[[1]]
  corrected("huynh_feldt_1976", if (one) 1 else (n * d * gg - 2) / (d * (df - d * gg)))
  corrected("lower_bound", 1 / d)
  w <- if (one) c(NaN, NaN) else fit$mauchly[within, ]
  emit(case, paste0(name, ".mauchly_w"), w[[1]])
  emit(case, paste0(name, ".mauchly_p"), w[[2]])
  emit(case, paste0(name, ".mauchly_p_anderson"), if (one) NaN else anderson(w[[1]], d, df))
}

generalised <- function(u, errors, measured) {
  has <- vapply(strsplit(rownames(u), ":"), function(t) any(t %in% measured), TRUE)
  u[, "Sum Sq"] / (sum(errors) + sum(u[has, "Sum Sq"]) + ifelse(has, 0, u[, "Sum Sq"]))
}

emit_design <- function(case, s, type) {
  fit <- table_of_car(s, type)
  u <- fit$tests
  n <- nrow(s$Y)
  df <- n - nrow(unique(s$bdata))
  if (!length(s$between)) df <- n - 1
  part <- vapply(strsplit(rownames(u), ":"), function(t) {
    paste(intersect(s$within, t), collapse = ":")
  }, "")
  errors <- u[!duplicated(part), "Error SS"]
  if (!length(s$between)) errors <- c(errors, ncol(s$Y) * sum((rowMeans(s$Y) - mean(s$Y))^2))
  none <- generalised(u, errors, character())
  last <- generalised(u, errors, tail(c(s$within, s$between), 1))
  for (i in seq_len(nrow(u))) {
    row <- u[i, ]
    name <- paste0("type", type, ".", rownames(u)[i])
    values <- c(f = row[["F value"]], df1 = row[["num Df"]], df2 = row[["den Df"]],
                p_value = row[["Pr(>F)"]], sum_of_squares = row[["Sum Sq"]],
                error_sum_of_squares = row[["Error SS"]],
                partial_eta_squared = row[["Sum Sq"]] / (row[["Sum Sq"]] + row[["Error SS"]]),
                partial_eta_low = eta_limit(row[["F value"]], row[["num Df"]], row[["den Df"]], 0.95),
                partial_eta_high = eta_limit(row[["F value"]], row[["num Df"]], row[["den Df"]], 0.05),
                generalised_none = none[[i]], generalised_last = last[[i]])
    for (v in names(values)) emit(case, paste(name, v, sep = "."), values[[v]])
    if (part[i] != "") {
      emit_corrections(case, name, fit, rownames(u)[i], part[i], row, n, df)
    }
  }
}

emit_aov <- function(case, d, s) {
  factors <- c(s$between, s$within)
  d[c("subject", factors)] <- lapply(d[c("subject", factors)], factor)
  strata <- paste0("Error(subject/(", paste(s$within, collapse = "*"), "))")
  fit <- summary(aov(as.formula(paste("value ~", paste(factors, collapse = "*"), "+", strata)), d))
  for (stratum in fit) {
    table <- stratum[[1]]
    for (i in which(trimws(rownames(table)) != "Residuals")) {
      name <- paste0("aov.", trimws(rownames(table)[i]))
      emit_test(case, name, table[i, "F value"], table[i, "Pr(>F)"])
    }
  }
}

# Planned contrasts: weights 1, 2, ... centred over responses (or all 1), over cells likewise.
emit_contrasts <- function(case, s) {
  cell <- if (length(s$between)) interaction(s$bdata, lex.order = TRUE) else factor(rep(1, nrow(s$Y)))
  g <- nlevels(cell)
  centred <- function(k) seq_len(k) - mean(seq_len(k))
  k <- ncol(s$Y)
  plans <- list(within = list(centred(k), rep(1 / g, g)), between = list(rep(1 / k, k), centred(g)),
                both = list(centred(k), centred(g)))
  for (name in names(plans)) {
    if ((g == 1 && name != "within") || (k == 1 && name != "between")) next
    score <- as.vector(s$Y %*% plans[[name]][[1]])
    b <- plans[[name]][[2]]
    model <- if (g > 1) lm(score ~ 0 + cell) else lm(score ~ 1)
    estimate <- sum(b * coef(model))
    parts <- b^2 * tapply(score, cell, var) / table(cell)
    pooled <- c(sqrt(sum(b * (vcov(model) %*% b))), model$df.residual)
    separate <- c(sqrt(sum(parts)), sum(parts)^2 / sum(parts^2 / (table(cell) - 1)))
    for (how in c("pooled", "separate")) {
      se <- get(how)
      t <- estimate / se[1]
      half <- qt(0.975, se[2]) * se[1]
      if (is.na(se[1])) estimate <- NaN
      values <- c(estimate = estimate, low = estimate - half, high = estimate + half, se = se[1],
                  t = t, df = se[2], p_value = 2 * pt(-abs(t), se[2]))
      for (v in names(values)) emit(case, paste("contrast", name, how, v, sep = "."), values[[v]])
    }
  }
}

for (d in cases("repeated_general.csv")) {
  s <- design(d)
  for (type in c("II", "III")) emit_design(d$case[1], s, type)
  emit_contrasts(d$case[1], s)
  equal <- !length(s$between) || length(unique(table(s$bdata))) == 1
  if (equal) emit_aov(d$case[1], d, s)
}
finish("car")
