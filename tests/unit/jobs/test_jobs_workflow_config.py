"""Keys of Snakemake's own configuration: those that are read, and all others, refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.base.config.spec import keys_of
from trialtrace.base.errors import Problem, UserError
from trialtrace.run.jobs.workflow_config import KEYS, WorkflowConfig, read_config
from trialtrace.run.trial.settings import Settings

READ = {"parts", "project", "purpose", "container"}
VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())
KEY = st.text() | st.sampled_from(sorted({*KEYS, *keys_of(Settings)})) | st.integers()


def refused(config: object) -> list[Problem]:
    with pytest.raises(UserError) as raised:
        read_config(config)
    return raised.value.problems


def test_what_is_read_and_what_it_is_where_nothing_is_said():
    assert set(KEYS) == READ
    assert read_config({}) == WorkflowConfig(2, None, "", "trialtrace.sif")
    asked = {"parts": 7, "project": "..", "purpose": "open 2020-06-30", "container": "my.sif"}
    assert vars(read_config(asked)) == asked


@given(st.dictionaries(KEY, VALUES, max_size=4))
def test_no_key_is_ignored(config: dict):
    """Each is read with the value that it has, or is named in a mistake."""
    try:
        told = vars(read_config(config))
    except UserError as error:
        named = {problem.place.rpartition(": ")[2] for problem in error.problems}
        assert named >= {str(key) for key in config if key not in READ}
        assert {str(key) for key in config} >= named
    else:
        assert {key: told[key] for key in config} == config


@pytest.mark.parametrize("setting", [*keys_of(Settings)])
def test_a_setting_is_refused_with_the_file_where_it_stands(setting: str):
    (problem,) = refused({setting: "restricted", "parts": 3})
    assert problem.found == f"{setting}: 'restricted'"
    assert set((problem.expected or "").split(", ")) == READ
    assert setting in (problem.do or "") and "config/config.yaml" in (problem.do or "")


@pytest.mark.parametrize(
    ("key", "meant"),
    [("part", "parts"), ("Parts", "parts"), ("projct", "project"), ("sed", "seed"),
     ("disclosur", "disclosure"), ("formats", None), (7, None)],
)  # fmt: skip
def test_a_misspelt_key_is_answered_by_the_one_that_is_meant(key: object, meant: str | None):
    (problem,) = refused({key: 1})
    assert f'did you mean "{meant}"' in (problem.do or "") if meant else problem.do
    assert ("config/config.yaml" in (problem.do or "")) == (meant not in READ)


@pytest.mark.parametrize("parts", ["x", "3", "", None, 0, -1, 1.5, 3.0, True, [3], {}])
def test_parts_are_a_whole_number_from_one(parts: object):
    (problem,) = refused({"parts": parts})
    assert problem.place.endswith("parts") and problem.expected and problem.do
    assert problem.found == ("nothing" if parts is None else repr(parts))


@pytest.mark.parametrize("key", sorted(READ - {"parts"}))
@pytest.mark.parametrize("value", [None, "", "  ", 5, True, ["a"], {"a": 1}])
def test_the_others_are_texts(key: str, value: object):
    assert [problem.place.rpartition(": ")[2] for problem in refused({key: value})] == [key]


@pytest.mark.parametrize("config", [None, ["parts"], "parts=3"])
def test_a_module_gives_a_mapping(config: object):
    assert [problem.found for problem in refused(config)] == [repr(config)]
