# Strata of 2x2 tables, margins fixed: mantelhaen.test(exact = TRUE) for the p-values, and by hand
# the conditional common odds ratio and its exact interval: the distribution of the sum by
# polynomial products of dhyper, roots to 1e-15 (mantelhaen.test stops at 1e-4: the two must agree so
# far).
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

distribution <- function(n1, n0, events) {
  d <- 1
  for (k in seq_along(n1)) {
    own <- dhyper(max(0, events[k] - n0[k]):min(n1[k], events[k]), n1[k], n0[k], events[k])
    product <- numeric(length(d) + length(own) - 1)
    for (i in seq_along(own)) {
      at <- i - 1 + seq_along(d)
      product[at] <- product[at] + own[i] * d
    }
    d <- product
  }
  d
}

for (d in cases("strata.csv")) with(d[d$n1 > 0 & d$n0 > 0, ], {
  this <- case[1]
  events <- x1 + x0
  d0 <- distribution(n1, n0, events)
  support <- sum(pmax(0, events - n0)) + seq_along(d0) - 1
  s <- sum(x1)
  here <- d0[support == s]
  tied <- abs(d0 / here - 1) < 1e-7
  two <- sum(d0[d0 < here | tied])
  p <- list(two_sided = two, greater = sum(d0[support >= s]), less = sum(d0[support <= s]))
  tables <- array(rbind(x1, x0, n1 - x1, n0 - x0), c(2, 2, length(x1)))
  for (sides in names(p)) {
    if (length(support) > 1) {
      r <- mantelhaen.test(tables, exact = TRUE, alternative = sub("_", ".", sides))
      p[[sides]] <- r$p.value
      stopifnot(r$statistic == s)
    }
    emit_test(this, paste0("exact.", sides), s, p[[sides]])
  }
  emit(this, "mid_p.half_of_observed", two - here / 2)
  emit(this, "mid_p.half_of_all", two - sum(d0[tied]) / 2)

  density <- function(l) {
    v <- log(d0) + l * support
    v <- exp(v - max(v))
    v / sum(v)
  }
  root <- function(f) exp(uniroot(f, c(-25, 25), tol = 1e-15, maxiter = 10000)$root)
  low <- 0
  high <- Inf
  inside <- s > min(support) && s < max(support)
  estimate <- if (length(support) == 1) NaN else if (s == min(support)) 0 else Inf
  if (s > min(support)) low <- root(function(l) sum(density(l)[support >= s]) - 0.025)
  if (s < max(support)) high <- root(function(l) sum(density(l)[support <= s]) - 0.025)
  if (inside) {
    estimate <- root(function(l) sum(density(l) * (support - s)))
    r <- mantelhaen.test(tables, exact = TRUE)
    close <- plogis(log(c(r$estimate, r$conf.int))) - plogis(log(c(estimate, low, high)))
    stopifnot(abs(close) < 3e-4)
  }
  emit_interval(this, "odds_ratio", estimate, low, high)
})
finish()
