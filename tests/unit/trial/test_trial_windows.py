"""Visits by windows of days: what `trialtrace check` says of them."""

import pytest
from mini_trial import ENDPOINTS, edit, told, write_project

from trialtrace.cli import main
from trialtrace.run.trial.plan.references import by

BY_DAY = """\
level: {label: Level, code: LEVEL, kind: repeated, table: patients, column: pain1,
  baseline: start,
  visit: {day: days, take: nearest, tie: first,
    windows: {start: {from: -14, to: 0, target: 0}, month 1: {from: 16, to: 44, target: 30}}}}
"""


@pytest.fixture
def at(tmp_path):
    return write_project(tmp_path, endpoints=ENDPOINTS + BY_DAY)


DATED = """\
seen_pain: {label: Pain seen, code: SEENP, kind: repeated, table: patients, column: pain1,
  visit: {column: site, labels: {"01": week 4, "02": week 8}},
  date: seen, start: first, outside: reject, windows: {week 4: [25, 31], week 8: [-1, 63]}}
"""


def test_the_text_of_a_plan_says_the_days_of_visits(at, capsys):
    (at.root / "config/trials/mini/endpoints.yaml").write_text(ENDPOINTS + BY_DAY + DATED)
    edit(at, "trial.yaml", "smoker: smoker", "smoker: smoker\n    first: seen")
    assert told(at) == ""
    assert main(["--project", str(at.root), "plan", "mini", "--text"]) == 0
    text = capsys.readouterr().out
    for sentences in (
        "Days by days followed (days): start from -14 to 0 (planned 0) and month 1 from 16 to 44 "
        "(planned 30). Of several records of a visit the nearest counts, of two as near the first; "
        "those of no visit are listed and not used.",
        "Days after first visit, 0 on that day: week 4 from 25 to 31 and week 8 from -1 to 63. A "
        "record of another day is listed and kept without its value.",
    ):
        assert sentences in text, sentences
    edit(at, "endpoints.yaml", "outside: reject", "outside: flag")
    main(["--project", str(at.root), "plan", "mini", "--text"])
    assert "A record of another day is listed and kept." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("title", "behind"),
    [("Welch's t test", "by Welch's t test"), ("of the hazard ratio", "of the hazard ratio")],
)
def test_a_method_stands_behind_its_statistic(title, behind):
    assert by(title) == behind
