# What vcdExtra computes of the same tables: row means in one or several strata.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressMessages(library(vcdExtra))

for (d in cases("tables.csv")) {
  this <- d$case[1]
  tables <- xtabs(count ~ row + column + stratum, d)
  flat <- apply(tables, 1:2, sum)
  if (any(rowSums(flat) == 0) || any(colSums(flat) == 0)) next
  if (any(apply(tables, 3, sum) < 2) || grepl("^row", this)) next
  if (dim(tables)[3] == 1) {
    test <- CMHtest(flat)
  } else {
    test <- CMHtest(tables, overall = TRUE)$ALL
  }
  for (name in c(rmeans = "rmeans", general = "general")) {
    row <- test$table[name, ]
    emit_test(this, name, row[["Chisq"]], row[["Prob"]], row[["Df"]])
  }
}
finish("vcdExtra")
