# Adjusted p-values: p.adjust, which leaves missing ones out of the family; Sidak's by hand.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("p_values.csv")) for (method in c("holm", "hochberg", "BH", "hommel")) {
  adjusted <- p.adjust(d$p, method)
  for (i in seq_along(adjusted)) emit(d$case[1], paste(method, i, sep = "."), adjusted[i])
}
for (d in cases("p_values.csv")) {
  p <- d$p[!is.na(d$p)]
  rank <- order(p)
  for (method in c("sidak", "holm_sidak")) {
    tests <- if (method == "sidak") length(p) else rev(seq_along(p))
    adjusted <- d$p
    adjusted[!is.na(d$p)] <- cummax(-expm1(tests * log1p(-p[rank])))[order(rank)]
    for (i in seq_along(adjusted)) emit(d$case[1], paste(method, i, sep = "."), adjusted[i])
  }
}
finish()
