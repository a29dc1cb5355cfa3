"""The visits of an endpoint by its declaration alone; the one place that knows them."""

from collections.abc import Callable, Mapping
from typing import Any

# An endpoint's kind and its other keys by its name; None where there is no such endpoint.
Given = Callable[[str], tuple[str, Mapping[str, Any]] | None]

AFTER_BASELINE = "after_baseline"
# These have the visits of the endpoints that they are made from.
FOLLOWING = ("event", "finding", "composite_event", "graded", "difference")


def visit_labels(name: str, given: Given) -> list[str]:
    """The labels of the visits of an endpoint's records in their order; [] where it has none."""
    found = given(name)
    if found is None:
        return []
    kind, options = found
    if isinstance(options.get("visits"), Mapping):
        return [str(label) for label in options["visits"].values()]
    if "visit" in options:
        return [str(label) for label in options["visit"]["labels"].values()]
    if kind == "instrument" and "days" in options:
        return [str(label) for label in options["days"]]
    if kind not in FOLLOWING or options.get("counted") == "ever" or options.get("by") == "visit":
        return []
    return chosen_visits(name, given)


def chosen_visits(name: str, given: Given) -> list[str]:
    """The visits of its parents that a made endpoint looks at: all, some, or those after baseline.

    The visits of a composite are those of its first part that has visits.
    """
    found = given(name)
    if found is None:
        return []
    _, options = found
    others = _without(name, given)
    parts = (visit_labels(part, others) for part in made_of(options))
    labels = next((known for known in parts if known), [])
    wanted = options.get("visits", AFTER_BASELINE if options.get("new") else None)
    if isinstance(wanted, list):
        return [label for label in labels if label in wanted]
    if wanted == AFTER_BASELINE:
        first = baseline(name, given)
        return labels[labels.index(first) + 1 :] if first in labels else labels
    return labels


def baseline(name: str, given: Given) -> str | None:
    """The label of the baseline of an endpoint, or of the first of its parts that has one."""
    found = given(name)
    if found is None:
        return None
    options = found[1]
    if "baseline" in options:
        return options["baseline"]
    starts = (baseline(part, _without(name, given)) for part in made_of(options))
    return next((start for start in starts if start is not None), None)


def _without(name: str, given: Given) -> Given:
    """The endpoints but one, so that a circle of declarations comes to an end."""
    return lambda other: None if other == name else given(other)


def made_of(options: Mapping[str, Any]) -> list[str]:
    """The endpoints that an endpoint is made from, by its keys."""
    found = [
        options[key] for key in ("of", "occurrence", "seen") if isinstance(options.get(key), str)
    ]
    for key in ("first_of", "findings", "competing", "made_from"):
        found += options[key] if isinstance(options.get(key), list) else []
    found += [score["of"] for score in options.get("scores", {}).values()]
    found += [options["end"]["event"]] if isinstance(options.get("end"), Mapping) else []
    return list(dict.fromkeys(found))
