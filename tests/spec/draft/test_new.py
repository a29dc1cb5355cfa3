"""`trialtrace new`: what is asked, and what is refused."""

import re

import pandas as pd
import pytest
import yaml
from made import (
    PARALLEL,
    SCORE,
    VISITS,
    config,
    patients,
    visits,
    write,
)

from trialtrace.cli import main
from trialtrace.run.draft.answers import OPTIONAL


def test_open_questions_go_into_a_file_whose_answers_write_the_trial(at, new, export, capsys):
    assert new(export, arm="arm", design="parallel", subject="pid") == 3
    path = export.parent / "mine.answers.yaml"
    assert not at.trial_config("mine").exists() and "control" in capsys.readouterr().err
    given = yaml.safe_load(path.read_text("utf-8"))
    assert given["files"] == [str(export)]
    left = {key for key, answer in given["answers"].items() if answer is None} - {*OPTIONAL}
    assert left == {"control", "where", "primary"} | ({"kind"} & left)
    told = {"control": "usual", "where": "all", "primary": "score", "kind": "measure"}
    given["answers"] |= told
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    assert new(answers=str(path)) == 0
    kept = config(at, "answers")
    assert kept["answers"] == {"arm": "arm", "design": "parallel", "subject": "pid", **told}


def test_a_column_of_two_files_is_named_by_its_file(at, new):
    first = write(patients(), at.root / "data" / "mine.csv")
    other = write(patients()[["pid", "arm"]].assign(late=1.5), at.root / "data" / "labs.csv")
    told = {**SCORE, "arm": "arm=usual", "secondary": "relapse=1"}
    told.pop("control")
    for n, arm in enumerate(("arm=usual", "mine.arm=usual")):
        assert new(first, other, **{**told, "arm": arm}, name=f"t{n}") == 0
    # Whether a patient has one arm depends on the design, which is asked before.
    assert new(first, other, arm="arm=usual", subject="pid") == 3


def test_a_question_with_one_answer_is_not_asked(at, new):
    frame = patients()[["pid", "arm", "score"]]
    path = write(frame, at.root / "data" / "mine.csv")
    assert new(path, arm="arm", design="parallel") == 3
    given = yaml.safe_load((path.parent / "mine.answers.yaml").read_text("utf-8"))
    # Each row has another pid; no column chooses rows; score is the only number, which is all that
    # it can be without a status.
    left = {key for key, answer in given["answers"].items() if answer is None} - {*OPTIONAL}
    assert left == {"control"} | {"kind"} & {*given["answers"]}
    assert new(path, arm="arm", design="parallel", control="usual", kind="measure") == 0
    assert config(at)["tables"]["data"]["key"] == ["pid"]


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"control": "placebo"}, "--control"),
        ({"arm": "arm=card"}, "as --arm has it"),
        ({"arm": "practice"}, "levels"),
        ({"arm": "amr"}, "amr"),
        ({"subject": "sex"}, "several arms"),
        ({"subject": "score"}, "--subject"),
        ({"where": "sex=x"}, "a code of sex"),
        ({"primary": "arm"}, "which is not the arm"),
        ({"primary": "seen_on"}, "a column of numbers, or of few codes"),
        ({"kind": "event 7"}, "event 7"),
        ({"kind": "until dead=2"}, "a code of dead"),
        ({"design": "cluster by sex"}, "cluster by sex"),
        ({"baseline": "copy"}, "the arm, in these or other codes"),
        ({"baseline": "score"}, "or the outcome"),
        ({"secondary": "score"}, "another outcome"),
        ({"primary": "months", "kind": "until dead=1", "unit": "fortnights"}, "--unit"),
        ({"design": "crossover"}, "each has one arm"),
        ({"arms": "usual=Usual care"}, "two arms or more"),
        ({"before": "0"}, "do not leave open"),
        ({"competing": "0"}, "a time until COLUMN=CODE"),
        (
            {"primary": "months [days]", "kind": "until dead=1", "competing": "1"},
            "a code of dead that is not the event: 0",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(at, new, export, capsys, wrong, found):
    assert new(export, **(SCORE | wrong)) == 1
    assert found in capsys.readouterr().err and not at.trial_config("mine").exists()


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ({"control": "card"}, r"card \(control\): 30 patients"),
        ({"primary": "relapse", "kind": "event 0"}, r"relapse=0"),
        (
            {"primary": "months", "kind": "until dead=0", "unit": "years"},
            r"to [\d.]+, mean .* years",
        ),
        ({"where": "sex=f"}, r"with sex=f"),
        ({"subject": "source_row"}, r"patients: 60 \(each row is one\)"),
    ],
)
def test_counts_before_writing_show_what_was_answered(new, export, capsys, told, seen):
    assert new(export, **(SCORE | told)) == 0
    assert re.search(seen, capsys.readouterr().out)


