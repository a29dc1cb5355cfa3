"""Each fact that is stated twice: a contradiction is told by `check`, with both places."""

import re

import mini_run
import pytest
from contradictions import FACTS, PAGE, RUN, STOPS, TOLD, page
from mini_trial import edit

from trialtrace.base.errors import ProblemsError
from trialtrace.cli import main
from trialtrace.report.commands.check import check
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.trial.load import load_trial

CHECKED = [one for one in FACTS if one.happens != RUN]
AT_RUN = [one for one in FACTS if one.happens == RUN]


@pytest.mark.parametrize("one", CHECKED, ids=[one.fact for one in CHECKED])
def test_a_contradiction_is_told_with_both_places(tmp_path, capsys, one):
    rows = mini_run.patients()
    if one.rows is not None:
        one.rows(rows)
    at = mini_run.write_mini(tmp_path, rows)
    for file, old, new in one.edits:
        if old:
            edit(at, file, old, new)
        else:
            with (at.trial_config("mini") / file).open("a", encoding="utf-8") as opened:
                opened.write(new)
    if one.happens == STOPS:
        with pytest.raises(ProblemsError) as error:
            check(at, "mini", lambda: None)
        said = "\n".join(map(str, error.value.problems))
        assert all(problem.expected or problem.do for problem in error.value.problems)
    else:
        assert check(at, "mini", lambda: None) == 0
        said = capsys.readouterr().out
    assert [part for part in one.says if part not in said] == [], said


@pytest.mark.parametrize("one", AT_RUN, ids=[one.fact for one in AT_RUN])
def test_a_run_tells_it_with_both_places(tmp_path, one):
    at = mini_run.write_mini(tmp_path)
    path = tmp_path / "data" / "made.csv"
    path.write_text(one.exports[0], encoding="utf-8")
    given = [str(at.root), "new", "mine", str(path), "--yes", "--primary", one.primary]
    assert main(["--project", *given]) == 0
    assert main(["--project", str(at.root), "confirm", "mine", "--all"]) == 0
    file = at.trial_config("mine") / "trial.yaml"
    file.write_text(re.sub(r" *sha256: .*\n", "", file.read_text()), encoding="utf-8")
    said = []
    for text in one.exports:
        path.write_text(text, encoding="utf-8")
        folder = tmp_path / str(len(said))
        mini_run.derive_stages(load_trial("mine", at), folder)
        said.append("\n".join(line.text for line in read_losses(folder / "derived").warnings))
    assert [[part in text for part in one.says] for text in said] == [
        [False] * len(one.says),
        [True] * len(one.says),
    ], said


def test_the_small_trial_contradicts_nothing(tmp_path, capsys):
    assert check(mini_run.write_mini(tmp_path), "mini", lambda: None) == 0
    said = capsys.readouterr().out
    assert not [one.fact for one in FACTS if one.happens == TOLD and one.says[0] in said]


def test_the_page_has_every_fact():
    assert PAGE.read_text(encoding="utf-8") == page()
