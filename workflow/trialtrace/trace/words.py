"""Predicates, strata and variables in the words of a trace."""

from typing import TYPE_CHECKING, Any

from trialtrace.ground.conditions import describe
from trialtrace.ground.frames import COMPLETE, LACKING
from trialtrace.ground.words import lower_first
from trialtrace.trial.endpoints.shared import Labels

if TYPE_CHECKING:
    from trialtrace.trial.load import Trial
    from trialtrace.trial.model import Endpoint


def in_words(predicate: dict[str, Any]) -> str:
    """A predicate read aloud, with its completeness and what its subjects lack."""
    plain = {k: v for k, v in predicate.items() if k not in (COMPLETE, LACKING)}
    words = describe(plain)
    if COMPLETE in predicate:
        each = [f"each {name} of {', '.join(v)}" for name, v in predicate[COMPLETE].items()]
        words += f" and a value at {' and '.join(each)}"
    for other in predicate.get(LACKING, ()):
        words += f" and no row of {other['dataset']} where {in_words(other['where'])}"
    return words


def stratum_words(trial: "Trial", stratum: str) -> str:
    """A stratum by the label of its variable: "Pancreatic stent: No"."""
    name, level = stratum.split("=", 1)
    return f"{variable_label(trial, name)}: {level}"


def variable_label(trial: "Trial", name: str) -> str:
    """The label of a subject variable: the dictionary's for its column."""
    variable = trial.subjects.described(name, trial.dictionary)
    return variable.label if variable is not None else name


def rule_of(trial: "Trial", endpoint: "Endpoint") -> str:
    """How the values of an endpoint are made, as a sentence."""
    known = {name: lower_first(declared.label) for name, declared in trial.endpoints.items()}
    text = endpoint.entry.rule(Labels(trial.at, known))
    return text[:1].upper() + text[1:] + "."
