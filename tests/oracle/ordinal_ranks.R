# Ordinal repeated measures, one factor between and one within: relative effects and ANOVA-type
# statistics by the matrix formulas of Brunner, Domhof and Langer (2002) in base R, with the whole
# covariance matrix and Kronecker products.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

trace_of <- function(m) sum(diag(m))
P <- function(k) diag(k) - matrix(1 / k, k, k)
J <- function(k) matrix(1 / k, k, k)

for (d in cases("ordinal_ranks.csv")) {
  case <- d$case[1]
  d$rank <- rank(d$value)
  arm <- factor(d$arm[!duplicated(d$subject)])
  R <- do.call(rbind, split(d$rank, d$subject))
  n <- nrow(R)
  k <- ncol(R)
  a <- nlevels(arm)
  N <- n * k
  p <- as.vector(sapply(levels(arm), function(i) (colMeans(R[arm == i, ]) - 1 / 2) / N))
  V <- matrix(0, a * k, a * k)
  for (i in seq_len(a)) {
    at <- (i - 1) * k + seq_len(k)
    own <- R[arm == levels(arm)[i], ]
    V[at, at] <- n / nrow(own) * var(own) / N^2
  }
  for (i in seq_along(p)) emit(case, paste0("relative_effect.", i), p[i])
  hypotheses <- list(between = kronecker(P(a), J(k)), within = kronecker(J(a), P(k)),
                     interaction = kronecker(P(a), P(k)))
  for (name in names(hypotheses)) {
    H <- hypotheses[[name]]
    statistic <- n * drop(p %*% H %*% p) / trace_of(H %*% V)
    df <- trace_of(H %*% V)^2 / trace_of(H %*% V %*% H %*% V)
    emit_test(case, name, statistic, pchisq(statistic * df, df, lower.tail = FALSE), df)
    if (name == "between") {
      s <- tapply(rowMeans(R), arm, var) / table(arm)
      D <- diag(diag(P(a)))
      S <- diag(as.vector(s))
      L <- diag(1 / (as.vector(table(arm)) - 1))
      df2 <- trace_of(D %*% S)^2 / trace_of(D %*% D %*% S %*% S %*% L)
      emit_test(case, "between_box", statistic, pf(statistic, df, df2, lower.tail = FALSE), df)
      emit(case, "between_box.df2", df2)
    }
  }
}
finish()
