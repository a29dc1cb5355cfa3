"""The statistic of the results that each component of an expression is held against.

A spread, a quartile, a test statistic or an effect size beside the number that a claim names has a
statistic of its own: it is never held against that number.
"""

from collections.abc import Mapping

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED, STANDARDISED
from trialtrace.base.errors import UserError
from trialtrace.base.words import COUNTS, P_VALUES, SYMBOLS

EVENTS = ("count.events", "count.descriptive", "events.count")
SUMMARIES = {
    "sd": "sd",
    "quartile_low": "q1",
    "quartile_high": "q3",
    "least": "minimum",
    "most": "maximum",
    "person_time": "person_time",
}
EFFECTS = ("partial_eta_squared", "generalised_eta_squared")
ESTIMATED = ("value", "percent", "ci_low", "ci_high", "at_least", "at_most", "se")


def statistics_of(
    component: Component, parts: Mapping[str, Component], selects: Mapping[str, str], place: str
) -> list[str]:
    """The statistics of which the first that has a result is that of a component.

    Raises UserError where the claim's `stat` cannot be the number's.
    """
    stat, name = selects.get("stat"), component.name
    kind, _, method = (stat or "").partition(".")
    if name == "p" and kind == "coefficient":
        return [f"p_coefficient.{method}"]
    if name == "p":
        return [stat] if stat and kind in P_VALUES else [*_named("p_value", method), "p_value"]
    if name in ("count", "denominator"):
        return [str(stat)] if kind in COUNTS else list(EVENTS)
    if name in SUMMARIES:
        return [SUMMARIES[name]]
    if name == "statistic":
        return [_test_statistic(component, kind, method)]
    if name in ("df1", "df2") and stat is not None:
        names = [name, "df"] if name == "df1" else [name]
        return [".".join(filter(None, [each, method])) for each in names]
    if name == "effect" and kind not in EFFECTS:
        return [".".join(filter(None, ["partial_eta_squared", method]))]
    if name in ESTIMATED and kind in P_VALUES and "p" in parts:
        raise UserError(
            f"{place}.is.stat",
            found=f"{stat}, for the printed {component.text!r}",
            expected="the statistic of that number, whose p is then looked for beside it",
        )
    if name == "percent":
        return ["proportion"] if stat is None or kind in COUNTS else [stat]
    if stat is not None:
        return [stat]
    whole = component.places == 0 and component.unit is None
    if name == "value" and "group" in selects and whole:
        return list(EVENTS)
    if name in ("ci_low", "ci_high") and "group" in selects:
        return ["proportion"]
    raise UserError(
        f"{place}.is",
        found=f"no stat, for the printed {component.text!r}",
        expected="the statistic that recomputes it, such as stat: risk_ratio.katz_log",
    )


def _named(statistic: str, method: str) -> list[str]:
    return [f"{statistic}.{method}"] if method else []


def _test_statistic(component: Component, kind: str, method: str) -> str:
    """The result of a printed letter, by the method that the claim names."""
    letter = (component.symbol or "").lower()
    symbol = "chi_squared" if component.symbol == CHI_SQUARED else letter
    named = kind if kind in SYMBOLS and (symbol == kind or symbol not in SYMBOLS) else symbol
    return ".".join(filter(None, [named, method]))


def without_result(component: Component, selects: Mapping[str, str]) -> str | None:
    """Why no result of a plan is what a component is; None where one may be."""
    if component.name != "effect" or (selects.get("stat") or "").partition(".")[0] in EFFECTS:
        return None
    if component.symbol == STANDARDISED:
        return "a standardised difference is no result of the plan"
    if component.symbol != "partial":
        return "an η² that is not called partial is no result of the plan"
    return None
