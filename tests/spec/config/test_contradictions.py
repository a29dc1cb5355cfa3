"""Each fact that is stated twice: a contradiction is told by `check`, with both places."""

import re
from pathlib import Path

import mini_run
import pytest
import yaml
from mini_trial import edit

from trialtrace.base.errors import ProblemsError
from trialtrace.cli import main
from trialtrace.report.commands.check import check
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.trial.load import load_trial

CASES = yaml.safe_load(Path(__file__).with_name("contradictions.yaml").read_text("utf-8"))
ROWS = {
    "smokers": lambda rows: [row.update(smoker=5) for row in rows],
    "ages": lambda rows: [row.update(age=200) for row in rows[:8]],
    "arms": lambda rows: [row.update(arm="C") for row in rows[:3]],
    "twice": lambda rows: rows.append(rows[0] | {"age": 77}),
    "nobody": lambda rows: rows.remove(rows[3]),
}


@pytest.mark.parametrize("case", CASES, ids=[case["fact"] for case in CASES])
def test_a_contradiction_is_told_with_both_places(tmp_path, capsys, case):
    rows = mini_run.patients()
    if "rows" in case:
        ROWS[case["rows"]](rows)
    at = mini_run.write_mini(tmp_path, rows)
    for file, old, new in case.get("edits", ()):
        if old:
            edit(at, file, old, new)
        else:
            with (at.trial_config("mini") / file).open("a", encoding="utf-8") as opened:
                opened.write(new)
    if case["happens"] == "stops":
        with pytest.raises(ProblemsError) as error:
            check(at, "mini", lambda: None)
        said = "\n".join(map(str, error.value.problems))
        assert all(problem.expected or problem.do for problem in error.value.problems)
    else:
        assert check(at, "mini", lambda: None) == 0
        said = capsys.readouterr().out
    assert [part for part in case["says"] if part not in said] == [], said


def test_the_small_trial_contradicts_nothing(tmp_path, capsys):
    assert check(mini_run.write_mini(tmp_path), "mini", lambda: None) == 0
    said = capsys.readouterr().out
    told = [case for case in CASES if case["happens"] == "told"]
    assert told and not [case["fact"] for case in told if case["says"][0] in said]


def clusters(slip: bool) -> str:
    """Ten practices, by number, of one arm each; with a slip one patient has the other arm."""
    lines = ["id,practice,arm,age,score"]
    for n in range(120):
        arm = ("card", "usual")[(n % 10 + (slip and n == 50)) % 2]
        lines.append(f"{n + 1},{n % 10 + 1},{arm},{40 + n % 30},{50 + n * 7 % 31}.5")
    return "\n".join(lines) + "\n"


ANSWERS = (
    *("--primary", "score", "--arm", "arm", "--control", "usual", "--subject", "id"),
    *("--design", "cluster by practice", "--where", "all", "--kind", "measure"),
)


def test_a_run_tells_a_slip_of_a_drafted_trial(tmp_path):
    at = mini_run.write_mini(tmp_path)
    path = tmp_path / "data" / "made.csv"
    path.write_text(clusters(False), encoding="utf-8")
    assert main(["--project", str(at.root), "new", "mine", str(path), *ANSWERS]) == 0
    file = at.trial_config("mine") / "trial.yaml"
    file.write_text(re.sub(r" *sha256: .*\n", "", file.read_text()), encoding="utf-8")
    says = "1 of 120 patients have another arm than most of their cluster"
    for slip in (False, True):
        path.write_text(clusters(slip), encoding="utf-8")
        folder = tmp_path / str(slip)
        mini_run.derive_stages(load_trial("mine", at), folder)
        lines = [
            line.text for line in read_losses(folder / "derived").warnings if says in line.text
        ]
        assert bool(lines) is slip
        assert all("Rows 52 of" in line for line in lines)
