"""A map gives claims to the letter; commands that propose one are held to it."""

import shlex
import sys

import pytest
from paper_of import paper, table

from trialtrace.audit.files.make import ledger
from trialtrace.audit.meaning import proposer
from trialtrace.audit.meaning.claims import as_printed, ledger_of
from trialtrace.audit.meaning.map_file import map_yaml, parse_map
from trialtrace.audit.meaning.proposer import ask
from trialtrace.audit.meaning.rules import propose
from trialtrace.audit.meaning.verify import refusals
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project

PAPER = paper(
    table(
        [
            " ; Training (n = 27) ; Usual care (n = 29) ; RR (95% CI) ; P",
            "Falls, n (%) ; 13 (48.1) ; 12 (41.4) ; 1.16 (0.65, 2.08) ; 0.611",
        ]
    ),
    text="Falls were fewer at 1 year with training (HR 0.52, 95% CI 0.28–0.97; P = 0 . 04).",
)
MAP = """\
groups:
  training: {at: t1.r1.c2, quote: Training, size: t1.r1.c2.n1}
  usual: {at: t1.r1.c3, quote: Usual care, size: t1.r1.c3.n1}
tables:
  t1:
    confirmed: true
    columns:
      c2: {group: training}
      c3: {group: usual}
      c4:
        compare: [training, usual]
        kind: estimate_ci
        measure: risk_ratio
        says: {at: t1.r1.c4, quote: RR (95% CI)}
      c5: {compare: [training, usual], kind: p}
    rows:
      r2: {kind: count_percent, says: {at: t1.r2.c1, quote: n (%)}}
sentences:
  s1:
    - quote: "HR 0.52, 95% CI 0.28–0.97; P = 0 . 04"
      compare: [training, usual]
      outcome: Falls
      visit: at 1 year
"""


def claims(said):
    return list(ledger_of(PAPER, said).claims.values())


def test_claims_of_a_map_to_the_letter():
    said = parse_map(project(None), "map", MAP)
    assert refusals(PAPER, said) == []
    made = claims(said)
    assert [one["printed"] for one in made] == [
        "13 (48.1%)",
        "12 (41.4%)",
        "risk ratio 1.16 (95% CI 0.65 to 2.08)",
        "P = 0.611",
        "HR 0.52, 95% CI 0.28 to 0.97; P = 0.04",
    ]
    assert [one.get("unconfirmed") for one in made] == [None] * 4 + ["read"]
    assert made[2]["about"]["measure"] == "risk_ratio" and len(made[2]["with"]) == 2
    assert made[4]["about"] == {
        "outcome": "falls",
        "compare": ["training", "usual"],
        "visit": "at 1 year",
    }
    assert set(ledger(ledger_of(PAPER, said).document()).groups) == {"training", "usual"}


def test_a_map_that_is_written_is_the_map_that_is_read():
    said = propose(PAPER)
    assert parse_map(project(None), "map", map_yaml(said, "paper.xml")) == said


def test_what_no_claim_holds_is_listed_with_its_reason():
    left = {one.text: one.why for one in ledger_of(PAPER, propose(PAPER)).left}
    assert any(text.startswith("Falls were fewer") for text in left)
    said = parse_map(
        project(None),
        "map",
        MAP.replace("c5: {compare: [training, usual], kind: p}", 'c5: {leave: "of a model"}'),
    )
    assert [one.why for one in ledger_of(PAPER, said).left if one.text == "0.611"] == ["of a model"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("P = 0 . 04", "P = 0.04"),
        ("p = 0,05", "p = 0.05"),
        ("t(5) = −2.2", "t(5) = -2.2"),
        ("p = -.22", "p = -.22"),
        ("1.2 (0.3 – 2.1)", "1.2 (0.3 to 2.1)"),
    ],
)
def test_words_of_a_paper_as_expressions(text, found):
    assert as_printed(text) == found


def script(tmp_path, body):
    path = tmp_path / "propose.py"
    path.write_text(body)
    return shlex.join([sys.executable, str(path)])


def test_a_command_proposes_a_map(tmp_path):
    body = (
        "import json, sys\npaper = json.load(sys.stdin)\n"
        f"assert paper['tables'][0]['id'] == 't1'\nprint({MAP!r})"
    )
    assert len(claims(ask(project(None), script(tmp_path, body), PAPER))) == 5


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("import time; time.sleep(30)", "no answer in"),
        ("import sys; sys.exit('no key')", "exit code 1: no key"),
        ("print('x' * 3_000_000)", "at most 2,000,000"),
        ("import sys; sys.stdout.buffer.write(bytes([255]))", "no UTF-8"),
        ("print('I think that')", "map"),
        ("print('tables: {t1: {rows: {r2: {kind: size}}}}')", "is no size"),
        ("print('tables: {t9: {}}')", "no table t9"),
        ("print('claims: {a: {printed: 9.9}}')", "claims"),
        (f"print({MAP.replace('quote: Usual care', 'quote: Rest')!r})", "does not stand in"),
        (f"print({MAP.replace('HR 0.52', 'HR 0.25')!r})", "does not stand in"),
    ],
)
def test_what_a_command_answers_is_held_to_the_paper(tmp_path, monkeypatch, body, told):
    monkeypatch.setattr(proposer, "SECONDS", 3)
    with pytest.raises(UserError, match=told):
        ask(project(None), script(tmp_path, body), PAPER)


def test_a_command_that_is_none(tmp_path):
    for command in ("", "/no/such/program"):
        with pytest.raises(UserError, match="proposer"):
            ask(project(None), command, PAPER)


def test_words_of_a_shell_are_arguments(tmp_path):
    body = "import sys\nsys.exit(' '.join(sys.argv[1:]))"
    with pytest.raises(UserError, match=r"; echo \$HOME"):
        ask(project(None), script(tmp_path, body) + " ; echo '$HOME'", PAPER)
