"""`trialtrace audit FILE`: what it prints, its exit code, and what it refuses."""

import json
import re

import pytest
from cost import calls, seconds

from trialtrace.audit.files import file
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
    assert "12 claims." in out
    assert main(["audit", str(path), "--format", "json"]) == 1
    rows = json.loads(capsys.readouterr().out)["claims"]
    assert {r["on_print"] for r in rows} >= {"holds", "contradicts"}
    assert {r["against_data"] for r in rows} == {None}


def test_what_the_example_has_as_remarks_is_accepted_too(tmp_path, capsys):
    assert main(["audit", "--example"]) == 0
    whole, n = re.subn(r"(?m)^( +)# (\w+: [\[{].*)$", r"\1\2", capsys.readouterr().out)
    path = tmp_path / "whole.yaml"
    path.write_text(whole, encoding="utf-8")
    assert n == 3 and main(["audit", str(path)]) == 1
    assert "The parts of the level" in capsys.readouterr().out


def test_numbers_that_agree_end_well(ledger_file, capsys):
    assert main(["audit", ledger_file("claims:\n" + row("13 of 27 (48.1%)"))]) == 0
    assert "holds. 13 of 27 is 48.1" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("130%", "A percentage of 130"),
        ("p = 1.2", "A p-value of 1.2"),
        ("0.7 (95% CI 0.9 to 0.5)", "ends below its start"),
        ("F(0, 63) = 5.9, p < 0.01", "egrees of freedom of 0"),
        ("t(0) = 2.1, p = 0.04", "egrees of freedom of 0"),
        ("0 of 0", "A denominator of 0"),
        ("31/30 (103.3%)", "31 of 30"),
    ],
)
def test_an_impossible_number_is_a_finding_of_the_file(ledger_file, capsys, printed, said):
    assert main(["audit", ledger_file("claims:\n" + row(printed))]) == 1
    out = capsys.readouterr().out
    assert "contradicts. " in out and said in " ".join(out.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row("48,1% (40.2 to 56.0)"), "write '48.1% (40.2 to 56.0)' if that is what is meant"),
        (row("mean (SD) 3,4 (1.2)"), "decimals with a point"),
        (row("13 out of all 27"), "an expression like"),
        (row("p = 0.4", "outcome: o, compare: [a, c]"), "one of groups: a, b"),
        (row("5%", 'outcome: o, group: a, patients: "0"'), "from 1 to 999999"),
        (row("5%").replace("label: x", 'label: "a\\u001b[31mb"'), "the control character"),
        (row("5%", "outcome: o, group: c"), "one of groups: a, b"),
        (row("5%", "outcome: p, group: a"), "one of outcomes: o"),
        (row("5%", "outcome: o, group: a, tset: fisher"), "did you mean"),
        (row("5%", "outcome: o, group: a, patients: 12"), "in quotes"),
        (row("5%", "outcome: o, compare: [a, b], measure: relative_risk"), 'mean "risk_ratio"?'),
        (row("5%", "outcome: o, compare: [a, b], measure: RR"), 'mean "risk_ratio"?'),
        (row("5%", "outcome: o, compare: [a, b], measure: ARR"), 'mean "risk_difference"?'),
        (row("“236”"), 'write straight quotation marks: "236"'),
        (row("5%", "outcome: o, compare: [a]"), "a list of at least 2"),
        (row("5%") + row("6%"), "every key once"),
        ("  one: &x {from: main}\n  two: *x\n", "anchor"),
        ('  one: {from: mian, place: t, label: x, printed: "5%"}\n', 'did you mean "main"?'),
    ],
)
def test_mistakes_are_told_with_line_and_key(ledger_file, capsys, text, said):
    assert main(["audit", ledger_file("claims:\n" + text)]) == 1
    err = capsys.readouterr().err
    assert said in err and "ledger.yaml:" in err


@pytest.mark.parametrize(
    ("strata", "said"),
    [
        ('sizes: {x: {a: "10"}, y: {c: "20"}}', "one of groups: a, b"),
        ('sizes: {x: {a: "10"}}', "at least 2"),
        ("imbalance: 1.5", "at most 1"),
        ("fewest: 0", "at least 1"),
        ("number: 1", "at least 2"),
        ("imbalence: 0.2", 'did you mean "imbalance"?'),
    ],
)
def test_mistakes_of_the_strata_are_told(ledger_file, capsys, strata, said):
    path = ledger_file(f"strata: {{{strata}}}\nclaims:\n" + row("5%"))
    assert main(["audit", path]) == 1
    err = capsys.readouterr().err
    assert said in err and "ledger.yaml:4:" in err


