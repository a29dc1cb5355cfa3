# Shared by the oracle scripts: read a data table, collect numbers, write them with 17 digits.
# Use: Rscript tests/oracle/<subject>.R [folder]; without a folder the committed files are
# written anew. `script` is the path of the calling script. Values are one per line: case,
# quantity, value; undefined ones are NaN.

here <- dirname(normalizePath(script))
given <- commandArgs(TRUE)
out <- if (length(given)) given[1] else file.path(here, "expected")

cases <- function(name) {
  table <- read.csv(file.path(here, "data", name), colClasses = c(case = "character"))
  split(table, factor(table$case, levels = unique(table$case)))
}

collected <- new.env()
collected$lines <- character()

emit <- function(case, quantity, value) {
  value <- as.numeric(value)
  text <- ifelse(is.na(value), "NaN", format(value, digits = 17, trim = TRUE))
  line <- paste(case, quantity, text, sep = ",")
  collected$lines <- c(collected$lines, line)
}

emit_interval <- function(case, quantity, estimate, low, high) {
  emit(case, paste0(quantity, ".estimate"), estimate)
  emit(case, paste0(quantity, ".low"), low)
  emit(case, paste0(quantity, ".high"), high)
}

emit_test <- function(case, quantity, statistic, p_value, df = NULL) {
  emit(case, paste0(quantity, ".statistic"), statistic)
  if (!is.null(df)) emit(case, paste0(quantity, ".df"), df)
  emit(case, paste0(quantity, ".p_value"), p_value)
}

# Gauss and Legendre's nodes and weights on -1 to 1, by the eigenvalues of Golub and Welsch.
legendre <- function(n) {
  k <- seq_len(n - 1)
  jacobi <- matrix(0, n, n)
  jacobi[cbind(k, k + 1)] <- jacobi[cbind(k + 1, k)] <- k / sqrt(4 * k^2 - 1)
  roots <- eigen(jacobi, symmetric = TRUE)
  list(node = roots$values, weight = 2 * roots$vectors[1, ]^2)
}

# A function that R refuses to compute has no value: NaN.
or_nan <- function(expression) tryCatch(expression, error = function(e) NULL)

finish <- function(packages = character()) {
  subject <- sub("[.]R$", "", basename(script))
  versions <- vapply(packages, function(p) paste(p, packageVersion(p)), "")
  header <- paste("#", paste(c(R.version.string, versions), collapse = "; "))
  dir.create(out, showWarnings = FALSE)
  path <- file.path(out, paste0(subject, ".csv"))
  writeLines(c(header, "case,quantity,value", collected$lines), path)
}

options(warn = -1)
