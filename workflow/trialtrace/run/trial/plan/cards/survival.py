"""Time to an event: curves, medians, hazard ratios, the log-rank test."""

from typing import Annotated

from trialtrace.base.config.names import Sides
from trialtrace.base.config.spec import Distinct, Rule, key, shape
from trialtrace.run.trial.plan.card import Card, Named, R, chi_squared_or_z
from trialtrace.run.trial.plan.methods import INTERVALS, TIMES
from trialtrace.run.trial.plan.options import OF_GROUPS, SIGNED_SIDES, CurveScale, Groups, Ties


@shape
class KaplanMeier:
    """Kaplan-Meier estimate at given times."""

    interval: CurveScale = key("Transformation on which the interval is computed.")
    times: Distinct[Annotated[float, Rule(minimum=0)]] = key("Times, in the unit of the time.")


@shape
class MedianTimeKaplanMeier:
    """Median or quartiles of a Kaplan-Meier curve."""

    interval: CurveScale = key("Transformation on which the interval is computed.")


@shape
class Cox:
    """Cox model."""

    ties: Ties = key("Events at the same time: efron as R, breslow as SAS.")


@shape
class LogRank:
    """Log-rank test."""

    groups: Groups = key(OF_GROUPS)
    sides: Sides = key(SIGNED_SIDES)


_CURVE = """\
fit <- survfit(Surv(time, event) ~ 1, conf.type = {interval}, conf.int = {confidence})
at <- quantile(fit, c(0.25, 0.5, 0.75))
"""
_AT = """\
fit <- survfit(Surv(time, event) ~ 1, conf.type = {interval}, conf.int = {confidence})
at <- summary(fit, times = {time}, extend = TRUE)
"""
_LOWER, _MEDIAN, _UPPER = (f"sapply(at, `[[`, {place})" for place in (1, 2, 3))
_COX = """\
fit <- coxph(Surv(time, event) ~ arm, ties = {ties},
             control = coxph.control(eps = 1e-14, iter.max = 100))
of <- paste0("arm", {treated})
"""

CARDS = (
    Card(
        "events.count",
        gives="count.subjects@group events.count@group",
        kinds=TIMES + INTERVALS,
        also={"events": Named("count of events", ""), "subjects": Named("count of subjects", "")},
        r=R({"events": "sum(event)", "count": "nrow(d)"}),
    ),
    Card(
        "survival.kaplan_meier",
        "Kaplan-Meier estimate",
        "Kaplan and Meier 1958, J Am Stat Assoc 53:457",
        options=KaplanMeier,
        gives="survival.{}@group;time at_risk.count@group;time",
        formula="survival.kaplan_meier:kaplan_meier",
        r=R({"survival": "c(at$surv, at$lower, at$upper)", "at_risk": "sum(time >= {time})"}, _AT),
    ),
    Card(
        "median_time.kaplan_meier",
        options=MedianTimeKaplanMeier,
        gives="median_time.{}@group",
        formula="survival.kaplan_meier:kaplan_meier",
        r=R({"median_time": _MEDIAN}, _CURVE),
    ),
    Card(
        "quartile_times.kaplan_meier",
        options=MedianTimeKaplanMeier,
        gives="lower_quartile_time.{}@group upper_quartile_time.{}@group",
        formula="survival.kaplan_meier:kaplan_meier",
        r=R({"lower_quartile_time": _LOWER, "upper_quartile_time": _UPPER}, _CURVE),
    ),
    Card(
        "follow_up.reverse_kaplan_meier",
        "reverse Kaplan-Meier median",
        "Schemper and Smith 1996, Control Clin Trials 17:343",
        options=MedianTimeKaplanMeier,
        gives="follow_up.{}@group",
        formula="survival.kaplan_meier:kaplan_meier",
        r=R({"follow_up": _MEDIAN}, _CURVE.replace("event", "!event")),
    ),
    Card(
        "hazard_ratio.cox",
        "Cox model",
        "Cox 1972, J R Stat Soc B 34:187; ties: Efron 1977, J Am Stat Assoc 72:557; "
        "Breslow 1974, Biometrics 30:89",
        options=Cox,
        gives="hazard_ratio.{}@pair p_value.{}_wald@pair?",
        also={"cox_wald": Named("Wald test in the Cox model", "Cox 1972, J R Stat Soc B 34:187")},
        formula="survival.cox:cox",
        r=R(
            {
                "hazard_ratio": "exp(c(coef(fit)[of], confint(fit, of, {confidence})))",
                "p_value": 'summary(fit)$coefficients[of, "Pr(>|z|)"]',
            },
            _COX,
        ),
    ),
    Card(
        "p_value.log_rank",
        "log-rank test",
        "Mantel 1966, Cancer Chemother Rep 50:163; Peto and Peto 1972, J R Stat Soc A 135:185",
        options=LogRank,
        gives=chi_squared_or_z("compared"),
        kinds=TIMES,
        formula=("survival.kaplan_meier:log_rank", "survival.signed_log_rank:signed_log_rank"),
        r=R(
            {
                "p_value": "pchisq(test$chisq, df, lower.tail = FALSE)",
                "chi_squared": "test$chisq",
                "df": "df",
            },
            "test <- survdiff(Surv(time, event) ~ arm)\ndf <- sum(test$exp > 0) - 1\n",
            only={"sides": ("two_sided",)},
        ),
    ),
)
