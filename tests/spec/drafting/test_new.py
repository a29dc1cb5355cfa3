"""`trialtrace new`: what it writes runs, guesses stand beside it, bad input leaves nothing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from mini_run import run_mini, run_stages
from redcap_export import write_export

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.run.drafting.command import ask_on_terminal
from trialtrace.run.drafting.new import new
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]


def read(at: Project, name: str, file: str) -> dict:
    return yaml.safe_load((at.trial_config(name) / file).read_text(encoding="utf-8"))


def results(at: Project, name: str) -> list[dict]:
    """The results of a run of every stage up to the audit."""
    run = run_stages(load_trial(name, at), at.results / name, at)
    return pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()


def test_a_wide_export(at: Project, call: Call, capsys: pytest.CaptureFixture[str]):
    assert call("new", "mine", at.root / "data" / "trial.csv", "--yes", "--primary", "time") == 0
    assert "next: trialtrace run mine" in capsys.readouterr().out
    assert check_trial(at, "mine") == []
    trial = read(at, "mine", "trial.yaml")
    assert trial["tables"]["trial"] == {
        "of": "trial", "key": ["pid"], "subject": "pid", "arm": "arm",
    }  # fmt: skip
    assert trial["design"]["arms"] == {
        "active": {"label": "Active", "code": "Active"},
        "placebo": {"label": "Placebo", "code": "Placebo", "control": True},
    }
    assert trial["subjects"]["sex"] == {"column": "sex", "codes": {"F": "f", "M": "m"}}
    assert trial["source"]["folder"] == "data"
    endpoints = read(at, "mine", "endpoints.yaml")
    assert endpoints["time"]["kind"] == "time_to_event"
    assert endpoints["time"]["event"] == {"status": {"is": "1"}}
    assert {"responded", "final_score"} <= set(endpoints)
    assert read(at, "mine", "cleaning.yaml")["tables"]["trial"]["units"] == {"weight_kg": "kg"}
    assert "trials: [mini, mine]" in (at.config / "config.yaml").read_text(encoding="utf-8")
    # Arms and control were answered by --yes: comparisons are made.
    groups = {row["group1_level"] for row in results(at, "mine")}
    assert {"active", "placebo"} <= groups


def test_nothing_is_computed_by_arm_before_arms_are_told(at: Project, call: Call):
    assert call("new", "mine", at.root / "data" / "visits.csv") == 0
    trial = load_trial("mine", at)
    assert trial.pooled and trial.design.arms == {} and trial.plan.analyses == {}
    assert trial.draft.endswith("blinded: nothing is computed by arm")
    rows = results(at, "mine")
    assert rows and {row["group1_level"] for row in rows} == {"all"}
    derived = at.results / "mine" / "derived"
    for name in ("adsl", "bds", "adtte", "occds"):
        table = pq.read_table(derived / f"{name}.parquet")
        for column in table.column_names:
            cells = {str(cell).lower() for cell in table[column].to_pylist()}
            assert not cells & {"active", "placebo"}, (name, column)


def test_what_tells_the_arm_describes_no_patient(at: Project, call: Call):
    path = at.root / "data" / "trial.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    dose = [f"{row},{2 if ',Active,' in row else 0}" for row in rows]
    lines = [f"{header},dose", *dose]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call("new", "mine", path) == 0
    assert "dose" not in read(at, "mine", "trial.yaml")["subjects"]["variables"].values()
    assert "dose" not in read(at, "mine", "endpoints.yaml")


def test_a_table_with_visits(at: Project, call: Call):
    path = at.root / "data" / "visits.csv"
    assert call("new", "mine", path, "--primary", "pain", "--control", "placebo") == 0
    pain = read(at, "mine", "endpoints.yaml")["pain"]
    assert pain["visit"] == {
        "column": "week", "labels": {"0": "week 0", "4": "week 4", "8": "week 8"},
    }  # fmt: skip
    assert pain["baseline"] == "week 0"
    plan = read(at, "mine", "plan.yaml")
    assert plan["analyses"]["pain"]["visits"] == ["week 4", "week 8"]
    assert check_trial(at, "mine") == []


def test_two_files_are_one_trial(at: Project, call: Call):
    people = [f"{n},{'ab'[n % 2]},{30 + n}" for n in range(1, 41)]
    text = "\n".join(["subject,group,age", *people]) + "\n"
    (at.root / "data" / "people.csv").write_text(text, encoding="utf-8")
    visits = [line.split(",") for line in (at.root / "data/visits.csv").read_text().splitlines()]
    rest = "\n".join(",".join([line[0], *line[2:]]) for line in visits) + "\n"
    (at.root / "data" / "visits.csv").write_text(rest, encoding="utf-8")
    given = [at.root / "data" / name for name in ("visits.csv", "people.csv")]
    assert call("new", "mine", *given, "--control", "a") == 0
    trial = read(at, "mine", "trial.yaml")
    assert trial["subjects"]["table"] == "people"
    assert trial["tables"]["visits"]["key"] == ["subject", "week"]
    assert check_trial(at, "mine") == []


@pytest.mark.parametrize("form", ["adam", "redcap"])
def test_an_export_of_ours_is_drafted_and_run(tmp_path: Path, form: str):
    mini = run_mini(tmp_path)
    write_export(mini.trial, tmp_path / form, form)
    given = ["--project", str(mini.at.root), "new", "mine", str(tmp_path / form), "--yes"]
    flags = ("--primary", "adbds.AVAL", "--parameter", "PAIN")
    given += flags if form == "adam" else ("--primary", "pain1")
    assert main(given) == 0
    assert check_trial(mini.at, "mine") == []
    groups = {row["group1_level"] for row in results(mini.at, "mine")}
    assert {"drug", "placebo"} <= groups


@pytest.mark.parametrize(
    ("item", "column", "control", "flags"),
    [
        ("MASS/epil", "base", "placebo", ("--arm", "trt", "--primary", "y")),
        ("multgee/arthritis", "baseline", "1", ("--arm", "trt", "--primary", "y")),
    ],
)
def test_what_records_call_their_own_has_another_name(
    at: Project, call: Call, item: str, column: str, control: str, flags: tuple[str, ...]
):
    assert call("new", "mine", f"registry:{item}", "--yes", "--control", control, *flags) == 0
    assert check_trial(at, "mine") == []
    variables = read(at, "mine", "trial.yaml")["subjects"]["variables"]
    assert column in variables.values() and column not in variables


def test_the_registry(at: Project, call: Call):
    assert call("new", "strep", "registry:medicaldata/strep_tb", "--yes") == 0
    assert check_trial(at, "strep") == []
    assert read(at, "strep", "endpoints.yaml")["improved"]["event"] == {"improved": {"is": "TRUE"}}
    assert read(at, "strep", "guesses.yaml")["given"] == ["registry:medicaldata/strep_tb"]


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


WRONG = {
    "no file": (["nowhere.csv"], "there is no such file"),
    "no column": (["trial.csv", "--arm", "arn"], 'did you mean "arm"?'),
    "one value": (["trial.csv", "--arm", "study"], "1 different value"),
    "many values": (["trial.csv", "--arm", "final_score"], "expected  2 to 24 arms"),
    "no arm": (["trial.csv", "--control", "Placbo"], 'did you mean "Placebo"?'),
    "no kind": (["trial.csv", "--kind", "binary"], "event, measure, time_to_event"),
    "no number": (["trial.csv", "--primary", "pid"], "the column of the patients"),
    "no event": (
        ["trial.csv", "--primary", "responded", "--event", "maybe"],
        "of responded: yes, no",
    ),
    "no status": (["trial.csv", "--primary", "final_score", "--kind", "time_to_event"], "--status"),
    "two stems": (["trial.csv", "trial.CSV"], "several that would be the table trial"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_leaves_nothing(
    at: Project, call: Call, capsys: pytest.CaptureFixture[str], case: str
):
    (files, *flags), words = WRONG[case][0], WRONG[case][1]
    data = at.root / "data"
    header, *rows = (data / "trial.csv").read_text().splitlines()
    text = "\n".join([f"{header},study", *(f"{row},1" for row in rows)]) + "\n"
    for name in ("trial.csv", "trial.CSV"):
        (data / name).write_text(text, encoding="utf-8")
    given = [data / files, *(data / flag if flag.endswith(".CSV") else flag for flag in flags)]
    before = (at.config / "config.yaml").read_text(encoding="utf-8")
    assert call("new", "mine", *given) == 1
    assert words in told(capsys)
    assert [one.name for one in (at.config / "trials").iterdir()] == ["mini"]
    assert (at.config / "config.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("name", "words"), [("mini", "which is there"), ("My Trial", "small letters")]
)
def test_names(at: Project, call: Call, capsys: pytest.CaptureFixture[str], name: str, words: str):
    assert call("new", name, at.root / "data" / "trial.csv", "--yes") == 1
    assert words in told(capsys)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, EOFError])
def test_an_interrupted_dialogue_leaves_nothing(
    at: Project, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
):
    answers = iter(["", "1"])

    def answer(_: str) -> str:
        for one in answers:
            return one
        raise stop

    monkeypatch.setattr("builtins.input", answer)
    with pytest.raises(stop):
        new(at, "mine", [str(at.root / "data" / "trial.csv")], {}, ask_on_terminal)
    assert [one.name for one in (at.config / "trials").iterdir()] == ["mini"]


def test_a_dialogue(at: Project, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    # No further outcome, and the second of what may be adjusted for.
    answers = iter(["", "Active", "responded", "", "2"])

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("builtins.input", answer)
    draft = new(at, "mine", [str(at.root / "data" / "trial.csv")], {}, ask_on_terminal)
    assert len(asked) == 5
    told = {"arm": "arm", "control": "Active", "primary": "responded", "covariates": "sex"}
    assert draft.told == told
    assert not load_trial("mine", at).pooled
    (planned,) = [
        one
        for one in read(at, "mine", "plan.yaml")["analyses"].values()
        if one["role"] == "primary"
    ]
    assert planned["estimates"][0]["risk_difference"]["covariates"] == ["sex"]


def test_a_wrong_answer_is_asked_again(
    at: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    answers = iter(["", "Actve", "Active", "responed", "pid", "responded", "zzz", "", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    draft = new(at, "mine", [str(at.root / "data" / "trial.csv")], {}, ask_on_terminal)
    assert draft.told == {"arm": "arm", "control": "Active", "primary": "responded"}
    shown = capsys.readouterr().out
    assert 'did you mean "Active"?' in shown and 'did you mean "responded"?' in shown
    assert "the column of the patients" in shown and "zzz" in shown


def test_a_question_is_asked_three_times_at_most(at: Project, monkeypatch: pytest.MonkeyPatch):
    answers = iter(["", "a", "b", "c"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    with pytest.raises(UserError, match="an arm of column arm: Active, Placebo"):
        new(at, "mine", [str(at.root / "data" / "trial.csv")], {}, ask_on_terminal)
    assert [one.name for one in (at.config / "trials").iterdir()] == ["mini"]


def test_lists_in_lines(at: Project, call: Call):
    path = at.config / "config.yaml"
    text = path.read_text(encoding="utf-8").replace("trials: [mini]", "trials:  # mine\n  - mini")
    path.write_text(text, encoding="utf-8")
    assert call("new", "mine", at.root / "data" / "trial.csv", "--yes") == 0
    assert "trials:  # mine\n  - mini\n  - mine\nseed" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("", "trials: [mine]"),
        ("trials:\n", "trials: [mine]"),
        ("trials: null  # none\n", "trials: [mine]  # none"),
        ("trials: []\n", "trials: [mine]"),
    ],
)
def test_no_list_of_trials(at: Project, call: Call, written: str, after: str):
    path = at.config / "config.yaml"
    text = path.read_text(encoding="utf-8").replace("trials: [mini]\n", written)
    path.write_text(text, encoding="utf-8")
    assert call("new", "mine", at.root / "data" / "trial.csv", "--yes") == 0
    assert after in path.read_text(encoding="utf-8").splitlines()
    assert check_trial(at, "mine") == []


def test_a_list_of_trials_that_is_none_leaves_nothing(at: Project, call: Call):
    path = at.config / "config.yaml"
    text = path.read_text(encoding="utf-8").replace("trials: [mini]", "trials: {a: b}")
    path.write_text(text, encoding="utf-8")
    assert call("new", "mine", at.root / "data" / "trial.csv", "--yes") == 1
    assert not at.trial_config("mine").exists()


def test_a_draft_is_bounded_by_nothing_that_names_a_patient(at: Project, call: Call):
    assert call("new", "mine", at.root / "data" / "visits.csv", "--yes") == 0
    rows = (at.trial_config("mine") / "dictionary.csv").read_text(encoding="utf-8").splitlines()
    subject = next(row for row in rows if row.startswith("subject,"))
    assert subject == "subject,visits,,text,subject,,,integer" + "," * 10


def test_help_needs_no_pandas():
    code = "import sys, trialtrace.cli as c\nc.parser()\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "numpy", "pyarrow", "yaml"} & set(done.stdout.split())


def test_an_error_is_told_as_one(at: Project):
    with pytest.raises(UserError):
        new(at, "mine", [], {}, ask_on_terminal)
