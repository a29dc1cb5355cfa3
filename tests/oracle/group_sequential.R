# Group-sequential boundaries and estimates: the density of Z at each look at 240 Gauss-Legendre
# nodes of one panel, roots by uniroot. For two and
# three looks the probabilities again by mvtnorm, which shares nothing with that recursion.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
library(mvtnorm)

rule <- legendre(240)
NODE <- rule$node
WEIGHT <- rule$weight

# The density of Z at a look given that of the look before: z and mass (density times weight).
after <- function(now, info, theta, low, high, before) {
  low <- max(low, theta * sqrt(info) - 9); high <- min(high, theta * sqrt(info) + 9)
  z <- (low + high) / 2 + (high - low) / 2 * NODE
  list(z = z, mass = (high - low) / 2 * WEIGHT * density_at(z, now, info, theta, before))
}
spread <- function(info, before) sqrt((info - before) / info)
centre <- function(now, info, theta, before) {
  (now$z * sqrt(before) + theta * (info - before)) / sqrt(info)
}
density_at <- function(z, now, info, theta, before) {
  m <- centre(now, info, theta, before)
  vapply(z, function(x) sum(now$mass * dnorm(x, m, spread(info, before))), 0)
}
upper_tail <- function(z, now, info, theta, before) {
  sum(now$mass * pnorm(z, centre(now, info, theta, before), spread(info, before), lower.tail = FALSE))
}
upper_mean <- function(z, now, info, theta, before) {
  m <- centre(now, info, theta, before); s <- spread(info, before)
  sum(now$mass * (m * pnorm(z, m, s, lower.tail = FALSE) + s * dnorm((z - m) / s)))
}
START <- list(z = 0, mass = 1)
walk <- function(info, upper, lower, theta, what) {
  now <- START; before <- 0; found <- NULL
  for (k in seq_along(info)) {
    found <- rbind(found, what(now, info[k], before, k))
    if (k < length(info)) now <- after(now, info[k], theta, lower[k], upper[k], before)
    before <- info[k]
  }
  found
}
mirror <- function(now) list(z = -now$z, mass = now$mass)
crossing <- function(info, upper, lower, theta) {
  walk(info, upper, lower, theta, function(now, i, before, k) c(
    upper_tail(upper[k], now, i, theta, before),
    upper_tail(-lower[k], mirror(now), i, -theta, before)))
}
lower_of <- function(z, sides) if (sides == "two_sided") -z else rep(-Inf, length(z))
root <- function(f, from, to) uniroot(f, c(from, to), tol = 1e-15, maxiter = 200)$root
tsiatis <- function(t, delta, a, sides) {
  f <- function(constant) {
    z <- constant * t^(delta - 0.5)
    sum(crossing(t, z, lower_of(z, sides), 0)[, 1]) - a
  }
  root(f, 1, 8) * t^(delta - 0.5)
}
spending <- list(
  obrien_fleming = function(t, a) 2 - 2 * pnorm(qnorm(1 - a / 2) / sqrt(t)),
  pocock = function(t, a) a * log(1 + (exp(1) - 1) * t),
  power = function(t, a) a * t^3,
  hwang_shih_decani = function(t, a) a * (1 - exp(4 * t)) / (1 - exp(4)))
spent <- function(t, a, sides, f) {
  z <- c(); now <- START; before <- 0; steps <- diff(c(0, f(t, a)))
  for (k in seq_along(t)) {
    z[k] <- root(function(x) upper_tail(x, now, t[k], 0, before) / steps[k] - 1, -2, 9)
    now <- after(now, t[k], 0, lower_of(z[k], sides), z[k], before)
    before <- t[k]
  }
  z
}
emit_all <- function(case, name, values) {
  for (i in seq_along(values)) emit(case, paste(name, i, sep = "."), values[i])
}

