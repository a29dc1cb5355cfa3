"""guesses.yaml, which drafts of versions before 1.0 have: each open guess is a question."""

from trialtrace.base.config.compose import compose
from trialtrace.base.errors import Problem
from trialtrace.base.paths import Project

FILE = "guesses.yaml"
DO = "correct the value where it is wrong, then delete the entry here; last of all the file"


def open_guesses(at: Project, name: str) -> list[Problem]:
    """A question for each guess that is open; none where the file is not there, or lists none."""
    path = at.trial_config(name) / FILE
    if not path.is_file():
        return []
    document = compose(at, path)
    given = document.data if isinstance(document.data, dict) else {}
    guesses = given.get("guesses")
    if not isinstance(guesses, dict):
        document.add(
            ("guesses",), "no list of guesses", "the file of a draft", do="delete the file"
        )
        return document.problems
    for key, guess in guesses.items():
        told = guess if isinstance(guess, dict) else {"value": guess}
        found = " ".join(str(told[part]) for part in ("file", "key", "value") if part in told)
        asked = f"is that right? {told.get('evidence', '')}".strip()
        document.add(("guesses", key), f"a guess: {found}", asked, do=DO)
    return document.problems
