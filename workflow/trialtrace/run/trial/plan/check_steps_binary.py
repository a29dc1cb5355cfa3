"""Options of steps about events, counts and times: what the schema cannot say of them."""

from collections.abc import Mapping
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.references import NUMERIC
from trialtrace.base.config.schema import tell
from trialtrace.run.trial.context import Files, known, of_kind
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.plan import methods
from trialtrace.run.trial.plan.check_steps_arms import compared_arms, of_each_arm
from trialtrace.run.trial.plan.check_steps_repeated import BASELINE, TREATED_SIDE
from trialtrace.run.trial.plan.methods import RECURRENT
from trialtrace.run.trial.resolve import estimand_of, used_visits, variables_of

DELTA_CT = "delta_ct"
AT_RISK, SAME = "time_at_risk", "same_for_all"


def check(files: Files, analysis: str, place: Path_, options: dict[str, Any]) -> None:
    """Every option of a step that names something or must fit another one."""
    if isinstance(options.get("scores"), dict):
        arms = compared_arms(files, analysis)
        of_each_arm(files, (*place, "scores"), options["scores"], arms, "score")
    for position, name in enumerate(options.get("covariates", ())):
        # What is no variable of the subject, and where it may stand, is told by steps_repeated.
        if name not in (BASELINE, TREATED_SIDE):
            derived.check_baseline(files, (*place, "covariates", position), name)
    if "components" in options:
        _components(files, analysis, place, options)
    if options.get("groups") == "all" and options.get("sides", "two_sided") != "two_sided":
        files.plan.add(
            (*place, "sides"),
            f"{options['sides']} in a test of all arms, which has no direction",
            "two_sided",
            do="or give groups: pairs",
        )
    if "lower" in options and "upper" in options and options["lower"] >= options["upper"]:
        files.plan.add(
            (*place, "lower"),
            f"{options['lower']}, not below upper: {options['upper']}",
            "a lower margin below the upper one",
        )
    _ties(files, place, options)
    _exposure(files, analysis, place, options)
    _cycles(files, analysis, place)


def _components(files: Files, analysis: str, place: Path_, options: dict[str, Any]) -> None:
    """Yes/no endpoints that are drawn, by the rule of the composite of which they are parts."""
    document, components = files.plan, options["components"]
    names, what = files.endpoints.names(), "an endpoint of endpoints.yaml"
    for position, component in enumerate(components):
        here = (*place, "components", position)
        if known(document, here, component, names, what):
            of_kind(files, document, here, component, methods.BINARY)
    if options.get("at_least", 0) > len(components):
        document.add(
            (*place, "at_least"),
            f"{options['at_least']} of {len(components)} components",
            "a number of components that can be met",
        )
    estimand = estimand_of(files, analysis)
    name = estimand["variable"] if estimand else None
    endpoint = files.endpoints.get(name) if isinstance(name, str) else None
    if not isinstance(name, str) or not endpoint:
        return
    if "at_least" not in options:
        _own_rule(files, place, name, components)
    if endpoint["kind"] == "composite_event":
        _counted(files, analysis, place, name, options)


def _own_rule(files: Files, place: Path_, name: str, components: list[str]) -> None:
    """Without a number of components the composite's own rule counts, which must be one."""
    endpoint = files.endpoints.get(name) or {}
    if endpoint["kind"] != "composite_event":
        files.plan.add(
            place,
            f"no at_least, and {name} is no composite event",
            "at_least: how many components make the event",
        )
        return
    scores = [one["of"] for one in endpoint.get("scores", {}).values() if "value" not in one]
    for position, component in enumerate(components):
        here, what = (*place, "components", position), f"a finding of {name}, or a yes/no score"
        known(files.plan, here, component, [*endpoint.get("findings", []), *scores], what)
    if any(s.get("value") == "percent_change" for s in endpoint.get("scores", {}).values()):
        files.plan.add(place, "a score in percent of baseline", "a value or a change")


