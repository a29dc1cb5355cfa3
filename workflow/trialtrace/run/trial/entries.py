"""The named entries of a trial's files, which of them one leads to, and what bears on it."""

import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping

from trialtrace.base.config.changes import KeyChange
from trialtrace.base.config.compose import compose_text
from trialtrace.run.trial.answers import FILE as ANSWERS

# Parts of files whose keys are names that other parts refer to.
NAMED = {
    "plan.yaml": ("analyses", "displays", "estimands", "multiplicity"),
    "trial.yaml": ("populations", "tables"),
    "cleaning.yaml": ("tables",),
    "endpoints.yaml": (),
}
# What of the settings of a project no result depends on.
SETTINGS = "config.yaml"
# Files of the configuration that no result of the plan rests on; kept runs of earlier versions have
# guesses.yaml.
OF_NO_RESULT = ("claims.yaml", ANSWERS, "guesses.yaml", "multiverse.yaml")
OF_REPORTS = ("trials", "examples", "disclosure", "hash_key", "report")
# Keys whose texts are for readers; so are those of labels.
TEXTS = ("title", "note", "summary", "question", "registration", "evidence", "origin", "axis")
LABEL = "label"
WORD = re.compile(r"\w+")

# Part of a file -> name -> the words of its entry.
Entries = dict[str, dict[str, set[str]]]


def entries_of(configurations: Iterable[Mapping[str, bytes]]) -> Entries:
    """The entries of several states of a configuration together."""
    found: Entries = {}
    for configuration in configurations:
        for file, content in configuration.items():
            short = file.rpartition("/")[2]
            if short not in NAMED:
                continue
            document = compose_text(file, content.decode("utf-8", "backslashreplace")).data
            for part in NAMED[short] or (None,):
                entries = document.get(part) if part else document
                for name, entry in entries.items() if isinstance(entries, Mapping) else ():
                    words = set(WORD.findall(json.dumps(entry, default=str)))
                    found.setdefault(part or short, {}).setdefault(name, set()).update(words)
    return found


def led_to(entries: Entries, names: Iterable[str]) -> dict[str, int]:
    """The names that these lead to, and after how many others."""
    ahead = deque((name, 0) for name in names)
    found: dict[str, int] = {}
    while ahead:
        name, far = ahead.popleft()
        if name in found:
            continue
        found[name] = far
        for of_part in entries.values():
            for other in of_part:
                if other == name or name.startswith(f"{other}_"):
                    further = (word for word in of_part[other] if word not in found)
                    ahead.extend((word, far + 1) for word in further)
                    found.setdefault(other, far)
    return found


def path_of(change: KeyChange) -> list[str]:
    return [str(part) for part in change.path]


def is_text(change: KeyChange) -> bool:
    """Whether a changed key is for readers alone."""
    last = "".join(path_of(change)[-1:])
    return last in TEXTS or last.endswith(LABEL)


def concerns(change: KeyChange, names: Collection[str]) -> bool:
    """Whether a changed key can bear on a result that leads to these names."""
    short = change.file.rpartition("/")[2]
    if short in OF_NO_RESULT:
        return False
    path = path_of(change)
    # A checksum lets a file be read or not: what changed is told by its cells.
    if path[-1:] == ["sha256"]:
        return False
    if short == SETTINGS and path[:1] and path[0] in OF_REPORTS:
        return False
    if short == "dictionary.csv":
        return bool({*names} & set(path))
    if short not in NAMED:
        return True
    parts = NAMED[short]
    if not parts:
        return path[0] in names
    return path[0] not in parts or len(path) < 2 or path[1] in names
