"""R of sample sizes, power, what is detected and widths: by design, from the result's options.

References: those of `trialtrace.stats.design`.
"""

from trialtrace.run.trial.plan.card import R

_SMALLEST = """\
smallest <- function(enough, n) {
  while (!enough(n)) n <- n + 1
  n
}
"""
_ROOT = (
    "tail <- {alpha} / (1 + {sides=two_sided})\n"
    + _SMALLEST
    + """\
root <- function(of, low, high) {
  uniroot(function(x) of(x) - {power}, c(low, high), tol = 1e-14, maxiter = 10000)$root
}
normal_power <- function(shift) {
  z <- qnorm(tail, lower.tail = FALSE)
  pnorm(shift - z) + if ({sides=two_sided}) pnorm(-shift - z) else 0
}
n <- {patients}
"""
)
# Frison and Pocock 1992: the variance of what is analysed of the visits of a patient.
_VISITS = """\
seen <- {visits}
part <- if (is.null(seen)) 1 else with(seen, {
  after <- (1 + (follow_ups - 1) * correlation) / follow_ups
  before <- (1 + (baselines - 1) * correlation) / max(baselines, 1)
  switch(analysis, follow_up = after, change = after + before - 2 * correlation,
         ancova = after - correlation^2 / before)
})
sd <- {sd} * sqrt(part)
"""
_T = """\
t_power <- function(shift, df) {
  critical <- qt(tail, df, lower.tail = FALSE)
  pt(critical, df, shift, lower.tail = FALSE) +
    if ({sides=two_sided}) pt(-critical, df, shift) else 0
}
mean_of_s <- function(df) sqrt(2 / df) * exp(lgamma((df + 1) / 2) - lgamma(df / 2))
"""
_WILSON = """\
wilson <- function(n) {
  p <- 0:n / n
  z <- qnorm(0.5 + {confidence} / 2)
  half <- z * sqrt(p * (1 - p) / n + z^2 / (4 * n^2))
  cbind(p + z^2 / (2 * n) - half, p + z^2 / (2 * n) + half) / (1 + z^2 / n)
}
"""
_NO_MARGIN = {"margin": (None,), "clusters": (None,)}

