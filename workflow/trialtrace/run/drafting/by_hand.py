"""Guesses that a person settled by editing the files of the trial, not by `trialtrace confirm`."""

from collections.abc import Callable, Mapping

from trialtrace.base.config.files import read_yaml
from trialtrace.base.paths import Project
from trialtrace.run.drafting.study import QUESTION
from trialtrace.run.trial.guesses import Guess

Content = Mapping[str, object]


def settled_by_hand(at: Project, name: str, guesses: Mapping[str, Guess]) -> list[str]:
    """Names of the open guesses of which the files do not say any longer what was guessed."""
    read: dict[str, Content] = {}

    def content(file: str) -> Content:
        if file not in read:
            path = at.trial_config(name) / file
            found = read_yaml(at, path, path.stem) if path.is_file() else {}
            read[file] = found if isinstance(found, Mapping) else {}
        return read[file]

    settled = []
    for guess in guesses.values():
        holds = HOLDS.get(guess.name.partition(".")[0])
        if holds is not None and not holds(guess, content(guess.file)):
            settled.append(guess.name)
    return settled


def _part(content: object, *keys: str) -> object:
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content


def _question(guess: Guess, trial: Content) -> bool:
    return trial.get("question") == QUESTION


def _intercurrent(guess: Guess, plan: Content) -> bool:
    estimands = plan.get("estimands")
    entries = estimands.values() if isinstance(estimands, Mapping) else ()
    return not any(_part(entry, "intercurrent") for entry in entries)


def _endpoints(guess: Guess, endpoints: Content) -> bool:
    return any(word in endpoints for word in guess.value.split(", "))


def _missing(guess: Guess, cleaning: Content) -> bool:
    """Whether some column has still one of the codes."""
    _, table, _ = guess.name.split(".", 2)
    codes = set(guess.value.partition(" in ")[0].split(", "))
    columns = _part(cleaning, "tables", table, "missing")
    found = columns.values() if isinstance(columns, Mapping) else ()
    return any(codes & set(map(str, each)) for each in found if isinstance(each, (list, Mapping)))


def _baseline(guess: Guess, plan: Content) -> bool:
    """Whether the baseline table has all the variables that were drafted."""
    shown = _part(plan, "displays", "baseline", "variables")
    return isinstance(shown, list) and set(guess.value.split(", ")) <= set(shown)


HOLDS: Mapping[str, Callable[[Guess, Content], bool]] = {
    "question": _question,
    "intercurrent": _intercurrent,
    "endpoints": _endpoints,
    "missing": _missing,
    "baseline": _baseline,
}
