# Compliers of arms of which only the treated one has access: two-stage least squares with HC0 by
# matrices; bounds by giving the compliers of the control arm its lowest or highest outcomes.
# Receipt: all but every third subject of the treated arm, in the order events first.
# Fragility: every changed table by fisher.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

compliers <- function(case, x1, n1, x0, n0) {
  y <- rep(c(1, 0, 1, 0), c(x1, n1 - x1, x0, n0 - x0))
  z <- rep(c(1, 0), c(n1, n0))
  d <- c(as.numeric(seq_len(n1) %% 3 != 0), rep(0, n0))
  X <- cbind(1, d)
  Z <- cbind(1, z)
  bread <- solve(t(Z) %*% X)
  beta <- bread %*% t(Z) %*% y
  u <- drop(y - X %*% beta)
  se <- sqrt((bread %*% t(Z * u) %*% (Z * u) %*% t(bread))[2, 2])
  if (abs(beta[2]) < 1e-14) beta[2] <- 0
  half <- if (max(abs(u)) < 1e-12) NaN else qnorm(0.975) * se
  emit_interval(case, "bloom", beta[2], beta[2] - half, beta[2] + half)
  share <- mean(d[z == 1])
  risk <- mean(y[d == 1])
  of <- function(control) {
    weight <- pmin(1, pmax(0, share * n0 - (seq_along(control) - 1)))
    sum(weight * control) / sum(weight)
  }
  emit(case, "bounds.low", risk - of(sort(y[z == 0], decreasing = TRUE)))
  emit(case, "bounds.high", risk - of(sort(y[z == 0])))
}

fragility <- function(case, x1, n1, x0, n0, level) {
  p <- outer(0:n1, 0:n0, Vectorize(function(a, b)
    fisher.test(matrix(c(a, b, n1 - a, n0 - b), 2))$p.value))
  now <- p[x1 + 1, x0 + 1] < level
  changes <- outer(abs(0:n1 - x1), abs(0:n0 - x0), "+")
  least <- function(which) if (any(which)) min(changes[which]) else NaN
  emit(case, paste0("smallest@", level), least((p < level) != now))
  walsh <- NaN
  if (now) {
    up <- if (x1 <= x0) outer(0:n1 > x1, 0:n0 == x0, "&") else outer(0:n1 == x1, 0:n0 > x0, "&")
    walsh <- least(up & p >= level)
  }
  emit(case, paste0("walsh@", level), walsh)
}

for (d in cases("two_by_two.csv")) {
  if (d$n1 < 2 || d$n0 < 1 || d$n1 * d$n0 > 2000) next
  compliers(d$case, d$x1, d$n1, d$x0, d$n0)
  for (level in c(0.05, 0.01)) fragility(d$case, d$x1, d$n1, d$x0, d$n0, level)
}
finish()
