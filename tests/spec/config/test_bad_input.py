"""What is said of bad input: one mistake, its file, line and key, and the words that help."""

import re
from pathlib import Path

import pytest
from bad_input import DICTIONARY, REFERENCES, SHAPE
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.dictionary import PARTS

COLUMNS = list(PARTS.values())


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
    place = re.compile(rf"config/trials/mini/{file}:{line + offset}:[0-9]+: {re.escape(key)}")
    at_key = [problem for problem in problems if place.fullmatch(problem.place)]
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
    place = f"{line}:{COLUMNS.index(column) + 1}: column {column}"
    assert f"config/trials/mini/dictionary.csv:{place}" in text
    assert words in text


GROUPS = """groups: {{{groups}}}
outcomes: {{o: {{label: O}}}}
claims:
  one: {{from: main, place: a, label: A, printed: "4", cannot: No.,
    about: {{group: drug, outcome: o, visit: {first}}}}}
  two: {{from: main, place: a, label: B, printed: "5", cannot: No.,
    about: {{group: drug, outcome: o, visit: {second}}}}}
"""


def with_groups(groups: str, first: str = "after", second: str = "after") -> str:
    return GROUPS.format(groups=groups, first=first, second=second)


ONE_AT_ITS_DEFINITION = [
    (
        "an arm that five places name otherwise",
        "trial.yaml",
        "    drug: {label",
        "    durg: {label",
        "trial.yaml:7:5: design.arms.durg",
        '"drug" is used 5 times',
    ),
    (
        "a group of the claims that is no arm",
        "claims.yaml",
        "claims:\n",
        with_groups("durg: {label: Drug}, placebo: {label: Placebo}"),
        "claims.yaml:3:10: groups.durg",
        'did you mean "drug"?',
    ),
    (
        "a visit of the plan that the claims name rightly",
        "plan.yaml",
        "    visits: all\n",
        "    visits: [aftr]\n",
        "visits[1]",
        'did you mean "after"?',
    ),
    (
        "a visit that another claim spells with a blank",
        "claims.yaml",
        "claims:\n",
        with_groups("drug: {label: Drug}, placebo: {label: Placebo}", "4 h", "4h"),
        "claims.yaml:9:45: claims.two.about.visit",
        'it is "4 h" in',
    ),
    (
        "a visit that another claim spells with a capital",
        "claims.yaml",
        "claims:\n",
        with_groups("drug: {label: Drug}, placebo: {label: Placebo}", "Day 1", "day 1"),
        "claims.yaml:9:45: claims.two.about.visit",
        'it is "Day 1" in',
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"),
    [pytest.param(*case[1:], id=case[0]) for case in ONE_AT_ITS_DEFINITION],
)
def test_one_mistake_of_a_name_is_told_once_and_where_it_is(tmp_path, file, old, new, place, words):
    at = write_project(tmp_path)
    edit(at, file, old, new)
    text = told_once(check_trial(at, "mini"))
    assert place in text.splitlines()[0] and words in text


def test_a_wrong_name_in_two_places_is_told_once_with_both(tmp_path):
    at = write_project(tmp_path)
    edit(at, "claims.yaml", "group: drug}", "group: durg}")
    edit(at, "claims.yaml", "lower: drug", "lower: durg")
    (problem,) = check_trial(at, "mini")
    assert "claims.relief_drug.is.group; also " in problem.place
    assert problem.place.endswith("claims.less_pain.direction.lower")
    assert problem.do == 'did you mean "drug"?'


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("dictionary.csv", "\narm,", "\narmm,"),
        ("endpoints.yaml", "nausea:", "nuasea:"),
        ("plan.yaml", "pain_itt:", "pian_itt:"),
        ("trial.yaml", "drug:", "durg:"),
        ("claims.yaml", "group: drug}", "group: durg}"),
    ],
)
def test_a_single_mistake_is_one_message(tmp_path, file: str, before: str, after: str):
    at = write_project(tmp_path)
    edit(at, file, before, after)
    assert len(check_trial(at, "mini")) == 1
