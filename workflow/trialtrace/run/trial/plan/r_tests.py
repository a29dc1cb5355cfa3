"""What R gives of a test: the results of a card by the names that its lines use."""

T_TEST = {"p_value": "test$p.value", "t": "test$statistic", "df": "test$parameter"}
CHI_SQUARED_TEST = {
    "p_value": "test$p.value",
    "chi_squared": "test$statistic",
    "df": "test$parameter",
}
CHI_SQUARED = {
    "p_value": "pchisq(chi_squared, df, lower.tail = FALSE)",
    "chi_squared": "chi_squared",
    "df": "df",
}
Z_TEST = {
    "z": "z",
    "p_value": "switch({sides}, two.sided = 2 * pnorm(-abs(z)), greater = pnorm(-z), "
    "less = pnorm(z))",
}


def wald(statistic: str, value: str, error: str, back: str = "{}") -> dict[str, str]:
    """A value with Wald's interval and test; `back` is the scale that both are told on."""
    interval = f"{value} + c(0, -1, 1) * qnorm(0.5 + {{confidence}} / 2) * {error}"
    return {
        statistic: back.replace("{}", interval),
        "z": f"{value} / {error}",
        "p_value": f"2 * pnorm(-abs({value} / {error}))",
    }
