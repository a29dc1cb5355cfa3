"""Steps that fill in missing visits: the baseline, arms and intercurrent events that they name."""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.check_steps_arms import compared_arms, of_each_arm
from trialtrace.run.trial.plan.check_steps_repeated import BASELINE
from trialtrace.run.trial.resolve import estimand_of, inherited, used_visits, variables_of

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
        of_each_arm(files, (*place, "deltas"), deltas, compared_arms(files, name), "delta")
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
    what = "an intercurrent event of the estimand"
    if not known(files.plan, place, event, strategies, what):
        return
    if strategies[event] not in STRATEGIES:
        files.plan.add(
            place,
            f"{event}, whose strategy is {strategies[event]}",
            f"an event whose strategy is {one_of(STRATEGIES)}",
        )
