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
