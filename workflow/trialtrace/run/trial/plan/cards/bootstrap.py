"""Intervals by the bootstrap."""

from __future__ import annotations

from functools import partial
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


_INTERVAL = "resampling.bootstrap:bootstrap_interval"
_bootstrap = partial(
    Card,
    options=Bootstrap,
    compares="between",
    r_none="drawn by a generator whose draws R does not repeat",
)

CARDS = (
    _bootstrap(
        "mean_difference.bootstrap",
        "bootstrap, subjects drawn within arms",
        "Efron 1987, J Am Stat Assoc 82:171; Davison and Hinkley 1997",
        formula=(_INTERVAL, "resampling.bootstrap:difference_of_means"),
    ),
    _bootstrap(
        "difference_of_medians.bootstrap",
        formula=(_INTERVAL, "resampling.bootstrap:difference_of_medians"),
    ),
    _bootstrap(
        "risk_difference.bootstrap",
        formula=(_INTERVAL, "resampling.bootstrap:difference_of_means"),
    ),
)
