"""One mistake at a definition, told there and once: not at each right use of the name.

Where several uses agree on a name and the one definition that is near it is used nowhere, the
definition is misspelt. Where a name is told as wrong already, what was to be made like it is right.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.errors import Problem, one_of

# Places of a document under which each key is a definition, by the number of keys before it.
DEFINED = (
    ("design", "arms"),
    ("populations",),
    ("tables",),
    ("subjects", "variables"),
    ("subjects", "groups"),
    ("estimands",),
    ("analyses",),
    ("groups",),
    ("outcomes",),
    ("papers",),
    ("claims",),
)
FEWEST_USES = 2
_FOUND = re.compile(r'"([^"]+)"')
_MEANT = re.compile(r'did you mean "([^"]+)"\?')


def at_definitions(problems: Sequence[Problem], documents: Iterable[Document]) -> list[Problem]:
    """The problems in their order, those of one misspelt definition as the one that it is."""
    files = list(documents)
    told: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    uses: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if (pair := _pair(problem)) is not None:
            uses.setdefault(pair, []).append(problem)
    for problem in problems:
        pair = _pair(problem)
        if pair is None:
            told.append(problem)
        elif pair[::-1] not in seen and (place := _misspelt(pair, len(uses[pair]), files)):
            if pair not in seen:
                told.append(_at(place, pair, uses[pair]))
        elif pair[::-1] not in seen:
            told.append(problem)
        if pair is not None and pair[::-1] not in seen:
            seen.add(pair)
    return told


def _pair(problem: Problem) -> tuple[str, str] | None:
    """The name that was found and the one that may be meant."""
    match = _FOUND.fullmatch(problem.found or "")
    meant = _MEANT.fullmatch(problem.do or "")
    return (match[1], meant[1]) if match and meant else None


def _at(place: str, pair: tuple[str, str], uses: list[Problem]) -> Problem:
    used, defined = pair
    return Problem(
        place,
        found=f'the name "{defined}", which nothing uses, while "{used}" is used '
        f"{len(uses)} times: {one_of((use.place for use in uses), 3)}",
        expected="the name that the other places use",
        do=f'write "{used}" here, or "{defined}" there',
    )


def _misspelt(pair: tuple[str, str], count: int, files: list[Document]) -> str | None:
    """The place of the definition of the second name where that alone is odd."""
    if count < FEWEST_USES:
        return None
    where = [(file, path) for file in files for path in _places(file.data, pair[1])]
    if len(where) != 1:
        return None
    file, path = where[0]
    return file.place(path) if path[:-1] in DEFINED or path == (pair[1],) else None


def _places(value: Any, name: str, path: Path_ = ()) -> Iterator[Path_]:
    """Where a name stands in a document, as a key or as a text."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == name:
                yield (*path, key)
            yield from _places(one, name, (*path, key))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _places(one, name, (*path, position))
    elif value == name:
        yield path
