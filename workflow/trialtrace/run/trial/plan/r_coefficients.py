"""How R gives the coefficients of a model: of an arm as `b` and `error`, others by their term."""

from trialtrace.run.trial.plan.card import Named

# The name of a term as R has it: (Intercept), AGE, SEXM.
TERM = """\
column <- sub("^SITE$", "SITEID", toupper(sub("=.*", "", {term})))
name <- paste0(column, sub("^[^=]*=?", "", {term}))
term <- if ({term} == "intercept") "(Intercept)" else name
b_term <- coef(fit)[[term]]
error_term <- sqrt(spread[term, term])
"""


def GIVES(method: str) -> dict[str, str]:
    """The expressions of coefficients, their errors and tests, by the normal distribution."""
    quantile = "qnorm(0.5 + {confidence} / 2)"
    test = f"p_value.{method}_coefficient"
    return {
        "coefficient@arm": f"b + c(0, -1, 1) * {quantile} * error",
        "standard_error@arm": "error",
        "p_value@arm": "2 * pnorm(-abs(b / error))",
        "coefficient": f"b_term + c(0, -1, 1) * {quantile} * error_term",
        "standard_error": "error_term",
        test: "2 * pnorm(-abs(b_term / error_term))",
    }


def ALSO(method: str, title: str = "") -> dict[str, Named]:
    """The name of the tests of coefficients."""
    return {f"{method}_coefficient": Named("Wald test of a coefficient", "")}
