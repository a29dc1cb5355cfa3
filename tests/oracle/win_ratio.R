# Win ratio, net benefit, win odds: every pair by a loop, the covariance by the jackknife that
# leaves out one patient of one arm at a time.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

MARGIN <- 0.25

by_time <- function(t1, e1, t2, e2) {
  if (e2 == 1 && (t1 > t2 || (t1 == t2 && e1 == 0))) return(1)
  if (e1 == 1 && (t2 > t1 || (t1 == t2 && e2 == 0))) return(-1)
  0
}

decide <- function(a, b) {
  r <- by_time(a$time1, a$event1, b$time1, b$event1)
  if (r != 0) return(c(r, 1))
  r <- by_time(a$time2, a$event2, b$time2, b$event2)
  if (r != 0) return(c(r, 2))
  if (abs(a$score - b$score) > MARGIN) return(c(sign(a$score - b$score), 3))
  c(0, 3)
}

for (d in cases("win_ratio.csv")) {
  case <- d$case[1]
  n <- nrow(d)
  patients <- lapply(1:n, function(i) as.list(d[i, ]))
  result <- level <- matrix(0, n, n)
  for (i in 1:n) for (j in 1:n) if (i != j) {
    r <- decide(patients[[i]], patients[[j]])
    result[i, j] <- r[1]
    level[i, j] <- r[2]
  }
  treated <- which(d$treated == 1)
  control <- which(d$treated == 0)
  R <- result[treated, control]
  L <- level[treated, control]
  m <- nrow(R)
  k <- ncol(R)
  for (l in 1:3) {
    emit(case, paste0("wins.", l), sum(R == 1 & L == l))
    emit(case, paste0("losses.", l), sum(R == -1 & L == l))
  }
  shares <- function(M) c(mean(M == 1), mean(M == -1))
  jackknife <- function(left_out) {
    size <- nrow(left_out)
    centred <- sweep(left_out, 2, colMeans(left_out))
    (size - 1) / size * crossprod(centred)
  }
  V <- jackknife(t(sapply(1:m, function(i) shares(R[-i, , drop = FALSE])))) +
    jackknife(t(sapply(1:k, function(j) shares(R[, -j, drop = FALSE]))))
  s <- shares(R)
  z <- qnorm(0.975)
  # Equal shares for everyone: no variance.
  if (max(V) < 1e-25) V[] <- NaN
  net <- s[1] - s[2]
  error <- sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2])
  ratio <- s[1] / s[2]
  half <- z * sqrt(V[1, 1] / s[1]^2 + V[2, 2] / s[2]^2 - 2 * V[1, 2] / (s[1] * s[2]))
  emit_interval(case, "win_ratio", ratio, exp(log(ratio) - half), exp(log(ratio) + half))
  emit_interval(case, "net_benefit", net, net - z * error, net + z * error)
  odds <- (1 + net) / (1 - net)
  half <- z * error * (1 / (1 + net) + 1 / (1 - net))
  emit_interval(case, "win_odds", odds, exp(log(odds) - half), exp(log(odds) + half))
  emit_test(case, "test", net / error, 2 * pnorm(-abs(net / error)))
}
finish()
