"""`trialtrace confirm` and `new --again`: guesses are worked off, new cuts are told."""

import re
from collections.abc import Callable

import pytest
import yaml
from made_exports import wide, write

from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]


@pytest.fixture
def drafted(at: Project, call: Call) -> Project:
    assert call("new", "mine", at.root / "data" / "trial.csv", "--primary", "responded") == 0
    return at


def open_guesses(at: Project) -> list[str]:
    text = (at.trial_config("mine") / "guesses.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["guesses"])


def test_all(drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]):
    assert load_trial("mine", drafted).pooled
    assert call("confirm", "mine", "--all") == 0
    assert "nothing is open" in capsys.readouterr().out
    trial = load_trial("mine", drafted)
    assert (open_guesses(drafted), trial.draft, trial.pooled) == ([], "", False)
    assert check_trial(drafted, "mine") == []


def test_one_by_one(drafted: Project, call: Call):
    assert "primary" not in open_guesses(drafted)
    for key in ("arm", "control"):
        assert load_trial("mine", drafted).pooled
        assert call("confirm", "mine", "--key", key) == 0
    assert not load_trial("mine", drafted).pooled
    assert "Draft" in load_trial("mine", drafted).draft


def test_another_control(drafted: Project, call: Call):
    assert call("confirm", "mine", "--key", "control", "--value", "Active") == 0
    arms = load_trial("mine", drafted)._trial.design.arms
    assert [name for name, arm in arms.items() if arm.control] == ["active"]
    assert "control" not in open_guesses(drafted)
    plan = (drafted.trial_config("mine") / "plan.yaml").read_text(encoding="utf-8")
    assert "treatment: {of: placebo, to: active}" in plan


def test_another_primary_endpoint_though_it_was_told(drafted: Project, call: Call):
    assert call("confirm", "mine", "--key", "primary", "--value", "final_score") == 0
    plan = yaml.safe_load((drafted.trial_config("mine") / "plan.yaml").read_text(encoding="utf-8"))
    assert plan["analyses"]["final_score"]["role"] == "primary"


def test_words(drafted: Project, call: Call):
    asked = "Does it help: yes, or no?"
    assert call("confirm", "mine", "--key", "question", "--value", asked) == 0
    assert load_trial("mine", drafted).question == asked
    # What a person wrote stays through a new draft.
    assert call("confirm", "mine", "--key", "control", "--value", "Active") == 0
    assert load_trial("mine", drafted).question == asked


def test_an_edited_file_is_not_written_over(
    drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]
):
    path = drafted.trial_config("mine") / "plan.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    assert call("confirm", "mine", "--key", "control", "--value", "Active") == 1
    assert "plan.yaml, edited since it was drafted" in capsys.readouterr().err
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


WRONG = {
    ("--key", "controll"): 'did you mean "control"?',
    ("--value", "x"): "--key with it",
    ("--key", "control", "--value", "X"): "an arm of column arm",
    ("--key", "bounds.trial", "--value", "0 to 9"): "mend that file",
}


@pytest.mark.parametrize("flags", WRONG)
def test_mistakes(
    drafted: Project, call: Call, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
):
    before = open_guesses(drafted)
    assert call("confirm", "mine", *flags) == 1
    assert WRONG[flags] in capsys.readouterr().err
    assert open_guesses(drafted) == before


def test_without_a_terminal_what_is_open_is_listed(
    drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]
):
    assert call("confirm", "mine") == 1
    out = capsys.readouterr().out
    assert "control: Placebo\n  in trial.yaml, design.arms (blinds the report)" in out
    assert "no terminal" in out


def test_a_trial_that_was_never_drafted(call: Call, capsys: pytest.CaptureFixture[str]):
    assert call("confirm", "mini", "--all") == 1
    assert "no guesses.yaml" in capsys.readouterr().err


def test_a_new_cut(drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]):
    path = drafted.root / "data" / "trial.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    rows = [f"{row},a{number}" for number, row in enumerate(rows)]
    rows.append("P999,Third,f,150,61.5,yes,12,30,1,2,a60")
    path.write_text("\n".join([f"{header},comment", *rows]) + "\n", encoding="utf-8")
    before = {p.name: p.read_bytes() for p in drafted.trial_config("mine").iterdir()}
    capsys.readouterr()
    assert call("new", "mine", path, "--again") == 0
    out = capsys.readouterr().out
    assert "another file than trial.yaml pins" in out
    assert "trial: new column: comment" in out
    assert "trial: arm, new code: Third" in out
    assert "trial: age, above its maximum" in out
    assert {p.name: p.read_bytes() for p in drafted.trial_config("mine").iterdir()} == before


def changed(at: Project) -> str:
    """One more patient in the file; the checksum that was pinned."""
    path = at.root / "data" / "trial.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, "P99" + lines[-1][lines[-1].index(",") :]]) + "\n", "utf-8")
    return pinned(at)


def pinned(at: Project) -> str:
    text = (at.trial_config("mine") / "trial.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["source"]["items"]["trial"]["sha256"]


def test_changed_data_are_not_taken_in_silence(
    drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]
):
    before = changed(drafted)
    assert call("confirm", "mine", "--key", "control", "--value", "Active") == 1
    told = capsys.readouterr().err
    assert "trial.csv, with another checksum than trial.yaml has" in told and "--again" in told
    assert pinned(drafted) == before and "control" in open_guesses(drafted)
    # What needs no new draft goes on.
    assert call("confirm", "mine", "--key", "arm") == 0
    given = ("confirm", "mine", "--key", "control", "--value", "Active", "--new-data")
    assert call(*given) == 0
    assert pinned(drafted) != before