def test_a_number_far_off_is_shown_and_used_until_it_is_answered(new, at, capsys):
    frame = patients()
    frame.loc[::9, "score"] = 999
    path = write(frame, at.root / "data" / "mine.csv")
    assert new(path, **SCORE) == 0
    assert "999.0 in 7 cells" in (shown := capsys.readouterr().out) and "to 999," in shown
    assert new(path, **SCORE, missing="999", name="other") == 0
    assert "to 999," not in capsys.readouterr().out


def test_dates_that_fit_two_orders_are_asked_about(at, new):
    frame = patients()
    for name, day in (("entered", "01/02/2020"), ("seen_on", "03/04/2020")):
        frame[name] = day
    path = write(frame, at.root / "data" / "mine.csv")
    dates = {"start": "entered", "event_date": "seen_on", "last_contact": "seen_on"}
    told = {**PARALLEL, **dates, "primary": "dates", "kind": "until dead=1"}
    assert new(path, **told) == 3
    assert new(path, **told, date_order="mdy") == 0
    text = (at.trial_config("mine") / "dictionary.csv").read_text("utf-8")
    assert "date_mdy" in text


def test_only_an_answer_makes_an_event_a_death(at, new, capsys):
    frame = patients()
    dates = {"start": "entered", "event_date": "died_on", "last_contact": "seen_on"}
    told = {**PARALLEL, **dates, "primary": "dates", "kind": "event_date"}
    assert new(write(frame, at.root / "data" / "mine.csv"), **told) == 0
    assert config(at, "endpoints")["died_on"]["terminal"] is False
    seen = pd.to_datetime(frame.seen_on, dayfirst=True)
    late = seen.where(frame.dead == 0, seen - pd.Timedelta(days=1))
    path = write(frame.assign(seen_on=late.dt.strftime("%d/%m/%Y")), at.root / "data" / "late.csv")
    assert new(path, **told, name="late") == 3
    assert f"{(frame.dead == 1).sum()} are after" in (path.parent / "late.answers.yaml").read_text()
    assert new(path, **told, name="late", death="yes") == 0
    made = yaml.safe_load((at.trial_config("late") / "endpoints.yaml").read_text("utf-8"))
    assert made["died_on"]["terminal"] is True


def test_a_new_cut_is_compared_and_nothing_is_written(at, new, export, capsys):
    assert new(export, **SCORE) == 0
    before = {path: path.read_bytes() for path in at.trial_config("mine").iterdir()}
    frame = patients().assign(weight=70.5)
    frame["score"] = frame.score.astype(str).mask(frame.index == 0, "high")
    frame.loc[0, "sex"] = "x"
    write(frame.drop(columns="grade"), export)
    capsys.readouterr()
    assert main(["--project", str(at.root), "new", "mine", str(export), "--again"]) == 0
    told = capsys.readouterr().out
    for part in ("new columns: weight", "gone: grade", "sex, new codes: x", "score, changed type"):
        assert part in told
    assert before == {path: path.read_bytes() for path in at.trial_config("mine").iterdir()}


def test_rows_that_no_visit_tells_apart_are_named(at, new, capsys):
    frame = visits()
    path = write(pd.concat([frame, frame.iloc[[4]]]), at.root / "data" / "visits.csv")
    assert new(path, **VISITS, visit="week", before="0") == 1
    assert "week leaves 1 rows of the data alike: 121" in capsys.readouterr().err
