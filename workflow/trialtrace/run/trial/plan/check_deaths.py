"""What an analysis that fills in missing values says of death, after which no value exists.

Who has died a trial tells by an endpoint of kind time_to_event with `terminal: true`. Where there
is one, the estimand of such an analysis names the death, by which day a visit would have been, and
how it is handled; the analysis itself holds each missing value against the dates of death.
"""

from collections.abc import Iterable, Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.check_steps_missing import BY_MEAN, CARRIED, DRAWN
from trialtrace.run.trial.resolve import (
    estimand_of,
    inherited,
    used_visits,
    variables,
    variables_of,
)

# An analysis of values in which nobody died has these words in the summary of its estimand.
NOBODY_DIED = "if nobody had died"
OF_MEANS = (*DRAWN, BY_MEAN, *CARRIED)
OF_EVENTS = ("multiple_imputation", "missing_as_event", "missing_as_no_event", "best_worst")
BY_TEST = "tipping"
STRATEGIES = ("while alive", "hypothetical")
COMPOSITE = "composite"


def deaths(files: Files) -> list[str]:
    """The endpoints whose event is a death."""
    return [
        name
        for name, table_change in files.derived.items()
        if table_change.kind == "time_to_event" and _key(table_change.entry, "terminal")
    ]


def _is_death(files: Files, name: str, who: list[str]) -> bool:
    """Whether an outcome says nothing but whether, or by when, a patient died."""
    entry = files.derived[name].entry
    event = _key(entry, "event")
    if _key(entry, "of") in who:
        return True
    return any(
        event is not None
        and event == _key(files.derived[one].entry, "event")
        and _key(entry, "table") == _key(files.derived[one].entry, "table")
        for one in who
    )


def _key(entry: object, name: str) -> object:
    """What an entry has under a key, None where its kind has none."""
    return getattr(entry, name, None)


def check_estimand(files: Files, name: str, entry: Mapping[str, object]) -> None:
    """Each death of an estimand is one of the trial's, with days for its visits."""
    events = entry["intercurrent"]
    for position, event in enumerate(events if isinstance(events, (list, tuple)) else ()):
        if isinstance(event, dict) and "death" in event:
            place = ("estimands", name, "intercurrent", position, "death")
            _death(files, place, variables(dict(entry)), event["death"])


def _death(files: Files, place: Path_, named: list[str], death: Mapping[str, object]) -> None:
    what = "an endpoint of kind time_to_event with terminal: true"
    known(files.plan, (*place, "of"), death["of"], deaths(files), what)
    ways = [way for way in ("day", "days", "before") if way in death]
    if len(ways) != 1:
        files.plan.add(place, " and ".join(ways) or "no day", "one of day, days and before")
    days = death.get("days")
    labels = _visits(files, named)
    if isinstance(days, dict) and labels is not None:
        for visit in days:
            known(files.plan, (*place, "days", visit), visit, labels, "a visit of the variables")


def _visits(files: Files, named: Iterable[str]) -> list[str] | None:
    visits: dict[str, None] = {}
    families = [files.family(name) for name in named]
    if not all(families):
        return None
    for variable in (endpoint.name for family in families for endpoint in family):
        own = files.visits_of(variable)
        if own is None:
            return None
        visits |= dict.fromkeys(own)
    return list(visits)


def check(files: Files, name: str, place: Path_, step: tuple[str, str, str]) -> None:
    """A step of an analysis that imputes has an estimand that says what becomes of the dead."""
    _, statistic, method = step
    of_means = method in OF_MEANS
    if not (of_means or method in OF_EVENTS or statistic == BY_TEST):
        return
    estimand, who = estimand_of(files, name), deaths(files)
    named = variables_of(files, name)
    if estimand is None or not who or not set(named) <= set(files.derived):
        return
    if all(_is_death(files, one, who) for one in named):
        return
    found = [event for event in estimand["intercurrent"] if "death" in event]
    if not found:
        files.plan.add(
            place,
            "values that are filled in, of patients who may have died, with no word on death",
            f"an intercurrent event of the estimand with `death`, of {one_of(who)}",
            do="{event: death before the visit, strategy: while alive, death: {of: "
            f"{who[0]}, day: …}}}}; no value after death is imputed",
        )
        return
    (death, *_) = found
    allowed = STRATEGIES if of_means else (*STRATEGIES, COMPOSITE)
    if death["strategy"] not in allowed:
        files.plan.add(
            place,
            f"values that are filled in, and {death['event']} with the strategy "
            f"{death['strategy']}",
            f"the strategy {one_of(allowed)}: a value after death does not exist",
        )
    elif death["strategy"] == "hypothetical" and NOBODY_DIED not in estimand["summary"].lower():
        files.plan.add(
            ("estimands", inherited(files, name, "estimand"), "summary"),
            "no word that values after death are imputed",
            f"a summary with the words “{NOBODY_DIED}”",
        )
    # Nobody is dead at a baseline.
    starts = {files.derived[variable].entry.baseline for variable in variables_of(files, name)}
    days = death["death"].get("days")
    visits = [visit for visit in used_visits(files, name) or [] if visit not in starts]
    if isinstance(days, dict) and (lacking := [visit for visit in visits if visit not in days]):
        files.plan.add(
            place,
            f"no day of {one_of(lacking)} in `death` of the estimand",
            "the day of each visit that is analysed, by which whoever died has no value",
        )