@pytest.mark.parametrize("answer", ["y", ""])
def test_changed_data_are_asked_for_on_a_terminal(
    drafted: Project, call: Call, monkeypatch: pytest.MonkeyPatch, answer: str
):
    before = changed(drafted)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    done = call("confirm", "mine", "--key", "control", "--value", "Active")
    assert (done, pinned(drafted) == before) == ((0, False) if answer else (1, True))


def test_what_was_edited_is_settled(drafted: Project, call: Call, capsys):
    folder = drafted.trial_config("mine")
    assert {"question", "intercurrent", "baseline"} <= set(open_guesses(drafted))
    trial = (folder / "trial.yaml").read_text(encoding="utf-8")
    asked = re.sub(r"(?m)^question: .*$", 'question: "Does it help?"', trial)
    (folder / "trial.yaml").write_text(asked, encoding="utf-8")
    plan = yaml.safe_load((folder / "plan.yaml").read_text(encoding="utf-8"))
    plan["displays"]["baseline"]["variables"] = ["age"]
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    call("confirm", "mine")
    assert "mine: settled in its files: question, baseline" in capsys.readouterr().out
    left = set(open_guesses(drafted))
    assert "intercurrent" in left and not {"question", "baseline"} & left


def test_the_estimand_of_the_primary_analysis_names_its_events(drafted: Project, call: Call):
    path = drafted.trial_config("mine") / "plan.yaml"
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    roles = {one["role"]: one["estimand"] for one in plan["analyses"].values() if "estimand" in one}
    event = {"event": "stopping", "strategy": "treatment policy"}
    for role, still in (("exploratory", True), ("primary", False)):
        plan["estimands"][roles[role]]["intercurrent"] = [dict(event)]
        path.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
        call("confirm", "mine")
        assert ("intercurrent" in open_guesses(drafted)) is still


def test_a_draft_anew_keeps_what_a_person_settled(
    drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]
):
    folder = drafted.trial_config("mine")
    for key, value in (("arm", None), ("control", None), ("question", "Does it help?")):
        assert call("confirm", "mine", "--key", key, *(["--value", value] if value else [])) == 0
    assert call("confirm", "mine", "--key", "intercurrent") == 0
    dictionary = folder / "dictionary.csv"
    dictionary.write_text(dictionary.read_text().replace("Placebo, Placebo", "Placebo, Sugar"))
    (folder / "claims.yaml").write_text("papers: {}\nclaims: {}\n# mine\n")
    before = dictionary.read_text()
    capsys.readouterr()
    assert call("new", "mine", "--anew", "--secondary", "final_score") == 0
    told = capsys.readouterr().out
    assert (
        "drafted anew: endpoints.yaml, plan.yaml" in told
        and "edited: dictionary.csv, claims.yaml" in told
    )
    assert "kept as told: primary responded, arm arm, control Placebo" in told
    assert dictionary.read_text() == before and "# mine" in (folder / "claims.yaml").read_text()
    plan = yaml.safe_load((folder / "plan.yaml").read_text())
    assert plan["analyses"]["final_score"]["role"] == "secondary"
    assert load_trial("mine", drafted).question == "Does it help?"
    assert not {"arm", "control", "question", "intercurrent"} & {*open_guesses(drafted)}
    assert check_trial(drafted, "mine") == []
    # A second time nothing changes, and the edited file still counts as edited.
    assert call("new", "mine", "--anew") == 0
    told = capsys.readouterr().out
    assert "nothing is another than before" in told and "dictionary.csv" in told


def test_a_draft_anew_that_check_would_refuse_leaves_the_folder(
    drafted: Project, call: Call, capsys: pytest.CaptureFixture[str]
):
    folder = drafted.trial_config("mine")
    trial = folder / "trial.yaml"
    trial.write_text(trial.read_text().replace("arm: arm", "arm: armm"))
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert call("new", "mine", "--anew", "--primary", "final_score") == 1
    assert "armm" in capsys.readouterr().err
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    assert [one.name for one in folder.parent.iterdir() if one.name.startswith(".")] == []


def test_anew_of_another_file_takes_the_arm_that_is_told(at: Project, call: Call):
    assert call("new", "mine", at.root / "data" / "trial.csv", "--yes") == 0
    lines = wide()
    lines[0] = lines[0].replace("arm", "Trt")
    write(at.root / "data" / "other.csv", lines)
    given = ("--anew", "--yes", "--arm", "Trt")
    assert call("new", "mine", at.root / "data" / "other.csv", *given) == 0
    assert [one.arm for one in load_trial("mine", at).tables.values()] == ["Trt"]


def test_neither_a_file_nor_anew(at: Project, call: Call, capsys: pytest.CaptureFixture[str]):
    assert call("new", "mine") == 1
    assert "--anew" in capsys.readouterr().err


def test_names_of_one_arm_are_none_of_another(at: Project, call: Call):
    path = at.root / "data" / "two.csv"
    rows = [f"{n},{'MF'[n % 2]},{'YN'[n // 2 % 2]},{n * 7 % 40}" for n in range(1, 61)]
    path.write_text("\n".join(["pid,arm,second,score", *rows]) + "\n", encoding="utf-8")
    assert call("new", "mine", path, "--yes", "--primary", "score") == 0
    assert "arms" in open_guesses(at)
    assert call("new", "mine", "--anew", "--yes", "--arm", "second", "--control", "N") == 0
    arms = load_trial("mine", at)._trial.design.arms
    assert {arm.code: arm.label for arm in arms.values()} == {"Y": "Y", "N": "N"}
    assert "arms" in open_guesses(at)
