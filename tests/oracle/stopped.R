# Estimates after stopping by rpact: final p-value, median unbiased hazard ratio and its interval, of
# one-sided designs that stopped at each of their looks. The information is a quarter of the events.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]), fixed = TRUE)
source(file.path(dirname(script), "helpers.R"))
suppressPackageStartupMessages(library(rpact))

designs <- list(
  obrien_fleming = list(rates = c(0.4, 0.7, 1), type = "OF"),
  pocock = list(rates = c(0.5, 1), type = "P"),
  spending_obrien_fleming = list(rates = c(0.3, 0.6, 1), type = "asOF"))
stops <- list(c(3.9, 4.2, 4.6), c(0.8, 2.9, 3.4), c(0.3, 1.1, 2.05), c(1.2, 1.7, 0.4))

for (name in names(designs)) {
  d <- designs[[name]]
  k <- length(d$rates)
  design <- getDesignGroupSequential(
    kMax = k, alpha = 0.025, sided = 1, informationRates = d$rates, typeOfDesign = d$type)
  for (s in seq_along(stops)) {
    z <- stops[[s]][seq_len(k)]
    look <- min(c(which(z >= design$criticalValues), k))
    events <- (d$rates * 200)[seq_len(look)]
    data <- getDataset(cumulativeEvents = events, cumulativeLogRanks = z[seq_len(look)])
    # Of getAnalysisResults these alone: it computes repeated intervals too, for half of its time.
    stage <- getStageResults(design, data, directionUpper = TRUE)
    found <- getFinalConfidenceInterval(design, data, directionUpper = TRUE)
    bounds <- found$finalConfidenceInterval
    case <- paste(name, s, sep = ".")
    emit(case, "look", look)
    emit(case, "z", z[look])
    emit(case, "p_value", getFinalPValue(stage)$pFinal)
    emit_interval(case, "hazard_ratio", found$medianUnbiased, bounds[1], bounds[2])
  }
}
finish("rpact")
