"""How R gives the coefficients of a model: of an arm as `b` and `error`, others by their term."""

# The name of a term as R has it: (Intercept), AGE, SEXM.
TERM = """\
column <- sub("^SITE$", "SITEID", toupper(sub("=.*", "", {term})))
name <- paste0(column, sub("^[^=]*=?", "", {term}))
term <- if ({term} == "intercept") "(Intercept)" else name
b_term <- coef(fit)[[term]]
error_term <- sqrt(spread[term, term])
"""


QUANTILE = "qnorm(0.5 + {confidence} / 2)"
GIVES = {
    "coefficient@arm": f"b + c(0, -1, 1) * {QUANTILE} * error",
    "standard_error@arm": "error",
    "p_coefficient@arm": "2 * pnorm(-abs(b / error))",
    "coefficient": f"b_term + c(0, -1, 1) * {QUANTILE} * error_term",
    "standard_error": "error_term",
    "p_coefficient": "2 * pnorm(-abs(b_term / error_term))",
}
"""Coefficients, their errors and tests, by the normal distribution."""
