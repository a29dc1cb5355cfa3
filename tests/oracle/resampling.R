# Resampling: every assignment listed by recursion, mantelhaen.test(exact = TRUE) and fisher.test
# for binary endpoints, wilcox.test(exact = TRUE) for ranks, statistics of mantelhaen.test, kruskal.test and
# survdiff, binom.test for Monte Carlo error.
# Scores come from rank, residuals of lm and martingale residuals of coxph.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(survival)

same <- 1e-9

# What would be 0 but for rounding.
tidy <- function(x) if (abs(x) < 1e-12) 0 else x

# All ways to lay the observed arms over the patients, within each cell: a matrix, one a row.
lay <- function(arms) {
  if (length(arms) == 1) return(matrix(arms))
  do.call(rbind, lapply(unique(arms), function(a) {
    rest <- arms[-match(a, arms)]
    cbind(a, lay(rest), deparse.level = 0)
  }))
}

assignments <- function(arm, cell) {
  all <- matrix(character(), 1, length(arm))
  for (k in unique(cell)) {
    own <- lay(arm[cell == k])
    pick <- rep(seq_len(nrow(all)), each = nrow(own))
    all <- all[pick, , drop = FALSE]
    all[, cell == k] <- own[rep(seq_len(nrow(own)), length.out = nrow(all)), ]
  }
  all
}

tails <- function(case, name, t, observed, weight = rep(1 / length(t), length(t))) {
  centre <- sum(weight * t)
  off <- same * max(1, abs(t))
  emit(case, paste0(name, ".statistic"), tidy(observed - centre))
  emit(case, paste0(name, ".sd"), tidy(sqrt(sum(weight * (t - centre)^2))))
  emit(case, paste0(name, ".two_sided"),
       sum(weight[abs(t - centre) >= abs(observed - centre) - off]))
  emit(case, paste0(name, ".greater"), sum(weight[t >= observed - off]))
  emit(case, paste0(name, ".less"), sum(weight[t <= observed + off]))
}

score_sets <- function(d) {
  one <- function(f) unsplit(lapply(split(d, d$stratum), f), d$stratum)
  list(mean = d$y - mean(d$y), rank = rank(d$y) - mean(rank(d$y)),
       rank_strata = one(function(s) rank(s$y) - mean(rank(s$y))),
       van_elteren = one(function(s) (rank(s$y) - mean(rank(s$y))) / (nrow(s) + 1)),
       cmh = one(function(s) s$y - mean(s$y)),
       log_rank = residuals(coxph(Surv(time, event) ~ 1, d, ties = "breslow"),
                            type = "martingale"),
       residual = if (nrow(d) > 3) residuals(lm(y ~ z, d)) else NULL)
}

two_arms <- function(case, d) {
  cell <- paste(d$stratum, d$block)
  all <- assignments(d$arm, cell) == "b"
  observed <- d$arm == "b"
  emit(case, "assignments", nrow(all))
  sets <- score_sets(d)
  for (name in names(sets)) {
    s <- sets[[name]]
    if (is.null(s)) next
    tails(case, name, all %*% s, sum(s[observed]))
  }
  if (length(unique(cell)) == 1 && !any(duplicated(d$y))) {
    test <- wilcox.test(d$y[observed], d$y[!observed], exact = TRUE)
    emit(case, "wilcoxon_exact", test$p.value)
  }
  n <- nrow(d)
  if (n > 12) return(invisible())
  coins <- as.matrix(expand.grid(rep(list(0:1), n)))
  s <- d$y - mean(d$y)
  for (chance in c(0.5, 1 / 3)) {
    weight <- chance^rowSums(coins) * (1 - chance)^(n - rowSums(coins))
    tails(case, paste0("coins", round(100 * chance)), coins %*% s, sum(s[observed]), weight)
  }
  sides <- 2 * coins - 1
  own <- 2 * observed - 1
  tails(case, "sides", sides %*% d$y, sum(own * d$y))
}

