"""Statistics of `describe` and `estimates`: what each means, and which endpoints it suits."""

from functools import partial

from trialtrace.run.trial.plan.card import Statistic
from trialtrace.run.trial.plan.methods import (
    BINARY,
    COUNTS,
    INTERVALS,
    OVER_TIME,
    RECURRENT,
    SCORES,
    TIMES,
)

_describe = partial(Statistic, "describe")
_estimate = partial(Statistic, "estimates")

STATISTICS: dict[str, Statistic] = {
    "proportion": _describe("Proportion with the event, with an interval.", BINARY),
    "summary": _describe("Statistics of the value.", SCORES),
    "events": _describe("Number of subjects and of events.", TIMES + INTERVALS + RECURRENT),
    "mean_events": _describe("Mean number of events a subject by given times.", RECURRENT),
    "survival": _describe("Share without the event at given times.", TIMES),
    "median_time": _describe("Median time to the event.", TIMES),
    "quartile_times": _describe(
        "Times by which a quarter and three quarters have had the event.", TIMES
    ),
    "follow_up": _describe("Median follow-up.", TIMES),
    "upper_bound": _describe(
        "One-sided upper bound of the proportion with the event, at the confidence of the "
        "analysis.",
        BINARY,
    ),
    "incidence": _describe("Share with the event by given times.", TIMES + INTERVALS),
    "mean_time": _describe("Mean time without the event, up to a horizon.", TIMES),
    "rate": _describe("Events per person-time, with an interval.", TIMES),
    "proportion_bounds": _describe(
        "Proportion if nobody, and if everybody, without an outcome had the event.", BINARY
    ),
    "categories": _describe("Number and share of each value.", SCORES),
    "risk_difference": _estimate("Difference of two proportions.", BINARY),
    "risk_ratio": _estimate("Ratio of two proportions.", BINARY),
    "odds_ratio": _estimate("Ratio of two odds.", BINARY),
    "odds_ratio_trend": _estimate(
        "Ratio of the odds ratios of two arms at scores a point apart.", BINARY
    ),
    "number_needed_to_treat": _estimate("Inverse of the risk difference.", BINARY),
    "probability_of_superiority": _estimate(
        "Probability that a value of the treated arm is above one of the reference, ties "
        "counted half.",
        SCORES,
    ),
    "mean_difference": _estimate("Difference of two means.", SCORES),
    "mean_contrast": _estimate("Contrast of the means of several arms, with its test.", SCORES),
    "mean_trend": _estimate(
        "Slope of the arms' means over scores, as a dose, with its test.", SCORES
    ),
    "slope_difference": _estimate(
        "Difference of two arms in the slope of their means over time, with its test.", OVER_TIME
    ),
    "slope_odds_ratio": _estimate(
        "Ratio of two arms in the odds ratio of a unit of time, with its test.", BINARY
    ),
    "visit_contrast": _estimate(
        "Difference of two arms in a combination of a subject's visits, with its test.", OVER_TIME
    ),
    "hazard_ratio": _estimate("Ratio of two hazards.", TIMES),
    "subdistribution_hazard_ratio": _estimate(
        "Ratio of the hazards of the cumulative incidence, other causes competing.", TIMES
    ),
    "change_difference": _estimate(
        "Difference of two treatments of a subject in their change since the first visit.", SCORES
    ),
    "fold_change": _estimate(
        "Ratio of expression of a gene under two treatments of a subject, 2 to the power of -ΔΔCt.",
        ("instrument",),
    ),
    "median_difference": _estimate(
        "Shift of the values, or median of the differences within subjects.", SCORES
    ),
    "period_difference": _estimate(
        "Difference of the periods of a crossover, second less first.", SCORES
    ),
    "carry_over": _estimate(
        "What a treatment leaves to the second period less what the reference leaves.", SCORES
    ),
    "survival_difference": _estimate(
        "Difference of the shares without the event at a time.", TIMES
    ),
    "mean_events_difference": _estimate(
        "Difference of the mean numbers of events a subject by a time.", RECURRENT
    ),
    "mean_events_ratio": _estimate(
        "Ratio of the mean numbers of events a subject by a time.", RECURRENT
    ),
    "survival_ratio": _estimate("Ratio of the shares without the event at a time.", TIMES),
    "rate_difference": _estimate("Difference of two rates of events per person-time.", TIMES),
    "rate_ratio": _estimate(
        "Ratio of two rates of events per person-time.", TIMES + RECURRENT + COUNTS
    ),
    "incidence_difference": _estimate(
        "Difference of the shares with the event by a time, other causes competing.", TIMES
    ),
    "mean_time_difference": _estimate("Difference of mean times up to a horizon.", TIMES),
    "mean_time_ratio": _estimate("Ratio of mean times up to a horizon.", TIMES),
    "win_ratio": _estimate(
        "Win ratio, net benefit and win odds of a hierarchy of outcomes, the analysis' "
        "endpoint first.",
        TIMES + SCORES,
    ),
    "risk_difference_bounds": _estimate(
        "Least and largest risk difference that any outcomes of those without one would give.",
        BINARY,
    ),
    "tipping": _estimate(
        "How many of all possible outcomes of those without one would turn the decision of a test.",
        BINARY,
    ),
    "fragility_index": _estimate(
        "Fewest changed outcomes that turn the decision of Fisher's two-sided test.", BINARY
    ),
    "complier_difference": _estimate(
        "Risk difference in those who would take the treatment, under the exclusion restriction.",
        BINARY,
    ),
    "complier_difference_bounds": _estimate(
        "Sharp bounds of the same without the exclusion restriction.", BINARY
    ),
    "equivalence": _estimate(
        "Does the effect lie within declared margins? Interval, two one-sided tests and verdict.",
        SCORES + BINARY,
    ),
    "non_inferiority": _estimate(
        "Is the treatment worse by less than a declared margin? Interval, one-sided test "
        "and verdict.",
        SCORES + BINARY,
    ),
    "conditional_power": _estimate(
        "At an interim look: the chance of success if the trial goes on, under an effect, "
        "and averaged over what the effect may be.",
        SCORES + BINARY + TIMES,
    ),
    "futility_limit": _estimate(
        "At an interim look: the limit of Z at or below which to stop for futility, and Z.",
        SCORES + BINARY + TIMES,
    ),
    "correlation": _estimate(
        "Correlation with another endpoint: in each arm, or of the differences within subjects.",
        SCORES,
    ),
}
