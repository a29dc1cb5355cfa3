"""`trialtrace audit FILE`: what it prints, its exit code, and what it refuses."""

import json

import pytest

from trialtrace.cli import main

HEAD = 'papers: {main: "A paper"}\ngroups: {a: {label: A, randomised: "30"}, b: {label: B}}\n'


def row(printed, about="outcome: o, group: a"):
    return (
        f'  one: {{from: main, place: table, label: x, printed: "{printed}", about: {{{about}}}}}\n'
    )


@pytest.fixture
def ledger_file(tmp_path):
    def write(text, outcomes="outcomes: {o: {label: O}}\n"):
        path = tmp_path / "ledger.yaml"
        path.write_text(HEAD + outcomes + text, encoding="utf-8")
        return str(path)

    return write


def test_the_example_is_read_and_judged(tmp_path, capsys):
    assert main(["audit", "--example"]) == 0
    path = tmp_path / "example.yaml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    out = capsys.readouterr().out
    assert "12 printed numbers" in out and "0.634 to 0.701" in out
    assert main(["audit", str(path), "--format", "json"]) == 1
    rows = json.loads(capsys.readouterr().out)["claims"]
    assert {r["agreement"] for r in rows} >= {"exact", "compatible", "inconsistent"}
    assert {r["evidence"] for r in rows} == {"printed", None}


def test_numbers_that_agree_end_well(ledger_file, capsys):
    assert main(["audit", ledger_file("claims:\n" + row("13 of 27 (48.1%)"))]) == 0
    assert "exact. 13 of 27 is 48.1 %, as printed." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row("130%"), "a percentage of 130"),
        (row("p = 1.2"), "a p-value of 1.2"),
        (row("0.7 (95% CI 0.9 to 0.5)"), "ends below its start"),
        (row("48,1%"), "an expression like"),
        (row("5%", "outcome: o, group: c"), "one of groups: a, b"),
        (row("5%", "outcome: p, group: a"), "one of outcomes: o"),
        (row("5%", "outcome: o, group: a, tset: fisher"), "did you mean"),
        (row("5%", "outcome: o, group: a, patients: 12"), "in quotes"),
        (row("5%", "outcome: o, compare: [a]"), "a list of at least 2"),
        (row("5%") + row("6%"), "every key once"),
        ("  one: &x {from: main}\n  two: *x\n", "anchor"),
        ('  one: {from: mian, place: t, label: x, printed: "5%"}\n', 'did you mean "main"?'),
    ],
)
def test_mistakes_are_told_with_line_and_key(ledger_file, capsys, text, said):
    assert main(["audit", ledger_file("claims:\n" + text)]) == 1
    err = capsys.readouterr().err
    assert said in err and "ledger.yaml, line" in err


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "none.yaml")]) == 1
    assert "not there" in capsys.readouterr().err
    assert main(["audit"]) == 1
    assert "--example" in capsys.readouterr().err


def test_labels_cannot_steer_a_terminal(ledger_file, capsys):
    text = row("5%").replace("label: x", 'label: "a\\u001b[31mb"')
    main(["audit", ledger_file("claims:\n" + text)])
    assert "\x1b" not in capsys.readouterr().out
