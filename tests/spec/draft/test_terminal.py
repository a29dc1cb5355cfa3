"""`trialtrace new` on a terminal: how many questions there are, and how they are answered."""

import builtins
import sys

import pytest
from made import patients, visits, write

from trialtrace.cli import main


@pytest.fixture
def ask(at, monkeypatch, capsys):
    """The exit code, the questions by their flags, and what was printed; `answers` are by flag."""

    def run(frame, answers):
        path = write(frame, at.root / "data" / "mine.csv")
        asked: list[str] = []

        def answer(prompt: str) -> str:
            if "write" in prompt:
                return answers.get("write", "")
            printed.append(capsys.readouterr().out)
            key = printed[-1].rpartition("(--")[2].partition(")")[0]
            asked.append(key)
            return answers[key]

        printed: list[str] = []
        for stream in (sys.stdin, sys.stdout):
            monkeypatch.setattr(stream, "isatty", lambda: True)
        monkeypatch.setattr(builtins, "input", answer)
        code = main(["--project", str(at.root), "new", "mine", str(path)])
        return code, asked, "".join(printed) + capsys.readouterr().out

    return run


FIRST = {"arm": "arm=usual", "design": "parallel", "subject": "pid", "where": "1"}


def test_a_measure_takes_seven_questions_at_most(ask, at):
    frame = patients().drop(columns=["practice", "entered", "died_on", "seen_on"])
    code, asked, printed = ask(frame, FIRST | {"primary": "score [points]", "kind": "1"})
    assert code == 0 and len(asked) <= 7 and at.trial_config("mine").is_dir()
    assert "usual (control): 30 patients" in printed


def test_visits_take_seven_questions_at_most(ask, at):
    told = {"arm": "group=B", "subject": "subject", "primary": "pain", "kind": "measure"}
    code, asked, printed = ask(visits(), FIRST | told | {"visit": "week=0"})
    assert code == 0 and len(asked) <= 7 and at.trial_config("mine").is_dir()
    assert "week: 0, 4, 8; before treatment: 0" in printed


def test_several_columns_of_visits_take_seven_questions_at_most(ask, at):
    told = {"arm": "group=B", "subject": "subject", "primary": "pain", "kind": "measure"}
    frame = visits().assign(month=lambda frame: frame.week / 4)
    code, asked, printed = ask(frame, FIRST | told | {"visit": "month=0"})
    assert code == 0 and len(asked) <= 7 and asked[-1] == "visit"
    assert "month: 0, 1, 2; before treatment: 0" in printed
    kept = (at.trial_config("mine") / "answers.yaml").read_text("utf-8")
    assert 'visit: "month=0"' in kept and 'before: "0"' in kept


def test_a_time_from_dates_takes_ten_questions_at_most(ask, at):
    dates = {"start": "entered", "event-date": "died_on", "last-contact": "seen_on"}
    answers = FIRST | dates | {"primary": "dates", "kind": "event_date", "date-order": "dmy"}
    code, asked, printed = ask(patients(), answers)
    assert code == 0 and len(asked) <= 10 and at.trial_config("mine").is_dir()
    assert "from entered to died_on, else to seen_on" in printed


def test_nothing_is_written_against_a_no(ask, at):
    frame = patients().drop(columns="practice")
    answers = FIRST | {"primary": "score", "kind": "measure", "write": "n"}
    code, _, printed = ask(frame, answers)
    assert code == 1 and not at.trial_config("mine").exists()
    assert "--primary score" in printed


def test_an_answer_that_does_not_fit_is_asked_again(ask, at):
    frame = patients().drop(columns="practice")
    given = iter(["nonsense", "score"])

    class Answers(dict):
        def __getitem__(self, key):
            return next(given) if key == "primary" else super().__getitem__(key)

    code, asked, _ = ask(frame, Answers(FIRST | {"kind": "measure"}))
    assert code == 0 and asked.count("primary") == 2 and at.trial_config("mine").is_dir()