several_arms <- function(case, d) {
  arms <- sort(unique(d$arm))
  s <- d$y - ave(d$y, d$stratum)
  quadratic <- function(all) sapply(arms[-1], function(a) (all == a) %*% s)
  all <- assignments(d$arm, d$stratum)
  t <- quadratic(all)
  v <- crossprod(t) / nrow(all)
  q <- rowSums((t %*% solve(v)) * t)
  observed <- quadratic(matrix(d$arm, 1))
  q0 <- c(observed %*% solve(v) %*% observed)
  emit(case, "assignments", nrow(all))
  emit(case, "global.statistic", q0)
  emit(case, "global.p_value", mean(q >= q0 - same))
  pair <- d$arm != "c"
  all <- assignments(d$arm[pair], d$stratum[pair]) == "b"
  tails(case, "pair", all %*% s[pair], sum(s[pair][d$arm[pair] == "b"]))
}

for (d in cases("resampling.csv")) {
  case <- d$case[1]
  d$arm <- as.character(d$arm)
  if (nrow(d) > 20) {
    ranks <- kruskal.test(d$y, factor(d$arm))
    emit_test(case, "kruskal", ranks$statistic, ranks$p.value)
    binary <- mantelhaen.test(table(d$y > 2, d$arm, d$stratum), correct = FALSE)
    emit_test(case, "mantelhaen", binary$statistic, binary$p.value)
    for (strata in c(FALSE, TRUE)) {
      test <- if (strata) survdiff(Surv(time, event) ~ arm + strata(stratum), d)
              else survdiff(Surv(time, event) ~ arm, d)
      minus <- test$obs - test$exp
      minus <- if (is.matrix(minus)) rowSums(minus) else minus
      for (i in seq_along(minus)) emit(case, paste0("o_e.", strata, ".", i), minus[i])
    }
  } else if (length(unique(d$arm)) == 2) {
    two_arms(case, d)
  } else {
    several_arms(case, d)
  }
}

# Binary endpoints in strata, and single tables.
convolve_by_hand <- function(d) {
  mass <- 1
  for (i in seq_len(nrow(d))) {
    m <- d$x1[i] + d$x0[i]
    own <- dhyper(0:d$n1[i], m, d$n1[i] + d$n0[i] - m, d$n1[i])
    longer <- numeric(length(mass) + d$n1[i])
    for (j in seq_along(own)) {
      at <- j - 1 + seq_along(mass)
      longer[at] <- longer[at] + own[j] * mass
    }
    mass <- longer
  }
  mass
}

emit_binary <- function(case, d) {
  mass <- convolve_by_hand(d)
  value <- seq_along(mass) - 1
  expected <- sum(mass * value)
  emit(case, "binary.expected", expected)
  emit(case, "binary.variance", sum(mass * (value - expected)^2))
  emit(case, "binary.distance",
       sum(mass[abs(value - expected) >= abs(sum(d$x1) - expected) - 1e-7]))
  usable <- d[d$n1 + d$n0 >= 2, ]
  for (side in c("two.sided", "greater", "less")) {
    if (nrow(usable) > 1) {
      tables <- with(usable, array(rbind(x1, x0, n1 - x1, n0 - x0), c(2, 2, nrow(usable))))
      test <- mantelhaen.test(tables, exact = TRUE, alternative = side)
    } else {
      test <- fisher.test(with(d, matrix(c(x1, x0, n1 - x1, n0 - x0), 2)), alternative = side)
    }
    emit(case, paste0("binary.", side), test$p.value)
  }
}

for (d in cases("strata.csv")) emit_binary(d$case[1], d)
for (d in cases("two_by_two.csv")) if (d$n1 < 1000) emit_binary(d$case[1], d)

for (count in c(0, 1, 37, 999, 1000)) {
  bounds <- binom.test(count, 1000, conf.level = 0.95)$conf.int
  emit(paste0("count_", count), "monte_carlo.low", bounds[1])
  emit(paste0("count_", count), "monte_carlo.high", bounds[2])
}

finish("survival")
