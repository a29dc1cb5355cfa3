"""R of analyses of variance with factors within subjects: what is read off car's table.

The cards have the lines that call Anova: they name `test`, the answer, and `effect`, a row of it;
between `TABLE` and `FROM_TABLE` they name `within_df`, the degrees of freedom of the effect within
subjects, and `errors`, the sum of squares of all error terms.
"""

TABLE = """\
fit <- summary(test, multivariate = FALSE)
squares <- unclass(fit$univariate.tests)
row <- as.list(squares[effect, ])
"""
FROM_TABLE = """\
# Of the noncentral F: the limits of the effect.
limit <- function(p) {
  of <- function(l) pf(row$`F value`, row$`num Df`, row$`den Df`, l) - p
  if (of(0) <= 0) 0 else uniroot(of, c(0, 1000), tol = 1e-12)$root
}
limits <- c(limit(0.5 + {confidence} / 2), limit(0.5 - {confidence} / 2))
# An effect of one degree of freedom has nothing to correct.
epsilon <- function(name) {
  if (within_df == 1) return(1)
  given <- fit$pval.adjustments
  if (effect %in% rownames(given)) return(given[effect, name])
  # car has none where the error matrix is singular, with fewer patients than it has columns.
  matrix <- solve(crossprod(test$P[[effect]]), test$SSPE[[effect]])
  gg <- sum(diag(matrix))^2 / (within_df * sum(matrix * t(matrix)))
  error_df <- row$`den Df` / within_df
  if (name == "GG eps") return(gg)
  ((error_df + 1) * within_df * gg - 2) / (within_df * (error_df - within_df * gg))
}
epsilon_gg <- epsilon("GG eps")
epsilon_hf <- epsilon("HF eps")
epsilon_lower <- 1 / within_df
corrected <- function(by) {
  pf(row$`F value`, min(1, by) * row$`num Df`, min(1, by) * row$`den Df`, lower.tail = FALSE)
}
chosen <- c(greenhouse_geisser = epsilon_gg, huynh_feldt = min(1, epsilon_hf),
            lower_bound = epsilon_lower, none = 1)[[{sphericity}]]
tests <- unclass(fit$sphericity.tests)
mauchly <- if (effect %in% rownames(tests)) as.list(tests[effect, ]) else list(NA, NA)
# Anderson 1984: a second term of the series that R breaks off.
df <- row$`den Df` / within_df
rho <- 1 - (2 * within_df^2 + within_df + 2) / (6 * within_df * df)
second <- (within_df + 2) * (within_df - 1) * (within_df - 2) *
  (2 * within_df^3 + 6 * within_df^2 + 3 * within_df + 2) / (288 * within_df^2 * df^2 * rho^2)
tails <- pchisq(-df * rho * log(mauchly[[1]]), within_df * (within_df + 1) / 2 - 1 + c(0, 4),
                lower.tail = FALSE)
"""
_SQUARES = "row$`Sum Sq` / (row$`Sum Sq` + "
GIVES = {
    "f": "row$`F value`",
    "df1": "row$`num Df`",
    "df2": "row$`den Df`",
    "p_value": "corrected(chosen)",
    "p_uncorrected": "row$`Pr(>F)`",
    "p_gg": "corrected(epsilon_gg)",
    "p_hf": "corrected(epsilon_hf)",
    "p_lower": "corrected(epsilon_lower)",
    "epsilon_gg": "epsilon_gg",
    "epsilon_hf": "epsilon_hf",
    "epsilon_lower": "epsilon_lower",
    "df1_corrected": "chosen * row$`num Df`",
    "df2_corrected": "chosen * row$`den Df`",
    "partial_eta_squared": f"c({_SQUARES}row$`Error SS`),\n"
    "           limits / (limits + row$`num Df` + row$`den Df` + 1))",
    "generalised_eta_squared": f"{_SQUARES}errors)",
    "mauchly_w": "mauchly[[1]]",
    "mauchly_p": "tails[1] + second * (tails[2] - tails[1])",
    "mauchly_p_r": "mauchly[[2]]",
}
