# Adjusted p-values: p.adjust, which leaves missing ones out of the family.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("p_values.csv")) for (method in c("holm", "hochberg", "BH")) {
  adjusted <- p.adjust(d$p, method)
  for (i in seq_along(adjusted)) emit(d$case[1], paste(method, i, sep = "."), adjusted[i])
}
finish()
