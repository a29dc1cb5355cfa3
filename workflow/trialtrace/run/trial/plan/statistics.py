"""Statistics of `describe` and `estimates`: what each means, and which endpoints it suits."""

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

STATISTICS: dict[str, Statistic] = {
    "proportion": Statistic("describe", "Proportion with the event, with an interval.", BINARY),
    "summary": Statistic("describe", "Statistics of the value.", SCORES),
    "events": Statistic(
        "describe", "Number of subjects and of events.", TIMES + INTERVALS + RECURRENT
    ),
    "mean_events": Statistic(
        "describe", "Mean number of events a subject by given times.", RECURRENT
    ),
    "survival": Statistic("describe", "Share without the event at given times.", TIMES),
    "median_time": Statistic("describe", "Median time to the event.", TIMES),
    "follow_up": Statistic("describe", "Median follow-up.", TIMES),
    "upper_bound": Statistic(
        "describe",
        "One-sided upper bound of the proportion with the event, at the "
        "confidence of the analysis.",
        BINARY,
    ),
    "incidence": Statistic("describe", "Share with the event by given times.", TIMES + INTERVALS),
    "mean_time": Statistic("describe", "Mean time without the event, up to a horizon.", TIMES),
    "rate": Statistic("describe", "Events per person-time, with an interval.", TIMES),
    "proportion_bounds": Statistic(
        "describe",
        "Proportion if nobody, and if everybody, without an outcome had the event.",
        BINARY,
    ),
    "categories": Statistic("describe", "Number and share of each value.", SCORES),
    "risk_difference": Statistic("estimates", "Difference of two proportions.", BINARY),
    "risk_ratio": Statistic("estimates", "Ratio of two proportions.", BINARY),
    "odds_ratio": Statistic("estimates", "Ratio of two odds.", BINARY),
    "number_needed_to_treat": Statistic("estimates", "Inverse of the risk difference.", BINARY),
    "probability_of_superiority": Statistic(
        "estimates",
        "Probability that a value of the treated arm is above one of the "
        "reference, ties counted half.",
        SCORES,
    ),
    "mean_difference": Statistic("estimates", "Difference of two means.", SCORES),
    "mean_contrast": Statistic(
        "estimates", "Contrast of the means of several arms, with its test.", SCORES
    ),
    "mean_trend": Statistic(
        "estimates", "Slope of the arms' means over scores, as a dose, with its test.", SCORES
    ),
    "difference_of_medians": Statistic("estimates", "Difference of two medians.", SCORES),
    "slope_difference": Statistic(
        "estimates",
        "Difference of two arms in the slope of their means over time, with its test.",
        OVER_TIME,
    ),
    "slope_odds_ratio": Statistic(
        "estimates",
        "Ratio of two arms in the odds ratio of a unit of time, with its test.",
        BINARY,
    ),
    "visit_contrast": Statistic(
        "estimates",
        "Difference of two arms in a combination of a subject's visits, with its test.",
        OVER_TIME,
    ),
    "hazard_ratio": Statistic("estimates", "Ratio of two hazards.", TIMES),
    "subdistribution_hazard_ratio": Statistic(
        "estimates",
        "Ratio of the hazards of the cumulative incidence, other causes competing.",
        TIMES,
    ),
    "change_difference": Statistic(
        "estimates",
        "Difference of two treatments of a subject in their change since the first visit.",
        SCORES,
    ),
    "geometric_mean_ratio": Statistic(
        "estimates", "Ratio of two geometric means, of values above 0, with its test.", SCORES
    ),
    "fold_change": Statistic(
        "estimates",
        "Ratio of expression of a gene under two treatments of a subject, 2 to the power of -ΔΔCt.",
        ("instrument",),
    ),
    "ratio_of_medians": Statistic("estimates", "Ratio of two medians, of values above 0.", SCORES),
    "median_difference": Statistic(
        "estimates", "Shift of the values, or median of the differences within subjects.", SCORES
    ),
    "period_difference": Statistic(
        "estimates", "Difference of the periods of a crossover, second less first.", SCORES
    ),
    "carry_over": Statistic(
        "estimates",
        "What a treatment leaves to the second period less what the reference leaves.",
        SCORES,
    ),
    "survival_difference": Statistic(
        "estimates", "Difference of the shares without the event at a time.", TIMES
    ),
    "survival_ratio": Statistic(
        "estimates", "Ratio of the shares without the event at a time.", TIMES
    ),
    "rate_difference": Statistic(
        "estimates", "Difference of two rates of events per person-time.", TIMES
    ),
    "rate_ratio": Statistic(
        "estimates",
        "Ratio of two rates of events per person-time.",
        TIMES + RECURRENT + COUNTS,
    ),
    "incidence_difference": Statistic(
        "estimates",
        "Difference of the shares with the event by a time, other causes competing.",
        TIMES,
    ),
    "mean_time_difference": Statistic(
        "estimates", "Difference of mean times up to a horizon.", TIMES
    ),
    "mean_time_ratio": Statistic("estimates", "Ratio of mean times up to a horizon.", TIMES),
    "win_ratio": Statistic(
        "estimates",
        "Win ratio, net benefit and win odds of a hierarchy of outcomes, the "
        "analysis' endpoint first.",
        TIMES + SCORES,
    ),
    "risk_difference_bounds": Statistic(
        "estimates",
        "Least and largest risk difference that any outcomes of those without one would give.",
        BINARY,
    ),
    "tipping": Statistic(
        "estimates",
        "How many of all possible outcomes of those without one would turn the decision of a test.",
        BINARY,
    ),
    "fragility_index": Statistic(
        "estimates",
        "Fewest changed outcomes that turn the decision of Fisher's two-sided test.",
        BINARY,
    ),
    "complier_difference": Statistic(
        "estimates",
        "Risk difference in those who would take the treatment, under the exclusion restriction.",
        BINARY,
    ),
    "complier_difference_bounds": Statistic(
        "estimates", "Sharp bounds of the same without the exclusion restriction.", BINARY
    ),
    "equivalence": Statistic(
        "estimates",
        "Does the effect lie within declared margins? Interval, two one-sided tests and verdict.",
        SCORES + BINARY,
    ),
    "non_inferiority": Statistic(
        "estimates",
        "Is the treatment worse by less than a declared margin? Interval, one-sided test and "
        "verdict.",
        SCORES + BINARY,
    ),
    "conditional_power": Statistic(
        "estimates",
        "At an interim look: the chance of success if the trial goes on, under an effect, and "
        "averaged over what the effect may be.",
        SCORES + BINARY + TIMES,
    ),
    "futility_limit": Statistic(
        "estimates",
        "At an interim look: the limit of Z at or below which to stop for futility, and Z.",
        SCORES + BINARY + TIMES,
    ),
    "correlation": Statistic(
        "estimates",
        "Correlation with another endpoint: in each arm, or of the differences within subjects.",
        SCORES,
    ),
}
