"""Rates of events per person-time."""

from __future__ import annotations

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.methods import TIMES


@shape
class PerTime:
    """Events per person-time."""

    per: float = key(
        "Person-time that the rate is of, in the unit of the time: 100 for events in 100 days.",
        exclusiveMinimum=0,
    )


_RATES = """\
of <- factor(d$TRTP, c({treated}, {reference}))
events <- tapply(event, of, sum)
times <- tapply(time, of, sum)
difference <- (events[1] / times[1] - events[2] / times[2])[[1]]
error <- sqrt(sum(events / times^2))
"""

CARDS = (
    Card(
        "rate.garwood",
        "rate with Garwood's exact interval",
        "Garwood 1936, Biometrika 28:437",
        options=PerTime,
        gives="rate.{}@group person_time.sum@group",
        also={"sum": Named("sum of times", "")},
        formula="survival.person_time:garwood_rate",
        r=R(
            {
                "rate": "{per} * c(test$estimate, test$conf.int)",
                "person_time": "sum(time)",
            },
            "test <- poisson.test(sum(event), sum(time), conf.level = {confidence})",
        ),
    ),
    Card(
        "rate_difference.poisson_wald",
        "Wald interval of a difference of rates",
        "Rothman, Greenland and Lash 2008, Modern Epidemiology, chapter 14",
        options=PerTime,
        tested="Wald test of the difference of rates",
        gives="rate_difference.{}@pair p_value.{}@pair z.{}@pair?",
        kinds=TIMES,
        formula="survival.person_time:rate_difference",
        r=R(
            {
                "rate_difference": "{per} * (difference + c(0, -1, 1) * "
                "qnorm(0.5 + {confidence} / 2) * error)",
                "z": "difference / error",
                "p_value": "2 * pnorm(-abs(difference / error))",
            },
            _RATES,
        ),
    ),
    Card(
        "rate_ratio.poisson_exact",
        "exact conditional interval of a ratio of rates",
        "Lehmann and Romano 2005, Testing Statistical Hypotheses, section 4.5",
        tested="exact conditional test of the ratio of rates",
        gives="rate_ratio.{}@pair p_value.{}@pair",
        kinds=TIMES,
        formula="survival.person_time:rate_ratio",
        r=R(
            {"rate_ratio": "c(test$estimate, test$conf.int)", "p_value": "test$p.value"},
            _RATES + "test <- poisson.test(events, times, conf.level = {confidence})\n",
        ),
    ),
)
