"""What a person reads of a mistake, and paths that stay where they belong."""

import pytest

from trialtrace.base.errors import (
    LONGEST,
    MOST,
    Problem,
    Problems,
    ProblemsError,
    UserError,
    did_you_mean,
    one_of,
)
from trialtrace.base.paths import Project, project

# The layout of docs: place, then what was found, what was expected, what to do.
PLACE = "config/trials/mine/plan.yaml:14:15: analyses.pain_3m.endpoint"


def test_the_layout_of_a_message():
    problem = Problem(
        PLACE,
        found='"vas_pian"',
        expected="an endpoint of endpoints.yaml: vas_pain, ntx",
        do='did you mean "vas_pain"?',
    )
    assert str(problem) == (
        "config/trials/mine/plan.yaml:14:15: analyses.pain_3m.endpoint\n"
        '  found     "vas_pian"\n'
        "  expected  an endpoint of endpoints.yaml: vas_pain, ntx\n"
        '  to do     did you mean "vas_pain"?'
    )


def test_a_sentence_stands_under_the_place_and_what_is_not_known_is_left_out():
    assert str(Problem("file.csv", "the file is empty")) == "file.csv\n  the file is empty"
    assert str(Problem("file.csv", found="")) == "file.csv\n  found     "


def test_what_a_file_has_in_place_of_a_word_does_not_fill_a_log():
    problem = Problem("a", found="x" * 1_000_000)
    assert len(str(problem)) < LONGEST + 100
    assert str(problem).endswith("(1000000 characters in all)")
    many = [Problem(f"place {number}") for number in range(MOST + 7)]
    told = str(ProblemsError(many))
    assert told.endswith(f"place {MOST - 1}\n\n… and 7 more")
    assert len(ProblemsError(many).problems) == MOST + 7


def test_several_mistakes_are_raised_together_with_a_line_between():
    problems = Problems()
    problems.raise_if_any()
    problems.add("a", found="1")
    problems.add("b", "no", do="mend it")
    with pytest.raises(ProblemsError) as error:
        problems.raise_if_any()
    assert str(error.value) == "a\n  found     1\n\nb\n  no\n  to do     mend it"
    assert [each.place for each in error.value.problems] == ["a", "b"]
    assert isinstance(error.value, UserError)


def test_long_lists_are_cut_and_counted():
    assert one_of(["a", "b"]) == "a, b"
    assert one_of([]) == "(none)"
    assert one_of("abcde", limit=3) == "a, b, c, … (5 in all)"


def test_the_nearest_name():
    assert did_you_mean("vas_pian", ["ntx", "vas_pain"]) == 'did you mean "vas_pain"?'
    assert did_you_mean("zzz", ["ntx", "vas_pain"]) is None


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a/../b", "", ".", "A", "1a", "a b", "a\n", "ä", "a" * 41, "a\x00"]
)
def test_a_trial_name_is_a_plain_word(tmp_path, name):
    with pytest.raises(UserError, match="small letters, digits and _"):
        Project(tmp_path).trial_config(name)


def test_a_name_with_other_marks_is_proposed_without_them(tmp_path):
    with pytest.raises(UserError, match="take rsby_india_2"):
        Project(tmp_path).trial_config("RSBY-India.2")


def test_a_trial_lies_under_config(tmp_path):
    assert Project(tmp_path).trial_config("a_1") == tmp_path / "config" / "trials" / "a_1"


@pytest.fixture
def at(tmp_path):
    """A project with a data folder, and a file outside of it."""
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    (root / "data" / "a.csv").touch()
    (tmp_path / "outside.csv").touch()
    return Project(root)


def test_a_path_inside_is_resolved(at):
    assert at.inside("data/../data/a.csv") == at.root / "data" / "a.csv"
    assert at.inside("a.csv", at.root / "data") == at.root / "data" / "a.csv"
    assert at.inside("not/there/yet") == at.root / "not" / "there" / "yet"


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/passwd", "data/../../outside.csv"])
def test_a_path_that_leaves_its_folder_is_refused(at, path):
    with pytest.raises(UserError, match="leaves its folder"):
        at.inside(path)


def test_a_folder_is_left_also_for_a_neighbour_whose_name_begins_alike(at):
    (at.root / "data2").mkdir()
    with pytest.raises(UserError, match=r"inside data$"):
        at.inside("../data2", at.root / "data")


def test_a_link_counts_as_the_place_it_leads_to(at):
    (at.root / "data" / "out.csv").symlink_to(at.root.parent / "outside.csv")
    (at.root / "data" / "in.csv").symlink_to(at.root / "data" / "a.csv")
    assert at.inside("data/in.csv") == at.root / "data" / "a.csv"
    with pytest.raises(UserError, match="leaves its folder"):
        at.inside("data/out.csv")


def test_paths_are_told_from_the_project(at):
    assert at.shown(at.root / "data" / "a.csv") == "data/a.csv"
    assert at.shown(at.root.parent) == str(at.root.parent)


def test_the_project_is_the_one_around_the_working_folder(at, monkeypatch):
    (at.root / "Snakefile").touch()
    at.config.mkdir()
    monkeypatch.chdir(at.root / "data")
    assert project() == at
    monkeypatch.chdir(at.root.parent)
    assert (project().root / "workflow" / "trialtrace" / "base" / "paths.py").is_file()
    assert project(at.root) == at


def test_what_cannot_be_seen_is_spelt():
    told = str(Problem("a\x1b[31m.csv", found="site\u200b, Stra\u00dfe\u202e"))
    assert told == "a\\x1b[31m.csv\n  found     site\\u200b, Stra\u00dfe\\u202e"


@pytest.mark.parametrize("other", ["u\u0308b", "\u00fcb\u200b"])
def test_names_that_look_the_same_are_told_apart(other):
    assert did_you_mean("\u00fcb", ["id", other]) == (
        f"did you mean {other!a}? This one is '\\xfcb', which looks the same"
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("relative_risk", "risk_ratio"),
        ("Relative risk", "risk_ratio"),
        ("RR", "risk_ratio"),
        ("or", "odds_ratio"),
        ("HR", "hazard_ratio"),
        ("rate", "rate_ratio"),
        ("arr", "risk_difference"),
        ("rrr", "relative_reduction"),
        ("nnt", "number_needed_to_treat"),
        ("relative_reductoin", "relative_reduction"),
    ],
)
def test_what_the_field_calls_a_measure_goes_before_nearness(name, meant):
    measures = [
        "risk_difference",
        "mean_difference",
        "risk_ratio",
        "odds_ratio",
        "hazard_ratio",
        "rate_ratio",
        "number_needed_to_treat",
        "relative_reduction",
    ]
    assert did_you_mean(name, measures) == f'did you mean "{meant}"?'
    assert did_you_mean("rr.katz_log", ["risk_ratio.katz_log"]) is not None