_TWO_PROPORTIONS = R(
    {
        "power.chi_squared_formula": "chi_power({treated}, n[1], n[2])",
        "patients_needed.chi_squared_formula": "2 * smallest(function(each) {\n"
        "  chi_power({treated}, each, each) >= {power}\n"
        "}, 1)",
        "detectable_proportion.chi_squared_formula": "root(function(p1) chi_power(p1, n[1], n[2]), "
        "ends[1], ends[2])",
        "power.fisher_exact_power": "fisher_power({treated})",
        "detectable_proportion.fisher_exact_power": "root(fisher_power, ends[1], ends[2])",
        "width_points.newcombe_expected": "sum(outer(dbinom(0:n[1], n[1], {treated}), "
        "dbinom(0:n[2], n[2], {control})) *\n               (below + above))",
    },
    _ROOT
    + """\
p0 <- {control}
chi_power <- function(p1, n1, n0) {
  pooled <- (n1 * p1 + n0 * p0) / (n1 + n0)
  at_null <- qnorm(tail, lower.tail = FALSE) * sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0))
  error <- sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
  away <- abs(p1 - p0)
  pnorm((away - at_null) / error) + if ({sides=two_sided}) pnorm((-away - at_null) / error) else 0
}
# Tables that Fisher's test rejects, by events in the two arms.
rejected <- matrix(FALSE, n[1] + 1, n[2] + 1)
for (total in 0:sum(n)) {
  a <- max(0, total - n[2]):min(n[1], total)
  chance <- dhyper(a, n[1], n[2], total)
  p <- if ({sides=two_sided}) {
    sapply(chance, function(one) sum(chance[chance <= one * (1 + 1e-7)]))
  } else if ({better=lower}) cumsum(chance) else rev(cumsum(rev(chance)))
  rejected[cbind(a + 1, total - a + 1)] <- p <= {alpha} * (1 + 1e-7)
}
fisher_power <- function(p1) {
  sum(outer(dbinom(0:n[1], n[1], p1), dbinom(0:n[2], n[2], p0)) * rejected)
}
ends <- if ({better=lower}) c(1e-9, p0 - 1e-9) else c(p0 + 1e-9, 1 - 1e-9)
"""
    + _WILSON
    + """\
one <- wilson(n[1])
other <- wilson(n[2])
x <- 0:n[1] / n[1]
y <- 0:n[2] / n[2]
below <- sqrt(outer((x - one[, 1])^2, (other[, 2] - y)^2, "+"))
above <- sqrt(outer((one[, 2] - x)^2, (y - other[, 1])^2, "+"))
""",
    only=_NO_MARGIN,
)
_ONE_PROPORTION = R(
    {"width_points": "sum(dbinom(0:n, n, {risk}) * (ends[, 2] - ends[, 1]))"},
    "n <- sum({patients})\n" + _WILSON + "ends <- wilson(n)\n",
)
_SEVERAL_PROPORTIONS = R(
    {
        "power": "power_of({patients})",
        "patients_needed": "length(risks) * smallest(function(each) {\n"
        "  power_of(rep(each, length(risks))) >= {power}\n"
        "}, 2)",
    },
    _SMALLEST
    + """\
risks <- {risks}
power_of <- function(n) {
  pooled <- sum(n * risks) / sum(n)
  away <- sum(n * (risks - pooled)^2) / (pooled * (1 - pooled))
  df <- length(risks) - 1
  pchisq(qchisq({alpha}, df, lower.tail = FALSE), df, away, lower.tail = FALSE)
}
""",
)
_SEVERAL_MEANS = R(
    {
        "power": "power_of({patients})",
        "patients_needed": "length(means) * smallest(function(each) {\n"
        "  power_of(rep(each, length(means))) >= {power}\n"
        "}, 2)",
    },
    _SMALLEST
    + """\
means <- {means}
power_of <- function(n) {
  away <- sum(n * (means - sum(n * means) / sum(n))^2) / {sd}^2
  df <- c(length(means) - 1, sum(n) - length(means))
  pf(qf({alpha}, df[1], df[2], lower.tail = FALSE), df[1], df[2], away, lower.tail = FALSE)
}
""",
)
_TWO_MEANS = R(
    {
        "power": "power_of({difference}, n[1], n[2])",
        "patients_needed": "2 * smallest(function(each) "
        "power_of({difference}, each, each) >= {power}, 2)",
        "detectable_difference": "root(function(difference) power_of(difference, n[1], n[2]), "
        "1e-9, 40 * error(n[1], n[2]))",
        "width_difference": "2 * qt(0.5 + {confidence} / 2, sum(n) - 2) * error(n[1], n[2]) *\n"
        "  mean_of_s(sum(n) - 2)",
    },
    _ROOT
    + _VISITS
    + _T
    + """\
error <- function(n1, n0) sd * sqrt(1 / n1 + 1 / n0)
power_of <- function(difference, n1, n0) {
  t_power(abs(difference) / error(n1, n0), n1 + n0 - 2)
}
""",
    only=_NO_MARGIN,
)
_PAIRED_MEANS = R(
    {
        "power": "power_of({difference}, sum(n))",
        "patients_needed": "smallest(function(pairs) power_of({difference}, pairs) >= {power}, 2)",
        "detectable_difference": "root(function(difference) power_of(difference, sum(n)), "
        "1e-9, 40 * sd)",
        "width_difference": "2 * qt(0.5 + {confidence} / 2, sum(n) - 1) * sd / sqrt(sum(n)) *\n"
        "  mean_of_s(sum(n) - 1)",
    },
    _ROOT
    + _VISITS
    + _T
    + """\
power_of <- function(difference, pairs) t_power(abs(difference) / sd * sqrt(pairs), pairs - 1)
""",
)
_MANN_WHITNEY = R(
    {
        "power": "power_of({superiority}, n[1], n[2])",
        "patients_needed": "2 * smallest(function(each) "
        "power_of({superiority}, each, each) >= {power}, 1)",
        "detectable_superiority": "root(function(p) power_of(p, n[1], n[2]), 0.5 + 1e-9, 1 - 1e-9)",
        "width_superiority": "2 * qnorm(0.5 + {confidence} / 2) * "
        "sqrt((sum(n) + 1) / (12 * prod(n)))",
    },
    _ROOT
    + """\
power_of <- function(p, n1, n0) {
  normal_power(abs(p - 0.5) * sqrt(12 * n1 * n0 / (n1 + n0 + 1)))
}
""",
)
_PER_EVENT = """\
per_event <- function(hr, ratio) {
  if ({formula=schoenfeld}) abs(log(hr)) * sqrt(ratio) / (1 + ratio)
  else sqrt(ratio) * abs(1 - hr) / (1 + ratio * hr)
}
ratio <- n[1] / n[2]
ends <- if ({better=lower}) c(-20, -1e-9) else c(1e-9, 20)
width <- function(events) {
  exp(2 * qnorm(0.5 + {confidence} / 2) * (1 + ratio) / sqrt(events * ratio))
}
"""
_LOG_RANK = R(
    {
        "power": "normal_power(per_event({hazard_ratio}, ratio) * sqrt({events}))",
        "events_needed": "smallest(function(events) {\n"
        "  normal_power(per_event({hazard_ratio}, ratio) * sqrt(events)) >= {power}\n"
        "}, 1)",
        "detectable_ratio": "exp(root(function(x) "
        "normal_power(per_event(exp(x), ratio) * sqrt({events})),\n"
        "                   ends[1], ends[2]))",
        "width_ratio": "width({events})",
    },
    _ROOT + _PER_EVENT,
    only={"margin": (None,)},
)
# Lachin and Foulkes 1986: the chance that an event is seen, over the entries.
_SURVIVAL = R(
    {
        "power": "normal_power(per_event({hazard_ratio}, ratio) * sqrt(events({hazard_ratio})))",
        "events_expected": "events({hazard_ratio})",
        "patients_needed": "2 * smallest(function(each) each * both >= needed, 1)",
        "detectable_ratio": "exp(root(function(x) {\n"
        "  normal_power(per_event(exp(x), ratio) * sqrt(events(exp(x))))\n"
        "}, ends[1], ends[2]))",
        "width_ratio": "width(events(1))",
    },
    _ROOT
    + _PER_EVENT
    + """\
chance <- function(hazard) {
  either <- hazard + {losses}
  seen <- function(u) hazard / either * (1 - exp(-either * ({follow_up} + u)))
  if ({accrual} == 0) seen(0) else integrate(seen, 0, {accrual}, rel.tol = 1e-12)$value / {accrual}
}
events <- function(hr) n[1] * chance({hazard} * hr) + n[2] * chance({hazard})
needed <- smallest(function(e) {
  normal_power(per_event({hazard_ratio}, 1) * sqrt(e)) >= {power}
}, 1)
both <- chance({hazard} * {hazard_ratio}) + chance({hazard})
""",
)
DESIGNS = {
    "two_proportions": _TWO_PROPORTIONS,
    "one_proportion": _ONE_PROPORTION,
    "several_proportions": _SEVERAL_PROPORTIONS,
    "two_means": _TWO_MEANS,
    "several_means": _SEVERAL_MEANS,
    "paired_means": _PAIRED_MEANS,
    "mann_whitney": _MANN_WHITNEY,
    "log_rank": _LOG_RANK,
    "survival": _SURVIVAL,
}
# What an entry may leave out.
LEFT_OUT = ("margin", "clusters", "visits")
