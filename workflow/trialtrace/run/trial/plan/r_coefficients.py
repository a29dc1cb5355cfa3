"""How R gives the coefficients of a model: of an arm as `b` and `error`, others by their term."""


def term_of(fit: str) -> str:
    """Lines for the term of a fit, by its name in R: (Intercept), AGE, SEXM, 0|1."""
    return f"""\
column <- sub("^SITE$", "SITEID", toupper(sub("=.*", "", {{term}})))
name <- if ({{term}} == "intercept") "(Intercept)" else if (column == "THRESHOLD") {{
  grep(paste0("^", sub(".*=", "", {{term}}), "[|]"), names(coef({fit})), value = TRUE)
}} else if (column == "BASELINE") "BASE" else paste0(column, sub("^[^=]*=?", "", {{term}}))
b_term <- coef({fit})[[name]]
error_term <- sqrt(spread[name, name])
"""


TERM = term_of("fit")


def coefficients(df: str = "Inf") -> dict[str, str]:
    """Coefficients, their errors and tests, by the normal distribution or t."""
    quantile = f"qt(0.5 + {{confidence}} / 2, {df})"
    return {
        "coefficient@arm": f"b + c(0, -1, 1) * {quantile} * error",
        "standard_error@arm": "error",
        "p_coefficient@arm": f"2 * pt(-abs(b / error), {df})",
        "coefficient": f"b_term + c(0, -1, 1) * {quantile} * error_term",
        "standard_error": "error_term",
        "p_coefficient": f"2 * pt(-abs(b_term / error_term), {df})",
    }


def ratio(statistic: str) -> dict[str, str]:
    """A ratio with Wald's interval and test, and the coefficients of its model."""
    interval = "exp(b + c(0, -1, 1) * qnorm(0.5 + {confidence} / 2) * error)"
    return {**coefficients(), statistic: interval, "p_value": "2 * pnorm(-abs(b / error))"}
