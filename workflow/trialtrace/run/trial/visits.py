"""The visits of an endpoint by its declaration alone; the one place that knows them."""

from collections.abc import Callable

from trialtrace.run.trial.endpoints.shared import AFTER_BASELINE
from trialtrace.run.trial.model import Endpoint

# An endpoint by its name; None where there is none.
Declared = Callable[[str], Endpoint | None]


def visit_labels(name: str, declared: Declared) -> list[str]:
    """The labels of the visits of an endpoint's records in their order; [] where it has none."""
    endpoint = declared(name)
    if endpoint is None:
        return []
    if labels := endpoint.entry.visit_labels:
        return labels
    return chosen_visits(name, declared) if endpoint.entry.follows_visits else []


def chosen_visits(name: str, declared: Declared) -> list[str]:
    """The visits of its parents that a made endpoint looks at: all, some, or those after baseline.

    The visits of a composite are those of its first part that has visits.
    """
    endpoint = declared(name)
    if endpoint is None:
        return []
    others = _without(name, declared)
    parts = (visit_labels(parent, others) for parent in endpoint.entry.parents)
    labels = next((known for known in parts if known), [])
    chosen = endpoint.entry.chosen_visits
    if isinstance(chosen, tuple):
        return [label for label in labels if label in chosen]
    if chosen == AFTER_BASELINE:
        first = baseline(name, declared)
        return labels[labels.index(first) + 1 :] if first in labels else labels
    return labels


def baseline(name: str, declared: Declared) -> str | None:
    """The label of the baseline of an endpoint, or of the first of its parts that has one."""
    endpoint = declared(name)
    if endpoint is None:
        return None
    if endpoint.entry.baseline is not None:
        return endpoint.entry.baseline
    starts = (baseline(parent, _without(name, declared)) for parent in endpoint.entry.parents)
    return next((start for start in starts if start is not None), None)


def _without(name: str, declared: Declared) -> Declared:
    """The endpoints but one, so that a circle of declarations comes to an end."""
    return lambda other: None if other == name else declared(other)
