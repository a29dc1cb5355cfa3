# Tables of r rows and c columns, one or several strata. fisher.test, chisq.test (empty lines
# dropped), prop.trend.test; generalised Cochran-Mantel-Haenszel tests by their definition with
# Kronecker products and a generalised inverse, checked here against mantelhaen.test
# (general association) and kruskal.test (one stratum, midranks).
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

cmh <- function(tables, left, right) {
  g <- 0
  v <- 0
  for (k in seq_len(dim(tables)[3])) {
    n <- tables[, , k]
    total <- sum(n)
    if (total < 2) next
    row <- rowSums(n) / total
    column <- colSums(n) / total
    B <- kronecker(t(right(colSums(n))), t(left(rowSums(n))))
    g <- g + B %*% (as.vector(n) - total * kronecker(column, row))
    spread <- kronecker(diag(column) - column %o% column, diag(row) - row %o% row)
    v <- v + total^2 / (total - 1) * B %*% spread %*% t(B)
  }
  e <- eigen(v, symmetric = TRUE)
  used <- e$values > 1e-9 * max(e$values)
  if (max(e$values) < 1e-12) return(c(NaN, NaN, NaN))
  q <- sum((t(e$vectors[, used, drop = FALSE]) %*% g)^2 / e$values[used])
  c(q, sum(used), pchisq(q, sum(used), lower.tail = FALSE))
}

scores <- list(
  equal = function(n) matrix(seq_along(n)),
  midranks = function(n) matrix(cumsum(n) - n / 2 + 0.5),
  ridit = function(n) matrix(cumsum(n) - n / 2 + 0.5) / sum(n),
  modified_ridit = function(n) matrix(cumsum(n) - n / 2 + 0.5) / (sum(n) + 1),
  given = function(n) matrix(c(-2, 0, 0.5, 7, 11)[seq_along(n)])
)
pattern <- function(n) diag(length(n))[, -length(n), drop = FALSE]
emit_cmh <- function(case, name, q) emit_test(case, name, q[1], q[3], q[2])

for (d in cases("tables.csv")) {
  this <- d$case[1]
  tables <- xtabs(count ~ row + column + stratum, d)
  tables <- array(tables, dim(tables))
  flat <- apply(tables, 1:2, sum)
  kept <- flat[rowSums(flat) > 0, colSums(flat) > 0]
  if (this != "large_strata") {
    emit(this, "freeman_halton.p_value", fisher.test(flat, workspace = 2e7)$p.value)
  }
  test <- chisq.test(kept, correct = FALSE)
  emit_test(this, "chi_squared", test$statistic, test$p.value, test$parameter)

  general <- cmh(tables, pattern, pattern)
  emit_cmh(this, "general", general)
  full <- dim(tables)[3] > 1 && all(apply(tables, 3, sum) > 1) && all(dim(kept) == dim(flat))
  if (full && this != "rows_never_together") {
    r <- mantelhaen.test(tables, correct = FALSE)
    stopifnot(all.equal(unname(c(r$statistic, r$parameter, r$p.value)), general, tol = 1e-10))
  }
  for (how in names(scores)) {
    if (how == "given" && ncol(flat) > 5) next
    means <- cmh(tables, pattern, scores[[how]])
    emit_cmh(this, paste0("row_means.", how), means)
    if (dim(tables)[3] == 1 && how == "midranks") {
      value <- rep(col(flat), flat)
      k <- kruskal.test(value, rep(row(flat), flat))
      stopifnot(all.equal(unname(c(k$statistic, k$parameter)), means[1:2], tol = 1e-10))
    }
  }
}

for (d in cases("trend.csv")) {
  this <- d$case[1]
  d <- d[d$n > 0, ]
  r <- prop.trend.test(d$x, d$n, d$score)
  slope <- sum(d$x * (d$score - sum(d$score * d$n) / sum(d$n)))
  z <- sign(slope) * sqrt(unname(r$statistic))
  if (abs(z) < 1e-12) z <- 0
  n <- sum(d$n)
  for (how in c("binomial", "hypergeometric")) {
    own <- if (how == "binomial") z else z * sqrt((n - 1) / n)
    emit_test(this, paste0(how, ".two_sided"), own, 2 * pnorm(-abs(own)))
    emit_test(this, paste0(how, ".greater"), own, pnorm(-own))
    emit_test(this, paste0(how, ".less"), own, pnorm(own))
  }
}
finish()
