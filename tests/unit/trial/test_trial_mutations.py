"""Whatever is done to valid files, a person is told what is wrong: never a traceback."""

import copy
import json
import tempfile
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mini_trial import FILES, write_project

from trialtrace.base.errors import UserError
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.load import load_trial

VALUES = [None, True, 0, -1.5, "", "x", "4 h", [], ["x"], [1, 2], {}, {"x": 1}, [{"x": {"is": []}}]]
PARTS = ("design", "source", "tables", "subjects", "populations", "dictionary", "cleaning")
YAML_FILES = [name for name in FILES if name.endswith(".yaml")]


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield (*path, position)
            yield from places(inner, (*path, position))


def mutate(data: Any, path: tuple, how: str, value: Any) -> Any:
    """A copy in which the place is dropped, renamed, or has another value."""
    made = copy.deepcopy(data)
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    if how == "drop":
        del holder[path[-1]]
    elif how == "rename" and isinstance(holder, dict):
        holder["x" + str(path[-1])] = holder.pop(path[-1])
    else:
        holder[path[-1]] = value
    return made


def is_told(root: Path, file: str, text: str) -> None:
    """A file that is wrong has problems; one without problems can be loaded."""
    at = write_project(root, **{file.partition(".")[0]: text})
    problems = check_trial(at, "mini")
    assert all(str(problem).startswith("config/trials/mini/") for problem in problems)
    trial = load_trial("mini", at)
    parts = {part: attrgetter(part) for part in (*PARTS, "endpoints", "plan")}
    for part, read in (parts | {"claims": read_claims}).items():
        try:
            read(trial)
        except UserError:
            assert problems, f"{part} cannot be loaded, but nothing was told"


@pytest.fixture(scope="module")
def root():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def some_values(data: st.DataObject) -> tuple[str, str]:
    """A file with one or two places dropped, renamed or changed."""
    file = data.draw(st.sampled_from(YAML_FILES))
    content = yaml.safe_load(FILES[file])
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(list(places(content))))
        how = data.draw(st.sampled_from(["drop", "rename", "change"]))
        content = mutate(content, path, how, data.draw(st.sampled_from(VALUES)))
    return file, json.dumps(content, indent=1)


def some_text(data: st.DataObject) -> tuple[str, str]:
    """A file with a piece of its text replaced."""
    file = data.draw(st.sampled_from(list(FILES)))
    text = FILES[file]
    start = data.draw(st.integers(0, len(text)))
    end = start + data.draw(st.integers(0, 12))
    piece = data.draw(st.text(alphabet=":{}[]\"'#&*!|>-?,\n\t ab01.é\u2028\x00", max_size=6))
    return file, text[:start] + piece + text[end:]


NO_CHECKS = list(HealthCheck)


@pytest.mark.parametrize("mutated", [some_values, some_text])
@settings(max_examples=300, suppress_health_check=NO_CHECKS)
@given(data=st.data())
def test_a_mutated_file_is_told(root, mutated, data):
    is_told(root, *mutated(data))
