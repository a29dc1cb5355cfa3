# Exact and asymptotic tests of samples beyond those of the other subjects: Fisher, Freeman and
# Halton's test of 5 x 4 tables, whose network R keeps in a large workspace.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))

for (d in cases("large_tables.csv")) {
  table <- xtabs(count ~ row + column, d)
  emit(d$case[1], "freeman_halton", fisher.test(table, workspace = 2e8)$p.value)
}
finish()
