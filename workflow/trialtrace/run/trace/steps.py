"""What lies between a number of the results and the number that a claim shows of it."""

from collections.abc import Mapping
from typing import Any

from trialtrace.base.words import NUMBER_NEEDED, value_text
from trialtrace.run.tables.contracts.rows import ClaimRow, ResultRow, present

# Conversion of a claim (`as`) -> the step from the value as its page shows it.
STEPS = {
    "percent_reduction": "1 \N{MINUS SIGN} {}",
    "percent_decrease": "{} with the other sign",
    "opposite_sign": "{} with the other sign",
    "inverse": "1 / {}",
    "log": "log {}",
    "years_from_days": "{} days / 365.25",
    "months_from_days": "{} days / 30.4375",
}


def step(selects: Mapping[str, Any] | None, claim: ClaimRow, result: ResultRow) -> str:
    """ "1 − 0.54", "2352 days / 365.25", "12.8, rounded"; nothing where the page of the result
    shows the number itself.

    `selects` is what the configuration says of the claim, `claim` its row of the claims contract.
    """
    how, component = (selects or {}).get("as"), claim["component"]
    stat, value = result["stat_name"], result["stat_value"]
    if component == "denominator" or value is None:
        return ""
    if how in STEPS and component in ("value", "percent"):
        shown = f"{value:.0f}" if how.endswith("_from_days") else value_text(stat, value)
        return STEPS[how].format(shown)
    if stat == NUMBER_NEEDED and component == "value" and not _shows(claim, result):
        return f"{value_text(stat, value)}, rounded"
    return ""


def _shows(claim: ClaimRow, result: ResultRow) -> bool:
    value = present(result["stat_value"])
    return claim["recomputed_text"] == value_text(result["stat_name"], value)
