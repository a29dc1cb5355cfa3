# Generalised estimating equations: geepack for coefficients, scale, correlation and the sandwich
# (independence, exchangeable, AR(1)). geepack 1.3.9 crashes on an unstructured correlation with
# missing visits, so this one, and the small-sample corrections, are base R: the equations by a
# loop over subjects with V = phi sqrt(A) R sqrt(A) as Liang and Zeger write them. Where geepack
# has the model the loop must agree with it.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(geepack))

families <- list(gaussian = gaussian(), binomial = binomial(), poisson = poisson())

mat_power <- function(M, power) {
  e <- eigen(M)
  Re(e$vectors %*% diag(e$values^power, length(e$values)) %*% solve(e$vectors))
}

correlation_of <- function(working, Z, N) {
  k <- nrow(Z)
  pairs <- upper.tri(Z)
  lag <- abs(outer(1:k, 1:k, "-"))
  if (working == "independence") return(diag(k))
  if (working == "exchangeable") {
    R <- matrix(sum(Z[pairs]) / sum(N[pairs]), k, k)
  } else if (working == "unstructured") {
    R <- Z / N
  } else {
    f <- function(a) {
      sum((lag * a^(lag - 1) * (Z - N * a^lag))[pairs])
    }
    R <- uniroot(f, c(-0.95, 0.999), tol = 1e-15)$root^lag
  }
  diag(R) <- 1
  R
}

by_hand <- function(d, y, X, family, working, beta) {
  k <- max(d$visit)
  ids <- split(seq_along(y), d$subject)
  seen <- table(d$subject, factor(d$visit, 1:k))
  N <- crossprod(matrix(seen, ncol = k))
  for (iteration in 1:500) {
    mu <- family$linkinv(drop(X %*% beta))
    v <- family$variance(mu)
    e <- (y - mu) / sqrt(v)
    phi <- mean(e^2)
    E <- matrix(0, length(ids), k)
    E[cbind(match(d$subject, as.integer(names(ids))), d$visit)] <- e
    R <- correlation_of(working, crossprod(E) / phi, N)
    if (min(eigen(R, TRUE, TRUE)$values) < 1e-8) return(NULL)
    D <- X * family$mu.eta(drop(X %*% beta))
    V <- lapply(ids, function(i) {
      phi * diag(sqrt(v[i]), length(i)) %*% R[d$visit[i], d$visit[i]] %*%
        diag(sqrt(v[i]), length(i))
    })
    score <- information <- 0
    for (s in seq_along(ids)) {
      i <- ids[[s]]
      W <- t(D[i, , drop = FALSE]) %*% solve(V[[s]])
      score <- score + W %*% (y - mu)[i]
      information <- information + W %*% D[i, , drop = FALSE]
    }
    step <- solve(information, score)
    beta <- beta + drop(step)
    if (max(abs(step)) < 1e-14) break
  }
  M <- solve(information)
  meat <- list(robust = 0, kauermann_carroll = 0, mancl_derouen = 0, fay_graubard = 0)
  for (s in seq_along(ids)) {
    i <- ids[[s]]
    Di <- D[i, , drop = FALSE]
    W <- t(Di) %*% solve(V[[s]])
    left <- diag(length(i)) - Di %*% M %*% W
    r <- (y - mu)[i]
    u <- list(robust = W %*% r, kauermann_carroll = W %*% mat_power(left, -0.5) %*% r,
              mancl_derouen = W %*% solve(left, r),
              fay_graubard = (W %*% r) / sqrt(1 - pmin(0.75, diag(W %*% Di %*% M))))
    for (n in names(u)) meat[[n]] <- meat[[n]] + tcrossprod(u[[n]])
  }
  covariance <- lapply(meat, function(m) M %*% m %*% M)
  k <- length(ids)
  covariance$degrees_of_freedom <- covariance$robust * k / (k - ncol(X))
  list(beta = beta, phi = phi, R = R, model = M, covariance = covariance)
}

for (d in cases("gee.csv")) {
  case <- d$case[1]
  X <- cbind(1, d$arm, d$base, d$visit)
  for (fam in names(families)) {
    y <- d[[fam]]
    for (working in c("independence", "exchangeable", "ar1", "unstructured")) {
      if (working == "unstructured" && fam == "poisson") next
      start <- coef(glm(y ~ 0 + X, families[[fam]], epsilon = 1e-14))
      hand <- by_hand(d, y, X, families[[fam]], working, start)
      name <- paste(fam, working, sep = ".")
      if (is.null(hand)) {
        emit(case, paste0(name, ".refused"), NaN)
        next
      }
      if (working != "unstructured") {
        fit <- geeglm(y ~ 0 + X, id = d$subject, waves = d$visit, family = families[[fam]],
                      corstr = working, control = geese.control(epsilon = 1e-14, maxit = 500))
        V <- fit$geese$vbeta
        beta <- coef(fit)
        phi <- as.numeric(fit$geese$gamma)
        stopifnot(max(abs(beta - hand$beta) / sqrt(diag(V))) < 1e-8,
                  abs(diag(V) / diag(hand$covariance$robust) - 1) < 1e-8)
        if (working != "independence") emit(case, paste0(name, ".rho"), fit$geese$alpha)
      } else {
        V <- hand$covariance$robust
        beta <- hand$beta
        phi <- hand$phi
        for (i in 1:nrow(hand$R)) for (j in seq_len(i - 1)) {
          emit(case, paste(name, "correlation", i, j, sep = "."), hand$R[i, j])
        }
      }
      emit(case, paste0(name, ".scale"), phi)
      for (i in 1:4) {
        emit(case, paste(name, "coef", i, sep = "."), beta[i])
        emit(case, paste(name, "robust.se", i, sep = "."), sqrt(V[i, i]))
        emit(case, paste(name, "model.se", i, sep = "."), sqrt(hand$model[i, i]))
        for (n in names(hand$covariance)[-1]) {
          emit(case, paste(name, n, "se", i, sep = "."), sqrt(hand$covariance[[n]][i, i]))
        }
      }
    }
  }
}
finish("geepack")
