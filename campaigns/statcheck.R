# The test statistics of a file, a line each, checked by the package statcheck.
# usage: Rscript statcheck.R LINES RESULT.csv
arguments <- commandArgs(trailingOnly = TRUE)
lines <- readLines(arguments[1], encoding = "UTF-8")
names(lines) <- seq_along(lines)
found <- statcheck::statcheck(lines, messages = FALSE)
found$version <- as.character(packageVersion("statcheck"))
write.csv(found[c("source", "error", "version")], arguments[2], row.names = FALSE)
