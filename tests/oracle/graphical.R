# Graphical procedures as closed tests: weighted Bonferroni over every intersection, whose weights
# come from taking out all other hypotheses, here by the absorption probabilities of a Markov chain:
# a hypothesis outside passes its weight along the edges until it reaches one inside.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

closed <- function(p, weight, G, told = function(...) NULL) {
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
    for (i in seq_along(inside)) told(paste("weight", mask, inside[i], sep = "."), w[i])
  }
  adjusted
}
# Two families of two: levels of the first pass on in equal parts, the second is Holm's.
parallel <- rbind(c(0, 0, 1, 1) / 2, c(0, 0, 1, 1) / 2, c(0, 0, 0, 1), c(0, 0, 1, 0))
for (d in cases("graphs.csv")) {
  case <- d$case[1]
  G <- as.matrix(d[, paste0("t", 1:4)])
  adjusted <- closed(d$p, d$weight, G, function(name, value) emit(case, name, value))
  for (i in seq_along(adjusted)) emit(case, paste0("adjusted.", i), adjusted[i])
  gate <- closed(d$p, c(0.5, 0.5, 0, 0), parallel)
  for (i in seq_along(gate)) emit(case, paste0("parallel.", i), gate[i])
}
finish()
