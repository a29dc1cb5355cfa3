# Missing visits at their conditional means: nlme::gls over visits, the normal distribution given
# what was seen, lm at each visit, and everything again without each patient.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(nlme))

assumptions <- c("missing_at_random", "jump_to_reference", "copy_increments", "copy_reference")

# Coefficients (arm by visit, slope by visit) and the covariance of the visits.
model <- function(d, Y, S = NULL) {
  k <- ncol(Y)
  long <- data.frame(id = rep(seq_len(nrow(Y)), k), visit = rep(seq_len(k), each = nrow(Y)),
                     arm = rep(d$arm, k), base = rep(d$base, k), value = as.vector(Y))
  long <- long[!is.na(long$value), ]
  long <- long[order(long$id, long$visit), ]
  long$cell <- factor(paste(long$arm, long$visit))
  long$at <- factor(long$visit)
  X <- model.matrix(~ 0 + cell + at:base, long)
  if (is.null(S)) S <- by_gls(long, k)
  polished(X, long, S, k)
}

by_gls <- function(long, k) {
  fit <- gls(value ~ 0 + cell + at:base, long, corSymm(form = ~ visit | id), method = "REML",
             weights = varIdent(form = ~ 1 | visit),
             control = glsControl(tolerance = 1e-11, msTol = 1e-13, maxIter = 500, msMaxIter = 1000))
  ratio <- coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
  sd <- fit$sigma * ratio[as.character(1:k)]
  C <- diag(k)
  # corSymm has its correlations by columns of the lower triangle.
  C[lower.tri(C)] <- coef(fit$modelStruct$corStruct, unconstrained = FALSE)
  C[upper.tri(C)] <- t(C)[upper.tri(C)]
  outer(sd, sd) * C
}

# gls ends within 1e-5 of the maximum; Fisher scoring over the covariances goes on from there.
polished <- function(X, long, S, k) {
  y <- long$value
  same <- outer(long$id, long$id, "==")
  cells <- which(lower.tri(S, diag = TRUE), arr.ind = TRUE)
  G <- lapply(seq_len(nrow(cells)), function(i) {
    E <- matrix(0, k, k)
    E[cells[i, 1], cells[i, 2]] <- E[cells[i, 2], cells[i, 1]] <- 1
    E[long$visit, long$visit] * same
  })
  for (step in 1:100) {
    W <- solve(S[long$visit, long$visit] * same)
    B <- solve(t(X) %*% W %*% X, t(X) %*% W)
    P <- W - W %*% X %*% B
    r <- P %*% y
    score <- sapply(G, function(g) (sum(r * (g %*% r)) - sum(P * g)) / 2)
    # So near to the maximum the information hardly changes.
    if (step < 3) {
      PG <- lapply(G, function(g) P %*% g)
      info <- outer(seq_along(G), seq_along(G), Vectorize(function(i, j) sum(PG[[i]] * t(PG[[j]])) / 2))
    }
    change <- solve(info, score)
    for (i in seq_along(G)) {
      S[cells[i, 1], cells[i, 2]] <- S[cells[i, 1], cells[i, 2]] + change[i]
      S[cells[i, 2], cells[i, 1]] <- S[cells[i, 1], cells[i, 2]]
    }
    if (max(abs(change)) < 1e-13 * max(abs(S))) break
  }
  W <- solve(S[long$visit, long$visit] * same)
  coef <- drop(solve(t(X) %*% W %*% X, t(X) %*% W %*% y))
  names(coef) <- colnames(X)
  list(coef = coef, S = S, k = k)
}

mean_as <- function(m, arm, base) sapply(seq_len(m$k), function(v) {
  m$coef[paste0("cell", arm, " ", v)] + base * m$coef[paste0("at", v, ":base")]
})

given <- function(mu, S, y, known, wanted) {
  if (!length(known)) return(mu[wanted])
  mu[wanted] + S[wanted, known, drop = FALSE] %*%
    solve(S[known, known, drop = FALSE], y[known] - mu[known])
}

fill <- function(d, Y, m, assumption) {
  for (i in seq_len(nrow(Y))) {
    y <- Y[i, ]
    if (!anyNA(y)) next
    seen <- which(!is.na(y))
    last <- if (length(seen)) max(seen) else 0
    own <- mean_as(m, d$arm[i], d$base[i])
    ref <- mean_as(m, 0, d$base[i])
    gaps <- setdiff(seq_len(last), seen)
    if (length(gaps)) y[gaps] <- given(own, m$S, y, seen, gaps)
    after <- setdiff(seq_len(m$k), seq_len(last))
    if (length(after)) {
      mu <- own
      if (d$arm[i] != 0) {
        if (assumption == "jump_to_reference") mu[after] <- ref[after]
        if (assumption == "copy_increments") {
          mu[after] <- if (last) own[last] + ref[after] - ref[last] else ref[after]
        }
        if (assumption == "copy_reference") mu <- ref
      }
      y[after] <- given(mu, m$S, y, seq_len(last), after)
    }
    Y[i, ] <- y
  }
  Y
}

# Difference of each arm from arm 0 at each visit, by assumption and delta.
estimates <- function(d, Y, deltas, m) {
  unlist(lapply(assumptions, function(a) {
    filled <- fill(d, Y, m, a)
    lapply(list(filled, filled + is.na(Y) * deltas[d$arm + 1]), function(Z) {
      found <- coef(lm(Z ~ factor(d$arm) + d$base))
      found[grepl("factor", rownames(found)), ]
    })
  }))
}

for (d in cases("missing.csv")) {
  case <- d$case[1]
  if (!case %in% c("gaps", "three_arms")) next
  # Half of the patients: each is left out once.
  d <- d[seq_len(min(nrow(d), 48)), ]
  Y <- unname(as.matrix(d[c("y1", "y2", "y3")]))
  Y[is.nan(Y)] <- NA
  deltas <- c(0.5, -1, 2)
  m <- model(d, Y)
  whole <- estimates(d, Y, deltas, m)
  for (a in assumptions) {
    filled <- fill(d, Y, m, a)
    for (i in which(is.na(Y))) emit(case, paste(a, "imputed", i, sep = "."), filled[i])
  }
  n <- nrow(d)
  without <- sapply(seq_len(n), function(i) {
    estimates(d[-i, ], Y[-i, ], deltas, model(d[-i, ], Y[-i, ], m$S))
  })
  se <- sqrt((n - 1) / n * rowSums((without - rowMeans(without))^2))
  at <- 0
  for (a in assumptions) for (shift in c("none", "delta")) for (v in 1:3) {
    for (arm in setdiff(sort(unique(d$arm)), 0)) {
      at <- at + 1
      name <- paste(a, shift, v, arm, sep = ".")
      half <- qnorm(0.95) * se[at]
      emit_interval(case, name, whole[at], whole[at] - half, whole[at] + half)
      emit(case, paste0(name, ".se"), se[at])
      emit(case, paste0(name, ".p_value"), 2 * pnorm(-abs(whole[at] / se[at])))
    }
  }
}
finish("nlme")
