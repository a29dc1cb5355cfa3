"""R of the numbers that no step of a plan makes: the baseline table, the flow, adverse events."""

from trialtrace.run.trial.plan.card import R

BASELINE = R(
    {
        "mean": "mean(x)",
        "sd": "sd(x)",
        "median": "median(x)",
        "q1": "quantile(x, 0.25)",
        "q3": "quantile(x, 0.75)",
        "minimum": "min(x)",
        "maximum": "max(x)",
        "count": "length(x)",
        "count@level": "sum(hit)",
        "proportion": "mean(hit)",
        "missing": "sum(hit)",
    }
)
FLOW = R(
    dict.fromkeys(
        (
            "randomised",
            "received",
            "not_received",
            "ended",
            "in_population",
            "analysed",
            "not_analysed",
        ),
        "length(unique(d$USUBJID))",
    )
)
ADVERSE_EVENTS = R(
    {
        "patients": "length(unique(those$USUBJID))",
        "occurrences": "nrow(d)",
        "any_event": "c(test$estimate, test$conf.int)",
    },
    "test <- binom.test(length(unique(those$USUBJID)), nrow(d), conf.level = {confidence})",
)
OF = {"baseline": BASELINE, "flow": FLOW, "adverse_events": ADVERSE_EVENTS}
