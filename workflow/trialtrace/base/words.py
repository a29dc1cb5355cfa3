"""How statistics are called and shown: labels, units and text, one table for the whole project."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from math import floor, isclose, isfinite, isinf, isnan, log10

from trialtrace.base.store import SIGNIFICANT_DIGITS
from trialtrace.base.styles import PLAIN, Style

MINUS = "\N{MINUS SIGN}"

LABELS = {
    "count": "n",
    "randomised": "randomised",
    "in_population": "in population",
    "assessed": "assessed for eligibility",
    "excluded": "not randomised",
    "received": "received the treatment",
    "not_received": "did not receive the treatment",
    "ended": "did not complete",
    "analysed": "analysed",
    "not_analysed": "not analysed",
    "missing": "missing",
    "patients": "patients with any",
    "occurrences": "occurrences",
    "any_event": "share of patients with any",
    "proportion": "proportion",
    "mean": "mean",
    "sd": "standard deviation",
    "median": "median",
    "q1": "lower quartile",
    "q3": "upper quartile",
    "minimum": "minimum",
    "maximum": "maximum",
    "events": "events",
    "upper_bound": "one-sided upper bound",
    "survival": "event-free",
    "at_risk": "at risk",
    "median_time": "median time",
    "lower_quartile_time": "time of the first quarter",
    "upper_quartile_time": "time of three quarters",
    "follow_up": "median follow-up",
    "correlation": "correlation",
    "relative_effect": "relative effect",
    "p_above_lower": "p, above the lower margin",
    "p_below_upper": "p, below the upper margin",
    "verdict": "verdict",
    "win_ratio": "win ratio",
    "win_odds": "win odds",
    "net_benefit": "net benefit",
    "wins": "wins",
    "losses": "losses",
    "ties": "ties",
    "incidence": "share with the event",
    "incidence_difference": "difference of the shares with the event",
    "mean_time": "mean time",
    "rate": "rate",
    "person_time": "person-time",
    "mean_events": "mean number of events",
    "mean_events_difference": "difference of the mean numbers of events",
    "mean_events_ratio": "ratio of the mean numbers of events",
    "dispersion": "dispersion",
    "coefficient": "coefficient",
    "standard_error": "standard error",
    "p_coefficient": "p of the coefficient",
    "random_sd": "standard deviation of the random intercepts",
    "rate_difference": "rate difference",
    "rate_ratio": "rate ratio",
    "survival_difference": "difference without the event",
    "survival_ratio": "ratio without the event",
    "mean_time_difference": "difference in restricted mean time",
    "mean_time_ratio": "ratio of restricted mean times",
    "risk_difference": "risk difference",
    "proportion_lowest": "lowest possible proportion",
    "proportion_highest": "highest possible proportion",
    "risk_difference_lowest": "lowest possible risk difference",
    "risk_difference_highest": "highest possible risk difference",
    "complier_difference": "risk difference in compliers",
    "complier_difference_lowest": "lowest risk difference in compliers",
    "complier_difference_highest": "highest risk difference in compliers",
    "fraction_missing": "fraction of information missing",
    "tipped": "possible outcomes that take p across the level",
    "fragility_index": "fragility index",
    "risk_ratio": "risk ratio",
    "odds_ratio": "odds ratio",
    "hazard_ratio": "hazard ratio",
    "subdistribution_hazard_ratio": "subdistribution hazard ratio",
    "number_needed_to_treat": "number needed to treat",
    "probability_of_superiority": "probability of a higher value, ties half",
    "mean_difference": "mean difference",
    "period_difference": "difference of the periods, second less first",
    "carry_over": "carry-over",
    "mean_contrast": "contrast of means",
    "mean_trend": "slope of the means",
    "visit_contrast": "difference in a contrast of visits",
    "visit_difference": "difference of two visits",
    "slope_difference": "difference of slopes",
    "slope_odds_ratio": "ratio of the odds ratios of a unit of time",
    "odds_ratio_trend": "ratio of the odds ratios at scores a point apart",
    "median_difference": "median of the differences",
    "geometric_mean_ratio": "ratio of geometric means",
    "fold_change": "ratio of expression",
    "change_difference": "difference in change",
    "conditional_power": "conditional power",
    "predictive_power": "predictive power",
    "futility_limit": "limit of futility for z",
    "intracluster_correlation": "intracluster correlation",
    "design_effect": "design effect",
    "p_value": "p",
    "p_adjusted": "adjusted p",
    "p_uncorrected": "p, uncorrected",
    "p_lowest": "lowest possible p",
    "p_highest": "highest possible p",
    "mc_se": "Monte Carlo error of p",
    "p_gg": "p, Greenhouse\N{EN DASH}Geisser",
    "p_lower": "p, lower bound",
    "p_hf": "p, Huynh\N{EN DASH}Feldt",
    "chi_squared": "χ²",
    "u": "U",
    "j": "J",
    "t": "t",
    "z": "z",
    "v": "V",
    "sum": "sum of differences",
    "f": "F",
    "df": "degrees of freedom",
    "df1": "numerator df",
    "df2": "denominator df",
    "df1_corrected": "numerator df, corrected",
    "df2_corrected": "denominator df, corrected",
    "epsilon_gg": "ε, Greenhouse\N{EN DASH}Geisser",
    "epsilon_hf": "ε, Huynh\N{EN DASH}Feldt",
    "epsilon_lower": "ε, lower bound",
    "partial_eta_squared": "partial η²",
    "generalised_eta_squared": "generalised η²",
    "mauchly_w": "Mauchly's W",
    "mauchly_p": "p of Mauchly's test",
    "mauchly_p_r": "p of Mauchly's test as R prints it",
    "power": "power",
    "patients_needed": "patients needed",
    "events_needed": "events needed",
    "events_expected": "events to expect",
    "detectable_proportion": "risk that is detected",
    "detectable_difference": "difference that is detected",
    "detectable_ratio": "hazard ratio that is detected",
    "detectable_superiority": "probability of superiority that is detected",
    "width_points": "width to expect of the interval",
    "width_difference": "width to expect of the interval of a difference of means",
    "width_ratio": "upper to lower bound to expect of a hazard ratio",
    "width_superiority": "width to expect of an interval of a probability of superiority",
}

COUNTS = {
    "patients",
    "assessed",
    "excluded",
    "received",
    "not_received",
    "not_analysed",
    "ended",
    "occurrences",
    "count",
    "randomised",
    "in_population",
    "analysed",
    "missing",
    "events",
    "at_risk",
    "wins",
    "losses",
    "ties",
    "patients_needed",
    "events_needed",
}
NUMBER_NEEDED = "number_needed_to_treat"
SHARES = {
    "any_event",
    "proportion",
    "upper_bound",
    "proportion_lowest",
    "proportion_highest",
    "survival",
    "incidence",
    "fraction_missing",
    "power",
    "detectable_proportion",
    "conditional_power",
    "predictive_power",
}
POINTS = {
    "risk_difference",
    "risk_difference_lowest",
    "risk_difference_highest",
    "complier_difference",
    "complier_difference_lowest",
    "complier_difference_highest",
    "incidence_difference",
    "survival_difference",
    "width_points",
}
P_VALUES = {
    "p_value",
    "p_adjusted",
    "p_uncorrected",
    "p_lowest",
    "p_highest",
    "p_gg",
    "p_hf",
    "p_lower",
    "mauchly_p",
    "mauchly_p_r",
    "p_above_lower",
    "p_below_upper",
    "p_coefficient",
}
# Those of a test of the plan, which decide: not adjusted, and not of an assumption.
DECIDING = ("p_value", "p_gg", "p_hf", "p_lower", "p_uncorrected")
OF_P_VALUES = {"df", "df1", "df2", "mc_se"}
DIFFERENCES = {
    "mean_difference",
    "period_difference",
    "carry_over",
    "mean_contrast",
    "median_difference",
    "change_difference",
    "visit_difference",
}
# Statistics on the scale of the values themselves.
IN_UNITS = {"mean", "sd", "median", "q1", "q3", "minimum", "maximum", *DIFFERENCES}
SYMBOLS = {"chi_squared", "t", "u", "j", "v", "z", "f"}
RATIOS = {
    "risk_ratio",
    "odds_ratio",
    "hazard_ratio",
    "subdistribution_hazard_ratio",
    "mean_time_ratio",
    "survival_ratio",
    "mean_events_ratio",
    "rate_ratio",
    "geometric_mean_ratio",
    "fold_change",
    "slope_odds_ratio",
    "odds_ratio_trend",
    "win_ratio",
    "win_odds",
    "detectable_ratio",
    "width_ratio",
}


def no_effect(stat: str) -> float:
    """The value of a statistic where there is no effect."""
    return 1.0 if stat in RATIOS else 0.5 if stat == "probability_of_superiority" else 0.0


# Estimates of an effect, and how near to none a bound counts as none.
EFFECTS = {*RATIOS, *DIFFERENCES, *POINTS, "probability_of_superiority"}
NEAR_NULL = 1e-6
PER_UNIT = {"coefficient", "standard_error"}
TIMES = {"median_time", "lower_quartile_time", "upper_quartile_time", "follow_up"}
NOT_ESTIMABLE = "not estimable"
# Between the two ends of a value that the data leave open.
SPAN = "\N{EN DASH}"
_SPACED_PERCENT = re.compile(r"(?<=\d)[ \N{NO-BREAK SPACE}](?=%|&#37;)")
# Digits enough for any float with its decimals.
LARGEST = Context(prec=400)


def decimals(value: float, digits: int) -> str:
    """A number with a fixed number of decimals, halves rounded up, a true minus; never "−0.0".

    Rounded from 12 significant digits, so that 6.25 given as 6.249999999999999 is "6.3".
    """
    if isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    exact = Decimal(f"{value:.{SIGNIFICANT_DIGITS}g}")
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, LARGEST)
    return f"{rounded or abs(rounded):f}".replace("-", MINUS)


def p_text(p: float, style: Style = PLAIN) -> str:
    """A p-value: "<0.0001", three decimals below 0.1 (four below 0.001), else two; or as a journal
    writes it."""
    if p < style.least:
        text = f"<{style.least:f}".rstrip("0")
    elif p > style.most or (style is not PLAIN and p < 1 and decimals(p, 2) == "1.00"):
        text = ">0.99"
    elif style.fine:
        text = decimals(p, 4 if p < 0.00095 else 3 if p < 0.0995 else 2)
    else:
        digits = 3 if p < 0.00995 else 2
        while p != 0.05 and Decimal(decimals(p, digits)) == Decimal("0.05") and digits < 6:
            digits += 1
        text = decimals(p, digits)
    return text if style.zero else text.replace("0.", ".", 1)


def tight_percent(text: str) -> str:
    """A text of results as English journals set it, no space before a percent sign: "30.0%".
    Results are stored with one; in Markdown the sign is a reference."""
    return _SPACED_PERCENT.sub("", text)


def percent(share: float) -> str:
    return decimals(100 * share, 1)


def upper_first(text: str) -> str:
    """Its first letter a capital; that of a t or z test is its name."""
    return text if text[1:6] == " test" else text[:1].upper() + text[1:]


def _is_whole(value: float) -> bool:
    """Whether it has no decimals to print, but for what the last digit of a sum is, which differs
    between processors."""
    return abs(value) < 1e6 and isclose(value, round(value), rel_tol=1e-11, abs_tol=1e-11)


def number(value: float) -> str:
    """A plain number: an integer as such, else one decimal from 100, two from 1, three below.

    >>> number(109.00000000000003), number(109.01), number(-0.0), number(2e-12), number(1e-4)
    ('109', '109.0', '0', '0', '0.000')
    """
    if _is_whole(value):
        return decimals(value, 0)
    return decimals(value, 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3)


def shared_decimals(values: Iterable[float | None]) -> int:
    """Decimals that an estimate and its bounds are printed with: none for whole numbers, else by
    the distance from the lowest to the highest, or of a bound that is missing by the largest: 0
    from 100, 1 from 10, 2 from 1, 3 below; more where one would else read as zero, up to 3, or up
    to 6 where all of them would.

    >>> [shared_decimals(v) for v in ((213.5, 40.32, 386.6), (-0.62, -2.27, 1.03), (4, 3, 5))]
    [0, 2, 0]
    >>> shared_decimals((-1.16, -2.33, -0.002))
    3
    """
    given = list(values)
    known = [value for value in given if value is not None and isfinite(value)]
    if all(map(_is_whole, known)):
        return 0
    whole = len(known) == len(given)
    span = max(known) - min(known) if whole else max(map(abs, known))
    places = 0 if span >= 100 else 1 if span >= 10 else 2 if span >= 1 else 3
    sizes = [abs(value) for value in known if value]
    while places < 6:
        zeros = [not Decimal(decimals(size, places)) for size in sizes]
        if not (any(zeros) if places < 3 else all(zeros)):
            break
        places += 1
    return places


def per_unit_decimals(values: Iterable[float | None]) -> int:
    """The same of a coefficient, which is small where its unit is: three digits of the distance
    from bound to bound, or of an error alone, where it is below 1.

    >>> per_unit_decimals((-0.0007, -0.0013, 0.0002))
    5
    """
    known = [value for value in values if value is not None and isfinite(value)]
    span = max(known) - min(known) if len(known) > 1 else abs(known[0])
    shared = shared_decimals(known)
    return max(shared, 2 - floor(log10(span))) if 0 < span < 1 else shared


def ratio_decimals(values: Iterable[float | None]) -> int:
    """Decimals of a ratio and its bounds: two, or as many as leave five units of the last digit
    between the bounds, as of a ratio a day.

    >>> [ratio_decimals(v) for v in ((0.8, 0.6, 1.1), (0.9991, 0.9983, 0.9999), (0.8,))]
    [2, 4, 2]
    """
    known = [value for value in values if value is not None and isfinite(value)]
    span = max(known) - min(known) if len(known) > 2 else 1.0
    places = 2
    while 0 < span < 5 * 10.0**-places and places < 6:
        places += 1
    return places


def value_text(
    stat: str, value: float, style: Style = PLAIN, values: Iterable[float | None] = ()
) -> str:
    """One value of a statistic, without its unit; `values` are the others of an estimate and its
    bounds, which have as many decimals."""
    if isnan(value):
        return NOT_ESTIMABLE
    if stat in COUNTS:
        return str(round(value))
    if stat in P_VALUES:
        return p_text(value, style)
    others = list(values)
    if stat in IN_UNITS and (places := style.places_for(stat, [value, *others])) is not None:
        return decimals(value, places)
    if stat in SYMBOLS and not style.fine:
        return decimals(value, 2)
    if stat == "mc_se":
        # It belongs to a p-value, whose digits are as small.
        return decimals(value, 4) if value == 0 or value >= 0.00005 else "<0.0001"
    if stat in SHARES or stat in POINTS:
        return percent(value)
    if stat in RATIOS:
        return decimals(value, ratio_decimals([value, *others]))
    if stat in {
        "probability_of_superiority",
        "mean",
        "sd",
        "mean_difference",
        "mean_contrast",
        "median_difference",
        "change_difference",
    }:
        return decimals(value, 2)
    if stat == "number_needed_to_treat":
        return decimals(value, 1)
    if stat in PER_UNIT:
        return decimals(value, per_unit_decimals([value, *others]))
    return decimals(value, shared_decimals([value, *others])) if others else number(value)


def unit_text(stat: str, unit: str | None) -> str:
    """What follows the value: " %", " percentage points", " days"."""
    if stat in SHARES:
        return " %"
    if stat in POINTS:
        return " percentage points"
    return f" {unit}" if unit else ""


def stat_text(
    stat: str,
    value: float,
    interval: tuple[float, float] | None,
    level: float | None,
    unit: str | None,
    style: Style = PLAIN,
) -> str:
    """A statistic as shown: "−7.8 percentage points (95 % CI −13.2 to −2.4)"."""
    text = value_text(stat, value, style, () if level is None else interval or ())
    if text == NOT_ESTIMABLE:
        return text
    text += unit_text(stat, unit)
    if interval is None or level is None:
        return text
    return f"{text} ({100 * level:g} % CI {interval_text(stat, value, *interval, style)})"


def interval_text(
    stat: str, value: float, low: float | None, high: float | None, style: Style = PLAIN
) -> str:
    """The two bounds of a value: "−13.2 to −2.4"; of a time "1509 to not reached"; else "not
    estimable"."""
    absent = "not reached" if stat in TIMES else NOT_ESTIMABLE
    bounds = [
        absent if bound is None or isnan(bound) else _bound_text(stat, bound, (value, other), style)
        for bound, other in ((low, high), (high, low))
    ]
    return absent if bounds == [absent, absent] else " to ".join(bounds)


def _bound_text(stat: str, bound: float, others: tuple[float, float | None], style: Style) -> str:
    """A bound beside its value and the other one; of an effect it never rounds to no effect, of
    which it would be said on which side it lies."""
    text, null = value_text(stat, bound, style, others), no_effect(stat)
    if stat not in EFFECTS or abs(bound - null) < NEAR_NULL:
        return text
    scale, places = (100 if stat in POINTS else 1), len(text.partition(".")[2])
    while text == decimals(scale * null, places):
        places += 1
        text = decimals(scale * bound, places)
    return text


def finer(stat: str, value: float, low: float, high: float, style: Style = PLAIN) -> bool:
    """Whether a bound is shown with more digits than its value, lest it round to no effect."""
    return any(
        _bound_text(stat, bound, (value, other), style)
        != value_text(stat, bound, style, (value, other))
        for bound, other in ((low, high), (high, low))
    )


def column_letters(position: int) -> str:
    """The letters over a column of a spreadsheet: 1 is A, 28 is AB."""
    letters = ""
    while position:
        position, letter = divmod(position - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
