"""Options of steps against their endpoint, its visits, the arms, and each other.

What an option names, the shape of its card says (`trialtrace.base.config.references`).
"""

from collections.abc import Collection, Mapping
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known, of_kind, repeated
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.plan import methods
from trialtrace.run.trial.plan.methods import AT_RISK, RECURRENT, SAME_FOR_ALL
from trialtrace.run.trial.plan.registry import comparing
from trialtrace.run.trial.resolve import compared_arms, estimand_of, used_visits, variables_of

# Coefficients whose sum is below this share of the largest sum to 0 but for rounding.
ROUNDING = 1e-9
BASELINE, TREATED_SIDE = "baseline", "treated_side"
DELTA_CT = "delta_ct"


def check(files: Files, analysis: str, place: Path_, method: str, options: dict[str, Any]) -> None:
    """Every option of a step that must fit the analysis or another option."""
    arms = compared_arms(files, analysis)
    for name, coefficients in options.get("contrasts", {}).items():
        _contrast(files, (*place, "contrasts", name), coefficients)
    if isinstance(options.get("scores"), dict):
        each_of(files, (*place, "scores"), options["scores"], arms, "score")
    for position, name in enumerate(options.get("covariates", ())):
        here = (*place, "covariates", position)
        _covariate(files, analysis, here, name, within=method in comparing("within"))
    if isinstance(options.get("times"), dict):
        _times(files, analysis, (*place, "times"), options["times"])
    elif isinstance(options.get("times"), str):
        _times_measured(files, analysis, (*place, "times"), options["times"])
    for combination, weights in options.get("combinations", {}).items():
        if not any(weights.values()):
            here = (*place, "combinations", combination)
            files.plan.add(here, "no weight but 0", "a weight for some visit")
    if "margin" in options and "higher" in options:
        _worse(files, (*place, "margin"), method, options["margin"], options["higher"])
    if "sequence" in options:
        _sequences(files, place, options["sequence"], options["starts_with"])
    if "with" in options:
        _other(files, (*place, "with"), options)
    for at, other in enumerate(options.get("then", ())):
        _other(files, (*place, "then", at), other)
    if first := options.get("first"):
        for variable in variables_of(files, analysis):
            _wins(files, (*place, "first"), variable, first["wins"], first["margin"])
    if "components" in options:
        _components(files, analysis, place, options)
    _locations(files, analysis, place, options)
    _together(files, place, options)
    _exposure(files, analysis, place, options)
    _cycles(files, analysis, place)


def _together(files: Files, place: Path_, options: Mapping[str, Any]) -> None:
    """Options that go with each other, or not."""
    by_visits, treatment = options.get("design") == "visits", "treatment" in options
    if "design" in options and by_visits != treatment:
        files.plan.add(
            place,
            "no treatment" if by_visits else "a treatment",
            "treatment: the one whose visits are analysed" if by_visits else "no treatment",
        )
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
    # A robust error needs scores of single subjects, which discrete ties do not have.
    if options.get("ties") == "discrete" and options.get("variance", "model") != "model":
        files.plan.add(
            (*place, "variance"),
            f"{options['variance']} with ties: discrete",
            "model",
            do="or give ties: efron",
        )


def each_of(
    files: Files, place: Path_, numbers: Mapping[str, float], names: Collection[str], what: str
) -> None:
    """A number for each arm or visit that is compared; `what` it is."""
    if lacking := [name for name in names if name not in numbers]:
        expected = f"a {what} of each of {one_of(names)}"
        files.plan.add(place, f"no {what} of {one_of(lacking)}", expected)


def _contrast(files: Files, place: Path_, coefficients: dict[str, float]) -> None:
    """Coefficients of arms sum to 0."""
    largest = max((abs(value) for value in coefficients.values()), default=0.0)
    total = sum(coefficients.values())
    if largest == 0 or abs(total) > ROUNDING * largest:
        files.plan.add(
            place,
            f"coefficients that sum to {total:g}" if largest else "no coefficient but 0",
            "coefficients that sum to 0, some of them above and some below",
        )


def _covariate(files: Files, name: str, place: Path_, covariate: str, *, within: bool) -> None:
    """What was known before randomisation: the baseline, or a variable of the subjects."""
    document = files.plan
    if covariate == BASELINE:
        for variable in variables_of(files, name):
            endpoint = files.derived.get(variable)
            if endpoint and endpoint.entry.baseline is None:
                document.add(
                    place,
                    f"the baseline of {variable}, which has none",
                    "an endpoint with `baseline`; a variable of that name needs another",
                )
    elif covariate in (files.endpoint_names or ()):
        document.add(
            place,
            f"{covariate}, an endpoint, which may be measured after randomisation",
            f"{BASELINE}, or a variable of subjects",
            do="adjusting for what the treatment may have changed biases its effect",
        )
    elif covariate != TREATED_SIDE or not within:
        known(document, place, covariate, files.subject_variables, "a variable of subjects")
        derived.check_baseline(files, place, covariate)


