"""Keys of Snakemake's own configuration: those that are read, and all others, refused by name."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mini_run import write_mini

from trialtrace.base.config.spec import keys_of
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project, project
from trialtrace.run.jobs.run import at_work, mark_apart
from trialtrace.run.jobs.workflow_config import KEYS, WorkflowConfig, read_config, take_settings
from trialtrace.run.trial.load import OF_RUN, load_settings
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
    assert read_config({}) == (WorkflowConfig(2, None, "", "trialtrace.sif"), {})
    asked = {"parts": 7, "project": "..", "purpose": "open 2020-06-30", "container": "my.sif"}
    workflow, settings = read_config(asked | {"seed": 5})
    assert (vars(workflow), settings) == (asked, {"seed": 5})


@given(st.dictionaries(KEY, VALUES, max_size=4))
def test_no_key_is_ignored(config: dict):
    """Each is read with the value that it has, or is named in a mistake."""
    try:
        workflow, settings = read_config(config)
    except UserError as error:
        named = {problem.place.rpartition(": ")[2] for problem in error.problems}
        assert named >= {str(key) for key in config if key not in {*READ, *keys_of(Settings)}}
        assert {str(key) for key in config} >= named
    else:
        told = vars(workflow) | settings
        assert {key: told[key] for key in config} == config


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose config.yaml lets `by_source` decide what a report may show."""
    monkeypatch.setenv(OF_RUN, "{}")
    at = write_mini(tmp_path)
    assert load_settings(at).disclosure == "by_source"
    return at


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"disclosure": "restricted"}, "disclosure", "restricted"),
        ({"disclosure": "by_source"}, "disclosure", "by_source"),
        ({"seed": 7}, "seed", 7),
        ({"trials": ["mini"]}, "trials", ("mini",)),
    ],
)
def test_a_setting_counts_in_place_of_the_file_s(at: Project, given: dict, name: str, value):
    take_settings(at, given)
    assert getattr(load_settings(at), name) == value


def test_a_mapping_is_merged_key_by_key(at: Project):
    before = load_settings(at).report
    take_settings(at, {"report": {"formats": ["docx"]}})
    after = load_settings(at).report
    assert (after.formats, after.renderer) == (("docx",), before.renderer)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"seed": "x"}, "seed"),
        ({"seed": -1}, "seed"),
        ({"disclosure": "restrictd"}, "disclosure"),
        ({"disclosure": None}, "disclosure"),
        ({"report": {"formats": ["html"], "format": ["pdf"]}}, "report.format"),
        ({"trials": "mini"}, "trials"),
        # It would show more than the file does.
        ({"disclosure": "full"}, "disclosure"),
    ],
)
def test_a_value_that_the_file_could_not_have_or_not_be_lifted_to(at, given: dict, place: str):
    with pytest.raises(UserError) as raised:
        take_settings(at, given)
    assert [one.place.rpartition(": ")[2] for one in raised.value.problems] == [place]
    assert load_settings(at).disclosure == "by_source"


@pytest.mark.parametrize(
    ("key", "meant"),
    [("part", "parts"), ("Parts", "parts"), ("projct", "project"), ("sed", "seed"),
     ("disclosur", "disclosure"), ("formats", None), (7, None)],
)  # fmt: skip
def test_a_misspelt_key_is_answered_by_the_one_that_is_meant(key: object, meant: str | None):
    (problem,) = refused({key: 1})
    assert f'did you mean "{meant}"' in (problem.do or "") if meant else problem.do


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


@pytest.mark.parametrize("given", ['{"disclosure": "full"}', '{"disclosure": 5}'])
def test_the_environment_lifts_no_disclosure(at: Project, monkeypatch, given: str):
    monkeypatch.setenv(OF_RUN, given)
    assert load_settings(at).disclosure == "by_source"
    # A run takes nothing from the environment that it was started in.
    take_settings(at, {})
    assert OF_RUN not in os.environ


@pytest.mark.parametrize("given", ["xx", "[1]"])
def test_another_value_in_the_environment_is_told(at: Project, monkeypatch, given: str):
    monkeypatch.setenv(OF_RUN, given)
    with pytest.raises(UserError, match=OF_RUN):
        load_settings(at)


def test_another_project_is_asked_about_and_not_taken_over(at: Project, tmp_path: Path):
    other = write_mini(tmp_path / "other")
    with pytest.raises(UserError, match="a project of its own"):
        at_work(at.root, str(other.root))
    with pytest.raises(UserError, match=r"no config/config\.yaml"):
        at_work(tmp_path / "apart", str(tmp_path / "nowhere"))
    (tmp_path / "apart").mkdir()
    made = at_work(tmp_path / "apart", str(other.root))
    assert (made.root, made.made) == (other.root, tmp_path / "apart")
    # Rules are read for a query too: whose the folder is, a run says.
    assert list((tmp_path / "apart").iterdir()) == []
    mark_apart(made)
    assert project(tmp_path / "apart").root == other.root
