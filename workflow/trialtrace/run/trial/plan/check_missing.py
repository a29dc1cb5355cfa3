"""What an analysis says of missing values: those that it fills in, or leaves open.

Of death, after which no value exists: who has died a trial tells by an endpoint of kind
time_to_event with `terminal: true`. Where there is one, the estimand of an analysis that imputes
names the death, by which day a visit would have been, and how it is handled; the analysis itself
holds each missing value against the dates of death.

A composite may be known as soon as the known parts decide it. Who has an outcome then depends on
the outcome. Beside the analysis of those of whom each part is known it shows what the rule does,
with what those still undecided could change, and beside multiple imputation; it is no analysis that
stands for them. What any outcomes of the unknown could give is asked of such a composite alone: of
another the known parts exclude some of these outcomes.
"""

from collections.abc import Iterable, Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.check_steps import BASELINE, each_of
from trialtrace.run.trial.resolve import (
    compared_arms,
    estimand_of,
    inherited,
    lineage,
    steps,
    used_visits,
    variables,
    variables_of,
)

DRAWN = (
    "monotone_imputation",
    "chained_imputation",
    "delta_adjusted_imputation",
    "reference_based_imputation",
)
BY_REFERENCE = "reference_based_imputation"
BY_MEAN = "conditional_mean_imputation"
BY_BASELINE = "baseline_observation_carried_forward"
CARRIED = (BY_BASELINE, "last_observation_carried_forward", "worst_observation_carried_forward")
# What is imputed after an event is no outcome of these.
STRATEGIES = ("treatment policy", "hypothetical")


def check(
    files: Files, name: str, place: Path_, method: str, options: Mapping[str, object]
) -> None:
    if method not in (*DRAWN, BY_MEAN, *CARRIED):
        return
    _baseline(files, name, place, method, options)
    if method == BY_MEAN and inherited(files, name, "value") == "percent_change":
        files.plan.add(place, "a change in percent", "value: value or change")
    deltas, event = options.get("deltas"), options.get("event")
    if isinstance(deltas, dict):
        each_of(files, (*place, "deltas"), deltas, compared_arms(files, name), "delta")
    if isinstance(event, str):
        _event(files, name, (*place, "event"), event)


def _baseline(
    files: Files, name: str, place: Path_, method: str, options: Mapping[str, object]
) -> None:
    """It is where those who leave go on from, and no visit that is analysed itself."""
    listed = options.get("covariates")
    if method in (BY_REFERENCE, BY_MEAN) and isinstance(listed, list) and BASELINE not in listed:
        files.plan.add(
            (*place, "covariates"),
            "no baseline, from which a subject without a later value goes on",
            f"covariates with {BASELINE}",
        )
    needed = method == BY_BASELINE or options.get("baseline") == "carried"
    plain = inherited(files, name, "value") in (None, "value")
    for variable in variables_of(files, name):
        endpoint = files.derived.get(variable)
        start = endpoint.entry.baseline if endpoint else None
        if endpoint and start is None and needed:
            text = f"the baseline of {variable}, which has none"
            files.plan.add(place, text, "an endpoint with `baseline`")
        visits = used_visits(files, name) or []
        named = isinstance(inherited(files, name, "visits"), list)
        if start in visits and (plain or named):
            files.plan.add(
                place,
                f"{start}, the baseline of {variable}, among the visits that are analysed",
                f"visits after it: {one_of([v for v in visits if v != start])}",
            )


def _event(files: Files, name: str, place: Path_, event: str) -> None:
    """An intercurrent event of the estimand, handled so that values after it are wanted."""
    estimand = estimand_of(files, name)
    if estimand is None:
        return
    strategies = {one["event"]: one["strategy"] for one in estimand["intercurrent"]}
    if strategies.get(event, STRATEGIES[0]) not in STRATEGIES:
        files.plan.add(
            place,
            f"{event}, whose strategy is {strategies[event]}",
            f"an event whose strategy is {one_of(STRATEGIES)}",
        )


