"""Steps of the plan within subjects, adjusted, or over several endpoints: what they name."""

from collections.abc import Mapping
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known, known_arm, of_kind, repeated
from trialtrace.run.trial.plan import methods
from trialtrace.run.trial.plan.registry import comparing
from trialtrace.run.trial.resolve import used_visits, variables_of

BASELINE, TREATED_SIDE = "baseline", "treated_side"


def check(files: Files, name: str, place: Path_, method: str, options: dict[str, Any]) -> None:
    for position, one in enumerate(options.get("covariates", ())):
        here = (*place, "covariates", position)
        _covariate(files, name, here, one, within=method in comparing("within"))
    _one_treatment(files, place, options)
    _locations(files, name, place, options)
    if "between" in options and method == "repeated_measures_anova":
        where, what = (*place, "between"), "a variable of subjects"
        known(files.plan, where, options["between"], files.subject_variables, what)
    if isinstance(options.get("times"), str):
        _times_measured(files, name, (*place, "times"), options["times"])
    if "times" in options and isinstance(options["times"], dict):
        _times(files, name, (*place, "times"), options["times"])
    for combination, weights in options.get("combinations", {}).items():
        _weights(files, name, (*place, "combinations", combination), weights)
    if "margin" in options and "higher" in options:
        _worse(files, (*place, "margin"), method, options["margin"], options["higher"])
    if "sequence" in options:
        _sequences(files, place, options["sequence"], options["starts_with"])
    others: list[tuple[Path_, dict[str, object]]] = (
        [(("with",), options)] if "with" in options else []
    )
    others += [(("then", at), one) for at, one in enumerate(options.get("then", ()))]
    for where, one in others:
        _other(files, (*place, *where), one)
    if first := options.get("first"):
        for variable in variables_of(files, name):
            _wins(files, (*place, "first"), variable, first["wins"], first["margin"])


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
        return
    if within and covariate == TREATED_SIDE:
        return
    if covariate in (files.endpoint_names or ()):
        document.add(
            place,
            f"{covariate}, an endpoint, which may be measured after randomisation",
            f"{BASELINE}, or a variable of subjects",
            do="adjusting for what the treatment may have changed biases its effect",
        )
    else:
        known(document, place, covariate, files.subject_variables, "a variable of subjects")


def _times(files: Files, name: str, place: Path_, times: dict[str, float]) -> None:
    """Every visit of the analysis has a time of its own."""
    labels = used_visits(files, name)
    for visit in times if labels else ():
        known(files.plan, (*place, visit), visit, labels, "a visit of the analysis")
    if lacking := [visit for visit in labels or () if visit not in times]:
        files.plan.add(place, f"no time of {one_of(lacking)}", "a time of each visit")
    for visit, first, time in repeated(times):
        files.plan.add((*place, visit), f"{time:g}, also that of {first}", "another time")


def _times_measured(files: Files, name: str, place: Path_, times: str) -> None:
    """An endpoint that has a time at every visit of the analysis."""
    if not known(files.plan, place, times, files.endpoint_names, "an endpoint"):
        return
    kind = files.endpoint_kind(times)
    if kind and kind not in methods.SCORES:
        files.plan.add(
            place,
            f"{times}, an endpoint of kind {kind}",
            "an endpoint whose value is the time, such as one of kind repeated",
        )
        return
    visits = files.visits_of(times)
    lacking = [visit for visit in used_visits(files, name) or () if visit not in (visits or ())]
    if visits is not None and lacking:
        files.plan.add(
            place,
            f"{times}, which has no visit {one_of(lacking)}",
            "a time at each visit of the analysis",
        )


def _weights(files: Files, name: str, place: Path_, weights: dict[str, float]) -> None:
    """Weights are of visits that the analysis covers, and not all 0."""
    labels = used_visits(files, name)
    for visit in weights if labels else ():
        known(files.plan, (*place, visit), visit, labels, "a visit of the analysis")
    if not any(weights.values()):
        files.plan.add(place, "no weight but 0", "a weight for some visit")


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


def _one_treatment(files: Files, place: Path_, options: dict[str, Any]) -> None:
    """`treatment` goes with a design of the visits under one treatment, and only with it."""
    document, wanted = files.plan, options.get("design") == "visits"
    if "design" not in options or wanted == ("treatment" in options):
        if "treatment" in options:
            known_arm(files, document, (*place, "treatment"), options["treatment"])
        return
    document.add(
        place,
        "no treatment" if wanted else "a treatment",
        "treatment: the one whose visits are analysed" if wanted else "no treatment",
    )


def _sequences(files: Files, place: Path_, sequence: str, begun: Mapping[str, str]) -> None:
    """A variable that tells the order of two treatments, and which arm each value begins with."""
    document = files.plan
    of = f"a label of {sequence}"
    variable, labels = files.subject_variable(sequence), files.subject_choices(sequence)
    for value, arm in begun.items():
        at = (*place, "starts_with", value)
        label = variable.choices.get(value) if variable else None
        do = f"did you mean its label, {tell(label)}?" if label else None
        known(document, at, value, labels, of, do)
        known_arm(files, document, at, arm)
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
    """Another endpoint of a step: it exists, has a visit where one is needed, and a baseline."""
    document = files.plan
    name, key = (options["with"], "with_") if "with" in options else (options["endpoint"], "")
    if not known(document, place, name, files.endpoint_names, "an endpoint"):
        return
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
