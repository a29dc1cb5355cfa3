"""What is said of bad input: one mistake, its file, line and key, and the words that help."""

from pathlib import Path

import pytest
from bad_input import DICTIONARY, REFERENCES, SHAPE
from mini_trial import edit, write_project

from trialtrace.config.check import check_trial


def told_once(problems: list) -> str:
    texts = [str(problem) for problem in problems]
    assert len(texts) == 1, "\n\n".join(texts) or "nothing was told"
    return texts[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"),
    [pytest.param(*case[1:], id=case[0]) for case in SHAPE + REFERENCES],
)
def test_a_mistake_is_told_at_its_key(tmp_path: Path, file, old, new, place, words):
    at = write_project(tmp_path)
    line = edit(at, file, old, new)
    problems = check_trial(at, "mini")
    text = "\n\n".join(str(problem) for problem in problems)
    assert words in text
    if words == "not YAML" or place is None:
        assert f"config/trials/mini/{file}" in text
        return
    key, offset = place if isinstance(place, tuple) else (place, 0)
    offset += old[: len(old) - len(old.lstrip("\n"))].count("\n")
    at_key = [
        p for p in problems if p.place == f"config/trials/mini/{file}, line {line + offset}: {key}"
    ]
    assert at_key, text
    assert any(words in str(problem) for problem in at_key), text


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [pytest.param(*case[1:], id=case[0]) for case in DICTIONARY],
)
def test_a_mistake_of_the_dictionary_is_told_at_its_cell(tmp_path: Path, old, new, column, words):
    at = write_project(tmp_path)
    line = edit(at, "dictionary.csv", old, new)
    text = "\n\n".join(str(problem) for problem in check_trial(at, "mini"))
    assert f"config/trials/mini/dictionary.csv, line {line}, column {column}" in text
    assert words in text
