"""What is wrong with truths, which the cohort that is drawn under each of them alone can tell."""

import json
from collections.abc import Mapping

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.files import read_document
from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.run.simulation.replicates import Trials
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.simulation.file import FILE
from trialtrace.run.trial.simulation.load import simulation_of, under

# A cohort that none of these trials can be drawn from is wrong; a single one may fail by chance.
TRIED = range(1, 4)
# Keys of a quantity that no number hangs on, or that are its kind.
OF_NO_DRAW = ("level", "tag", "note", "check")


def check_truths(trial: Trial) -> list[Problem]:
    """Effects in a truth that has none, cohorts that cannot be drawn, and truths that are the same
    for what the analyses rest on: each at its line. The configuration is sound otherwise."""
    path = trial.at.trial_config(trial.name) / FILE
    document = read_document(trial.at, path, "simulation")
    before: dict[str, str] = {}
    for name in simulation_of(trial).truths:
        trials = Trials(under(trial, name))
        if (error := _refusal(trials)) is not None:
            _tell(document, trials, error)
            continue
        cohort = _written(trials)
        if cohort in before:
            _tell_same(document, before[cohort], name)
        before.setdefault(cohort, name)
    return document.in_order()


def _refusal(trials: Trials) -> UserError | None:
    """Why no trial can be drawn; None where one can."""
    refusal = None
    for number in TRIED:
        try:
            trials.drawn(number)
        except UserError as error:
            refusal = error
        else:
            return None
    return refusal


def _tell(document: Document, trials: Trials, error: UserError) -> None:
    truth = trials.trial.truth
    for problem in error.problems:
        key = problem.place.rpartition(": ")[2]
        if key.endswith(".no_effect"):
            document.add(
                ("truths", truth, "no_effect"), problem.found, problem.expected, do=problem.do
            )
            continue
        stated = trials.trial.stated.quantities or {}
        quantity = next((name for name in stated if f"quantities.{name}" in problem.place), None)
        path: Path_ = ("truths", truth)
        document.add(
            (*path, "quantities", quantity) if quantity else path,
            f"no trial can be drawn: {problem.place}: {problem.found or problem.message}",
            problem.expected,
            do=_advice(trials, quantity, stated) or problem.do,
        )


def _advice(
    trials: Trials, quantity: str | None, stated: Mapping[str, Mapping[str, object]]
) -> str | None:
    """The keys that a quantity has from cohort.yaml beside those that the truth states."""
    if quantity is None:
        return None
    entry = trials.trial.document("cohort")["quantities"][quantity]
    left = [key for key in entry if key not in stated[quantity] and key not in OF_NO_DRAW]
    if not left:
        return None
    return f"state {one_of(left)} here too, as this truth has it: cohort.yaml's stays otherwise"


def _written(trials: Trials) -> str:
    """What the trials are drawn from, as text: quantities that the analyses rest on, and sizes."""
    quantities = trials.trial.document("cohort")["quantities"]
    used = {name: quantities[name] for name in trials.cohort.quantities}
    return json.dumps([used, dict(trials.sizes)], sort_keys=True)


def _tell_same(document: Document, first: str, second: str) -> None:
    line = document.place(("truths", first)).partition(", ")[2].partition(":")[0]
    document.add(
        ("truths", second),
        f"{second}, the same cohort as {first} ({line}) for all that the analyses rest on",
        "truths that differ in patients, or in what the analyses of `of` rest on",
        do="leave one of them out; where it has no effect, that one says no_effect: true",
    )
