"""What patients are whom the event of an endpoint has not met, in the endpoint's own words."""

from trialtrace.base.words import LABELS
from trialtrace.run.endpoints.kinds.event import EventInRow
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.tables.measures import of_death
from trialtrace.run.trial.endpoints.measure import Measured
from trialtrace.run.trial.endpoints.time_to_event import FirstOfTimes, FirstSeen
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import DATASETS

MEAN_TIMES = ("mean_time_difference", "mean_time_ratio")
# Of an endpoint that does not say what its event is.
WITHOUT = "without the event"


def stat_words(stat: str) -> str:
    """The label of a statistic; whoever is censored at another event is not free of that one."""
    return WITHOUT if stat == "survival" else LABELS[stat]


def effect_words(trial: Trial, row: ResultRow) -> str:
    """The label of an estimate; of mean times, times of what."""
    label = LABELS[row["stat_name"]]
    if row["stat_name"] not in MEAN_TIMES:
        return label
    free = without_event(trial, row["parameter"])
    if free == "alive":
        return label.replace("mean time", "mean survival time")
    return label if free == WITHOUT else f"{label} {free}"


def is_time(endpoint: Endpoint) -> bool:
    """Whether an endpoint is the time to an event, which censoring can end."""
    return DATASETS.get(endpoint.kind) == "adtte"


def is_untimed(endpoint: Endpoint) -> bool:
    """Whether an endpoint is a value of a subject's one row, of which no visit is declared."""
    return isinstance(endpoint.entry, EventInRow | Measured) and endpoint.entry.visit is None


def without_event(trial: Trial, name: str | None) -> str:
    """ "without recurrence": not "event-free", which whoever died otherwise is not; "alive" of
    death."""
    events = list(dict.fromkeys(_events(trial, name)))
    if not events:
        return WITHOUT
    if all(map(of_death, events)):
        return "alive"
    listed = " or ".join(filter(None, [", ".join(events[:-1]), events[-1]]))
    return f"without {listed}"


def _events(trial: Trial, name: str | None) -> list[str]:
    """What ends a time, of several the first of which counts that of each."""
    endpoint = trial.endpoints.get(name or "")
    if endpoint is None:
        return []
    entry = endpoint.entry
    if isinstance(entry, FirstSeen):
        return _events(trial, entry.seen)
    if isinstance(entry, FirstOfTimes):
        return [event for parent in entry.first_of for event in _events(trial, parent)]
    label = getattr(entry, "event_label", None)
    return [lower_first(label)] if label else []
