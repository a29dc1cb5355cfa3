"""Sample size, power and precision again, by the statistics' own formulas.

They rest on assumptions of the plan, not on data: that the formulas are right is for tests, against
R and by other ones (tests/second). Numbers of patients that were reached are counted again.
"""

import json
from contextlib import suppress
from math import isnan, nan

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.methods.planning.designs import options, settings
from trialtrace.stats.results import StatsError

BY = "trialtrace.stats: the formula of the design"


def check(data: Data, asked: Asked) -> Recomputed:
    """The number of the plan that has every choice of the result; NaN where there is none."""
    plan, sizes, value = data.trial.plan, tuple(asked.options["patients"]), nan
    entry = plan.planning[asked.variable]
    for setting in settings(entry, plan.confidence):
        choices = json.loads(json.dumps(options(entry, setting, sizes)))
        if (f"{setting.stat}.{setting.method}", choices) == (asked.method, asked.options):
            with suppress(StatsError):
                value = setting.compute(sizes)
    return Recomputed(BY, value, n_used=reached(data, asked))


def reached(data: Data, asked: Asked) -> int | None:
    """The subjects of a population in the arms of an entry; None for numbers of the plan."""
    entry = data.trial.plan.planning[asked.variable]
    if entry.reached is None or isnan(asked.value):
        return None
    subjects = data.adsl
    subjects = subjects[subjects[data.trial.populations[entry.reached].flag] == "Y"]
    if entry.arms is None:
        return len(subjects)
    counted = [int((subjects["TRT01P"] == arm).sum()) for arm in entry.arms]
    return sum(counted) if counted == asked.options["patients"] else -1


CHECKS = dict.fromkeys(
    (
        *("power", "events_expected", "patients_needed", "events_needed"),
        *("width_points", "width_difference", "width_ratio", "width_superiority"),
        *("detectable_proportion", "detectable_difference"),
        *("detectable_ratio", "detectable_superiority"),
    ),
    check,
)
