# Graphical procedures as closed tests: weighted Bonferroni over every intersection, whose weights
# come from taking out all other hypotheses, here by the absorption probabilities of a Markov chain:
# a hypothesis outside passes its weight along the edges until it reaches one inside.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

closed <- function(p, weight, G) {
  m <- length(p)
  adjusted <- rep(0, m)
  for (mask in seq_len(2^m - 1)) {
    inside <- which(bitwAnd(mask, 2^(seq_len(m) - 1)) > 0)
    outside <- setdiff(seq_len(m), inside)
    w <- weight[inside]
    if (length(outside)) {
      Q <- G[outside, outside, drop = FALSE]
      # Summed, since weight that can never leave makes I - Q singular.
      paths <- diag(length(outside)); term <- paths
      for (i in 1:4000) { term <- term %*% Q; paths <- paths + term; if (max(term) < 1e-18) break }
      w <- w + drop(weight[outside] %*% paths %*% G[outside, inside, drop = FALSE])
    }
    least <- if (any(w > 0)) min(1, (p[inside] / w)[w > 0]) else 1
    adjusted[inside] <- pmax(adjusted[inside], least)
  }
  adjusted
}
# Two families of two: levels of the first pass on in equal parts, the second is Holm's.
parallel <- rbind(c(0, 0, 1, 1) / 2, c(0, 0, 1, 1) / 2, c(0, 0, 0, 1), c(0, 0, 1, 0))
# Gates that are truncated: the procedure's own steps at a level, and the least level that rejects.
steps <- function(families, g, alpha) {
  rejected <- lapply(families, function(p) rep(FALSE, length(p)))
  for (f in seq_along(families)) {
    p <- families[[f]]; m <- length(p); order <- order(p)
    for (i in seq_len(m)) {
      if (alpha <= 0 || p[order[i]] > alpha * (g[f] / (m - i + 1) + (1 - g[f]) / m)) break
      rejected[[f]][order[i]] <- TRUE
    }
    left <- sum(!rejected[[f]])
    if (left) alpha <- alpha * (1 - (g[f] + (1 - g[f]) * left / m))
  }
  unlist(rejected)
}
least_level <- function(families, g) sapply(seq_along(unlist(families)), function(i) {
  low <- 0; high <- 1
  if (!steps(families, g, 1)[i]) return(1)
  for (k in 1:100) { middle <- (low + high) / 2; if (steps(families, g, middle)[i]) high <- middle else low <- middle }
  # A p-value of 0 is rejected at any level.
  if (high < 1e-20) 0 else high
})
for (d in cases("graphs.csv")) {
  case <- d$case[1]
  G <- as.matrix(d[, paste0("t", 1:4)])
  adjusted <- closed(d$p, d$weight, G)
  for (i in seq_along(adjusted)) emit(case, paste0("adjusted.", i), adjusted[i])
  gate <- closed(d$p, c(0.5, 0.5, 0, 0), parallel)
  for (i in seq_along(gate)) emit(case, paste0("parallel.", i), gate[i])
  for (g in c(0.25, 0.5, 0.9)) {
    found <- least_level(list(d$p[1:2], d$p[3:4]), c(g, 1))
    for (i in seq_along(found)) emit(case, paste("truncated", g, i, sep = "."), found[i])
    found <- least_level(as.list(d$p[c(2, 1, 4, 3)]), c(g, g / 2, g, 1))
    for (i in seq_along(found)) emit(case, paste("truncated_four", g, i, sep = "."), found[i])
    found <- least_level(list(d$p[1:3], d$p[4]), c(g, 1))
    for (i in seq_along(found)) emit(case, paste("truncated_three", g, i, sep = "."), found[i])
  }
}
finish()
