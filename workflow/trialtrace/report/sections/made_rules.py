"""Rules of endpoints that are made from other endpoints, as sentences of a report."""

from collections.abc import Callable, Mapping
from typing import Any

from trialtrace.ground.conditions import describe
from trialtrace.ground.words import lower_first

Options = Mapping[str, Any]
Label = Callable[[str], str]
Rule = Callable[[Label, Options], str]

VALUES = {
    "value": "",
    "change": "change from baseline of ",
    "percent_change": "change in percent of baseline of ",
}
MISSING = {
    "any_missing": "missing where any part is",
    "undecided": "missing where unknown parts could change it",
    "measured": "unknown parts count as absent",
}
COUNTED = {
    "at_visit": "by what is found at each visit",
    "by_visit": "at the visit or an earlier one",
    "ever": "at any visit",
}
EARLY = {"missing": "is missing", "no_event": "counts as no event"}


def finding(label: Label, options: Options) -> str:
    """ "yes where … is newly (not at baseline) ≤ 1"."""
    what = VALUES[options.get("value", "value")] + lower_first(label(options["of"]))
    text = f"yes where {what} is {'newly ' if options.get('new') else ''}{_abnormal(options)}"
    if options.get("new"):
        text += ", which it was not at baseline"
    if "at_least" in options:
        text += f", at {options['at_least']} or more of its sides and locations"
    return text + _missing(options)


def _abnormal(options: Options) -> str:
    if "norm" in options:
        given = options["norm"]
        age = " for the age" if "age" in given else ""
        return f"outside the norms{age} ({given['table'].replace('_', ' ')})"
    if "abnormal" in options:
        return describe({"": options["abnormal"]}).strip()
    tests = options["abnormal_by_location"].items()
    return "; ".join(f"{describe({'': test}).strip()} ({place})" for place, test in tests)


def composite(label: Label, options: Options) -> str:
    """The rule, the findings it counts, its scores, and what is missing."""
    listed = "; ".join(lower_first(label(name)) for name in options["findings"])
    text = f"yes where {describe(options['event'])}, {COUNTED[options['counted']]}. "
    text += f"Findings are: {listed}"
    for name, score in options.get("scores", {}).items():
        text += f". {name}: {VALUES[score.get('value', 'value')]}{lower_first(label(score['of']))}"
    return text + _missing(options)


def _missing(options: Options) -> str:
    return f"; {MISSING[options['missing']]}" if "missing" in options else ""


def interval_time(label: Label, options: Options) -> str:
    start = f", from {options['origin']}" if "origin" in options else ""
    return (
        f"time to {lower_first(label(options['of']))}{start}, which lies between the last visit "
        "without it and the first with it"
    )


def event_by(label: Label, options: Options) -> str:
    text = (
        f"yes where {lower_first(label(options['of']))} came by {options['time']:g}; who was "
        f"censored before {EARLY[options['censored']]}"
    )
    if "competing" in options:
        text += f"; after a competing event it {EARLY[options['competing']]}"
    return text
