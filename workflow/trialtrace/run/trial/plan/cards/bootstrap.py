"""Intervals by the bootstrap."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Unique, key, shape
from trialtrace.run.trial.plan.card import Card


@shape
class Bootstrap:
    """Subjects drawn anew within their arm."""

    interval: Literal["percentile", "bca"] = key(
        "percentile: quantiles of the resamples' estimates; bca: at levels corrected for bias and "
        "acceleration."
    )
    strata: Unique[Name] = key(
        "Variables of `subjects` within whose levels, too, subjects are drawn anew; or none."
    )
    resamples: int = key("Number of resamples.", minimum=100, maximum=1000000)
    seed: int = key("Seed of the draws.", minimum=0)


CARDS = (
    Card(
        "mean_difference.bootstrap",
        "bootstrap, subjects drawn within arms",
        "Efron 1987, J Am Stat Assoc 82:171; Davison and Hinkley 1997",
        options=Bootstrap,
        compares="between",
        formula=(
            "resampling.bootstrap:bootstrap_interval",
            "resampling.bootstrap:difference_of_means",
        ),
        r_none="drawn by a generator whose draws R does not repeat",
    ),
    Card(
        "difference_of_medians.bootstrap",
        options=Bootstrap,
        compares="between",
        formula=(
            "resampling.bootstrap:bootstrap_interval",
            "resampling.bootstrap:difference_of_medians",
        ),
        r_none="drawn by a generator whose draws R does not repeat",
    ),
    Card(
        "risk_difference.bootstrap",
        options=Bootstrap,
        compares="between",
        formula=(
            "resampling.bootstrap:bootstrap_interval",
            "resampling.bootstrap:difference_of_means",
        ),
        r_none="drawn by a generator whose draws R does not repeat",
    ),
)
