"""What the audit found, as one sentence that states facts and accuses nobody."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.agreement import (
    CHANGES,
    COMPATIBLE,
    DIFFERS,
    EXACT,
    SAME,
    UNDETERMINED,
    Verdict,
    p_text,
    rounded,
    units_off,
)
from trialtrace.audit.printed.expression import RANGE, Component
from trialtrace.audit.printed.sentences import NUMBERS
from trialtrace.audit.printed.verdicts import NOT_CHECKED, UNCHECKED
from trialtrace.base.words import IN_UNITS, NUMBER_NEEDED
from trialtrace.run.tables.contracts.rows import ResultRow, present

if TYPE_CHECKING:
    # Whose search loads SciPy, which a check of the configuration has no use for.
    from trialtrace.audit.verdicts.audit import PrintAudit

BY_PRINT = ("on_print", "exact", "print_finding", "print_more")
UNREAD: dict[str, Any] = {
    "on_print": NOT_CHECKED,
    "exact": False,
    "print_finding": UNCHECKED,
}


def with_print(rows: list[dict[str, Any]], audit: "PrintAudit") -> list[dict[str, Any]]:
    """The rows by data, each with what print says of the same component."""
    by_part = {(row["claim_id"], row["component"]): row for row in audit.rows}
    found = []
    for row in rows:
        printed = by_part.get((row["claim_id"], row["component"]), UNREAD)
        found.append(row | {key: printed.get(key) for key in BY_PRINT})
    return found


TESTS = {
    "fisher": "Fisher's exact test",
    "chi_squared": "The χ² test",
    "chi_squared_continuity": "The χ² test with continuity correction",
    "cochran_mantel_haenszel": "The Cochran-Mantel-Haenszel test",
    "breslow_day": "The Breslow-Day test",
    "breslow_day_tarone": "The Breslow-Day test with Tarone's correction",
    "welch_t": "Welch's t test",
    "mann_whitney": "The Mann-Whitney test",
    "mixed_anova": "The mixed analysis of variance",
    "log_rank": "The log-rank test",
    "cox_wald": "The Wald test of the Cox model",
}
_CHANGES = {"lower": "a reduction of ", "higher": "an increase of "}
_NOUNS = {
    "denominator": "a denominator of ",
    "sd": "a standard deviation of ",
    "se": "a standard error of ",
    "quartile_low": "a lower quartile of ",
    "quartile_high": "an upper quartile of ",
    "least": "a minimum of ",
    "most": "a maximum of ",
    "person_time": "a person-time of ",
    "effect": "an effect size of ",
    "ci_low": "a lower limit of ",
    "ci_high": "an upper limit of ",
    "df1": "degrees of freedom of ",
    "df2": "degrees of freedom of ",
}


def sentence(
    printed: Component,
    value: Decimal,
    verdict: Verdict,
    row: ResultRow,
    decision: str | None,
    level: Decimal | None,
) -> str:
    """The finding on a number that could be recomputed."""
    told = _data(printed, value, verdict, row) + _compared(printed, value, verdict)
    return f"{told}{_decided(printed, verdict, decision, level)}."


def _data(printed: Component, value: Decimal, verdict: Verdict, row: ResultRow) -> str:
    if printed.name == "p":
        test = TESTS.get(row["method"].split(".", 1)[1])
        return (
            f"{test} on the data gives {p_text(value)}"
            if test
            else f"The data give {p_text(value)}"
        )
    noun = _NOUNS.get(printed.name) or _CHANGES.get(printed.word or "", "")
    behind = _counts(printed, row) + _before_rounding(value, row)
    text = verdict.text
    valued = printed.name == "value" and row["stat_name"] in IN_UNITS
    if valued and printed.unit and not row["unit"]:
        text = f"{text.removesuffix(printed.unit).rstrip()} (in the data without a unit)"
    return f"The data give {noun}{text}{behind}"


def _counts(printed: Component, row: ResultRow) -> str:
    """ " (12 of 58)" behind a share."""
    if printed.name != "percent" or row["stat_name"] != "proportion" or not row["denominator"]:
        return ""
    events = round(present(row["stat_value"]) * row["denominator"])
    return f" ({events} of {row['denominator']})"


def _compared(printed: Component, value: Decimal, verdict: Verdict) -> str:
    if verdict.agreement == COMPATIBLE:
        return f"; printed is “{printed.text}”, which leaves room for it"
    if printed.relation not in ("=", "about"):
        word = "agrees" if verdict.agreement == EXACT else "does not agree"
        said = f"{printed.name.replace('_', ' ')} " if printed.name in RANGE else ""
        return f", which {word} with the printed “{said}{printed.text}”"
    if verdict.agreement == EXACT:
        return f", which prints as {printed.text}" if printed.name == "p" else ", as printed"
    assert verdict.agreement == DIFFERS
    away = "" if printed.name == "p" else f", {_away(printed, value)}"
    noun = _CHANGES.get(printed.word or "", "")
    return f"; printed is {noun}{printed.text}{away}"


def _away(printed: Component, value: Decimal) -> str:
    units = units_off(printed, value)
    if printed.places == 0 and printed.unit is None:
        return f"{abs(units)} {'more' if units > 0 else 'less'}"
    side = "higher" if units > 0 else "lower"
    if abs(units) >= len(NUMBERS):
        return f"{abs(units) * printed.ulp:f} {side}"
    noun = "unit" if abs(units) == 1 else "units"
    return f"{NUMBERS[abs(units)]} {noun} of the last digit {side}"


def _before_rounding(value: Decimal, row: ResultRow) -> str:
    """What a number needed to treat is before it is rounded, where it was `value`, or rounded up to
    it, as is the custom."""
    if row["stat_name"] != NUMBER_NEEDED or value < 0:
        return ""
    exact = Decimal(repr(row["stat_value"]))
    custom = "it is rounded up, as is customary" if value != exact else "rounding"
    return f" ({rounded(exact, 1):.1f} before {custom})"


def _decided(
    printed: Component, verdict: Verdict, decision: str | None, level: Decimal | None
) -> str:
    if decision == SAME and printed.name == "p" and verdict.agreement == DIFFERS:
        return f"; both lie on the same side of the decision level {level}"
    if decision == CHANGES:
        if printed.name == "p":
            return f"; the two lie on different sides of the decision level {level}"
        if printed.name.startswith("ci_"):
            return "; only one of the two intervals holds the value of no effect"
        return "; the direction in the data is the other one"
    if decision == UNDETERMINED:
        if printed.name == "p":
            return f"; its digits leave open on which side of the decision level {level} it lies"
        return "; its digits leave open whether the printed interval holds the value of no effect"
    return ""