for (d in cases("looks.csv")) {
  case <- d$case[1]; t <- d$fraction; K <- length(t)
  designs <- list(c("two_sided", "0.05"), c("greater", "0.025"), c("two_sided", "0.1"))
  for (design in designs) {
    sides <- design[1]; alpha <- as.numeric(design[2])
    a <- if (sides == "two_sided") alpha / 2 else alpha
    name <- paste(design, collapse = ".")
    for (delta in c(0, 0.25, 0.5)) {
      emit_all(case, paste("tsiatis", delta, name, sep = "."), tsiatis(t, delta, a, sides))
    }
    for (f in names(spending)) {
      emit_all(case, paste(f, name, sep = "."), spent(t, a, sides, spending[[f]]))
    }
  }
  info <- 40 * t
  z <- tsiatis(t, 0.25, 0.025, "two_sided"); low <- z - 2.5; low[K] <- z[K]
  for (theta in c(0, 0.3, -0.2)) {
    found <- crossing(info, z, low, theta)
    emit_all(case, paste("upper", theta, sep = "."), found[, 1])
    emit_all(case, paste("lower", theta, sep = "."), found[, 2])
    parts <- walk(info, z, low, theta, function(now, i, before, k) {
      if (k == K) c(1, 0) * sum(now$mass) else c(
        upper_tail(z[k], now, i, theta, before), upper_tail(-low[k], mirror(now), i, -theta, before))
    })
    means <- walk(info, z, low, theta, function(now, i, before, k) {
      if (k == K) return(c(sum(now$mass * centre(now, i, theta, before)), 0))
      c(upper_mean(z[k], now, i, theta, before), -upper_mean(-low[k], mirror(now), i, -theta, before))
    })
    mean <- rowSums(means) / sqrt(info)
    emit_all(case, paste("mean", theta, sep = "."), mean / rowSums(parts))
    if (K > 1) emit(case, paste("overall", theta, sep = "."), sum(mean) - theta)
    if (K %in% 2:3) {
      S <- outer(info, info, function(x, y) sqrt(pmin(x, y) / pmax(x, y)))
      for (k in 1:K) {
        # TVPACK takes orthants, so the box is summed over its corners.
        p <- 0
        for (corner in seq_len(2^(k - 1)) - 1) {
          high <- bitwAnd(corner, 2^(seq_len(k - 1) - 1)) > 0
          from <- c(ifelse(high, z[seq_len(k - 1)], low[seq_len(k - 1)]), z[k])
          mean <- theta * sqrt(info[1:k])
          orthant <- if (k == 1) pnorm(from, mean, lower.tail = FALSE) else pmvnorm(
            from, rep(Inf, k), mean, sigma = S[1:k, 1:k], algorithm = TVPACK(1e-15))
          p <- p + (-1)^sum(high) * orthant
        }
        emit(case, paste("mvtnorm", theta, k, sep = "."), p)
      }
    }
  }
  # Stopped at the last but one look above its boundary, and at the last one within it.
  adjusted <- function(k, x) root(function(theta) {
    mean <- walk(info, z, low, theta, function(now, i, before, k) {
      if (k == K) return(sum(now$mass * centre(now, i, theta, before)))
      upper_mean(z[k], now, i, theta, before) - upper_mean(-low[k], mirror(now), i, -theta, before)
    })
    sum(mean / sqrt(info)) - x / sqrt(info[k])
  }, -2, 3)
  for (k in unique(c(max(K - 1, 1), K))) {
    x <- if (k < K) z[k] + 0.2 else 1.1
    p <- function(theta) {
      now <- START; before <- 0; total <- 0
      for (j in seq_len(k - 1)) {
        total <- total + upper_tail(z[j], now, info[j], theta, before)
        now <- after(now, info[j], theta, low[j], z[j], before)
        before <- info[j]
      }
      total + upper_tail(x, now, info[k], theta, before)
    }
    for (theta in c(0, 0.3)) emit(case, paste("p", k, theta, sep = "."), p(theta))
    for (level in c(0.5, 0.05, 0.95)) {
      emit(case, paste("estimate", k, level, sep = "."), root(function(e) p(e) - level, -2, 3))
    }
    emit(case, paste("adjusted", k, sep = "."), adjusted(k, x))
  }
}
finish("mvtnorm")