def test_a_mean_without_a_number_of_patients_is_told(ledger_file, capsys):
    b = row("mean (SD) 3.1 (1.2)", "outcome: o, group: b").replace("one:", "two:")
    p = row("p = 0.04", "outcome: o, compare: [a, b]").replace("one:", "p:")
    a = row("mean (SD) 3.4 (1.2)", 'outcome: o, group: a, patients: "12"')
    whole = "outcomes: {o: {label: O, whole: true}}\n"
    assert main(["audit", ledger_file("claims:\n" + a + b + p, whole), "--format", "json"]) == 0
    out = capsys.readouterr().out
    assert "How many patients are behind it?" in out


ALIASES = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALIASES, "the alias *a"),
        ("papers: " + "[" * 50_000 + "]" * 50_000, "more than 40 levels"),
        ("papers: " + "{a: " * 50_000 + "1" + "}" * 50_000, "more than 40 levels"),
        ("x: " + "y" * (32 << 20), "more than 32 MB"),
    ],
)
def test_a_yaml_bomb_is_refused_before_it_is_built(tmp_path, capsys, text, said):
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    codes = []
    assert calls(lambda: codes.append(main(["audit", str(path)]))) < 1_000_000
    assert codes == [1]
    assert said in capsys.readouterr().err


def test_one_claim_more_than_the_most_is_refused(ledger_file, capsys, monkeypatch):
    """The most are 50,000, for a registry's large records."""
    assert file.MOST_CLAIMS == 50_000
    monkeypatch.setattr(file, "MOST_CLAIMS", 1_000)
    shares = [f"{x} of 27 ({100 * x / 27:.1f}%)" for x in range(28)]
    rows = [row(shares[k % 28]).replace("one:", f"c{k}:") for k in range(1_001)]
    assert main(["audit", ledger_file("claims:\n" + "".join(rows[:-1]))]) == 0
    assert "1000 claims. Internal consistency: 1000 hold." in capsys.readouterr().out
    assert main(["audit", ledger_file("claims:\n" + "".join(rows))]) == 1
    assert "1001 claims" in capsys.readouterr().err


@pytest.mark.full
def test_claims_of_every_kind_cost_the_same_each(ledger_file, capsys):
    """No check may look at all claims for each claim: five kinds in 100 and in 1,600 outcomes."""
    kinds = {
        "a": ("13 of 27 (48.1%)", "group: a"),
        "b": ("9 of 27 (33.3%)", "group: b"),
        "h": ("reduced by 20%, P = 0.4", "compare: [a, b], measure: hazard_ratio"),
        "r": ("reduced by 10%", "compare: [b, a], measure: relative_reduction"),
        "n": ("no difference", "compare: [a, b], concludes: no_difference"),
    }

    def audited(many):
        rows = "".join(
            row(printed, f"outcome: o{k}, {about}").replace("one:", f"{kind}{k}:")
            for k in range(many)
            for kind, (printed, about) in kinds.items()
        )
        outcomes = "outcomes:\n" + "".join(f"  o{k}: {{label: O}}\n" for k in range(many))
        assert main(["audit", ledger_file("claims:\n" + rows, outcomes)]) == 1
        assert f"{5 * many} claims." in capsys.readouterr().out

    audited(1)
    assert seconds(lambda: audited(1_600)) < 32 * seconds(lambda: audited(100))


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "none.yaml")]) == 1
    assert "not there" in capsys.readouterr().err
    assert main(["audit"]) == 1
    assert "--example" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["table", "json", "csv", "html"])
def test_labels_are_text_in_every_form(ledger_file, capsys, form):
    """Markup in whatever a ledger holds: only JSON and the terminal show it as it is."""
    text = row("14.3% (1 to 40)").replace("label: x", 'label: "<b>\\u202ex</b>"')
    text += row("<i>y</i> changed", "outcome: o, change: true").replace("one:", "two:")
    given = ledger_file("claims:\n" + text, 'outcomes: {o: {label: "<u>", visits: ["</p>"]}}\n')
    assert main(["audit", given, "--format", form]) == 1
    out = capsys.readouterr().out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)
    if form == "html":
        assert not re.search(r"<(b|i|u)>|<p></p>", out) and "&lt;i&gt;y&lt;/i&gt;" in out


