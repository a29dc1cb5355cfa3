# Cumulative logit models of the population by estimating equations, by hand as Touloumis, Agresti and
# Kateri (2013) write them. Logarithms of local odds ratios are the uniform association of glm's
# Poisson models of the tables of each two visits, joint probabilities are scaled by loglin(), and the
# equations are a loop over subjects in indicators of the levels, not in cumulative ones. Under
# independence the coefficients must be those of ordinal::clm; ordgee of geepack 1.3.9 finds others.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(ordinal))

tables_of <- function(d, K, T) {
  pairs <- combn(T, 2)
  counts <- NULL
  for (i in seq_len(ncol(pairs))) {
    a <- d[d$visit == pairs[1, i], c("subject", "value")]
    b <- d[d$visit == pairs[2, i], c("subject", "value")]
    m <- merge(a, b, by = "subject")
    n <- table(factor(m$value.x, 1:K), factor(m$value.y, 1:K))
    one <- data.frame(pair = i, a = rep(1:K, K), b = rep(1:K, each = K), n = as.vector(n))
    # A level that nobody had at a visit has no parameter.
    one <- one[rowSums(n)[one$a] > 0 & colSums(n)[one$b] > 0, ]
    counts <- rbind(counts, one)
  }
  counts
}

association <- function(d, K, T, working) {
  pairs <- combn(T, 2)
  phi <- matrix(0, T, T)
  if (working == "independence") return(phi)
  counts <- tables_of(d, K, T)
  tight <- glm.control(epsilon = 1e-13, maxit = 50)
  if (working == "uniform") {
    # Each pair has margins of its own; what is left over of their columns is dropped by rank.
    x <- model.matrix(~ interaction(pair, a) + interaction(pair, b), counts)
    x <- x[, qr(x)$pivot[seq_len(qr(x)$rank)]]
    m <- glm(n ~ 0 + x + I(a * b), poisson(), counts, control = tight)
    phi[t(pairs)] <- coef(m)["I(a * b)"]
  } else for (i in seq_len(ncol(pairs))) {
    own <- counts[counts$pair == i, ]
    m <- glm(n ~ factor(a) + factor(b) + I(a * b), poisson(), own, control = tight)
    phi[t(pairs)[i, , drop = FALSE]] <- coef(m)["I(a * b)"]
  }
  phi + t(phi)
}

probabilities <- function(par, X, K) {
  eta <- outer(-drop(X %*% par[-(1:(K - 1))]), par[1:(K - 1)], "+")
  cumulative <- cbind(plogis(eta), 1)
  p <- cumulative - cbind(0, cumulative[, -K, drop = FALSE])
  # Derivatives by every parameter, K matrices of rows by parameters.
  slope <- cbind(dlogis(eta), 0)
  D <- array(0, c(nrow(X), K, length(par)))
  for (k in 1:K) {
    if (k < K) D[, k, k] <- slope[, k]
    if (k > 1) D[, k, k - 1] <- D[, k, k - 1] - slope[, k - 1]
    change <- slope[, k] - if (k > 1) slope[, k - 1] else 0
    D[, k, K:length(par)] <- -change * X
  }
  list(p = p, D = D)
}

by_hand <- function(d, X, K, T, phi, par) {
  for (iteration in 1:300) {
    f <- probabilities(par, X, K)
    score <- information <- meat <- 0
    for (s in split(seq_len(nrow(d)), d$subject)) {
      m <- K - 1
      V <- matrix(0, m * length(s), m * length(s))
      for (i in seq_along(s)) for (j in seq_along(s)) {
        p <- f$p[s[i], ]
        q <- f$p[s[j], ]
        if (i == j) joint <- diag(p)
        else {
          start <- exp(phi[d$visit[s[i]], d$visit[s[j]]] * outer(1:K, 1:K))
          joint <- if (all(start == start[1])) outer(p, q) else
            loglin(outer(p, q), list(1, 2), start = start / sum(start), fit = TRUE,
                   eps = 1e-15, iter = 20000, print = FALSE)$fit
        }
        block <- (joint - outer(p, q))[1:m, 1:m]
        V[(i - 1) * m + 1:m, (j - 1) * m + 1:m] <- block
      }
      D <- do.call(rbind, lapply(s, function(r) matrix(f$D[r, 1:m, ], m)))
      y <- unlist(lapply(s, function(r) as.numeric(d$value[r] == 1:m) - f$p[r, 1:m]))
      W <- t(D) %*% solve(V)
      score <- score + W %*% y
      information <- information + W %*% D
      meat <- meat + tcrossprod(W %*% y)
    }
    step <- drop(solve(information, score))
    par <- par + step
    if (max(abs(step)) < 1e-11) break
  }
  stopifnot(iteration < 300)
  bread <- solve(information)
  list(par = par, se = sqrt(diag(bread %*% meat %*% bread)))
}

for (d in cases("ordinal_mixed.csv")) {
  case <- d$case[1]
  d$visit <- d$visit + 1
  d <- d[order(d$subject, d$visit), ]
  K <- max(d$value)
  T <- max(d$visit)
  X <- cbind(as.matrix(d$arm), d$visit)
  share <- cumsum(table(factor(d$value, 1:K)))[1:(K - 1)] / nrow(d)
  start <- c(qlogis(share), 0, 0)
  for (working in c("independence", "uniform", "pairwise")) {
    phi <- association(d, K, T, working)
    m <- by_hand(d, X, K, T, phi, start)
    if (working == "independence") {
      d$level <- ordered(d$value)
      ml <- clm(level ~ arm + visit, data = d, control = clm.control(gradTol = 1e-12))
      stopifnot(max(abs(coef(ml) - m$par)) < 1e-8)
    }
    for (i in seq_len(K - 1)) {
      emit(case, paste0(working, ".threshold.", i), m$par[i])
      emit(case, paste0(working, ".threshold.", i, ".se"), m$se[i])
    }
    for (i in 1:2) {
      emit(case, paste0(working, ".coef.", i), m$par[K - 1 + i])
      emit(case, paste0(working, ".se.", i), m$se[K - 1 + i])
    }
    for (i in 1:(T - 1)) for (j in (i + 1):T)
      emit(case, paste0(working, ".log_odds.", i, ".", j), phi[i, j])
  }
}
finish(c("ordinal"))
