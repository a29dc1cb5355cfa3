# One 2x2 table: further intervals of a proportion and a risk difference by their formulas; the
# conditional odds ratio from the noncentral hypergeometric distribution with a root finder to
# 1e-15 (that of fisher.test stops at 1e-4: the two must agree so far); mid-p from dhyper; the
# unconditional tests by listing all tables, a grid of 1501 risks and `optimise` around its peaks.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

proportion <- function(case, arm, x, n, level) {
  z <- qnorm(0.5 + level / 2)
  name <- function(method) paste0(method, arm, "@", level)
  p <- x / n
  se <- if (x == 0 || x == n) NaN else sqrt(p * (1 - p) / n)
  emit_interval(case, name("wald"), p, p - z * se, p + z * se)
  q <- (x + z^2 / 2) / (n + z^2)
  half <- z * sqrt(q * (1 - q) / (n + z^2))
  emit_interval(case, name("agresti_coull"), p, q - half, q + half)
  tail <- (1 - level) / 2
  emit_interval(case, name("jeffreys"), p,
                if (x == 0) 0 else qbeta(tail, x + 0.5, n - x + 0.5),
                if (x == n) 1 else qbeta(tail, x + 0.5, n - x + 0.5, lower.tail = FALSE))
}

conditional <- function(case, x1, n1, x0, n0, level) {
  support <- max(0, x1 + x0 - n0):min(n1, x1 + x0)
  logs <- lchoose(n1, support) + lchoose(n0, x1 + x0 - support)
  density <- function(l) {
    d <- logs + l * support
    d <- exp(d - max(d))
    d / sum(d)
  }
  root <- function(f) exp(uniroot(f, c(-25, 25), tol = 1e-15, maxiter = 10000)$root)
  tail <- (1 - level) / 2
  low <- 0
  high <- Inf
  estimate <- if (length(support) == 1) NaN else if (x1 == support[1]) 0 else Inf
  if (x1 > support[1]) low <- root(function(l) sum(density(l)[support >= x1]) - tail)
  if (x1 < max(support)) high <- root(function(l) sum(density(l)[support <= x1]) - tail)
  if (x1 > support[1] && x1 < max(support)) {
    estimate <- root(function(l) sum(density(l) * (support - x1)))
    r <- fisher.test(matrix(c(x1, x0, n1 - x1, n0 - x0), 2), conf.level = level)
    close <- plogis(log(c(r$estimate, r$conf.int))) - plogis(log(c(estimate, low, high)))
    stopifnot(abs(close) < 3e-4)
  }
  emit_interval(case, paste0("conditional@", level), estimate, low, high)
}

mid_p <- function(case, x1, n1, x0, n0) {
  support <- max(0, x1 + x0 - n0):min(n1, x1 + x0)
  d <- dhyper(support, n1, n0, x1 + x0)
  here <- d[support == x1]
  tied <- abs(d / here - 1) < 1e-7
  two <- sum(d[d < here | tied])
  greater <- sum(d[support >= x1])
  less <- sum(d[support <= x1])
  emit(case, "mid_p.two_sided.half_of_observed", two - here / 2)
  emit(case, "mid_p.two_sided.half_of_all", two - sum(d[tied]) / 2)
  emit(case, "mid_p.greater.half_of_observed", greater - here / 2)
  emit(case, "mid_p.less.half_of_all", less - here / 2)
}

# The largest probability of a region (a logical matrix, treated by control events).
largest <- function(region, n1, n0) {
  grid <- seq(0, 1, length.out = 1501)
  at <- function(p) {
    a <- outer(p, 0:n1, function(p, a) dbinom(a, n1, p))
    b <- outer(p, 0:n0, function(p, b) dbinom(b, n0, p))
    rowSums((a %*% region) * b)
  }
  value <- at(grid)
  inner <- 2:1500
  peaks <- inner[value[inner] >= pmax(value[inner - 1], value[inner + 1])]
  peaks <- peaks[value[peaks] > 0.95 * max(value)]
  peaks <- head(peaks[order(-value[peaks])], 5)
  refined <- vapply(peaks, function(i) {
    optimise(at, grid[i + c(-1, 1)], maximum = TRUE, tol = 1e-10)$objective
  }, 0)
  min(1, max(value, refined))
}

unconditional <- function(case, x1, n1, x0, n0) {
  a <- outer(0:n1, 0:n0, function(a, b) a)
  b <- outer(0:n1, 0:n0, function(a, b) b)
  at <- cbind(x1 + 1, x0 + 1)
  d <- a / n1 - b / n0
  pooled <- (a + b) / (n1 + n0)
  variance <- list(
    score = pooled * (1 - pooled) * (1 / n1 + 1 / n0),
    wald = a / n1 * (1 - a / n1) / n1 + b / n0 * (1 - b / n0) / n0
  )
  for (how in names(variance)) {
    z <- ifelse(a * n0 == b * n1, 0, d / sqrt(variance[[how]]))
    orders <- list(two_sided = abs(z), greater = z, less = -z)
    for (sides in names(orders)) {
      v <- orders[[sides]]
      region <- v >= v[at] | abs(v - v[at]) < 1e-9
      region[is.na(region)] <- TRUE
      name <- paste0("barnard.", how, ".", sides)
      emit_test(case, name, z[at], largest(region, n1, n0))
    }
  }
  fisher <- list(less = a, greater = a, two_sided = a)
  for (s in 0:(n1 + n0)) {
    own <- a + b == s
    k <- a[own]
    h <- dhyper(k, n1, n0, s)
    fisher$less[own] <- vapply(k, function(i) sum(h[k <= i]), 0)
    fisher$greater[own] <- vapply(k, function(i) sum(h[k >= i]), 0)
    fisher$two_sided[own] <- vapply(h, function(i) sum(h[h <= i * (1 + 1e-7)]), 0)
  }
  p <- list()
  for (sides in names(fisher)) {
    p[[sides]] <- largest(fisher[[sides]] <= fisher[[sides]][at] * (1 + 1e-7), n1, n0)
    emit_test(case, paste0("boschloo.", sides), fisher[[sides]][at], p[[sides]])
  }
  emit(case, "boschloo.doubled.p_value", min(1, 2 * p$less, 2 * p$greater))
}

for (d in cases("two_by_two.csv")) with(d, {
  for (level in c(0.95, 0.9)) {
    proportion(case, 1, x1, n1, level)
    proportion(case, 0, x0, n0, level)
    p1 <- (x1 + 1) / (n1 + 2)
    p0 <- (x0 + 1) / (n0 + 2)
    half <- qnorm(0.5 + level / 2) * sqrt(p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2))
    emit_interval(case, paste0("agresti_caffo@", level), x1 / n1 - x0 / n0,
                  p1 - p0 - half, p1 - p0 + half)
    conditional(case, x1, n1, x0, n0, level)
  }
  mid_p(case, x1, n1, x0, n0)
  if (n1 * n0 <= 6000) unconditional(case, x1, n1, x0, n0)
})
finish()