def _times(files: Files, name: str, place: Path_, times: dict[str, float]) -> None:
    """Every visit of the analysis has a time of its own."""
    each_of(files, place, times, used_visits(files, name) or (), "time")
    for visit, first, time in repeated(times):
        files.plan.add((*place, visit), f"{time:g}, also that of {first}", "another time")


def _times_measured(files: Files, name: str, place: Path_, times: str) -> None:
    """An endpoint that has a time at every visit of the analysis."""
    visits = files.visits_of(times)
    lacking = [visit for visit in used_visits(files, name) or () if visit not in (visits or ())]
    if visits is not None and lacking and files.endpoint_kind(times) in methods.SCORES:
        files.plan.add(
            place,
            f"{times}, which has no visit {one_of(lacking)}",
            "a time at each visit of the analysis",
        )


def _locations(files: Files, name: str, place: Path_, options: Mapping[str, object]) -> None:
    """A design with locations is of endpoints that have several."""
    if "location" not in str(options.get("design", "")):
        return
    for variable in variables_of(files, name):
        endpoint = files.derived.get(variable)
        if endpoint and len(endpoint.places.get("LOC", ())) < 2:
            files.plan.add(
                (*place, "design"),
                f"{variable}, which does not tell locations apart",
                "an endpoint with `location` and at least two labels",
                do="take treatment_by_visit",
            )


def _sequences(files: Files, place: Path_, sequence: str, begun: Mapping[str, str]) -> None:
    """A variable that tells the order of two treatments, and which arm each value begins with."""
    document = files.plan
    of = f"a label of {sequence}"
    variable, labels = files.subject_variable(sequence), files.subject_choices(sequence)
    for value in begun:
        at = (*place, "starts_with", value)
        label = variable.choices.get(value) if variable else None
        do = f"did you mean its label, {tell(label)}?" if label else None
        known(document, at, value, labels, of, do)
    if len(set(begun.values())) != 2:
        document.add(
            (*place, "starts_with"),
            f"sequences that begin with {one_of(sorted(set(begun.values())))}",
            "two treatments, each first in some sequence",
            do="the methods of crossover trials are for two treatments in two periods",
        )


def _worse(files: Files, place: Path_, method: str, margin: float, higher: str) -> None:
    """A margin of non-inferiority lies on the worse side of no effect."""
    none = 1 if method.endswith("_ratio") else 0
    side = "below" if higher == "better" else "above"
    if not (margin < none if higher == "better" else margin > none):
        files.plan.add(
            place,
            f"a margin of {margin:g}, while a higher value is {higher}",
            f"a margin {side} {none}: how much worse does not matter",
            do="for superiority by a margin take a test at that margin",
        )


def _wins(files: Files, place: Path_, name: str, wins: str | None, margin: float) -> bool:
    """Whether an endpoint can win as the options say: a time by being later, and by that alone."""
    kind, later = files.endpoint_kind(name), wins == "later"
    suits = methods.TIMES if later else methods.SCORES
    do = None if later or kind not in methods.TIMES else "a time wins by being later"
    if not of_kind(files, files.plan, place, name, suits, do=do):
        return False
    if later and margin > 0:
        files.plan.add(
            (*place, "margin"),
            f"{margin:g} for {name}, a time",
            "0: a time wins by being later, by however little",
        )
    return True


def _other(files: Files, place: Path_, options: dict[str, Any]) -> None:
    """Another endpoint of a step: it has a visit where one is needed, and a baseline."""
    document = files.plan
    name, key = (options["with"], "with_") if "with" in options else (options["endpoint"], "")
    if not _wins(files, place, name, options.get("wins"), options.get("margin", 0)):
        return
    labels, visit = files.visits_of(name), options.get(f"{key}visit")
    if labels and visit is None:
        document.add(place, f"no {key}visit of {name}", f"one of {one_of(labels)}")
    elif labels is not None and visit is not None:
        known(document, place, visit, labels, f"a visit of {name}")
    endpoint = files.derived.get(name)
    if options[f"{key}value"] != "value" and endpoint and endpoint.entry.baseline is None:
        document.add(
            place,
            f"{options[f'{key}value']} of {name}, which has no baseline",
            "an endpoint with `baseline`",
        )


def _components(files: Files, analysis: str, place: Path_, options: dict[str, Any]) -> None:
    """Yes/no endpoints that are drawn, by the rule of the composite of which they are parts."""
    document, components = files.plan, options["components"]
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
    """Time at risk of intervals, and only of them."""
    given, place = options.get("exposure"), (*place, "exposure")
    if given not in (AT_RISK, SAME_FOR_ALL, *(files.subject_variables or ())):
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
