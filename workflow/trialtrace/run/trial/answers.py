"""answers.yaml: what `trialtrace new` was given and answered."""

from trialtrace.base.config.compose import compose
from trialtrace.base.config.names import Text
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.base.paths import Project

FILE = "answers.yaml"


@shape
class AnswersFile:
    """What `trialtrace new` was given, and what it was answered."""

    files: Distinct[Text] = key("Files and registry items that the trial was drafted from.")
    answers: dict[Text, Text] = key("Answers by the names of their flags.")


def answered_design(at: Project, name: str) -> str:
    """The design that was answered, where it needs more than a parallel trial does: the heading of
    its example in docs/new-trial.md; empty for a parallel trial and one that was not drafted."""
    path = at.trial_config(name) / FILE
    given = compose(at, path).get("answers") if path.is_file() else None
    design = str(given.get("design", "parallel")) if isinstance(given, dict) else "parallel"
    word = design.partition(" ")[0].replace("_", "-")
    return "" if word == "parallel" else word