def test_yes_for_true_at_a_group_is_told_as_true(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    head = HEAD.replace("b: {label: B}", "b: {label: B, control: yes}")
    text = head + "outcomes: {o: {label: O}}\nclaims:\n" + row("5%")
    path.write_text(text, encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "groups.b.control found yes" in said and said.endswith("to do write true")


def test_a_misspelt_definition_of_a_ledger_is_told_there_and_once(ledger_file, capsys):
    rows = row("5%", "outcome: pain, group: a") + row("6%", "outcome: pain, group: b").replace(
        "one:", "two:"
    )
    path = ledger_file("claims:\n" + rows, "outcomes: {pian: {label: Pain}}\n")
    assert main(["audit", path]) == 1
    said = capsys.readouterr().err
    assert said.count("found") == 1 and ":3:12: outcomes.pian" in said
    assert '"pain" is used 2 times' in said


def test_visits_that_differ_in_a_blank_are_told(ledger_file, capsys):
    rows = row("5%", "outcome: o, group: a, visit: 4h")
    rows += row("6%", "outcome: o, group: b, visit: 4 h").replace("one:", "two:")
    assert main(["audit", ledger_file("claims:\n" + rows)]) == 1
    assert 'expected  one spelling; it is "4h" in' in capsys.readouterr().err


DOUBTED = """papers: {paper: "A trial"}
groups: {a: {label: "A"}}
outcomes: {o: {label: "O"}}
claims:
  c:
    from: "paper"
    place: "table 1, row 2"
    label: "O"
    printed: "10 (50%)"
    about: {outcome: o, group: a, patients: "40"}
    unconfirmed: "n (%) from the caption"
"""


MANY = """papers: {paper: "A trial"}
groups: {a: {label: "Old"}, b: {label: "New"}}
outcomes: {o: {label: "Nausea"}, q: {label: "Pain"}, r: {label: "Fever"}}
claims:
"""
CLAIM = """  {name}:
    from: paper
    place: "table 1, row {row}, column 2"
    label: "{name}"
    printed: "{printed}"
    about: {{outcome: {outcome}, group: {group}{n}}}
    unconfirmed: "read"
    chance: "{chance}"
"""


def many(*claims):
    keys = ("name", "printed", "outcome", "group", "n", "chance")
    rows = [dict(zip(keys, one, strict=True), row=row) for row, one in enumerate(claims, 2)]
    return MANY + "".join(CLAIM.format(**one) for one in rows)


def test_what_is_told_as_wrong_is_no_question_to_the_reader_too(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    path.write_text(
        many(
            ("old", "33 (55.0%)", "o", "a", ', patients: "60"', "0.97"),
            ("new", "30 (50.0%)", "o", "b", ', patients: "60"', "0.97"),
            ("both", "68 (56.7%)", "o", "all", ', patients: "120"', "0.97"),
        ),
        encoding="utf-8",
    )
    assert main(["audit", str(path), "--trust", "--format", "editor"]) == 1
    page = capsys.readouterr().out
    assert "Questions to the authors" in page and "Questions to the reader" not in page


def test_trust_takes_the_least_chance_and_counts_what_is_below(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    path.write_text(
        many(
            ("nausea", "42 (50%)", "o", "a", ', patients: "84"', "0.90"),
            ("pain", "23 (28.8%)", "q", "a", ', patients: "84"', "0.89"),
        ),
        encoding="utf-8",
    )
    said = "2 of 2 claims were read by a program and confirmed by nobody; "
    for least, rest in (
        (
            ["0.9"],
            "1 judged all the same, 1 read right with a chance below 0.9 left out (--trust 0.9)",
        ),
        (["0"], "judged all the same (--trust)"),
        ([], "judged all the same (--trust)"),
    ):
        assert main(["audit", str(path), "--trust", *least]) == (least != ["0.9"])
        out = " ".join(capsys.readouterr().out.split())
        assert f"{said}{rest}." in out and ("pain" in out) == (least != ["0.9"])
    assert main(["audit", str(path), "--trust", "0.95"]) == 1
    assert "each with a chance below 0.95" in capsys.readouterr().err
    for wrong in ("1.5", "nan", str(path)):
        with pytest.raises(SystemExit):
            main(["audit", "--trust", wrong])
        assert "is no chance from 0 to 1" in " ".join(capsys.readouterr().err.split())
