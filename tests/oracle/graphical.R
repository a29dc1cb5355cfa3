# Graphical procedures as closed tests: weighted Bonferroni over every intersection, whose weights
# come from taking out all other hypotheses, here by the absorption probabilities of a Markov chain:
# a hypothesis outside passes its weight along the edges until it reaches one inside.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("graphs.csv")) {
  m <- nrow(d)
  G <- as.matrix(d[, paste0("t", 1:4)])
  adjusted <- rep(0, m)
  for (mask in seq_len(2^m - 1)) {
    inside <- which(bitwAnd(mask, 2^(seq_len(m) - 1)) > 0)
    outside <- setdiff(seq_len(m), inside)
    w <- d$weight[inside]
    if (length(outside)) {
      Q <- G[outside, outside, drop = FALSE]
      # Summed, since weight that can never leave makes I - Q singular.
      paths <- diag(length(outside)); term <- paths
      for (i in 1:4000) { term <- term %*% Q; paths <- paths + term; if (max(term) < 1e-18) break }
      w <- w + drop(d$weight[outside] %*% paths %*% G[outside, inside, drop = FALSE])
    }
    p <- if (any(w > 0)) min(1, (d$p[inside] / w)[w > 0]) else 1
    adjusted[inside] <- pmax(adjusted[inside], p)
    for (i in seq_along(inside)) emit(d$case[1], paste("weight", mask, inside[i], sep = "."), w[i])
  }
  for (i in seq_len(m)) emit(d$case[1], paste0("adjusted.", i), adjusted[i])
}
finish()
