"""A name that an earlier version had is answered by its successor and the last version with it."""

from pathlib import Path

import pytest
from mini_run import write_mini
from mini_trial import edit

from trialtrace.base.deleted_names import COMMANDS, NAMES, Deleted, answer
from trialtrace.base.errors import did_you_mean
from trialtrace.cli import main, parser
from trialtrace.run.trial.check import check_trial


@pytest.mark.parametrize(
    ("file", "old", "new", "name", "successor"),
    [
        ("plan.yaml", "{fisher: {sides:", "{midway: {sides:", "midway", "fisher"),
        (
            "plan.yaml",
            "{risk_difference: newcombe}",
            "{risk_difference: caffo}",
            "caffo",
            "newcombe",
        ),
        ("trial.yaml", "question:", "matter:", "matter", "question"),
        *(
            ("plan.yaml", old, new, name, NAMES[name].successor)
            for old, new, name in (
                ("{risk_difference: newcombe}", "{risk_difference: bootstrap}", "bootstrap"),
                (
                    "{fisher: {sides:",
                    "{fisher_freeman_halton_drawn: {sides:",
                    "fisher_freeman_halton_drawn",
                ),
            )
        ),
    ],
)
def test_check_names_the_successor_of_a_method_and_of_a_key(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    old: str,
    new: str,
    name: str,
    successor: str,
):
    at = write_mini(tmp_path)
    line = edit(at, file, old, new)
    if name not in NAMES:
        assert not any("v0.1.0" in str(one) for one in check_trial(at, "mini"))
    monkeypatch.setitem(NAMES, name, Deleted("0.1.0", successor))
    told = [one for one in check_trial(at, "mini") if "v0.1.0" in (one.do or "")]
    assert len(told) == 1
    assert f"{file}:{line}:" in told[0].place and f"write {successor};" in str(told[0].do)


def test_an_answer_is_of_a_name_that_was_deleted():
    assert answer("bootstrap") == NAMES["bootstrap"].told()
    assert answer("confirm") is None and answer("confirm", COMMANDS) == COMMANDS["confirm"].told()
    assert answer("welch") is None
    told = Deleted("0.1.0", "welch").told()
    assert told == "deleted after version 0.1.0: write welch; the tag v0.1.0 still has it"


def test_a_name_without_a_successor_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(NAMES, "dotted", Deleted("0.1.0"))
    assert "nothing takes its place" in str(did_you_mean("dotted", ["spaghetti"]))


@pytest.mark.parametrize("kind", ["swimmer", "waterfall"])
def test_a_deleted_kind_of_figure_is_answered_at_its_line(tmp_path: Path, kind: str):
    at = write_mini(tmp_path)
    entry = "{title: A, endpoint: pain, population: itt}"
    line = edit(at, "plan.yaml", "displays:\n", f"displays:\n  {kind}:\n    - {entry}\n")
    told = [one for one in check_trial(at, "mini") if "docs/gallery/patients.md" in (one.do or "")]
    assert len(told) == 1 and f"plan.yaml:{line + 1}:" in told[0].place


@pytest.mark.parametrize("words", [["confer", "x"], ["--project", "here", "confer", "--yes"]])
def test_a_deleted_command(monkeypatch: pytest.MonkeyPatch, capsys, words: list[str]):
    monkeypatch.setitem(COMMANDS, "confer", Deleted("0.1.0", "trialtrace new --again"))
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "trialtrace confer" in told and "trialtrace new --again" in told and "v0.1.0" in told


def test_no_command_that_is_there_is_called_deleted():
    """It would be refused."""
    helped = parser().format_help().split()
    assert "verify" in helped and not COMMANDS.keys() & {*helped}
