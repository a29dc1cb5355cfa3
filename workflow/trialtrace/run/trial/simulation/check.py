"""simulation.yaml against itself, the plan and the script that draws the trial, whose parameters
are read and not run. A mistake is told at the line of the truth that makes it."""

import json
from collections.abc import Mapping
from typing import Any

from trialtrace.base.config.compose import Document
from trialtrace.base.config.spec import mapping_of, structure
from trialtrace.base.errors import one_of
from trialtrace.run.trial import references
from trialtrace.run.trial.cohort_script import lacking, script_path, script_place, truth_of_script
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.simulation.file import MOST_PATIENTS, SimulationFile, Truth
from trialtrace.run.trial.simulation.load import PATIENTS, analyses_of, merged


def check(files: Files, document: Document, trial: str) -> None:
    """Add what is wrong to the document's problems."""
    if document.problems:
        return
    file: SimulationFile = structure(SimulationFile, document.data)
    references.check(files, document, SimulationFile)
    if not file.of and not files.plan.problems and not analyses_of(file, files.plan.data):
        document.add((), "no `of`, and no analysis of the role primary", "analyses")
    if not any(truth.no_effect for truth in file.truths.values()):
        document.add(
            ("truths",),
            "no truth without an effect",
            "no_effect: true on one: what is found where there is nothing",
        )
    drawn = files.trial.get("source", "kind") == "synthetic"
    if drawn and lacking(files.at, trial) is not None:
        return
    own = truth_of_script(script_path(files.at, trial)) if drawn else None
    before: dict[str, str] = {}
    for name, truth in file.truths.items():
        _patients(files, document, name, truth, own)
        if own is None:
            _endpoints(files, document, name, truth)
            text = json.dumps(mapping_of(truth.endpoints or {}) | {"n": mapping_of(truth.patients)})
        else:
            _parameters(document, name, truth, own, script_place(trial))
            text = json.dumps(merged(own, truth), sort_keys=True)
        if text in before:
            document.add(
                ("truths", name),
                f"{name}, the same as {before[text]} in all that is drawn",
                "truths that differ in patients or in what is true",
                do="leave one of them out; where it has no effect, that one says no_effect: true",
            )
        before.setdefault(text, name)


def _parameters(
    document: Document, name: str, truth: Truth, own: Mapping[str, Any], script: str
) -> None:
    """That a script has each parameter, and has no effect where none is stated."""
    path = ("truths", name)
    if truth.endpoints:
        document.add((*path, "endpoints"), "endpoints of a synthetic trial", "parameters")
    for parameter, value in (truth.parameters or {}).items():
        place = (*path, "parameters", parameter)
        if known(document, place, parameter, own, f"a parameter of TRUTH in {script}"):
            arms, there = _arms(value), _arms(own[parameter])
            if arms is not None and there is not None and set(arms) != set(there):
                document.add(place, one_of(arms), f"a number of each arm: {one_of(there)}")
            elif arms is not None and there is None:
                document.add(place, one_of(arms), "one value, as the script has it")
    if not truth.no_effect:
        return
    differ = [
        parameter
        for parameter, value in merged(own, truth).items()
        if parameter != PATIENTS and len({*(_arms(value) or {}).values()}) > 1
    ]
    if differ:
        document.add(
            (*path, "no_effect"),
            f"parameters that differ between the arms: {one_of(differ)}",
            "none, so that every effect is none",
            do="state them under parameters, each one number, or leave no_effect out",
        )


def _arms(value: object) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None


def _endpoints(files: Files, document: Document, name: str, truth: Truth) -> None:
    """Endpoints that are there, each with an effect of arms that are there."""
    path = ("truths", name)
    if truth.parameters:
        document.add(
            (*path, "parameters"),
            "parameters of a trial without a script",
            "endpoints: {NAME: {control: level, effect: effect}}",
        )
    if not truth.endpoints:
        document.add(path, "no endpoints", "what is true of the endpoints that are analysed")
    for endpoint, entry in (truth.endpoints or {}).items():
        place = (*path, "endpoints", endpoint)
        if truth.no_effect and entry.effect is not None:
            document.add((*place, "effect"), "an effect where none is stated", "none")


def _patients(
    files: Files, document: Document, name: str, truth: Truth, own: Mapping[str, Any] | None
) -> None:
    """Sizes of every arm, or one where a patient is not in one arm."""
    path, stated = ("truths", name, PATIENTS), truth.patients
    if stated is None:
        if own is None:
            document.add(path[:2], "no patients", "patients: {arm: number} of every arm")
        return
    arms = list(files.arms or ()) if own is None else list(_arms(own.get(PATIENTS)) or ())
    sizes = stated.values() if isinstance(stated, Mapping) else [stated]
    if sum(sizes) > MOST_PATIENTS:
        document.add(
            path,
            f"{sum(sizes)} patients in each trial",
            f"at most {MOST_PATIENTS}: a trial is in memory whole",
        )
    if not isinstance(stated, Mapping):
        if arms:
            document.add(path, f"{stated} of all arms", f"a number of each arm: {one_of(arms)}")
    elif set(stated) != set(arms):
        expected = one_of(arms) if arms else "a number: a patient is not in one arm"
        document.add(path, one_of(stated), expected)
