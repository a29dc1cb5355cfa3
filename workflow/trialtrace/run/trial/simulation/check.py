"""simulation.yaml against itself, the plan and cohort.yaml: each truth is a cohort as it would be
written, and checked as one. A mistake is told at the line of the truth that makes it."""

from copy import deepcopy
from dataclasses import replace

from trialtrace.base.config.compose import Document
from trialtrace.base.config.files import hold
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, one_of
from trialtrace.run.trial.cohort import check as cohort
from trialtrace.run.trial.cohort import check_forms as forms
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.simulation.file import MOST_PATIENTS, SimulationFile, Truth
from trialtrace.run.trial.simulation.load import analyses_of, patched


def check(files: Files, document: Document) -> None:
    """Add what is wrong to the document's problems."""
    if document.problems:
        return
    if files.cohort is None:
        document.add(
            (),
            "a trial whose patients are not drawn",
            "a synthetic source: trials are drawn from cohort.yaml",
        )
        return
    file: SimulationFile = structure(SimulationFile, document.data)
    analyses = files.plan.names("analyses")
    for position, name in enumerate(file.of or ()):
        known(document, ("of", position), name, analyses, "an analysis of the plan")
    if not file.of and not files.plan.problems and not analyses_of(file, files.plan.data):
        document.add((), "no `of`, and no analysis of the role primary", "analyses")
    if not any(truth.no_effect for truth in file.truths.values()):
        document.add(
            ("truths",),
            "no truth without an effect",
            "no_effect: true on one: what is found where there is nothing",
        )
    for name, truth in file.truths.items():
        _patients(files, document, name, truth)
        if not files.cohort.problems and _quantities(files.cohort, document, name, truth):
            _cohort(files, document, name, truth)


def _quantities(cohort: Document, document: Document, name: str, truth: Truth) -> bool:
    """Whether each quantity is one of the cohort, or a whole one."""
    there = cohort.names("quantities") or ()
    what = "a quantity of cohort.yaml, or a whole one, with its level"
    found = [
        known(document, ("truths", name, "quantities", quantity), quantity, there, what)
        for quantity, entry in (truth.quantities or {}).items()
        if "level" not in entry
    ]
    return all(found)


def _patients(files: Files, document: Document, name: str, truth: Truth) -> None:
    """Sizes of every arm, or one where a patient is not in one arm."""
    if truth.patients is None or files.cohort is None:
        return
    levels = files.cohort.get("levels") or {}
    arms = next((level.get("arms") for level in levels.values() if "of" not in level), None)
    path = ("truths", name, "patients")
    sizes = truth.patients.values() if isinstance(truth.patients, dict) else [truth.patients]
    if sum(sizes) > MOST_PATIENTS:
        document.add(
            path,
            f"{sum(sizes)} patients in each trial",
            f"at most {MOST_PATIENTS}: a trial is in memory whole",
        )
    if not isinstance(truth.patients, dict):
        if arms:
            expected = f"a number of each arm: {one_of(arms)}"
            document.add(path, f"{truth.patients} of all arms", expected)
        return
    if set(truth.patients) != set(arms or ()):
        expected = one_of(arms) if arms else "a number: a patient is not in one arm"
        document.add(path, one_of(truth.patients), expected)


def _cohort(files: Files, document: Document, name: str, truth: Truth) -> None:
    """The cohort of the truth, checked as cohort.yaml is; what is wrong there stands here.

    What it has of cohort.yaml has the shape that its schema asks for.
    """
    if not truth.quantities:
        return
    path = ("truths", name)
    whole = patched(files.cohort.data if files.cohort else {}, truth.quantities)
    changed = {quantity: whole["quantities"][quantity] for quantity in truth.quantities}
    copy = Document(document.shown, deepcopy(whole | {"quantities": changed}))
    copy.lines, copy.columns, copy.keys = (
        {key[2:]: at for key, at in marks.items() if key[:2] == path}
        for marks in (document.lines, document.columns, document.keys)
    )
    hold(files.at, copy, "cohort")
    if not copy.problems:
        copy.data = deepcopy(whole)
        written = replace(files, cohort=copy)
        cohort.check(written, stated=True)
        forms.check(written)
    for problem in copy.problems:
        document.tell(_below_truth(problem, name))


def _below_truth(problem: Problem, truth: str) -> Problem:
    """The place in cohort.yaml as one below the truth."""
    file, _, key = problem.place.partition(": ")
    return replace(problem, place=f"{file}: truths.{truth}.{key}" if key else f"{file}: {truth}")