# An analysis of values in which nobody died has these words in the summary of its estimand.
NOBODY_DIED = "if nobody had died"
OF_MEANS = (*DRAWN, BY_MEAN, *CARRIED)
OF_EVENTS = ("multiple_imputation", "missing_as_event", "missing_as_no_event", "best_worst")
BY_TEST = "tipping"
OF_DEATH = ("while alive", "hypothetical")
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


def check_death(files: Files, name: str, place: Path_, step: tuple[str, str, str]) -> None:
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
    allowed = OF_DEATH if of_means else (*OF_DEATH, COMPOSITE)
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


SAME = ("findings", "scores", "event", "counted", "missing_visits", "visits")
BOUNDS = ("risk_difference_bounds", "best_worst")
IMPUTED = ("risk_difference", "multiple_imputation")
# Statistics that take every unknown outcome for open, and rules by which some of them are not.
OPEN = ("risk_difference_bounds", "proportion_bounds", "tipping")
TOO_WIDE = ("any_missing", "any_finding")


def check_undecided(files: Files, name: str, entry: Mapping[str, object]) -> None:
    for place, _, statistic, _, _ in steps(files.plan.get("analyses", name) or {}):
        if statistic in OPEN:
            undecided_alone(files, name, ("analyses", name, *place))
    parent = entry.get("of")
    if not isinstance(parent, str) or "estimand" not in entry:
        return
    own, other = _composite(files, name), _composite(files, parent)
    if own is None or other is None or own.get("missing") != "undecided":
        return
    if other.get("missing") == "undecided":
        return
    document, path = files.plan, ("analyses", name)
    differing = [key for key in SAME if own.get(key) != other.get(key)]
    if differing:
        document.add(
            (*path, "estimand"),
            f"an endpoint that differs from that of {parent} in {', '.join(differing)}",
            "the same rule, with another `missing`",
        )
    if entry["role"] != "sensitivity":
        document.add(
            (*path, "role"),
            f"{entry['role']}, of an outcome that lets a patient in by what it is",
            "sensitivity",
        )
    if BOUNDS not in _methods(files, name):
        document.add(
            path,
            f"no bounds for those still undecided, whom {parent} leaves out too",
            "estimates: [{risk_difference_bounds: best_worst}]",
        )
    family = (one for one in files.plan.names("analyses") or () if _of(files, one, parent))
    if not any(IMPUTED in _methods(files, one) for one in family):
        document.add(
            path,
            f"no multiple imputation of the components beside it, in an analysis of {parent}",
            "estimates: [{risk_difference: {method: multiple_imputation, …}}]",
        )


def undecided_alone(files: Files, name: str, place: Path_) -> None:
    """Whether those without an outcome in an analysis are open, and not decided by known parts."""
    composite = _composite(files, name)
    if composite and composite.get("missing") in TOO_WIDE:
        files.plan.add(
            place,
            f"outcomes of {name} that are missing by `missing: {composite['missing']}` also where "
            "the known parts decide them, and so are not open",
            "the same rule with `missing: undecided`, in an analysis of its own",
        )


def _composite(files: Files, name: str) -> Mapping[str, object] | None:
    """The one endpoint of an analysis, where it is a composite event."""
    estimand = estimand_of(files, name)
    named = variables(estimand) if estimand else []
    entry = files.endpoints.get(named[0]) if len(named) == 1 else None
    return entry if entry and entry.get("kind") == "composite_event" else None


def _methods(files: Files, name: str) -> list[tuple[str, str]]:
    given = files.plan.get("analyses", name) or {}
    return [(statistic, method) for _, _, statistic, method, _ in steps(given)]


def _of(files: Files, name: str, parent: str) -> bool:
    """Whether an analysis is the parent, or takes over from it."""
    return any(entry is files.plan.get("analyses", parent) for entry in lineage(files, name))
