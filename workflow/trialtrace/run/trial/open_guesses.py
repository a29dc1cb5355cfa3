"""guesses.yaml of versions before 1.1, whose drafts had guesses that a person had to confirm.

A draft with an open guess was blinded: it must not be analysed by arm because a later version no
longer knows guesses. So it is refused, and its guesses are listed as questions.
"""

from trialtrace.base.config.compose import compose
from trialtrace.base.errors import Problem, ProblemsError
from trialtrace.base.paths import Project

FILE = "guesses.yaml"


def open_guesses(at: Project, name: str) -> list[Problem]:
    """A question for each open guess of a trial; nothing where it has none."""
    path = at.trial_config(name) / FILE
    if not path.is_file():
        return []
    document = compose(at, path)
    guesses = document.get("guesses") if not document.problems else None
    if not isinstance(guesses, dict):
        do = "delete the file once every value that it names is checked"
        return [Problem(document.place(), "guesses that cannot be read", do=do)]
    return [
        Problem(
            document.place(("guesses", guess)),
            found=f"the open guess {_said(guess, entry)}",
            expected="an answer: is that right?",
            do="correct the file where it is wrong, then delete this entry",
        )
        for guess, entry in guesses.items()
    ]


def _said(guess: str, entry: object) -> str:
    """What was guessed, with its place."""
    if not isinstance(entry, dict):
        return guess
    parts = [str(entry.get(key, "")) for key in ("file", "key", "value")]
    return f"that {parts[0]}, {parts[1]} is {parts[2]}"


def check_no_guess(at: Project, name: str) -> None:
    """Raise UserError where a trial has an open guess."""
    if problems := open_guesses(at, name):
        raise ProblemsError(problems)
