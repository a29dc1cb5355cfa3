# Tables of r arms by no and yes in strata, all margins fixed: every table of every stratum is
# listed, every combination of these has its probability by dhyper's definition, and its general
# association statistic by the Kronecker definition. p is the sum of those as extreme.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

# Counts of events by arm of a stratum, a row each, and their probabilities.
listed <- function(n, events) {
  each <- as.matrix(do.call(expand.grid, lapply(n, function(size) 0:size)))
  each <- each[rowSums(each) == events, , drop = FALSE]
  p <- apply(each, 1, function(x) prod(choose(n, x))) / choose(sum(n), events)
  stopifnot(abs(sum(p) - 1) < 1e-12)
  list(x = each, p = p)
}

for (d in cases("tables.csv")) {
  this <- d$case[1]
  tables <- xtabs(count ~ row + column + stratum, d)
  tables <- array(tables, dim(tables))
  tables <- tables[, , apply(tables, 3, sum) > 1, drop = FALSE]
  if (dim(tables)[2] != 2) next
  arms <- dim(tables)[1]
  x <- matrix(0, 1, arms)
  p <- 1
  mean <- numeric(arms)
  v <- 0
  for (k in seq_len(dim(tables)[3])) {
    n <- rowSums(tables[, , k])
    total <- sum(n)
    events <- sum(tables[, 2, k])
    own <- listed(n, events)
    at <- expand.grid(seq_along(p), seq_along(own$p))
    x <- x[at[, 1], , drop = FALSE] + own$x[at[, 2], , drop = FALSE]
    p <- p[at[, 1]] * own$p[at[, 2]]
    mean <- mean + n * events / total
    v <- v + events * (total - events) / (total - 1) * (diag(n / total) - (n / total) %o% (n / total))
  }
  e <- eigen(v, symmetric = TRUE)
  used <- e$values > 1e-9 * max(e$values)
  half <- t(e$vectors[, used, drop = FALSE]) / sqrt(e$values[used])
  q <- function(x) colSums((half %*% (t(x) - mean))^2)
  observed <- q(matrix(rowSums(tables[, 2, , drop = FALSE]), 1))
  emit_test(this, "general_exact", observed, sum(p[q(x) >= observed * (1 - 1e-7)]))
  full <- dim(tables)[3] > 1 && all(apply(tables, c(1, 3), sum) > 0)
  if (full) {
    r <- mantelhaen.test(tables, correct = FALSE)
    stopifnot(all.equal(unname(r$statistic), observed, tol = 1e-10))
  }
}

finish()
