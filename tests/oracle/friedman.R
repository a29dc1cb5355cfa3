# Ranks within subjects: friedman.test.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("blocks.csv")) {
  table <- tapply(d$value, list(d$subject, d$treatment), mean)
  found <- friedman.test(table)
  emit_test(d$case[1], "friedman", found$statistic, found$p.value, found$parameter)
}
finish()