def _counted(
    files: Files, analysis: str, place: Path_, name: str, options: Mapping[str, object]
) -> None:
    """The rule that is imputed is that of the composite: its event, and the visits that count."""
    endpoint = files.endpoints.get(name) or {}
    if endpoint["counted"] == "ever":
        files.plan.add(
            place,
            f"the components of one visit, while {name} counts an event at any visit",
            "an endpoint that counts at_visit or by_visit",
        )
    if "at_least" in options:
        plain = endpoint["event"] == {"findings": {"at_least": options["at_least"]}}
        drawn = options["components"]
        same = isinstance(drawn, list) and set(drawn) == set(endpoint["findings"])
        if not plain or not same or endpoint["counted"] != "at_visit":
            files.plan.add(
                (*place, "at_least"),
                f"another rule than that of {name}",
                "no at_least, so that the composite's own rule counts",
            )
        return
    _before(files, analysis, place, name, options)


def _before(
    files: Files, analysis: str, place: Path_, name: str, options: Mapping[str, object]
) -> None:
    """What an earlier visit counts for that is left open, where the outcome asks for it."""
    endpoint, key = files.endpoints.get(name) or {}, "undecided_before"
    so_far = endpoint["counted"] == "by_visit" and endpoint.get("missing_visits") == "undecided"
    later = (files.visits_of(name) or [])[1:]
    used = set(used_visits(files, analysis) or [])
    if so_far and used & set(later) and key not in options:
        files.plan.add(
            place,
            f"no {key}, while {name} counts earlier visits too",
            f"{key}: no_event, refuse or drawn",
            do="drawn draws them together with this one; an event that came and went by an earlier "
            "visit left open is lost with no_event, and the result says of how many that may be",
        )
    elif key in options and not so_far:
        files.plan.add(
            (*place, key),
            f"{key} of {name}, in which no earlier visit is left open",
            "an outcome counted by_visit with missing_visits: undecided, or no such key",
        )


def _exposure(files: Files, analysis: str, place: Path_, options: Mapping[str, object]) -> None:
    """Time at risk of intervals, and only of them; else a number of the subject, or the same."""
    given, place = options.get("exposure"), (*place, "exposure")
    if not isinstance(given, str):
        return
    for name in variables_of(files, analysis):
        kind = files.endpoint_kind(name)
        if kind and (kind in RECURRENT) is not (given == AT_RISK):
            files.plan.add(
                place,
                f"{tell(given)} of {name}, an endpoint of kind {kind}",
                f"{AT_RISK} of an endpoint of kind recurrent_events, and only there",
            )
            return
    if given in (AT_RISK, SAME):
        return
    what = f"{SAME}, or a variable of subjects"
    if known(files.plan, place, given, files.subject_variables, what):
        variable = files.subject_variable(given)
        if variable is not None and variable.kind and variable.kind not in NUMERIC:
            files.plan.add(place, f"{given}, a column of {variable.kind}", "a column of number")


def _cycles(files: Files, analysis: str, place: Path_) -> None:
    """A ratio of expression is made of cycles (ΔCt), not of other values."""
    if "fold_change" not in place:
        return
    for name in variables_of(files, analysis):
        family = files.derived[name].family if name in files.derived else name
        instrument = files.endpoints.get(family, "instrument")
        if instrument not in (None, DELTA_CT):
            files.plan.add(
                place,
                f"{name}, which is no number of cycles",
                f"an endpoint of the instrument {DELTA_CT}",
            )
            return


def _ties(files: Files, place: Path_, options: Mapping[str, object]) -> None:
    """A robust error needs scores of single subjects, which discrete ties do not have."""
    if options.get("ties") == "discrete" and options.get("variance", "model") != "model":
        files.plan.add(
            (*place, "variance"),
            f"{options['variance']} with ties: discrete",
            "model",
            do="or give ties: efron",
        )
