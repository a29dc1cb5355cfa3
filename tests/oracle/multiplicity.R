# Adjusted p-values: p.adjust, which leaves missing ones out of the family; Sidak's by its formula;
# a serial gate by p.adjust and the largest value so far.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("p_values.csv")) for (method in c("bonferroni", "holm", "hochberg", "hommel", "BH")) {
  adjusted <- p.adjust(d$p, method)
  for (i in seq_along(adjusted)) emit(d$case[1], paste(method, i, sep = "."), adjusted[i])
}
for (d in cases("p_values.csv")) {
  m <- sum(!is.na(d$p))
  adjusted <- -expm1(m * log1p(-d$p))
  for (i in seq_along(adjusted)) emit(d$case[1], paste0("sidak.", i), adjusted[i])
  if (length(d$p) < 2 || m < length(d$p)) next
  first <- seq_len(length(d$p) %/% 2)
  one <- p.adjust(d$p[first], "holm")
  gate <- c(one, pmax(max(one), p.adjust(d$p[-first], "holm")))
  for (i in seq_along(gate)) emit(d$case[1], paste0("serial.", i), gate[i])
}
finish()
