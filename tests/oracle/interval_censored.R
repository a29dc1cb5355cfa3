# Interval-censored times by hand: the likelihood over the maximal sets of observations that one
# time can explain (found by comparing all elementary cells, not by ordering ends), EM until the
# masses that vanish are known, then Newton on those left. optim from another start must not find
# more. Scores as in Fay and Shaw, with the permutation covariance.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

cells <- function(L, R) {
  e <- sort(unique(c(0, L, R[is.finite(R)])))
  a <- as.vector(rbind(e, e))
  b <- as.vector(rbind(e, c(e[-1], Inf)))
  contains <- function(a, b) if (a == b) (L < a & a <= R) | (L == R & L == a) else L <= a & b <= R
  A <- mapply(contains, a, b) * 1
  A <- matrix(A, length(L))
  keep <- colSums(A) > 0
  a <- a[keep]; b <- b[keep]; A <- A[, keep, drop = FALSE]
  # A cell whose observations are all in a larger set gets no mass; equal cells are one interval.
  shared <- t(A) %*% A
  size <- colSums(A)
  maximal <- sapply(seq_along(a), function(j) !any(shared[j, ] == size[j] & size > size[j]))
  key <- apply(A, 2, paste, collapse = "")
  first <- which(maximal & !duplicated(key))
  right <- sapply(first, function(j) max(b[key == key[j]]))
  list(left = a[first], right = right, A = A[, first, drop = FALSE])
}
npmle <- function(L, R) {
  x <- cells(L, R)
  A <- x$A
  n <- nrow(A)
  p <- rep(1 / ncol(A), ncol(A))
  for (i in 1:20000) p <- p * colSums(A / drop(A %*% p)) / n
  use <- p > 1e-7
  A <- A[, use, drop = FALSE]
  p <- p[use] / sum(p[use])
  for (i in 1:30) {
    U <- A / drop(A %*% p)
    H <- rbind(cbind(-crossprod(U), -1), c(rep(-1, length(p)), 0))
    step <- solve(H, -c(colSums(U) - n, 0))[seq_along(p)]
    p <- p + step
  }
  value <- sum(log(A %*% p))
  slope <- colSums(x$A / drop(A %*% p))
  stopifnot(all(p > 0), all(slope <= n * (1 + 1e-9)), abs(slope[use] - n) < 1e-9 * n)
  if (length(p) > 1) {
    minus <- function(b) {
      e <- exp(c(0, b) - max(0, b))
      -sum(log(A %*% (e / sum(e))))
    }
    best <- optim(rep(0, length(p) - 1), minus, method = "BFGS", control = list(reltol = 1e-14))
    stopifnot(abs(-best$value - value) < 1e-6, -best$value < value + 1e-9)
  }
  list(left = x$left[use], right = x$right[use], p = p, A = A, value = value)
}
for (d in cases("interval.csv")) {
  case <- d$case[1]
  f <- npmle(d$left, d$right)
  for (j in seq_along(f$p)) {
    emit(case, paste0("left.", j), f$left[j])
    emit(case, paste0("right.", j), f$right[j])
    emit(case, paste0("mass.", j), f$p[j])
  }
  emit(case, "log_likelihood", f$value)
  for (at in c(3, 5, 8, 12.5, 17, 40)) {
    emit(case, paste0("by.", at, ".low"), sum(f$p[f$right <= at]))
    emit(case, paste0("by.", at, ".high"), sum(f$p[f$left < at | f$right <= at]))
  }
  m <- length(f$p)
  before <- rev(cumsum(rev(f$p)))
  S <- c(before, 0)
  for (scores in c("sun", "finkelstein")) {
    H <- if (scores == "sun") -c(0, cumsum(f$p / before)) else log(S)
    g <- ifelse(S > 0, S * H, 0)
    score <- sapply(seq_len(nrow(d)), function(i) {
      own <- which(f$A[i, ] > 0)
      (g[min(own)] - g[max(own) + 1]) / (S[min(own)] - S[max(own) + 1])
    })
    Z <- outer(d$group, sort(unique(d$group))[-1], `==`) * 1
    chisq <- NaN
    if (length(Z) > 0 && diff(range(score)) > 1e-9) {
      Z <- scale(matrix(Z, nrow(d)), scale = FALSE)
      V <- sum((score - mean(score))^2) / (nrow(d) - 1) * crossprod(Z)
      u <- crossprod(Z, score)
      chisq <- sum(u * solve(V, u))
    }
    df <- if (is.na(chisq)) NaN else ncol(Z)
    emit_test(case, scores, chisq, pchisq(chisq, df, lower.tail = FALSE), df)
  }
}
finish()
