"""Each fact that is stated twice: a contradiction is told by `check`, with both places."""

import mini_run
import pytest
from contradictions import FACTS, PAGE, STOPS, TOLD, page
from mini_trial import edit

from trialtrace.base.errors import ProblemsError
from trialtrace.report.commands.check import check


@pytest.mark.parametrize("one", FACTS, ids=[one.fact for one in FACTS])
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


def test_the_small_trial_contradicts_nothing(tmp_path, capsys):
    assert check(mini_run.write_mini(tmp_path), "mini", lambda: None) == 0
    said = capsys.readouterr().out
    assert not [one.fact for one in FACTS if one.happens == TOLD and one.says[0] in said]


def test_the_page_has_every_fact():
    assert PAGE.read_text(encoding="utf-8") == page()
